"""The issuer's final list (发布结果): the only thing that makes a firm's 信用等级, with number and date."""

from collections.abc import Sequence
from datetime import date

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from association.accounts.roles import Right
from association.accounts.rules import name_of
from association.core.enums import Audience
from association.core.stamp import raise_stamp
from association.core.text import halfwidth
from association.exchange.cells import WrongCode
from association.exchange.columns import Column
from association.exchange.kinds import CleanRow, Judged, Session, V, problem, register, rejected
from association.exchange.writing import update
from association.inbox.actions import close_todos
from association.jobs.actions import Refused
from association.parties.matching import Clue, Matcher
from association.timeline.actions import build, record
from association.timeline.models import Event
from members.resources import CODE, NAME

from .models import Rating, RatingRound
from .resources import RoundKind, round_of
from .scheme_rows import rulebook_of
from .undo import give_back_grades, grades_given_back

FIELDS = ("grade", "grade_number", "grade_on")
NUMBER_LENGTH = RatingRound._meta.get_field("issued_number").max_length


class IssuedSession(Session):
    """Rows set the grade of a rating of the round; a firm that is not in the round is told, never made."""

    def __init__(self, options, by, batch=None):
        super().__init__(options, by, batch)
        self.round = round_of(options)
        self.number, self.day = options["number"], date.fromisoformat(options["date"])
        self.labels = {_grade_key(label): label for label in rulebook_of(self.round.scheme).labels}
        self.seen: dict[int, tuple[str, str]] = {}

    def judge(self, rows: Sequence[CleanRow]) -> list[Judged]:
        matcher = Matcher(self._clue(row) for row in rows)
        found = {id(row): matcher.match(self._clue(row)) for row in rows}
        parties = {match.party_id for match in found.values() if match.party_id}
        ratings = {
            rating.party_id: rating for rating in self.round.ratings.select_related("case").filter(party__in=parties)
        }
        return [self._judge_row(row, found[id(row)], ratings) for row in rows]

    def _clue(self, row: CleanRow) -> Clue:
        return Clue(row.values.get("name") or "", row.values.get("code") or "", self.day)

    def _judge_row(self, row: CleanRow, match, ratings) -> Judged:
        if row.problems:
            return rejected(row)
        name, grade = row.values.get("name") or "", row.values["grade"]
        label = self.labels.get(_grade_key(grade))
        if label is None:
            return rejected(row, problem("等级", grade, f"请填写 {'、'.join(self.labels.values())} 之一"))
        rating = ratings.get(match.party_id)
        why = match.why or self._why_not(rating)
        if why:
            return rejected(
                row, problem("企业名称", name or row.values.get("code"), f"{why}，请核对名称或补填代码后再导入")
            )
        place, earlier = self.seen.setdefault(rating.pk, (row.place, label))
        if place != row.place:
            if earlier == label:
                return Judged(row, V.UNCHANGED, subject=rating)
            return rejected(row, problem("等级", grade, f"与{place}是同一家企业，等级不同，请只保留一行"))
        judged = self._judge_grade(row, rating, label)
        code = row.values.get("code")
        if isinstance(code, WrongCode):
            judged.problems = [problem("统一社会信用代码", code, f"{code.why}；这一行按企业名称对应")]
        return judged

    @staticmethod
    def _why_not(rating: Rating | None) -> str:
        if rating is None:
            return "这家企业没有参加本轮评价"
        return "这家企业本轮的评价已作废" if rating.case.voided_at else ""

    def _judge_grade(self, row: CleanRow, rating: Rating, label: str) -> Judged:
        new = {"grade": label, "grade_number": self.number, "grade_on": self.day}
        before = {name: getattr(rating, name) for name, value in new.items() if getattr(rating, name) != value}
        if not before:
            return Judged(row, V.UNCHANGED, subject=rating)
        verdict = V.UPDATED if rating.grade else V.CREATED
        for name, value in new.items():
            setattr(rating, name, value)
        kept = {name: None if value is None else str(value) for name, value in before.items()}
        return Judged(row, verdict, subject=rating, changed=tuple(before), before=kept, shown=rating.name)

    def write(self, judged: Sequence[Judged]):
        changed = [one.subject for one in judged if one.changed]
        update(changed, FIELDS)
        Event.objects.bulk_create(
            build(
                rating.case, "rating.issued",
                f"{self.round.issuer}公布 {self.round.year} 年度信用等级 {rating.grade}（{self.number}）",
                by=self.by, party=rating.party, audience=Audience.PARTY, happened_on=self.day,
            )
            for rating in changed
        )  # fmt: skip

    def finish(self):
        issue(self.round, number=self.number, day=self.day, by=self.by)


def _grade_key(text: str) -> str:
    """AAA级, ＡＡＡ and aaa are AAA."""
    return halfwidth(text).strip().upper().replace(" ", "").removesuffix("级")


@transaction.atomic
def issue(rating_round: RatingRound, *, number: str, day: date, by) -> RatingRound:
    """The round's grades are published; the latest list's number and date stand at the round."""
    locked = RatingRound.objects.select_for_update().get(pk=rating_round.pk)
    if locked.issued_on is None or day >= locked.issued_on:
        locked.issued_number, locked.issued_on = number, day
        locked.save()
    here = locked.ratings.taking_part()
    graded, missing = here.exclude(grade="").count(), here.filter(grade="").count()
    differing = differences(locked).count()
    record(
        locked, "round.issued",
        f"{name_of(by)}导入{locked.issuer}的发布结果（{number}）：{graded} 家已有信用等级，{missing} 家不在名单上，"
        f"{differing} 家与测算等级不同", by=by, happened_on=day,
    )  # fmt: skip
    close_todos(once_keys=[f"rate-again:{locked.pk}"])
    raise_stamp()
    return locked


def differences(rating_round: RatingRound) -> QuerySet:
    """Ratings whose issued grade is not the computed one of the current run; `computed` is that one. One query."""
    here = rating_round.ratings.taking_part().filter(sheets__run=rating_round.current_run_id).exclude(grade="")
    return here.annotate(computed=F("sheets__grade")).exclude(grade=F("computed")).order_by("grade", "case_id")


def missing(rating_round: RatingRound) -> QuerySet:
    """Ratings of the round that no published list names."""
    return rating_round.ratings.taking_part().filter(grade="").order_by("case_id")


@register
class _IssuedGrades(RoundKind):
    name = "issued-grades"
    label = "发布结果"
    about = "发布单位公布的最终名单；只有它产生信用等级。须填写发布文号和发布日期。"
    right = Right.RATING
    options = needs = ("round", "number", "date")
    session = IssuedSession

    def give_back(self, rows, *, batch, by):
        return give_back_grades(rows, FIELDS, batch=batch, by=by)

    def given_back(self, batch, *, by):
        grades_given_back(batch, by=by)

    def settle(self, options, layout):
        settled = super().settle(options, layout)
        number = str(options.get("number") or "").strip()
        if not number:
            raise Refused("请填写发布文号（--number），例：某建发〔2021〕5 号。")
        if len(number) > NUMBER_LENGTH:
            raise Refused(f"发布文号太长，最多 {NUMBER_LENGTH} 个字，请核对。")
        try:
            day = date.fromisoformat(str(options.get("date") or ""))
        except ValueError:
            raise Refused("请填写发布日期（--date），写作 2021-05-20 的样子。") from None
        if day > timezone.localdate():
            raise Refused("发布日期不能晚于今天，请核对。")
        return {**settled, "number": number, "date": day.isoformat()}

    def layouts(self, options):
        grade = (
            "信用等级",
            "评定等级",
            "公布等级",
            "发布等级",
            "企业信用等级",
            "信用等级评定结果",
            "评价等级",
            "级别",
            "评定结果",
        )
        return {
            "issued": (
                Column("name", NAME.label, NAME.synonyms, required=True),
                Column("code", CODE.label, (*CODE.synonyms, "代码", "企业代码"), kind="any_code"),
                Column("grade", "等级", grade, required=True),
            )
        }
