"""Names and texts as offices type them."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypinyin import Style, lazy_pinyin
from python_calamine import CalamineWorkbook

from association.core.text import clean_text, core_name, halfwidth, initials, name_key

DATA = Path(__file__).parents[2] / "data"


def sample_names() -> list[str]:
    book = CalamineWorkbook.from_path(DATA / "rating_2020" / "申报企业名册.xlsx")
    return [row[1] for row in book.get_sheet_by_index(0).to_python()[2:]]


@pytest.mark.parametrize(
    ("typed", "clean"),
    [
        ("", ""),
        ("  岳州建设  ", "岳州建设"),
        ("ＡＢＣ１２３", "ABC123"),
        ("岳州　建设", "岳州 建设"),
        ("岳州\u200b建\ufeff设", "岳州建设"),
        ("岳州\n建设\r\n有限公司\t", "岳州建设有限公司"),
        ("A座\nB座", "A座B座"),
        ("Block A\n12", "Block A 12"),
        ("岳州\xa0建设", "岳州建设"),
        ("示例路  387 号", "示例路 387 号"),
        ("（甲）有限公司，乙；丙：丁", "（甲）有限公司，乙；丙：丁"),
        ("５０％＋１／２－３．５", "50%+1/2-3.5"),
        ("⼯程建设", "工程建设"),
        ("Ⅱ标段①", "Ⅱ标段①"),
    ],
)
def test_clean_text_keeps_what_people_see(typed, clean):
    assert clean_text(typed) == clean


@given(st.text())
def test_clean_text_is_done_after_one_pass(text):
    once = clean_text(text)
    assert clean_text(once) == once
    assert once == once.strip()
    assert not set(once) & set("\n\r\t\u200b\ufeff\xa0\u3000")


def test_halfwidth_leaves_chinese_punctuation_alone():
    assert halfwidth("（１）甲，乙！＠") == "（1）甲，乙！@"


@pytest.mark.parametrize(
    "typed",
    [
        "岳州建设(集团)有限公司",
        " 岳州建设（集团）有限公司 ",
        "岳州建设〔集团〕有限公司",
        "岳州建设【集团】有 限 公 司",
        "岳州建设［集团］有限公司\u200b",
        "岳州建设集团有限公司",
    ],
)
def test_one_firm_has_one_key_however_it_is_typed(typed):
    assert name_key(typed) == "岳州建设集团有限公司"


def test_name_key_has_upper_case_and_half_width():
    assert name_key("ａｂc建设") == "ABC建设"


@given(st.text())
def test_the_key_of_a_key_is_the_key(text):
    assert name_key(name_key(text)) == name_key(text)


@given(st.lists(st.sampled_from("岳州建设AB12"), min_size=1), st.data())
def test_blanks_and_brackets_anywhere_do_not_change_the_key(letters, data):
    noise = st.sampled_from(["", " ", "　", "\xa0", "\n", "（", "）", "(", ")", "【", "】", "〔", "〕", "\u200b"])
    typed = "".join(letter + data.draw(noise) for letter in letters)
    assert name_key(typed) == "".join(letters)


@pytest.mark.parametrize(
    ("name", "core"),
    [
        ("岳州某某建设集团股份有限公司", "岳州某某建设"),
        ("岳州某某建设（集团）有限责任公司", "岳州某某建设"),
        ("岳州某某建筑公司", "岳州某某建筑"),
        ("岳州某某建设有限公司临江分公司", "岳州某某建设临江分公司"),
        ("有限公司", "有限公司"),
        ("", ""),
    ],
)
def test_core_name_drops_the_legal_form_only(name, core):
    assert core_name(name) == core


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("重庆长江建设", "CQCJJS"),
        ("长沙某某重工", "CSMMZG"),
        ("厦门银行", "XMYH"),
        ("永长建设", "YCJS"),
        ("某某（集团）有限公司", "MMJTYXGS"),
        ("XY３建设", "XY3JS"),
        ("六安音乐厅", "LAYYT"),
        ("", ""),
        ("——", ""),
    ],
)
def test_initials_follow_the_word_a_character_stands_in(name, letters):
    assert initials(name) == letters


def test_initials_of_the_sample_firms_are_those_of_pypinyin():
    names = sample_names()
    assert len(names) == 255
    for name in names:
        by_pypinyin = "".join(lazy_pinyin(name_key(name), style=Style.FIRST_LETTER)).upper()
        assert initials(name) == by_pypinyin
