"""A firm's own file (企业档案) as its people read it."""

from django.utils import timezone

from association.core.masking import mask_mobile, mask_name
from association.parties.models import PartyName
from members.models import Firm
from members.term_queries import held_and_holds


def file_of(firm: Firm, *, unmasked: bool) -> dict:
    """What portal/firm.html shows; names and telephones of persons masked unless asked for. Four queries."""
    party = firm.party
    name, phone = (_plain, _plain) if unmasked else (mask_name, mask_mobile)
    people = [
        ("法定代表人", name(firm.legal_representative), ""),
        ("联系人", name(firm.contact_name), phone(firm.contact_phone)),
        *((row.get_role_display(), name(row.name), phone(row.phone)) for row in firm.people.order_by("role", "name")),
    ]
    names = party.names.exclude(kind=PartyName.Kind.CURRENT).order_by("kind", "-ends_on", "-pk")
    today = timezone.localdate()
    return {
        "firm": firm,
        "party": party,
        "people": [{"role": role, "name": who, "phone": number} for role, who, number in people if who or number],
        "names": list(names),
        "tenures": list(held_and_holds(party.tenures)),
        "qualifications": [
            {"row": row, "expired": bool(row.ends_on and row.ends_on < today)}
            for row in firm.qualifications.order_by("ends_on", "name")
        ],
    }


def _plain(text):
    return text
