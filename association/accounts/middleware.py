"""Sessions of staff: they end when idle; a second factor where the setting asks for one."""

import time

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.shortcuts import redirect

_SEEN = "accounts.seen"
_GRACE = 60  # seconds between two writes of the session


class StaffIdleMiddleware:
    """End a staff session after STAFF_IDLE_MINUTES without a request (GB/T 22239: 自动退出)."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.user.is_authenticated and request.user.is_staff:
            now, seen = int(time.time()), request.session.get(_SEEN)
            if seen is not None and now - seen > settings.STAFF_IDLE_MINUTES * 60:
                logout(request)
            elif seen is None or now - seen > _GRACE:
                request.session[_SEEN] = now
        return self.get_response(request)


class SecondFactorMiddleware:
    """Send staff without a second factor to set one up, where STAFF_SECOND_FACTOR is on."""

    OPEN = ("/accounts/", "/static/")

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if (
            settings.STAFF_SECOND_FACTOR
            and request.user.is_authenticated
            and request.user.is_staff
            and not request.path.startswith(self.OPEN)
            and not self._has_one(request)
        ):
            messages.info(request, "工作人员账号须启用二次验证，请先完成设置。")
            return redirect("mfa_index")
        return self.get_response(request)

    @staticmethod
    def _has_one(request) -> bool:
        from allauth.mfa.utils import is_mfa_enabled  # models are not loaded when middleware classes are

        if request.session.get("accounts.second_factor"):
            return True
        if is_mfa_enabled(request.user):
            request.session["accounts.second_factor"] = True
            return True
        return False
