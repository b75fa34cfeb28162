"""sitemap.xml for search engines: an index, and under it pages of 5,000 addresses."""

from django.contrib.sitemaps import Sitemap
from django.contrib.sitemaps import views as django_views
from django.db.models import Max
from django.http import Http404
from django.urls import reverse

from association.core.pagecache import public_page
from association.news.models import Publication, Showcase, SitePage, Topic
from association.publicity.models import Announcement, PublicityList
from members.models import Firm

from .frame import frame_of
from .queries import firm_url

A_PAGE = 5000
PLACES = ("home", "publicities", "directory", "showcase", "lookup", "disclosure", "journal", "about", "council", "accessibility",
          "topics")  # fmt: skip


class Rows(Sitemap):
    """Rows with an address of their own. `day`: the field that says when a row changed last."""

    limit = A_PAGE
    day = "updated_at"

    def location(self, row):
        return row.get_public_url()

    def lastmod(self, row):
        return getattr(row, self.day)

    def get_latest_lastmod(self):
        """One query; Django's own reads every row."""
        return self.items().order_by().aggregate(last=Max(self.day))["last"]


class Articles(Rows):
    def items(self):
        return Publication.objects.on_show().only("uid", "updated_at").order_by("-pk")


class Lists(Rows):
    def items(self):
        return PublicityList.objects.on_show().only("uid", "updated_at").order_by("-pk")


class Announcements(Rows):
    def items(self):
        return Announcement.objects.only("uid", "updated_at").order_by("-pk")


class Firms(Rows):
    def items(self):
        return Firm.objects.public().only("uid", "updated_at").order_by("-pk")

    def location(self, row):
        return firm_url(row)


class Showcases(Rows):
    day = "shown_at"

    def items(self):
        return Showcase.objects.on_show().only("uid", "shown_at").order_by("-pk")


class Topics(Rows):
    def items(self):
        return Topic.objects.shown().only("slug", "updated_at").order_by("-pk")


class Pages(Rows):
    def items(self):
        return SitePage.objects.shown().only("slug", "updated_at").order_by("-pk")


class Places(Sitemap):
    """The portal's own pages and the columns."""

    def __init__(self, frame):
        self.addresses = [*(reverse(f"public:{name}") for name in PLACES), *(one.url for one in frame.columns.values())]

    def items(self):
        return self.addresses

    def location(self, address):
        return address


SECTIONS = {"articles": Articles, "lists": Lists, "announcements": Announcements, "firms": Firms, "showcases": Showcases,
            "topics": Topics, "pages": Pages}  # fmt: skip


def _sections(request) -> dict:
    return {"site": Places(frame_of(request))} | SECTIONS


@public_page()
def index(request):
    return django_views.index(request, sitemaps=_sections(request), sitemap_url_name="public:sitemap_section")


@public_page("p")
def section(request, section):
    if section not in (sections := _sections(request)):
        raise Http404
    return django_views.sitemap(request, sitemaps=sections, section=section)
