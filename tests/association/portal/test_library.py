"""证照库 on the desk: uploaded once, kept through errors and reloads, renewed, used, taken out."""

import datetime as dt
import re
from pathlib import Path

import pytest
import time_machine
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from association.documents.models import Document, DocumentKind
from association.documents.tasks import sweep
from association.parties.models import Seat
from association.timeline.models import Event
from tests.conftest import PASSWORD
from tests.files import pdf, photo
from tests.pages import is_login, words_of

HOME, ADD = "/desk/documents/", "/desk/documents/add/"


def tokens_of(response) -> list[str]:
    return re.findall(r'name="file-kept" value="([^"]+)"', response.content.decode())


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path):
    settings.STORAGES = settings.STORAGES | {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(tmp_path)}}
    }


def add(desk, address=ADD, **fields):
    values = {
        "kind": "安全生产许可证",
        "number": "（某）JZ安许证字〔2024〕1",
        "issuer": "住建厅",
        "expires_on": "2027-06-30",
    }
    values |= {"file": pdf("许可证.pdf")} | fields
    return desk.post(address, values)


def files_on_disk() -> list[Path]:
    root = Path(default_storage.path(""))
    return [path for path in root.rglob("*") if path.is_file() and ".part" not in path.name]


def test_the_usual_kinds_are_there_from_the_start(db):
    assert DocumentKind.objects.get(name="安全生产许可证").needs_term
    assert not DocumentKind.objects.get(name="营业执照").needs_term


def test_a_paper_is_uploaded_with_number_issuer_and_term(desk, party):
    assert add(desk).status_code == 302
    paper = Document.objects.in_library().get()
    assert (paper.party, paper.kind, paper.issuer, paper.expires_on) == (
        party, "安全生产许可证", "住建厅", dt.date(2027, 6, 30),
    )  # fmt: skip
    page = words_of(desk.get(HOME))
    assert "有效期至 2027-06-30" in page
    assert "证号 （某）JZ安许证字〔2024〕1" in page
    assert Event.objects.get(verb="paper.added").sentence == "王总把安全生产许可证「许可证.pdf」放入证照库"


def test_an_upload_survives_a_form_with_errors(desk):
    answer = add(desk, expires_on="")
    assert answer.status_code == 422
    assert "安全生产许可证有有效期，请照证面填写" in words_of(answer)
    assert "许可证.pdf" in words_of(answer)
    (token,) = tokens_of(answer)
    answer = desk.post(ADD, {"kind": "安全生产许可证", "expires_on": "2027-06-30", "file-kept": token})
    assert answer.status_code == 302
    assert Document.objects.get().in_library
    assert len(files_on_disk()) == 1


def test_an_upload_survives_a_reload_and_a_login_that_ran_out(desk, head):
    add(desk, kind="")  # stored, the form has errors
    assert "许可证.pdf" in words_of(desk.get(ADD))
    desk.logout()
    assert is_login(desk.get(ADD))
    again = Client()
    again.post("/accounts/login/", {"login": head.mobile, "password": PASSWORD, "next": ADD})
    page = again.get(ADD)
    assert "许可证.pdf" in words_of(page)
    answer = again.post(ADD, {"kind": "营业执照", "file-kept": tokens_of(page)})
    assert answer.status_code == 302
    assert tokens_of(again.get(ADD)) == []  # taken


def test_a_file_is_kept_as_soon_as_it_is_chosen(desk):
    order = re.search(
        r"hx-vals='\{&quot;keep&quot;: &quot;([^&]+)|hx-vals='\{\"keep\": \"([^\"]+)", desk.get(ADD).content.decode()
    )
    order = order[1] or order[2]
    piece = desk.post("/files/keep/", {"keep": order, "file": pdf()})
    assert piece.status_code == 200
    assert len(tokens_of(piece)) == 1
    bad = desk.post("/files/keep/", {"keep": order, "file": SimpleUploadedFile("a.rar", b"Rar!\x1a\x07\x00"),
                                     "file-kept": tokens_of(piece)})  # fmt: skip
    assert "RAR 压缩包" in bad.content.decode()
    assert len(tokens_of(bad)) == 1
    assert desk.post("/files/keep/", {"keep": order + "x", "file": pdf()}).status_code == 404


def test_nobody_else_sees_or_takes_a_loose_upload(desk, client_of, firm_user, party):
    (token,) = tokens_of(add(desk, kind=""))
    loose = Document.objects.get()
    other = client_of(firm_user(party))
    assert "许可证.pdf" not in words_of(other.get(ADD))
    assert other.get(loose.get_absolute_url()).status_code == 404
    answer = other.post(ADD, {"kind": "营业执照", "file-kept": token})
    assert answer.status_code == 422
    assert "请重新上传" in words_of(answer)
    assert not Document.objects.in_library().exists()
    assert client_of("秘书处").get(loose.get_absolute_url()).status_code == 404


def test_what_nothing_took_is_gone_after_thirty_days(client_of, head, settings, django_capture_on_commit_callbacks):
    settings.SESSION_COOKIE_AGE = 90 * 24 * 3600
    start = dt.datetime(2027, 3, 1, 9)
    with time_machine.travel(start, tick=False) as clock, django_capture_on_commit_callbacks(execute=True):
        desk = client_of(head)
        add(desk, file=pdf("甲.pdf", "taken"))
        add(desk, kind="", file=pdf("乙.pdf", "left"))
        clock.shift(dt.timedelta(days=29))
        sweep()
        assert Document.objects.filter(label="乙.pdf").exists()
        clock.shift(dt.timedelta(days=1, hours=1))
        sweep()
    assert [row.label for row in Document.objects.all()] == ["甲.pdf"]
    assert len(files_on_disk()) == 1


def test_a_renewed_paper_takes_the_place_and_the_old_one_stays_readable(desk):
    add(desk)
    old = Document.objects.get()
    answer = add(desk, f"{HOME}{old.uid}/renew/", file=pdf("新证.pdf", "2"), expires_on="2030-06-30")
    assert answer.status_code == 302
    new = Document.objects.in_library().get()
    old.refresh_from_db()
    assert (new.label, old.replaced_by) == ("新证.pdf", new)
    assert "已换下的 1 份" in words_of(desk.get(HOME))
    assert b"".join(desk.get(old.get_absolute_url()).streaming_content).startswith(b"%PDF")
    late = add(desk, f"{HOME}{old.uid}/renew/", file=pdf("又一份.pdf", "3"))
    assert late.status_code == 404  # renewed meanwhile
    desk.post(f"{HOME}{new.uid}/remove/")  # entered in error: the old one is in force again
    assert Document.objects.in_library().get() == old


def test_the_very_same_file_is_no_renewal(desk):
    add(desk)
    old = Document.objects.get()
    answer = add(desk, f"{HOME}{old.uid}/renew/")
    assert answer.status_code == 422
    assert "这和原来的文件完全相同" in words_of(answer)
    answer = add(desk)
    assert "已经在证照库里" in words_of(answer)


def test_a_page_sent_again_still_has_the_pdf_of_its_photos(desk):
    """F5 after an error sends the photos' names, which are one PDF by now."""
    photos = [photo("1.jpg"), photo("2.jpg", "blue")]
    first = add(desk, file=photos, kind="")
    uploaded = Document.objects.loose().get()
    page = add(desk, file=[], kind="", **{"file-kept": "no such token"})
    assert (first.status_code, page.status_code) == (422, 422)
    assert "已经合并或更换" in words_of(page)
    assert add(desk, file=[], **{"file-kept": tokens_of(page)}).status_code == 302
    assert Document.objects.in_library().get().pk == uploaded.pk


def test_several_photos_become_one_pdf_without_their_place(desk, django_capture_on_commit_callbacks):
    exif = Image.Exif()
    exif[0x0112] = 6
    exif.get_ifd(0x8825)[1] = "N"
    photos = [photo("IMG_1.jpg", size=(60, 90), exif=exif), photo("IMG_2.jpg", "blue")]
    with django_capture_on_commit_callbacks(execute=True):
        assert add(desk, file=photos).status_code == 302
    paper = Document.objects.get()
    assert (paper.mime, paper.label) == ("application/pdf", "扫描件或照片.pdf")
    with paper.open() as file:
        content = file.read()
    assert re.findall(rb"/Count (\d+)", content)[-1] == b"2"
    assert b"Exif" not in content
    assert len(files_on_disk()) == 1


def test_photos_and_another_file_are_not_mixed(desk):
    answer = add(desk, file=[photo(), pdf()])
    assert answer.status_code == 422
    assert "这里只能有一个文件" in words_of(answer)
    assert len(tokens_of(answer)) == 2


def test_a_reader_sees_but_does_not_upload(desk, client_of, firm_user, party):
    add(desk)
    paper = Document.objects.get()
    client = client_of(firm_user(party, right=Seat.Kind.READER))
    page = client.get(HOME)
    assert "安全生产许可证" in words_of(page)
    assert "/renew/" not in page.content.decode()
    assert add(client).status_code == 403
    assert client.post(f"{HOME}{paper.uid}/remove/").status_code == 403
    assert Document.objects.in_library().get() == paper


def test_a_stranger_finds_nothing(desk, client_of, firm_user):
    add(desk)
    paper = Document.objects.get()
    stranger = client_of(firm_user())
    assert "许可证" not in words_of(stranger.get(HOME)).replace("安全生产许可证等", "")
    for address in (f"{HOME}{paper.uid}/", f"{HOME}{paper.uid}/renew/", f"{HOME}{paper.uid}/remove/"):
        assert stranger.get(address).status_code == 404


def test_two_clerks_who_correct_the_same_paper_do_not_overwrite_each_other(desk, client_of, firm_user, party):
    add(desk)
    paper = Document.objects.get()
    address = f"{HOME}{paper.uid}/"
    read = re.search(r'name="read" value="([^"]+)"', desk.get(address).content.decode())[1]
    values = {"kind": paper.kind, "issuer": paper.issuer, "number": "1 号", "expires_on": "2027-06-30", "read": read}
    other = client_of(firm_user(party, name="孙经办"))
    assert other.post(address, values).status_code == 302
    late = desk.post(address, values | {"number": "2 号"})
    assert late.status_code == 422
    assert "孙经办" in words_of(late)
    paper.refresh_from_db()
    assert paper.number == "1 号"


def test_limits_are_said_in_one_sentence(desk, settings):
    settings.UPLOAD_LIMIT_BYTES = 1024 * 1024
    answer = add(desk, file=pdf("大.pdf", "x" * 1024 * 1024))
    assert "超过 1 MB 的上限" in words_of(answer)
    answer = add(desk, file=SimpleUploadedFile("a.exe", b"MZ\x90\0" + bytes(400)))
    assert "这是一个程序文件，不能上传" in words_of(answer)
    answer = add(desk, file=SimpleUploadedFile("a.pdf", b""))
    assert "文件是空的，请重新选择。" in words_of(answer)
