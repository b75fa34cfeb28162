"""Search in articles (全文检索): words found inside sentences without spaces, in full or in part.

An article answers a question where each of its words, folded (core.ngrams.searchable), is part of the title or of the
text: on both databases the same articles in the same order, those with all words in the title first, the newest first.
Grams find the candidates by an index; what grams cannot tell (letters in another order) the folded words decide.
"""

import math
from collections.abc import Iterator
from datetime import datetime

from django.core.cache import cache
from django.db import connection, models, transaction
from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import StrIndex
from django.utils import timezone

from association.core.ngrams import grams, query_grams, searchable

from . import html
from .models import Publication, SearchEntry

LONGEST = 60_000  # letters of one article that are searched: its grams must fit a tsvector, 1 MB
SLICE = 500  # articles that are read at once when the index is made anew
_ROOM = 1 << 20  # articles of one second that have a place in the order
_END = 1 << 62  # behind every place


# -- Writing -------------------------------------------------------------------------------------------------------


@transaction.atomic
def put(*publications: Publication):
    """Have the search find these as they are now; those that were taken down not at all."""
    drop(*publications)
    entries = [_entry_of(publication) for publication in publications if publication.withdrawn_at is None]
    SearchEntry.objects.bulk_create(entries, batch_size=SLICE)
    if connection.vendor == "sqlite":
        _write("INSERT INTO news_search (rowid, title, words) VALUES (%s, %s, %s)", entries)


def drop(*publications: Publication):
    """Have the search find none of these. In the caller's transaction."""
    found = SearchEntry.objects.filter(publication__in=publications)
    if connection.vendor == "sqlite":  # a table without content forgets what it is told again
        _write("INSERT INTO news_search (news_search, rowid, title, words) VALUES ('delete', %s, %s, %s)", found)
    found.delete()


def _write(sql: str, entries):
    with connection.cursor() as cursor:
        cursor.executemany(sql, [(entry.pk, _grams_of(entry.title), _grams_of(entry.words)) for entry in entries])


def _entry_of(publication: Publication) -> SearchEntry:
    heading = (publication.title, publication.subtitle, publication.document_number)
    files = [row["label"] for row in publication.files]
    own = [] if publication.summary == html.summary_of(publication.body) else [publication.summary]
    title = _folded(heading)
    words = _folded([*heading, *own, *files, *html.text_of(publication.body).split("\n")])
    entry = SearchEntry(
        pk=_place_of(publication.published_at) + publication.pk % _ROOM,
        publication=publication,
        column_id=publication.column_id,
        read_version=publication.version,
        title=title,
        words=words,
    )
    if connection.vendor == "postgresql":
        entry.title_grams, entry.words_grams = _grams_of(title), _grams_of(words)
    return entry


def _folded(lines) -> str:
    """A line for each that has letters: what is found never reaches from one line into the next."""
    return "\n".join(filter(None, map(searchable, lines)))[:LONGEST]


def _grams_of(folded: str) -> str:
    return " ".join(dict.fromkeys(gram for line in folded.split("\n") for gram in grams(line).split()))


def _place_of(moment: datetime) -> int:
    """Where articles of that second begin in the order."""
    return int(moment.timestamp()) * _ROOM


def mend() -> int:
    """Put right what differs from the publications (a row written past the actions). Returns how many."""
    stale = Publication.objects.filter(
        Q(withdrawn_at=None) & (Q(search_entry=None) | ~Q(search_entry__read_version=F("version")))
        | Q(withdrawn_at__isnull=False, search_entry__isnull=False)
    )
    return sum(_put_slices(stale))


def rebuild() -> Iterator[int]:
    """Make the whole index anew; a slice is a transaction. Yields how many articles each slice had."""
    if connection.vendor == "sqlite":
        with transaction.atomic(), connection.cursor() as cursor:
            SearchEntry.objects.all().delete()
            cursor.execute("INSERT INTO news_search (news_search) VALUES ('delete-all')")
    yield from _put_slices(Publication.objects.all())


def _put_slices(publications: QuerySet) -> Iterator[int]:
    last = 0
    while rows := list(publications.filter(pk__gt=last).order_by("pk")[:SLICE]):
        put(*rows)
        last = rows[-1].pk
        yield len(rows)


# -- Reading ---------------------------------------------------------------------------------------------------------


def words_of(question: str) -> list[str]:
    """The folded words of a question, each once; empty where there is nothing but blanks and punctuation."""
    return list(dict.fromkeys(filter(None, map(searchable, question.split()))))


def hits(question: str, *, most: int, columns=None, year: int | None = None) -> list[int]:
    """Keys of the publications on show that answer, at most `most`: title hits first, then the newest.

    Four queries, on PostgreSQL two more for what it knows of the words; two or three for each stretch of the index in
    which much is no longer on show.
    """
    words = words_of(question)
    if not words:
        return []
    entries = SearchEntry.objects.all() if columns is None else SearchEntry.objects.filter(column__in=columns)
    places = (_year_begins(year), _year_begins(year + 1)) if year else (0, _END)
    found = _newest("title", words, entries, places, most)
    if len(found) < most:
        known = set(found)
        found += [key for key in _newest("words", words, entries, places, most) if key not in known]
    return found[:most]


def _year_begins(year: int) -> int:
    return _place_of(timezone.make_aware(datetime(year, 1, 1)))


def _newest(part: str, words: list[str], entries: QuerySet, places: tuple[int, int], most: int) -> list[int]:
    """Keys of what is on show with all words in that part of its entry, the newest first.

    The index alone gives the candidates, so that only these are looked up among the publications.
    """
    found, (first, stop), size = [], places, most
    while True:
        stretch = list(_having(part, words, entries, first, stop)[:size])
        keys = [key for _place, key in stretch]
        shown = set(Publication.objects.on_show().filter(pk__in=keys).values_list("pk", flat=True)) if keys else ()
        found += [key for key in keys if key in shown]
        if len(found) >= most or len(stretch) < size:
            return found[:most]
        stop, size = stretch[-1][0], size * 4


def _having(part: str, words: list[str], entries: QuerySet, first: int = 0, stop: int = _END) -> QuerySet:
    """(place, publication) of the entries from `first` and below `stop` with all words in that part, the newest first."""
    wanted = query_grams(" ".join(words))
    if connection.vendor == "sqlite":
        all_of_them = " AND ".join(f'"{gram}"' for gram in wanted)
        table = "news_search"
        entries = _containing(part, words, entries).extra(
            tables=[table],
            where=[f"{table} MATCH %s", f"{table}.rowid = news_searchentry.id", f"{table}.rowid BETWEEN %s AND %s"],
            params=[f"{{{part}}} : ({all_of_them})", first, stop - 1],
            order_by=[f"-{table}.rowid"],
        )
    else:
        entries = entries.filter(id__gte=first, id__lt=stop).order_by("-id")
        if grams_index_pays(part, words):
            entries = _containing(part, words, entries).filter(**{f"{part}_grams__has_grams": wanted})
        else:
            entries = _containing(part, words, entries, shortest=1)
    return entries.values_list("id", "publication")


def _containing(part: str, words: list[str], entries: QuerySet, shortest: int = 3) -> QuerySet:
    """Those with all words of at least `shortest` letters in that part; shorter ones than three are grams themselves."""
    for number, word in enumerate(words):
        if len(word) >= shortest:
            inside = StrIndex(part, Value(word, output_field=models.TextField()))
            entries = entries.alias(**{f"at_{number}": inside}).filter(**{f"at_{number}__gt": 0})
    return entries


_SHARES = """
    SELECT gram, share, reltuples
    FROM pg_stats, pg_class, unnest(most_common_elems::text::text[], most_common_elem_freqs) AS known (gram, share)
    WHERE schemaname = current_schema() AND tablename = %s AND attname = %s AND oid = %s::regclass AND gram IS NOT NULL
"""
_SHARES_KEPT = 600  # seconds; PostgreSQL counts anew some times a day
_ENOUGH = 200  # hits after which a walk from the newest has a page and its count


def grams_index_pays(part: str, words: list[str]) -> bool:
    """On PostgreSQL: whether so few entries have these words that looking all of them up is less work than walking from
    the newest until a page is full.

    The planner multiplies the shares of the grams of one word, which always come together, and takes a common word for
    a rare one; here the rarest gram of a word counts, from the same statistics.
    """
    shares, entries = _shares(part)
    share = math.prod(min(shares.get(gram, 0) for gram in query_grams(word)) for word in words)
    return share * share * entries < _ENOUGH


def _shares(part: str) -> tuple[dict[str, float], float]:
    """({common gram: share of the entries that have it}, how many entries there are). One query, or from the cache."""
    key = f"news.search.shares.{part}"
    found = cache.get(key)
    if found is None:
        table = SearchEntry._meta.db_table
        with connection.cursor() as cursor:
            cursor.execute(_SHARES, [table, f"{part}_grams", table])
            rows = cursor.fetchall()
        found = {gram: share for gram, share, _entries in rows}, max((entries for *_, entries in rows), default=0)
        cache.set(key, found, _SHARES_KEPT)
    return found
