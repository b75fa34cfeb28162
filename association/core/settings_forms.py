"""Forms of the settings: what is stored as tables is written one row a line."""

from django import forms
from django.core.validators import RegexValidator
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from .calendar import enter_year, load_year
from .lines import (
    LineProblem,
    read_days,
    read_districts,
    read_pairs,
    rows_of,
    write_days,
    write_districts,
    write_pairs,
)
from .models import Association, CalendarYear
from .numbers import format_problem, from_words, in_words, kinds_of_numbers
from .wording import USUAL, read_wording, write_wording
from .workdays import YearMissing, calendar_of

LONGEST_WORD = 8

DEFAULTS = {"lake": "#0f4c5c", "seal": "#b5301f", "gold": "#a87b21"}
COLOURS = {"lake": "主色（页头、按钮）", "seal": "印色（公示、错误）", "gold": "金色（期限）"}
_HEX = RegexValidator(r"^#[0-9a-fA-F]{6}$", "颜色写作 #0f4c5c 的样子。")


def _lines(label, help_text, rows=6):
    return forms.CharField(
        label=label,
        required=False,
        help_text=help_text,
        strip=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": rows, "data-lines": ""}),
    )


def _colour(name):
    return forms.CharField(
        label=COLOURS[name], required=False, max_length=7, validators=[_HEX],
        help_text=f"写作 #0f4c5c 的样子，空着用默认的 {DEFAULTS[name]}。",
        widget=UnfoldAdminTextInputWidget,
    )  # fmt: skip


def _formats_in_words(formats: dict[str, str]) -> str:
    labels = kinds_of_numbers()
    return write_pairs({labels.get(kind, kind): in_words(text) for kind, text in formats.items()})


class LogoForm(forms.Form):
    file = forms.FileField(
        label="标志图片", help_text="会徽一类接近方形的 PNG、JPG 或 WebP，5 MB 以内；透明底的 PNG 最好看。",
        error_messages={"required": "请选择图片。", "empty": "文件是空的，请重新选择。"},
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg,image/webp"}),
    )  # fmt: skip


class AssociationForm(forms.ModelForm):
    colour_lake, colour_seal, colour_gold = (_colour(name) for name in COLOURS)
    district_lines = _lines(
        "地区", "一行一个：名称,代码,别名。代码和别名可以不写，别名可以有几个。例：东城区,430602,东城", 16
    )
    department_lines = _lines("内设部门", "一行一个。")
    number_lines = _lines("编号格式", "", 4)
    word_lines = _lines(
        "用语", "本会对这些事的叫法，一行一个：" + "、".join(f"{label}=…" for label, _usual in USUAL.values()) + "。"
        "例：市级协会写 地区=县市区，省级协会写 地区=地市；行业=建筑；综合处=行业发展部。不写的用通常的叫法。", 4
    )  # fmt: skip

    class Meta:
        model = Association
        exclude = ("colours", "departments", "districts", "number_formats", "wording")  # noqa: DJ006 - all but the tables

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        row = self.instance
        self.initial |= {
            "district_lines": write_districts(row.districts),
            "department_lines": "\n".join(row.departments),
            "number_lines": _formats_in_words(row.number_formats),
            "word_lines": write_pairs(write_wording(row.wording)),
        } | {f"colour_{name}": row.colours.get(name, "") for name in COLOURS}
        known = list(kinds_of_numbers().values())
        self.fields["number_lines"].help_text = (
            f"一行一种：种类=格式。种类有{'、'.join(known)}，不写的用默认格式。格式里 {{年度}} 是四位年份，{{序号}} 是"
            "当年的顺序号，{四位序号} 在前面补零。"
        ) + (f"例：{known[0]}=〔{{年度}}〕{{四位序号}} 号，编出来是〔2021〕0001 号。" if known else "")

    def clean_district_lines(self):
        return self._read(read_districts, "district_lines")

    def clean_department_lines(self):
        return ["".join(row) for row in rows_of(self.cleaned_data["department_lines"])]

    def clean_number_lines(self):
        labels = kinds_of_numbers()
        kinds = {label: kind for kind, label in labels.items()}
        formats = {}
        for name, written in self._read(read_pairs, "number_lines").items():
            kind = kinds.get(name, name)
            if kind not in labels and kind not in self.instance.number_formats:
                raise forms.ValidationError(f"没有「{name}」这种编号，可以写：{'、'.join(kinds)}。")
            formats[kind] = from_words(written)
            if problem := format_problem(formats[kind]):
                raise forms.ValidationError(problem)
        return formats

    def clean_word_lines(self):
        pairs = self._read(lambda text: read_pairs(text, like="地区=地市"), "word_lines")
        try:
            wording = read_wording(pairs)
        except KeyError as unknown:
            known = "、".join(label for label, _usual in USUAL.values())
            raise forms.ValidationError(f"没有「{unknown.args[0]}」这一项，可以写：{known}。") from None
        if long := next((value for value in wording.values() if len(value) > LONGEST_WORD), None):
            raise forms.ValidationError(f"「{long}」太长，请写 {LONGEST_WORD} 个字以内。")
        return wording

    def _read(self, read, name):
        try:
            return read(self.cleaned_data[name])
        except LineProblem as problem:
            raise forms.ValidationError(str(problem)) from problem

    def save(self, commit=True):
        row, data = self.instance, self.cleaned_data
        row.districts, row.departments = data["district_lines"], data["department_lines"]
        row.number_formats, row.wording = data["number_lines"], data["word_lines"]
        colours = {name: data[f"colour_{name}"] for name in COLOURS if data[f"colour_{name}"]}
        others = {name: value for name, value in row.colours.items() if name not in COLOURS}
        row.colours = others | colours
        return super().save(commit)


class CalendarYearForm(forms.ModelForm):
    """A year as the State Council's notice words it: spans off, and weekend days worked."""

    off = _lines("放假", "照国务院通知填，一行一段，含周末：5-1 至 5-5 劳动节", 8)
    worked = _lines("调休上班", "周末上班的日子，一行一天：5-8 劳动节调休", 5)

    class Meta:
        model = CalendarYear
        fields = ["year", "source"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            days = list(self.instance.days.order_by("date"))
            self.initial["off"] = write_days([(day.date, day.note) for day in days if not day.is_working])
            self.initial["worked"] = write_days([(day.date, day.note) for day in days if day.is_working])
            self.fields["year"].disabled = True
        else:
            self.fields["off"].help_text += "。两栏都空着，就按系统自带的安排填入。"

    def clean_year(self):
        year = self.cleaned_data["year"]
        if not 1990 <= year <= 2100:
            raise forms.ValidationError("年份写作四位数字，例如 2027。")
        return year

    def clean(self):
        data = super().clean()
        year = data.get("year")
        if year:
            data["off_days"] = self._days("off", year, weekend=False)
            data["worked_days"] = self._days("worked", year, weekend=True)
            self._nothing_entered(data, year)
        return data

    def _days(self, name, year, *, weekend) -> dict:
        try:
            days = read_days(self.cleaned_data.get(name, ""), year)
        except LineProblem as problem:
            self.add_error(name, str(problem))
            return {}
        wrong = [day for day in days if weekend and day.weekday() < 5]
        if wrong:
            self.add_error(name, f"{wrong[0].month}-{wrong[0].day} 是工作日，本来就上班，请核对。")
        return {day: note for day, note in days.items() if (day.weekday() > 4) == weekend}

    def _nothing_entered(self, data, year):
        self.by_itself = not (data["off_days"] or data["worked_days"] or self.instance.pk or self.errors)
        if self.by_itself:
            try:
                calendar_of(year)
            except YearMissing:
                self.add_error("off", f"系统没有自带 {year} 年的安排，请按国务院通知填写放假和调休的日子。")

    def write(self) -> CalendarYear:
        """Store the year with its days. For a valid form."""
        data = self.cleaned_data
        if self.by_itself:
            return load_year(data["year"])[0]
        return enter_year(data["year"], off=data["off_days"], worked=data["worked_days"], source=data["source"])
