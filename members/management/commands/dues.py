"""manage.py dues YEAR [--json]: the figures of a year of dues (会费收缴情况)."""

import json

from django.core.management.base import BaseCommand, CommandError

from members.dues.figures import figures
from members.models import DuesYear


class Command(BaseCommand):
    help = "会费收缴情况"

    def add_arguments(self, parser):
        parser.add_argument("year", type=int)
        parser.add_argument("--json", action="store_true", dest="as_json", help="输出一个 JSON 对象")

    def handle(self, *, year, as_json, **_options):
        if not DuesYear.objects.filter(year=year).exists():
            raise CommandError(f"{year} 年还没有会费账单，请先运行 bill_dues {year}", returncode=2)
        found = figures(year)
        if as_json:
            self.stdout.write(json.dumps(found, ensure_ascii=False))
            return
        self.stdout.write(
            f"{year} 年会费：应缴 {found['due_total']:,} 元，已收 {found['received']:,} 元，收缴率 {found['collection_rate']:.2%}；"
            f"缴清 {found['firms_paid_in_full']} 家，缴了一部分 {found['firms_paid_in_part']} 家，"
            f"未缴 {found['firms_unpaid']} 家；待认领流水 {len(found['waiting'])} 笔"
        )
