"""What the public may read of firms: the directory with the published grade, one firm, the figures on the home page.

Only Firm.objects.public(); of the rating only the 信用等级, which the issuer's list alone sets, never a computed one.
"""

import re

from django.core.paginator import EmptyPage, Page, Paginator
from django.db.models import Count, DecimalField, Exists, Max, OuterRef, Q, QuerySet, Subquery, Value
from django.http import Http404
from django.utils import timezone

from association.core.models import Association
from association.news.showcase_queries import uid_for
from association.parties.models import Party, PartyName
from association.publicity.models import PublicityLine
from evaluations.models import GradeLine, Rating, RatingRound
from members.models import Firm, Qualification

FIRMS_A_PAGE = 30
CERTIFICATE_DIGITS = 4  # fewer stand in no number of a certificate (证书编号)


def issued() -> QuerySet:
    """Ratings with a published grade."""
    return Rating.objects.standing().exclude(grade="")


def firms(*, q: str = "", district: str = "", grade: str = "", member: bool = False) -> QuerySet:
    """The public directory in the order of pinyin, each with the latest published grade and its year.

    `q`: parts of a name now or before, of a short name, initials, the code, or the whole number of a certificate; never a
    person or a telephone.
    """
    latest = issued().filter(party=OuterRef("party")).order_by("-round__year")
    found = (
        Firm.objects.public()
        .select_related("party")
        .annotate(grade=Subquery(latest.values("grade")[:1]), grade_year=Subquery(latest.values("round__year")[:1]))
    )
    if q:
        meant = Q(party__in=Party.objects.search(q))
        if len(re.findall(r"\d", q)) >= CERTIFICATE_DIGITS:
            meant |= Q(pk__in=Qualification.objects.filter(number__iexact="".join(q.split())).values("firm"))
        found = found.filter(meant)
    if district:
        found = found.filter(district=district)
    if grade:
        found = found.filter(grade=grade)
    if member:
        found = found.filter(is_member=True)
    return found.order_by("party__initials", "pk")


def firm_page(number: int, **wanted) -> Page:
    """A page of rows for the directory. Two queries. Raises Http404 for a page that is not there."""
    try:
        page = Paginator(firms(**wanted), FIRMS_A_PAGE).page(number)
    except EmptyPage:
        raise Http404 from None
    page.object_list = [firm_row(firm) for firm in page.object_list]
    return page


def firm_row(firm: Firm) -> dict:
    """A row of firms() as pages draw it."""
    return {
        "name": firm.party.name,
        "url": firm_url(firm),
        "district": firm.district,
        "qualification": firm.main_qualification,
        "is_member": firm.is_member,
        "grade": firm.grade or "",
        "grade_year": firm.grade_year,
    }


def firm_url(firm: Firm) -> str:
    return f"/firms/{firm.uid}/"


def grade_labels() -> list[str]:
    """The grades that were ever published, highest first. Two queries."""
    found = set(issued().order_by().values_list("grade", flat=True).distinct())
    rank = {label: -lower for label, lower in GradeLine.objects.order_by("scheme__year").values_list("label", "lower")}
    return sorted(found, key=lambda label: (rank.get(label, 1), label))


def district_names() -> list[str]:
    """The association's districts as staff ordered them. No query where its row is in the cache."""
    return Association.current().district_names()


def public_firm(uid) -> Firm | None:
    """The firm of an address, if it is listed; of a merged one, the firm that goes on. A query, and one a merger."""
    rows = Firm.objects.select_related("party__merged_into__firm", "party__parent__firm")
    rows = rows.annotate(showcase=uid_for("party"))
    rows = rows.annotate(rates=Exists(RatingRound.objects.all()))  # who rates nobody says nothing of grades
    firm = rows.filter(uid=uid, in_directory=True).first()
    for _ in range(5):  # a chain of mergers; a ring cannot be entered, but would not hang the page either
        if firm is None or firm.party.merged_into_id is None:
            break
        firm = rows.filter(party=firm.party.merged_into_id, in_directory=True).first()
    return firm if firm is None or firm.party.merged_into_id is None else None


def firm_facts(firm: Firm) -> dict:
    """What public/firm.html shows of a public_firm(). Four queries."""
    party, parent = firm.party, firm.party.parent
    listed = parent is not None and hasattr(parent, "firm") and parent.firm.in_directory and not parent.merged_into_id
    former = party.names.filter(kind=PartyName.Kind.FORMER).order_by("-ends_on", "-pk")
    today = timezone.localdate()
    return {
        "firm": {
            "name": party.name,
            "code": party.code or "",
            "district": firm.district,
            "kind": party.get_kind_display(),
            "parent": parent.name if parent else "",
            "parent_url": firm_url(parent.firm) if listed else "",
            "is_member": firm.is_member,
            "main_qualification": firm.main_qualification,
        },
        "former_names": [{"name": row.name, "until": row.ends_on} for row in former],
        "qualifications": [
            {
                "name": row.name,
                "number": row.number,
                "ends_on": row.ends_on,
                "expired": bool(row.ends_on and row.ends_on < today),
            }
            for row in firm.qualifications.order_by("ends_on", "name")
        ],
        "grades": _grades(party),
        "showcase": firm.showcase,
    }


def _grades(party) -> list[dict]:
    """The published grades, latest first, each with the announcement that named the firm. Two queries."""
    ratings = list(issued().filter(party=party).select_related("round").order_by("-round__year"))
    lines = PublicityLine.objects.filter(case__in=[rating.pk for rating in ratings], announcement__isnull=False)
    announced = dict(lines.values_list("case", "announcement__uid"))
    return [
        {
            "year": rating.round.year,
            "grade": rating.grade,
            "issuer": rating.round.issuer,
            "number": rating.grade_number,
            "issued_on": rating.grade_on,
            "url": f"/announcements/{announced[rating.pk]}/" if rating.pk in announced else "",
        }
        for rating in ratings
    ]


def figures() -> tuple[list[dict], bool]:
    """(tiles for the home page, whether the portal rates firms at all). One query.

    Tiles: firms, members and, once grades are published, the latest year.
    """
    rows = list(_counts())
    counted = {row[0]: row[3] for row in rows if row[0] != "grade"}
    rates = bool(counted.get("rounds"))
    if not counted.get("firms"):
        return [], rates
    tiles = [
        {"value": counted["firms"], "label": "在册企业", "unit": "家", "url": "/firms/"},
        {"value": counted.get("members", 0), "label": "会员单位", "unit": "家"},
    ]
    graded = [row for row in rows if row[0] == "grade"]
    year = max((row[1] for row in graded), default=0)
    latest = [(lower, label, n) for _kind, of, label, n, lower in graded if of == year]
    if latest:
        tiles.append({"value": sum(row[2] for row in latest), "label": f"{year} 年度评级企业", "unit": "家"})
    known = [row for row in latest if row[0] is not None]
    if known:
        _lower, label, number = max(known)
        tiles.append({"value": number, "label": f"{year} 年度 {label} 级企业", "unit": "家"})
    return tiles, rates


def _counts():
    """Rows (what, year, grade, how many, the grade's lower line): four counts put together, since home is read most."""
    line = GradeLine.objects.filter(scheme__rounds=OuterRef("round"), label=OuterRef("grade")).values("lower")[:1]
    graded = issued().order_by().annotate(what=Value("grade"), lower=Subquery(line))
    graded = graded.values_list("what", "round__year", "grade").annotate(n=Count("pk"), low=Max("lower"))

    def counted(what, rows):
        rows = rows.order_by().annotate(what=Value(what), of_year=Value(0), of_grade=Value(""))
        low = Value(None, output_field=DecimalField())
        return rows.values_list("what", "of_year", "of_grade").annotate(n=Count("pk"), low=low)

    public = Firm.objects.public()
    return graded.union(
        counted("firms", public), counted("members", public.filter(is_member=True)),
        counted("rounds", RatingRound.objects.all()), all=True,
    )  # fmt: skip
