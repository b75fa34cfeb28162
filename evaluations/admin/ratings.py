"""参评企业: each firm's rating in a round, its sheet, its moves (of its case)."""

from django.contrib import admin
from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.template.response import TemplateResponse
from django.utils import timezone

from association.cases.caseadmin import CaseRowAdmin, case_state_filter
from association.core.admin import Link
from association.core.adminlist import chip
from association.core.words import word
from association.parties.search import by_party

from ..enums import RatingState
from ..models import AuthorityScore, Rating, RatingRound, ScoreSheet, Survey
from ..queries import sheet_for
from ..scoring import RuleBook
from ..workflow import KIND
from .rows import RoundFilter

NONE = "-"


class _CurrentSheet(admin.SimpleListFilter):
    """A filter on the sheet in the round's current run."""

    field = ""

    def queryset(self, request, queryset):
        if self.value() is None:
            return queryset
        sheets = ScoreSheet.objects.filter(rating=OuterRef("pk"), run=OuterRef("round__current_run"))
        return queryset.filter(Exists(sheets.filter(**self.wanted(self.value()))))

    def wanted(self, value) -> dict:
        return {self.field: value}


class _ComputedFilter(_CurrentSheet):
    title, parameter_name, field = "测算等级", "computed", "grade"

    def lookups(self, request, model_admin):
        rounds = RatingRound.objects.select_related("current_run").exclude(current_run=None)
        labels = (label for one in rounds for label in RuleBook.from_dict(one.current_run.rulebook).labels)
        return [(label, label) for label in dict.fromkeys(labels)] + [(NONE, "暂无")]

    def wanted(self, value):
        return {"grade": "" if value == NONE else value}


class _PointsFilter(_CurrentSheet):
    title, parameter_name, field = "协会评分", "points", "own_points"

    def lookups(self, request, model_admin):
        found = ScoreSheet.objects.filter(run__in=RatingRound.objects.values("current_run"))
        points = found.exclude(own_points=None).order_by("own_points").values_list("own_points", flat=True).distinct()
        return [(f"{one.normalize():f}", f"{one.normalize():f} 分") for one in points]

    def wanted(self, value):
        return {"own_points": value if value.replace(".", "", 1).isdigit() else -1}


class _MissingFilter(admin.SimpleListFilter):
    title, parameter_name = "缺少", "missing"

    def lookups(self, request, model_admin):
        return [
            ("survey", "未调查"),
            ("score", "没有主管部门评分"),
            ("sheet", "没有测算结果"),
            ("grade", "没有信用等级"),
        ]

    def queryset(self, request, queryset):
        of_firm = {"round": OuterRef("round"), "party": OuterRef("party"), "voided_at": None}
        sheets = ScoreSheet.objects.filter(rating=OuterRef("pk"), run=OuterRef("round__current_run"))
        wanted = {
            "survey": ~Exists(Survey.objects.filter(**of_firm)),
            "score": ~Exists(AuthorityScore.objects.filter(**of_firm)),
            "sheet": ~Exists(sheets),
            "grade": Q(grade=""),
        }.get(self.value())
        return queryset if wanted is None else queryset.filter(wanted)


class _DistrictFilter(admin.SimpleListFilter):
    title, parameter_name = word("district"), "district"

    def lookups(self, request, model_admin):
        found = Rating.objects.order_by("district").values_list("district", flat=True).distinct()
        return [(one or NONE, one or "未填写") for one in found]

    def queryset(self, request, queryset):
        value = self.value()
        return queryset if value is None else queryset.filter(district="" if value == NONE else value)


@admin.register(Rating)
class RatingAdmin(CaseRowAdmin):
    workflow_kind = KIND
    change_form_template = "admin/evaluations/rating.html"
    list_display = ("name", "district", "group", "member", "points", "total", "computed", "issued_grade", "state_chip")
    list_filter = (
        RoundFilter,
        case_state_filter(RatingState),
        _ComputedFilter,
        _PointsFilter,
        "qualification_group",
        _DistrictFilter,
        "is_member",
        _MissingFilter,
    )
    list_display_links = ("name",)
    list_select_related = ("case", "round")
    search_fields = ("name",)
    search_help_text = "企业名称、曾用名、拼音首字母、代码"
    search_rows = staticmethod(by_party("party", "name__icontains", "code__iexact"))
    ordering = ("-round__year", "case_id")
    sidebar_order = 20
    empty_text = "导入申报企业名册以后，参评企业会列在这里。"
    fieldsets = [
        (
            "参评信息（本轮当时）",
            {
                "fields": [
                    ("name", "code"),
                    ("district", "qualification"),
                    ("qualification_group", "is_member", "member_number"),
                ]
            },
        ),
        ("信用等级", {"fields": [("grade", "grade_number", "grade_on")]}),
    ]

    def get_queryset(self, request):
        sheets = ScoreSheet.objects.filter(rating=OuterRef("pk"), run=OuterRef("round__current_run"))
        columns = {f"_{name}": Subquery(sheets.values(name)[:1]) for name in ("own_points", "total", "grade")}
        return super().get_queryset(request).annotate(**columns)

    # -- columns ---------------------------------------------------------------------------------------------

    @admin.display(description="资质", ordering="qualification_group")
    def group(self, rating):
        return rating.qualification_group

    @admin.display(description="会员", ordering="is_member")
    def member(self, rating):
        return "会员" if rating.is_member else "非会员"

    @admin.display(description="协会评分", ordering="_own_points")
    def points(self, rating):
        return rating._own_points

    @admin.display(description="总分", ordering="_total")
    def total(self, rating):
        return rating._total

    points.number = total.number = True

    @admin.display(description="测算等级", ordering="_grade")
    def computed(self, rating):
        return rating._grade

    @admin.display(description="信用等级", ordering="grade")
    def issued_grade(self, rating):
        return chip(rating.grade, "lake") if rating.grade else None

    # -- pages -----------------------------------------------------------------------------------------------

    def get_object(self, request, object_id, from_field=None):
        obj = super().get_object(request, object_id, from_field)
        if obj is not None:
            obj.round = RatingRound.objects.select_related("current_run").get(pk=obj.round_id)
        return obj

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        if obj is not None:
            context |= sheet_for(request.user, obj).context() | {"sheet_url": self.page_url("sheet", obj.pk)}
            context["form_links"] = [Link("打印评分表", self.page_url("sheet", obj.pk))] if context["sheet"] else []
            context["others"] = others_of(obj)
        return super().render_change_form(request, context, add, change, form_url, obj)

    def extra_urls(self):
        return [*super().extra_urls(), self.page("<path:object_id>/sheet/", self.sheet_view, "sheet", needs="view")]

    def sheet_view(self, request, object_id):
        """评分表, to read and to print."""
        obj = self.object_or_404(request, object_id)
        context = sheet_for(request.user, obj).context() | {
            "printed_by": request.user.name, "printed_at": timezone.now(), "back_url": self.page_url("change", obj.pk),
        }  # fmt: skip
        if context["sheet"] is None:
            return TemplateResponse(
                request, "admin/evaluations/no_sheet.html", self.page_context(request, obj, title="评分表")
            )
        return TemplateResponse(request, "evaluations/score_sheet_print.html", context)


def others_of(rating: Rating) -> list[Rating]:
    """The firm's ratings in other years, latest first."""
    rows = Rating.objects.filter(party=rating.party_id, case__voided_at=None).exclude(pk=rating.pk)
    return list(rows.select_related("round").annotate(year=F("round__year")).order_by("-year"))
