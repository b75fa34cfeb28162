"""Forms of dues: the standard with its rates, the settings, a bill by hand, reductions, reasons."""

from functools import cached_property

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from unfold.forms import PaginationInlineFormSet
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from association.core.lines import rows_of

from ..fields import UnitMixin, amount_field, day_field, text_field
from ..membership_queries import was_member_in
from ..models import DuesRate, DuesRules, DuesStandard, Firm
from ..post_names import PostNames
from .standards import PERSONS, day_in, read_joiners

YEARS = range(2000, 2101)
JOINERS = "每行写两样：从哪一天起入会（两位月份、一横、两位日期），当年按几成缴（0 到 1），例：07-01 0.5。"


# -- The standard -------------------------------------------------------------------------------------------------------


class StandardForm(forms.ModelForm):
    """A standard while it is a draft; the rules for joiners as lines 「07-01 0.5」."""

    joiners = forms.CharField(
        label="年中入会", max_length=300, required=False, widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text="从哪一天起入会的，当年按几成缴，一行一条，例：07-01 0.5；不填为全年，0 表示当年不缴。",
    )  # fmt: skip

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
            raise ValidationError(JOINERS)
        try:
            return read_joiners([{"from": day, "share": share} for day, share in lines])
        except ValidationError:  # which speaks of a file
            raise ValidationError(JOINERS) from None


class RateForm(forms.ModelForm):
    """A rate is chosen by what it is for; a post follows from that."""

    label = forms.ChoiceField(
        label="档次", widget=UnfoldAdminSelectWidget, error_messages={"required": "请选择这一档是什么职务或资质。"}
    )
    amount = amount_field("每年（元）", widget=UnfoldAdminTextInputWidget)

    class Meta:
        model = DuesRate
        fields = ("label", "amount", "order")

    def __init__(self, *args, labels=(), **kwargs):
        super().__init__(*args, **kwargs)
        known = {label for _group, pairs in labels for label, _shown in pairs}
        own = self.instance.label
        self.fields["label"].choices = [("", "———"), *labels, *([(own, own)] if own and own not in known else [])]
        for field in self.fields.values():  # a table's heads are no labels
            field.widget.attrs["aria-label"] = field.label


class RateFormSet(PaginationInlineFormSet):
    """Each rate once, by the standard's basis."""

    @cached_property
    def _posts(self) -> PostNames:
        return PostNames()

    @cached_property
    def _labels(self) -> list:
        """What a rate may be for, in groups. One query."""
        units = [post.unit_name for post in self._posts.posts if post.unit_name]
        groups = (("职务", units), ("主项资质", Firm.Group.values), ("其他", [PERSONS]))
        return [(name, [(label, label) for label in labels]) for name, labels in groups if labels]

    def get_form_kwargs(self, index):
        return super().get_form_kwargs(index) | {"labels": self._labels}

    def clean(self):
        """Own sentences first: what they are about is then out of Django's own check."""
        by_post = getattr(self.instance, "basis", DuesStandard.Basis.POST) == DuesStandard.Basis.POST
        seen = set()
        for form in self.forms:
            data = getattr(form, "cleaned_data", {})
            label = data.get("label")
            if not label or data.get("DELETE"):
                continue
            post = self._posts.find(label) if by_post else None
            if label != PERSONS and (post is None if by_post else label not in Firm.Group.values):
                form.add_error(
                    "label", "这份标准按职务计费，请选职务。" if by_post else "这份标准按主项资质计费，请选资质。"
                )
            if label in seen:
                form.add_error("label", "这一档已经有了，请合并成一行。")
            seen.add(label)
            form.instance.post = post
        super().clean()


# -- The settings -------------------------------------------------------------------------------------------------------


class DuesRulesForm(forms.ModelForm):
    """会费设置 as one form, the days of reminding as a list."""

    reminder_days = forms.CharField(
        label="催缴的步骤（到期后第几天）", max_length=60, required=False, widget=UnfoldAdminTextInputWidget,
        help_text="几个天数用逗号隔开，例：7, 30, 90；每一步对每家单位只发一次。",
    )  # fmt: skip

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


class BillForm(UnitMixin, forms.Form):
    """One bill by hand (逐张开单)."""

    unit = text_field("会员", 120, "全称或统一社会信用代码。", required=True)
    year = forms.ChoiceField(label="年度", choices=())
    label = text_field("档次", 40, "例：理事单位。", required=True)
    full_amount = amount_field("应缴（元）")
    reason = text_field("单独开单的原因", 200, "例：补缴入会当年的会费。单位能看到。", required=True)

    def __init__(self, *args, years, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["year"].choices = [(str(year), f"{year} 年") for year in years]

    def clean_year(self) -> int:
        return int(self.cleaned_data["year"])

    def clean(self):
        """Only members owe dues; who was none in the year is no matter of a bill."""
        data = super().clean()
        unit, year = data.get("unit"), data.get("year")
        if unit and year and not was_member_in(unit, year):
            self.add_error(
                "unit", f"「{unit.name}」{year} 年不是会员，不能开会费账单；是会员的，请先在「会籍」里补登记。"
            )
        return data


class ReductionForm(forms.Form):
    amount = amount_field("减免金额（元）", "多缴的部分转为预存。")
    reason = text_field("原因", 300, "例：当年受灾停产。单位能看到。", required=True, rows=3)
    approved_by = text_field("批准的机构或人", 60, "例：第三届理事会第五次会议。", required=True)
    approved_on = day_field("批准日期")


class ReasonForm(forms.Form):
    reason = text_field("原因", 300, "单位能看到。", required=True, rows=3)


def asked_year(asked, known) -> int:
    """The year of an address, one of those known where any are; else this year, or the latest known."""
    today, number = timezone.localdate().year, YearForm(asked).number()
    if not known:
        return number or today
    return next((year for year in (number, today) if year in known), max(known))
