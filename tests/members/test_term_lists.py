"""The lines of a list of posts: brought from Excel again and again, by hand, wrong rows; frozen once the units are asked."""

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile

from association.exchange.actions import import_now, start_undo
from association.exchange.kinds import kind_named
from association.inbox.models import Todo
from association.jobs import actions as jobs
from association.workflow.actions import perform
from members import term_changes
from members.models import Post, TermChangeLine
from tests.workbooks import xlsx

from .conftest import TERM_LIST, bring


def test_the_same_file_again_changes_nothing_and_a_corrected_one_only_that(change, member, clerk):
    member("甲建设有限公司")
    row = change()
    rows = [
        [1, "张三", "甲建设有限公司", "董事长", "副会长", ""],
        [2, "李四", "甲建设（有限）公司", "", "监事", ""],
        [3, "王五", "外地建设有限公司", "", "理事", ""],
    ]
    batch = bring(row, *rows, by=clerk)
    assert (batch.created, batch.waiting) == (2, 1)
    before = list(row.lines.values_list("place", "person_name", "party", "version"))
    again = bring(row, *reversed(rows), by=clerk)
    assert (again.unchanged, again.waiting, again.updated) == (2, 1, 0)
    assert list(row.lines.values_list("place", "person_name", "party", "version")) == before
    fixed = bring(row, [1, "张三丰", "甲建设有限公司", "", "副会长", ""], by=clerk)
    assert (fixed.updated, row.lines.count()) == (1, 3)
    assert row.lines.get(person_name="张三丰").person_title == "董事长"
    jobs.run(start_undo(fixed, by=clerk, reason="弄错").pk)
    assert row.lines.filter(person_name="张三").exists()
    jobs.run(start_undo(batch, by=clerk, reason="弄错").pk)
    assert row.lines.count() == 1  # the corrected and corrected back line was written by a later file


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ([1, "张三", "甲公司", "", "大管家", ""], "没有「大管家」这个职务"),
        ([1, "张三", "甲公司", "", "副会长、秘书长", ""], "一行只写一个职务"),
        ([1, "", "", "", "理事", "13812345678"], "至少填一项"),
        ([1, "张" * 41, "甲公司", "", "理事", ""], "太长，最多 40 个字"),
    ],
)
def test_a_wrong_row_says_why(change, clerk, line, reason):
    row = change()
    batch = bring(row, line, [2, "王五", "", "", "秘书长", ""], by=clerk)
    assert (batch.created, batch.rejected) == (1, 1)
    assert reason in batch.rows.get(verdict="rejected").problems[0]["reason"]


def test_a_unit_that_waits_is_found_when_it_comes_on_file(change, firm, member, clerk):
    row = change()
    bring(row, [1, "张三", "甲建设有限公司", "", "理事", ""], by=clerk)
    assert row.lines.get().party is None
    party = member("甲建设有限公司")
    terms_line = row.lines.get()
    term_changes.look_again(names={party.name_key})
    terms_line.refresh_from_db()
    assert terms_line.party == party


def test_lines_by_hand(office, change, member):
    row, party = change(), member("甲建设有限公司")
    url, post = f"/admin/members/termchange/{row.pk}/line/", Post.objects.get(name="理事")
    assert "至少填一项" in office.post(url, {"post": post.pk}).content.decode()
    assert office.post(url, {"post": post.pk, "unit": party.code, "person_name": "张三"}).status_code == 302
    line = row.lines.get()
    assert (line.party, line.unit_name) == (party, "甲建设有限公司")
    assert "张三" in office.get(f"{url}{line.pk}/").content.decode()
    office.post(f"{url}{line.pk}/", {"post": post.pk, "unit": party.code, "person_name": "李四"})
    line.refresh_from_db()
    assert line.person_name == "李四"
    office.post(f"{url}{line.pk}/remove/")
    assert not row.lines.exists()
    assert "请先导入" in office.get(f"/admin/members/termchange/{row.pk}/move/ask/", follow=True).content.decode()


def test_once_asked_the_list_is_frozen_until_it_is_sent_back(change, member, clerk):
    row, party = change(), member("甲建设有限公司")
    line = term_changes.add_line(row, party=party, person_name="张三", post=Post.objects.get(name="理事"), by=clerk)
    perform(row, "ask", by=clerk)
    term_changes.answer_line(line, by=clerk, channel="phone")
    for act in (
        lambda: term_changes.add_line(row, person_name="李四", post=line.post, by=clerk),
        lambda: term_changes.remove_line(line, by=clerk),
        lambda: term_changes.change_line(line, post=Post.objects.get(name="副会长"), by=clerk),
        lambda: term_changes.edit_change(row, title="新", by=clerk),
        lambda: start_import(row, clerk),
    ):
        with pytest.raises((ValidationError, jobs.Refused)):
            act()
    perform(row, "back", by=clerk, note="漏了一家")
    assert not Todo.objects.open().filter(party=party).exists()
    term_changes.change_line(line, person_title="董事长", by=clerk)
    line.refresh_from_db()
    assert line.answer == TermChangeLine.Answer.WAITING


def start_import(row, by):
    return import_now(
        kind_named("term-list"), ContentFile(xlsx([TERM_LIST, [1, "张三", "", "", "理事", ""]]), "a.xlsx"),
        options={"change": row.pk}, by=by,
    )  # fmt: skip
