"""Telephones of a whole list shown in full for ten minutes, as a row's are (core.admin.MaskingMixin)."""

import time

from django.core.exceptions import PermissionDenied

from association.core.admin import UNMASKED_SECONDS
from association.core.adminhooks import holds
from association.timeline.actions import log_access
from association.timeline.models import AccessLog


def is_open(request, key: str) -> bool:
    opened = request.session.get("unmasked", {}).get(key, 0)
    return time.time() - opened < UNMASKED_SECONDS and holds(request.user, "personal")


def open_list(request, key: str, what: str, *, rows: int):
    """Remember who looked. Raises PermissionDenied."""
    if not holds(request.user, "personal"):
        raise PermissionDenied("您没有查看完整个人信息的权限。")
    log_access(AccessLog.Action.UNMASKED, what, by=request.user, rows=rows, request=request)
    request.session["unmasked"] = request.session.get("unmasked", {}) | {key: time.time()}
