"""The rule book: what is read, what is refused and in which words, and that it comes back the same."""

import copy
import json
from datetime import date
from decimal import Decimal

import pytest

from evaluations.scheme_file import SHIPPED, dumps_scheme, loads_scheme, read_scheme, write_scheme
from evaluations.scoring import RuleBook, RuleBookError

FILE = SHIPPED / "scheme_2020.json"


@pytest.fixture
def data():
    return json.loads(FILE.read_text(encoding="utf-8"))


def problems(data):
    with pytest.raises(RuleBookError) as caught:
        RuleBook.from_dict(data)
    return caught.value.problems


def part(data, place):
    return data["parts"][place]


def test_the_shipped_scheme_says_what_the_readme_says():
    book = read_scheme(FILE)
    assert (book.year, book.full, book.below) == (2020, 100, "不予定级")
    assert (book.period.first, book.period.last) == (date(2020, 1, 1), date(2020, 12, 31))
    assert book.period.label == "2020 年"
    assert [(p.name, p.kind, p.full, p.own) for p in book.parts] == [
        ("行业自律", "deduct", 4, True),
        ("综合评价", "survey", 4, True),
        ("主管部门", "imported", 92, False),
    ]
    assert [(t.source, t.each, t.cap) for t in book.part("行业自律").sources] == [
        ("住建", 1, 2),
        ("劳动", 1, 2),
        ("税务", 1, 1),
        ("法院", 2, 2),
        ("银行", 1, 1),
    ]
    survey = book.part("综合评价")
    assert {c.name: c.weight for c in survey.channels} == {
        "现场调查": Decimal("0.5"),
        "问卷": Decimal("0.3"),
        "电话": Decimal("0.2"),
    }
    assert [(b.at_least, b.points) for b in survey.bands] == [(Decimal("4.5"), 4), (4, 3), (3, 2), (2, 1)]
    assert [(line.label, line.at_least) for line in book.grades] == [("AAA", 90), ("AA", 80), ("A", 60)]
    assert (book.own_full, [p.name for p in book.own_parts]) == (8, ["行业自律", "综合评价"])


def test_to_dict_comes_back_equal(data):
    data["basis"] = "某评〔2021〕1号"
    book = RuleBook.from_dict(data)
    again = RuleBook.from_dict(json.loads(json.dumps(book.to_dict())))
    assert again == book
    assert again.fingerprint() == book.fingerprint()
    assert hash(again) == hash(book)


def test_every_kind_of_part_comes_back_equal(data):
    data["parts"] += [
        {"name": "加分", "kind": "bonus", "max": "5.5", "own": True, "tags": [{"tag": "省级", "each": 2, "cap": 4}]},
        {"name": "否决", "kind": "veto", "rules": [{"source": "事故", "grade": "不予定级"}]},
    ]
    book = RuleBook.from_dict(data)
    assert RuleBook.from_dict(book.to_dict()) == book
    assert book.part("加分").full == Decimal("5.5")


def test_fingerprint_does_not_depend_on_writing(data):
    other = copy.deepcopy(data)
    other["full"] = "100.00"
    other["parts"][1]["channels"][0]["weight"] = 0.5
    other = dict(reversed(list(other.items())))
    assert RuleBook.from_dict(other).fingerprint() == RuleBook.from_dict(data).fingerprint()


def test_fingerprint_changes_with_any_number(data):
    before = RuleBook.from_dict(data).fingerprint()
    data["grades"][0]["from"] = 91
    assert RuleBook.from_dict(data).fingerprint() != before


def test_written_file_reads_back_equal(tmp_path):
    book = read_scheme(FILE)
    write_scheme(book, tmp_path / "scheme.json")
    assert read_scheme(tmp_path / "scheme.json") == book
    assert "综合评价" in (tmp_path / "scheme.json").read_text(encoding="utf-8")


def test_numbers_in_a_file_are_exact():
    text = FILE.read_text(encoding="utf-8").replace('"0.3"', "0.3").replace('"0.2"', "0.20")
    assert loads_scheme(text) == read_scheme(FILE)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("{", "写法不对：第 1 行"),
        ("", "写法不对：第 1 行"),
        (b"\xff\xfe\x00", "不是 UTF-8"),
        ('{"name": 1, "name": 2}', "“name”在同一组里写了两次"),
        ("[]", "应是一组"),
        ("[" * 100_000, "不是评分办法文件"),
        ('{"year": ' + "9" * 5000 + "}", "不是评分办法文件"),
    ],
)
def test_a_file_that_is_no_scheme_says_so(content, words):
    with pytest.raises(RuleBookError, match=words):
        loads_scheme(content)


def test_a_far_too_large_file_is_not_even_read(tmp_path):
    path = tmp_path / "large.json"
    path.write_bytes(b" " * 1_000_001)
    with pytest.raises(RuleBookError, match="超过 1000 KB"):
        read_scheme(path)


def test_a_byte_order_mark_does_no_harm():
    assert loads_scheme(b"\xef\xbb\xbf" + FILE.read_bytes()) == read_scheme(FILE)


def test_all_problems_of_shape_come_at_once(data):
    del data["name"]
    data["period"]["to"] = "2020年12月31日"
    data["parts"][0]["sources"][1]["each"] = "一"
    data["parts"][1]["channels"] = {}
    data["parts"][2]["own"] = "yes"
    data["gradez"] = []
    assert problems(data) == [
        "缺少名称（name）",
        "评价期：止（to）应写成 2020-01-01 的样子，现在是“2020年12月31日”",
        "“行业自律” › 来源第 2 条：每条分值（each）应是数字，现在是“一”",
        "“综合评价”：调查方式（channels）应是一个列表",
        "“主管部门”：协会评分（own）只能是 true 或 false",
        "有不认识的内容“gradez”，请核对写法",
    ]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda d: d.update(format=2), "这份评分办法的格式版本是 2，本系统只认识版本 1"),
        (lambda d: d.update(year="二〇二〇"), "年度（year）应是数字，现在是“二〇二〇”"),
        (lambda d: d.update(year="2020.5"), "年度应是整数"),
        (lambda d: d.update(full=True), "总分（full）应是数字，现在是“True”"),
        (lambda d: d.update(full="1e9"), "总分（full）最多 3 位小数，且不超过 1000000，现在是“1e9”"),
        (lambda d: d.update(full="NaN"), "总分（full）应是数字，现在是“NaN”"),
        (lambda d: d.pop("period"), "缺少评价期（period）"),
        (lambda d: d["parts"][0].pop("kind"), "“行业自律”：缺少类型（kind）"),
        (lambda d: d["parts"][0].pop("name"), "评分项第 1 条：缺少名称（name）"),
        (lambda d: d.update(period="2020"), "评价期：应是一组“名称: 值”"),
        (lambda d: d.update(below="  "), "未达最低线的结论（below）应是文字，且不能为空"),
        (lambda d: d["parts"][1].update(items=["质量", 3]), "“综合评价”：调查内容（items）里每一条都应是文字"),
        (
            lambda d: d["parts"][1]["marks"].update(middle=3),
            "“综合评价” › 分值范围：有不认识的内容“middle”，请核对写法",
        ),
        (lambda d: d["parts"][0]["sources"].append("住建"), "“行业自律” › 来源第 6 条：应是一组“名称: 值”"),
        (
            lambda d: d["parts"][0].update(kind="minus"),
            "“行业自律”：类型“minus”不认识，可用的有 deduct（扣分项）、bonus（加分项）、survey（调查项）、"
            "imported（导入项）、veto（否决项）",
        ),
    ],
)
def test_a_wrong_shape_has_its_sentence(data, change, sentence):
    change(data)
    assert sentence in problems(data)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda d: d.update(year=20), "年度 20 不对，应是四位年份"),
        (lambda d: d["period"].update({"from": "2021-01-01"}), "评价期的起日晚于止日"),
        (lambda d: d.update(parts=[]), "还没有评分项，请至少加一项"),
        (lambda d: d["parts"][1].update(name="行业自律"), "评分项“行业自律”重复"),
        (lambda d: d["parts"][1].update(name="总分"), "评分项不能叫“总分”，请换一个名称"),
        (lambda d: d["parts"][0].update(sources=[]), "“行业自律”还没有来源，请至少加一条"),
        (lambda d: d["parts"][0]["sources"][0].update(each=0), "“行业自律”的来源“住建”：每条分值应大于 0"),
        (
            lambda d: d["parts"][0]["sources"][3].update(cap=1),
            "“行业自律”的来源“法院”：上限 1 分小于每条 2 分",
        ),
        (
            lambda d: d["parts"][0]["sources"][0].update(cap=5),
            "“行业自律”的来源“住建”：上限 5 分超过本项满分 4 分",
        ),
        (
            lambda d: d["parts"][0]["sources"][1].update(source="住建"),
            "来源“住建”出现了两次，一条记录只能在一处计分",
        ),
        (lambda d: d["parts"][1].update(channels=[]), "“综合评价”还没有调查方式，请至少加一种"),
        (
            lambda d: d["parts"][1]["channels"][0].update(weight=0),
            "“综合评价”的调查方式“现场调查”：权重应大于 0",
        ),
        (
            lambda d: d["parts"][1]["channels"][0].update(weight="0.4"),
            "“综合评价”各调查方式的权重之和是 0.9，应为 1",
        ),
        (lambda d: d["parts"][1]["channels"][1].update(name="电话"), "“综合评价”的调查方式“电话”重复"),
        (lambda d: d["parts"][1].update(items=[]), "“综合评价”还没有调查内容，请至少加一项"),
        (lambda d: d["parts"][1].update(items=["质量", "质量"]), "“综合评价”的调查内容“质量”重复"),
        (
            lambda d: d["parts"][1].update(marks={"lowest": 5, "highest": 5}),
            "“综合评价”的分值范围不对：最低分不能小于 0，最高分应大于最低分",
        ),
        (lambda d: d["parts"][1].update(bands=[]), "“综合评价”还没有分档，请至少加一档"),
        (lambda d: d["parts"][1]["bands"].reverse(), "“综合评价”的分档应从高到低排列，起点不能相同"),
        (lambda d: d["parts"][1]["bands"][1].update(points=1), "“综合评价”的分档越低，得分应越少"),
        (lambda d: d["parts"][1].update(below=1), "“综合评价”的分档越低，得分应越少"),
        (lambda d: d["parts"][1].update(below=-1), "“综合评价”未达最低档的得分不能小于 0"),
        (
            lambda d: d["parts"][1]["bands"][0].update(points="3.5"),
            "“综合评价”最高一档得 3.5 分，应等于本项满分 4 分",
        ),
        (
            lambda d: d["parts"][1]["bands"][0].update({"from": "5.1"}),
            "“综合评价”的分档起点 5.1 不在分值范围 1 至 5 之内",
        ),
        (lambda d: d["parts"][2].update(max=0), "“主管部门”的满分应大于 0"),
        (lambda d: d["parts"][2].update(max=90), "各项满分之和是 98，与总分 100 不一致"),
        (lambda d: d.update(full=0), "总分应大于 0"),
        (lambda d: d.update(grades=[]), "还没有等级线，请至少加一条"),
        (lambda d: d["grades"].reverse(), "等级线应从高到低排列，起点不能相同"),
        (lambda d: d["grades"][1].update({"from": 90}), "等级线应从高到低排列，起点不能相同"),
        (lambda d: d["grades"][0].update(label="A"), "等级“A”重复"),
        (lambda d: d.update(below="A"), "等级“A”重复"),
        (lambda d: d["grades"][0].update({"from": 101}), "等级“AAA”的起点 101 应大于 0，且不超过总分 100"),
    ],
)
def test_numbers_that_do_not_fit_have_their_sentence(data, change, sentence):
    change(data)
    assert sentence in problems(data)


def test_bonus_points_may_lie_within_the_total_or_on_top(data):
    bonus = {"name": "加分", "kind": "bonus", "max": 5, "own": True, "tags": [{"tag": "省级", "each": 1, "cap": 5}]}
    data["parts"].append(bonus)
    assert RuleBook.from_dict(data).full == 100
    data["parts"][2]["max"] = 87
    assert RuleBook.from_dict(data).full == 100
    data["parts"][2]["max"] = 86
    assert problems(data) == ["各项满分之和是 94（另有加分 5），与总分 100 不一致"]


def test_a_veto_may_only_hold_at_a_grade_below_the_best(data):
    rules = [{"source": "事故", "grade": "AAA"}, {"source": "事故", "grade": "A"}]
    data["parts"].append({"name": "否决", "kind": "veto", "rules": rules})
    assert problems(data) == [
        "“否决”的来源“事故”重复",
        "“否决”的来源“事故”：最高等级“AAA”应是 AA、A、不予定级 之一",
    ]
    data["parts"][3]["rules"] = []
    assert problems(data) == ["“否决”还没有否决规则，请至少加一条"]


def test_a_rule_book_cannot_be_built_around_the_checks(data):
    book = RuleBook.from_dict(data)
    with pytest.raises(RuleBookError, match="还没有等级线"):
        type(book)(book.name, book.year, book.period, book.full, book.parts, (), book.below)


def test_period_that_is_no_calendar_year_shows_both_days(data):
    data["period"] = {"from": "2020-07-01", "to": "2021-06-30"}
    assert RuleBook.from_dict(data).period.label == "2020-07-01 至 2021-06-30"


def test_grade_lines_are_reached_exactly():
    book = read_scheme(FILE)
    assert [book.grade_of(Decimal(total)) for total in ("90", "89.999", "80", "60", "59.999", "0")] == [
        "AAA", "AA", "AA", "A", "不予定级", "不予定级",
    ]  # fmt: skip


def test_dumps_is_stable():
    book = read_scheme(FILE)
    assert dumps_scheme(loads_scheme(dumps_scheme(book))) == dumps_scheme(book)


def test_part_of_an_unknown_name():
    with pytest.raises(KeyError):
        read_scheme(FILE).part("没有这一项")


def test_dates_may_come_as_dates(data):
    data["period"] = {"from": date(2020, 1, 1), "to": date(2020, 12, 31)}
    del data["parts"][1]["marks"]
    assert RuleBook.from_dict(data) == read_scheme(FILE)


def test_which_parts_need_files():
    book = read_scheme(FILE)
    assert [part.name for part in book.imported_parts] == ["主管部门"]
    assert [part.items for part in book.survey_parts] == [("质量", "安全", "进度", "农民工工资", "服务")]
