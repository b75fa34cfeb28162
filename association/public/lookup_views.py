"""查询: from one page to a firm, or to how far a matter (办件) of one's own has come."""

import re
import unicodedata

from allauth.core import ratelimit
from django.contrib.auth.decorators import login_not_required
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from association.cases.models import Case
from association.core.enums import Audience
from association.core.pagecache import public_page
from association.workflow.models import Step
from association.workflow.table import workflow_of

from .forms import ProgressForm

NOT_FOUND = "没有查到。请核对办件编号和统一社会信用代码，两项都要与申报时一致；刚提交、还没有编号的请登录后查看。"
TOO_OFTEN = "查得太频繁，请过几分钟再查。急用请与协会联系。"


@public_page()
def lookup(request):
    """One query, of the frame."""
    return render(request, "public/lookup.html", {"section": "lookup", "form": ProgressForm()})


@csrf_exempt  # it changes nothing, and the kept page that holds the form can hold no token
@login_not_required
@never_cache
def progress(request):
    """The state of a matter and the day of its last step, to who knows its number and the unit's code. Nothing more.

    A wrong number and a wrong code are answered alike; an address may ask some times a minute.
    """
    if request.method != "POST":
        return redirect("public:lookup")
    form = ProgressForm(request.POST)
    context = {"section": "lookup", "form": form, "asked": True}
    if not form.is_valid():
        return render(request, "public/lookup.html", context, status=422)
    number, code = form.cleaned_data["number"], form.cleaned_data["code"]
    if not ratelimit.consume(request, action="lookup", key=number):
        return render(request, "public/lookup.html", context | {"problem": TOO_OFTEN}, status=429)
    found = _progress_of(number, code)
    problem = "" if found else NOT_FOUND
    return render(request, "public/lookup.html", context | {"found": found, "problem": problem})


def _bare(number: str) -> str:
    """A number as people copy it: 〔2021〕, (2021) and [2021] are the same, blanks are nothing."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", number)).upper()


def _progress_of(number: str, code: str) -> dict | None:
    """{"number", "said", "day"}. Two queries. Matters that only who is in charge sees are not found."""
    cases = Case.objects.filter(audience=Audience.PARTY, voided_at=None, party__code=code, number__isnull=False)
    case = next((one for one in cases if _bare(one.number) == _bare(number)), None)
    if case is None:
        return None
    days = Step.objects.of(case).standing().order_by("-happened_on").values_list("happened_on", flat=True)
    return {
        "number": case.number,
        "said": workflow_of(case).label_for(case.state, staff=False),
        "day": days.first() or case.submitted_on or case.opened_at,
    }
