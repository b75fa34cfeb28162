"""What a secretariat gets for a rating, in Excel: credit records, surveys (the roster and scores: beside this)."""

from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal

from django.utils import timezone

from association.accounts.roles import Right
from association.exchange.columns import Column
from association.exchange.kinds import CleanRow, ImportKind, V, problem, register
from association.jobs.actions import Refused
from members.resources import CODE, NAME

from .credit_sources import Source, document_key, record_key, survey_key
from .doubles import numbers_of, settle
from .models import CreditRecord, CreditSource, RatingRound, Survey
from .resources_base import MatchedSession
from .scheme_rows import rulebook_of
from .scoring import channel_named
from .scoring.exact import printed
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
ANY_CODE = replace(CODE, kind="any_code")  # in others' files a wrong code leaves the name to go by
FEN = Decimal("0.01")
MOST = Decimal(10) ** 16


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


# -- 信用信息: credit records


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
        self.told: set[tuple[str, int]] = set()  # (document number, party) that a row of this file or on file is about
        self.doubled: set[tuple[str, str]] = set()

    def scope(self):
        return {"source": self.source.name}

    def build(self, row: CleanRow) -> CreditRecord:
        values, amount = row.values, row.values.get("amount")
        if amount is not None and abs(amount) >= MOST:
            row.problems.append(problem("金额", amount, "金额太大，请核对单位"))
            amount = None
        return CreditRecord(
            source=self.source.name,
            document_no=(values.get("document_no") or "")[:80],
            number_key=document_key(values.get("document_no"))[:80],
            date=values.get("date"),
            fact=self.source.sentence(values)[:300],
            amount=None if amount is None else amount.quantize(FEN, ROUND_HALF_UP),
            counterparty=(values.get("counterparty") or "")[:120],
            repaired=bool(values.get("repaired")),
            **self.firm_as_written(row),
        )

    def key(self, row: CleanRow, built: CreditRecord) -> tuple:
        return record_key(self.source.name, row.values)

    def numbered(self, built: CreditRecord) -> bool:
        return not built.number_key

    def prepare(self, things, known, finder):
        numbers = {thing.number_key for thing in things if thing.number_key and thing.identity not in known}
        rows = CreditRecord.objects.filter(party__isnull=False, number_key__in=numbers, **self.scope())
        self.told |= set(rows.values_list("number_key", "party_id") if numbers else ())

    def new(self, row, thing, found):
        """A document that names the firm in another way is no new fact: what it says now is noted beside what it said."""
        judged = super().new(row, thing, found)
        key = (thing.number_key, thing.party_id)
        if not all(key):
            return judged
        if key in self.told:
            self.doubled.add((thing.source, thing.number_key))
            judged.verdict = V.UPDATED
            judged.problems = [problem("文号", thing.document_no, "这份文书对这家企业已有一条，按最后的内容计一次")]
        self.told.add(key)
        return judged

    def _same_again(self, row, earlier, thing, found):
        judged = super()._same_again(row, earlier, thing, found)
        if judged.before:
            judged.before["told_at"], earlier.told_at = str(earlier.told_at), timezone.now()
        if judged.changed:
            judged.changed = (*judged.changed, "told_at")
            self.doubled |= numbers_of([earlier])
        return judged

    def write(self, judged):
        super().write(judged)
        settle(self.doubled)
        self.doubled = set()


@register
class _CreditRecords(MatchedKind, ImportKind):
    name = "credit-records"
    order = 20
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


# -- 业绩调查: surveys


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
                row.problems.append(
                    problem(item, mark, f"评分应在 {printed(self.part.lowest)} 到 {printed(self.part.highest)} 之间")
                )
            else:
                marks[item] = str(mark.normalize()) if mark != mark.to_integral() else int(mark)
        return marks

    def key(self, row: CleanRow, built: Survey) -> tuple:
        return survey_key({**row.values, "channel": built.channel})


@register
class _Surveys(MatchedKind, RoundKind):
    name = "surveys"
    order = 30
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
                ANY_CODE,
                Column("project", "工程名称", ("项目名称", "工程项目", "项目", "工程"), required=True),
                Column("client", "建设单位", ("业主单位", "业主", "受访单位", "被调查单位", "甲方")),
                Column("channel", "调查方式", ("调查渠道", "方式", "渠道"), required=True),
                Column("date", "调查日期", ("调查时间", "回访日期", "日期"), kind="date"),
                Column("surveyor", "调查人", ("调查员", "经办人", "调查人员")),
                *items,
            )
        }
