"""Long work (后台任务): what runs, how far it is, what came of it."""

from django.contrib import admin
from django.shortcuts import redirect

from association.core.admin import ReadOnlyAdmin
from association.core.adminlist import chip, link

from .models import Job
from .views import page_url

TONES = {Job.State.QUEUED: "", Job.State.RUNNING: "gold", Job.State.DONE: "lake", Job.State.FAILED: "seal"}


@admin.register(Job)
class JobAdmin(ReadOnlyAdmin):
    list_display = ("name", "state_chip", "progress", "owner", "created_at", "finished_at")
    list_display_links = None
    list_filter = ("state",)
    search_fields = ("title",)
    empty_text = "导入、测算、导出等较长的工作会列在这里。"
    sidebar_order = 30

    @admin.display(description="名称", ordering="title")
    def name(self, job):
        return link(page_url(job), job.title)

    @admin.display(description="状态", ordering="state")
    def state_chip(self, job):
        return chip(job.get_state_display(), TONES[job.state])

    @admin.display(description="进度")
    def progress(self, job):
        return f"{job.done:,} / {job.total:,}" if job.total else ""

    def has_module_permission(self, request):
        """Whoever works here may watch their own jobs; visible_to says which others."""
        return request.user.is_staff

    def has_view_permission(self, request, obj=None):
        return request.user.is_staff

    def change_view(self, request, object_id, form_url="", extra_context=None):
        """A job's own page says more than its columns."""
        return redirect(page_url(self.object_or_404(request, object_id)))
