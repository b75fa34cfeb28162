"""The first page of the workbench (今日一页): what is due, what waits and for whom, what happened last."""

from datetime import timedelta
from itertools import groupby
from operator import itemgetter

from django.utils import timezone

from association.accounts.roles import Right
from association.inbox import queries
from association.inbox.models import Whose
from association.jobs.heartbeat import is_alive
from association.publicity.models import ListState, PublicityList
from association.timeline.models import Event
from association.workflow.models import Step

EVENTS_SHOWN = 12
EVENTS_READ = 600  # a step made on a whole round leaves one event a firm
TABS = (("mine", "轮到我的"), ("all", "全部"), ("late", "已逾期"))


def today_page(request) -> dict:
    """Context of templates/admin/index.html. A fixed number of queries."""
    user = request.user
    asked = request.GET.get("show")
    totals = queries.counts(user)
    show = asked if asked in dict(TABS) else "mine" if totals["mine"] or not totals["all"] else "all"
    clock = queries.Clock()
    waiting = queries.groups(queries.chosen(user, show))
    for group in waiting:
        group.left = clock.left(group.due_at)
        group.turn = _turn(group)
        for todo in group.rows:
            todo.left = clock.left(todo.due_at)
    return {
        "tiles": _tiles(user, totals),
        "tabs": [(key, label, totals[key], key == show) for key, label in TABS],
        "show": show,
        "groups": waiting,
        "now": timezone.now(),
        "events": newest(user),
        "jobs_alive": is_alive(),
    }


def newest(user) -> list[dict]:
    """The newest events {entered_at, sentence, count}; the same thing done to many rows in a row is one line."""
    rows = Event.objects.visible_to(user).values("entered_at", "sentence")[:EVENTS_READ]
    lines = []
    for sentence, same in groupby(rows, key=itemgetter("sentence")):
        same = list(same)
        lines.append({"sentence": sentence, "entered_at": same[0]["entered_at"], "count": len(same)})
    return lines[:EVENTS_SHOWN]


def _turn(group) -> str:
    """Whose move it is, in the reader's words."""
    if group.whose == Whose.OFFICE and group.right:
        return f"协会（{Right(group.right).label}）"
    return group.whose_label


def _tiles(user, totals) -> list[dict]:
    tiles = [
        {"label": "今天到期", "value": totals["today"], "url": "?show=all"},
        {"label": "已逾期", "value": totals["late"], "url": "?show=late", "late": bool(totals["late"])},
    ]
    if user.has_perm("publicity.view_publicitylist"):
        tiles += _publicity_tiles()
    if Right.READ in user.rights_today:
        since = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=1)
        answers = Step.objects.filter(entered_at__gte=since, actor__is_staff=False).count()
        tiles.append({"label": "昨天以来企业办理", "value": answers, "url": ""})
    return tiles


def _publicity_tiles() -> list[dict]:
    shown = list(PublicityList.objects.filter(state=ListState.PUBLICISED).values_list("ends_at", flat=True))
    today = timezone.localdate()
    ending = sum(1 for moment in shown if timezone.localdate(moment) <= today)
    url = "/admin/publicity/publicitylist/?state__exact=publicised"
    return [
        {"label": "公示中", "value": len(shown), "url": url},
        {"label": "公示今天截止", "value": ending, "url": url},
    ]
