"""What a list does to the cases on it: they move with it, all or none."""

from datetime import date

from django.db.models import Max

from association.cases.models import Case
from association.workflow.actions import MoveRefused, perform_many
from association.workflow.models import Step

SLICE = 1000


def cases_of(lines) -> list[Case]:
    """The standing cases behind the lines (a QuerySet). One query."""
    return list(Case.objects.filter(pk__in=lines.exclude(case=None).values("case"), voided_at=None).order_by("pk"))


def move_cases(cases, name: str, step, *, note: str = ""):
    """Each makes the (hidden) move under the list's step. Raises MoveRefused: a list stands or falls with its cases."""
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
