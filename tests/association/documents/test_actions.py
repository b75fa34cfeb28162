"""What is taken in, under which name and type, what is refused with which words, and what is left on the disk."""

import os
import time
import zipfile
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from PIL import Image

from association.core.enums import Audience
from association.documents.actions import store, sweep
from association.documents.forms import DocumentField
from association.documents.models import Document
from association.timeline.actions import events_of

PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF"
EXE = b"MZ\x90\0" + bytes(60) + b"PE\0\0" + bytes(400)
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1000)


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path):
    settings.STORAGES = settings.STORAGES | {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(tmp_path)}}
    }
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path / "upload")
    Path(settings.FILE_UPLOAD_TEMP_DIR).mkdir()


def _stream(name):
    return OLE + (name + "\0").encode("utf-16-le")


def _zip(**parts):
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def _xlsx():
    out = BytesIO()
    openpyxl.Workbook().save(out)
    return out.getvalue()


def _png():
    out = BytesIO()
    Image.new("RGB", (8, 8)).save(out, "PNG")
    return out.getvalue()


def _store(name, content, **fields):
    return store(SimpleUploadedFile(name, content), **({"owner_party": None, "by": None} | fields))


def _files(tmp_path):
    return sorted(path for path in tmp_path.rglob("*") if path.is_file())


@pytest.mark.parametrize(
    ("name", "content", "label", "mime"),
    [
        ("营业执照.pdf", PDF, "营业执照.pdf", "application/pdf"),
        ("营业执照.PDF", PDF, "营业执照.pdf", "application/pdf"),
        ("照片.jpg", _png(), "照片.png", "image/png"),
        ("名册.xlsx", _xlsx(), "名册.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        ("名册.docx", _xlsx(), "名册.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        ("报告.wps", _stream("WordDocument"), "报告.wps", "application/msword"),
        ("台账.et", _stream("Workbook"), "台账.et", "application/vnd.ms-excel"),
        ("台账.doc", _stream("Workbook"), "台账.xls", "application/vnd.ms-excel"),
        ("汇报.dps", _stream("PowerPoint Document"), "汇报.dps", "application/vnd.ms-powerpoint"),
        ("批复.ofd", _zip(**{"OFD.xml": "<x/>"}), "批复.ofd", "application/ofd"),
        ("名单.csv", "单位,等级\n甲,AAA".encode("gb18030"), "名单.csv", "text/plain"),
        ("说明", "请查收".encode(), "说明.txt", "text/plain"),
        ("安全报告2.1终稿", PDF, "安全报告2.1终稿.pdf", "application/pdf"),
        ("..\\..\\etc\\证\u202e书.pdf", PDF, "证书.pdf", "application/pdf"),
    ],
)
def test_taken_with_the_type_of_its_content(db, name, content, label, mime):
    document = _store(name, content)
    assert (document.label, document.mime, document.size) == (label, mime, len(content))
    with document.open() as file:
        assert file.read() == content
    assert label.rpartition(".")[0] not in document.path


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("申请表.docx", EXE, "程序文件"),
        ("图标.svg", b'<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>', "SVG"),
        ("图标.png", b"<?xml version='1.0'?><svg/>", "SVG"),
        ("页面.txt", b"<!DOCTYPE html><html></html>", "网页"),
        ("材料.rar", b"Rar!\x1a\x07\x01\x00" + bytes(100), "RAR 压缩包.*先解压.*PDF"),
        ("材料.pdf", b"7z\xbc\xaf\x27\x1c" + bytes(100), "7z 压缩包.*先解压"),
        ("材料.zip", _zip(**{"a.pdf": PDF}), "ZIP 压缩包.*先解压"),
        ("表.xlsx", _zip(**{"[Content_Types].xml": "", "xl/vbaProject.bin": "x"}), "有宏"),
        ("表.xlsx", _stream("EncryptedPackage"), "去掉密码"),
        ("表.docx", b"PK\x03\x04" + bytes(100), "损坏"),
        ("扫描.tif", b"II*\0" + bytes(100), "另存为 JPG 或 PDF"),
        ("数据.dat", bytes(range(256)) * 4, "可以上传 PDF"),
        ("空.pdf", b"", "空的"),
    ],
)
def test_refused_with_what_to_do(db, tmp_path, name, content, words):
    with pytest.raises(ValidationError, match=words) as problem:
        _store(name, content)
    assert len(problem.value.messages) == 1
    assert not Document.objects.exists()
    assert not _files(tmp_path)


def test_an_office_file_that_unpacks_to_gigabytes_is_refused(db):
    content = _zip(**{"[Content_Types].xml": "", "word/document.xml": bytes(310 * 1024 * 1024)})
    assert len(content) < 1024 * 1024
    with pytest.raises(ValidationError, match="展开后太大"):
        _store("申请表.docx", content)


def test_too_large_says_how_to_make_it_smaller(db, settings):
    settings.UPLOAD_LIMIT_BYTES = 1024 * 1024
    with pytest.raises(ValidationError, match=r"1\.5 MB，超过 1 MB 的上限。扫描件请用扫描 App"):
        _store("扫描件.pdf", PDF + bytes(3 * 512 * 1024))


def test_the_form_field_says_the_same_at_the_field(db):
    class Form(forms.Form):
        scan = DocumentField(label="扫描件")

    form = Form({}, {"scan": SimpleUploadedFile("a.docx", EXE)})
    assert "程序文件" in form.errors["scan"][0]
    assert Form({}, {"scan": SimpleUploadedFile("a.pdf", PDF)}).is_valid()
    assert "请选择" in Form({}, {}).errors["scan"][0]


def test_the_same_file_of_one_owner_is_one_row(firm_party, tmp_path):
    party, other = firm_party(), firm_party()
    first = _store("执照.pdf", PDF, owner_party=party)
    again = _store("营业执照正本.pdf", PDF, owner_party=party)
    elsewhere = _store("执照.pdf", PDF, owner_party=other)
    assert first.pk == again.pk != elsewhere.pk
    assert len(_files(tmp_path)) == 2


def test_the_same_file_is_seen_by_the_wider_audience_from_then_on(firm_party, firm_user):
    party = firm_party()
    user = firm_user(party)
    document = _store("执照.pdf", PDF, owner_party=party, audience=Audience.STAFF)
    assert not Document.objects.visible_to(user).exists()
    _store("执照.pdf", PDF, owner_party=party, by=user, audience=Audience.PARTY)
    assert Document.objects.visible_to(user).get() == document
    _store("执照.pdf", PDF, owner_party=party, audience=Audience.STAFF)
    assert Document.objects.visible_to(user).get() == document
    assert events_of(document).count() == 2


def test_a_confidential_file_stays_with_its_bearer(firm_party, staff):
    party, first, second = firm_party(), staff("秘书处"), staff("秘书处")
    one = _store("举报.pdf", PDF, owner_party=party, by=first, audience=Audience.IN_CHARGE)
    two = _store("举报.pdf", PDF, owner_party=party, by=second, audience=Audience.IN_CHARGE)
    assert one.pk != two.pk
    assert list(Document.objects.visible_to(first)) == [one]
    assert list(Document.objects.visible_to(second)) == [two]


def _age(path, hours):
    old = time.time() - hours * 3600
    os.utime(path, (old, old))


def test_what_killed_processes_left_is_swept(db, tmp_path):
    kept = _store("执照.pdf", PDF)
    with transaction.atomic():
        orphan = _store("白写.pdf", PDF + b"2")
        transaction.set_rollback(True)
    (tmp_path / "incoming" / "half.part").write_bytes(b"x")
    (tmp_path / "incoming" / "young.part").write_bytes(b"x")
    (Path(settings.FILE_UPLOAD_TEMP_DIR) / "a.upload.pdf").write_bytes(b"x")
    for path in _files(tmp_path):
        if path.name != "young.part":
            _age(path, 30)
    assert sweep() == 3
    assert {path.name for path in _files(tmp_path)} == {Path(kept.path).name, "young.part"}
    assert Path(orphan.path).name not in {path.name for path in _files(tmp_path)}
