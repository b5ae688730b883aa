"""fee_payments in the platform's own test settings."""

from __future__ import annotations

from typing import Any

from fee_payments.settings.common import link_checkout


def plugin_settings(settings: Any) -> None:
    """Lead checkout links to us; the defaults are set already, as ``test`` follows ``common``."""
    link_checkout(settings)
