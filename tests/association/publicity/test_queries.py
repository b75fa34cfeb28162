"""What the public pages are given."""

import pytest
from django.contrib.auth.models import AnonymousUser

from association.core.models import CalendarYear
from association.public.frame import Frame
from association.public.home import ANNOUNCED, lines
from association.publicity import queries
from association.publicity.actions import end_due, prepare_list, register_objection
from association.publicity.models import Announcement, Objection, PublicityLine, PublicityList, party_lines
from association.publicity.texts import print_sheet, share_announcement, share_list
from association.workflow.actions import perform

from .conftest import at


@pytest.fixture
def list_of(clerk, travel):
    """list_of("甲公示", rows, start): a published list of (name, district, result) rows."""

    def make(title="名单公示", rows=(("甲建设有限公司", "东区", "AAA"),), start="2021-04-28 09:00", key="k"):
        travel(start)
        lines = [(None, None, *row) for row in rows]
        publicity = prepare_list(
            kind="sample", round_key=key, title=title, issuer="某某市住建局", lines=lines, working_days=5, by=clerk,
            objection_phone="0700-1234567", objection_address="某某路 1 号",
        )  # fmt: skip
        perform(publicity, "publicise", by=clerk)
        return publicity

    return make


def _titles(entries):
    return [entry["list"].title for entry in entries]


def test_home_shows_open_lists_first_the_next_to_end_on_top(list_of, clerk, travel, django_assert_num_queries):
    list_of("最早", start="2021-04-20 09:00", key="a")
    list_of("先到期", start="2021-04-27 09:00", key="b")
    list_of("后到期", start="2021-04-28 09:00", key="c")
    gone = list_of("撤下", start="2021-04-28 09:00", key="d")
    perform(gone, "withdraw", by=clerk, note="有误")
    travel("2021-04-29 08:00")
    end_due()
    with django_assert_num_queries(2):
        entries = queries.current_lists()
    assert _titles(entries) == ["先到期", "后到期", "最早"]
    assert [entry["days_left"] for entry in entries] == [3, 4, None]
    assert [entry["line_count"] for entry in entries] == [1, 1, 1]
    assert _titles(queries.current_lists(most=1)) == ["先到期"]
    assert _titles(queries.open_lists()) == ["先到期", "后到期"]


def test_over_is_over_at_the_second_whether_or_not_the_task_came_by(list_of, travel):
    publicity = list_of()
    travel("2021-05-08 17:00:00")
    assert (queries.open_lists()[0]["days_left"], queries.next_change()) == (0, at("2021-05-08 17:00:01"))
    travel("2021-05-08 17:00:01")
    assert queries.open_lists() == []
    shown = queries.public_list(publicity.uid)
    assert (shown.state, queries.list_facts(shown)["days_left"]) == ("ended", None)
    assert queries.next_change() is None


@pytest.mark.parametrize("number", [1, 3])
def test_past_lists_cost_the_same_however_many(list_of, travel, leader, django_assert_num_queries, number):
    for key in range(number):
        list_of(f"名单{key}公示", start="2021-04-20 09:00", key=str(key))
    travel("2021-05-10 09:00")
    end_due()
    for publicity in PublicityList.objects.all():
        perform(publicity, "announce", by=leader)
    with django_assert_num_queries(3):
        page = queries.past_lists("1")
        found = [(entry["list"].title, [a.title for a in entry["announcements"]]) for entry in page]
    assert found == [(f"名单{key}公示", [f"名单{key}公告"]) for key in reversed(range(number))]


def test_a_page_that_is_not_there_is_answered_by_the_nearest(list_of, travel):
    list_of()
    travel("2021-06-01 09:00")
    assert queries.past_lists("99").number == 1
    assert queries.past_lists("x").number == 1


def test_a_list_is_paged_searched_and_counted_by_result(list_of, django_assert_num_queries):
    total = queries.PAGE_SIZE + 10
    rows = [
        (f"第{number}建设有限公司", "东区" if number % 2 else "西县", "AA" if number > 1 else "AAA")
        for number in range(total)
    ]
    publicity = list_of(rows=rows)
    with django_assert_num_queries(2):
        page = queries.list_page(publicity, number="2")
        assert [line.position for line in page] == list(range(queries.PAGE_SIZE + 1, total + 1))
    assert [line.name for line in queries.list_page(publicity, q="第5建设")] == ["第5建设有限公司"]
    assert queries.list_page(publicity, q=" 西县  第12 ").object_list.get().name == "第12建设有限公司"
    assert queries.list_page(publicity, result="AAA").paginator.count == 2
    assert queries.list_page(publicity, q="没有").paginator.count == 0
    with django_assert_num_queries(3):
        facts = queries.list_facts(publicity)
    assert (facts["line_count"], facts["results"], facts["days_left"]) == (total, [("AAA", 2), ("AA", total - 2)], 5)


def test_a_year_struck_from_the_calendar_takes_no_page_away(list_of):
    publicity = list_of()
    CalendarYear.objects.all().delete()
    assert queries.list_facts(publicity)["days_left"] == 7  # Monday to Friday, for want of better


def test_an_announcement_shows_its_own_lines(list_of, clerk, leader, travel, django_assert_num_queries):
    publicity = list_of(rows=[("甲", "东区", "AAA"), ("乙", "西县", "AA")])
    held = register_objection(
        line=publicity.lines.get(name="乙"), came="call", content="不实", objector="赵某", by=clerk
    )
    travel("2021-05-10 09:00")
    end_due()
    perform(publicity, "announce", by=leader, number="〔2021〕5 号")
    perform(held, "dismiss", by=clerk, outcome="不属实")
    perform(publicity, "supplement", by=leader)
    first = queries.public_announcement(Announcement.objects.get(kind="first").uid)
    with django_assert_num_queries(5):
        assert [line.name for line in queries.announcement_page(first)] == ["甲"]
        facts = queries.announcement_facts(first)
    assert (facts["line_count"], facts["result_label"], facts["signed_by"]) == (1, "等级", "某某市住建局")
    assert [later.kind for later in facts["supplementary"]] == ["supplement"]
    assert [Announcement.objects.get(pk=line.pk).kind for line in lines(Frame())[ANNOUNCED]] == ["supplement", "first"]


def test_the_text_for_a_group_says_until_when_and_where(list_of, travel):
    publicity = list_of()
    assert share_list(publicity, line_count=1, address="https://e.org/p/1/") == (
        "【公示】名单公示\n共 1 家，某某市住建局公示。\n"
        "公示期：4 月 28 日（周三）至 5 月 8 日（周六）17:00（5 个工作日，首日不计）。\n"
        "有异议请在截止前提出，电话：0700-1234567，地址：某某路 1 号\n名单：https://e.org/p/1/"
    )
    travel("2021-05-09 09:00")
    assert "公示期已于 2021 年 5 月 8 日 17:00 结束。" in share_list(publicity, line_count=1, address="x")


def test_the_text_for_an_announcement(announced):
    announced(number="建协〔2021〕5 号")
    text = share_announcement(Announcement.objects.get(), line_count=3, address="https://e.org/a/1/")
    assert text == (
        "【公告】2020 年度信用评价结果公告\n建协〔2021〕5 号（2021 年 5 月 10 日）\n共 3 家。\n全文：https://e.org/a/1/"
    )


def test_the_sheet_for_the_wall_holds_all_lines(list_of, draft):
    sheet = print_sheet(list_of(rows=[(f"第{n}公司", "东区", "A") for n in range(60)]))
    assert (len(sheet["lines"]), sheet["intro"]) == (60, "现将名单予以公示，共 60 家。")
    assert sheet["term"] == "公示期自 2021 年 4 月 28 日起 5 个工作日（首日不计），至 2021 年 5 月 8 日 17:00 止。"
    assert print_sheet(draft())["term"] == ""


# -- Who sees what -----------------------------------------------------------------------------------------------------

READERS = ["会长", "名誉会长", "秘书长", "常务副秘书长", "秘书处", "综合处", "标准化认证处", "财务处", "监事"]


@pytest.fixture
def of_each_state(list_of, clerk, travel, draft, firm_party):
    """A draft, one to come, one on show, one withdrawn; with an objection."""
    draft()
    shown = list_of("公示中", key="a")
    withdrawn = list_of("撤下", key="b")
    perform(withdrawn, "withdraw", by=clerk, note="有误")
    register_objection(line=shown.lines.get(), came="call", content="不实", objector="赵某", by=clerk)
    return shown


@pytest.mark.parametrize("role", [*READERS, "编辑", "系统管理员", "企业", "路人"])
def test_what_each_role_sees(of_each_state, role, staff, firm_user, person):
    user = {"企业": firm_user, "路人": person}.get(role, lambda: staff(role))()
    lists, objections = PublicityList.objects.visible_to(user), Objection.objects.visible_to(user)
    if role in READERS:
        assert (lists.count(), objections.count()) == (3, 1)
    else:
        assert ([row.title for row in lists], objections.count()) == (["公示中"], 0)
    assert set(PublicityLine.objects.visible_to(user).values_list("list", flat=True)) == set(
        lists.values_list("pk", flat=True)
    )


def test_the_public_sees_what_is_on_show_and_no_objection(of_each_state, client):
    nobody = AnonymousUser()
    assert [row.title for row in PublicityList.objects.visible_to(nobody)] == ["公示中"]
    assert PublicityLine.objects.visible_to(nobody).count() == 1
    assert not Objection.objects.visible_to(nobody).exists()
    assert queries.public_list(PublicityList.objects.get(title="撤下").uid) is None
    assert queries.public_list(PublicityList.objects.get(state="draft").uid) is None


def test_a_firm_finds_its_own_lines_on_show(draft, clerk, firm_user):
    publicity = draft()
    user = firm_user(publicity.lines.get(position=1).party)
    assert not party_lines(user).exists()
    perform(publicity, "publicise", by=clerk)
    assert [line.position for line in party_lines(user)] == [1]
