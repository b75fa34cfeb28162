"""Office packages (.xlsx, .ods): what is inside the zip file, whether unpacking it is safe, a scan of each sheet."""

import io
import posixpath
import zipfile
import zlib
from xml.etree import ElementTree
from xml.parsers.expat import ExpatError

from .errors import UnreadableFile
from .limits import DAMAGED, LOCKED, MEGABYTE, SAVE_AS, WANTED, Limits
from .scan import Scan, measure_xlsx_sheet, scan_ods, scan_xlsx_sheet

_DAMAGES = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,  # a compression method that zipfile does not know
    ElementTree.ParseError,
    ExpatError,
    KeyError,
    ValueError,
)
_OTHER_PACKAGES = {
    "xl/workbook.bin": f"这是二进制工作簿（.xlsb），{SAVE_AS}",
    "word/document.xml": f"这是 Word 文档，不是表格，{WANTED}",
    "ppt/presentation.xml": f"这是 PPT 演示文稿，不是表格，{WANTED}",
    "ofd.xml": f"这是 OFD 文件，不是表格，{WANTED}",
    "index/document.iwa": "这是苹果 Numbers 表格，请在 Numbers 里导出为 Excel 后再上传",
}


def scan_package(data: bytes, limits: Limits) -> list[Scan]:
    """A scan of each sheet of the zip file `data`, in the order of the workbook. Raises UnreadableFile."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            names = {name.replace("\\", "/").lower(): name for name in package.namelist()}
            _refuse_bomb(package, limits)
            if "xl/workbook.xml" in names:
                return _scan_xlsx(package, names, limits)
            _refuse_other_packages(names, package)
            with package.open(names["content.xml"]) as stream:
                return scan_ods(stream)
    except _DAMAGES as error:
        raise UnreadableFile(DAMAGED) from error
    except RuntimeError as error:  # zipfile's word for an entry with a password
        raise UnreadableFile(LOCKED) from error


def _refuse_other_packages(names: dict[str, str], package: zipfile.ZipFile) -> None:
    """Refuses every package that is no .ods file."""
    for name, sentence in _OTHER_PACKAGES.items():
        if name in names:
            raise UnreadableFile(sentence)
    if "mimetype" not in names or "content.xml" not in names:
        raise UnreadableFile("这是压缩包，请解压后上传里面的 Excel 或 CSV 文件")
    if b"spreadsheet" not in package.read(names["mimetype"]):
        raise UnreadableFile(f"这是文字或演示文档，不是表格，{WANTED}")
    manifest = names.get("meta-inf/manifest.xml")
    if manifest and b"encryption-data" in package.read(manifest):
        raise UnreadableFile(LOCKED)


def _refuse_bomb(package: zipfile.ZipFile, limits: Limits) -> None:
    """Refuses what unpacks beyond the limit, by what the package says of itself; reading shows whether that is so."""
    unpacked = sum(entry.file_size for entry in package.infolist())
    if unpacked > limits.unpacked:
        raise UnreadableFile(
            f"文件解压后有 {unpacked / MEGABYTE:.0f} MB，超过 {limits.unpacked / MEGABYTE:.0f} MB 的上限，"
            f"不像一般的表格，{SAVE_AS}"
        )
    for entry in package.infolist():
        # calamine trusts the package, so what it may read is read here once; the sheets themselves are when scanned.
        if entry.filename.lower().endswith((".xml", ".rels")) and "worksheets" not in entry.filename.lower():
            with package.open(entry) as stream:
                while stream.read(MEGABYTE):
                    pass


def _scan_xlsx(package: zipfile.ZipFile, names: dict[str, str], limits: Limits) -> list[Scan]:
    book = ElementTree.fromstring(package.read(names["xl/workbook.xml"]))
    relations = ElementTree.fromstring(package.read(names["xl/_rels/workbook.xml.rels"]))
    targets = {relation.get("Id"): relation.get("Target", "").replace("\\", "/") for relation in relations}
    settings = [node for node in book.iter() if node.tag.endswith("}calcPr")]
    recalculate = any(node.get("fullCalcOnLoad") in ("1", "true") for node in settings)
    scans = []
    for node in book.iter():
        if not node.tag.endswith("}sheet"):
            continue
        link = next((value for key, value in node.attrib.items() if key.endswith("}id")), None)
        path = posixpath.normpath(posixpath.join("/xl", targets.get(link, ""))).lstrip("/").lower()
        is_sheet = path in names and "chartsheets" not in path
        scans.append(_scan_part(package, names[path], recalculate, limits) if is_sheet else Scan())
        scans[-1].name = node.get("name", "")
    return scans


def _scan_part(package: zipfile.ZipFile, part: str, recalculate: bool, limits: Limits) -> Scan:
    with package.open(part) as stream:
        scan = scan_xlsx_sheet(stream, recalculate=recalculate)
    if limits.exceeded_by(scan.extent):
        with package.open(part) as stream:
            scan.extent = measure_xlsx_sheet(stream)
    return scan
