"""Forms of proposals of change (资料变更): what the firm asks for, also typed in for it, and what accepting asks."""

import uuid

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from association.core.masking import mask_mobile
from association.core.models import Association
from association.core.phones import clean_phone
from association.core.text import clean_text
from association.core.words import word
from association.documents.kept import KeepsFiles, KeptFileField
from association.workflow.actions import OnBehalf
from association.workflow.forms import ChannelField, ReceivedOnField

from . import changes
from .change_parts import blocks_of, check_blocks
from .fields import day_field, text_field
from .models import Firm
from .on_file import CERTIFICATE, OF_FIRM, OF_PARTY, POST, OnFile, text_of


class ProposalForm(KeepsFiles, forms.Form):
    """The firm's data as on file, to be changed. `proposal` is the returned one that is put in again."""

    name = text_field("名称", 120, "变更名称请上传新的营业执照；原名称保留为曾用名。")
    short_name = text_field("简称", 40)
    legal_representative = text_field("法定代表人", 40)
    contact_name = text_field("联系人", 40)
    contact_phone = text_field("联系电话", 30)
    district = forms.ChoiceField(label=word("district"), required=False)
    address = text_field("地址", 160)
    registered_capital = forms.DecimalField(
        label="注册资本（万元）", required=False, max_digits=14, decimal_places=4, min_value=0,
        error_messages={
            "invalid": "请填写数字，例如 2000。", "min_value": "注册资本不能小于 0，请核对。",
            "max_decimal_places": "最多写四位小数。",
            **dict.fromkeys(("max_digits", "max_whole_digits"), "这个数额太大，请核对；单位是万元。"),
        },
    )  # fmt: skip
    main_qualification = text_field("主项资质", 80, "照证书写，连同等级。")
    licence = KeptFileField(
        label="证明材料", purpose="firm-change.licence", one_pdf=True, required=False,
        help_text="营业执照、变更核准通知书、资质证书，换人的来函；几张照片会合成一个 PDF。",
    )  # fmt: skip
    takes_effect_on = day_field(
        "生效日期", "营业执照上的核准日期，或从哪一天起变更；不填的，从协会受理之日起。", required=False, ahead=True
    )
    once = forms.UUIDField(required=False, widget=forms.HiddenInput)
    seen_version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, firm: Firm, user, proposal=None, on_behalf=False, masked=False, **kwargs):
        self.firm, self.user, self.proposal, self.on_behalf, self.masked = firm, user, proposal, on_behalf, masked
        self.kept = proposal.licence if proposal else None  # of the first time
        super().__init__(*args, keeper=user, party=firm.party, **kwargs)
        self.file = OnFile(firm)
        self._districts()
        for key in (*OF_PARTY, *OF_FIRM):  # what the page showed comes back with what was typed
            self.fields[key].show_hidden_initial = True
        if on_behalf:
            self._add_on_behalf()
        self.initial |= {key: self.file.get(key) for key in (*OF_PARTY, *OF_FIRM)} | {"once": uuid.uuid4()}
        if proposal is not None:
            self.initial |= self._as_proposed() | {"seen_version": proposal.case.version}
        self.blocks = blocks_of(self, self.file, proposal)
        if masked:
            self._mask()

    def _districts(self):
        here = self.firm.district
        names = dict.fromkeys([*Association.current().district_names(), *([here] if here else [])])
        self.fields["district"].choices = [("", "请选择"), *((name, name) for name in names)]

    def _add_on_behalf(self):
        self.fields |= {"channel": ChannelField(), "received_on": ReceivedOnField()}
        self.fields["licence"].label = "扫描件"
        self.fields["licence"].help_text = "企业的申请或证明材料，可以以后补传。"

    def _mask(self):
        """The telephone is not shown: left empty it stays as it is."""
        if known := self.initial.pop("contact_phone", ""):
            self.fields["contact_phone"].help_text = f"现在是 {mask_mobile(known)}，不变更的留空。"

    def _as_proposed(self) -> dict:
        found = {"takes_effect_on": self.proposal.takes_effect_on}
        return found | {key: pair[1] for key, pair in self.proposal.values.items() if ":" not in key}

    # -- what was typed ----------------------------------------------------------------------------------------

    def clean_name(self):
        name = clean_text(self.cleaned_data["name"])
        if not name:
            raise ValidationError("请填写名称；不变更的，填现在的名称。")
        return name

    def clean_contact_phone(self):
        text = self.cleaned_data["contact_phone"]
        return clean_phone(text) if text else ""

    def clean(self):
        data = super().clean()
        check_blocks(self.blocks, data)
        return data

    # -- what it comes to --------------------------------------------------------------------------------------

    def wanted(self) -> dict[str, str]:
        """{key: text} of what was changed on the form, whatever changed on file meanwhile; of a returned proposal also
        what it asked for already. What is so on file is left out by the action."""
        data = self.cleaned_data
        before = {key: pair[1] for key, pair in self.proposal.values.items()} if self.proposal else {}
        asked = {*self.changed_data, *before}
        found = {key: clean_text(text_of(data[key])) for key in (*OF_PARTY, *OF_FIRM) if key in data and key in asked}
        if self.masked and not found.get("contact_phone"):
            found["contact_phone"] = before.get("contact_phone", self.file.get("contact_phone"))
        for block in self.blocks:
            found |= block.wanted()
        return found

    def save(self):
        """Propose, or put in again. Raises what the actions raise."""
        data = self.cleaned_data
        came = OnBehalf(channel=data["channel"], received_on=data["received_on"]) if self.on_behalf else None
        values = {
            "by": self.user, "wanted": self.wanted(), "licence": data["licence"], "on_behalf": came,
            "takes_effect_on": data["takes_effect_on"],
        }  # fmt: skip
        if self.proposal is not None:
            return changes.revise(self.proposal, seen_version=data["seen_version"], **values)
        return changes.propose(self.firm, once_key=f"firm-change:{data['once'] or uuid.uuid4()}", **values)

    def groups(self) -> list[tuple[str, list, list]]:
        """The fields as the page draws them: (heading, bound fields, blocks that fold)."""
        groups = [
            ("代录：替企业录入", ["channel", "received_on"], ""),
            ("名称与登记", [*OF_PARTY, "legal_representative", "registered_capital", "district", "address"], ""),
            ("联系人", ["contact_name", "contact_phone"], ""),
            ("资质", ["main_qualification"], CERTIFICATE),
            ("任职", [], POST),
            ("证明材料与生效日期", ["licence", "takes_effect_on"], ""),
        ]
        found = [
            (title, [self[name] for name in names if name in self.fields], [b for b in self.blocks if b.part == part])
            for title, names, part in groups
        ]
        return [group for group in found if group[1] or group[2]]


class AcceptForm(forms.Form):
    """From which day, and that somebody looked where the file was changed since the firm asked."""

    takes_thing = True
    takes_effect_on = day_field(
        "生效日期",
        "今天或以前的，立即写入档案；以后的，到那一天自动写入。",
        ahead=True,
        said="请填写生效日期，一般就是今天。",
    )
    confirmed = forms.BooleanField(label="已核对，按企业申请的内容修改", required=False)
    seen = forms.CharField(label="企业档案", required=False, widget=forms.HiddenInput)

    def __init__(self, *args, thing=None, **kwargs):
        super().__init__(*args, **kwargs)
        if thing is None:
            return
        proposal = thing.change_proposal
        proposal.case = thing
        found = changes.differences(proposal)
        self.fields["takes_effect_on"].initial = proposal.takes_effect_on or timezone.localdate()
        self.fields["seen"].initial = changes.fingerprint(found)
        if not any(one.moved for one in found):
            del self.fields["confirmed"]
        if self.is_bound:  # shown again, it shows what is so now
            self._now = changes.fingerprint(found)

    def add_error(self, field, error):
        super().add_error(field, error)
        if field == "seen":
            self.data = self.data.copy()
            self.data["seen"] = self._now
