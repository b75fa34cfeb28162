"""manage.py demo [NAME]: load a demonstration year, once. manage.py demo [NAME] --accounts: list its accounts."""

import unicodedata

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from association.accounts.models import User
from association.demo import people, year


def padded(text: str, width: int) -> str:
    """`text` filled with blanks to a width in columns; Chinese characters take two."""
    return text + " " * (width - sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text))


class Command(BaseCommand):
    help = "Load a demonstration year into an empty database; a second time changes nothing."

    def add_arguments(self, parser):
        parser.add_argument("name", nargs="?", default=year.usual())
        parser.add_argument("--accounts", action="store_true", help="only list the accounts and their password")
        parser.add_argument("--quiet", action="store_true")

    def handle(self, *, name, accounts, quiet, **options):
        if settings.PRODUCTION:
            raise CommandError(
                "The demonstration is not for production: its accounts would be open. make run DEMO=none"
            )
        if name not in year.names():
            raise CommandError(f"There is no demonstration {name}. Known: {', '.join(year.names())}, none")
        plan = year.read(name)
        if accounts:
            self.list_accounts(plan)
            return
        try:
            for line in year.load(plan):
                if not quiet:
                    self.stdout.write(f"  demonstration: {line}")
                    self.stdout.flush()
        except year.NotOurs as problem:
            self.stdout.write(f"  No demonstration loaded: {problem}.")

    def list_accounts(self, plan: dict):
        there = set(
            User.objects.filter(mobile__in=[row["mobile"] for row in plan["people"]]).values_list("mobile", flat=True)
        )
        if not there or not people.password():
            return
        self.stdout.write(f"Demonstration accounts, password of all: {people.password()}")
        for row in plan["people"]:
            if row["mobile"] in there:
                who = padded("、".join(row.get("roles", ())) or "—", 14)
                self.stdout.write(f"  {row['mobile']}  {padded(row['name'], 8)}{who}{row['about']}")
