"""Pure rules of fee_payments: prices, taxes, limits of authors, parts of payments, refunds."""

from fee_payments.rules.payment_parts import PartAmounts, paid_shares, payment_parts
from fee_payments.rules.prices import check_on_sale, pick_price, price_gaps, stands_until
from fee_payments.rules.refund_policy import RefundPolicy, goes_back, read_refund_policy
from fee_payments.rules.refunds import refund_parts
from fee_payments.rules.taxes import break_down, holds_tax, overlaps, pick_tax, scope_of, sum_of

__all__ = [
    "PartAmounts",
    "RefundPolicy",
    "break_down",
    "check_on_sale",
    "goes_back",
    "holds_tax",
    "overlaps",
    "paid_shares",
    "payment_parts",
    "pick_price",
    "pick_tax",
    "price_gaps",
    "read_refund_policy",
    "refund_parts",
    "scope_of",
    "stands_until",
    "sum_of",
]
