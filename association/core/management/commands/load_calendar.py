"""Fill the working-day table: `manage.py load_calendar 2025 2026`.

What the installed data know is written, the rest is named; the exit is not 0 only where no year was known.
"""

from django.core.management.base import BaseCommand, CommandError

from association.core.calendar import load_year
from association.core.workdays import YearMissing


class Command(BaseCommand):
    help = "把某几年的放假和调休安排写入工作日历；已有的年份不动（--replace 重写）。"

    def add_arguments(self, parser):
        parser.add_argument("years", nargs="+", type=int, metavar="YEAR")
        parser.add_argument("--replace", action="store_true", help="重写已有的年份，人工修改的内容会丢失")

    def handle(self, *, years, replace, **options):
        missing = []
        for year in years:
            try:
                _row, written = load_year(year, replace=replace)
            except YearMissing:
                missing.append(f"{year} 年")
            else:
                self.stdout.write(
                    f"{year} 年：写入 {written} 个特殊日期。" if written else f"{year} 年：已有，未改动。"
                )
        if missing:
            said = f"已安装的数据里没有 {'、'.join(missing)}，请在「系统 › 工作日历」按国务院通知补录。"
            if len(missing) == len(years):
                raise CommandError(said)
            self.stderr.write(said)
