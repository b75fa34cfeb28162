"""A part that `icontains` finds has all its grams in the whole."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from association.core.ngrams import grams, query_grams

texts = st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from("岳州建设（集团）有限公司 AaBb12ＡＢ·-ſßİ"))


def test_characters_and_pairs_once_each():
    assert grams("岳州A岳州") == "岳 州 a 岳州 州a a岳"


@pytest.mark.parametrize("blank", ["", " ", "（）", "—·"])
def test_nothing_to_search_for(blank):
    assert grams(blank) == ""
    assert query_grams(blank) == []


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("州", ["州"]),
        ("岳州", ["岳州"]),
        ("岳州建", ["岳州", "州建"]),
        ("岳州 建设", ["岳州", "建设"]),
        ("ＡＢ3", ["ab", "b3"]),
        ("建设（集团）", ["建设", "设集", "集团"]),
        ("ma4q", ["ma4q"]),
        ("州91430建", ["9143", "1430", "州9", "0建"]),
        ("州914", ["州9", "91", "14"]),
    ],
)
def test_the_grams_of_a_question(words, wanted):
    assert query_grams(words) == wanted


@given(texts, st.data())
def test_every_part_is_found(text, data):
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    assert set(query_grams(text[start:end])) <= set(grams(text).split())


@given(texts)
def test_grams_hold_letters_and_digits_only(text):
    assert all(gram.isalnum() and len(gram) in (1, 2, 4) for gram in grams(text).split())
