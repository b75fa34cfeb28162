"""What the desk and the registration ask about seats: members.seat_forms with the check of who was quicker, and files."""

from django import forms
from django.core import signing
from django.core.exceptions import ValidationError

from association.accounts.adapters import MobileField
from association.core.text import clean_text
from association.documents.actions import check
from association.documents.filetypes import PPT, PPTX, TEXT, XLS, XLSX
from association.documents.forms import DocumentField
from association.documents.library import keep
from association.documents.models import Document
from association.parties.models import Seat
from association.timeline.models import Event
from members import seat_forms

from .seen import SeenForm

_SALT = "portal.kept-upload"
_KEPT_FOR = 30 * 24 * 3600
NO_SCANS = (TEXT, XLS, XLSX, PPT, PPTX)


class _OfSeat(SeenForm):
    """A desk form about one seat of the firm; what happened to its seats stands in the party's timeline."""

    def __init__(self, *args, seat: Seat, **kwargs):
        super().__init__(*args, thing=seat, seat=seat, **kwargs)

    def events(self):
        return Event.objects.filter(party=self.thing.party_id, verb__startswith="seat.")


class RightForm(_OfSeat, seat_forms.RightForm):
    pass


class TakeOverForm(_OfSeat, seat_forms.TakeOverForm):
    pass


class EndForm(_OfSeat, seat_forms.EndForm):
    pass


# -- Files that survive a form with mistakes --------------------------------------------------------------------------


class PapersForm(forms.Form):
    """营业执照 and 授权委托书. A file is kept as soon as it is taken; a signed reference brings it back with the form."""

    FILES = ("licence", "letter")
    licence = DocumentField(label="营业执照", required=False, help_text="新单位上传：照片、扫描件或 PDF。")
    letter = DocumentField(
        label="授权委托书（盖单位公章）", required=False,
        help_text="单位已在协会建档、要加入时上传；可先打印下面的空白授权委托书。不确定是否建档的，两样都传。",
    )  # fmt: skip
    licence_kept = forms.CharField(required=False, widget=forms.HiddenInput)
    letter_kept = forms.CharField(required=False, widget=forms.HiddenInput)
    by = None  # who uploads, or None for a visitor

    def clean(self):
        """Keep what came, whatever else is wrong; say which file is already here."""
        data = super().clean()
        for name in self.FILES:
            kept = self._keep(data.get(name), name) or self._kept_before(data.get(f"{name}_kept", ""))
            data[name] = kept
            if kept is not None:
                self.data = self.data.copy()
                self.data[self.add_prefix(f"{name}_kept")] = signing.dumps(str(kept.uid), salt=_SALT)
                self[name].help_text = f"已上传「{kept.label}」，不用再传；要换一份就重新选择。"
        return data

    def _keep(self, upload, name) -> Document | None:
        if not upload:
            return None
        if check(upload) in NO_SCANS:
            self.add_error(name, "这里要盖章的原件：请上传照片、PDF、OFD 或 Word 文件。")
            return None
        try:
            return keep(upload, by=self.by, purpose=f"seat-request.{name}")
        except ValidationError as problem:
            self.add_error(name, problem)
            return None

    def _kept_before(self, token) -> Document | None:
        try:
            uid = signing.loads(token, salt=_SALT, max_age=_KEPT_FOR) if token else None
        except signing.BadSignature:
            return None
        return Document.objects.loose().filter(uid=uid, uploaded_by=self.by).first() if uid else None


class AskForm(PapersForm, seat_forms.FirmAskForm):
    """A request by somebody who is logged in."""

    once = forms.UUIDField(widget=forms.HiddenInput)
    field_order = ["firm_name", "code", "right", "licence", "letter"]


class RegisterForm(AskForm):
    """A request by somebody without account, where no SMS can prove the number."""

    name = forms.CharField(label="您的姓名", max_length=30, error_messages={"required": "请填写您的姓名。"})
    mobile = MobileField(label="您的手机号", help_text="以后用它登录；协会核对时会打这个电话。")
    field_order = ["name", "mobile", "firm_name", "code", "right", "licence", "letter"]

    def clean_name(self):
        return clean_text(self.cleaned_data["name"])


class PersonForm(forms.Form):
    """Where SMS is configured: the number is proved first."""

    name = forms.CharField(label="您的姓名", max_length=30, error_messages={"required": "请填写您的姓名。"})
    mobile = MobileField(label="您的手机号", help_text="向这个号码发送验证码，以后用它登录。")


class CodeForm(forms.Form):
    code = forms.CharField(
        label="短信验证码", max_length=12, help_text="6 位，5 分钟内有效。",
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code"}),
        error_messages={"required": "请填写短信里的验证码。"},
    )  # fmt: skip


class AgainForm(PapersForm):
    """What was returned, handed in again."""

    note = forms.CharField(
        label="补正说明", max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 3}),
        help_text="可以不填。没有新材料的，请写明补正了什么。",
    )  # fmt: skip
    seen_version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    field_order = ["licence", "letter", "note"]

    def clean(self):
        data = super().clean()
        if not (data.get("licence") or data.get("letter") or data.get("note") or self.errors):
            self.add_error("letter", "请上传补正的材料，或者在下面写明补正了什么。")
        return data
