"""Registration (网上登记) of who has no account yet.

With SMS the number is proved first: the account is theirs at once and they ask for their firm on the desk. Without, the
whole request is filled in here; the account comes when the office has verified it (a slip, 开通单). The receipt's address
(回执) is the only way back to such a request.
"""

import uuid

from allauth.account.internal.flows import login as login_flow
from allauth.account.models import Login
from allauth.core import ratelimit
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from association.accounts import codes
from members import registration
from members.models import SeatRequest

from .request_views import again_form, ask, facts_of, hand_in
from .seats_forms import CodeForm, PersonForm, RegisterForm

PURPOSE = "register"
form_page = require_http_methods(["GET", "HEAD", "POST"])


@login_not_required
@form_page
@never_cache
def register(request):
    if request.user.is_authenticated:
        return render(request, "portal/registered.html")
    return _by_number(request) if codes.can_send() else _by_form(request)


def _by_form(request):
    """Person, firm and papers in one form. Who sends too many is asked to wait; nothing typed is lost."""
    form = RegisterForm(request.POST or None, request.FILES or None, initial={"once": uuid.uuid4()})
    if request.method == "POST" and not ratelimit.consume(request, action="register"):
        return ratelimit.respond_429(request)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        row = ask(form, applicant_name=data["name"], applicant_mobile=data["mobile"])
        if row is not None:
            return redirect("register:receipt", row.uid)
    return render(request, "portal/register.html", {"form": form}, status=422 if form.errors else 200)


def _by_number(request):
    """The number is sent a code, whether it has an account or not."""
    form = PersonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            codes.send(request, purpose=PURPOSE, mobile=data["mobile"], what="登记")
        except ValidationError as problem:
            form.add_error(None, problem)
        else:
            request.session[PURPOSE] = {"name": data["name"], "mobile": data["mobile"]}
            return redirect("register:code")
    return render(request, "portal/register_number.html", {"form": form}, status=422 if form.errors else 200)


@login_not_required
@form_page
@never_cache
def register_code(request):
    """The code proves the number; who has an account is logged in, who has none gets one."""
    asked = request.session.get(PURPOSE)
    if asked is None or not codes.can_send() or request.user.is_authenticated:
        return redirect("register:register")
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            codes.check(request, purpose=PURPOSE, mobile=asked["mobile"], code=form.cleaned_data["code"])
        except ValidationError as problem:
            form.add_error(None, problem)
        else:
            return _log_in(request, asked)
    context = {"form": form, "mobile": asked["mobile"]}
    return render(request, "portal/register_code.html", context, status=422 if form.errors else 200)


def _log_in(request, asked):
    user = registration.open_own_account(mobile=asked["mobile"], name=asked["name"])
    del request.session[PURPOSE]
    if user.is_staff or not user.is_active:  # the login has more to ask of staff, and words for who is shut out
        messages.info(request, "这个手机号已有账号，请从这里登录。")
        return redirect("account_login")
    login_flow.record_authentication(request, user, method="code", phone=user.mobile)
    return login_flow.perform_login(request, Login(user=user, redirect_url="/desk/requests/new/"))


@login_not_required
@require_safe
def letter(request):
    """A blank 授权委托书 to print, fill in and stamp."""
    return render(request, "portal/letter.html")


@login_not_required
@form_page
@never_cache
def receipt(request, uid):
    """How a request stands, for who knows its address; what was returned is handed in again here."""
    row = SeatRequest.objects.filter(uid=uid).first()
    if row is None or (row.user_id is not None and row.state in registration.OPEN):
        raise Http404  # with an account it is read on the desk
    form = None
    if row.state == SeatRequest.State.RETURNED:
        form = again_form(request, row, by=None)
        if request.method == "POST":
            if not ratelimit.consume(request, action="register"):
                return ratelimit.respond_429(request)
            if form.is_valid() and hand_in(form, row, by=None):
                return redirect("register:receipt", row.uid)
    context = {**facts_of(row), "form": form, "address": request.build_absolute_uri()}
    return render(request, "portal/receipt.html", context, status=422 if form is not None and form.errors else 200)
