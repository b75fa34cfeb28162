"""Many receipts at once: each file, also out of a zip, goes to the receipt whose number stands in its name."""

import re
import zipfile
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import PurePosixPath

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile, File

from ..models import DuesReceipt
from . import receipts
from .checks import needs_right

MOST_FILES = 300
SHORTEST = 5  # digits: less is a page or a month, no receipt's number
_DIGITS = re.compile(r"[0-9]+")


@dataclass(frozen=True)
class Outcome:
    """What became of a file: the receipt that it is now the file of, or why it is none's."""

    name: str
    receipt: DuesReceipt | None = None
    why: str = ""


def attach_many(uploads: Iterable[File], *, by) -> list[Outcome]:
    """Each file on its own: what is wrong with one keeps no other away. Raises PermissionDenied, ValidationError."""
    needs_right(by)
    files = [file for upload in uploads for file in _unpacked(upload)]
    if len(files) > MOST_FILES:
        raise ValidationError(f"一次最多 {MOST_FILES} 个文件，这里有 {len(files)} 个，请分几次上传。")
    known = _by_digits(files)
    return [_attach_one(name, read, known, by) for name, read in files]


def _attach_one(name: str, read: Callable, known, by) -> Outcome:
    receipt, why = _meant(name, known)
    if receipt is None:
        return Outcome(name, why=why)
    try:
        receipts.attach(receipt, read(), by=by)
    except ValidationError as problem:
        return Outcome(name, why=problem.messages[0])
    return Outcome(name, receipt)


# -- Which receipt a name means ---------------------------------------------------------------------------------------


def _runs(name: str) -> list[str]:
    """The digits in a name without the noughts before them, which Excel may have cost the number."""
    found = (run.lstrip("0") for run in _DIGITS.findall(PurePosixPath(name).stem) if len(run) >= SHORTEST)
    return [run for run in found if run]


def _by_digits(files) -> dict[str, list[DuesReceipt]]:
    """{digits: standing receipts of that number, or of that code and number written as one}. One query."""
    wanted = {run for name, _read in files for run in _runs(name)}
    ends = {run[-length:].lstrip("0") for run in wanted for length in (8, 10) if len(run) > length}
    numbers = {run.zfill(length) for run in wanted | ends for length in range(len(run), 13)}
    found = defaultdict(list)
    for at in range(0, len(numbers), 5000):
        part = sorted(numbers)[at : at + 5000]
        for receipt in DuesReceipt.objects.standing().filter(number__in=part).select_related("payment"):
            found[receipt.number.lstrip("0")].append(receipt)
            found[f"{receipt.code}{receipt.number}".lstrip("0")].append(receipt)
    return found


def _meant(name: str, known) -> tuple[DuesReceipt | None, str]:
    runs = _runs(name)
    found = {receipt.pk: receipt for run in runs for receipt in known.get(run, ())}
    if len(found) > 1:  # several codes have that number: the code stands in the name, too
        coded = {pk: one for pk, one in found.items() if one.code.lstrip("0") in runs}
        found = coded if len(coded) == 1 else found
    if len(found) == 1:
        return next(iter(found.values())), ""
    if found:
        return None, "文件名里的号码对得上几张票据，请在文件名里写上票据代码"
    return None, "没有登记过文件名里的票据号码" if runs else "文件名里没有票据号码"


# -- Zip --------------------------------------------------------------------------------------------------------------


def _unpacked(upload: File) -> list[tuple[str, Callable]]:
    """[(name, function that reads the file)] of an upload, or of what is in a zip: one at a time in memory.

    Raises ValidationError.
    """
    head = upload.read(4)
    upload.seek(0)
    if head != b"PK\x03\x04" or upload.name.lower().endswith(".ofd"):
        return [(upload.name, lambda: upload)]
    try:
        package = zipfile.ZipFile(upload)
    except (zipfile.BadZipFile, NotImplementedError, OSError):
        raise ValidationError(f"压缩包《{upload.name}》损坏，打不开，请重新压缩后再上传。") from None
    entries = [one for one in package.infolist() if not one.is_dir() and not one.filename.startswith("__MACOSX")]
    return [(_name_in(entry), partial(_entry, package, entry)) for entry in entries]


def _name_in(entry: zipfile.ZipInfo) -> str:
    """As it was written: zips from Chinese Windows have GBK, which the format takes for cp437."""
    if entry.flag_bits & 0x800:
        return entry.filename
    try:
        return entry.filename.encode("cp437").decode("gb18030")
    except UnicodeError:
        return entry.filename


def _entry(package: zipfile.ZipFile, entry: zipfile.ZipInfo) -> File:
    """What a zip says of its sizes is not believed: no more than the limit is read. Raises ValidationError."""
    limit = settings.UPLOAD_LIMIT_BYTES
    try:
        with package.open(entry) as file:
            content = file.read(limit + 1)
    except (RuntimeError, zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError):
        raise ValidationError("这个文件损坏或有密码，打不开，请重新压缩后再上传") from None
    if len(content) > limit:
        raise ValidationError(f"超过 {limit // 2**20} MB，请压缩后再上传")
    return ContentFile(content, name=PurePosixPath(_name_in(entry)).name)
