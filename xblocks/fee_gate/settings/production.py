"""What an operator's configuration says, and the gate's place in the LMS's lists."""

from __future__ import annotations

from typing import Any

from fee_gate.settings.common import DEFAULTS, enforce


def plugin_settings(settings: Any) -> None:
    """Take our names from the operator's YAML, then switch the gate on."""
    tokens = getattr(settings, "ENV_TOKENS", {})
    for name in DEFAULTS:
        if name in tokens:
            setattr(settings, name, tokens[name])
    enforce(settings)
