"""Pure rules of fee_payments: prices, taxes, refunds."""

from fee_payments.rules.prices import break_down, pick_price
from fee_payments.rules.refunds import refund_parts

__all__ = [
    "break_down",
    "pick_price",
    "refund_parts",
]
