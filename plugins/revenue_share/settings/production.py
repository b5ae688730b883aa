"""Values from the operator's YAML (``ENV_TOKENS``); an LMS reads it after the defaults."""

from __future__ import annotations

from typing import Any

from . import common


def plugin_settings(settings: Any) -> None:
    """Take over what the operator's configuration file names, and find our place in the LMS."""
    tokens = getattr(settings, "ENV_TOKENS", {})
    for name in common.DEFAULTS:
        if name in tokens:
            setattr(settings, name, tokens[name])
    common.show(settings)
    common.leave_untracked(settings)
