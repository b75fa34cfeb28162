"""Terms that end (到期提醒): papers of the library and qualifications, warned of some days ahead, once each for a step.

Which days is a rule as data (会籍规则: 证照到期提前提醒, usually 90, 30 and 7). Who was away for some days is warned of the
nearest step only.
"""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction
from django.db.models import BooleanField, F, Q, QuerySet, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from association.accounts.roles import Right
from association.accounts.rules import needs
from association.core.models import Association
from association.core.words import word
from association.documents.models import Document
from association.exchange.exports import ListExport, register
from association.exchange.sheets import Head
from association.inbox.actions import close_todos, keep_todo
from association.outbox.actions import send_to_parties
from association.parties.models import Party
from association.timeline.actions import record

from .models import MembershipRules, Qualification, TermWarning

PAPER, QUALIFICATION = "documents.document", "members.qualification"
SOURCES = {PAPER: "证照", QUALIFICATION: "资质"}
WITHIN = {"7": "7 天内到期", "30": "30 天内到期", "90": "90 天内到期", "expired": "已到期"}
USUAL = "90"
PAGE_URL = "/admin/members/termwarning/ending/"
TODO_KEY = "terms:ending"
COLUMNS = ("source", "pk", "party_id", "party_name", "district", "is_member", "what", "number", "ends_on")


@dataclass(frozen=True)
class Ending:
    """One paper or qualification and the day it ends."""

    source: str
    pk: int
    party_id: int
    party_name: str
    district: str
    is_member: bool
    what: str
    number: str
    ends_on: date

    @property
    def left(self) -> int:
        """Days until it ends, 0 on its last day, negative afterwards."""
        return (self.ends_on - timezone.localdate()).days


# -- What ends --------------------------------------------------------------------------------------------------------


def _parts(papers: QuerySet, qualifications: QuerySet, term: Q, about: Q | None = None, parties=None) -> QuerySet:
    """The union of both, as rows of COLUMNS; `term` and `about` are about these columns, `parties` the only ones."""
    if parties is not None:
        papers, qualifications = papers.filter(party__in=parties), qualifications.filter(firm__party__in=parties)
    papers = papers.filter(party__merged_into=None, expires_on__isnull=False).annotate(
        source=Value(PAPER), party_name=F("party__name"), district=Coalesce(F("party__firm__district"), Value("")),
        is_member=Coalesce(F("party__firm__is_member"), Value(False), output_field=BooleanField()), what=F("kind"),
        ends_on=F("expires_on"),
    )  # fmt: skip
    qualifications = qualifications.filter(firm__party__merged_into=None).annotate(
        source=Value(QUALIFICATION), party_id=F("firm__party_id"), party_name=F("firm__party__name"),
        district=F("firm__district"), is_member=F("firm__is_member"), what=F("name"),
    )  # fmt: skip
    about = about or Q()
    first = papers.filter(term, about).order_by().values_list(*COLUMNS)
    return first.union(qualifications.filter(term, about).order_by().values_list(*COLUMNS), all=True)


def params_of(asked) -> dict[str, str]:
    """Search term and filters of a query string, those that say something; 90 days where nothing is said."""
    within = asked.get("within", "")
    found = {"within": within if within in WITHIN else USUAL, "q": asked.get("q", "").strip()[:60]}
    if asked.get("source") in SOURCES:
        found["source"] = asked["source"]
    if asked.get("district") in Association.current().district_names():
        found["district"] = asked["district"]
    if asked.get("member") in ("1", "0"):
        found["member"] = asked["member"]
    return found


def words_of(params: dict) -> str:
    words = [WITHIN[params["within"]], SOURCES.get(params.get("source"), ""), params.get("district", "")]
    words += [{"1": "会员", "0": "非会员"}.get(params.get("member"), ""), f"“{params['q']}”" if params["q"] else ""]
    return "、".join(word for word in words if word)


def ending(user, params: dict) -> QuerySet:
    """Rows of COLUMNS that the person may see, the nearest first. `params` as params_of() gives them."""
    today = timezone.localdate()
    term = Q(ends_on__lt=today, ends_on__gte=today - timedelta(days=365))
    if params["within"] != "expired":
        term = Q(ends_on__range=(today, today + timedelta(days=int(params["within"]))))
    about = Q()
    if "district" in params:
        about &= Q(district=params["district"])
    if "member" in params:
        about &= Q(is_member=params["member"] == "1")
    parties = Party.objects.search(params["q"]).values("pk") if params["q"] else None
    source = params.get("source")
    papers = Document.objects.visible_to(user).in_library() if source != QUALIFICATION else Document.objects.none()
    held = Qualification.objects.visible_to(user) if source != PAPER else Qualification.objects.none()
    return _parts(papers, held, term, about, parties).order_by("ends_on", "party_name", "what")


class EndingTable:
    """What exchange.exports asks of a table that goes out."""

    def heads(self) -> list[Head]:
        return [
            Head("序号", 6, figure=True), Head("单位名称", 34), Head(word("district"), 12), Head("会员", 6), Head("类别", 6),
            Head("证照或资质", 32), Head("证号", 24), Head("有效期至", 12), Head("还有天数", 9, figure=True),
        ]  # fmt: skip

    def stream(self, rows: QuerySet, *, masked: bool) -> Iterator[list]:
        for place, row in enumerate(rows, 1):
            row = Ending(*row)
            yield [
                place, row.party_name, row.district, "是" if row.is_member else "否", SOURCES[row.source], row.what,
                row.number, row.ends_on.isoformat(), row.left,
            ]  # fmt: skip


EXPORT = register(ListExport("ending-terms", "证照资质到期清单", EndingTable, ending, words_of))


# -- Warning ----------------------------------------------------------------------------------------------------------


def steps() -> list[int]:
    """The days ahead, the nearest first."""
    return sorted({day for day in MembershipRules.current().warn_days if isinstance(day, int) and day > 0})


@transaction.atomic
def warn() -> int:
    """Tell everybody who acts for a firm of what ends, staff by one to-do. Returns how many were new.

    Running twice, also at once, tells nobody twice: a row of TermWarning belongs to the run that wrote it.
    """
    days, today, run = steps(), timezone.localdate(), uuid.uuid4()
    if not days:
        return 0
    term = Q(ends_on__range=(today, today + timedelta(days=days[-1])))
    found = (Ending(*row) for row in _parts(Document.objects.in_library(), Qualification.objects.all(), term))
    rows, told, new = {(row.source, row.pk): row for row in found}, _told(today), []
    for key, row in rows.items():
        step = next(day for day in days if day >= row.left)
        if told.get((*key, row.ends_on), step + 1) > step:
            fields = {"subject_type": row.source, "subject_id": row.pk, "party_id": row.party_id}
            new.append(TermWarning(**fields, ends_on=row.ends_on, days=step, run=run))
    TermWarning.objects.bulk_create(new, ignore_conflicts=True, batch_size=500)
    mine = list(TermWarning.objects.filter(run=run).select_related("party").order_by("party__name", "ends_on"))
    if mine:
        _tell([(one, rows[one.subject_type, one.subject_id]) for one in mine], run)
    _keep_todo()
    return len(mine)


def _told(today) -> dict[tuple, int]:
    """The nearest step that was warned of, by (source, pk, ends_on)."""
    told: dict[tuple, int] = {}
    for *key, days in TermWarning.objects.filter(ends_on__gte=today).values_list(
        "subject_type", "subject_id", "ends_on", "days"
    ):
        told[tuple(key)] = min(days, told.get(tuple(key), days))
    return told


def _tell(pairs, run):
    lines: dict[Party, list[str]] = {}
    for warning, row in pairs:
        left = f"还有 {row.left} 天" if row.left else "今天"
        lines.setdefault(warning.party, []).append(f"{row.what} {row.ends_on:%Y-%m-%d} 到期（{left}）")
    send_to_parties(
        {party: "；".join(words) for party, words in lines.items()}, subject="证照、资质即将到期",
        body="请及时办理延期；领到新证后，请在「证照库」换成新的，资质的新有效期请在「企业档案」提出变更。",
        once_key=f"terms:{run}", url="/desk/documents/",
    )  # fmt: skip


def _keep_todo():
    count = TermWarning.objects.filter(noted_at=None, ends_on__gte=timezone.localdate()).count()
    keep_todo(
        MembershipRules.current(), kind="terms.ending", label="证照即将到期", title=f"新提醒 {count} 项证照、资质到期",
        url=PAGE_URL, once_key=TODO_KEY, count=count, right=Right.MEMBERS,
    )  # fmt: skip


@transaction.atomic
def note_all(*, by) -> int:
    """Staff have read the list (已阅): the to-do goes until something new is warned of. Returns how many rows."""
    needs(by, Right.MEMBERS, "维护企业档案")
    rows = TermWarning.objects.filter(noted_at=None)
    count = rows.update(noted_at=timezone.now(), noted_by=by, version=F("version") + 1)
    if count:
        record(MembershipRules.current(), "terms.noted", f"{by.name}已阅到期提醒 {count} 项", by=by)
    close_todos(once_keys=[TODO_KEY])
    return count


def warned(rows: list[Ending]) -> dict[tuple, TermWarning]:
    """The latest warning of each of these rows, by (source, pk, ends_on). One query."""
    found = TermWarning.objects.filter(subject_id__in={row.pk for row in rows}).order_by("-days")
    return {(one.subject_type, one.subject_id, one.ends_on): one for one in found}
