"""Forms of dues: the standard with its rates, the settings, a bill by hand, reductions, reasons."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from unfold.forms import PaginationInlineFormSet

from association.core.lines import rows_of
from association.core.text import clean_text
from association.parties.models import Party

from ..joining_forms import day_field
from ..membership_forms import _text
from ..models import DuesRate, DuesRules, DuesStandard, Firm
from ..queries import party_named
from .standards import PERSONS, day_in, read_joiners

YEARS = range(2000, 2101)


def amount_field(label: str, help_text: str = "", *, required: bool = True) -> forms.DecimalField:
    return forms.DecimalField(
        label=label, max_digits=12, decimal_places=2, min_value=0, required=required, help_text=help_text,
        error_messages={
            "required": f"请填写{label}。", "invalid": "请填写金额，例：5000 或 2500.50。",
            "max_decimal_places": "最多写到分（两位小数）。", "max_digits": "这个金额太大，请核对。",
            "max_whole_digits": "这个金额太大，请核对。", "min_value": "金额不能小于 0。",
        },
    )  # fmt: skip


# -- The standard -------------------------------------------------------------------------------------------------------


class StandardForm(forms.ModelForm):
    """A standard while it is a draft; the rules for joiners as lines 「07-01 0.5」."""

    joiners = _text(
        "年中入会", 300, "从哪一天起入会的，当年按几成缴，一行一条，例：07-01 0.5；不填为全年。0 表示当年不缴。", rows=3
    )

    class Meta:
        model = DuesStandard
        fields = (
            "name", "starts_on", "basis", "due_day", "joiners", "body", "meeting_on", "delegates", "present",
            "in_favour", "is_secret", "document_number", "note",
        )  # fmt: skip

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "joiners" in self.fields:
            rows = self.instance.joiners or []
            self.initial["joiners"] = "\n".join(f"{row['from']} {row['share']}" for row in rows)
        if "starts_on" in self.fields:
            self.fields["starts_on"].error_messages["unique"] = "这一天起执行的会费标准已经有了，请换一个执行日期。"

    def clean_due_day(self):
        text = self.cleaned_data["due_day"].strip()
        try:
            day_in(2021, text)
        except ValueError:
            raise ValidationError("请写成 06-30 的样子：两位月份、一横、两位日期。") from None
        return text

    def clean_joiners(self):
        lines = [line.split() for line in self.cleaned_data["joiners"].replace("：", " ").splitlines() if line.strip()]
        if any(len(line) != 2 for line in lines):
            raise ValidationError("每行写两样：日期和几成，例：07-01 0.5。")
        return read_joiners([{"from": day, "share": share} for day, share in lines])


class RateForm(forms.ModelForm):
    class Meta:
        model = DuesRate
        fields = ("label", "post", "amount", "order")

    amount = amount_field("每年（元）")

    def clean_label(self):
        return clean_text(self.cleaned_data["label"])


class RateFormSet(PaginationInlineFormSet):
    """The label of a rate follows from its post; a rate by qualification is named as the groups are."""

    def clean(self):
        super().clean()
        basis = getattr(self.instance, "basis", DuesStandard.Basis.POST)
        labels, posts = set(), set()
        for form in self.forms:
            data = getattr(form, "cleaned_data", {})
            if not data.get("label") or data.get("DELETE"):
                continue
            label, post = data["label"], data.get("post")
            if basis == DuesStandard.Basis.QUALIFICATION and label not in (*Firm.Group.values, PERSONS):
                form.add_error("label", f"按主项资质的，档次写成：{'、'.join([*Firm.Group.values, PERSONS])}。")
            if label in labels or (post and post.pk in posts):
                form.add_error("label", "这一档已经有了，请合并成一行。")
            labels.add(label)
            posts.add(post.pk if post else None)


# -- The settings -------------------------------------------------------------------------------------------------------


class DuesRulesForm(forms.ModelForm):
    """会费设置 as one form, the days of reminding as a list."""

    reminder_days = _text(
        "催缴的步骤（到期后第几天）", 60, "几个天数用逗号隔开，例：7, 30, 90；每一步对每家单位只发一次。"
    )

    class Meta:
        model = DuesRules
        exclude = ()  # noqa: DJ006 - all of it

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        row = self.instance
        days = row.reminder_days if row.pk else DuesRules.current().reminder_days
        self.initial["reminder_days"] = "、".join(map(str, days))

    def clean_reminder_days(self):
        cells = [cell for row in rows_of(self.cleaned_data["reminder_days"]) for cell in row]
        if not all(cell.isdecimal() and 0 < int(cell) < 1000 for cell in cells):
            raise ValidationError("天数写成数字，用逗号隔开，例：7, 30, 90。")
        return sorted({int(cell) for cell in cells})


# -- Bills --------------------------------------------------------------------------------------------------------------


class YearForm(forms.Form):
    """Which year is meant, in an address."""

    year = forms.IntegerField(min_value=YEARS[0], max_value=YEARS[-1], required=False)

    def number(self) -> int | None:
        return self.cleaned_data.get("year") if self.is_valid() else None


class BillForm(forms.Form):
    """One bill by hand (逐张开单)."""

    unit = _text("会员", 120, "全称或统一社会信用代码。", required=True)
    year = forms.ChoiceField(label="年度", choices=())
    label = _text("档次", 40, "例：理事单位。", required=True)
    full_amount = amount_field("应缴（元）")
    reason = _text("单独开单的原因", 200, "例：补缴入会当年的会费。单位能看到。", required=True)

    def __init__(self, *args, years, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["year"].choices = [(str(year), f"{year} 年") for year in years]

    def clean_unit(self) -> Party:
        party = party_named(self.cleaned_data["unit"])
        if party is None:
            raise ValidationError("没有找到这家单位，或者有几家同名的；请填写全称或统一社会信用代码。")
        return party

    def clean_year(self) -> int:
        return int(self.cleaned_data["year"])


class ReductionForm(forms.Form):
    amount = amount_field("减免金额（元）", "多缴的部分转为预存。")
    reason = _text("原因", 300, "例：当年受灾停产。单位能看到。", required=True, rows=3)
    approved_by = _text("批准的机构或人", 60, "例：第三届理事会第五次会议。", required=True)
    approved_on = day_field("批准日期")


class ReasonForm(forms.Form):
    reason = _text("原因", 300, "单位能看到。", required=True, rows=3)


def asked_year(asked, known) -> int:
    """The year of an address; else this year, or the latest that is on file."""
    form = YearForm(asked)
    number = form.number()
    if number:
        return number
    today = timezone.localdate().year
    return today if not known or today in known else max(known)
