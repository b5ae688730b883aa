"""Registers fee_gate with Django and, as a plugin, with the LMS and Studio."""

from __future__ import annotations

from typing import Any, ClassVar

from django.apps import AppConfig, apps
from django.utils.translation import gettext_lazy as _

_SETTINGS = {
    "common": {"relative_path": "settings.common"},
    "production": {"relative_path": "settings.production"},
    "test": {"relative_path": "settings.test"},
}
_OVERRIDES = "openedx.core.djangoapps.waffle_utils.models"


def _receiver(function: str, signal: str, sender: str = "") -> dict[str, str]:
    place = {"sender_path": sender} if sender else {}
    uid = ".".join(("fee_gate.handlers", function, *sender.split(".")[-1:]))
    return {
        "receiver_func_name": function,
        "signal_path": signal,
        "dispatch_uid": uid,
        **place,
    }


_SIGNALS = {
    "relative_path": "handlers",
    "receivers": [
        _receiver("announce_gates", "xmodule.modulestore.django.PRE_PUBLISH"),
        _receiver("count_gates", "xmodule.modulestore.django.COURSE_PUBLISHED"),
        _receiver("forget_course", "xmodule.modulestore.django.COURSE_DELETED"),
        *(
            _receiver("follow_switch", f"django.db.models.signals.{signal}", sender)
            for sender, signal in (
                (f"{_OVERRIDES}.WaffleFlagCourseOverrideModel", "post_save"),
                (f"{_OVERRIDES}.WaffleFlagOrgOverrideModel", "post_save"),
                ("waffle.models.Flag", "post_save"),
                ("waffle.models.Flag", "post_delete"),
            )
        ),
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
        """Register the system checks, and listen to fee_payments where it is installed."""
        from fee_gate import checks  # noqa: F401 - registered by the import

        if apps.is_installed("fee_payments"):
            from fee_gate import handlers, holds
            from fee_payments import api as payments
            from fee_payments import signals

            signals.OFFERINGS_CHANGED.connect(handlers.renew_course)
            signals.ENTITLEMENT_CHANGED.connect(handlers.follow_learner)
            payments.ask_about_holds(holds.is_enrolment_held)
