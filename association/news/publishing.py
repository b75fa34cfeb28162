"""What the moves of an article do besides changing its state: the copy that goes out, and its way back."""

from datetime import datetime, time

from django.utils import timezone
from django.utils.dateparse import parse_datetime

from association.core.enums import Audience
from association.core.stamp import raise_stamp
from association.documents.actions import widen
from association.documents.filetypes import BY_MIME
from association.documents.models import Document
from association.timeline.actions import record
from association.workflow.actions import MoveRefused
from association.workflow.models import Step

from . import html, search
from .contributions import article_went_out
from .enums import SIGNATURES, ArticleState
from .models import TEXT, Publication

MORNING = time(9)  # when an article of an earlier day (补录) is said to have gone out


def publish(article, step, **_fields):
    """Copy the words to what readers see. An article that is out already keeps its day and says when it was revised."""
    now = timezone.now()
    found = Publication.objects.filter(article=article).first()
    publication = found or Publication(article=article, uid=article.uid)
    put_words(publication, article)
    if found is None or found.withdrawn_at is not None:
        publication.published_at, publication.revised_at = _moment_of(step, now), None
    else:
        publication.revised_at = now
    publication.withdrawn_at = None
    publication.signatures = signatures_of([*standing_steps(article), step])
    publication.save()  # its files are written below: they are told from those that it showed before
    publication.pictures.set(article.pictures.all())
    _show_files(publication, article, step.actor)
    search.put(publication)
    article.publish_at = None
    raise_stamp()
    article_went_out(article, under=step)


def put_words(publication, article):
    """What readers are to see of the article's own fields, onto a copy that is not saved yet."""
    for name in (*TEXT, "column", "cover", "take_down_at"):
        setattr(publication, name, getattr(article, name))
    publication.body = html.clean(article.body)  # it may have come past our own door
    publication.summary = article.summary or html.summary_of(publication.body)


def _show_files(publication, article, by):
    """Open the article's attachments to the public, close those that it had before."""
    attachments = list(article.attachments.select_related("document"))
    close_files(_files_of(publication) - {one.document_id for one in attachments}, "随文章撤下，不再公开", by=by)
    for one in attachments:
        widen(one.document, Audience.PUBLIC, by)
    publication.files = [file_entry(one) for one in attachments]
    publication.save()


def file_entry(attachment) -> dict:
    """A file as the published copy names it."""
    return file_row(attachment.document) | {"document": attachment.document_id, "label": str(attachment)}


def file_row(document) -> dict:
    """A file as the site's pages draw it."""
    kind = BY_MIME.get(document.mime)
    return {
        "uid": str(document.uid),
        "label": document.label,
        "size": document.size,
        "type": kind.name if kind else "",
    }


def _moment_of(step, now: datetime) -> datetime:
    if step.happened_on >= timezone.localdate(now):
        return now
    return timezone.make_aware(datetime.combine(step.happened_on, MORNING))


def signatures_of(steps) -> list[list[str]]:
    """Who signed for what, since the text was last a draft: [[编, 署名, 时间] …] in the order of the signatures."""
    found = {}
    for step in steps:
        if step.target == ArticleState.DRAFT:
            found = {}
        elif step.name in SIGNATURES:
            found[SIGNATURES[step.name]] = [step.signature, step.entered_at.isoformat()]
    return [[role, *said] for role, said in found.items()]


def standing_steps(article):
    return Step.objects.of(article).standing().order_by("entered_at", "id")


def schedule(article, step, *, publish_at=None, **_fields):
    if publish_at is None or publish_at <= timezone.now():
        raise MoveRefused("定时发布的时间已经过去，请选以后的时间，要马上发布请用「签发（发）」。", code="publish_at")
    if article.take_down_at and publish_at >= article.take_down_at:
        raise MoveRefused("定时发布的时间在「到期撤下」之后，请改其中一个。", code="publish_at")
    article.publish_at = publish_at


def unschedule(article, step, **_fields):
    article.publish_at = None


def set_end(article, step, *, take_down_at=None, **_fields):
    """Until when readers see it; None: for good."""
    if take_down_at is not None and take_down_at <= timezone.now():
        raise MoveRefused("撤下的时间已经过去，请选以后的时间，或直接「撤下」。", code="take_down_at")
    _end_at(article, take_down_at)


def take_back_end(article, step):
    _end_at(article, parse_datetime(step.before["take_down_at"]) if step.before["take_down_at"] else None)


def _end_at(article, moment: datetime | None):
    article.take_down_at = moment
    publication = article.publication
    publication.take_down_at = moment
    publication.save()
    raise_stamp()


def why_not_yet(article) -> str:
    if article.publish_at and article.publish_at <= timezone.now():
        return ""
    return "还没有到定时发布的时间，到时由系统自动发布。"


def why_not_over(article) -> str:
    if article.take_down_at and article.take_down_at <= timezone.now():
        return ""
    return "没有设「到期撤下」，或时间还没有到。"


def withdraw(article, step, **_fields):
    """Take it off the site at once: page, lists, search, feeds, attachments; the copy is kept."""
    publication = article.publication
    publication.withdrawn_at = timezone.now()
    publication.pinned_until = None
    publication.save()
    search.drop(publication)
    close_files(_files_of(publication), "随文章撤下，不再公开", by=step.actor)
    article.publish_at = article.take_down_at = None
    raise_stamp()


def _files_of(publication) -> set[int]:
    return {row["document"] for row in publication.files}


def close_files(keys, why: str, *, by):
    """The files that readers could download are the staff's again."""
    for document in Document.objects.filter(pk__in=keys, audience=Audience.PUBLIC):
        document.audience = Audience.STAFF
        document.save(update_fields=["audience"])
        record(document, "document.closed", f"「{document.label}」{why}", by=by)


def why_not_out(article) -> str:
    """Readers may see a copy also while a colleague works on its next words (修订)."""
    if Publication.objects.filter(article=article, withdrawn_at=None).exists():
        return ""
    return "这篇稿件没有对外显示，不需要撤下。"
