"""自动退会名单: who would lapse by the rule, shown before anything happens; decided by people, one by one or together."""

from django.contrib import messages
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse

from .. import membership_queries, signs, standing
from ..membership_forms import LapseForm
from ..models import Membership, MembershipRules

SHOWN = 500


def lapse_page(admin, request):
    """The list with ticks; a first POST shows what will happen, a second one (confirmed) does it."""
    here = reverse("admin:members_membership_lapse")
    months = MembershipRules.current().lapse_months
    found = membership_queries.would_lapse(request.user)
    ticked = {key for key in request.POST.getlist("member") if key.isdigit()}
    chosen = [one for one in found if str(one.membership.pk) in ticked]
    if request.method == "POST" and not chosen:
        messages.warning(request, "请先勾选要终止会籍的会员；刚才勾选的可能已经有了新的活动记录。")
        return HttpResponseRedirect(here)
    if request.method == "POST":
        return _preview(admin, request, chosen, here, months)
    context = admin.page_context(
        request, title="自动退会名单", found=found[:SHOWN], count=len(found), months=months, signs=signs.labels(),
        back_url=admin.page_url("changelist"),
    )  # fmt: skip
    return TemplateResponse(request, "admin/members/lapse.html", context)


def _preview(admin, request, chosen, here, months):
    confirmed = request.POST.get("confirmed") == "yes"
    form = LapseForm(request.POST if confirmed else None)
    if confirmed and form.is_valid():
        rows = [one.membership for one in chosen]
        done, refused = standing.end_many(rows, ending=Membership.Ending.LAPSED, by=request.user, **form.cleaned_data)
        if done:
            messages.success(request, f"已登记 {done} 名会员自动退会。")
        for row, why in refused[:5]:
            messages.warning(request, f"「{row.party.name}」没有办理：{why}")
        return HttpResponseRedirect(here)
    context = admin.page_context(
        request, title=f"自动退会（{len(chosen)} 名）", chosen=chosen, form=form, months=months, back_url=here
    )
    return TemplateResponse(request, "admin/members/lapse_preview.html", context, status=422 if form.errors else 200)
