"""What machines read: RSS and Atom, the map of the site, robots."""

from datetime import timedelta
from xml.etree import ElementTree

import time_machine
from django.test import Client
from django.utils import timezone

from association.news.models import Publication

ATOM = "{http://www.w3.org/2005/Atom}"
MAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


def parsed(client, address):
    response = client.get(address)
    assert response.status_code == 200, address
    return response, ElementTree.fromstring(response.content)


def test_feeds_of_all_and_of_a_column(signed, client):
    notice = signed(title="一条通知 & 附件", column="tongzhi").publication
    policy = signed(
        title="市级文件", column="shi", issued_by="局", issued_on=timezone.localdate(), effect="in_force"
    ).publication
    response, rss = parsed(client, "/rss.xml")
    assert response["Content-Type"].startswith("application/rss+xml")
    assert [item.findtext("title") for item in rss.iter("item")] == [policy.title, notice.title]
    assert [item.findtext("link") for item in rss.iter("item")][1] == f"http://testserver{notice.get_public_url()}"
    _, rss = parsed(client, "/news/zhengce/rss.xml")
    assert [item.findtext("title") for item in rss.iter("item")] == [policy.title]
    response, atom = parsed(client, "/news/tongzhi/atom.xml")
    assert response["Content-Type"].startswith("application/atom+xml")
    [entry] = atom.iter(f"{ATOM}entry")
    assert entry.findtext(f"{ATOM}id") == f"urn:uuid:{notice.uid}"
    assert entry.find(f"{ATOM}category").get("term") == "通知公告"
    assert client.get("/news/nowhere/rss.xml").status_code == 404


def test_a_feed_forgets_what_is_over_by_the_clock(signed, client):
    shown = signed(title="到时撤下的通知").publication
    Publication.objects.filter(pk=shown.pk).update(take_down_at=timezone.now() + timedelta(minutes=2))
    visitor = Client()
    assert shown.title in visitor.get("/rss.xml").content.decode()
    with time_machine.travel(timezone.now() + timedelta(minutes=3)):
        for address in ("/rss.xml", "/", "/news/tongzhi/"):
            assert shown.title not in visitor.get(address).content.decode()
        assert visitor.get(shown.get_public_url()).status_code == 404


def test_the_map_names_every_page_once(signed, client, firm_party):
    shown, firm = signed().publication, firm_party("甲建设有限公司").firm
    _, index = parsed(client, "/sitemap.xml")
    parts = [part.text.removeprefix("http://testserver") for part in index.iter(f"{MAP}loc")]
    found = [loc.text for part in parts for loc in parsed(client, part)[1].iter(f"{MAP}loc")]
    for address in ("/", "/news/tongzhi/", "/disclosure/", shown.get_public_url(), f"/firms/{firm.uid}/"):
        assert found.count(f"http://testserver{address}") == 1
    assert client.get("/sitemap-nowhere.xml").status_code == 404
    assert "Sitemap: http://testserver/sitemap.xml" in client.get("/robots.txt").content.decode()


def test_a_map_of_many_articles_has_pages(signed, client, monkeypatch):
    monkeypatch.setattr("association.public.sitemaps.Rows.limit", 2)
    for n in range(3):
        signed(title=f"第 {n} 条通知公告")
    _, index = parsed(client, "/sitemap.xml")
    parts = [part.text for part in index.iter(f"{MAP}loc")]
    assert "http://testserver/sitemap-articles.xml?p=2" in parts
    assert len(list(parsed(client, "/sitemap-articles.xml?p=2")[1].iter(f"{MAP}loc"))) == 1
