"""What a correspondent fills in (投稿)."""

from django import forms

from association.news.contributions import FIELDS, LONGEST_TEXT, MOST_PICTURES

from .gallery_forms import GalleryForm


def _long(most: int) -> dict:
    return {"max_length": f"最多 {most} 个字，现在有 %(show_value)d 个，请精简。"}


class ContributionForm(GalleryForm):
    """Nothing must be there to be saved; what is missing is asked for when it is handed in."""

    title = forms.CharField(
        label="标题",
        required=False,
        max_length=80,
        error_messages=_long(80),
        help_text="说清谁做了什么，32 个字以内最好。",
    )
    text = forms.CharField(
        label="正文", required=False, max_length=LONGEST_TEXT, error_messages=_long(LONGEST_TEXT), strip=False,
        widget=forms.Textarea(attrs={"rows": 16}),
        help_text="可以直接写，也可以从 Word、WPS 粘贴，只留文字。段与段之间空一行；图片放在哪里，就在那里写〔图1〕，不写的排在文末。",
    )  # fmt: skip
    author = forms.CharField(label="作者", required=False, max_length=40, error_messages=_long(40))
    is_own = forms.BooleanField(
        label="文字和图片是本单位原创，内容属实，涉及的人已同意公开，同意协会编辑后发布。", required=False
    )
    most = MOST_PICTURES
    field_order = ("title", "text", "author", "uploads", "is_own")

    def __init__(self, *args, contribution, **kwargs):
        case = contribution.case
        super().__init__(
            *args, thing=case, party=case.party, shown=contribution.pictures, known=contribution.files.all(),
            purpose=f"contribution:{case.pk}", initial={name: getattr(contribution, name) for name in FIELDS}, **kwargs,
        )  # fmt: skip

    def values(self) -> dict:
        found = {name: self.cleaned_data[name] for name in FIELDS}
        return found | {"title": " ".join(found["title"].split()), "text": found["text"].replace("\r\n", "\n").strip()}
