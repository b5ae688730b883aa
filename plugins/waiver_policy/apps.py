"""Registers the app with Django and with the plugin machinery of the LMS and Studio."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

_SETTINGS = {
    "common": {"relative_path": "settings.common"},
    "production": {"relative_path": "settings.production"},
    "test": {"relative_path": "settings.test"},
}
# Sent once the platform really retires somebody: the days in which they could come back are over.
_LEAVING = {
    "receiver_func_name": "forget_person",
    "signal_path": "openedx.core.djangoapps.user_api.accounts.signals.USER_RETIRE_LMS_CRITICAL",
    "dispatch_uid": "waiver_policy.handlers.forget_person",
}
# Whoever saves a profile, in the LMS or in the admin of either service.
_PROFILES = [
    {
        "receiver_func_name": function,
        "signal_path": f"django.db.models.signals.{signal}",
        "sender_path": "common.djangoapps.student.models.UserProfile",
        "dispatch_uid": f"waiver_policy.handlers.{function}",
    }
    for signal, function in (("pre_save", "note_country"), ("post_save", "follow_country"))
]
_SIGNALS = {
    "lms.djangoapp": {"relative_path": "handlers", "receivers": [_LEAVING, *_PROFILES]},
    "cms.djangoapp": {"relative_path": "handlers", "receivers": _PROFILES},
}


class WaiverPolicyConfig(AppConfig):
    """Country lists, policies, waivers and the fund."""

    name = "waiver_policy"
    label = "waiver_policy"
    verbose_name = _("Waiver policy")
    default_auto_field = "django.db.models.BigAutoField"

    # The keys are those of edx_django_utils.plugins, written out so that we need not depend on it.
    plugin_app = {
        "url_config": {
            "lms.djangoapp": {
                "namespace": "waiver_policy",
                "regex": "^fairgate/waivers/",
                "relative_path": "urls",
            },
        },
        "settings_config": {"lms.djangoapp": _SETTINGS, "cms.djangoapp": _SETTINGS},
        "signals_config": _SIGNALS,
    }

    def ready(self) -> None:
        """Register the system checks."""
        from . import checks  # noqa: F401 - importing registers; models are ready only now
