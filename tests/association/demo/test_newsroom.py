"""The demonstration's newsroom: alive on the site, and something in every state for whoever looks behind it."""

from collections import Counter
from io import BytesIO

import pytest
from django.test import Client
from django.utils import timezone
from PIL import Image

from association.demo import pictures, scenes, texts, year
from association.news.checks import why_not_go_on
from association.news.enums import ArticleState
from association.news.models import Article, Contribution, Picture, Publication, Remark, Showcase

PLAN = year.read("yueyang")
for part in ("rating", "publicity", "earlier"):  # what the site can do without
    PLAN.pop(part)


@pytest.fixture
def loaded(db):
    return list(year.load(PLAN))


def test_the_site_looks_alive_and_every_state_of_the_flow_has_an_article(loaded):
    states = Counter(Article.objects.values_list("state", flat=True))
    assert set(states) == set(ArticleState.values)
    assert 60 <= Publication.objects.on_show().count() <= 90
    assert Publication.objects.on_show().filter(pinned_until__gte=timezone.localdate()).count() == 1
    assert Publication.objects.exclude(files=[]).count() >= 10
    assert Remark.objects.exists()
    stopped = {str(article): why_not_go_on(article) for article in Article.objects.all() if why_not_go_on(article)}
    assert stopped == {}
    sent = set(Contribution.objects.values_list("case__state", flat=True))
    assert sent == {"published", "submitted", "returned", "declined"}
    assert Showcase.objects.on_show().count() == 3
    visitor = Client()
    shown = Publication.objects.on_show().exclude(files=[]).first()
    assert shown.title in visitor.get(shown.get_public_url()).content.decode()
    file = visitor.get(f"/files/{shown.files[0]['uid']}/download/")
    assert b"".join(file.streaming_content)
    cover = Publication.objects.on_show().exclude(cover=None).first().cover
    assert visitor.get(cover.url("960.webp")).status_code == 200
    assert Picture.objects.filter(alt="").count() == 0
    before = Picture.objects.count(), Article.objects.count(), Contribution.objects.count(), Showcase.objects.count()
    assert list(year.load(PLAN)) == []
    assert (
        Picture.objects.count(), Article.objects.count(), Contribution.objects.count(), Showcase.objects.count()
    ) == before  # fmt: skip


def test_a_picture_is_the_same_each_time_and_each_scene_can_be_drawn():
    for scene in scenes.ALL:
        with Image.open(BytesIO(pictures.jpeg(f"{scene}-1", tall=scene == "tower"))) as image:
            assert image.size == (pictures.TALL if scene == "tower" else pictures.WIDE)
            assert len(image.resize((64, 36)).getcolors(64 * 36)) > 50  # something stands on it
    with pytest.raises(ValueError, match="no scene"):
        pictures.jpeg("castle-1")


def test_an_article_is_written_as_people_write_notes():
    marked = "## 要点\n\n- 一\n- **二**\n\n1. 甲\n2. 乙\n\n| 项 | 数 |\n| A & B | <1 |\n\n见[公开](/disclosure/)。"
    assert texts.as_html(marked, str) == (
        "<h2>要点</h2><ul><li>一</li><li><strong>二</strong></li></ul><ol><li>甲</li><li>乙</li></ol>"
        '<table><thead><tr><th scope="col">项</th><th scope="col">数</th></tr></thead>'
        "<tbody><tr><td>A &amp; B</td><td>&lt;1</td></tr></tbody></table>"
        '<p>见<a href="/disclosure/">公开</a>。</p>'
    )
    assert texts.spaced("共46家，占98%以上，AAA级") == "共 46 家，占 98% 以上，AAA 级"
