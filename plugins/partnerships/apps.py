"""Registers the app with Django and with the plugin machinery of the LMS and Studio."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

_SETTINGS = {
    "common": {"relative_path": "settings.common"},
    "production": {"relative_path": "settings.production"},
    "test": {"relative_path": "settings.test"},
}


class PartnershipsConfig(AppConfig):
    """Partners and agreements. Pages live in the LMS; Studio asks only what would show."""

    name = "partnerships"
    label = "partnerships"
    verbose_name = _("Partnerships")
    default_auto_field = "django.db.models.BigAutoField"

    # The keys are those of edx_django_utils.plugins, written out so that we need not depend on it.
    plugin_app = {
        "url_config": {
            "lms.djangoapp": {
                "namespace": "partnerships",
                "regex": "^fairgate/partners/",
                "relative_path": "urls",
            },
        },
        "settings_config": {"lms.djangoapp": _SETTINGS, "cms.djangoapp": _SETTINGS},
        "signals_config": {
            "lms.djangoapp": {
                "relative_path": "handlers",
                "receivers": [
                    {
                        "receiver_func_name": "forget_retired_user",
                        "signal_path": "openedx.core.djangoapps.user_api.accounts.signals"
                        ".USER_RETIRE_LMS_MISC",
                        "dispatch_uid": "partnerships.forget_retired_user",
                    },
                    {
                        "receiver_func_name": "keep_marks_of_certificate",
                        "signal_path": "openedx_events.learning.signals.CERTIFICATE_CREATED",
                        "dispatch_uid": "partnerships.keep_marks_of_certificate",
                    },
                ],
            },
        },
    }

    def ready(self) -> None:
        """Register the system checks."""
        from . import checks  # noqa: F401 - importing registers; models are ready only now
