"""What a person enters to take a file in: what it is, for which round, and the file."""

from django import forms

from association.core.adminforms import DayInput

from .kinds import OPTIONS, ImportKind

ACCEPT = ".xlsx,.xls,.et,.csv,.txt"


class UploadForm(forms.Form):
    """The file and the options that its kind asks for; what a kind cannot do without is required."""

    def __init__(self, *args, kind: ImportKind, **kwargs):
        super().__init__(*args, **kwargs)
        self.kind = kind
        for name in kind.options:
            self.fields[name] = _option_field(kind, name)
        self.fields["file"] = forms.FileField(
            label="文件", widget=forms.FileInput(attrs={"accept": ACCEPT}),
            help_text="Excel（.xlsx、.xls、.et）或 CSV。列名和顺序不必与模板相同，表头上面可以有标题行。",
            error_messages={
                "required": "请选择要导入的文件。", "empty": "文件是空的，里面没有任何内容，请检查后重新上传。",
                "invalid": "文件没有传上来，请重新选择。",
            },
        )  # fmt: skip

    def clean(self):
        """A browser sends no file twice: who has to mend another field reads that the file is to be chosen again."""
        data = super().clean()
        if self.errors and data.get("file"):
            self.add_error("file", "改好以后，请再选一次文件。")
        return data

    def options(self) -> dict:
        """The options as a batch keeps them: JSON, without those left open."""
        told = {name: self.cleaned_data.get(name) for name in self.kind.options}
        made = {name: OPTIONS[name].type(value) for name, value in told.items() if value not in (None, "")}
        return {name: value.strip() if isinstance(value, str) else value for name, value in made.items()}

    def blame(self, sentence: str, *, on_options: bool = False):
        """Show a sentence at the field that it is about: the file, or the first of the kind's options."""
        self.add_error(self.kind.options[0] if on_options and self.kind.options else "file", sentence)


def _option_field(kind: ImportKind, name: str) -> forms.Field:
    option, required = OPTIONS[name], name in kind.needs
    words = {"label": option.label, "required": required, "error_messages": {"required": f"请填写{option.label}。"}}
    choices = list(kind.choices(name))
    if choices:
        return forms.ChoiceField(
            choices=choices, **words | {"error_messages": {"invalid_choice": f"没有这个{option.label}，请重新选择。"}}
        )
    if name == "date":
        words["error_messages"]["invalid"] = "请填写日期，写作 2021-05-20 的样子。"
        return forms.DateField(widget=DayInput, **words)
    words["help_text"] = f"例：{option.example}"
    if option.type is int:
        words["error_messages"]["invalid"] = f"请填写{option.label}，写作 {option.example} 的样子。"
        return forms.IntegerField(min_value=1990, max_value=2100, **words)
    return forms.CharField(max_length=80, **words)


class ConfirmForm(forms.Form):
    """How to treat rows that have a problem."""

    GOOD, ALL = "good", "all"
    how = forms.ChoiceField(
        choices=[(GOOD, "只导入没有问题的行"), (ALL, "全部无误才导入")], initial=GOOD, widget=forms.RadioSelect,
        error_messages={"required": "请选择怎么处理有问题的行。", "invalid_choice": "请重新选择怎么处理有问题的行。"},
    )  # fmt: skip


class UndoForm(forms.Form):
    note = forms.CharField(
        label="撤销原因", max_length=300, widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "请写明撤销的原因。"},
    )  # fmt: skip
