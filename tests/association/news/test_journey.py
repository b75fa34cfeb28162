"""A text's whole way: 编 → 审 → 校 → 发 at a set time → read everywhere → taken down → gone everywhere."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from association.news.actions import create_article, run_clock
from association.news.pictures import take_picture
from association.workflow.actions import perform
from tests.pages import words_of

from .conftest import BODY, photo

pytestmark = pytest.mark.django_db(transaction=True)
TITLE = "全市建筑工人技能比武圆满举行"
PLACES = ("/", "/news/dongtai/", "/rss.xml", "/atom.xml", "/news/dongtai/rss.xml")


def shown_at(visitor) -> list[str]:
    return [place for place in PLACES if TITLE in visitor.get(place).content.decode()]


def test_from_the_first_word_until_it_is_gone(writer, reviewer, columns):
    visitor = Client()  # one browser the whole time: what was kept for it must never be old
    cover = take_picture(photo(), by=writer, alt="比武现场")
    found = create_article(by=writer, column=columns["dongtai"], title=TITLE, body=BODY, cover=cover)
    perform(found, "submit", by=writer)
    perform(found, "review", by=reviewer)
    perform(found, "proofread", by=reviewer)
    later = timezone.now() + timedelta(hours=2)
    perform(found, "schedule", by=reviewer, publish_at=later)
    assert shown_at(visitor) == []
    assert visitor.get(f"/articles/{found.uid}/").status_code == 404

    with time_machine.travel(later + timedelta(seconds=20)):
        assert run_clock() == 1
        assert shown_at(visitor) == list(PLACES)
        home = visitor.get("/").content.decode()
        assert f"/pictures/{cover.uid}/960.webp" in home
        page = visitor.get(f"/articles/{found.uid}/")
        assert "二十家企业参加" in words_of(page)
        assert visitor.get(cover.url("share.jpg")).status_code == 200

        perform(found, "take_down", by=reviewer, note="照片里有人没有同意公开")
        assert shown_at(visitor) == []
        gone = visitor.get(f"/articles/{found.uid}/")
        assert gone.status_code == 404
        assert "内容已经撤下" in words_of(gone)
        assert visitor.get(cover.url("share.jpg")).status_code == 404
