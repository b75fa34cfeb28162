"""RSS and Atom (订阅): the newest articles of all columns, or of one with all below it."""

import re

from django.contrib.syndication.views import Feed
from django.http import Http404
from django.utils.feedgenerator import Atom1Feed, Rss201rev2Feed

from association.core.models import Association
from association.core.pagecache import public_page

from . import news_queries
from .frame import frame_of

ITEMS = 30
_NO_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


class Articles(Feed):
    """Three queries: the frame, the articles, when the next one's time is over."""

    feed_type = Rss201rev2Feed
    language = "zh-CN"

    def get_object(self, request, slug=None):
        frame = frame_of(request)
        column = frame.column(slug) if slug else None
        if slug and column is None:
            raise Http404
        wanted = {"column__in": frame.subtree(column.pk)} if column else {}
        rows = list(news_queries.newest(**wanted)[:ITEMS])
        request.public_until = news_queries.earliest(*(row.take_down_at for row in rows))
        names = {pk: entry.name for pk, entry in frame.columns.items()}
        return {"column": column, "rows": rows, "names": names}

    def title(self, shown):
        site = Association.current().site_name
        return f"{shown['column'].name} · {site}" if shown["column"] else site

    def link(self, shown):
        return shown["column"].url if shown["column"] else "/"

    def description(self, shown):
        column = shown["column"]
        return (column.note or column.name) if column else Association.current().name

    subtitle = description

    def items(self, shown):
        for row in shown["rows"]:
            row.column_name = shown["names"].get(row.column_id, "")
        return shown["rows"]

    def item_title(self, row):
        return _NO_XML.sub("", row.title)

    def item_description(self, row):
        return _NO_XML.sub("", row.summary)

    def item_link(self, row):
        return row.get_public_url()

    def item_guid(self, row):
        return f"urn:uuid:{row.uid}"

    item_guid_is_permalink = False

    def item_pubdate(self, row):
        return row.published_at

    def item_updateddate(self, row):
        return row.revised_at or row.published_at

    def item_author_name(self, row):
        return _NO_XML.sub("", row.author or row.source or Association.current().name)

    def item_categories(self, row):
        return [row.column_name] if row.column_name else []


class AtomArticles(Articles):
    feed_type = Atom1Feed


def _page(feed):
    return public_page()(lambda request, **wanted: feed(request, **wanted))


column_rss = all_rss = _page(Articles())
column_atom = all_atom = _page(AtomArticles())
