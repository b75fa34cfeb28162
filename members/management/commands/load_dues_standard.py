"""manage.py load_dues_standard FILE: a standard of dues (会费标准) out of a file."""

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from members.dues.standards import load_standard, read_standard, why_not_adopt


class Command(BaseCommand):
    help = "载入会费标准文件"

    def add_arguments(self, parser):
        parser.add_argument("file")

    def handle(self, *, file, **_options):
        try:
            standard, new = load_standard(read_standard(file))
        except OSError as problem:
            raise CommandError(f"打不开文件 {file}：{problem.strerror}", returncode=2) from problem
        except ValidationError as problem:
            raise CommandError("\n".join(problem.messages), returncode=2) from problem
        self.stdout.write(f"{'已载入' if new else '已有'}「{standard}」，{standard.starts_on:%Y-%m-%d} 起执行")
        if standard.adopted_at is None:
            self.stderr.write("还是草稿，不能开单：" + "".join(why_not_adopt(standard)))
