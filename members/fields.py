"""Fields that the forms of members share: words, a day, an amount of money, a unit on file."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from association.core.adminforms import DayInput, likely_day
from association.core.text import clean_text
from association.parties.models import Party

from .queries import party_named

NO_DAY = "请填写日期，写作 2021-05-20 的样子。"
OFFERED = 3


def text_field(
    label: str, length: int, help_text: str = "", *, required: bool = False, rows: int = 0, said: str = "", **more
) -> forms.CharField:
    """`rows`: an area of so many; `said`: where it is missing."""
    more.setdefault("widget", forms.Textarea(attrs={"rows": rows}) if rows else forms.TextInput)
    return forms.CharField(
        label=label, max_length=length, required=required, help_text=help_text, **more,
        error_messages={"max_length": f"最多 {length} 个字，请精简。", "required": said or f"请填写{label}。"},
    )  # fmt: skip


def day_field(
    label: str, help_text: str = "", *, required: bool = True, ahead: bool = False, said: str = "", **more
) -> forms.DateField:
    """A day that has come, today where it is asked for; `ahead`: any day, which nobody fills in."""
    field = forms.DateField(
        label=label, help_text=help_text, widget=DayInput, required=required, **more,
        error_messages={"invalid": NO_DAY, "required": said or "请填写日期。"},
        validators=[likely_day] if ahead else [likely_day, _not_ahead],
    )  # fmt: skip
    if required and not ahead and field.initial is None:
        field.initial = timezone.localdate
    return field


def _not_ahead(day):
    if day > timezone.localdate():
        raise ValidationError("不能晚于今天，请核对。")


def amount_field(label: str, help_text: str = "", **kwargs) -> forms.DecimalField:
    return forms.DecimalField(
        label=label, max_digits=12, decimal_places=2, min_value=0, help_text=help_text, **kwargs,
        error_messages={
            "required": f"请填写{label}。", "invalid": "请填写金额，例：5000 或 2500.50。",
            "max_decimal_places": "最多写到分（两位小数）。", "max_digits": "这个金额太大，请核对。",
            "max_whole_digits": "这个金额太大，请核对。", "min_value": "金额不能小于 0。",
        },
    )  # fmt: skip


# -- A unit on file ---------------------------------------------------------------------------------------------------

UNKNOWN = "没有找到这家单位，或者有几家同名的；请填写全称或统一社会信用代码。"


def unit_named(text: str, user=None, unknown: str = UNKNOWN) -> Party:
    """The unit of that name in full or that code. Raises ValidationError, which offers `user` those that the words fit."""
    party = party_named(text)
    if party is None:
        living = Party.objects.visible_to(user).living() if user else Party.objects.none()
        likely = list(living.search(text).order_by("name").values_list("name", flat=True)[:OFFERED])
        raise ValidationError(unknown + (f"可能是：{'、'.join(likely)}。" if likely else ""))
    return party


class UnitMixin:
    """Before forms.Form: in `unit` a unit on file is written by its name in full or its code; cleaned, it is that party."""

    unit_unknown = UNKNOWN

    def __init__(self, *args, user=None, **kwargs):
        """`user`: who is offered units of like names."""
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_unit(self) -> Party | None:
        text = clean_text(self.cleaned_data["unit"])
        return unit_named(text, self.user, self.unit_unknown) if text else None

    @property
    def party(self) -> Party | None:
        return self.cleaned_data.get("unit")
