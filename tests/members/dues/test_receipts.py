"""会费票据: made out for what was paid and no more, files one by one and many at once, numbers out of Excel, void."""

import datetime as dt
import io
import zipfile
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.base import ContentFile
from django.utils import timezone

from association.documents.models import Document
from association.exchange.actions import import_now, start_undo
from association.exchange.kinds import kind_named
from association.jobs.actions import run
from association.jobs.models import Job
from association.timeline.models import AccessLog
from members.dues import billing, booking, receipts
from members.models import DuesReceipt
from tests.parallel import at_once
from tests.workbooks import xlsx

URL = "/admin/members/duesreceipt/"
TODAY = timezone.localdate()


def pdf(name: str, words: str = "") -> ContentFile:
    return ContentFile(b"%PDF-1.4\n" + (words or name).encode() + b"\n%%EOF\n", name=name)


@pytest.fixture
def unit(firm):
    return firm("某市宏达建筑有限公司", is_member=True).party


@pytest.fixture
def paid(unit, bill, pay):
    bill(unit, 5000)
    return pay(unit, 5000)


@pytest.fixture
def receipt(treasurer):
    def make(payment, number="0012345678", *, code="43060121", **more):
        return receipts.issue(payment, code=code, number=number, issued_on=TODAY, by=treasurer, **more)

    return make


# -- One --------------------------------------------------------------------------------------------------------------


def test_a_receipt_is_made_out_gets_its_file_and_the_firm_fetches_it(
    till, unit, paid, firm, firm_user, client_of, treasurer
):
    billing.keep(unit, by=treasurer, title="宏达建筑（集团）")
    missing = till.get(f"{URL}missing/").content.decode()
    assert unit.name in missing
    assert "宏达建筑（集团）" in missing
    page = till.get(f"{URL}new/{paid.pk}/")
    assert page.context["form"]["title"].value() == "宏达建筑（集团）"
    data = {
        "code": "4306 0121",
        "number": "0012345678",
        "amount": "5000",
        "issued_on": f"{TODAY}",
        "check_code": "ab12",
    }
    assert "已登记" in till.post(f"{URL}new/{paid.pk}/", data, follow=True).content.decode()
    made = DuesReceipt.objects.get()
    assert (made.code, made.title, made.amount) == ("43060121", "宏达建筑（集团）", 5000)
    assert unit.name not in till.get(f"{URL}missing/").content.decode()
    assert "没有文件" in till.get(URL).content.decode()
    client = client_of(firm_user(unit))
    shown = client.get("/desk/dues/").content.decode()
    assert "票据 0012345678，代码 43060121，校验码 ab12" in shown
    assert "文件还没有上传" in shown
    till.post(f"{URL}{made.pk}/attach/", {"file": pdf("a.pdf")})
    made.refresh_from_db()
    assert made.document.label == "会费票据_0012345678.pdf"
    address = made.document.get_absolute_url()
    assert address in client.get("/desk/dues/").content.decode()
    assert b"PDF" in b"".join(client.get(address).streaming_content)
    assert AccessLog.objects.filter(action="download", subject_id=made.document_id).count() == 1
    assert client_of(firm_user(firm("某市别家建筑有限公司").party)).get(address).status_code == 404
    assert f"会费票据 {made.number}" in till.get(f"/admin/members/firm/{unit.pk}/change/").content.decode()


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"code": ""}, "请填写票据代码"), ({"number": "12 号"}, "只有数字和字母"), ({"amount": "5000.01"}, "还可以开 5,000 元"),
        ({"amount": "0"}, "金额应大于 0"), ({"amount": "五千"}, "请填写金额"),
        ({"issued_on": f"{TODAY + dt.timedelta(days=1)}"}, "不能晚于今天"), ({"number": "0000000001"}, "已经登记过"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_said_and_nothing_typed_is_lost(values, words, till, paid, pay, unit, receipt):
    receipt(pay(unit, 100), "0000000001")
    data = {"code": "43060121", "number": "9", "amount": "5000", "issued_on": f"{TODAY}", "check_code": "typed"}
    answer = till.post(f"{URL}new/{paid.pk}/", data | values)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert "typed" in answer.content.decode()
    assert DuesReceipt.objects.count() == 1


def test_a_payment_may_have_several_but_no_more_than_it_is(paid, receipt, till, unit, treasurer):
    receipt(paid, "1", amount=Decimal(3000))
    assert "2,000.00" in till.get(f"{URL}missing/?q=hdjz&year=2021&p=9").content.decode()
    receipt(paid, "2")
    with pytest.raises(ValidationError, match="已经开过票据"):
        receipt(paid, "3")
    with pytest.raises(ValidationError, match="请先作废票据"):
        booking.reverse(payment=paid, reason="x", by=treasurer)


def test_a_void_one_frees_the_payment_and_keeps_its_number(paid, receipt, till, unit, firm_user, client_of):
    made = receipt(paid)
    assert till.post(f"{URL}{made.pk}/void/", {"reason": ""}).status_code == 422
    till.post(f"{URL}{made.pk}/void/", {"reason": "抬头有误"})
    assert unit.name in till.get(f"{URL}missing/").content.decode()
    assert "已作废：抬头有误" in till.get(URL).content.decode()
    assert "（已作废）" in client_of(firm_user(unit)).get("/desk/dues/").content.decode()
    with pytest.raises(ValidationError, match="号码不能再用"):
        receipt(paid)
    receipt(paid, "2")
    assert "已经作废" in till.post(f"{URL}{made.pk}/void/", {"reason": "再来"}).content.decode()


def test_what_is_no_payment_of_dues_gets_none(pay, unit, receipt, treasurer, staff):
    gift = pay(unit, 5000, purpose="donation")
    with pytest.raises(ValidationError, match="捐赠"):
        receipt(gift)
    wrong = pay(unit, 6000)
    booking.reverse(payment=wrong, reason="x", by=treasurer)
    with pytest.raises(ValidationError, match="不是有效的收款"):
        receipt(wrong)
    with pytest.raises(PermissionDenied):
        receipts.issue(pay(unit, 1), code="1", number="1", issued_on=TODAY, by=staff("秘书处"))


def test_a_file_is_replaced_on_its_page_only(paid, receipt, treasurer, till):
    made = receipt(paid)
    receipts.attach(made, pdf("a.pdf"), by=treasurer)
    with pytest.raises(ValidationError, match="已经有文件"):
        receipts.attach(made, pdf("b.pdf"), by=treasurer)
    assert (
        "应是 PDF"
        in till.post(f"{URL}{made.pk}/attach/", {"file": ContentFile(b"a,b\n1,2\n", "a.csv")}).content.decode()
    )
    till.post(f"{URL}{made.pk}/attach/", {"file": pdf("b.pdf")})
    made.refresh_from_db()
    with made.document.open() as file:
        assert b"b.pdf" in file.read()
    assert Document.objects.loose().count() == 1  # the old one goes with the sweep


@pytest.mark.django_db(transaction=True)
def test_of_two_that_make_one_out_at_once_one_is_refused(paid, receipt):
    results = at_once(*[lambda n=n: receipt(paid, n) for n in "12"])
    assert sorted(isinstance(one, ValidationError) for one in results) == [False, True]
    assert DuesReceipt.objects.count() == 1


# -- Many files -------------------------------------------------------------------------------------------------------


def zipped(*names: str, broken=False) -> ContentFile:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        for name in names:
            package.writestr(name, pdf(name).read())
        package.writestr("__MACOSX/._0012345678.pdf", b"x")
    content = out.getvalue()
    return ContentFile(content[: len(content) // 2] if broken else content, name="票据.zip")


def test_files_find_their_receipts_by_the_number_in_their_names(till, unit, pay, receipt):
    made = {number: receipt(pay(unit, 100), number) for number in ("0012345678", "0012345679", "0012345680")}
    receipt(pay(unit, 100), "0012345680", code="43060122")
    answer = till.post(f"{URL}files/", {"files": [
        pdf("宏达_0012345678.pdf"), pdf("12345679.pdf"), pdf("0012345680.pdf"), pdf("43060121_0012345680.pdf"),
        pdf("99999999.pdf"), pdf("票据.pdf"), pdf("12345678 再传一次.pdf", "again"), ContentFile(b"abc", "0012345680.exe"),
    ]}).content.decode()  # fmt: skip
    assert "3 个文件已对应到票据" in answer
    for words in ("对得上几张票据", "没有登记过文件名里的票据号码", "文件名里没有票据号码", "已经有文件，没有换"):
        assert words in answer
    assert all(DuesReceipt.objects.get(pk=one.pk).document for one in made.values())


def test_a_number_may_begin_with_many_noughts(till, unit, pay, receipt):
    made = [receipt(pay(unit, 100), number) for number in ("0000000012", "0000000013")]
    files = [
        pdf("0000000012.pdf"),
        pdf("430601210000000013.pdf"),
        pdf("12.pdf", "again"),
        pdf("0000000000.pdf", "none"),
    ]
    answer = till.post(f"{URL}files/", {"files": files}).content.decode()
    assert "2 个文件已对应到票据" in answer
    assert all(DuesReceipt.objects.get(pk=one.pk).document for one in made)


def test_a_zip_is_unpacked_and_a_bad_one_said(till, unit, pay, receipt):
    for number in ("0012345678", "0012345679"):
        receipt(pay(unit, 100), number)
    answer = till.post(
        f"{URL}files/",
        {"files": [zipped("六月/4306012100123456 78.pdf", "430601210012345678.pdf", "b/0012345679.pdf")]},
    )
    assert "2 个文件已对应到票据" in answer.content.decode()
    assert "损坏，打不开" in till.post(f"{URL}files/", {"files": [zipped("1.pdf", broken=True)]}).content.decode()
    assert "请选择票据文件" in till.post(f"{URL}files/").content.decode()
    many = till.post(f"{URL}files/", {"files": [zipped(*(f"{n}.pdf" for n in range(301)))]})
    assert (many.status_code, "一次最多 300 个" in many.content.decode()) == (422, True)


# -- Excel ------------------------------------------------------------------------------------------------------------

HEAD = ["电子票据代码", "电子票据号码", "校验码", "交款人", "金额（元）", "开票日期"]


def bring(rows, by):
    content = ContentFile(xlsx([HEAD, *rows]), "票据.xlsx")
    batch, job = import_now(kind_named("dues-receipts"), content, options={}, by=by)
    assert job.state == Job.State.DONE, job.error
    return batch


def test_numbers_come_in_from_excel_once_and_go_back(unit, firm, pay, treasurer, till):
    other = firm("某市永兴路桥有限公司").party
    billing.keep(other, by=treasurer, title="永兴集团财务公司")
    first, second = pay(unit, 2000), pay(unit, 2000, on=dt.date(2021, 4, 1))
    third = pay(other, 5000)
    day = f"{TODAY}"
    rows = [
        ["43060121", "0000000001", "a", unit.name, "2,000.00", day], ["43060121", "0000000002", "b", unit.name, "2000", day],
        ["43060121", "0000000002", "b", unit.name, "2000", day], ["43060121", "0000000003", "c", "永兴集团财务公司", 5000, day],
        ["43060121", "0000000004", "d", unit.name, "2000", day], ["43060121", "0000000005", "e", "没有这一家", "2000", day],
        ["43060121", "0000000001", "a", unit.name, "2001", day], ["43060121", "0000000006", "f", unit.name, "-5", day],
    ]  # fmt: skip
    batch = bring(rows, treasurer)
    assert (batch.created, batch.unchanged, batch.rejected) == (3, 1, 4)
    found = {one.number: one.payment_id for one in DuesReceipt.objects.all()}
    assert found == {"0000000001": first.pk, "0000000002": second.pk, "0000000003": third.pk}
    reasons = " ".join(one["reason"] for row in batch.rows.filter(verdict="rejected") for one in row.problems)
    for words in ("还没开票的会费收款", "企业档案里没有这个名称", "已经登记过", "金额应大于 0"):
        assert words in reasons
    assert bring(rows[:4], treasurer).created == 0
    receipts.attach(DuesReceipt.objects.get(number="0000000001"), pdf("x.pdf"), by=treasurer)
    run(start_undo(batch, by=treasurer, reason="导错了").pk)
    assert [one.number for one in DuesReceipt.objects.all()] == ["0000000001"]


def test_the_list_takes_as_many_queries_for_one_as_for_three(till, firm, pay, receipt, django_assert_max_num_queries):
    counts = []
    for number in range(1, 4):
        party = firm(is_member=True).party
        receipt(pay(party, 100), f"{number}")
        pay(party, 200)
        till.get(URL)
        with django_assert_max_num_queries(40) as seen:
            for address in (URL, f"{URL}missing/", "/admin/members/billingdetails/"):
                assert till.get(address).status_code == 200
        counts.append(len(seen))
    assert counts[0] == counts[2]
