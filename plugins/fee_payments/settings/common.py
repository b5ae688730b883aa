"""Defaults of fee_payments; an operator's value always wins."""

from __future__ import annotations

from typing import Any

from fairgate import page_frame

DEFAULTS: dict[str, Any] = {
    # Minutes an open order keeps its price, its seat and its part of the waiver fund.
    "FEE_PAYMENTS_ORDER_MINUTES": 60,
    # Seat codes that open nothing, per person and hour; after that they have to wait.
    "FEE_PAYMENTS_SEAT_CODE_TRIES_PER_HOUR": 10,
    # Name → dotted path. Nothing is switched on by default: no provider, no payment.
    "FEE_PAYMENTS_PROVIDERS": {},
    # The sandbox takes no event without a secret.
    "FEE_PAYMENTS_SANDBOX_SECRETS": (),
    "FEE_PAYMENTS_SANDBOX_WEBHOOK_URL": "",
}


def plugin_settings(settings: Any) -> None:
    """Called by the plugin machinery of Open edX with the settings module being built."""
    for name, value in DEFAULTS.items():
        if not hasattr(settings, name):
            setattr(settings, name, value)
    page_frame.install(settings)
