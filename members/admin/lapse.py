"""自动退会名单: who would lapse by the rule, shown before anything happens; decided by people, one by one or together."""

from collections.abc import Callable
from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse

from .. import membership_queries, signs, standing
from ..membership_forms import KeepForm, LapseForm
from ..models import Membership, MembershipRules
from ..pages import keys_in

SHOWN = 500


@dataclass(frozen=True)
class Decision:
    """What is done with those that were ticked: `act(rows, by, data)` as standing.for_each()."""

    title: str
    about: str
    form: type[forms.Form]
    act: Callable
    done: str
    danger: bool = False


DECISIONS = {
    "lapse": Decision(
        "自动退会", "会籍终止，原因记为“自动退会”，在会里的职务同时终止。以后重新入会的，编号不变。", LapseForm,
        lambda rows, by, data: standing.end_many(rows, ending=Membership.Ending.LAPSED, by=by, **data),
        "已登记 {} 名会员自动退会。", danger=True,
    ),
    "keep": Decision(
        "保留会籍", "会籍照旧，到保留的日期为止不再列入自动退会名单。", KeepForm,
        lambda rows, by, data: standing.keep_many(rows, by=by, **data), "已登记保留 {} 名会员。",
    ),
}  # fmt: skip


def lapse_page(admin, request):
    """The list with ticks; a first POST shows what will happen, a second one (confirmed) does it."""
    here = reverse("admin:members_membership_lapse")
    months = MembershipRules.current().lapse_months
    found = membership_queries.would_lapse(request.user)
    ticked = set(keys_in(request.POST, "member"))
    chosen = [one for one in found if one.membership.pk in ticked]
    if request.method == "POST" and not chosen:
        messages.warning(request, "请先勾选会员；刚才勾选的可能已经有了新的活动记录，或已由别人办理。")
        return HttpResponseRedirect(here)
    if request.method == "POST":
        return _preview(admin, request, chosen, here)
    context = admin.page_context(
        request, title="自动退会名单", found=found[:SHOWN], count=len(found), months=months, signs=signs.labels(),
        kept=membership_queries.would_lapse(request.user, kept=True)[:SHOWN], back_url=admin.page_url("changelist"),
    )  # fmt: skip
    return TemplateResponse(request, "admin/members/lapse.html", context)


def _preview(admin, request, chosen, here):
    name = request.POST.get("decision", "lapse")
    decision, confirmed = DECISIONS.get(name, DECISIONS["lapse"]), request.POST.get("confirmed") == "yes"
    form = decision.form(request.POST if confirmed else None)
    if confirmed and form.is_valid():
        done, refused = decision.act([one.membership for one in chosen], request.user, form.cleaned_data)
        if done:
            messages.success(request, decision.done.format(done))
        for row, why in refused[:5]:
            messages.warning(request, f"「{row.party.name}」没有办理：{why}")
        return HttpResponseRedirect(here)
    context = admin.page_context(
        request, title=f"{decision.title}（{len(chosen)} 名）", decision=decision, name=name, chosen=chosen, form=form,
        back_url=here,
    )  # fmt: skip
    return TemplateResponse(request, "admin/members/lapse_preview.html", context, status=422 if form.errors else 200)
