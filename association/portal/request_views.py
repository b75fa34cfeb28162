"""On the desk of a person: invitations to a firm, and one's own requests to act for one (开户与加入单位)."""

import uuid

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from association.accounts import codes
from association.core.masking import mask_mobile
from association.core.refusals import put_errors, reason_of
from association.parties.models import Invitation, Seat
from association.workflow.actions import perform
from association.workflow.models import Step
from association.workflow.table import workflow_of
from members import registration, seats
from members.models import SeatRequest

from .desk import CHOSEN
from .seats_forms import AgainForm, AskForm, CodeForm

PURPOSE = "mobile-on-file"
State = SeatRequest.State


# -- Invitations ----------------------------------------------------------------------------------------------------


@never_cache
def invited(request, uid):
    """Which firm invites, as what, until when; two buttons."""
    row = Invitation.objects.filter(uid=uid, mobile=request.user.mobile).select_related("party", "by").first()
    if row is None:
        raise Http404
    if request.method == "POST":
        return _answer(request, row)
    row.is_open = Invitation.objects.open().filter(pk=row.pk).exists()
    return render(request, "portal/invited.html", {"invitation": row})


def _answer(request, row: Invitation):
    try:
        if request.POST.get("answer") == "accept":
            seat = seats.accept(row, by=request.user)
            request.session[CHOSEN] = str(seat.uid)
            messages.success(request, f"现在可以为「{row.party.name}」办理了。")
        elif request.POST.get("answer") == "decline":
            seats.decline(row, by=request.user)
            messages.success(request, f"已告知「{row.party.name}」您没有接受邀请。")
        else:
            return redirect("portal:invited", row.uid)
    except (ValidationError, PermissionDenied) as problem:
        messages.warning(request, reason_of(problem))
    return redirect("portal:home")


# -- Requests -------------------------------------------------------------------------------------------------------


@never_cache
def request_new(request):
    """A further firm for somebody who is logged in."""
    form = AskForm(request.POST or None, request.FILES or None, initial={"once": uuid.uuid4()})
    form.by = request.user
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        if "by_code" in request.POST and (answer := _code_way(request, form)):
            return answer
        if form.is_valid() and "by_code" not in request.POST:
            row = ask(form, user=request.user)
            if row is not None:
                messages.success(request, f"「{data['firm_name']}」的申请已提交，有结果会通知您。")
                return redirect("portal:request", row.uid)
    context = {"form": form, "by_code": codes.can_send()}
    return render(request, "portal/request_form.html", context, status=422 if form.errors else 200)


def ask(form, **who) -> SeatRequest | None:
    """The request, or None where the form now says why not."""
    data = form.cleaned_data
    try:
        return registration.ask(
            name=data["firm_name"], code=data["code"], right=data["right"], once_key=f"seat-request:{data['once']}",
            licence=data["licence"], letter=data["letter"], **who,
        )  # fmt: skip
    except ValidationError as problem:
        if hasattr(problem, "error_dict") and "name" in problem.error_dict:
            problem.error_dict["firm_name"] = problem.error_dict.pop("name")
        put_errors(form, problem)
        return None


def _code_way(request, form):
    """Send a code to the mobile on file, where there is one that may be used; else the form says what to do."""
    data = form.cleaned_data
    mobile = registration.mobile_on_file(registration.on_file(data["code"], data["firm_name"]))
    if not (codes.can_send() and mobile):
        form.add_error(None, "这家单位不能用在册手机验证，请上传盖章的授权委托书。")
        return None
    try:
        codes.send(request, purpose=PURPOSE, mobile=mobile, what=f"{request.user.name}申请加入单位的")
    except ValidationError as problem:
        form.add_error(None, problem)
        return None
    request.session[PURPOSE] = {
        "name": data["firm_name"], "code": data["code"], "right": data["right"], "once": str(data["once"])
    }  # fmt: skip
    return redirect("portal:request_code")


@never_cache
def request_code(request):
    """The code that went to the mobile on file, which is shown masked."""
    asked = request.session.get(PURPOSE)
    if asked is None:
        return redirect("portal:request_new")
    mobile = registration.mobile_on_file(registration.on_file(asked["code"], asked["name"]))
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            codes.check(request, purpose=PURPOSE, mobile=mobile, code=form.cleaned_data["code"])
            row = registration.ask(
                name=asked["name"], code=asked["code"], right=asked["right"], user=request.user, by_code=True,
                once_key=f"seat-request:{asked['once']}",
            )  # fmt: skip
        except ValidationError as problem:
            form.add_error(None, problem.messages[0])
        else:
            del request.session[PURPOSE]
            seat = Seat.objects.live().filter(user=request.user, party=row.party).first()
            if seat is not None:  # the desk that opens is the one the message speaks of
                request.session[CHOSEN] = str(seat.uid)
            messages.success(request, f"验证通过，现在可以为「{row.party.name}」办理了。")
            return redirect("portal:home")
    context = {"form": form, "mobile": mask_mobile(mobile), "name": asked["name"]}
    return render(request, "portal/request_code.html", context, status=422 if form.errors else 200)


def _mine_or_404(request, uid) -> SeatRequest:
    row = SeatRequest.objects.visible_to(request.user).filter(uid=uid, user=request.user).first()
    if row is None:
        raise Http404
    return row


def facts_of(row: SeatRequest) -> dict:
    """What the asker reads of a request: their own words, its state, the reason of the last answer. One query."""
    last = Step.objects.of(row).standing().exclude(note="").filter(target=row.state).last()
    waits = {State.SUBMITTED: "协会核对中", State.RETURNED: "请您补正"}.get(row.state)
    return {
        "row": row,
        "chip": waits or State(row.state).label,
        "tone": {State.RETURNED: "gold", State.APPROVED: "lake"}.get(row.state, ""),
        "reason": last.note if last and row.state in (State.RETURNED, State.NOT_ACCEPTED) else "",
        "mobile": mask_mobile(row.applicant_mobile),
    }


@never_cache
@require_safe
def request_page(request, uid):
    row = _mine_or_404(request, uid)
    return render(request, "portal/request.html", {**facts_of(row), "open": row.state in registration.OPEN})


@never_cache
def request_again(request, uid):
    """New papers for what was returned."""
    row = _mine_or_404(request, uid)
    if row.state != State.RETURNED:
        return redirect("portal:request", row.uid)
    form = again_form(request, row, by=request.user)
    if request.method == "POST" and form.is_valid() and hand_in(form, row, by=request.user):
        messages.success(request, "已重新提交，有结果会通知您。")
        return redirect("portal:request", row.uid)
    context = {**facts_of(row), "form": form}
    return render(request, "portal/request_again.html", context, status=422 if form.errors else 200)


def again_form(request, row: SeatRequest, *, by) -> AgainForm:
    form = AgainForm(request.POST or None, request.FILES or None, initial={"seen_version": row.version})
    form.by = by
    return form


def hand_in(form: AgainForm, row: SeatRequest, *, by) -> bool:
    """Whether it went in; else the form says why not."""
    data = form.cleaned_data
    try:
        registration.ask_again(row, by=by, **data_of(data))
    except (ValidationError, PermissionDenied) as problem:
        put_errors(form, problem)
        return False
    return True


def data_of(data) -> dict:
    return {name: data[name] for name in ("licence", "letter", "note", "seen_version")}


@never_cache
@require_POST
def request_withdraw(request, uid):
    row = _mine_or_404(request, uid)
    move = workflow_of(row).get("withdraw")
    try:
        perform(row, move.name, by=request.user)
    except (ValidationError, PermissionDenied) as problem:
        messages.warning(request, reason_of(problem))
    else:
        messages.success(request, "申请已撤回。")
    return redirect("portal:request", row.uid)
