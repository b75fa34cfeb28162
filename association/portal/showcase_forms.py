"""What a member writes on its own page (会员风采)."""

from django import forms

from association.news.showcase import MOST_PICTURES, MOST_PROJECTS, PROJECT, TEXTS, content_of

from .gallery_forms import GalleryForm

SPARE = 2  # empty rows below the projects that are there


def _text(name: str, **more) -> forms.CharField:
    label, most = TEXTS[name]
    message = f"最多 {most} 个字，现在有 %(show_value)d 个，请精简。"
    return forms.CharField(label=label, required=False, max_length=most, error_messages={"max_length": message}, **more)


class ProjectForm(forms.Form):
    """One project (代表项目); a row without a name is no project."""

    picture = forms.ChoiceField(label="配图", required=False)

    def __init__(self, *args, pictures=(), **kwargs):
        super().__init__(*args, **kwargs)
        for name, (label, most) in PROJECT.items():
            message = f"{label}最多 {most} 个字，请精简。"
            self.fields[name] = forms.CharField(
                label=label, required=False, max_length=most, error_messages={"max_length": message}
            )
        self.fields["year"].widget.attrs["inputmode"] = "numeric"
        self.fields["picture"].choices = [("", "不配图"), *pictures]
        self.order_fields([*PROJECT, "picture"])

    def clean_picture(self):
        return self.cleaned_data["picture"] or ""

    def clean_year(self):
        year = self.cleaned_data["year"]
        if year and not (year.isascii() and year.isdigit() and 1949 <= int(year) <= 2100):
            raise forms.ValidationError("年份写作 2026 的样子。")
        return year

    def clean(self):
        data = super().clean()
        if not data.get("name") and any(data.get(key) for key in ("place", "year", "scale")):
            self.add_error("name", "请写项目名称。")
        return data


ProjectRows = forms.formset_factory(ProjectForm, extra=SPARE, max_num=MOST_PROJECTS, absolute_max=MOST_PROJECTS + SPARE)


class ShowcaseForm(GalleryForm):
    """Nothing must be there to be saved; what is missing is asked for when it is handed in."""

    slogan = _text("slogan", help_text="显示在单位名称下面，例：扎根本地三十年，诚信做好每一件事。")
    introduction = _text(
        "introduction",
        widget=forms.Textarea(attrs={"rows": 10}),
        help_text="做什么、做过什么、有什么长处；段与段之间空一行。",
    )
    contact_name = _text("contact_name", help_text="对外公开的联系人；这一组只显示您在这里填写的，不填就不显示。")
    contact_phone = _text("contact_phone")
    contact_address = _text("contact_address")
    website = _text("website", help_text="例：https://www.example.com")
    most = MOST_PICTURES
    field_order = ("slogan", "introduction", "uploads", "contact_name", "contact_phone", "contact_address", "website")

    def __init__(self, data=None, files=None, *, showcase, **kwargs):
        content = content_of(showcase.draft)
        super().__init__(
            data, files, thing=showcase, party=showcase.party, shown=content["pictures"],
            known=showcase.draft_files.all(), purpose=f"showcase:{showcase.pk}",
            initial={name: content[name] for name in TEXTS}, **kwargs,
        )  # fmt: skip
        pictures = [(row["uid"], f"第 {row['number']} 张 {row['caption'][:12]}".strip()) for row in self.gallery]
        self.projects = ProjectRows(
            data, initial=content["projects"], prefix="project", form_kwargs={"pictures": pictures}
        )

    def is_valid(self):
        return super().is_valid() & self.projects.is_valid()

    def clean_website(self):
        text = self.cleaned_data["website"].strip()
        if text and "://" not in text:
            text = f"https://{text}"
        if text:
            forms.URLField(
                assume_scheme="https", error_messages={"invalid": "网址写作 https://www.example.com 的样子。"}
            ).clean(text)
        return text

    def content(self) -> dict:
        found = {name: self.cleaned_data[name].replace("\r\n", "\n") for name in TEXTS}
        return found | {
            "pictures": self.cleaned_data["pictures"], "projects": [row for row in self.projects.cleaned_data if row],
        }  # fmt: skip
