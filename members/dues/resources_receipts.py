"""Numbers of receipts out of Excel (会费票据): as the tax or finance platform lists them, a line each."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from django.utils import timezone

from association.accounts.roles import Right
from association.core.text import name_key
from association.exchange.cells import WrongCode
from association.exchange.columns import Column
from association.exchange.kinds import CleanRow, ImportKind, Judged, Session, V, problem, register, rejected
from association.exchange.undo import CHANGED_SINCE, GONE, subjects_of
from association.exchange.writing import Stale, insert
from association.parties.matching import Clue, Matcher
from association.timeline.models import Event

from ..models import BillingDetails, DuesReceipt, Payment
from ..resources import CODE, NAME
from .receipts import issued_event, taken, without_receipt
from .settle import lock_parties
from .words import in_yuan

COLUMNS = (
    Column("code", "票据代码", ("电子票据代码", "发票代码"), kind="digits", required=True),
    Column("number", "票据号码", ("电子票据号码", "发票号码", "号码"), kind="digits", required=True),
    Column("check_code", "校验码", ("电子票据校验码", "验证码"), kind="digits"),
    replace(
        NAME, label="交款人",
        synonyms=("交款单位", "缴款人", "缴款单位", "付款单位", "抬头", "购买方名称", *NAME.synonyms, NAME.label),
    ),
    replace(CODE, key="payer_code", label="交款人统一社会信用代码", synonyms=(CODE.label, *CODE.synonyms, "交款人税号"), kind="any_code"),
    Column("amount", "金额", ("合计金额", "票面金额", "总金额", "价税合计"), kind="decimal", unit="元", required=True),
    Column("issued_on", "开票日期", ("开具日期", "开票时间", "日期"), kind="date", required=True),
    Column("reference", "交易流水号", ("流水号", "凭据号", "银行流水号"), kind="digits"),
)  # fmt: skip


class ReceiptSession(Session):
    """A receipt is known again by code and number; a new one goes to the oldest payment of that party and amount."""

    def __init__(self, options, by, batch=None):
        super().__init__(options, by, batch)
        self.used: dict[int, Decimal] = defaultdict(Decimal)  # payment → yuan that rows of this file take
        self.seen: dict[tuple, DuesReceipt] = {}

    def judge(self, rows: Sequence[CleanRow]) -> list[Judged]:
        fine = [row for row in rows if not row.problems]
        parties = self._parties(fine)
        money = self._money({one for one, _why in parties.values() if one})
        known = self._known(fine)
        return [rejected(row) if row.problems else self._judge(row, *parties[row.number], money, known) for row in rows]

    @staticmethod
    def _parties(rows: Sequence[CleanRow]) -> dict[int, tuple[int | None, str]]:
        """{row: (party, why none)}: by code or name, else by the title of somebody's 开票信息."""
        clues = {row.number: _clue(row) for row in rows}
        matcher = Matcher(clues.values())
        found = {number: matcher.match(clue) for number, clue in clues.items()}
        open_keys = {name_key(clues[number].name) for number, one in found.items() if one.party_id is None}
        titles = defaultdict(set)
        if open_keys:
            for party, title in BillingDetails.objects.values_list("party", "title"):
                if name_key(title) in open_keys:
                    titles[name_key(title)].add(party)
        told = {}
        for number, one in found.items():
            likely = titles.get(name_key(clues[number].name), set())
            party = one.party_id or (next(iter(likely)) if len(likely) == 1 else None)
            told[number] = (party, one.why)
        return told

    def _money(self, parties: set[int]) -> dict[int, list[Payment]]:
        rows = without_receipt().filter(party__in=parties).select_related("party", "line")
        found = defaultdict(list)
        for payment in rows.order_by("received_on", "pk"):
            payment.free -= self.used[payment.pk]
            found[payment.party_id].append(payment)
        return found

    def _known(self, rows: Sequence[CleanRow]) -> dict[tuple, DuesReceipt]:
        numbers = {row.values["number"] for row in rows}
        found = DuesReceipt.objects.filter(number__in=numbers).select_related("payment")
        return {(one.code, one.number): one for one in found}

    def _judge(self, row: CleanRow, party, why, money, known) -> Judged:
        values = row.values
        key = values["code"], values["number"]
        same = self.seen.get(key) or known.get(key)
        if same is not None:
            if same.amount == values["amount"] and same.payment.party_id == party and not same.voided_at:
                return Judged(row, V.UNCHANGED, shown=values["name"])
            return rejected(row, problem("票据号码", values["number"], taken(same).rstrip("。")))
        if found := self._wrong(values):
            return rejected(row, found)
        if party is None:
            return rejected(row, problem("交款人", values["name"], f"{why}，请核对名称或填写代码"))
        payment = self._payment(values, money.get(party, []))
        if payment is None:
            words = f"这家单位没有 {in_yuan(values['amount'])}、还没开票的会费收款，请先登记收款或核对金额"
            return rejected(row, problem("金额", values["amount"], words))
        payment.free -= values["amount"]
        self.used[payment.pk] += values["amount"]
        receipt = DuesReceipt(
            payment=payment, code=values["code"], number=values["number"], check_code=values.get("check_code") or "",
            title=values["name"], amount=values["amount"], issued_on=values["issued_on"],
        )  # fmt: skip
        self.seen[receipt.code, receipt.number] = receipt
        return Judged(row, V.CREATED, subject=receipt, shown=values["name"], extra=receipt)

    @staticmethod
    def _wrong(values) -> dict | None:
        for key, label, most in (
            ("code", "票据代码", 20),
            ("number", "票据号码", 20),
            ("check_code", "校验码", 20),
            ("name", "交款人", 120),
        ):
            if len(values.get(key) or "") > most:
                return problem(label, values[key], f"太长，最多 {most} 个字，请核对")
        amount = values["amount"]
        if amount <= 0 or amount != amount.quantize(Decimal("0.01")):
            return problem("金额", amount, "金额应大于 0，最多两位小数")
        if values["issued_on"] > timezone.localdate():
            return problem("开票日期", values["issued_on"], "日期晚于今天，请核对")
        return None

    @staticmethod
    def _payment(values, payments: list[Payment]) -> Payment | None:
        """That of the reference, else the oldest of just this amount, else the only one that is larger."""
        amount, reference = values["amount"], values.get("reference") or ""
        enough = [one for one in payments if one.free >= amount]
        if reference:
            named = [one for one in enough if reference in (one.reference, one.line.reference if one.line else "")]
            return named[0] if named else None
        exact = [one for one in enough if one.free == amount]
        return exact[0] if exact else enough[0] if len(enough) == 1 else None

    def write(self, judged: Sequence[Judged]):
        rows = [one.extra for one in judged if isinstance(one.extra, DuesReceipt)]
        self._still_free(rows)
        insert(DuesReceipt, rows)
        Event.objects.bulk_create(issued_event(receipt, by=self.by) for receipt in rows)

    @staticmethod
    def _still_free(rows: Sequence[DuesReceipt]):
        """Nobody made out a receipt for the same money since it was judged; raises Stale, to be judged again."""
        lock_parties(row.payment.party_id for row in rows)
        wanted: dict[int, Decimal] = defaultdict(Decimal)
        for row in rows:
            wanted[row.payment_id] += row.amount
        free = dict(without_receipt().filter(pk__in=wanted).values_list("pk", "free"))
        if any(free.get(pk, 0) < amount for pk, amount in wanted.items()):
            raise Stale("receipts: a payment has a receipt meanwhile")


def _clue(row: CleanRow) -> Clue:
    code = row.values.get("payer_code") or ""
    return Clue(row.values["name"], "" if isinstance(code, WrongCode) else code, row.values.get("issued_on"))


@register
class _Receipts(ImportKind):
    name = "dues-receipts"
    order = 9
    label = "会费票据"
    about = (
        "已开具的会费票据，一行一张，按交款人和金额对到还没有开票的收款。票据文件另外批量上传，按文件名里的号码对应。"
    )
    right = Right.DUES
    session = ReceiptSession
    examples = {
        "code": "43060121", "number": "0012345678", "check_code": "a1b2c3", "name": "某某建筑工程有限公司",
        "amount": "5000", "issued_on": "2026-03-05",
    }  # fmt: skip

    def layouts(self, options):
        return {"dues-receipts": COLUMNS}

    def give_back(self, rows, *, batch, by):
        """Receipts that the file brought go; those that were voided or got their file since stay."""
        receipts, stays, gone = subjects_of(rows, DuesReceipt), {}, []
        for row in rows:
            receipt = receipts.get(row.subject_id)
            if receipt is None:
                stays[row.pk] = GONE
            elif receipt.document_id:
                stays[row.pk] = "已有票据文件"
            elif receipt.version != row.after_version:
                stays[row.pk] = CHANGED_SINCE
            else:
                gone.append(receipt.pk)
        DuesReceipt.objects.filter(pk__in=gone).delete()
        return stays
