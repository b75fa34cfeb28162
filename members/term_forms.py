"""Forms of posts, of lists of posts, and of what a unit answers."""

from django import forms
from django.utils import timezone
from unfold.widgets import UnfoldAdminTextInputWidget

from association.core.adminforms import DayInput
from association.workflow.forms import ChannelField, ReceivedOnField

from .fields import NO_DAY, UnitMixin, day_field, text_field
from .models import Post, Tenure, TermChange, TermChangeLine
from .term_plans import plan_of


def _posts():
    return Post.objects.filter(is_active=True)


# -- Tenures ----------------------------------------------------------------------------------------------------------


class AppointForm(UnitMixin, forms.ModelForm):
    """A new tenure by hand."""

    unit = text_field("单位", 120, "全称或统一社会信用代码；不代表单位的可以不填。", widget=UnfoldAdminTextInputWidget)

    class Meta:
        model = Tenure
        fields = ("post", "unit", "person_name", "person_title", "person_phone", "starts_on", "term")
        widgets = {"starts_on": DayInput}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["post"].queryset = _posts().filter(is_plain=False)
        self.fields["post"].error_messages["required"] = "请选择职务。"
        self.fields["starts_on"].error_messages |= {"invalid": NO_DAY, "required": "请填写任职日期。"}
        self.fields["term"].help_text = "不选时按任职日期所在的届次。"

    def clean(self):
        data = super().clean()
        if not data.get("unit") and not data.get("person_name") and "unit" not in self.errors:
            self.add_error("person_name", "请填写任职人或单位，至少填一项。")
        return data


class CorrectForm(forms.ModelForm):
    """Put right what was entered wrong; unit and post are no part of it."""

    class Meta:
        model = Tenure
        fields = ("term", "person_name", "person_title", "person_phone", "starts_on")
        widgets = {"starts_on": DayInput}


class EndForm(forms.Form):
    on = day_field("离任日期", "从这一天起不再担任。", ahead=True, said="请填写离任日期。", initial=timezone.localdate)
    reason = text_field("原因", 120, required=True, said="请写明离任的原因。")


class ReplaceForm(forms.Form):
    person_name = text_field("新任职人", 40, required=True, said="请填写新任职人的姓名。")
    person_title = text_field("在本单位的职务", 40)
    person_phone = text_field("手机", 30)
    on = day_field("接任日期", ahead=True, said="请填写接任日期。", initial=timezone.localdate)
    reason = text_field("原因", 120, required=True, said="请写明换人的原因，例：单位来函，原任职人调离。")


class VoidForm(forms.Form):
    reason = text_field("作废原因", 300, required=True, rows=3, said="请写明作废的原因。")


class AsOfForm(forms.Form):
    """The day of a directory; today where none is given or it is no day."""

    on = day_field("日期", required=False, ahead=True)

    def day(self):
        return (self.is_valid() and self.cleaned_data["on"]) or timezone.localdate()


# -- Lists ------------------------------------------------------------------------------------------------------------


class TermChangeForm(forms.ModelForm):
    class Meta:
        model = TermChange
        fields = ("term", "kind", "title", "body", "meeting_on", "takes_effect_on")
        widgets = {"meeting_on": DayInput, "takes_effect_on": DayInput}
        help_texts = {"title": "例：第三届理事会届中调整名单", "takes_effect_on": "名单里的职务从这一天起担任。"}

    def clean(self):
        data = super().clean()
        meeting, effect = data.get("meeting_on"), data.get("takes_effect_on")
        if meeting and effect and effect < meeting:
            self.add_error("takes_effect_on", "生效日期不能早于会议日期。")
        return data


class LineForm(UnitMixin, forms.Form):
    """One line of a list by hand."""

    unit = text_field("单位", 120, "全称或统一社会信用代码；不代表单位的可以不填。")
    person_name = text_field("任职人", 40)
    person_title = text_field("任职人职务", 40, "在本单位的职务，例：董事长")
    person_phone = text_field("手机", 30)
    post = forms.ModelChoiceField(
        Post.objects.none(), label="职务", empty_label="请选择", error_messages={"required": "请选择职务。"}
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["post"].queryset = _posts()

    def clean(self):
        data = super().clean()
        if not data.get("unit") and not data.get("person_name") and "unit" not in self.errors:
            self.add_error("unit", "请填写单位或任职人，至少填一项。")
        return data

    def values(self) -> dict:
        """As term_changes.add_line() takes them."""
        data = {name: value for name, value in self.cleaned_data.items() if name != "unit"}
        return data | {"party": self.party, "unit_name": self.party.name if self.party else ""}


class IssueForm(forms.Form):
    """Says beforehand what the list does."""

    takes_thing = True
    document_number = text_field("文号", 60, "例：某建协〔2021〕12 号", required=True, said="请填写印发的文号。")
    issued_on = day_field("印发日期", ahead=True, said="请填写印发日期。", initial=timezone.localdate)

    def __init__(self, *args, thing=None, **kwargs):
        super().__init__(*args, **kwargs)
        if thing is not None:
            words = "，".join(f"{word} {count} 项" for word, count in plan_of(thing).counts())
            self.fields["issued_on"].help_text = f"{thing.takes_effect_on:%Y-%m-%d} 起生效：{words}。"


class AnswerForm(forms.Form):
    """What a unit says of a line: as it stands, or with its person put right."""

    person_name = text_field("任职人", 40)
    person_title = text_field("任职人职务", 40, "在本单位的职务，例：董事长")
    person_phone = text_field("手机", 30, "只供协会联系，不对外公开。")
    note = text_field("说明", 300, "内容都对的不用填。改动了任职人资料，或者单位名称、职务有误，请在这里写明。", rows=2)
    seen_version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    @classmethod
    def of(cls, line: TermChangeLine, data=None):
        names = ("person_name", "person_title", "person_phone")
        initial = {name: getattr(line, name) for name in names} | {"seen_version": line.version}
        return cls(data, prefix=f"line{line.pk}", initial=initial)


class OnBehalfForm(AnswerForm):
    """The same, entered by staff: how it came and when."""

    channel = ChannelField()
    received_on = ReceivedOnField()
