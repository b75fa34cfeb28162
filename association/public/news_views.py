"""Columns, articles, topics and single pages of the public site."""

from django.http import Http404
from django.shortcuts import redirect, render

from association.core.pagecache import public_page
from association.news.enums import Layout
from association.news.models import ABOUT, SitePage, Topic
from association.news.rendering import drawn

from . import meta, news_queries
from .forms import page_number
from .frame import frame_of


@public_page("page")
def column(request, slug):
    """A column with all below it. Five queries on page 1, four on the others."""
    frame = frame_of(request)
    entry = frame.column(slug)
    if entry is None:
        raise Http404
    found = news_queries.listing(page_number(request), column__in=frame.subtree(entry.pk))
    request.public_until = found.until
    path = frame.path(entry.pk)
    children = frame.below(entry.pk)
    holder = entry if children else frame.columns.get(entry.parent)  # whose children are the tabs
    context = {
        "section": path[0].section,
        "column": entry,
        "crumbs": _crumbs(path[:-1]),
        "holder": holder,
        "tabs": children or (frame.below(holder.pk) if holder else []),
        "names": {pk: one.name for pk, one in frame.columns.items()} if children else {},
        "layout": entry.layout,
        **_list(found),
    }
    return render(request, "public/column.html", context)


def _list(found) -> dict:
    return {"page": found.page, "pinned": found.pinned}


def _crumbs(path) -> list[dict]:
    return [{"label": "首页", "url": "/"}, *({"label": one.name, "url": one.url} for one in path)]


@public_page()
def article(request, uid):
    """An article. Four queries, three where its text has no picture."""
    found = news_queries.article_of(uid)
    if found is None:
        raise Http404
    frame, shown = frame_of(request), found.article
    request.public_until = found.until
    path = frame.path(shown.column_id)
    address = request.build_absolute_uri(shown.get_public_url())
    image = request.build_absolute_uri(shown.cover.url("share.jpg")) if shown.cover else meta.default_image(request)
    context = {
        "section": path[0].section,
        "article": shown,
        "body": drawn(shown.body),
        "day": shown.published_at,
        "files": shown.files,
        "crumbs": _crumbs(path),
        "column": path[-1],
        "layout": path[-1].layout,
        "newer": found.newer,
        "older": found.older,
        "address": address,
        "share_image": image,
        "copy_text": share_text(shown, path[-1].name, address),
        "json_ld": meta.news_article(request, shown, path, image),
    }
    return render(request, "public/article.html", context)


def share_text(shown, column: str, address: str) -> str:
    """复制到微信群: what it is, in which column, when, where."""
    rows = [f"【{column}】{shown.title}"]
    if shown.document_number:
        rows.append(f"{shown.issued_by}　{shown.document_number}".strip("　"))
    if shown.summary:
        rows.append(shown.summary)
    return "\n".join([*rows, f"全文：{address}"])


# -- Topics ----------------------------------------------------------------------------------------------------------


@public_page()
def topics(request):
    """All topics. Two queries."""
    rows = Topic.objects.shown().select_related("cover")
    return render(request, "public/topics.html", {"section": "topics", "topics": rows})


@public_page("page")
def topic(request, slug):
    """A topic's articles. Six queries on page 1."""
    shown = Topic.objects.shown().select_related("cover").filter(slug=slug).first()
    if shown is None:
        raise Http404
    found = news_queries.listing(page_number(request), article__topics=shown)
    request.public_until = found.until
    context = {
        "section": "topics",
        "topic": shown,
        "crumbs": [{"label": "首页", "url": "/"}, {"label": "专题", "url": "/topics/"}],
        "layout": Layout.LIST,
        "names": {pk: one.name for pk, one in frame_of(request).columns.items()},
        **_list(found),
    }
    return render(request, "public/topic.html", context)


# -- Single pages ----------------------------------------------------------------------------------------------------


@public_page()
def single(request, slug):
    """A page that stands by itself (单页). Three queries."""
    if slug == ABOUT:
        return redirect("public:about")
    shown = SitePage.objects.shown().filter(slug=slug).first()
    if shown is None:
        raise Http404
    context = {"section": "about", "shown": shown, "body": drawn(shown.body)}
    return render(request, "public/single.html", context)
