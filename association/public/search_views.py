"""The search of the site (全站搜索)."""

from django.http import Http404
from django.shortcuts import render
from django.utils import timezone

from association.core.pagecache import public_page
from association.news.models import Publication
from association.news.search import words_of
from association.publicity import queries as lists

from . import finding
from .forms import SiteSearchForm, page_number
from .frame import frame_of
from .news_queries import earliest, next_end

KINDS = {"": "全部", "articles": "文章", "notices": "公示公告", "pages": "信息公开"}
FEW = 3  # of a kind above the articles, or behind the last of them where its text alone has the words; its tab has all
ONLY_MARKS = "请输入要查的字词；只有标点符号，查不出内容。"
NO_COLUMN = "没有这个栏目，请在下面重选。"


@public_page("q", "kind", "column", "year", "page")
def search(request):
    """All kinds on one page, each by itself behind a tab. Thirteen queries at most."""
    form, number, frame = SiteSearchForm(request.GET), page_number(request), frame_of(request)
    form.is_valid()
    q, kind, year = form.words(), form.words("kind"), form.cleaned_data.get("year")
    if kind not in KINDS:
        raise Http404
    request.public_until = earliest(lists.next_change(), next_end())
    slug = form.words("column")
    column = frame.column(slug)
    problem = (
        form.problem or (ONLY_MARKS if q and not words_of(q) else "") or (NO_COLUMN if slug and not column else "")
    )
    context = {
        "section": "search",
        "q": request.GET.get("q", "")[:200],
        "kind": kind,
        "column": slug,
        "year": year,
        "problem": problem,
        "columns": _choices(frame),
        "years": _years(),
    }
    if q and not problem:
        context |= _found(q, kind, number, frame, column, year)
    elif number > 1:
        raise Http404
    return render(request, "public/search.html", context)


def _found(q, kind, number, frame, column, year) -> dict:
    """What stands on the page of a question that makes sense."""
    names = {pk: entry.name for pk, entry in frame.columns.items()}
    inside = frame.subtree(column.pk) if column else None
    of_articles = kind in ("", "articles")
    articles = finding.article_page(q, number if of_articles else 1, columns=inside, year=year, names=names)
    notices = [] if column else finding.matching(finding.notices(), q, year)
    pages = [] if column else finding.matching(finding.pages(), q, year)
    firms, firm_count = ([], 0) if column or year else finding.firms(q)
    rows = {"notices": notices, "pages": pages}
    named, others = finding.parted([*notices[:FEW], *pages[:FEW]], q)
    return {
        "page": articles if of_articles else finding.thing_page(rows[kind], q, number),
        "tabs": _tabs(kind, articles.paginator.label, len(notices), len(pages)),
        "above": [] if kind or number > 1 else finding.drawn(named, q),
        "below": [] if kind or articles.has_next() else finding.drawn(others, q),
        "firms": firms if not kind and number == 1 else [],
        "firm_count": firm_count,
        "anything": bool(articles.paginator.count or notices or pages or firm_count),
    }


def _tabs(kind, *numbers) -> list[dict]:
    found = [("", ""), *zip(list(KINDS)[1:], map(str, numbers), strict=True)]
    return [{"kind": key, "label": KINDS[key], "number": number, "current": key == kind} for key, number in found]


def _choices(frame) -> list[tuple[str, str]]:
    """The columns for a list of choices, each below the one that it belongs to."""
    return [
        (entry.slug, "　" * (len(frame.path(entry.pk)) - 1) + entry.name)
        for top in frame.below(0)
        for entry in map(frame.columns.get, frame.subtree(top.pk))
    ]


def _years() -> list[int]:
    """From this year back to that of the first article. One query."""
    first = Publication.objects.on_show().order_by("published_at").values_list("published_at", flat=True).first()
    this = timezone.localdate().year
    return list(range(this, (timezone.localtime(first).year if first else this) - 1, -1))
