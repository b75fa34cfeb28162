"""会籍: the list of members, a membership's page with what can be done to it, lapse, statistics. All writes are actions."""

import datetime as dt
import uuid

from django.contrib import admin, messages
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import render
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from association.accounts.roles import Right
from association.core.admin import Link, ReadOnlyAdmin
from association.core.adminhooks import holds
from association.core.adminlist import chip
from association.core.adminmenu import MenuPage, add_page
from association.core.refusals import tried
from association.core.words import word
from association.exchange.exports import export_list, file_name
from association.exchange.views import attachment
from association.jobs.models import Job
from association.jobs.views import page_url as job_url
from association.parties.models import Party
from association.timeline.actions import log_access
from association.timeline.models import Event

from .. import joining, membership_deeds, membership_queries
from ..membership_forms import EnrolForm
from ..membership_queries import FILTERS
from ..models import Membership
from ..pages import PRINTED
from ..resources_members import MEMBERS
from .applications import file_link
from .filters import list_filter
from .lapse import lapse_page
from .statistics import statistics_export, statistics_page


@admin.register(Membership)
class MembershipAdmin(ReadOnlyAdmin):
    """Written down on a page that asks whose it is (补登记会员); then changed by what can be done to it."""

    change_form_template = "admin/members/membership.html"
    list_display = ("number", "member", "kind", "post", "district", "since", "state")
    list_display_links = ("member",)
    list_filter = (
        list_filter(FILTERS, "state", "状态", membership_queries.CURRENT),
        *(
            list_filter(FILTERS, name, label)
            for name, label in (
                ("kind", "会员类别"),
                ("post", "职务"),
                ("district", word("district")),
                ("unit", "单位类型"),
                ("joined", "入会年份"),
            )
        ),
    )
    search_fields = ("number",)
    search_help_text = "会员编号、名称、曾用名、简称、拼音首字母、代码"
    search_rows = staticmethod(membership_queries.search)
    sidebar_order = 100
    ordering = ["number", "pk"]
    empty_text = "批准入会以后，会员会列在这里；已有的会员用「导入」会员名册，或逐个「补登记会员」。"
    fieldsets = [
        ("会籍", {"fields": [("party", "kind"), ("number", "since"), ("body", "meeting_on"), ("note",)]}),
        ("终止", {"fields": [("ended_on", "ending"), ("end_body", "end_meeting_on"), ("end_note", "void_reason")]}),
    ]

    def get_queryset(self, request):
        rows = super().get_queryset(request)
        if request.resolver_match and request.resolver_match.url_name.endswith("_changelist"):
            rows = membership_queries.with_post(rows.standing()).prefetch_related("pauses")
        return rows.select_related("party__firm")

    def get_fieldsets(self, request, obj=None):
        fieldsets = super().get_fieldsets(request, obj)
        return fieldsets if obj is None or obj.ended_on or obj.voided_at else fieldsets[:1]

    # -- columns -----------------------------------------------------------------------------------------------

    @admin.display(description="会员", ordering="party__name")
    def member(self, row):
        return row.party.name

    @admin.display(description="职务")
    def post(self, row):
        return row.post_name or ""

    @admin.display(description=word("district"), ordering="party__firm__district")
    def district(self, row):
        firm = getattr(row.party, "firm", None)
        return firm.district if firm else ""

    @admin.display(description="入会日期", ordering="joined_on")
    def since(self, row):
        return f"{row.joined_on:%Y-%m-%d}" if row.joined_on_known else "不详"

    @admin.display(description="状态")
    def state(self, row):
        if row.ended_on:
            return chip(row.get_ending_display())
        return (
            chip("权利中止", "gold") if any(one.ends_on is None for one in row.pauses.all()) else chip("在册", "lake")
        )

    def list_links(self, request) -> list[Link]:
        query = f"?{request.GET.urlencode()}" if request.GET else ""
        links = [Link("打印花名册", self.page_url("print") + query), Link("导出", self.page_url("export") + query)]
        if holds(request.user, Right.MEMBERS):
            links.append(Link("导入", f"{reverse('admin:exchange_importbatch_add')}?kind=members"))
            links.append(Link("自动退会名单", reverse("admin:members_membership_lapse")))
            links.append(Link("补登记会员", self.page_url("enrol")))
        return links

    # -- the page ----------------------------------------------------------------------------------------------

    def history_of(self, obj):
        """What happened to the party's membership."""
        return Event.objects.filter(
            subject_type="parties.party", subject_id=obj.party_id, verb__startswith="membership."
        ).order_by("-entered_at", "-pk")

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        if obj is not None:
            others = Membership.objects.filter(party=obj.party_id).exclude(pk=obj.pk).order_by("-joined_on", "-pk")
            waiting = joining.open_leaving_of(obj.party) if not obj.ended_on else None
            context |= {
                "form_links": self._links(request, obj), "pauses": obj.pauses.order_by("-starts_on"),
                "others": others, "leaving": waiting, "today": membership_queries.standing_on(obj.party),
            }  # fmt: skip
        return super().render_change_form(request, context, add, change, form_url, obj)

    def _links(self, request, obj) -> list[Link]:
        links = []
        if holds(request.user, Right.MEMBERS):
            found = membership_deeds.deeds_for(obj)
            links += [Link(deed.title, self.page_url("deed", obj.pk, name)) for name, deed in found.items()]
        if obj.letter:
            links.append(Link("入会通知书", self.page_url("letter", obj.pk)))
        if obj.case_id:
            links.append(Link("入会办件", reverse("admin:members_membershipapplication_change", args=[obj.case_id])))
        on = f"{self.page_url('on')}?party={obj.party.uid}"
        return [*links, Link("某日会籍", on), *filter(None, [file_link(obj.party)])]

    def extra_urls(self):
        members = f"portal.{Right.MEMBERS.value}"
        return [
            self.page("print/", self.print_view, "print", needs="view"),
            self.page("export/", self.export_view, "export", needs="view"),
            self.page("on/", self.on_view, "on", needs="view"),
            self.page("enrol/", self.enrol_view, "enrol", needs=members),
            self.page("<int:pk>/letter/", self.letter_view, "letter", needs="view"),
            self.page("<int:pk>/do/<slug:deed>/", self.deed_view, "deed", needs=members),
            self.page("lapse/", lambda request: lapse_page(self, request), "lapse", needs=members),
            self.page("statistics/", lambda request: statistics_page(self, request), "statistics", needs="view"),
            self.page(
                "statistics/export/", lambda request: statistics_export(self, request), "statistics_export",
                needs="view",
            ),
            *super().extra_urls(),
        ]  # fmt: skip

    # -- pages beside it ---------------------------------------------------------------------------------------

    def _plain(self, request, form, **context):
        page = self.page_context(request, context.get("member"), forms=[("", form)], **context)
        return TemplateResponse(request, "admin/members/plain.html", page, status=422 if form.errors else 200)

    def deed_view(self, request, pk, deed):
        """One thing done to a membership: its end, a rest, a correction."""
        obj = self.object_or_404(request, pk)
        back = self.page_url("change", obj.pk)
        found = membership_deeds.DEEDS.get(deed)
        if found is None:
            raise Http404
        if deed not in membership_deeds.deeds_for(obj) and request.method != "POST":
            messages.warning(request, f"现在不能{found.title}，可能有人刚刚办理过。")
            return HttpResponseRedirect(back)
        form = found.form(request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid():
            words = tried(form, lambda: found.act(obj, request.user, form.cleaned_data))
            if words:
                messages.success(request, words)
                return HttpResponseRedirect(back)
        return self._plain(
            request, form, title=found.title, about=found.about, button=found.title, back_url=back, member=obj,
            danger=found.danger,
        )  # fmt: skip

    def enrol_view(self, request):
        """Somebody who is a member already is written down, without an application."""
        data, start = request.POST if request.method == "POST" else None, {"unit": request.GET.get("unit", "")}
        form = EnrolForm(data, user=request.user, initial=start)
        if request.method == "POST" and form.is_valid():
            made = tried(form, lambda: membership_deeds.enrol(form, by=request.user))
            if made:
                messages.success(request, f"已登记「{made.party.name}」为会员，编号 {made.number}。")
                return HttpResponseRedirect(self.page_url("change", made.pk))
        about = "已经是会员、档案里还没有会籍的，在这里补登记；新申请的请走「入会申请」。"
        return self._plain(
            request, form, title="补登记会员", about=about, button="登记会员", back_url=self.page_url("changelist")
        )

    def on_view(self, request):
        """某日会籍: was it a member on that day, in what post, held by whom."""
        party = Party.objects.visible_to(request.user).filter(uid=uid_of(request.GET.get("party", ""))).first()
        if party is None:
            raise Http404
        day = day_of(request.GET.get("day", ""))
        context = self.page_context(
            request, title="某日会籍", party=party, standing=membership_queries.standing_on(party, day), wrong=day is None,
            back_url=reverse("admin:members_firm_change", args=[party.pk]) if hasattr(party, "firm") else "",
        )  # fmt: skip
        return TemplateResponse(request, "admin/members/on.html", context)

    def letter_view(self, request, pk):
        obj = self.object_or_404(request, pk)
        if not obj.letter:
            raise Http404
        context = {"membership": obj, "back_url": self.page_url("change", obj.pk)}
        return render(request, "members/letter.html", context)

    # -- out ---------------------------------------------------------------------------------------------------

    def export_view(self, request):
        params = FILTERS.asked(request.GET)
        made = export_list(MEMBERS, params, by=request.user, request=request, back_url=self.page_url("changelist"))
        if isinstance(made, Job):
            return HttpResponseRedirect(job_url(made))
        return attachment(made, file_name(MEMBERS))

    def print_view(self, request):
        """会员花名册 as a sheet. Leaves an AccessLog row."""
        params, back = FILTERS.asked(request.GET), self.page_url("changelist")
        rows = membership_queries.with_post(membership_queries.listed(request.user, params))
        count, words = rows.count(), FILTERS.words(params)
        if count > PRINTED:
            messages.info(
                request,
                f"共 {count} 名，超过 {PRINTED} 名的花名册请用「导出」，在 Excel 里打印；或者先用筛选缩小范围。",
            )
            return HttpResponseRedirect(back)
        log_access(
            "print", f"会员花名册（{words}）" if words else "会员花名册", by=request.user, rows=count, request=request
        )
        context = {
            "rows": rows.select_related("party__firm"), "count": count, "words": words, "back_url": back,
            "printed_by": request.user.name, "printed_at": timezone.now(),
        }  # fmt: skip
        return render(request, "members/members_print.html", context)


def uid_of(text: str):
    """The uid itself, or one that nobody has."""
    try:
        return uuid.UUID(text)
    except ValueError:
        return uuid.UUID(int=0)


def day_of(text: str) -> dt.date | None:
    """The day as typed; today where nothing was; None where it is none."""
    if not text.strip():
        return timezone.localdate()
    try:
        return dt.date.fromisoformat(text.strip())
    except ValueError:
        return None


add_page(
    MenuPage(
        "会籍", "会员统计", "/admin/members/membership/statistics/", lambda user: Right.READ in user.rights_today, 105
    )
)
