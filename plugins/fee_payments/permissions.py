"""Which of Django's permissions lets an operator do what, here and in the admin."""

from __future__ import annotations

SEE_ORDERS = "fee_payments.view_order"
SEE_PAYMENTS = "fee_payments.view_payment"
SEE_EVENTS = "fee_payments.view_providerevent"
SEE_RIGHTS = "fee_payments.view_entitlement"
SEE_SEAT_CODES = "fee_payments.view_seatcode"
SEE_REFUND_REQUESTS = "fee_payments.view_refundrequest"
REFUND = "fee_payments.refund_payment"
ISSUE_SEAT_CODES = "fee_payments.issue_seat_codes"
REVOKE_SEAT_CODES = "fee_payments.revoke_seat_codes"
GIVE_ACCESS = "fee_payments.grant_entitlement"
