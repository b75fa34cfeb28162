"""评价轮次: the round's page (本轮总览), its settings, switches, runs, list, exports, the issuer's result."""

from urllib.parse import quote

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import NoReverseMatch, reverse
from django.utils.http import content_disposition_header

from association.accounts.roles import Right
from association.core.admin import BaseAdmin, Link, in_order
from association.core.adminhooks import holds
from association.core.adminlist import chip
from association.exchange.models import ImportBatch
from association.exchange.sheets import XLSX
from association.jobs.views import page_url as job_url
from association.timeline.models import Event

from .. import issued, queries
from ..actions import change_round, issuer_note, open_round, set_switch
from ..exports import TABLES, export_now, file_name, is_small, start_export
from ..forms import ReasonForm, RoundForm
from ..models import RatingRound, ScoringRun
from ..publicity import make_list, still_checking, why_not
from ..runs import start_run
from ..scheme_rows import rulebook_of

SWITCHES = {
    "sheets_open": (
        "向企业开放评分表",
        "企业登录后可以看到协会评分的依据，并在「请企业核对」以后确认或提出异议。",
        "企业不再能看到评分表；已公布的信用等级不受影响。",
    ),
    "grades_open": (
        "主管部门同意公开",
        "企业可以看到主管部门评分、总分和测算等级（须同时开放评分表），测算等级可以生成公示名单。请先取得主管部门同意，在说明里写明依据。",
        "企业不再能看到主管部门评分、总分和测算等级，也不能再生成公示名单；已经公示的名单不受影响。",
    ),
}


def import_url(kind: str, rating_round: RatingRound, source: str = "") -> str:
    """The page that takes a file of a kind, with the round filled in."""
    try:
        base = reverse("admin:exchange_importbatch_add")
    except NoReverseMatch:
        return ""
    return f"{base}?kind={kind}&round={rating_round.year}" + (f"&source={quote(source)}" if source else "")


@admin.register(RatingRound)
class RatingRoundAdmin(BaseAdmin):
    form = RoundForm
    list_display = ("title", "year", "issuer", "firms", "run", "issued")
    list_select_related = ("current_run",)
    sidebar_order = 10
    saves_through_actions = True
    fieldsets = [
        (None, {"fields": [("year", "title"), "scheme", "issuer", ("opens_on", "closes_on"), "publicity_days"]}),
    ]
    empty_text = "先载入或复制评分办法，再新建轮次，然后导入企业名册、信用信息、调查和主管部门评分。"

    # -- list ------------------------------------------------------------------------------------------------

    @admin.display(description="参评企业")
    def firms(self, obj):
        return obj.current_run.population if obj.current_run else None

    firms.number = True

    @admin.display(description="测算")
    def run(self, obj):
        return f"第 {obj.current_run.number} 次" if obj.current_run else "还没有测算"

    @admin.display(description="发布结果")
    def issued(self, obj):
        return chip(f"{obj.issued_on} 已发布", "lake") if obj.issued_on else None

    # -- new, settings ---------------------------------------------------------------------------------------

    def get_readonly_fields(self, request, obj=None):
        return [*super().get_readonly_fields(request, obj), *(["year"] if obj else [])]

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change=change, **kwargs)
        if "scheme" in form.base_fields:
            for name in ("can_add_related", "can_change_related", "can_delete_related", "can_view_related"):
                setattr(form.base_fields["scheme"].widget, name, False)
        if obj is None and "title" in form.base_fields:
            form.base_fields["title"].required = form.base_fields["issuer"].required = False
            form.base_fields["title"].help_text = "不填时写作「2021 年度企业信用等级评价」。"
            form.base_fields["issuer"].help_text = "公布信用等级的单位；不填时用协会信息里的主管部门。"
        return form

    def save_model(self, request, obj, form, change):
        values = {name: value for name, value in form.cleaned_data.items() if name in RoundForm.Meta.fields}
        if change:
            changed = {name: value for name, value in values.items() if name in form.changed_data}
            saved = change_round(obj, by=request.user, **changed)
        else:
            blank = [name for name in ("title", "issuer") if not values[name]]
            saved, _new = open_round(by=request.user, **{k: v for k, v in values.items() if k not in blank})
        obj.pk, obj.version = saved.pk, saved.version

    def response_add(self, request, obj, post_url_continue=None):
        messages.success(
            request, "轮次已开设。接下来依次导入申报企业名册、信用信息、业绩调查和主管部门评分，顺序不限。"
        )
        if note := issuer_note(obj):
            messages.warning(request, note)
        return HttpResponseRedirect(self.page_url("change", obj.pk))

    def response_change(self, request, obj):
        messages.success(request, "设置已保存。")
        return HttpResponseRedirect(self.page_url("change", obj.pk))

    def settings_view(self, request, object_id):
        return self.changeform_view(request, object_id, extra_context={"title": "轮次设置", "subpage": True})

    # -- the round's page ------------------------------------------------------------------------------------

    def extra_urls(self):
        pages = (
            ("settings", self.settings_view, "change"), ("rate", self.rate_view, Right.RATING),
            ("publicity", self.publicity_view, Right.PUBLICITY), ("issued", self.issued_view, "view"),
            ("aside", self.aside_view, "view"),
        )  # fmt: skip
        return [
            *(
                self.page(f"<path:object_id>/{name}/", view, name, needs=self._needed(right))
                for name, view, right in pages
            ),
            self.page(
                "<path:object_id>/switch/<str:name>/", self.switch_view, "switch", needs=self._needed(Right.RATING)
            ),
            self.page("<path:object_id>/export/<str:name>/", self.export_view, "export", needs="view"),
        ]

    @staticmethod
    def _needed(right) -> str:
        return f"portal.{right.value}" if isinstance(right, Right) else right

    def history_of(self, obj):
        """What was done with the round, its files and its runs."""
        batches = ImportBatch.objects.filter(Q(options__round=obj.year) | Q(kind="credit-records"))
        about = [(RatingRound, [obj.pk]), (ScoringRun, obj.runs.values("pk")), (ImportBatch, batches.values("pk"))]
        wanted = Q()
        for model, keys in about:
            wanted |= Q(subject_type=model._meta.label_lower, subject_id__in=keys)
        return in_order(Event.objects.filter(wanted))

    def change_view(self, request, object_id, form_url="", extra_context=None):
        obj = self.object_or_404(request, object_id)
        context = self.page_context(request, obj, title=obj.title, subpage=False, history=self.history_of(obj)[:8])
        return TemplateResponse(request, "admin/evaluations/round.html", context | self._overview(request, obj))

    def _overview(self, request, obj) -> dict:
        rating, publicity = holds(request.user, Right.RATING), holds(request.user, Right.PUBLICITY)
        book = rulebook_of(obj.scheme)
        used = [row.source for part in obj.scheme.parts.prefetch_related("rules") for row in part.rules.all()]
        lines = queries.import_lines(obj, dict.fromkeys(used))
        run, public_list = obj.current_run, queries.list_of(obj)
        return {
            "may_rate": rating, "may_publicise": publicity, "may_import": holds(request.user, Right.IMPORT) and rating,
            "lines": [(line, import_url(line.kind, obj, line.source)) for line in lines],
            "issue_url": import_url("issued-grades", obj), "tiles": self._tiles(obj, lines), "run": run,
            "stale": queries.inputs_changed_since(obj), "runs": self._runs(obj),
            "stats": queries.statistics(obj) if run else None, "own_full": f"{book.own_full.normalize():f}",
            "switches": [(name, *words, getattr(obj, name)) for name, words in SWITCHES.items()],
            "public_list": public_list,
            "list_why": why_not(obj) if publicity else "",
            "tables": TABLES.values(),
            "issued_count": obj.ratings.standing().exclude(grade="").count() if obj.issued_on else 0,
            "differences": issued.differences(obj).count() if obj.issued_on and run else 0,
            "form_links": [Link("轮次设置", self.page_url("settings", obj.pk))] if rating else [],
        }  # fmt: skip

    @staticmethod
    def _runs(obj):
        return list(obj.runs.valid().defer("rulebook", "summary").select_related("by").order_by("-number")[:8])

    @staticmethod
    def _tiles(obj, lines) -> list[dict]:
        firms = reverse("admin:evaluations_rating_changelist") + f"?round__year={obj.year}"
        book = rulebook_of(obj.scheme)
        tiles = [
            {"value": lines[0].count, "label": "参评企业", "unit": "家", "url": firms},
            {
                "value": sum(line.waiting for line in lines), "label": "等待认领", "unit": "行",
                "url": reverse("evaluations:waiting"), "wrong": True,
            },
        ]  # fmt: skip
        if book.survey_parts:
            count = queries.not_surveyed(obj).count()
            tiles.append(
                {"value": count, "label": "未调查", "unit": "家", "url": f"{firms}&missing=survey", "wrong": True}
            )
        if book.imported_parts:
            count = queries.without_score(obj).count()
            tiles.append(
                {
                    "value": count,
                    "label": f"没有{book.imported_parts[0].name}评分",
                    "unit": "家",
                    "url": f"{firms}&missing=score",
                    "wrong": True,
                }
            )
        aside = len(queries.aside(obj)) if lines[0].count else 0
        if aside:
            url = reverse("admin:evaluations_ratinground_aside", args=[obj.pk])
            tiles.append({"value": aside, "label": "有资料、未参评", "unit": "家", "url": url})
        return tiles

    # -- what can be done --------------------------------------------------------------------------------------

    def rate_view(self, request, object_id):
        obj = self._posted(request, object_id)
        return HttpResponseRedirect(job_url(start_run(obj, by=request.user)))

    def _posted(self, request, object_id) -> RatingRound:
        if request.method != "POST":
            raise Http404
        return self.object_or_404(request, object_id)

    def switch_view(self, request, object_id, name):
        obj = self.object_or_404(request, object_id)
        if name not in SWITCHES:
            raise Http404
        label, opens, closes = SWITCHES[name]
        on = not getattr(obj, name)
        form = ReasonForm(
            request.POST or None,
            label="说明",
            required=name == "grades_open" and on,
            help_text="例：主管部门 2021-04-20 复函。" if name == "grades_open" else "",
        )
        back = self.page_url("change", obj.pk)
        if request.method == "POST" and request.POST.get("on") != str(int(on)):
            messages.info(request, f"「{label}」刚刚已经{'关闭' if on else '打开'}，没有再改。")
            return HttpResponseRedirect(back)
        if request.method == "POST" and form.is_valid():
            set_switch(obj, name=name, on=on, by=request.user, note=form.cleaned_data["note"])
            messages.success(request, f"已{'打开' if on else '关闭'}「{label}」。")
            return HttpResponseRedirect(back)
        verb = "打开" if on else "关闭"
        context = self.page_context(
            request, obj, title=f"{verb}「{label}」", form=form, back_url=back, button=verb,
            about=opens if on else closes, hidden=[("on", int(on))],
        )  # fmt: skip
        return TemplateResponse(request, "admin/evaluations/plain_form.html", context)

    def publicity_view(self, request, object_id):
        obj = self._posted(request, object_id)
        try:
            made = make_list(obj, by=request.user)
        except ValidationError as problem:
            messages.warning(request, problem.messages[0])
            return HttpResponseRedirect(self.page_url("change", obj.pk))
        messages.success(request, f"已生成公示名单草稿，共 {made.lines.count()} 家。请核对以后发布公示。")
        if waiting := still_checking(made):
            messages.warning(request, waiting)
        return HttpResponseRedirect(made.get_absolute_url())

    def export_view(self, request, object_id, name):
        obj = self.object_or_404(request, object_id)
        if name not in TABLES:
            raise Http404
        table, run = TABLES[name], obj.current_run
        if run is None:
            messages.warning(request, "还没有测算结果，请先测算，再导出。")
            return HttpResponseRedirect(self.page_url("change", obj.pk))
        run.round = obj
        if not is_small(run):
            return HttpResponseRedirect(job_url(start_export(table, run, by=request.user)))
        response = HttpResponse(export_now(table, run, by=request.user, request=request), content_type=XLSX)
        response["Content-Disposition"] = content_disposition_header(True, file_name(table, obj))
        return response

    def aside_view(self, request, object_id):
        """有资料、未参评: firms on file about which something came in though they do not take part."""
        obj = self.object_or_404(request, object_id)
        found = queries.aside(obj)
        context = self.page_context(
            request,
            obj,
            title="有资料、未参评",
            firms=found[:500],
            count=len(found),
            back_url=self.page_url("change", obj.pk),
        )
        return TemplateResponse(request, "admin/evaluations/aside.html", context)

    def issued_view(self, request, object_id):
        """The issuer's result beside ours: firms not on the list, grades that differ."""
        obj = self.object_or_404(request, object_id)
        context = self.page_context(
            request, obj, title="发布结果", import_url=import_url("issued-grades", obj),
            differences=list(issued.differences(obj)[:500]) if obj.current_run_id else [],
            missing=list(issued.missing(obj)[:500]) if obj.issued_on else [],
            missing_count=issued.missing(obj).count(), graded=obj.ratings.standing().exclude(grade="").count(),
        )  # fmt: skip
        return TemplateResponse(request, "admin/evaluations/issued.html", context)
