"""manage.py open_rating YEAR: the round of a year, ready for the imports."""

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from evaluations.actions import issuer_note, open_round


class Command(BaseCommand):
    help = "开设一个年度的信用评价轮次"

    def add_arguments(self, parser):
        parser.add_argument("year", type=int)

    def handle(self, *, year, **_options):
        try:
            opened, new = open_round(year=year)
        except ValidationError as problem:
            raise CommandError(problem.messages[0], returncode=2) from problem
        self.stdout.write(
            f"{'已开设' if new else '已有'}{opened.title}，采用「{opened.scheme}」，公布单位：{opened.issuer}"
        )
        if note := issuer_note(opened):
            self.stderr.write(note)
