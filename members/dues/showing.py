"""Dues on a firm's file: lines of its timeline, a panel, the line of the look-up card, a sign of life."""

from decimal import Decimal
from uuid import UUID

from django.db.models import Sum

from association.documents.models import Document

from ..lookup import Line
from ..lookup import register as register_line
from ..models import DuesBill, DuesReceipt, Payment
from ..panels import Panel
from ..panels import register as register_panel
from ..signs import register as register_sign
from ..timeline import Source, told_by_source
from ..timeline import register as register_source
from .figures import LEFT
from .statement import Owed, last_paid
from .words import in_yuan

BILL_URL, PAYMENT_URL = "/admin/members/duesbill/{}/change/", "/admin/members/payment/{}/change/"


# -- The timeline -----------------------------------------------------------------------------------------------------


def _bills(party: int, user):
    return DuesBill.objects.visible_to(user).standing().filter(party=party)


def _tell_bill(year, label, amount, reason, pk, *, staff):
    title = f"{year} 年会费账单：{label}，应缴 {in_yuan(Decimal(amount))}"
    return {"title": title, "note": reason, "url": BILL_URL.format(pk) if staff else ""}


def _payments(party: int, user):
    """Without the lines that reverse others: the line that was wrong says so itself."""
    return Payment.objects.visible_to(user).filter(party=party).exclude(kind=Payment.Kind.REVERSAL)


def _tell_payment(kind, purpose, channel, amount, why, pk, *, staff):
    given_back = kind == Payment.Kind.REFUND
    what = f"退{Payment.Purpose(purpose).label}" if given_back else f"收到{Payment.Purpose(purpose).label}"
    title = f"{what} {in_yuan(abs(Decimal(amount)))}（{Payment.Channel(channel).label}）{'，已冲正' if why else ''}"
    return {"title": title, "note": why, "url": PAYMENT_URL.format(pk) if staff else "", "tone": "seal" if why else ""}


def _receipts(party: int, user):
    return DuesReceipt.objects.visible_to(user).filter(payment__party=party)


def _tell_receipt(number, amount, why, document, *, staff):
    url = Document(uid=UUID(document)).get_absolute_url() if document and not why else ""
    title = f"会费票据 {number}，{in_yuan(Decimal(amount))}{'，已作废' if why else ''}"
    return {"title": title, "note": why, "url": url}


register_source(Source("会费", _bills, "made_on", ("dues_year__year", "label", "amount", "reason", "pk"), _tell_bill))
register_source(Source(
    "会费", _payments, "received_on", ("kind", "purpose", "channel", "amount", "reversed_reason", "pk"), _tell_payment
))  # fmt: skip
register_source(Source(
    "会费", _receipts, "issued_on", ("number", "amount", "void_reason", "document__uid"), _tell_receipt
))  # fmt: skip
told_by_source("dues.made", "dues.booked", "dues.received", "dues.refunded")


# -- The firm's page, the card for the telephone ----------------------------------------------------------------------


@register_panel
def dues_panel(firm, user) -> Panel | None:
    """Bills by year, then the credit. Two queries."""
    if not user.has_perm("members.view_duesbill"):
        return None
    bills = _bills(firm.pk, user).select_related("dues_year").order_by("-dues_year__year")
    rows = [
        [
            (f"{bill.dues_year.year} 年", BILL_URL.format(bill.pk)), (bill.label, ""), (in_yuan(bill.amount), ""),
            (in_yuan(bill.paid), ""), (in_yuan(bill.outstanding) if bill.outstanding else "已缴清", ""),
        ]
        for bill in bills
    ]  # fmt: skip
    if credit := credit_of(firm.pk):
        listed = f"/admin/members/payment/?q={firm.party.number}"
        rows.append([("预存", listed), ("", ""), ("", ""), (in_yuan(credit), ""), ("", "")])
    return Panel(
        "会费", ("年度", "档次", "应缴", "已缴", "尚欠"), rows, "开出会费账单以后，每年应缴、已缴、尚欠会列在这里。"
    )


def credit_of(party: int) -> Decimal:
    """Yuan that the party paid and that settle nothing yet (预存). One query."""
    rows = Payment.objects.dues_received().filter(party=party)
    left = rows.aggregate(left=Sum(LEFT))["left"] or Decimal(0)
    return left.quantize(Decimal("0.01"))


def _dues_line(firm, user) -> list[Line]:
    """What is owed; where nothing is, the latest year that was billed. One query."""
    if not user.has_perm("members.view_duesbill"):
        return []
    bills = list(_bills(firm.pk, user).select_related("dues_year").order_by("dues_year__year", "pk"))
    owed = Owed([bill for bill in bills if bill.outstanding > 0])
    if owed.bills:
        part = f"，其中 {in_yuan(owed.overdue)} 已逾期" if owed.overdue else ""
        late = "，已逾期" if owed.overdue == owed.total else part
        url = BILL_URL.format(owed.bills[0].pk)
        return [Line("会费", f"{owed.words}{late}", url, "seal" if owed.overdue else "gold", said=owed.words)]
    words = f"{bills[-1].dues_year.year} 年会费已缴清" if bills else ""
    return [Line("会费", words, BILL_URL.format(bills[-1].pk), said=words)] if bills else []


register_line(_dues_line, order=30)


register_sign("缴纳会费", last_paid)
