"""Pure rules of fee_payments: prices, taxes, parts of payments, refunds."""

from fee_payments.rules.payment_parts import PartAmounts, paid_shares, payment_parts
from fee_payments.rules.prices import break_down, pick_price
from fee_payments.rules.refund_policy import RefundPolicy, goes_back, read_refund_policy
from fee_payments.rules.refunds import refund_parts

__all__ = [
    "PartAmounts",
    "RefundPolicy",
    "break_down",
    "goes_back",
    "paid_shares",
    "payment_parts",
    "pick_price",
    "read_refund_policy",
    "refund_parts",
]
