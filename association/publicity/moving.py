"""What a list does to the cases on it: they move with it, all or none."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from django.db.models import Max

from association.cases.models import Case
from association.workflow.actions import MoveRefused, perform_many
from association.workflow.models import Step

from .models import PUBLIC_STATES, LineState
from .registry import kind_of

OUTDATED = "名单生成以后，{changed}有变动，请在{where}里重新生成公示名单，再发布。"
SLICE = 1000


@dataclass(frozen=True)
class MovedCases:
    """What a kind of list does to a kind of case that has the hidden moves publicise, unlist and announce.

    `lines_of(publicity)`: (party id, case id, name, district, result) of each line that the list would have if it were
    made now; raises MoveRefused where none could be made. `made_in`: the page that makes one, in the staff's words.
    """

    ready: frozenset[str]  # states of a case that waits for publicity
    publicised: str  # its state while the list stands
    lines_of: Callable
    made_in: str

    def hooks(self) -> dict:
        """What a ListKind takes of it."""
        return {
            "on_publicised": self._publicise, "on_withdrawn": self._withdraw, "on_announced": self._announce,
            "on_line_decided": self._decide_line,
        }  # fmt: skip

    def _publicise(self, *, publicity, lines, step):
        self._check_up_to_date(publicity, lines)
        move_cases(cases_of(lines), "publicise", step)

    def _check_up_to_date(self, publicity, lines):
        """A draft goes up only as it would be made now: nobody voided, withdrawn, renamed or added meanwhile."""
        frozen = set(lines.values_list("party_id", "case_id", "name", "district", "result"))
        changed = sorted({name for _party, _case, name, *_rest in frozen ^ set(self.lines_of(publicity))})
        if changed:
            more = f"等 {len(changed)} {kind_of(publicity.kind).unit}" if len(changed) > 1 else ""
            raise MoveRefused(OUTDATED.format(changed=f"「{changed[0]}」{more}", where=self.made_in))

    def _withdraw(self, *, publicity, lines, step):
        still = [case for case in cases_of(lines) if case.state == self.publicised]
        move_cases(still, "unlist", step, note=f"撤下公示：{step.note}")

    def _announce(self, *, publicity, announcement, lines, step):
        move_cases(cases_of(lines), "announce", step)

    def _decide_line(self, *, publicity, line, objection, step):
        """An objection upheld takes the case off the list; that decision taken back, it returns to it."""
        case = Case.objects.filter(pk=line.case_id, voided_at=None).first()
        if case is None:
            return
        if line.state == LineState.DROPPED and case.state == self.publicised:
            move_cases([case], "unlist", step, note=f"异议 {objection.number} 成立，不予公告")
        elif line.state != LineState.DROPPED and case.state in self.ready and publicity.state in PUBLIC_STATES:
            move_cases([case], "publicise", step, note=f"异议 {objection.number} 的结论已撤回")


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
