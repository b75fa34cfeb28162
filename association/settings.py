"""Settings of the portal, read from the environment (see .env.example); what is missing or wrong is named aloud.

Two ways to run, one code: embedded (SQLite, Celery over the file system, cache in files, everything under var/) when
neither DATABASE_URL nor REDIS_URL is set, and PostgreSQL with Redis when they are.
"""

import os
import secrets
from datetime import timedelta
from pathlib import Path

from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from environs import Env, EnvError

from association.admin_theme import UNFOLD  # noqa: F401 - read by the admin theme

BASE_DIR = Path(__file__).resolve().parent.parent
env = Env()
env.read_env(BASE_DIR / ".env", recurse=False)

PORTAL_ENV = env.str("PORTAL_ENV", "") or "development"
if PORTAL_ENV not in ("production", "development"):  # misspelt, a production site would run on the weak defaults
    raise ImproperlyConfigured(f"PORTAL_ENV: {PORTAL_ENV!r} is not known; set production or development")
PRODUCTION = PORTAL_ENV == "production"
VAR_DIR = Path(env.str("VAR_DIR", str(BASE_DIR / "var")))
VAR_DIR.mkdir(parents=True, exist_ok=True)


def _ours_alone(path: Path, *, folder: bool = False):
    """Personal data: no other account of the machine reads the database file or the uploads."""
    if path.name.startswith((":memory:", "file:")):
        return
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.mkdir(mode=0o700, exist_ok=True) if folder else path.touch(mode=0o600)
    elif path.stat().st_uid == os.getuid() and path.stat().st_mode & 0o077:
        path.chmod(0o700 if folder else 0o600)


def _own_secret_key() -> str:
    """A random key of this machine, kept in var/, so that the embedded portal never runs on a known one."""
    path = VAR_DIR / "secret_key"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(50))
    return path.read_text().strip()


DEBUG = env.bool("DEBUG", False)
SECRET_KEY = env.str("SECRET_KEY", "")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", [] if PRODUCTION else ["127.0.0.1", "localhost", "[::1]", "testserver"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", [])

if PRODUCTION:
    if DEBUG:
        raise ImproperlyConfigured("DEBUG: must be off in production; remove the variable or set DEBUG=false")
    if len(SECRET_KEY) < 40 or SECRET_KEY.startswith(("change-me", "django-insecure")):
        raise ImproperlyConfigured("SECRET_KEY: set a random key of at least 40 characters (production has no default)")
    if not ALLOWED_HOSTS or "*" in ALLOWED_HOSTS:
        raise ImproperlyConfigured("ALLOWED_HOSTS: name the hosts that the portal answers to, separated by commas")
elif not SECRET_KEY:
    SECRET_KEY = _own_secret_key()

# -- Apps ---------------------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "unfold.apps.BasicAppConfig",
    "unfold.contrib.filters",
    "unfold.contrib.forms",
    "unfold.contrib.import_export",
    "unfold.contrib.simple_history",
    "association.core",
    "association.accounts",
    "association.apps.PortalAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.sitemaps",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "import_export",
    "simple_history",
    "rules.apps.AutodiscoverRulesConfig",
    "django_htmx",
    "django_ckeditor_5",  # its files alone: the newsroom has its own widget and its own way to take pictures
    "association.parties",
    "association.timeline",
    "association.jobs",
    "association.documents",
    "association.outbox",
    "association.inbox",
    "association.workflow",
    "association.cases",
    "association.exchange",
    "association.publicity",
    "members",
    "evaluations",
    "association.news",
    "association.portal",
    "association.public",
    "association.demo",
]

MIDDLEWARE = [
    "association.news.reads.ReadsMiddleware",  # counts readers of kept pages too
    "association.core.pagecache.PublicPageMiddleware",  # outermost of what answers: a cached public page costs no session and no query
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "association.accounts.middleware.StaffIdleMiddleware",
    "association.accounts.gate.ClosedUnlessPublicMiddleware",  # closed unless a view is marked public
    "association.accounts.middleware.SecondFactorMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
]

ROOT_URLCONF = "association.urls"
WSGI_APPLICATION = "association.wsgi.application"
ASGI_APPLICATION = "association.asgi.application"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["association.core.templatetags.portal"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "association.core.context.association",
                "association.portal.desk.frame",
                "association.public.frame.site",
            ],
        },
    }
]

# -- Database, cache, queue ---------------------------------------------------------------------------------------

DATABASE_URL = env.str("DATABASE_URL", "")
REDIS_URL = env.str("REDIS_URL", "")


def _database() -> dict:
    """The database of DATABASE_URL. A wrong one is named without its text: it holds a password."""
    wanted = "DATABASE_URL: %s; write postgresql://USER:PASSWORD@HOST:5432/NAME, or leave it out for SQLite in var/"
    try:
        found = env.dj_db_url("DATABASE_URL", f"sqlite:///{VAR_DIR / 'portal.sqlite3'}", conn_max_age=60)
    except EnvError:
        raise ImproperlyConfigured(wanted % "this is no address of a database") from None
    if not found["ENGINE"].endswith(("postgresql", "sqlite3")):
        raise ImproperlyConfigured(wanted % "the portal runs on PostgreSQL or SQLite only")
    if not found["NAME"]:
        raise ImproperlyConfigured(wanted % "the name of the database is missing at its end")
    return found


DATABASES = {"default": _database()}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # one writer at a time: take the lock at BEGIN (no deadlock on upgrade), wait for it, readers never wait (WAL)
    DATABASES["default"]["OPTIONS"] = {
        "timeout": 20,
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-32000;",
    }
    _ours_alone(Path(DATABASES["default"]["NAME"]))
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Rate limits and the public pages' stamp count in this cache, so every process must share it.
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
    if REDIS_URL
    else {
        "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
        "LOCATION": str(VAR_DIR / "cache"),
        "OPTIONS": {"MAX_ENTRIES": 20000},
    }
}

QUEUE_DIR = VAR_DIR / "queue"
if REDIS_URL:
    CELERY_BROKER_URL = REDIS_URL
else:
    CELERY_BROKER_URL = "filesystem://localhost"  # the host means nothing; without one Celery warns
    for folder in ("messages", "processed", "control"):
        (QUEUE_DIR / folder).mkdir(parents=True, exist_ok=True)
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(QUEUE_DIR / "messages"),
        "data_folder_out": str(QUEUE_DIR / "messages"),
        "control_folder": str(QUEUE_DIR / "control"),
        "processed_folder": str(QUEUE_DIR / "processed"),
        "store_processed": False,
    }
CELERY_TIMEZONE = "Asia/Shanghai"
CELERY_TASK_IGNORE_RESULT = True  # the Job row holds state and result
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
JOB_LEASE_SECONDS = env.int("JOB_LEASE_SECONDS", 30)  # a worker silent for so long has lost its job
CELERY_BEAT_SCHEDULE = {
    "jobs": {"task": "jobs.sweep", "schedule": 15},
    "documents": {"task": "documents.sweep", "schedule": timedelta(hours=1)},
    "outbox": {"task": "outbox.sweep", "schedule": 30},
    "calendar": {"task": "inbox.calendar", "schedule": timedelta(minutes=10)},
    "publicity": {"task": "publicity.clock", "schedule": 60},
    "news": {"task": "news.clock", "schedule": 20},
    "pictures": {"task": "news.sweep", "schedule": timedelta(hours=1)},
    "search": {"task": "news.mend_search", "schedule": crontab(hour=3, minute=10)},
    "terms": {"task": "members.terms", "schedule": crontab(hour=8, minute=0)},
    "dues": {"task": "members.dues", "schedule": crontab(hour=7, minute=50)},
    "changes": {"task": "members.changes", "schedule": timedelta(minutes=10)},
    "duplicates": {"task": "members.duplicates", "schedule": crontab(hour=2, minute=30)},
}
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "beat-schedule")

READS_EVERY = 60  # seconds after which a process writes its read counts; None: only when told to

# -- Language, time -----------------------------------------------------------------------------------------------

LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_I18N = True
USE_TZ = True
FORMAT_MODULE_PATH = "association.core.formats"
LOCALE_PATHS = [BASE_DIR / "association" / "locale"]

# -- Files --------------------------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", str(VAR_DIR / "static")))
STATICFILES_DIRS = [BASE_DIR / "static"]
DOCUMENT_ROOT = Path(env.str("DOCUMENT_ROOT", str(VAR_DIR / "documents")))
_ours_alone(DOCUMENT_ROOT, folder=True)
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(DOCUMENT_ROOT)}},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = DEBUG
UPLOAD_LIMIT_BYTES = env.int("UPLOAD_LIMIT_MB", 20) * 1024 * 1024
IMPORT_LIMIT_BYTES = env.int("IMPORT_LIMIT_MB", 20) * 1024 * 1024
IMPORT_LIMIT_ROWS = env.int("IMPORT_LIMIT_ROWS", 200_000)
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20000  # an admin list with many ticked rows
FILE_UPLOAD_TEMP_DIR = str(VAR_DIR / "upload")
Path(FILE_UPLOAD_TEMP_DIR).mkdir(exist_ok=True)

# -- Accounts -----------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "rules.permissions.ObjectPermissionBackend",
    "association.accounts.backends.PortalBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 8}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/desk/"
STAFF_IDLE_MINUTES = env.int("STAFF_IDLE_MINUTES", 30)
STAFF_SECOND_FACTOR = env.bool("STAFF_SECOND_FACTOR", PRODUCTION)
SESSION_COOKIE_AGE = 14 * 24 * 3600

# Dotted path of a callable(mobile, text) that hands a message to the SMS provider; empty: no SMS, no login by code.
SMS_BACKEND = env.str("SMS_BACKEND", "")
SMS_DAILY_LIMIT = env.int("SMS_DAILY_LIMIT", 2000)  # for the whole portal: a burnt budget is silence for everyone
ACCOUNT_ADAPTER = "association.accounts.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"phone"}
ACCOUNT_SIGNUP_FIELDS = [
    "phone*",
    "password1*",
    "password2*",
]  # sign-up is closed; allauth learns from it what login is
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PHONE_VERIFICATION_ENABLED = False  # staff know whom they give a slip; an SMS code verifies by the way
ACCOUNT_PREVENT_ENUMERATION = "strict"
ACCOUNT_LOGIN_BY_CODE_ENABLED = bool(SMS_BACKEND)
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 5 * 60
ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS = 5
ACCOUNT_LOGIN_BY_CODE_TRUST_ENABLED = True
ALLAUTH_USER_CODE_FORMAT = {"numeric": True, "length": 6, "dashed": False}
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
ACCOUNT_FORMS = {
    "login": "association.accounts.forms.LoginForm",
    "request_login_code": "association.accounts.forms.RequestCodeForm",
    "confirm_login_code": "association.accounts.forms.ConfirmCodeForm",
    "reauthenticate": "association.accounts.forms.ReauthenticateForm",
}
# Five wrong passwords lock a number (accounts.lockout); these keep one address or machine from trying many. An office
# of a firm shares one address. Codes: by phone, by address and by day, for they cost money.
ACCOUNT_RATE_LIMITS = {
    "login": "60/m/ip",
    "login_failed": "20/m/ip,10/5m/key",
    "request_login_code": "20/m/ip,100/d/ip,3/m/key,10/d/key",
    "activate": "20/m/ip,10/5m/key",
    "send_code": "20/m/ip,100/d/ip,3/m/key,10/d/key",
    "try_code": "60/m/ip,5/5m/key",
    "register": "60/h/ip",  # each may bring files
    "lookup": "20/m/ip,200/d/ip,20/5m/key",  # 办件进度: a number is not to be tried with many codes
}
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if env.bool("BEHIND_PROXY", PRODUCTION) else 0
MFA_ADAPTER = "association.accounts.adapters.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_TOLERANCE = 1  # phones' clocks are half a minute off
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TRUST_ENABLED = True
MFA_TRUST_COOKIE_AGE = timedelta(days=30)
MFA_FORMS = {
    "authenticate": "association.accounts.forms.AuthenticateForm",
    "reauthenticate": "association.accounts.forms.MFAReauthenticateForm",
    "activate_totp": "association.accounts.forms.ActivateTOTPForm",
}
SESSION_ENGINE = "django.contrib.sessions.backends.db"

# -- Security -----------------------------------------------------------------------------------------------------

HTTPS = env.bool("HTTPS", PRODUCTION)
SECURE_SSL_REDIRECT = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.bool("BEHIND_PROXY", PRODUCTION) else None
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "association.core.errors.csrf_failure"

_OURS = {
    "default-src": [NONE],
    "script-src": [SELF],
    "style-src": [SELF],
    "img-src": [SELF, "data:"],
    "font-src": [SELF],
    "connect-src": [SELF],
    "form-action": [SELF],
    "frame-ancestors": [NONE],
    "base-uri": [NONE],
    "manifest-src": [SELF],
    "object-src": [NONE],
}
CONTENT_SECURITY_POLICY = {"DIRECTIVES": _OURS}
# The admin theme runs Alpine.js, which evaluates expressions; only /admin/ gets this one (core.middleware).
ADMIN_CONTENT_SECURITY_POLICY = _OURS | {
    "script-src": [SELF, "'unsafe-inline'", "'unsafe-eval'"],
    "style-src": [SELF, "'unsafe-inline'"],
}

# -- Mail and messages --------------------------------------------------------------------------------------------

_mail = env.dj_email_url("EMAIL_URL", "dummy:")
EMAIL_BACKEND, EMAIL_HOST, EMAIL_PORT = _mail["EMAIL_BACKEND"], _mail["EMAIL_HOST"], _mail["EMAIL_PORT"]
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _mail["EMAIL_HOST_USER"], _mail["EMAIL_HOST_PASSWORD"]
EMAIL_USE_TLS, EMAIL_USE_SSL = _mail["EMAIL_USE_TLS"], _mail["EMAIL_USE_SSL"]
EMAIL_CONFIGURED = bool(env.str("EMAIL_URL", ""))
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "portal@localhost")
# The association's 公众号: drafts are sent there where both are set.
WECHAT_APP_ID = env.str("WECHAT_APP_ID", "")
WECHAT_APP_SECRET = env.str("WECHAT_APP_SECRET", "")
WECHAT_API = env.str("WECHAT_API", "https://api.weixin.qq.com").rstrip("/")
STAND_IN_LIMIT = timedelta(days=180)

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "filters": {"forbidden": {"()": "association.core.errors.ForbiddenInOneLine"}},
    "loggers": {"django.request": {"filters": ["forbidden"]}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", "WARNING")},
}

IMPORT_EXPORT_FORMATS = []
SIMPLE_HISTORY_REVERT_DISABLED = True
