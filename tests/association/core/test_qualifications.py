import pytest

from association.core.qualifications import GROUPS, qualification_group


@pytest.mark.parametrize(
    ("text", "group"),
    [
        ("建筑工程施工总承包特级", "特级"),
        ("建筑工程施工总承包一级", "一级"),
        ("水利水电工程施工总承包二级", "二级"),
        ("建筑工程施工总承包三级", "三级"),
        ("建筑装修装饰工程专业承包一级", "专业承包"),
        ("特种工程专业承包不分等级", "专业承包"),
        ("公路机电工程专业承包二级", "专业承包"),
        ("施工劳务不分等级", "劳务"),
        ("模板脚手架劳务分包一级", "劳务"),
    ],
)
def test_levels_of_2014(text, group):
    assert qualification_group(text) == group


@pytest.mark.parametrize(
    ("text", "group"),
    [
        ("施工综合资质", "特级"),
        ("建筑工程施工总承包甲级", "一级"),
        ("建筑工程施工总承包乙级", "二级"),
        ("建筑装修装饰工程专业承包乙级", "专业承包"),
        ("专业作业", "劳务"),
    ],
)
def test_levels_of_the_2020_reform(text, group):
    assert qualification_group(text) == group


@pytest.mark.parametrize(
    ("text", "group"),
    [
        ("建筑工程施工总承包壹级", "一级"),
        ("建筑工程施工总承包贰级", "二级"),
        ("建筑工程施工总承包叁级资质", "三级"),
        ("建筑工程施工总承包（３级）", "三级"),
        ("建筑工程施工总承包Ⅲ级", "三级"),
        ("建筑工程施工总承包II级", "二级"),
        (" 建筑工程 施工总承包　二 级\n", "二级"),
        ("国家一级房屋建筑施工总承包企业", "一级"),
        ("市政公用工程三级", "三级"),
    ],
)
def test_other_ways_of_writing(text, group):
    assert qualification_group(text) == group


@pytest.mark.parametrize(
    ("text", "group"),
    [
        ("市政公用工程施工总承包三级、建筑工程施工总承包一级", "三级"),
        ("建筑工程、市政公用工程施工总承包二级；钢结构工程专业承包一级", "二级"),
        ("钢结构工程专业承包一级/建筑工程施工总承包三级", "专业承包"),
        ("建筑工程施工总承包一级\n公路路面工程专业承包一级", "一级"),
    ],
)
def test_of_several_the_first_is_the_main_one(text, group):
    assert qualification_group(text) == group


@pytest.mark.parametrize(
    "text",
    [None, "", "  ", "无", "一级", "房屋建筑工程监理甲级", "工程监理综合资质", "建筑行业（建筑工程）设计甲级",
     "工程造价咨询甲级", "建筑工程施工总承包", "建筑工程质量检测一级"],
)  # fmt: skip
def test_no_qualification_of_a_builder(text):
    assert qualification_group(text) is None


def test_every_group_is_one_of_the_report():
    assert GROUPS == ("特级", "一级", "二级", "三级", "专业承包", "劳务")
