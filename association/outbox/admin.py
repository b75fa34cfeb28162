"""What went out, what did not and why; sending again what failed."""

from django.contrib import admin, messages
from django.core.exceptions import ValidationError

from association.core.admin import ReadOnlyAdmin

from . import actions
from .models import Message


@admin.register(Message)
class MessageAdmin(ReadOnlyAdmin):
    list_display = ("subject", "user", "party", "channel", "state", "created_at", "sent_at", "error")
    list_filter = ("state", "channel")
    search_fields = ("subject", "user__name")
    fields = (
        "subject", "body", "user", "party", "channel", "address", "state", "tries", "next_try_at", "sent_at", "read_at",
        "error", "url", "created_at",
    )  # fmt: skip
    actions = ("send_again",)

    @admin.action(description="重新发送", permissions=["send"])
    def send_again(self, request, queryset):
        sent = 0
        for message in queryset:
            try:
                actions.send_again(message, by=request.user)
                sent += 1
            except ValidationError as problem:
                messages.error(request, f"「{message}」没有发送：{problem.messages[0]}")
        if sent:
            messages.success(request, f"{sent} 条消息已交给后台重新发送。")

    def has_send_permission(self, request):
        return request.user.has_perm("portal.settings")
