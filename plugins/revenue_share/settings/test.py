"""Settings for the platform's own test runs."""

from __future__ import annotations

from typing import Any

from . import common


def plugin_settings(settings: Any) -> None:
    """The defaults, and our tabs: a test changes what it needs."""
    common.plugin_settings(settings)
    common.show(settings)
