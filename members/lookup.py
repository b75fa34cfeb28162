"""一屏查企业: a name now or before, short name, initials, mobile or code gives one card that can be read aloud.

The apps above add their lines by register(): dues, grades, certificates.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from association.cases.models import Case
from association.cases.registry import kind_of
from association.core.masking import mask_mobile
from association.core.text import clean_text, halfwidth, name_key
from association.inbox.models import Whose
from association.parties.models import Party, PartyName, Seat
from association.workflow.table import workflow_of

from .models import CallNote, Firm, Membership, MembershipPause, Qualification, Tenure
from .queries import SOON, search

SHOWN = 12  # firms to choose from
CASES, CALLS = 8, 5
_PHONE = re.compile(r"1[3-9]\d{9}|0\d{2,3}-?\d{7,8}|\d{7,8}")


@dataclass(frozen=True)
class Line:
    """A line of the card. `tone`: "" | gold | seal; `said` is the same as a clause of the spoken sentence, or ""."""

    label: str
    text: str
    url: str = ""
    tone: str = ""
    said: str = ""


@dataclass
class Card:
    firm: Firm
    lines: list[Line] = field(default_factory=list)
    contacts: list[tuple[str, str, str]] = field(default_factory=list)  # (who, name, telephone)
    calls: list[CallNote] = field(default_factory=list)
    masked: bool = True

    @property
    def spoken(self) -> str:
        """One sentence for the telephone."""
        return f"{self.firm.party.name}：{'；'.join(line.said for line in self.lines if line.said)}。"


_slots: list[tuple[int, Callable]] = []


def register(function: Callable, *, order: int) -> Callable:
    """`function(firm, user) -> [Line]`, [] where the reader may not see it. A fixed number of queries.

    Places: 10 membership, 20 post, 30 dues, 40 grade, 50 what ends soon, 60 open cases.
    """
    _slots.append((order, function))
    _slots.sort(key=lambda slot: slot[0])
    return function


# -- Finding ----------------------------------------------------------------------------------------------------------


def find(user, term: str) -> list[Firm]:
    """The one firm that the term names exactly, else up to SHOWN that it may mean. One or two queries."""
    term = clean_text(term)
    if not term:
        return []
    rows = Firm.objects.visible_to(user).filter(party__merged_into=None).select_related("party")
    exact = list(rows.filter(pk__in=_exact(term)).order_by("party__name")[:SHOWN])
    if len(exact) == 1:
        return exact
    likely = search(rows, term).exclude(pk__in=[firm.pk for firm in exact]).order_by("party__name")
    return [*exact, *likely[: SHOWN - len(exact)]]


def _exact(term: str) -> QuerySet:
    """Parties, or what they were merged into, whose code, number, name, short name or telephone is the term."""
    parties = Party.objects.order_by()
    digits = halfwidth(term).replace(" ", "")
    if _PHONE.fullmatch(digits):
        parts = [
            parties.filter(firm__contact_phone=digits),
            parties.filter(firm__people__phone=digits),
            parties.filter(pk__in=Seat.objects.live().filter(user__mobile=digits).values("party")),
            parties.filter(pk__in=Tenure.objects.on().filter(person_phone=digits).values("party")),
        ]
    else:
        code = halfwidth(term).upper().replace(" ", "")
        parts = [
            parties.filter(Q(code=code) | Q(temporary_number=code)),
            parties.filter(pk__in=PartyName.objects.filter(name_key=name_key(term)).values("party")),
            parties.search(term).filter(Q(short_name=term) | Q(initials__iexact=term)),
            parties.filter(pk__in=Membership.objects.on().filter(number=term).values("party")),
        ]
    found = [part.values_list(Coalesce("merged_into", "pk")) for part in parts]
    return found[0].union(*found[1:])


# -- The card ---------------------------------------------------------------------------------------------------------


def card_of(firm: Firm, user, *, full: bool) -> Card:
    """What one says about the firm on the telephone; telephones masked unless `full`. A fixed number of queries."""
    card = Card(firm, masked=not full)
    for _order, function in _slots:
        card.lines += function(firm, user)
    mask = str if full else mask_mobile
    card.contacts = [
        ("法定代表人", firm.legal_representative, ""),
        ("联系人", firm.contact_name, mask(firm.contact_phone)),
        *((row.get_role_display(), row.name, mask(row.phone)) for row in firm.people.order_by("role", "name")),
    ]
    card.contacts = [row for row in card.contacts if row[1] or row[2]]
    calls = CallNote.objects.visible_to(user).filter(party=firm.pk).select_related("by")
    card.calls = list(calls.order_by("-happened_at", "-pk")[:CALLS])
    return card


def _membership(firm: Firm, user) -> list[Line]:
    today = timezone.localdate()
    pauses = MembershipPause.objects.filter(Q(ends_on=None) | Q(ends_on__gte=today), membership=OuterRef("pk"))
    rows = Membership.objects.visible_to(user).on().filter(party=firm.pk)
    row = rows.annotate(rests=Exists(pauses.filter(starts_on__lte=today))).first()
    if row is None:
        words = "会员" if firm.is_member else "不是会员"
        return [Line("会员", words, said=words)]
    since = f"{row.joined_on:%Y-%m-%d} 起" if getattr(row, "joined_on_known", True) else ""
    number = f"编号 {row.number}" if row.number else ""
    rest = "会员权利中止" if row.rests else ""
    text = "，".join(filter(None, [row.get_kind_display(), since, number, rest]))
    return [Line("会员", text, tone="gold" if row.rests else "", said=f"是{text}")]


def _posts(firm: Firm, user) -> list[Line]:
    rows = Tenure.objects.visible_to(user).on().filter(party=firm.pk).select_related("post")
    found = []
    for row in rows.order_by("post__order", "pk"):
        who = (
            f"{row.person_name}{f'（{row.person_title}）' if row.person_title else ''}"
            if row.person_name
            else "人选未定"
        )
        found.append(Line("职务", f"{row.post} {who}", said=f"{row.post}{row.person_name}"))
    return found


def _ends_soon(firm: Firm, user) -> list[Line]:
    today = timezone.localdate()
    rows = Qualification.objects.visible_to(user).filter(firm=firm.pk, ends_on__lte=today + timedelta(days=SOON))
    found = []
    for row in rows.order_by("ends_on"):
        over = row.ends_on < today
        text = f"{row.name}，{f'{row.ends_on:%Y-%m-%d}'}{' 已过期' if over else ' 到期'}"
        found.append(Line("到期", text, tone="seal" if over else "gold", said=text.replace("，", " ")))
    return found


def _open_cases(firm: Firm, user) -> list[Line]:
    rows = Case.objects.visible_to(user).standing().filter(party=firm.pk).exclude(whose=Whose.NOBODY)
    return [_case_line(case) for case in rows.order_by("-opened_at", "-pk")[:CASES]]


def _case_line(case: Case) -> Line:
    state = workflow_of(case).states(case.state).label
    whose = {Whose.PARTY: "轮到企业", Whose.OFFICE: "轮到协会", Whose.AUTHORITY: "轮到主管部门"}.get(case.whose, "")
    due = f"，{timezone.localtime(case.due_at):%m-%d} 前" if case.due_at else ""
    label = kind_of(case.kind).label
    text = f"{label}：{state}{f'，{whose}{due}' if whose else ''}"
    late = case.due_at is not None and case.due_at < timezone.now()
    return Line("在办", text, kind_of(case.kind).staff_url(case), "seal" if late else "", said=f"{label}{state}")


register(_membership, order=10)
register(_posts, order=20)
register(_ends_soon, order=50)
register(_open_cases, order=60)
