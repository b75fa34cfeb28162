"""An article as its readers would see it, before it is signed out (预览)."""

from django.utils import timezone

from .models import Publication
from .publishing import file_entry, put_words


def unsaved(article) -> Publication:
    """The copy that would go out now; never saved."""
    found = Publication.objects.filter(article=article).first()
    copy = Publication(article=article, uid=article.uid)
    put_words(copy, article)
    copy.published_at = found.published_at if found else article.publish_at or timezone.now()
    copy.files = [file_entry(one) for one in article.attachments.select_related("document")]
    return copy
