"""会费 on a party's desk: what is owed and how to pay it, what was paid, receipts, 开票信息, the notice to print."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from association.core.masking import mask_account
from association.core.models import Association
from members.dues import billing
from members.dues.notices import notice_of
from members.dues.statement import owed_by, statement_of
from members.dues.words import account_of, contact_of, in_yuan
from members.models import DuesRules, Membership

from .desk import Desk, of_party
from .dues_forms import BillingForm

HOME = "/desk/dues/"
CRUMBS = [{"label": "会费", "url": HOME}]


@of_party
@require_safe
def dues(request, desk):
    """What is owed, how to pay, bills by year, payments with their receipts, 开票信息. Ten queries."""
    statement, rules = statement_of(desk.party.pk, request.user), DuesRules.current()
    details = billing.details_of(desk.party)
    context = {
        "statement": statement, "owed": statement.owed, "contact": contact_of(rules, Association.current()),
        "account": account_of(rules), "pay_text": _pay_text(desk, rules, statement.owed),
        "is_member": bool(statement.bills) or Membership.objects.on().filter(party=desk.party).exists(),
        "details": details, "billing_rows": _billing_rows(details), "may_move": desk.may_move,
    }  # fmt: skip
    return render(request, "portal/dues.html", context)


def _pay_text(desk: Desk, rules: DuesRules, owed) -> str:
    """What the firm's accountant needs, to send on."""
    lines = [f"{label}：{value}" for label, value in account_of(rules)]
    if not lines or not owed.bills:
        return ""
    return "\n".join(
        [*lines, f"金额：{in_yuan(owed.total)}", f"附言：{desk.party.name}{owed.years}会费".replace(" ", "")]
    )


def _billing_rows(details) -> list[tuple[str, str]]:
    """[(label, value)] of what is filled in; the bank account masked, the form shows it whole."""
    shown = {name: getattr(details, name) for name in billing.FIELDS} | {"account": mask_account(details.account)}
    return [(str(details._meta.get_field(name).verbose_name), value) for name, value in shown.items() if value]


@of_party
@require_safe
def notice(request, desk):
    """缴费通知 as a sheet; where nothing is owed the page of dues says so."""
    owed = owed_by(desk.party.pk, request.user)
    if not owed.bills:
        messages.info(request, "现在没有要缴的会费。")
        return redirect(HOME)
    rules = DuesRules.current()
    context = {
        "notices": [notice_of(desk.party, owed, rules, Association.current())], "title": "缴费通知", "back_url": HOME,
        "printed_by": request.user.name, "printed_at": timezone.now(),
    }  # fmt: skip
    return render(request, "members/dues/notices.html", context)


@of_party
def billing_details(request, desk):
    """开票信息: filled in by the party itself."""
    desk.must_move()
    row, posted = billing.details_of(desk.party), request.method == "POST"
    start = {name: getattr(row, name) for name in billing.FIELDS}
    form = BillingForm(request.POST if posted else None, thing=row, reader=request.user, initial=start)
    if (
        posted
        and form.is_valid()
        and form.saves(
            lambda: billing.keep(desk.party, by=request.user, seen_version=form.seen_version, **form.values())
        )
    ):
        messages.success(request, "开票信息已保存，以后的票据按这个抬头开具。")
        return redirect(HOME)
    context = {
        "form": form,
        "title": "开票信息",
        "lead": desk.party.name,
        "crumbs": CRUMBS,
        "back": HOME,
        "submit": "保存",
    }
    return render(request, "portal/paper.html", context, status=422 if form.errors else 200)
