"""The page of a job (后台任务): how far it is, what came of it. It asks for itself again until the job is over."""

from django.contrib import admin
from django.http import Http404
from django.template.response import TemplateResponse
from django.urls import reverse

from .heartbeat import is_alive
from .models import Job

STOP_POLLING = 286  # htmx: take the answer, ask no more
RELOAD = "reload"  # in the address asked: the page shows more than the job, all of which changes at its end
POLL_HEADER = "X-Poll"  # such a request is the page's, not the person's: it keeps no session alive


def page_url(job: Job, *, reload: bool = False) -> str:
    """Where staff watch a job; with `reload` the page that asks is read anew once the job is over (RELOAD)."""
    return reverse("admin:job", args=[job.uid]) + (f"?{RELOAD}=1" if reload else "")


def job_of(user, uid) -> Job:
    """The job of an address, if this person may see it. Raises Http404."""
    job = Job.objects.visible_to(user).select_related("owner").filter(uid=uid).first()
    if job is None:
        raise Http404
    return job


def shown_result(job: Job) -> list[tuple]:
    """[(word, value)] of what came of it: entries whose key is a Chinese word are for people, others for programs."""
    return [(name, value) for name, value in job.result.items() if not name.isascii()]


def progress_context(job: Job, poll_url: str) -> dict:
    """What templates/jobs/progress.html shows."""
    return {"job": job, "poll_url": poll_url, "jobs_alive": is_alive(), "result": shown_result(job)}


def poll(request, job: Job, poll_url: str):
    """The part of a job's page that changes, for whichever page shows it; ends the asking when the job is over."""
    status = STOP_POLLING if job.is_over else 200
    answer = TemplateResponse(request, "jobs/progress.html", progress_context(job, poll_url), status=status)
    if job.is_over and RELOAD in request.GET:
        answer.headers["HX-Refresh"] = "true"
    return answer


def job_page(request, uid):
    """A job among the pages of the admin, which wraps this view."""
    job = job_of(request.user, uid)
    if request.headers.get(POLL_HEADER):
        return poll(request, job, request.get_full_path())
    context = {"title": job.title, **progress_context(job, request.path)}
    return TemplateResponse(request, "jobs/job.html", admin.site.each_context(request) | context)
