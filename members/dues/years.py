"""A year of dues (会费年度): the check list before it is closed, closing it, opening it again, making it public."""

from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from association.accounts.rules import name_of
from association.core.stamp import raise_stamp
from association.timeline.actions import record
from association.workflow.models import Step

from ..models import BankLine, DuesRules, DuesYear
from . import figures, receipts
from .checks import needs_right
from .plans import plan_bills


def open_year(year: int | DuesYear) -> DuesYear:
    """The year's row, locked, for a change of its bills. Raises ValidationError where it is closed or not begun."""
    number = year.year if isinstance(year, DuesYear) else year
    row = DuesYear.objects.select_for_update(of=("self",)).select_related("standard").filter(year=number).first()
    if row is None:
        raise ValidationError(f"{number} 年还没有开会费账单，请先批量开单。")
    if row.is_closed:
        raise ValidationError(
            f"{number} 年会费已于 {row.closed_on:%Y-%m-%d} 关账，账单不再改动；确实要改的，请由另一人重新开账。"
        )
    return row


# -- The check list -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Check:
    """A line of the check list: what it is about, how many are open, where they are; `must`: closing waits for it."""

    label: str
    count: int
    url: str
    must: bool = False
    words: str = ""  # in the place of the count

    @property
    def done(self) -> bool:
        return not self.count

    @property
    def left(self) -> str:
        return f"还有 {self.count}"


def checks_of(year: DuesYear) -> list[Check]:
    """What should be in order before a year is closed. About ten queries, most of them for the members without a bill."""
    lines = figures.waiting_in(year.year).count()
    plan = plan_bills(year.year)
    without_receipt = receipts.without_receipt().filter(received_on__year=year.year).count()
    over = timezone.localdate().year > year.year
    return [
        Check(
            "当年的收入流水都已认领或标为不入账",
            lines,
            "/admin/members/bankline/waiting/",
            must=True,
        ),
        Check(
            "没有退回了而还算已缴的款项",
            BankLine.objects.returned().filter(happened_on__year=year.year).count(),
            f"/admin/members/bankline/?state=returned&month={year.year}",
        ),
        Check("应开单的会员都已开单", len(plan.bills), f"/admin/members/duesyear/bill/?year={year.year}"),
        Check(
            "每家会员都算得出应缴金额",
            len(plan.without) - plan.voided,
            f"/admin/members/duesyear/bill/?year={year.year}",
        ),
        Check("当年的会费收款都已开票", without_receipt, f"/admin/members/duesreceipt/missing/?year={year.year}"),
        Check("年度已经结束", 0 if over else 1, "", words="" if over else f"{year.year} 年还没有过完"),
    ]


def why_not_close(year: DuesYear) -> str:
    if not year.bills.standing().exists():
        return f"{year.year} 年还没有账单，不用关账。"
    if waiting := figures.waiting_in(year.year).count():
        return f"当年还有 {waiting} 笔收入流水没有认领，请先认领，或写明原因标为不入账。"
    return ""


# -- Moves --------------------------------------------------------------------------------------------------------------


def close(year: DuesYear, step, **_data):
    """Effect of the move: the figures stay as they are on the day."""
    year.closed_on, year.frozen = step.happened_on, figures.frozen_of(year)


def reopen(year: DuesYear, _step, **_data):
    year.closed_on, year.frozen = None, {}


# -- The public ---------------------------------------------------------------------------------------------------------


def why_not_publish(year: DuesYear) -> str:
    if DuesRules.current().published == DuesRules.Published.NOTHING:
        return "「会费设置」里写的是不公开年度会费情况。"
    return "" if year.is_closed else "关账以后才能公开：公开的是关账时的数字。"


@transaction.atomic
def publish(year: DuesYear, *, by) -> DuesYear:
    """Copy the frozen figures to the public page, as far as the settings say. Raises PermissionDenied, ValidationError."""
    needs_right(by, clock=True)
    [row] = DuesYear.objects.select_for_update(of=("self",)).select_related("standard").filter(pk=year.pk)
    if why := why_not_publish(row):
        raise ValidationError(why)
    copy = {name: row.frozen[name] for name in ("totals", "posts", "districts", "lines")}
    copy |= {"closed_on": f"{row.closed_on:%Y-%m-%d}", "standard": row.standard.name}
    if row.published and copy == {name: row.published.get(name) for name in copy}:
        raise ValidationError("公开页面上已经是这些数字，不用再公开一次。")
    if row.published_at:
        copy["corrects"] = f"{timezone.localtime(row.published_at):%Y-%m-%d}"
    row.published, row.published_at = copy, timezone.now()
    row.save()
    Step.objects.of(row).standing().filter(name="close").update(
        went_out=True
    )  # another person opens it again from here on
    record(row, "dues-year.published", f"{name_of(by)}{'更正' if 'corrects' in copy else '公开'}{row}的收缴情况", by=by)
    raise_stamp()
    return row


def public_years() -> list[int]:
    """The years with a public page, the latest first. Two queries at most."""
    if DuesRules.current().published == DuesRules.Published.NOTHING:
        return []
    return list(DuesYear.objects.exclude(published_at=None).order_by("-year").values_list("year", flat=True))


def public_copy(year: int) -> dict | None:
    """What anyone may read of a year: the copy that was published, its members' lines only where the settings say so."""
    scope = DuesRules.current().published
    row = DuesYear.objects.exclude(published_at=None).filter(year=year).first()
    if row is None or scope == DuesRules.Published.NOTHING:
        return None
    lines = row.published["lines"] if scope == DuesRules.Published.TABLE else []
    return row.published | {"year": year, "published_at": row.published_at, "lines": lines}
