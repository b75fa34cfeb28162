"""What waits, grouped for the first page (今日一页)."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from urllib.parse import quote

from django.db.models import Count, Min, Q, QuerySet, Sum
from django.utils import timezone

from association.core import workdays
from association.core.models import working_day_table

from .models import Todo, Whose, rights_with_stand_ins

SHOWN_SINGLY = 3  # more rows of one kind become one line


@dataclass
class Group:
    """Todos of one kind. Either `rows` (few) or one line with `count` and `url` (many)."""

    label: str
    whose: str
    right: str
    count: int
    due_at: datetime | None
    url: str
    rows: list[Todo] = field(default_factory=list)

    @property
    def whose_label(self) -> str:
        return Whose(self.whose).label


class Clock:
    """Working days left until a due date, 0 on its day or after; None where the calendar lacks the year, or where no
    working day is left although it is later than today. Reads the table once, if asked."""

    def __init__(self):
        self._table = None
        self.today = timezone.localdate()

    def left(self, due_at: datetime | None) -> int | None:
        if due_at is None:
            return None
        until: date = timezone.localdate(due_at)
        if until <= self.today:
            return 0
        try:
            self._table = self._table or working_day_table()
            return workdays.working_days_between(self.today, until, self._table) or None
        except workdays.YearMissing:
            return None


def of_mine(todos: QuerySet, user) -> QuerySet:
    """Those that wait for this very person: given by name, or to the office with a right they hold."""
    return todos.filter(Q(user=user) | Q(user=None, whose=Whose.OFFICE, right__in=list(rights_with_stand_ins(user))))


def chosen(user, show: str) -> QuerySet:
    """Open todos that the person may see: show = "mine" | "all" | "late"."""
    todos = Todo.objects.visible_to(user).open()
    if show == "mine":
        return of_mine(todos, user)
    return todos.filter(due_at__lt=timezone.now()) if show == "late" else todos


_SAME = ("kind", "label", "whose", "right", "group_url")


def groups(todos: QuerySet) -> list[Group]:
    """By kind, the most pressing first. Two queries, whatever waits."""
    counted = todos.order_by().values(*_SAME).annotate(rows=Count("pk"), things=Sum("count"), first_due=Min("due_at"))
    made, few = {}, Q()
    for row in counted:
        same = {name: row[name] for name in _SAME}
        url = row["group_url"] or f"/admin/inbox/todo/?kind={quote(row['kind'])}"
        made[tuple(same.values())] = Group(
            row["label"], row["whose"], row["right"], row["things"], row["first_due"], url
        )
        if row["rows"] <= SHOWN_SINGLY:
            few |= Q(**same)
    if few:
        for todo in todos.filter(few).select_related("party", "user").order_by("due_at", "id"):
            made[tuple(getattr(todo, name) for name in _SAME)].rows.append(todo)
    far = datetime.max.replace(tzinfo=UTC)
    return sorted(made.values(), key=lambda group: (group.due_at or far, group.label))


def counts(user) -> dict[str, int]:
    """{"today", "late", "mine"} in one query and those of the stand-ins."""
    now = timezone.now()
    start = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    end = start + timedelta(days=1)
    todos = Todo.objects.visible_to(user).open()
    return todos.aggregate(
        today=Count("pk", filter=Q(due_at__gte=start, due_at__lt=end)),
        late=Count("pk", filter=Q(due_at__lt=now)),
        all=Count("pk"),
    ) | {"mine": of_mine(todos, user).count()}
