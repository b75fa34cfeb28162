"""A whole year of dues through the pages: from the vote to the public table, by the treasurer, a firm, a leader, a visitor."""

import datetime as dt
import json
import re
from io import StringIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db.models import Sum
from django.test import Client

from association.exchange.models import ImportBatch
from association.jobs import actions as jobs
from association.outbox.models import Message
from members.dues import figures
from members.models import Allocation, BankLine, DuesBill, DuesReceipt, DuesStandard, DuesYear, Membership, Payment

from .test_commands import KEYS, SAMPLE

ADMIN = "/admin/members/"
EXPECTED = json.loads((SAMPLE / "expected.json").read_text(encoding="utf-8"))
PDF = b"%PDF-1.4\nreceipt\n%%EOF\n"
ROWS = ("会长单位", "常务副会长单位", "副会长单位", "理事单位", "会员单位")


class Treasurer:
    """What the treasurer does in the year, a page each."""

    def __init__(self, client):
        self.client = client

    def see(self, path: str, **asked) -> str:
        answer = self.client.get(f"{ADMIN}{path}", asked, follow=True)
        assert answer.status_code == 200, path
        return answer.content.decode()

    def do(self, path: str, **data) -> str:
        """A form that is sent off; what the next page says."""
        answer = self.client.post(f"{ADMIN}{path}", data, follow=True)
        assert answer.redirect_chain, re.findall(r"(?:field-error|errorlist)[^>]*>([^<]+)", answer.content.decode())
        return answer.content.decode()

    def settle_in(self):
        """The account, the standard, the vote."""
        self.do(
            "duesrules/add/", account_name="某协会", account_bank="某银行", account_number="4300", contact="钱会计",
            reminder_days="7, 30", published="table",
        )  # fmt: skip
        rates = {
            "rates-TOTAL_FORMS": 5, "rates-INITIAL_FORMS": 0, "rates-MIN_NUM_FORMS": 0, "rates-MAX_NUM_FORMS": 1000,
        }  # fmt: skip
        for at, label in enumerate(ROWS):
            rates |= {
                f"rates-{at}-label": label,
                f"rates-{at}-amount": EXPECTED["standard"][label],
                f"rates-{at}-order": at,
            }
        self.do(
            "duesstandard/add/", name="会费标准（2021 年起）", starts_on="2021-01-01", basis="post", due_day="06-30",
            body="会员代表大会", meeting_on="2020-12-18", delegates=120, present=104, in_favour=97, is_secret="on", **rates,
        )  # fmt: skip
        assert "可以开单了" in self.do(f"duesstandard/{DuesStandard.objects.get().pk}/adopt/", sure="1")

    def bill(self):
        assert "开出 120 张账单" in self.see("duesyear/bill/", year=2021)
        assert "已开出 2021 年会费账单 120 张" in self.do("duesyear/bill/?year=2021")

    def bring(self, name: str):
        """A statement: uploaded, looked at, confirmed, worked off."""
        upload = SimpleUploadedFile(name, (SAMPLE / name).read_bytes())
        answer = self.client.post("/admin/exchange/importbatch/add/?kind=bank-lines", {"file": upload})
        batch = answer["Location"].split("/")[-3]
        self.client.post(f"/admin/exchange/importbatch/{batch}/confirm/", {"how": "good"})
        jobs.run(ImportBatch.objects.get(pk=batch).job_id)


@pytest.fixture
def year(till, association):
    """The members, the standard, the bills and both statements."""
    call_command("import_excel", "members", str(SAMPLE / "会员名册.xlsx"), stdout=StringIO())
    work = Treasurer(till)
    work.settle_in()
    work.bill()
    for half in ("上", "下", "上"):
        work.bring(f"银行流水_2021{half}半年.xlsx")
    return work


def bill_of(name: str) -> DuesBill:
    return DuesBill.objects.get(party__name=name)


def test_a_year_of_dues(year, client_of, firm_user):
    found = figures.figures(2021)
    assert found == {key: EXPECTED[key] for key in KEYS}
    page = year.see("duesyear/")
    assert "75.76%" in page
    assert "10 笔收入流水等待认领" in page

    _what_waits_is_decided(year)
    _cash_a_refund_a_reduction(year)
    debtor = DuesBill.objects.filter(paid=0, amount__gt=0).order_by("pk").last().party
    user = firm_user(debtor)
    _the_debtor_is_called_and_reminded(year, debtor, user)
    _the_debtor_pays_and_fetches_its_receipt(year, debtor, client_of(user))
    sums = _the_year_is_closed_and_public(year)

    assert Payment.objects.for_dues().filter(kind="receipt").aggregate(s=Sum("settled"))["s"] == sums["received"]
    assert Allocation.objects.standing().aggregate(s=Sum("amount"))["s"] == sums["received"]
    assert sums["received"] == figures.current_figures(2021)["received"]


def _what_waits_is_decided(year):
    """Who paid for a member, a name that only resembles one, and what is no dues at all."""
    assert "汨祥建设集团有限公司" in year.see("bankline/waiting/")
    for line in BankLine.objects.waiting():
        if "会费" not in line.memo:
            year.do(f"bankline/{line.pk}/aside/", reason="往来款，不是会费")
            continue
        name = (
            line.memo[1:].split("交")[0]
            if line.memo.startswith("代")
            else line.payer.replace("有限责任公司", "有限公司")
        )
        year.do(f"bankline/{line.pk}/claim/", party=bill_of(name).party_id, version=line.version)
    assert BankLine.objects.waiting().count() == 0
    assert Payment.objects.filter(matched="person").count() == 6


def _cash_a_refund_a_reduction(year):
    unpaid = DuesBill.objects.filter(paid=0, amount=2000).order_by("pk")
    first = unpaid[0]
    year.do(
        "payment/new/", unit=first.party.name, amount="2000", received_on="2021-11-05", channel="cash", purpose="dues",
        once="journey", payer="", reference="", note="",
    )  # fmt: skip
    first.refresh_from_db()
    assert first.outstanding == 0
    over = next(row for row in Payment.objects.for_dues() if row.left > 0)
    year.do(f"payment/{over.pk}/refund/", amount=over.left, refunded_on="2021-11-20", channel="bank", reason="多缴退回")
    bill = unpaid.exclude(pk=first.pk)[0]
    year.do(
        f"duesbill/{bill.pk}/reduce/", amount="1500", reason="受灾", approved_by="会长办公会", approved_on="2021-11-30"
    )
    bill.refresh_from_db()
    assert bill.outstanding == 500


def _the_debtor_is_called_and_reminded(year, debtor, user):
    assert debtor.name in year.see("duespromise/arrears/", year=2021, order="owed", q=debtor.name)
    page = year.client.get(f"{ADMIN}duespromise/arrears/{debtor.pk}/").context["form"]
    said = {name: page[name].value() for name in page.fields if page[name].value() not in (None, False)}
    year.do(
        f"duespromise/arrears/{debtor.pk}/",
        **said | {"content": "答应下月缴", "promised_on": f"{dt.date.today() + dt.timedelta(days=20)}"},
    )
    bill = DuesBill.objects.get(party=debtor)
    year.do("duesreminder/send/", text="请尽快缴纳会费。", way="message", bill=[bill.pk])
    assert "2021 年应缴" in Message.objects.get(user=user).body


def _the_debtor_pays_and_fetches_its_receipt(year, debtor, desk):
    bill = DuesBill.objects.get(party=debtor)
    assert "账号" in desk.get("/desk/dues/notice/").content.decode()
    year.do(
        "payment/new/", unit=debtor.code, amount=bill.amount, received_on="2021-12-20", channel="cheque", purpose="dues",
        once="debtor", payer="", reference="0001", note="",
    )  # fmt: skip
    payment = debtor.payments.latest("pk")
    year.do(
        f"duesreceipt/new/{payment.pk}/", code="43060121", number="0012345678", check_code="ab12", amount=payment.amount,
        issued_on="2021-12-21", title=debtor.name,
    )  # fmt: skip
    receipt = DuesReceipt.objects.get()
    pdf = SimpleUploadedFile("票据.pdf", PDF, "application/pdf")
    year.do(f"duesreceipt/{receipt.pk}/attach/", file=pdf)
    receipt.refresh_from_db()
    assert receipt.document.get_absolute_url() in desk.get("/desk/dues/").content.decode()
    assert b"".join(desk.get(receipt.document.get_absolute_url()).streaming_content) == PDF


def _the_year_is_closed_and_public(year) -> dict:
    row = DuesYear.objects.get()
    assert "齐了" in year.see(f"duesyear/{row.pk}/checks/")
    shown = year.client.get(f"{ADMIN}duesyear/{row.pk}/move/close/").context["form"]
    year.do(f"duesyear/{row.pk}/move/close/", **{name: shown[name].value() or "" for name in shown.fields})
    row.refresh_from_db()
    assert row.is_closed
    assert "已公开" in year.do(f"duesyear/{row.pk}/publish/", sure="1")
    sums = figures.figures(2021)
    assert sums["waiting"] == []
    assert sums["due_total"] == EXPECTED["due_total"] - 1500
    public = Client().get("/dues/2021/").content.decode()
    assert f"{sums['collection_rate']:.2%}" in public
    assert public.count("<tr>") > Membership.objects.count()
    return sums
