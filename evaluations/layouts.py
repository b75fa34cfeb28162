"""A source's file layout (文件列) as a form that an office understands, and back into the JSON that the import reads.

Wordings name a column as 【罚款金额】's thing: 【事实】, 【金额】; the JSON writes {fact}, {amount}.
"""

import re

from django import forms
from django.core.exceptions import ValidationError
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from .credit_sources import KEYS, Source
from .models.inputs import RAW_LABELS

LABELS = {key: RAW_LABELS[key] for key in KEYS}
_KINDS = {
    "code": "code", "org_code": "organisation", "date": "date", "amount": "decimal", "people": "integer",
    "repaired": "yesno",
}  # fmt: skip
_TOKEN = re.compile(r"【(\w+)】")
_FIELD = re.compile(r"\{(\w+)\}")
_HELP = {
    "name": "第一个是常用的列名，后面写它的别称，用顿号隔开。文件里没有这一列的，不填。",
    "counterparty": "例：法院、贷款银行、欠薪项目。",
}


def _columns_field(key: str) -> forms.CharField:
    return forms.CharField(
        label=f"{LABELS[key]}的列名", required=False, max_length=300, help_text=_HELP.get(key, ""),
        widget=UnfoldAdminTextInputWidget,
    )  # fmt: skip


LAYOUT_FIELDS: dict[str, forms.Field] = {
    **{f"column_{key}": _columns_field(key) for key in KEYS},
    "needed": forms.MultipleChoiceField(
        label="必须有的列", required=False, choices=[(key, LABELS[key]) for key in KEYS],
        widget=forms.CheckboxSelectMultiple, help_text="没有这些列的文件不算这个来源的；没有填这些列的行会被退回。",
    ),
    "unit": forms.ChoiceField(
        label="金额单位", choices=[("元", "元"), ("万元", "万元")], required=False, widget=UnfoldAdminSelectWidget
    ),
    "start": forms.CharField(
        label="评分表上怎样写", required=False, max_length=120, widget=UnfoldAdminTextInputWidget,
        help_text="用【事实】【金额】等代表那一列的内容，例：【事实】，或：拖欠农民工工资。",
    ),
    "details": forms.CharField(
        label="接着写", required=False, max_length=200, widget=UnfoldAdminTextInputWidget,
        help_text="用顿号隔开，缺了内容的那一段不写。例：涉及【人数】人、【金额】。",
    ),
    "from_whom": forms.ChoiceField(
        label="由谁提供", required=False, widget=UnfoldAdminSelectWidget,
        choices=[("", "总是上面的「提供单位」"), ("counterparty", "看「相关方」一列"), ("name", "看「企业名称」一列")],
    ),
}  # fmt: skip


def _to_words(wording: str) -> str:
    return _FIELD.sub(lambda found: f"【{LABELS[found[1]]}】", wording)


def _to_keys(wording: str) -> str:
    keys = {label: key for key, label in LABELS.items()}

    def key_of(found):
        if found[1] not in keys:
            raise ValidationError(f"不认识【{found[1]}】，可用的有：{'、'.join(f'【{one}】' for one in keys)}。")
        return "{" + keys[found[1]] + "}"

    plain = wording.replace("{", "（").replace("}", "）")
    return _TOKEN.sub(key_of, plain)


def layout_initial(layout: dict) -> dict:
    """The form's values of a stored layout."""
    columns = {row["key"]: row for row in layout.get("columns", ())}
    values = {f"column_{key}": "、".join([row["label"], *row.get("synonyms", ())]) for key, row in columns.items()}
    return values | {
        "needed": [key for key, row in columns.items() if row.get("required")],
        "unit": columns.get("amount", {}).get("unit") or "元",
        "start": _to_words(layout.get("start", "")),
        "details": "、".join(map(_to_words, layout.get("details", ()))),
        "from_whom": layout.get("from_whom", ""),
    }


def layout_from(data: dict, *, name: str, fact_label: str) -> dict:
    """The layout that the form describes. Raises ValidationError with one sentence."""
    columns = []
    for key in KEYS:
        names = [text.strip() for text in re.split("[、，,;；]", data.get(f"column_{key}") or "") if text.strip()]
        if names:
            row = {"key": key, "label": names[0], "synonyms": names[1:]}
            row |= {"kind": _KINDS[key]} if key in _KINDS else {}
            row |= {"required": True} if key in data.get("needed", ()) else {}
            row |= {"unit": data.get("unit") or "元"} if key == "amount" else {}
            columns.append(row)
    known = {row["key"] for row in columns}
    if not known & {"name", "code", "org_code"}:
        raise ValidationError("文件里总要有企业名称或代码的一列，请填写它的列名。")
    lost = [LABELS[key] for key in data.get("needed", ()) if key not in known]
    if lost:
        raise ValidationError(f"「{'、'.join(lost)}」列为必须有，但没有填写列名。")
    layout = {
        "columns": columns,
        "start": _to_keys(data.get("start") or ""),
        "details": [_to_keys(part) for part in re.split("[、]", data.get("details") or "") if part.strip()],
        "from_whom": data.get("from_whom") or "",
    }
    try:
        Source.from_parts(name=name, authority="", fact_label=fact_label, layout=layout)
    except ValueError as error:
        used = "、".join(LABELS.get(key, key) for key in str(error).rpartition("：")[2].split("、"))
        raise ValidationError(f"写法里用到了「{used}」，但没有填写它的列名。") from error
    return layout
