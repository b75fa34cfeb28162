"""The public site as a visitor, a messenger and a search engine read it."""

import datetime as dt
import re

import pytest
from django.test import Client

from association.core.stamp import raise_stamp
from association.parties.actions import rename_party
from association.parties.models import Party, PartyName
from association.publicity.actions import prepare_list, register_objection
from association.workflow.actions import perform
from members.models import Firm, Qualification
from tests.pages import words_of

# -- An empty portal --------------------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/", "/firms/", "/publicity/", "/about/"])
def test_on_an_empty_database_each_page_says_what_will_stand_there(client, address):
    response = client.get(address)
    assert response.status_code == 200
    said = {
        "/": "现在没有公示",
        "/firms/": "名录里还没有企业",
        "/publicity/": "现在没有公示",
        "/about/": "联系方式正在整理",
    }
    assert said[address] in words_of(response)
    assert "None" not in words_of(response)


@pytest.mark.django_db
def test_an_empty_home_offers_only_what_works(client):
    page = words_of(client.get("/"))
    assert "查企业、证书，按编号查办理进度" in page
    assert "信用等级" not in page
    assert "企业登录后核对得分" not in page
    assert "在册企业" not in page


# -- Home ------------------------------------------------------------------------------------------------------------


def test_home_shows_the_list_its_end_and_the_figures(client, publish, firm_party):
    firm_party("甲建设有限公司", is_member=True)
    firm_party("乙建设有限公司")
    firm_party("丙建设有限公司", in_directory=False)
    publish()
    page = words_of(client.get("/"))
    assert "2020 年度信用评价结果公示" in page
    assert "5 月 12 日（周三）17:00 截止" in page
    assert "在册企业 2 家" in page
    assert "会员单位 1 家" in page


def test_figures_of_grades_come_from_the_published_list_only(client, rated, year):
    parties = rated(甲=90, 乙=90, 丙=60)
    assert "AAA" not in words_of(client.get("/"))
    year.issue({parties["甲"]: "AAA", parties["乙"]: "AA"}, day="2021-05-05")
    page = words_of(Client().get("/"))
    assert "2020 年度评级企业 2 家" in page
    assert "2020 年度 AAA 级企业 1 家" in page
    assert "企业登录后核对得分" in page


# -- Directory and firms -----------------------------------------------------------------------------------------------


def names_on(response):
    return re.findall(r'class="firm-name" href="[^"]+">([^<]+)<', response.content.decode())


def test_the_directory_shows_members_alone_where_asked(client, association, firm_party):
    firm_party("甲建设有限公司", is_member=True)
    firm_party("乙建设有限公司")
    assert names_on(client.get("/firms/?member=1")) == ["甲建设有限公司"]
    assert len(names_on(client.get("/firms/"))) == 2


@pytest.mark.parametrize("words", ["宏达", "宏达 建设", "旧江", "hdjs", "HDJS", "{code}", "宏达建筑"])
def test_a_firm_is_found_by_part_former_name_short_name_initials_and_code(client, association, firm_party, words):
    party = firm_party("宏达建设有限公司")
    rename_former(party)
    firm_party("远山市政有限公司")
    wanted = words.format(code=party.code)
    found = names_on(client.get("/firms/", {"q": wanted}))
    assert found == ([] if words == "宏达建筑" else ["宏达建设有限公司"])


def rename_former(party):
    """It was called 旧江建筑公司 before."""
    now = party.name
    rename_party(party, name="旧江建筑公司", by=None)
    rename_party(party, name=now, by=None)


def test_nobody_is_found_by_a_person_or_a_telephone(client, association, firm_party):
    firm_party("宏达建设有限公司", contact_name="张三丰", contact_phone="13912345678", legal_representative="李四海")
    for words in ("13912345678", "5678", "张三丰", "李四海"):
        assert names_on(client.get("/firms/", {"q": words})) == []


def test_a_firm_is_found_by_the_whole_number_of_its_certificate(client, association, firm_party):
    firms = [firm_party("甲建设有限公司").firm, firm_party("乙建设有限公司", in_directory=False).firm]
    for firm in firms:
        Qualification.objects.create(firm=firm, name="总承包二级", number=f"D2430{firm.pk:05d}")
    number = f"D2430{firms[0].pk:05d}"
    for words in (number, number.lower(), f"{number[:5]} {number[5:]}"):
        assert names_on(client.get("/firms/", {"q": words})) == ["甲建设有限公司"]
    assert names_on(client.get("/firms/", {"q": number[:-1]})) == []
    assert names_on(client.get("/firms/", {"q": f"D2430{firms[1].pk:05d}"})) == []
    assert f"证书编号 {number}" in words_of(client.get(f"/firms/{firms[0].uid}/"))
    assert "甲建设" in words_of(client.get("/search/", {"q": number}))


def test_hidden_and_merged_firms_are_not_there(client, association, firm_party):
    shown, hidden, merged = firm_party("甲建设有限公司"), firm_party(in_directory=False), firm_party("丙建设有限公司")
    Party.objects.filter(pk=merged.pk).update(merged_into=shown)
    assert names_on(client.get("/firms/")) == ["甲建设有限公司"]
    assert client.get(f"/firms/{hidden.firm.uid}/").status_code == 404
    assert client.get(f"/firms/{merged.firm.uid}/").headers["Location"] == f"/firms/{shown.firm.uid}/"


def test_filters_by_district_and_published_grade(client, rated, year):
    parties = rated(甲=90, 乙=70)
    Firm.objects.filter(party=parties["乙"]).update(district="西区")
    year.issue({parties["甲"]: "AAA", parties["乙"]: "AA"}, day="2021-05-05")
    assert names_on(client.get("/firms/", {"district": "西区"})) == ["乙建设有限公司"]
    assert names_on(client.get("/firms/", {"grade": "AAA"})) == ["甲建设有限公司"]
    assert names_on(client.get("/firms/", {"grade": "AAA", "district": "西区"})) == []
    page = client.get("/firms/").content.decode()
    assert re.findall(r'<option value="(A+)"', page) == ["AAA", "AA"]


def test_the_computed_grade_is_never_public(client, rated, year):
    party = rated(甲=90)["甲"]
    year.switch("sheets_open", "grades_open")
    for address in ("/firms/", f"/firms/{party.firm.uid}/"):
        page = words_of(Client().get(address))
        assert "AAA" not in page
        assert "98" not in page
    year.issue({party: "AA"}, day="2021-05-05")
    page = words_of(Client().get(f"/firms/{party.firm.uid}/"))
    assert "AA 2020 年度" in page
    assert "某建发〔2021〕9 号" in page
    assert "2021-05-05" in page
    assert "AAA" not in page


def test_a_firms_page_shows_no_person_telephone_or_record(client, rated, year):
    party = rated(甲=80)["甲"]
    Firm.objects.filter(party=party).update(legal_representative="李四海", remark="内部备注", address="某某路 9 号")
    year.penalty(party, text="拖欠工资")
    page = client.get(f"/firms/{party.firm.uid}/").content.decode()
    for secret in ("13912345678", "5678", "张三", "李四海", "内部备注", "拖欠工资"):
        assert secret not in page


def test_a_firms_page_shows_names_before_and_terms(client, association, firm_party):
    party = firm_party("宏达建设有限公司", district="东区")
    rename_former(party)
    for name, end in (("建筑工程施工总承包二级", "2025-12-31"), ("市政公用工程施工总承包三级", "2020-12-31")):
        Qualification.objects.create(firm=party.firm, name=name, ends_on=end)
    page = words_of(client.get(f"/firms/{party.firm.uid}/"))
    assert "曾用名 旧江建筑公司" in page
    assert "有效期至 2025-12-31" in page
    assert "已过期 2020-12-31" in page
    assert PartyName.objects.filter(party=party, kind="former").count() >= 1


# -- Lists and announcements -------------------------------------------------------------------------------------------


def test_a_list_shows_public_columns_only_and_how_to_object(client, publish):
    publicity = publish()
    register_objection(
        line=publicity.lines.first(), came="letter", content="瞒报事故", objector="王五", contact="13900009999",
        by=publicity.clerk,
    )  # fmt: skip
    page = client.get(publicity.get_public_url())
    said = words_of(page)
    for shown in (
        "甲建设有限公司",
        "西区",
        "AA",
        "5 月 12 日（周三）17:00",
        "还剩 5 个工作日",
        "0700-1234567",
        "某某路 1 号",
    ):
        assert shown in said
    for secret in ("瞒报事故", "王五", "13900009999", "异议处理中"):
        assert secret not in page.content.decode()


def test_drafts_withdrawn_and_future_lists_are_nowhere(client, publish, staff):
    clerk = staff("综合处")
    values = {"kind": "sample", "issuer": "某协", "working_days": 5, "objection_phone": "1", "objection_address": "x"}
    lines = [(None, None, "秘密建设有限公司", "", "AAA")]
    draft = prepare_list(round_key="a", title="草稿名单", lines=lines, by=clerk, **values)
    later = prepare_list(round_key="b", title="以后名单", lines=lines, by=clerk, **values)
    perform(later, "publicise", by=clerk, note="下周", starts_on=dt.date(2021, 5, 12))
    gone = publish(title="撤下名单")
    perform(gone, "withdraw", by=clerk, note="有误")
    for address in ("/", "/publicity/", "/firms/"):
        page = client.get(address).content.decode()
        assert not {word for word in ("草稿名单", "以后名单", "撤下名单") if word in page}
    for publicity in (draft, later, gone):
        for address in (publicity.get_public_url(), f"{publicity.get_public_url()}print/"):
            assert client.get(address).status_code == 404


def test_a_list_is_searched_by_name_and_result_and_paged(client, publish):
    publicity = publish([f"第{n}号建设有限公司" for n in range(1, 251)])
    address = publicity.get_public_url()
    first = client.get(address).content.decode()
    assert first.count('class="data-main"') == 100
    assert client.get(address, {"page": 3}).content.decode().count('class="data-main"') == 50
    found = client.get(address, {"q": "第250号"}).content.decode()
    assert found.count('class="data-main"') == 1
    assert "第250号建设有限公司" in found
    none = words_of(client.get(address, {"q": "没有的"}))
    assert "名单中没有符合的单位" in none
    few = client.get(address, {"q": "号建设", "result": "AA"}).content.decode()
    assert few.count('class="data-main"') == 84
    whole = client.get(f"{address}print/").content.decode()
    assert whole.count('class="data-main"') == 250
    assert "1234567" in whole


def test_the_same_page_after_its_last_second(client, publish, may_2021):
    publicity = publish()
    may_2021.move_to("2021-05-12T17:00:00+08:00")
    assert "正在公示" in words_of(client.get("/"))
    assert "今天是最后一天" in words_of(client.get(publicity.get_public_url()))
    may_2021.move_to("2021-05-12T17:00:01+08:00")
    assert "最近公示" in words_of(client.get("/"))
    page = words_of(client.get(publicity.get_public_url()))  # the same process: the page must not outlive the deadline
    assert "公示期已过" in page
    assert "公示期满" in page


def test_an_announcement_follows_and_is_linked_both_ways(client, publish, staff, may_2021):
    publicity = publish([f"第{n}号建设有限公司" for n in range(60)])
    may_2021.move_to("2021-05-13T09:00:00+08:00")
    perform(publicity, "end", by=None)
    perform(publicity, "announce", by=staff("秘书长"), number="某建协〔2021〕3 号", body="各单位：\n\n现予公告。")
    announcement = publicity.announcements.get()
    page = client.get(announcement.get_public_url())
    for shown in ("某建协〔2021〕3 号", "2021 年 5 月 13 日", "现予公告。", "第0号建设有限公司"):
        assert shown in words_of(page)
    assert publicity.get_public_url() in page.content.decode()
    assert announcement.get_public_url() in client.get(publicity.get_public_url()).content.decode()
    assert announcement.get_public_url() in client.get("/publicity/").content.decode()
    assert announcement.get_public_url() in client.get("/").content.decode()
    whole = client.get(f"{announcement.get_public_url()}print/").content.decode()
    assert whole.count('class="data-main"') == 60


def test_the_text_to_share_names_the_address_that_was_asked(client, publish, settings):
    settings.ALLOWED_HOSTS = ["portal.example.org"]
    publicity = publish()
    page = client.get(publicity.get_public_url(), headers={"host": "portal.example.org"}, secure=True)
    assert f"https://portal.example.org{publicity.get_public_url()}" in page.content.decode()


# -- Kept, and never stale --------------------------------------------------------------------------------------------


def test_kept_pages_cost_nothing_and_publishing_shows_at_once(
    client, publish, django_assert_num_queries, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        publicity = publish([f"第{n}号建设有限公司" for n in range(120)])
    addresses = ("/", publicity.get_public_url(), f"{publicity.get_public_url()}?page=2", "/publicity/", "/firms/")
    for address in addresses:
        client.get(address)
    with django_assert_num_queries(0):
        for address in addresses:
            assert client.get(address).status_code == 200
    with django_capture_on_commit_callbacks(execute=True):
        perform(publicity, "withdraw", by=publicity.clerk, note="有误")
    assert publicity.title not in client.get("/").content.decode()
    assert client.get(publicity.get_public_url()).status_code == 404


@pytest.mark.parametrize(
    ("address", "most"),
    [("/", 5), ("/firms/", 5), ("/publicity/", 7), ("{list}", 9), ("{list}print/", 4), ("{firm}", 8)],
)
def test_as_many_queries_for_one_row_as_for_three(publish, firm_party, django_assert_max_num_queries, address, most):
    """When a page is not kept."""
    counts = []
    firms = [firm_party(f"第{n}建设有限公司") for n in range(1)]
    publish(["甲建设有限公司"])
    Client().get("/about/")  # the association's row is in the cache from then on
    for _ in range(2):
        publicity = publish([f"某{n}建设有限公司" for n in range(len(counts) + 2)])
        there = address.format(list=publicity.get_public_url(), firm=f"/firms/{firms[0].firm.uid}/")
        with django_assert_max_num_queries(most) as seen:
            assert Client().get(there).status_code == 200
        counts.append(len(seen))
        firms += [firm_party(f"再{n}建设有限公司") for n in range(2)]
        publish(["丙建设有限公司", "丁建设有限公司", "戊建设有限公司", "己建设有限公司"])
    assert counts[0] == counts[1]


# -- Small files -------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_robots_and_icon(client):
    robots = client.get("/robots.txt")
    assert robots["Content-Type"].startswith("text/plain")
    assert "Disallow: /desk/" in robots.content.decode()
    assert client.get("/favicon.ico")["Location"].startswith("/icon.svg")


def test_the_mark_on_the_tab_and_the_drawing_are_the_associations_own(client, association):
    association.logo_letter, association.colours, association.scene = "<皖", {"lake": "#28466e"}, "homes"
    association.save()
    home = client.get("/").content.decode()
    mark = client.get(re.search(r'rel="icon" href="(/icon\.svg\?v=\d+)"', home)[1])
    assert mark["Content-Type"].startswith("image/svg+xml")
    assert ">&lt;皖</text>" in mark.content.decode()
    assert 'fill="#28466e"' in mark.content.decode()
    assert "hero-homes" in home


def test_the_colours_are_a_sheet_of_their_own(client, association, django_capture_on_commit_callbacks):
    assert b"theme.css" not in client.get("/about/").content
    association.colours = {"lake": "#7a1f3d", "seal": "red; } body { display: none"}
    with django_capture_on_commit_callbacks(execute=True):
        association.save()
        raise_stamp()
    fresh = Client()
    page = fresh.get("/about/").content.decode()
    link = re.search(r'href="(/theme\.css\?v=\d+)"', page)[1]
    sheet = fresh.get(link)
    assert sheet["Content-Type"] == "text/css; charset=utf-8"
    assert "--lake: #7a1f3d" in sheet.content.decode()
    assert "display" not in sheet.content.decode()
