"""Everything on file of a firm as one timeline (一企一档): sources of rows, each through visible_to, read as one query.

The apps above add theirs by register(): a reader gets what each source lets them see, the latest first, and a page
says only that there is something earlier, never how much.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import BigIntegerField, DateField, F, Q, QuerySet, TextField, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, Coalesce, TruncDate

from association.cases.models import Case
from association.cases.registry import kind_of
from association.core.enums import Audience, Channel
from association.documents.models import Document
from association.documents.registry import kind_in_words
from association.parties.models import Party
from association.timeline.models import Event
from association.workflow.table import get_workflow

from .models import CallNote, Firm, Membership, MembershipPause, Qualification, Tenure

SHOWN = 30
TEXTS = 6  # columns of text that a source may bring along
OF_MERGED = ("party.merged-away", "party.unmerged")  # the party that goes on has lines of its own about these


@dataclass(frozen=True)
class Item:
    """A line of the timeline: the day, the kind of thing in the reader's words, what happened, where to read on."""

    day: date
    label: str
    title: str
    note: str = ""
    url: str = ""
    tone: str = ""  # "" | seal | gold


@dataclass(frozen=True)
class Source:
    """Rows of one model that are lines of the timeline.

    `rows(party_id, user)` gives the rows that this reader may see; `day` is the date of a line (a field of the row or
    an expression); `texts` are up to six columns, handed as strings to `tell(texts, staff) -> Item fields`.
    """

    label: str
    rows: Callable[[int, object], QuerySet]
    day: str | Combinable
    texts: Sequence[str | Combinable]
    tell: Callable[..., dict]


_sources: list[Source] = []
_told: set[str] = set()


def told_by_source(*verbs: str):
    """Events of the party that a source tells as a line of its own already."""
    _told.update(verbs)


def register(source: Source) -> Source:
    if len(source.texts) > TEXTS:
        raise ValueError(f"{source.label}: at most {TEXTS} texts")
    _sources.append(source)
    return source


@dataclass(frozen=True)
class Page:
    """Lines of one page; `earlier` is the place where the next one begins, "" where nothing comes before."""

    items: list[Item]
    earlier: str = ""


def _columns(place: int, source: Source, rows: QuerySet) -> QuerySet:
    texts = [*source.texts, *[Value("")] * (TEXTS - len(source.texts))]
    asked = {
        f"_t{at}": Coalesce(Cast(_expression(text), TextField()), Value("", TextField()))
        for at, text in enumerate(texts)
    }
    day = Cast(_expression(source.day), DateField())
    rows = rows.order_by().annotate(
        _day=day, _place=Value(place, BigIntegerField()), _key=Cast("pk", BigIntegerField()), **asked
    )
    return rows.filter(_day__isnull=False).values_list("_day", "_place", "_key", *asked)


def _expression(text):
    return F(text) if isinstance(text, str) else text


def _read_place(text: str) -> tuple[date | None, int]:
    """「2021-05-08.3」: from that day on backwards, without the three lines of it that were shown."""
    day, _, skip = text.partition(".")
    try:
        return date.fromisoformat(day), int(skip) if skip.isdigit() and len(skip) < 6 else 0
    except ValueError:
        return None, 0


def page_of(firm: Firm, user, *, before: str = "", shown: int = SHOWN) -> Page:
    """A page of the firm's timeline as the reader may see it, the latest first. One query."""
    day, skip = _read_place(before)
    parts = []
    for place, source in enumerate(_sources):
        rows = _columns(place, source, source.rows(firm.pk, user))
        parts.append(rows.filter(_day__lte=day) if day else rows)
    found = parts[0].union(*parts[1:], all=True).order_by("-_day", "_place", "-_key")
    rows = list(found[skip : skip + shown + 1])
    staff = bool(user.is_staff and user.has_perm("members.view_firm"))
    items = [_item(row, staff) for row in rows[:shown]]
    if len(rows) <= shown:
        return Page(items)
    last = rows[shown - 1][0]
    of_last = sum(1 for row in rows[:shown] if row[0] == last) + (skip if last == day else 0)
    return Page(items, f"{last:%Y-%m-%d}.{of_last}")


def _item(row, staff: bool) -> Item:
    day, place, _key, *texts = row
    source = _sources[place]
    return Item(day=day, label=source.label, **source.tell(*texts[: len(source.texts)], staff=staff))


# -- What members knows of a firm -------------------------------------------------------------------------------------


def _of_party(model, *, field="party", standing=False):
    def rows(party: int, user) -> QuerySet:
        found = model.objects.visible_to(user).filter(**{field: party})
        return found.standing() if standing else found

    return rows


def _events(party: int, user) -> QuerySet:
    """What was done to the file and its seats. A file or a case has its own line."""
    kinds = (Firm._meta.label_lower, Party._meta.label_lower)
    merged = Party.objects.filter(merged_into=party).values("pk")
    own = Q(subject_id=party) | (Q(subject_id__in=merged) & ~Q(verb__in=OF_MERGED))
    return Event.objects.visible_to(user).filter(own, subject_type__in=kinds).exclude(verb__in=_told)


def _tell_event(sentence, note, channel, audience, *, staff):
    way = f"（{Channel(channel).label}代录）" if channel else ""
    inside = "（仅协会可见）" if staff and audience == Audience.STAFF else ""
    return {"title": f"{sentence}{way}{inside}", "note": note}


def _tell_case(kind, state, uid, title, pk, name, *, staff):
    words = get_workflow(kind).label_for(state, staff=staff)
    case = Case(kind=kind, state=state, uid=UUID(uid), title=title, pk=int(pk))
    url = case.get_absolute_url() if staff else case.desk_url
    title = title.removeprefix(name).strip() or title  # on a firm's own page its name need not stand in each line
    return {"title": f"{kind_of(kind).label}：{title}", "note": f"现在：{words}", "url": url}


def _tell_document(label, kind, uid, expires, *, staff):
    more = f"，有效期至 {expires}" if expires else ""
    url = Document(uid=UUID(uid)).get_absolute_url()  # a database without a type of its own keeps it without dashes
    return {"title": f"文件「{label}」", "note": f"{kind_in_words(kind)}{more}".strip("，"), "url": url}


def _tell_call(way, topic, content, audience, pk, *, staff):
    inside = "（仅协会可见）" if staff and audience == Audience.STAFF else ""
    return {
        "title": f"{CallNote.Way(way).label}：{topic}{inside}", "note": content,
        "url": f"/admin/members/callnote/{pk}/change/" if staff else "",
    }  # fmt: skip


def _tell_joined(kind, number, body, *, staff):
    return {"title": f"成为{Membership.Kind(kind).label}{f'，会员编号 {number}' if number else ''}", "note": body}


def _tell_left(ending, note, *, staff):
    return {"title": f"会籍终止：{Membership.Ending(ending).label}", "note": note}


def _tell_post(post, person, title, term, *, staff):
    who = f"{person}{f'（{title}）' if title else ''}" if person else "人选未定"
    return {"title": f"任{term}{post}：{who}"}


def _tell_post_ended(post, person, reason, *, staff):
    return {"title": f"不再担任{post}{f'：{person}' if person else ''}", "note": reason}


def _tell_certificate(name, number, ends, *, staff):
    return {"title": f"资质「{name}」发证", "note": "，".join(filter(None, [number, ends and f"有效期至 {ends}"]))}


def _ended(model):
    def rows(party: int, user) -> QuerySet:
        return model.objects.visible_to(user).standing().filter(party=party, ended_on__isnull=False)

    return rows


_CALL_DAY, _ENTERED = TruncDate("happened_at"), TruncDate("created_at")
register(Source("档案", _events, "happened_on", ("sentence", "note", "channel", "audience"), _tell_event))
register(
    Source(
        "办件",
        _of_party(Case, standing=True),
        TruncDate("opened_at"),
        ("kind", "state", "uid", "title", "pk", "party_name"),
        _tell_case,
    )
)
register(Source("来电来访", _of_party(CallNote), _CALL_DAY, ("way", "topic", "content", "audience", "pk"), _tell_call))
register(Source("文件", _of_party(Document), _ENTERED, ("label", "kind", "uid", "expires_on"), _tell_document))
register(Source("会籍", _of_party(Membership, standing=True), "joined_on", ("kind", "number", "body"), _tell_joined))
register(Source("会籍", _ended(Membership), "ended_on", ("ending", "note"), _tell_left))
register(Source(
    "会籍", _of_party(MembershipPause, field="membership__party"), "starts_on", ("reason", "ends_on"),
    lambda reason, ends, *, staff: {"title": f"中止会员权利{f'，至 {ends}' if ends else ''}", "note": reason},
))  # fmt: skip
register(Source(
    "任职", _of_party(Tenure, standing=True), "starts_on", ("post__name", "person_name", "person_title", "term__name"),
    _tell_post,
))  # fmt: skip
register(Source("任职", _ended(Tenure), "ended_on", ("post__name", "person_name", "end_reason"), _tell_post_ended))
register(
    Source(
        "资质", _of_party(Qualification, field="firm"), "starts_on", ("name", "number", "ends_on"), _tell_certificate
    )
)
register(Source(
    "资质", _of_party(Qualification, field="firm"), "ends_on", ("name",),
    lambda name, *, staff: {"title": f"资质「{name}」到期", "tone": "gold"},
))  # fmt: skip
