"""Values from the operator's configuration file, which the platform keeps in ``ENV_TOKENS``."""

from __future__ import annotations

from typing import Any

from . import common


def plugin_settings(settings: Any) -> None:
    """Take what the operator wrote under our names, and find our place in the LMS's pages."""
    tokens = getattr(settings, "ENV_TOKENS", {})
    for name in common.DEFAULTS:
        if name in tokens:
            setattr(settings, name, tokens[name])
    common.leave_untracked(settings)
    common.show(settings)
