"""What a row of the member roster (会员名册) does: the firm's file, its membership, the posts that the unit holds."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from association.accounts.rules import name_of
from association.core.enums import Audience
from association.exchange.kinds import Judged, problem
from association.exchange.writing import insert, update_each
from association.timeline.actions import build
from association.timeline.models import Event

from .firm_rows import FirmPlan
from .models import Membership, Post, Tenure, Term

BY_ROSTER = "按导入的会员名册"
PERSON = ("person_name", "person_title", "person_phone")


class OnRoster:
    """The memberships and open tenures of the units that some rows mean. Two queries."""

    def __init__(self, keys: Iterable[int]):
        keys = [key for key in keys if key]
        self.memberships: dict[int, list[Membership]] = defaultdict(list)
        self.tenures: dict[int, list[Tenure]] = defaultdict(list)
        for row in Membership.objects.standing().filter(party__in=keys).order_by("joined_on", "pk"):
            self.memberships[row.party_id].append(row)
        open_rows = Tenure.objects.standing().filter(party__in=keys, ended_on=None).select_related("post")
        for row in open_rows.order_by("post__order", "pk"):
            self.tenures[row.party_id].append(row)


@dataclass(slots=True)
class RosterPlan:
    """What is to be written for one row; `named` are tenures that get a person, `started` new ones, `ended` old ones."""

    firm: FirmPlan
    firm_verdict: str
    firm_before: dict
    membership: Membership | None = None
    fields: tuple[str, ...] = ()
    fields_before: dict = field(default_factory=dict)
    started: list[Tenure] = field(default_factory=list)
    ended: list[Tenure] = field(default_factory=list)
    named: list[tuple[Tenure, dict]] = field(default_factory=list)

    @property
    def new_member(self) -> bool:
        return self.membership is not None and self.membership._state.adding

    @property
    def changes(self) -> bool:
        return bool(self.membership or self.started or self.ended or self.named)


class RosterJudge:
    """Plans membership and posts of a row whose firm is known or going to be made. `today`: the day of the import."""

    def __init__(self, today: date, term: Term | None, batch=None):
        self.today, self.term, self.batch = today, term, batch

    def membership(self, plan: RosterPlan, values: dict, known: Sequence[Membership]) -> dict | None:
        """Plan the membership; a problem where the row contradicts what is on file."""
        joined, number = values.get("joined_on"), values.get("member_number") or ""
        if joined and joined > self.today:
            return problem("入会日期", joined, "晚于今天，请核对")
        current = next((row for row in known if row.ended_on is None), None)
        if current is not None:
            return self._same_member(plan, current, joined, number)
        joined = joined or self.today
        last = max((row for row in known), key=lambda row: row.ended_on, default=None)
        if last is not None and joined < last.ended_on:
            how = f"{last.ended_on:%Y-%m-%d} 终止（{last.get_ending_display()}）"
            return problem("入会日期", values.get("joined_on"), f"会籍已于 {how}；重新入会的，请填写重新入会的日期")
        plan.membership = Membership(
            party=plan.firm.party, number=number[:30], joined_on=joined,
            joined_on_known=bool(values.get("joined_on")), batch=self.batch,
        )  # fmt: skip
        return None

    def _same_member(self, plan: RosterPlan, current: Membership, joined, number: str) -> dict | None:
        told = {"joined_on": joined, "joined_on_known": bool(joined), "number": number}
        changed = {name: value for name, value in told.items() if value and getattr(current, name) != value}
        if current.case_id and "joined_on" in changed:
            return problem("入会日期", joined, f"与入会办件的日期 {current.joined_on:%Y-%m-%d} 不同，请核对")
        if changed:
            plan.fields_before = {name: str(getattr(current, name)) for name in changed}
            for name, value in changed.items():
                setattr(current, name, value)
            plan.membership, plan.fields = current, tuple(changed)
        return None

    def posts(self, plan: RosterPlan, values: dict, posts: Sequence[Post], held: Sequence[Tenure]) -> dict | None:
        """Plan the unit's posts: those named are held from now on, other posts that units go by end."""
        person = {name: values.get(name) or "" for name in PERSON}
        units = [tenure for tenure in held if tenure.post.unit_name]
        if not posts:
            wanted = [units[0].post] if len(units) == 1 and person["person_name"] else []
        else:
            wanted = [post for post in posts if not post.is_plain]
            names = {post.pk for post in wanted}
            plan.ended += [tenure for tenure in units if tenure.post_id not in names]
        for post in wanted:
            wrong = self._post(plan, post, [row for row in held if row.post_id == post.pk], person, values)
            if wrong:
                return wrong
        for tenure in plan.ended:
            tenure.ended_on, tenure.end_reason = max(self.today, tenure.starts_on), BY_ROSTER
        return None

    def _post(self, plan, post: Post, rows: list[Tenure], person: dict, values: dict) -> dict | None:
        name = person["person_name"]
        if not rows:
            plan.started.append(self._begin(plan, post, person, self._since(plan, values, first=not plan.ended)))
            return None
        same = next((row for row in rows if row.person_name == name), None) if name else rows[0]
        if same is None and len(rows) > 1:
            reason = f"档案里这家单位有 {len(rows)} 人任{post}，请在「任职」里办理换人"
            return problem("任职人", name, reason)
        row = same or rows[0]
        if name and row.person_name and row.person_name != name:
            plan.ended.append(row)
            plan.started.append(self._begin(plan, post, person, self.today))
            return None
        told = {field: value for field, value in person.items() if value and getattr(row, field) != value}
        if name and told:
            plan.named.append((row, {field: getattr(row, field) for field in told}))
            for field, value in told.items():
                setattr(row, field, value)
        return None

    def _since(self, plan: RosterPlan, values: dict, *, first: bool) -> date:
        """From when a post is held: as told; else since joining or the term's beginning, a changed one since today."""
        if values.get("since"):
            return values["since"]
        if not first:
            return self.today
        joined = plan.membership.joined_on if plan.membership else values.get("joined_on") or self.today
        return max(joined, self.term.starts_on) if self.term else joined

    def _begin(self, plan: RosterPlan, post: Post, person: dict, since: date) -> Tenure:
        return Tenure(post=post, party=plan.firm.party, term=self.term, starts_on=since, **person)


def write_plans(pairs: Sequence[tuple[Judged, RosterPlan]], *, by):
    """Write memberships and posts of rows whose firms are written, and note in `before` what an undo needs."""
    plans = [plan for _one, plan in pairs]
    for plan in plans:
        for row in (*plan.started, *([plan.membership] if plan.membership else ())):
            row.party = plan.firm.party  # takes the key that the party has now
    insert(Membership, [plan.membership for plan in plans if plan.new_member and plan.membership])
    update_each((plan.membership, plan.fields) for plan in plans if plan.fields)
    update_each((row, ("ended_on", "end_reason")) for plan in plans for row in plan.ended)
    update_each((row, tuple(before)) for plan in plans for row, before in plan.named)
    insert(Tenure, [row for plan in plans for row in plan.started])
    Event.objects.bulk_create([_event(plan, by) for plan in plans if plan.changes])
    for one, plan in pairs:
        one.before = _kept(plan)


def _event(plan: RosterPlan, by) -> Event:
    """A firm that the file itself brought has no line of its own kind yet: an undo could not take it away again."""
    name, party, words = name_of(by), plan.firm.party, []
    if plan.membership and not plan.fields:
        words.append(f"登记入会（{plan.membership.joined_on:%Y-%m-%d}）")
    words += ["更正入会资料"] if plan.fields else []
    words += [f"{row.person_name}任{row.post}" if row.person_name else f"任{row.post}" for row in plan.started]
    words += [f"{row.post}由{row.person_name}担任" for row, _before in plan.named]
    words += [f"不再任{row.post}" for row in plan.ended if row.post_id not in {new.post_id for new in plan.started}]
    kept = not plan.firm.new
    return build(
        party, "membership.roster", f"{name}{BY_ROSTER}：{party.name}{'，'.join(words)}", by=by,
        party=party if kept else None, audience=Audience.PARTY if kept else Audience.STAFF,
    )  # fmt: skip


def _kept(plan: RosterPlan) -> dict:
    """What undo (roster_undo) goes by: keys with the version that was written."""
    kept = {"firm": plan.firm_before, "firm_verdict": plan.firm_verdict}
    if plan.membership:
        kept["membership"] = [plan.membership.pk, plan.membership.version, plan.fields_before]
    kept["started"] = [[row.pk, row.version] for row in plan.started]
    kept["ended"] = [[row.pk, row.version] for row in plan.ended]
    kept["named"] = [[row.pk, row.version, before] for row, before in plan.named]
    return kept
