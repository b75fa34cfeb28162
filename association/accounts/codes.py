"""One-time codes by SMS beside the login's: to prove a mobile number when registering, or the one a firm has on file.

The code stands as a hash in the session of who asked for it. How many are sent and tried is limited by number and by
address (ACCOUNT_RATE_LIMITS: send_code, try_code), for each costs money and may be guessed at.
"""

import secrets
import time

from allauth.core import ratelimit
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.crypto import constant_time_compare, salted_hmac

from association.core.models import Association

from . import registry

MINUTES = 5
_WRONG = "验证码不对，请核对短信后重新输入。"


def _key(purpose: str) -> str:
    return f"accounts.code.{purpose}"


def _hash(mobile: str, code: str) -> str:
    return salted_hmac("association.accounts.codes", f"{mobile}:{code}", algorithm="sha256").hexdigest()


def can_send() -> bool:
    return bool(settings.SMS_BACKEND)


def send(request, *, purpose: str, mobile: str, what: str):
    """Send a new code; the one before is void. Raises ValidationError where too many were asked for.

    Without a number nothing is sent, and the page that follows is the same.
    """
    if not ratelimit.consume(request, action="send_code", key=mobile or "-"):
        raise ValidationError("验证码发得太频繁，请过几分钟再试。")
    code = f"{secrets.randbelow(10**6):06d}"
    request.session[_key(purpose)] = {"hash": _hash(mobile, code), "until": time.time() + MINUTES * 60}
    site = Association.current().short_name
    text = f"【{site}】{what}验证码 {code}，{MINUTES} 分钟内有效。请勿告诉他人。"
    registry.send_code(mobile, text)


def check(request, *, purpose: str, mobile: str, code: str):
    """The code is right and used up with this. Raises ValidationError; each call is a try."""
    if not ratelimit.consume(request, action="try_code", key=mobile or "-"):
        raise ValidationError("验证码输错太多次，请过 5 分钟重新获取。")
    kept = request.session.get(_key(purpose))
    if not kept or kept["until"] < time.time():
        raise ValidationError("验证码已经过期，请重新获取。", code="expired")
    digits = "".join(char for char in code if char.isdigit())
    if not mobile or not constant_time_compare(kept["hash"], _hash(mobile, digits)):
        raise ValidationError(_WRONG)
    del request.session[_key(purpose)]
