"""Error pages in Chinese, each with a next step."""

from django.contrib.auth.decorators import login_not_required
from django.shortcuts import render


@login_not_required
def csrf_failure(request, reason=""):
    """A form that was open too long, or came from elsewhere: what was typed is in the browser's page behind."""
    return render(request, "403_csrf.html", status=403)
