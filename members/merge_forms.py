"""The forms of a merger of two firms (合并) and of its undo."""

from django import forms

from association.parties.merge_plan import OURS, THEIRS
from association.parties.models import PartyName

from .merging import Preview


class MergeForm(forms.Form):
    """One choice a question of the preview, how the other name is kept, the reason. `choices()` is what merge() takes."""

    name_becomes = forms.ChoiceField(
        label="不再使用的名称记作",
        choices=[
            (PartyName.Kind.ALIAS, "别名（写法不同，或录入有误）"),
            (PartyName.Kind.FORMER, "曾用名（企业改过名）"),
        ],
        initial=PartyName.Kind.ALIAS,
        help_text="用这个名称的资料以后照样对应到保留的企业。",
    )
    reason = forms.CharField(
        label="合并原因", max_length=300, widget=forms.Textarea(attrs={"rows": 2}),
        help_text="例：同一家企业建了两份档案。原因记入两家的经过，企业能看到。",
        error_messages={"required": "请填写合并的原因，例：同一家企业建了两份档案。"},
    )  # fmt: skip
    token = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, data=None, *, preview: Preview):
        super().__init__(data)
        self._keys = {}
        for place, one in enumerate([*preview.columns, *preview.collisions]):
            name = f"choice_{place}_{one.key}".replace(":", "_").replace(".", "_")
            self._keys[name] = one.key
            self.fields[name] = forms.ChoiceField(
                label=one.label, choices=[(OURS, "保留方"), (THEIRS, "并入方")], initial=one.chosen,
                widget=forms.RadioSelect, error_messages={"required": f"请选择保留哪一个{one.label}。"},
            )  # fmt: skip
        self.initial["token"] = preview.token
        self.columns = self._pairs(preview.columns)
        self.collisions = self._pairs(preview.collisions)

    def _pairs(self, questions) -> list[tuple]:
        """[(question, name in the form, the chosen side)]."""
        names = {key: name for name, key in self._keys.items()}
        return [(one, names[one.key], self[names[one.key]].value() or one.chosen) for one in questions]

    def choices(self) -> dict[str, str]:
        return {key: self.cleaned_data[name] for name, key in self._keys.items()}


class DismissForm(forms.Form):
    note = forms.CharField(label="说明", max_length=200, required=False, help_text="例：两家的法人是同一人，各有执照。")


class UndoForm(forms.Form):
    reason = forms.CharField(
        label="撤销原因", max_length=300, widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "请填写撤销的原因。"},
    )  # fmt: skip
