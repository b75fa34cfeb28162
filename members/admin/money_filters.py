"""Filters of the money lists, which their exports use as well, and those exports."""

from django.contrib import admin
from django.http import HttpResponseRedirect

from association.exchange.exports import ListExport, export_list, file_name
from association.exchange.views import attachment
from association.jobs.models import Job
from association.jobs.views import page_url as job_url

from ..dues import money_lists


def list_filters(named: str, parameters: tuple[str, ...]) -> tuple[type, ...]:
    """Filters of an admin's list out of a function of money_lists, asked once a request."""
    return tuple(_filter(named, parameter) for parameter in parameters)


_TITLES = {"state": "情况", "month": "月份", "purpose": "用途", "channel": "方式", "matched": "认领方式"}


def _filter(named: str, parameter: str) -> type:
    class Filter(admin.SimpleListFilter):
        title, parameter_name = _TITLES[parameter], parameter

        def lookups(self, request, model_admin):
            return list(self._all(request)[parameter][1].items())

        def queryset(self, request, queryset):
            _title, values, narrow = self._all(request)[parameter]
            value = self.value() if self.value() in values else None
            return narrow(queryset, value) if value or parameter == "state" else queryset

        def _all(self, request):
            if not hasattr(request, "money_filters"):
                request.money_filters = getattr(money_lists, named)(request.user)
            return request.money_filters

    return Filter


def export_view(request, export: ListExport, known: money_lists.Filters, list_url: str):
    """The list as it is filtered, as a file or as a job that writes it."""
    params = money_lists.params_of(request.GET, known)
    made = export_list(export, params, by=request.user, request=request, back_url=list_url)
    return HttpResponseRedirect(job_url(made)) if isinstance(made, Job) else attachment(made, file_name(export))
