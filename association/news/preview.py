"""An article as its readers would see it, before it is signed out (预览).

The site's own page is drawn by the room above: it hands itself in here (`draws_articles`).
"""

from collections.abc import Callable

from django.shortcuts import render
from django.utils import timezone
from django.utils.safestring import mark_safe

from . import html
from .models import TEXT, Publication
from .publishing import file_entry

_draw: list[Callable] = []


def draws_articles(draw: Callable) -> Callable:
    """`draw(request, publication)` -> the response of the article's public page, for a publication that is not saved."""
    _draw[:] = [draw]
    return draw


def draw(request, publication):
    if not _draw:
        body = mark_safe(html.with_scrolling_tables(html.clean(publication.body)))  # nh3's own output
        return render(request, "admin/news/preview.html", {"article": publication, "body": body})
    return _draw[0](request, publication)


def unsaved(article) -> Publication:
    """The copy that would go out now; never saved."""
    found = Publication.objects.filter(article=article).first()
    values = {name: getattr(article, name) for name in TEXT} | {"body": html.clean(article.body)}
    copy = Publication(article=article, uid=article.uid, column=article.column, cover=article.cover, **values)
    copy.summary = article.summary or html.summary_of(article.body)
    copy.published_at = found.published_at if found else article.publish_at or timezone.now()
    copy.files = [file_entry(one) for one in article.attachments.select_related("document")]
    return copy
