"""Forms of the moves and of registering an objection."""

import uuid

from django import forms
from django.utils import timezone

from .models import Objection


class PublicisForm(forms.Form):
    starts_on = forms.DateField(
        label="公示开始日期",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text="不填就是发生日期当天；晚于当天的，请在说明里写明原因。第一天不计入公示期。",
        error_messages={"invalid": "日期写作 2021-04-28 的样子。"},
    )


class AnnounceForm(forms.Form):
    number = forms.CharField(label="文号", max_length=60, required=False, help_text="没有文号的可以不填。")
    title = forms.CharField(label="标题", max_length=120, required=False, help_text="不填时按公示标题生成。")
    body = forms.CharField(
        label="正文", required=False, widget=forms.Textarea(attrs={"rows": 6}), help_text="名单自动附在正文之后。"
    )


class CorrectionForm(AnnounceForm):
    body = forms.CharField(
        label="更正内容",
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text="写明原来怎样写、现在更正为什么。原公告不作改动，两份公告互相链接。",
        error_messages={"required": "请写明更正的内容：原来怎样写，现在更正为什么。"},
    )


class DecisionForm(forms.Form):
    outcome = forms.CharField(
        label="核查结论",
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="查了什么、依据什么、得出什么结论。",
        error_messages={"required": "请写明核查结论。"},
    )


class AnswerForm(forms.Form):
    way = forms.ChoiceField(
        label="答复方式",
        choices=[("", "请选择"), *Objection.Answer.choices],
        error_messages={"required": "请选择答复方式。"},
    )


class ObjectionForm(forms.ModelForm):
    """What the office writes down when somebody objects (异议登记)."""

    once_key = forms.CharField(widget=forms.HiddenInput, required=False, max_length=60)

    class Meta:
        model = Objection
        fields = ["line", "came", "received_at", "is_named", "objector", "contact", "content"]
        error_messages = {
            "line": {"required": "请选择异议针对名单上的哪个单位。"},
            "came": {"required": "请选择异议怎样收到：来人、来信、来电或邮件。"},
            "received_at": {"required": "请填写收到时间，精确到分。", "invalid": "时间写作 2021-05-08 16:30 的样子。"},
            "content": {"required": "请写明异议的内容：什么事实，有什么依据。"},
        }
        help_texts = {"received_at": "公示截止那一刻（含）以前收到的有效；以后收到的照样登记，标为逾期。"}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["once_key"].initial = lambda: uuid.uuid4().hex

    def clean_received_at(self):
        moment = self.cleaned_data["received_at"]
        if moment > timezone.now():
            raise forms.ValidationError("收到时间不能晚于现在。")
        return moment

    def clean(self):
        data = super().clean()
        if data.get("is_named") and not (data.get("objector") or "").strip():
            self.add_error("objector", "实名异议请填写异议人姓名；不愿留名的，去掉「实名」的勾选，按线索登记。")
        return data
