"""Marks in what was found: at the right letters, and never a tag that the text brought along."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from association.core.marking import excerpt, marked
from association.core.ngrams import searchable


@pytest.mark.parametrize(
    ("text", "words", "drawn"),
    [
        ("关于建筑工程的通知", ["建筑", "通知"], "关于<mark>建筑</mark>工程的<mark>通知</mark>"),
        ("建筑工程", ["建筑", "筑工"], "<mark>建筑工</mark>程"),  # those that overlap are one
        ("ＧＢ／Ｔ 50326", ["gbt50326"], "<mark>ＧＢ／Ｔ 50326</mark>"),  # as it is written, not as it was asked for
        ("云滨（集团）", ["滨集团"], "云<mark>滨（集团</mark>）"),
        ("哈哈哈", ["哈哈"], "<mark>哈哈哈</mark>"),
        ("没有", ["找"], "没有"),
        ("<b>建筑</b>", ["建筑"], "&lt;b&gt;<mark>建筑</mark>&lt;/b&gt;"),
        ("a & b", ["ab"], "<mark>a &amp; b</mark>"),
    ],
)
def test_marked(text, words, drawn):
    assert str(marked(text, words)) == drawn


@given(
    st.text(alphabet="建筑工<>&\"'mark/ａA１1（） \n", max_size=40), st.text(alphabet="建筑工<markａA1（ ", max_size=8)
)
def test_whatever_the_text_only_the_marks_are_tags(text, asked):
    words = [word for word in map(searchable, asked.split()) if word]
    for drawn in (str(marked(text, words)), str(excerpt(text, words, most=15))):
        assert re.sub("</?mark>", "", drawn).count("<") == 0
        assert drawn.count("<mark>") == drawn.count("</mark>")
    if words and words[0] in searchable(text):
        assert "<mark>" in str(marked(text, words))


def test_the_excerpt_shows_the_line_that_has_most_of_the_words():
    text = "协会开会。\n" + "前言" * 60 + "。\n" + "概述" * 50 + "，参加建筑施工安全培训的有二十家企业。\n结束"
    found = str(excerpt(text, ["安全培训", "企业"]))
    assert "<mark>安全培训</mark>" in found
    assert "<mark>企业</mark>" in found
    assert found.startswith("…参加建筑施工")  # from behind the comma


def test_without_a_find_the_excerpt_is_the_beginning():
    assert str(excerpt("第一段。\n第二段。", ["无"])) == "第一段。 第二段。"
    assert str(excerpt("长" * 300, ["无"])) == "长" * 110 + "…"
