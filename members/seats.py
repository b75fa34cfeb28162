"""Who acts for a firm (席位): invited by mobile, accepted, changed, taken over, ended.

An administrator of the firm (单位管理员) does all of it on the desk, staff with Right.ACCOUNTS on their behalf. Each
action locks the party first: of two that would leave a firm without an administrator, the second is told.
"""

from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from association.accounts.models import MOBILE, User
from association.accounts.roles import Right
from association.accounts.rules import authority
from association.core.enums import Audience
from association.core.masking import mask_mobile
from association.core.models import StaleVersion
from association.core.text import clean_text
from association.inbox.actions import pass_on
from association.outbox.actions import send
from association.outbox.models import Message
from association.parties.actions import close_seat, put_seat
from association.parties.models import Invitation, Party, Seat
from association.timeline.actions import record

DAYS = (7, 14)  # an invitation is good for
MOST_A_DAY = 20  # invitations of one firm: each may cost a text message
RANK = (Seat.Kind.READER, Seat.Kind.CLERK, Seat.Kind.ADMIN)


@dataclass(frozen=True)
class Hand:
    """Who acts, as the timeline names them; `staff`: for the firm, not of it."""

    signature: str
    staff: bool


def is_administrator(user, party: Party) -> bool:
    return Seat.objects.live().filter(user=user, party=party, right=Seat.Kind.ADMIN).exists()


def check_runs(by, party: Party, what: str) -> Hand:
    """Raises PermissionDenied where `by` may not do `what` to the seats of the party. None: a command, the clock."""
    if by is None:
        return Hand("系统", True)
    if is_administrator(by, party):
        return Hand(by.name, False)
    found = authority(by, Right.ACCOUNTS, "accounts")
    if found is None:
        raise PermissionDenied(f"只有本单位的单位管理员可以{what}。")
    return Hand(found.signature, True)


def _locked(party_id) -> Party:
    return Party.objects.select_for_update(no_key=True).get(pk=party_id)


def _locked_seats(*seats: Seat) -> list[Seat]:
    """The seats as they are now, under lock with their party. Raises ValidationError where one has ended."""
    _locked(seats[0].party_id)
    rows = Seat.objects.select_for_update(of=("self",)).select_related("user", "party")
    found = {row.pk: row for row in rows.filter(pk__in=[seat.pk for seat in seats]).order_by("pk")}
    for row in found.values():
        if row.ended_at is not None:
            raise ValidationError(f"{row.user.name}的席位已经停用，请刷新页面。", code="ended")
    return [found[seat.pk] for seat in seats]


def _check_fresh(row: Seat, seen_version: int | None):
    if seen_version is not None and row.version != seen_version:
        raise StaleVersion(row)


def tell(user: User, *, subject: str, body: str, key: str, url: str = "/desk/"):
    """A notice to a person about their seat, by every channel there is."""
    channels = [Message.Channel.SITE]
    channels += [Message.Channel.EMAIL] if settings.EMAIL_CONFIGURED and user.email else []
    channels += [Message.Channel.SMS] if settings.SMS_BACKEND else []
    send(to_user=user, subject=subject, body=body, once_key=key, url=url, channels=channels)


# -- Invitations 邀请 ------------------------------------------------------------------------------------------------


@transaction.atomic
def invite(
    *, party: Party, mobile: str, name: str, by, right=Seat.Kind.CLERK, days: int = 7, replaces: Seat | None = None
) -> Invitation:
    """Ask a mobile number to take a seat; with `replaces` it takes over that one (接替).

    Whoever has an account is told; the firm passes the invitation on by itself (invitation_text). Sent twice it is
    one. Raises PermissionDenied, ValidationError.
    """
    who = check_runs(by, party, "邀请他人")
    party = _locked(party.pk)
    mobile, name = mobile.strip(), clean_text(name)
    MOBILE(mobile)
    if days not in DAYS or right not in RANK:
        raise ValidationError("请从列出的权限和有效期里选择。")
    known = _open_one(party, mobile)
    if known and (known.by_id, known.name, known.right, known.replaces_id) == (
        getattr(by, "pk", None), name, right, getattr(replaces, "pk", None),
    ):  # fmt: skip
        return known
    _check_free(party, mobile, replaces, known)
    row = Invitation.objects.create(
        party=party, mobile=mobile, name=name, right=right, by=by, replaces=replaces,
        expires_at=timezone.now() + timedelta(days=days),
    )  # fmt: skip
    instead = f"，接替{replaces.user.name}" if replaces else ""
    record(
        party, "seat.invited", f"{who.signature}邀请{name}（{mask_mobile(mobile)}）为「{row.get_right_display()}」{instead}",
        by=by, party=party, audience=Audience.PARTY, signature=who.signature,
    )  # fmt: skip
    _tell_invited(row)
    return row


def _open_one(party, mobile) -> Invitation | None:
    """The invitation that is still open; one that ran out is put aside, for a new one may follow."""
    row = party.invitations.select_for_update().filter(mobile=mobile, taken_at=None, withdrawn_at=None).first()
    if row is not None and row.expires_at <= timezone.now():
        row.withdrawn_at = row.expires_at
        row.save()
        return None
    return row


def _check_free(party, mobile, replaces, known):
    seat = Seat.objects.live().filter(party=party, user__mobile=mobile).select_related("user").first()
    if seat is not None and replaces is not None and seat.pk == replaces.pk:
        raise ValidationError({"mobile": "这就是要交出席位的人的手机号，请填写接替人的手机号。"})
    if seat is not None:
        raise ValidationError(
            {"mobile": f"{seat.user.name}已经是本单位的{seat.get_right_display()}，要改权限请在名单里修改。"}
        )
    if known is not None:
        until = f"{timezone.localtime(known.expires_at):%Y-%m-%d %H:%M}"
        raise ValidationError({"mobile": f"已经邀请过这个手机号，{until} 前有效；要改内容请先撤回原来的邀请。"})
    if replaces is not None and (replaces.party_id != party.pk or replaces.ended_at is not None):
        raise ValidationError("要接替的席位已经停用，请刷新页面。")
    since = timezone.now() - timedelta(days=1)
    if party.invitations.filter(created_at__gte=since).count() >= MOST_A_DAY:
        raise ValidationError(f"一天最多发出 {MOST_A_DAY} 个邀请，请明天再发，或联系协会秘书处。")


def _tell_invited(row: Invitation):
    user = User.objects.filter(mobile=row.mobile, is_active=True).first()
    subject = f"「{row.party.name}」邀请您为单位办理"
    until = timezone.localtime(row.expires_at)
    body = f"{_inviter(row)}邀请您担任{row.get_right_display()}，请在 {until:%Y-%m-%d %H:%M} 前到办事大厅接受。"
    key = f"invitation:{row.pk}"
    if user is not None:
        tell(user, subject=subject, body=body, key=key, url=f"/desk/invited/{row.uid}/")
    elif settings.SMS_BACKEND:
        send(address=row.mobile, subject=subject, body=body, once_key=key, channels=(Message.Channel.SMS,))


def _inviter(row: Invitation) -> str:
    return row.by.name if is_administrator(row.by, row.party) else "协会秘书处"


def _seats_page(row: Invitation) -> str:
    """Where the inviter sees who acts for the firm."""
    return "/desk/seats/" if is_administrator(row.by, row.party) else f"/admin/members/firm/{row.party_id}/change/"


def invitation_text(row: Invitation, address: str) -> str:
    """What the firm sends on by WeChat or prints; `address` is the site's, with scheme."""
    until = timezone.localtime(row.expires_at)
    return (
        f"{row.name}：\n「{row.party.name}」邀请您担任{row.get_right_display()}，在网上为单位办理事项。\n"
        f"请用手机号 {mask_mobile(row.mobile)} 登录 {address}/desk/ ，在首页接受邀请；还没有账号的，"
        f"请凭本邀请联系协会秘书处开通，或在 {address}/register/ 登记。\n有效期至 {until:%Y-%m-%d %H:%M}。"
    )


def _locked_invitation(invitation: Invitation) -> Invitation:
    """The row under lock. Raises ValidationError where it is over, and says how."""
    _locked(invitation.party_id)
    rows = Invitation.objects.select_for_update(of=("self",)).select_related(
        "party", "by", "replaces__user", "replaces__party"
    )
    row = rows.get(pk=invitation.pk)
    if row.taken_at:
        raise ValidationError("这个邀请已经接受过了。", code="taken")
    if row.withdrawn_at:
        raise ValidationError("这个邀请已经撤回，需要时请单位管理员重新邀请。", code="withdrawn")
    if row.expires_at <= timezone.now():
        raise ValidationError("这个邀请已经过期，请单位管理员重新邀请。", code="expired")
    return row


@transaction.atomic
def withdraw(invitation: Invitation, *, by) -> Invitation:
    """The firm takes an invitation back. Raises PermissionDenied, ValidationError (taken, over)."""
    who = check_runs(by, invitation.party, "撤回邀请")
    row = _locked_invitation(invitation)
    row.withdrawn_at = timezone.now()
    row.save()
    record(
        row.party, "seat.invitation-withdrawn", f"{who.signature}撤回对{row.name}的邀请", by=by, party=row.party,
        audience=Audience.PARTY, signature=who.signature,
    )  # fmt: skip
    return row


def _check_asked(invitation: Invitation, by):
    if invitation.mobile != by.mobile:
        raise PermissionDenied("这个邀请是给另一个手机号的，请用被邀请的手机号登录。")


@transaction.atomic
def accept(invitation: Invitation, *, by) -> Seat:
    """The invited person takes the seat; an old one that it replaces ends with it. Clicked twice it is one."""
    _check_asked(invitation, by)
    try:
        row = _locked_invitation(invitation)
    except ValidationError as problem:
        taken = Invitation.objects.filter(pk=invitation.pk, seat__user=by).select_related("seat").first()
        if problem.code == "taken" and taken is not None:
            return taken.seat
        raise
    seat = Seat.objects.live().filter(user=by, party=row.party).select_related("user", "party").first()
    if seat is None:  # a seat given since then stays as it is
        words = f"{by.name}接受邀请，担任「{row.get_right_display()}」"
        seat = put_seat(user=by, party=row.party, by=by, right=row.right, sentence=words)
    row.taken_at, row.seat = timezone.now(), seat
    row.save()
    old = row.replaces  # all that ends a seat waits for the party's lock, which is held: it is read as it is now
    if old is not None and old.ended_at is None:
        _take_over(old, seat, by=by)
    if row.by_id != by.pk:
        tell(
            row.by, subject=f"{by.name}已接受邀请", body=f"{by.name}现在是「{row.party.name}」的{seat.get_right_display()}。",
            key=f"invitation:{row.pk}:taken", url=_seats_page(row),
        )  # fmt: skip
    return seat


@transaction.atomic
def decline(invitation: Invitation, *, by) -> Invitation:
    """The invited person does not take the seat; the inviter is told. Raises PermissionDenied, ValidationError."""
    _check_asked(invitation, by)
    row = _locked_invitation(invitation)
    row.withdrawn_at = timezone.now()
    row.save()
    sentence = f"{by.name}没有接受「{row.party.name}」的邀请"
    record(row.party, "seat.declined", sentence, by=by, party=row.party, audience=Audience.PARTY)
    tell(
        row.by, subject=f"{by.name}没有接受邀请", body=f"{sentence}，需要时请重新邀请，或改请他人。",
        key=f"invitation:{row.pk}:declined", url=_seats_page(row),
    )  # fmt: skip
    return row


# -- Seats 席位 ------------------------------------------------------------------------------------------------------


def _check_administrator_stays(seat: Seat, who: Hand):
    """The last administrator of a firm stays until another takes over; staff may end any seat."""
    if who.staff or seat.right != Seat.Kind.ADMIN:
        return
    others = Seat.objects.live().filter(party=seat.party, right=Seat.Kind.ADMIN, user__is_active=True)
    if not others.exclude(pk=seat.pk).exists():
        raise ValidationError(
            f"{seat.user.name}是唯一的单位管理员。请先由他人接替，或先把另一位改为单位管理员。", code="last"
        )


@transaction.atomic
def change_right(seat: Seat, *, right: str, by, seen_version: int | None = None) -> Seat:
    """Another right for the seat. Raises PermissionDenied, ValidationError, StaleVersion."""
    who = check_runs(by, seat.party, "修改权限")
    [row] = _locked_seats(seat)
    _check_fresh(row, seen_version)
    if right not in RANK:
        raise ValidationError({"right": "请从列出的权限里选择。"})
    if row.right == right:
        return row
    if right != Seat.Kind.ADMIN:
        _check_administrator_stays(row, who)
    old = row.right
    _set_right(row, right, by=by, who=who)
    words = f"您在「{row.party.name}」的权限由{Seat.Kind(old).label}改为{row.get_right_display()}。"
    if by != row.user:
        tell(row.user, subject="您的单位权限已更改", body=words, key=f"seat:{row.pk}:{row.version}")
    return row


def _set_right(row: Seat, right, *, by, who: Hand):
    old, row.right = row.right, right
    row.save()
    record(
        row.party, "seat.right", f"{who.signature}把{row.user.name}的权限改为「{row.get_right_display()}」", by=by,
        party=row.party, audience=Audience.PARTY, signature=who.signature, changes={"right": [old, right]},
    )  # fmt: skip


@transaction.atomic
def end(seat: Seat, *, by, note: str = "", seen_version: int | None = None) -> Seat:
    """The person acts for the firm no longer: ended by its administrator, by staff, or by themselves.

    What waited for them by name waits for the firm. Raises PermissionDenied, ValidationError, StaleVersion.
    """
    who = Hand(by.name, False) if by == seat.user else check_runs(by, seat.party, "停用席位")
    [row] = _locked_seats(seat)
    _check_fresh(row, seen_version)
    _check_administrator_stays(row, who)
    words = f"{by.name}退出本单位" if by == row.user else f"{who.signature}停用{row.user.name}的席位"
    close_seat(row, by=by, sentence=words, note=note)
    pass_on(party=row.party, user=row.user)
    if by != row.user:
        tell(
            row.user, subject="您的单位席位已停用", key=f"seat:{row.pk}:ended",
            body=f"您不再为「{row.party.name}」办理，账号本身不受影响。如有疑问请联系单位管理员或协会秘书处。",
        )  # fmt: skip
    return row


@transaction.atomic
def hand_over(seat: Seat, *, to: Seat, by, seen_version: int | None = None) -> Seat:
    """A colleague takes the seat over (接替): theirs has its right from now on, the old one is off, its work stays.

    Raises PermissionDenied, ValidationError, StaleVersion. Who has no seat yet is invited (invite(replaces=…)).
    """
    who = check_runs(by, seat.party, "办理接替")
    if to.pk == seat.pk or to.party_id != seat.party_id:
        raise ValidationError({"to": "请选择本单位的另一个人。"})
    row, successor = _locked_seats(seat, to)
    _check_fresh(row, seen_version)
    _take_over(row, successor, by=by, who=who)
    return successor


def _take_over(old: Seat, new: Seat, *, by, who: Hand | None = None):
    """The old seat ends; cases, drafts and to-dos are the firm's and stay; those given by name pass on."""
    if RANK.index(new.right) < RANK.index(old.right):
        _set_right(new, old.right, by=by, who=who or Hand(by.name, False))
    by_whom = f"{who.signature}办理：" if who else ""
    words = f"{by_whom}{new.user.name}接替{old.user.name}（{old.get_right_display()}），在办的办件、草稿和待办继续办理"
    close_seat(old, by=by, sentence=words)
    pass_on(party=old.party, user=old.user, to=new.user)
    body = f"您在「{old.party.name}」的席位由{new.user.name}接替，您的账号本身不受影响。"
    tell(old.user, subject="您的单位席位已交接", body=body, key=f"seat:{old.pk}:ended")
    if new.user != by:
        body = f"您接替{old.user.name}为「{old.party.name}」办理，在办的办件、草稿和待办都在办事大厅。"
        tell(new.user, subject="您已接替单位席位", body=body, key=f"seat:{old.pk}:taken-over")
