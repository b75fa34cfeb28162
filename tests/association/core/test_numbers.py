"""Numbers in the association's own format."""

import pytest
from django.core.cache import cache
from django.db import transaction

from association.core.models import ASSOCIATION_CACHE_KEY
from association.core.numbers import format_problem, from_words, in_words, take_numbers

pytestmark = pytest.mark.django_db


def test_numbers_run_without_gaps_by_kind_and_year():
    default = "{year}-{n}"
    assert take_numbers("a", 2021, 2, default=default) == ["2021-1", "2021-2"]
    assert take_numbers("a", 2021, default=default) == ["2021-3"]
    assert take_numbers("a", 2022, default=default) == ["2022-1"]
    assert take_numbers("b", 2021, default=default) == ["2021-1"]


def test_the_associations_format_comes_first(association):
    association.number_formats = {"a": "XP{year}-{n:04d}"}
    association.save()
    cache.delete(ASSOCIATION_CACHE_KEY)  # on commit, which a test's transaction never reaches
    assert take_numbers("a", 2021, default="{n}") == ["XP2021-0001"]


@pytest.mark.parametrize(
    ("written", "stored", "shown"),
    [
        ("XP{年度}-{四位序号}", "XP{year}-{n:04d}", "XP{年度}-{四位序号}"),
        ("评〔{年}〕{序号} 号", "评〔{year}〕{n} 号", "评〔{年度}〕{序号} 号"),
        ("｛年度｝｛ 3位顺序号 ｝", "{year}{n:03d}", "{年度}{三位序号}"),
        ("A{year}{n:06d}", "A{year}{n:06d}", "A{年度}{六位序号}"),
        ("{月份}-{n}", "{月份}-{n}", "{月份}-{序号}"),
    ],
)
def test_a_format_is_written_and_read_in_chinese(written, stored, shown):
    assert from_words(written) == stored
    assert in_words(stored) == shown
    assert from_words(shown) == stored


@pytest.mark.django_db(transaction=True)
def test_what_is_rolled_back_is_free_again():
    with transaction.atomic():
        assert take_numbers("a", 2021, default="{n}") == ["1"]
        transaction.set_rollback(True)
    with transaction.atomic():
        assert take_numbers("a", 2021, default="{n}") == ["1"]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("XP{year}-{n:04d}", ""),
        ("{year}{n}", ""),
        ("XP{year}", "会产生重号"),
        ("XP{n}", "会产生重号"),
        ("XP{jahr}-{n}", "写法不对"),
        ("XP{year-{n}", "写法不对"),
        ("XP{year.x}-{n}", "写法不对"),
    ],
)
def test_a_format_that_cannot_be_used_is_told(text, problem):
    assert format_problem(text) == "" if not problem else problem in format_problem(text)
