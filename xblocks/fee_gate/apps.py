"""Registers fee_gate with Django and, as a plugin, with the LMS and Studio."""

from __future__ import annotations

from typing import Any, ClassVar

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

_SETTINGS = {
    "common": {"relative_path": "settings.common"},
    "production": {"relative_path": "settings.production"},
    "test": {"relative_path": "settings.test"},
}
_SIGNALS = {
    "relative_path": "handlers",
    "receivers": [
        {
            "receiver_func_name": "count_gates",
            "signal_path": "xmodule.modulestore.django.COURSE_PUBLISHED",
            "dispatch_uid": "fee_gate.handlers.count_gates",
        }
    ],
}


class FeeGateConfig(AppConfig):
    """The gate: what stands behind a fee, and the hooks that keep it shut."""

    name = "fee_gate"
    label = "fee_gate"
    verbose_name = _("Fee gate")
    default_auto_field = "django.db.models.BigAutoField"

    # The literal keys are those of edx_django_utils.plugins.constants; spelled out, they need no
    # dependency on that package.
    plugin_app: ClassVar[dict[str, Any]] = {
        "settings_config": {"lms.djangoapp": _SETTINGS, "cms.djangoapp": _SETTINGS},
        "signals_config": {"lms.djangoapp": _SIGNALS, "cms.djangoapp": _SIGNALS},
    }

    def ready(self) -> None:
        """Register the system checks."""
        from fee_gate import checks  # noqa: F401 - registered by the import
