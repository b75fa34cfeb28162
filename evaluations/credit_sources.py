"""Where credit records come from (信用信息来源): how each authority's file looks, what a row says, which row is which.

The layouts are data (data/credit_sources.json, kept in rows that staff edit); this module only reads them. Keys of a
row: name, code, org_code, document_no, date, fact, amount (yuan), counterparty, people, repaired.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from association.core.text import name_key
from association.exchange.columns import Column

from .scoring.days import days
from .scoring.exact import exact, printed

SHIPPED = Path(__file__).parent / "data" / "credit_sources.json"
KEYS = ("name", "code", "org_code", "document_no", "date", "fact", "amount", "counterparty", "people", "repaired")
_FIELD = re.compile(r"\{(\w+)\}")
_LENIENT = {"code": "any_code", "organisation": "any_organisation"}  # others' files: a wrong code leaves the name


@dataclass(frozen=True, slots=True)
class Source:
    """One source: who provides it, what its records are called, the columns of its file and how a row reads.

    `start` and `details` are wordings with {keys}; one whose key is empty is left out. `from_whom` is the column that
    names the very authority (a court, a bank), "" where it is always `authority`.
    """

    name: str
    authority: str
    fact_label: str
    columns: tuple[Column, ...]
    start: str = ""
    details: tuple[str, ...] = ()
    from_whom: str = ""

    @classmethod
    def from_parts(cls, *, name: str, authority: str, fact_label: str, layout: Mapping[str, Any]) -> Source:
        """A Source from its row: `layout` is the JSON kept with it. Raises ValueError for an unknown key or kind."""
        columns = tuple(
            Column(
                key=row["key"],
                label=row["label"],
                synonyms=tuple(row.get("synonyms", ())),
                kind=_LENIENT.get(row.get("kind"), row.get("kind", "text")),
                required=row.get("required", False),
                unit=row.get("unit", ""),
            )
            for row in layout.get("columns", ())
        )
        known = {column.key for column in columns}
        wordings = (layout.get("start", ""), *layout.get("details", ()))
        used = {key for wording in wordings for key in _FIELD.findall(wording)} | {layout.get("from_whom") or "name"}
        unknown = sorted((known - set(KEYS)) | (used - known))
        if unknown:
            raise ValueError(f"来源“{name}”的列里没有或不认识：{'、'.join(unknown)}")
        return cls(name, authority, fact_label, columns, wordings[0], wordings[1:], layout.get("from_whom", ""))

    def sentence(self, row: Mapping[str, Any]) -> str:
        """What the row says, for the score sheet: 「安全防护不到位，罚款 11 万元」."""
        details = "、".join(filter(None, (_fill(wording, row) for wording in self.details)))
        return "，".join(filter(None, (_fill(self.start, row) or self.fact_label, details)))

    def giver(self, row: Mapping[str, Any]) -> str:
        """From whom the record is: the court or bank that the row names, else the authority of the source."""
        return str(row.get(self.from_whom) or "").strip() or self.authority


def _fill(wording: str, row: Mapping[str, Any]) -> str:
    """The wording with its keys filled in, "" where one of them is empty in the row."""
    keys = _FIELD.findall(wording)
    values = {key: amount_text(row.get(key)) if key == "amount" else _shown(row.get(key)) for key in keys}
    return wording.format(**values) if all(values.values()) else ""


def _shown(value: Any) -> str:
    if not value:
        return ""
    return printed(value) if isinstance(value, int | Decimal) else str(value).strip()


def amount_text(yuan: Decimal | int | str | None) -> str:
    """An amount for a sentence: 「11 万元」 from ten thousand yuan on, else 「800 元」; "" for none or nothing."""
    if yuan is None or yuan == "":
        return ""
    amount = exact(yuan)
    if not amount:
        return ""
    return f"{printed(amount / 10000)} 万元" if abs(amount) >= 10000 else f"{printed(amount)} 元"


def shipped_rows() -> list[dict]:
    """The shipped sources as they stand in the file: source, authority, fact_label, layout."""
    return json.loads(SHIPPED.read_text(encoding="utf-8"))["sources"]


def shipped_sources() -> dict[str, Source]:
    """The shipped sources by name."""
    sources = (
        Source.from_parts(
            name=row["source"], authority=row["authority"], fact_label=row["fact_label"], layout=row["layout"]
        )
        for row in shipped_rows()
    )
    return {source.name: source for source in sources}


# -- Which row is which: what makes a row the same row again when a later file brings it

_BRACKETS = str.maketrans(dict.fromkeys("（〔［[【{〈《", "(") | dict.fromkeys("）〕］]】}〉》", ")"))
_BLANKS = re.compile(r"\s+")
_NO_NUMBER = frozenset({"", "无", "暂无", "没有", "空", "不详", "未知", "无文号", "NONE", "NULL", "NA"})


def document_key(text: Any) -> str:
    """A document number for comparing: all brackets alike, no blanks; "" where the cell only says there is none."""
    key = _BLANKS.sub("", unicodedata.normalize("NFKC", str(text or "")).upper().translate(_BRACKETS))
    return "" if "".join(char for char in key if char.isalnum()) in _NO_NUMBER else key


def _firm(row: Mapping[str, Any]) -> str:
    """The firm as written: its name, or its code where the row has no name."""
    code = row.get("code") or row.get("org_code") or ""
    return name_key(str(row.get("name") or "")) or name_key(str(code)).replace("-", "")


def _amount(value: Any) -> str:
    try:
        return printed(exact(value))
    except ValueError:
        return name_key(str(value or ""))


def _day(value: Any) -> str:
    try:
        return days[value]
    except (TypeError, ValueError):
        return name_key(str(value))


def record_key(source: str, row: Mapping[str, Any]) -> tuple[str, ...]:
    """What makes a credit record the same one again, but for the occurrence.

    ("number", source, document number, name and code as written) where it has one: equal keys are one record; one
    document may name several firms, and what names one firm in two ways is found when the firms are known
    (evaluations.doubles). Else ("row", source, firm as written, date, amount in yuan, counterparty): equal keys within a
    file are several records, told apart by their occurrence. 是否修复 is not part of it, nor how brackets, blanks and
    widths are written.
    """
    number = document_key(row.get("document_no"))
    if number:
        code = row.get("code") or row.get("org_code") or ""
        return ("number", source, number, name_key(str(row.get("name") or "")), name_key(str(code)).replace("-", ""))
    where = name_key(str(row.get("counterparty") or ""))
    return ("row", source, _firm(row), _day(row.get("date")), _amount(row.get("amount")), where)


def survey_key(row: Mapping[str, Any]) -> tuple[str, ...]:
    """As record_key, for a survey (project, client, channel, date, surveyor). A later file corrects its marks."""
    keys = (name_key(str(row.get(key) or "")) for key in ("project", "client", "channel", "surveyor"))
    return ("survey", _firm(row), _day(row.get("date")), *keys)


def record_identity(source: str, row: Mapping[str, Any], occurrence: int = 1) -> str:
    """A record's key as 32 hex digits. `occurrence` counts from 1 within the file; it matters only without a number."""
    key = record_key(source, row)
    text = json.dumps([*key, 1 if key[0] == "number" else occurrence], ensure_ascii=False, separators=(",", ":"))
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
