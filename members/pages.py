"""Pages of a firm beside its form: what can be done with it, and the roster to print (花名册)."""

from collections.abc import Callable
from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import render
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from association.core.masking import mask_mobile
from association.core.refusals import put_errors, reason_of
from association.documents.papers import add_paper
from association.timeline.actions import log_access

from . import actions, queries
from .forms import AccountForm, CodeForm, NameForm, RenameForm
from .models import Firm
from .paper_forms import PaperOnBehalfForm

PRINTED = 1000  # rows that a page in the browser prints; more go out as a file


@dataclass(frozen=True)
class Deed:
    """Something done to a firm by a form of its own. `act(firm, by, data)` gives what to say and where to go (or "")."""

    title: str
    about: str
    button: str
    form: Callable[..., forms.Form]  # a class, or one that a row is bound to
    act: Callable
    keeps_files: bool = False  # the form is a KeepsFiles


def _rename(firm: Firm, by, data):
    old = firm.party.name
    actions.rename(firm, by=by, **data)
    return f"已改名，「{old}」保留为曾用名。", ""


def _code(firm: Firm, by, data):
    actions.set_code(firm, by=by, **data)
    return "代码已登记。", ""


def _name(firm: Firm, by, data):
    actions.add_name(firm, by=by, **data)
    return f"已登记「{data['name']}」，用这个名称的资料会对应到这家企业。", ""


def _account(firm: Firm, by, data):
    seat = actions.open_account(firm, by=by, **data)
    words = f"{seat.user.name}可以为「{firm.party.name}」办理了。"
    if seat.user.last_login:
        return words, ""
    return f"{words}还没有登录过的，请在账号页打印开通单。", reverse("admin:accounts_user_change", args=[seat.user_id])


def _paper(firm: Firm, by, data):
    paper = add_paper(document=data.pop("file"), party=firm.party, by=by, **data)
    return f"「{paper.label}」已放入证照库。", ""


RENAME = Deed(
    "改名",
    "改名以后，原来的名称保留为曾用名，用原名称的资料照样对应到这家企业；已经公示、公布的内容不变。",
    "改名",
    RenameForm,
    _rename,
)
CODE = Deed("登记代码", "照营业执照填写，系统逐位核对。原来的临时编号或代码仍可查到。", "保存代码", CodeForm, _code)
NAME = Deed("登记曾用名", "其他部门的资料里用过的名称：曾用名，或常见的别名、简写。", "登记", NameForm, _name)
ACCOUNT = Deed(
    "开通账号", "填写为这家企业办理的人。没有账号的会新建一个，再打印开通单交给本人。", "开通", AccountForm, _account
)

PAPER = Deed(
    "代录证照", "企业送来或寄来的证照，替它放入证照库，企业办件时可以直接选用；企业自己也能在服务台上传。", "放入证照库",
    PaperOnBehalfForm, _paper, keeps_files=True,
)  # fmt: skip


def deed_page(request, firm: Firm, deed: Deed, *, frame, back_url):
    keeps = {"keeper": request.user, "party": firm.party} if deed.keeps_files else {}
    form = deed.form(request.POST if request.method == "POST" else None, request.FILES or None, **keeps)
    if request.method == "POST" and form.is_valid():
        try:
            words, url = deed.act(firm, request.user, form.cleaned_data)
        except (ValidationError, PermissionDenied) as problem:
            put_errors(form, problem)
        else:
            messages.success(request, words)
            return HttpResponseRedirect(url or back_url)
    context = {**frame, "title": deed.title, "deed": deed, "form": form, "back_url": back_url, "firm": firm}
    return TemplateResponse(request, "admin/members/deed.html", context)


def act_page(request, *, act, frame, back_url, said, form=None, **more):
    """A question, perhaps with a form, and one button. `act(data)` does it; `said` tells that it is done, or makes the
    words of what `act` gave. A refusal stands on the form; where there is none it is told on the page one returns to.
    """
    if request.method == "POST" and (form is None or form.is_valid()):
        try:
            done = act(form.cleaned_data if form else {})
        except (ValidationError, PermissionDenied) as problem:
            if form is None:
                messages.error(request, reason_of(problem))
                return HttpResponseRedirect(back_url)
            put_errors(form, problem)
        else:
            messages.success(request, said(done) if callable(said) else said)
            return HttpResponseRedirect(back_url)
    context = {**frame, "form": form, "back_url": back_url, **more}
    status = 422 if form is not None and form.errors else 200
    return TemplateResponse(request, "admin/members/act.html", context, status=status)


def keys_in(data, name: str) -> list[int]:
    """The keys that were ticked in a form; anything else is left out."""
    return [int(key) for key in data.getlist(name) if key.isascii() and key.isdigit() and len(key) < 19]


def row_or_404(rows, pk):
    row = rows.filter(pk=pk).first()
    if row is None:
        raise Http404
    return row


def print_page(request, params: dict, *, masked: bool, back_url: str):
    """The roster as a sheet: by district and name, the header on each page. Leaves an AccessLog row."""
    rows = queries.listed(request.user, params)
    count = rows.count()
    if count > PRINTED:
        messages.info(
            request, f"共 {count} 家，超过 {PRINTED} 家的花名册请用「导出」，在 Excel 里打印；或者先用筛选缩小范围。"
        )
        return HttpResponseRedirect(back_url)
    words = queries.FILTERS.words(params)
    log_access(
        "print", f"企业花名册（{words}）" if words else "企业花名册", by=request.user, rows=count, request=request
    )
    context = {
        "firms": [(firm, mask_mobile(firm.contact_phone) if masked else firm.contact_phone) for firm in rows.select_related("party")],
        "count": count, "words": words, "masked": masked, "back_url": back_url,
        "printed_by": request.user.name, "printed_at": timezone.now(),
    }  # fmt: skip
    return render(request, "members/print.html", context)
