"""The article in the form that the 公众号 wants: styles in each element, pictures listed; and the draft sent there."""

import json
import re
from collections.abc import Iterator
from io import BytesIO
from urllib.error import URLError
from urllib.request import Request, urlopen
from uuid import uuid4

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.html import escape
from PIL import Image

from association.accounts.rules import name_of
from association.jobs.actions import Refused
from association.jobs.registry import worker
from association.timeline.actions import record

from . import html
from .models import Article, Picture, Publication
from .pictures import WIDTHS

_TEXT = "font-size:16px;line-height:1.9;color:#1d2a30;letter-spacing:.5px"
STYLES = {
    "p": f"{_TEXT};margin:0 0 1em;text-align:justify",
    "h2": "font-size:18px;line-height:1.6;font-weight:bold;color:#0f4c5c;margin:1.6em 0 .8em;padding-left:10px;"
    "border-left:4px solid #0f4c5c",
    "h3": "font-size:17px;line-height:1.6;font-weight:bold;color:#0f4c5c;margin:1.4em 0 .6em",
    "h4": "font-size:16px;line-height:1.6;font-weight:bold;margin:1.2em 0 .6em",
    "ul": f"{_TEXT};list-style:disc;padding-left:1.4em;margin:0 0 1em",
    "ol": f"{_TEXT};list-style:decimal;padding-left:1.6em;margin:0 0 1em",
    "li": "margin:0 0 .4em", "section": "margin:0 0 1em;text-align:center",
    "blockquote": f"{_TEXT};margin:0 0 1em;padding:8px 14px;border-left:4px solid #dfe6e8;color:#55656c",
    "table": "width:100%;border-collapse:collapse;font-size:14px;line-height:1.6;margin:0 0 1em",
    "th": "border:1px solid #c5d0d4;padding:6px 8px;background:#eef5f6", "td": "border:1px solid #c5d0d4;padding:6px 8px",
    "img": "max-width:100%;height:auto;border-radius:6px",
}  # fmt: skip
_NOTE = "font-size:14px;line-height:1.7;color:#55656c;margin:0 0 .4em;text-align:center"
_FIGURE, _CAPTION = re.compile(r"<(/?)figure(?: [^>]*)?>"), re.compile(r"<(/?)figcaption(?: [^>]*)?>")
_LINK = re.compile(r"</?a(?: [^>]*)?>")
_ALIGNED = re.compile(r'(<(?:p|h[2-4]) style="[^"]*)" class="align-(center|right)"')
_OPENING = re.compile(rf"<({'|'.join(STYLES)})(?=[ >])")
MOST_DIGEST = 120
PAUSE = 20  # seconds to wait for an answer
MEANS = {  # what the more usual refusals mean, by the number that comes with them
    40001: "AppSecret 不对，请系统管理员核对 WECHAT_APP_SECRET。", 40013: "AppID 不对，请系统管理员核对 WECHAT_APP_ID。",
    40125: "AppSecret 不对，请系统管理员核对 WECHAT_APP_SECRET。",
    40164: "本网站服务器的地址不在公众号的白名单里，请在公众号后台「基本配置」里加上。",
    45009: "今天调用微信接口的次数用完了，请明天再试。", 48001: "这个公众号没有草稿接口的权限，请改用复制的办法。",
}  # fmt: skip
UNSURE = "送出时中断了，不知道公众号有没有收到：请到公众号的草稿箱看一看，没有这篇再送一次。"


def is_configured() -> bool:
    return bool(settings.WECHAT_APP_ID and settings.WECHAT_APP_SECRET)


def dressed(article, source_of, *, more=()) -> str:
    """The text with its styles. `source_of(uid)`: where its pictures are fetched from. `more`: lines under the text.

    Links go: the 公众号 allows none to other sites; the article's own page stands behind 「阅读原文」.
    """

    def tag_of(image) -> str:
        match = html.OUR_PICTURE.match(image.get("src", ""))
        return f'<img src="{escape(source_of(match[1]))}" alt="{escape(image.get("alt", ""))}">' if match else ""

    body = html.with_pictures(html.clean(article.body), tag_of)
    body = _FIGURE.sub(r"<\1section>", _LINK.sub("", body))
    body = _OPENING.sub(lambda tag: f'<{tag[1]} style="{STYLES[tag[1]]}"', body)
    body = _ALIGNED.sub(r'\1;text-align:\2"', body)
    body = _CAPTION.sub(lambda tag: "</p>" if tag[1] else f'<p style="{_NOTE}">', body)
    return body + "".join(f'<p style="{_NOTE}">{escape(line)}</p>' for line in more)


def lines_under(article, signatures) -> list[str]:
    """Where it is from, where its files are, who signed."""
    found = []
    if article.source:
        found.append(f"来源：{article.source}")
    if article.attachments.exists():
        found.append("附件请点击文末「阅读原文」下载")
    if signatures:
        found.append("　".join(f"{role}：{name}" for role, name, _at in signatures))
    return found


def pictures_of(article) -> list[Picture]:
    """The pictures of the text in their order."""
    uids = html.picture_uids(article.body)
    found = {str(one.uid): one for one in Picture.objects.filter(uid__in=uids)}
    return [found[uid] for uid in uids if uid in found]


def as_jpeg(picture) -> bytes:
    """A picture as the 公众号 takes it: JPEG, well under a megabyte."""
    with default_storage.open(f"{picture.folder}/{WIDTHS[1]}.webp") as file:
        image = Image.open(file, formats=["WEBP"]).convert("RGB")
    out = BytesIO()
    image.save(out, "JPEG", quality=85)
    return out.getvalue()


# -- The draft ----------------------------------------------------------------------------------------------------------


def why_not_send(article) -> str:
    """Why no draft can be sent now, or ""."""
    if not is_configured():
        return "还没有配置公众号（WECHAT_APP_ID、WECHAT_APP_SECRET），请用「复制排好的文字」。"
    if not Publication.objects.filter(article=article, withdrawn_at=None).exists():
        return "文章发布以后才能送到公众号，文字以已经签发的为准。"
    return ""


@worker("news.wechat")
def send_draft(job) -> Iterator[tuple]:
    """Pictures first, then the draft; what was sent is kept, so that a second start sends the rest."""
    article = Article.objects.get(pk=job.args["article"])
    publication = Publication.objects.filter(article=article, withdrawn_at=None).first()
    if why := why_not_send(article):
        raise Refused(why)
    pictures = pictures_of(publication)
    cover = publication.cover or next(iter(pictures), None)
    if cover is None:
        raise Refused("公众号的图文要有封面：请先给文章选一张封面，或在正文里放一张图片，重新发布后再送。")
    token = _token()
    urls = job.cursor.get("urls", {})
    for number, picture in enumerate(pictures):
        if str(picture.uid) not in urls:
            urls[str(picture.uid)] = _upload("media/uploadimg", token, picture)["url"]
            job.keep(urls=urls)
        yield number + 1, len(pictures) + 1, "上传图片"
    if "draft" not in job.cursor:
        if job.cursor.get("asked"):  # by a worker that was killed before it had an answer: a second draft helps nobody
            raise Refused(UNSURE)
        thumb = _upload("material/add_material", token, cover, kind="image")["media_id"]
        content = dressed(publication, urls.__getitem__, more=lines_under(article, publication.signatures))
        job.keep(asked=True)
        job.keep(draft=_add(token, publication, content, thumb, job.args["site"]))
        with transaction.atomic():
            record(article, "article.wechat", f"{name_of(job.owner)}把文章送到公众号草稿箱", by=job.owner)
    return {"图片": len(pictures), "草稿": 1}


def _add(token, publication, content: str, thumb: str, site: str) -> str:
    article = {
        "title": publication.title, "author": publication.author[:16], "digest": publication.summary[:MOST_DIGEST],
        "content": content, "content_source_url": site.rstrip("/") + publication.get_public_url(),
        "thumb_media_id": thumb, "need_open_comment": 0,
    }  # fmt: skip
    body = json.dumps({"articles": [article]}, ensure_ascii=False).encode()
    return _ask(f"draft/add?access_token={token}", body, "application/json")["media_id"]


def _token() -> str:
    asked = {"grant_type": "client_credential", "appid": settings.WECHAT_APP_ID, "secret": settings.WECHAT_APP_SECRET}
    return _ask("stable_token", json.dumps(asked).encode(), "application/json")["access_token"]


def _upload(path: str, token: str, picture, *, kind: str = "") -> dict:
    mark = uuid4().hex
    head = f'--{mark}\r\nContent-Disposition: form-data; name="media"; filename="{picture.uid}.jpg"\r\n'
    body = f"{head}Content-Type: image/jpeg\r\n\r\n".encode() + as_jpeg(picture) + f"\r\n--{mark}--\r\n".encode()
    asked = f"{path}?access_token={token}" + (f"&type={kind}" if kind else "")
    return _ask(asked, body, f"multipart/form-data; boundary={mark}")


def _ask(path: str, body: bytes, kind: str) -> dict:
    """One call. Raises Refused with a sentence for whoever sent the article."""
    request = Request(f"{settings.WECHAT_API}/cgi-bin/{path}", body, {"Content-Type": kind}, method="POST")
    try:
        with urlopen(request, timeout=PAUSE) as answer:
            found = json.loads(answer.read())
    except (URLError, OSError):
        raise Refused("连不上微信的服务器，文章没有送出去，请稍后再试。") from None
    except ValueError:
        raise Refused("微信的服务器答复看不懂，文章没有送出去，请稍后再试。") from None
    if code := found.get("errcode"):
        raise Refused(MEANS.get(code) or f"微信没有收下：{found.get('errmsg', '')}（{code}）。")
    return found
