"""What a secretariat gets for a rating, in Excel: the roster, credit records, surveys, the authority's scores."""

from collections.abc import Sequence
from decimal import Decimal

from association.accounts.roles import Right
from association.core.text import name_key
from association.exchange.columns import Column
from association.exchange.kinds import CleanRow, ImportKind, problem, register
from association.jobs.actions import Refused
from members.resources import CODE, NAME

from .credit_sources import Source, document_key, record_key, survey_key
from .models import AuthorityScore, CreditRecord, CreditSource, RatingRound, Survey
from .resources_base import MatchedSession
from .scheme_rows import rulebook_of
from .scoring import channel_named
from .undo import give_back_matched, matched_given_back


def round_of(options: dict) -> RatingRound:
    """The round that the options name by its year; the latest where they name none. Raises jobs.Refused."""
    year = options.get("round")
    rounds = RatingRound.objects.select_related("scheme").order_by("-year")
    found = (rounds.filter(year=year) if year else rounds).first()
    if found is None:
        raise Refused(
            f"还没有 {year} 年度的信用评价轮次，请先开设轮次再导入。"
            if year
            else "还没有信用评价轮次，请先开设轮次再导入。"
        )
    return found


WAITING = "/admin/evaluations/waiting/"


def _years() -> list[tuple[str, str]]:
    years = RatingRound.objects.order_by("-year").values_list("year", flat=True)
    return [(str(year), f"{year} 年度") for year in years]


class RoundKind(ImportKind):
    right = Right.RATING
    options = ("round",)

    def settle(self, options, layout):
        return {**options, "round": round_of(options).year}

    def choices(self, option):
        return _years() if option == "round" else ()


class MatchedKind:
    """Beside ImportKind: rows about firms, undone alike."""

    waiting_url = WAITING

    def give_back(self, rows, *, batch, by):
        return give_back_matched(rows, self.session.model, self.session.facts, batch=batch)

    def given_back(self, batch, *, by):
        matched_given_back(batch)


# -- credit records (信用信息)


def sources() -> dict[str, Source]:
    return {
        row.name: Source.from_parts(
            name=row.name, authority=row.authority, fact_label=row.fact_label, layout=row.layout
        )
        for row in CreditSource.objects.all()
    }


class CreditSession(MatchedSession):
    model = CreditRecord
    facts = ("document_no", "date", "fact", "amount", "counterparty", "repaired")

    def __init__(self, options, by, batch=None):
        super().__init__(options, by, batch)
        self.source = sources()[options["source"]]

    def scope(self):
        return {"source": self.source.name}

    def build(self, row: CleanRow) -> CreditRecord:
        values = row.values
        return CreditRecord(
            source=self.source.name,
            document_no=(values.get("document_no") or "")[:80],
            date=values.get("date"),
            fact=self.source.sentence(values)[:300],
            amount=values.get("amount"),
            counterparty=(values.get("counterparty") or "")[:120],
            repaired=bool(values.get("repaired")),
            **self.firm_as_written(row),
        )

    def key(self, row: CleanRow, built: CreditRecord) -> tuple:
        return record_key(self.source.name, row.values)

    def numbered(self, built: CreditRecord) -> bool:
        return not document_key(built.document_no)


@register
class _CreditRecords(MatchedKind, ImportKind):
    name = "credit-records"
    label = "信用信息"
    about = "住建、劳动、税务、法院、银行等提供的信息；来源按列名识别，也可以指定。"
    right = Right.RATING
    options = ("source",)
    session = CreditSession

    def layouts(self, options):
        found = {name: source.columns for name, source in sources().items()}
        wanted = options.get("source")
        if not found:
            raise Refused("还没有信用信息来源，请先载入评分办法，或在「信用信息来源」里登记。")
        if wanted and wanted not in found:
            raise Refused(f"没有名为「{wanted}」的来源，可选：{'、'.join(found)}。")
        return {wanted: found[wanted]} if wanted else found

    def settle(self, options, layout):
        return {**options, "source": layout}

    def choices(self, option):
        names = CreditSource.objects.values_list("name", flat=True)
        return [("", "按列名识别"), *((name, name) for name in names)] if option == "source" else ()


# -- surveys (业绩调查)


class SurveySession(MatchedSession):
    model = Survey
    facts = ("marks",)

    def __init__(self, options, by, batch=None):
        super().__init__(options, by, batch)
        self.round = round_of(options)
        self.part = rulebook_of(self.round.scheme).survey_parts[0]

    def scope(self):
        return {"round": self.round}

    def build(self, row: CleanRow) -> Survey:
        values = row.values
        channel = self._channel(values.get("channel") or "")
        if channel is None:
            allowed = "、".join(one.name for one in self.part.channels)
            row.problems.append(problem("调查方式", values.get("channel"), f"请填写 {allowed} 之一"))
        return Survey(
            round=self.round,
            project=(values.get("project") or "")[:160],
            client=(values.get("client") or "")[:120],
            channel=channel or "",
            date=values.get("date"),
            surveyor=(values.get("surveyor") or "")[:40],
            marks=self._marks(row),
            **self.firm_as_written(row),
        )

    def _channel(self, text: str) -> str | None:
        names = [channel.name for channel in self.part.channels]
        place = channel_named(text, names)
        return None if place is None else names[place]

    def _marks(self, row: CleanRow) -> dict:
        marks = {}
        for item in self.part.items:
            mark = row.values.get(f"mark:{item}")
            if mark is None:
                row.problems.append(problem(item, "", f"请填写「{item}」的评分"))
            elif not self.part.lowest <= mark <= self.part.highest:
                row.problems.append(problem(item, mark, f"评分应在 {self.part.lowest} 到 {self.part.highest} 之间"))
            else:
                marks[item] = str(mark.normalize()) if mark != mark.to_integral() else int(mark)
        return marks

    def key(self, row: CleanRow, built: Survey) -> tuple:
        return survey_key({**row.values, "channel": built.channel})


@register
class _Surveys(MatchedKind, RoundKind):
    name = "surveys"
    label = "业绩调查"
    about = "向建设单位做的电话、问卷、现场调查，每项 1 至 5 分。"
    session = SurveySession

    def layouts(self, options):
        parts = rulebook_of(round_of(options).scheme).survey_parts
        if not parts:
            raise Refused("本轮评分办法没有业绩调查项，不需要导入调查表。")
        items = tuple(Column(f"mark:{item}", item, kind="decimal", required=True) for item in parts[0].items)
        return {
            "surveys": (
                Column("name", NAME.label, NAME.synonyms),
                Column("code", CODE.label, CODE.synonyms, kind="code"),
                Column("project", "工程名称", ("项目名称", "工程项目", "项目", "工程"), required=True),
                Column("client", "建设单位", ("业主单位", "业主", "受访单位", "被调查单位", "甲方")),
                Column("channel", "调查方式", ("调查渠道", "方式", "渠道"), required=True),
                Column("date", "调查日期", ("调查时间", "回访日期", "日期"), kind="date"),
                Column("surveyor", "调查人", ("调查员", "经办人", "调查人员")),
                *items,
            )
        }


# -- the authority's scores (主管部门评分)


class ScoreSession(MatchedSession):
    model = AuthorityScore
    facts = ("score",)

    def __init__(self, options, by, batch=None):
        super().__init__(options, by, batch)
        self.round = round_of(options)
        parts = rulebook_of(self.round.scheme).imported_parts
        if not parts:
            raise Refused("本轮评分办法没有导入得分项，不需要导入主管部门评分。")
        self.full = parts[0].full
        self.first: dict[tuple, tuple[str, Decimal]] = {}
        rows = AuthorityScore.objects.filter(round=self.round, party__isnull=False, voided_at=None)
        self.by_party = {row.party_id: row for row in rows}

    def earlier(self, thing, found, known):
        """One score a firm, however it was written: a row found by its name is the row found by its code."""
        row = super().earlier(thing, found, known)
        if row is None or row.voided_at:
            row = self.by_party.get(found.party_id) or row
        if row is None and found.party_id:
            self.by_party[found.party_id] = thing
        return row

    def scope(self):
        return {"round": self.round}

    def build(self, row: CleanRow) -> AuthorityScore:
        score = row.values.get("score")
        if score is None:
            row.problems.append(problem("得分", "", "请填写得分"))
        elif not 0 <= score <= self.full:
            row.problems.append(problem("得分", score, f"得分应在 0 到 {self.full.normalize():f} 之间"))
        written = self.firm_as_written(row)
        firm = self.key(row, None)
        earlier = self.first.setdefault(firm, (row.place, score))
        if earlier[0] != row.place and earlier[1] != score:
            row.problems.append(problem("得分", score, f"与{earlier[0]}是同一家企业，得分不同，请只保留一行"))
        return AuthorityScore(round=self.round, score=score if score is not None else Decimal(0), **written)

    def key(self, row: CleanRow, built: AuthorityScore) -> tuple:
        code = row.values.get("code") or ""
        return ("score", code or name_key(row.values.get("name") or ""))

    def numbered(self, built):
        return False


@register
class _AuthorityScores(MatchedKind, RoundKind):
    name = "authority-scores"
    label = "主管部门评分"
    about = "主管部门给出的得分，一家企业一行。"
    session = ScoreSession

    def layouts(self, options) -> dict[str, Sequence[Column]]:
        score = Column(
            "score",
            "得分",
            ("主管部门评分", "主管部门得分", "评分", "分数", "总得分", "分值"),
            kind="decimal",
            required=True,
        )
        return {
            "scores": (
                Column("name", NAME.label, NAME.synonyms),
                Column("code", CODE.label, CODE.synonyms, kind="code"),
                score,
            )
        }
