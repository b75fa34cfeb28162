"""会籍 on a party's desk: what it is and was, joining, leaving, the letter of acceptance."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from association.cases.materials import missing_of
from association.cases.models import Case
from association.inbox.models import Whose
from association.parties.models import Seat
from members import joining
from members.enums import JOINING, LEAVING, TO_FILL_IN
from members.membership_queries import standing_on
from members.models import Membership

from . import cases
from .desk import of_party
from .forms import StartForm
from .material_views import desk_shelf
from .membership_forms import ApplicationForm, DayForm, LeaveForm

HOME = "/desk/membership/"
CRUMB = [{"label": "会籍", "url": HOME}]


def _memberships(request, desk):
    rows = Membership.objects.visible_to(request.user).standing().filter(party=desk.party)
    return rows.order_by("-joined_on", "-pk")


@of_party
@require_safe
def membership(request, desk):
    """What the party is today and was on a day that is asked for; the way in, the way out."""
    rows = list(_memberships(request, desk))
    current = next((row for row in rows if row.ended_on is None), None)
    form = DayForm(request.GET if "day" in request.GET else {"day": timezone.localdate()})
    application = None if current else joining.open_application_of(desk.party)
    leaving = joining.open_leaving_of(desk.party) if current else None
    context = {
        "current": current, "rows": rows, "standing": standing_on(desk.party, form.asked()), "form": form,
        "today": standing_on(desk.party), "under_way": _under_way(application or leaving),
        "may_join": desk.may_move and not current and not application,
        "may_leave": desk.may_move and current is not None and leaving is None,
    }  # fmt: skip
    return render(request, "portal/membership.html", context)


def _under_way(row) -> dict | None:
    return {"title": cases.title_of(row.case), "url": row.case.desk_url} if row else None


# -- Joining, leaving -------------------------------------------------------------------------------------------------


@of_party
@require_POST
def apply(request, desk):
    """A draft, or the application that is under way."""
    desk.must_move()
    if not StartForm(request.POST).is_valid():
        return redirect(HOME)
    try:
        row = joining.begin(party=desk.party, by=request.user)
    except ValidationError as problem:
        messages.warning(request, problem.messages[0])
        return redirect(HOME)
    return redirect(row.case.desk_url)


@never_cache
def apply_as_person(request):
    """Somebody without a firm joins for themselves (个人会员): a question, then a desk of their own."""
    if request.user.is_staff or Seat.objects.live().filter(user=request.user).exists():
        return redirect(HOME if not request.user.is_staff else "/desk/")
    if request.method == "POST" and StartForm(request.POST).is_valid():
        try:
            row = joining.begin_as_person(by=request.user)
        except ValidationError as problem:
            messages.warning(request, problem.messages[0])
            return redirect("/desk/")
        return redirect(row.case.desk_url)
    return render(request, "portal/membership_person.html")


@of_party
def leave(request, desk):
    """The question before leaving; a POST asks for it."""
    desk.must_move()
    row = _memberships(request, desk).filter(ended_on=None).first()
    if row is None:
        messages.info(request, "现在不是会员，不用申请退会。")
        return redirect(HOME)
    form = LeaveForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            asked = joining.ask_to_leave(membership=row, by=request.user, reason=form.cleaned_data["reason"])
        except ValidationError as problem:
            form.add_error(None, problem.messages[0])
        else:
            messages.success(request, "退会申请已提交；协会登记以前可以撤回。")
            return redirect(asked.case.desk_url)
    context = {"form": form, "crumbs": CRUMB, "back": HOME, "posts": standing_on(desk.party).posts}
    return render(request, "portal/membership_leave.html", context, status=422 if form.errors else 200)


# -- One case ---------------------------------------------------------------------------------------------------------


def _case_or_404(request, desk, uid) -> Case:
    rows = Case.objects.visible_to(request.user).standing().filter(party=desk.party, kind__in=(JOINING, LEAVING))
    case = rows.select_related("party").filter(uid=uid).first()
    if case is None:
        raise Http404
    return case


@of_party
def case(request, desk, uid):
    """Whose turn it is, the application to fill in or to read, its papers, what happened. A POST saves the form."""
    row = _case_or_404(request, desk, uid)
    application = row.membership_application if row.kind == JOINING else None
    to_fill_in = application is not None and row.state in TO_FILL_IN and desk.may_move
    form = None
    if to_fill_in:
        form = ApplicationForm(
            request.POST if request.method == "POST" else None, instance=application, thing=row, reader=request.user,
            of_person=application.kind == Membership.Kind.PERSON,
        )  # fmt: skip
        if request.method == "POST" and form.is_valid() and _saved(request, form, application):
            return redirect(row.desk_url)
    elif request.method == "POST":
        messages.warning(request, "申请已经提交，协会正在办理；要修改请先撤回，或请协会退回补正。")
        return redirect(row.desk_url)
    missing = missing_of(row) if application else []
    made = Membership.objects.filter(case=row).exclude(letter="").first() if application else None
    context = {
        "case": row, "application": application, "form": form, "title": cases.title_of(row),
        "facts": _facts(application, desk) if application and not form else [],
        "shelf": desk_shelf(row, request.user, back=row.desk_url) if application else None, "crumbs": CRUMB,
        "turn": _turn(desk, row, missing), "steps": cases.stations(row), "events": cases.events(desk, row),
        "undo": cases.undo_of(desk, row), "leaving": cases.leaving_of(desk, row), "letter": made, **cases.state_of(row),
    }  # fmt: skip
    return render(request, "portal/membership_case.html", context, status=422 if form and form.errors else 200)


def _saved(request, form, application) -> bool:
    if not form.saves(
        lambda: joining.save(application, by=request.user, seen_version=form.seen_version, **form.values())
    ):
        return False
    messages.success(request, "已保存。填好并交齐材料以后，请点「提交入会申请」。")
    return True


def _facts(application, desk) -> list[tuple]:
    """(label, value) of what was filled in; the telephone is the party's own."""
    names = ("kind", *joining.FIELDS, "body", "meeting_on")
    label = {name: application.label_of(name) for name in names}
    shown = {name: getattr(application, name) for name in names} | {"kind": application.get_kind_display()}
    return [(label[name], value) for name, value in shown.items() if value not in ("", None)]


def _turn(desk, row: Case, missing) -> dict:
    theirs = cases.whose_turn(row) == Whose.PARTY
    note = f"还缺材料：{'、'.join(slot.name for slot in missing)}" if theirs and missing else ""
    return cases.turn_of(desk, row, over="已办结", buttons=cases.buttons_of(desk, row), due=row.due_at, note=note)


@of_party
def move(request, desk, uid, name):
    """The confirm page of one of the party's own moves, and the move."""
    row = _case_or_404(request, desk, uid)
    return cases.move_page(request, desk, row, name, crumbs=CRUMB, title=cases.title_of(row))


@of_party
def undo(request, desk, uid):
    row = _case_or_404(request, desk, uid)
    return cases.undo_page(request, desk, row, crumbs=CRUMB, title=cases.title_of(row))


@of_party
@require_safe
def letter(request, desk, uid):
    """入会通知书, to read and to print."""
    row = _memberships(request, desk).filter(uid=uid).exclude(letter="").select_related("case").first()
    if row is None:
        raise Http404
    return render(request, "members/letter.html", {"membership": row, "back_url": HOME})
