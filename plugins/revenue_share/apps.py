"""Registers the app with Django and with the plugin machinery of Open edX."""

from __future__ import annotations

from typing import Any, ClassVar

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

_SETTINGS = {
    "common": {"relative_path": "settings.common"},
    "production": {"relative_path": "settings.production"},
    "test": {"relative_path": "settings.test"},
}


class RevenueShareConfig(AppConfig):
    """The books: who gets what of every payment.

    The keys are those of ``edx_django_utils.plugins``, written out so that we need not import it.
    """

    name = "revenue_share"
    label = "revenue_share"
    verbose_name = _("Revenue share")
    default_auto_field = "django.db.models.BigAutoField"
    plugin_app: ClassVar[dict[str, Any]] = {
        "url_config": {
            "lms.djangoapp": {
                "namespace": "revenue_share",
                "regex": r"^fairgate/revenue/",
                "relative_path": "urls",
            },
        },
        "settings_config": {"lms.djangoapp": _SETTINGS, "cms.djangoapp": _SETTINGS},
    }

    def ready(self) -> None:
        """Begin to listen to payments, and register the system checks."""
        from . import checks, handlers  # noqa: F401 - both register when imported
