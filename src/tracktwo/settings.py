"""Settings, all from `TRACKTWO_*` variables; a misspelt one stops the start and is named.

| variable | meaning |
|---|---|
| TRACKTWO_DATA | the data directory: keys, embedded database, compiled static files |
| TRACKTWO_DATABASE_URL | postgres://...; without it an embedded SQLite database in the data directory |
| TRACKTWO_HOSTS | the host names this site answers to, with commas |
| TRACKTWO_SECURE | true behind TLS: cookies travel only encrypted |
| TRACKTWO_LANGUAGE | the language of the interface before somebody chooses: en, fr or ar |
| TRACKTWO_EXIT_URL | where quick exit leads; without it a neutral page of this site |
| TRACKTWO_DEMO | set by `tracktwo demo` only |
| TRACKTWO_DEBUG | for developers; never with real people |
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy

HERE = Path(__file__).resolve().parent
KNOWN = {"DATA", "DATABASE_URL", "HOSTS", "SECURE", "LANGUAGE", "EXIT_URL", "DEMO", "DEBUG"}

env = environ.Env()
# A word that only the test suite, the screenshots or the demo's own process set is not a setting.
_ours = {
    name[9:] for name in os.environ if name.startswith("TRACKTWO_") and not name.startswith("TRACKTWO_TEST_")
}
if _unknown := _ours - KNOWN - {"SHOTS"}:
    raise ImproperlyConfigured(
        f"TRACKTWO_{sorted(_unknown)[0]} is not a setting of Tracktwo. Known: "
        + ", ".join(f"TRACKTWO_{name}" for name in sorted(KNOWN))
    )


def _yes_or_no(name: str) -> bool:
    """A switch; a word that is neither yes nor no is named, not taken for no."""
    said = env.str(f"TRACKTWO_{name}", default="").strip().lower()
    if said in ("", "0", "no", "off", "false"):
        return False
    if said in ("1", "yes", "on", "true"):
        return True
    raise ImproperlyConfigured(f"TRACKTWO_{name} is “{said}” and must be true or false")


DATA = Path(env.str("TRACKTWO_DATA", default="") or Path.home() / ".local" / "share" / "tracktwo")
KEYSTORE = DATA / "keystore"
DEMO = _yes_or_no("DEMO")
DEBUG = _yes_or_no("DEBUG")
EXIT_URL = env.str("TRACKTWO_EXIT_URL", default="")
SITE_NAME = "Tracktwo"


def _signing_key() -> str:
    """The key of cookies and forms, from the keystore; made when the data directory is."""
    path = KEYSTORE / "django.key"
    return path.read_bytes().hex() if path.exists() else "no data directory yet: nothing is signed with this"


SECRET_KEY = _signing_key()
ALLOWED_HOSTS = env.list("TRACKTWO_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
SECURE = _yes_or_no("SECURE")
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS] if SECURE else []

# --- the database ---------------------------------------------------------------------------------

_EMBEDDED: dict[str, Any] = {
    "ENGINE": "django.db.backends.sqlite3",
    "NAME": DATA / "tracktwo.sqlite3",
    "OPTIONS": {
        # IMMEDIATE: a transaction that will write takes its lock at once instead of failing halfway.
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        # FULL: what was acknowledged survives a power cut; NORMAL lost one acknowledged vote in five.
        # mmap_size: a count reads every ballot, a sixth quicker where SQLite maps the file instead of copying pages.
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON; "
        "PRAGMA mmap_size=1073741824",
    },
    "CONN_MAX_AGE": None,
}


def _database(address: str) -> dict[str, Any]:
    """The database at an address, with a pool of connections beside the options the address holds."""
    if not address:
        return _EMBEDDED
    named: dict[str, Any] = env.db_url_config(address)
    options = {**named.get("OPTIONS", {}), "pool": {"min_size": 1, "max_size": 12, "timeout": 10}}
    return {**named, "OPTIONS": options}


DATABASES = {"default": _database(env.str("TRACKTWO_DATABASE_URL", default=""))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- the application ------------------------------------------------------------------------------

INSTALLED_APPS = [
    "tracktwo",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "template_partials",
    "csp",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "tracktwo.web.Headers",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "tracktwo.people.second_step.Required",
    "tracktwo.web.Refusals",
]
ROOT_URLCONF = "tracktwo.urls"
ASGI_APPLICATION = "tracktwo.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [HERE / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "libraries": {"guide": "tracktwo.learn.tags"},
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "tracktwo.web.page_context",
                "tracktwo.people.site.context",
            ],
        },
    }
]
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
FORM_RENDERER = "django.forms.renderers.DjangoTemplates"
# A form with a million characters is refused by its field in a sentence; beyond this it is not read at all.
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
# A file somebody brings stays in memory, never in a temporary folder in the clear; a larger one does not arrive.
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
FILE_UPLOAD_MAX_MEMORY_SIZE = 8_500_000

# --- languages ------------------------------------------------------------------------------------


LANGUAGES = [("en", gettext_lazy("English")), ("fr", gettext_lazy("French")), ("ar", gettext_lazy("Arabic"))]


def _language() -> str:
    """The first language: set for this start, or chosen at set-up, or English."""
    try:
        chosen = str(json.loads((DATA / "site.json").read_text())["language"])
    except (OSError, ValueError, KeyError):
        chosen = "en"
    wanted = str(env.str("TRACKTWO_LANGUAGE", default=chosen))
    if wanted not in dict(LANGUAGES):
        known = ", ".join(dict(LANGUAGES))
        raise ImproperlyConfigured(f"TRACKTWO_LANGUAGE is “{wanted}” and must be one of {known}")
    return wanted


LANGUAGE_CODE = _language()
LOCALE_PATHS = [HERE / "locale"]
USE_I18N = USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_COOKIE_NAME = "language"

# --- who signs in, and how ------------------------------------------------------------------------

AUTH_USER_MODEL = "tracktwo.Person"
AUTHENTICATION_BACKENDS = ["tracktwo.people.signing_in.ByBlindIndex"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "front"
ACCOUNT_ADAPTER = "tracktwo.people.signing_in.Account"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = "handle"
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = False
MFA_ADAPTER = "tracktwo.people.signing_in.SecondStep"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not SECURE  # a passkey works on localhost without TLS
SESSION_ENGINE = "tracktwo.people.sessions"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_NAME = "__Host-tracktwo" if SECURE else "tracktwo"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = SECURE
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Strict"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
CSRF_COOKIE_NAME = "__Host-form" if SECURE else "form"
CSRF_FAILURE_VIEW = "tracktwo.web.form_expired"

# --- the browser is told to ask nobody else -------------------------------------------------------

X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = (
    "same-origin"  # other sites learn nothing; with no-referrer a browser sends forms as from nowhere
)
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 365 * 86400 if SECURE else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SECURE else None
_SELF = "'self'"
# Where quick exit leads is the one place outside that a form may end at.
_EXIT = [f"{urlsplit(EXIT_URL).scheme}://{urlsplit(EXIT_URL).netloc}"] if EXIT_URL else []
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": [_SELF],
        "style-src": [_SELF],
        "img-src": [_SELF, "data:"],
        "font-src": [_SELF],
        "connect-src": [_SELF],
        "form-action": [_SELF, *_EXIT],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
}

# --- static files ---------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = DATA / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_MAX_AGE = 3600

# --- mail and logs --------------------------------------------------------------------------------

EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"  # this version sends none
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
# A line of the log is the event's template without its values: no address, no name, no time of day.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"discreet": {"()": "tracktwo.logs.Discreet"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "discreet"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        "django": {"handlers": [], "level": "INFO", "propagate": True},
        "django.request": {"level": "ERROR"},
        "django.server": {"handlers": [], "level": "CRITICAL", "propagate": False},
        "psycopg.pool": {"level": "CRITICAL"},  # what it has to say is said in one sentence
        "uvicorn.access": {"handlers": [], "level": "CRITICAL", "propagate": False},
    },
}
SILENCED_SYSTEM_CHECKS = ["account.W001"]
