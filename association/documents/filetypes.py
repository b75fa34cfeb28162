"""What a file is, judged by its content, and whether it is taken (PDF, pictures, Office, WPS, OFD, text).

The name decides nothing but the choice between formats that share one container (.doc and .wps are both OLE files).
"""

import re
import zipfile
from dataclasses import dataclass
from pathlib import PurePath

import puremagic
from django.core.exceptions import ValidationError

from .pdf_lock import needs_password

HEAD = 4096
UNPACKED_LIMIT = 300 * 1024 * 1024  # of a docx, xlsx, pptx, ofd
PARTS_LIMIT = 10_000


@dataclass(frozen=True)
class FileType:
    """`extensions`: the first is given to a file whose name disagrees with its content."""

    name: str
    mime: str
    extensions: tuple[str, ...]
    shown_inline: bool = False

    @property
    def is_picture(self) -> bool:
        return self.mime.startswith("image/")


_MS, _OPEN = "application/vnd.ms-", "application/vnd.openxmlformats-officedocument."
PDF = FileType("PDF", "application/pdf", (".pdf",), shown_inline=True)
JPEG = FileType("JPEG 图片", "image/jpeg", (".jpg", ".jpeg"), shown_inline=True)
PNG = FileType("PNG 图片", "image/png", (".png",), shown_inline=True)
WEBP = FileType("WebP 图片", "image/webp", (".webp",), shown_inline=True)
HEIC = FileType("HEIC 照片", "image/heic", (".heic", ".heif"))
OFD = FileType("OFD 版式文件", "application/ofd", (".ofd",))
DOCX = FileType("Word 文档", _OPEN + "wordprocessingml.document", (".docx",))
XLSX = FileType("Excel 表格", _OPEN + "spreadsheetml.sheet", (".xlsx",))
PPTX = FileType("演示文稿", _OPEN + "presentationml.presentation", (".pptx",))
DOC = FileType("Word 文档", "application/msword", (".doc", ".wps"))
XLS = FileType("Excel 表格", _MS + "excel", (".xls", ".et"))
PPT = FileType("演示文稿", _MS + "powerpoint", (".ppt", ".dps"))
TEXT = FileType("文本", "text/plain", (".txt", ".csv"))
TYPES = (PDF, JPEG, PNG, WEBP, HEIC, OFD, DOCX, XLSX, PPTX, DOC, XLS, PPT, TEXT)
ACCEPT = ",".join(extension for kind in TYPES for extension in kind.extensions)
PHOTOS = ",".join(extension for kind in TYPES if kind.is_picture for extension in kind.extensions)
BY_MIME = {kind.mime: kind for kind in TYPES}

_ARCHIVES = {
    b"Rar!\x1a\x07": "RAR", b"7z\xbc\xaf\x27\x1c": "7z", b"\x1f\x8b": "gz", b"BZh": "bz2", b"\xfd7zXZ\x00": "xz",
}  # fmt: skip
_UNPACK = "请先解压，再逐个上传里面的文件；多页的扫描件请用手机扫描 App 导出为一个 PDF 再上传。"
_OTHER_PICTURES = {b"GIF8": "GIF", b"BM": "BMP", b"II*\x00": "TIFF", b"MM\x00*": "TIFF"}
_HEIC_BRANDS = {b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1"}
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OLE_STREAMS = (("WordDocument", DOC), ("Workbook", XLS), ("Book", XLS), ("PowerPoint Document", PPT))
_MARKUP = re.compile(rb"<\s*(?:!doctype|html|svg|script|\?xml|body|head|iframe)", re.IGNORECASE)
_INVISIBLE = re.compile(r"[\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069]")
_TAKEN = "可以上传 PDF、照片（JPG、PNG、HEIC）、Word、Excel、WPS、OFD 和文本文件"


def _refused(sentence: str, code: str) -> ValidationError:
    return ValidationError(sentence, code=code)


def detect(file, name: str = "") -> FileType:
    """The type of an open binary file, by content. Leaves the file at its beginning.

    Raises ValidationError with one Chinese sentence that says how to make a file that is taken.
    """
    file.seek(0)
    head = file.read(HEAD)
    try:
        return _detect(file, head, name)
    finally:
        file.seek(0)


def _detect(file, head: bytes, name: str) -> FileType:
    if not head:
        raise _refused("文件是空的，请重新选择。", "empty")
    for mark, kind in _ARCHIVES.items():
        if head.startswith(mark):
            raise _refused(f"{kind} 压缩包里的内容无法直接查看，{_UNPACK}", "archive")
    if b"%PDF-" in head[:1024]:
        return _open_pdf(file)
    if picture := _picture(head):
        return picture
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zipped(file)
    if head.startswith(_OLE):
        return _compound(file)
    if _is_text(file, head):
        return TEXT
    raise _refused(f"{_said(head, name)}，{_TAKEN}，请转换后再上传。", "type")


def _open_pdf(file) -> FileType:
    file.seek(0)
    if needs_password(file.read()):
        raise _refused("PDF 设有打开密码，请去掉密码（例如用浏览器打开后“打印”为 PDF）再上传。", "password")
    return PDF


def _picture(head: bytes) -> FileType | None:
    if head.startswith(b"\xff\xd8\xff"):
        return JPEG
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return WEBP
    if head[4:8] == b"ftyp" and (head[8:12] in _HEIC_BRANDS):
        return HEIC
    for mark, kind in _OTHER_PICTURES.items():
        if head.startswith(mark):
            raise _refused(f"{kind} 图片太大，也不能直接打开，请另存为 JPG 或 PDF 再上传。", "picture")
    return None


def _zipped(file) -> FileType:
    try:
        with zipfile.ZipFile(file) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        raise _refused("文件已损坏，打不开，请重新保存一份再上传。", "damaged") from None
    if len(parts) > PARTS_LIMIT or sum(part.file_size for part in parts) > UNPACKED_LIMIT:
        raise _refused("文件展开后太大，请删去多余的图片或工作表，另存一份再上传。", "bomb")
    names = {part.filename.replace("\\", "/") for part in parts}
    if any(PurePath(part).name.lower() == "vbaproject.bin" for part in names):
        raise _refused("文件里有宏，请另存为不带宏的 .docx、.xlsx 或 .pptx 再上传。", "macros")
    if "OFD.xml" in names:
        return OFD
    if "[Content_Types].xml" in names:
        for folder, kind in (("word/", DOCX), ("xl/", XLSX), ("ppt/", PPTX)):
            if any(part.startswith(folder) for part in names):
                return kind
    raise _refused(f"ZIP 压缩包里的内容无法直接查看，{_UNPACK}", "archive")


def _compound(file) -> FileType:
    """An OLE file: its directory names the streams in UTF-16."""
    file.seek(0)
    content = file.read()

    def has(stream: str) -> bool:
        return (stream + "\0").encode("utf-16-le") in content

    if has("EncryptedPackage"):
        raise _refused("文件设有打开密码，请去掉密码后再上传。", "password")
    if has("_VBA_PROJECT"):
        raise _refused("文件里有宏，请另存为不带宏的文件再上传。", "macros")
    for stream, kind in _OLE_STREAMS:
        if has(stream):
            return kind
    raise _refused(f"无法识别这个文件，{_TAKEN}，请转换后再上传。", "type")


def _is_text(file, head: bytes) -> bool:
    if b"\0" in head or _MARKUP.search(head.lstrip(b"\xef\xbb\xbf")):
        return False
    file.seek(0)
    content = file.read()
    for encoding in ("utf-8", "gb18030"):
        try:
            return "\0" not in content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return False


def _said(head: bytes, name: str) -> str:
    """What the content is, in words, where it can be told."""
    if head.startswith(b"MZ"):
        return "这是一个程序文件，不能上传"
    if _MARKUP.search(head):
        return "网页和 SVG 文件不能上传"
    try:
        found = puremagic.from_string(head, filename=name)
    except (puremagic.PureError, ValueError):
        found = ""
    return f"这种文件（{found}）不能上传" if found else "无法识别这个文件"


def right_name(name: str, kind: FileType) -> str:
    """The file's name without folders, its extension in agreement with the content, at most 200 characters."""
    name = _INVISIBLE.sub("", name.replace("\\", "/")).rpartition("/")[2].strip(". ")
    stem, suffix = PurePath(name).stem, PurePath(name).suffix.lower()
    if suffix in kind.extensions:
        extension = suffix
    else:
        extension = kind.extensions[0]
        stem = stem if re.fullmatch(r"\.[a-z0-9]{1,5}", suffix) else name  # 「安全报告2.1稿」 has no extension
    return f"{(stem or '文件')[: 200 - len(extension)]}{extension}"
