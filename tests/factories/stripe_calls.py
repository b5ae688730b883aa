"""The smallest valid parameters of calls to Stripe. An amount is in Stripe's minor units."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
FEE = 12_000
RETURN_URL = "https://school.example/paid"


def a_session(amount: int = FEE, currency: str = "usd", **more: Any) -> dict[str, Any]:
    """A checkout session for one course."""
    price = {"currency": currency, "unit_amount": amount, "product_data": {"name": "A course"}}
    return {
        "mode": "payment",
        "line_items": [{"price_data": price, "quantity": 1}],
        "success_url": RETURN_URL,
        **more,
    }


def a_payment(
    amount: int = FEE, currency: str = "usd", method: str = "pm_card_visa", **more: Any
) -> dict[str, Any]:
    """A payment intent that is tried at once."""
    return {
        "amount": amount,
        "confirm": True,
        "currency": currency,
        "payment_method": method,
        **more,
    }
