"""Pictures: made anew in sizes, refused with a sentence, seen by everyone only while something public shows them."""

import os
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image

from association.news.models import Banner, Picture
from association.news.pictures import FILES, Box, crop, sweep, take_picture
from association.workflow.actions import perform

from .conftest import BODY, photo


def status(client, picture, name="960.webp") -> int:
    return client.get(picture.url(name)).status_code


def opened(client, picture, name) -> Image.Image:
    answer = client.get(picture.url(name))
    assert answer.status_code == 200
    return Image.open(BytesIO(answer.content))


def test_a_photo_is_served_in_sizes(writer, client_of):
    picture = take_picture(photo(2400, 1350), by=writer, alt="观摩现场")
    client = client_of(writer)
    sizes = {name: opened(client, picture, name).size for name in FILES}
    assert sizes == {
        "480.webp": (480, 270), "960.webp": (960, 540), "1920.webp": (1920, 1080), "share.jpg": (1200, 630),
    }  # fmt: skip
    assert opened(client, picture, "share.jpg").format == "JPEG"


def test_a_small_one_is_not_blown_up(writer, client_of):
    picture = take_picture(photo(300, 200), by=writer)
    assert opened(client_of(writer), picture, "1920.webp").size == (300, 200)


def test_a_clear_background_is_white(writer, client_of):
    out = BytesIO()
    Image.new("RGBA", (400, 400), (0, 0, 0, 0)).save(out, "PNG")
    picture = take_picture(SimpleUploadedFile("标识.png", out.getvalue()), by=writer)
    assert opened(client_of(writer), picture, "share.jpg").getpixel((600, 300)) == (255, 255, 255)


def _bomb() -> bytes:
    out = BytesIO()
    Image.new("1", (20_000, 20_000)).save(out, "PNG")
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>", "^..这不是图片，请选 JPG"),
        ("a.pdf", b"%PDF-1.4\n%%EOF", "不是图片"),
        ("a.jpg", b"\xff\xd8\xff\xe0" + b"0" * 200, "图片已损坏"),
        ("a.png", b"", "文件是空的"),
        ("a.png", _bomb(), "像素太多"),
        ("点.jpg", photo(20, 20).read(), "看不清"),
    ],
)
def test_what_is_no_picture_is_refused_and_leaves_nothing(writer, name, content, said):
    with pytest.raises(ValidationError, match=said):
        take_picture(SimpleUploadedFile(name, content), by=writer)
    assert not Picture.objects.exists()


def test_a_part_becomes_a_picture_of_its_own(writer, client_of):
    whole = take_picture(photo(1600, 900), by=writer, alt="会场")
    part = crop(whole, Box(0.25, 0, 0.5, 1), by=writer)
    assert (part.width, part.height, part.alt, part.cropped_from) == (800, 900, "会场", whole)
    with pytest.raises(ValidationError, match="超出了图片"):
        Box(0.6, 0, 0.5, 1)
    with pytest.raises(ValidationError, match="太小"):
        crop(whole, Box(0, 0, 0.01, 0.01), by=writer)


def test_a_picture_is_open_while_an_article_shows_it(article, writer, reviewer, client):
    picture = take_picture(photo(), by=writer, alt="现场")
    found = article(body=f'{BODY}<p><img src="{picture.url("960.webp")}" alt="现场"></p>')
    assert status(client, picture) == 404
    for move, by in (("submit", writer), ("review", reviewer), ("proofread", reviewer), ("publish", reviewer)):
        perform(found, move, by=by)
    answer = client.get(picture.url("960.webp"))
    assert (answer.status_code, answer["Cache-Control"]) == (200, "public, max-age=86400")
    perform(found, "take_down", by=reviewer, note="撤")
    assert status(client, picture) == 404


def test_a_banner_opens_its_picture_for_its_days(writer, client):
    picture = take_picture(photo(), by=writer)
    banner = Banner.objects.create(title="横幅", picture=picture)
    assert status(client, picture) == 200
    banner.is_shown = False
    banner.save()
    assert status(client, picture) == 404


def test_no_other_file_of_the_folder_is_served(writer, client_of):
    picture = take_picture(photo(), by=writer)
    assert client_of(writer).get(picture.url("..%2f480.webp")).status_code == 404
    assert client_of(writer).get(picture.url("480.png")).status_code == 404


def test_what_a_killed_process_left_is_swept_up(writer):
    kept = take_picture(photo(), by=writer)
    left = Path(default_storage.path(kept.folder)).with_name("left")
    left.mkdir()
    (left / "480.webp").write_bytes(b"half")
    assert sweep() == 0  # it may still be written
    a_day = timezone.now() - timedelta(days=1, minutes=1)
    for folder in (left, Path(default_storage.path(kept.folder))):
        os.utime(folder, (a_day.timestamp(), a_day.timestamp()))
    assert sweep() == 1
    assert not left.exists()
    assert default_storage.exists(f"{kept.folder}/480.webp")
