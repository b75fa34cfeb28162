"""manage.py bill_dues YEAR [--dry-run]: bill the members of a year (批量开单)."""

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from members.dues.bills import make_bills
from members.dues.plans import plan_bills
from members.dues.words import in_yuan


class Command(BaseCommand):
    help = "开出一个年度的会费账单"

    def add_arguments(self, parser):
        parser.add_argument("year", type=int)
        parser.add_argument("--dry-run", action="store_true", help="只试算，不写入")

    def handle(self, *, year, dry_run, **_options):
        try:
            plan = plan_bills(year)
            made = len(plan.bills) if dry_run else make_bills(year, by=None)[1]
        except ValidationError as problem:
            raise CommandError("\n".join(problem.messages), returncode=2) from problem
        verb = "将开出" if dry_run else "已开出"
        self.stdout.write(f"{verb} {year} 年会费账单 {made} 张，共 {in_yuan(plan.total)}；原已开单 {plan.billed} 家")
        for label, count, total in plan.by_label:
            self.stdout.write(f"  {label}：{count} 家，{in_yuan(total)}")
        for remark, count in plan.remarks:
            self.stdout.write(f"  {count} 家：{remark}")
        for bill in plan.noted:
            self.stdout.write(
                f"  {bill.party}：{in_yuan(bill.amount)}，{'；'.join(filter(None, [bill.reason, bill.remark]))}"
            )
        for party, why in plan.without:
            self.stderr.write(f"没有开单：{party}，{why}")
