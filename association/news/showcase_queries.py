"""What the public reads of members' own pages (会员风采): Showcase.objects.on_show(), and of it `shown` alone."""

import string

from django.core.paginator import EmptyPage, Page, Paginator
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import Http404
from django.utils import timezone

from members.models import Membership, MembershipRules, Post, Tenure

from . import showcase
from .honours import honours_of
from .models import Showcase

A_PAGE = 24
LETTERS = string.ascii_uppercase


def _with_firm() -> QuerySet:
    held = Tenure.objects.on().filter(party=OuterRef("party")).exclude(post__unit_name="").order_by("post__order")
    joined = Membership.objects.on(timezone.localdate()).filter(party=OuterRef("party"))
    return (
        Showcase.objects.on_show()
        .select_related("party__firm")
        .annotate(
            post=Subquery(held.values("post__unit_name")[:1]),
            joined_on=Subquery(joined.values("joined_on")[:1]),
            joined_on_known=Subquery(joined.values("joined_on_known")[:1]),
        )
    )


def posts() -> list[str]:
    """The posts by which the grid can be narrowed, in their order; none where the council is not public. Two queries."""
    if not MembershipRules.current().council_public:
        return []
    rows = Post.objects.filter(is_active=True).exclude(unit_name="").order_by("order", "name")
    return list(dict.fromkeys(rows.values_list("unit_name", flat=True)))


def qualifications() -> list[str]:
    """The main qualifications that the pages on show have. One query."""
    rows = Showcase.objects.on_show().order_by("party__firm__main_qualification")
    found = rows.values_list("party__firm__main_qualification", flat=True).distinct()
    return [name for name in found if name]


def found(*, post: str = "", district: str = "", qualification: str = "", letter: str = "") -> QuerySet:
    rows = _with_firm()
    if post:
        plain = Post.objects.filter(is_plain=True, unit_name=post).exists()
        rows = rows.filter(post__isnull=True) if plain else rows.filter(post=post)
    if district:
        rows = rows.filter(party__firm__district=district)
    if qualification:
        rows = rows.filter(party__firm__main_qualification=qualification)
    if letter:
        rows = rows.filter(party__initials__istartswith=letter)
    return rows.order_by("party__initials", "pk")


def page_of(number: int, *, posts_public: bool, **wanted) -> Page:
    """A page of cards. Two queries. Raises Http404 for a page that is not there."""
    try:
        page = Paginator(found(**wanted), A_PAGE).page(number)
    except EmptyPage:
        raise Http404 from None
    page.object_list = [_card(row, posts_public) for row in page.object_list]
    return page


def _card(row: Showcase, posts_public: bool) -> dict:
    content, firm = showcase.drawn(row.shown), row.party.firm
    return {
        "name": row.party.name, "url": row.get_public_url(), "slogan": content["slogan"], "cover": content["cover"],
        "post": row.post if posts_public else "", "district": firm.district, "qualification": firm.main_qualification,
    }  # fmt: skip


def page_facts(uid) -> dict | None:
    """What a member's page shows; None where it is not on show. Three queries."""
    row = _with_firm().filter(uid=uid).first()
    if row is None:
        return None
    firm = row.party.firm
    return {
        "showcase": showcase.drawn(row.shown),
        "name": row.party.name,
        "firm_url": f"/firms/{firm.uid}/",
        "district": firm.district,
        "qualification": firm.main_qualification,
        "post": row.post if MembershipRules.current().council_public else "",
        "since": row.joined_on.year if row.joined_on_known else None,
        "shown_at": row.shown_at,
        "honours": honours_of(row.party),
    }


def uid_for(key: str) -> Subquery:
    """For rows whose `key` is a party's: the uid of its page that is on show, or None; no query of its own."""
    return Subquery(Showcase.objects.on_show().filter(party=OuterRef(key)).values("uid")[:1])
