"""What a party is asked when it makes a move itself."""

from django import forms

from association.workflow.table import Transition


class PartyMoveForm(forms.Form):
    """The words that go with a move; the day is today. `seen_version` tells a click on what has changed since."""

    note = forms.CharField(label="说明", required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 5}))
    seen_version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, move: Transition, **kwargs):
        super().__init__(*args, **kwargs)
        note = self.fields["note"]
        if move.needs_note:
            note.required, note.label = True, "原因和依据"
            note.error_messages["required"] = f"请写明{move.label}的原因。"
        else:
            note.help_text = "可以不填。"
        note.error_messages["max_length"] = "最多 2000 个字，请精简后再提交；较多的材料可以送到协会。"


class UndoForm(forms.Form):
    note = forms.CharField(
        label="撤回的原因",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "请写明撤回的原因。", "max_length": "最多 300 个字，请精简。"},
    )


class StartForm(forms.Form):
    """The button that begins an application, a text, a page; nothing else does."""

    start = forms.BooleanField(widget=forms.HiddenInput)


class SeatForm(forms.Form):
    seat = forms.UUIDField()
