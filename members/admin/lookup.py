"""一屏查企业: the page for the telephone: one box, one card, 记一笔来电 right there."""

import time

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import urlencode

from association.core.adminhooks import holds
from association.core.adminmenu import MenuPage, add_page
from association.core.refusals import reason_of
from association.timeline.actions import log_access
from association.timeline.models import AccessLog

from .. import calls, lookup
from ..call_forms import CallForm
from ..models import Firm

URL = "/admin/members/firm/lookup/"

add_page(MenuPage("企业", "一屏查企业", URL, lambda user: user.has_perm("members.view_firm"), order=5))


def address_of(firm: Firm) -> str:
    return f"{URL}?{urlencode({'firm': firm.pk})}"


def lookup_page(admin, request):
    """Find, and show the one that was found or chosen. A POST shows its telephones, and is remembered."""
    term, chosen = request.GET.get("q", "").strip()[:60], request.GET.get("firm", "")
    if chosen.isdigit() and len(chosen) < 19:
        firms = list(Firm.objects.visible_to(request.user).select_related("party").filter(pk=chosen))
    else:
        firms = lookup.find(request.user, term)
    firm = firms[0] if len(firms) == 1 else None
    if request.method == "POST" and firm is not None:
        return _unmask(admin, request, firm)
    return card_page(admin, request, firm, firms=firms, term=term)


def _unmask(admin, request, firm: Firm):
    """The telephones; a call that is being written down stays in its form."""
    if not holds(request.user, "personal"):
        raise PermissionDenied("您没有查看完整个人信息的权限。")
    log_access(AccessLog.Action.UNMASKED, f"企业「{firm}」", by=request.user, subject=firm, request=request)
    opened = request.session.get("unmasked", {})
    request.session["unmasked"] = opened | {f"{firm._meta.label_lower}:{firm.pk}": time.time()}
    typed = {name: text for name, text in request.POST.items() if name in CallForm.base_fields and text}
    if typed.keys() - {"way", "once"}:
        return card_page(admin, request, firm, firms=[firm], form=CallForm(initial=typed))
    return HttpResponseRedirect(address_of(firm))


def card_page(admin, request, firm: Firm | None, *, firms=(), term="", form=None):
    context = admin.page_context(request, title="一屏查企业", term=term, firms=firms, firm=firm)
    if firm is not None:
        context |= {
            "card": lookup.card_of(firm, request.user, full=admin.is_unmasked(request, firm)),
            "can_unmask": holds(request.user, "personal"), "card_url": address_of(firm),
            "form": form or CallForm(), "may_note": request.user.has_perm("members.add_callnote"),
            "call_url": reverse("admin:members_firm_call", args=[firm.pk]),
            "merged": firm.party.merged_into_id,
        }  # fmt: skip
    status = 422 if form is not None and form.errors else 200
    return TemplateResponse(request, "admin/members/lookup.html", context, status=status)


def call_page(admin, request, firm: Firm):
    """记一笔来电 of this firm; what was wrong is said on the card again."""
    if request.method != "POST":
        return HttpResponseRedirect(address_of(firm))
    form = CallForm(request.POST)
    if form.is_valid():
        try:
            calls.note_call(party=firm.party, by=request.user, **form.values())
        except ValidationError as problem:
            for name, errors in getattr(problem, "message_dict", {None: problem.messages}).items():
                form.add_error(name if name in form.fields else None, errors)
        except PermissionDenied as problem:
            form.add_error(None, reason_of(problem))
        else:
            return HttpResponseRedirect(f"{address_of(firm)}&noted=1")
    return card_page(admin, request, firm, firms=[firm], form=form)
