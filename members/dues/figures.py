"""The figures of a year of dues (会费收缴情况): due, received, rate; by post, district, month; what waits; what each paid."""

from collections import defaultdict
from decimal import ROUND_HALF_UP, Decimal

from django.db.models import Count, F, Q, Subquery, Sum, Value
from django.db.models.functions import ExtractMonth, ExtractYear

from association.core.models import Association

from ..models import Allocation, BankLine, DuesBill, DuesYear, Payment
from ..statistics import UNSAID

ZERO = Decimal(0)
KEPT = F("amount") - F("refunded")  # of a payment, after what was given back
LEFT = KEPT - F("settled")
_LINE = ("label", "name", "district", "amount", "paid")


def number(amount: Decimal) -> int | float:
    """An amount as a JSON number: 5000, 2500.5."""
    amount = round(amount, 2)
    return int(amount) if amount == amount.to_integral_value() else float(amount)


def rate_of(received: Decimal, due: Decimal) -> Decimal:
    """The collection rate (收缴率) as a fraction, four decimals; 0 where nothing is due."""
    return (received / due).quantize(Decimal("0.0001"), ROUND_HALF_UP) if due else ZERO


def percent(received: Decimal, due: Decimal) -> str:
    """「75.76%」, 「—」 where nothing is due."""
    return f"{rate_of(received, due) * 100:.2f}%" if due else "—"


# -- Rows ---------------------------------------------------------------------------------------------------------------


def bills_of(year: int) -> list[dict]:
    """The standing bills of a year as plain rows, each with what it was reduced by. One query."""
    rows = DuesBill.objects.standing().filter(dues_year__year=year).order_by("party__name", "pk")
    let_off = Sum("reductions__amount", filter=Q(reductions__voided_at=None), default=ZERO)
    return list(
        rows.annotate(let_off=let_off).values(
            "label", "district", "full_amount", "amount", "paid", "let_off", name=F("party__name")
        )
    )


def payments_in(year: int):
    return Payment.objects.dues_received().filter(received_on__year=year)


def waiting_in(year: int):
    """Bank lines of the year that wait for a person, the oldest first."""
    return BankLine.objects.waiting().filter(happened_on__year=year).order_by("happened_at", "pk")


def _number_of(row: dict) -> str:
    """What a party goes by in a list: its code, its temporary number, else its name."""
    return row["party__code"] or row["party__temporary_number"] or row["party__name"]


def _by_party(rows, value) -> dict[str, Decimal]:
    """{code: yuan} of payments, the names in order. One query."""
    names = ("party__code", "party__temporary_number", "party__name")
    found = rows.order_by("party__name", "party_id").values("party_id", *names).annotate(yuan=Sum(value))
    return {_number_of(row): round(row["yuan"], 2) for row in found if row["yuan"]}


# -- Sums ---------------------------------------------------------------------------------------------------------------


def totals_of(bills: list[dict]) -> dict:
    """{"due", "received", "outstanding", "rate", "members", "full", "part", "none"} of bills."""
    due, received = sum((b["amount"] for b in bills), ZERO), sum((b["paid"] for b in bills), ZERO)
    full = sum(b["paid"] >= b["amount"] for b in bills)
    part = sum(0 < b["paid"] < b["amount"] for b in bills)
    return {
        "due": due, "received": received, "outstanding": due - received, "rate": percent(received, due),
        "members": len(bills), "full": full, "part": part, "none": len(bills) - full - part,
    }  # fmt: skip


def figures(year: int) -> dict:
    """What `manage.py dues YEAR --json` prints; of a closed year as it was frozen. Five queries at most."""
    row = DuesYear.objects.filter(year=year).first()
    return row.frozen["figures"] if row and row.is_closed else current_figures(year)


def current_figures(year: int) -> dict:
    """As the rows stand now. `matched_total` is all dues that came in within the year, `received` what of it and of later
    money settles the bills of the year, `credits` what settles nothing yet. Four queries."""
    bills = bills_of(year)
    sums = totals_of(bills)
    paid = _by_party(payments_in(year), KEPT)
    lines = waiting_in(year).values_list("reference", "happened_on", "payer", "amount")
    return {
        "due_total": number(sums["due"]),
        "matched_total": number(sum(paid.values(), ZERO)),
        "received": number(sums["received"]),
        "collection_rate": float(rate_of(sums["received"], sums["due"])),
        "firms_paid_in_full": sums["full"],
        "firms_paid_in_part": sums["part"],
        "firms_unpaid": sums["none"],
        "credits": {code: number(left) for code, left in _by_party(spare_until(year), LEFT).items()},
        "waiting": sorted(ref or f"{day:%Y-%m-%d} {payer} {amount}" for ref, day, payer, amount in lines),
        "per_firm_paid": {code: number(amount) for code, amount in paid.items()},
    }  # fmt: skip


# -- Tables of the page ---------------------------------------------------------------------------------------------------


def grouped(bills: list[dict], key: str, order: list[str]) -> list[dict]:
    """totals_of() the bills of each label or district, in the order given, others by name."""
    groups: dict[str, list] = defaultdict(list)
    for bill in bills:
        groups[bill[key]].append(bill)
    place = {name: at for at, name in enumerate(order)}
    names = sorted(groups, key=lambda name: (place.get(name, len(place)), name == "", name))
    return [{"name": name or UNSAID, "key": name} | totals_of(groups[name]) for name in names]


def labels_of(bills: list[dict]) -> list[str]:
    """The labels of bills, the dearest first, as a standard lists them."""
    dearest: dict[str, Decimal] = {}
    for bill in bills:
        dearest[bill["label"]] = max(bill["full_amount"], dearest.get(bill["label"], ZERO))
    return sorted(dearest, key=lambda label: (-dearest[label], label))


def by_post(bills: list[dict]) -> list[dict]:
    return grouped(bills, "label", labels_of(bills))


def by_district(bills: list[dict]) -> list[dict]:
    return grouped(bills, "district", Association.current().district_names())


def by_month(year: int) -> list[tuple[str, Decimal]]:
    """[(month, what came in then of the bills of the year)]: the twelve months, and the years before and after that have any.

    Their sum is what was received. One query.
    """
    rows = Allocation.objects.standing().filter(bill__dues_year__year=year, bill__voided_at=None).order_by()
    months = rows.values(y=ExtractYear("payment__received_on"), m=ExtractMonth("payment__received_on"))
    found = {(row["y"], row["m"]): row["yuan"] for row in months.annotate(yuan=Sum("amount"))}
    years: dict[int, Decimal] = defaultdict(Decimal)
    for (y, _month), yuan in found.items():
        years[y] += yuan
    listed = [(f"{month} 月", found.get((year, month), ZERO)) for month in range(1, 13)]
    before = sum((yuan for y, yuan in years.items() if y < year), ZERO)
    later = [(f"{y} 年", yuan) for y, yuan in sorted(years.items()) if y > year]
    return [*([("往年", before)] if before else []), *listed, *later]


def year_page(year: DuesYear) -> dict:
    """What the page of a year shows: of a closed one the frozen figures, and `later` what came in since. Three queries."""
    bills = bills_of(year.year)
    now = totals_of(bills)
    beside = beside_of(year.year) | {"let_off": sum((bill["let_off"] for bill in bills), ZERO)}
    if year.is_closed:
        frozen = year.frozen
        shown = {name: frozen[name] for name in ("totals", "posts", "districts", "months")}
        return shown | beside | {"later": now["received"] - Decimal(str(frozen["totals"]["received"]))}
    return {
        "totals": now, "posts": by_post(bills), "districts": by_district(bills), "months": by_month(year.year),
        "later": ZERO, **beside,
    }  # fmt: skip


def spare_until(year: int):
    """Payments up to the end of the year with something left that settles nothing yet (预存)."""
    return Payment.objects.dues_received().filter(received_on__year__lte=year, amount__gt=F("settled") + F("refunded"))


def beside_of(year: int) -> dict:
    """{"waiting": bank lines, "credit": yuan} of a year. One query."""

    def one(rows, value):
        return Subquery(rows.order_by().values(_one=Value(1)).annotate(found=value).values("found"))

    asked = {"waiting": one(waiting_in(year), Count("pk")), "credit": one(spare_until(year), Sum(LEFT))}
    found = DuesYear.objects.filter(year=year).values(**asked).first() or {}
    return {"waiting": found.get("waiting") or 0, "credit": round(Decimal(found.get("credit") or 0), 2)}


def years_before() -> list[dict]:
    """Each year with its sums, the latest first. One query."""
    standing = Q(bills__voided_at=None)
    rows = DuesYear.objects.annotate(
        due=Sum("bills__amount", filter=standing), received=Sum("bills__paid", filter=standing)
    )
    return [
        {
            "row": row,
            "due": row.due or ZERO,
            "received": row.received or ZERO,
            "rate": percent(row.received or ZERO, row.due),
        }
        for row in rows.order_by("-year")
    ]


def lines_of(bills: list[dict]) -> list[dict]:
    """Every member's line for the members' meeting, by label: {"label", "name", "district", "amount", "paid"}."""
    order = {label: at for at, label in enumerate(labels_of(bills))}
    rows = sorted(bills, key=lambda bill: (order[bill["label"]], bill["name"]))
    return [{k: number(v) if isinstance(v, Decimal) else v for k, v in row.items() if k in _LINE} for row in rows]


def yearly_table(year: DuesYear) -> dict:
    """The table for the members' meeting: {"totals", "posts", "districts", "lines"}, of a closed year as it was frozen."""
    if year.is_closed:
        return year.frozen
    bills = bills_of(year.year)
    return {
        "totals": totals_of(bills),
        "posts": by_post(bills),
        "districts": by_district(bills),
        "lines": lines_of(bills),
    }


def frozen_of(year: DuesYear) -> dict:
    """The year as it is now, as JSON: its figures, and each member's line. Six queries."""
    bills = bills_of(year.year)
    sums = totals_of(bills)
    return {
        "figures": current_figures(year.year),
        "totals": {name: number(value) if isinstance(value, Decimal) else value for name, value in sums.items()},
        "posts": _plain(by_post(bills)),
        "districts": _plain(by_district(bills)),
        "months": [[name, number(yuan)] for name, yuan in by_month(year.year)],
        "lines": lines_of(bills),
    }


def _plain(rows: list[dict]) -> list[dict]:
    return [{k: number(v) if isinstance(v, Decimal) else v for k, v in row.items()} for row in rows]
