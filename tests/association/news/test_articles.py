"""An article's way: four signatures by two people, revisions, the copy that goes out and its way back."""

from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from association.core.models import StaleVersion
from association.documents.models import Document
from association.news.actions import (
    add_remark,
    attach,
    delete_draft,
    detach,
    pin,
    restore_revision,
    run_clock,
    save_article,
    settle_remark,
)
from association.news.models import Article, Column, Publication
from association.timeline.models import Event
from association.workflow.actions import MoveRefused, perform, undo_last


def shown() -> list[str]:
    return [publication.title for publication in Publication.objects.on_show()]


def test_an_article_goes_out_after_four_signatures(signed, writer, reviewer):
    found = signed()
    assert found.state == "published"
    publication = found.publication
    assert shown() == [found.title]
    assert [(role, who) for role, who, _ in publication.signatures] == [
        ("编", "钱编辑"), ("审", "孙主任"), ("校", "孙主任"), ("发", "孙主任"),
    ]  # fmt: skip
    assert publication.summary.startswith("近日，协会组织会员单位")
    assert publication.uid == found.uid


@pytest.mark.parametrize(("upto", "move"), [("submit", "review"), ("review", "proofread")])
def test_who_wrote_it_signs_for_nothing_else(signed, writer, reviewer, staff, upto, move):
    both = staff("秘书处", name="一人")
    found = signed(upto)
    writer.groups.set(both.groups.all())
    with pytest.raises(MoveRefused, match="须由两个人办理"):
        perform(found, move, by=type(writer).objects.get(pk=writer.pk))


def test_a_writer_alone_neither_reviews_nor_signs_out(signed, writer):
    with pytest.raises(PermissionDenied):
        perform(signed("submit"), "review", by=writer)
    with pytest.raises(PermissionDenied):
        perform(signed("proofread"), "publish", by=writer)


def test_what_is_returned_is_signed_anew(signed, writer, reviewer):
    found = signed("proofread")
    perform(found, "return", by=reviewer, note="第二段的数字请核对")
    assert found.state == "draft"
    perform(found, "submit", by=writer)
    perform(found, "review", by=reviewer)
    perform(found, "proofread", by=reviewer)
    perform(found, "publish", by=reviewer)
    assert len(found.publication.signatures) == 4


def test_readers_keep_the_old_words_until_the_new_ones_are_signed(signed, writer, reviewer):
    found = signed()
    first = found.publication.published_at
    perform(found, "revise", by=writer, note="补充参加人数")
    save_article(found, by=writer, title="关于召开年度会员大会的补充通知")
    assert shown() == ["关于召开年度会员大会的通知"]
    for move, by in (("submit", writer), ("review", reviewer), ("proofread", reviewer), ("publish", reviewer)):
        perform(found, move, by=by)
    publication = Publication.objects.get(article=found)
    assert (publication.title, publication.published_at) == ("关于召开年度会员大会的补充通知", first)
    assert publication.revised_at is not None


def test_it_is_taken_down_at_once_also_while_it_is_being_revised(signed, writer, reviewer):
    found = signed()
    perform(found, "revise", by=writer, note="改错字")
    perform(found, "take_down", by=reviewer, note="内容有误")
    assert shown() == []
    perform(found, "rework", by=writer)
    assert (found.state, shown()) == ("draft", [])


def test_a_draft_that_nobody_sees_is_not_taken_down(article, reviewer):
    with pytest.raises(MoveRefused, match="没有对外显示"):
        perform(article(), "take_down", by=reviewer, note="x")


def test_an_article_goes_out_and_comes_down_at_its_time(signed, reviewer):
    now = timezone.now()
    found = signed("proofread", take_down_at=now + timedelta(days=2))
    perform(found, "schedule", by=reviewer, publish_at=now + timedelta(hours=1))
    assert (run_clock(), shown()) == (0, [])
    with time_machine.travel(now + timedelta(hours=1, seconds=1)):
        assert (run_clock(), run_clock(), shown()) == (1, 0, [found.title])
    with time_machine.travel(now + timedelta(days=2, seconds=1)):
        assert shown() == []  # also before the clock has run
        assert run_clock() == 1
    found.refresh_from_db()
    assert found.state == "taken_down"


@pytest.mark.parametrize("hours", [-1, 72])
def test_a_time_that_cannot_be_is_refused(signed, reviewer, hours):
    found = signed("proofread", take_down_at=timezone.now() + timedelta(days=2))
    with pytest.raises(MoveRefused):
        perform(found, "schedule", by=reviewer, publish_at=timezone.now() + timedelta(hours=hours))


def test_an_earlier_day_is_the_day_it_went_out(signed):
    day = timezone.localdate() - timedelta(days=40)
    found = signed(happened_on=day)
    assert timezone.localdate(found.publication.published_at) == day


def test_nobodys_words_are_overwritten(article, writer):
    found = article()
    seen = found.version
    save_article(Article.objects.get(pk=found.pk), by=writer, seen_version=seen, title="先保存的标题")
    with pytest.raises(StaleVersion):
        save_article(found, by=writer, seen_version=seen, title="后保存的标题")
    assert Article.objects.get().title == "先保存的标题"


def test_each_change_of_words_is_kept_and_comes_back(article, writer):
    found = article()
    save_article(found, by=writer, title="改过的标题")
    save_article(found, by=writer, title="改过的标题")  # nothing new
    assert [row.number for row in found.revisions.all()] == [2, 1]
    restore_revision(found, found.revisions.get(number=1), by=writer)
    found.refresh_from_db()
    assert found.title == "关于召开年度会员大会的通知"
    assert found.revisions.first().note == "恢复自第 1 稿"
    said = Event.objects.filter(verb="article.changed").values_list("sentence", flat=True)
    assert "钱编辑修改稿件：标题（第 2 稿）" in said


def test_words_are_changed_by_who_has_the_next_signature(signed, writer, reviewer):
    found = signed("submit")
    save_article(found, by=reviewer, title="审核时改的标题")
    with pytest.raises(MoveRefused, match="由办理这一步的人修改"):
        save_article(found, by=writer, title="送审以后又改")
    with pytest.raises(MoveRefused, match="请先点「修订」"):
        save_article(signed(), by=reviewer, title="发布以后直接改")


def test_only_what_was_never_sent_on_is_deleted(article, signed, writer):
    delete_draft(article(), by=writer)
    with pytest.raises(MoveRefused, match="留存备查"):
        delete_draft(signed("submit"), by=writer)


def test_attachments_are_open_while_the_article_is(article, writer, reviewer):
    found = article()
    row = attach(found, SimpleUploadedFile("报名表.txt", "单位 姓名".encode()), by=writer, label="报名表")
    audience = lambda: Document.objects.get(pk=row.document_id).audience  # noqa: E731
    assert audience() == "staff"
    for move, by in (("submit", writer), ("review", reviewer), ("proofread", reviewer), ("publish", reviewer)):
        perform(found, move, by=by)
    assert audience() == "public"
    assert found.publication.files[0]["label"] == "报名表"
    perform(found, "revise", by=writer, note="换附件")
    detach(row, by=writer)
    assert audience() == "public"  # readers still have the published copy
    for move, by in (("submit", writer), ("review", reviewer), ("proofread", reviewer), ("publish", reviewer)):
        perform(found, move, by=by)
    assert (audience(), Publication.objects.get().files) == ("staff", [])


def test_files_of_what_is_taken_down_are_closed(article, writer, reviewer):
    found = article()
    row = attach(found, SimpleUploadedFile("报名表.txt", "单位 姓名".encode()), by=writer)
    for move, by in (("submit", writer), ("review", reviewer), ("proofread", reviewer), ("publish", reviewer)):
        perform(found, move, by=by)
    perform(found, "take_down", by=reviewer, note="表格有误")
    assert Document.objects.get(pk=row.document_id).audience == "staff"


def test_a_pin_has_an_end(signed, writer):
    publication = signed().publication
    with pytest.raises(ValidationError, match="已经过去"):
        pin(publication, until=timezone.localdate() - timedelta(days=1), by=writer)
    assert pin(publication, until=timezone.localdate(), by=writer).pinned_until == timezone.localdate()
    assert pin(publication, until=None, by=writer).pinned_until is None


def test_remarks_are_kept_with_who_dealt_with_them(article, writer, reviewer):
    remark = add_remark(article(), by=reviewer, text=" 单位名称要写全称 ")
    settle_remark(remark, by=writer)
    assert (remark.text, remark.done_by) == ("单位名称要写全称", writer)
    with pytest.raises(ValidationError, match="请写批注的内容"):
        add_remark(remark.article, by=reviewer, text=" ")


def test_the_end_of_what_is_out_is_set_and_taken_back(signed, reviewer):
    found = signed()
    end = timezone.now() + timedelta(days=1)
    perform(found, "set_end", by=reviewer, take_down_at=end)
    with time_machine.travel(end + timedelta(seconds=1)):
        assert shown() == []
        undo_last(found, by=reviewer, reason="延长")
        assert shown() == [found.title]
    with pytest.raises(MoveRefused, match="已经过去"):
        perform(found, "set_end", by=reviewer, take_down_at=timezone.now() - timedelta(hours=1))


def test_a_closed_column_closes_all_below_it(signed, columns):
    signed(column="shi", issued_by="某局", issued_on="2026-01-01", effect="in_force")
    assert len(shown()) == 1
    columns["zhengce"].is_shown = False
    columns["zhengce"].save()
    assert shown() == []
    assert list(Column.objects.shown().filter(slug__in=("shi", "zhengce"))) == []
    columns["zhengce"].is_shown = True
    columns["zhengce"].save()
    assert len(shown()) == 1


def test_a_column_is_not_put_below_itself(columns):
    columns["zhengce"].parent = columns["shi"]
    with pytest.raises(ValidationError, match="它自己或它的下级"):
        columns["zhengce"].full_clean()
