"""The rating's pages for staff (信用评价)."""

from association.core.adminmenu import MenuPage, add_page

from . import ratings, rounds, rows, runs, schemes  # noqa: F401 - they register themselves

add_page(
    MenuPage(
        "信用评价",
        "等待认领",
        "/admin/evaluations/waiting/",
        lambda user: user.has_perm("evaluations.view_creditrecord"),
        25,
    )
)
