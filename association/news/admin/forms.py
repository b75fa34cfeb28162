"""Forms of an article's desk."""

from django import forms
from unfold.widgets import UnfoldAdminURLInputWidget

from association.documents.kept import KeepsFiles, KeptFileField

from ..checks import LONGEST_TITLE
from ..enums import Layout, SourceKind
from ..models import TEXT, Article, Column, Picture, Remark
from ..pictures import Box
from .fields import PictureField, RichText

SHAPE = 16 / 9  # of a cover


class ArticleForm(KeepsFiles, forms.ModelForm):
    """The words, where they stand, and files that come with them."""

    new_files = KeptFileField(
        label="添加附件",
        required=False,
        many=True,
        purpose="news.article",
        help_text="可以一次选几个；保存以后在下面改名、排序。",
    )

    source_url = forms.URLField(
        label="原文网址", required=False, max_length=300, assume_scheme="https", widget=UnfoldAdminURLInputWidget,
        error_messages={"invalid": "原文网址写作 https://… 的样子，请从浏览器地址栏复制。"},
    )  # fmt: skip

    class Meta:
        model = Article
        fields = (*TEXT, "column", "topics", "take_down_at")
        widgets = {"body": RichText, "topics": forms.CheckboxSelectMultiple}
        error_messages = {
            "title": {"required": "请写标题。"},
            "column": {"required": "请选择栏目。"},
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "column" in self.fields:
            policy = Column.objects.filter(layout=Layout.POLICY).values_list("pk", flat=True)
            self.fields["column"].widget.attrs["data-policy"] = " ".join(map(str, policy))
        if "source_kind" in self.fields:
            self.fields["source_kind"].widget.attrs["data-reprint"] = SourceKind.REPRINT
        if "title" in self.fields:
            self.fields["title"].widget.attrs["data-most"] = LONGEST_TITLE
        if "new_files" in self.fields:
            self.fields["new_files"].purpose = f"news.article:{self.instance.pk or 'new'}"
            if not self.is_bound:
                self.initial["new_files"] = self.fields["new_files"].there()

    def values(self) -> dict:
        """What an action takes."""
        return {
            name: self.cleaned_data[name] for name in (*TEXT, "column", "take_down_at") if name in self.cleaned_data
        }


class RemarkForm(forms.Form):
    text = forms.CharField(
        label="批注", max_length=Remark._meta.get_field("text").max_length,
        widget=forms.Textarea(attrs={"rows": 3, "placeholder": "例：第二段的日期与通知不一致，请核对"}),
        error_messages={"required": "请写批注的内容。", "max_length": "批注最多 500 个字。"},
    )  # fmt: skip


class CoverForm(forms.Form):
    """Which picture: one of the text's, or a new one."""

    picture = forms.ChoiceField(label="用哪一张", required=False)
    upload = PictureField(label="或上传一张", required=False)

    def __init__(self, *args, pictures, by, **kwargs):
        super().__init__(*args, **kwargs)
        self.pictures = {str(picture.pk): picture for picture in pictures}
        self.fields["picture"].choices = [(key, str(picture)) for key, picture in self.pictures.items()]
        self.fields["upload"].by = by

    def clean(self):
        data = super().clean()
        data["chosen"] = data.get("upload") or self.pictures.get(data.get("picture"))
        if not data["chosen"] and not self.errors:
            raise forms.ValidationError("请选一张图片，或上传一张。")
        return data


class CropForm(forms.Form):
    """A 16:9 part of a picture: how wide it is and where it begins, in hundredths of the picture."""

    size = forms.FloatField(label="大小", min_value=1, max_value=100)
    left = forms.FloatField(label="左右", min_value=0, max_value=100)
    top = forms.FloatField(label="上下", min_value=0, max_value=100)
    alt = forms.CharField(
        label="图片说明", required=False, max_length=Picture._meta.get_field("alt").max_length,
        help_text="拍的是谁、在哪里、做什么；读给看不到图片的人听。",
        error_messages={"max_length": "图片说明最多 %(limit_value)d 个字，现在有 %(show_value)d 个。"},
    )  # fmt: skip

    def __init__(self, *args, picture, alt: str, **kwargs):
        self.most, self.ratio = widest(picture), picture.width / picture.height
        height = self.most * self.ratio / SHAPE
        kwargs.setdefault("initial", {"size": 100, "left": 50, "top": 50, "alt": alt})
        self.start_height = height
        super().__init__(*args, **kwargs)
        for bound in self.sliders:
            least = bound.field.min_value
            bound.field.widget = forms.NumberInput(attrs={"type": "range", "min": least, "max": 100, "step": "any"})

    @property
    def sliders(self) -> list:
        return [self[name] for name in ("size", "left", "top")]

    def clean(self):
        """`size` 100 is the widest part that fits; `left` and `top` share out what is left over beside it."""
        data = super().clean()
        if not self.errors:
            width = self.most * data["size"] / 100
            height = min(1.0, width * self.ratio / SHAPE)
            data["box"] = Box((1 - width) * data["left"] / 100, (1 - height) * data["top"] / 100, width, height)
        return data


def widest(picture) -> float:
    """The width of the widest 16:9 part, as a fraction of the picture's."""
    return min(1.0, SHAPE * picture.height / picture.width)
