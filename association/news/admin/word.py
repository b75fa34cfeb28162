"""从 Word 新建: a colleague's or a firm's file becomes a draft in the desk of whoever reads it in."""

from django import forms
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse

from association.accounts.roles import Right
from association.core.refusals import tried

from .. import actions
from ..models import Column
from ..word_forms import WordForm, say_read
from .site import as_tree

NEWS = f"portal.{Right.NEWS}"


class ArticleWordForm(WordForm):
    column = forms.ModelChoiceField(
        Column.objects.none(), label="栏目", error_messages={"required": "请选择栏目。"}, empty_label="请选择"
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["column"].queryset = Column.objects.all()
        as_tree(self.fields["column"])


class WordPages:
    """Before BaseAdmin in ArticleAdmin."""

    def extra_urls(self):
        return [*super().extra_urls(), self.page("from-word/", self.word_view, "word", needs=NEWS)]

    def word_view(self, request):
        form = ArticleWordForm(request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid():
            upload, column = form.cleaned_data["file"], form.cleaned_data["column"]
            found = tried(form, lambda: actions.create_from_word(upload, by=request.user, column=column))
            if found:
                article, refused = found
                say_read(request, upload, refused)
                return HttpResponseRedirect(self.page_url("change", article.pk))
        context = self.page_context(
            request, title="从 Word 新建稿件", form=form, button="读入", upload=True, back_url=self.page_url("changelist"),
            about="标题、小标题、列表、表格和图片留下，字体和颜色不留；文件本身不公开。",
        )  # fmt: skip
        return TemplateResponse(request, "admin/members/act.html", context, status=422 if form.errors else 200)
