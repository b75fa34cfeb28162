"""The party's own file, and the changes of it that it asks for (资料变更)."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from association.cases.models import Case
from association.cases.registry import kind_of
from association.core.masking import mask_mobile
from association.inbox.models import Whose
from association.inbox.queries import Clock
from association.timeline.actions import log_access
from association.timeline.models import AccessLog
from association.workflow.actions import perform, undo_last
from association.workflow.checks import reason_of, undoable_step
from association.workflow.table import workflow_of
from members import changes
from members.change_forms import ProposalForm
from members.enums import ChangeState
from members.models import ChangeProposal, Firm
from members.on_file import is_personal
from members.rules import sees_firm
from members.term_queries import tenures_of
from members.timeline import page_of

from . import ratings
from .desk import Desk, of_party
from .firm_file import file_of
from .forms import PartyMoveForm, UndoForm

CRUMB = [{"label": "企业档案", "url": "/desk/firm/"}]
READS_ONLY = "您的席位只能查看，请由单位管理员或经办人办理。"


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
        "under_way": under_way and {"title": _without_name(under_way.case), "url": url_of(under_way.case)},
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


def url_of(case: Case) -> str:
    return kind_of(case.kind).party_url(case)


def _without_name(case: Case) -> str:
    return case.title.removeprefix(case.party_name).strip() or case.title


# -- Asking for a change ----------------------------------------------------------------------------------------------


@of_party
def change(request, desk):
    """The firm's data as a form. What is under way already is shown in its place."""
    row = _firm_or_404(request, desk)
    if not desk.may_move:
        raise PermissionDenied(READS_ONLY)
    known = changes.open_proposal_of(row)
    if known and request.method != "POST":
        messages.info(request, "您单位有一件资料变更正在办理，办完才能再申请。")
        return redirect(url_of(known.case))
    return _form_page(request, row, crumbs=CRUMB, back="/desk/firm/")


@of_party
def proposal_edit(request, desk, uid):
    """A returned proposal is corrected and put in again."""
    proposal = _proposal_or_404(request, desk, uid)
    if not desk.may_move:
        raise PermissionDenied(READS_ONLY)
    back = url_of(proposal.case)
    if proposal.case.state != ChangeState.RETURNED and request.method != "POST":
        messages.warning(request, f"现在不能修改：这一件已经是“{ratings.state_of(proposal.case)['chip']}”。")
        return redirect(back)
    crumbs = [*CRUMB, {"label": _without_name(proposal.case), "url": back}]
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
            form.put(problem)
        else:
            messages.success(request, "已提交，协会核对以后生效；办理情况在这里查看。")
            return redirect(url_of(saved.case))
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
        "crumbs": CRUMB, "proposal": row, "title": _without_name(case), "turn": _turn_of(desk, row),
        "steps": ratings.stations(case), "events": ratings.events(desk, case), "rows": [_shown(one) for one in changes.differences(row)],
        "undo": _undo_of(desk, case), "leaving": _leaving_of(desk, case), **ratings.state_of(case),
    }  # fmt: skip
    return render(request, "portal/firm_proposal.html", context)


def _shown(one: changes.Difference) -> dict:
    mask = mask_mobile if is_personal(one.key) else str
    return {"label": one.label, "before": mask(one.before), "after": mask(one.after)}


def _turn_of(desk, row: ChangeProposal) -> dict:
    """components/turn_bar.html, with what the firm can do now."""
    case, turn = row.case, workflow_of(row.case).turns[row.case.state]
    mine = turn.whose == Whose.PARTY
    what, note = turn.label or ratings.state_of(case)["chip"], ""
    if turn.whose == Whose.CLOCK:
        day = row.takes_effect_on
        what, note = "协会已受理", f"{day:%Y-%m-%d} 起生效，到那一天自动写入企业档案" if day else "等待协会确定生效日期"
    if turn.whose == Whose.NOBODY:
        what = f"本次变更已办结（{what}）"
    again = {"label": "修改后重新提交", "url": f"{url_of(case)}edit/"}
    return {
        "mine": mine and desk.may_move, "who": {Whose.PARTY: "您", Whose.OFFICE: "协会"}.get(turn.whose, ""),
        "what": what, "due": case.due_at, "days_left": Clock().left(case.due_at),
        "note": READS_ONLY.rstrip("。") if mine and not desk.may_move else note,
        "action": again if mine and desk.may_move else None,
    }  # fmt: skip


def _undo_of(desk, case) -> dict | None:
    step, _why = undoable_step(case, desk.user) if desk.may_move else (None, "")
    return {"label": f"撤回「{step.label}」", "url": f"{url_of(case)}undo/"} if step else None


def _leaving_of(desk, case) -> dict | None:
    found = next((move for move in ratings.moves_of(desk, case)), None)
    return {"label": found.label, "url": f"{url_of(case)}{found.name}/"} if found else None


@of_party
def proposal_move(request, desk, uid, name):
    """The confirm page of the party's own move (撤回申请), and the move."""
    row = _proposal_or_404(request, desk, uid)
    case, back = row.case, url_of(row.case)
    move = next((m for m in workflow_of(case).transitions if m.name == name and m.party_may and not m.hidden), None)
    if move is None:
        raise Http404
    if not desk.may_move:
        raise PermissionDenied(READS_ONLY)
    if move not in ratings.moves_of(desk, case) and request.method != "POST":
        messages.warning(request, f"现在不能{move.label}：这一件已经是“{ratings.state_of(case)['chip']}”。")
        return redirect(back)
    form = PartyMoveForm(
        request.POST if request.method == "POST" else None, move=move, initial={"seen_version": case.version}
    )
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        if _tried(
            form, lambda: perform(case, name, by=request.user, note=data["note"], seen_version=data["seen_version"])
        ):
            messages.success(request, f"已{move.label}。")
            return redirect(back)
    crumbs = [*CRUMB, {"label": _without_name(case), "url": back}]
    context = {"move": move, "form": form, "back": back, "crumbs": crumbs, "title": _without_name(case)}
    return render(request, "portal/firm_move.html", context, status=422 if form.errors else 200)


def _tried(form, act) -> bool:
    try:
        act()
    except (PermissionDenied, ValidationError) as problem:
        form.add_error(None, reason_of(problem))
        return False
    return True


@of_party
def proposal_undo(request, desk, uid):
    """Take back one's own last step, until somebody else acted on it."""
    row = _proposal_or_404(request, desk, uid)
    case, back = row.case, url_of(row.case)
    step, why = undoable_step(case, request.user) if desk.may_move else (None, READS_ONLY)
    if step is None:
        messages.warning(request, why)
        return redirect(back)
    form = UndoForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid() and _tried(form, _taking_back(case, request.user, form)):
        messages.success(request, f"已撤回「{step.label}」。")
        return redirect(back)
    title = _without_name(case)
    context = {
        "about": title,
        "step": step,
        "form": form,
        "back": back,
        "crumbs": [*CRUMB, {"label": title, "url": back}],
    }
    return render(request, "portal/undo.html", context, status=422 if form.errors else 200)


def _taking_back(case, user, form):
    return lambda: undo_last(case, by=user, reason=form.cleaned_data["note"])
