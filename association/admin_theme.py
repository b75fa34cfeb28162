"""The admin theme (django-unfold): the colours of the house, nothing from elsewhere."""

from django.templatetags.static import static


def _sheet(_request):
    return static("admin-theme/admin.css")


def site_name(_request) -> str:
    from association.core.models import Association  # settings are read before models can be

    return f"{Association.current().short_name}工作台"


def icon(_request) -> str:
    from association.core.models import Association  # as above

    return Association.current().icon_url


UNFOLD = {
    "SITE_TITLE": "association.admin_theme.site_name",
    "SITE_HEADER": "association.admin_theme.site_name",
    "SITE_URL": "/",
    "SITE_FAVICONS": [{"rel": "icon", "href": "association.admin_theme.icon"}],
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": False,
    "SHOW_BACK_BUTTON": False,
    "BORDER_RADIUS": "8px",
    "STYLES": [_sheet],
    "COLORS": {
        "base": {
            "50": "#fbfaf7", "100": "#f1f4f4", "200": "#dfe6e8", "300": "#c5d0d4", "400": "#8a999f", "500": "#55656c",
            "600": "#43525a", "700": "#324048", "800": "#1f2c33", "900": "#152026", "950": "#0d161b",
        },
        "primary": {
            "50": "#eef5f6", "100": "#dcebee", "200": "#bcd8dd", "300": "#8fbcc5", "400": "#5b9aa7", "500": "#2f8091",
            "600": "#0f4c5c", "700": "#0d4351", "800": "#0c3843", "900": "#0a2d36", "950": "#071f26",
        },
        "font": {
            "subtle-light": "#55656c", "subtle-dark": "#9fb0b6", "default-light": "#33434a", "default-dark": "#c8d3d7",
            "important-light": "#1d2a30", "important-dark": "#f1f4f4",
        },
    },
}  # fmt: skip
