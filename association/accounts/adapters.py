"""What we ask of allauth: login by mobile number, our lock, our words, SMS codes, the QR code of the second factor."""

import time
from datetime import timedelta
from io import BytesIO

import segno
from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.shortcuts import resolve_url
from django.utils import timezone

from association.core.journal import log_access
from association.core.masking import mask_mobile
from association.core.models import Association
from association.core.phones import clean_phone

from . import lockout, registry
from .models import MOBILE, User

CODE_MINUTES = 5
_METHODS = {"password": "密码", "code": "短信验证码", "mfa": "二次验证"}


class MobileField(forms.CharField):
    """A mobile number as people write it: +86, blanks, dashes and full-width digits are fine."""

    def __init__(self, **kwargs):
        kwargs.setdefault("label", "手机号")
        kwargs.setdefault(
            "widget", forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "username", "maxlength": "20"})
        )
        kwargs.setdefault("error_messages", {}).setdefault("required", "请填写手机号。")
        super().__init__(**kwargs)

    def clean(self, value):
        value = super().clean(value)
        if not value:
            return value
        try:
            value = clean_phone(value)
        except ValidationError:
            raise ValidationError(MOBILE.message, code="invalid") from None
        MOBILE(value)
        return value


class AccountAdapter(DefaultAccountAdapter):
    error_messages = DefaultAccountAdapter.error_messages | {
        "account_inactive": "这个账号已停用，请联系协会秘书处。",
        "enter_current_password": "现在的密码不对，请重新输入。",
        "incorrect_code": "验证码不对，请核对后重新输入。",
        "incorrect_password": "密码不对，请重新输入。",
        "phone_password_mismatch": "手机号或密码不对，请核对后重新输入。",
        "too_many_login_attempts": "尝试次数太多，请 5 分钟后再试。",
        "rate_limited": "操作太频繁，请稍等几分钟再试。",
    }

    # -- where to ---------------------------------------------------------------------------------------------

    def is_open_for_signup(self, request):
        return False

    def get_login_redirect_url(self, request):
        return "/admin/" if request.user.is_staff else resolve_url(settings.LOGIN_REDIRECT_URL)

    def get_password_change_redirect_url(self, request):
        return resolve_url("accounts:home")

    # -- the mobile number ------------------------------------------------------------------------------------

    def phone_form_field(self, **kwargs):
        return MobileField(**kwargs)

    def get_user_by_phone(self, phone):
        return User.objects.filter(mobile=phone).first()

    def get_phone(self, user):
        return user.mobile, user.mobile_verified

    def set_phone(self, user, phone, verified):
        raise NotImplementedError("a mobile number is changed by staff (accounts.actions.update_user)")

    def set_phone_verified(self, user, phone):
        User.objects.filter(pk=user.pk, mobile=phone).update(mobile_verified=True)

    def send_verification_code_sms(self, user, phone, code, **kwargs):
        site = Association.current().short_name
        text = f"【{site}】登录验证码 {code}，{CODE_MINUTES} 分钟内有效。工作人员不会向您索要验证码，请勿告诉他人。"
        registry.send_code(phone if user.is_active else "", text)

    def send_unknown_account_sms(self, phone, **kwargs):
        registry.send_code("", "")  # costs as much as a known number's

    def is_login_by_code_required(self, login):
        """Staff without an authenticator app confirm their password by an SMS code, where SMS is configured."""
        if not (settings.SMS_BACKEND and settings.STAFF_SECOND_FACTOR and login.user and login.user.is_staff):
            return False
        methods = {record["method"] for record in get_authentication_records(self.request, login.user)}
        has_app = Authenticator.objects.filter(user=login.user, type=Authenticator.Type.TOTP).exists()
        return "code" not in methods and not has_app

    # -- five tries -------------------------------------------------------------------------------------------

    def _get_login_attempts_cache_key(self, request, **credentials):
        return f"login:{credentials.get('phone', '')}"  # allauth's own would be one key for all mobile numbers

    def pre_authenticate(self, request, **credentials):
        mobile = credentials.get("phone", "")
        if until := lockout.locked_until(mobile):  # before allauth's limits: the reader is told when it opens
            raise locked_error(until)
        super().pre_authenticate(request, **credentials)
        if until := lockout.take_try(mobile):
            raise locked_error(until)

    def authenticate(self, request, **credentials):
        user = super().authenticate(request, **credentials)
        if user:
            lockout.clear(credentials.get("phone", ""))
        return user

    def authentication_failed(self, request, **credentials):
        mobile = credentials.get("phone", "")
        log_access("refused", mask_mobile(mobile), by=self.get_user_by_phone(mobile), request=request)
        left, until = lockout.was_wrong(mobile)
        if until:
            raise locked_error(until)
        if left <= 3:
            raise ValidationError(f"手机号或密码不对，还可以再试 {left} 次。", code="wrong")

    def post_login(self, request, user, **kwargs):
        methods = dict.fromkeys(record["method"] for record in get_authentication_records(request, user))
        words = "、".join(_METHODS.get(method, method) for method in methods)
        log_access("login", words or "其他方式", by=user, request=request)
        return super().post_login(request, user, **kwargs)

    # -- the second factor ------------------------------------------------------------------------------------

    def is_reauthentication_required(self, *, app, **kwargs):
        """Who has just logged in and is setting up their first second factor need not type the password again."""
        if app == "allauth.mfa":
            user, window = self.request.user, app_settings.REAUTHENTICATION_TIMEOUT
            records = get_authentication_records(self.request, user)
            if records and time.time() - records[-1]["at"] < window:
                older = timezone.now() - timedelta(seconds=window)
                return Authenticator.objects.filter(user=user, created_at__lt=older).exists()
        return super().is_reauthentication_required(app=app, **kwargs)


def locked_error(until) -> ValidationError:
    opens = timezone.localtime(until + timedelta(seconds=59))  # a whole minute, never one too early
    return ValidationError(
        f"密码连续输错 {lockout.TRIES} 次，这个手机号已锁定，请在 {opens:%H:%M} 之后再试，急用请联系协会秘书处解锁。",
        code="locked",
    )


class MFAAdapter(DefaultMFAAdapter):
    error_messages = DefaultMFAAdapter.error_messages | {
        "cannot_generate_recovery_codes": "请先启用二次验证，再生成恢复码。",
        "incorrect_code": "验证码不对，请等验证器显示下一个验证码后重新输入；多次不对时，请检查手机时间是否准确。",
    }

    def get_totp_issuer(self):
        return Association.current().short_name

    def get_totp_label(self, user):
        return user.mobile

    def build_totp_svg(self, url):
        out = BytesIO()
        segno.make(url, error="m", micro=False).save(out, kind="svg", scale=5, border=4, xmldecl=False, light="white")
        return out.getvalue().decode()
