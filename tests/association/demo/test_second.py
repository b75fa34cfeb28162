"""The other demonstration: another association, on the same code, with data alone."""

import re

import pytest
from django.test import Client

from association.core.models import Association
from association.demo import year
from association.news.models import Article, Disclosure, JournalIssue, Publication, Showcase, SitePage, Topic
from association.news.models.disclosure import DisclosureKind
from members.models import DuesBill, Firm, Membership, Tenure
from tests.pages import words_of

PLAN = year.read("anhui")
FIRST_ONE_S = re.compile(r"岳阳|巴陵|洞庭|湘|\b0730-\d{7}|建筑业|施工企业|建筑企业|县市区|资质|信用等级|工程款")
PAGES = (
    "/",
    "/firms/",
    "/about/",
    "/council/",
    "/disclosure/",
    "/journal/",
    "/topics/",
    "/publicity/",
    "/accessibility/",
    "/lookup/",
    "/showcase/",
    "/search/?q=物业",
    "/rss.xml",
)


@pytest.fixture
def loaded(db):
    return list(year.load(PLAN))


def addresses() -> list[str]:
    rows = [*Publication.objects.on_show(), *Topic.objects.shown(), *SitePage.objects.shown()]
    columns = {row.column.get_public_url() for row in Publication.objects.select_related("column")}
    shown = [f"/showcase/{row.uid}/" for row in Showcase.objects.on_show()]
    firms = [f"/firms/{uid}/" for uid in Firm.objects.public().values_list("uid", flat=True)[:3]]
    return [*PAGES, *sorted(columns), *firms, *(row.get_public_url() for row in rows), *shown]


def test_the_second_association_has_a_site_without_a_word_of_the_first(loaded):
    visitor, found = Client(), {}
    for address in addresses():
        answer = visitor.get(address)
        assert answer.status_code == 200, address
        if hit := FIRST_ONE_S.search(answer.content.decode()):
            found[address] = hit.group()
    assert found == {}
    page = visitor.get("/firms/").content.decode()
    assert "物业服务企业" in page
    assert "<span>地市</span>" in page
    assert visitor.get("/theme.css").content.decode().count("--lake:") == 2  # by day and by night
    home = visitor.get("/")
    words = words_of(home)
    assert words.index("关于征求换届工作方案意见的通知") < words.index("现在没有公示")  # nothing empty stands in front
    assert "皖ICP备00000000号-1" in home.content.decode()
    assert "hero-homes" in home.content.decode()
    page = visitor.get("/pages/organisation/").content.decode()
    assert "皖北分会" in page
    assert Showcase.objects.on_show().count() == 2
    assert "凌晨一点的抢修" in visitor.get("/news/yaowen/").content.decode()
    assert "标准化专业委员会" in page


def test_its_members_posts_and_dues_come_from_its_own_files_and_only_once(loaded):
    assert Membership.objects.on().count() == 30
    assert set(Firm.objects.values_list("district", flat=True)) == set(Association.current().district_names())
    assert Tenure.objects.on().filter(post__unit_name="会长单位").count() == 1
    assert DuesBill.objects.standing().get(label="会长单位").amount == 50000
    assert set(Disclosure.objects.values_list("kind", flat=True)) == set(DisclosureKind.values)
    before = Article.objects.count(), Disclosure.objects.count(), JournalIssue.objects.count()
    assert list(year.load(PLAN)) == []
    assert (Article.objects.count(), Disclosure.objects.count(), JournalIssue.objects.count()) == before
