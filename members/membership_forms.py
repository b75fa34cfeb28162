"""What staff are asked when they write a membership down: joining without a case, its end, its rests, corrections."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from association.core.lines import rows_of
from association.core.numbers import from_words, in_words
from association.core.text import clean_text
from association.documents.kept import KeepsFiles, KeptFileField
from association.workflow.forms import ChannelField, ReceivedOnField

from .fields import UnitMixin, day_field, text_field
from .joining import ASKED
from .joining_forms import ApplicationFields
from .models import Membership, MembershipRules

_ENDINGS = [pair for pair in Membership.Ending.choices if pair[0] != Membership.Ending.UNKNOWN]


class WhoForm(UnitMixin, forms.Form):
    """A unit on file by its full name or code, or a person who is not on file yet."""

    unit = text_field("单位", 120, "单位全称或统一社会信用代码；要先在企业档案里。")
    person_name = text_field("个人姓名", 40, "登记个人会员时填写；单位和个人只填一项。")
    unit_unknown = "企业档案里没有找到这一家，请核对全称或代码；没有建档的先建档。"

    def clean_person_name(self):
        return clean_text(self.cleaned_data["person_name"])

    def clean(self):
        data = super().clean()
        if "unit" in data and bool(data["unit"]) == bool(data.get("person_name")):
            self.add_error("unit", "请填写单位，或者填写个人姓名，只填一项。")
        return data


class EnrolForm(WhoForm):
    """Somebody who is a member already is written down (补登记), without an application."""

    joined_on = day_field("入会日期")
    number = text_field("会员编号", 30, "空着的按会籍规则编号；曾经是会员的沿用原编号。")
    body = text_field("决定机构", 60, "例：第三届理事会第二次会议。")
    meeting_on = day_field("会议日期", required=False)
    note = text_field("说明", 300, "例：补登记以前入会的会员。")


class PaperForm(KeepsFiles, WhoForm):
    """An application that came on paper, by telephone or in person (代录)."""

    channel = ChannelField()
    received_on = ReceivedOnField()
    scan = KeptFileField(
        label="申请表扫描件", required=False, purpose="joining.scan", help_text="其他材料在下一步「审核材料」里上传。"
    )


class PaperFields(ApplicationFields):
    """The rest of that application."""

    prefix = "a"

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for field in (self.fields[name] for name in ASKED):  # nobody fills in the rest later
            field.required = True
            field.error_messages["required"] = f"请填写{field.label}。"


class EndForm(forms.Form):
    ending = forms.ChoiceField(
        label="原因", choices=[("", "请选择"), *_ENDINGS], error_messages={"required": "请选择会籍终止的原因。"}
    )
    ended_on = day_field("终止日期", "从这一天起不再是会员；在会里的职务同时终止。")
    body = text_field("决定机构", 60, "除名须写明作出决定的会议。")
    meeting_on = day_field("会议日期", required=False)
    note = text_field("说明", 300, rows=3)

    def clean(self):
        data = super().clean()
        if data.get("ending") == Membership.Ending.EXPELLED:
            for name, said in (
                ("body", "请写明作出除名决定的机构。"),
                ("meeting_on", "请填写会议日期。"),
                ("note", "请写明除名的事由。"),
            ):
                if not data.get(name) and name not in self.errors:
                    self.add_error(name, said)
        return data


class LapseForm(forms.Form):
    """One decision about all that were ticked."""

    ended_on = day_field("终止日期", "从这一天起不再是会员。")
    body = text_field("决定机构", 60, "例：第三届理事会第五次会议。", required=True)
    meeting_on = day_field("会议日期")
    note = text_field("说明", 300)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["body"].initial = MembershipRules.current().deciding_body


class KeepForm(forms.Form):
    """They are not asked about again before a day (保留)."""

    until = day_field("保留至", "到这一天为止不列入自动退会名单。", ahead=True, said="请填写保留到哪一天。")
    reason = text_field("原因", 300, "例：已联系，承诺补缴会费。", required=True, rows=3, said="请写明保留的原因。")

    def clean_until(self):
        day = self.cleaned_data["until"]
        if day <= timezone.localdate():
            raise ValidationError("请填写今天以后的日期，到那一天以后再列入自动退会名单。")
        return day


class PauseForm(forms.Form):
    starts_on = day_field("中止日期")
    reason = text_field("原因", 300, required=True, rows=3)
    body = text_field("决定机构", 60)


class ResumeForm(forms.Form):
    on = day_field("恢复日期", "从这一天起恢复会员权利。")
    note = text_field("说明", 300, rows=3)


class CorrectForm(forms.Form):
    joined_on = day_field("入会日期", "不改的空着。", required=False)
    number = text_field("会员编号", 30, "不改的空着。")
    note = text_field("依据", 300, "例：2018 年会员登记表。", required=True)


class ReasonForm(forms.Form):
    reason = text_field("原因", 300, required=True, rows=3)


class LeavingForm(forms.Form):
    """A request to leave that came on paper or by telephone (代录)."""

    channel = ChannelField()
    received_on = ReceivedOnField()
    reason = text_field("退会原因", 300, rows=3)


class RulesForm(forms.ModelForm):
    """会籍规则 as one form: the number's format in words, the days of warning as a list."""

    warn_days = text_field("证照到期前提醒（天）", 60, "几个天数用逗号隔开，例：90, 30, 7。")

    class Meta:
        model = MembershipRules
        exclude = ()  # noqa: DJ006 - all of it
        help_texts = {
            "letter_text": "空着用通常的写法。可以写 {名称}、{协会}、{会员类别}、{会员编号}、{入会日期}、{决定机构}、{会议日期}。"
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        row = self.instance
        days = row.warn_days if row.pk else [90, 30, 7]
        self.initial |= {"number_format": in_words(row.number_format), "warn_days": "、".join(map(str, days))}
        self.fields[
            "number_format"
        ].help_text = "{序号} 是顺序号，{四位序号} 在前面补零，{年度} 是入会的年份。例：HY{四位序号}，编出来是 HY0001。"

    def clean_number_format(self):
        text = from_words(self.cleaned_data["number_format"])
        try:
            first, second = text.format(year=2021, n=1), text.format(year=2021, n=2)
        except (KeyError, IndexError, ValueError, AttributeError):
            raise ValidationError("编号格式写法不对：只能用 {年度} 和 {序号}（或 {四位序号}）。") from None
        if first == second:
            raise ValidationError("编号格式里要写上 {序号}，不然会重号。")
        return text

    def clean_warn_days(self):
        cells = [cell for row in rows_of(self.cleaned_data["warn_days"]) for cell in row]
        if not all(cell.isdecimal() and 0 < int(cell) < 1000 for cell in cells):
            raise ValidationError("天数写成数字，用逗号隔开，例：90, 30, 7。")
        return sorted({int(cell) for cell in cells}, reverse=True)
