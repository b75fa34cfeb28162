"""Filters of a list as the admin draws them."""

from django.contrib import admin

from ..filtering import Filters


def list_filter(filters: Filters, parameter: str, label: str, everything: str = "全部"):
    """One of them; `everything` says what is listed where nothing is chosen."""

    class Filter(admin.SimpleListFilter):
        title, parameter_name = label, parameter

        def lookups(self, request, model_admin):
            return list(filters.known()[parameter][1].items())

        def choices(self, changelist):
            for number, choice in enumerate(super().choices(changelist)):
                yield choice | ({"display": everything} if number == 0 else {})

        def queryset(self, request, queryset):
            _title, values, narrow = filters.known()[parameter]
            if self.value() in values:
                return narrow(queryset, self.value())
            return filters.unasked[parameter](queryset) if parameter in filters.unasked else queryset

    return Filter
