"""The authority's scores (主管部门评分) in Excel: one score a firm, however the firm is written."""

from collections.abc import Sequence
from decimal import Decimal

from association.core.text import name_key
from association.exchange.cells import WrongCode
from association.exchange.columns import Column
from association.exchange.kinds import CleanRow, Judged, V, problem, register
from association.jobs.actions import Refused
from members.resources import NAME

from .doubles import Seats, taken_by
from .matching import Found, apply
from .models import AuthorityScore
from .resources import ANY_CODE, MatchedKind, RoundKind, round_of
from .resources_base import MatchedSession
from .scheme_rows import rulebook_of
from .scoring.exact import decimals, printed

PLACES = AuthorityScore._meta.get_field("score").decimal_places


class ScoreSession(MatchedSession):
    """A firm's second score is nothing new where it is equal; else it is refused, and what waited goes on waiting."""

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
        self.places: dict[int, str] = {}  # where this file gives the score of a party
        self.held: dict[int, AuthorityScore] = {}  # of a dry run, which writes nothing
        self.equal: list[AuthorityScore] = []

    def scope(self):
        return {"round": self.round}

    def build(self, row: CleanRow) -> AuthorityScore:
        score = row.values.get("score")
        if score is None:
            row.problems.append(problem("得分", "", "请填写得分"))
        elif not 0 <= score <= self.full:
            row.problems.append(problem("得分", score, f"得分应在 0 到 {self.full.normalize():f} 之间"))
        elif decimals(score) > PLACES:
            row.problems.append(problem("得分", score, f"得分最多 {PLACES} 位小数，请在 Excel 里四舍五入后再导入"))
        written = self.firm_as_written(row)
        if not row.problems:
            place, earlier = self.first.setdefault(self.key(row, None), (row.place, score))
            if place != row.place and earlier != score:
                row.problems.append(problem("得分", score, _two_rows(place)))
        return AuthorityScore(round=self.round, score=score if score is not None else Decimal(0), **written)

    def key(self, row: CleanRow, built) -> tuple:
        code = row.values.get("code") or ""
        return ("score", code if code and not isinstance(code, WrongCode) else name_key(row.values.get("name") or ""))

    def numbered(self, built):
        return False

    def prepare(self, things, known, finder):
        parties = {finder.find(thing).party_id for thing in things} | {row.party_id for row in known.values()}
        self.seats = Seats({(self.round.pk, party) for party in parties if party}, lock=self.batch is not None)
        for party, row in self.held.items():
            self.seats.take(row, party)

    def _judge(self, row: CleanRow, thing: AuthorityScore, known, finder) -> Judged:
        found, earlier = finder.find(thing), self.earlier(thing, known)
        party = earlier.party_id if earlier is not None and earlier.party_id else found.party_id
        holder = self.seats.holder(self.round.pk, party)
        if holder is not None and not _same(holder, earlier):
            return self._second(row, thing, earlier, holder)
        judged = self.new(row, thing, found) if earlier is None else self._same_again(row, earlier, thing, found)
        score = judged.subject
        if score.same_as_id and judged.before:  # it said what another one said; now it speaks for itself
            score.same_as_id = None
            judged.changed = (*judged.changed, "same_as_id")
        if score.party_id and not score.voided_at and not score.same_as_id:
            self._seat(score, row)
        return judged

    def _seat(self, score: AuthorityScore, row: CleanRow):
        self.seats.take(score, score.party_id)
        self.places.setdefault(score.party_id, row.place)
        if self.batch is None:
            self.held[score.party_id] = score

    def _second(self, row: CleanRow, thing, earlier: AuthorityScore | None, holder: AuthorityScore) -> Judged:
        """Another writing of a firm that has its score: never a second score that counts."""
        if earlier is not None and earlier.party_id is None and not earlier.voided_at:
            judged = self._same_again(row, earlier, thing, Found(None, ""))
            if earlier.score == holder.score:
                self.equal.append(earlier)
                judged.verdict = V.UPDATED if judged.changed else V.UNCHANGED
            else:
                judged.problems = [{"value": judged.shown, "reason": taken_by(holder)}]
            return judged
        said_before = earlier is not None and earlier.voided_at and earlier.score == thing.score
        if thing.score == holder.score or said_before:
            return Judged(row, V.UNCHANGED, subject=earlier or holder)
        place = self.places.get(holder.party_id)
        why = _two_rows(place) if place else taken_by(holder)
        return Judged(row, V.REJECTED, problems=[*row.problems, problem("得分", printed(thing.score), why)])

    def write(self, judged: Sequence[Judged]):
        super().write(judged)
        keys = [score.pk for score in self.equal]
        if keys:
            apply(AuthorityScore, AuthorityScore.objects.filter(pk__in=keys))
        self.equal = []


def _same(one: AuthorityScore, other: AuthorityScore | None) -> bool:
    return one is other or (other is not None and one.pk is not None and one.pk == other.pk)


def _two_rows(place: str) -> str:
    return f"与{place}是同一家企业，得分不同，请只保留一行"


@register
class _AuthorityScores(MatchedKind, RoundKind):
    name = "authority-scores"
    order = 40
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
        return {"scores": (Column("name", NAME.label, NAME.synonyms), ANY_CODE, score)}
