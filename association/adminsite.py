"""The one admin site (管理后台): its first page is the inbox (待办); closed to everyone who is not staff."""

from csp.decorators import csp_replace
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import path, reverse
from unfold.sites import UnfoldAdminSite

from association.core.adminmenu import menu_for


class PortalAdminSite(UnfoldAdminSite):
    """Anonymous readers get the login alike (accounts.gate), whether a page exists or not; a logged-in stranger 404."""

    index_title = "今日一页"
    enable_nav_sidebar = True

    def register(self, model_or_iterable, admin_class=None, **options):
        """Ours only: the admins that packages bring know neither visible_to() nor our pages, and stay closed."""
        from association.core.admin import BaseAdmin  # it needs the models, the site class does not

        if admin_class is not None and issubclass(admin_class, BaseAdmin):
            super().register(model_or_iterable, admin_class, **options)

    def admin_view(self, view, cacheable=False):
        inner = super().admin_view(view, cacheable)

        def closed(request, *args, **kwargs):
            if not self.has_permission(request):
                raise Http404
            return inner(request, *args, **kwargs)

        # the theme's scripts evaluate expressions; only pages of the admin get the policy that lets them
        return csp_replace(settings.ADMIN_CONTENT_SECURITY_POLICY)(closed)

    def get_urls(self):
        urls = super().get_urls()
        for pattern in urls:
            if hasattr(pattern.callback, "login_url"):
                del pattern.callback.login_url  # one login for all: settings.LOGIN_URL
        return urls

    def extra_urls(self):
        from association.jobs.views import job_page  # models are not loaded when the site class is

        return [path("jobs/<uuid:uid>/", self.admin_view(job_page), name="job")]

    @login_not_required
    def login(self, request, extra_context=None):
        """One login for all, with its rate limits and second factor."""
        if request.user.is_authenticated:
            if not self.has_permission(request):
                raise Http404
            return HttpResponseRedirect(reverse("admin:index"))
        return redirect_to_login(request.GET.get("next") or reverse("admin:index"), settings.LOGIN_URL)

    def logout(self, request, extra_context=None):
        return redirect("account_logout")

    def password_change(self, request, extra_context=None):
        return redirect("account_change_password")

    def password_change_done(self, request, extra_context=None):
        return redirect("account_change_password")

    def search(self, request, extra_context=None):
        raise Http404  # the theme's search over models; ours is in each list

    def app_index(self, request, app_label, extra_context=None):
        return redirect("admin:index")

    def get_sidebar_list(self, request):
        """Built by our own menu (core.adminmenu): the template gets only what the person may see."""
        return menu_for(self, request)

    def each_context(self, request):
        context = super().each_context(request)
        context["available_apps"] = ()
        return context

    def get_app_list(self, request, app_label=None):
        """The menu replaces it; the theme asks for it on every page."""
        return []

    def index(self, request, extra_context=None):
        from association.today import today_page  # models are not loaded when the site class is

        return super().index(request, today_page(request) | (extra_context or {}))
