"""What the demonstration's treasurer did beside the bank statements: receipts, calls, a reminder; a member's own desk."""

import datetime as dt
from collections.abc import Iterator

from django.utils import timezone

from association.accounts.models import User
from association.core.enums import Audience
from association.parties.actions import give_seat
from association.parties.models import Seat
from members.dues import billing, receipts, reminding
from members.dues.arrears import listed, note_dues_call, params_of
from members.models import DuesPromise, DuesReceipt, DuesReminder, DuesRules, DuesYear, Payment

from .people import holder_of


def load(plan: dict, people: dict[str, User]) -> Iterator[str]:
    about, treasurer = plan["dues"], holder_of(plan["people"], people, "财务处")
    owing = listed(treasurer, params_of({"year": f"{about['year']}"}))
    if not owing:
        return
    yield from _desk(plan, people)
    if not DuesReceipt.objects.exists():
        _receipts(about, treasurer)
        yield f"{DuesReceipt.objects.count()} receipts"
    if not DuesPromise.objects.exists():
        for place, (row, said) in enumerate(zip(owing, about["calls"], strict=False)):
            day = timezone.localdate() + dt.timedelta(days=5 * place + 3) if said["promised"] else None
            words = {"caller": row.contacts[0][0] if row.contacts else "", "content": said["content"]}
            note_dues_call(row.party, by=treasurer, promised_on=day, audience=Audience.STAFF, **words)
        yield f"{DuesPromise.objects.count()} calls about dues"
    if not DuesReminder.objects.exists():
        rules = DuesRules.current()
        step = reminding.step_now(DuesYear.objects.get(year=about["year"]), rules)
        bills = [due.bill.pk for due in reminding.to_remind(step, treasurer)[: about["reminded"]]] if step else []
        if bills:
            text = reminding.usual_text(step, rules)
            reminding.remind(step, bills, text=text, way=DuesReminder.Way.SHEET, by=treasurer)


def _desk(plan: dict, people: dict[str, User]) -> Iterator[str]:
    """Who acts for a member that paid a part of what it owes."""
    for row in plan["people"]:
        user = people[row["mobile"]]
        if "payer" not in row or Seat.objects.filter(user=user).exists():
            continue
        paid = (
            Payment.objects.for_dues()
            .filter(party__dues_bills__paid__gt=0, party__kind="firm")
            .order_by("received_on", "pk")
        )
        owing = paid.filter(party__dues_bills__paid=0, party__dues_bills__voided_at=None).first() or paid.first()
        give_seat(user=user, party=owing.party, by=None)
        billing.keep(
            owing.party, by=user, title=owing.party.name, tax_number=owing.party.code or "", receiver=user.name
        )
        yield f"{user.name} acts for {owing.party.name}"


def _receipts(about: dict, treasurer: User):
    """The first payments of the year have their receipts; the files are still to come."""
    paid = receipts.without_receipt(treasurer).filter(received_on__year=about["year"]).order_by("received_on", "pk")
    for number, payment in enumerate(paid.select_related("party")[: about["receipts"]], 1):
        receipts.issue(
            payment, code=about["receipt_code"], number=f"{number:010d}", issued_on=payment.received_on, by=treasurer,
            check_code=f"{number * 7919 % 10**6:06d}",
        )  # fmt: skip
