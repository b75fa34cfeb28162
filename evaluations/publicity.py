"""The year's list for publicity (公示名单), and what happens to the ratings on it when the list moves."""

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max

from association.cases.models import Case
from association.core.models import Association
from association.publicity.actions import prepare_list
from association.publicity.models import LineState, ListState, PublicityList
from association.publicity.registry import ListKind, register
from association.workflow.actions import MoveRefused, perform_many
from association.workflow.models import Step

from .enums import READY_FOR_PUBLICITY, RatingState
from .models import RatingRound, ScoreSheet
from .scoring import RuleBook
from .workflow import KIND

SLICE = 1000
HOW_TO_OBJECT = (
    "对公示结果有异议的，请在公示期内来人、来信、来电或发邮件反映。反映情况应当实事求是，写明具体事实；"
    "以单位名义反映的加盖公章，以个人名义反映的写明真实姓名和联系方式。"
)


def lines_of(rating_round: RatingRound) -> list[tuple]:
    """(party id, case id, name, district, grade) of the firms to publicise, by grade from the highest. Two queries.

    Firms that wait for publicity and reach a grade in the current run; those below the lowest line are not on it.
    """
    run = rating_round.current_run
    book = RuleBook.from_dict(run.rulebook)
    rank = {line.label: place for place, line in enumerate(book.grades)}
    rows = ScoreSheet.objects.filter(
        run=run, grade__in=rank, rating__case__state__in=READY_FOR_PUBLICITY, rating__case__voided_at=None
    ).values_list("rating__party_id", "rating_id", "rating__name", "rating__district", "grade")
    return sorted(rows, key=lambda row: (rank[row[4]], row[1]))


@transaction.atomic
def make_list(rating_round: RatingRound, *, by) -> PublicityList:
    """A draft out of the current run, made anew where there is one. Raises ValidationError, PermissionDenied."""
    current = RatingRound.objects.select_related("current_run").get(pk=rating_round.pk)
    why = why_not(current)
    if why:
        raise ValidationError(why)
    association = Association.current()
    return prepare_list(
        kind=KIND, round_key=current.round_key, title=f"{current.title}结果公示", issuer=association.name,
        basis=f"依据《{current.current_run.rulebook['name']}》。公示后由{current.issuer}公布信用等级。",
        lines=lines_of(current), working_days=current.publicity_days, objection_phone=association.phone,
        objection_address=association.address, objection_email=association.email, how_to_object=HOW_TO_OBJECT,
        result_label="拟定等级", by=by,
    )  # fmt: skip


def why_not(rating_round: RatingRound) -> str:
    """Why no list can be made now, as one sentence; "" when it can."""
    association = Association.current()
    if rating_round.current_run is None:
        return "还没有测算结果，请先测算，再生成公示名单。"
    if not rating_round.grades_open:
        return "测算等级还不能公开：请先在评价轮次页面打开「主管部门同意公开」，再生成公示名单。"
    if not (association.phone and association.address):
        return "公示须写明异议电话和地址，请先在「协会信息」里填写。"
    if not lines_of(rating_round):
        return "没有可以公示的企业：有测算等级、且尚未公示的企业才列入名单。"
    return ""


# -- What the list does to its ratings ----------------------------------------------------------------------------


def _cases(lines) -> list[Case]:
    return list(Case.objects.filter(pk__in=lines.exclude(case=None).values("case"), voided_at=None).order_by("pk"))


def _move(cases, name: str, step, *, note: str = ""):
    """All or none: a list stands or falls with its cases."""
    for day, group in _by_day(cases, step.happened_on).items():
        _moved, refused = perform_many(group, name, by=step.actor, note=note or step.note, happened_on=day, under=step)
        if refused:
            case, why = refused[0]
            more = f"（另有 {len(refused) - 1} 家也不能办理）" if len(refused) > 1 else ""
            raise MoveRefused(f"「{case.party_name}」：{why}{more}")


def _by_day(cases, day: date) -> dict[date, list[Case]]:
    """The cases by the day of their move: the list's, or that of their own last step where that is later (补录)."""
    last: dict[int, date] = {}
    for start in range(0, len(cases), SLICE):
        keys = [case.pk for case in cases[start : start + SLICE]]
        steps = Step.objects.standing().filter(subject_type=Case._meta.label_lower, subject_id__in=keys)
        last |= dict(steps.order_by().values_list("subject_id").annotate(latest=Max("happened_on")))
    groups: dict[date, list[Case]] = {}
    for case in cases:
        groups.setdefault(max(day, last.get(case.pk, day)), []).append(case)
    return groups


def publicise(*, publicity, lines, step):
    _move(_cases(lines), "publicise", step)


def withdraw(*, publicity, lines, step):
    still = [case for case in _cases(lines) if case.state == RatingState.PUBLICISED]
    _move(still, "unlist", step, note=f"撤下公示：{step.note}")


def announce(*, publicity, announcement, lines, step):
    _move(_cases(lines), "announce", step)


def decide_line(*, publicity, line, objection, step):
    """An objection upheld takes the firm off the list; that decision taken back, it returns to it."""
    case = Case.objects.filter(pk=line.case_id, voided_at=None).first()
    if case is None:
        return
    if line.state == LineState.DROPPED and case.state == RatingState.PUBLICISED:
        _move([case], "unlist", step, note=f"异议 {objection.number} 成立，不予公告")
    elif line.state != LineState.DROPPED and case.state in READY_FOR_PUBLICITY and publicity.state in (
        ListState.PUBLICISED, ListState.ENDED, ListState.ANNOUNCED,
    ):  # fmt: skip
        _move([case], "publicise", step, note=f"异议 {objection.number} 的结论已撤回")


register(
    ListKind(
        name=KIND,
        label="信用评价",
        unit="家",
        on_publicised=publicise,
        on_announced=announce,
        on_withdrawn=withdraw,
        on_line_decided=decide_line,
    )
)
