"""What stands around every public page: the menu of columns (栏目) and topics, the pages and links of the foot.

Read at most once a request, in one query, and not at all where a template does not ask.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from functools import lru_cache

from django.db import connection
from django.db.models import CharField, Value
from django.db.models.functions import Coalesce

from association.news.models import ABOUT, Column, SiteLink, SitePage, Topic

IN_THE_BAR = 5  # columns beside the portal's own entries; the others stand under 更多


@dataclass(frozen=True)
class Entry:
    """A row of the frame. `note`: a column's 说明, a link's group; `url`: where it leads."""

    kind: str
    pk: int
    parent: int
    name: str
    slug: str
    note: str
    layout: str
    place: str
    position: int

    @property
    def url(self) -> str:
        return _LEADS[self.kind].format(self.slug)

    @property
    def section(self) -> str:
        """What a page of this column says of itself, so that the menu marks it."""
        return f"{self.kind}-{self.pk}"


_LEADS = {"column": "/news/{}/", "topic": "/topics/{}/", "page": "/pages/{}/", "link": "{}"}


@dataclass(frozen=True)
class Frame:
    columns: dict[int, Entry] = field(default_factory=dict)
    topics: list[Entry] = field(default_factory=list)
    pages: list[Entry] = field(default_factory=list)
    links: dict[str, list[Entry]] = field(default_factory=dict)

    def column(self, slug: str) -> Entry | None:
        return next((entry for entry in self.columns.values() if entry.slug == slug), None)

    def below(self, pk: int) -> list[Entry]:
        return [entry for entry in self.columns.values() if entry.parent == pk]

    def path(self, pk: int) -> list[Entry]:
        """From the top column down to this one."""
        found, entry = [], self.columns.get(pk)
        while entry is not None:
            found.insert(0, entry)
            entry = self.columns.get(entry.parent)
        return found

    def subtree(self, pk: int) -> list[int]:
        """The keys of a column and of all below it."""
        return [pk, *(deeper for entry in self.below(pk) for deeper in self.subtree(entry.pk))]

    def at_home(self, place: str) -> Entry | None:
        """The column whose name stands over a part of the home page: the highest that is put there."""
        return min(
            (e for e in self.columns.values() if e.place == place), key=lambda e: len(self.path(e.pk)), default=None
        )

    @property
    def bar(self) -> list[Entry]:
        return self.below(0)[:IN_THE_BAR]

    @property
    def more(self) -> list[Entry]:
        return self.below(0)[IN_THE_BAR:]


def frame_of(request) -> Frame:
    """The frame, read once a request. One query."""
    if not hasattr(request, "_site_frame"):
        request._site_frame = _read()
    return request._site_frame


def site(request):
    """Context processor: `site`, read where a template first asks for it."""
    return {"site": lambda: frame_of(request)}


@lru_cache(maxsize=1)
def _query() -> tuple[str, tuple]:
    """The SQL of all rows and its parameters; the same in each request, and dearer to write than to run."""
    rows = _rows(Column, parent=Coalesce("parent_id", 0), name="name", slug="slug", note="intro", layout="layout",
                 place="home_place")  # fmt: skip
    rows = rows.union(
        _rows(Topic, name="title", slug="slug"), _rows(SitePage, name="title", slug="slug"),
        _rows(SiteLink, name="name", slug="url", note="group"), all=True,
    )  # fmt: skip
    return rows.query.sql_with_params()


def _read() -> Frame:
    with connection.cursor() as cursor:
        cursor.execute(*_query())
        rows = cursor.fetchall()
    found = defaultdict(list)
    for row in sorted((Entry(*row) for row in rows), key=lambda entry: (entry.position, entry.pk)):
        found[row.kind].append(row)
    pages = [row for row in found["page"] if row.slug != ABOUT]  # the menus have the page itself
    links = defaultdict(list)
    for row in found["link"]:
        links[row.note].append(row)
    return Frame({row.pk: row for row in found["column"]}, found["topic"], pages, dict(links))


_KINDS = {Column: "column", Topic: "topic", SitePage: "page", SiteLink: "link"}


def _rows(model, *, parent=None, **columns):
    """The rows of one model that are shown, as tuples of Entry's fields."""
    empty = Value("", output_field=CharField())
    as_field = {name: columns.get(name, empty) for name in ("name", "slug", "note", "layout", "place")}
    as_field = {f"e_{name}": Coalesce(value, empty) for name, value in as_field.items()}
    shown = model.objects.shown().order_by().annotate(
        e_kind=Value(_KINDS[model], output_field=CharField()), e_parent=parent or Value(0), **as_field
    )  # fmt: skip
    return shown.values_list("e_kind", "pk", "e_parent", *as_field, "position")
