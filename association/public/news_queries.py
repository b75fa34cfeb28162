"""What readers see of articles: lists of a column or topic, one article with its neighbours. Only Publication.on_show()."""

from dataclasses import dataclass
from datetime import datetime

from django.core.paginator import EmptyPage, Page
from django.db.models import Min, OuterRef, Q, QuerySet, Subquery
from django.http import Http404
from django.utils import timezone

from association.core.paginator import LAST, BoundedPaginator
from association.news.models import Publication

ARTICLES_A_PAGE = 20
NOT_IN_LISTS = ("body", "signatures")  # long, and no list shows them


def newest(**wanted) -> QuerySet:
    """Articles on show, the newest first, as lists draw them: with their cover, without their text."""
    rows = Publication.objects.on_show().filter(**wanted).select_related("cover").defer(*NOT_IN_LISTS)
    return rows.order_by("-published_at", "-pk")


@dataclass(frozen=True)
class Listing:
    """A page of a list: `pinned` stand above it on page 1 and nowhere else."""

    page: Page
    pinned: list
    until: datetime | None  # when the clock changes the list


def listing(number: int, **wanted) -> Listing:
    """A page of a column or topic. Four queries on page 1, three on others. Raises Http404 for a page not there."""
    today = timezone.localdate()
    rows = newest(**wanted)
    # LAST has it count exactly at once: the page says how many there are, and the second half is read from its end
    paginator = BoundedPaginator(
        rows.filter(Q(pinned_until=None) | Q(pinned_until__lt=today)), ARTICLES_A_PAGE, wanted=LAST
    )
    try:
        page = paginator.page(number)
    except EmptyPage:
        raise Http404 from None
    page.object_list = list(page.object_list)
    pinned = list(rows.filter(pinned_until__gte=today)) if number == 1 else []
    return Listing(page, pinned, next_end())


def next_end() -> datetime | None:
    """When the next article's time is over (到期撤下): kept lists must not outlive it. One query."""
    rows = Publication.objects.filter(take_down_at__gt=timezone.now(), withdrawn_at=None)
    return rows.order_by().aggregate(first=Min("take_down_at"))["first"]


def earliest(*moments: datetime | None) -> datetime | None:
    """The first of the moments at which a page changes; None where there is none."""
    return min((moment for moment in moments if moment is not None), default=None)


@dataclass(frozen=True)
class Found:
    article: Publication
    newer: Publication | None
    older: Publication | None

    @property
    def until(self) -> datetime | None:
        return earliest(*(row.take_down_at for row in (self.article, self.newer, self.older) if row))


def article_of(uid) -> Found | None:
    """An article on show with its neighbours in the column. Two queries at most."""
    beside = Publication.objects.on_show().filter(column=OuterRef("column")).order_by("published_at", "pk")
    # the plain bound beside the exact one lets both databases begin in the index, not at the column's first day
    newer = beside.filter(published_at__gte=OuterRef("published_at")).filter(
        Q(published_at__gt=OuterRef("published_at")) | Q(pk__gt=OuterRef("pk"))
    )
    older = beside.filter(published_at__lte=OuterRef("published_at")).filter(
        Q(published_at__lt=OuterRef("published_at")) | Q(pk__lt=OuterRef("pk"))
    )
    rows = Publication.objects.on_show().select_related("cover").filter(uid=uid)
    article = rows.annotate(
        newer=Subquery(newer.values("pk")[:1]), older=Subquery(older.reverse().values("pk")[:1])
    ).first()
    if article is None:
        return None
    keys = [pk for pk in (article.newer, article.older) if pk]
    near = {row.pk: row for row in Publication.objects.filter(pk__in=keys).defer(*NOT_IN_LISTS)} if keys else {}
    return Found(article, near.get(article.newer), near.get(article.older))
