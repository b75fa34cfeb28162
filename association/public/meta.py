"""What search engines and messengers read of a page: structured data (JSON-LD), the picture beside a link."""

import json

from django.utils.safestring import SafeString, mark_safe

from association.core.models import Association

_ESCAPED = {ord("<"): "\\u003c", ord(">"): "\\u003e", ord("&"): "\\u0026"}  # nothing in it ends the element


def script(data: dict) -> SafeString:
    """A data block: no script, so the strict Content-Security-Policy lets it stand."""
    text = json.dumps({"@context": "https://schema.org"} | data, ensure_ascii=False).translate(_ESCAPED)
    return mark_safe(f'<script type="application/ld+json">{text}</script>')


def default_image(request) -> str:
    return request.build_absolute_uri("/share.jpg")


def organization(request) -> dict:
    ours = Association.current()
    found = {"@type": "Organization", "name": ours.name, "url": request.build_absolute_uri("/")}
    more = {"alternateName": ours.short_name, "telephone": ours.phone, "email": ours.email, "address": ours.address}
    emblem = request.build_absolute_uri(ours.logo_url) if ours.logo else default_image(request)
    return found | {key: value for key, value in more.items() if value} | {"logo": emblem}


def news_article(request, article, path, image: str) -> SafeString:
    publisher = organization(request)
    author = {"@type": "Person", "name": article.author} if article.author else publisher
    data = {
        "@type": "NewsArticle",
        "headline": article.title,
        "description": article.summary,
        "datePublished": article.published_at.isoformat(),
        "dateModified": (article.revised_at or article.published_at).isoformat(),
        "articleSection": path[-1].name,
        "image": [image],
        "mainEntityOfPage": request.build_absolute_uri(article.get_public_url()),
        "author": author,
        "publisher": publisher,
    }
    return script({key: value for key, value in data.items() if value})
