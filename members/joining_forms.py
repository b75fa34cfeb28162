"""What the moves of joining and leaving ask, and what an application holds: on the desk and typed in by staff."""

from django import forms

from association.core.phones import clean_phone

from .fields import day_field, text_field
from .models import MembershipApplication, MembershipRules


class DecisionForm(forms.Form):
    """Which body decided, at which meeting."""

    body = text_field(
        "决定机构", 60, "写到会议，例：第三届理事会第四次会议。", required=True, said="请填写作出决定的机构。"
    )
    meeting_on = day_field("会议日期")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["body"].initial = MembershipRules.current().deciding_body


class LeavingDayForm(forms.Form):
    ended_on = day_field("会籍终止日期", "从这一天起不再是会员；在会里的职务同时终止。")


class ApplicationFields(forms.ModelForm):
    """What an application says; all of it may be left for later while it is a draft."""

    class Meta:
        model = MembershipApplication
        fields = ("contact_name", "contact_phone", "business", "staff_count", "introduction", "wished_post")
        error_messages = {
            "staff_count": {"invalid": "请填写整数，例如 120。", "min_value": "职工人数不能小于 0。"},
        }
        help_texts = {
            "business": "照营业执照写主要的几项。",
            "wished_post": "例：理事单位；没有意向的不填。",
        }
        widgets = {"introduction": forms.Textarea(attrs={"rows": 5})}

    of_person = False

    def __init__(self, *args, of_person: bool = False, **kwargs):
        super().__init__(*args, **kwargs)
        self.of_person = of_person
        if of_person:
            del self.fields["staff_count"]
            for name, label in MembershipApplication.OF_PERSON.items():
                self.fields[name].label = label
            self.fields["business"].help_text = "例：某某公司，从事的专业。"

    def clean_contact_phone(self):
        text = self.cleaned_data["contact_phone"]
        return clean_phone(text) if text else ""

    def values(self) -> dict:
        """What was filled in, for joining.save() and joining.enter()."""
        return dict(self.cleaned_data)
