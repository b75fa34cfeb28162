"""Pages of one's own account, and the ways in that allauth does not have: activation slip, how to get an account."""

from allauth.account.internal.flows import login as login_flow
from allauth.account.internal.flows.password_change import finalize_password_change
from allauth.account.models import Login
from allauth.core import ratelimit
from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from association.core.refusals import put_errors

from . import actions, slips
from .forms import ActivateForm, ChangePasswordForm, EmailForm, SetPasswordForm, StandInForm
from .models import StandIn

form_page = require_http_methods(["GET", "HEAD", "POST"])


@login_not_required
@form_page
@never_cache
@sensitive_post_parameters("code", "password1", "password2")
def activate(request):
    """Mobile number and code of a slip, a password of one's own, and in."""
    form = ActivateForm(request.POST or None, initial={"mobile": request.GET.get("mobile", "")})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        if not ratelimit.consume(request, action="activate", key=data["mobile"]):
            return ratelimit.respond_429(request)
        try:
            user = slips.use_slip(mobile=data["mobile"], code=data["code"], password=data["password1"])
        except ValidationError as problem:
            put_errors(form, problem)
        else:
            messages.success(request, "账号已开通，以后用手机号和刚设置的密码登录。")
            credentials = {"phone": user.mobile, "password": data["password1"]}
            return login_flow.perform_password_login(request, credentials, Login(user=user))
    return render(request, "account/activate.html", {"form": form})


@login_not_required
@require_safe
def how_to_get(request):
    """There is no open registration yet: who gives accounts, and what to bring."""
    return render(request, "account/how_to_get.html")


@login_not_required
@require_safe
def forgotten(request):
    """A forgotten password: by SMS code where there is one, else by a new slip from the office."""
    return render(request, "account/forgotten.html")


@require_safe
def home(request):
    """One's own account: who I am here, password, second factor, devices, stand-ins."""
    user = request.user
    today = timezone.localdate()
    named = user.stand_ins.select_related("deputy") if user.is_staff else StandIn.objects.none()
    held = user.stands_in_for.filter(revoked_at=None, ends_on__gte=today).select_related("principal")
    context = {
        "seats": user.seats.live().select_related("party"),
        "second_factor": Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists(),
        "named": [_described(row, today) for row in named[:20]],
        "held": [_described(row, today) for row in held],
        "may_name": bool(user.rights),
    }
    return render(request, "account/home.html", context)


def _described(row, today) -> dict:
    known = actions.known_matters()
    if row.revoked_at:
        state, tone = "已撤回", ""
    elif row.ends_on < today:
        state, tone = "已到期", ""
    else:
        state, tone = ("代理中", "lake") if row.starts_on <= today else ("未开始", "gold")
    return {
        "row": row, "state": state, "tone": tone, "open": row.revoked_at is None and row.ends_on >= today,
        "matters": "、".join(known.get(kind, kind) for kind in row.matters) or "全部事项",
    }  # fmt: skip


@form_page
@never_cache
@sensitive_post_parameters()
def change_password(request):
    """A new password; the other devices are logged out."""
    form_class = ChangePasswordForm if request.user.has_usable_password() else SetPasswordForm
    form = form_class(request.user, request.POST or None)
    if request.method == "POST":
        if not ratelimit.consume(request, action="change_password", user=request.user):
            return ratelimit.respond_429(request)
        if form.is_valid():
            actions.set_password(request.user, password=form.cleaned_data["password1"], by=request.user)
            finalize_password_change(request, request.user)  # this session stays
            return redirect("accounts:home")
    return render(request, "account/password_change.html", {"form": form})


@form_page
def change_email(request):
    form = EmailForm(request.POST or None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        request.user.refresh_from_db()  # the form wrote onto the instance; the action sees what was there before
        actions.update_user(request.user, by=request.user, email=form.cleaned_data["email"])
        messages.success(request, "邮箱已保存。")
        return redirect("accounts:home")
    return render(request, "account/email_form.html", {"form": form})


@form_page
def name_stand_in(request):
    """The principal names a stand-in (代理)."""
    if not request.user.rights:
        raise Http404
    form = StandInForm(
        request.POST or None, principal=request.user, initial={"starts_on": timezone.localdate().isoformat()}
    )
    if request.method == "POST" and form.is_valid():
        try:
            stand_in = actions.name_stand_in(principal=request.user, by=request.user, **form.cleaned_data)
        except ValidationError as problem:
            put_errors(form, problem)
        else:
            messages.success(request, f"已指定{stand_in.deputy.name}为代理人，{stand_in.ends_on:%Y-%m-%d} 到期。")
            return redirect("accounts:home")
    return render(request, "account/stand_in.html", {"form": form})


@require_POST
def revoke_stand_in(request, uid):
    stand_in = StandIn.objects.filter(uid=uid, principal=request.user).select_related("principal", "deputy").first()
    if stand_in is None:
        raise Http404
    actions.revoke_stand_in(stand_in, by=request.user)
    messages.success(request, f"已撤回{stand_in.deputy.name}的代理。")
    return redirect("accounts:home")
