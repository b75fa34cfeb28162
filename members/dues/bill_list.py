"""The list of bills (会费账单) as it is filtered and searched: for the page, its print and its export alike."""

from collections.abc import Callable

from django.db.models import F, QuerySet

from association.core.models import Association
from association.core.words import word
from association.exchange.exports import ListExport
from association.exchange.exports import register as register_export
from association.exchange.resources import ColumnField, TableResource
from association.parties.search import by_party

from ..models import DuesBill, DuesYear

FULL, PART, NONE, OWED, REDUCED, VOID = "full", "part", "none", "owed", "reduced", "void"
_STATES = {
    FULL: ("已缴清", lambda rows: rows.filter(paid__gte=F("amount"))),
    PART: ("已缴部分", lambda rows: rows.filter(paid__gt=0, paid__lt=F("amount"))),
    NONE: ("未缴", lambda rows: rows.filter(paid=0, amount__gt=0)),
    OWED: ("有欠缴", lambda rows: rows.filter(paid__lt=F("amount"))),
    REDUCED: ("有减免", lambda rows: rows.filter(reductions__voided_at=None, reductions__isnull=False).distinct()),
}


def _of_state(rows: QuerySet, state: str) -> QuerySet:
    return rows.exclude(voided_at=None) if state == VOID else _STATES[state][1](rows.standing())


TITLES = {"year": "年度", "post": "档次", "district": word("district"), "state": "缴费情况"}
STATES = {name: words for name, (words, _narrow) in _STATES.items()} | {VOID: "已作废"}
NARROW: dict[str, Callable[[QuerySet, str], QuerySet]] = {
    "year": lambda rows, value: rows.filter(dues_year__year=value),
    "post": lambda rows, value: rows.filter(label=value),
    "district": lambda rows, value: rows.filter(district=value),
    "state": _of_state,
}


def filters(user) -> dict[str, dict[str, str]]:
    """{parameter: {value: words}}: what the person has to choose from. Two queries."""
    years = DuesYear.objects.visible_to(user).values_list("year", flat=True)
    bills = DuesBill.objects.visible_to(user).standing().order_by("-full_amount", "label")
    return {
        "year": {str(year): f"{year} 年" for year in years},
        "post": {label: label for label in bills.values_list("label", flat=True).distinct()},
        "district": {name: name for name in Association.current().district_names()},
        "state": STATES,
    }


search = by_party()


def params_of(asked, user) -> dict[str, str]:
    """The search term and filters of a query string, those that say something."""
    found = {name: asked[name] for name, values in filters(user).items() if asked.get(name) in values}
    term = asked.get("q", "").strip()[:60]
    return found | ({"q": term} if term else {})


def words_of(params: dict) -> str:
    """「年度：2021 年，县市区：东区」; "" for all."""
    shown = {"year": lambda value: f"{value} 年", "state": STATES.get}
    words = [f"{TITLES[name]}：{shown.get(name, str)(value)}" for name, value in params.items() if name != "q"]
    return "，".join([*words, *([f"查找：{params['q']}"] if "q" in params else [])])


def narrowed(rows: QuerySet, params: dict) -> QuerySet:
    rows = rows if params.get("state") == VOID else rows.standing()
    for name, value in params.items():
        rows = search(rows, value) if name == "q" else NARROW[name](rows, value)
    return rows


def listed(user, params: dict) -> QuerySet:
    rows = narrowed(DuesBill.objects.visible_to(user), params).annotate(owed=F("amount") - F("paid"))
    return rows.order_by("-dues_year__year", "party__name", "pk")


class BillResource(TableResource):
    year = ColumnField("年度", "dues_year__year", width=8)
    name = ColumnField("单位名称", "party__name", width=34)
    code = ColumnField("统一社会信用代码", "party__code", width=22)
    label = ColumnField("档次", "label", width=16)
    district = ColumnField("县市区", "district", width=14)
    full_amount = ColumnField("标准（元）", "full_amount", figure=True)
    amount = ColumnField("应缴（元）", "amount", figure=True)
    paid = ColumnField("已缴（元）", "paid", figure=True)
    owed = ColumnField("欠缴（元）", "owed", figure=True)
    reason = ColumnField("金额依据", "reason", width=26)
    void_reason = ColumnField("作废原因", "void_reason", width=20)

    class Meta:
        model = DuesBill


BILLS = register_export(ListExport("dues-bills", "会费账单", BillResource, listed, words_of))
