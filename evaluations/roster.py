"""The roster of a round (申报企业名册): each row is a firm that takes part; firms not on file are made, others completed."""

from collections.abc import Sequence

from django.utils import timezone

from association.cases.actions import NewCase, open_cases
from association.core.qualifications import qualification_group
from association.exchange.kinds import CleanRow, Judged, V, problem, register, rejected
from association.exchange.models import ImportBatch
from association.exchange.writing import insert, update
from members.models import Firm
from members.resources import FIRM_COLUMNS, FirmSession

from .actions import ask_to_rate_again
from .enums import RatingState
from .models import Rating
from .resources import RoundKind, round_of
from .resources_base import brought_something
from .undo import UNDONE, give_back_roster, matched_given_back, revive
from .workflow import KIND

SNAPSHOT = ("name", "code", "district", "qualification", "qualification_group", "is_member", "member_number")


class RosterSession(FirmSession):
    """A firm on file is completed, never corrected, by a roster of some year; what the roster says stands in the rating."""

    fill_only = True

    def __init__(self, options, by, batch=None):
        super().__init__(options, by, batch)
        self.round = round_of(options)

    def _other_name(self, plan, name):
        """The firm took part under another name than today's: known as an alias, so that others' rows find it."""
        plan.alias = name
        return {}

    def judge(self, rows: Sequence[CleanRow]) -> list[Judged]:
        judged = super().judge(rows)
        known = {
            rating.party_id: rating
            for rating in Rating.objects.select_related("case", "party").filter(
                round=self.round,
                party__in=[one.subject.party_id for one in judged if one.subject and one.subject.party_id],
            )
        }
        return [self._judge_rating(one, known) for one in judged]

    def _judge_rating(self, one: Judged, known: dict[int, Rating]) -> Judged:
        if one.verdict == V.REJECTED or one.extra is None:
            return one
        snapshot = self._snapshot(one.row, one.extra.firm)
        if not snapshot["code"]:
            self._forget(one.row, one.extra.party)
            return rejected(one.row, problem("统一社会信用代码", "", "参评企业须有统一社会信用代码，请补填"))
        rating = known.get(one.subject.party_id)
        if one.before:
            one.before = {"firm": one.before}
        if rating is None:
            one.verdict = V.CREATED
            one.extra = (one.extra, None, snapshot)
            return one
        if rating.case.voided_at and rating.case.void_reason.startswith(UNDONE):
            one.verdict, one.subject, one.extra = V.CREATED, rating, (one.extra, rating, snapshot)
            return one
        before = {name: getattr(rating, name) for name, value in snapshot.items() if getattr(rating, name) != value}
        if before and rating.case.state in (RatingState.PUBLICISED, RatingState.CONCLUDED):
            self._forget(one.row, one.extra.party)
            return rejected(one.row, problem("企业名称", one.shown, "已经公示，参评信息不再修改"))
        one.extra = (one.extra, rating, {name: snapshot[name] for name in before})
        if before:
            one.before |= {"rating": {name: None if value is None else str(value) for name, value in before.items()}}
        one.verdict = V.UPDATED if before or one.verdict == V.UPDATED else V.UNCHANGED
        one.subject = rating
        return one

    def _snapshot(self, row: CleanRow, firm: Firm) -> dict:
        """What the roster says of the firm; where it is silent, what is on file at this moment."""
        told = self._values(row)
        qualification = told.get("main_qualification", firm.main_qualification)
        return {
            "name": row.values["name"],
            "code": row.values.get("code") or firm.party.code or "",
            "district": told.get("district", firm.district),
            "qualification": qualification,
            "qualification_group": qualification_group(qualification) or Firm.Group.OTHER,
            "is_member": told.get("is_member", firm.is_member),
            "member_number": told.get("member_number", firm.member_number),
        }

    def write(self, judged: Sequence[Judged]):
        live = [one for one in judged if isinstance(one.extra, tuple)]
        self._write([one.extra[0] for one in live])
        self._open([one for one in live if one.extra[1] is None])
        changed, again = [], []
        for one in live:
            _, rating, values = one.extra
            if rating is not None and values:
                for name, value in values.items():
                    setattr(rating, name, value)
                changed.append(rating)
                if rating.case.voided_at:
                    rating.batch = self.batch
                    again.append(rating)
        update(changed, (*SNAPSHOT, "batch") if again else SNAPSHOT)
        revive(again, by=self.by)

    def finish(self):
        super().finish()
        if self.batch is not None and brought_something(ImportBatch.objects.get(pk=self.batch.pk)):
            ask_to_rate_again(round_=self.round)

    def _open(self, new: Sequence[Judged]):
        today = timezone.localdate()
        cases = open_cases(
            KIND,
            [
                NewCase(
                    party=one.extra[0].party,
                    party_name=one.extra[2]["name"],
                    title=f"{one.extra[2]['name']} {self.round.year} 年度信用评价",
                    once_key=f"{self.round.round_key}:{one.extra[0].party.pk}",
                )
                for one in new
            ],
            by=self.by,
            at=RatingState.SCORING,
            round_key=self.round.round_key,
            happened_on=today,
        )
        ratings = [
            Rating(case=case, round=self.round, party_id=case.party_id, batch=self.batch, **one.extra[2])
            for case, one in zip(cases, new, strict=True)
        ]
        insert(Rating, ratings)
        for one, rating in zip(new, ratings, strict=True):
            one.subject = rating


@register
class _Roster(RoundKind):
    name = "rating-roster"
    order = 10
    label = "申报企业名册"
    about = "参加本轮评价的企业。不在档案里的企业会建档，已有的只补空白，不改内容。"
    session = RosterSession

    def layouts(self, options):
        return {"roster": FIRM_COLUMNS}

    def give_back(self, rows, *, batch, by):
        return give_back_roster(rows, SNAPSHOT, batch=batch, by=by)

    def given_back(self, batch, *, by):
        matched_given_back(batch)
