"""Forms of the moves and of registering an objection."""

import uuid

from django import forms
from django.utils import timezone

from association.core.templatetags.portal import cn_moment
from association.core.workdays import YearMissing

from .models import LineState, Objection
from .terms import end_of_term, why_not_register


class PublicisForm(forms.Form):
    """Says beforehand until when the list will stand, or which year the calendar misses."""

    takes_thing = True
    starts_on = forms.DateField(
        label="公示开始日期",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"invalid": "日期写作 2021-04-28 的样子。"},
    )

    def __init__(self, *args, thing=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields[
            "starts_on"
        ].help_text = f"不填就从发生日期当天开始；晚于当天的，请在说明里写明原因。第一天不计入公示期。{_until(thing)}"


def _until(publicity) -> str:
    if publicity is None:
        return ""
    try:
        ends_at = end_of_term(timezone.localdate(), publicity.working_days)
    except YearMissing as missing:
        return f"现在还不能发布：{missing}。"
    return f"今天发布，公示 {publicity.working_days} 个工作日，到 {cn_moment(ends_at, 'year')} 截止。"


class AnnounceForm(forms.Form):
    """Says beforehand how many lines go out and how many are held back."""

    takes_thing = True
    number = forms.CharField(label="文号", max_length=60, required=False, help_text="没有文号的可以不填。")
    title = forms.CharField(label="标题", max_length=120, required=False, help_text="不填时按公示标题生成。")
    body = forms.CharField(label="正文", required=False, widget=forms.Textarea(attrs={"rows": 6}))

    def __init__(self, *args, thing=None, **kwargs):
        super().__init__(*args, **kwargs)
        if thing is not None:
            self.fields["body"].help_text = self.about_lines(thing)

    def about_lines(self, publicity) -> str:
        going = publicity.lines.announceable().count()
        held = publicity.lines.filter(state=LineState.BLOCKED).count()
        dropped = publicity.lines.filter(state=LineState.DROPPED).count()
        words = f"名单附在正文之后：本次公告 {going} 家"
        words += f"，异议尚在核查 {held} 家不列入" if held else ""
        return f"{words}，不予公告 {dropped} 家。" if dropped else f"{words}。"


class CorrectionForm(AnnounceForm):
    body = forms.CharField(
        label="更正内容",
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={"required": "请写明更正的内容：原来怎样写，现在更正为什么。"},
    )

    def about_lines(self, publicity) -> str:
        return "写明原来怎样写、现在更正为什么。原公告不作改动，两份公告互相链接。"


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
        widgets = {
            "line": forms.HiddenInput,
            "received_at": forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
            "content": forms.Textarea(attrs={"rows": 6}),
        }
        error_messages = {
            "line": {
                "required": "请选择异议针对名单上的哪个单位。",
                "invalid_choice": "名单上没有这个单位，请重新选择。",
            },
            "came": {"required": "请选择异议怎样收到：来人、来信、来电或邮件。"},
            "received_at": {"required": "请填写收到时间，精确到分。", "invalid": "时间写作 2021-05-08 16:30 的样子。"},
            "content": {"required": "请写明异议的内容：什么事实，有什么依据。"},
        }
        help_texts = {
            "received_at": "到公示截止的那一分钟为止收到的有效；以后收到的照样登记、核查，标为逾期，不影响公告。",
            "is_named": "不愿留名的去掉勾选，按线索登记，同样核查。",
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["once_key"].initial = uuid.uuid4().hex
        self.fields["came"].choices = [("", "请选择"), *Objection.Came.choices]

    def clean(self):
        data = super().clean()
        if data.get("is_named") and not (data.get("objector") or "").strip():
            self.add_error("objector", "实名异议请填写异议人姓名；不愿留名的，去掉「实名」的勾选，按线索登记。")
        if data.get("line") and data.get("received_at"):
            problem = why_not_register(data["line"].list, data["received_at"])
            if problem:
                self.add_error("received_at", problem)
        return data


class EvidenceForm(forms.Form):
    upload = forms.FileField(
        label="材料",
        help_text="来信扫描件、照片、截图等；几张照片可以先合成一个 PDF。",
        error_messages={"required": "请选择文件。"},
    )
