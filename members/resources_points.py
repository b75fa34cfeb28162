"""Points out of Excel (积分): who took part in what on which day, a line each."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.utils import timezone

from association.accounts.roles import Right
from association.core.enums import Audience
from association.exchange.cells import WrongCode
from association.exchange.columns import Column
from association.exchange.kinds import CleanRow, ImportKind, Judged, Session, V, problem, register, rejected
from association.exchange.undo import CHANGED_SINCE, GONE, subjects_of
from association.exchange.writing import insert
from association.parties.matching import Clue, Matcher
from association.parties.models import Party
from association.timeline.actions import build
from association.timeline.models import Event

from .models import PointEntry, PointRule
from .points import hand_key, load_rules, words
from .resources import CODE, NAME

COLUMNS = (
    replace(NAME, label="会员", synonyms=("会员名称", "会员单位", "单位", "单位名称", *NAME.synonyms, NAME.label)),
    replace(CODE, kind="any_code"),
    Column("rule", "项目", ("积分项目", "活动", "类别", "事项"), required=True),
    Column("happened_on", "日期", ("时间", "参加日期", "活动日期", "发生日期"), kind="date", required=True),
    Column("note", "说明", ("备注", "会议名称", "培训名称", "活动名称", "题目")),
)


@dataclass(slots=True)
class _Plan:
    entry: PointEntry


class PointSession(Session):
    """A line is known again by unit, rule, day and note, as one written by hand."""

    def __init__(self, options, by, batch=None):
        super().__init__(options, by, batch)
        self.rules = {rule.name: rule for rule in PointRule.objects.filter(is_active=True)}
        self.seen: set[str] = set()

    def judge(self, rows: Sequence[CleanRow]) -> list[Judged]:
        fine = [row for row in rows if not row.problems]
        clues = {row.number: self._clue(row) for row in fine}
        matcher = Matcher(clues.values())
        found = {number: matcher.match(clue) for number, clue in clues.items()}
        parties = Party.objects.in_bulk({one.party_id for one in found.values() if one.party_id})
        told = [
            rejected(row)
            if row.problems
            else self._told(row, parties.get(found[row.number].party_id), found[row.number])
            for row in rows
        ]
        keys = [one.source_key for one in told if isinstance(one, PointEntry)]
        known = set(PointEntry.objects.filter(source_key__in=keys).values_list("source_key", flat=True))
        return [
            one if isinstance(one, Judged) else self._judge(row, one, known)
            for row, one in zip(rows, told, strict=True)
        ]

    @staticmethod
    def _clue(row: CleanRow) -> Clue:
        code = row.values.get("code") or ""
        return Clue(row.values["name"], "" if isinstance(code, WrongCode) else code, row.values.get("happened_on"))

    def _told(self, row: CleanRow, party: Party | None, match) -> PointEntry | Judged:
        values = row.values
        rule, note = self.rules.get(values["rule"]), values.get("note") or ""
        if party is None:
            return rejected(row, problem("会员", values["name"], f"{match.why}，请核对名称或填写代码"))
        if rule is None:
            names = "、".join(sorted(self.rules))
            return rejected(row, problem("项目", values["rule"], f"没有这个积分项目，现有：{names}"))
        if values["happened_on"] > timezone.localdate():
            return rejected(row, problem("日期", values["happened_on"], "日期晚于今天，请核对"))
        if len(note) > 200:
            return rejected(row, problem("说明", note, "太长，最多 200 个字"))
        day = values["happened_on"]
        return PointEntry(
            party=party, rule=rule, year=day.year, happened_on=day, points=rule.points, note=note, by=self.by,
            source_key=hand_key(party.pk, rule, day, note),
        )  # fmt: skip

    def _judge(self, row: CleanRow, entry: PointEntry, known: set[str]) -> Judged:
        if entry.source_key in known or entry.source_key in self.seen:
            return Judged(row, V.UNCHANGED, shown=entry.party.name)
        self.seen.add(entry.source_key)
        return Judged(row, V.CREATED, subject=entry, shown=entry.party.name, extra=_Plan(entry))

    def write(self, judged: Sequence[Judged]):
        entries = [one.extra.entry for one in judged if isinstance(one.extra, _Plan)]
        insert(PointEntry, entries)
        name = self.by.name if self.by else "系统"
        Event.objects.bulk_create(
            build(
                entry.party, "points.added", f"{name}登记积 {words(entry.points)}：{entry.rule.name}", by=self.by,
                party=entry.party, audience=Audience.PARTY, note=entry.note, happened_on=entry.happened_on,
            )
            for entry in entries
        )  # fmt: skip


@register
class _Points(ImportKind):
    name = "points"
    order = 6
    label = "会员积分"
    about = "谁在哪一天参加了什么，一行一笔。同一单位、项目、日期、说明的只计一次；一天有几次的，请在说明里写清。"
    right = Right.MEMBERS
    session = PointSession
    examples = {"name": "某某建筑工程有限公司", "rule": "参加培训", "happened_on": "2026-03-05", "note": "质量管理培训"}

    def layouts(self, options):
        return {"points": COLUMNS}

    def settle(self, options, layout):
        if not PointRule.objects.exists():
            load_rules()  # the usual ones, so that the first file finds them
        return options

    def give_back(self, rows, *, batch, by):
        """Lines that the file brought go; those that were voided or moved since stay."""
        entries, stays, gone = subjects_of(rows, PointEntry), {}, []
        for row in rows:
            entry = entries.get(row.subject_id)
            if entry is None:
                stays[row.pk] = GONE
            elif entry.version != row.after_version:
                stays[row.pk] = CHANGED_SINCE
            else:
                gone.append(entry.pk)
        PointEntry.objects.filter(pk__in=gone).delete()
        return stays
