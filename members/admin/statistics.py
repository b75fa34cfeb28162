"""会员统计: figures, charts with their tables, and the same as a file."""

import datetime as dt

from django.template.response import TemplateResponse
from django.utils import timezone

from association.exchange.views import attachment

from .. import statistics
from ..statistics_file import statistics_file


def asked_day(request) -> dt.date:
    """The day of the address, today at the latest; today where it is none."""
    today = timezone.localdate()
    try:
        return min(dt.date.fromisoformat(request.GET.get("day", "")), today)
    except ValueError:
        return today


def statistics_page(admin, request):
    day = asked_day(request)
    totals = statistics.totals(day)
    tiles = [
        {"label": "会员", "value": totals["members"], "unit": "名"},
        {"label": "其中单位会员", "value": totals["units"], "unit": "家"},
        {"label": f"{day.year} 年发展", "value": totals["joined"], "unit": "名"},
        {"label": f"{day.year} 年终止", "value": totals["left"], "unit": "名"},
    ]
    tables = statistics.tables(day)
    context = admin.page_context(
        request, title="会员统计", day=day, totals=totals, tiles=tiles, tables=tables,
        back_url=admin.page_url("changelist"), export_url=f"{admin.page_url('statistics_export')}?day={day}",
    )  # fmt: skip
    return TemplateResponse(request, "admin/members/statistics.html", context)


def statistics_export(admin, request):
    day = asked_day(request)
    return attachment(statistics_file(day, by=request.user, request=request), f"会员统计_{day:%Y%m%d}.xlsx")
