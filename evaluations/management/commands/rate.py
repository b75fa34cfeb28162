"""manage.py rate YEAR [--json] [--firms]: score a round."""

import json

from django.core.management.base import BaseCommand, CommandError

from association.jobs.actions import Refused
from evaluations.models import RatingRound
from evaluations.runs import rate_now, summary_of


class Command(BaseCommand):
    help = "测算一个年度的信用评价"

    def add_arguments(self, parser):
        parser.add_argument("year", type=int)
        parser.add_argument("--json", action="store_true", dest="as_json", help="输出一个 JSON 对象")
        parser.add_argument("--firms", action="store_true", help="连同每家企业的得分")

    def handle(self, *, year, as_json, firms, **_options):
        found = RatingRound.objects.filter(year=year).first()
        if found is None:
            raise CommandError(f"还没有 {year} 年度的评价轮次，请先运行 open_rating {year}", returncode=2)
        try:
            run, new = rate_now(found)
        except Refused as problem:
            raise CommandError(str(problem), returncode=2) from problem
        summary = summary_of(run, per_firm=firms)
        if as_json:
            self.stdout.write(json.dumps(summary, ensure_ascii=False))
            return
        self.stdout.write(f"{run}：{'已保存' if new else '资料没有变化，沿用上次结果'}，{summary['firms']} 家企业")
        for label, count in summary["grades"].items():
            self.stdout.write(f"  {label}：{count}")
