"""经办人员: who acts for the firm, invitations, rights, taking over. Everyone of the firm reads it, administrators act."""

import functools

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from association.core.masking import mask_mobile
from association.core.refusals import put_errors
from association.parties.models import Invitation, Seat
from association.timeline.models import Event
from association.workflow.actions import perform
from association.workflow.table import workflow_of
from members import seats
from members.models import SeatRequest
from members.seat_forms import InviteForm

from .desk import of_party
from .forms import PartyMoveForm
from .seats_forms import EndForm, RightForm, TakeOverForm

CRUMB = [{"label": "经办人员", "url": "/desk/seats/"}]
EVENTS_SHOWN = 10


def of_administrator(view):
    """A page of the desk that only an administrator of the party opens."""

    @of_party
    @functools.wraps(view)
    def wrapped(request, desk, *args, **kwargs):
        if desk.seat.right != Seat.Kind.ADMIN:
            raise PermissionDenied("只有单位管理员可以办理这件事，请联系本单位的单位管理员。")
        return view(request, desk, *args, **kwargs)

    return wrapped


@of_party
@require_safe
def seat_list(request, desk):
    """Everybody with a seat; for administrators also who is invited and who asks to join."""
    rows = list(Seat.objects.live().filter(party=desk.party).select_related("user").order_by("starts_on", "pk"))
    leads = desk.seat.right == Seat.Kind.ADMIN
    for row in rows:
        row.mobile = row.user.mobile if row.user == request.user else mask_mobile(row.user.mobile)
        row.is_me = row.user_id == request.user.pk
    context = {
        "rows": sorted(rows, key=lambda row: -seats.RANK.index(row.right)),
        "leads": leads,
        "invitations": _invitations(desk) if leads else [],
        "requests": _requests(request, desk) if leads else [],
        "events": Event.objects.visible_to(request.user)
        .filter(party=desk.party, verb__startswith="seat.")
        .order_by("-entered_at", "-pk")[:EVENTS_SHOWN],
    }
    return render(request, "portal/seats.html", context)


def _invitations(desk) -> list[Invitation]:
    rows = desk.party.invitations.filter(taken_at=None, withdrawn_at=None).select_related("replaces__user")
    found = list(rows)
    for row in found:
        row.is_over, row.shown = row.expires_at <= timezone.now(), mask_mobile(row.mobile)
    return found


def _requests(request, desk):
    rows = SeatRequest.objects.visible_to(request.user).filter(party=desk.party, state=SeatRequest.State.SUBMITTED)
    return list(rows.exclude(user=request.user))


def _site(request) -> str:
    return f"{request.scheme}://{request.get_host()}"


def _form_page(request, form, **context):
    return render(request, "portal/seat_form.html", {"form": form, **context}, status=422 if form.errors else 200)


# -- Invitations ----------------------------------------------------------------------------------------------------


@of_administrator
def seat_invite(request, desk):
    form = InviteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            row = seats.invite(party=desk.party, by=request.user, **form.cleaned_data)
        except (ValidationError, PermissionDenied) as problem:
            put_errors(form, problem)
        else:
            return redirect("portal:seat_invitation", row.uid)
    return _form_page(
        request, form, title="邀请经办人员", submit="发出邀请", crumbs=CRUMB, lead=desk.party.name,
        about="对方用这个手机号登录后，在首页接受邀请；还没有账号的，可以凭邀请联系协会秘书处开通。",
    )  # fmt: skip


def _invitation_or_404(desk, uid) -> Invitation:
    row = desk.party.invitations.filter(uid=uid).select_related("party", "by", "replaces__user").first()
    if row is None:
        raise Http404
    return row


@of_administrator
@require_safe
def seat_invitation(request, desk, uid):
    """The invitation to send on by WeChat or to print."""
    row = _invitation_or_404(desk, uid)
    row.is_open = not (row.taken_at or row.withdrawn_at) and row.expires_at > timezone.now()
    context = {"invitation": row, "text": seats.invitation_text(row, _site(request)), "crumbs": CRUMB}
    return render(request, "portal/seat_invitation.html", context)


@of_administrator
@require_POST
def seat_withdraw(request, desk, uid):
    row = _invitation_or_404(desk, uid)
    try:
        seats.withdraw(row, by=request.user)
    except ValidationError as problem:
        messages.warning(request, problem.messages[0])
    else:
        messages.success(request, f"已撤回对{row.name}的邀请。")
    return redirect("portal:seats")


# -- One seat -------------------------------------------------------------------------------------------------------


def _of_seat(view):
    """The seat of that address; who comes after it ended reads so, and below who ended it."""

    @functools.wraps(view)
    def inner(request, desk, uid):
        row = Seat.objects.filter(party=desk.party, uid=uid).select_related("user", "party").first()
        if row is None:
            raise Http404
        if row.ended_at:
            messages.warning(request, f"{row.user.name}的席位已经停用，没有再办理；由谁停用，见下面的变动经过。")
            return redirect("portal:seats")
        return view(request, desk, row)

    return inner


@of_administrator
@_of_seat
def seat(request, desk, row):
    """Another right for somebody; beside it taking over and ending."""
    form = RightForm(request.POST or None, seat=row, reader=request.user)
    if request.method == "POST" and form.is_valid():
        right = form.cleaned_data["right"]
        if form.saves(lambda: seats.change_right(row, right=right, by=request.user, seen_version=form.seen_version)):
            messages.success(request, f"{row.user.name}现在是{Seat.Kind(right).label}。")
            return redirect("portal:seats")
    return _form_page(
        request, form, title=row.user.name, submit="保存权限", crumbs=CRUMB, lead=row.party.name,
        others=[
            {"label": "由他人接替", "url": f"/desk/seats/{row.uid}/take-over/"},
            {"label": "退出本单位" if row.user == request.user else "停用席位", "url": f"/desk/seats/{row.uid}/end/"},
        ],
    )  # fmt: skip


@of_administrator
@_of_seat
def seat_take_over(request, desk, row):
    """A colleague takes the seat over at once; somebody new does when they accept."""
    form = TakeOverForm(request.POST or None, seat=row, reader=request.user)
    if request.method == "POST" and form.is_valid():
        data, made = form.cleaned_data, []
        if data["colleague"]:
            act = functools.partial(seats.hand_over, row, to=data["colleague"], seen_version=form.seen_version)
        else:
            act = functools.partial(
                seats.invite, party=row.party, mobile=data["mobile"], name=data["name"], right=row.right,
                days=data["days"], replaces=row,
            )  # fmt: skip
        if form.saves(lambda: made.append(act(by=request.user))):
            if isinstance(made[0], Invitation):
                return redirect("portal:seat_invitation", made[0].uid)
            messages.success(request, f"{made[0].user.name}已接替{row.user.name}。")
            return redirect("portal:home" if row.user == request.user else "portal:seats")
    return _form_page(
        request, form, title=f"接替{row.user.name}", submit="确认接替", crumbs=CRUMB,
        lead=f"{row.party.name} · {row.get_right_display()}",
    )  # fmt: skip


@of_party
@_of_seat
def seat_end(request, desk, row):
    """Ended by an administrator, or given up by the person."""
    mine = row.user_id == request.user.pk
    if not mine and desk.seat.right != Seat.Kind.ADMIN:
        raise PermissionDenied("只有单位管理员可以停用他人的席位。")
    form = EndForm(request.POST or None, seat=row, reader=request.user)
    if request.method == "POST" and form.is_valid():
        note, seen = form.cleaned_data["note"], form.seen_version
        if form.saves(lambda: seats.end(row, by=request.user, note=note, seen_version=seen)):
            messages.success(
                request, f"您不再为「{row.party.name}」办理。" if mine else f"已停用{row.user.name}的席位。"
            )
            return redirect("portal:home" if mine else "portal:seats")
    title = "退出本单位" if mine else f"停用{row.user.name}的席位"
    about = "停用后马上不能再为本单位办理；账号本身、办件和办理记录都保留。要由他人接着办的，请用「由他人接替」。"
    return _form_page(
        request, form, title=title, submit=title, crumbs=CRUMB, about=about, danger=True, lead=row.party.name
    )


# -- Who asks to join -----------------------------------------------------------------------------------------------


@of_administrator
def seat_request(request, desk, uid, name):
    """The administrator agrees to somebody who asks to join, or says that they are none of theirs."""
    rows = SeatRequest.objects.visible_to(request.user).filter(party=desk.party)
    row = rows.filter(uid=uid).first()
    move = next((one for one in workflow_of(row).transitions if one.name == name), None) if row else None
    if move is None or not move.administrator:
        raise Http404
    form = PartyMoveForm(request.POST or None, move=move, initial={"seen_version": row.version})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            perform(row, move.name, by=request.user, note=data["note"], seen_version=data["seen_version"])
        except (ValidationError, PermissionDenied) as problem:
            put_errors(form, problem)
        else:
            messages.success(request, f"已办理「{move.label}」。")
            return redirect("portal:seats")
    facts = [
        ("申请人", row.applicant_name),
        ("手机号", mask_mobile(row.applicant_mobile)),
        ("申请的权限", row.get_right_display()),
        ("凭据", row.get_proof_display()),
    ]
    return _form_page(
        request, form, title=move.label, submit=move.label, crumbs=CRUMB, about=move.about, facts=facts,
        danger=move.danger, lead=desk.party.name,
    )  # fmt: skip
