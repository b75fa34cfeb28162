"""What is asked about seats and requests for them: on the firm's desk and, by staff on its behalf, in the workbench."""

from django import forms
from django.core.exceptions import ValidationError

from association.accounts.adapters import MobileField
from association.core.codes import check_code
from association.core.text import clean_text, name_key
from association.parties.models import Party, Seat

from .queries import similar_firms
from .seats import DAYS

RIGHTS = (
    (Seat.Kind.ADMIN, "单位管理员：办理全部事项，邀请和停用经办人员"),
    (Seat.Kind.CLERK, "经办人：办理全部事项"),
    (Seat.Kind.READER, "只读：只查看，不办理"),
)
_DAYS = [(days, f"{days} 天") for days in DAYS]
NEW = "new"


def _right(initial=Seat.Kind.CLERK):
    return forms.ChoiceField(
        label="权限", choices=RIGHTS, initial=initial, widget=forms.RadioSelect,
        error_messages={"required": "请选择权限。", "invalid_choice": "请从列出的权限里选择。"},
    )  # fmt: skip


def _name(**kwargs):
    return forms.CharField(label="姓名", max_length=30, error_messages={"required": "请填写姓名。"}, **kwargs)


class InviteForm(forms.Form):
    """Somebody is asked to act for the firm."""

    name = _name()
    mobile = MobileField(help_text="对方用这个手机号登录，接受邀请。")
    right = _right()
    days = forms.TypedChoiceField(label="有效期", choices=_DAYS, coerce=int, initial=DAYS[0])

    def clean_name(self):
        return clean_text(self.cleaned_data["name"])


class RightForm(forms.Form):
    """Another right for a seat."""

    right = _right()

    def __init__(self, *args, seat: Seat, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial.setdefault("right", seat.right)


class EndForm(forms.Form):
    note = forms.CharField(label="说明", max_length=300, required=False, help_text="可以不填。例：离职、调岗。")

    def __init__(self, *args, seat: Seat | None = None, **kwargs):
        super().__init__(*args, **kwargs)


class TakeOverForm(forms.Form):
    """Who takes the seat over: a colleague, or somebody new who is invited."""

    to = forms.ChoiceField(
        label="接替人", widget=forms.RadioSelect, error_messages={"required": "请选择接替人。"},
        help_text="接替后，原来的席位停用；在办的办件、草稿和待办都留在单位，由接替人继续办理。",
    )  # fmt: skip
    name = _name(required=False, help_text="邀请新的人时填写。")
    mobile = MobileField(required=False, help_text="邀请新的人时填写；对方接受邀请时完成接替。")
    days = forms.TypedChoiceField(label="邀请有效期", choices=_DAYS, coerce=int, initial=DAYS[0], required=False)

    def __init__(self, *args, seat: Seat, **kwargs):
        super().__init__(*args, **kwargs)
        others = Seat.objects.live().filter(party=seat.party).exclude(pk=seat.pk).select_related("user")
        self.colleagues = {str(row.uid): row for row in others.order_by("user__name")}
        choices = [(uid, f"{row.user.name}（{row.get_right_display()}）") for uid, row in self.colleagues.items()]
        self.fields["to"].choices = [*choices, (NEW, "邀请新的人")]
        if not choices:
            self.initial.setdefault("to", NEW)

    def clean(self):
        data = super().clean()
        if data.get("to") == NEW:
            for name, words in (("name", "请填写接替人的姓名。"), ("mobile", "请填写接替人的手机号。")):
                if not data.get(name) and name not in self.errors:
                    self.add_error(name, words)
        data["colleague"] = self.colleagues.get(data.get("to"))
        data["days"] = data.get("days") or DAYS[0]
        return data


class FirmAskForm(forms.Form):
    """The firm that somebody asks to act for; the papers are the page's (association.portal)."""

    firm_name = forms.CharField(
        label="单位名称",
        max_length=120,
        help_text="照营业执照填写全称。",
        error_messages={"required": "请填写单位名称。"},
    )
    code = forms.CharField(
        label="统一社会信用代码", max_length=40, help_text="18 位，照营业执照填写。",
        error_messages={"required": "请填写统一社会信用代码。"},
    )  # fmt: skip
    right = _right(Seat.Kind.ADMIN)

    def clean_firm_name(self):
        return clean_text(self.cleaned_data["firm_name"])

    def clean_code(self):
        return check_code(self.cleaned_data["code"])


class GrantForm(forms.Form):
    """Where no firm on file has that very code: a new file, or one that it turns out to be."""

    takes_thing = True
    joins = forms.ChoiceField(
        label="单位档案", widget=forms.RadioSelect, initial=NEW, error_messages={"required": "请选择建档还是加入。"}
    )

    def __init__(self, *args, thing=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.alike = {}
        if thing is None or (thing.party_id and thing.party.code == thing.code):
            del self.fields["joins"]
            return
        same = list(Party.objects.living().filter(name_key=name_key(thing.name))[:5])
        same += list(Party.objects.living().filter(code=thing.code))
        found = {party.pk: party for party in [*same, *(party for party, _score in similar_firms(thing.name))]}
        self.alike = {str(pk): party for pk, party in found.items()}
        choices = [(pk, f"加入在册的「{party.name}」（{party.number}）") for pk, party in self.alike.items()]
        self.fields["joins"].choices = [(NEW, f"新单位，为「{thing.name}」建立档案"), *choices]
        if choices:
            self.fields["joins"].initial = None
            self.fields["joins"].help_text = "档案里有名称或代码相近的单位，请先核对：是同一家的加入，不要重复建档。"

    def clean_joins(self):
        """The party to join, or None for a new file."""
        chosen = self.cleaned_data["joins"]
        if chosen != NEW and chosen not in self.alike:
            raise ValidationError("请从列出的单位里选择。")
        return self.alike.get(chosen)
