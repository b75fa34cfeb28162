"""稿件 in the admin: the list, the form with the editor, and the doors to the pages around an article."""

from datetime import datetime

from csp.decorators import csp_update
from django.contrib import admin
from django.db.models import Q
from django.db.models.functions import ExtractYear
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.safestring import mark_safe
from django.utils.timezone import localtime

from association.accounts.roles import Right
from association.core.admin import BaseAdmin, BaseTabularInline, Link
from association.core.adminhooks import holds
from association.core.adminlist import chip
from association.workflow.admin import StatefulAdminMixin, state_filter

from .. import actions
from ..checks import problems_of
from ..enums import SIGNATURES, ArticleState
from ..models import Article, Attachment, Column, Publication
from ..publishing import signatures_of, standing_steps
from ..rendering import drawn
from ..workflow.articles import ARTICLE
from . import desk
from .fields import EDITOR_POLICY
from .forms import ArticleForm, RemarkForm
from .site import as_tree, tree_order


class MineFilter(admin.SimpleListFilter):
    title, parameter_name = "归谁", "mine"

    def lookups(self, request, model_admin):
        return [("turn", "轮到我办理"), ("mine", "我编辑的")]

    def queryset(self, request, queryset):
        if self.value() == "mine":
            return queryset.filter(editor=request.user)
        if self.value() == "turn":
            mine = [
                state for state, turn in ARTICLE.turns.items() if turn.right and turn.right in request.user.rights_today
            ]
            return queryset.filter(state__in=mine)
        return queryset


class ColumnFilter(admin.SimpleListFilter):
    """A column with all below it."""

    title, parameter_name = "栏目", "column"

    def lookups(self, request, model_admin):
        return [(column.pk, "　" * column.level + column.name) for column in tree_order(Column.objects.all())]

    def queryset(self, request, queryset):
        key = self.value()
        if not key or not key.isdigit():
            return queryset
        return queryset.filter(Q(column=key) | Q(column__parent=key) | Q(column__parent__parent=key))


class YearFilter(admin.SimpleListFilter):
    title, parameter_name = "年份", "year"

    def lookups(self, request, model_admin):
        years = Publication.objects.order_by().annotate(y=ExtractYear("published_at")).values_list("y", flat=True)
        return [(year, f"{year} 年发布") for year in sorted(set(years.distinct()), reverse=True)]

    def queryset(self, request, queryset):
        year = self.value()
        return queryset.filter(publication__published_at__year=year) if year and year.isdigit() else queryset


class AttachmentInline(BaseTabularInline):
    model = Attachment
    fields = ("file", "label", "position")
    readonly_fields = ("file",)
    verbose_name_plural = "附件"

    @admin.display(description="文件")
    def file(self, attachment):
        document = attachment.document
        return format_html('<a class="list-clear" href="{}">{}</a>', document.get_absolute_url(), document.label)

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("document", "article")

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and _open(obj, request.user)

    def has_delete_permission(self, request, obj=None):
        return self.has_change_permission(request, obj)


def _says(article, name: str) -> bool:
    """Whether a field has something to read."""
    if name in ("body_shown", "title", "column"):
        return True
    return article.topics.exists() if name == "topics" else bool(getattr(article, name, ""))


def _sent_back(article):
    """The move that brought a text back to its writer, with its reason; None where it is not there."""
    last = standing_steps(article).last() if article.state == ArticleState.DRAFT else None
    return last if last is not None and last.note else None


def _open(obj, user) -> bool:
    return isinstance(obj, Article) and not actions.why_not_edit(obj, user)


@admin.register(Article)
class ArticleAdmin(desk.DeskPages, StatefulAdminMixin, BaseAdmin):
    form = ArticleForm
    inlines = [AttachmentInline]
    change_form_template = "admin/news/article.html"
    move_template = "admin/news/article_move.html"
    list_display = ("title", "column", "state_chip", "editor", "published", "reads")
    list_select_related = ("column", "editor", "publication")
    list_filter = (state_filter(ArticleState), ColumnFilter, YearFilter, MineFilter)
    search_fields = ("title",)
    search_help_text = "标题、发文字号"
    search_rows = staticmethod(
        lambda rows, term: rows.filter(Q(title__icontains=term) | Q(document_number__icontains=term))
    )
    may_delete = True
    saves_through_actions = True
    bulk_moves = False  # who signs has read the text
    empty_text = "新建的稿件、会员投来的稿件都列在这里；编、审、校、发四个签名以后对外发布。"
    sidebar_order = 10
    fieldsets = [
        (None, {"fields": ["title", "subtitle", "column", "body", "summary"]}),
        (
            "来源",
            {"fields": ["source_kind", "author", "source", "source_on", "source_url"], "classes": ["part-source"]},
        ),
        (
            "政策文件（政策栏目的文章填写）",
            {"fields": ["document_number", "issued_by", "issued_on", "effect"], "classes": ["part-policy"]},
        ),
        ("专题与时间", {"fields": ["topics", "take_down_at"]}),
        ("附件", {"fields": ["new_files"]}),
    ]

    class Media:
        css = {"all": ["admin-theme/news.css"]}

    # -- the list ----------------------------------------------------------------------------------------------

    @admin.display(description="发布时间", ordering="publication__published_at")
    def published(self, article):
        publication = getattr(article, "publication", None)
        if publication is None:
            return f"定于 {localtime(article.publish_at):%m-%d %H:%M}" if article.publish_at else ""
        day = f"{localtime(publication.published_at):%Y-%m-%d %H:%M}"
        pinned = publication.pinned_until and publication.pinned_until >= localtime().date()
        return mark_safe(f"{day} {chip('置顶', 'gold')}") if pinned else day

    @admin.display(description="阅读", ordering="publication__reads")
    def reads(self, article):
        publication = getattr(article, "publication", None)
        return publication.reads if publication else ""

    reads.number = True

    def list_links(self, request):
        return [Link("从 Word 新建", self.page_url("word"))] if self.has_add_permission(request) else []

    # -- who may -----------------------------------------------------------------------------------------------

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and (obj is None or _open(obj, request.user))

    def may_delete_row(self, obj) -> bool:
        return not actions.why_not_delete(obj)

    def get_deleted_objects(self, objs, request):
        """A draft goes with its own revisions; the action says where it may not."""
        return [f"草稿「{obj}」和它的全部稿次"] if (obj := next(iter(objs), None)) else [], {}, set(), []

    def delete_model(self, request, obj):
        actions.delete_draft(obj, by=request.user)

    def get_actions(self, request):
        found = super().get_actions(request)
        found.pop("delete_selected", None)
        return found

    # -- the form ----------------------------------------------------------------------------------------------

    def get_inlines(self, request, obj):
        return self.inlines if obj is not None and obj.attachments.exists() else []

    def get_fieldsets(self, request, obj=None):
        found = super().get_fieldsets(request, obj)
        if obj is None or self.has_change_permission(request, obj):
            return found
        shown = [
            (title, options | {"fields": ["body_shown" if name == "body" else name for name in options["fields"]]})
            for title, options in found
        ]
        filled = [
            (title, options | {"fields": [n for n in options["fields"] if _says(obj, n)]}) for title, options in shown
        ]
        return [(title, options) for title, options in filled if options["fields"]]

    def get_readonly_fields(self, request, obj=None):
        return [*super().get_readonly_fields(request, obj), "body_shown"]

    @admin.display(description="正文")
    def body_shown(self, article):
        return format_html('<div class="text-shown">{}</div>', drawn(article.body))

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        """Columns and topics are chosen here and made in their own lists."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name in ("column", "topics"):
            field.widget = getattr(field.widget, "widget", field.widget)
        return field

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        return as_tree(field) if db_field.name == "column" else field

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change=change, **kwargs)
        person = request.user

        class Bound(form):
            def __init__(self, *args, **values):
                super().__init__(*args, keeper=person, **values)

        Bound.__name__ = form.__name__
        return Bound

    def get_changeform_initial_data(self, request):
        return {"author": "", **super().get_changeform_initial_data(request)}

    def save_model(self, request, obj, form, change):
        topics = list(form.cleaned_data.get("topics", ()))
        if change:
            saved = actions.save_article(obj, by=request.user, seen_version=obj.version, topics=topics, **form.values())
        else:
            saved = actions.create_article(by=request.user, topics=topics, **form.values())
        obj.__dict__.update(saved.__dict__)

    def save_related(self, request, form, formsets, change):
        """Files that came with the form, then the names and the order of those that were there."""
        for formset in formsets:
            self.save_formset(request, form, formset, change)
        for document in form.cleaned_data.get("new_files") or ():
            actions.attach(form.instance, document, by=request.user)

    def save_formset(self, request, form, formset, change):
        formset.save(commit=False)
        formset.new_objects = []
        for attachment in formset.deleted_objects:
            actions.detach(attachment, by=request.user)
        for attachment, _names in formset.changed_objects:
            actions.arrange(attachment, label=attachment.label, position=attachment.position, by=request.user)

    @method_decorator(csp_update(EDITOR_POLICY))
    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        return super().changeform_view(request, object_id, form_url, extra_context)

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        if obj is not None:
            context |= self.desk_context(request, obj, getattr(context["adminform"].form, "stale", False))
        return super().render_change_form(request, context, add, change, form_url, obj)

    def desk_context(self, request, article, stale: bool) -> dict:
        remarks = list(article.remarks.select_related("by", "done_by"))
        open_now = article.state not in (ArticleState.PUBLISHED, ArticleState.TAKEN_DOWN)
        return {
            "form_links": self._links(request, article),
            "problems": problems_of(article) if open_now else [],
            "checked": open_now,
            "signatures": [
                (role, name, localtime(datetime.fromisoformat(at)))
                for role, name, at in signatures_of(standing_steps(article))
            ],
            "cover_url": article.cover.url("480.webp") if article.cover else "",
            "sent_back": _sent_back(article),
            "remarks": remarks,
            "remark_form": RemarkForm(),
            "remark_url": self.page_url("remark", article.pk),
            "may_remark": holds(request.user, Right.NEWS),
            "why_not_edit": actions.why_not_edit(article, request.user),
            "compare_url": self.page_url("revisions", article.pk) + "?last=1" if stale else "",
        }

    def _links(self, request, article) -> list[Link]:
        publication = Publication.objects.filter(article=article).first()
        links = [
            Link("预览", self.page_url("preview", article.pk)),
            Link("稿次", self.page_url("revisions", article.pk)),
        ]
        if self.has_change_permission(request, article):
            links.append(Link("封面", self.page_url("cover", article.pk)))
        if publication and publication.withdrawn_at is None:
            if holds(request.user, Right.NEWS):
                links.append(Link("置顶", self.page_url("pin", article.pk)))
            links.append(Link("看公开页面", publication.get_public_url()))
        links.append(Link("公众号排版", self.page_url("wechat", article.pk)))
        return links

    def move_context(self, request, obj, name) -> dict:
        return {"problems": problems_of(obj), "checked": True} if name in SIGNATURES else {}
