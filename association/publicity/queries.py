"""What the public pages show of lists and announcements. Frozen text only: nothing here reads a firm, a score or an
objection, nor whether a line is held back.

A list is shown as it stands by the clock: over is over at the last second, whether or not the clock's task has come by.
"""

import datetime as dt

from django.core.paginator import Page, Paginator
from django.db.models import Case, Count, F, Min, OuterRef, Prefetch, Q, Subquery, When
from django.db.models.functions import Coalesce
from django.utils import timezone

from association.core.models import working_day_table
from association.core.workdays import WorkingDays, YearMissing, working_days_between

from .models import Announcement, ListState, PublicityLine, PublicityList
from .registry import kind_of
from .terms import is_over

PAGE_SIZE = 100
SHOWN = ("position", "name", "district", "result", "list", "announcement")  # the keys: else each row asks for its own
LISTS_A_PAGE = 20


def days_left(ends_at, table: WorkingDays, now=None) -> int | None:
    """Working days left, 0 on the last day, None when it is over.

    A year struck from the table after the end was fixed must not take the page away: then Monday to Friday count.
    """
    now = now or timezone.now()
    if is_over(ends_at, now):
        return None
    today, until = timezone.localdate(now), timezone.localdate(ends_at)
    try:
        return working_days_between(today, until, table)
    except YearMissing:
        return working_days_between(today, until, WorkingDays(table.exceptions, frozenset({today.year, until.year})))


def _counted(rows):
    lines = PublicityLine.objects.filter(list=OuterRef("pk")).order_by().values("list").annotate(n=Count("pk"))
    return rows.annotate(line_count=Coalesce(Subquery(lines.values("n")), 0))


def _as_by_the_clock(publicity: PublicityList, now) -> PublicityList:
    if publicity.state == ListState.PUBLICISED and is_over(publicity.ends_at, now):
        publicity.state = ListState.ENDED  # for the eye only: save() refuses a state moved by hand
    return publicity


def _entries(rows, table: WorkingDays, now) -> list[dict]:
    entries = []
    for publicity in rows:
        _as_by_the_clock(publicity, now)
        is_open = publicity.state == ListState.PUBLICISED
        entries.append(
            {
                "list": publicity,
                "line_count": publicity.line_count,
                "unit": kind_of(publicity.kind).unit,
                "days_left": days_left(publicity.ends_at, table, now) if is_open else None,
            }
        )
    return entries


def _open(now) -> Q:
    return Q(state=ListState.PUBLICISED, ends_at__gte=now.replace(microsecond=0))


def current_lists(most: int = 5) -> list[dict]:
    """Entries for the home page: those that take objections, the next to end first; then the latest others.

    Entry: {"list", "line_count", "unit", "days_left"}. One query, and one for the calendar while a list is open.
    """
    now = timezone.now()
    ends = Case(When(_open(now), then="ends_at"))
    shown = _counted(PublicityList.objects.on_show()).alias(open_until=ends)
    rows = list(shown.order_by(F("open_until").asc(nulls_last=True), "-starts_on", "-pk")[:most])
    some_open = any(row.state == ListState.PUBLICISED and not is_over(row.ends_at, now) for row in rows)
    return _entries(rows, working_day_table() if some_open else WorkingDays({}), now)


def open_lists() -> list[dict]:
    """Entries of all lists that take objections now, the next to end first. Three queries."""
    now = timezone.now()
    rows = _counted(PublicityList.objects.on_show()).filter(_open(now)).order_by("ends_at", "pk")
    return _entries(rows, working_day_table(), now)


def past_lists(number) -> Page:
    """A page of entries of the other lists, the latest first, each also with "announcements". Three queries.

    `number` is what the address says: the nearest page answers for one that is not there.
    """
    now = timezone.now()
    rows = _counted(PublicityList.objects.on_show()).exclude(_open(now)).order_by("-starts_on", "-pk")
    latest = Announcement.objects.order_by("issued_on", "pk")
    page = Paginator(rows.prefetch_related(Prefetch("announcements", latest)), LISTS_A_PAGE).get_page(number)
    entries = _entries(page.object_list, WorkingDays({}), now)
    for entry in entries:
        entry["announcements"] = list(entry["list"].announcements.all())
    page.object_list = entries
    return page


def public_list(uid) -> PublicityList | None:
    """The list of an address, if it is on show. One query."""
    publicity = PublicityList.objects.on_show().filter(uid=uid).first()
    return _as_by_the_clock(publicity, timezone.now()) if publicity else None


def list_facts(publicity: PublicityList) -> dict:
    """What stands beside a list's lines: line_count, unit, results [(label, count)] in the order in which they first
    stand there, days_left, announcements. Two queries, and one for the calendar while it takes objections."""
    groups = publicity.lines.order_by().values("result").annotate(n=Count("pk"), first=Min("position"))
    results = [(row["result"], row["n"]) for row in sorted(groups, key=lambda row: row["first"])]
    is_open = publicity.state == ListState.PUBLICISED
    return {
        "line_count": sum(number for _label, number in results),
        "unit": kind_of(publicity.kind).unit,
        "results": results,
        "days_left": days_left(publicity.ends_at, working_day_table()) if is_open else None,
        "announcements": list(publicity.announcements.order_by("issued_on", "pk")),
    }


def list_page(publicity: PublicityList, *, q: str = "", result: str = "", number=1) -> Page:
    """A page of a list's frozen lines (position, name, district, result), searched by parts of name or district and
    by result. Two queries, of 10,000 lines too: both run within the list's own index."""
    return _page(publicity.lines, q, result, number)


def _page(lines, q, result, number) -> Page:
    found = lines.find(q).order_by("position")
    if result:
        found = found.filter(result=result)
    return Paginator(found.only(*SHOWN), PAGE_SIZE).get_page(number)


def public_announcement(uid) -> Announcement | None:
    """The announcement of an address with its list and what it adds to. One query."""
    return Announcement.objects.select_related("list", "supplements").filter(uid=uid).first()


def announcement_facts(announcement: Announcement) -> dict:
    """line_count, unit, result_label, signed_by, supplementary (later ones that add to or correct it). Two queries."""
    return {
        "line_count": announcement.lines.count(),
        "unit": kind_of(announcement.list.kind).unit,
        "result_label": announcement.list.result_label.removeprefix("拟定"),
        "signed_by": announcement.list.issuer,
        "supplementary": list(announcement.supplementary.order_by("issued_on", "pk")),
    }


def announced_lines(announcement: Announcement) -> list[PublicityLine]:
    """All its lines, each with its `number` there: it counts afresh, so that a line held back leaves no gap. One query."""
    lines = list(announcement.lines.order_by("position").only(*SHOWN))
    for number, line in enumerate(lines, 1):
        line.number = number
    return lines


def announcement_page(announcement: Announcement, *, q: str = "", number=1) -> Page:
    """A page of the announced lines, numbered as announced_lines() does. Three queries."""
    places = announcement.lines.order_by("position").values_list("position", flat=True)
    numbers = {position: place for place, position in enumerate(places, 1)}
    page = _page(announcement.lines, q, "", number)
    for line in page:
        line.number = numbers[line.position]
    return page


def next_change() -> dt.datetime | None:
    """The next moment at which a clock changes the public pages (kept pages must not outlive it). One query."""
    now = timezone.now()
    ends_at = PublicityList.objects.on_show().filter(_open(now)).aggregate(first=Min("ends_at"))["first"]
    return ends_at + dt.timedelta(seconds=1) if ends_at else None
