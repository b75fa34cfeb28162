"""Forms of an article's moves."""

from django import forms

from .models import Publication


class ScheduleForm(forms.Form):
    publish_at = forms.DateTimeField(
        label="什么时候发布",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"],
        error_messages={"required": "请选发布的日期和时间。", "invalid": "时间写作 2026-05-08 09:00 的样子。"},
        help_text="到时由系统自动发布，前后不超过一分钟。",
    )


class PinForm(forms.ModelForm):
    class Meta:
        model = Publication
        fields = ["pinned_until"]
        widgets = {"pinned_until": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}
        error_messages = {"pinned_until": {"invalid": "日期写作 2026-05-08 的样子。"}}
