"""manage.py load_scheme FILE: a scheme (评分办法) out of a file."""

from django.core.management.base import BaseCommand, CommandError

from evaluations.actions import load_scheme
from evaluations.scheme_file import read_scheme
from evaluations.scoring import RuleBookError


class Command(BaseCommand):
    help = "载入评分办法文件"

    def add_arguments(self, parser):
        parser.add_argument("file")

    def handle(self, *, file, **_options):
        try:
            scheme, new = load_scheme(read_scheme(file))
        except OSError as problem:
            raise CommandError(f"打不开文件 {file}：{problem.strerror}", returncode=2) from problem
        except RuleBookError as problem:
            raise CommandError("\n".join(problem.problems), returncode=2) from problem
        self.stdout.write(f"{'已载入' if new else '已有'}评分办法「{scheme.name}」")
