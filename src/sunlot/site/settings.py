"""Django's settings. Everything that differs between installations comes from the environment (docs/operations.md)."""

import os
import secrets
from pathlib import Path
from typing import Any

import dj_database_url
from django.core.exceptions import ImproperlyConfigured

DATA = Path(os.environ.get("SUNLOT_DATA", "data")).resolve()
SUNLOT_FILES = DATA / "files"
SUNLOT_EXPORTS = DATA / "exports"
SUNLOT_LISTEN = os.environ.get("SUNLOT_LISTEN", "127.0.0.1:8000")
SUNLOT_PUBLIC_URL = os.environ.get("SUNLOT_PUBLIC_URL", f"http://{SUNLOT_LISTEN}").rstrip("/")
# The name of the transparency log, for ever: it stands in its key and in every checkpoint.
SUNLOT_LOG_NAME = os.environ.get("SUNLOT_LOG_NAME", SUNLOT_PUBLIC_URL.split("//", 1)[-1] + "/log")
SUNLOT_LOG = Path(os.environ.get("SUNLOT_LOG", DATA / "log"))
# Services that cosign the log's checkpoints: url=vkey each, with spaces between them.
SUNLOT_WITNESSES = os.environ.get("SUNLOT_WITNESSES", "")
# Hours without contact after which a phone in the field drops the key of what it keeps (docs/security.md).
SUNLOT_FIELD_KEY_HOURS = int(os.environ.get("SUNLOT_FIELD_KEY_HOURS", "12"))
# Working days within which a unit confirms receipt of what was dispatched to it.
SUNLOT_RECEIPT_DAYS = int(os.environ.get("SUNLOT_RECEIPT_DAYS", "2"))
# Working days after a task's last day until which the inspection of a part may be extended, all extensions together.
SUNLOT_EXTENSION_DAYS = int(os.environ.get("SUNLOT_EXTENSION_DAYS", "30"))
# How notices of visits are sent: none, smtp or gateway, outbox, or the dotted name of a function (docs/operations.md).
SUNLOT_EMAIL = os.environ.get("SUNLOT_EMAIL", "none")
SUNLOT_SMS = os.environ.get("SUNLOT_SMS", "none")
SUNLOT_SMS_URL = os.environ.get("SUNLOT_SMS_URL", "")
SUNLOT_SMS_BODY = os.environ.get("SUNLOT_SMS_BODY", "")
SUNLOT_SMS_USER = os.environ.get("SUNLOT_SMS_USER", "")
SUNLOT_SMS_PASSWORD = os.environ.get("SUNLOT_SMS_PASSWORD", "")
EMAIL_HOST = os.environ.get("SUNLOT_SMTP_HOST", "localhost")
EMAIL_PORT = int(os.environ.get("SUNLOT_SMTP_PORT", "25"))
EMAIL_HOST_USER = os.environ.get("SUNLOT_SMTP_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("SUNLOT_SMTP_PASSWORD", "")
EMAIL_USE_TLS = os.environ.get("SUNLOT_SMTP_TLS", "") == "starttls"
EMAIL_USE_SSL = os.environ.get("SUNLOT_SMTP_TLS", "") == "tls"
EMAIL_TIMEOUT = 10  # seconds
DEFAULT_FROM_EMAIL = os.environ.get(
    "SUNLOT_SMTP_FROM", f"sunlot@{SUNLOT_PUBLIC_URL.split('//', 1)[-1].split(':', 1)[0]}"
)
SUNLOT_CITY = "乌海市住房和城乡建设局"


def _secret_key() -> str:
    """The key of the environment, or one made on first start and kept in the data folder, readable by its owner alone."""
    given = os.environ.get("SUNLOT_SECRET_KEY")
    if given:
        return given
    kept = DATA / "secret_key"
    if not kept.exists():
        DATA.mkdir(parents=True, exist_ok=True)
        try:
            descriptor = os.open(kept, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            os.write(descriptor, secrets.token_urlsafe(48).encode("ascii"))
            os.close(descriptor)
        except FileExistsError:
            pass  # another process of this installation was first
    return kept.read_text(encoding="ascii").strip()


SQLITE, POSTGRES = "django.db.backends.sqlite3", "django.db.backends.postgresql"


def _parsed(url: str) -> dict[str, Any]:
    """The parts of a database address; never shown in the message, which may be kept in a log: it holds a password."""
    try:
        parts = dict(dj_database_url.parse(url))
    except ValueError:
        parts = {}
    if parts.get("ENGINE") not in (SQLITE, POSTGRES) or not parts.get("NAME"):
        raise ImproperlyConfigured(
            "SUNLOT_DATABASE_URL is no address of a database; write postgres://user:password@host/name "
            "or sqlite:////folder/file, or leave it out for SQLite in the data folder."
        )
    return parts


def _database() -> dict[str, Any]:
    """The database of SUNLOT_DATABASE_URL, by default SQLite in the data folder. Raises ImproperlyConfigured."""
    url = os.environ.get("SUNLOT_DATABASE_URL", "")
    given = _parsed(url) if url else {}
    if given and given["ENGINE"] != SQLITE:
        return {**given, "CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}
    DATA.mkdir(parents=True, exist_ok=True)
    name = given["NAME"] if given else DATA / "sunlot.sqlite3"
    return {
        "ENGINE": SQLITE,
        "NAME": name,
        "OPTIONS": {
            # A writer takes the lock when its transaction begins, and the others wait for it instead of failing half-way.
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON; PRAGMA cache_size=-32000;",
        },
    }


DEBUG = False
SECRET_KEY = _secret_key()
_host = SUNLOT_PUBLIC_URL.split("//", 1)[-1].split("/", 1)[0].rsplit(":", 1)[0]
ALLOWED_HOSTS = sorted({_host, "127.0.0.1", "localhost", "[::1]"})
CSRF_TRUSTED_ORIGINS = [SUNLOT_PUBLIC_URL]
DATABASES = {"default": _database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "sunlot.staff",  # first: its templates stand in for allauth's
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "axes",
    "rules",
    "simple_history",
    "django_htmx",
    "django_cotton",
    "django_filters",
    "sunlot.trail",
    "sunlot.organisations",
    "sunlot.desk",
    "sunlot.catalogue",
    "sunlot.registry",
    "sunlot.visits",
    "sunlot.planning",
    "sunlot.drawing",
    "sunlot.inspecting",
    "sunlot.publishing",
    "sunlot.archiving",
    "sunlot.portal",
    "sunlot.site",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "sunlot.site.middleware.content_security_policy",
    "sunlot.site.middleware.upload_limit",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "sunlot.organisations.middleware.sessions_end",
    "sunlot.organisations.middleware.first_password",
    "sunlot.organisations.middleware.acting_role",
    "sunlot.organisations.middleware.administrators_wall",
    "sunlot.site.middleware.refusals",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "sunlot.site.urls"
WSGI_APPLICATION = "sunlot.site.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["sunlot.site.templatetags.sunlot"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "sunlot.site.context.shell",
            ],
        },
    }
]

AUTH_USER_MODEL = "organisations.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "sunlot.organisations.passwords.OneTimeHasher",  # what chance made alone; people's own passwords get the first
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ["username", "name"]},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/desk/"
LOGOUT_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "sunlot.staff.accounts.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "sunlot.staff.account_forms.LoginForm",
    "change_password": "sunlot.staff.account_forms.ChangePasswordForm",
    "reauthenticate": "sunlot.staff.account_forms.ReauthenticateForm",
}
MFA_ADAPTER = "sunlot.staff.accounts.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_FORMS = {
    "authenticate": "sunlot.staff.account_forms.AuthenticateForm",
    "reauthenticate": "sunlot.staff.account_forms.ReauthenticateCodeForm",
    "activate_totp": "sunlot.staff.account_forms.ActivateTOTPForm",
    "add_webauthn": "sunlot.staff.account_forms.AddWebAuthnForm",
    "edit_webauthn": "sunlot.staff.account_forms.EditWebAuthnForm",
}
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_RATE_LIMITS = False  # axes counts failures, in the database, for all processes together

AXES_HANDLER = "sunlot.organisations.lockout.LockoutHandler"  # 20 from all addresses together lock as well
AXES_FAILURE_LIMIT = 5  # from one address
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_CALLABLE = "sunlot.staff.accounts.locked"
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # else anybody could keep somebody out for ever
AXES_DISABLE_ACCESS_LOG = True  # sign-ins are events of the trail
# What axes keeps of a failed request, and what it logs, shows none of these.
AXES_SENSITIVE_PARAMETERS = [
    "username",
    "ip_address",
    "login",
    "oldpassword",
    "password1",
    "password2",
    "code",
    "credential",
    "comment",
    "reason",
    "name",
]
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False

SESSION_COOKIE_AGE = 8 * 3600  # a working day, and it does not slide
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
_https = SUNLOT_PUBLIC_URL.startswith("https://")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _https
SECURE_HSTS_SECONDS = 31_536_000 if _https else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _https else None
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin" if _https else None  # browsers ignore it without HTTPS, and complain
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "sunlot.site.views.csrf_failure"

LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_I18N = True
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = DATA / "static"
# Collected once per version by `sunlot serve`; names carry the digest of the content, so they may be cached for ever.
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "sunlot.site.storage.HashedFiles"},
}
WHITENOISE_MAX_AGE = 3600
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 2**20
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 2**20
SUNLOT_UPLOAD_LIMIT = 50 * 2**20  # bytes of one uploaded file

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "sunlot.site.logs.formatter"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "sunlot": {"level": "INFO"},
        # An address that is not ours is the scanner's mistake: answered with 400, no traceback for the operator to read.
        "django.security.DisallowedHost": {"handlers": [], "propagate": False},
    },
}
SILENCED_SYSTEM_CHECKS = [
    "security.W004",
    "security.W008",
    "security.W012",
    "security.W016",  # HTTPS follows SUNLOT_PUBLIC_URL; `sunlot check` says so
]
