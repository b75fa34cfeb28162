"""A list of posts is issued (印发): posts begin and end, each unit's timeline says so; and how that is taken back."""

from datetime import date

from django.utils import timezone

from association.core.enums import Audience
from association.core.stamp import raise_stamp
from association.exchange.writing import insert, update_each
from association.parties.models import Party
from association.timeline.actions import build
from association.timeline.models import Event
from association.workflow.actions import MoveRefused

from .models import Tenure, TermChange, TermChangeLine
from .term_changes import PERSON, unanswered
from .term_plans import plan_of


def why_not_propose(change: TermChange) -> str:
    late = change.confirm_until and timezone.localdate() > change.confirm_until
    left = 0 if late else unanswered(change).count()
    if left:
        return (
            f"还有 {left} 行单位没有核对，{change.confirm_until:%Y-%m-%d} 截止。"
            "电话、纸质答复的请代为录入；到期仍没有答复的，过了截止日期就可以报请印发。"
        )
    return ""


def issue(change: TermChange, step, *, document_number: str = "", issued_on: date | None = None, **_data):
    """Effect of 印发: posts begin and end on the day that the list takes effect, each unit's timeline says so."""
    change.document_number, change.issued_on = document_number, issued_on or step.happened_on
    _lock_units(change)
    plan, day = plan_of(change, lock=True), change.takes_effect_on
    ended = plan.ended
    for tenure in ended:
        tenure.ended_on, tenure.end_change = max(day, tenure.starts_on), change
        tenure.end_reason = f"{change.get_kind_display()}：{change.body}"[:120]
    update_each((tenure, ("ended_on", "end_reason", "end_change")) for tenure in ended)
    kept = [(one.keeps, _told(one.line, one.keeps)) for one in plan.lines if one.keeps is not None]
    update_each((tenure, names) for tenure, names in kept if names)
    begun: dict[tuple, Tenure] = {}
    for one in plan.lines:
        if one.begins:
            line = one.line
            begun.setdefault((line.party_id or -line.pk, line.post_id, line.person_name), _begin(change, line))
    insert(Tenure, list(begun.values()))
    _tell_issued(change, list(begun.values()), ended, by=step.actor)
    raise_stamp()


def _lock_units(change: TermChange):
    """Whoever writes posts of these units waits for us, or we for them: then the plan is made of what stands."""
    plan = plan_of(change)
    keys = {row.party_id for row in (*plan.ended, *(one.line for one in plan.lines)) if row.party_id}
    list(Party.objects.select_for_update().filter(pk__in=keys).order_by("pk").values_list("pk"))


def _told(line: TermChangeLine, tenure: Tenure) -> tuple[str, ...]:
    """Title and telephone of a person who goes on, where the list knows better. They stay when the list is taken back."""
    names = [n for n in PERSON if n != "person_name" and getattr(line, n) and getattr(line, n) != getattr(tenure, n)]
    for name in names:
        setattr(tenure, name, getattr(line, name))
    return tuple(names)


def _begin(change: TermChange, line: TermChangeLine) -> Tenure:
    return Tenure(
        term=change.term, post=line.post, party=line.party, starts_on=change.takes_effect_on, change=change,
        **{name: getattr(line, name) for name in PERSON},
    )  # fmt: skip


def _tell_issued(change: TermChange, begun: list[Tenure], ended: list[Tenure], *, by):
    """One line a unit: what it holds from now on and what no more."""
    words: dict[int, list[str]] = {}
    parties: dict[int, Party] = {}
    for tenure, verb in [*((row, "任") for row in begun), *((row, "不再任") for row in ended)]:
        if tenure.party_id:
            parties[tenure.party_id] = tenure.party
            words.setdefault(tenure.party_id, []).append(f"{tenure.person_name}{verb}{tenure.post}")
    number = f"（{change.document_number}）" if change.document_number else ""
    Event.objects.bulk_create(
        build(
            parties[pk], "tenure.issued", f"「{change.title}」{number}：{'，'.join(said)}", by=by, party=parties[pk],
            audience=Audience.PARTY, happened_on=change.takes_effect_on,
        )
        for pk, said in words.items()
    )  # fmt: skip


def take_back_issue(change: TermChange, step):
    """Reverse of 印发: posts that began go, those that ended go on. Raises MoveRefused where one was touched since."""
    begun = list(change.tenures.select_for_update(of=("self",)).select_related("party", "post"))
    ended = list(change.ended.select_for_update(of=("self",)).select_related("party", "post"))
    touched = [row for row in begun if row.version != 1 or row.ended_on or row.voided_at]
    if touched:
        raise MoveRefused(f"印发以后，「{touched[0]}」的任职又改过，不能撤回；有变化请另办届中调整。")
    change.tenures.all().delete()
    for tenure in ended:
        tenure.ended_on, tenure.end_reason, tenure.end_change = None, "", None
    update_each((tenure, ("ended_on", "end_reason", "end_change")) for tenure in ended)
    parties = {row.party_id: row.party for row in (*begun, *ended) if row.party_id}
    Event.objects.bulk_create(
        build(
            party, "tenure.issue-undone", f"撤回「{change.title}」的印发，任职恢复原状", by=step.actor, party=party,
            audience=Audience.PARTY,
        )
        for party in parties.values()
    )  # fmt: skip
    raise_stamp()
