"""公示公告 in the admin: lists, objections, announcements. State changes only by the buttons of the table."""

from django.contrib import admin, messages
from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpResponseRedirect

from association.accounts.roles import Right
from association.core.admin import BaseAdmin, Link, ReadOnlyAdmin
from association.core.adminhooks import holds
from association.core.adminlist import chip
from association.core.adminmenu import MenuPage, add_page
from association.workflow.admin import StatefulAdminMixin, state_filter

from . import views
from .actions import EDITABLE, change_draft
from .models import (
    PUBLIC_STATES,
    Announcement,
    LineState,
    ListState,
    Objection,
    ObjectionState,
    PublicityLine,
    PublicityList,
)

REGISTER_URL = "/admin/publicity/objection/register/"
PUBLICITY = f"portal.{Right.PUBLICITY}"

add_page(MenuPage("公示公告", "登记异议", REGISTER_URL, may=lambda user: holds(user, Right.PUBLICITY), order=120))


def _lines_of(key: str, **condition):
    """How many lines point at the row by `key`, as an annotation."""
    rows = PublicityLine.objects.order_by().filter(**{key: OuterRef("pk")}, **condition)
    return Coalesce(Subquery(rows.values(key).annotate(n=Count("pk")).values("n")), 0)


@admin.register(PublicityList)
class PublicityListAdmin(StatefulAdminMixin, BaseAdmin):
    list_display = ("title", "state_chip", "line_count", "held_count", "starts_on", "ends_at", "issuer")
    list_filter = (state_filter(ListState),)
    search_fields = ("title",)
    search_rows = staticmethod(lambda rows, term: rows.filter(title__icontains=term))
    fieldsets = [
        ("名单", {"fields": ["title", "issuer", "basis", "result_label", "working_days", "starts_on", "ends_at"]}),
        ("怎样提出异议", {"fields": ["objection_phone", "objection_address", "objection_email", "how_to_object"]}),
    ]
    readonly_fields = ("starts_on", "ends_at")
    saves_through_actions = True
    bulk_moves = False
    empty_text = "在评价轮次里生成公示名单以后，会列在这里。"
    sidebar_order = 110

    def get_queryset(self, request):
        return (
            super()
            .get_queryset(request)
            .annotate(
                line_total=_lines_of("list"),
                held_total=_lines_of("list", state__in=(LineState.BLOCKED, LineState.DROPPED)),
            )
        )

    @admin.display(description="单位数")
    def line_count(self, publicity):
        return publicity.line_total

    @admin.display(description="异议暂缓")
    def held_count(self, publicity):
        return publicity.held_total or ""

    def has_add_permission(self, request):
        return False  # a list is made where its results are, so that its lines are theirs

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and (obj is None or obj.state == ListState.DRAFT)

    def save_model(self, request, obj, form, change):
        values = {name: form.cleaned_data[name] for name in EDITABLE if name in form.cleaned_data}
        change_draft(obj, by=request.user, **values)

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        if obj is not None:
            context["form_links"] = self._links(request, obj)
        return super().render_change_form(request, context, add, change, form_url, obj)

    def _links(self, request, publicity) -> list[Link]:
        links = [
            Link(f"名单（{publicity.line_total} 家）", self.page_url("lines", publicity.pk), filled=True),
            Link("打印张贴件", self.page_url("print", publicity.pk)),
        ]
        if publicity.state in PUBLIC_STATES:
            links.append(Link("转发文字", self.page_url("share", publicity.pk)))
            links.append(Link("看公开页面", publicity.get_public_url()))
            links.append(Link("空白异议登记表", f"{REGISTER_URL}blank/?list={publicity.pk}"))
        elif publicity.state == ListState.DRAFT and holds(request.user, Right.PUBLICITY):
            links.append(Link("删除草稿", self.page_url("discard", publicity.pk)))
        return links

    def extra_urls(self):
        return [
            *super().extra_urls(),
            self.page("<path:object_id>/lines/", self.lines_view, "lines", needs="view"),
            self.page("<path:object_id>/print/", self.print_view, "print", needs="view"),
            self.page("<path:object_id>/share/", self.share_view, "share", needs="view"),
            self.page("<path:object_id>/discard/", self.discard_view, "discard", needs=PUBLICITY),
        ]

    def lines_view(self, request, object_id):
        row = self.object_or_404(request, object_id)
        return views.lines_page(
            request, row, back_url=self.page_url("change", row.pk), register_url=REGISTER_URL,
            frame=self.page_context(request, row),
        )  # fmt: skip

    def print_view(self, request, object_id):
        row = self.object_or_404(request, object_id)
        return views.print_page(request, row, back_url=self.page_url("change", row.pk))

    def share_view(self, request, object_id):
        row = self.object_or_404(request, object_id)
        back = self.page_url("change", row.pk)
        if row.state not in PUBLIC_STATES:
            messages.warning(request, "名单还没有公示，或已撤下，没有可以转发的页面。")
            return HttpResponseRedirect(back)
        frame = self.page_context(request, row)
        return views.share_page(request, row, line_count=row.line_total, back_url=back, frame=frame)

    def discard_view(self, request, object_id):
        row = self.object_or_404(request, object_id)
        return views.discard_page(
            request, row, list_url=self.page_url("changelist"), back_url=self.page_url("change", row.pk),
            frame=self.page_context(request, row),
        )  # fmt: skip


@admin.register(Objection)
class ObjectionAdmin(StatefulAdminMixin, ReadOnlyAdmin):
    """Confidential: who objected is masked, and showing it is remembered (AccessLog).

    Registered on the page that finds the line first; what was registered stays, and goes on by its moves.
    """

    list_display = ("number", "about", "on_list", "came", "received_at", "timely", "state_chip", "conclusion", "due_at")
    list_select_related = ("line__list",)
    list_filter = (state_filter(ObjectionState), "came", "is_late")
    search_fields = ("number",)
    search_rows = staticmethod(
        lambda rows, term: rows.filter(Q(number__icontains=term) | Q(line__name__icontains=term))
    )
    fieldsets = [
        ("异议", {"fields": ["number", "about", "on_list", "came", "received_at", "timely", "content", "material"]}),
        ("异议人", {"fields": ["is_named", "objector", "contact"]}),
        ("办理", {"fields": ["conclusion", "outcome", "decided_on", "answer_way", "answered_on", "registered_by"]}),
    ]
    bulk_moves = False
    empty_text = "公示期内收到的异议登记以后，会列在这里。"
    sidebar_order = 111

    def masked_names(self, request, obj=None):
        """Who checks an objection reads what it says; who said it is one more step away."""
        names = super().masked_names(request, obj)
        return names - {"content"} if holds(request.user, Right.PUBLICITY) else names

    def list_links(self, request):
        links = [Link("空白异议登记表", f"{REGISTER_URL}blank/")]
        if holds(request.user, Right.PUBLICITY):
            links.insert(0, Link("登记异议", REGISTER_URL, filled=True))
        return links

    @admin.display(description="针对", ordering="line__name")
    def about(self, objection):
        return objection.line.name

    @admin.display(description="名单")
    def on_list(self, objection):
        return objection.line.list.title

    @admin.display(description="是否逾期")
    def timely(self, objection):
        return chip("逾期", "seal") if objection.is_late else "公示期内"

    @admin.display(description="结论")
    def conclusion(self, objection):
        return {True: "成立", False: "不成立", None: "—"}[objection.is_upheld]

    @admin.display(description="材料")
    def material(self, objection):
        return objection.evidence.label if objection.evidence else "—"

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        if obj is not None:
            links = [Link("打印登记表", self.page_url("sheet", obj.pk))]
            if obj.evidence:
                links.append(Link("看材料", obj.evidence.get_absolute_url()))
            if holds(request.user, Right.PUBLICITY):
                links.append(Link("上传材料", self.page_url("evidence", obj.pk)))
            context["form_links"] = links
        return super().render_change_form(request, context, add, change, form_url, obj)

    def extra_urls(self):
        return [
            self.page("register/", self.register_view, "register", needs=PUBLICITY),
            self.page("register/blank/", self.blank_view, "blank", needs="view"),
            *super().extra_urls(),
            self.page("<path:object_id>/sheet/", self.sheet_view, "sheet", needs="view"),
            self.page("<path:object_id>/evidence/", self.evidence_view, "evidence", needs=PUBLICITY),
        ]

    def register_view(self, request):
        return views.register_page(
            request, here=REGISTER_URL, done_url=lambda row: self.page_url("change", row.pk),
            back_url=self.page_url("changelist"), frame=self.page_context(request),
        )  # fmt: skip

    def blank_view(self, request):
        key = request.GET.get("list", "")
        row = PublicityList.objects.visible_to(request.user).filter(pk=key).first() if key.isdigit() else None
        return views.blank_sheet_page(request, row, back_url=self.page_url("changelist"))

    def sheet_view(self, request, object_id):
        row = self.object_or_404(request, object_id)
        return views.sheet_page(request, row, back_url=self.page_url("change", row.pk))

    def evidence_view(self, request, object_id):
        row = self.object_or_404(request, object_id)
        frame = self.page_context(request, row)
        return views.evidence_page(request, row, back_url=self.page_url("change", row.pk), frame=frame)


@admin.register(Announcement)
class AnnouncementAdmin(ReadOnlyAdmin):
    list_display = ("title", "kind", "number", "issued_on", "line_count", "list", "signature")
    list_select_related = ("list",)
    list_filter = ("kind",)
    search_fields = ("title", "number")
    fields = ("title", "kind", "number", "issued_on", "body", "line_count", "list", "supplements", "signature")
    empty_text = "公示期满、签发公告以后，会列在这里。"
    sidebar_order = 130

    def get_queryset(self, request):
        return super().get_queryset(request).annotate(line_total=_lines_of("announcement"))

    @admin.display(description="单位数")
    def line_count(self, announcement):
        return announcement.line_total

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        if obj is not None:
            context["form_links"] = [
                Link("转发文字", self.page_url("share", obj.pk)), Link("看公开页面", obj.get_public_url()),
            ]  # fmt: skip
        return super().render_change_form(request, context, add, change, form_url, obj)

    def extra_urls(self):
        return [
            *super().extra_urls(),
            self.page("<path:object_id>/share/", self.share_view, "share", needs="view"),
        ]

    def share_view(self, request, object_id):
        row = self.object_or_404(request, object_id)
        back, frame = self.page_url("change", row.pk), self.page_context(request, row)
        return views.share_page(request, row, line_count=row.line_total, back_url=back, frame=frame)
