"""The year's list for publicity (公示名单), and what happens to the ratings on it when the list moves."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, Max
from django.utils import timezone

from association.cases.models import Case
from association.core.templatetags.portal import cn_moment
from association.publicity.actions import by_association, prepare_list, why_not_prepare
from association.publicity.models import PublicityList
from association.publicity.moving import MovedCases
from association.publicity.registry import ListKind, register
from association.workflow.actions import MoveRefused

from .enums import READY_FOR_PUBLICITY, RatingState
from .models import RatingRound, ScoreSheet
from .queries import inputs_changed_since
from .scoring import RuleBook
from .workflow import KIND

STALE = "资料在第 {} 次测算以后有变动，请先重新测算，再生成公示名单。"
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
    if why := why_not(current):
        raise ValidationError(why)
    return prepare_list(
        kind=KIND, round_key=current.round_key, title=f"{current.title}结果公示",
        basis=f"依据《{current.current_run.rulebook['name']}》。公示后由{current.issuer}公布信用等级。",
        lines=lines_of(current), working_days=current.publicity_days, how_to_object=HOW_TO_OBJECT,
        result_label="拟定等级", by=by, **by_association(),
    )  # fmt: skip


def still_checking(publicity: PublicityList) -> str:
    """What to know before a draft goes up: firms on it that may still check their scores; "" where none. One query."""
    waiting = Case.objects.filter(
        pk__in=publicity.lines.values("case"), state=RatingState.CHECKING, due_at__gte=timezone.now()
    ).aggregate(firms=Count("pk"), until=Max("due_at"))
    if not waiting["firms"]:
        return ""
    until = cn_moment(waiting["until"])
    return f"名单上有 {waiting['firms']} 家还在核对得分，最晚到 {until}；发布公示以后，核对就到此为止。"


def why_not(rating_round: RatingRound) -> str:
    """Why no list can be made now, as one sentence; "" when it can."""
    if rating_round.current_run is None:
        return "还没有测算结果，请先测算，再生成公示名单。"
    if inputs_changed_since(rating_round):
        return STALE.format(rating_round.current_run.number)
    if not rating_round.grades_open:
        return "测算等级还不能公开：请先在评价轮次页面打开「主管部门同意公开」，再生成公示名单。"
    if why := why_not_prepare():
        return why
    if not lines_of(rating_round):
        return "没有可以公示的企业：有测算等级、且尚未公示的企业才列入名单。"
    return ""


# -- What the list does to its ratings ----------------------------------------------------------------------------


def _lines_now(publicity) -> list[tuple]:
    """The lines that the round would have now. Raises MoveRefused where it has to be scored anew first."""
    rating_round = RatingRound.objects.select_related("current_run").get(year=publicity.round_key.partition(":")[2])
    if inputs_changed_since(rating_round):
        raise MoveRefused(STALE.format(rating_round.current_run.number))
    return lines_of(rating_round)


_CASES = MovedCases(
    ready=READY_FOR_PUBLICITY, publicised=RatingState.PUBLICISED, lines_of=_lines_now, made_in="评价轮次"
)

register(ListKind(name=KIND, label="信用评价", unit="家", **_CASES.hooks()))
