"""Stored HTML (正文): cleaned on save to what the site's own styles draw; pure, no database.

Headings, lists, tables, quotes, links and the site's own pictures stay. Fonts, colours, sizes, scripts, frames and
pictures of other hosts go: what is pasted from Word, WPS or another site looks like the rest of ours.
"""

import re
from html import unescape
from urllib.parse import urlsplit

import nh3
from django.http.request import validate_host

TAGS = {
    "p", "h2", "h3", "h4", "ul", "ol", "li", "blockquote", "a", "strong", "b", "em", "i", "u", "s", "sub", "sup", "br",
    "hr", "figure", "figcaption", "img", "table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td", "pre", "code",
}  # fmt: skip
ATTRIBUTES = {
    "a": {"href", "title"},
    "img": {"src", "alt"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
    "ol": {"start"},
}
_ALIGNED = {"align-center", "align-right"}  # 落款 stands at the right, a document's own heading in the middle
CLASSES = {
    **dict.fromkeys(("p", "h2", "h3", "h4"), _ALIGNED),
    "figure": {"image", "table", "image-style-side", "image-style-align-center"},
}
GONE = {"script", "style", "title", "template", "noscript", "iframe", "object", "svg", "math", "xml"}  # with content
OUR_PICTURE = re.compile(r"^/pictures/([0-9a-f-]{36})/[\w.]+$")

_H1, _H_LOW = re.compile(r"<(/?)h1\b", re.IGNORECASE), re.compile(r"<(/?)h[56]\b", re.IGNORECASE)
_OFFICE = re.compile(r"<!--.*?-->|<\?xml[^>]*>|</?(?:o|w|v|m|st1):[^>]*>", re.DOTALL | re.IGNORECASE)
_NO_CLASS = re.compile(r'(<(?:p|h[2-4]|figure)\b[^>]*?) class=""')
_EMPTY = re.compile(r"<(p|h[2-4]|li|figure|strong|b|em|i|u|a)(?: [^>]*)?>(?:\s|&nbsp;|\u3000|<br>)*</\1>")
_INDENT = re.compile(r"(<p(?: [^>]*)?>(?:<(?:strong|b|em|i|u)>)*)(?:&nbsp;|[\s\u3000])+")
_BLOCK_END = re.compile(r"</(?:p|h[2-4]|li|tr|caption|figcaption|blockquote|pre)>|<br>|<hr>")
_CAPTION = re.compile(r"<(caption|figcaption)\b.*?</\1>", re.DOTALL)
_CELL_END = re.compile(r"</t[dh]>")
_TAG = re.compile(r"<[^>]+>")
_IMG = re.compile(r"<img\b[^>]*>")
_ATTRIBUTE = re.compile(r'(\w+)="([^"]*)"')
_AFTER_STOP = re.compile(r"(?<=[。！？；：，、…”》）])\n")  # Chinese sets no blank between sentences
_TABLE, _ROW, _CELL = (
    re.compile(rf"<{tag}\b.*?</{end}>", re.DOTALL)
    for tag, end in (("table", "table"), ("tr", "tr"), ("t[dh]", "t[dh]"))
)
_LINK_OR_TEL = re.compile(r"<a\b.*?</a>|<[^>]+>|(?<![\w-])(0\d{2,3}-\d{7,8}|400-\d{3}-\d{4})(?![\d-])", re.DOTALL)
_FIGURE = re.compile(r"[-−+]?[\d,]+(?:\.\d+)?%?")


def _attribute(tag: str, name: str, value: str) -> str | None:
    if tag == "img" and name == "src":
        return value if OUR_PICTURE.match(value) else None
    if name in ("colspan", "rowspan", "start"):
        return value if value.isdecimal() and int(value) <= 1000 else None
    return value


def clean(html: str) -> str:
    """HTML as it is stored. Never raises: what cannot be read as HTML is text. Twice changes nothing."""
    html = _OFFICE.sub("", html.replace("\0", ""))
    html = _H_LOW.sub(r"<\1h4", _H1.sub(r"<\1h2", html))
    html = nh3.clean(
        html, tags=TAGS, attributes=ATTRIBUTES, allowed_classes=CLASSES, clean_content_tags=GONE,
        attribute_filter=_attribute, url_schemes={"http", "https", "mailto", "tel"}, link_rel="noopener noreferrer",
    )  # fmt: skip
    html = _IMG.sub(lambda found: found[0] if "src=" in found[0] else "", html)
    html = _INDENT.sub(r"\1", _NO_CLASS.sub(r"\1", html))
    before = None
    while before != html:  # an emptied <strong> leaves an empty <p>
        before, html = html, _EMPTY.sub("", html)
    return html.strip()


def text_of(html: str) -> str:
    """The words alone, a line for each block; for searching, counting and summaries."""
    marked = _CELL_END.sub(" ", _BLOCK_END.sub("\n", html))
    lines = (" ".join(unescape(line).split()) for line in _TAG.sub("", marked).split("\n"))
    return "\n".join(line for line in lines if line)


def summary_of(html: str, most: int = 100) -> str:
    """The beginning of the words, for who gave no summary."""
    words = _AFTER_STOP.sub("", text_of(_CAPTION.sub("", html))).replace("\n", " ")
    return words if len(words) <= most else words[: most - 1].rstrip("，、；：（ ") + "…"


def images_of(html: str) -> list[dict[str, str]]:
    """The attributes of each <img>, values unescaped: [{"src": …, "alt": …}]."""
    return [{name: unescape(value) for name, value in _ATTRIBUTE.findall(tag)} for tag in _IMG.findall(html)]


def picture_uids(html: str) -> list[str]:
    """The uids of the site's own pictures in the text, in their order, each once."""
    found = (OUR_PICTURE.match(image.get("src", "")) for image in images_of(html))
    return list(dict.fromkeys(match[1] for match in found if match))


def links_of(html: str) -> list[str]:
    """Where the text's links lead, in their order."""
    return [unescape(url) for url in re.findall(r'<a\b[^>]*?href="([^"]*)"', html)]


def is_internal(url: str, hosts=()) -> bool:
    """Whether a link leads to a page of this very site: without a host, or with one of `hosts`, as copied from there."""
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:  # no address at all
        return False
    if host:
        return parts.scheme in ("", "http", "https") and validate_host(host, hosts)
    return not parts.scheme and not parts.netloc and url.startswith("/")


def with_pictures(html: str, tag_of) -> str:
    """The text with each <img> replaced by `tag_of(attributes)` (a string of HTML)."""
    return _IMG.sub(lambda found: tag_of({k: unescape(v) for k, v in _ATTRIBUTE.findall(found[0])}), html)


def with_scrolling_tables(html: str) -> str:
    """Tables in a box that scrolls sideways on a phone and that the keyboard reaches."""
    box = '<div class="table-scroll" role="region" aria-label="表格，可左右滑动" tabindex="0"><table'
    return html.replace("<table", box).replace("</table>", "</table></div>")


def with_telephones(html: str) -> str:
    """Telephone numbers of offices in one piece and to tap; what is a link already stays."""
    return _LINK_OR_TEL.sub(lambda found: _tapped(found[1]) if found[1] else found[0], html)


def _tapped(number: str) -> str:
    return f'<a class="nowrap" href="tel:{number.replace("-", "")}">{number}</a>'


def with_figures(html: str) -> str:
    """Columns of nothing but figures (the first is a name or a number) get `class="num"`, head and all, and stand in line."""
    return _TABLE.sub(lambda found: found[0] if "span=" in found[0] else _in_line(found[0]), html)


def _in_line(table: str) -> str:
    rows = [_CELL.findall(row) for row in _ROW.findall(table)]
    bodies = [row for row in rows if any(cell.startswith("<td") for cell in row)]
    words = [[_TAG.sub("", cell).strip() for cell in row] for row in bodies]
    width = max(map(len, rows), default=0)
    figures = {
        at for at in range(1, width)
        if any(len(row) > at and row[at] for row in words)
        and all(len(row) <= at or not row[at] or _FIGURE.fullmatch(row[at]) for row in words)
    }  # fmt: skip

    def marked(row) -> str:
        cells = iter(range(width))
        return _CELL.sub(
            lambda cell: f'{cell[0][:3]} class="num"{cell[0][3:]}' if next(cells) in figures else cell[0], row[0]
        )

    return _ROW.sub(marked, table)
