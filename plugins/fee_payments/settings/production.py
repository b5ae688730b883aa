"""Values from the operator's YAML (``ENV_TOKENS``); an LMS reads it after the defaults."""

from __future__ import annotations

from typing import Any

from fee_payments.settings.common import DEFAULTS, leave_untracked, link_checkout


def plugin_settings(settings: Any) -> None:
    """Take over what the operator's configuration file names, and lead checkout links to us."""
    tokens = getattr(settings, "ENV_TOKENS", {})
    for name in DEFAULTS:
        if name in tokens:
            setattr(settings, name, tokens[name])
    leave_untracked(settings)
    link_checkout(settings)
