"""The one admin site (管理后台): its first page is the inbox (待办)."""

from allauth.account.decorators import secure_admin_login
from unfold.sites import UnfoldAdminSite


class PortalAdminSite(UnfoldAdminSite):
    site_header = site_title = "协会工作台"
    index_title = "待办"

    def __init__(self, name="admin"):
        super().__init__(name)
        self.login = secure_admin_login(self.login)  # one login for all, with its rate limits and second factor
