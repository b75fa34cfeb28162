"""开票信息: to whom receipts are made out. A party keeps its own; the latest of two people reads what changed."""

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from association.accounts.roles import Right
from association.accounts.rules import may
from association.core.enums import Audience
from association.core.models import StaleVersion
from association.parties.models import Party, Seat
from association.timeline.actions import record

from ..models import BillingDetails

FIELDS = ("title", "tax_number", "address", "phone", "bank", "account", "receiver", "receiver_email")


def details_of(party: Party) -> BillingDetails:
    """The party's row; where it has none yet an unsaved one (version 0) with its own name and code. One query."""
    found = BillingDetails.objects.filter(party=party).first()
    return found or BillingDetails(party=party, version=0, title=party.name, tax_number=party.code or "")


@transaction.atomic
def keep(party: Party, *, by, seen_version: int | None = None, **values) -> BillingDetails:
    """Write what the party wants on its receipts; `values` of FIELDS.

    Raises PermissionDenied, ValidationError by field, StaleVersion where somebody was quicker.
    """
    acts = Seat.objects.live().filter(user=by, party=party).exclude(right=Seat.Kind.READER).exists()
    if not (acts or may(Right.DUES)(by)):
        raise PermissionDenied("您的席位只能查看，请由单位管理员或经办人办理。")
    row = BillingDetails.objects.select_for_update().filter(party=party).first() or details_of(party)
    if seen_version is not None and row.version != seen_version:
        raise StaleVersion(row)
    is_new = row._state.adding
    changes = {name: [getattr(row, name), new] for name, new in values.items() if getattr(row, name) != new}
    if not changes and not is_new:
        return row
    for name, value in values.items():
        setattr(row, name, value)
    if is_new:
        row.version = 1
    row.full_clean(exclude=["party", "uid"])
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:  # somebody of the same party wrote the first one this moment
        raise StaleVersion(BillingDetails.objects.get(party=party)) from None
    record(
        row, "billing.kept", f"{by.name}{'填写' if is_new else '修改'}开票信息", by=by, party=party,
        audience=Audience.PARTY, changes={} if is_new else changes,
    )  # fmt: skip
    return row
