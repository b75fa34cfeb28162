"""The list of a term change (换届、届中调整的名单) out of Excel: units, people, posts; units that are no member wait."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.db.models import Max

from association.accounts.roles import Right
from association.core.text import name_key
from association.exchange.cells import WrongCode
from association.exchange.columns import Column
from association.exchange.kinds import CleanRow, ImportKind, Judged, Session, V, problem, register, rejected
from association.exchange.undo import CHANGED_SINCE, GONE, set_back, subjects_of
from association.exchange.writing import insert, update_each
from association.jobs.actions import Refused

from .enums import TermState
from .models import TermChange, TermChangeLine
from .post_names import PostNames
from .resources import CODE, NAME
from .term_changes import match_units
from .terms import load_posts

POST = Column(
    "post", "协会职务",
    ("会内职务", "拟任职务", "拟任协会职务", "拟任会内职务", "当选职务", "担任职务", "任职", "会员职务", "职务", "现任职务"), required=True,
)  # fmt: skip
UNIT = replace(
    NAME, key="unit_name", label="单位名称", required=False, synonyms=("单位", "工作单位", "所在单位", *NAME.synonyms)
)
LIST_COLUMNS = (
    UNIT,
    replace(CODE, kind="any_code"),
    POST,
    Column(
        "person_name",
        "任职人",
        ("姓名", "任职人姓名", "代表姓名", "会员代表", "单位代表", "候选人", "候选人姓名", "人选"),
    ),
    Column("person_title", "任职人职务", ("单位职务", "在单位职务", "工作单位职务", "行政职务", "职务或职称", "职务")),
    Column("person_phone", "手机", ("手机号", "手机号码", "联系电话", "电话", "联系方式", "任职人手机"), kind="mobile"),
)
PERSON = ("person_name", "person_title", "person_phone")
FIELDS = ("unit_name", "party", *PERSON)
_LABELS = {"unit_name": "单位名称", "person_name": "任职人", "person_title": "任职人职务", "person_phone": "手机"}
_LONGEST = {name: TermChangeLine._meta.get_field(name).max_length for name in _LABELS}
_CLOSED = "名单「{change}」现在是「{state}」，不能再导入；要修改请先退回编制。"


def change_of(options: dict) -> TermChange:
    """The list that a file is for. Raises jobs.Refused where none is named or it is closed."""
    rows = TermChange.objects.select_related("term")
    found = rows.filter(pk=options["change"]).first() if options.get("change") else None
    if found is None:
        raise Refused("请先在「换届与届中调整」里建立名单，再从名单的页面导入。")
    if found.state != TermState.DRAFT:
        raise Refused(_CLOSED.format(change=found, state=TermState(found.state).label))
    return found


@dataclass(slots=True)
class _Plan:
    line: TermChangeLine
    fields: tuple[str, ...] = ()


class ListSession(Session):
    """Rows are lines of one list, known again by unit and post (by person where there is no unit)."""

    def __init__(self, options, by, batch=None):
        super().__init__(options, by, batch)
        self.change, self.names = change_of(options), PostNames()
        self.free: dict[tuple, list[TermChangeLine]] = defaultdict(list)
        self.place = self.change.lines.aggregate(last=Max("place"))["last"] or 0
        for line in self.change.lines.select_related("post", "party").order_by("place"):
            self.free[self._key(line.unit_name, line.post_id, line.person_name)].append(line)

    @staticmethod
    def _key(unit: str, post_id: int, person: str) -> tuple:
        return (name_key(unit), post_id) if unit else ("", post_id, person)

    def judge(self, rows: Sequence[CleanRow]) -> list[Judged]:
        told = [self._told(row) for row in rows]
        codes = {id(new): self._code(row) for row, (new, _why) in zip(rows, told, strict=True) if new is not None}
        match_units([new for new, _why in told if new is not None], self.change.meeting_on, codes)
        exact = {id(new): self._take(new, exact=True) for new, _why in told if new is not None}
        return [
            rejected(row, *([why] if why else ())) if new is None else self._judge(row, new, exact[id(new)])
            for row, (new, why) in zip(rows, told, strict=True)
        ]

    @staticmethod
    def _code(row: CleanRow) -> str:
        code = row.values.get("code") or ""
        return "" if isinstance(code, WrongCode) else code

    def _told(self, row: CleanRow) -> tuple[TermChangeLine | None, dict | None]:
        """(the line that the row describes, unsaved; None) or (None, what is wrong with the row)."""
        if row.problems:
            return None, None
        values = {name: row.values.get(name) or "" for name in ("unit_name", *PERSON)}
        posts, why = self.names.read(row.values.get("post") or "")
        if len(posts) > 1:
            why = "一行只写一个职务；一人任两职的，请写成两行"
        if why:
            return None, problem("协会职务", row.values.get("post"), why)
        if not values["unit_name"] and not values["person_name"]:
            return None, problem("单位名称", "", "请填写单位或任职人，至少填一项")
        for name, limit in _LONGEST.items():
            if len(values[name]) > limit:
                return None, problem(_LABELS[name], values[name], f"太长，最多 {limit} 个字，请核对")
        return TermChangeLine(change=self.change, post=posts[0], **values), None

    def _take(self, new: TermChangeLine, *, exact: bool) -> TermChangeLine | None:
        """A line of the list that no other row of the file has taken: of the same person, or else of the unit's post."""
        lines = self.free.get(self._key(new.unit_name, new.post_id, new.person_name), [])
        found = next((line for line in lines if not exact or line.person_name == new.person_name), None)
        if found is not None:
            lines.remove(found)
        return found

    def _judge(self, row: CleanRow, new: TermChangeLine, line: TermChangeLine | None) -> Judged:
        line = line or self._take(new, exact=False)
        shown = new.unit_name or new.person_name
        if line is None:
            waits = bool(new.unit_name) and new.party is None
            return Judged(
                row, V.WAITING if waits else V.CREATED, subject=new, shown=shown, before={"new": True}, extra=_Plan(new)
            )
        told = {name: getattr(new, name) for name in FIELDS if getattr(new, name) not in (None, "")}
        if line.party_id and new.party is None:
            told.pop("unit_name", None)  # a person said whose it is
        before = {name: getattr(line, name) for name, value in told.items() if getattr(line, name) != value}
        for name in before:
            setattr(line, name, told[name])
        kept = {name: (value.pk if hasattr(value, "pk") else value) for name, value in before.items()}
        kept = {name: None if value is None else str(value) for name, value in kept.items()}
        waits = bool(line.unit_name) and line.party_id is None
        verdict = V.WAITING if waits else V.UPDATED if before else V.UNCHANGED
        return Judged(row, verdict, subject=line, before=kept, shown=shown, extra=_Plan(line, tuple(before)))

    def write(self, judged: Sequence[Judged]):
        plans = [one.extra for one in judged if isinstance(one.extra, _Plan)]
        new = [plan.line for plan in plans if plan.line._state.adding]
        for line in new:
            self.place += 1
            line.place = self.place
        insert(TermChangeLine, new)
        update_each((plan.line, plan.fields) for plan in plans if plan.fields)


@register
class _List(ImportKind):
    name = "term-list"
    order = 2
    label = "换届与届中调整名单"
    about = (
        "单位、任职人、协会职务，一人一职一行。先在「换届与届中调整」里建立名单，再从那里导入；不是会员的单位等待认定。"
    )
    right = Right.MEMBERS
    options = ("change",)
    needs = ("change",)
    about_waiting = (
        "单位在会议当天不是会员，或者名称和代码在企业档案里对不上。导入以后在名单里逐行选定是哪一家，只对这份名单有效。"
    )
    session = ListSession
    waiting_url = "/admin/members/termchange/"
    examples = {
        "unit_name": "某某建筑工程有限公司",
        "post": "副会长",
        "person_name": "张某某",
        "person_title": "董事长",
    }

    def layouts(self, options):
        return {"list": LIST_COLUMNS}

    def settle(self, options, layout):
        if not PostNames().posts:
            load_posts()
        return {**options, "change": change_of(options).pk}

    def choices(self, option):
        drafts = TermChange.objects.filter(state=TermState.DRAFT).values_list("pk", "title")
        return [(str(pk), title) for pk, title in drafts] or [("", "还没有正在编制的名单")]

    def shown(self, option, value):
        return TermChange.objects.filter(pk=value).values_list("title", flat=True).first() or str(value)

    def give_back(self, rows, *, batch, by):
        """Lines that the file brought go, those that it changed are what they were, while the list is being made."""
        lines, stays, gone, changed = subjects_of(rows, TermChangeLine, "change"), {}, [], []
        for row in rows:
            line = lines.get(row.subject_id)
            if line is None:
                stays[row.pk] = GONE
            elif line.change.state != TermState.DRAFT:
                stays[row.pk] = f"名单已经是「{TermState(line.change.state).label}」"
            elif line.version != row.after_version:
                stays[row.pk] = CHANGED_SINCE
            elif row.before.get("new"):
                gone.append(line.pk)
            elif row.before:
                changed.append((line, set_back(line, row.before, FIELDS)))
        update_each(changed)
        TermChangeLine.objects.filter(pk__in=gone).delete()
        return stays
