"""Use cases of fee_payments: the only writers of its tables."""

from __future__ import annotations

from fee_payments.services.author_limits import set_author_limits
from fee_payments.services.author_requests import (
    approve_author_request,
    ask_for_change,
    decline_author_request,
    is_beyond_limits,
    withdraw_author_request,
)
from fee_payments.services.authoring import (
    add_authored,
    change_authored,
    change_within_limits,
    price_authored,
)
from fee_payments.services.catalogue import set_offering, set_session
from fee_payments.services.closing import expire_orders
from fee_payments.services.enrolling import (
    follow_enrolment,
    follow_enrolments,
    repair_enrolment,
    retry_enrolment,
    unenrol_without_right,
)
from fee_payments.services.entitling import end_access_that_is_over
from fee_payments.services.forgetting import forget_learner
from fee_payments.services.giving import end_access, give_access
from fee_payments.services.inbox import (
    receive_event,
    reopen_event,
    replay_event,
    retry_events,
    scrub_events,
    take_event,
    work_event,
)
from fee_payments.services.letting_go import let_refund_go
from fee_payments.services.merchants import publish_terms, set_merchant
from fee_payments.services.ordering import (
    place_order,
    take_waived_seat,
)
from fee_payments.services.page_closing import close_left_pages
from fee_payments.services.payers import block_country, verify_payer
from fee_payments.services.paying import choices_for, start_payment
from fee_payments.services.quoting import keep_price, price_kept, quote, quote_lines
from fee_payments.services.receipts import receipt_of
from fee_payments.services.reconciling import list_wrong_rights, reconcile
from fee_payments.services.refund_requests import (
    ask_for_refund,
    grant_refund_request,
    refund_offer,
    refuse_refund_request,
)
from fee_payments.services.refunding import fail_refund, finish_refunds, record_refund, refund
from fee_payments.services.resting import give_access_again
from fee_payments.services.room_mails import tell_room_offers
from fee_payments.services.sale_terms import refund_policy_of
from fee_payments.services.seat_codes import (
    issue_seat_codes,
    redeem_seat_code,
    revoke_seat_code,
)
from fee_payments.services.settling import record_fee
from fee_payments.services.taxes import add_tax, set_tax
from fee_payments.services.waiting_rooms import join_room, leave_room, offer_seats

__all__ = [
    "add_authored",
    "add_tax",
    "approve_author_request",
    "ask_for_change",
    "ask_for_refund",
    "block_country",
    "change_authored",
    "change_within_limits",
    "choices_for",
    "close_left_pages",
    "decline_author_request",
    "end_access",
    "end_access_that_is_over",
    "expire_orders",
    "fail_refund",
    "finish_refunds",
    "follow_enrolment",
    "follow_enrolments",
    "forget_learner",
    "give_access",
    "give_access_again",
    "grant_refund_request",
    "is_beyond_limits",
    "issue_seat_codes",
    "join_room",
    "keep_price",
    "leave_room",
    "let_refund_go",
    "list_wrong_rights",
    "offer_seats",
    "place_order",
    "price_authored",
    "price_kept",
    "publish_terms",
    "quote",
    "quote_lines",
    "receipt_of",
    "receive_event",
    "reconcile",
    "record_fee",
    "record_refund",
    "redeem_seat_code",
    "refund",
    "refund_offer",
    "refund_policy_of",
    "refuse_refund_request",
    "reopen_event",
    "repair_enrolment",
    "replay_event",
    "retry_enrolment",
    "retry_events",
    "revoke_seat_code",
    "scrub_events",
    "set_author_limits",
    "set_merchant",
    "set_offering",
    "set_session",
    "set_tax",
    "start_payment",
    "take_event",
    "take_waived_seat",
    "tell_room_offers",
    "unenrol_without_right",
    "verify_payer",
    "withdraw_author_request",
    "work_event",
]
