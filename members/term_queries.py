"""Questions about posts: who held what on a day, the directory of council and supervisors, what a unit holds."""

from collections import defaultdict
from datetime import date

from django.db.models import F, QuerySet
from django.utils import timezone

from association.parties.models import Party
from association.parties.search import by_party

from .models import Membership, Post, Tenure

ORGANS = (
    ("理事会", (Post.Organ.COUNCIL, Post.Organ.STANDING)),
    ("监事会", (Post.Organ.SUPERVISORS,)),
    ("秘书处", (Post.Organ.OFFICE,)),
)


def held_and_holds(rows: QuerySet) -> QuerySet:
    """Tenures of a unit for a list: the present first, then the latest."""
    ordered = rows.standing().order_by(F("ended_on").desc(nulls_first=True), "post__order", "-starts_on")
    return ordered.select_related("post", "term")


def tenures_of(party: Party, user) -> QuerySet:
    """What a unit holds and held, as far as the person may see it."""
    return held_and_holds(Tenure.objects.visible_to(user).filter(party=party))


search_tenures = by_party("party", "person_name__icontains")


def posts_on(day: date | None = None) -> dict[int, Post]:
    """{key of a unit: its highest post on the day that units go by}, the plain post for members that hold none.

    Three queries.
    """
    plain = Post.objects.filter(is_plain=True).first()
    found = dict.fromkeys(Membership.objects.on(day).values_list("party_id", flat=True), plain) if plain else {}
    held = (
        Tenure.objects.on(day)
        .exclude(party=None)
        .exclude(post__unit_name="")
        .select_related("post")
        .order_by("-post__order")
    )
    return found | {tenure.party_id: tenure.post for tenure in held}


def counts_by_unit_post(day: date | None = None) -> dict[str, int]:
    """{「副会长单位」: how many units have it as their highest post on the day}, in the order of the posts."""
    counted: dict[str, int] = defaultdict(int)
    for post in sorted(posts_on(day).values(), key=lambda post: (post.order, post.name)):
        counted[post.unit_name or post.name] += 1
    return dict(counted)


def directory(held: QuerySet, day: date | None = None) -> list[dict]:
    """[{"organ", "count", "rows", "posts": [{"post", "tenures"}]}] of the rows that hold a post on the day. One query."""
    by_organ: dict[str, dict[int, dict]] = defaultdict(dict)
    held = held.on(day or timezone.localdate()).filter(post__is_plain=False).select_related("post", "party", "term")
    for tenure in held.order_by("post__order", "post__name", "party__initials", "person_name", "pk"):
        organ = next((name for name, organs in ORGANS if tenure.post.organ in organs), "其他")
        entry = by_organ[organ].setdefault(tenure.post_id, {"post": tenure.post, "tenures": []})
        entry["tenures"].append(tenure)
    names = [name for name, _organs in ORGANS] + ["其他"]
    return [
        {
            "organ": name,
            "posts": list(by_organ[name].values()),
            "rows": (rows := [tenure for entry in by_organ[name].values() for tenure in entry["tenures"]]),
            "count": len(rows),
        }
        for name in names
        if by_organ[name]
    ]


def term_named(organs: list[dict]) -> str:
    """The one term (届次) that a directory is of; "" where posts of several stand in it."""
    names = {tenure.term.name if tenure.term_id else "" for organ in organs for tenure in organ["rows"]} - {""}
    return names.pop() if len(names) == 1 else ""
