"""The check before publishing (发布前检查): what would embarrass the association if it went out as it is."""

from dataclasses import dataclass
from urllib.parse import unquote, urlsplit
from uuid import UUID

from django.conf import settings
from django.db.models import Q
from django.urls import Resolver404, resolve

from association.core.enums import Audience
from association.documents.models import Document

from . import html
from .enums import Layout, SourceKind, WordKind
from .models import Column, Publication, SitePage, Topic, WordRule

LONGEST_TITLE = 32  # characters that a line of the home page and a forwarded card show whole
SHORTEST_TITLE = 4
FEWEST_WORDS = 10  # characters of an article that is more than a heading for its attachments


@dataclass(frozen=True)
class Problem:
    """`stops`: the article does not go on before it is mended; otherwise a person may decide to leave it."""

    sentence: str
    stops: bool = False


def problems_of(article) -> list[Problem]:
    """Everything found, what stops first. At most seven queries, whatever the length of the text."""
    found = [*_title(article), *_text(article), *_source(article), *_policy(article), *_pictures(article)]
    found += [*_words(article), *_links(article), *_remarks(article)]
    return sorted(found, key=lambda problem: not problem.stops)


def why_not_go_on(article) -> str:
    """The first problem that stops, or ""."""
    return next((problem.sentence for problem in problems_of(article) if problem.stops), "")


def _title(article):
    length = len(article.title.strip())
    if length < SHORTEST_TITLE:
        yield Problem(f"标题只有 {length} 个字，请写完整。", stops=True)
    elif length > LONGEST_TITLE:
        yield Problem(
            f"标题有 {length} 个字，超过 {LONGEST_TITLE} 个字，首页和转发卡片上会折行；可以把一部分移到副标题。"
        )


def _text(article):
    words = html.text_of(article.body)
    if words.split("\n")[0].strip() == article.title.strip() != "":
        yield Problem("正文第一行又写了一遍标题，网页上会重复，请删去这一行。")
    if len(words) < FEWEST_WORDS and not article.attachments.exists():
        yield Problem("正文是空的，请写正文或添加附件。", stops=True)
    elif article.column.layout == Layout.FILES and not article.attachments.exists():
        yield Problem(f"「{article.column}」是下载栏目，请添加附件。", stops=True)


def _source(article):
    if article.source_kind != SourceKind.REPRINT:
        return
    if not article.source:
        yield Problem("转载的文章没有写来源，请填写来源。", stops=True)
    if not article.source_on:
        yield Problem("转载的文章没有写原文日期，请填写原文日期。", stops=True)
    if not article.source_url:
        yield Problem("转载的文章没有写原文网址，读者无法核对原文。")


def _policy(article):
    if article.column.layout != Layout.POLICY:
        return
    missing = [
        label
        for value, label in (
            (article.issued_by, "发文机关"), (article.issued_on, "成文日期"), (article.effect, "效力"),
        )
        if not value
    ]  # fmt: skip
    if missing:
        yield Problem(f"政策文件还没有写{'、'.join(missing)}，请补上。", stops=True)
    if not article.document_number:
        yield Problem("政策文件没有写发文字号；确实没有字号的可以不填。")


def _pictures(article):
    bare = sum(not image.get("alt", "").strip() for image in html.images_of(article.body))
    if bare:
        yield Problem(f"正文里有 {bare} 张图片没有写说明，看不到图片的读者不知道是什么；请选中图片，填写替代文字。")
    if article.cover and not article.cover.alt:
        yield Problem("封面图片没有写说明，请打开「封面」，在裁剪的那一页填写。")
    if article.column.layout == Layout.CARDS and not article.cover:
        yield Problem(f"「{article.column}」按图片卡片显示，这篇还没有封面。")


def _words(article):
    text = "\n".join((article.title, article.subtitle, article.summary, html.text_of(article.body)))
    for rule in WordRule.objects.filter(is_active=True):
        times = text.count(rule.word)
        if rule.instead and rule.word in rule.instead:  # a short name within its own full name is no mistake
            times -= text.count(rule.instead)
        if times <= 0:
            continue
        note = f"（{rule.note}）" if rule.note else ""
        if rule.kind == WordKind.FORBIDDEN:
            yield Problem(f"出现禁用词「{rule.word}」{times} 次{note}，请改写。", stops=True)
        elif rule.instead:
            yield Problem(f"「{rule.word}」应为「{rule.instead}」，出现 {times} 次{note}。")
        else:
            yield Problem(f"请再看一下「{rule.word}」，出现 {times} 次{note}。")


def _links(article):
    for url in dict.fromkeys(html.links_of(article.body)):
        if not html.is_internal(url, settings.ALLOWED_HOSTS):
            continue
        if _path(url).startswith("/admin/"):
            yield Problem(f"链接 {url} 是工作台的地址，读者打不开，请换成公开页面的网址。", stops=True)
        elif not _stands(url, article):
            yield Problem(f"站内链接 {url} 打不开，请改正或删去。", stops=True)


def _remarks(article):
    if open_now := article.remarks.filter(done_at=None).count():
        yield Problem(f"还有 {open_now} 条批注没有处理。")


_BY_SLUG = {"column": Column, "topic": Topic, "page": SitePage}


def _path(url: str) -> str:
    return unquote(urlsplit(url).path) or "/"


def _stands(url: str, article) -> bool:
    """Whether a reader of the article who follows an address of this site finds a page."""
    try:
        match = resolve(_path(url))
    except Resolver404:
        return False
    uid, slug = match.kwargs.get("uid"), match.kwargs.get("slug")
    if match.view_name == "public:article":
        return Publication.objects.on_show().filter(uid=uid).exists()
    if match.url_name in _BY_SLUG and slug:
        return _BY_SLUG[match.url_name].objects.shown().filter(slug=slug).exists()
    if match.view_name == "documents:download" and isinstance(uid, UUID):
        open_with_it = Q(audience=Audience.PUBLIC) | Q(pk__in=article.attachments.values("document"))
        return Document.objects.filter(open_with_it, uid=uid).exists()
    return True
