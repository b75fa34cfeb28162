"""会员统计: members of a day by post, district, qualification, kind of unit and year of joining; who came and went; coverage."""

from collections import Counter
from dataclasses import dataclass
from datetime import date

from django.db.models import Count
from django.db.models.functions import ExtractYear
from django.utils import timezone

from association.core.models import Association
from association.core.words import word

from .models import Firm, Membership
from .term_queries import counts_by_unit_post

UNSAID = "未填写"
UNKNOWN = "不详"
DRAWN = 8  # years that stand side by side


@dataclass(frozen=True)
class Chart:
    """What is drawn of a column beside the first: standing for years, lying else; `most` where it is of a whole."""

    title: str
    column: int
    unit: str = ""
    standing: bool = False
    most: int = 0


@dataclass(frozen=True)
class Table:
    """Rows of cells under heads. A table of two columns is drawn itself, of a wider one the `charts`."""

    title: str
    heads: tuple[str, ...]
    rows: list[tuple]
    charts: tuple[Chart, ...] = ()
    note: str = ""

    @property
    def drawn(self) -> list[tuple[Chart, list[tuple]]]:
        """Each chart with its [(label, value)]; of years the last ones, as many as a phone has room for."""
        charts = self.charts or (Chart(self.title, 1),)
        return [(one, [_point(row, one) for row in self.rows[-DRAWN if one.standing else 0 :]]) for one in charts]

    @property
    def labelled(self) -> list[list[tuple]]:
        """Each row as [(head, cell)]: on a phone the head stands at the cell."""
        return [list(zip(self.heads, row, strict=True)) for row in self.rows]


def _point(row: tuple, chart: Chart) -> tuple:
    """「2015 年」 stands as 2015; 「50.0%」 is 50.0, and no share of nothing is none."""
    label, cell = row[0].removesuffix(" 年") if chart.standing else row[0], row[chart.column]
    return label, cell if isinstance(cell, int) else cell.rstrip("%").replace("—", "0")


def _counted(rows, name: str) -> dict:
    return dict(rows.order_by().values_list(name).annotate(n=Count("pk")))


def _by_choice(choices, counted: dict) -> list[tuple]:
    return [(label, counted[value]) for value, label in choices if counted.get(value)]


def _by_district(counted: dict) -> list[tuple]:
    order = {name: place for place, name in enumerate(Association.current().district_names())}
    known = sorted(counted.items(), key=lambda pair: (order.get(pair[0], len(order)), pair[0] or ""))
    return [(name or UNSAID, count) for name, count in known]


def _share(part: int, whole: int) -> str:
    return f"{part * 100 / whole:.1f}%" if whole else "—"


def _coverage(members: dict) -> list[tuple]:
    """Members among firms on file, by district; branches count under their own district."""
    files = _counted(Firm.objects.filter(party__merged_into=None), "district")
    rows = [(name, *_pair(name, files, members)) for name, _n in _by_district(files)]
    total, held = sum(files.values()), sum(members.values())
    return [*rows, ("合计", total, held, _share(held, total))]


def _pair(name: str, files: dict, members: dict) -> tuple:
    key = "" if name == UNSAID else name
    return files[key], members.get(key, 0), _share(members.get(key, 0), files[key])


def _years(day: date) -> list[tuple]:
    """(year, joined, left, members at its end) of each year since the first day that is known."""
    rows = Membership.objects.standing().filter(joined_on__lte=day)
    known = rows.filter(joined_on_known=True)
    came = _counted(known.annotate(y=ExtractYear("joined_on")), "y")
    went = _counted(rows.filter(ended_on__lte=day).annotate(y=ExtractYear("ended_on")), "y")
    if not came and not went:
        return []
    first = max(min([*came, *went]), day.year - 11)
    return [
        (f"{year} 年", came.get(year, 0), went.get(year, 0), came.get(year, 0) - went.get(year, 0))
        for year in range(first, day.year + 1)
    ]


def _joined(current) -> list[tuple]:
    counted = _counted(current.filter(joined_on_known=True).annotate(y=ExtractYear("joined_on")), "y")
    unknown = current.filter(joined_on_known=False).count()
    rows = [(f"{year} 年", counted[year]) for year in sorted(counted)]
    return rows + ([(UNKNOWN, unknown)] if unknown else [])


def endings(day: date) -> list[tuple]:
    counted = Counter(
        Membership.objects.standing()
        .filter(ended_on__year=day.year, ended_on__lte=day)
        .values_list("ending", flat=True)
    )
    return _by_choice(Membership.Ending.choices, counted)


def tables(day: date | None = None) -> list[Table]:
    """All tables of the page and of the file, as of the day. A fixed number of queries."""
    day = day or timezone.localdate()
    current = Membership.objects.on(day)
    units = current.filter(kind=Membership.Kind.UNIT)
    posts = [(name, count) for name, count in counts_by_unit_post(day).items()]
    districts = _counted(units, "party__firm__district")
    members = {key or "": count for key, count in districts.items()}
    return [
        Table("会员职务", ("职务", "会员"), posts, note="" if posts else "载入职务以后，这里按会员的最高职务统计。"),
        Table(word("district"), (word("district"), "单位会员"), _by_district(districts)),
        Table(
            "资质分组", ("资质分组", "单位会员"),
            _by_choice(Firm.Group.choices, _counted(units, "party__firm__qualification_group")),
        ),
        Table(
            "单位类型", ("单位类型", "单位会员"),
            _by_choice(Firm.UnitKind.as_called().items(), _counted(units, "party__firm__unit_kind")),
        ),
        Table("现有会员的入会年份", ("年份", "会员"), _joined(current), note="名册没有写入会日期的，列为“不详”。"),
        Table(f"{day.year} 年终止的原因", ("原因", "会员"), endings(day)),
        Table(
            "历年发展与退出", ("年份", "发展", "终止", "净增"), _years(day),
            (Chart("历年发展", 1, "名", standing=True), Chart("历年终止", 2, "名", standing=True)),
            note="入会日期不详的不计入“发展”。",
        ),
        Table(
            "覆盖面", (word("district"), "在册企业", "单位会员", "会员占比"), _coverage(members),
            (Chart(f"各{word('district')}的会员占比", 3, "%", most=100),), note="单位会员占企业档案里企业（含分公司）的比例。",
        ),
    ]  # fmt: skip


def totals(day: date | None = None) -> dict[str, int]:
    """{"members", "units", "people", "paused", "joined", "left"} of the day and its year. Five queries."""
    day = day or timezone.localdate()
    current = Membership.objects.on(day)
    kinds = _counted(current, "kind")
    standing = Membership.objects.standing()
    return {
        "members": sum(kinds.values()),
        "units": kinds.get(Membership.Kind.UNIT, 0),
        "people": kinds.get(Membership.Kind.PERSON, 0),
        "paused": current.filter(pauses__ends_on=None, pauses__isnull=False).count(),
        "joined": standing.filter(joined_on__year=day.year, joined_on__lte=day, joined_on_known=True).count(),
        "left": standing.filter(ended_on__year=day.year, ended_on__lte=day).count(),
    }
