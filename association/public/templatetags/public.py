"""What the base of the public pages says of itself to search engines and messengers: {% load public %}."""

from django import template
from django.utils.html import format_html

register = template.Library()


@register.simple_tag(takes_context=True)
def canonical(context):
    """The one address of this page; @public_page has put its query in order before."""
    request = context.get("request")
    if request is None:
        return ""
    address = request.build_absolute_uri()
    return format_html('<link rel="canonical" href="{}"><meta property="og:url" content="{}">', address, address)


@register.simple_tag(takes_context=True)
def absolute(context, path):
    """An address of this site with its host, as messengers want it."""
    request = context.get("request")
    return request.build_absolute_uri(path) if request is not None else path
