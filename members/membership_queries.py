"""Questions about membership: who was a member on a day, the list of members as it is searched, who would lapse."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Case, Exists, OuterRef, Q, QuerySet, Subquery, When
from django.utils import timezone

from association.core.models import Association
from association.core.words import word
from association.parties.models import Party
from association.parties.search import by_party

from .filtering import Filters
from .models import Firm, Membership, MembershipPause, MembershipRules, Post, Tenure
from .signs import Sign, last_signs


def was_member_in(party: Party, year: int) -> bool:
    """Whether it was a member on any day of the year. One query."""
    return Membership.objects.in_year(year).filter(party=party).exists()


# -- One party on one day ---------------------------------------------------------------------------------------------


@dataclass
class Standing:
    """What a party was on a day. `later`: a membership that a list brought, whose true beginning nobody knows."""

    day: date
    membership: Membership | None = None
    paused: MembershipPause | None = None
    tenures: list[Tenure] = field(default_factory=list)
    later: Membership | None = None

    @property
    def words(self) -> str:
        """One sentence for the page."""
        if self.membership is None and self.later is not None:
            return f"不详：{self.later.joined_on:%Y-%m-%d} 导入名册时已是会员，何时入会没有登记"
        if self.membership is None:
            return "不是会员"
        number = f"，编号 {self.membership.number}" if self.membership.number else ""
        rests = "，会员权利中止" if self.paused else ""
        return f"是{self.membership.get_kind_display()}{number}{rests}"

    @property
    def posts(self) -> list[str]:
        """「副会长（张某某）」 for each post held."""
        return [f"{row.post}（{row.person_name}）" if row.person_name else str(row.post) for row in self.tenures]


def standing_on(party: Party, day: date | None = None) -> Standing:
    """Was it a member on that day, resting or not, in what posts, held by whom. Three or four queries.

    Days are those that were entered: `joined_on` counts, `ended_on` does not, of a pause both do.
    """
    day = day or timezone.localdate()
    found = Standing(day, Membership.objects.on(day).filter(party=party).order_by("-joined_on").first())
    if found.membership:
        pauses = found.membership.pauses.filter(Q(ends_on=None) | Q(ends_on__gte=day), starts_on__lte=day)
        found.paused = pauses.first()
    else:
        unknown = Membership.objects.standing().filter(party=party, joined_on__gt=day, joined_on_known=False)
        found.later = unknown.order_by("joined_on").first()
    held = Tenure.objects.on(day).filter(party=party).select_related("post", "term")
    found.tenures = list(held.order_by("post__order", "pk"))
    return found


# -- The list of members ----------------------------------------------------------------------------------------------

PAUSED, ENDED, ALL = "paused", "ended", "all"
STATES = {PAUSED: "权利中止", ENDED: "已终止", ALL: "全部"}
CURRENT = "在册"


def _with_state(rows: QuerySet, state: str) -> QuerySet:
    if state == ALL:
        return rows
    if state == ENDED:
        return rows.filter(ended_on__isnull=False)
    rows = rows.filter(ended_on=None)
    resting = MembershipPause.objects.filter(membership=OuterRef("pk"), ends_on=None)
    return rows.filter(Exists(resting)) if state == PAUSED else rows


def _with_post(rows: QuerySet, post: str) -> QuerySet:
    held = Tenure.objects.on().filter(party__isnull=False)
    row = Post.objects.filter(pk=post).first()
    if row is not None and row.is_plain:
        return rows.exclude(party__in=held.values("party"))
    return rows.filter(party__in=held.filter(post=post).values("party"))


def _filters() -> dict[str, tuple[str, dict[str, str], Callable]]:
    posts = {str(row.pk): row.unit_name or row.name for row in Post.objects.filter(is_active=True)}
    years = Membership.objects.standing().filter(joined_on_known=True).dates("joined_on", "year", order="DESC")
    return {
        "kind": ("会员类别", dict(Membership.Kind.choices), lambda r, v: r.filter(kind=v)),
        "post": ("职务", posts, _with_post),
        "district": (
            str(word("district")),
            {n: n for n in Association.current().district_names()},
            lambda r, v: r.filter(party__firm__district=v),
        ),
        "unit": ("单位类型", Firm.UnitKind.as_called(), lambda r, v: r.filter(party__firm__unit_kind=v)),
        "joined": (
            "入会年份",
            {str(day.year): f"{day.year} 年" for day in years},
            lambda r, v: r.filter(joined_on__year=v, joined_on_known=True),
        ),
        "state": ("状态", STATES, _with_state),
    }


search = by_party("party", "number__istartswith")
FILTERS = Filters(_filters, search, unasked={"state": lambda rows: _with_state(rows, "")})  # members today


def with_post(rows: QuerySet) -> QuerySet:
    """Each with `post_name`: its highest post of today as units go by it, "" for a plain member."""
    held = Tenure.objects.on().filter(party=OuterRef("party")).order_by("post__order", "pk")
    return rows.annotate(post_name=Subquery(held.values("post__unit_name")[:1]))


def listed(user, params: dict) -> QuerySet:
    """Members for print and export: by number, then by the day of joining; `joined_shown` is empty where it is unknown."""
    rows = FILTERS.narrow(Membership.objects.visible_to(user).standing(), params)
    rows = rows.annotate(joined_shown=Case(When(joined_on_known=True, then="joined_on")))
    return rows.order_by("number", "joined_on", "pk")


# -- Who would lapse --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Lapse:
    """A member without a sign of life for as long as the rule says: nothing happens to it until somebody decides."""

    membership: Membership
    sign: Sign
    months: int


def months_between(start: date, end: date) -> int:
    """Whole months."""
    return (end.year - start.year) * 12 + end.month - start.month - (end.day < start.day)


def would_lapse(user, *, months: int | None = None, day: date | None = None, kept: bool = False) -> list[Lapse]:
    """Members whose last sign of life is `months` (default: the rule's) or more before the day, the longest first.

    Without those that somebody decided to keep (保留), or these alone.
    """
    day, months = day or timezone.localdate(), months or MembershipRules.current().lapse_months
    rows = list(
        Membership.objects.visible_to(user)
        .standing()
        .filter(ended_on=None)
        .select_related("party")
        .order_by("number", "pk")
    )
    rows = [row for row in rows if row.is_kept(day) == kept]
    signs = last_signs([row.party_id for row in rows])
    found = [Lapse(row, signs[row.party_id], months_between(signs[row.party_id].day, day)) for row in rows]
    return sorted((one for one in found if one.months >= months), key=lambda one: one.sign.day)
