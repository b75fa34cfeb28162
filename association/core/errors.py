"""Error pages in Chinese, each with a next step."""

import logging
import re

from django.contrib.auth.decorators import login_not_required
from django.shortcuts import render

_CHINESE = re.compile(r"[一-鿿]")


@login_not_required
def csrf_failure(request, reason=""):
    """A form that was open too long, or came from elsewhere: what was typed is in the browser's page behind."""
    return render(request, "403_csrf.html", status=403)


@login_not_required
def permission_denied(request, exception=None):
    """The reason that was raised, where it is a sentence of ours; else who can help."""
    said = str(exception or "")
    return render(request, "403.html", {"reason": said if _CHINESE.search(said) else ""}, status=403)


class ForbiddenInOneLine(logging.Filter):
    """Somebody without a right asked: one line in the log says so, a traceback would look like a fault of the portal."""

    def filter(self, record):
        if getattr(record, "status_code", None) == 403:
            record.exc_info = record.exc_text = None
        return True
