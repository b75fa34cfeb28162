"""Words that associations differ in (用语): what a district is called depends on whether a city or a province is meant.

Pure: the association's own words are in its row (models.Association.words); `word()` reads them where a page is drawn.
"""

_OFFICES = ("秘书处", "综合处", "标准化认证处", "财务处")  # whose people share a role (accounts.roles)
_UNITS = ("施工企业", "劳务企业", "监理单位", "勘察设计单位", "检测单位", "材料设备单位")  # 单位类型
USUAL = {  # key: what staff call it in 协会信息, the usual word
    "district": ("地区", "县市区"),
    "industry": ("行业", ""),
    "qualification": ("资质", "资质"),
} | {name: (name, name) for name in (*_OFFICES, *_UNITS)}


def usual_words() -> dict[str, str]:
    return {key: usual for key, (_label, usual) in USUAL.items()}


def read_wording(pairs: dict[str, str]) -> dict[str, str]:
    """{"地区": "地市"} as staff wrote it → {"district": "地市"}. Raises KeyError for what has no such name."""
    keys = {label: key for key, (label, _usual) in USUAL.items()}
    return {keys[label]: value for label, value in pairs.items()}


def write_wording(wording: dict[str, str]) -> dict[str, str]:
    return {USUAL[key][0]: value for key, value in wording.items() if key in USUAL}
