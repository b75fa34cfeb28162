"""The party's own file, and the changes of it that it asks for (资料变更)."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from association.core.masking import mask_mobile
from association.core.refusals import put_errors
from association.inbox.models import Whose
from association.timeline.actions import log_access
from association.timeline.models import AccessLog
from members import changes
from members.change_forms import ProposalForm
from members.enums import ChangeState
from members.models import ChangeProposal, Firm
from members.on_file import is_personal
from members.rules import sees_firm
from members.term_queries import tenures_of
from members.timeline import page_of

from . import cases
from .desk import Desk, of_party
from .firm_file import file_of

CRUMB = [{"label": "企业档案", "url": "/desk/firm/"}]


def _firm_or_404(request, desk: Desk) -> Firm:
    row = Firm.objects.visible_to(request.user).select_related("party__parent").filter(party=desk.party).first()
    if row is None:
        raise Http404
    return row


@of_party
def firm(request, desk):
    """The party's own file. Personal data is masked until asked for (POST), and that is remembered."""
    row = _firm_or_404(request, desk)
    if request.method not in ("GET", "HEAD", "POST"):
        raise Http404
    unmasked = request.method == "POST"
    if unmasked:
        log_access(AccessLog.Action.UNMASKED, f"{row} 企业档案", by=request.user, subject=row, request=request)
    under_way, before = changes.open_proposal_of(row), request.GET.get("before", "")
    context = {
        "unmasked": unmasked,
        "under_way": under_way and {"title": cases.title_of(under_way.case), "url": under_way.case.desk_url},
        "actions": [] if under_way or not desk.may_move else [CHANGE],
        "timeline": page_of(row, request.user, before=before),
        "before": before,
        "relatives": list(Firm.objects.visible_to(request.user).related_to(desk.party).select_related("party")),
        **file_of(row, unmasked=unmasked),
    }
    return render(request, "portal/firm.html", context)


@of_party
@require_safe
def related(request, desk, uid):
    """The file of a branch or of the head office, where the rules of the house open it: to read, persons masked."""
    row = Firm.objects.related_to(desk.party).select_related("party__parent").filter(uid=uid).first()
    if row is None or not sees_firm(request.user, row):
        raise Http404
    before = request.GET.get("before", "")
    context = {
        **file_of(row, unmasked=False), "related": True, "crumbs": CRUMB, "before": before,
        "timeline": page_of(row, request.user, before=before),
        "tenures": list(tenures_of(row.party, request.user)),
    }  # fmt: skip
    return render(request, "portal/firm.html", context)


CHANGE = {"label": "申请变更资料", "url": "/desk/firm/change/", "filled": True}


# -- Asking for a change ----------------------------------------------------------------------------------------------


@of_party
def change(request, desk):
    """The firm's data as a form. What is under way already is shown in its place."""
    row = _firm_or_404(request, desk)
    desk.must_move()
    known = changes.open_proposal_of(row)
    if known and request.method != "POST":
        messages.info(request, "您单位有一件资料变更正在办理，办完才能再申请。")
        return redirect(known.case.desk_url)
    return _form_page(request, row, crumbs=CRUMB, back="/desk/firm/")


@of_party
def proposal_edit(request, desk, uid):
    """A returned proposal is corrected and put in again."""
    proposal = _proposal_or_404(request, desk, uid)
    desk.must_move()
    back = proposal.case.desk_url
    if proposal.case.state != ChangeState.RETURNED and request.method != "POST":
        messages.warning(request, f"现在不能修改：这一件已经是“{cases.state_of(proposal.case)['chip']}”。")
        return redirect(back)
    crumbs = [*CRUMB, {"label": cases.title_of(proposal.case), "url": back}]
    return _form_page(request, _firm_or_404(request, desk), proposal=proposal, crumbs=crumbs, back=back)


def _form_page(request, row: Firm, *, crumbs, back, proposal=None):
    form = ProposalForm(
        request.POST if request.method == "POST" else None, request.FILES or None, firm=row, user=request.user,
        proposal=proposal, initial={"post": request.GET.get("post", "")},
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        try:
            saved = form.save()
        except ValidationError as problem:
            put_errors(form, problem)
        else:
            messages.success(request, "已提交，协会核对以后生效；办理情况在这里查看。")
            return redirect(saved.case.desk_url)
    elif request.method != "POST":  # names and telephones of persons stand in the form
        log_access(AccessLog.Action.UNMASKED, f"{row} 资料变更表", by=request.user, subject=row, request=request)
    context = {"form": form, "firm": row, "crumbs": crumbs, "back": back, "proposal": proposal}
    return render(request, "portal/firm_change.html", context, status=422 if form.errors else 200)


# -- One proposal -----------------------------------------------------------------------------------------------------


def _proposal_or_404(request, desk, uid) -> ChangeProposal:
    rows = ChangeProposal.objects.visible_to(request.user).standing().filter(case__party=desk.party, case__uid=uid)
    found = rows.select_related("case__party", "licence").first()
    if found is None:
        raise Http404
    return found


@of_party
@require_safe
def proposal(request, desk, uid):
    """What was asked for, whose turn it is, what became of it."""
    row = _proposal_or_404(request, desk, uid)
    case = row.case
    context = {
        "crumbs": CRUMB, "proposal": row, "title": cases.title_of(case), "turn": _turn_of(desk, row),
        "steps": cases.stations(case), "events": cases.events(desk, case), "rows": [_shown(one) for one in changes.differences(row)],
        "undo": cases.undo_of(desk, case), "leaving": cases.leaving_of(desk, case), **cases.state_of(case),
    }  # fmt: skip
    return render(request, "portal/firm_proposal.html", context)


def _shown(one: changes.Difference) -> dict:
    mask = mask_mobile if is_personal(one.key) else str
    return {"label": one.label, "before": mask(one.before), "after": mask(one.after)}


def _turn_of(desk, row: ChangeProposal) -> dict:
    """components/turn_bar.html; what was returned is put in again by the form, not by a move."""
    case, what, note = row.case, "", ""
    whose, again = cases.whose_turn(case), {"label": "修改后重新提交", "url": f"{case.desk_url}edit/"}
    if whose == Whose.CLOCK:
        day = row.takes_effect_on
        what, note = "协会已受理", f"{day:%Y-%m-%d} 起生效，到那一天自动写入企业档案" if day else "等待协会确定生效日期"
    buttons = [again] if whose == Whose.PARTY and desk.may_move else []
    return cases.turn_of(desk, case, over="本次变更已办结", buttons=buttons, due=case.due_at, what=what, note=note)


@of_party
def proposal_move(request, desk, uid, name):
    """The confirm page of the party's own move (撤回申请), and the move."""
    case = _proposal_or_404(request, desk, uid).case
    return cases.move_page(request, desk, case, name, crumbs=CRUMB, title=cases.title_of(case))


@of_party
def proposal_undo(request, desk, uid):
    case = _proposal_or_404(request, desk, uid).case
    return cases.undo_page(request, desk, case, crumbs=CRUMB, title=cases.title_of(case))
