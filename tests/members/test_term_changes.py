"""A list of posts from Excel through the pages: preview, the units confirm, on behalf, issued by a second person, undone."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from association.exchange.models import ImportBatch
from association.inbox.models import Todo
from association.jobs import actions as jobs
from association.outbox.models import Message
from association.parties.models import Seat
from association.timeline.models import Event
from association.workflow.actions import MoveRefused, perform, undo_last
from members import term_changes, terms
from members.models import Post, Tenure, Term, TermChange
from members.term_plans import plan_of
from members.term_queries import posts_on
from tests.workbooks import xlsx

from .conftest import TERM_LIST, bring, words

TODAY = timezone.localdate()


def held(party=None, day=None) -> set[tuple[str, str]]:
    rows = Tenure.objects.on(day)
    rows = rows.filter(party=party) if party else rows
    return set(rows.values_list("post__name", "person_name"))


# -- The journey ------------------------------------------------------------------------------------------------------


def test_a_term_change_from_excel_to_the_units_timeline(office, client_of, leader, clerk, term, member, firm_user):
    """Made, imported, claimed, asked, confirmed by the firm and by telephone, issued by a second person, taken back."""
    first, second = member("甲建设有限公司"), member("乙建设有限公司")
    terms.appoint(
        post=Post.objects.get(name="理事"), party=first, person_name="张三", starts_on=date(2019, 6, 1), by=clerk
    )
    typed = {
        "term": term.pk, "kind": "adjustment", "title": "届中调整名单", "body": "第三届第二次理事会",
        "meeting_on": f"{TODAY}", "takes_effect_on": f"{TODAY}",
    }  # fmt: skip
    made = office.post("/admin/members/termchange/add/", typed, follow=True)
    change = TermChange.objects.get()
    url = f"/admin/members/termchange/{change.pk}"
    assert "名单还是空的" in made.content.decode()

    rows = [
        [1, "张三", "甲建设有限公司", "董事长", "副会长", "13812345678"],
        [2, "李四", "乙建设集团有限公司", "总经理", "理事", ""],
        [3, "王五", "", "", "秘书长", ""],
    ]
    upload = SimpleUploadedFile("名单.xlsx", xlsx([["第三届理事会届中调整名单"], TERM_LIST, *rows]))
    looked = office.post(
        "/admin/exchange/importbatch/add/?kind=term-list", {"change": change.pk, "file": upload}, follow=True
    )
    batch = ImportBatch.objects.get()
    assert (looked.status_code, batch.created, batch.waiting, change.lines.count()) == (200, 2, 1, 0)
    office.post(f"/admin/exchange/importbatch/{batch.pk}/confirm/", {"how": "good"})
    jobs.run(ImportBatch.objects.get().job_id)

    page = office.get(f"{url}/change/").content.decode()
    for expected in ("等待认定的单位（1）", "乙建设有限公司", "就是这家", "改任 1", "新任 2"):
        assert expected in page
    asked = office.post(f"{url}/move/ask/", {"happened_on": f"{TODAY}", "note": ""}, follow=True)
    assert "还有 1 行没有对应到会员" in asked.content.decode()
    line = change.lines.get(unit_name="乙建设集团有限公司")
    office.post(f"{url}/line/{line.pk}/claim/", {"party": second.pk})

    user = firm_user(first)
    office.post(f"{url}/move/ask/", {"happened_on": f"{TODAY}", "note": ""})
    change.refresh_from_db()
    assert (change.state, change.confirm_until > TODAY) == ("confirming", True)
    assert Message.objects.filter(user=user, subject="请核对任职资料").count() == 1
    firm = client_of(user)
    home = firm.get("/desk/").content.decode()
    assert "核对任职资料" in home
    desk = f"/desk/terms/{change.uid}/"
    assert desk in home
    mine = change.lines.get(party=first)
    prefix = f"line{mine.pk}"
    answer = {
        "line": mine.pk, f"{prefix}-person_name": "张三丰", f"{prefix}-person_title": "董事长",
        f"{prefix}-person_phone": "13812345678", f"{prefix}-note": "", f"{prefix}-seen_version": mine.version,
    }  # fmt: skip
    missing = firm.post(desk, answer)
    assert (missing.status_code, "请写明原因" in missing.content.decode()) == (422, True)
    assert "张三丰" in missing.content.decode()
    done = firm.post(desk, answer | {f"{prefix}-note": "原表写漏一字"}, follow=True)
    assert "已更正" in done.content.decode()
    assert not Todo.objects.open().filter(party=first).exists()

    waits = office.get(f"{url}/unanswered/").content.decode()
    assert "乙建设有限公司" in waits
    assert "甲建设有限公司" not in waits
    refused = office.post(f"{url}/move/propose/", {"happened_on": f"{TODAY}", "note": ""})
    assert "还有 1 行单位没有核对" in refused.content.decode()
    other = change.lines.get(party=second)
    prefix = f"line{other.pk}"
    on_behalf = {
        f"{prefix}-person_name": "李四", f"{prefix}-person_title": "总经理", f"{prefix}-channel": "phone",
        f"{prefix}-received_on": f"{TODAY}",
    }  # fmt: skip
    assert office.post(f"{url}/line/{other.pk}/answer/", on_behalf).status_code == 302
    assert "都核对过了" in office.get(f"{url}/unanswered/").content.decode()

    office.post(f"{url}/move/propose/", {"happened_on": f"{TODAY}", "note": ""})
    chief = client_of(leader)
    issue = {"happened_on": f"{TODAY}", "note": "", "document_number": "某建协〔2021〕3 号", "issued_on": f"{TODAY}"}
    assert chief.post(f"{url}/move/issue/", issue).status_code == 302
    assert held() == {("副会长", "张三丰"), ("理事", "李四"), ("秘书长", "王五")}
    assert held(day=TODAY - timedelta(days=1)) == {("理事", "张三")}
    told = Event.objects.get(party=first, verb="tenure.issued").sentence
    assert told == "「届中调整名单」（某建协〔2021〕3 号）：张三丰任副会长，张三不再任理事"
    assert "已印发（某建协〔2021〕3 号）" in firm.get(desk).content.decode()

    chief.post(f"{url}/move/-undo/", {"note": "文号有误"})
    change.refresh_from_db()
    assert (change.state, held()) == ("proposed", {("理事", "张三")})


# -- What a list does -------------------------------------------------------------------------------------------------


def _issue(change, clerk, leader):
    perform(change, "ask", by=clerk)
    for line in term_changes.unanswered(change):
        term_changes.answer_line(line, by=clerk, channel="paper")
    perform(change, "propose", by=clerk)
    perform(change, "issue", by=leader, document_number="1 号")


def test_an_election_sets_the_organs_on_its_list_anew_and_leaves_the_others(change, member, clerk, leader):
    names = ("甲建设有限公司", "乙建设有限公司", "丙建设有限公司")
    first, second, third = (member(name) for name in names)
    posts = {post.name: post for post in Post.objects.all()}
    for party, post, who in ((first, "理事", "张三"), (second, "理事", "李四"), (third, "监事", "王五")):
        terms.appoint(post=posts[post], party=party, person_name=who, starts_on=date(2019, 6, 1), by=clerk)
    row = change("election", term=Term.objects.create(number=4, name="第四届", starts_on=TODAY))
    bring(
        row, [1, "张三", names[0], "", "理事", ""], [2, "新人", names[1], "", "副会长", ""], by=clerk,
    )  # fmt: skip
    plan = plan_of(row)
    assert words(row) == {"张三": "连任", "新人": "改任"}
    assert [tenure.person_name for tenure in plan.leaving] == ["李四"]
    _issue(row, clerk, leader)
    assert held() == {("理事", "张三"), ("副会长", "新人"), ("监事", "王五")}
    assert set(Tenure.objects.on().values_list("person_name", "term__number")) == {
        ("张三", 4),
        ("新人", 4),
        ("王五", 3),
    }
    assert Tenure.objects.filter(party=first).count() == 2


def test_an_adjustment_touches_only_what_it_names(change, member, clerk, leader):
    names = ("甲建设有限公司", "乙建设有限公司", "丙建设有限公司", "丁建设有限公司")
    parties = [member(name) for name in names]
    for party, who in zip(parties, ("张三", "李四", "", "赵六"), strict=True):
        terms.appoint(
            post=Post.objects.get(name="理事"), party=party, person_name=who, starts_on=date(2019, 6, 1), by=clerk
        )
    row = change()
    bring(
        row,
        [1, "张三", names[0], "总裁", "理事", "13812345678"],
        [2, "李小四", names[1], "", "理事单位", ""],
        [3, "王五", names[2], "", "理事", ""],
        [4, "", names[3], "", "会员单位", ""],
        by=clerk,
    )
    assert words(row) == {"张三": "不变", "李小四": "换人", "王五": "明确任职人", names[3]: "不再任职"}
    _issue(row, clerk, leader)
    assert held() == {("理事", "张三"), ("理事", "李小四"), ("理事", "王五")}
    same = Tenure.objects.get(person_name="张三")
    assert (same.starts_on, same.person_title, same.change) == (date(2019, 6, 1), "总裁", None)
    assert posts_on()[parties[3].pk].name == "会员"


def test_a_list_takes_effect_on_its_day(change, member, clerk, leader):
    party = member("甲建设有限公司")
    terms.appoint(
        post=Post.objects.get(name="理事"), party=party, person_name="张三", starts_on=date(2019, 6, 1), by=clerk
    )
    row = change(takes_effect_on=TODAY + timedelta(days=10))
    bring(row, [1, "李四", "甲建设有限公司", "", "副会长", ""], by=clerk)
    _issue(row, clerk, leader)
    assert held(party) == {("理事", "张三")}
    assert held(party, TODAY + timedelta(days=10)) == {("副会长", "李四")}


def test_two_presidents_are_said_but_not_in_the_way(change, member, clerk):
    for name in ("甲建设有限公司", "乙建设有限公司"):
        member(name)
    old = Post.objects.get(name="会长")
    terms.appoint(post=old, person_name="老会长", starts_on=date(2019, 6, 1), by=clerk)
    row = change()
    bring(row, [1, "张三", "甲建设有限公司", "", "会长", ""], by=clerk)
    assert plan_of(row).warnings == ["现任会长「老会长」不在名单里，印发后会有两位会长；请把这一位的去向也写进名单。"]
    bring(row, [2, "李四", "乙建设有限公司", "", "会长", ""], by=clerk)
    assert plan_of(row).warnings == ["名单里有 2 位会长，请核对。"]


# -- Answers ----------------------------------------------------------------------------------------------------------


def test_only_the_units_own_clerks_answer_and_the_later_one_is_told(change, member, clerk, firm_user, client_of):
    row, party, other = change(), member("甲建设有限公司"), member("乙建设有限公司")
    line = term_changes.add_line(row, party=party, person_name="张三", post=Post.objects.get(name="理事"), by=clerk)
    desk, prefix = f"/desk/terms/{row.uid}/", f"line{line.pk}"
    owner, stranger, reader = firm_user(party), firm_user(other), firm_user(party, right=Seat.Kind.READER)
    assert client_of(owner).get(desk).status_code == 404  # not asked yet
    perform(row, "ask", by=clerk)
    typed = {"line": line.pk, f"{prefix}-person_name": "张三", f"{prefix}-seen_version": line.version}
    assert client_of(stranger).get(desk).status_code == client_of(stranger).post(desk, typed).status_code == 404
    assert client_of(reader).get(desk).status_code == 200
    assert client_of(reader).post(desk, typed).status_code == 403
    with pytest.raises(ValidationError, match="席位"):
        term_changes.answer_line(line, by=stranger)
    term_changes.answer_line(line, by=clerk, channel="phone", person_title="董事长", note="来电更正")
    late = client_of(owner).post(desk, typed)
    assert (late.status_code, "刚刚有人改过" in late.content.decode()) == (422, True)
    line.refresh_from_db()
    assert line.person_title == "董事长"
    twice = typed | {f"{prefix}-seen_version": line.version, f"{prefix}-person_title": "董事长"}
    assert client_of(owner).post(desk, twice).status_code == client_of(owner).post(desk, twice).status_code == 302
    line.refresh_from_db()
    assert line.answer == "confirmed"


def test_after_the_day_a_list_goes_on_without_the_answers(change, member, clerk):
    row, party = change(meeting_on=date(2026, 1, 5), takes_effect_on=date(2026, 1, 5)), member("甲建设有限公司")
    term_changes.add_line(row, party=party, person_name="张三", post=Post.objects.get(name="理事"), by=clerk)
    perform(row, "ask", by=clerk, happened_on=date(2026, 1, 6), note="补录")
    assert row.confirm_until < TODAY
    perform(row, "propose", by=clerk)
    assert row.state == "proposed"


# -- Who may ----------------------------------------------------------------------------------------------------------


def test_who_proposed_does_not_issue(change, clerk, leader):
    row = change()
    term_changes.add_line(row, person_name="张三", post=Post.objects.get(name="秘书长"), by=clerk)
    perform(row, "ask", by=leader)
    perform(row, "propose", by=leader)
    with pytest.raises(MoveRefused, match="须由两个人办理"):
        perform(row, "issue", by=leader, document_number="1 号")
    with pytest.raises(PermissionDenied):
        perform(row, "issue", by=clerk, document_number="1 号")


def test_an_issue_is_not_taken_back_over_later_changes(change, clerk, leader):
    row = change()
    term_changes.add_line(row, person_name="张三", post=Post.objects.get(name="秘书长"), by=clerk)
    _issue(row, clerk, leader)
    terms.end_tenure(Tenure.objects.get(), on=TODAY, reason="辞去", by=clerk)
    with pytest.raises(MoveRefused, match="又改过"):
        undo_last(row, by=leader, reason="文号有误")
    assert Tenure.objects.count() == 1
