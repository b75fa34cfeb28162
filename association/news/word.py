"""Word files (.docx) as text of the site: headings, lists, tables and pictures stay, fonts and colours go.

An office writes in Word and WPS, and its members' correspondents send what they wrote.
"""

import logging
import re
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import PurePath

import mammoth
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile

from association.documents.actions import check
from association.documents.filetypes import DOCX

from . import html
from .gallery import drop_unused
from .models import Contribution, Picture
from .pictures import take_picture

log = logging.getLogger(__name__)
MOST_PICTURES = 30  # each takes about a second to be made anew, while somebody waits
MOST_TEXT = 10 * 2**20  # bytes of XML: some 300 pages
_MOST_TITLE = Contribution._meta.get_field("title").max_length  # a longer first paragraph is no title
_FIRST = re.compile(r"\s*<(h[1-4]|p)>(.*?)</\1>", re.DOTALL)
_CELL = re.compile(r"<(t[dh])([^>]*)><p>((?:(?!</?p>).)*)</p></\1>", re.DOTALL)  # of one paragraph
_ALONE = re.compile(r"<p>((?:<img\b[^>]*>\s*)+)</p>")
_STYLES = "p[style-name='Title'] => h1:fresh"


@dataclass(frozen=True)
class WordText:
    """What a file says. `body`: clean HTML; `pictures` in their order; `refused`: a sentence on what was left out."""

    title: str
    body: str
    pictures: Sequence[Picture]
    refused: Sequence[str]


class _Pictures:
    """Takes in the pictures of a file, one after the other."""

    def __init__(self, by, most: int):
        self.by, self.most, self.seen, self.taken, self.refused = by, most, 0, [], []

    def source_of(self, image) -> dict[str, str]:
        """The attributes of an <img>; without `src` it goes when the text is cleaned. The names that Word gives a
        picture (图片 1, a path) say nothing of it, so its text is left to the editor."""
        self.seen += 1
        if self.seen > self.most:
            return {"alt": ""}
        try:
            with image.open() as source:
                picture = take_picture(SimpleUploadedFile(f"图{self.seen}", source.read()), by=self.by)
        except ValidationError as problem:
            self.refused.append(f"第 {self.seen} 张图片没有读入：{problem.messages[0]}")
            return {"alt": ""}
        except (OSError, KeyError, ValueError):  # named in the file and not in it, or linked from elsewhere
            self.refused.append(f"第 {self.seen} 张图片不在文件里，没有读入，请另外上传。")
            return {"alt": ""}
        self.taken.append(picture)
        return {"src": picture.url("960.webp"), "alt": ""}

    def sentences(self) -> list[str]:
        over = self.seen - self.most
        return self.refused + (
            [f"文件里有 {self.seen} 张图片，只读入前 {self.most} 张，其余 {over} 张没有读入。"] if over > 0 else []
        )


def read_word(upload, *, by, most: int = MOST_PICTURES) -> WordText:
    """The title, text and pictures of an uploaded .docx. Its pictures are kept at once.

    Raises ValidationError with one Chinese sentence where it is none, is damaged, or says nothing.
    """
    kind = check(upload)
    if kind is not DOCX:
        raise ValidationError(f"这是{kind.name}，读不出文字，请用 Word 或 WPS 打开，另存为 .docx 再上传。", code="type")
    _check_size(upload)
    pictures = _Pictures(by, most)
    upload.seek(0)
    try:
        found = mammoth.convert_to_html(
            upload, convert_image=mammoth.images.img_element(pictures.source_of), style_map=_STYLES,
            include_embedded_style_map=False,
        )  # fmt: skip
    except Exception:  # the reader raises whatever a broken file leads it to
        log.warning("a Word file could not be read", exc_info=True)
        drop_unused(pictures.taken)
        raise ValidationError(
            "Word 文件已损坏或不完整，请用 Word 或 WPS 打开，另存为 .docx 再上传。", code="damaged"
        ) from None
    body = _CELL.sub(r"<\1\2>\3</\1>", html.clean(found.value))
    body = _ALONE.sub(r'<figure class="image">\1</figure>', body)
    title, body = _title_of(body)
    if not html.text_of(body) and not pictures.taken:
        raise ValidationError("文件里没有文字，请核对是不是选错了文件。", code="empty")
    return WordText(title or PurePath(upload.name).stem[:_MOST_TITLE], body, pictures.taken, pictures.sentences())


def _check_size(upload):
    """What is read as one tree in memory must be no larger than a book."""
    upload.seek(0)
    with zipfile.ZipFile(upload) as package:  # whether it is one, and safe to unpack, check() has told
        size = sum(part.file_size for part in package.infolist() if part.filename.endswith((".xml", ".rels")))
    if size > MOST_TEXT:
        raise ValidationError("文件里的文字太多，网页放不下，请只留要发表的部分，另存一份再上传。", code="large")


@contextmanager
def taken_in(upload, *, by, most: int = MOST_PICTURES) -> Iterator[WordText]:
    """read_word() for what makes a draft of it: where that fails, the pictures go again."""
    word = read_word(upload, by=by, most=most)
    try:
        yield word
    except BaseException:
        drop_unused(word.pictures)
        raise


def _title_of(body: str) -> tuple[str, str]:
    """(title, the rest): the first paragraph, unless it is as long as text or has a picture."""
    found = _FIRST.match(body)
    title = " ".join(html.text_of(found[2]).split()) if found and "<img" not in found[2] else ""
    return (title, body[found.end() :].strip()) if 0 < len(title) <= _MOST_TITLE else ("", body)


def plain(word: WordText) -> str:
    """The words alone, a blank line between paragraphs, 〔图1〕 where a picture stands."""
    number = iter(range(1, len(word.pictures) + 1))
    marked = html.with_pictures(word.body, lambda _image: f"<p>〔图{next(number)}〕</p>")
    return html.text_of(marked).replace("\n", "\n\n")
