"""What commands that take one thing out of a file have in common."""

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError


class LoadCommand(BaseCommand):
    """`manage.py load_… FILE`: what is wrong with the file is told, a sentence a line, and nothing is written."""

    def load(self, file: str):
        """Load it and tell what is there now. Raises OSError, ValidationError."""
        raise NotImplementedError

    def add_arguments(self, parser):
        parser.add_argument("file")

    def handle(self, *, file, **_options):
        try:
            self.load(file)
        except OSError as problem:
            raise CommandError(f"打不开文件 {file}：{problem.strerror}", returncode=2) from problem
        except ValidationError as problem:
            raise CommandError("\n".join(problem.messages), returncode=2) from problem
