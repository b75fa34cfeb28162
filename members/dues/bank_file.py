"""What a line of a bank's file says (银行流水): when, which way, how much, who, whatever the bank calls its columns."""

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils import timezone

from association.core.text import name_key
from association.exchange.cells import date as read_date
from association.exchange.cells import freeze
from association.exchange.columns import Column
from association.exchange.errors import CellProblem
from association.exchange.kinds import problem

from ..models import BankLine

D = BankLine.Direction
FEN = Decimal("0.01")
MOST = Decimal(10) ** 12
NOUGHT = Decimal(0)
SHORT = 8  # a 流水号 of fewer digits begins anew every day

# fmt: off
COLUMNS = (
    Column("at", "交易时间", ("交易日期时间", "交易日期/时间", "入账时间", "发生时间", "记账时间", "时间")),
    Column("day", "交易日期", ("记账日期", "入账日期", "业务日期", "发生日期", "交易日", "记账日", "日期")),
    Column("reference", "交易流水号", (
        "流水号", "银行流水号", "核心流水号", "业务流水号", "交易流水", "交易编号", "交易序号", "凭证号", "凭证号码", "凭证编号",
    ), kind="digits"),
    Column("payer", "对方户名", (
        "对方名称", "对方账户名称", "对方账户名", "对方单位名称", "对方单位", "对手户名", "对手方户名", "对手名称", "付款人",
        "付款人名称", "付款人户名", "付款方", "付款方名称", "付款单位", "收付款人", "收/付款人", "收付款人名称", "交易对方",
        "交易对手", "对方", "户名",
    ), expected=True),
    Column("payer_account", "对方账号", (
        "对方帐号", "对方账户", "对手账号", "对手方账号", "付款人账号", "付款账号", "付款方账号", "收付款人账号", "交易对方账号",
    ), kind="digits"),
    Column("out", "借方发生额", (
        "借方金额", "借方", "支出", "支出金额", "付款金额", "转出金额", "支取金额", "付出金额",
    ), kind="decimal", unit="元"),
    Column("in", "贷方发生额", (
        "贷方金额", "贷方", "收入", "收入金额", "收款金额", "转入金额", "存入金额", "到账金额",
    ), kind="decimal", unit="元"),
    Column("amount", "发生额", ("交易金额", "发生金额", "金额"), kind="decimal", unit="元"),
    Column("sign", "借贷标志", (
        "借贷", "借/贷", "借贷方向", "借贷标识", "收支", "收支标志", "收支方向", "收支类型", "收付标志", "收付", "交易方向",
        "资金流向", "方向",
    )),
    Column("balance", "余额", ("账户余额", "当前余额", "交易后余额", "本次余额", "联机余额"), kind="decimal", unit="元"),
    Column("memo", "摘要", ("交易摘要", "摘要内容", "说明", "交易说明")),
    Column("purpose", "用途", ("交易用途", "款项用途", "资金用途", "付款用途")),
    Column("remark", "附言", ("备注", "交易附言", "客户附言", "交易备注", "留言")),
    Column("own", "本方账号", ("本方帐号", "我方账号", "本账号", "查询账号", "账号", "帐号"), kind="digits"),
)
# fmt: on

_OWN = re.compile(r"(?:账号|帐号|账户)\s*[：:]?\s*(\d[\d*xX\s-]{5,38}[\dxX*])")
_CLOCK = re.compile(r"(下午|晚上)?\s*(\d{1,2})\s*[:：时点]\s*(\d{1,2})(?:\s*[:：分]\s*(\d{1,2}))?")
_COMPACT = re.compile(r"^\d{8}\s*(\d{2})(\d{2})(\d{2})$|^(\d{2})(\d{2})(\d{2})$")
_CLOCK_ALONE = re.compile(r"(?:[上下]午|晚上)?\s*\d{1,2}\s*[:：时点]\s*\d{1,2}.{0,6}|\d{6}")
_BANK = re.compile("银行|信用社|信用联社|结算|利息")
_INTEREST = re.compile("结息|利息|派息")
_INTO = ("贷", "收", "入", "存", "C", "+", "进", "来", "转入")
_OUT_OF = ("借", "付", "支", "出", "D", "-", "转出", "往")


def account_above(rows: Sequence[Sequence]) -> str:
    """Our own account as the lines above the header give it: 「账号：4300****0001」, in one cell or in two."""
    for cells in rows:
        found = _OWN.search(" ".join(freeze(cell) for cell in cells if cell != ""))
        if found:
            return re.sub(r"[\s-]", "", found[1])[:40]
    return ""


@dataclass(slots=True)
class Told:
    """What a row says, or what is wrong with it."""

    line: BankLine | None
    problems: list[dict]


def read(values: Mapping, raw: Mapping[str, str], account: str) -> Told:
    """An unsaved line without its key."""
    problems: list[dict] = []
    at = _moment(values, raw, problems)
    direction, amount, red = _money(values, raw, problems)
    payer, memo = values.get("payer") or "", _memo(values, red)
    if direction == D.IN and _is_interest(payer, memo):
        direction = D.INTEREST
    for label, text, most in (("对方户名", payer, 120), ("交易流水号", values.get("reference") or "", 60)):
        if len(text) > most:
            problems.append(problem(label, text, f"太长，最多 {most} 个字"))
    if problems:
        return Told(None, problems)
    reference = values.get("reference") or ""
    balance = values.get("balance")
    line = BankLine(
        account=(values.get("own") or account)[:40], reference=reference if reference.strip("0 ") else "",
        happened_at=at, happened_on=timezone.localdate(at), direction=direction, amount=amount,
        balance=balance.quantize(FEN) if balance is not None and abs(balance) < MOST else None, payer=payer,
        payer_key=name_key(payer)[:120], payer_account=(values.get("payer_account") or "")[:60], memo=memo,
    )  # fmt: skip
    return Told(line, [])


# -- When -------------------------------------------------------------------------------------------------------------


def _moment(values: Mapping, raw: Mapping[str, str], problems: list) -> dt.datetime | None:
    """The day out of the column that has one, the time of day out of the one that has that."""
    told = [text for key in ("at", "day") if (text := values.get(key) or "")]
    day, why = None, "没有写明交易日期，请补填"
    for text in told:
        if _CLOCK_ALONE.fullmatch(text):
            continue
        try:
            day = _serial(text) or read_date(text)
        except CellProblem as wrong:
            why = wrong.sentence
        if day:
            break
    if day is None:
        problems.append(problem("交易时间", raw.get("at") or raw.get("day"), why))
        return None
    if isinstance(day, dt.datetime):
        moment = day
    else:
        clock = next((found for text in told if (found := _clock(text))), dt.time())
        moment = dt.datetime.combine(day, clock)
    if moment.date() > timezone.localdate():
        problems.append(problem("交易时间", raw.get("at") or raw.get("day"), "日期晚于今天，请核对"))
    return timezone.make_aware(moment)


def _serial(text: str) -> dt.datetime | None:
    """Excel's count of days with the time of day as its fraction: 44258.5215."""
    if re.fullmatch(r"\d{5}\.\d+", text):
        moment = dt.datetime(1899, 12, 30) + dt.timedelta(days=float(text))
        return moment.replace(microsecond=0)
    return None


def _clock(text: str) -> dt.time | None:
    found = _CLOCK.search(text)
    if found:
        hour, minute, second = int(found[2]), int(found[3]), int(found[4] or 0)
        hour += 12 if found[1] and hour < 12 else 0
    elif found := _COMPACT.match(text):
        hour, minute, second = (int(part) for part in found.groups() if part is not None)
    else:
        return None
    return dt.time(hour, minute, second) if hour < 24 and minute < 60 and second < 60 else None


# -- How much, which way ----------------------------------------------------------------------------------------------


def _money(values: Mapping, raw: Mapping[str, str], problems: list) -> tuple[str, Decimal, bool]:
    """(direction, amount, whether the bank wrote it in red). Red money goes the other way."""
    came, went, amount = (values.get(key) or NOUGHT for key in ("in", "out", "amount"))
    if came and went:
        problems.append(
            problem("借方、贷方发生额", f"{raw.get('out')}，{raw.get('in')}", "同一行既有支出又有收入，请核对")
        )
        return D.IN, NOUGHT, False
    if came or went:
        direction, amount = (D.IN, came) if came else (D.OUT, went)
    else:
        direction = _sign(values.get("sign") or "") or (D.OUT if amount < 0 else D.IN)
        amount = abs(amount) if not values.get("sign") else amount
    if not amount:
        problems.append(problem("发生额", raw.get("amount") or raw.get("in"), "没有金额，请补填"))
    elif amount != amount.quantize(FEN) or abs(amount) >= MOST:
        problems.append(problem("发生额", amount, "金额应是不超过两位小数的元数，请核对"))
    if amount < 0:
        return D.OUT if direction == D.IN else D.IN, -amount, True
    return direction, amount, False


def _sign(text: str) -> str | None:
    text = text.strip().upper()
    if text.startswith(_OUT_OF):
        return D.OUT
    return D.IN if text.startswith(_INTO) else None


def _memo(values: Mapping, red: bool) -> str:
    """摘要, 用途 and 附言, each once."""
    parts = dict.fromkeys(filter(None, (values.get(key) or "" for key in ("memo", "purpose", "remark"))))
    return ("（红字冲销）" if red else "") + "；".join(parts)[: 200 - 6]


def _is_interest(payer: str, memo: str) -> bool:
    return bool(_INTEREST.search(memo or payer)) and (not payer or bool(_BANK.search(payer)))
