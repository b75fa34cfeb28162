"""An article as its readers would see it, before it is signed out (预览)."""

from django.utils import timezone

from . import html
from .models import TEXT, Publication
from .publishing import file_entry


def unsaved(article) -> Publication:
    """The copy that would go out now; never saved."""
    found = Publication.objects.filter(article=article).first()
    values = {name: getattr(article, name) for name in TEXT} | {"body": html.clean(article.body)}
    copy = Publication(article=article, uid=article.uid, column=article.column, cover=article.cover, **values)
    copy.summary = article.summary or html.summary_of(values["body"])
    copy.published_at = found.published_at if found else article.publish_at or timezone.now()
    copy.files = [file_entry(one) for one in article.attachments.select_related("document")]
    return copy
