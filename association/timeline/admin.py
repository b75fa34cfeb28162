"""The timeline and the access log in the admin, and what the admin's base classes take from here."""

from django.contrib import admin

from association.core.admin import ReadOnlyAdmin
from association.core.adminhooks import hooks

from .actions import events_of, log_access, record
from .models import AccessLog, Event

hooks.record, hooks.events_of, hooks.log_access = record, events_of, log_access


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin):
    list_display = ("sentence", "party", "actor_name", "happened_on", "entered_at")
    list_filter = ("channel",)
    search_fields = ("sentence", "actor_name")
    fields = ("sentence", "note", "party", "actor_name", "happened_on", "entered_at", "channel", "audience", "changes")
    sidebar_order = 60

    def history_of(self, obj):
        return ()


@admin.register(AccessLog)
class AccessLogAdmin(ReadOnlyAdmin):
    list_display = ("user_name", "action", "what", "rows", "address", "at")
    list_filter = ("action",)
    search_fields = ("user_name", "what")
    fields = ("user_name", "action", "what", "rows", "address", "at")
    sidebar_order = 61

    def history_of(self, obj):
        return ()
