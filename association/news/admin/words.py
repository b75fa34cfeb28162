"""What is made public by law (信息公开), the journal (会刊), and the words that the check looks for (词语检查)."""

from django import forms
from django.contrib import admin, messages
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.html import format_html
from django.utils.timezone import localdate

from association.accounts.roles import Right
from association.core.admin import Link
from association.core.refusals import tried
from association.documents.kept import KeptFileField

from .. import site
from ..enums import WordKind
from ..models import Disclosure, JournalIssue, WordRule
from .rows import RowForm, SiteRowAdmin, thumb


class DisclosureForm(RowForm):
    file = KeptFileField(
        label="文件", required=False, purpose="news.disclosure", help_text="公开以后，任何人都可以下载。"
    )

    def clean(self):
        data = super().clean()
        row = self.instance
        if not (data.get("body") or data.get("file") or row.document_id) and "body" in data and "file" in data:
            self.add_error("body", "请写正文，或上传文件。")
        return data


class JournalForm(RowForm):
    file = KeptFileField(label="PDF 文件", required=False, purpose="news.journal", help_text="一期一个 PDF。")

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file is None and not self.instance.document_id:
            raise forms.ValidationError("请上传这一期的 PDF。")
        if file is not None and file.mime != "application/pdf":
            raise forms.ValidationError(f"「{file.label}」不是 PDF，请另存为 PDF 再上传。")
        return file


class _WithFileAdmin(SiteRowAdmin):
    may_delete = False
    readonly_fields = ("file_now",)
    list_select_related = ("document",)

    @admin.display(description="现在的文件")
    def file_now(self, row):
        if not row.document_id:
            return "—"
        return format_html(
            '<a class="list-clear" href="{}">{}</a>', row.document.get_absolute_url(), row.document.label
        )

    def get_changeform_initial_data(self, request):
        return {"published_on": localdate(), **super().get_changeform_initial_data(request)}


@admin.register(Disclosure)
class DisclosureAdmin(_WithFileAdmin):
    form = DisclosureForm
    rich = ("body",)
    list_display = ("title", "kind", "year", "published_on", "file_now", "is_shown")
    list_filter = ("kind", "year", "is_shown")
    fields = ("kind", "title", "year", "published_on", "body", "file_now", "file", "is_shown")
    empty_text = "登记证书、章程、会费标准、收支情况等应当公开的信息列在这里。"
    sidebar_order = 56


@admin.register(JournalIssue)
class JournalAdmin(_WithFileAdmin):
    form = JournalForm
    list_display = ("issue", "cover_cell", "published_on", "file_now", "is_shown")
    list_select_related = ("document", "cover")
    list_filter = ("year",)
    fields = ("title", ("year", "number"), "published_on", "summary", "cover", "file_now", "file", "is_shown")
    empty_text = "会刊按期列在这里，每期一个 PDF。"
    sidebar_order = 57

    @admin.display(description="期")
    def issue(self, row):
        return str(row)

    @admin.display(description="封面")
    def cover_cell(self, row):
        return thumb(row.cover)

    def get_changeform_initial_data(self, request):
        last = JournalIssue.objects.first()
        known = {"title": last.title, "year": last.year, "number": last.number + 1} if last else {"number": 1}
        return {"year": localdate().year, **known, **super().get_changeform_initial_data(request)}


class WordsForm(forms.Form):
    kind = forms.ChoiceField(label="类别", choices=WordKind, initial=WordKind.WRONG)
    lines = forms.CharField(
        label="词语",
        widget=forms.Textarea(attrs={"rows": 14}),
        help_text="一行一个：错词 → 正词（说明）。箭头也可以写作 -> 或制表符（从表格里复制两列）；没有正词的只写词语。",
        error_messages={"required": "请粘贴词语，一行一个。"},
    )

    def clean_lines(self):
        return site.read_words(self.cleaned_data["lines"])


@admin.register(WordRule)
class WordRuleAdmin(SiteRowAdmin):
    list_display = ("word", "kind", "instead", "note", "is_active")
    list_editable = ("is_active",)
    list_filter = ("kind", "is_active")
    search_fields = ("word",)
    search_rows = staticmethod(
        lambda rows, term: rows.filter(word__icontains=term) | rows.filter(instead__icontains=term)
    )
    fields = ("word", "kind", "instead", "note", "is_active")
    empty_text = "容易写错的领导姓名、单位名称和不能出现的词列在这里，发布前自动检查。"
    sidebar_order = 58

    def list_links(self, request):
        return [Link("批量粘贴", self.page_url("paste"))] if self.has_add_permission(request) else []

    def extra_urls(self):
        return [*super().extra_urls(), self.page("paste/", self.paste_view, "paste", needs=f"portal.{Right.NEWS}")]

    def paste_view(self, request):
        form, back = WordsForm(request.POST or None), self.page_url("changelist")
        if request.method == "POST" and form.is_valid():
            rows, kind = form.cleaned_data["lines"], form.cleaned_data["kind"]
            done = tried(form, lambda: site.add_words(rows, kind=kind, by=request.user))
            if done:
                messages.success(request, f"新增 {done[0]} 个词语，改动 {done[1]} 个。")
                return HttpResponseRedirect(back)
        context = self.page_context(
            request, subpage=True, form=form, title="批量粘贴词语", button="列入检查", back_url=back
        )
        return TemplateResponse(request, "admin/members/act.html", context, status=422 if form.errors else 200)
