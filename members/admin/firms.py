"""企业: the list, a firm's page with everything on file about it, and what can be done with it. All writes are actions."""

from django.contrib import admin, messages
from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from association.accounts.roles import Right
from association.core.admin import BaseAdmin, BaseTabularInline, Link
from association.core.adminhooks import holds
from association.core.adminlist import chip
from association.core.masking import mask_mobile
from association.core.words import word
from association.exchange.exports import export_list, file_name, masked_for
from association.exchange.views import attachment
from association.jobs.models import Job
from association.jobs.views import page_url as job_url
from association.parties.models import Party, PartyName, Seat

from .. import actions, pages, queries, seats, timeline
from ..changes import open_proposal_of
from ..exports import FIRMS
from ..forms import AddFirmForm, FirmForm, PersonForm, QualificationForm
from ..models import Firm, Person, Qualification
from ..panels import panels_of
from .changes import proposal_page
from .filters import list_filter
from .lookup import address_of, call_page, lookup_page
from .seats import INVITE


class _PartInline(BaseTabularInline):
    """Qualifications, people: read and written in the firm's form, saved by actions (FirmAdmin.save_formset)."""

    extra = 0
    per_page = None  # few: all on one page, uncounted
    show_change_link = False


class QualificationInline(_PartInline):
    model = Qualification
    form = QualificationForm
    fields = ("name", "standard", "number", "starts_on", "ends_on", "term")
    readonly_fields = ("term",)

    @admin.display(description="期限")
    def term(self, row):
        if row.ends_on is None:
            return "—"
        days = (row.ends_on - timezone.localdate()).days
        if days < 0:
            return chip("已过期", "seal")
        return chip(f"还有 {days} 天", "gold") if days <= queries.SOON else chip("有效", "lake")


class PersonInline(_PartInline):
    model = Person
    form = PersonForm
    fields = ("role", "name", "phone", "note")


@admin.register(Firm)
class FirmAdmin(BaseAdmin):
    form = FirmForm
    change_form_template = "admin/members/firm.html"
    list_display = ("name", "number", "district", "main_qualification", "is_member", "contact_name", "contact_phone")
    list_display_links = ("name",)
    list_select_related = ("party",)
    list_filter = tuple(
        list_filter(queries.FILTERS, name, label)
        for name, label in (
            ("district", word("district")),
            ("group", "资质分组"),
            ("member", "会员"),
            ("kind", "性质"),
            ("term", "资质期限"),
        )
    )
    search_fields = ("party__name",)
    search_help_text = "名称、曾用名、简称、拼音首字母、代码、手机号"
    search_rows = staticmethod(queries.search)
    saves_through_actions = True
    inlines = (QualificationInline, PersonInline)
    sidebar_order = 10
    empty_text = "导入企业名册，或逐家新建。"
    _PARTY = ("party_name", "number", "kind")
    fieldsets = (
        (
            "企业",
            {
                "fields": [
                    _PARTY,
                    ("short_name", "parent_name"),
                    ("district", "address"),
                    ("registered_capital", "in_directory"),
                ]
            },
        ),
        ("资质与会员", {"fields": [("main_qualification", "qualification_group"), ("is_member", "member_number")]}),
        ("人员", {"fields": [("legal_representative", "contact_name", "contact_phone"), "remark"]}),
    )
    add_fieldsets = (
        (
            "企业",
            {
                "fields": [
                    *("name", "confirm_similar", ("code", "kind"), ("parent_name", "short_name")),
                    *(("district", "address"), "registered_capital"),
                ]
            },
        ),
        ("资质", {"fields": ["main_qualification"]}),
        ("人员", {"fields": [("legal_representative", "contact_name", "contact_phone")]}),
    )
    readonly_fields = (*_PARTY, "qualification_group", "is_member", "member_number")

    # -- list --------------------------------------------------------------------------------------------------

    @admin.display(description="企业名称", ordering="party__name")
    def name(self, firm):
        return firm.party.name

    @admin.display(description="代码或临时编号", ordering="party__code")
    def number(self, firm):
        return firm.party.number

    def list_links(self, request) -> list[Link]:
        query = f"?{request.GET.urlencode()}" if request.GET else ""
        links = [Link("打印花名册", self.page_url("print") + query), Link("导出", self.page_url("export") + query)]
        if holds(request.user, Right.MEMBERS):
            links.append(Link("导入", f"{reverse('admin:exchange_importbatch_add')}?kind=firms"))
        return links

    def get_ordering(self, request):
        return ["-party_id"]

    # -- the form ----------------------------------------------------------------------------------------------

    party_name = admin.display(description="名称")(lambda self, firm: firm.party.name)
    kind = admin.display(description="性质")(lambda self, firm: firm.party.get_kind_display())
    short_name = admin.display(description="简称")(lambda self, firm: firm.party.short_name)

    @admin.display(description="总公司")
    def parent_name(self, firm):
        return firm.party.parent.name if firm.party.parent_id else ""

    def get_fieldsets(self, request, obj=None):
        if obj is None:
            return self.add_fieldsets
        return super().get_fieldsets(request, obj)

    def get_readonly_fields(self, request, obj=None):
        return () if obj is None else super().get_readonly_fields(request, obj)

    def get_inlines(self, request, obj):
        return self.inlines if obj is not None else ()

    def get_form(self, request, obj=None, change=False, **kwargs):
        if obj is None:
            kwargs["form"] = AddFirmForm
        return super().get_form(request, obj, change=change, **kwargs)

    def get_queryset(self, request):
        return super().get_queryset(request).living()

    def _get_obj_does_not_exist_redirect(self, request, opts, object_id):
        """A merged firm's old address leads to the one that goes on."""
        merged = Party.objects.filter(merged_into__isnull=False).select_related("merged_into")
        party = merged.filter(pk=object_id).first() if str(object_id).isdigit() else None
        if party is None:
            return super()._get_obj_does_not_exist_redirect(request, opts, object_id)
        messages.info(request, f"「{party.name}」已并入「{party.merged_into.name}」，这是保留的企业。")
        return HttpResponseRedirect(self.page_url("change", party.merged_into_id))

    def get_object(self, request, object_id, from_field=None):
        """With its party and how many qualifications have expired: one query for the page."""
        over = Qualification.objects.filter(firm=OuterRef("pk"), ends_on__lt=timezone.localdate())
        count = over.order_by().values("firm").annotate(n=Count("pk")).values("n")
        rows = self.get_queryset(request).select_related("party__parent").annotate(expired=Coalesce(Subquery(count), 0))
        return rows.filter(pk=object_id).first() if str(object_id).isdigit() and len(str(object_id)) < 19 else None

    def save_model(self, request, obj, form, change):
        values = {n: v for n, v in form.cleaned_data.items() if n in actions.FIELDS and n in form.changed_data}
        if change:
            if "short_name" in form.changed_data:
                values["short_name"] = form.cleaned_data["short_name"]
            if "parent_name" in form.changed_data:
                values["parent"] = form.parent
            saved = actions.change_firm(obj, by=request.user, **values)
        else:
            data = form.cleaned_data
            saved = actions.create_firm(
                name=data["name"], code=data["code"], kind=data["kind"], parent=form.parent, by=request.user, **values
            )
            if data["short_name"]:
                saved = actions.change_firm(saved, by=request.user, short_name=data["short_name"])
        obj.pk, obj.party, obj.version, obj._state.adding = saved.pk, saved.party, saved.version, False

    def save_formset(self, request, form, formset, change):
        formset.save(commit=False)
        for row in formset.deleted_objects:
            actions.remove_part(row, by=request.user)
        for row, names in formset.changed_objects:
            actions.change_part(row, by=request.user, **{name: getattr(row, name) for name in names})
        for row in formset.new_objects:
            actions.add_part(row, by=request.user)

    # -- the page ----------------------------------------------------------------------------------------------

    def history_of(self, obj):
        return queries.events_of_firm(obj)

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        if obj is not None:
            context |= self._on_file(request, obj) | {"form_links": self._links(request, obj)}
        return super().render_change_form(request, context, add, change, form_url, obj)

    def _links(self, request, obj) -> list[Link]:
        on = f"{reverse('admin:members_membership_on')}?party={obj.party.uid}"
        links = [Link("企业卡片", address_of(obj)), Link("某日会籍", on)]
        if holds(request.user, Right.MEMBERS):
            label = "更正代码" if obj.party.code else "登记代码"
            links += [
                Link(t, self.page_url(n, obj.pk))
                for t, n in (
                    ("代录变更", "propose"), ("代录证照", "paper"), ("改名", "rename"), (label, "code"), ("登记曾用名", "name")
                )
            ]  # fmt: skip
            links.append(Link("合并", f"{reverse('admin:parties_merge_new')}?into={obj.pk}"))
        if holds(request.user, Right.ACCOUNTS):
            links.append(Link("开通账号", self.page_url("account", obj.pk)))
            links.append(Link("邀请经办人员", self.page_url("invite", obj.pk)))
        return links

    def _on_file(self, request, obj) -> dict:
        party, full = obj.party, self.is_unmasked(request, obj)
        before = request.GET.get("before", "")
        rows = list(Seat.objects.visible_to(request.user).filter(party=party).select_related("user").order_by("-pk"))
        for seat in rows:
            seat.mobile = seat.user.mobile if full else mask_mobile(seat.user.mobile)
        today = timezone.localdate()
        names = party.names.order_by("kind", "-ends_on", "-pk")
        return {
            "names": sorted(names, key=lambda row: row.kind != PartyName.Kind.CURRENT), "seats": rows, "today": today,
            "branches": list(party.branches.order_by("name")[:50]) if party.kind == Party.Kind.FIRM else [],
            "panels": panels_of(obj, request.user),
            "timeline": timeline.page_of(obj, request.user, before=before), "before": before,
            "may_edit": holds(request.user, Right.MEMBERS), "may_accounts": holds(request.user, Right.ACCOUNTS),
            "expired": getattr(obj, "expired", 0),
        }  # fmt: skip

    # -- pages beside the form ---------------------------------------------------------------------------------

    def extra_urls(self):
        members, accounts = f"portal.{Right.MEMBERS.value}", f"portal.{Right.ACCOUNTS.value}"
        return [
            self.page("lookup/", lambda request: lookup_page(self, request), "lookup", needs="view"),
            self.page("<int:pk>/call/", self.call_view, "call", needs="members.add_callnote"),
            self.page("print/", self.print_view, "print", needs="view"),
            self.page("export/", self.export_view, "export", needs="view"),
            self.page("<int:pk>/rename/", self.rename_view, "rename", needs=members),
            self.page("<int:pk>/code/", self.code_view, "code", needs=members),
            self.page("<int:pk>/name/", self.name_view, "name", needs=members),
            self.page("<int:pk>/name/<int:name>/remove/", self.remove_name_view, "remove_name", needs=members),
            self.page("<int:pk>/propose/", self.propose_view, "propose", needs=members),
            self.page("<int:pk>/paper/", self.paper_view, "paper", needs=members),
            self.page("<int:pk>/account/", self.account_view, "account", needs=accounts),
            self.page("<int:pk>/invite/", self.invite_view, "invite", needs=accounts),
            self.page("<int:pk>/account/<int:seat>/end/", self.end_seat_view, "end_seat", needs=accounts),
        ]

    def _deed(self, request, pk, deed: "pages.Deed"):
        obj = self.object_or_404(request, pk)
        return pages.deed_page(
            request, obj, deed, frame=self.page_context(request, obj), back_url=self.page_url("change", obj.pk)
        )

    def propose_view(self, request, pk):
        """What the firm asks for on paper (代录); the one that is under way, where there is one."""
        obj = self.object_or_404(request, pk)
        known = open_proposal_of(obj)
        if known and request.method != "POST":
            messages.info(request, "这家企业有一件资料变更正在办理，办完才能再代录。")
            return HttpResponseRedirect(known.case.get_absolute_url())
        frame = self.page_context(request, obj)
        return proposal_page(request, obj, frame=frame, back_url=self.page_url("change", obj.pk))

    def call_view(self, request, pk):
        return call_page(self, request, self.object_or_404(request, pk))

    def rename_view(self, request, pk):
        return self._deed(request, pk, pages.RENAME)

    def code_view(self, request, pk):
        return self._deed(request, pk, pages.CODE)

    def name_view(self, request, pk):
        return self._deed(request, pk, pages.NAME)

    def paper_view(self, request, pk):
        return self._deed(request, pk, pages.PAPER)

    def account_view(self, request, pk):
        return self._deed(request, pk, pages.ACCOUNT)

    def invite_view(self, request, pk):
        return self._deed(request, pk, INVITE)

    def _ask(self, request, obj, title: str, about: str, act):
        """A question with one button; a POST does it."""
        return pages.act_page(
            request, act=lambda _data: act(), frame=self.page_context(request, obj), said=f"已{title}。", title=title,
            about=about, button=title, danger=True, back_url=self.page_url("change", obj.pk),
        )  # fmt: skip

    def remove_name_view(self, request, pk, name):
        obj = self.object_or_404(request, pk)
        row = pages.row_or_404(obj.party.names.exclude(kind=PartyName.Kind.CURRENT), name)
        about = (
            f"「{row.name}」不再是这家企业的{row.get_kind_display()}；按它对应过来的资料会重新匹配。录入有误时才删除。"
        )
        return self._ask(
            request, obj, f"删除{row.get_kind_display()}", about, lambda: actions.remove_name(row, by=request.user)
        )

    def end_seat_view(self, request, pk, seat):
        obj = self.object_or_404(request, pk)
        row = pages.row_or_404(Seat.objects.live().select_related("user", "party").filter(party=obj.party), seat)
        about = f"{row.user.name}从今天起不能再为「{obj.party.name}」办理；账号本身和办理记录都保留。"
        return self._ask(request, obj, "停用席位", about, lambda: seats.end(row, by=request.user))

    # -- out ---------------------------------------------------------------------------------------------------

    def export_view(self, request):
        params = queries.FILTERS.asked(request.GET)
        made = export_list(FIRMS, params, by=request.user, request=request, back_url=self.page_url("changelist"))
        if isinstance(made, Job):
            return HttpResponseRedirect(job_url(made))
        return attachment(made, file_name(FIRMS))

    def print_view(self, request):
        back = self.page_url("changelist")
        return pages.print_page(
            request, queries.FILTERS.asked(request.GET), masked=masked_for(request.user), back_url=back
        )
