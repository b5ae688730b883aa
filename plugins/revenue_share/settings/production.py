"""Values from the operator's YAML (``ENV_TOKENS``); an LMS reads it after the defaults."""

from __future__ import annotations

from typing import Any

from .common import DEFAULTS, leave_untracked


def plugin_settings(settings: Any) -> None:
    """Take over what the operator's configuration file names."""
    tokens = getattr(settings, "ENV_TOKENS", {})
    for name in DEFAULTS:
        if name in tokens:
            setattr(settings, name, tokens[name])
    leave_untracked(settings)
