"""Forms of login, activation, own account and stand-ins, in our words; allauth's own do the checks."""

from allauth.account import forms as allauth_forms
from allauth.mfa.base import forms as mfa_forms
from allauth.mfa.totp import forms as totp_forms
from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from . import lockout, registry
from .adapters import MobileField, locked_error
from .models import User

PASSWORD_RULE = "至少 8 位，不能全是数字，也不要用生日、手机号这类容易猜到的密码。"
_SAME = "两次输入的密码不一样，请重新输入。"


def _password(label, autocomplete, help_text=""):
    return forms.CharField(
        label=label, strip=False, help_text=help_text, error_messages={"required": f"请填写{label}。"},
        widget=forms.PasswordInput(attrs={"autocomplete": autocomplete}),
    )  # fmt: skip


def _code(label, help_text="", **attrs):
    attrs = {"inputmode": "numeric", "autocomplete": "one-time-code"} | attrs
    return forms.CharField(
        label=label,
        help_text=help_text,
        widget=forms.TextInput(attrs=attrs),
        error_messages={"required": f"请填写{label}。"},
    )


class LoginForm(allauth_forms.LoginForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        login, password, remember = self.fields["login"], self.fields["password"], self.fields["remember"]
        login.widget.attrs["autofocus"] = True
        password.label, password.help_text = "密码", ""
        password.error_messages["required"] = "请填写密码。"
        password.widget.attrs.pop("placeholder", None)
        remember.label = "在这台电脑上保持登录 14 天（公用电脑请不要勾选）"


class RequestCodeForm(allauth_forms.RequestLoginCodeForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["phone"].widget.attrs["autofocus"] = True


class ConfirmCodeForm(allauth_forms.ConfirmLoginCodeForm):
    code = _code("短信验证码", "6 位，5 分钟内有效。", autofocus=True)


class ReauthenticateForm(allauth_forms.ReauthenticateForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["password"] = _password("密码", "current-password")


class _NewPassword(forms.Form):
    """password1 and password2, checked by AUTH_PASSWORD_VALIDATORS for `self.user`."""

    password1 = _password("新密码", "new-password", PASSWORD_RULE)
    password2 = _password("再输入一次新密码", "new-password")
    user = None

    def clean_password1(self):
        validate_password(self.cleaned_data["password1"], self.user)
        return self.cleaned_data["password1"]

    def clean(self):
        data = super().clean()
        if data.get("password1") and data.get("password2") and data["password1"] != data["password2"]:
            self.add_error("password2", _SAME)
        return data


class ChangePasswordForm(_NewPassword):
    oldpassword = _password("现在的密码", "current-password")
    field_order = ["oldpassword", "password1", "password2"]

    def __init__(self, user, *args, **kwargs):
        self.user = user
        super().__init__(*args, **kwargs)

    def clean_oldpassword(self):
        """Under the same lock as the login: a stolen session may not be used to guess the password."""
        if until := lockout.take_try(self.user.mobile):
            raise locked_error(until)
        if not self.user.check_password(self.cleaned_data["oldpassword"]):
            _left, until = lockout.was_wrong(self.user.mobile)
            raise locked_error(until) if until else ValidationError("现在的密码不对，请重新输入。")
        lockout.clear(self.user.mobile)
        return self.cleaned_data["oldpassword"]


class SetPasswordForm(_NewPassword):
    """For who has no password yet (logs in by SMS code)."""

    def __init__(self, user, *args, **kwargs):
        self.user = user
        super().__init__(*args, **kwargs)


class ActivateForm(_NewPassword):
    mobile = MobileField(help_text="开通单上的手机号，以后用它登录。")
    code = _code("开通码", "开通单上的 12 位数字，空格可以不输。", autocomplete="off", maxlength="20")
    field_order = ["mobile", "code", "password1", "password2"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["password1"].label = "设置密码"
        self.fields["password2"].label = "再输入一次密码"


class EmailForm(forms.ModelForm):
    class Meta:
        model = User
        fields = ["email"]
        help_texts = {"email": "可以不填。填了以后，重要通知也会发到邮箱。"}
        error_messages = {"email": {"invalid": "邮箱地址不对，应是 name@example.com 的样子，请核对。"}}


class AuthenticateForm(mfa_forms.AuthenticateForm):
    code = _code(
        "验证码或恢复码", "手机验证器 App 上的 6 位验证码，或一个没有用过的恢复码。", inputmode="text", autofocus=True
    )


class MFAReauthenticateForm(mfa_forms.ReauthenticateForm):
    code = _code(
        "验证码或恢复码", "手机验证器 App 上的 6 位验证码，或一个没有用过的恢复码。", inputmode="text", autofocus=True
    )


class ActivateTOTPForm(totp_forms.ActivateTOTPForm):
    code = _code("验证码", "扫码后，输入验证器 App 上显示的 6 位数字。")


class StandInForm(forms.Form):
    """A stand-in named by the principal; with `principal` among the fields by who manages accounts."""

    deputy = forms.ModelChoiceField(User.objects.none(), label="代理人", empty_label="请选择")
    starts_on = forms.DateField(label="开始日期", widget=forms.DateInput(attrs={"type": "date"}))
    ends_on = forms.DateField(label="结束日期", widget=forms.DateInput(attrs={"type": "date"}), help_text="含当天。")
    matters = forms.MultipleChoiceField(
        label="事项", required=False, widget=forms.CheckboxSelectMultiple, help_text="不选表示全部事项。"
    )
    reason = forms.CharField(label="原因", max_length=120, help_text="例：出差、休假。办理记录会同时写明两个人的姓名。")

    def __init__(self, *args, principal=None, **kwargs):
        super().__init__(*args, **kwargs)
        colleagues = User.objects.filter(is_staff=True, is_active=True)
        self.fields["deputy"].queryset = colleagues.exclude(pk=principal.pk) if principal else colleagues
        self.fields["matters"].choices = list(registry.matters().items())
        if not registry.matters():
            del self.fields["matters"]


class StaffStandInForm(StandInForm):
    principal = forms.ModelChoiceField(User.objects.none(), label="委托人", empty_label="请选择")
    field_order = ["principal", "deputy", "starts_on", "ends_on", "matters", "reason"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["principal"].queryset = User.objects.filter(is_staff=True, is_active=True)
        self.fields["reason"].help_text = "写明书面委托的依据，例：3 月 2 日委托书。"


class ReasonForm(forms.Form):
    reason = forms.CharField(label="原因", max_length=200, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args, help_text="", **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["reason"].help_text = help_text
        self.fields["reason"].error_messages["required"] = "请写明原因。"
