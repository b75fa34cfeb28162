"""Likely firms for a name that none bears."""

import random
import time

import pytest

from association.core.similarity import NameIndex, likely

FIRMS = {
    1: "岳州恒力建设工程有限公司",
    2: "岳州恒基建设工程有限公司",
    3: "湖东恒力建筑劳务有限公司",
    4: "岳州建设集团股份有限公司",
    5: "湖东长丰装饰工程有限公司",
}


@pytest.mark.parametrize(
    ("asked", "first"),
    [
        ("岳州恒力建设工程公司", 1),
        ("岳州恒力建设有限公司", 1),
        ("岳州市恒力建设工程有限公司", 1),
        ("恒力建设工程", 1),
        ("湖东恒力劳务", 3),
        ("岳州建设（集团）有限公司", 4),
        ("湖东长峰装饰工程有限公司", 5),
    ],
)
def test_the_meant_firm_comes_first(asked, first):
    assert likely(asked, FIRMS)[0][0] == first


def test_the_same_name_but_for_brackets_and_legal_form_scores_100():
    assert likely("岳州恒力建设工程（有限责任公司）", FIRMS)[0] == (1, 100)


def test_scores_fall_and_stay_below_100_for_other_names():
    found = likely("岳州恒力建筑工程有限公司", FIRMS)
    scores = [score for _, score in found]
    assert scores == sorted(scores, reverse=True)
    assert all(45 <= score < 100 for score in scores)


@pytest.mark.parametrize("asked", ["", "（）", "王小明", "完全不相干的名称"])
def test_nothing_is_suggested_for_nothing_alike(asked):
    assert likely(asked, FIRMS) == []


def test_names_that_share_only_what_all_firms_do_are_not_alike():
    assert 5 not in [key for key, _ in likely("岳州永胜建设工程有限公司", FIRMS)]


def test_limit():
    assert len(likely("岳州恒力建设工程有限公司", FIRMS, limit=2)) == 2


def test_a_former_name_leads_to_the_firm_once():
    index = NameIndex([(1, "岳州恒力建设工程有限公司"), (1, "岳州恒力建筑公司"), (2, "岳州恒基建设工程有限公司")])
    found = index.likely("岳州恒力建筑有限公司")
    assert found[0] == (1, 100)
    assert [key for key, _ in found].count(1) == 1


def test_a_hundred_names_among_a_hundred_thousand_take_seconds_at_most():
    rnd = random.Random(7)
    syllables = "盛楚永恒华信坤合鼎弘庭通宏江长重行乐中门安辉兴拓达新丰金阳湘湖玉顺祥基君天源瑞桥磊晟"
    kinds = ["建设工程有限公司", "建筑工程有限公司", "建设集团有限公司", "装饰工程有限公司", "建筑劳务有限公司"]
    names = {
        number: rnd.choice(["岳州", "湖东", "临江"]) + "".join(rnd.choices(syllables, k=3)) + rnd.choice(kinds)
        for number in range(100_000)
    }
    index = NameIndex(names)
    asked = [(names[number], names[number].replace("工程", "")) for number in rnd.sample(range(100_000), 100)]
    started = time.process_time()
    found = [index.likely(typed) for _, typed in asked]
    assert time.process_time() - started < 5
    hits = sum(any(names[key] == name for key, _ in keys) for (name, _), keys in zip(asked, found, strict=True))
    assert hits >= 90
