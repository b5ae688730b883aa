"""The gate in the platform's own test settings."""

from __future__ import annotations

from typing import Any

from fee_gate.settings.common import enforce

_WRAPPER = "lms.djangoapps.courseware.field_overrides:OverrideModulestoreFieldData.wrap"


def plugin_settings(settings: Any) -> None:
    """Switch the gate on, with the wrapper that ``production`` has and ``test`` lacks."""
    enforce(settings)
    if getattr(settings, "ROOT_URLCONF", "") == "lms.urls":
        wrappers = tuple(settings.XBLOCK_FIELD_DATA_WRAPPERS)
        if _WRAPPER not in wrappers:
            settings.XBLOCK_FIELD_DATA_WRAPPERS = (*wrappers, _WRAPPER)
