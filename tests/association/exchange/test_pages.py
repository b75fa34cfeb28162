"""Imports through the admin: choose, upload, look, confirm, result."""

import io
from datetime import date

import pytest
from python_calamine import CalamineWorkbook

from association.exchange.kinds import all_kinds
from association.parties.models import Party
from association.timeline.models import AccessLog
from members.models import Firm, Term, TermChange
from members.term_changes import create_change
from tests.codes import firm_code
from tests.workbooks import xlsx

from .conftest import ADD, HEADER, firm_row, firms_file

LIST = "/admin/exchange/importbatch/"


def page(client, batch) -> str:
    answer = client.get(f"{LIST}{batch.pk}/change/")
    assert answer.status_code == 200
    return answer.content.decode()


def cells(content: bytes, sheet: int = 0) -> list[list]:
    return CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(sheet).to_python()


@pytest.fixture
def all_rounder(client_of, staff, association):
    """A client of somebody who may import every kind of file."""
    return client_of(staff("综合处", "财务处"))


def test_the_cards_say_what_each_file_is(all_rounder):
    text = all_rounder.get(ADD).content.decode()
    assert [kind.label for kind in all_kinds() if kind.label not in text or kind.about not in text] == []


def test_credit_records_have_a_template_for_each_source(office, rating_round):
    text = office.get(ADD).content.decode()
    assert "template/credit-records/download/?source=%E4%BD%8F%E5%BB%BA" in text
    assert "先选定信用信息来源" in office.get(f"{LIST}template/credit-records/download/", follow=True).content.decode()


def test_only_kinds_that_the_person_may_import_are_offered(client_of):
    text = client_of("秘书处").get(ADD).content.decode()
    assert "?kind=firms" in text
    assert "?kind=surveys" not in text


@pytest.mark.parametrize("role", ["会长", "监事", "名誉会长"])
def test_readers_see_batches_but_upload_nothing(role, client_of, uploaded):
    batch = uploaded("firms", firms_file(firm_row(1)))
    reader = client_of(role)
    assert "导入文件" not in reader.get(LIST).content.decode()
    assert reader.get(ADD).status_code == 403
    assert reader.get(f"{ADD}?kind=firms").status_code == 404
    assert reader.post(f"{LIST}{batch.pk}/confirm/", {"how": "good"}).status_code == 403
    assert "确认导入" not in page(reader, batch)


def test_values_of_problem_rows_are_hidden_from_readers(client_of, uploaded):
    batch = uploaded("firms", firms_file(firm_row(1, phone="1380000")))
    assert "1380000" not in page(client_of("监事"), batch)
    assert client_of("监事").get(f"{LIST}{batch.pk}/problems/download/").status_code == 403


def test_a_dry_run_writes_nothing_and_shows_only_problem_rows(office, uploaded):
    wrong = firm_row(2, code=firm_code(2)[:-1] + ("0" if firm_code(2)[-1] != "0" else "1"))
    batch = uploaded("firms", firms_file(firm_row(1), wrong, firm_row(3)))
    assert (batch.state, batch.read, batch.created, batch.rejected) == ("previewed", 3, 2, 1)
    assert Party.objects.count() == 0
    text = page(office, batch)
    assert "第 18 位不对" in text
    assert "第2建筑" not in text.replace("表里写的", "")  # its name is not what is wrong
    assert "第1建筑工程有限公司" not in text
    assert "确认导入" in text


def test_confirmed_the_good_rows_are_written(office, uploaded, confirmed):
    batch = uploaded("firms", firms_file(firm_row(1), firm_row(2, code="123"), firm_row(3)))
    batch = confirmed(batch)
    assert (batch.state, batch.created, batch.rejected) == ("applied", 2, 1)
    assert set(Party.objects.values_list("name", flat=True)) == {"第1建筑工程有限公司", "第3建筑工程有限公司"}
    assert "没有导入" in page(office, batch)


def test_all_or_nothing_writes_nothing_where_one_row_is_wrong(office, uploaded, confirmed):
    batch = confirmed(uploaded("firms", firms_file(firm_row(1), firm_row(2, code="123"))), how="all")
    assert batch.state == "previewed"
    assert Firm.objects.count() == 0
    text = page(office, batch)
    assert "有 1 行有问题，按您的选择一行也没有导入" in text
    assert "确认导入" in text


def test_all_or_nothing_writes_all_where_every_row_is_right(uploaded, confirmed):
    assert confirmed(uploaded("firms", firms_file(firm_row(1), firm_row(2))), how="all").created == 2


def test_the_same_file_again_says_that_nothing_changed(office, uploaded, confirmed):
    content = firms_file(firm_row(1), firm_row(2))
    confirmed(uploaded("firms", content))
    again = uploaded("firms", content)
    assert (again.created, again.updated, again.unchanged) == (0, 0, 2)
    text = page(office, again)
    assert "没有要写入的内容" in text
    assert "导入过" in text
    assert ">确认导入<" not in text


def test_left_alone_nothing_is_written(office, uploaded):
    batch = uploaded("firms", firms_file(firm_row(1)))
    assert office.post(f"{LIST}{batch.pk}/leave/").status_code == 302
    batch.refresh_from_db()
    assert batch.state == "failed"
    assert Party.objects.count() == 0
    assert office.post(f"{LIST}{batch.pk}/confirm/", {"how": "good"}).status_code == 302
    batch.refresh_from_db()
    assert batch.state == "failed"


def test_what_was_left_out_is_listed(office, uploaded):
    content = xlsx([["名册"], HEADER, firm_row(1), ["合计", "1 家"]], 说明=[["请按月报送"]])
    text = page(office, uploaded("firms", content))
    assert "合计 1 家" in text
    assert "工作表「说明」" in text


def test_problem_rows_of_two_sheets_with_the_same_numbers(office, uploaded, confirmed):
    content = xlsx(
        一季度=[HEADER, firm_row(1), firm_row(2, code="12")], 二季度=[HEADER, firm_row(3, code="34"), firm_row(4)]
    )
    batch = confirmed(uploaded("firms", content))
    assert (batch.created, batch.rejected) == (2, 2)
    assert [(row.sheet, row.row) for row in batch.rows.filter(verdict="rejected")] == [("一季度", 3), ("二季度", 2)]


def test_problem_rows_come_back_as_a_file_that_can_be_corrected_and_imported(office, uploaded, confirmed):
    batch = confirmed(uploaded("firms", firms_file(firm_row(1), firm_row(2, code=firm_code(2)[:-2], phone="=1+1"))))
    answer = office.get(f"{LIST}{batch.pk}/problems/download/")
    assert AccessLog.objects.get(action="download").rows == 1
    rows = cells(answer.content)
    assert rows[1] == [*HEADER, "问题（改正后可以再次导入）"]
    assert len(rows) == 3
    assert rows[2][1] == firm_code(2)[:-2]
    assert "统一社会信用代码" in rows[2][-1]
    corrected = xlsx([rows[0], rows[1], [rows[2][0], firm_code(2), *rows[2][2:6], "13800000002", rows[2][-1]]])
    again = confirmed(uploaded("firms", corrected))
    assert (again.created, again.rejected) == (1, 0)


@pytest.fixture
def term_change(staff):
    term = Term.objects.create(number=1, name="第一届", starts_on="2020-01-01")
    return create_change(
        term=term, kind=TermChange.Kind.ADJUSTMENT, title="届中调整", body="第一届第二次会议", meeting_on=date(2021, 5, 1),
        takes_effect_on=date(2021, 5, 1), once_key="x", by=staff("秘书处", name="周秘书"),
    )  # fmt: skip


@pytest.mark.parametrize("kind", [kind.name for kind in all_kinds()])
def test_each_template_can_be_imported_as_it_comes_out(kind, all_rounder, uploaded, rating_round, term_change):
    options = {"source": "住建"} if kind == "credit-records" else {}
    answer = all_rounder.get(f"{LIST}template/{kind}/download/", options)
    assert answer.status_code == 200, answer["Location"]
    guide = cells(answer.content, 1)
    labels = [row[0] for row in guide[2:]]
    assert cells(answer.content)[1] == labels
    assert all(row[3] for row in guide[2:] if row[1] == "必填")
    more = (
        {"round": "2020", "number": "某建发〔2021〕1 号", "date": "2021-05-20"} if kind == "issued-grades" else options
    )
    if kind == "term-list":
        more = {"change": str(term_change.pk)}
    batch = uploaded(kind, answer.content, client=all_rounder, **more)
    assert (batch.read, batch.rejected) == (0, 0)
    assert [note for note in batch.notes if "工作表" in note] == []


def test_a_template_filled_with_its_own_examples_is_read_without_a_problem(office, uploaded):
    content = office.get(f"{LIST}template/firms/download/").content
    guide = cells(content, 1)
    labels, examples = [row[0] for row in guide[2:]], [row[3] for row in guide[2:]]
    batch = uploaded("firms", xlsx([["模板"], labels, examples]))
    assert (batch.read, batch.created, batch.rejected) == (1, 1, 0)


@pytest.fixture
def rating_round(association):
    from django.core.management import call_command

    call_command("load_scheme", "evaluations/data/scheme_2020.json", verbosity=0)
    call_command("open_rating", "2020", verbosity=0)
