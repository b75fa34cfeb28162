"""What the moves of a list do besides changing its state: terms, announcements, word to the apps above."""

from django.db.models import F
from django.utils import timezone

from association.accounts.roles import Right
from association.core.stamp import raise_stamp
from association.core.workdays import YearMissing
from association.inbox.actions import close_todos, keep_todo
from association.inbox.models import Whose
from association.workflow.actions import MoveRefused

from .models import Announcement, LineState, ListState, PublicityLine
from .registry import kind_of
from .terms import due_after, end_of_term, is_over

ANNOUNCE_WORKING_DAYS = 1  # the office's own pace: an ended list is announced by the next working day


# -- Why a move cannot be made now -----------------------------------------------------------------


def why_not_publicise(publicity) -> str:
    if not publicity.lines.exists():
        return "名单里还没有单位，请先生成名单。"
    cases = publicity.lines.exclude(case=None).values("case")
    twice = (
        PublicityLine.objects.filter(case__in=cases, list__state__in=(ListState.PUBLICISED, ListState.ENDED))
        .exclude(state=LineState.DROPPED)
        .select_related("list")
        .first()
    )
    if twice:
        return f"「{twice.name}」已在《{twice.list.title}》中公示，尚未公告；请先公告或撤下那份名单。"
    return ""


def why_not_end(publicity) -> str:
    if is_over(publicity.ends_at, timezone.now()):
        return ""
    return f"公示期到 {timezone.localtime(publicity.ends_at):%Y-%m-%d %H:%M} 为止，到时由系统自动结束。"


def why_not_announce(publicity) -> str:
    if publicity.lines.announceable().exists():
        return ""
    return "名单里的单位都有异议尚在核查，或已不予公告，没有可以公告的单位。"


def why_not_supplement(publicity) -> str:
    if publicity.lines.announceable().exists():
        return ""
    return "没有需要补充公告的单位：异议核查后不成立的单位才列入补充公告。"


# -- What the moves do -----------------------------------------------------------------------------


def publicise(publicity, step, *, starts_on=None, **_fields):
    """Fix the term. `starts_on`: the day it goes up, by default the day of the step; later only with a reason."""
    starts_on = starts_on or step.happened_on
    if starts_on < step.happened_on:
        raise MoveRefused(
            "公示开始日期早于发布的那一天；补录已经贴出的公示，请把发生日期改为实际公示的那一天。", code="starts_on"
        )
    if starts_on > step.happened_on and not step.note.strip():
        raise MoveRefused("公示不从发布当天开始，请在说明里写明原因。", code="note")
    try:
        publicity.ends_at = end_of_term(starts_on, publicity.working_days)
    except YearMissing as missing:
        raise MoveRefused(f"算不出公示截止日期：{missing}。") from missing
    publicity.starts_on, publicity.due_at = starts_on, publicity.ends_at
    _tell(publicity, "on_publicised", lines=publicity.lines.all(), step=step)


def end(publicity, step, **_fields):
    publicity.due_at = due_after(publicity.ends_on, ANNOUNCE_WORKING_DAYS)
    _tell(publicity, "on_ended", lines=publicity.lines.all(), step=step)


def announce(publicity, step, *, number="", title="", body="", **_fields):
    """Announce what nobody has objected to, or what was cleared; the rest stays out."""
    publicity.due_at = None
    title = title or _title(publicity.title)
    _announce(publicity, step, kind=Announcement.Kind.FIRST, number=number, title=title, body=body)


def supplement(publicity, step, *, number="", title="", body="", **_fields):
    """Announce the lines cleared since (补充公告)."""
    title = title or _later_title("补充公告", publicity.title)
    _announce(publicity, step, kind=Announcement.Kind.SUPPLEMENT, number=number, title=title, body=body)


def correct(publicity, step, *, number="", title="", body="", **_fields):
    """Say what was wrong in what was announced (更正公告); the announcement itself stays as it went out."""
    if not body.strip():
        raise MoveRefused("请写明更正的内容：原来怎样写，现在更正为什么。", code="body")
    title = title or _later_title("更正公告", publicity.title)
    _announce(publicity, step, kind=Announcement.Kind.CORRECTION, number=number, title=title, body=body)
    close_todos(once_keys=[correction_key(publicity)])


def withdraw(publicity, step, **_fields):
    publicity.due_at = None
    _tell(publicity, "on_withdrawn", lines=publicity.lines.all(), step=step)


def _tell(publicity, happening, **facts):
    raise_stamp()
    getattr(kind_of(publicity.kind), happening)(publicity=publicity, **facts)


def _announce(publicity, step, *, kind, number, title, body):
    number = number.strip()
    if number and Announcement.objects.filter(number=number).exists():
        raise MoveRefused(f"文号「{number}」已经用过，请核对。", code="number")
    first = None if kind == Announcement.Kind.FIRST else publicity.announcements.get(kind=Announcement.Kind.FIRST)
    row = Announcement.objects.create(
        list=publicity, kind=kind, supplements=first, title=title, number=number, issued_on=step.happened_on, body=body,
        released_by=step.actor, signature=step.signature,
    )  # fmt: skip
    if kind == Announcement.Kind.CORRECTION:
        raise_stamp()
        return
    publicity.lines.announceable().update(announcement=row, version=F("version") + 1, updated_at=timezone.now())
    refresh_supplement_todo(publicity)
    _tell(publicity, "on_announced", announcement=row, lines=row.lines.all(), step=step)


def _title(of_list: str) -> str:
    return of_list.replace("公示", "公告") if "公示" in of_list else f"{of_list}公告"


def _later_title(word: str, of_list: str) -> str:
    what = _title(of_list).removeprefix("关于").strip()
    gap = " " if what[:1].isascii() and what[:1].isalnum() else ""  # 「关于 2020 年度…」, as years stand everywhere
    return f"关于{gap}{what}的{word}"[:120]


# -- What waits besides the turn itself ------------------------------------------------------------


def correction_key(publicity) -> str:
    return f"publicity:correct:{publicity.pk}"


def refresh_supplement_todo(publicity):
    """After the announcement, lines that were cleared since wait for a supplementary one."""
    waiting = 0
    if publicity.announcements.exists():
        waiting = publicity.lines.announceable().count()
    keep_todo(
        publicity, kind="publicity:supplement", label="发布补充公告", title=str(publicity),
        url=publicity.get_absolute_url(), once_key=f"publicity:supplement:{publicity.pk}", count=waiting,
        whose=Whose.OFFICE, right=Right.DECIDE, due_at=due_after(timezone.localdate(), ANNOUNCE_WORKING_DAYS),
    )  # fmt: skip


def keep_correction_todo(publicity):
    keep_todo(
        publicity, kind="publicity:correct", label="发布更正公告", title=str(publicity),
        url=publicity.get_absolute_url(), once_key=correction_key(publicity), whose=Whose.OFFICE, right=Right.DECIDE,
        due_at=due_after(timezone.localdate(), ANNOUNCE_WORKING_DAYS),
    )  # fmt: skip
