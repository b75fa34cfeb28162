"""积分项目, 积分明细, 年度积分榜: rules that staff edit, lines that are written and voided, the yearly list."""

from django.contrib import admin
from django.shortcuts import render
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from association.accounts.roles import Right
from association.core.admin import BaseAdmin, Link, ReadOnlyAdmin
from association.core.adminhooks import holds
from association.core.adminlist import chip
from association.core.models import Association
from association.exchange.sheets import Head, table_bytes
from association.exchange.views import attachment
from association.parties.models import Party
from association.parties.search import by_party
from association.timeline.actions import log_access
from association.timeline.models import Event

from .. import points
from ..models import PointEntry, PointRule
from ..pages import act_page
from ..point_forms import PointForm, VoidPointForm

MEMBERS = f"portal.{Right.MEMBERS.value}"


@admin.register(PointRule)
class PointRuleAdmin(BaseAdmin):
    list_display = ("name", "points", "year_cap", "is_active")
    fields = (("name", "key"), ("points", "year_cap"), "is_active")
    sidebar_order = 95
    empty_text = "按右上角的「载入常用项目」，再按本协会的办法增减。"

    def list_links(self, request) -> list[Link]:
        return [Link("载入常用项目", self.page_url("load"))] if holds(request.user, Right.MEMBERS) else []

    def get_readonly_fields(self, request, obj=None):
        """The key stays: other parts of the portal name the rule by it."""
        return [*super().get_readonly_fields(request, obj), *(["key"] if obj else [])]

    def extra_urls(self):
        return [self.page("load/", self.load_view, "load", needs=MEMBERS)]

    def load_view(self, request):
        return act_page(
            request, act=lambda _data: points.load_rules(), frame=self.page_context(request),
            said=lambda added: f"已载入 {added} 个积分项目。" if added else "常用项目都已经在这里了。",
            title="载入常用项目", button="载入常用项目", back_url=self.page_url("changelist"),
            about="把参加会议、培训、投稿等常用的积分项目补进来，分值和每年上限可以再改；已有的不改。",
        )  # fmt: skip


class _YearFilter(admin.SimpleListFilter):
    title, parameter_name = "年度", "year"

    def lookups(self, request, model_admin):
        return [(str(year), f"{year} 年") for year in points.years()]

    def queryset(self, request, queryset):
        return queryset.filter(year=self.value()) if (self.value() or "").isdigit() else queryset


@admin.register(PointEntry)
class PointEntryAdmin(ReadOnlyAdmin):
    list_display = ("party", "rule", "happened_on", "shown_points", "note", "by", "standing")
    list_select_related = ("party", "rule", "by")
    list_filter = (_YearFilter, "rule")
    fields = ("party", "rule", "happened_on", "shown_points", "note", "by", "standing")
    search_fields = ("party__name",)
    search_help_text = "会员名称、简称、拼音首字母、代码"
    sidebar_order = 90
    empty_text = "用右上角的「登记积分」逐笔登记，或从 Excel 导入；会议、培训等办理以后也会自动计入。"

    search_rows = staticmethod(by_party())

    def list_links(self, request) -> list[Link]:
        links = [Link("年度积分榜", self.page_url("year"))]
        if holds(request.user, Right.MEMBERS):
            links.append(Link("导入", f"{reverse('admin:exchange_importbatch_add')}?kind=points"))
            links.append(Link("登记积分", self.page_url("new"), filled=True))
        return links

    shown_points = admin.display(description="分值", ordering="points")(lambda self, row: f"{row.points.normalize():f}")

    @admin.display(description="情况")
    def standing(self, row):
        return chip(f"已作废：{row.void_reason}", "seal") if row.voided_at else chip("计分", "lake")

    def history_of(self, obj):
        rows = Event.objects.filter(subject_type=Party._meta.label_lower, subject_id=obj.party_id)
        return rows.filter(verb__startswith="points.", happened_on__gte=obj.happened_on)

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        if obj.voided_at is None and holds(request.user, Right.MEMBERS):
            context["form_links"] = [Link("作废", self.page_url("void", obj.pk))]
        return super().render_change_form(request, context, add, change, form_url, obj)

    def extra_urls(self):
        return [
            self.page("new/", self.new_view, "new", needs=MEMBERS),
            self.page("year/", self.year_view, "year", needs="view"),
            self.page("year/print/", self.print_view, "print", needs="view"),
            self.page("year/export/", self.export_view, "export", needs="view"),
            self.page("<int:pk>/void/", self.void_view, "void", needs=MEMBERS),
        ]

    # -- lines -------------------------------------------------------------------------------------------------

    def new_view(self, request):
        def act(data):
            return points.add_by_hand(
                party=data["unit"], rule=data["rule"], happened_on=data["happened_on"], note=data["note"],
                by=request.user,
            )  # fmt: skip

        data, start = request.POST if request.method == "POST" else None, {"unit": request.GET.get("unit", "")}
        form = PointForm(data, user=request.user, initial=start)
        return act_page(
            request, form=form, act=act, frame=self.page_context(request), back_url=self.page_url("changelist"),
            said=lambda row: f"已为「{row.party.name}」登记「{row.rule.name}」，积 {points.words(row.points)}。",
            title="登记积分", button="登记", about="分值按积分项目计，登记后单位能看到。",
        )  # fmt: skip

    def void_view(self, request, pk):
        entry = self.object_or_404(request, pk)
        return act_page(
            request, form=VoidPointForm(request.POST if request.method == "POST" else None),
            act=lambda data: points.void(entry, by=request.user, reason=data["reason"]),
            said="已作废，这一笔不再计分，记录保留。", frame=self.page_context(request, entry),
            back_url=self.page_url("change", entry.pk), title="作废积分", button="作废",
            about=f"「{entry.party.name}」{entry.happened_on:%Y-%m-%d} {entry.rule.name}，{points.words(entry.points)}。",
        )  # fmt: skip

    # -- the year ----------------------------------------------------------------------------------------------

    def _year(self, request) -> int:
        asked, years = request.GET.get("year", ""), points.years()
        return int(asked) if asked.isdigit() and int(asked) in years else years[0]

    def _list(self, request) -> dict:
        year = self._year(request)
        rules, rows = points.yearly_list(year)
        return {"year": year, "rules": rules, "rows": rows}

    def year_view(self, request):
        shown = self._list(request)
        context = self.page_context(
            request,
            title=f"{shown['year']} 年度积分榜",
            years=points.years(),
            back_url=self.page_url("changelist"),
            **shown,
        )
        return TemplateResponse(request, "admin/members/points_year.html", context)

    def print_view(self, request):
        shown = self._list(request)
        title = f"{shown['year']} 年度积分榜"
        log_access("print", title, by=request.user, rows=len(shown["rows"]), request=request)
        context = {
            "title": title, "back_url": f"{self.page_url('year')}?year={shown['year']}",
            "printed_by": request.user.name, "printed_at": timezone.now(), **shown,
        }  # fmt: skip
        return render(request, "members/points_print.html", context)

    def export_view(self, request):
        shown = self._list(request)
        title, count = f"{shown['year']} 年度积分榜", len(shown["rows"])
        heads = [
            Head("名次", 6, figure=True), Head("会员", 34), Head("代码或临时编号", 21),
            *(Head(rule.name, 12, figure=True) for rule in shown["rules"]), Head("合计", 9, figure=True),
        ]  # fmt: skip
        content = table_bytes(
            title=f"{Association.current().name}{title}", landscape=True, heads=heads,
            notes=f"共 {count} 家；导出：{request.user.name} {timezone.localtime():%Y-%m-%d %H:%M}",
            rows=([row.rank, row.party.name, row.party.number, *(cell for _rule, cell in row.cells), row.total] for row in shown["rows"]),
        )  # fmt: skip
        log_access("export", title, by=request.user, rows=count, request=request)
        return attachment(content, f"{title}.xlsx")
