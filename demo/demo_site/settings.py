"""Settings of the demo, also used by the test runs.

Nothing secret is in this file: the secret key and the sandbox provider's webhook secret are made
once per installation in ``demo/var`` (``FAIRGATE_DEMO_VAR`` names another folder).
``DATABASE_URL`` puts the data on MySQL or MariaDB instead of SQLite.
"""

from __future__ import annotations

import os
import sys
from base64 import urlsafe_b64encode
from importlib import import_module
from pathlib import Path
from typing import Any

from django.utils.translation import gettext_lazy as _

from demo_site.databases import database_from
from demo_site.secrets import rsa_key, secret

DEMO = Path(__file__).resolve().parent.parent
VAR = Path(os.environ.get("FAIRGATE_DEMO_VAR") or DEMO / "var").resolve()

PLATFORM_NAME = "Open Spectrum Academy"
SECRET_KEY = secret(VAR, "django")
DEBUG = False
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]", "testserver"]
INTERNAL_IPS: list[str] = []

FAIRGATE_APPS = ["waiver_policy", "partnerships", "fee_payments", "revenue_share", "fee_gate"]

INSTALLED_APPS = [
    "demo_site.apps.DemoSiteConfig",  # before the suite: its header and footer fill the page frame
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_countries",  # for the names of countries in the visitor's language
    "workbench",
    *FAIRGATE_APPS,
    "fairgate",
]

MIDDLEWARE = [
    "demo_site.middleware.keep_request",
    "django.middleware.security.SecurityMiddleware",
    "demo_site.middleware.content_security_policy",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "demo_site.urls"
WSGI_APPLICATION = "demo_site.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "demo_site.context.demo_bar",
            ],
        },
    },
]

DATABASES = {"default": database_from(os.environ.get("DATABASE_URL", ""), folder=VAR)}
# Beside the data it is about: whoever exchanges the data exchanges what is remembered of it.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
        "LOCATION": VAR / "cache",
    },
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# People are chosen from a list on this page, without a password: that is what a demo is for.
LOGIN_URL = "people"
LOGIN_REDIRECT_URL = "catalogue"

LANGUAGE_CODE = "en"
LANGUAGES = [
    ("en", "English"),
    ("fr", "Français"),
    ("es", "Español"),
    ("ar", "العربية"),
    ("zh-hans", "中文"),
    ("ru", "Русский"),
]
FORMAT_MODULE_PATH = ["demo_site.formats"]
# Where `make messages` writes what it finds outside the demo: one catalogue for the whole suite.
LOCALE_PATHS = [str(DEMO.parent / "libs/fairgate/locale")]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STATIC_ROOT = str(VAR / "static")
STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.AppDirectoriesFinder"]

# The two codes that edx-platform adds to ISO 3166 (lms/envs/common.py, COUNTRIES_OVERRIDE).
# Names as the United Nations write them: Lao People's Democratic Republic, not Laos.
COUNTRIES_COMMON_NAMES = False
COUNTRIES_OVERRIDE = {"TW": _("Taiwan"), "XK": _("Kosovo")}

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"

# The SDK workbench reads these two; its own pages are not served.
WORKBENCH = {"reset_state_on_restart": False, "services": {}}
EXCLUDED_XBLOCKS: set[str] = set()

# No mail leaves this machine; the page "Mail" shows a visitor theirs.
EMAIL_BACKEND = "demo_site.mailbox.Mailbox"
DEMO_MAIL = VAR / "mail"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {"django.server": {"level": "ERROR"}, "django.request": {"level": "ERROR"}},
}

# What an operator sets in an LMS; the plugins' own defaults fill in the rest below.
FEE_PAYMENTS_PROVIDERS = ["sandbox", "invoice"]
FEE_PAYMENTS_TEST_MODE = True  # no real money moves here, and none could
# "keep" or "suspend": what becomes of access while a bank looks at a payment.
FEE_PAYMENTS_ON_DISPUTE = os.environ.get("FAIRGATE_DEMO_ON_DISPUTE", "keep")
# The IBAN is the example of ISO 13616's registry for Switzerland; nobody can pay to it.
FEE_PAYMENTS_SELLER = {
    "prefix": "INV",
    "legal_name": "Open Spectrum Academy",
    "address": ["Place de l’Exemple 1", "1200 Genève"],
    "country": "CH",
    "tax_id": "CHE-000.000.000",
    "iban": "CH9300762011623852957",
    "bic": "XXXXCHZZ",
    "bank": "Banque de l’Exemple",
}
FEE_PAYMENTS_PURCHASE_ORDERS: dict[str, Any] = {
    "OPTIONS": {"location": str(VAR / "papers" / "orders")}
}
FEE_PAYMENTS_WRITE_OFF_LIMITS = {"USD": "5.00", "EUR": "5.00", "CHF": "5.00"}
FEE_PAYMENTS_SANDBOX_SECRETS = (secret(VAR, "sandbox_webhook"),)
WAIVER_POLICY_DOCUMENTS = {"OPTIONS": {"location": str(VAR / "papers")}}
# A key of cryptography.fernet is 32 bytes in base64; the file holds as many random letters.
WAIVER_POLICY_DOCUMENT_KEYS = (urlsafe_b64encode(secret(VAR, "papers")[:32].encode()).decode(),)
FEE_PAYMENTS_PURCHASE_ORDER_KEYS = WAIVER_POLICY_DOCUMENT_KEYS
REVENUE_SHARE_PAYOUT_KEYS = WAIVER_POLICY_DOCUMENT_KEYS
# An example of the registry of IBANs: nobody has this account.
REVENUE_SHARE_BANK_ACCOUNTS = {"USD": {"holder": "Fairgate demo", "iban": "CH9300762011623852957"}}
# Badges name addresses where they can be verified; the demo has none that anybody could reach.
PARTNERSHIPS_BADGE_KEYS = (secret(VAR, "badges", rsa_key),)
PARTNERSHIPS_BADGE_ROOT_URL = "https://demo.fairgate.example"

for _app in FAIRGATE_APPS:
    import_module(f"{_app}.settings.common").plugin_settings(sys.modules[__name__])
