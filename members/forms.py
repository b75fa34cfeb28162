"""Forms of the firms' pages."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget, UnfoldBooleanSwitchWidget

from association.accounts.models import MOBILE
from association.core.adminforms import DayInput
from association.core.codes import check_code
from association.core.models import Association
from association.core.phones import clean_phone
from association.core.text import clean_text
from association.core.words import word
from association.exchange.resources import shown
from association.parties.models import Party, PartyName, Seat

from .actions import FIELDS
from .fields import day_field, unit_named
from .models import Firm, Person
from .queries import similar_firms


def _districts(current: str = "") -> list[tuple[str, str]]:
    names = Association.current().district_names()
    return [("", "请选择"), *((name, name) for name in dict.fromkeys([*names, *([current] if current else [])]))]


class FirmForm(forms.ModelForm):
    """The file of a firm. Its name and code change by moves of their own, which keep the old ones."""

    short_name = forms.CharField(label="简称", max_length=40, required=False, widget=UnfoldAdminTextInputWidget)
    parent_name = forms.CharField(
        label="总公司", max_length=120, required=False, widget=UnfoldAdminTextInputWidget,
        help_text="只有分公司填写：总公司的全称或统一社会信用代码。",
    )  # fmt: skip

    class Meta:
        model = Firm
        fields = FIELDS

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        firm = self.instance
        if "district" in self.fields and Association.current().districts:
            self.fields["district"] = forms.ChoiceField(
                label=word("district"),
                required=False,
                choices=_districts(firm.district),
                widget=UnfoldAdminSelectWidget,
            )
        if firm.registered_capital is not None and "registered_capital" in self.fields:
            self.initial["registered_capital"] = shown(firm.registered_capital)
        if firm.party_id and "short_name" in self.fields:
            self.initial |= {"short_name": firm.party.short_name, "parent_name": self._parent_name(firm.party)}

    @staticmethod
    def _parent_name(party: Party) -> str:
        return party.parent.name if party.parent_id else ""

    def clean_contact_phone(self):
        text = self.cleaned_data["contact_phone"]
        return clean_phone(text) if text else ""

    def clean_parent_name(self):
        """The parent itself, or None."""
        text = clean_text(self.cleaned_data["parent_name"])
        unknown = "企业档案里没有这家总公司，请核对全称或代码；没有建档的先建档。"
        self.parent = unit_named(text, unknown=unknown) if text else None
        return text


class AddFirmForm(FirmForm):
    """A new firm: its name and code besides. A name that is like one on file asks for a second look."""

    name = forms.CharField(
        label="企业名称", max_length=120, widget=UnfoldAdminTextInputWidget, help_text="照营业执照填写全称。",
        error_messages={"required": "请填写企业名称。"},
    )  # fmt: skip
    code = forms.CharField(
        label="统一社会信用代码", max_length=40, required=False, widget=UnfoldAdminTextInputWidget,
        help_text="18 位；尚未取得代码的分公司可以不填，系统给一个临时编号。",
    )  # fmt: skip
    kind = forms.ChoiceField(
        label="性质",
        choices=[(k, k.label) for k in (Party.Kind.FIRM, Party.Kind.BRANCH)],
        widget=UnfoldAdminSelectWidget,
    )
    confirm_similar = forms.BooleanField(label="已核对，不是同一家", required=False, widget=forms.HiddenInput)

    def clean_name(self):
        return clean_text(self.cleaned_data["name"])

    def clean_code(self):
        text = self.cleaned_data["code"]
        return check_code(text) if text else ""

    def clean(self):
        data = super().clean()
        code, name = data.get("code"), data.get("name")
        if code and (known := Party.objects.filter(code=code).first()):
            self.add_error("code", f"这个代码已在档案里，是「{known.name}」，请查找后在原档案上修改。")
        if not code and data.get("kind") == Party.Kind.FIRM and "code" not in self.errors:
            self.add_error("code", "请填写统一社会信用代码；只有尚未取得代码的分公司可以不填。")
        if data.get("kind") == Party.Kind.FIRM and data.get("parent_name"):
            self.add_error("parent_name", "只有分公司才填写总公司。")
        if name and not data.get("confirm_similar"):
            self._look_again(name)
        return data

    def _look_again(self, name: str):
        alike = similar_firms(name)
        if not alike:
            return
        self.fields["confirm_similar"].widget = UnfoldBooleanSwitchWidget()
        shown = "、".join(f"「{party.name}」（{party.number}）" for party, _score in alike)
        self.add_error(
            "name",
            f"档案里有名称相近的企业：{shown}。是同一家的，请在原档案上修改；不是的，勾选「已核对，不是同一家」再保存。",
        )


class RenameForm(forms.Form):
    name = forms.CharField(label="新名称", max_length=120, error_messages={"required": "请填写新名称。"})
    on = day_field("变更日期", "营业执照上的核准日期；不知道的可以不填。", required=False, ahead=True)
    note = forms.CharField(label="依据", max_length=300, required=False, help_text="例：变更核准通知书编号。")

    def clean_name(self):
        return clean_text(self.cleaned_data["name"])

    def clean_on(self):
        on = self.cleaned_data["on"]
        if on and on > timezone.localdate():
            raise ValidationError("变更日期不能晚于今天，请核对。")
        return on


class CodeForm(forms.Form):
    code = forms.CharField(
        label="统一社会信用代码", max_length=40, help_text="18 位，照营业执照填写。",
        error_messages={"required": "请填写统一社会信用代码。"},
    )  # fmt: skip

    def clean_code(self):
        return check_code(self.cleaned_data["code"])


class NameForm(forms.Form):
    """A former name or alias that other offices' files use."""

    name = forms.CharField(label="名称", max_length=120, error_messages={"required": "请填写名称。"})
    kind = forms.ChoiceField(
        label="类别", choices=[(k, k.label) for k in (PartyName.Kind.FORMER, PartyName.Kind.ALIAS)]
    )
    starts_on = forms.DateField(label="启用日期", required=False, widget=DayInput)
    ends_on = forms.DateField(label="停用日期", required=False, widget=DayInput)

    def clean_name(self):
        return clean_text(self.cleaned_data["name"])

    def clean(self):
        data = super().clean()
        if data.get("starts_on") and data.get("ends_on") and data["ends_on"] < data["starts_on"]:
            self.add_error("ends_on", "停用日期不能早于启用日期，请核对。")
        return data


class AccountForm(forms.Form):
    """Who acts for the firm."""

    name = forms.CharField(label="姓名", max_length=30, error_messages={"required": "请填写姓名。"})
    mobile = forms.CharField(
        label="手机号", max_length=11, validators=[MOBILE], help_text="用来登录；同一个人可以为几家企业办理。",
        error_messages={"required": "请填写手机号。", "max_length": "手机号是 11 位数字，请核对。"},
    )  # fmt: skip
    right = forms.ChoiceField(label="权限", choices=Seat.Kind.choices, initial=Seat.Kind.ADMIN)


class QualificationForm(forms.ModelForm):
    def clean(self):
        data = super().clean()
        if data.get("starts_on") and data.get("ends_on") and data["ends_on"] < data["starts_on"]:
            self.add_error("ends_on", "有效期至不能早于发证日期，请核对证书。")
        return data


class PersonForm(forms.ModelForm):
    class Meta:
        model = Person
        fields = ("role", "name", "phone", "note")

    def clean_phone(self):
        text = self.cleaned_data["phone"]
        return clean_phone(text) if text else ""
