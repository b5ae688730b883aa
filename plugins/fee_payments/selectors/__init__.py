"""Reads of fee_payments: rows in, frozen values out."""

from fee_payments.selectors.author_requests import (
    author_request,
    author_request_summary,
    authored_base,
    list_author_requests,
)
from fee_payments.selectors.catalogue import (
    bundle_parts,
    course_key_of,
    is_in_use,
    list_merchants,
    list_offerings,
    merchant,
    offering,
    published_terms,
    tax_rule,
)
from fee_payments.selectors.disputes import dispute_summary, list_disputes
from fee_payments.selectors.enrolments import (
    ask_about_holds,
    courses_with_enrolment,
    enrolment_facts,
    enrolment_findings,
    next_start,
)
from fee_payments.selectors.entitlements import (
    ended_entitlement,
    entitled_offerings,
    entitlement_change,
    entitlement_summary,
    has_entitlement,
    list_entitlements,
)
from fee_payments.selectors.events import list_events
from fee_payments.selectors.institution_seats import (
    given_seat_of,
    given_seats,
    has_seats_to_give,
    list_pools,
    pool,
    pool_of_seat,
    pool_use,
    state_of,
)
from fee_payments.selectors.limits import author_limits, list_author_limits
from fee_payments.selectors.orders import (
    breakdown_of,
    lines_of,
    list_orders,
    order,
    order_summary,
    shown_state,
)
from fee_payments.selectors.payments import (
    list_payments,
    list_refunds,
    payment_summary,
    refund_receipt,
    refund_state,
    refund_summary,
)
from fee_payments.selectors.people import learner_for
from fee_payments.selectors.refund_requests import refund_request, refund_request_summary
from fee_payments.selectors.rooms import list_room_places, room_place
from fee_payments.selectors.searches import (
    list_event_notes,
    list_payment_attempts,
    list_refund_attempts,
    list_refund_requests,
    search_orders,
    shown_as,
)
from fee_payments.selectors.seat_codes import (
    given_seat,
    list_seat_codes,
    seat_code_summary,
    to_given_seat,
)
from fee_payments.selectors.waived_seats import (
    list_returned_seats,
    list_waived_seats,
    returned_seat,
    waived_seat,
)

__all__ = [
    "ask_about_holds",
    "author_limits",
    "author_request",
    "author_request_summary",
    "authored_base",
    "breakdown_of",
    "bundle_parts",
    "course_key_of",
    "courses_with_enrolment",
    "dispute_summary",
    "ended_entitlement",
    "enrolment_facts",
    "enrolment_findings",
    "entitled_offerings",
    "entitlement_change",
    "entitlement_summary",
    "given_seat",
    "given_seat_of",
    "given_seats",
    "has_entitlement",
    "has_seats_to_give",
    "is_in_use",
    "learner_for",
    "lines_of",
    "list_author_limits",
    "list_author_requests",
    "list_disputes",
    "list_entitlements",
    "list_event_notes",
    "list_events",
    "list_merchants",
    "list_offerings",
    "list_orders",
    "list_payment_attempts",
    "list_payments",
    "list_pools",
    "list_refund_attempts",
    "list_refund_requests",
    "list_refunds",
    "list_returned_seats",
    "list_room_places",
    "list_seat_codes",
    "list_waived_seats",
    "merchant",
    "next_start",
    "offering",
    "order",
    "order_summary",
    "payment_summary",
    "pool",
    "pool_of_seat",
    "pool_use",
    "published_terms",
    "refund_receipt",
    "refund_request",
    "refund_request_summary",
    "refund_state",
    "refund_summary",
    "returned_seat",
    "room_place",
    "search_orders",
    "seat_code_summary",
    "shown_as",
    "shown_state",
    "state_of",
    "tax_rule",
    "to_given_seat",
    "waived_seat",
]
