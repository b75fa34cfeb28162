"""Forms of the rating's pages for staff."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from unfold.widgets import UnfoldAdminDecimalFieldWidget, UnfoldAdminTextareaWidget

from association.parties.models import Party
from association.workflow.forms import DayInput

from .layouts import LAYOUT_FIELDS, layout_from, layout_initial
from .models import CreditSource, RatingRound, Scheme, Survey
from .scheme_file import LARGEST, loads_scheme
from .scheme_rows import rulebook_of
from .scoring import RuleBookError, channel_named


def check_scheme(scheme: Scheme):
    """Raise ValidationError with every sentence of what does not fit together."""
    try:
        rulebook_of(scheme)
    except RuleBookError as error:
        raise ValidationError(["这份评分办法还不能使用：", *error.problems]) from error


# -- Schemes ------------------------------------------------------------------------------------------------------


class CopySchemeForm(forms.Form):
    """Last year's scheme for another year: the page lists every date that moves with it."""

    year = forms.IntegerField(
        label="新的评价年度", min_value=2000, max_value=2100,
        error_messages={
            "required": "请填写新办法的评价年度，例：2021。", "invalid": "年度写作 2021 的样子。",
            "min_value": "年度应在 2000 到 2100 之间。", "max_value": "年度应在 2000 到 2100 之间。",
        },
    )  # fmt: skip
    name = forms.CharField(
        label="名称", max_length=80, required=False, help_text="不填时把原名称里的年度换成新的年度。"
    )

    def clean_name(self):
        name = self.cleaned_data["name"].strip()
        if name and Scheme.objects.filter(name=name).exists():
            raise ValidationError("已有同名的评分办法，请换一个名称。")
        return name


class SchemeFileForm(forms.Form):
    file = forms.FileField(
        label="评分办法文件",
        help_text="由本系统「下载文件」得到的 .json 文件。",
        error_messages={"required": "请选择评分办法文件。", "empty": "这个文件是空的，请重新选择。"},
    )

    def clean_file(self):
        upload = self.cleaned_data["file"]
        if upload.size > LARGEST:
            raise ValidationError(f"这个文件超过 {LARGEST // 1000} KB，不会是评分办法文件，请核对。")
        try:
            self.book = loads_scheme(upload.read())
        except RuleBookError as error:
            raise ValidationError(error.problems) from error
        return upload


LayoutForm = type("LayoutForm", (forms.Form,), dict(LAYOUT_FIELDS))


class SourceForm(forms.ModelForm, LayoutForm):
    """A source's file as an office describes it: for each thing what its column is called."""

    class Meta:
        model = CreditSource
        fields = ("name", "authority", "fact_label", "position")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial |= layout_initial(self.instance.layout)

    def clean(self):
        data = super().clean()
        if not self.errors:
            try:
                self.instance.layout = layout_from(data, name=data["name"], fact_label=data["fact_label"])
            except ValidationError as problem:
                self.add_error(None, problem)
        return data


# -- Rounds -------------------------------------------------------------------------------------------------------


class RoundForm(forms.ModelForm):
    """A new round, and its settings afterwards."""

    class Meta:
        model = RatingRound
        fields = ("year", "title", "scheme", "issuer", "opens_on", "closes_on", "publicity_days")
        error_messages = {"year": {"unique": "这个年度的轮次已经开设，请直接在原轮次里办理。"}}
        widgets = {"opens_on": DayInput, "closes_on": DayInput}
        help_texts = {
            "scheme": "选定以后评分办法就锁定，不能再改；要改请先复制一份。",
            "publicity_days": "公示多少个工作日，第一天不计。",
        }

    def clean_scheme(self):
        scheme = self.cleaned_data["scheme"]
        if scheme != getattr(self.instance, "scheme", None) if self.instance.pk else True:
            check_scheme(scheme)
        return scheme

    def clean_publicity_days(self):
        days = self.cleaned_data["publicity_days"]
        if not 1 <= days <= 60:
            raise ValidationError("公示工作日应在 1 到 60 之间。")
        return days

    def clean(self):
        data = super().clean()
        first, last = data.get("opens_on"), data.get("closes_on")
        if first and last and last < first:
            self.add_error("closes_on", "申报截止不能早于申报开始。")
        scheme, year = data.get("scheme"), data.get("year") or self.instance.year
        if scheme and year and scheme.year != year:
            wrong = (
                f"这份评分办法是 {scheme.year} 年度的，与轮次的 {year} 年度不一致；请先复制一份 {year} 年度的评分办法。"
            )
            self.add_error("scheme", wrong)
        return data


class ReasonForm(forms.Form):
    """Why: for a switch, a void, a decision taken back."""

    note = forms.CharField(label="说明", required=False, max_length=300, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args, label="说明", required=False, help_text="", **kwargs):
        super().__init__(*args, **kwargs)
        field = self.fields["note"]
        field.label, field.required, field.help_text = label, required, help_text
        field.error_messages["required"] = f"请填写{label}。"


# -- Rows ---------------------------------------------------------------------------------------------------------


class _Correction(forms.ModelForm):
    """A correction of one row: why is asked for as soon as something changes."""

    reason = forms.CharField(
        label="更正原因和依据", required=False, max_length=300, widget=UnfoldAdminTextareaWidget(attrs={"rows": 2}),
        help_text="例：处罚决定书扫描件，某局 2021-03-02 更正函。会记入经过。",
    )  # fmt: skip

    def clean(self):
        data = super().clean()
        changed = [name for name in self.changed_data if name != "reason"]
        if changed and not (data.get("reason") or "").strip() and "reason" not in self.errors:
            self.add_error("reason", "请写明更正的原因和依据。")
        return data


class RecordForm(_Correction):
    def clean_date(self):
        day = self.cleaned_data["date"]
        if day and day > timezone.localdate():
            raise ValidationError("日期不能晚于今天，请核对。")
        return day


class SurveyForm(_Correction):
    """Marks are one field an item; the scheme of the round says which items and between what."""

    class Meta:
        model = Survey
        fields = ("project", "client", "channel", "date", "surveyor")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        parts = rulebook_of(self.instance.round.scheme).survey_parts
        self.part = parts[0] if parts else None
        for item in self.part.items if self.part else ():
            mark = self.instance.marks.get(item)
            self.fields[f"mark:{item}"] = forms.DecimalField(
                label=item, initial=mark, max_digits=5, decimal_places=2, widget=UnfoldAdminDecimalFieldWidget,
                min_value=self.part.lowest, max_value=self.part.highest,
                error_messages={"required": f"请填写「{item}」的评分。", "invalid": "评分应是数字。"},
            )  # fmt: skip

    def clean_channel(self):
        names = [channel.name for channel in self.part.channels] if self.part else []
        place = channel_named(self.cleaned_data["channel"], names)
        if place is None:
            raise ValidationError(f"请填写 {'、'.join(names)} 之一。")
        return names[place]

    def marks(self) -> dict:
        """As the import stores them: ints, or text where they are not whole."""
        found = {item: self.cleaned_data[f"mark:{item}"] for item in self.part.items}
        return {
            item: int(mark) if mark == mark.to_integral() else str(mark.normalize()) for item, mark in found.items()
        }


class ScoreForm(_Correction):
    def clean_score(self):
        score = self.cleaned_data["score"]
        parts = rulebook_of(self.instance.round.scheme).imported_parts
        if parts and not 0 <= score <= parts[0].full:
            raise ValidationError(f"得分应在 0 到 {parts[0].full.normalize():f} 之间。")
        return score


class FirmForm(forms.Form):
    """Which firm a row is about after all, and why."""

    party = forms.ModelChoiceField(
        Party.objects.none(),
        error_messages={"required": "请先查找并选择企业。", "invalid_choice": "没有这家企业，请重新选择。"},
    )
    note = forms.CharField(
        label="原因和依据", max_length=300, widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "请写明改认企业的原因和依据。"},
    )  # fmt: skip

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["party"].queryset = Party.objects.visible_to(user).living()


# -- Names that wait ----------------------------------------------------------------------------------------------


class DecideForm(forms.Form):
    """One name as written, and what a person says it is. `party` empty with `dismiss`: no firm of this round."""

    kind = forms.CharField(max_length=40)
    source = forms.CharField(max_length=40, required=False)
    name_key = forms.CharField(max_length=120, required=False)
    code = forms.CharField(max_length=40, required=False)
    party = forms.ModelChoiceField(
        Party.objects.none(), required=False, error_messages={"invalid_choice": "没有这家企业，请重新选择。"}
    )
    dismiss = forms.BooleanField(required=False)
    note = forms.CharField(max_length=200, required=False)

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["party"].queryset = Party.objects.visible_to(user).living()

    def clean(self):
        data = super().clean()
        if not self.errors and bool(data.get("party")) == bool(data.get("dismiss")):
            raise ValidationError("请选择「就是这家」的企业，或按「不是本轮企业」。")
        return data
