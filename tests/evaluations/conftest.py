"""A rating's round: small, made of a few rows, or the whole sample year out of its eight files."""

import json
from pathlib import Path

import pytest
from django.core.files.base import ContentFile, File

from association.exchange.actions import import_now
from association.exchange.kinds import kind_named
from association.jobs.models import Job
from evaluations.actions import load_scheme, open_round
from evaluations.models import Rating, RatingRound
from evaluations.runs import rate_now
from evaluations.scheme_file import SHIPPED, read_scheme
from tests.codes import firm_code
from tests.workbooks import xlsx

SAMPLE = Path(__file__).parents[1] / "data" / "rating_2020"
FILES = {
    "申报企业名册": "rating-roster", "信用信息_住建": "credit-records", "信用信息_劳动": "credit-records",
    "信用信息_税务": "credit-records", "信用信息_法院": "credit-records", "信用信息_银行": "credit-records",
    "业绩调查": "surveys", "主管部门评分": "authority-scores",
}  # fmt: skip
SURVEY_HEAD = [
    "企业名称", "统一社会信用代码", "工程名称", "建设单位", "调查方式", "调查日期", "调查人",
    "质量", "安全", "进度", "农民工工资", "服务",
]  # fmt: skip


def take(kind: str, upload, *, by=None, **options):
    """Import a file as the command does; the batch. Fails the test where the job failed."""
    batch, job = import_now(kind_named(kind), upload, options=options, by=by)
    assert job.state == Job.State.DONE, job.error
    return batch


@pytest.fixture
def bring(db):
    """bring("surveys", [header, row, …], round=2020): import rows as an .xlsx; the batch."""

    def make(kind, rows, *, name="文件.xlsx", **options):
        return take(kind, ContentFile(xlsx(rows), name), **options)

    return make


@pytest.fixture
def bring_sample(db):
    """bring_sample("业绩调查"): import a file of the sample year."""

    def make(name, **options):
        with (SAMPLE / f"{name}.xlsx").open("rb") as file:
            more = {} if FILES[name] == "credit-records" else {"round": 2020}
            return take(FILES[name], File(file, name=f"{name}.xlsx"), **(more | options))

    return make


@pytest.fixture
def expected() -> dict:
    return json.loads((SAMPLE / "expected.json").read_text(encoding="utf-8"))


@pytest.fixture
def scheme(association):
    return load_scheme(read_scheme(SHIPPED / "scheme_2020.json"))[0]


@pytest.fixture
def empty_round(scheme) -> RatingRound:
    return open_round(year=2020)[0]


@pytest.fixture
def small_round(empty_round, bring) -> RatingRound:
    """Three firms: 甲 (two records, a survey, 90), 乙 (no survey, 85), 丙 (a survey, no authority score)."""
    names = ["甲建筑有限公司", "乙建筑有限公司", "丙建筑有限公司"]
    roster = [["企业名称", "统一社会信用代码", "资质类别及等级", "是否会员", "注册地"]]
    roster += [
        [name, firm_code(number), "建筑工程施工总承包三级", "是" if number == 1 else "否", "东区"]
        for number, name in enumerate(names, 1)
    ]
    bring("rating-roster", roster, round=2020)
    head = ["单位名称", "统一社会信用代码", "处罚决定书文号", "处罚日期", "违法事实", "罚款金额（元）", "是否修复"]
    bring(
        "credit-records",
        [
            head,
            [names[0], firm_code(1), "建罚〔2020〕1 号", "2020-03-04", "未取得施工许可证", 10000, "否"],
            [names[0], firm_code(1), "建罚〔2020〕2 号", "2020-05-06", "安全防护不到位", 20000, "否"],
        ],
    )
    survey = ["示例工程", "示例业主", "电话", "2021-02-03", "张某", 5, 5, 5, 5, 5]
    bring(
        "surveys",
        [SURVEY_HEAD, [names[0], firm_code(1), *survey], [names[2], firm_code(3), *survey]],
        round=2020,
    )
    bring(
        "authority-scores",
        [["企业名称", "统一社会信用代码", "得分"], [names[0], firm_code(1), 90], [names[1], firm_code(2), 85]],
        round=2020,
    )
    empty_round.refresh_from_db()
    return empty_round


@pytest.fixture
def rated(small_round) -> RatingRound:
    rate_now(small_round)
    small_round.refresh_from_db()
    return small_round


@pytest.fixture
def rating_of():
    """rating_of(1): the rating of the first firm of the round."""
    return lambda number: Rating.objects.select_related("case", "round", "party").get(code=firm_code(number))
