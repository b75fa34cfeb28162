"""Somebody asks to act for a firm (单位开户、加入单位): a new firm by its licence, one on file by a letter or a code.

A firm on file is joined, never doubled. What the asker is shown of it is what they typed themselves: whether a firm
that the public directory does not list is on file, its name and its people are not told.
"""

import re

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from association.accounts.actions import create_user
from association.accounts.models import MOBILE, User
from association.core.codes import check_code
from association.core.enums import Audience
from association.core.journal import record
from association.core.masking import mask_mobile
from association.core.text import clean_text, name_key
from association.documents.library import take
from association.documents.models import Document, DocumentKind
from association.documents.papers import add_paper
from association.parties.actions import put_seat
from association.parties.models import Party, Seat
from association.workflow.actions import MoveRefused, perform
from association.workflow.writing import refresh_todo

from . import actions
from .models import Firm, SeatRequest
from .seats import tell

State = SeatRequest.State
OPEN = (State.SUBMITTED, State.RETURNED)
MOST_OPEN = 10  # requests of one person or number that wait at the same time
_MOBILE = re.compile(r"1[3-9]\d{9}")


def on_file(code: str, name: str) -> Party | None:
    """The firm that a request means: of that code, else the only living one of that very name. Two queries."""
    found = Party.objects.filter(code=code).select_related("merged_into").first()
    while found is not None and found.merged_into_id:
        found = found.merged_into
    if found is not None:
        return found
    alike = list(Party.objects.living().filter(name_key=name_key(name))[:2])
    return alike[0] if len(alike) == 1 else None


def is_public(party: Party | None) -> bool:
    """Whether anyone may know that the firm is on file: the public directory lists it."""
    return party is not None and Firm.objects.public().filter(party=party).exists()


def mobile_on_file(party: Party | None) -> str:
    """The mobile that a code may be sent to: the contact's of a firm in the public directory; "" where there is none."""
    if not is_public(party):
        return ""
    phone = Firm.objects.filter(party=party).values_list("contact_phone", flat=True).first() or ""
    return phone if _MOBILE.fullmatch(phone) else ""


# -- Asking ----------------------------------------------------------------------------------------------------------


@transaction.atomic
def ask(
    *, name: str, code: str, right: str, once_key: str, user: User | None = None, applicant_name: str = "",
    applicant_mobile: str = "", licence=None, letter=None, by_code: bool = False,
) -> SeatRequest:  # fmt: skip
    """A request, or the one of the first click. Without `user` of somebody who has no account yet.

    `licence` and `letter` are documents kept by the form; `by_code`: a code sent to the mobile on file was right.
    Raises ValidationError with the sentence at its field.
    """
    known = SeatRequest.objects.filter(once_key=once_key).first()
    if known is not None:
        return known
    code, name = check_code(code), clean_text(name)
    applicant_name = user.name if user else clean_text(applicant_name)
    mobile = user.mobile if user else applicant_mobile
    MOBILE(mobile)
    if user is not None:  # two requests of one person come one after the other
        User.objects.select_for_update(no_key=True).get(pk=user.pk)
    party = on_file(code, name)
    _check_new(party, code, user, mobile)
    proof = _proof_of(party, licence, letter, by_code)
    row = SeatRequest(
        user=user, applicant_name=applicant_name, applicant_mobile=mobile, party=party, name=name, code=code,
        right=right, proof=proof, once_key=once_key, state=State.SUBMITTED,
    )  # fmt: skip
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:  # the other click of the same moment
        return SeatRequest.objects.get(once_key=once_key)
    _attach(row, licence, letter, by=user)
    row.save()
    sentence = f"{applicant_name}申请为「{name}」办理（{row.get_right_display()}，凭{row.get_proof_display()}）"
    record(
        row, "seat-request.asked", sentence, by=user, party=party, signature=applicant_name,
        audience=Audience.PARTY if party else Audience.STAFF,
    )  # fmt: skip
    refresh_todo(row)
    if by_code:
        perform(row, "prove", by=None, note=f"验证码已发到在册手机 {mask_mobile(mobile_on_file(party))}")
    if party is not None:
        _tell_administrators(row)
    return row


def _check_new(party, code, user, mobile):
    if user is not None and party is not None:
        seat = Seat.objects.live().filter(user=user, party=party).first()
        if seat is not None:
            raise ValidationError({"code": f"您已经是这家单位的{seat.get_right_display()}，不用再申请。"})
    mine = SeatRequest.objects.filter(state__in=OPEN, applicant_mobile=mobile)
    if mine.filter(code=code).exists():
        raise ValidationError({"code": "用这个手机号为这家单位提交的申请还在办理，请等待结果，不用重复提交。"})
    if mine.count() >= MOST_OPEN:
        raise ValidationError(f"还有 {MOST_OPEN} 件申请在办理，请等有了结果再提交。")


def _proof_of(party, licence, letter, by_code) -> str:
    """By what the request is judged. Raises ValidationError where it has nothing to show."""
    if by_code:
        return SeatRequest.Proof.MOBILE
    if letter is not None:
        return SeatRequest.Proof.LETTER
    if is_public(party):
        raise ValidationError({"letter": "企业名录里已有这家单位，不用重新建档；加入请上传盖章的授权委托书。"})
    if licence is None:
        raise ValidationError({"licence": "新单位请上传营业执照；单位已在协会建档的，请上传盖章的授权委托书。"})
    return SeatRequest.Proof.LICENCE


def _attach(row: SeatRequest, licence, letter, *, by):
    """The papers are the office's to see; they become the firm's when the request is granted."""
    for field, document, kind in (("licence", licence, "营业执照"), ("letter", letter, "授权委托书")):
        if document is not None:
            setattr(row, field, take(document, party=None, by=by, audience=Audience.STAFF, kind=kind))


def _tell_administrators(row: SeatRequest):
    subject = f"{row.applicant_name}申请加入「{row.party.name}」"
    body = "请核对是不是本单位的人：是的请同意，不是的请写明原因退掉；协会秘书处也在核对。"
    if row.state == State.APPROVED:
        subject = f"{row.applicant_name}加入了「{row.party.name}」"
        body = "对方输对了发到本单位在册手机的验证码。不是本单位的人，请在「经办人员」里停用，并告诉协会秘书处。"
    seats = Seat.objects.live().filter(party=row.party, right=Seat.Kind.ADMIN, user__is_active=True)
    for seat in seats.exclude(user=row.user).select_related("user"):
        tell(seat.user, subject=subject, key=f"seat-request:{row.pk}", body=body, url="/desk/seats/")


@transaction.atomic
def open_own_account(*, mobile: str, name: str) -> User:
    """The account of who has just proved the number by a code: theirs, or a new one without seat or role."""
    user = User.objects.filter(mobile=mobile).first()
    if user is None:
        user = create_user(mobile=mobile, name=clean_text(name), by=None)
    User.objects.filter(pk=user.pk).update(mobile_verified=True)
    return user


@transaction.atomic
def ask_again(row: SeatRequest, *, by, licence=None, letter=None, note: str = "", seen_version: int | None = None):
    """What was returned is handed in again, with new papers. `by` None: by its receipt, from somebody without account."""
    if by is None:
        note = f"{row.applicant_name}凭回执在网上提交。{note}"
    return perform(row, "resubmit", by=by, note=note, seen_version=seen_version, licence=licence, letter=letter)


# -- What the moves do (workflow/seat_requests.py) -------------------------------------------------------------------


def take_papers(row: SeatRequest, step, licence=None, letter=None):
    """New papers of a request handed in again; the firm may have come on file meanwhile."""
    if row.party_id is None:
        row.party = on_file(row.code, row.name)
    letter = letter or step.scan  # staff enter what came on paper
    if licence is None and letter is None and not step.note:
        raise MoveRefused("请上传补正的材料，或者写明补正了什么。", code="note")
    _attach(row, licence, letter, by=step.actor)
    row.proof = SeatRequest.Proof.LETTER if row.letter_id else SeatRequest.Proof.LICENCE


def grant(row: SeatRequest, step, **chosen):
    """The firm (new, or the one on file), the account (theirs, or a new one) and the seat.

    `joins`, where staff were asked: the party that it is, or None for a new file.
    """
    party = chosen.get("joins", row.party)
    if party is None:
        party = _new_firm(row, by=step.actor)
    elif row.proof == SeatRequest.Proof.LICENCE:
        raise MoveRefused("这家单位已经在档案里，加入要有盖章的授权委托书：请退回，请对方上传；不要重复建档。")
    user = row.user or _account_of(row, by=step.actor)
    row.party, row.user = party, user
    signature = step.signature
    words = f"{signature}核对{row.get_proof_display()}，为{user.name}开通「{row.get_right_display()}」席位"
    if not Seat.objects.live().filter(user=user, party=party).exists():
        put_seat(user=user, party=party, by=step.actor, right=row.right, sentence=words)
    for field, kind in (("licence", "营业执照"), ("letter", "授权委托书")):
        document = getattr(row, field)
        if document is not None:
            setattr(row, field, take(document, party=party, by=step.actor, audience=Audience.PARTY, kind=kind))
    if row.licence_id:
        _file_licence(row, party, by=step.actor)


def _file_licence(row: SeatRequest, party: Party, *, by):
    """The licence goes into the firm's library (证照库), so that joining does not ask for it again; unless one is there."""
    kind = "营业执照"
    there = row.licence.in_library or Document.objects.in_library().filter(party=party, kind=kind).exists()
    if not there and DocumentKind.objects.filter(name=kind, needs_term=False).exists():
        row.licence = add_paper(document=row.licence, party=party, kind=kind, by=by, number=party.code)


def _new_firm(row: SeatRequest, *, by) -> Party:
    kind = Party.Kind.BRANCH if "分公司" in row.name else Party.Kind.FIRM
    try:
        with transaction.atomic():
            firm = actions.create_firm(
                name=row.name, code=row.code, kind=kind, by=by, contact_name=row.applicant_name,
                contact_phone=row.applicant_mobile,
            )  # fmt: skip
    except (ValidationError, IntegrityError):  # somebody put it on file meanwhile
        raise MoveRefused(
            "这家单位刚刚已经建档，不能再建一家：请退回，请对方上传盖章的授权委托书加入。", code="joins"
        ) from None
    return firm.party


def _account_of(row: SeatRequest, *, by) -> User:
    """The account of the number, made where there is none: the office has verified who it is, a slip opens it."""
    user = User.objects.filter(mobile=row.applicant_mobile).first()
    if user is None:
        return create_user(mobile=row.applicant_mobile, name=row.applicant_name, by=by)
    if user.name != row.applicant_name:
        raise MoveRefused(
            f"这个手机号已是{user.name}的账号，与申请人{row.applicant_name}不同，请核对后退回或不予开通。"
        )
    if not user.is_active:
        raise MoveRefused(f"{user.name}的账号已停用，请先在账号页恢复，再办理。")
    return user


def tell_outcome(row: SeatRequest, step):
    """The asker reads how it went; who has no account yet is called by the office."""
    if row.user_id is None or step.actor_id == row.user_id:
        return
    subject, body = {
        State.APPROVED: (
            f"您可以为「{row.party or row.name}」办理了",
            "请到办事大厅办理；有几家单位的，在右上角切换。",
        ),
        State.RETURNED: (f"「{row.name}」的开户申请需要补正", f"原因：{step.note}。补正后重新提交即可。"),
        State.NOT_ACCEPTED: (f"「{row.name}」的开户申请未予开通", f"原因：{step.note}。如有疑问请联系协会秘书处。"),
    }[row.state]
    url = "/desk/" if row.state == State.APPROVED else row.desk_url
    tell(row.user, subject=subject, body=body, key=f"seat-request:{row.pk}:{step.pk}", url=url)
