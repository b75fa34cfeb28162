"""测算记录: each run as it was, with its figures and the differences from the run before."""

from django.contrib import admin

from association.core.admin import ReadOnlyAdmin
from association.core.adminlist import chip

from ..models import ScoringRun


@admin.register(ScoringRun)
class ScoringRunAdmin(ReadOnlyAdmin):
    list_display = ("title", "round", "firms", "changed", "by", "finished_at", "current")
    list_select_related = ("round", "by")
    list_filter = ("round",)
    fields = ("round", "number", "firms", "by", "finished_at", "scheme")
    sidebar_order = 40
    empty_text = "在评价轮次页面按「测算」，结果会逐次留在这里。"
    change_form_template = "admin/evaluations/run.html"

    def get_queryset(self, request):
        return super().get_queryset(request).valid()

    @admin.display(description="次数", ordering="number")
    def title(self, run):
        return f"第 {run.number} 次测算"

    @admin.display(description="参评企业", ordering="population")
    def firms(self, run):
        return run.population

    firms.number = True

    @admin.display(description="与上一次不同")
    def changed(self, run):
        return count_of(run.changes)

    changed.number = True

    @admin.display(description="评分办法")
    def scheme(self, run):
        return run.rulebook.get("name", "")

    @admin.display(description="使用")
    def current(self, run):
        return chip("当前", "lake") if run.round.current_run_id == run.pk else None

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        if obj is not None:
            context |= {
                "differences": [row for row in obj.changes if "more" not in row],
                "more": sum(row["more"] for row in obj.changes if "more" in row),
                "figures": figures_of(obj.summary),
            }
        return super().render_change_form(request, context, add, change, form_url, obj)


def count_of(changes: list[dict]) -> int:
    return sum(row.get("more", 1) for row in changes)


def figures_of(summary: dict) -> list[tuple[str, dict]]:
    """[(title, {label: count})] of a run's stored summary."""
    own = {f"{points} 分": count for points, count in summary.get("points", {}).items()}
    members = {"会员": summary.get("members", 0), "非会员": summary.get("non_members", 0)}
    found = (
        ("测算等级", summary.get("grades", {})),
        ("协会评分", own),
        ("资质", summary.get("by_level", {})),
        ("会员", members),
    )
    return [(title, figures) for title, figures in found if figures]
