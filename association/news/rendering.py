"""Stored text as a page draws it: cleaned once more, pictures in sizes, tables that scroll.

One query, none where the text shows no picture.
"""

from django.utils.safestring import SafeString, mark_safe

from . import html
from .images import picture_tag
from .models import Picture

TEXT_SIZES = "(max-width: 760px) calc(100vw - 40px), 720px"  # how wide a picture of a text is drawn


def drawn(body: str) -> SafeString:
    """The HTML of a text for a page. What is stored is never trusted: it is cleaned again, whoever wrote it."""
    body = html.clean(body)
    uids = html.picture_uids(body)
    pictures = {str(one.uid): one for one in Picture.objects.filter(uid__in=uids)} if uids else {}

    def tag_of(attributes) -> str:
        match = html.OUR_PICTURE.match(attributes.get("src", ""))
        picture = pictures.get(match[1]) if match else None
        if picture is None:
            return ""
        alt = attributes.get("alt") or picture.alt
        return picture_tag(picture, TEXT_SIZES, alt=alt, lazy=match[1] != uids[0])

    # every part of it is nh3's own output or escaped by picture_tag
    return mark_safe(
        html.with_scrolling_tables(html.with_figures(html.with_telephones(html.with_pictures(body, tag_of))))
    )
