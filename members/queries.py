"""Questions about firms: the list as it is searched and filtered, names that are alike, what a firm's page shows."""

import re
from collections.abc import Callable
from datetime import timedelta

from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from association.core.models import Association
from association.core.similarity import NameIndex, stem_of
from association.core.text import halfwidth, name_key
from association.parties.models import Party, PartyName
from association.timeline.models import Event

from .filtering import Filters
from .models import Firm, Person, Qualification

SOON = 90  # days before a qualification's end from which it is shown as expiring
ALIKE = 80  # of 100: likeness from which a new firm's name asks for a second look
EXPIRED, EXPIRING = "expired", "expiring"
_PHONE = re.compile(r"1[3-9]\d[\d-]{0,9}|0\d{2,3}-?\d*")  # from its beginning on
TERMS = {EXPIRING: f"{SOON} 天内到期", EXPIRED: "已过期"}


def search(rows: QuerySet, term: str) -> QuerySet:
    """Firms by name now or before, short name, initials, code; by what begins as a telephone number also by that."""
    found = Party.objects.search(term).order_by().values("pk")
    digits = halfwidth(term).replace(" ", "")
    if _PHONE.fullmatch(digits):  # a union, not OR: each part has its own index
        firms = Firm.objects.order_by().filter(contact_phone__startswith=digits).values("pk")
        people = Person.objects.order_by().filter(phone__startswith=digits).values("firm")
        found = found.union(firms, people)
    return rows.filter(pk__in=found)


def with_term(rows: QuerySet, which: str) -> QuerySet:
    """Firms with a qualification that has expired, or that expires within SOON days."""
    today = timezone.localdate()
    terms = {EXPIRED: Q(ends_on__lt=today), EXPIRING: Q(ends_on__range=(today, today + timedelta(days=SOON)))}
    return rows.filter(pk__in=Qualification.objects.filter(terms[which]).values("firm")) if which in terms else rows


def _filters() -> dict[str, tuple[str, dict[str, str], Callable]]:
    return {
        "district": (
            "县市区",
            {n: n for n in Association.current().district_names()},
            lambda r, v: r.filter(district=v),
        ),
        "group": ("资质分组", dict(Firm.Group.choices), lambda r, v: r.filter(qualification_group=v)),
        "member": ("会员", {"1": "会员", "0": "非会员"}, lambda r, v: r.filter(is_member=v == "1")),
        "kind": ("性质", {"firm": "法人单位", "branch": "分公司"}, lambda r, v: r.filter(party__kind=v)),
        "term": ("资质期限", TERMS, with_term),
    }


FILTERS = Filters(_filters, search)


def listed(user, params: dict) -> QuerySet:
    """Firms for print and export: by district and name, with the latest former name as `former`."""
    former = PartyName.objects.filter(party=OuterRef("party"), kind=PartyName.Kind.FORMER).order_by(
        F("ends_on").desc(nulls_first=True), "-pk"
    )
    rows = FILTERS.narrow(Firm.objects.visible_to(user).filter(party__merged_into=None), params)
    return rows.annotate(former=Subquery(former.values("name")[:1])).order_by("district", "party__name", "pk")


def similar_firms(name: str, limit: int = 5) -> list[tuple[Party, int]]:
    """(party, likeness) of those on file whose name, now or before, may mean the same firm. Two queries."""
    stem = stem_of(name)
    found = Party.objects.living()
    if len(stem) >= 2:
        pairs = [stem[at : at + 2] for at in range(len(stem) - 1)]
        alike = Party.objects.none()
        for pair in pairs[:4]:
            alike = alike | found.filter(pk__in=found.search(pair).values("pk")[:500])
        found = alike
    else:
        found = found.search(stem)[:500] if stem else found.none()
    names = PartyName.objects.filter(party__in=found.values("pk"))
    likely = NameIndex(names.values_list("party_id", "name")).likely(name, limit)
    parties = Party.objects.in_bulk([pk for pk, score in likely if score >= ALIKE])
    return [(parties[pk], score) for pk, score in likely if pk in parties]


def events_of_firm(firm: Firm) -> QuerySet:
    """What happened to the firm's file, to the party that it is, and to those merged into it; the latest first."""
    files = Party.objects.one_with(firm.party).values("pk")
    rows = Event.objects.filter(subject_type__in=("members.firm", "parties.party"), subject_id__in=files)
    return rows.exclude(~Q(subject_id=firm.pk), verb__in=("party.merged-away", "party.unmerged"))


def party_named(text: str) -> Party | None:
    """The one living party of exactly that code or name; None where there is none or more than one."""
    text = text.strip()
    rows = Party.objects.living().filter(Q(code=text.upper()) | Q(name_key=name_key(text)))[:2]
    found = list(rows)
    return found[0] if len(found) == 1 else None
