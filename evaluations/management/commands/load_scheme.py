"""manage.py load_scheme FILE: a scheme (评分办法) out of a file."""

from django.core.exceptions import ValidationError

from association.core.management.loading import LoadCommand
from evaluations.actions import load_scheme
from evaluations.scheme_file import read_scheme
from evaluations.scoring import RuleBookError


class Command(LoadCommand):
    help = "载入评分办法文件"

    def load(self, file):
        try:
            scheme, new = load_scheme(read_scheme(file))
        except RuleBookError as problem:
            raise ValidationError(problem.problems) from problem
        self.stdout.write(f"{'已载入' if new else '已有'}评分办法「{scheme.name}」")
