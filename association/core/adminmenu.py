"""The admin's side menu (导航): areas in the order of the work, each with what the person may see."""

import re
from collections.abc import Callable
from dataclasses import dataclass

AREAS = ("待办", "企业", "会籍", "会费", "信用评价", "公示公告", "信息发布", "导入", "账号", "系统")
_AREA_OF_APP = {
    "inbox": "待办", "cases": "待办", "members": "企业", "parties": "企业", "evaluations": "信用评价",
    "publicity": "公示公告", "exchange": "导入", "news": "信息发布", "accounts": "账号",
}  # fmt: skip
_AREA_OF_MODEL = {
    "parties.seat": "账号", "parties.invitation": "账号", "members.seatrequest": "账号", "cases.slot": "系统",
} | dict.fromkeys(
    (
        "members.membershiprules", "members.membership", "members.membershipapplication", "members.leavingrequest",
        "members.term", "members.post", "members.tenure", "members.termchange", "members.pointrule", "members.pointentry",
    ),
    "会籍",
) | dict.fromkeys(
    (
        "members.duesyear", "members.duesbill", "members.duesreduction", "members.duesstandard", "members.duesrules",
        "members.billingdetails", "members.bankline", "members.payment", "members.duesreceipt", "members.duesreminder",
        "members.duespromise",
    ),
    "会费",
)  # fmt: skip


@dataclass(frozen=True)
class MenuPage:
    """A page that is no model's list. `url` is a path or a function of nothing; `may(user)` says who sees it."""

    area: str
    label: str
    url: str | Callable[[], str]
    may: Callable
    order: int = 50


_pages: list[MenuPage] = []


def add_page(page: MenuPage) -> MenuPage:
    """Put a page into the menu; called where the page's admin module is loaded."""
    if page.area not in AREAS:
        raise ValueError(f"no such area: {page.area}")
    _pages.append(page)
    return page


def menu_for(site, request) -> list[dict]:
    """[{"title", "items": [{"title", "link", "active"}]}]: only areas with something in them for this person."""
    found: dict[str, list] = {area: [] for area in AREAS}
    for model, admin in site._registry.items():
        meta = model._meta
        if getattr(admin, "in_sidebar", True) and admin.has_module_permission(request) and _may_list(admin, request):
            area = _AREA_OF_MODEL.get(meta.label_lower) or _AREA_OF_APP.get(meta.app_label, "系统")
            order = getattr(admin, "sidebar_order", 100)
            address = f"/admin/{meta.app_label}/{meta.model_name}/"
            if only := getattr(admin, "only_row", None):
                address += f"{only}/change/"
            found[area].append((order, str(meta.verbose_name_plural), address))
    for page in _pages:
        if page.may(request.user):
            found[page.area].append((page.order, page.label, page.url() if callable(page.url) else page.url))
    found["待办"].append((0, "今日一页", "/admin/"))
    return [
        {"title": area, "items": _items(sorted(rows, key=lambda row: row[0]), request.path)}
        for area, rows in found.items() if rows
    ]  # fmt: skip


def _may_list(admin, request) -> bool:
    return admin.has_view_or_change_permission(request)


def _items(rows, path) -> list[dict]:
    starts = {link: re.sub(r"\d+/change/$", "", link) for _order, _title, link in rows}
    here = max((link for link, start in starts.items() if path.startswith(start) and (link != "/admin/" or path == link)),
               key=len, default=None)  # fmt: skip
    return [{"title": title, "link": link, "active": link == here} for _order, title, link in rows]
