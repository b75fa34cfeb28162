"""What pages ask of the rating: a firm's sheet and history as the reader may see them, the round at a glance."""

from dataclasses import dataclass, replace
from decimal import Decimal

from django.db.models import Count, Exists, Max, OuterRef, Q

from association.exchange.models import ImportBatch
from association.parties.models import Party
from association.publicity.models import PublicityList

from .models import AuthorityScore, CreditRecord, Rating, RatingRound, ScoreSheet, ScoringRun, Survey
from .scoring import RuleBook, explain
from .scoring.views import SheetView
from .slices import stamp_of

HIDDEN = "—"
MOST_COLUMNS = 30  # of a chart with a column for each whole point


# -- A firm's sheet -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class SheetForReader:
    """The context of templates/evaluations/score_sheet.html. `sheet` is None while there is none for this reader."""

    sheet: SheetView | None
    run: ScoringRun | None
    rating: Rating
    round: RatingRound
    show_all: bool
    show_others: bool

    def context(self) -> dict:
        return dict(self.__dict__)


def is_office(user) -> bool:
    return bool(user.is_authenticated and user.is_staff and user.has_perm("evaluations.view_rating"))


def sheet_for(user, rating: Rating) -> SheetForReader:
    """What `user` may see of a rating's sheet in the round's current run. Two queries beyond the rating and its round.

    Staff see all. A firm sees its own: the association's parts once 向企业开放评分表 is on; the authority's points, the
    total and the 测算等级 only with 主管部门同意公开 too. The 信用等级 stands on the rating and is always shown.
    A rating that is not the reader's gives no sheet; whether its page exists is the caller's to ask (visible_to).
    """
    rating_round, office = rating.round, is_office(user)
    stored = (
        ScoreSheet.objects.visible_to(user)
        .select_related("run")
        .filter(rating=rating, run=rating_round.current_run_id)
        .first()
        if rating_round.current_run_id
        else None
    )
    show_all = office or (rating_round.sheets_open and rating_round.grades_open)
    sheet = explain(RuleBook.from_dict(stored.run.rulebook), stored.detail, stored.run.givers) if stored else None
    if sheet and not show_all:
        sheet = _own_only(sheet)
    return SheetForReader(sheet, stored.run if stored else None, rating, rating_round, show_all, office)


def _own_only(sheet: SheetView) -> SheetView:
    """Nothing of what others scored, not even in the parts of the object that a template would not draw."""
    own = tuple(part for part in sheet.parts if part.own)
    return replace(sheet, total=HIDDEN, grade="", grade_sentence="", missing=(), parts=own, others=())


def history_of(party, user) -> list[dict]:
    """The party's ratings over the years, latest first: {year, title, grade, issued_on, number, url}. One query."""
    rows = (
        Rating.objects.visible_to(user)
        .standing()
        .filter(party=party)
        .select_related("round", "case")
        .order_by("-round__year")
    )
    return [
        {
            "year": row.round.year, "title": row.round.title, "grade": row.grade, "issued_on": row.grade_on,
            "number": row.grade_number, "url": f"/desk/ratings/{row.case.uid}/",
        }
        for row in rows
    ]  # fmt: skip


# -- The round at a glance (本轮总览) -------------------------------------------------------------------------------


@dataclass(frozen=True)
class ImportLine:
    """How far one kind of file is: rows in the round, the last file of it."""

    kind: str
    label: str
    source: str
    count: int
    waiting: int
    last: ImportBatch | None
    outside: int = 0  # records of the source that lie outside the period


def surveyed(rating_round: RatingRound):
    return Survey.objects.filter(round=rating_round, party=OuterRef("party"), voided_at=None)


def scored(rating_round: RatingRound):
    return AuthorityScore.objects.filter(round=rating_round, party=OuterRef("party"), voided_at=None)


def not_surveyed(rating_round: RatingRound):
    """Ratings without a survey (未调查)."""
    return rating_round.ratings.taking_part().exclude(Exists(surveyed(rating_round)))


def without_score(rating_round: RatingRound):
    """Ratings without the authority's score: no total, no grade."""
    return rating_round.ratings.taking_part().exclude(Exists(scored(rating_round)))


def import_lines(rating_round: RatingRound, sources) -> list[ImportLine]:
    """The roster, each source of the scheme, surveys and scores, in the order of the work. Five queries."""
    year = rating_round.year
    period = (rating_round.scheme.period_from, rating_round.scheme.period_to)
    live, here = Q(voided_at=None, same_as=None), Q(date=None) | Q(date__range=period)
    waits = Q(party=None, dismissed=False)
    records = {
        row["source"]: row
        for row in CreditRecord.objects.filter(live)
        .order_by()
        .values("source")
        .annotate(n=Count("pk", filter=here), outside=Count("pk", filter=~here), waiting=Count("pk", filter=waits))
    }
    last = _last_batches(year)
    firms = rating_round.ratings.taking_part().count()
    lines = [ImportLine("rating-roster", "申报企业名册", "", firms, 0, last.get(("rating-roster", "")))]
    for source in sources:
        row = records.get(source, {"n": 0, "outside": 0, "waiting": 0})
        batch, label = last.get(("credit-records", source)), f"信用信息（{source}）"
        lines.append(ImportLine("credit-records", label, source, row["n"], row["waiting"], batch, row["outside"]))
    for kind, label, model in (("surveys", "业绩调查", Survey), ("authority-scores", "主管部门评分", AuthorityScore)):
        rows = model.objects.filter(live, round=rating_round)
        found = rows.aggregate(n=Count("pk"), waiting=Count("pk", filter=waits))
        lines.append(ImportLine(kind, label, "", found["n"], found["waiting"], last.get((kind, ""))))
    return lines


def _last_batches(year: int) -> dict[tuple[str, str], ImportBatch]:
    """The latest file of each kind, of this round or (credit records) of any year, by (kind, source)."""
    kinds = ("rating-roster", "credit-records", "surveys", "authority-scores", "issued-grades")
    applied = ImportBatch.objects.filter(kind__in=kinds, state=ImportBatch.State.APPLIED)
    applied = applied.filter(Q(options__round=year) | Q(kind="credit-records"))
    latest = applied.order_by().values("kind", "options__source").annotate(latest=Max("pk")).values("latest")
    rows = ImportBatch.objects.select_related("document", "by").filter(pk__in=latest)
    return {(row.kind, row.options.get("source") or ""): row for row in rows}


@dataclass(frozen=True)
class Aside:
    """A firm on file that does not take part in the round, and how much came in about it (有资料、未参评)."""

    party: int
    name: str
    code: str
    records: int
    surveys: int
    scores: int


def aside(rating_round: RatingRound, parties=None) -> list[Aside]:
    """Firms with records of the period, surveys or scores that are not rated; of `parties`, or of all. Four queries."""
    counts: dict[int, list[int]] = {}
    for place, rows in enumerate(_about(rating_round)):
        rows = rows.exclude(Exists(rating_round.ratings.standing().filter(party=OuterRef("party"))))
        if parties is not None:
            rows = rows.filter(party__in=parties)
        for party, count in rows.order_by().values_list("party").annotate(n=Count("pk")):
            counts.setdefault(party, [0, 0, 0])[place] = count
    firms = Party.objects.filter(pk__in=counts).order_by("name").values_list("pk", "name", "code", "temporary_number")
    return [Aside(pk, name, code or number or "", *counts[pk]) for pk, name, code, number in firms]


def _about(rating_round: RatingRound):
    """(credit records, surveys, scores) that count in the round, of whatever firm."""
    period = (rating_round.scheme.period_from, rating_round.scheme.period_to)
    return (
        CreditRecord.objects.counting().filter(Q(date=None) | Q(date__range=period)),
        Survey.objects.counting().filter(round=rating_round),
        AuthorityScore.objects.counting().filter(round=rating_round),
    )


ASIDE = "在档案里、没有参加本轮评价，资料不计分"


def aside_sentence(parties, rating_round: RatingRound | None = None) -> str:
    """For an import's notes: which firms of the file are not rated in the round (the latest where none is given)."""
    latest = RatingRound.objects.select_related("scheme").order_by("-year").first()
    rating_round = rating_round or latest
    if rating_round is None or not parties or not rating_round.ratings.standing().exists():
        return ""
    found = [one.name for one in aside(rating_round, parties)]
    more = "等" if len(found) > 5 else ""
    return f"{len(found)} 家企业{ASIDE}：{'、'.join(found[:5])}{more}" if found else ""


def inputs_changed_since(rating_round: RatingRound) -> bool:
    """Whether what firms are rated by has changed since the current run. Four queries."""
    run = rating_round.current_run
    return run is not None and run.inputs_stamp != stamp_of(rating_round).inputs


def list_of(rating_round: RatingRound) -> PublicityList | None:
    """The latest publicity list of the round that was not taken down."""
    lists = PublicityList.objects.filter(kind="rating", round_key=rating_round.round_key).exclude(state="withdrawn")
    return lists.order_by("-id").first()


def statistics(rating_round: RatingRound) -> dict[str, list[dict]]:
    """The current run in figures, ready for charts and tables: {"grades": [{"label", "value"}], …}. Two queries.

    grades (测算等级, with those that have none), points (协会评分), groups (资质), districts and members by grade.
    """
    run = rating_round.current_run
    book = RuleBook.from_dict(run.rulebook)
    sheets = ScoreSheet.objects.filter(run=run).order_by()
    counted = sheets.values_list("rating__district", "rating__is_member", "grade").annotate(n=Count("pk"))
    cells = [(district or "未填写", "会员" if member else "非会员", grade, n) for district, member, grade, n in counted]
    labels = [*book.labels, *([""] if any(not grade for _, _, grade, _ in cells) else [])]
    by_points = sheets.values_list("own_points").annotate(n=Count("pk")).order_by("own_points")
    groups = dict(sheets.values_list("rating__qualification_group").annotate(n=Count("pk")))
    order = [value for value, _label in Rating.qualification_group.field.choices]
    return {
        "labels": [{"key": label, "label": label or "暂无"} for label in labels],
        "grades": [{"label": one or "暂无", "value": _sum(cells, grade=one)} for one in labels],
        "points": _points(list(by_points)),
        "groups": [{"label": value, "value": groups[value]} for value in order if value in groups],
        "districts": _table(cells, labels, 0),
        "members": _table(cells, labels, 1),
    }


def _points(counted: list[tuple[Decimal | None, int]]) -> list[dict]:
    """[{"label", "value"}] by points; whole points that nobody has stand between the others as 0."""
    whole = [int(points) for points, _n in counted if points is not None and points == int(points)]
    between = (
        set(range(min(whole), max(whole))) - set(whole) if whole and max(whole) - min(whole) < MOST_COLUMNS else ()
    )
    rows = sorted([*counted, *((Decimal(points), 0) for points in between)], key=lambda row: (row[0] is None, row[0]))
    return [{"label": HIDDEN if points is None else f"{points.normalize():f}", "value": n} for points, n in rows]


def _sum(cells, *, grade: str) -> int:
    return sum(n for _, _, found, n in cells if found == grade)


def _table(cells, labels, column: int) -> list[dict]:
    """[{"label", "value", "cells": [count for each grade]}], the largest first."""
    rows: dict[str, dict[str, int]] = {}
    for cell in cells:
        counts = rows.setdefault(cell[column], dict.fromkeys(labels, 0))
        counts[cell[2]] = counts.get(cell[2], 0) + cell[3]
    made = [
        {"label": label, "value": sum(counts.values()), "cells": [counts[one] for one in labels]}
        for label, counts in rows.items()
    ]
    return sorted(made, key=lambda row: (-row["value"], row["label"]))
