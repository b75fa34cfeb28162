"""What templates that show pictures of the site write after {% load news %}."""

from django import template

from association.news.images import picture_tag

register = template.Library()


@register.simple_tag
def picture(picture, sizes="(max-width: 760px) calc(100vw - 40px), 360px", alt=None, lazy=True):
    """{% picture cover sizes="…" %}: an image in its sizes. `alt=""` where the words beside it say the same."""
    return picture_tag(picture, sizes, alt=alt, lazy=lazy)
