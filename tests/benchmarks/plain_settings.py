"""Settings of the references: the same models and database behind Django's usual middleware and its plain admin."""

from association.settings import *  # noqa: F403
from association.settings import INSTALLED_APPS, TEMPLATES

INSTALLED_APPS = [
    "django.contrib.admin.apps.SimpleAdminConfig" if name == "association.apps.PortalAdminConfig" else name
    for name in INSTALLED_APPS
    if not name.startswith("unfold")
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",  # without it allauth, whose models ours need, does not start
]
TEMPLATES = [TEMPLATES[0] | {"DIRS": []}]
ROOT_URLCONF = "tests.benchmarks.plain_urls"
