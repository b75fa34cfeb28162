"""欠缴会费: who owes what, for the telephone; what was said on it, and what was promised."""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, F, OuterRef
from django.utils import timezone

from association.core.masking import mask_mobile
from association.core.models import Association
from association.parties.models import Party, Seat

from ..calls import close_calls, note_call
from ..models import CallNote, DuesBill, DuesPromise, Firm, Membership, Person
from .checks import needs_right
from .settle import lock_parties
from .statement import Owed, last_paid, outstanding
from .words import in_yuan

TOPIC = "催缴会费"
CALLED = {"never": "还没有联系过", "promised": "有承诺，没到日子", "broken": "承诺已过期，仍未缴"}
ORDERS = {"owed": "欠得多的在前", "oldest": "欠得久的在前", "name": "按名称"}


@dataclass
class Arrears:
    """A line of the telephone list: a party with everything it owes."""

    party: Party
    owed: Owed
    district: str
    label: str
    is_member: bool = True
    contacts: list[tuple[str, str]] = field(default_factory=list)  # (name, telephone)
    last_paid: dt.date | None = None
    last: DuesPromise | None = None  # the last call about dues
    promise: DuesPromise | None = None  # the last call in which a day was promised

    @property
    def oldest(self) -> int:
        return self.owed.bills[0].dues_year.year

    @property
    def called(self) -> str:
        """A key of CALLED, "" where somebody called and nothing was promised."""
        if self.last is None:
            return "never"
        if self.promise is None:
            return ""
        return "broken" if self.promise.promised_on < self.owed.today else "promised"

    def contact_words(self, *, masked: bool) -> list[tuple[str, str]]:
        """[(name, telephone)], the telephone masked unless it is asked for in full."""
        return [(name, mask_mobile(phone) if masked else phone) for name, phone in self.contacts]


# -- The list ---------------------------------------------------------------------------------------------------------


def params_of(asked) -> dict[str, str]:
    """The filters of a query string (QueryDict) that say something."""
    found = {"q": asked.get("q", "").strip()[:60], "year": asked.get("year", ""), "post": asked.get("post", "")[:40]}
    found["district"], found["called"] = asked.get("district", "")[:40], asked.get("called", "")
    found["order"] = asked.get("order", "") if asked.get("order") in ORDERS else "owed"
    if not (found["year"].isascii() and found["year"].isdigit() and len(found["year"]) == 4):
        found["year"] = ""
    if found["called"] not in CALLED:
        found["called"] = ""
    return found


def words_of(params: dict) -> str:
    words = [
        f"查找：{params['q']}" if params["q"] else "", f"{params['year']} 年" if params["year"] else "", params["post"],
        params["district"], CALLED.get(params["called"], ""),
    ]  # fmt: skip
    return "，".join(filter(None, words)) or "全部欠缴"


def choices(user) -> dict[str, list]:
    """{"years", "posts", "districts"}: what the outstanding bills have to choose from. Two queries."""
    rows = outstanding(user).order_by()
    found = set(rows.values_list("dues_year__year", "label", "district").distinct())
    order = {name: place for place, name in enumerate(Association.current().district_names())}
    return {
        "years": sorted({year for year, _label, _district in found}, reverse=True),
        "posts": sorted({label for _year, label, _district in found}),
        "districts": sorted({name for _y, _l, name in found if name}, key=lambda name: (order.get(name, 999), name)),
    }


def listed(user, params: dict) -> list[Arrears]:
    """The parties that owe dues, with all that they owe whatever the year asked for. Eight queries."""
    bills = outstanding(user).select_related("dues_year", "party")
    chosen = bills
    if params["year"]:
        chosen = chosen.filter(dues_year__year=params["year"])
    if params["post"]:
        chosen = chosen.filter(label=params["post"])
    if params["district"]:
        chosen = chosen.filter(district=params["district"])
    if params["q"]:
        chosen = chosen.filter(party__in=Party.objects.search(params["q"]).order_by().values("pk"))
    rows = _rows(bills.filter(party__in=chosen.order_by().values("party")))
    _fill(rows)
    found = [row for row in rows.values() if not params["called"] or row.called == params["called"]]
    return sorted(found, key=_ORDER[params["order"]])


_ORDER = {
    "owed": lambda row: (-row.owed.total, row.oldest, row.party.initials),
    "oldest": lambda row: (row.oldest, -row.owed.total, row.party.initials),
    "name": lambda row: (row.party.initials, row.party.name),
}


def of_parties(user, parties) -> list[Arrears]:
    """The same of the parties named, those that owe something, by name."""
    rows = _rows(outstanding(user).select_related("dues_year", "party").filter(party__in=list(parties)))
    _fill(rows)
    return sorted(rows.values(), key=_ORDER["name"])


def _rows(bills) -> dict[int, Arrears]:
    by_party = defaultdict(list)
    for bill in bills:
        by_party[bill.party_id].append(bill)
    return {
        key: Arrears(found[0].party, Owed(found), found[-1].district, found[-1].label)
        for key, found in by_party.items()
    }


def _fill(rows: dict[int, Arrears]):
    """What is known beside the bills: contacts, the last payment, the last call. Seven queries."""
    if not rows:
        return
    keys = list(rows)
    members = set(Membership.objects.on().filter(party__in=keys).values_list("party", flat=True))
    for party, day in last_paid(keys).items():
        rows[party].last_paid = day
    for firm in Firm.objects.filter(pk__in=keys):
        _add_contact(rows[firm.pk], firm.contact_name or firm.legal_representative, firm.contact_phone)
    people = Person.objects.filter(firm__in=keys, role__in=(Person.Role.FINANCE, Person.Role.CONTACT)).order_by("pk")
    for party, name, phone in people.values_list("firm", "name", "phone"):
        _add_contact(rows[party], name, phone)
    seats = Seat.objects.live().filter(party__in=keys, user__is_active=True).order_by("pk")
    for party, name, phone in seats.values_list("party", "user__name", "user__mobile"):
        if not rows[party].contacts:  # somebody who acts for it is better than nobody
            _add_contact(rows[party], name, phone)
    calls = DuesPromise.objects.filter(bill__party__in=keys).select_related("call__by", "bill")
    for one in calls.order_by("call__happened_at", "pk"):
        row = rows[one.bill.party_id]
        row.last = one
        row.promise = one if one.promised_on else row.promise
    for key, row in rows.items():
        row.is_member = key in members


def _add_contact(row: Arrears, name: str, phone: str):
    if (name or phone) and (name, phone) not in row.contacts:
        row.contacts.append((name, phone))


# -- A call -----------------------------------------------------------------------------------------------------------


@transaction.atomic
def note_dues_call(
    party: Party, *, by, way: str = CallNote.Way.OUT, caller: str = "", phone: str = "", content: str = "",
    amount: Decimal | None = None, promised_on: dt.date | None = None, audience: str, once: UUID | None = None,
) -> DuesPromise:  # fmt: skip
    """Write a call about dues down, and what was promised; a promised day becomes a to-do of whoever called.

    It hangs on the oldest bill that is not paid. Raises PermissionDenied, ValidationError by field.
    """
    needs_right(by)
    lock_parties([party.pk])  # two clicks are one
    if once and (known := DuesPromise.objects.filter(call__uid=once, call__by=by).first()):
        return known
    bills = list(outstanding(by).filter(party=party))
    if not bills:
        raise ValidationError("这家单位的会费已经缴清，不用再联系。")
    owed = Owed(bills).total
    if amount is not None and promised_on is None:
        raise ValidationError({"promised_on": "承诺了金额的，请填写承诺在哪一天缴。"})
    if amount is not None and not 0 < amount <= owed:
        raise ValidationError({"amount": f"承诺金额应大于 0，不超过尚欠的 {in_yuan(owed)}。"})
    if promised_on and promised_on < timezone.localdate():
        raise ValidationError({"promised_on": "承诺日期不能早于今天，请核对。"})
    promised = f"承诺 {promised_on:%Y-%m-%d} 前缴{f' {in_yuan(amount)}' if amount else '清'}" if promised_on else ""
    call = note_call(
        party=party, by=by, topic=TOPIC, way=way, caller=caller, phone=phone, audience=audience,
        content="；".join(filter(None, [promised, content])), follow_up_on=promised_on, once=once,
    )  # fmt: skip
    return DuesPromise.objects.create(call=call, bill=bills[0], amount=amount, promised_on=promised_on)


def calls_of(party: int, user):
    """What was said about dues with a party, the latest first. One query."""
    rows = DuesPromise.objects.visible_to(user).filter(bill__party=party).select_related("call__by", "bill__dues_year")
    return rows.order_by("-call__happened_at", "-pk")


def close_kept() -> int:
    """Promises of who has paid everything meanwhile wait for nobody any more. Returns how many."""
    owing = DuesBill.objects.standing().filter(paid__lt=F("amount"), party=OuterRef("bill__party"))
    kept = DuesPromise.objects.filter(~Exists(owing))
    return close_calls(CallNote.objects.filter(pk__in=kept.values("call")), "会费已缴清，不用再联系")
