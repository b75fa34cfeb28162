"""Joining (入会) and asking to leave (退会申请): opening the case, filling it in, and what its moves do.

One application of a party is open at a time: opening another gives the one that is there.
"""

from collections.abc import Sequence
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import prefetch_related_objects
from django.utils import timezone

from association.accounts.roles import Right
from association.accounts.rules import needs
from association.cases.actions import open_case
from association.cases.materials import hand_in, missing_of, name_part, slots_of, why_not_hand_in
from association.cases.models import Case, Material, Slot
from association.core.enums import Audience
from association.core.models import Association, StaleVersion
from association.documents.library import take
from association.documents.models import Document
from association.parties.actions import create_party, put_seat
from association.parties.models import Party, Seat
from association.timeline.actions import record
from association.workflow.actions import MoveRefused, OnBehalf, must_act_for, perform
from association.workflow.models import Step

from . import standing
from .enums import JOINING, JOINING_OVER, LEAVING, TO_FILL_IN, JoiningState, LeavingState
from .models import LeavingRequest, Membership, MembershipApplication, MembershipRules

FIELDS = (
    "contact_name", "contact_phone", "business", "staff_count", "introduction", "wished_post",
)  # fmt: skip
ASKED = ("contact_name", "contact_phone", "business")  # what has to be there before it is submitted
FORM = "入会申请表"
SLOTS = (  # what is usual; staff edit the rows
    (Membership.Kind.UNIT.label, FORM, "填写后加盖公章的扫描件", "", True, 10),
    (Membership.Kind.UNIT.label, "营业执照", "", "营业执照", True, 20),
    (Membership.Kind.UNIT.label, "资质证书", "没有资质的单位可以不交", "资质证书", False, 30),
    (Membership.Kind.PERSON.label, FORM, "填写后本人签名的扫描件", "", True, 10),
    (Membership.Kind.PERSON.label, "执业资格或职称证书", "", "", False, 20),
)
LETTER = (
    "{名称}：\n经{决定机构}{会议日期}研究决定，同意吸收你单位为{协会}{会员类别}，会员编号 {会员编号}，会籍自 {入会日期}起。\n"
    "请按照协会章程行使会员权利、履行会员义务。"
)
LETTER_OF_PERSON = LETTER.replace("你单位", "您")

name_part(JOINING, lambda case: case.membership_application.get_kind_display())


def load_slots() -> int:
    """The usual list of materials, where none is kept yet. Returns how many rows were added."""
    if Slot.objects.filter(kind=JOINING).exists():
        return 0
    rows = [
        Slot(kind=JOINING, part=part, name=name, hint=hint, document_kind=paper, is_required=must, order=order)
        for part, name, hint, paper, must, order in SLOTS
    ]
    Slot.objects.bulk_create(rows)
    return len(rows)


# -- Opening ----------------------------------------------------------------------------------------------------------


def open_application_of(party: Party) -> MembershipApplication | None:
    """The one that is under way. One query."""
    rows = MembershipApplication.objects.standing().filter(case__party=party).exclude(case__state__in=JOINING_OVER)
    return rows.select_related("case__party").order_by("-case__pk").first()


def _open(party: Party, *, by, at, on_behalf=None) -> MembershipApplication:
    party = Party.objects.select_for_update().get(pk=party.pk)
    known = open_application_of(party)
    if known:
        return known
    wrong = standing.why_not_join(party, timezone.localdate())
    if "party" in wrong:
        raise ValidationError(wrong["party"])
    count = Case.objects.filter(kind=JOINING, party=party).count()
    person = party.kind == Party.Kind.PERSON
    kind = Membership.Kind.PERSON if person else Membership.Kind.UNIT
    case = open_case(
        JOINING, party=party, title=f"{party.name} 申请入会", by=by, at=at, once_key=f"{JOINING}:{party.pk}:{count}",
        on_behalf=on_behalf,
    )  # fmt: skip
    firm = getattr(party, "firm", None)
    asked = {
        "kind": kind, "contact_name": firm.contact_name if firm else party.name if person else "",
        "contact_phone": firm.contact_phone if firm else "",
    }  # fmt: skip
    return MembershipApplication.objects.get_or_create(case=case, defaults=asked)[0]


@transaction.atomic
def begin(*, party: Party, by) -> MembershipApplication:
    """A draft on the party's desk, or the application that is under way. Raises PermissionDenied, ValidationError."""
    must_act_for(by, party)
    load_slots()
    return _open(party, by=by, at=JoiningState.DRAFT)


@transaction.atomic
def begin_as_person(*, by) -> MembershipApplication:
    """Somebody without a firm applies for themselves (个人会员): a party of their own, a seat at it, a draft.

    Raises ValidationError for who acts for a firm already: that is its desk's to do.
    """
    seats = list(Seat.objects.live().filter(user=by).select_related("party"))
    own = next((seat.party for seat in seats if seat.party.kind == Party.Kind.PERSON), None)
    if own is None and seats:
        raise ValidationError("您已经为单位办理，请在单位的服务台申请入会；个人入会请联系协会登记。")
    if own is None:
        own = create_party(name=by.name, by=by, kind=Party.Kind.PERSON)
        put_seat(user=by, party=own, by=by, sentence=f"{by.name}以个人名义办理入会")
    return begin(party=own, by=by)


@transaction.atomic
def enter(
    *, by, channel: str, received_on: date, scan: Document | None = None, party: Party | None = None,
    person_name: str = "", values: dict | None = None,
) -> MembershipApplication:  # fmt: skip
    """Staff type in an application that came on paper, by telephone or in person (代录); it is submitted with that.

    For a party on file, or for a person who is not yet: `person_name`. Raises PermissionDenied, ValidationError.
    """
    needs(by, Right.MEMBERS, "办理会籍")
    load_slots()
    if party is None:
        party = create_party(name=person_name, by=by, kind=Party.Kind.PERSON)
    known = open_application_of(party)
    if known and known.case.state not in TO_FILL_IN:
        raise ValidationError(f"「{party.name}」的入会申请已在办理（{known.case.number}），不用重复登记。")
    if scan is not None:
        scan = take(scan, party=party, by=by, audience=Audience.PARTY, kind="scan")
    came = OnBehalf(channel=channel, received_on=received_on, scan=scan)
    row = known or _open(party, by=by, at=JoiningState.DRAFT, on_behalf=came)
    _write(row, values or {}, by=by, channel=channel)
    perform(row.case, "submit", by=by, on_behalf=came)
    _hand_in_form(row.case, scan, by=by)
    return MembershipApplication.objects.select_related("case__party").get(pk=row.pk)


def _hand_in_form(case: Case, scan: Document | None, *, by):
    """The scan of the form is the material of that name: nobody scans it twice."""
    slot = slots_of(case).filter(name=FORM).first()
    if scan is not None and slot is not None and not why_not_hand_in(case, by):
        hand_in(case=case, slot=slot, by=by, documents=[scan])


# -- Filling in -------------------------------------------------------------------------------------------------------


@transaction.atomic
def save(application: MembershipApplication, *, by, seen_version: int | None, **values) -> MembershipApplication:
    """Keep what was filled in so far. Raises StaleVersion(case) where somebody else saved or moved it meanwhile."""
    case = Case.objects.select_for_update().select_related("party").get(pk=application.pk)
    must_act_for(by, case.party)
    if seen_version is not None and case.version != seen_version:
        raise StaleVersion(case)
    if case.state not in TO_FILL_IN:
        raise MoveRefused("申请已经提交，协会正在办理；要修改请先撤回，或请协会退回补正。")
    row = MembershipApplication.objects.select_for_update().get(pk=application.pk)
    _write(row, values, by=by)
    return row


def _write(row: MembershipApplication, values: dict, *, by, channel: str = ""):
    changes = {name: [getattr(row, name), values[name]] for name in FIELDS if name in values}
    changes = {name: pair for name, pair in changes.items() if pair[0] != pair[1]}
    if not changes:
        return
    for name, (_old, new) in changes.items():
        setattr(row, name, new)
    row.version += 1
    row.save()
    row.case.save()  # its version is what readers have seen
    labels = {name: row.label_of(name) for name in changes}
    shown = {labels[n]: _texts(pair) for n, pair in changes.items() if n not in row.SENSITIVE}
    record(
        row.case, f"{JOINING}.filled-in", f"{by.name}填写{'、'.join(labels.values())}", by=by, party=row.case.party,
        audience=Audience.PARTY, changes=shown, channel=channel,
    )  # fmt: skip


def _texts(pair) -> list[str]:
    return ["" if value is None else str(value) for value in pair]


# -- What its moves ask and do (members/workflow/joining.py) ----------------------------------------------------------


def why_not_submit(case: Case) -> str:
    row = case.membership_application
    empty = [row.label_of(name) for name in ASKED if not getattr(row, name)]
    if empty:
        return f"请先填写{'、'.join(empty)}并保存，再提交。"
    missing = [] if _came_on_paper(case) else missing_of(case)
    return f"还缺材料：{'、'.join(slot.name for slot in missing)}，请上传后再提交。" if missing else ""


def _came_on_paper(case: Case) -> bool:
    """Typed in by staff: its papers are scanned in while they are checked."""
    first = Step.objects.of(case).order_by("pk").first()
    return bool(first and first.channel)


def why_not_propose(case: Case) -> str:
    """Each required material has to be there and found fine before the body decides."""
    if missing := missing_of(case):
        return f"必交材料还不齐：{'、'.join(slot.name for slot in missing)}；请补齐，或退回补正。"
    waiting = Material.objects.filter(case=case, verdict=Material.Verdict.WAITING).count()
    return f"还有 {waiting} 份材料没有审核，请先在「审核材料」里逐份核对。" if waiting else ""


def why_not_conclude(case: Case) -> str:
    days = MembershipRules.current().publicity_days
    if days:
        return f"按会籍规则，拟吸收入会须公示 {days} 个工作日：请在入会申请列表上生成公示名单，公示期满后发布公告。"
    return standing.why_not_join(case.party, timezone.localdate()).get("party", "")


def _day_of_meeting(day: date | None):
    if day and day > timezone.localdate():
        raise MoveRefused("会议日期不能晚于今天，请核对。", code="meeting_on")


def decide(case: Case, step, *, body: str = "", meeting_on: date | None = None, **_data):
    """The body that the rules name has decided; its meeting's day is kept."""
    _day_of_meeting(meeting_on)
    row = case.membership_application
    row.body, row.meeting_on = body or MembershipRules.current().deciding_body, meeting_on or step.happened_on
    row.version += 1
    row.save()


def decide_against(case: Case, step, **data):
    decide(case, step, **data)
    case.concluded_on = step.happened_on


def take_back_decision(case: Case, _step):
    row = case.membership_application
    row.body, row.meeting_on = "", None
    row.version += 1
    row.save()


def admit(case: Case, step):
    """Without publicity: a member from the day of the decision on."""
    _admit(case, step, case.membership_application.meeting_on or step.happened_on)


def admit_announced(case: Case, step):
    """After publicity: a member from the day of the announcement on."""
    _admit(case, step, step.happened_on)


def admit_many(cases: Sequence[Case], steps, **_data):
    """As admit_announced(), for all of a list."""
    prefetch_related_objects(cases, "membership_application")
    for case, step in zip(cases, steps, strict=True):
        admit_announced(case, step)


def _admit(case: Case, step, joined_on: date):
    row = case.membership_application
    try:
        made = standing.join(
            party=case.party, joined_on=joined_on, by=step.actor, kind=row.kind, body=row.body,
            meeting_on=row.meeting_on, case=case, allowed=True,
        )  # fmt: skip
    except ValidationError as problem:
        raise MoveRefused(problem.messages[0]) from problem
    made.letter = letter_text(made, case.party_name)
    made.save(update_fields=["letter"])
    case.concluded_on = step.happened_on


def letter_text(membership: Membership, name: str) -> str:
    """The letter of acceptance (入会通知) as it goes out: the house's own text or the usual one, filled in."""
    of_person = membership.kind == Membership.Kind.PERSON
    text = MembershipRules.current().letter_text.strip() or (LETTER_OF_PERSON if of_person else LETTER)
    words = {
        "名称": name, "协会": Association.current().name, "会员类别": membership.get_kind_display(),
        "会员编号": membership.number, "入会日期": _in_words(membership.joined_on),
        "决定机构": membership.body, "会议日期": f"（{_in_words(membership.meeting_on)}）" if membership.meeting_on else "",
    }  # fmt: skip
    for key, word in words.items():
        text = text.replace(f"{{{key}}}", word)
    return text


def _in_words(day: date) -> str:
    return f"{day.year} 年 {day.month} 月 {day.day} 日"


# -- Asking to leave --------------------------------------------------------------------------------------------------


def open_leaving_of(party: Party) -> LeavingRequest | None:
    """The request that waits. One query."""
    rows = LeavingRequest.objects.standing().filter(case__party=party, case__state=LeavingState.SUBMITTED)
    return rows.select_related("case").first()


@transaction.atomic
def ask_to_leave(*, membership: Membership, by, reason: str, on_behalf: OnBehalf | None = None) -> LeavingRequest:
    """The member asks to leave (自愿退会), on its desk or through staff. The request that waits where there is one.

    Raises PermissionDenied, ValidationError.
    """
    party = Party.objects.select_for_update().get(pk=membership.party_id)
    if on_behalf is None:
        must_act_for(by, party)
    else:
        needs(by, Right.MEMBERS, "办理会籍")
    membership.refresh_from_db()
    if membership.ended_on or membership.voided_at:
        raise ValidationError("会籍已经终止，不用再申请退会。")
    if known := open_leaving_of(party):
        return known
    count = Case.objects.filter(kind=LEAVING, party=party).count()
    case = open_case(
        LEAVING, party=party, title=f"{party.name} 申请退会", by=by, at=LeavingState.DRAFT,
        once_key=f"{LEAVING}:{party.pk}:{count}", on_behalf=on_behalf,
    )  # fmt: skip
    row = LeavingRequest.objects.create(case=case, membership=membership, reason=reason[:300])
    perform(case, "submit", by=by, note=reason, on_behalf=on_behalf)
    return row


def leave(case: Case, step, *, ended_on: date | None = None, **_data):
    """The office writes the leaving down: the membership ends."""
    row = case.leaving
    try:
        standing.end(
            row.membership, ending=Membership.Ending.LEFT, ended_on=ended_on or step.happened_on, by=step.actor,
            note=row.reason, allowed=True,
        )  # fmt: skip
    except ValidationError as problem:
        code = next(iter(getattr(problem, "error_dict", {})), None)
        raise MoveRefused(problem.messages[0], code=code) from problem
    case.concluded_on = step.happened_on
