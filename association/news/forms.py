"""Forms of an article's moves."""

from django import forms

from .models import Publication


def _moment_field(label: str, *, help_text: str, required: bool = True) -> forms.DateTimeField:
    return forms.DateTimeField(
        label=label,
        required=required,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"],
        error_messages={"required": "请选日期和时间。", "invalid": "时间写作 2026-05-08 09:00 的样子。"},
        help_text=help_text,
    )


class ScheduleForm(forms.Form):
    publish_at = _moment_field("什么时候发布", help_text="到时由系统自动发布，前后不超过一分钟。")


class EndForm(forms.Form):
    take_down_at = _moment_field("什么时候撤下", help_text="不填就长期显示。", required=False)


class PinForm(forms.ModelForm):
    """An empty day lets the article go."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["pinned_until"].required = False

    class Meta:
        model = Publication
        fields = ["pinned_until"]
        widgets = {"pinned_until": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}
        error_messages = {"pinned_until": {"invalid": "日期写作 2026-05-08 的样子。"}}
