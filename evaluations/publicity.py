"""The year's list for publicity (公示名单), and what happens to the ratings on it when the list moves."""

from django.core.exceptions import ValidationError
from django.db import transaction

from association.cases.models import Case
from association.core.models import Association
from association.publicity.actions import prepare_list
from association.publicity.models import LineState, ListState, PublicityList
from association.publicity.moving import cases_of, move_cases
from association.publicity.registry import ListKind, register
from association.workflow.actions import MoveRefused

from .enums import READY_FOR_PUBLICITY, RatingState
from .models import RatingRound, ScoreSheet
from .queries import inputs_changed_since
from .scoring import RuleBook
from .workflow import KIND

STALE = "资料在第 {} 次测算以后有变动，请先重新测算，再生成公示名单。"
OUTDATED = "名单生成以后，{}有变动，请在评价轮次里重新生成公示名单，再发布。"
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
    if inputs_changed_since(rating_round):
        return STALE.format(rating_round.current_run.number)
    if not rating_round.grades_open:
        return "测算等级还不能公开：请先在评价轮次页面打开「主管部门同意公开」，再生成公示名单。"
    if not (association.phone and association.address):
        return "公示须写明异议电话和地址，请先在「协会信息」里填写。"
    if not lines_of(rating_round):
        return "没有可以公示的企业：有测算等级、且尚未公示的企业才列入名单。"
    return ""


# -- What the list does to its ratings ----------------------------------------------------------------------------


def _check_up_to_date(publicity, lines):
    """A draft goes out only as the round would make it now: nobody voided, withdrawn or scored anew meanwhile.

    Raises MoveRefused.
    """
    rating_round = RatingRound.objects.select_related("current_run").get(year=publicity.round_key.partition(":")[2])
    if inputs_changed_since(rating_round):
        raise MoveRefused(STALE.format(rating_round.current_run.number))
    frozen = set(lines.values_list("party_id", "case_id", "name", "district", "result"))
    changed = sorted({name for _party, _case, name, *_rest in frozen ^ set(lines_of(rating_round))})
    if changed:
        more = f"等 {len(changed)} 家" if len(changed) > 1 else ""
        raise MoveRefused(OUTDATED.format(f"「{changed[0]}」{more}"))


def publicise(*, publicity, lines, step):
    _check_up_to_date(publicity, lines)
    move_cases(cases_of(lines), "publicise", step)


def withdraw(*, publicity, lines, step):
    still = [case for case in cases_of(lines) if case.state == RatingState.PUBLICISED]
    move_cases(still, "unlist", step, note=f"撤下公示：{step.note}")


def announce(*, publicity, announcement, lines, step):
    move_cases(cases_of(lines), "announce", step)


def decide_line(*, publicity, line, objection, step):
    """An objection upheld takes the firm off the list; that decision taken back, it returns to it."""
    case = Case.objects.filter(pk=line.case_id, voided_at=None).first()
    if case is None:
        return
    if line.state == LineState.DROPPED and case.state == RatingState.PUBLICISED:
        move_cases([case], "unlist", step, note=f"异议 {objection.number} 成立，不予公告")
    elif line.state != LineState.DROPPED and case.state in READY_FOR_PUBLICITY and publicity.state in (
        ListState.PUBLICISED, ListState.ENDED, ListState.ANNOUNCED,
    ):  # fmt: skip
        move_cases([case], "publicise", step, note=f"异议 {objection.number} 的结论已撤回")


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
