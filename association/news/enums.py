"""Words of the newsroom (信息发布)."""

from django.db.models import TextChoices


class ArticleState(TextChoices):
    DRAFT = "draft", "编辑中"
    REVIEW = "review", "待审核"
    PROOF = "proof", "待校对"
    READY = "ready", "待签发"
    SCHEDULED = "scheduled", "定时发布"
    PUBLISHED = "published", "已发布"
    TAKEN_DOWN = "taken_down", "已撤下"


SIGNATURES = {"submit": "编", "review": "审", "proofread": "校", "publish": "发", "schedule": "发"}  # move → whose sign


class SourceKind(TextChoices):
    OWN = "own", "本会"
    REPRINT = "reprint", "转载"
    MEMBER = "member", "会员投稿"


class Effect(TextChoices):
    """Whether a policy text is in force (效力状态)."""

    IN_FORCE = "in_force", "现行有效"
    AMENDED = "amended", "已修改"
    REPEALED = "repealed", "已废止"


class Layout(TextChoices):
    """How a column's page is drawn, and what its articles must say."""

    LIST = "list", "标题列表"
    CARDS = "cards", "图片卡片"
    POLICY = "policy", "政策（发文机关、文号、效力）"
    FILES = "files", "下载（附件为主）"


class HomePlace(TextChoices):
    """Where a column's articles stand on the home page."""

    NOWHERE = "", "不上首页"
    HEADLINES = "headlines", "图片新闻"
    NOTICES = "notices", "通知公告"
    POLICY = "policy", "政策法规"
    INDUSTRY = "industry", "行业资讯"


class WordKind(TextChoices):
    FORBIDDEN = "forbidden", "禁用"
    WRONG = "wrong", "错写"
    CAREFUL = "careful", "慎用"


CONTRIBUTION = "contribution"


class ContributionState(TextChoices):
    """A text that a firm's correspondent (通讯员) sends in; staff's words."""

    DRAFT = "draft", "草稿"
    SUBMITTED = "submitted", "待处理"
    RETURNED = "returned", "已退回修改"
    ACCEPTED = "accepted", "已采用，编审中"
    PUBLISHED = "published", "已发布"
    DECLINED = "declined", "暂不采用"
    WITHDRAWN = "withdrawn", "已放弃"


CONTRIBUTION_PARTY_LABELS = {
    ContributionState.SUBMITTED: "已投稿，等待处理",
    ContributionState.RETURNED: "请修改",
}
CONTRIBUTION_TO_FILL_IN = frozenset({ContributionState.DRAFT, ContributionState.RETURNED})


class ShowcaseState(TextChoices):
    """A member's own page (会员风采): the draft on its way to what the public reads."""

    DRAFT = "draft", "编辑中"
    SUBMITTED = "submitted", "待审核"
    RETURNED = "returned", "已退回修改"
    SHOWN = "shown", "已公开"


SHOWCASE_PARTY_LABELS = {ShowcaseState.SUBMITTED: "已送审", ShowcaseState.RETURNED: "请修改"}
SHOWCASE_TO_FILL_IN = frozenset({ShowcaseState.DRAFT, ShowcaseState.RETURNED, ShowcaseState.SHOWN})
