"""Forms of proposals of change (资料变更): what the firm asks for, also typed in for it, and what accepting asks."""

import uuid

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from association.core.adminforms import DayInput
from association.core.enums import Channel
from association.core.masking import mask_mobile
from association.core.models import Association
from association.core.phones import clean_phone
from association.core.text import clean_text
from association.documents.kept import KeepsFiles, KeptFileField
from association.workflow.actions import OnBehalf

from . import changes
from .models import Firm
from .on_file import CERTIFICATE, NEW, OF_CERTIFICATE, OF_FIRM, OF_PARTY, OF_POST, POST, OnFile, rows_of, text_of

_DAY_ERROR = {"invalid": "请填写日期，写作 2021-05-20 的样子。"}


def _text(label: str, length: int, help_text: str = "", **kwargs):
    return forms.CharField(
        label=label, max_length=length, required=False, help_text=help_text,
        error_messages={"max_length": f"最多 {length} 个字，请精简。"}, **kwargs,
    )  # fmt: skip


def _day(label: str, help_text: str = ""):
    return forms.DateField(label=label, required=False, help_text=help_text, widget=DayInput, error_messages=_DAY_ERROR)


class ProposalForm(KeepsFiles, forms.Form):
    """The firm's data as on file, to be changed. `proposal` is the returned one that is put in again."""

    name = _text("名称", 120, "变更名称请上传新的营业执照；原名称保留为曾用名。")
    short_name = _text("简称", 40)
    legal_representative = _text("法定代表人", 40)
    contact_name = _text("联系人", 40)
    contact_phone = _text("联系电话", 30)
    district = forms.ChoiceField(label="县市区", required=False)
    address = _text("地址", 160)
    registered_capital = forms.DecimalField(
        label="注册资本（万元）", required=False, max_digits=14, decimal_places=4, min_value=0,
        error_messages={"invalid": "请填写数字，例如 2000。", "min_value": "注册资本不能小于 0，请核对。"},
    )  # fmt: skip
    main_qualification = _text("主项资质", 80, "例：建筑工程施工总承包三级")
    certificate = forms.ChoiceField(
        label="资质证书", required=False, help_text="证书延续、换证或新增时选择，再填写下面四项；不变的不用选。"
    )
    certificate_name = _text("资质类别及等级", 80)
    certificate_number = _text("证书编号", 60)
    certificate_starts_on = _day("发证日期")
    certificate_ends_on = _day("有效期至")
    post = forms.ChoiceField(
        label="换人的职务", required=False, help_text="任职人有变动时选择，再填写接任的人；没有变动的不用选。"
    )
    post_person_name = _text("接任人", 40)
    post_person_title = _text("接任人在本单位的职务", 40, "例：董事长")
    post_person_phone = _text("接任人手机", 30, "只供协会联系，不对外公开。")
    licence = KeptFileField(
        label="证明材料", purpose="firm-change.licence", one_pdf=True, required=False,
        help_text="营业执照、变更核准通知书、资质证书，换人的来函；几张照片会合成一个 PDF。",
    )  # fmt: skip
    takes_effect_on = _day("生效日期", "营业执照上的核准日期，或从哪一天起变更；不填的，从协会受理之日起。")
    once = forms.UUIDField(required=False, widget=forms.HiddenInput)
    seen_version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, firm: Firm, user, proposal=None, on_behalf=False, masked=False, **kwargs):
        self.firm, self.user, self.proposal, self.on_behalf, self.masked = firm, user, proposal, on_behalf, masked
        self.kept = proposal.licence if proposal else None  # of the first time
        super().__init__(*args, keeper=user, party=firm.party, **kwargs)
        self.file = OnFile(firm)
        self._choices()
        for key in (*OF_PARTY, *OF_FIRM):  # what the page showed comes back with what was typed
            self.fields[key].show_hidden_initial = True
        if on_behalf:
            self._add_on_behalf()
        self.initial |= {key: self.file.get(key) for key in (*OF_PARTY, *OF_FIRM)} | {"once": uuid.uuid4()}
        if proposal is not None:
            self.initial |= self._as_proposed() | {"seen_version": proposal.case.version}
        if masked:
            self._mask()

    def _choices(self):
        here = self.firm.district
        names = dict.fromkeys([*Association.current().district_names(), *([here] if here else [])])
        self.fields["district"].choices = [("", "请选择"), *((name, name) for name in names)]
        self.fields["certificate"].choices = [
            ("", "没有变化"),
            *((key, f"{row.name}（延续或换证）") for key, row in self.file.certificates.items()),
            (NEW, "新增一项资质"),
        ]
        held = [(key, row) for key, row in self.file.tenures.items() if row.ended_on is None]
        self.fields["post"].choices = [
            ("", "没有变化"), *((key, f"{row.post}：{row.person_name or '人选未定'}") for key, row in held)
        ]  # fmt: skip
        for name in () if held else ("post", *(f"post_{one}" for one in OF_POST)):
            del self.fields[name]

    def _add_on_behalf(self):
        self.fields["channel"] = forms.ChoiceField(
            label="怎样收到", choices=[("", "请选择"), *Channel.choices],
            error_messages={"required": "请选择怎样收到的：纸质、电话、现场或来信。"},
        )  # fmt: skip
        self.fields["received_on"] = forms.DateField(
            label="收到日期", widget=DayInput, initial=timezone.localdate(),
            error_messages={"required": "请填写收到的日期。", **_DAY_ERROR},
        )  # fmt: skip
        self.fields["licence"].label = "扫描件"
        self.fields["licence"].help_text = "企业的申请或证明材料，可以以后补传。"

    def _mask(self):
        """Telephones are not shown: left empty they stay as they are."""
        for name in ("contact_phone", "post_person_phone"):
            if known := self.initial.pop(name, ""):
                self.fields[name].help_text = f"现在是 {mask_mobile(known)}，不变更的留空。"

    def _as_proposed(self) -> dict:
        found = {"takes_effect_on": self.proposal.takes_effect_on}
        after = {key: pair[1] for key, pair in self.proposal.values.items()}
        found |= {key: text for key, text in after.items() if ":" not in key}
        for row, fields in rows_of(after, CERTIFICATE).items():
            known = self.file.certificate(row)
            stays = {name: text_of(getattr(known, name)) for name in OF_CERTIFICATE} if known else {}
            found |= {"certificate": row} | {f"certificate_{name}": text for name, text in (stays | fields).items()}
        for row, fields in rows_of(after, POST).items():
            held = self.file.holder(row)
            if held is not None:
                fields = {"person_name": held.person_name} | fields
                found |= {"post": str(held.pk)} | {f"post_{name}": text for name, text in fields.items()}
        return found

    # -- what was typed ----------------------------------------------------------------------------------------

    def clean_name(self):
        name = clean_text(self.cleaned_data["name"])
        if not name:
            raise ValidationError("请填写名称；不变更的，填现在的名称。")
        return name

    def clean_contact_phone(self):
        text = self.cleaned_data["contact_phone"]
        return clean_phone(text) if text else ""

    def clean_post_person_phone(self):
        text = self.cleaned_data["post_person_phone"]
        return clean_phone(text) if text else ""

    def clean_received_on(self):
        day = self.cleaned_data["received_on"]
        if day > timezone.localdate():
            raise ValidationError("收到日期不能晚于今天。")
        return day

    def clean(self):
        data = super().clean()
        if data.get("certificate"):
            self._check_certificate(data)
        if data.get("post") and not data.get("post_person_name") and "post_person_name" not in self.errors:
            self.add_error("post_person_name", "请填写接任人的姓名。")
        return data

    def _check_certificate(self, data):
        row = self.file.certificate(data["certificate"])
        if not data.get("certificate_name"):
            if row is None:
                self.add_error("certificate_name", "请填写资质类别及等级。")
            else:
                data["certificate_name"] = row.name
        starts, ends = data.get("certificate_starts_on"), data.get("certificate_ends_on")
        if starts and ends and ends < starts:
            self.add_error("certificate_ends_on", "有效期至不能早于发证日期，请核对证书。")

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
        found |= self._certificate() | self._person()
        if self.masked:  # a telephone that was not shown, of the person whom the firm named before
            kept = {key: text for key, text in before.items() if key in found and key.endswith("_phone")}
            found |= {key: text for key, text in kept.items() if not found[key]}
        return found

    def _certificate(self) -> dict[str, str]:
        """What was left empty stays as it is."""
        chosen, found = self.cleaned_data.get("certificate"), {}
        row = self.file.certificate(chosen)
        for field in OF_CERTIFICATE if chosen else ():
            value = self.cleaned_data.get(f"certificate_{field}")
            if row is not None and value in (None, ""):
                value = getattr(row, field)
            found[f"{CERTIFICATE}:{chosen}:{field}"] = clean_text(text_of(value))
        return found

    def _person(self) -> dict[str, str]:
        """What was left empty stays as it is where the person does, and is not known of another one."""
        chosen = self.cleaned_data.get("post")
        if not chosen:
            return {}
        held = self.file.tenures[chosen]
        typed = {field: clean_text(self.cleaned_data[f"post_{field}"]) for field in OF_POST}
        if typed["person_name"] == held.person_name:
            typed = {field: text or getattr(held, field) for field, text in typed.items()}
        return {f"{POST}:{chosen}:{field}": text for field, text in typed.items()}

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

    def put(self, problem: ValidationError):
        """Each sentence at its field, where the form has one of that name."""
        found = problem.message_dict if hasattr(problem, "error_dict") else {None: problem.messages[:1]}
        for name, errors in found.items():
            self.add_error(name if name in self.fields else None, errors)

    def groups(self) -> list[tuple[str, list]]:
        """The fields as the page draws them: (heading, bound fields)."""
        groups = [
            ("代录：替企业录入", ["channel", "received_on"]),
            ("名称与登记", [*OF_PARTY, "legal_representative", "registered_capital", "district", "address"]),
            ("联系人", ["contact_name", "contact_phone"]),
            ("资质", ["main_qualification", "certificate", *(f"certificate_{one}" for one in OF_CERTIFICATE)]),
            ("任职", ["post", *(f"post_{one}" for one in OF_POST)]),
            ("证明材料与生效日期", ["licence", "takes_effect_on"]),
        ]
        found = [(title, [self[name] for name in names if name in self.fields]) for title, names in groups]
        return [(title, fields) for title, fields in found if fields]


class AcceptForm(forms.Form):
    """From which day, and that somebody looked where the file was changed since the firm asked."""

    takes_thing = True
    takes_effect_on = forms.DateField(
        label="生效日期", widget=DayInput, help_text="今天或以前的，立即写入档案；以后的，到那一天自动写入。",
        error_messages={"required": "请填写生效日期，一般就是今天。", **_DAY_ERROR},
    )  # fmt: skip
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
