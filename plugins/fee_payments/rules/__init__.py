"""Pure rules of fee_payments: prices, taxes, authors' limits, payments, refunds, enrolments."""

from fee_payments.rules.enrolments import (
    came_by_right,
    fault_of,
    gives_a_mode,
    has_no_right,
    mode_of,
    next_action,
    retry_after,
    touches_enrolment,
)
from fee_payments.rules.institution_seats import may_take_back, pool_use, seats_to_refund
from fee_payments.rules.payment_parts import PartAmounts, paid_shares, payment_parts
from fee_payments.rules.prices import check_on_sale, pick_price, price_gaps, stands_until
from fee_payments.rules.refund_policy import goes_back, read_refund_policy
from fee_payments.rules.refunds import refund_parts
from fee_payments.rules.taxes import break_down, holds_tax, overlaps, pick_tax, scope_of, sum_of

__all__ = [
    "PartAmounts",
    "break_down",
    "came_by_right",
    "check_on_sale",
    "fault_of",
    "gives_a_mode",
    "goes_back",
    "has_no_right",
    "holds_tax",
    "may_take_back",
    "mode_of",
    "next_action",
    "overlaps",
    "paid_shares",
    "payment_parts",
    "pick_price",
    "pick_tax",
    "pool_use",
    "price_gaps",
    "read_refund_policy",
    "refund_parts",
    "retry_after",
    "scope_of",
    "seats_to_refund",
    "stands_until",
    "sum_of",
    "touches_enrolment",
]
