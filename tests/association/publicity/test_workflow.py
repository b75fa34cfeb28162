"""The moves of lists and objections: who, when, and what they leave."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied

from association.accounts.models import StandIn
from association.core.models import CalendarYear
from association.core.stamp import current
from association.inbox.models import Todo
from association.publicity.actions import end_due
from association.publicity.models import Announcement, Objection
from association.publicity.registry import ListKind, _kinds, register
from association.workflow.actions import MoveRefused, perform, undo_last
from association.workflow.models import Step

from .conftest import at, object_to

# -- Publish ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        ("2021-04-23", 5, "2021-04-29"),
        ("2021-04-28", 5, "2021-05-08"),
        ("2021-09-28", 5, "2021-10-11"),
        ("2021-02-08", 5, "2021-02-20"),
        ("2025-09-28", 5, "2025-10-11"),
        ("2026-02-12", 5, "2026-02-26"),
    ],
)
def test_the_term_ends_at_closing_time_of_its_last_working_day(draft, clerk, travel, start, days, end):
    publicity = draft(working_days=days)
    travel(f"{start} 09:00") if start > "2021-04-28" else travel("2021-04-28 09:00")
    day = dt.date.fromisoformat(start)
    perform(publicity, "publicise", by=clerk, happened_on=day, note="补录")
    assert (publicity.state, publicity.starts_on, publicity.ends_at) == ("publicised", day, at(f"{end} 17:00"))


def test_it_goes_up_later_only_with_a_reason(draft, clerk, travel):
    publicity = draft()
    with pytest.raises(MoveRefused, match="请在说明里写明原因"):
        perform(publicity, "publicise", by=clerk, starts_on=dt.date(2021, 5, 6))
    perform(publicity, "publicise", by=clerk, starts_on=dt.date(2021, 5, 6), note="节后公示")
    assert (publicity.starts_on, publicity.ends_at) == (dt.date(2021, 5, 6), at("2021-05-12 17:00"))
    assert not type(publicity).objects.on_show().exists()
    travel("2021-05-06 00:00")
    assert type(publicity).objects.on_show().get() == publicity


def test_a_start_before_the_day_of_the_step_is_not_taken(draft, clerk):
    with pytest.raises(MoveRefused, match="发生日期"):
        perform(draft(), "publicise", by=clerk, starts_on=dt.date(2021, 4, 27))


def test_an_earlier_day_needs_its_reason(draft, clerk):
    publicity = draft()
    with pytest.raises(MoveRefused, match="补录"):
        perform(publicity, "publicise", by=clerk, happened_on=dt.date(2021, 4, 23))
    assert publicity.state == "draft"


def test_a_year_missing_in_the_calendar_is_named_and_nothing_starts(draft, clerk, travel):
    publicity = draft()
    CalendarYear.objects.filter(year=2022).delete()
    travel("2021-12-30 09:00")
    with pytest.raises(MoveRefused) as problem:
        perform(publicity, "publicise", by=clerk)
    assert problem.value.messages == [
        "算不出公示截止日期：工作日历里还没有 2022 年，请先在「系统 › 工作日历」补录该年的放假和调休安排。"
    ]
    publicity.refresh_from_db()
    assert (publicity.state, publicity.ends_at) == ("draft", None)


def test_a_case_stands_in_one_list_at_a_time(draft, clerk, firm_party, rating_case):
    case = rating_case()
    lines = [(case.party, case, "丁建设有限公司", "", "AA")]
    first = draft(0, lines=lines)
    perform(first, "publicise", by=clerk)
    second = draft(0, lines=lines, title="第二份")
    with pytest.raises(MoveRefused, match="「丁建设有限公司」已在《2020 年度信用评价结果公示》中公示"):
        perform(second, "publicise", by=clerk)
    perform(first, "withdraw", by=clerk, note="有误")
    perform(second, "publicise", by=clerk)
    assert second.state == "publicised"


@pytest.mark.django_db(transaction=True)
def test_each_publishing_move_raises_the_public_stamp(draft, clerk, leader, travel):
    publicity = draft()
    stamps = [current()]
    travel("2021-04-28 10:07:31")  # an embedded stamp is a moment, and time stands still here
    perform(publicity, "publicise", by=clerk)
    stamps.append(current())
    travel("2021-05-10 09:07:32")
    end_due()
    stamps.append(current())
    travel("2021-05-10 10:07:33")
    perform(publicity, "announce", by=leader)
    stamps.append(current())
    assert len(set(stamps)) == 4


def test_what_went_out_is_not_taken_back(publicised, clerk):
    publicity = publicised()
    with pytest.raises(MoveRefused, match="已经对外发出"):
        undo_last(publicity, by=clerk, reason="点错了")


# -- Announce --------------------------------------------------------------------------------------


def test_the_announcement_leaves_out_what_is_held_and_a_supplementary_one_follows(ended, clerk, leader):
    publicity = ended(firms=4)
    held = {n: object_to(publicity, clerk, n, received_at=at("2021-05-08 17:00")) for n in (1, 2)}
    perform(held[2], "uphold", by=clerk, outcome="属实")
    perform(publicity, "announce", by=leader, number="建协〔2021〕5 号")
    first = Announcement.objects.get()
    assert (first.title, first.number, first.signature) == ("2020 年度信用评价结果公告", "建协〔2021〕5 号", "李秘书长")
    assert [line.position for line in first.lines.all()] == [3, 4]
    with pytest.raises(MoveRefused, match="没有需要补充公告的单位"):
        perform(publicity, "supplement", by=leader)

    perform(held[1], "dismiss", by=clerk, outcome="经核实已修复")
    todo = Todo.objects.open().get(kind="publicity:supplement")
    assert (todo.count, todo.right) == (1, "decide")
    perform(publicity, "supplement", by=leader)
    second = Announcement.objects.get(kind="supplement")
    assert (second.supplements, [line.position for line in second.lines.all()]) == (first, [1])
    assert second.title == "关于 2020 年度信用评价结果公告的补充公告"
    assert not Todo.objects.open().filter(kind="publicity:supplement").exists()
    assert publicity.lines.get(position=2).announcement is None


def test_nothing_is_announced_while_all_lines_are_held(ended, clerk, leader):
    publicity = ended(firms=1)
    object_to(publicity, clerk, received_at=at("2021-05-08 10:00"))
    with pytest.raises(MoveRefused, match="没有可以公告的单位"):
        perform(publicity, "announce", by=leader)


def test_it_is_not_announced_before_the_end(publicised, leader, clerk):
    publicity = publicised()
    with pytest.raises(MoveRefused, match="现在是「公示中」，不能发布公告"):
        perform(publicity, "announce", by=leader)
    with pytest.raises(MoveRefused, match="公示期到 2021-05-08 17:00 为止"):
        perform(publicity, "end", by=None)


def test_a_number_is_used_once(announced, clerk, leader, draft, travel):
    announced(number="建协〔2021〕5 号")
    other = draft(0, lines=[(None, None, "另一家公司", "", "A")])
    perform(other, "publicise", by=clerk)
    travel("2021-05-10 10:00")
    end_due()
    with pytest.raises(MoveRefused, match="已经用过"):
        perform(other, "announce", by=leader, number="建协〔2021〕5 号")


def test_who_published_does_not_announce(draft, leader, travel, staff):
    publicity = draft()
    perform(publicity, "publicise", by=leader)
    travel("2021-05-10 09:00")
    end_due()
    with pytest.raises(MoveRefused, match=r"须由两个人办理：您已办理「发布公示」.*或由其指定代理人"):
        perform(publicity, "announce", by=leader)
    perform(publicity, "announce", by=staff("会长"))
    assert publicity.state == "announced"


def _stand_in(principal, deputy, **fields):
    return StandIn.objects.create(
        principal=principal, deputy=deputy, starts_on=dt.date(2021, 5, 1), ends_on=dt.date(2021, 5, 31),
        reason="出差", **fields,
    )  # fmt: skip


def test_a_stand_in_signs_with_both_names(ended, leader, staff):
    publicity = ended()
    deputy = staff("财务处", name="张某")
    with pytest.raises(PermissionDenied):
        perform(publicity, "announce", by=deputy)
    _stand_in(leader, deputy, matters=["publicity"])
    perform(publicity, "announce", by=deputy)
    assert Announcement.objects.get().signature == "张某代李秘书长"
    step = Step.objects.of(publicity).last()
    assert (step.actor, step.principal) == (deputy, leader)


def test_a_stand_in_of_who_published_is_no_second_person(draft, leader, staff, travel):
    publicity = draft()
    perform(publicity, "publicise", by=leader)
    travel("2021-05-10 09:00")
    end_due()
    deputy = staff("财务处", name="张某")
    _stand_in(leader, deputy)
    with pytest.raises(MoveRefused, match="须由两个人办理"):
        perform(publicity, "announce", by=deputy)


def test_who_published_as_stand_in_is_no_second_person_either(draft, leader, staff, travel):
    publicity = draft()
    travel("2021-05-06 09:00")
    deputy = staff("财务处", name="张某")
    _stand_in(leader, deputy)
    perform(publicity, "publicise", by=deputy)
    travel("2021-05-14 09:00")
    end_due()
    for person in (deputy, leader):
        with pytest.raises(MoveRefused, match="须由两个人办理"):
            perform(publicity, "announce", by=person)


def test_a_correction_stands_beside_what_it_corrects(announced, leader):
    publicity = announced()
    with pytest.raises(MoveRefused, match="请写明更正的内容"):
        perform(publicity, "correct", by=leader, note="名称有误")
    perform(publicity, "correct", by=leader, note="名称有误", body="第 1 行应为甲一建设集团有限公司。")
    correction = Announcement.objects.get(kind="correction")
    assert correction.supplements == Announcement.objects.get(kind="first")
    assert not correction.lines.exists()
    assert correction.supplements.lines.count() == 3


def test_withdrawing_says_why_and_takes_it_off_the_public_pages(publicised, clerk):
    publicity = publicised()
    with pytest.raises(MoveRefused, match="请写明撤下公示的原因"):
        perform(publicity, "withdraw", by=clerk)
    perform(publicity, "withdraw", by=clerk, note="名单有误")
    assert not type(publicity).objects.on_show().exists()


def test_what_was_announced_is_not_withdrawn(announced, clerk):
    with pytest.raises(MoveRefused):
        perform(announced(), "withdraw", by=clerk, note="有误")


# -- Word to the apps above ------------------------------------------------------------------------


@pytest.fixture
def heard():
    told = []

    def hear(name):
        return lambda **facts: told.append((name, facts))

    names = ("on_publicised", "on_ended", "on_announced", "on_withdrawn", "on_line_decided")
    register(ListKind("heard", "听", **{name: hear(name) for name in names}))
    yield told
    del _kinds["heard"]


def test_the_apps_above_hear_of_every_step(draft, clerk, leader, travel, heard):
    publicity = draft(kind="heard")
    perform(publicity, "publicise", by=clerk)
    objection = object_to(publicity, clerk)
    perform(objection, "uphold", by=clerk, outcome="属实")
    travel("2021-05-10 09:00")
    end_due()
    perform(publicity, "announce", by=leader)
    assert [name for name, _ in heard] == ["on_publicised", "on_line_decided", "on_ended", "on_announced"]
    assert heard[1][1]["line"].state == "dropped"
    assert [line.position for line in heard[3][1]["lines"]] == [2, 3]
    assert heard[3][1]["announcement"] == Announcement.objects.get()


def test_what_an_app_above_refuses_takes_the_move_back(draft, clerk):
    def refuse(**_facts):
        raise MoveRefused("还有企业没有测算。")

    register(ListKind("refusing", "拒", on_publicised=refuse))
    try:
        publicity = draft(kind="refusing")
        with pytest.raises(MoveRefused):
            perform(publicity, "publicise", by=clerk)
    finally:
        del _kinds["refusing"]
    publicity.refresh_from_db()
    assert (publicity.state, publicity.starts_on) == ("draft", None)
    assert not Step.objects.of(publicity).exists()
    assert not Objection.objects.exists()
