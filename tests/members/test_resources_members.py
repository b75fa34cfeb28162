"""The member roster (会员名册) comes in: firms, memberships, posts; again without change; messy; and out again."""

import io
import json
from collections import Counter
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.utils import timezone

from association.exchange.actions import import_now, start_undo
from association.exchange.exports import export_list
from association.exchange.kinds import kind_named
from association.jobs import actions as jobs
from association.parties.models import Party
from members import terms
from members.actions import change_firm
from members.models import Firm, Membership, Post, Tenure, Term
from members.resources_members import MEMBERS
from members.term_queries import counts_by_unit_post, posts_on
from tests.codes import firm_code
from tests.workbooks import xlsx

DATA = Path(__file__).parent.parent / "data" / "members_2021"
SAMPLE = DATA / "会员名册.xlsx"
HEAD = ["会员编号", "单位名称", "统一社会信用代码", "会员职务", "入会日期"]


@pytest.fixture
def bring(clerk):
    """bring(row, …): the batch of a roster with these rows."""

    def make(*rows, head=HEAD, by=clerk):
        batch, job = import_now(kind_named("members"), ContentFile(xlsx([head, *rows]), "名册.xlsx"), options={}, by=by)
        assert job.state == "done", job.error
        return batch

    return make


@pytest.fixture
def undo(clerk):
    def make(batch):
        jobs.run(start_undo(batch, by=clerk, reason="弄错了").pk)
        batch.refresh_from_db()
        return batch

    return make


def figures(batch) -> tuple:
    return batch.created, batch.updated, batch.unchanged, batch.rejected


def reasons(batch) -> list[str]:
    return [found["reason"] for row in batch.rows.filter(verdict="rejected") for found in row.problems]


def state() -> tuple:
    """Everything that a roster writes, but for keys and versions."""
    return (
        sorted(Firm.objects.values_list("party__name", "is_member", "member_number", "district")),
        sorted(Membership.objects.values_list("party__code", "joined_on", "number")),
        sorted(Tenure.objects.values_list("party__code", "post__name", "person_name", "starts_on", "ended_on")),
    )


# -- The sample -------------------------------------------------------------------------------------------------------


def test_the_sample_gives_its_members_and_posts_and_nothing_the_second_time(association, capsys):
    expected = json.loads((DATA / "expected.json").read_text(encoding="utf-8"))
    call_command("import_excel", "members", str(SAMPLE))
    assert Membership.objects.on().count() == expected["members"]
    assert counts_by_unit_post() == expected["posts"]
    assert next(iter(counts_by_unit_post())) == "会长单位"
    first = state()
    call_command("import_excel", "members", str(SAMPLE))
    assert state() == first
    last = kind_batch()
    assert figures(last) == (0, 0, expected["members"], 0)


def kind_batch():
    from association.exchange.models import ImportBatch

    return ImportBatch.objects.filter(kind="members").order_by("-pk").first()


def test_the_order_of_its_rows_does_not_matter(bring):
    rows = list(openpyxl.load_workbook(SAMPLE).active.iter_rows(values_only=True))
    head, rows = list(rows[1]), [list(row) for row in rows[2:]]
    bring(*reversed(rows), head=head)
    first = state()
    shuffled = bring(*rows[60:], *rows[:60], head=head)
    assert (figures(shuffled), state()) == ((0, 0, 120, 0), first)


# -- Membership -------------------------------------------------------------------------------------------------------


def test_a_row_opens_a_membership_from_its_day_or_from_today(bring):
    bring(
        ["HY1", "甲建设有限公司", firm_code(1), "理事单位", "2018-03-01"],
        ["HY2", "乙建设有限公司", firm_code(2), "会员单位", ""],
    )
    found = dict(Membership.objects.values_list("party__name", "joined_on"))
    assert found == {"甲建设有限公司": date(2018, 3, 1), "乙建设有限公司": timezone.localdate()}
    firm = Firm.objects.get(party__name="甲建设有限公司")
    assert (firm.is_member, firm.member_number) == (True, "HY1")


def test_a_firm_on_file_becomes_a_member_and_is_found_by_its_name(bring, firm):
    known = firm("甲建设（集团）有限公司", is_member=False)
    batch = bring(["HY1", "甲建设(集团)有限公司 ", "", "副会长", "2018年3月1日"])
    assert figures(batch) == (1, 0, 0, 0)
    known.refresh_from_db()
    assert (known.is_member, Party.objects.count()) == (True, 1)
    assert posts_on()[known.pk].name == "副会长"
    assert known.party.memberships.get().joined_on == date(2018, 3, 1)


def test_who_left_joins_again_only_from_a_later_day(bring, firm):
    known = firm("甲建设有限公司", code=firm_code(1))
    Membership.objects.create(
        party=known.party, joined_on=date(2012, 1, 1), ended_on=date(2020, 5, 1), ending=Membership.Ending.LEFT
    )
    row = ["HY1", "甲建设有限公司", firm_code(1), "会员单位", "2012-01-01"]
    assert reasons(bring(row)) == ["会籍已于 2020-05-01 终止（自愿退会）；重新入会的，请填写重新入会的日期"]
    assert figures(bring([*row[:4], "2021-06-01"])) == (1, 0, 0, 0)
    assert Membership.objects.on(date(2020, 6, 1)).count() == 0
    assert Membership.objects.on(date(2012, 6, 1)).count() == Membership.objects.on(date(2021, 6, 1)).count() == 1


def test_a_later_roster_corrects_number_and_day(bring):
    bring(["HY1", "甲建设有限公司", firm_code(1), "会员单位", "2018-03-01"])
    batch = bring(["HY9", "甲建设有限公司", firm_code(1), "会员单位", "2018-04-01"])
    member = Membership.objects.get()
    assert (figures(batch), member.number, member.joined_on) == ((0, 1, 0, 0), "HY9", date(2018, 4, 1))


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (["HY1", "甲建设有限公司", firm_code(1), "大管事单位", ""], "没有「大管事单位」这个职务。现有：会长"),
        (["HY1", "甲建设有限公司", firm_code(1), "理事", "2099-01-01"], "晚于今天"),
        (["HY1", "甲建设有限公司", "", "理事", ""], "请填写统一社会信用代码"),
        (["HY1", "", firm_code(1), "理事", ""], ""),
        (["HY1", "甲建设有限公司", firm_code(1), "理事", "前年"], ""),
    ],
)
def test_a_wrong_row_says_why_and_writes_nothing(bring, row, reason):
    good = ["HY2", "乙建设有限公司", firm_code(2), "会员单位", ""]
    batch = bring(row, good)
    assert figures(batch) == (1, 0, 0, 1)
    assert reason in reasons(batch)[0]
    assert list(Party.objects.values_list("name", flat=True)) == ["乙建设有限公司"]


# -- Posts ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "posts"),
    [
        ("副会长单位", {"副会长"}),
        ("副会长", {"副会长"}),
        ("副 会 长 单 位", {"副会长"}),
        ("副理事长单位", {"副会长"}),
        ("普通会员", set()),
        ("单位会员", set()),
        ("", set()),
        ("理事单位、监事单位", {"理事", "监事"}),
        ("常务副会长兼秘书长", {"常务副会长", "秘书长"}),
    ],
)
def test_posts_as_offices_write_them(bring, cell, posts):
    assert figures(bring(["HY1", "甲建设有限公司", firm_code(1), cell, "2018-03-01"])) == (1, 0, 0, 0)
    assert set(Tenure.objects.values_list("post__name", flat=True)) == posts


def test_a_post_that_staff_renamed_is_known_by_its_names(bring):
    terms.load_posts()
    Post.objects.filter(name="副会长").update(other_names="副主席单位")
    bring(["HY1", "甲建设有限公司", firm_code(1), "副主席单位", ""])
    assert Tenure.objects.get().post.name == "副会长"


def test_a_new_post_ends_the_old_one_and_both_days_have_their_answer(bring):
    Term.objects.create(number=3, name="第三届", starts_on=date(2019, 6, 1))
    row = ["HY1", "甲建设有限公司", firm_code(1), "理事单位", "2018-03-01"]
    bring(row)
    assert Tenure.objects.get().starts_on == date(2019, 6, 1)  # of the term, not of joining
    batch = bring([*row[:3], "副会长单位", row[4]])
    assert figures(batch) == (0, 1, 0, 0)
    party = Party.objects.get()
    assert posts_on(date(2020, 1, 1))[party.pk].name == "理事"
    assert posts_on()[party.pk].name == "副会长"
    assert posts_on(date(2018, 6, 1))[party.pk].name == "会员"
    back = bring([*row[:3], "会员单位", row[4]])
    assert (figures(back), posts_on()[party.pk].name) == ((0, 1, 0, 0), "会员")


def test_a_post_beside_that_of_the_unit_stays(bring):
    row = ["HY1", "甲建设有限公司", firm_code(1), "理事单位", "2018-03-01"]
    bring(row)
    terms.appoint(
        post=Post.objects.get(name="秘书长"), party=Party.objects.get(), person_name="张三", starts_on=date(2020, 1, 1), by=None
    )  # fmt: skip
    bring([*row[:3], "副会长单位", row[4]])
    assert set(Tenure.objects.on().values_list("post__name", flat=True)) == {"副会长", "秘书长"}


def test_the_person_is_named_completed_and_replaced(bring):
    head, row = [*HEAD, "会员代表", "单位职务"], ["HY1", "甲建设有限公司", firm_code(1), "理事单位", "2018-03-01"]
    bring(row)
    assert figures(bring([*row, "张三", "董事长"], head=head)) == (0, 1, 0, 0)
    assert figures(bring([*row, "张三", "总经理"], head=head)) == (0, 1, 0, 0)
    assert figures(bring([*row, "张三", "总经理"], head=head)) == (0, 0, 1, 0)
    assert Tenure.objects.get().person_title == "总经理"
    assert figures(bring([*row, "李四", "经理"], head=head)) == (0, 1, 0, 0)
    today = timezone.localdate()
    assert list(Tenure.objects.order_by("pk").values_list("person_name", "starts_on", "ended_on")) == [
        ("张三", date(2018, 3, 1), today),
        ("李四", today, None),
    ]


# -- Undo, export -----------------------------------------------------------------------------------------------------


def test_an_import_goes_back_whole(bring, undo, firm):
    known = firm("乙建设有限公司", code=firm_code(2))
    before = state()
    batch = bring(
        ["HY1", "甲建设有限公司", firm_code(1), "理事单位", "2018-03-01"],
        ["HY2", "乙建设有限公司", firm_code(2), "副会长单位", "2018-03-01"],
    )
    undo(batch)
    assert (state(), batch.state) == (before, "undone")
    known.refresh_from_db()
    assert not known.is_member


def test_a_later_import_goes_back_to_what_the_first_left(bring, undo):
    head, row = [*HEAD, "任职人"], ["HY1", "甲建设有限公司", firm_code(1), "理事单位", "2018-03-01"]
    bring(row)
    first = state()
    undo(bring([*row[:3], "副会长单位", "2018-05-01", "张三"], head=head))
    assert state() == first
    undo(bring([*row, "张三"], head=head))
    assert state() == first


def test_what_changed_or_is_used_since_stays_whole_and_is_listed(bring, undo, clerk):
    batch = bring(
        ["HY1", "甲建设有限公司", firm_code(1), "理事单位", "2018-03-01"],
        ["HY2", "乙建设有限公司", firm_code(2), "理事单位", "2018-03-01"],
        ["HY3", "丙建设有限公司", firm_code(3), "理事单位", "2018-03-01"],
    )
    tenure = Tenure.objects.get(party__name="甲建设有限公司")
    terms.replace_person(tenure, person_name="张三", on=timezone.localdate(), reason="推荐", by=clerk)
    change_firm(Firm.objects.get(party__name="乙建设有限公司"), by=clerk, remark="来过电话")
    undo(batch)
    assert set(Membership.objects.values_list("party__name", flat=True)) == {"甲建设有限公司", "乙建设有限公司"}
    assert set(Tenure.objects.values_list("party__name", flat=True)) == {"甲建设有限公司", "乙建设有限公司"}
    assert set(Party.objects.values_list("name", flat=True)) == {"甲建设有限公司", "乙建设有限公司"}
    assert list(batch.rows.exclude(kept="").values_list("kept", flat=True)) == ["导入以后又改过"] * 2


def test_what_goes_out_comes_in_again_without_a_change(bring, clerk):
    head = [*HEAD, "任职人", "任职人职务", "注册地"]
    bring(
        ["HY1", "甲建设有限公司", firm_code(1), "理事单位、监事单位", "2018-03-01", "张三", "董事长", "东区"],
        ["HY2", "乙建设有限公司", firm_code(2), "会员单位", "2019-03-01", "", "", "西区"],
        head=head,
    )
    first = state()
    content = export_list(MEMBERS, {}, by=clerk)
    shown = [
        row[5] for row in openpyxl.load_workbook(io.BytesIO(content)).active.iter_rows(min_row=4, values_only=True)
    ]
    assert shown == ["理事单位、监事单位", "会员单位"]
    batch, _job = import_now(kind_named("members"), ContentFile(content, "导出.xlsx"), options={}, by=clerk)
    assert (figures(batch), state()) == ((0, 0, 2, 0), first)


def test_the_page_shows_the_preview_first(office, association):
    from django.core.files.uploadedfile import SimpleUploadedFile

    upload = SimpleUploadedFile("会员名册.xlsx", SAMPLE.read_bytes())
    page = office.post("/admin/exchange/importbatch/add/?kind=members", {"file": upload}, follow=True)
    assert page.status_code == 200
    assert Counter(kind_batch().rows.values_list("verdict", flat=True)) == {}
    assert (kind_batch().created, Membership.objects.count()) == (120, 0)
