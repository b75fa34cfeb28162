"""A database that knows no Chinese is refused."""

import pytest
from django.core.management import call_command

from association.core.checks import problems


@pytest.mark.parametrize(
    ("ctype", "encoding"), [("C", "UTF8"), ("POSIX", "UTF8"), ("en_US", "LATIN1"), ("C", "SQL_ASCII")]
)
def test_locales_without_chinese_are_named_with_the_way_out(ctype, encoding):
    (error,) = problems(ctype, encoding)
    assert ctype in error.msg
    assert "C.UTF-8" in error.hint


@pytest.mark.parametrize("ctype", ["C.UTF-8", "zh_CN.UTF-8", "en_US.utf8"])
def test_unicode_locales_are_taken(ctype):
    assert problems(ctype, "UTF8") == []


@pytest.mark.postgres
def test_the_database_of_the_suite_is_asked(db, capsys):
    call_command("check", databases=["default"])
    assert "no issues" in capsys.readouterr().out
