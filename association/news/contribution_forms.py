"""What staff are asked when they accept a contribution."""

from django import forms

from .contributions import usual_column
from .models import Column


class AcceptForm(forms.Form):
    column = forms.ModelChoiceField(
        Column.objects.none(), label="放在哪个栏目", empty_label=None,
        error_messages={"required": "请选择栏目。", "invalid_choice": "这个栏目已经不在了，请重新选择。"},
    )  # fmt: skip

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["column"].queryset = Column.objects.all()
        self.initial.setdefault("column", usual_column())
