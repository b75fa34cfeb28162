"""Writes of the newsroom: articles with their revisions, remarks, attachments, pins, and the clock."""

from collections.abc import Sequence
from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from association.accounts.roles import Right
from association.accounts.rules import may, name_of, needs
from association.core.enums import Audience
from association.core.models import StaleVersion
from association.core.stamp import raise_stamp
from association.documents.actions import store
from association.documents.library import take
from association.documents.models import Document
from association.timeline.actions import record
from association.workflow.actions import MoveRefused, perform, refresh_todo
from association.workflow.models import Step

from . import html
from .enums import ArticleState
from .models import TEXT, Article, Attachment, Contribution, Picture, Publication, Remark, Revision
from .word import taken_in

OPEN = {  # who may change the words in which state: whoever signs next mends what he sees
    ArticleState.DRAFT: Right.NEWS,
    ArticleState.REVIEW: Right.NEWS_REVIEW,
    ArticleState.PROOF: Right.NEWS,
}
PLACED = ("column", "cover", "take_down_at")  # what is not part of the words
MOST_ATTACHMENTS = 20


def why_not_edit(article, user) -> str:
    """Why the person cannot change the words now, or ""."""
    right = OPEN.get(article.state)
    if right is None:
        if article.state == ArticleState.PUBLISHED:
            return "已发布的文章不能直接改，请先点「修订」；改好的稿件重新签发以后替换它。"
        return f"稿件现在是「{article.state_label}」，要改请先退稿。"
    return "" if may(right)(user) else f"稿件现在是「{article.state_label}」，由办理这一步的人修改。"


@transaction.atomic
def create_article(*, by, column, topics=(), note: str = "", **values) -> Article:
    """A new article in the desk of `by` (责任编辑). `values`: fields of models.TEXT, cover, take_down_at."""
    needs(by, Right.NEWS, "编辑信息")
    article = Article(column=column, editor=by, state=ArticleState.DRAFT)
    _put(article, values)
    article.save()
    article.topics.set(topics)
    _after_change(article, by=by, note=note)
    record(article, "article.created", f"{name_of(by)}新建稿件「{article}」", by=by)
    refresh_todo(article)
    return article


def create_from_word(upload, *, by, column) -> tuple[Article, Sequence[str]]:
    """A new article with the title, text and pictures of a Word file, and a sentence on each thing that was left out.

    The pictures are taken in first, outside of any transaction: that may take seconds. Raises ValidationError.
    """
    needs(by, Right.NEWS, "编辑信息")
    with taken_in(upload, by=by) as word:
        note = f"来自 Word 文件「{upload.name}」"
        return create_article(by=by, column=column, note=note, title=word.title, body=word.body), word.refused


@transaction.atomic
def save_article(
    article: Article, *, by, seen_version: int | None = None, topics=None, note: str = "", **values
) -> Article:
    """Change an article that waits for the person. A revision is kept where the words changed.

    Raises PermissionDenied, MoveRefused (not now), StaleVersion (a colleague saved since `seen_version`).
    """
    locked = Article.objects.select_for_update().get(pk=article.pk)
    if seen_version is not None and locked.version != seen_version:
        raise StaleVersion(locked)
    needs(by, Right.NEWS, "编辑信息")
    if why := why_not_edit(locked, by):
        raise MoveRefused(why)
    changed = _put(locked, values)
    if topics is not None and set(topics) != set(locked.topics.all()):
        locked.topics.set(topics)
        raise_stamp()
        changed.append("topics")
    if changed:  # to save what is as it was is no change that a colleague has to look at
        locked.save()
    _after_change(locked, by=by, note=note)
    if placed := _labels(name for name in changed if name not in TEXT):
        record(locked, "article.placed", f"{name_of(by)}改动{placed}", by=by)
    article.refresh_from_db()
    return locked


def _labels(names) -> str:
    return "、".join(Article._meta.get_field(name).verbose_name for name in names)


def _put(article, values: dict) -> list[str]:
    """The names of the fields that are no longer as they were."""
    unknown = set(values) - {*TEXT, *PLACED}
    if unknown:
        raise TypeError(f"no field of an article: {sorted(unknown)}")
    keys = {name: Article._meta.get_field(name).attname for name in values}
    before = {name: getattr(article, key) for name, key in keys.items()}
    for name, value in values.items():
        setattr(article, name, html.clean(value) if name == "body" else value)
    return [name for name, key in keys.items() if getattr(article, key) != before[name]]


def _after_change(article, *, by, note: str):
    uids = html.picture_uids(article.body)
    article.pictures.set(Picture.objects.filter(uid__in=uids))
    text = text_of(article)
    last = article.revisions.order_by("-number").first()
    if last and last.text == text:
        return
    number = last.number + 1 if last else 1
    Revision.objects.create(article=article, number=number, text=text, by=by, note=note[:120])
    if last:
        changed = _labels(name for name in TEXT if last.text[name] != text[name])
        record(article, "article.changed", f"{name_of(by)}修改稿件：{changed}（第 {number} 稿）", by=by, note=note)


def text_of(article) -> dict:
    """The words as a revision keeps them: {field: JSON value}."""
    encode = DjangoJSONEncoder().default
    values = {name: getattr(article, name) for name in TEXT}
    return {name: encode(value) if isinstance(value, date) else value for name, value in values.items()}


def restore_revision(article: Article, revision: Revision, *, by, seen_version: int | None = None) -> Article:
    """Make an earlier revision the words again, as a new one."""
    if revision.article_id != article.pk:
        raise ValueError("a revision of another article")
    values = {name: Article._meta.get_field(name).to_python(value) for name, value in revision.text.items()}
    return save_article(article, by=by, seen_version=seen_version, note=f"恢复自第 {revision.number} 稿", **values)


@transaction.atomic
def delete_draft(article: Article, *, by):
    """Remove a draft that never went anywhere; what was ever signed stays."""
    needs(by, Right.NEWS, "编辑信息")
    locked = Article.objects.select_for_update().get(pk=article.pk)
    if why := why_not_delete(locked):
        raise MoveRefused(why)
    record(locked, "article.deleted", f"{name_of(by)}删除草稿「{locked}」", by=by)
    locked.revisions.all().delete()
    locked.delete()


def why_not_delete(article) -> str:
    if article.state != ArticleState.DRAFT or Step.objects.of(article).exists():
        return "送审过的稿件留存备查，不能删除；不用的可以退稿后搁置。"
    if Contribution.objects.filter(article=article).exists():
        return "这篇稿件来自会员投稿，请在投稿里「取消采用」，再删除。"
    return ""


# -- Remarks, attachments, pins ----------------------------------------------------------------------------------------


@transaction.atomic
def add_remark(article: Article, *, by, text: str) -> Remark:
    needs(by, Right.NEWS, "批注稿件")
    if not text.strip():
        raise ValidationError("请写批注的内容。")
    remark = Remark.objects.create(article=article, by=by, text=text.strip()[:500])
    record(article, "article.remark", f"{by.name}批注：{remark.text}", by=by)
    return remark


@transaction.atomic
def settle_remark(remark: Remark, *, by):
    """Tick a remark off. Twice changes nothing."""
    needs(by, Right.NEWS, "处理批注")
    if remark.done_at is None:
        remark.done_at, remark.done_by = timezone.now(), by
        remark.save()
        record(remark.article, "article.remark_done", f"{by.name}处理批注：{remark.text}", by=by)


@transaction.atomic
def attach(article: Article, upload, *, by, label: str = "") -> Attachment:
    """Put a file (or a document that was kept for it) under the article; open to the public once the article is signed
    out. Raises ValidationError."""
    needs(by, Right.NEWS, "添加附件")
    if why := why_not_edit(article, by):
        raise MoveRefused(why)
    if article.attachments.count() >= MOST_ATTACHMENTS:
        raise ValidationError(f"一篇文章最多 {MOST_ATTACHMENTS} 个附件，请把几个文件合并成一个。")
    if isinstance(upload, Document):
        document = take(upload, party=None, by=by, audience=Audience.STAFF, kind="news")
    else:
        document = store(upload, owner_party=None, by=by, kind="news", audience=Audience.STAFF)
    last = article.attachments.aggregate(last=Max("position"))["last"] or 0
    return Attachment.objects.create(
        article=article, document=document, label=label.strip()[:120], position=min(last + 10, 32000)
    )


@transaction.atomic
def arrange(attachment: Attachment, *, label: str, position: int, by) -> Attachment:
    """Name a file under the article and put it in its place among the others."""
    needs(by, Right.NEWS, "整理附件")
    if why := why_not_edit(attachment.article, by):
        raise MoveRefused(why)
    attachment.label, attachment.position = label.strip(), position
    attachment.save()
    record(attachment.article, "article.arranged", f"{name_of(by)}整理附件「{attachment}」", by=by)
    return attachment


@transaction.atomic
def detach(attachment: Attachment, *, by):
    """Take a file from under the article; a published copy shows its files until it is signed out anew."""
    needs(by, Right.NEWS, "删除附件")
    if why := why_not_edit(attachment.article, by):
        raise MoveRefused(why)
    record(attachment.article, "article.detached", f"{name_of(by)}删除附件「{attachment}」", by=by)
    attachment.delete()


@transaction.atomic
def pin(publication: Publication, *, until: date | None, by) -> Publication:
    """Keep an article on top of its column until that day; None lets it go."""
    needs(by, Right.NEWS, "置顶文章")
    locked = Publication.objects.select_for_update().get(pk=publication.pk)
    if until and until < timezone.localdate():
        raise ValidationError({"pinned_until": "置顶的日期已经过去，请选今天或以后的日期。"})
    locked.pinned_until = until
    locked.save()
    said = f"置顶到 {until:%Y-%m-%d}" if until else "取消置顶"
    record(locked.article, "article.pinned", f"{name_of(by)}把「{locked}」{said}", by=by)
    raise_stamp()
    return locked


# -- The clock -------------------------------------------------------------------------------------------------------


def run_clock(now: datetime | None = None) -> int:
    """Publish what is due and take down what is over. Returns how many; twice in a row changes nothing."""
    now = now or timezone.now()
    done = 0
    for move, due in (
        ("go_live", Article.objects.filter(state=ArticleState.SCHEDULED, publish_at__lte=now)),
        ("expire", Article.objects.filter(state=ArticleState.PUBLISHED, take_down_at__lte=now)),
    ):
        for article in due:
            try:
                perform(article, move, by=None, note="到时由系统自动办理")
                done += 1
            except MoveRefused:  # another process, or a person, was quicker
                continue
    return done
