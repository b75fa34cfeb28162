"""Stored values in the words of the form."""

import pytest

from association.core.adminforms import value_in_words
from association.parties.models import Party


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (True, "是"), (False, "否"), (None, "空"), ("", "空"), ([], "空"), (0, "0"), ("市政", "市政"),
        (["秘书处", "综合处"], "秘书处、综合处"),
        ([{"name": "东区", "code": "1"}, {"name": "西区"}], "东区、西区"),
        ({"lake": "#123456"}, "lake=#123456"),
    ],
)  # fmt: skip
def test_values_without_a_choice(value, words):
    assert value_in_words(None, value) == words


def test_a_choice_is_told_by_its_label():
    field = Party._meta.get_field("kind")
    assert [value_in_words(field, value) for value, _label in field.choices] == [label for _v, label in field.choices]
    assert value_in_words(field, "unknown") == "unknown"
