"""Telephone numbers in one form."""

import pytest
from django.core.exceptions import ValidationError

from association.core.phones import clean_phone


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("13812345678", "13812345678"),
        (" 138 1234 5678 ", "13812345678"),
        ("138-1234-5678", "13812345678"),
        ("１３８１２３４５６７８", "13812345678"),
        ("+86 13812345678", "13812345678"),
        ("8613812345678", "13812345678"),
        ("0730-8880000", "0730-8880000"),
        ("(0730)8880000", "0730-8880000"),
        ("07308880000", "0730-8880000"),
        ("0730—8880000", "0730-8880000"),
        ("010-62345678", "010-62345678"),
        ("0730-8880000转801", "0730-8880000-801"),
        ("0730-8880000-801", "0730-8880000-801"),
        ("400-820-8820", "4008208820"),
        ("0730-8880000、13812345678", "13812345678"),
        ("13812345678/13912345678", "13812345678"),
        ("0730-8880000 13812345678", "13812345678"),
    ],
)
def test_one_form(typed, number):
    assert clean_phone(typed) == number
    assert clean_phone(number) == number


@pytest.mark.parametrize("typed", ["1381234567", "12345", "8880000", "+1 202 555 0143", "张三", "23812345678"])
def test_what_is_no_number_gets_a_sentence(typed):
    with pytest.raises(ValidationError) as caught:
        clean_phone(typed)
    assert caught.value.messages == [
        f"“{typed}”不是有效的电话号码，手机请写 11 位，固定电话请带区号，例如 0730-8880000"
    ]


def test_empty():
    with pytest.raises(ValidationError, match="请填写电话号码"):
        clean_phone("  ")
