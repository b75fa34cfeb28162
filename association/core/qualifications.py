"""Qualifications of construction firms (资质) and the groups in which reports count them. Pure.

Vocabulary: the levels of 2014 (特级, 一级, 二级, 三级), and those of the 2020 reform (建市〔2020〕94号), of which
综合资质 counts as 特级, 甲级 as 一级, 乙级 as 二级 and 专业作业 as 劳务.
"""

from __future__ import annotations

import re
import unicodedata

GROUPS = ("特级", "一级", "二级", "三级", "专业承包", "劳务")

_SEPARATORS = re.compile(r"[、，,；;。\n/|＋+]+")
_BLANKS = re.compile(r"\s+")
_LEVEL = re.compile(r"(特|一|二|三|壹|贰|貳|弍|叁|參|叄|[123]|iii|ii|i|甲|乙)级")
_LEVELS = {
    "特": "特级",
    "一": "一级", "壹": "一级", "1": "一级", "i": "一级", "甲": "一级",
    "二": "二级", "贰": "二级", "貳": "二级", "弍": "二级", "2": "二级", "ii": "二级", "乙": "二级",
    "三": "三级", "叁": "三级", "參": "三级", "叄": "三级", "3": "三级", "iii": "三级",
}  # fmt: skip
# Firms that build nothing: supervisors, designers, surveyors, testers, consultants. Their 甲级 is another one.
_NO_BUILDER = re.compile("监理|设计|勘察|检测|造价|咨询|招标|房地产|物业")
# The categories of general contracting; a text that names one and a level means general contracting.
_CATEGORIES = (
    "建筑工程", "房屋建筑", "公路工程", "铁路工程", "港口与航道工程", "水利水电工程", "电力工程", "矿山工程",
    "冶金工程", "石油化工工程", "市政公用工程", "市政工程", "通信工程", "机电工程", "民航工程",
)  # fmt: skip


def qualification_group(text: str | None) -> str | None:
    """The report's group of a qualification as written; None where the text names no qualification of a builder.

    特级 to 三级 are levels of general contracting (施工总承包); 专业承包 and 劳务 are groups whatever their own level.
    Where the text lists several qualifications, the first is the main one (主项) and counts.

    >>> qualification_group("建筑工程施工总承包三级")
    '三级'
    >>> qualification_group("建筑装修装饰工程专业承包一级")
    '专业承包'
    """
    plain = unicodedata.normalize("NFKC", text or "").casefold()
    groups = (_group(_BLANKS.sub("", part)) for part in _SEPARATORS.split(plain))
    return next(filter(None, groups), None)


def _group(text: str) -> str | None:
    if ("总承包" in text or text.startswith(_CATEGORIES)) and "专业承包" not in text and "劳务" not in text:
        return _general(text)
    if "专业承包" in text:
        return "专业承包"
    if "劳务" in text or "专业作业" in text:
        return "劳务"
    return "特级" if "综合资质" in text and not _NO_BUILDER.search(text) else None


def _general(text: str) -> str | None:
    if _NO_BUILDER.search(text):
        return None
    level = _LEVEL.search(text)
    if level and (level[1] not in "甲乙" or "总承包" in text):
        return _LEVELS[level[1]]
    return "特级" if "综合" in text else None
