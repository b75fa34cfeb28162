"""The list of firms (企业名册) comes in: former names, branches without a code, firms merged into others."""

import pytest
from django.core.files.base import ContentFile

from association.core import stamp
from association.exchange.actions import import_now, start_undo
from association.exchange.kinds import kind_named
from association.jobs import actions as jobs
from association.parties.models import Party, PartyName
from members.models import Firm
from tests.codes import firm_code
from tests.workbooks import xlsx

HEAD = ["企业名称", "统一社会信用代码", "临时编号", "曾用名", "注册地"]
BRANCH = "甲建设有限公司东区分公司"


@pytest.fixture
def bring(association, staff):
    """bring(row, …): the batch of a list of firms with these rows."""
    clerk = staff("秘书处")

    def make(*rows, by=clerk):
        batch, job = import_now(kind_named("firms"), ContentFile(xlsx([HEAD, *rows]), "名册.xlsx"), options={}, by=by)
        assert job.state == "done", job.error
        return batch

    return make


def former(party=None) -> set[str]:
    return set(PartyName.objects.filter(kind=PartyName.Kind.FORMER).values_list("name", flat=True))


def reasons(batch) -> list[str]:
    return [found["reason"] for row in batch.rows.filter(verdict="rejected") for found in row.problems]


# -- districts --------------------------------------------------------------------------------------------------------


def test_districts_that_the_association_does_not_have_are_one_sentence(bring, client_of, staff):
    batch = bring(
        ["甲建设有限公司", firm_code(1), "", "", "东区"],
        ["乙建设有限公司", firm_code(2), "", "", "外县"],
        ["丙建设有限公司", firm_code(3), "", "", "外县"],
        ["丁建设有限公司", firm_code(4), "", "", "邻市"],
    )
    assert (batch.created, batch.rejected) == (4, 0)
    [remark] = [note for note in batch.notes if "地区" in note]
    assert remark.startswith("注册地「外县」、「邻市」不在「协会信息」的地区里（共 3 行）")
    assert remark in client_of(staff("秘书处")).get(batch.get_absolute_url()).content.decode()


# -- former names -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("on_file", [False, True])
def test_former_names_are_kept_for_new_firms_and_for_those_on_file(bring, on_file):
    if on_file:
        bring(["甲建设有限公司", firm_code(1), "", "", "东区"])
    cell = "老甲建筑公司、更老甲建筑公司；甲工程队\n最老甲\n建筑公司"
    batch = bring(["甲建设有限公司", firm_code(1), "", cell, "东区"])
    assert (batch.updated if on_file else batch.created) == 1
    assert former() == {"老甲建筑公司", "更老甲建筑公司", "甲工程队", "最老甲建筑公司"}
    assert list(Party.objects.search("更老甲")) == [Party.objects.get()]
    again = bring(["甲建设有限公司", firm_code(1), "", cell, "东区"])
    assert (again.unchanged, PartyName.objects.count()) == (1, 5)


def test_a_former_name_too_long_is_one_problem_row(bring):
    batch = bring(["甲建设有限公司", firm_code(1), "", "老" * 121, ""], ["乙建设有限公司", firm_code(2), "", "", ""])
    assert (batch.created, batch.rejected) == (1, 1)
    assert reasons(batch) == ["太长，最多 120 个字；几个名称请用“、”隔开"]


def test_the_name_a_firm_bears_is_no_former_name(bring):
    bring(["甲建设有限公司", firm_code(1), "", "甲建设有限公司", ""])
    assert former() == set()


def test_renamed_by_a_list_that_tells_the_old_name_too(bring):
    bring(["老甲建设有限公司", firm_code(1), "", "", ""])
    bring(["甲建设有限公司", firm_code(1), "", "老甲建设有限公司", ""])
    assert former() == {"老甲建设有限公司"}
    assert PartyName.objects.count() == 2


def test_former_names_go_with_their_import(bring, staff):
    bring(["甲建设有限公司", firm_code(1), "", "", ""])
    batch = bring(["甲建设有限公司", firm_code(1), "", "老甲建筑公司", ""])
    jobs.run(start_undo(batch, by=staff("秘书处"), reason="弄错了").pk)
    assert former() == set()
    assert not Party.objects.search("老甲").exists()


# -- branches ---------------------------------------------------------------------------------------------------------


def test_a_branch_gets_its_code_and_the_old_list_still_finds_it(bring):
    bring([BRANCH, "", "", "", "东区"])
    bring([BRANCH, firm_code(1), "", "", "东区"])
    again = bring([BRANCH, "", "", "", "东区"])
    assert (again.unchanged, Party.objects.count()) == (1, 1)


def test_a_branch_is_found_by_its_temporary_number(bring):
    bring([BRANCH, "", "", "", "东区"])
    party = Party.objects.get()
    batch = bring(["甲建设有限公司西区分公司", firm_code(1), party.temporary_number.lower(), "", "西区"])
    party.refresh_from_db()
    assert (batch.updated, party.code, party.name) == (1, firm_code(1), "甲建设有限公司西区分公司")
    assert (Party.objects.count(), former()) == (1, {BRANCH})


def test_two_branches_of_one_name_are_not_guessed(bring):
    bring([BRANCH, firm_code(1), "", "", ""], [BRANCH, firm_code(2), "", "", ""])
    batch = bring([BRANCH, "", "", "", ""])
    assert (batch.rejected, Party.objects.count()) == (1, 2)
    assert reasons(batch) == ["档案里有几家同名的分公司，请填写统一社会信用代码"]


@pytest.mark.parametrize("order", [1, -1])
def test_one_branch_twice_in_a_file_is_one(bring, order):
    rows = [[BRANCH, firm_code(1), "", "", "东区"], [BRANCH, "", "", "", "东区"]][::order]
    batch = bring(*rows)
    assert batch.created == 1
    assert Party.objects.count() == 1


# -- merged firms -----------------------------------------------------------------------------------------------------


def test_rows_about_a_merged_firm_are_about_the_one_it_went_into(bring):
    bring(["甲建设有限公司", firm_code(1), "", "", ""], ["乙建设有限公司", firm_code(2), "", "", "东区"])
    old, new = Party.objects.get(code=firm_code(1)), Party.objects.get(code=firm_code(2))
    old.merged_into = new
    old.save()
    batch = bring(["甲建设有限公司", firm_code(1), "", "", "西区"])
    assert batch.updated == 1
    new.refresh_from_db()
    assert (new.name, new.code, Firm.objects.get(party=new).district) == ("乙建设有限公司", firm_code(2), "西区")
    assert Firm.objects.get(party=old).district == ""
    both = bring(["乙建设有限公司", firm_code(2), "", "", "西区"], ["甲建设有限公司", firm_code(1), "", "", "西区"])
    assert (both.unchanged, both.rejected) == (1, 1)


# -- pages that everybody reads ---------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_each_slice_of_a_list_freshens_the_public_pages(association, staff):
    session = kind_named("firms").session({}, staff("秘书处"))
    from association.exchange.kinds import CleanRow

    judged = session.judge([CleanRow(2, {"name": "甲建设有限公司", "code": firm_code(1)}, {})])
    before = stamp.current()
    session.write(judged)
    assert stamp.current() != before
