"""States of a rating (信用评价办件) and named sets of them."""

from django.db.models import TextChoices


class RatingState(TextChoices):
    DRAFT = "draft", "草稿"
    SUBMITTED = "submitted", "待受理"
    RETURNED = "returned", "退回补正"
    SCORING = "scoring", "调查评分"
    CHECKING = "checking", "企业核对"
    PROPOSED = "proposed", "拟定等级"
    PUBLICISED = "publicised", "公示中"
    CONCLUDED = "concluded", "已公告"
    NOT_ACCEPTED = "not_accepted", "不予受理"
    WITHDRAWN = "withdrawn", "已撤回申报"


PARTY_LABELS = {
    RatingState.SUBMITTED: "已提交，等待受理",
    RatingState.RETURNED: "请补正后重新提交",
    RatingState.SCORING: "协会调查评分中",
    RatingState.CHECKING: "请核对得分",
    RatingState.PROPOSED: "等级拟定中",
}
IN_ROUND = frozenset(
    {
        RatingState.SCORING,
        RatingState.CHECKING,
        RatingState.PROPOSED,
        RatingState.PUBLICISED,
        RatingState.CONCLUDED,
    }
)
TAKING_PART = frozenset(
    {RatingState.SCORING, RatingState.CHECKING, RatingState.PROPOSED, RatingState.PUBLICISED, RatingState.CONCLUDED}
)
READY_FOR_PUBLICITY = frozenset({RatingState.SCORING, RatingState.CHECKING, RatingState.PROPOSED})
PATH = (
    RatingState.SUBMITTED,
    RatingState.SCORING,
    RatingState.CHECKING,
    RatingState.PROPOSED,
    RatingState.PUBLICISED,
    RatingState.CONCLUDED,
)
