"""届次, 职务, 任职: the terms, the posts, who held which, and the directory of council and supervisors on a day."""

from django.contrib import admin
from django.http import HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone

from association.accounts.roles import Right
from association.core.admin import BaseAdmin, Link
from association.core.adminhooks import holds
from association.core.adminlist import chip
from association.core.adminmenu import MenuPage, add_page
from association.core.masking import mask_mobile
from association.exchange.exports import export_list, file_name, masked_for
from association.exchange.views import attachment
from association.jobs.models import Job
from association.jobs.views import page_url as job_url
from association.timeline.actions import log_access
from association.timeline.models import Event

from .. import terms
from ..models import Post, Tenure, Term
from ..pages import act_page
from ..resources_members import MEMBERS
from ..term_forms import AppointForm, AsOfForm, CorrectForm, EndForm, ReplaceForm, VoidForm
from ..term_queries import directory, search_tenures, term_named

DIRECTORY_URL = "/admin/members/tenure/directory/"
add_page(
    MenuPage("会籍", "理事会、监事会名单", DIRECTORY_URL, lambda user: user.has_perm("members.view_tenure"), order=50)
)


@admin.register(Term)
class TermAdmin(BaseAdmin):
    list_display = ("name", "number", "starts_on", "ends_on")
    fields = (("number", "name"), ("starts_on", "ends_on"))
    sidebar_order = 70
    empty_text = "新建届次以后，任职和换届名单都归到届次下。"


@admin.register(Post)
class PostAdmin(BaseAdmin):
    list_display = ("name", "unit_name", "organ", "order", "is_plain", "is_active")
    list_filter = ("organ", "is_active")
    fields = (("name", "unit_name"), "other_names", ("organ", "order"), ("is_plain", "is_active"))
    sidebar_order = 80
    empty_text = "按右上角的「载入常用职务」，再按章程增减。"

    def list_links(self, request):
        if not holds(request.user, Right.MEMBERS):
            return []
        return [Link("载入常用职务", self.page_url("load"))]

    def extra_urls(self):
        return [self.page("load/", self.load_view, "load", needs=f"portal.{Right.MEMBERS.value}")]

    def load_view(self, request):
        """The usual posts that are missing."""
        return act_page(
            request, act=lambda _data: terms.load_posts(by=request.user), frame=self.page_context(request),
            said=lambda added: f"已载入 {added} 项职务。" if added else "常用职务都已经在这里了。", title="载入常用职务",
            button="载入", about="把会长、副会长、理事、监事、会员等常用职务补进来；已有的不改。",
            back_url=self.page_url("changelist"),
        )  # fmt: skip


class _NowFilter(admin.SimpleListFilter):
    title, parameter_name = "情况", "now"

    def lookups(self, request, model_admin):
        return [("now", "现任"), ("past", "已离任"), ("void", "已作废")]

    def queryset(self, request, queryset):
        if self.value() == "void":
            return queryset.exclude(voided_at=None)
        if self.value() == "now":
            return queryset.on()
        standing = queryset.standing()
        return standing.filter(ended_on__lte=timezone.localdate()) if self.value() == "past" else standing


@admin.register(Tenure)
class TenureAdmin(BaseAdmin):
    list_display = ("post", "unit", "person_name", "person_title", "term", "starts_on", "ended_on", "now")
    list_select_related = ("post", "party", "term")
    list_filter = (_NowFilter, "term", "post", "post__organ")
    search_fields = ("person_name",)
    search_help_text = "任职人，单位名称、曾用名、拼音首字母、代码"
    search_rows = staticmethod(search_tenures)
    saves_through_actions = True
    sidebar_order = 40
    empty_text = "导入会员名册，或印发换届名单以后，各单位的任职会列在这里；也可以逐项登记。"
    readonly_fields = ("post", "unit", "ended_on", "end_reason", "basis")
    fieldsets = (
        (
            "任职",
            {"fields": [("post", "unit"), ("person_name", "person_title", "person_phone"), ("starts_on", "term")]},
        ),
        ("离任与依据", {"fields": [("ended_on", "end_reason"), "basis"]}),
    )
    add_fieldsets = (
        (
            "任职",
            {"fields": [("post", "unit"), ("person_name", "person_title", "person_phone"), ("starts_on", "term")]},
        ),
    )

    @admin.display(description="单位", ordering="party__name")
    def unit(self, tenure):
        return tenure.party.name if tenure.party_id else None

    @admin.display(description="依据")
    def basis(self, tenure):
        found = [
            f"任职：{tenure.change}" if tenure.change_id else "",
            f"离任：{tenure.end_change}" if tenure.end_change_id else "",
        ]
        return "；".join(filter(None, found))

    @admin.display(description="情况")
    def now(self, tenure):
        today = timezone.localdate()
        if tenure.voided_at:
            return chip("已作废")
        if tenure.ended_on and tenure.ended_on <= today:
            return chip("已离任")
        return chip("现任", "lake") if tenure.starts_on <= today else chip("未到任", "gold")

    def list_links(self, request):
        links = [Link("理事会、监事会名单", DIRECTORY_URL), Link("导出会员名册", self.page_url("roster"))]
        if holds(request.user, Right.MEMBERS):
            links.append(Link("导入会员名册", "/admin/exchange/importbatch/add/?kind=members"))
        return links

    # -- the form ----------------------------------------------------------------------------------------------

    def get_fieldsets(self, request, obj=None):
        return self.add_fieldsets if obj is None else super().get_fieldsets(request, obj)

    def get_readonly_fields(self, request, obj=None):
        return () if obj is None else super().get_readonly_fields(request, obj)

    def get_form(self, request, obj=None, change=False, **kwargs):
        kwargs["form"] = AppointForm if obj is None else CorrectForm
        return super().get_form(request, obj, change=change, **kwargs)

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and (obj is None or obj.voided_at is None)

    def save_model(self, request, obj, form, change):
        data = form.cleaned_data
        if change:
            values = {name: data[name] for name in terms.CORRECTABLE if name in form.changed_data and name in data}
            saved = terms.correct_tenure(obj, by=request.user, **values)
        else:
            names = ("post", "person_name", "person_title", "person_phone", "starts_on", "term")
            saved = terms.appoint(party=form.party, by=request.user, **{name: data[name] for name in names})
        obj.pk, obj.version, obj._state.adding = saved.pk, saved.version, False

    def history_of(self, obj):
        """What happened to posts of the unit."""
        label, pk = ("parties.party", obj.party_id) if obj.party_id else ("members.tenure", obj.pk)
        return Event.objects.filter(subject_type=label, subject_id=pk, verb__startswith="tenure.")

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        if obj is not None and self.has_change_permission(request, obj):
            open_ = [("换人", "replace"), ("登记离任", "end")] if obj.ended_on is None else []
            pages = [*open_, ("作废", "void")]
            context["form_links"] = [Link(label, self.page_url(name, obj.pk)) for label, name in pages]
        return super().render_change_form(request, context, add, change, form_url, obj)

    # -- pages beside it ---------------------------------------------------------------------------------------

    def extra_urls(self):
        return [
            self.page("directory/", self.directory_view, "directory", needs="view"),
            self.page("roster/download/", self.roster_view, "roster", needs="view"),
            self.page("<int:pk>/replace/", self.replace_view, "replace"),
            self.page("<int:pk>/end/", self.end_view, "end"),
            self.page("<int:pk>/void/", self.void_view, "void"),
        ]

    def _act(self, request, pk, form_class, action, *, title, about, **more):
        obj = self.object_or_404(request, pk)
        return act_page(
            request, form=form_class(request.POST or None), said=f"已办理「{title}」。",
            act=lambda data: action(obj, by=request.user, **data), frame=self.page_context(request, obj),
            back_url=self.page_url("change", obj.pk), title=title, button=title,
            heading=f"{terms.holder_of(obj)} · {obj.post}", about=about, **more,
        )  # fmt: skip

    def replace_view(self, request, pk):
        about = "单位的职务不变，换一个人担任：原任职人的任期到接任日期为止，两人的任期都保留。"
        return self._act(request, pk, ReplaceForm, terms.replace_person, title="换人", about=about)

    def end_view(self, request, pk):
        return self._act(
            request, pk, EndForm, terms.end_tenure, title="登记离任", about="从离任日期起不再担任；以前的任期保留。"
        )

    def void_view(self, request, pk):
        about = "录入有误时才作废；作废以后，名单和任职查询都不再算这一条。"
        return self._act(request, pk, VoidForm, terms.void_tenure, title="作废", about=about, danger=True)

    def roster_view(self, request):
        """The member roster as a file that can be imported again."""
        back = self.page_url("changelist")
        made = export_list(MEMBERS, {}, by=request.user, request=request, back_url=back)
        return HttpResponseRedirect(job_url(made)) if isinstance(made, Job) else attachment(made, file_name(MEMBERS))

    def directory_view(self, request):
        """理事会、监事会名单 as of a day, to look at and to print. Leaves an AccessLog row."""
        if request.method != "GET":
            return HttpResponseNotAllowed(["GET"])
        form = AsOfForm(request.GET or None)
        day, masked = form.day(), masked_for(request.user)
        organs = directory(Tenure.objects.visible_to(request.user), day)
        for tenure in (row for organ in organs for row in organ["rows"]):
            tenure.phone = mask_mobile(tenure.person_phone) if masked else tenure.person_phone
        count = sum(organ["count"] for organ in organs)
        log_access("print", f"理事会、监事会名单（{day:%Y-%m-%d}）", by=request.user, rows=count, request=request)
        context = {
            "organs": organs, "day": day, "form": form, "count": count, "masked": masked, "term": term_named(organs),
            "back_url": self.page_url("changelist"), "printed_by": request.user.name, "printed_at": timezone.now(),
        }  # fmt: skip
        return render(request, "members/council.html", context)
