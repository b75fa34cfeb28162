"""A person's own messages (站内消息)."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from . import actions
from .models import Message

PER_PAGE = 20


def _mine(user):
    return Message.objects.filter(user=user, channel=Message.Channel.SITE)


@require_safe
def message_list(request):
    """All messages in the site to the person, the newest first: on the desk, or for staff beside their account."""
    page = Paginator(_mine(request.user), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "unread": actions.unread_count(request.user),
        "base": "account/manage.html" if request.user.is_staff else "portal/base.html",
    }
    return render(request, "outbox/messages.html", context)


@require_POST
def open_message(request, uid):
    """Mark a message as read and go where it leads."""
    message = _mine(request.user).filter(uid=uid).first()
    if message is None:
        raise Http404
    actions.mark_read(user=request.user, message=message)
    leads = message.url and url_has_allowed_host_and_scheme(message.url, {request.get_host()})
    return redirect(message.url if leads else "outbox:messages")


@require_POST
def read_all(request):
    """Mark everything as read."""
    count = actions.mark_read(user=request.user)
    if count:
        messages.success(request, f"{count} 条消息已标为已读。")
    return redirect("outbox:messages")
