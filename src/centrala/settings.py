"""Django's settings of the hub, read from the installation (see installation.py) and nothing else."""

import os
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from csp.constants import NONE, SELF

from centrala.azure.sign_in import AZURE_CLI
from centrala.errors import Misconfigured
from centrala.installation import Installation

BASE = Path(__file__).parent
INSTALLATION = Installation.here()


def database(url: str) -> dict[str, Any]:
    """A libpq URL as Django's settings: postgresql://user:password@host:port/name?host=/socket/folder.

    Raises Misconfigured, which never repeats the URL: an unescaped password may stand anywhere in it.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise Misconfigured(
            "DATABASE_URL is no address: its port is not a number, or its password holds a / or [ that is not written "
            "%2F or %5B. Fix: postgresql://user:password@host:port/name"
        ) from None
    query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    if parts.scheme not in {"postgresql", "postgres"}:
        raise Misconfigured(f"DATABASE_URL begins with {parts.scheme!r}. Fix: postgresql://user:password@host/name")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/") or "centrala",
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.pop("host", parts.hostname or ""),
        "PORT": str(port or query.pop("port", "")),
        # Each ASGI request has a thread of its own, so persistent connections would leak one per thread: a pool it is.
        "CONN_MAX_AGE": 0,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"pool": {"min_size": 1, "max_size": 12, "timeout": 10}, **query},
    }


SECRET_KEY = INSTALLATION.secret_key
DEBUG = False
PUBLIC_URL = INSTALLATION.public_url
NODE_URL = INSTALLATION.node_url
CLOUD = INSTALLATION.cloud
# The program as which administrators sign in to Azure; a public client, in a tenant that blocks Microsoft's own.
AZURE_SIGN_IN_CLIENT_ID = str(INSTALLATION.settings.sign_in_client_id or AZURE_CLI)
FIELD_KEYS = INSTALLATION.keys
# The registration that stands for this hub as a resource: only tokens of version 2 name it, see docs/dataverse.md.
DATAVERSE_APP_ID = str(INSTALLATION.settings.dataverse_app_id or "")

ALLOWED_HOSTS = [urlsplit(PUBLIC_URL).hostname or "localhost", "localhost", "127.0.0.1", "[::1]", *INSTALLATION.hosts]
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
SESSION_ENGINE = "centrala.organization.session_store"
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_HTTPONLY = True
# People come to the demo over plain http, and its centrala.toml says so; an installation for others must not.
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = INSTALLATION.settings.secure_cookies
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
    }
}

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "axes",
    "django_htmx",
    "ninja",
    "procrastinate.contrib.django",
    "centrala.organization",
    "centrala.inbox",
    "centrala.connection",
    "centrala.numbers",
    "centrala.trial",
    "centrala.subscribers",
    "centrala.workstreams",
    "centrala.conversations",
    "centrala.routing",
    "centrala.campaigns",
    "centrala.calls",
    "centrala.dialling",
    "centrala.ordering",
    "centrala.carriers",
    "centrala.recordings",
    "centrala.desk",
    "centrala.center",
    "centrala.api",
    "centrala.dataverse",
]

ROOT_URLCONF = "centrala.urls"

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "centrala.organization.language.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "centrala.too_large.TooLargeMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["centrala.look.tags"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]

DATABASES = {"default": database(os.environ.get("DATABASE_URL", "postgresql:///centrala"))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "organization.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_USERNAME_CALLABLE = "centrala.organization.lockout.username_of"
AXES_CLIENT_IP_CALLABLE = "centrala.organization.lockout.address_of"
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_DISABLE_ACCESS_LOG = True
AXES_SENSITIVE_PARAMETERS = ["username", "csrfmiddlewaretoken"]
AXES_VERBOSE = False
SILENCED_SYSTEM_CHECKS = ["axes.W002"]  # its middleware is left out on purpose, see organization.lockout
PASSWORD_RESET_TIMEOUT = 3600  # seconds; a mailed link lies in a mailbox
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "sign-in"

# Without a mail server nobody is offered a mail; see organization.forgotten.
SMTP = INSTALLATION.smtp
EMAIL_TIMEOUT = 10
if SMTP is not None:
    EMAIL_HOST, EMAIL_PORT = SMTP.host, SMTP.port
    EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = SMTP.user, SMTP.password
    EMAIL_USE_TLS, EMAIL_USE_SSL = SMTP.security == "starttls", SMTP.security == "tls"
    DEFAULT_FROM_EMAIL = SMTP.sender

USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("pl", "Polski")]
LOCALE_PATHS = [BASE / "locale"]

STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    "recordings": INSTALLATION.recordings,
}
CALLS_FOLDER = INSTALLATION.calls_folder
# Whether the cloud's own file is deleted once it is kept here; it goes by itself after a day.
DELETE_RECORDINGS_FROM_CLOUD = INSTALLATION.settings.recordings.delete_from_cloud

STATIC_URL = "static/"
STATICFILES_DIRS = [BASE / "static"]

# Jobs: a worker silent for this long is dead; its job is run again (every job is idempotent).
STALLED_AFTER_SECONDS = INSTALLATION.settings.stalled_after
DEAD_LETTERS = Path(INSTALLATION.settings.dead_letters) if INSTALLATION.settings.dead_letters else None
# Whether webhooks may go to addresses in private networks, this machine's own among them.
PRIVATE_WEBHOOKS = INSTALLATION.settings.private_webhooks
METRICS_TOKEN = INSTALLATION.metrics_token
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "centrala.masking.MaskingFormatter",
            "fmt": "%(asctime)s %(levelname)-7s %(name)s: %(message)s",
        },
        "json": {"()": "centrala.masking.JsonFormatter"},
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "json" if INSTALLATION.settings.log_format == "json" else "line",
        }
    },
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "centrala": {"level": "INFO"},
        "django.request": {"level": "ERROR"},
        # Its info lines carry the arguments of every job.
        "procrastinate": {"level": "WARNING"},
        # Its warnings tell the names that were typed, now and then a password among them.
        "axes": {"level": "ERROR"},
    },
}
