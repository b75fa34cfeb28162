"""A picture of the site as a page draws it. Pure: no database, no Pillow."""

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

WIDTHS = (480, 960, 1920)  # of the files 480.webp … ; a smaller picture is not blown up


def picture_tag(picture, sizes: str, *, alt: str | None = None, lazy: bool = True) -> SafeString:
    """<img> in the picture's sizes, with its measures, so that nothing jumps while it loads."""
    steps = {min(width, picture.width): picture.url(f"{width}.webp") for width in reversed(WIDTHS)}
    return format_html(
        '<img src="{}" srcset="{}" sizes="{}" width="{}" height="{}" alt="{}"{} decoding="async">',
        picture.url(f"{WIDTHS[1]}.webp"), ", ".join(f"{url} {width}w" for width, url in sorted(steps.items())), sizes,
        picture.width, picture.height, picture.alt if alt is None else alt, mark_safe(' loading="lazy"') if lazy else "",
    )  # fmt: skip
