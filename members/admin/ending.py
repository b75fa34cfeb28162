"""即将到期: papers and qualifications that end, to filter, print and export; staff say that they have read it."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponseRedirect
from django.shortcuts import render
from django.template.response import TemplateResponse
from django.utils import timezone

from association.accounts.roles import Right
from association.core.admin import ReadOnlyAdmin
from association.core.adminhooks import holds
from association.core.adminmenu import MenuPage, add_page
from association.core.models import Association
from association.exchange.exports import export_list, file_name
from association.exchange.views import attachment
from association.jobs.models import Job
from association.jobs.views import page_url as job_url
from association.timeline.actions import log_access

from .. import terms_watch
from ..models import TermWarning

A_PAGE, PRINTED = 50, 1000

add_page(MenuPage("企业", "即将到期", terms_watch.PAGE_URL, may=lambda user: holds(user, Right.READ), order=140))


@admin.register(TermWarning)
class EndingAdmin(ReadOnlyAdmin):
    """The list of what was warned of is reached from 即将到期 only."""

    in_sidebar = False
    list_display = ("party", "ends_on", "days", "created_at", "noted_at", "noted_by")
    list_filter = ("days",)
    search_fields = ("party__name",)
    search_rows = staticmethod(lambda rows, term: rows.filter(party__name__icontains=term))
    fields = ("party", "ends_on", "days", "created_at", "noted_at", "noted_by")
    empty_text = "到期提醒发出以后，会列在这里。"

    def extra_urls(self):
        return [
            self.page("ending/", self.ending_view, "ending", needs="view"),
            self.page("ending/print/", self.print_view, "ending_print", needs="view"),
            self.page("ending/export/", self.export_view, "ending_export", needs="view"),
            self.page("ending/noted/", self.noted_view, "ending_noted", needs=f"portal.{Right.MEMBERS}"),
            *super().extra_urls(),
        ]

    def ending_view(self, request):
        """What ends, the nearest first. Four queries."""
        params = terms_watch.params_of(request.GET)
        paginator = Paginator(terms_watch.ending(request.user, params), A_PAGE)
        page = paginator.get_page(request.GET.get("p"))
        rows = [terms_watch.Ending(*row) for row in page.object_list]
        warned = terms_watch.warned(rows)
        query = request.GET.copy()
        query.pop("p", None)
        context = self.page_context(
            request, title="即将到期", params=params, page=page, query=query.urlencode(),
            rows=[(row, warned.get((row.source, row.pk, row.ends_on))) for row in rows],
            within=terms_watch.WITHIN,
            sources=terms_watch.SOURCES, districts=Association.current().district_names(),
            unread=TermWarning.objects.filter(noted_at=None).exists() and holds(request.user, Right.MEMBERS),
            print_url=self.page_url("ending_print"), export_url=self.page_url("ending_export"),
            noted_url=self.page_url("ending_noted"), log_url=self.page_url("changelist"),
        )  # fmt: skip
        return TemplateResponse(request, "admin/members/ending.html", context)

    def print_view(self, request):
        """The list as a sheet. Leaves an AccessLog row."""
        params = terms_watch.params_of(request.GET)
        found, back = terms_watch.ending(request.user, params), f"{self.page_url('ending')}?{request.GET.urlencode()}"
        count, words = found.count(), terms_watch.words_of(params)
        if count > PRINTED:
            messages.info(request, f"共 {count} 项，超过 {PRINTED} 项请用「导出」，在 Excel 里打印；或者先缩小范围。")
            return HttpResponseRedirect(back)
        log_access("print", f"证照资质到期清单（{words}）", by=request.user, rows=count, request=request)
        context = {
            "rows": [terms_watch.Ending(*row) for row in found], "words": words, "count": count, "back_url": back,
            "printed_by": request.user.name, "printed_at": timezone.now(), "sources": terms_watch.SOURCES,
        }  # fmt: skip
        return render(request, "members/ending_print.html", context)

    def export_view(self, request):
        params = terms_watch.params_of(request.GET)
        back = self.page_url("ending")
        made = export_list(terms_watch.EXPORT, params, by=request.user, request=request, back_url=back)
        if isinstance(made, Job):
            return HttpResponseRedirect(job_url(made))
        return attachment(made, file_name(terms_watch.EXPORT))

    def noted_view(self, request):
        """已阅: the to-do goes until something new is warned of."""
        if request.method == "POST":
            try:
                count = terms_watch.note_all(by=request.user)
            except PermissionDenied as problem:
                messages.warning(request, str(problem))
            else:
                messages.success(request, f"已阅 {count} 项提醒。" if count else "没有新的提醒。")
        return HttpResponseRedirect(self.page_url("ending"))
