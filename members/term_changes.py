"""Lists of posts (换届、届中调整): made, filled from Excel or by hand, confirmed by the units. Issued: term_issue."""

from datetime import date, datetime, time

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from association.accounts.roles import Right
from association.accounts.rules import name_of, needs
from association.core.enums import Audience
from association.core.models import add_working_days
from association.core.workdays import YearMissing
from association.exchange.kinds import register_rematcher
from association.inbox.actions import close_todos, keep_todo
from association.inbox.models import Todo, Whose
from association.outbox.actions import send_to_parties
from association.parties.matching import Clue, Matcher
from association.parties.models import Party
from association.timeline.actions import record
from association.workflow.actions import MoveRefused, acts_for_party
from association.workflow.actions import refresh_todo as refresh_turn

from .enums import TermState
from .models import Membership, MembershipRules, Term, TermChange, TermChangeLine
from .terms import load_posts

S = TermState
WHAT = "办理换届与届中调整"
EDITABLE = ("term", "kind", "title", "body", "meeting_on", "takes_effect_on")
LINE_FIELDS = ("unit_name", "party", "post", "person_name", "person_title", "person_phone")
PERSON = ("person_name", "person_title", "person_phone")
_CLOSES_AT = time(17)


# -- The list ---------------------------------------------------------------------------------------------------------


@transaction.atomic
def create_change(
    *, term: Term, kind: str, title: str, body: str, meeting_on: date, takes_effect_on: date, once_key: str, by
) -> TermChange:
    """A list that is to be filled. The same `once_key` again gives the first one. Raises PermissionDenied."""
    needs(by, Right.MEMBERS, WHAT)
    found = TermChange.objects.filter(once_key=once_key).first()
    if found is not None:
        return found
    load_posts(by=by)
    change = TermChange(
        term=term, kind=kind, title=title, body=body, meeting_on=meeting_on, takes_effect_on=takes_effect_on,
        once_key=once_key, state=S.DRAFT,
    )  # fmt: skip
    change.save()
    record(change, "term-change.created", f"{name_of(by)}建立「{title}」", by=by)
    refresh_turn(change)
    return change


def _locked(change: TermChange, *states: str) -> TermChange:
    locked = TermChange.objects.select_for_update(of=("self",)).select_related("term").get(pk=change.pk)
    if locked.state not in states:
        raise ValidationError(f"名单现在是「{S(locked.state).label}」，不能再这样改；请刷新页面。")
    return locked


@transaction.atomic
def edit_change(change: TermChange, *, by, **values) -> TermChange:
    """Change EDITABLE of a list under way. Raises PermissionDenied, ValidationError."""
    needs(by, Right.MEMBERS, WHAT)
    locked = _locked(change, S.DRAFT)
    changes = {name: [str(getattr(locked, name)), str(values[name])] for name in EDITABLE
               if name in values and getattr(locked, name) != values[name]}  # fmt: skip
    for name in changes:
        setattr(locked, name, values[name])
    if changes:
        locked.save()
        labels = "、".join(str(TermChange._meta.get_field(name).verbose_name) for name in changes)
        record(locked, "term-change.edited", f"{name_of(by)}修改「{locked}」的{labels}", by=by, changes=changes)
        refresh_turn(locked)
    return locked


def match_units(lines: list[TermChangeLine], day: date, codes: dict[int, str] | None = None) -> None:
    """Set the party of lines whose unit is, by its code or a name it bears or bore, one member of that day. In memory.

    `codes`: what the file has for a line, by id(line). Four queries at most.
    """
    clues = {id(line): Clue(line.unit_name, (codes or {}).get(id(line), "")) for line in lines if line.unit_name}
    matcher = Matcher(clues.values())
    found = {key: matcher.match(clue).party_id for key, clue in clues.items()}
    parties = Party.objects.in_bulk({pk for pk in found.values() if pk})
    members = set(Membership.objects.on(day).filter(party__in=parties).values_list("party_id", flat=True))
    for line in lines:
        pk = found.get(id(line))
        line.party = parties[pk] if pk in members else None


@transaction.atomic
def add_line(change: TermChange, *, by, **values) -> TermChangeLine:
    """One more line, by hand; values of LINE_FIELDS. Raises PermissionDenied, ValidationError."""
    needs(by, Right.MEMBERS, WHAT)
    locked = _locked(change, S.DRAFT)
    place = (locked.lines.aggregate(last=Max("place"))["last"] or 0) + 1
    line = TermChangeLine(change=locked, place=place, **{name: values[name] for name in LINE_FIELDS if name in values})
    _check_line(line)
    if line.party is None:
        match_units([line], locked.meeting_on)
    line.save()
    record(locked, "term-change.line-added", f"{name_of(by)}在「{locked}」增加一行：{line}", by=by)
    return line


def _check_line(line: TermChangeLine):
    if line.party and not line.unit_name:
        line.unit_name = line.party.name
    if not line.unit_name and not line.person_name:
        raise ValidationError({"unit_name": "请填写单位或任职人，至少填一项。"})
    if line.post.is_plain and not line.unit_name:
        raise ValidationError({"unit_name": f"{line.post}是单位的，请填写单位。"})


@transaction.atomic
def change_line(line: TermChangeLine, *, by, **values) -> TermChangeLine:
    """Put a line right, while the list is made or the units confirm it. Raises PermissionDenied, ValidationError."""
    needs(by, Right.MEMBERS, WHAT)
    change = _locked(line.change, S.DRAFT, S.CONFIRMING)
    locked = _locked_line(line)
    if change.state == S.CONFIRMING and any(
        name in values and getattr(locked, name) != values[name] for name in ("party", "post", "unit_name")
    ):
        raise ValidationError("单位正在核对，单位和职务不能再改；确要改动，请先把名单退回编制。")
    changes = {name: [_shown(getattr(locked, name)), _shown(values[name])] for name in LINE_FIELDS
               if name in values and getattr(locked, name) != values[name]}  # fmt: skip
    if not changes:
        return locked
    for name in changes:
        setattr(locked, name, values[name])
    _check_line(locked)
    if change.state == S.DRAFT:  # what the unit said was of another text
        locked.answer, locked.answered_at, locked.answered_by = TermChangeLine.Answer.WAITING, None, None
        locked.answer_note, locked.channel = "", ""
    locked.save()
    shown = {name: pair for name, pair in changes.items() if name not in TermChangeLine.SENSITIVE}
    record(
        change,
        "term-change.line-changed",
        f"{name_of(by)}修改「{change}」第 {locked.place} 行：{locked}",
        by=by,
        changes=shown,
    )
    return locked


def labelled(changes: dict, model=TermChangeLine) -> dict:
    """Changes by the Chinese names of the fields, without the sensitive ones: they stand in another row's timeline."""
    hidden = model.SENSITIVE
    return {str(model._meta.get_field(name).verbose_name): pair for name, pair in changes.items() if name not in hidden}


def _shown(value) -> str:
    return "" if value is None else str(value)


def _locked_line(line: TermChangeLine) -> TermChangeLine:
    rows = TermChangeLine.objects.select_for_update(of=("self",)).select_related("post", "party")
    return rows.get(pk=line.pk)


@transaction.atomic
def claim_line(line: TermChangeLine, *, party: Party, by) -> int:
    """The unit of a line that waits is this one; the same unit in other lines as well. Returns how many lines.

    Raises PermissionDenied, ValidationError.
    """
    needs(by, Right.MEMBERS, WHAT)
    change = _locked(line.change, S.DRAFT)
    lines = list(change.lines.select_for_update().filter(party=None, unit_name=line.unit_name))
    for one in lines:
        one.party = party
        one.save()
    record(change, "term-change.claimed", f"{name_of(by)}认定「{change}」里的「{line.unit_name}」是{party.name}", by=by)
    return len(lines)


@transaction.atomic
def remove_line(line: TermChangeLine, *, by):
    """A line goes while the list is made. Raises PermissionDenied, ValidationError."""
    needs(by, Right.MEMBERS, WHAT)
    change = _locked(line.change, S.DRAFT)
    record(change, "term-change.line-removed", f"{name_of(by)}在「{change}」删除一行：{line}", by=by)
    change.lines.filter(pk=line.pk).delete()


@register_rematcher
@transaction.atomic
def look_again(*, names=(), codes=()):
    """Lines of lists under way whose unit waits, after firms came or got other names."""
    rows = TermChangeLine.objects.filter(party=None, change__state=S.DRAFT).exclude(unit_name="")
    lines = list(rows.select_related("change", "post"))
    by_day: dict[date, list] = {}
    for line in lines:
        by_day.setdefault(line.change.meeting_on, []).append(line)
    for day, some in by_day.items():
        match_units(some, day)
    for line in lines:
        if line.party is not None:
            line.save()


# -- The units confirm ------------------------------------------------------------------------------------------------


def waiting_units(change: TermChange) -> int:
    return change.lines.filter(party=None).exclude(unit_name="").count()


def why_not_ask(change: TermChange) -> str:
    if not change.lines.exists():
        return "名单还是空的，请先导入或填写名单。"
    if waiting := waiting_units(change):
        return f"还有 {waiting} 行没有对应到会员，请先逐行认定。"
    return ""


def unanswered(change: TermChange):
    """Lines of units that have not said anything yet."""
    rows = change.lines.filter(answer=TermChangeLine.Answer.WAITING).exclude(party=None)
    return rows.select_related("party__firm", "post").order_by("place")


def confirm_until(day: date) -> date:
    """Until when units asked on a day have time. Raises MoveRefused where the calendar lacks the year."""
    try:
        return add_working_days(day, MembershipRules.current().confirm_days)
    except YearMissing as missing:
        raise MoveRefused(f"算不出核对的截止日期：{missing}。") from missing


def _key(change_id: int, party_id: int) -> str:
    return f"term-confirm:{change_id}:{party_id}"


def page_of(change: TermChange) -> str:
    """The unit's own page of a list."""
    return f"/desk/terms/{change.uid}/"


def _asked(change: TermChange) -> list[Party]:
    """The units that have a line without an answer, in the order of the list."""
    return list({line.party_id: line.party for line in unanswered(change)}.values())


def open_todos(change: TermChange):
    """A to-do on the desk of each unit that is asked."""
    due = timezone.make_aware(datetime.combine(change.confirm_until, _CLOSES_AT))
    for party in _asked(change):
        keep_todo(
            change, kind="term-change:confirm", label="核对任职资料", title=change.title, due_at=due,
            url=change.get_absolute_url(), desk_url=page_of(change), once_key=_key(change.pk, party.pk),
            whose=Whose.PARTY, party=party, audience=Audience.PARTY,
        )  # fmt: skip


def close_unit_todos(change: TermChange):
    keys = Todo.objects.open().filter(once_key__startswith=f"term-confirm:{change.pk}:")
    close_todos(once_keys=list(keys.values_list("once_key", flat=True)))


def ask(change: TermChange, step, **_data):
    """Effect of 请单位核对: the clock starts, each person of the units is told once."""
    change.confirm_until = confirm_until(step.happened_on)
    open_todos(change)
    send_to_parties(
        _asked(change), subject="请核对任职资料", url=page_of(change), once_key=f"term-confirm:{change.pk}:{step.uid}",
        body=f"「{change.title}」印发前，请核对单位、任职人和职务，{change.confirm_until:%Y-%m-%d} 17:00 前答复。",
    )  # fmt: skip


def stop_asking(change: TermChange, step, **_data):
    """Effect of the moves that end the confirming."""
    close_unit_todos(change)


def ask_again(change: TermChange, step):
    """Reverse of those moves. Raises MoveRefused where the list was changed meanwhile so that nobody could be asked."""
    if step.source == S.CONFIRMING:
        if why := why_not_ask(change):
            raise MoveRefused(why)
        open_todos(change)


@transaction.atomic
def answer_line(
    line: TermChangeLine, *, by, note: str = "", channel: str = "", received_on: date | None = None,
    seen_version: int | None = None, **person,
) -> TermChangeLine:  # fmt: skip
    """A unit confirms its line, or corrects its person (PERSON) and says why; staff enter it on behalf with `channel`.

    May be done again until the list goes on. Raises PermissionDenied, ValidationError.
    """
    change = _locked(line.change, S.CONFIRMING)
    locked = _locked_line(line)
    if channel:
        needs(by, Right.MEMBERS, WHAT)
    elif locked.party is None or not acts_for_party(by, locked.party):
        raise ValidationError("您的席位只能查看，请由单位管理员或经办人办理。")
    if seen_version is not None and locked.version != seen_version:
        raise ValidationError("这一行刚刚有人改过，请核对现在的内容，再提交一次。", code="stale")
    changes = {n: [getattr(locked, n), person[n]] for n in PERSON if n in person and getattr(locked, n) != person[n]}
    if changes and not note.strip():
        raise ValidationError({"note": "改动了任职人资料，请写明原因，例：原任职人已调离。"})
    for name, (_old, new) in changes.items():
        setattr(locked, name, new)
    corrected = changes or note.strip()
    locked.answer = TermChangeLine.Answer.CORRECTED if corrected else TermChangeLine.Answer.CONFIRMED
    locked.answered_at, locked.answered_by, locked.channel = timezone.now(), by, channel
    locked.answer_note = note.strip()[:300]
    locked.save()
    _tell_answer(change, locked, changes, by=by, received_on=received_on)
    if not change.lines.filter(party=locked.party, answer=TermChangeLine.Answer.WAITING).exists():
        close_todos(once_keys=[_key(change.pk, locked.party_id)])
    return locked


def _tell_answer(change, line, changes, *, by, received_on):
    verb = "更正" if line.answer == TermChangeLine.Answer.CORRECTED else "确认"
    unit = line.party.name
    who = f"{by.name}代{unit}录入：{verb}" if line.channel else f"{by.name}{verb}"
    shown = labelled(changes)
    more = {"by": by, "note": line.answer_note, "channel": line.channel, "happened_on": received_on, "changes": shown}
    words = f"{who}「{change.title}」中{line.post}的任职资料"
    record(
        change,
        "term-change.answered",
        words if line.channel else f"{words}（{unit}）",
        party=line.party,
        audience=Audience.STAFF,
        **more,
    )
    record(line.party, "tenure.answered", words, party=line.party, audience=Audience.PARTY, **more)
