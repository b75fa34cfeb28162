"""The public site. Each page is the same for everyone and kept by core.pagecache; none reads a cookie or a session."""

from django.contrib.auth.decorators import login_not_required
from django.core.files.storage import default_storage
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from association.core.logo import FOLDER
from association.core.models import Association
from association.core.pagecache import public_page
from association.news.enums import HomePlace
from association.news.models import ABOUT, SitePage
from association.news.rendering import drawn
from association.publicity import queries as lists
from association.publicity import texts
from members.dues.years import public_years

from . import home as home_lists
from . import meta, queries
from .forms import DirectoryForm, LinesForm, SearchForm, page_number
from .frame import frame_of
from .share import icon_svg, share_jpeg
from .theme import stylesheet

CLOSED = ("/admin/", "/desk/", "/accounts/", "/files/", "/lookup/progress/")  # to search engines
ROBOTS = "User-agent: *\n" + "".join(f"Disallow: {path}\n" for path in CLOSED)
NOTICES, POLICY = HomePlace.NOTICES, HomePlace.POLICY
GROWN = 50  # lines of a list from which the whole of it on one page is offered


@public_page()
def home(request):
    """Five queries, four while no list is open."""
    frame = frame_of(request)
    shown, publicities = home_lists.lines(frame), lists.current_lists()
    request.public_until = home_lists.next_change(publicities, shown)
    tiles, rates = queries.figures()
    all_over = bool(publicities) and all(entry["days_left"] is None for entry in publicities)
    context = {
        "section": "home",
        "publicities": publicities,
        "list_title": "最近公示" if all_over else "正在公示",
        "announced": {"title": "最新公告", "url": "/publicity/"},
        "announcements": shown.get(home_lists.ANNOUNCED, []),
        "banners": shown.get(home_lists.BANNER, []),
        "services": _services(rates),
        "tiles": tiles,
        "json_ld": meta.script(meta.organization(request)),
        "quiet": not publicities and home_lists.ANNOUNCED not in shown and {NOTICES, POLICY} <= shown.keys(),
        **{place.value: _part(place, frame, shown) for place in home_lists.MOST},
    }
    return render(request, "public/home.html", context)


def _part(place, frame, shown) -> dict:
    """A list of articles on the home page: {"rows", "title", "url"}, named as its column."""
    entry = frame.at_home(place)
    return {
        "rows": shown.get(place, []),
        "title": entry.name if entry else place.label,
        "url": entry.url if entry else "",
    }


def _services(rates: bool) -> list[dict]:
    said = "企业登录后核对得分、看每一分的依据" if rates else "企业登录后办理入会、变更、会费等事项"
    sought = "企业、信用等级" if rates else "企业"
    return [
        {"title": "信用评价" if rates else "企业办事", "text": said, "url": "/desk/"},
        {"title": "加入协会", "text": "新单位网上登记，开通账号后申请入会", "url": "/register/"},
        {"title": "查询", "text": f"查{sought}、证书，按编号查办理进度", "url": "/lookup/"},
        {"title": "反映诉求", "text": "经营中遇到的困难和不公平的做法，告诉协会", "url": "/about/#contact"},
    ]


@public_page("q", "district", "grade", "member", "page")
def directory(request):
    form = DirectoryForm(request.GET)
    form.is_valid()
    wanted = {name: form.words(name) for name in ("district", "grade")} | {"member": form.cleaned_data["member"]}
    grades = queries.grade_labels()
    context = {
        "section": "directory",
        "lead": _directory_lead(grades),
        "page": queries.firm_page(page_number(request), q=form.words(), **wanted),
        "q": request.GET.get("q", "")[:200],
        "problem": form.problem,
        "districts": queries.district_names(),
        "grades": grades,
        **wanted,
    }
    return render(request, "public/directory.html", context)


@public_page()
def firm(request, uid):
    found = queries.public_firm(uid)
    if found is None:
        raise Http404
    if found.uid != uid:
        return redirect("public:firm", found.uid)
    context = {"section": "directory", "rates": found.rates, **queries.firm_facts(found)}
    return render(request, "public/firm.html", context)


@public_page("page")
def publicities(request):
    number = page_number(request)
    request.public_until = lists.next_change()
    page = _that(lists.past_lists(number), number)
    context = {"section": "publicity", "page": page, "open_entries": lists.open_lists() if number == 1 else []}
    return render(request, "public/publicity_list.html", context)


@public_page("q", "result", "page")
def publicity(request, uid):
    shown = _list_or_404(request, uid)
    form, number = LinesForm(request.GET), page_number(request)
    form.is_valid()
    facts = lists.list_facts(shown)
    page = _that(lists.list_page(shown, q=form.words(), result=form.words("result"), number=number), number)
    context = {
        "section": "publicity",
        "publicity": shown,
        "page": page,
        "q": request.GET.get("q", "")[:200],
        "result": form.words("result"),
        "problem": form.problem,
        "full_url": f"{shown.get_public_url()}print/" if facts["line_count"] > GROWN else "",
        "copy_text": texts.share_list(shown, line_count=facts["line_count"], address=_address(request, shown)),
        **facts,
    }
    return render(request, "public/publicity.html", context)


@public_page()
def publicity_sheet(request, uid):
    """The whole list on one page, for paper."""
    shown = _list_or_404(request, uid)
    return render(request, "public/publicity_sheet.html", texts.print_sheet(shown))


@public_page("q", "page")
def announcement(request, uid):
    shown = _announcement_or_404(uid)
    form, number = SearchForm(request.GET), page_number(request)
    form.is_valid()
    facts = lists.announcement_facts(shown)
    context = {
        "section": "publicity",
        "announcement": shown,
        "page": _that(lists.announcement_page(shown, q=form.words(), number=number), number),
        "q": request.GET.get("q", "")[:200],
        "problem": form.problem,
        "full_url": f"{shown.get_public_url()}print/" if facts["line_count"] > GROWN else "",
        "copy_text": texts.share_announcement(shown, line_count=facts["line_count"], address=_address(request, shown)),
        **facts,
    }
    return render(request, "public/announcement.html", context)


@public_page()
def announcement_sheet(request, uid):
    """The whole announcement on one page, for paper."""
    shown = _announcement_or_404(uid)
    context = {
        "announcement": shown,
        "lines": lists.announced_lines(shown),
        **lists.announcement_facts(shown),
    }
    return render(request, "public/announcement_sheet.html", context)


@public_page()
def about(request):
    """Three queries, four where its words have a picture."""
    shown = SitePage.objects.shown().filter(slug=ABOUT).first()
    context = {
        "section": "about",
        "shown": shown,
        "body": drawn(shown.body) if shown else "",
        "dues_years": public_years(),
    }
    return render(request, "public/about.html", context)


# -- What browsers and search engines ask for ------------------------------------------------------------------------


@public_page("v")
def theme(request):
    """The association's own colours; `v` is the version of its row, so that a change is fetched at once."""
    return HttpResponse(stylesheet(Association.current().colours), content_type="text/css; charset=utf-8")


@public_page()
def robots(request):
    sitemap = request.build_absolute_uri("/sitemap.xml")
    return HttpResponse(f"{ROBOTS}Sitemap: {sitemap}\n", content_type="text/plain; charset=utf-8")


@public_page()
def share_picture(request):
    """What messengers draw beside a link to a page without a picture of its own."""
    return HttpResponse(share_jpeg(Association.current().colours), content_type="image/jpeg")


@public_page("v")
def icon(request):
    own = Association.current()
    return HttpResponse(icon_svg(own.logo_letter, own.colours), content_type="image/svg+xml; charset=utf-8")


@public_page()
def favicon(request):
    return redirect(Association.current().icon_url)


@login_not_required
@require_safe
def logo(request, name):
    """The association's emblem; it never changes under its address."""
    own = Association.current()
    if own.logo != f"{FOLDER}/{name}":
        raise Http404
    try:
        with default_storage.open(own.logo) as file:
            content = file.read()
    except FileNotFoundError:
        raise Http404 from None
    headers = {"Cache-Control": "public, max-age=31536000, immutable", "X-Content-Type-Options": "nosniff"}
    return HttpResponse(content, content_type="image/png", headers=headers)


# -- Helpers ------------------------------------------------------------------------------------------------------


def _directory_lead(grades: list[str]) -> str:
    """Who stands in the directory, in the association's words."""
    firms = f"{Association.current().words['industry']}企业"
    if grades:
        return f"查在本地从业的{firms}和它最近一次公布的信用等级。等级以发布单位的公告为准。"
    return f"查在本地从业的{firms}。"


def _that(page, number: int):
    """The page itself: queries give the nearest one for a number that is not there; an address says what it shows."""
    if page.number != number:
        raise Http404
    return page


def _list_or_404(request, uid):
    shown = lists.public_list(uid)
    if shown is None:
        raise Http404
    request.public_until = lists.next_change()
    return shown


def _announcement_or_404(uid):
    shown = lists.public_announcement(uid)
    if shown is None:
        raise Http404
    return shown


def _address(request, thing) -> str:
    return request.build_absolute_uri(thing.get_public_url())
