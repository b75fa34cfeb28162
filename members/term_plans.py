"""What a list of posts (换届、届中调整) does when it is issued: who comes, who stays, who goes. Reads, writes nothing.

换届 sets the organs that stand on the list anew: whoever holds a post of theirs leaves it, and who is on the list begins.
届中调整 only sets what it names: a unit's new post ends its old one, a new person the one before.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from .models import Post, Tenure, TermChange, TermChangeLine

NEW, AGAIN, SAME, NAMED, PERSON, OTHER, PLAIN = "新任", "连任", "不变", "明确任职人", "换人", "改任", "不再任职"
WORDS = (NEW, AGAIN, SAME, NAMED, PERSON, OTHER, PLAIN)
_TOGETHER = {Post.Organ.STANDING: Post.Organ.COUNCIL}


def _organ(post: Post) -> str:
    return _TOGETHER.get(post.organ, post.organ)


@dataclass(slots=True)
class LinePlan:
    """What one line does: `word` for the list, the tenures that it ends, one that goes on as it is."""

    line: TermChangeLine
    word: str = NEW
    ends: list[Tenure] = field(default_factory=list)
    keeps: Tenure | None = None

    @property
    def begins(self) -> bool:
        return self.keeps is None and not self.line.post.is_plain


@dataclass(slots=True)
class TermPlan:
    """`lines` in the order of the list; `leaving` are tenures that end without a line of theirs."""

    lines: list[LinePlan]
    leaving: list[Tenure]
    warnings: list[str]

    @property
    def ended(self) -> list[Tenure]:
        return [tenure for plan in self.lines for tenure in plan.ends] + self.leaving

    def counts(self) -> list[tuple[str, int]]:
        """[(word, how many)] of those that occur, 离任 last."""
        found: dict[str, int] = defaultdict(int)
        for plan in self.lines:
            found[plan.word] += 1
        words = [(word, found[word]) for word in WORDS if found[word]]
        return [*words, ("离任", len(self.leaving))] if self.leaving else words


def plan_of(change: TermChange, lines: Sequence[TermChangeLine] | None = None, *, lock: bool = False) -> TermPlan:
    """What the list would do on the day it takes effect. Two queries. `lock`: for who is going to write it."""
    if lines is None:
        lines = list(change.lines.select_related("post", "party").order_by("place"))
    rows = Tenure.objects.select_for_update(of=("self",)) if lock else Tenure.objects
    held = list(rows.standing().filter(ended_on=None).select_related("post", "party").order_by("post__order", "pk"))
    election = change.kind == TermChange.Kind.ELECTION
    plans = _anew(lines, held) if election else _one_by_one(lines, held)
    taken = {id(tenure) for plan in plans for tenure in plan.ends}
    organs = {_organ(line.post) for line in lines if not line.post.is_plain}
    leaving = [row for row in held if _organ(row.post) in organs and id(row) not in taken] if election else []
    return TermPlan(plans, leaving, [*_doubles(lines), *_single(change, plans, held), *_sizes(change, lines)])


def _same(line: TermChangeLine, tenure: Tenure) -> bool:
    return (line.party_id, line.post_id) == (tenure.party_id, tenure.post_id)


def _anew(lines, held) -> list[LinePlan]:
    """换届: each line begins a new tenure; one that goes on from the last term is 连任, another person is 换人."""
    free, plans = list(held), []
    for line in lines:
        plan = LinePlan(line)
        before = next((row for row in free if _same(line, row) and row.person_name == line.person_name), None)
        other = before or (next((row for row in free if _same(line, row)), None) if line.party_id else None)
        if other is not None:
            free.remove(other)
            plan.ends, plan.word = [other], AGAIN if before or not other.person_name else PERSON
        elif line.party_id and any(row.party_id == line.party_id and row.post.unit_name for row in held):
            plan.word = OTHER
        plan.word = PLAIN if line.post.is_plain else plan.word
        plans.append(plan)
    return plans


def _one_by_one(lines, held) -> list[LinePlan]:
    """届中调整: what is as the list says stays; a unit's other posts end where it gets a new one or none."""
    named: dict[int, set[int]] = defaultdict(set)
    for line in lines:
        if line.party_id:
            named[line.party_id].add(line.post_id)
    free, plans = list(held), []
    for line in lines:
        mine = [row for row in free if _same(line, row)]
        plan, same = LinePlan(line), next((row for row in mine if row.person_name == line.person_name), None)
        if same is None and mine and not line.person_name and line.party_id:
            same = mine[0]  # the list names the unit only: whoever holds the post goes on
        if same is not None:
            plan.keeps, plan.word = same, SAME
            free.remove(same)
        elif mine and line.party_id:
            plan.ends, plan.word = [mine[0]], PERSON if mine[0].person_name else NAMED
            free.remove(mine[0])
        elif line.post.unit_name and line.party_id:
            plan.ends = [
                row for row in free
                if row.party_id == line.party_id and row.post.unit_name and row.post_id not in named[line.party_id]
            ]  # fmt: skip
            free = [row for row in free if row not in plan.ends]
            plan.word = PLAIN if line.post.is_plain else OTHER if plan.ends else NEW
        plans.append(plan)
    return plans


# -- Warnings: shown, never in the way --------------------------------------------------------------------------------


def _doubles(lines) -> list[str]:
    seen, found = set(), []
    for line in lines:
        key = (line.party_id or line.unit_name, line.post_id, line.person_name)
        if key in seen:
            found.append(f"第 {line.place} 行「{line}」与前面的一行重复，印发时只算一次。")
        seen.add(key)
    return found


def _single(change: TermChange, plans, held) -> list[str]:
    """A list that gives the association two presidents says nothing of where the first one goes."""
    top = Post.objects.filter(is_plain=False, is_active=True).order_by("order", "pk").first()
    coming = [plan.line for plan in plans if plan.begins and top and plan.line.post_id == top.pk]
    if len(coming) > 1:
        return [f"名单里有 {len(coming)} 位{top}，请核对。"]
    ended = {tenure.pk for plan in plans for tenure in plan.ends}
    stays = next((row for row in held if top and row.post_id == top.pk and row.pk not in ended), None)
    if coming and stays and change.kind == TermChange.Kind.ADJUSTMENT:
        who = f"{stays.party or ''}{stays.person_name}"
        return [f"现任{top}「{who}」不在名单里，印发后会有两位{top}；请把这一位的去向也写进名单。"]
    return []


def _sizes(change: TermChange, lines) -> list[str]:
    """What the usual rules of the registry say of sizes; an association may have its own, so it is only said."""
    if change.kind != TermChange.Kind.ELECTION:
        return []

    def count(test):
        return len({(line.party_id, line.person_name) for line in lines if test(line.post)})

    leaders = count(lambda post: post.organ == Post.Organ.COUNCIL and post.order < 50)
    standing = count(lambda post: post.organ == Post.Organ.STANDING) + leaders
    supervisors = count(lambda post: post.organ == Post.Organ.SUPERVISORS)
    found = []
    if standing > leaders and leaders * 2 > standing:
        found.append(
            f"负责人 {leaders} 位，超过常务理事会 {standing} 位的二分之一；登记机关一般要求不超过，请核对章程。"
        )
    if supervisors and supervisors % 2 == 0:
        found.append(f"监事会 {supervisors} 位，是双数；登记机关一般要求单数，请核对章程。")
    return found
