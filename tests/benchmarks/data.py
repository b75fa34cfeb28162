"""Rows for the benchmarks: invented firms, records and scores, the same each time."""

import json
import random
import uuid
from datetime import date, timedelta
from pathlib import Path

import xlsxwriter
from django.db import connection, transaction
from django.db.models import JSONField

from association.cases.actions import NewCase, open_cases
from association.core.bulk import copy_in
from association.core.text import name_key
from association.exchange.writing import insert
from association.parties.models import Party, PartyName
from association.parties.naming import fill_derived
from evaluations.enums import RatingState
from evaluations.models import AuthorityScore, CreditRecord, CreditSource, Rating, RatingRound
from members.models import Firm
from tests.codes import firm_code

DISTRICTS = ("东区", "西区", "南县", "北县", "中市")
_SYLLABLES = "华盛宏达建安永兴恒泰中天鸿运金鼎长城新世纪远东方圆和顺嘉润博瑞信诚德隆昌平"
_KINDS = ("建筑工程", "建设工程", "建设集团", "市政工程", "装饰工程", "路桥建设")
_QUALIFICATIONS = (
    "建筑工程施工总承包三级",
    "市政公用工程施工总承包二级",
    "建筑装修装饰工程专业承包一级",
    "施工劳务不分等级",
)


def firm_name(number: int) -> str:
    pick = random.Random(number)
    return f"{''.join(pick.choices(_SYLLABLES, k=3))}{number}{pick.choice(_KINDS)}有限公司"


@transaction.atomic
def add_firms(count: int, *, first: int = 1):
    """Parties with their names and firms, as an import leaves them."""
    for start in range(first, first + count, 5000):
        numbers = range(start, min(start + 5000, first + count))
        parties = [fill_derived(Party(name=firm_name(n), code=firm_code(n))) for n in numbers]
        insert(Party, parties)
        insert(PartyName, [PartyName(party=p, name=p.name, name_key=p.name_key) for p in parties])
        insert(
            Firm,
            [
                Firm(
                    party=party,
                    district=DISTRICTS[n % 5],
                    main_qualification=_QUALIFICATIONS[n % 4],
                    qualification_group=Firm.Group.THIRD,
                    is_member=n % 2 == 0,
                    member_number=f"HY{n:06d}" if n % 2 == 0 else "",
                    legal_representative="王某某",
                    contact_name="李某某",
                    contact_phone=f"138{n:08d}"[:11],
                )
                for n, party in zip(numbers, parties, strict=True)
            ],
        )
    _analyse()


def add_rating(opened: RatingRound, parties: list[Party]):
    """Each party in the round, with the authority's score."""
    for start in range(0, len(parties), 5000):
        part = parties[start : start + 5000]
        with transaction.atomic():
            new = [NewCase(p, p.name, f"{p.name}信用评价", f"bench:{p.pk}") for p in part]
            cases = open_cases("rating", new, by=None, at=RatingState.SCORING, round_key=opened.round_key)
            rows = [
                Rating(
                    case=case, round=opened, party=p, name=p.name, code=p.code, district=DISTRICTS[p.pk % 5],
                    qualification=_QUALIFICATIONS[p.pk % 4], qualification_group=Firm.Group.THIRD,
                    is_member=p.pk % 2 == 0,
                )
                for case, p in zip(cases, part, strict=True)
            ]  # fmt: skip
            insert(Rating, rows)
            insert(
                AuthorityScore,
                [
                    AuthorityScore(
                        round=opened, party=p, identity=str(p.pk), score=60 + p.pk % 33, raw_name=p.name, raw={}
                    )
                    for p in part
                ],
            )


def add_records(parties: list[Party], each: int):
    """`each` records a party, spread over the sources, nine in ten within the year, a tenth of them repaired."""
    sources = list(CreditSource.objects.values_list("name", flat=True))
    kept = [field for field in CreditRecord._meta.concrete_fields if not field.primary_key]
    usual = {field.name: _stored(field) for field in kept}
    first = date(2019, 12, 1)
    now = "2021-01-01 00:00:00+00:00"
    for start in range(0, len(parties), 5000):
        with transaction.atomic():
            rows = _records(parties[start : start + 5000], each, sources, first, now)
            copy_in(CreditRecord, list(usual), ([*(usual | row).values()] for row in rows))
    _analyse()


def _records(parties, each, sources, first, now):
    for party in parties:
        key = name_key(party.name)
        for n in range(each):
            seed = party.pk * 31 + n * 7
            yield {
                "uid": _uid(), "version": 1, "created_at": now, "updated_at": now, "party": party.pk,
                "matched_by": "code", "dismissed": False, "raw_name": party.name, "name_key": key, "raw_code": "",
                "raw": "{}", "void_reason": "", "source": sources[seed % len(sources)], "identity": f"{party.pk}-{n}",
                "document_no": f"文〔2020〕{party.pk}-{n} 号", "date": (first + timedelta(days=seed % 400)).isoformat(),
                "fact": "未按规定办理", "counterparty": "", "repaired": seed % 10 == 0,
            }  # fmt: skip


def _stored(field):
    """A field's default as the table holds it."""
    value = field.get_default()
    return json.dumps(value) if isinstance(field, JSONField) else value


def _uid() -> str:
    value = uuid.uuid4()
    return str(value) if connection.vendor == "postgresql" else value.hex


def _analyse():
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


HEADER = (
    "序号", "企业名称", "统一社会信用代码", "资质类别及等级", "是否会员", "会员编号", "注册地", "法定代表人", "联系人",
    "联系电话", "地址", "注册资本（万元）", "安全生产许可证号", "开户银行", "职工人数", "技术人员数", "产值（万元）",
    "成立年份", "经营范围", "备注",
)  # fmt: skip


def write_firms(path: Path, count: int, *, changed: int = 0) -> Path:
    """A workbook of firms, 20 columns, as an office sends it; the first `changed` have another address."""
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True})
    sheet = book.add_worksheet("名册")
    sheet.write_row(0, 0, ["企业名册"])
    sheet.write_row(1, 0, HEADER)
    for n in range(1, count + 1):
        place = "新址" if n <= changed else "示例路"
        sheet.write_row(
            n + 1,
            0,
            [
                n, firm_name(n), firm_code(n), _QUALIFICATIONS[n % 4], "是" if n % 2 else "否",
                f"HY{n:06d}" if n % 2 else "", DISTRICTS[n % 5], "王某某", "李某某", f"138{n:08d}", f"{place} {n} 号",
                1000 + n % 900, f"JZ安许证字〔2020〕{n:06d}", "某某银行", n % 300, n % 40, n % 5000,
                1990 + n % 30, "房屋建筑工程施工", "",
            ],
        )  # fmt: skip
    book.close()
    return path
