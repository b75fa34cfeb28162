"""The round's tables out to Excel: 全表 and the list for the bureau (报送市场科), streamed row by row.

Text goes out as text, so no formula runs and no digit is lost; points are numbers. A small round comes at once, a
large one as a job whose file waits at the job's page.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.utils import timezone

from association.accounts.roles import Right
from association.accounts.rules import name_of, needs
from association.core.words import word
from association.exchange.exports import keep_table
from association.exchange.sheets import STEP, Head, table_bytes
from association.jobs import actions as jobs
from association.jobs.models import Job
from association.jobs.registry import worker
from association.timeline.actions import log_access

from .enums import RatingState
from .models import RatingRound, ScoreSheet, ScoringRun
from .scoring import RuleBook
from .scoring import shape as s
from .scoring.exact import exact

DIRECT = 3000  # firms that are written while the person waits: about a second
_COUNTED = (s.COUNTED, s.CAPPED_PARTLY, s.EXHAUSTED_PARTLY)


@dataclass(frozen=True)
class Table:
    """A kind of export. `heads(book)` are its columns, `row(book, number, sheet)` the cells of a firm."""

    name: str
    label: str
    landscape: bool
    heads: Callable[[RuleBook], list[Head]]
    row: Callable[[RuleBook, int, ScoreSheet], list]


def _points(value):
    return "" if value is None else exact(value)


def _parts(book: RuleBook, sheet: ScoreSheet) -> list[tuple]:
    """(part, what is stored of it) for the parts that give points."""
    pairs = zip(book.parts, sheet.detail["p"], strict=True)
    return [(part, got) for part, got in pairs if part.kind != "veto"]


def _facts(sheet: ScoreSheet) -> tuple[int, int, int]:
    """(records on the sheet, those that counted, surveys)."""
    records = [row for got in sheet.detail["p"] for row in got.get("f", ())]
    surveys = sum(len(project[4]) for got in sheet.detail["p"] for project in got.get("j", ()))
    return len(records), sum(row[3] in _COUNTED for row in records), surveys


def _full_heads(book: RuleBook) -> list[Head]:
    parts = [Head(part.name, 9, figure=True) for part in book.parts if part.kind != "veto"]
    return [
        Head("序号", 6, figure=True), Head("企业名称", 34), Head("统一社会信用代码", 21), Head(word("district"), 10),
        Head("主项资质", 24), Head("资质分组", 10), Head("是否会员", 9), Head("会员编号", 12), *parts,
        Head("协会评分", 9, figure=True), Head("总分", 8, figure=True), Head("测算等级", 10), Head("信用等级", 10),
        Head("发布文号", 18), Head("信用信息条数", 12, figure=True), Head("其中计分", 9, figure=True),
        Head("调查次数", 9, figure=True), Head("状态", 10),
    ]  # fmt: skip


def _full_row(book: RuleBook, number: int, sheet: ScoreSheet) -> list:
    rating = sheet.rating
    return [
        number, rating.name, rating.code, rating.district, rating.qualification, rating.qualification_group,
        "是" if rating.is_member else "否", rating.member_number,
        *(_points(got["p"]) for _, got in _parts(book, sheet)),
        _points(sheet.own_points), _points(sheet.total), sheet.grade, rating.grade, rating.grade_number, *_facts(sheet),
        RatingState(rating.case.state).label,
    ]  # fmt: skip


def _own_heads(book: RuleBook) -> list[Head]:
    parts = [Head(part.name, 12, figure=True) for part in book.own_parts]
    return [
        Head("序号", 6, figure=True), Head("企业名称", 40), Head("统一社会信用代码", 22), *parts,
        Head("合计", 10, figure=True),
    ]  # fmt: skip


def _own_row(book: RuleBook, number: int, sheet: ScoreSheet) -> list:
    own = [_points(got["p"]) for part, got in _parts(book, sheet) if part.own]
    return [number, sheet.rating.name, sheet.rating.code, *own, _points(sheet.own_points)]


TABLES = {
    table.name: table
    for table in (
        Table("full", "全表", True, _full_heads, _full_row),
        Table("bureau", "报送市场科名单", False, _own_heads, _own_row),
    )
}


def rows_of(table: Table, run: ScoringRun, book: RuleBook) -> Iterator[list]:
    """The cells of the run's standing ratings, in the order of the roster, streamed."""
    sheets = ScoreSheet.objects.filter(run=run, rating__case__voided_at=None).select_related("rating__case")
    for number, sheet in enumerate(sheets.order_by("rating_id").iterator(chunk_size=STEP), 1):
        yield table.row(book, number, sheet)


def count_of(run: ScoringRun) -> int:
    return ScoreSheet.objects.filter(run=run, rating__case__voided_at=None).count()


# -- For the pages --------------------------------------------------------------------------------------------------


def file_name(table: Table, rating_round: RatingRound) -> str:
    return f"{rating_round.title}{table.label}.xlsx"


def _words(table: Table, run: ScoringRun, rows: int, by) -> dict:
    now = timezone.localtime()
    return {
        "title": f"{run.round.title}{table.label}",
        "notes": (
            f"第 {run.number} 次测算（{timezone.localtime(run.finished_at):%Y-%m-%d %H:%M}）；范围：本轮全部参评企业，"
            f"不含已作废；共 {rows} 行；导出：{name_of(by)} {now:%Y-%m-%d %H:%M}"
        ),
    }  # fmt: skip


def export_now(table: Table, run: ScoringRun, *, by, request=None) -> bytes:
    """The file at once. Leaves an AccessLog row."""
    book, rows = RuleBook.from_dict(run.rulebook), count_of(run)
    words = _words(table, run, rows, by)
    content = table_bytes(heads=table.heads(book), rows=rows_of(table, run, book), landscape=table.landscape, **words)
    log_access("export", words["title"], by=by, subject=run.round, rows=rows, request=request)
    return content


def is_small(run: ScoringRun) -> bool:
    return run.population <= DIRECT


def start_export(table: Table, run: ScoringRun, *, by) -> Job:
    """A job that writes the file; a second click finds the same one."""
    needs(by, Right.READ, "导出评价结果")
    return jobs.start(
        "evaluations.export", by=by, title=f"导出{run.round.title}{table.label}",
        args={"run": run.pk, "table": table.name},
        once_key=f"evaluations.export:{table.name}:{run.pk}:{by.pk}", back_url=run.round.get_absolute_url(),
    )  # fmt: skip


@worker("evaluations.export")
def export(job):
    """Writes a temporary file anew each time it is started, keeps it as a document of whoever asked."""
    run = ScoringRun.objects.select_related("round").get(pk=job.args["run"])
    table, book, total = TABLES[job.args["table"]], RuleBook.from_dict(run.rulebook), count_of(run)
    words = _words(table, run, total, job.owner)
    what = {"heads": table.heads(book), "rows": rows_of(table, run, book), "landscape": table.landscape, **words}
    document = yield from keep_table(what, total, name=file_name(table, run.round), by=job.owner)
    log_access("export", words["title"], by=job.owner, subject=run.round, rows=total)
    Job.objects.filter(pk=job.pk).update(back_url=document.get_absolute_url())
    return {"document": str(document.uid), "rows": total}
