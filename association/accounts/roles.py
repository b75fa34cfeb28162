"""Staff roles (岗位) as one table a layman can read, synced to Django groups after each migrate.

A right (权限) is what the workflow and the pages ask for; `opens` are the admin's model permissions that come with it.
"""

from dataclasses import dataclass
from functools import lru_cache

from django.db.models import TextChoices

from association.core.models import Association


class Right(TextChoices):
    READ = "read", "查看全部业务"
    PERSONAL = "personal", "查看完整个人信息"
    MEMBERS = "members", "维护企业档案"
    IMPORT = "import", "导入与导出"
    RATING = "rating", "办理信用评价"
    SCHEME = "scheme", "维护评分办法"
    DECIDE = "decide", "签发与审定"
    PUBLICITY = "publicity", "办理公示与异议"
    NEWS = "news", "编辑信息"
    NEWS_REVIEW = "news_review", "审核与签发信息"
    DUES = "dues", "办理会费"
    CERTIFY = "certify", "办理标准化认证"
    ACCOUNTS = "accounts", "管理账号"
    SETTINGS = "settings", "系统设置"


@dataclass(frozen=True)
class StaffRole:
    name: str
    rights: frozenset[Right]
    about: str


_WORK = {Right.READ, Right.PERSONAL, Right.IMPORT}
_OFFICE = {Right.MEMBERS, Right.RATING, Right.SCHEME, Right.DECIDE, Right.PUBLICITY, Right.ACCOUNTS}
_NEWSROOM = {Right.NEWS, Right.NEWS_REVIEW}  # who signs for the others' texts also writes
ROLES = tuple(
    StaffRole(name, frozenset(rights), about)
    for name, rights, about in (
        ("会长", {Right.READ, Right.DECIDE}, "查看全部业务，签发公告"),
        ("名誉会长", {Right.READ}, "只查看"),
        (
            "秘书长",
            _WORK | _NEWSROOM | _OFFICE,
            "主持日常工作，审定与签发",
        ),
        (
            "常务副秘书长",
            _WORK | _NEWSROOM | _OFFICE,
            "协助秘书长，审定与签发",
        ),
        (
            "秘书处",
            _WORK | _NEWSROOM | {Right.MEMBERS, Right.PUBLICITY, Right.ACCOUNTS},
            "企业档案、账号开通、公示、网站信息",
        ),
        ("综合处", _WORK | {Right.MEMBERS, Right.RATING, Right.SCHEME, Right.PUBLICITY}, "信用评价、评优"),
        ("标准化认证处", {Right.READ, Right.CERTIFY, Right.PERSONAL, Right.PUBLICITY}, "安全质量标准化认证"),
        ("财务处", {Right.READ, Right.PERSONAL, Right.DUES}, "会费、票据"),
        ("编辑", {Right.NEWS}, "采编、校对网站信息"),
        ("监事", {Right.READ}, "只查看"),
        ("系统管理员", {Right.ACCOUNTS, Right.SETTINGS}, "账号、参数与后台任务，不办理业务"),
    )
)
ROLE_BY_NAME = {role.name: role for role in ROLES}


def labels_of(names) -> list[str]:
    """What the association calls these roles, in the order of the table: its offices have names of their own (用语)."""
    words = Association.current().words
    return [words.get(role.name, role.name) for role in ROLES if role.name in names]


# Admin permissions that each right opens: "app.model" with the actions allowed.
_VIEW, _EDIT = ("view",), ("view", "add", "change")
# fmt: off
OPENS: dict[Right, dict[str, tuple[str, ...]]] = {
    Right.READ: dict.fromkeys(
        (
            "members.firm", "members.qualification", "members.person", "members.historicalfirm", "parties.party",
            "parties.partyname", "parties.seat", "evaluations.scheme", "evaluations.schemepart",
            "evaluations.deductionrule", "evaluations.surveyband", "evaluations.channelweight", "evaluations.gradeline",
            "evaluations.ratinground", "evaluations.rating", "evaluations.creditrecord", "evaluations.survey",
            "evaluations.authorityscore", "evaluations.scoringrun", "evaluations.creditsource", "cases.case",
            "publicity.publicitylist", "publicity.publicityline", "publicity.objection", "publicity.announcement",
            "workflow.step", "inbox.todo", "timeline.event", "jobs.job", "documents.document", "outbox.message",
            "exchange.importbatch", "exchange.namedecision",
            "members.membershiprules", "members.membership", "members.membershippause", "members.term", "members.post",
            "members.tenure", "members.termchange", "members.termchangeline", "members.membershipapplication",
            "members.leavingrequest", "members.changeproposal", "members.seatrequest", "members.callnote",
            "members.pointrule", "members.pointentry", "members.duplicate", "members.termwarning", "parties.invitation",
            "members.duesrules", "members.duesstandard", "members.duesrate", "members.duesyear", "members.duesbill",
            "members.duesreduction", "members.billingdetails", "members.bankline", "members.payment",
            "members.allocation", "members.duesreceipt", "members.duesreminder", "members.duespromise",
            "parties.merge",
            "news.article", "news.revision", "news.remark", "news.attachment", "news.publication", "news.column",
            "news.topic", "news.sitepage", "news.banner", "news.sitelink", "news.picture", "news.wordrule",
            "news.disclosure", "news.journalissue", "news.contribution", "news.showcase",
            "documents.documentkind", "cases.slot",
            "cases.material",
        ),
        _VIEW,
    ),
    Right.MEMBERS: {
        "members.membershiprules": _EDIT, "members.membership": _EDIT, "members.membershippause": _EDIT,
        "members.term": _EDIT, "members.post": _EDIT, "members.tenure": _EDIT, "members.termchange": _EDIT,
        "members.termchangeline": (*_EDIT, "delete"), "members.membershipapplication": _EDIT,
        "members.leavingrequest": _EDIT, "members.changeproposal": _EDIT, "members.seatrequest": _EDIT,
        "members.callnote": _EDIT, "members.pointrule": _EDIT, "members.pointentry": _EDIT, "parties.merge": _EDIT,
        "members.duplicate": _EDIT, "cases.case": _EDIT,
        "documents.documentkind": _EDIT, "cases.slot": _EDIT, "cases.material": _EDIT,
        "members.firm": _EDIT, "members.qualification": (*_EDIT, "delete"), "members.person": (*_EDIT, "delete"),
        "parties.party": _EDIT, "parties.partyname": (*_EDIT, "delete"), "parties.seat": _EDIT,
        "documents.document": _EDIT,
    },
    Right.IMPORT: {"exchange.importbatch": _VIEW, "exchange.namedecision": _VIEW},
    Right.RATING: {
        "evaluations.ratinground": _EDIT, "evaluations.rating": _EDIT, "evaluations.creditrecord": ("view", "change"),
        "evaluations.survey": ("view", "change"), "evaluations.authorityscore": ("view", "change"), "cases.case": _EDIT,
    },
    Right.SCHEME: {
        "evaluations.scheme": (*_EDIT, "delete"), "evaluations.schemepart": (*_EDIT, "delete"),
        "evaluations.deductionrule": (*_EDIT, "delete"), "evaluations.surveyband": (*_EDIT, "delete"),
        "evaluations.channelweight": (*_EDIT, "delete"), "evaluations.gradeline": (*_EDIT, "delete"),
        "evaluations.creditsource": _EDIT,
    },
    Right.PUBLICITY: {
        "publicity.publicitylist": _EDIT, "publicity.publicityline": _VIEW, "publicity.objection": _EDIT,
        "publicity.announcement": _VIEW, "core.calendaryear": _EDIT, "core.calendarday": _EDIT,
    },
    Right.NEWS: {
        "news.article": (*_EDIT, "delete"), "news.revision": _VIEW, "news.remark": _EDIT,
        "news.attachment": (*_EDIT, "delete"), "news.publication": ("view", "change"), "news.column": (*_EDIT, "delete"),
        "news.topic": (*_EDIT, "delete"), "news.sitepage": (*_EDIT, "delete"), "news.banner": (*_EDIT, "delete"),
        "news.sitelink": (*_EDIT, "delete"), "news.picture": _EDIT, "news.wordrule": (*_EDIT, "delete"),
        "news.disclosure": _EDIT, "news.journalissue": _EDIT, "news.contribution": ("view", "change"),
        "news.showcase": ("view", "change"),
    },
    Right.DUES: {
        "members.duesrules": _EDIT, "members.duesstandard": (*_EDIT, "delete"), "members.duesrate": (*_EDIT, "delete"),
        "members.duesyear": _EDIT, "members.duesbill": _EDIT, "members.duesreduction": _EDIT,
        "members.billingdetails": _EDIT, "members.bankline": _EDIT, "members.payment": _EDIT,
        "members.duesreceipt": _EDIT, "members.duesreminder": _EDIT, "members.duespromise": _EDIT,
        "members.callnote": _EDIT,
    },
    Right.ACCOUNTS: {
        "accounts.user": _EDIT, "accounts.standin": _EDIT, "parties.seat": _EDIT, "accounts.activationslip": _VIEW,
        "parties.invitation": _EDIT, "members.seatrequest": _EDIT,
    },
    Right.SETTINGS: {
        "core.association": _EDIT, "core.calendaryear": (*_EDIT, "delete"), "core.calendarday": (*_EDIT, "delete"),
        "core.counter": _VIEW, "jobs.job": _EDIT, "outbox.message": _EDIT, "timeline.accesslog": _VIEW,
        "timeline.event": _VIEW, "accounts.user": _EDIT,
    },
}
# fmt: on


def rights_of(role_names) -> frozenset[Right]:
    """All rights that the named roles carry together; names that are no staff role carry none."""
    return frozenset().union(*(ROLE_BY_NAME[name].rights for name in role_names if name in ROLE_BY_NAME))


@lru_cache(maxsize=64)
def perms_of(rights: frozenset) -> frozenset[str]:
    """The admin permissions that rights open, as Django names them: members.view_firm."""
    return frozenset(
        f"{app}.{action}_{model}"
        for right in rights
        for name, actions in OPENS.get(right, {}).items()
        for app, model in [name.split(".")]
        for action in actions
    )


def sync_roles(**signal):
    """Bring Django's groups and their permissions in step with the table (called after each migrate)."""
    from django.contrib.auth.management import create_permissions  # the app registry is not ready at import
    from django.contrib.auth.models import Group, Permission

    if "app_config" in signal:  # auth makes an app's permissions by a receiver that comes after this one
        create_permissions(**{key: value for key, value in signal.items() if key not in ("signal", "sender")})
    known = {
        f"{p.content_type.app_label}.{p.content_type.model}:{p.codename.split('_', 1)[0]}": p
        for p in Permission.objects.select_related("content_type")
    }
    for role in ROLES:
        group, _ = Group.objects.get_or_create(name=role.name)
        wanted = {
            known[key].pk
            for right in role.rights
            for model, actions in OPENS.get(right, {}).items()
            for key in (f"{model}:{action}" for action in actions)
            if key in known
        }
        if wanted != set(group.permissions.values_list("pk", flat=True)):
            group.permissions.set(wanted)
