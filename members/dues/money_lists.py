"""The lists of bank lines (银行流水) and payments (收款) as they are filtered and searched: for the pages and the exports."""

import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation

from django.db.models import F, Max, Min, Prefetch, Q, QuerySet

from association.core.masking import mask_account
from association.core.text import name_key
from association.exchange.exports import ListExport
from association.exchange.exports import register as register_export
from association.exchange.resources import ColumnField, TableResource
from association.parties.models import Party

from ..models import BankLine, Payment

D, K = BankLine.Direction, Payment.Kind
MONTHS = 24  # offered in the list; any other stands in an address
Filters = dict[str, tuple[str, dict[str, str], Callable]]

_LINES: dict[str, tuple[str, Callable]] = {
    "waiting": ("待认领", lambda rows: rows.waiting()),
    "booked": ("已入账", lambda rows: rows.filter(direction=D.IN, withdrawn_at=None, booked=F("amount"))),
    "aside": ("不入账", lambda rows: rows.filter(set_aside_at__isnull=False, withdrawn_at=None)),
    "returned": ("像是退回了已入账的款", lambda rows: rows.returned()),
    "out": ("支出", lambda rows: rows.filter(direction=D.OUT, withdrawn_at=None)),
    "interest": ("利息", lambda rows: rows.filter(direction=D.INTEREST, withdrawn_at=None)),
    "withdrawn": ("导入已撤销", lambda rows: rows.filter(withdrawn_at__isnull=False)),
}
_PAYMENTS: dict[str, tuple[str, Callable]] = {
    "standing": ("有效", lambda rows: rows.standing()),
    "credit": (
        "有预存",
        lambda rows: rows.dues_received().filter(amount__gt=F("settled") + F("refunded") + Decimal("0.001")),
    ),
    "refund": ("退款", lambda rows: rows.filter(kind=K.REFUND)),
    "reversed": ("已冲正", lambda rows: rows.filter(Q(reversed_at__isnull=False) | Q(kind=K.REVERSAL))),
}


class _OfMonth(dict):
    """Months offered by their words; any other month is as good, in words of its own."""

    def __contains__(self, value):
        return isinstance(value, str) and re.fullmatch(r"\d{4}(-(0[1-9]|1[0-2]))?", value) is not None

    def get(self, value, default=None):
        return super().get(value) or (words_of_month(value) if value in self else default)


def words_of_month(value: str) -> str:
    year, _dash, month = value.partition("-")
    return f"{year} 年 {int(month)} 月" if month else f"{year} 年"


def _months(model, user, name: str) -> _OfMonth:
    """The last months that have any, after the years; nothing to choose from without a `user`."""
    rows = model.objects.visible_to(user) if user else model.objects.none()
    ends = rows.aggregate(first=Min(name), last=Max(name))
    found = _OfMonth()
    if ends["last"]:
        first, last = ends["first"], ends["last"]
        for year in range(last.year, first.year - 1, -1):
            found[str(year)] = f"{year} 年"
        year, month = last.year, last.month
        while (year, month) >= (first.year, first.month) and len(found) < MONTHS:
            found[f"{year}-{month:02d}"] = f"{year} 年 {month} 月"
            year, month = (year, month - 1) if month > 1 else (year - 1, 12)
    return found


def _in_month(name: str) -> Callable:
    def narrow(rows: QuerySet, value: str) -> QuerySet:
        year, _dash, month = value.partition("-")
        found = rows.filter(**{f"{name}__year": int(year)})
        return found.filter(**{f"{name}__month": int(month)}) if month else found

    return narrow


def _states(states: dict, usual: Callable = lambda rows: rows) -> tuple[str, dict[str, str], Callable]:
    """`usual`: the rows where no state is asked for."""
    words = {name: words for name, (words, _narrow) in states.items()}
    return "情况", words, lambda rows, value: states[value][1](rows) if value else usual(rows)


def line_filters(user=None) -> Filters:
    """{parameter: (title, {value: words}, function(rows, value))}, the months that `user` sees rows of. One query."""
    return {
        "state": _states(_LINES, lambda rows: rows.filter(withdrawn_at=None)),
        "month": ("月份", _months(BankLine, user, "happened_on"), _in_month("happened_on")),
    }


def payment_filters(user=None) -> Filters:
    return {
        "state": _states(_PAYMENTS),
        "month": ("月份", _months(Payment, user, "received_on"), _in_month("received_on")),
        "purpose": ("用途", dict(Payment.Purpose.choices), lambda rows, value: rows.filter(purpose=value)),
        "channel": ("方式", dict(Payment.Channel.choices), lambda rows, value: rows.filter(channel=value)),
        "matched": ("认领方式", dict(Payment.Matched.choices), lambda rows, value: rows.filter(matched=value)),
    }


def _figure(term: str) -> Decimal | None:
    try:
        figure = Decimal(term.replace(",", "").replace("，", "").removesuffix("元"))
    except InvalidOperation:
        return None
    return figure if figure.is_finite() and abs(figure) < Decimal(10) ** 12 else None


def search_lines(rows: QuerySet, term: str) -> QuerySet:
    """By payer, memo, 流水号 or amount."""
    asked = Q(payer_key__contains=name_key(term)) if name_key(term) else Q(payer__icontains=term)
    asked |= Q(memo__icontains=term) | Q(reference__startswith=term)
    figure = _figure(term)
    return rows.filter(asked if figure is None else asked | Q(amount=figure))


def search_payments(rows: QuerySet, term: str) -> QuerySet:
    """By the party's names and code, the payer, the voucher's number, the 流水号 or the amount."""
    asked = Q(party__in=Party.objects.search(term).values("pk")) | Q(payer__icontains=term)
    asked |= Q(reference=term) | Q(line__reference=term)
    figure = _figure(term)
    return rows.filter(asked if figure is None else asked | Q(amount=figure))


def params_of(asked, known: Filters) -> dict[str, str]:
    """The search term and filters of a query string, those that say something."""
    found = {name: asked[name] for name in known if asked.get(name) in known[name][1]}
    term = asked.get("q", "").strip()[:60]
    return found | ({"q": term} if term else {})


def _words_of(known: Callable[[], Filters]) -> Callable[[dict], str]:
    def words(params: dict) -> str:
        filters = known()
        found = [f"{filters[name][0]}：{filters[name][1].get(value)}" for name, value in params.items() if name != "q"]
        return "，".join([*found, *([f"查找：{params['q']}"] if "q" in params else [])])

    return words


def _narrowed(rows: QuerySet, params: dict, known: Filters, search: Callable) -> QuerySet:
    for name, value in params.items():
        rows = search(rows, value) if name == "q" else known[name][2](rows, value)
    return rows


def lines_listed(user, params: dict) -> QuerySet:
    return _narrowed(BankLine.objects.visible_to(user), {"state": None} | params, line_filters(), search_lines)


def payments_listed(user, params: dict) -> QuerySet:
    return _narrowed(Payment.objects.visible_to(user), params, payment_filters(), search_payments)


def standing_payments() -> Prefetch:
    """The payments out of lines, as line.standing_payments."""
    return Prefetch("payments", Payment.objects.standing().select_related("party"), to_attr="standing_payments")


class LineResource(TableResource):
    happened_at = ColumnField("交易时间", "happened_at", width=17)
    reference = ColumnField("交易流水号", "reference", width=22)
    direction = ColumnField("收支", "direction", show=lambda value: D(value).label, width=8)
    amount = ColumnField("金额（元）", "amount", figure=True)
    payer = ColumnField("对方户名", "payer", width=34)
    payer_account = ColumnField("对方账号", "payer_account", width=22, mask=mask_account)
    memo = ColumnField("摘要", "memo", width=30)
    booked = ColumnField("已入账（元）", "booked", figure=True)
    why = ColumnField("待认领的原因", "why", width=28)
    set_aside_reason = ColumnField("不入账的原因", "set_aside_reason", width=24)

    class Meta:
        model = BankLine


class PaymentResource(TableResource):
    received_on = ColumnField("收款日期", "received_on")
    party = ColumnField("单位", "party__name", width=34)
    code = ColumnField("统一社会信用代码", "party__code", width=22)
    payer = ColumnField("付款人", "payer", width=30)
    kind = ColumnField("种类", "kind", show=lambda value: K(value).label, width=8)
    purpose = ColumnField("用途", "purpose", show=lambda value: Payment.Purpose(value).label, width=9)
    channel = ColumnField("方式", "channel", show=lambda value: Payment.Channel(value).label, width=10)
    matched = ColumnField("认领方式", "matched", show=lambda value: Payment.Matched(value).label, width=10)
    amount = ColumnField("金额（元）", "amount", figure=True)
    settled = ColumnField("已抵会费（元）", "settled", figure=True)
    refunded = ColumnField("已退（元）", "refunded", figure=True)
    line = ColumnField("交易流水号", "line__reference", width=22)
    reference = ColumnField("凭据号", "reference", width=14)
    note = ColumnField("说明", "note", width=24)
    by = ColumnField("经手人", "by__name", width=10)
    reversed_reason = ColumnField("冲正原因", "reversed_reason", width=24)

    class Meta:
        model = Payment


LINES = register_export(ListExport("bank-lines", "银行流水", LineResource, lines_listed, _words_of(line_filters)))
PAYMENTS = register_export(
    ListExport("payments", "收款明细", PaymentResource, payments_listed, _words_of(payment_filters))
)
