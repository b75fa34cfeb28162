"""Bank statements come in: the sample in either order and twice, other layouts, mess, bad rows, taken back."""

import json
from io import StringIO
from pathlib import Path

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command

from association.exchange.actions import start_undo
from association.inbox.models import Todo
from association.jobs import actions as jobs
from members import actions, standing
from members.models import BankLine, DuesReceipt, Payment
from tests.workbooks import saved, xlsx

SAMPLE = Path("tests/data/members_2021")
FILES = {"members": "会员名册.xlsx", "1": "银行流水_2021上半年.xlsx", "2": "银行流水_2021下半年.xlsx"}
STANDARD = "members/data/dues_standard_2021.json"
EXPECTED = json.loads((SAMPLE / "expected.json").read_text(encoding="utf-8"))


def run(*command) -> str:
    out = StringIO()
    call_command(*command, stdout=out, stderr=out)
    return out.getvalue()


def step(name: str, folder: Path = SAMPLE):
    if name == "bill":
        run("load_dues_standard", STANDARD)
        run("bill_dues", "2021")
    else:
        kind = "members" if name == "members" else "bank-lines"
        run("import_excel", kind, str(folder / FILES[name]))


def as_expected() -> bool:
    found = json.loads(run("dues", "2021", "--json"))
    found["waiting"] = sorted(found["waiting"])
    return found == {name: EXPECTED[name] for name in found}


# -- The sample -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "order", ["members 1 2 bill", "members bill 2 1 1 2", "2 bill-late 1", "1 members bill 2"], ids=lambda one: one
)
def test_the_sample_gives_what_is_expected_in_any_order(order, association):
    if "bill-late" in order:  # the bank's files come before anybody is on file
        for name in ("2", "1", "members", "bill"):
            step(name)
    else:
        for name in order.split():
            step(name)
    assert as_expected()
    assert BankLine.objects.count() == EXPECTED["lines"]
    todo = Todo.objects.get(kind="bank-lines", done_at=None)
    assert (todo.count, todo.right) == (len(EXPECTED["waiting"]), "dues")


def test_the_sample_with_mess_in_it(association, tmp_path):
    """Full-width figures and names, columns elsewhere, two sheets, a row over all pages, amounts as figures."""
    step("members")
    for name in ("1", "2"):
        old = openpyxl.load_workbook(SAMPLE / FILES[name]).active
        rows = [list(cells) for cells in old.iter_rows(values_only=True)]
        book = openpyxl.Workbook()
        book.active.title = "一"
        for at, cells in enumerate(rows):
            book.active.append(_messed(at, cells))
            if at in (20, 40):
                book.active.append(_messed(3, rows[3]))
                book.active.append([None] * 8)
        (tmp_path / FILES[name]).write_bytes(saved(book))
    step("2", tmp_path)
    step("1", tmp_path)
    step("1")
    step("bill")
    assert as_expected()


def _messed(at: int, cells: list) -> list:
    moment, reference, payer, account, out, came, balance, memo = cells
    if at > 3 and payer:
        payer = [payer, f" {payer} ", payer.replace("（", "(").replace("）", " )"), payer.replace("有限", "有 限")][
            at % 4
        ]
        came = came and (float(came.replace(",", "")) if at % 2 else came.translate(_WIDE))
        moment = [moment, moment.replace("-", "/"), moment.replace("-", "."), moment[:16]][at % 4]
    return [memo, came, out, balance, f"\u3000{payer}" if payer else payer, account, reference, moment]


_WIDE = str.maketrans("0123456789.,", "０１２３４５６７８９．，")


def test_a_person_who_pays_for_a_firm_has_that_firm_suggested(association):
    step("members")
    found = json.loads(run("import_excel", "bank-lines", str(SAMPLE / FILES["1"]), "--json"))
    row = next(row for row in found["waiting"] if row["value"] == "孙洋")
    assert row["suggestions"][0]["name"] == "岳阳玉磊建设工程有限公司（示例）"
    assert row["why"] == "摘要写明替别人代缴"
    assert (found["read"], found["created"], len(found["waiting"]), found["rejected"]) == (53, 47, 6, [])


# -- Other banks ------------------------------------------------------------------------------------------------------


def facts() -> list[tuple]:
    rows = BankLine.objects.order_by("happened_at", "pk")
    return [(row.direction, int(row.amount), row.payer, row.memo) for row in rows]


def test_a_bank_with_one_column_of_amounts_as_csv_in_gb18030(bring, member):
    party = member("宏达建筑有限公司")
    text = (
        "查询账号:,4300123400010001\r\n记账日期,交易时间,凭证号,借贷标志,交易金额,账户余额,对方名称,对方帐号,交易摘要,附言\r\n"
        "20210305,102000,,贷,2000.00,5000,宏达建筑有限公司,43001,转账,代发会费\r\n"
        "20210306,102500,,借,300.00,4700,某某印务,43002,转账,资料费\r\n"
        "20210621,000000,,贷,1.23,4701.23,,,结息,\r\n本页合计,,,,2301.23,,,,,\r\n"
    )
    batch = bring(content=text.encode("gb18030"), name="明细.csv")
    assert (batch.created, batch.waiting, batch.rejected) == (3, 0, 0)
    assert facts() == [
        ("in", 2000, "宏达建筑有限公司", "转账；代发会费"), ("out", 300, "某某印务", "转账；资料费"),
        ("interest", 1, "", "结息"),
    ]  # fmt: skip
    line = BankLine.objects.first()
    assert line.payments.count() == 0  # the newest: interest
    line = BankLine.objects.get(direction="in")
    assert line.payments.get().party == party
    assert (line.account, f"{line.happened_at.astimezone():%H:%M}") == ("4300123400010001", "10:20")


@pytest.mark.parametrize(
    ("head", "row"),
    [
        (["交易日期", "付款人", "收入金额", "支出金额", "用途"], ["2021年3月5日", "宏达建筑有限公司", 2000, None, "会费"]),
        (["日期", "对方单位", "发生额", "收支", "备注"], ["2021/3/5", "宏达建筑有限公司", "2,000", "收入", "会费"]),
        (["日期", "对方单位", "发生额", "备注"], ["2021.3.5", "宏达建筑有限公司", "+2000.00", "会费"]),
        (["入账时间", "付款人名称", "收款金额（元）", "附言"], ["2021-03-05 09:00", "宏达建筑有限公司", "￥2000", "会费"]),
        (["交易日", "付款方名称", "贷方（万元）", "摘要"], ["2021-03-05", "宏达建筑有限公司", 0.2, "会费"]),
    ],
)  # fmt: skip
def test_layouts(head, row, bring, member):
    party = member("宏达建筑有限公司")
    assert bring(row, head=head).created == 1
    payment = Payment.objects.get()
    assert (payment.party, payment.amount, f"{payment.received_on}") == (party, 2000, "2021-03-05")


def test_what_goes_out_comes_back_and_red_figures(bring, came, member):
    member("宏达建筑有限公司")
    batch = bring(
        ["2021-03-05", "9000000001", "某某印务", "", "500.00", "", "", "印刷"],
        ["2021-03-05", "9000000002", "宏达建筑有限公司", "", "", "-2,000.00", "", "退汇"],
        ["2021-03-05", "9000000003", "宏达建筑有限公司", "", "-300", "", "", "冲正"],
        ["2021-03-06", "9000000004", "宏达建筑有限公司", "", "", "2,000.00", "", "退汇冲正"],
    )
    assert (batch.created, batch.waiting) == (2, 2)
    assert [row[:2] for row in facts()] == [("out", 500), ("out", 2000), ("in", 300), ("in", 2000)]
    assert set(BankLine.objects.waiting().values_list("why", flat=True)) == {"像是退回或冲正的款项"}
    assert not Payment.objects.exists()


# -- Who it is of -----------------------------------------------------------------------------------------------------


def why(bring, came, payer, *, memo="会费", number=1) -> str:
    bring(came(payer, number=number, memo=memo))
    return BankLine.objects.latest("pk").why


def test_why_lines_wait(bring, came, member, firm):
    member("宏达建筑有限责任公司")
    firm("路过建筑有限公司")
    assert why(bring, came, "宏达建筑有限公司") == "企业档案里没有这个户名"
    assert why(bring, came, "路过建筑有限公司", number=2) == "档案里有这家单位，但当时不是会员"
    assert why(bring, came, "", number=3) == "银行没有写对方户名"
    assert why(bring, came, "王某", memo="代宏达建筑公司交会费", number=4) == "摘要写明替别人代缴"
    assert why(bring, came, "宏达建筑有限责任公司", memo="代路过建筑有限公司交", number=5) == "摘要写明替别人代缴"
    assert not Payment.objects.exists()


@pytest.mark.parametrize(
    ("name", "memo"),
    [
        ("宏达建筑有限公司", "代理记账会费"), ("现代建筑有限公司", "现代建筑有限公司会费"),
        ("宏达建筑有限公司", "代宏达建筑（有限）公司交"), ("新时代建设有限公司", "新时代建设有限公司2021年会费"),
    ],
)  # fmt: skip
def test_words_that_only_look_like_paying_for_others(name, memo, bring, came, member):
    member(name)
    assert why(bring, came, name, memo=memo) == ""
    assert Payment.objects.count() == 1


def test_who_joins_later_or_is_renamed_has_its_money_found(bring, came, firm, member, clerk):
    row = firm("新来建筑有限公司")
    bring(came("新来建筑有限公司", number=1), came("旧名建筑有限公司", number=2))
    assert Payment.objects.count() == 0
    standing.join(party=row.party, joined_on=BankLine.objects.first().happened_on, by=clerk)
    assert Payment.objects.get().party == row.party
    other = member("今名建筑有限公司").firm
    actions.rename(other, name="旧名建筑有限公司", by=clerk)
    assert Payment.objects.filter(party=other.party).count() == 1
    assert not BankLine.objects.waiting().exists()


def test_a_cheque_written_down_by_hand_is_not_booked_again(bring, came, member, pay):
    party = member("宏达建筑有限公司")
    pay(party, 2000, channel="cheque", reference="CH-1")
    assert why(bring, came, "宏达建筑有限公司").startswith("已手工登记过同一单位同样金额的收款")
    assert Payment.objects.count() == 1


# -- The same line again ----------------------------------------------------------------------------------------------


def problems(batch) -> list[str]:
    return [found["reason"] for row in batch.rows.filter(verdict="rejected") for found in row.problems]


def test_a_number_that_means_something_else_is_refused(bring, came, member):
    member("宏达建筑有限公司")
    bring(came("宏达建筑有限公司", number=1))
    batch = bring(came("宏达建筑有限公司", "3,000.00", number=1), came("宏达 建筑有限公司", number=1))
    assert (batch.created, batch.unchanged, batch.rejected) == (0, 1, 1)
    assert problems(batch) == ["这个流水号已有一笔，内容不同：2021-03-05 宏达建筑有限公司 2,000 元，请核对"]
    assert BankLine.objects.count() == Payment.objects.count() == 1


def test_lines_without_a_number(bring, came, member):
    """Two payments alike are two; the file again, or one with numbers or without the time of day, brings nothing."""
    member("宏达建筑有限公司")
    head = ["交易时间", "对方户名", "贷方发生额", "摘要"]
    twice = [["2021-03-05 10:20:00", "宏达建筑有限公司", 2000, "会费"]] * 2
    assert bring(*twice, head=head).created == 2
    assert bring(*twice, head=head).unchanged == 2
    with_numbers = bring(came("宏达建筑有限公司", number=1), came("宏达建筑有限公司", number=2))
    assert (with_numbers.created, with_numbers.unchanged) == (0, 2)
    days = [["2021-03-05", "宏达建筑有限公司", 2000]] * 3
    batch = bring(*days, head=["交易日期", "对方户名", "贷方发生额"])
    assert (batch.created, batch.unchanged) == (1, 2)
    assert Payment.objects.count() == 3


def test_a_number_that_excel_made_a_figure_of_is_no_number(bring, came, member):
    member("宏达建筑有限公司")
    bring(came("宏达建筑有限公司", number=1))
    again = came("宏达建筑有限公司", number=1)
    again[1] = 2021030500000001
    batch = bring(again)
    assert (batch.created, batch.unchanged, batch.rejected) == (0, 1, 0)


def test_short_numbers_begin_anew_every_day(bring, came, member):
    member("宏达建筑有限公司")
    rows = [
        [day, "17", "宏达建筑有限公司", "", "", "2000", "", "会费"]
        for day in ("2021-03-05", "2021-03-06", "2021-03-06")
    ]
    batch = bring(*rows)
    assert (batch.created, batch.unchanged) == (2, 1)


# -- Bad rows and files -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("place", "value", "sentence"),
    [
        (0, "", "没有写明交易日期，请补填"),
        (0, "去年三月", "不是日期"),
        (0, "2098-01-01", "日期晚于今天，请核对"),
        (5, "", "没有金额，请补填"),
        (5, "两千", "不是数字"),
        (5, "12.345", "金额应是不超过两位小数的元数，请核对"),
        (4, "100", "同一行既有支出又有收入，请核对"),
        (2, "很长" * 61, "太长，最多 120 个字"),
    ],
)
def test_bad_rows_say_why(place, value, sentence, bring, came):
    row = came("宏达建筑有限公司", number=1)
    row[place] = value
    batch = bring(row)
    assert batch.rejected == 1
    assert sentence in problems(batch)[0]
    assert not BankLine.objects.exists()


def test_a_file_of_another_kind_is_refused(till):
    content = xlsx([["单位名称", "会员职务", "日期"], ["宏达建筑有限公司", "理事单位", "2021-03-05"]])
    answer = till.post(
        "/admin/exchange/importbatch/add/?kind=bank-lines", {"file": SimpleUploadedFile("a.xlsx", content)}
    )
    assert "对方户名" in answer.content.decode()


def test_only_who_keeps_the_dues_may_import(client_of):
    assert client_of("秘书处").get("/admin/exchange/importbatch/add/?kind=bank-lines").status_code == 404
    assert client_of("财务处").get("/admin/exchange/importbatch/add/?kind=bank-lines").status_code == 200


# -- Taken back -------------------------------------------------------------------------------------------------------


def undone(batch, by) -> dict[str, str]:
    """{reference: why its line stayed} after the import was taken back."""
    jobs.run(start_undo(batch, by=by, reason="传错了文件").pk)
    kept = batch.rows.exclude(kept="")
    return {BankLine.objects.get(pk=row.subject_id).payer: row.kept for row in kept}


def test_an_import_is_taken_back_but_for_what_people_did(bring, came, member, bill, till, treasurer):
    names = ["甲建筑有限公司", "乙建筑有限公司", "丙建筑有限公司"]
    first, second, third = [member(name) for name in names]
    owed = bill(first)
    rows = [came(name, number=place) for place, name in enumerate([*names, "路人甲", "路人乙", "路人丙"])]
    batch = bring(*rows)
    owed.refresh_from_db()
    assert owed.paid == 2000
    by_name = {line.payer: line for line in BankLine.objects.all()}
    till.post(f"/admin/members/bankline/{by_name['路人甲'].pk}/claim/", {"party": second.pk})
    till.post(f"/admin/members/bankline/{by_name['路人乙'].pk}/aside/", {"reason": "押金"})
    DuesReceipt.objects.create(
        payment=Payment.objects.get(party=third), code="1", number="2", title="丙", amount=2000, issued_on="2021-03-06"
    )
    assert undone(batch, treasurer) == {
        "丙建筑有限公司": "已开会费票据", "路人甲": "导入以后由人办理过", "路人乙": "导入以后由人办理过"
    }  # fmt: skip
    owed.refresh_from_db()
    assert owed.paid == 0
    gone = by_name["甲建筑有限公司"]
    gone.refresh_from_db()
    assert (gone.withdrawn_at is None, gone.booked) == (False, 0)
    assert [row.amount for row in gone.payments.order_by("pk")] == [2000, -2000]
    again = bring(*rows)
    assert (again.created, again.unchanged, again.waiting) == (2, 3, 1)
    owed.refresh_from_db()
    assert owed.paid == 2000
    assert Payment.objects.standing().count() == 4
