"""统一社会信用代码: what passes, and the sentence for each thing that does not."""

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import uscc

from association.core.codes import (
    CHARACTERS,
    check_code,
    clean_code,
    is_code,
    organisation_check,
    organisation_code,
    organisation_part,
)

GOOD = "91350100M000100Y43"  # the example of GB 32100-2015


def sentence(code: str) -> str:
    with pytest.raises(ValidationError) as caught:
        check_code(code)
    (only,) = caught.value.messages
    return only


codes = st.builds(
    lambda head, area, rest: (body := head + area + rest) + uscc.calc_check_digit(body),
    st.text(CHARACTERS, min_size=2, max_size=2),
    st.text("0123456789", min_size=6, max_size=6),
    st.text(CHARACTERS, min_size=9, max_size=9).filter(lambda rest: not rest.endswith("0")),
)


@pytest.mark.parametrize(
    "typed",
    [
        GOOD,
        GOOD.lower(),
        f" {GOOD}\n",
        "9135 0100 M000 100Y 43",
        "91350100-M000100Y-43",
        "91350100.M000100Y43",
        "９１３５０１００Ｍ０００１００Ｙ４３",
        "91350100\u200bM000100Y43\ufeff",
        "91350100—M000100Y43",
        f"'{GOOD}",
    ],
)
def test_noise_around_a_right_code_is_cleaned_away(typed):
    assert check_code(typed) == GOOD
    assert is_code(typed)


def test_clean_code_only_cleans():
    assert clean_code(" map4cu0d-x ") == "MAP4CU0DX"


@given(codes)
def test_every_code_with_its_check_character_passes(code):
    assert check_code(code) == code


@given(codes, st.integers(0, 17), st.sampled_from(CHARACTERS))
def test_one_wrong_character_is_always_found(code, place, other):
    wrong = code[:place] + other + code[place + 1 :]
    assert is_code(wrong) == (wrong == code)


@given(codes, st.integers(0, 16))
def test_two_neighbours_swapped_are_always_found(code, place):
    swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
    assert is_code(swapped) == (swapped == code)


@given(st.text())
def test_rubbish_gets_exactly_one_sentence(text):
    if not is_code(text):
        assert sentence(text)


def test_registrars_with_a_letter_are_right():
    body = "N2430602MA1234567"
    assert is_code(body + uscc.calc_check_digit(body))


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("", "请填写统一社会信用代码（18 位，见营业执照）"),
        ("9135010", "应为 18 位，这里是 7 位，请照营业执照核对"),
        (GOOD + "1", "这里是 19 位"),
        ("430602000012345", "这里是 15 位，像是旧的营业执照注册号或税号"),
        ("MAP4CU0D-X", "这里是 9 位，像是组织机构代码"),
        ("9135010OM000100Y43", "第 8 位不会是字母 O，可能是数字 0"),
        ("9I350100M000100Y43", "第 2 位不会是字母 I，可能是数字 1"),
        ("91350100M000100Y4Z", "第 18 位不会是字母 Z，可能是数字 2"),
        ("91350100M00S100Y43", "第 12 位不会是字母 S，可能是数字 5"),
        ("91350100M00V100Y43", "第 12 位不会是字母 V，可能是U 或 Y"),
        ("91350100M00中100Y43", "第 12 位的“中”不是数字或大写字母"),
        ("913A0100M000100Y43", "第 4 位应为数字（第 3 至 8 位是行政区划码）"),
    ],
)
def test_each_mistake_has_its_sentence(code, words):
    assert words in sentence(code)


def test_a_wrong_check_character_is_told_plainly():
    assert sentence("91350100M000100Y44") == "统一社会信用代码第 18 位不对，请核对营业执照"


@pytest.mark.parametrize("damaged", ["9.1430E+17", "9.14306005123457E+17", "9.1430e17", "９.1430E+17", "9E+17"])
def test_a_code_that_excel_made_a_number_of_is_refused(damaged):
    assert "被 Excel 当成数字" in sentence(damaged)


def test_eighteen_digits_that_end_in_zeros_are_refused():
    assert "后几位已经丢失" in sentence("914306000512345000")


def test_zeros_that_pass_the_check_by_chance_are_refused_all_the_same():
    bodies = (f"91430600{number:07d}00" for number in range(1, 2000))
    lucky = [body + "0" for body in bodies if uscc.calc_check_digit(body) == "0"]
    damaged = [code for code in lucky if organisation_check(code[8:16]) != code[16]]
    whole = [code for code in lucky if organisation_check(code[8:16]) == code[16]]
    assert damaged
    assert whole
    assert not any(map(is_code, damaged))
    assert all(map(is_code, whole))


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("MAP4CU0D-X", "MAP4CU0DX"),
        ("ｍａｐ４cu0d—x", "MAP4CU0DX"),
        ("73797031-0", "737970310"),
        (GOOD, "M000100Y4"),
        ("MAP4CU0D", ""),
        ("MAP4CU0DY", ""),
        ("", ""),
        ("无", ""),
    ],
)
def test_organisation_codes_have_one_form(typed, code):
    assert organisation_code(typed) == code


def test_the_organisation_part_of_a_code_is_nine_to_seventeen():
    assert organisation_part(GOOD) == GOOD[8:17]
    assert organisation_part("M000100Y4") == ""


def test_organisation_check_character_of_the_standard():
    # GB 11714-1997 gives D2143569-X as its example
    assert organisation_check("D2143569") == "X"
