"""A small rating year made through the front doors: scheme, round, the files that come in, scores, list, grades."""

import functools

from django.conf import settings
from django.core.files.base import ContentFile

from association.cases.models import Case
from association.exchange.actions import import_now
from association.exchange.kinds import kind_named
from association.jobs.models import Job
from association.workflow.actions import perform, perform_many
from evaluations.actions import load_scheme, open_round, set_switch
from evaluations.models import Rating, RatingRound
from evaluations.publicity import make_list
from evaluations.runs import rate_now
from evaluations.scheme_file import read_scheme

from .workbooks import xlsx

ROSTER = ["企业名称", "统一社会信用代码", "资质类别及等级", "是否会员", "会员编号", "注册地", "联系人", "联系电话"]
SURVEYS = [
    "企业名称",
    "工程名称",
    "建设单位",
    "调查方式",
    "调查日期",
    "调查人",
    "质量",
    "安全",
    "进度",
    "农民工工资",
    "服务",
]
PENALTIES = ["单位名称", "处罚决定书文号", "处罚日期", "违法事实", "罚款金额（万元）", "是否修复"]


@functools.cache
def scheme_of_2020():
    return read_scheme(settings.BASE_DIR / "evaluations/data/scheme_2020.json")


class RatingYear:
    """`clerk` rates and publicises, `leader` signs."""

    def __init__(self, clerk, leader, year=2020):
        self.clerk, self.leader = clerk, leader
        load_scheme(scheme_of_2020(), by=clerk)
        self.round, _ = open_round(year=year, by=clerk)

    def rows(self, kind: str, head: list, *rows, **options):
        """Import rows as a file of that kind. Raises AssertionError where a row is not taken."""
        wanted = {"round": self.round.year, **options}
        found = kind_named(kind)
        file = ContentFile(xlsx([head, *map(list, rows)]), name=f"{kind}-{len(rows)}-{id(rows)}.xlsx")
        used = {name: wanted[name] for name in found.options if name in wanted}
        batch, job = import_now(found, file, options=used, by=self.clerk)
        assert job.state == Job.State.DONE, job.error
        assert not batch.rejected, list(batch.rows.values_list("problems", flat=True))
        return batch

    def roster(self, *parties, district="东区"):
        self.rows(
            "rating-roster", ROSTER,
            *([p.name, p.code, "建筑工程施工总承包二级", "否", "", district, "张三", "13912345678"] for p in parties),
        )  # fmt: skip

    def score(self, points: dict):
        """`points`: {party: the authority's score}. Each is surveyed once with full marks; then the round is scored."""
        self.rows("authority-scores", ["企业名称", "得分"], *([p.name, n] for p, n in points.items()))
        self.rows(
            "surveys", SURVEYS,
            *([p.name, "一期工程", "某某置业", "问卷", "2021-02-20", "李四", 5, 5, 5, 5, 5] for p in points),
        )  # fmt: skip
        rate_now(self.round, by=self.clerk)
        self.round.refresh_from_db()

    def penalty(self, party, text="安全防护不到位", number="某建罚〔2020〕1号"):
        self.rows("credit-records", PENALTIES, [party.name, number, "2020-12-20", text, 11, "否"], source="住建")

    def switch(self, *names, on=True):
        for name in names:
            set_switch(self.round, name=name, on=on, by=self.clerk, note="测试")
        self.round = RatingRound.objects.get(pk=self.round.pk)

    def case(self, party) -> Case:
        return Case.objects.get(party=party, round_key=self.round.round_key)

    def rating(self, party) -> Rating:
        return Rating.objects.select_related("case", "round").get(party=party, round=self.round)

    def ask(self, *parties):
        moved, refused = perform_many([self.case(party) for party in parties], "ask", by=self.clerk)
        assert not refused
        return moved

    def publicise(self):
        """The list of the round goes up."""
        self.switch("grades_open")
        publicity = make_list(self.round, by=self.clerk)
        perform(publicity, "publicise", by=self.clerk)
        return publicity

    def issue(self, grades: dict, *, number="某建发〔2021〕9 号", day="2021-05-20"):
        """The issuer's list: {party: grade}."""
        rows = ([party.name, grade] for party, grade in grades.items())
        self.rows("issued-grades", ["企业名称", "等级"], *rows, number=number, date=day)
        self.round.refresh_from_db()
