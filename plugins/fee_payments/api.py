"""The door of fee_payments: everything that other packages may ask or tell.

Reading: ``quote``, ``has_entitlement``, ``entitled_offerings``, ``offering``, ``list_offerings``,
``learner_for``, ``order``, ``list_orders``, ``list_entitlements``; the facts again:
``list_payments``, ``list_refunds``, ``list_waived_seats``; ``fee_page_url``.
Writing: ``place_order``, ``take_waived_seat``, ``start_payment``, ``receive_event``, ``refund``,
``retry_events``, ``finish_refunds``, ``expire_orders``; ``set_offering``, ``set_tax`` for seeds.

Each is described where it is defined.
"""

from __future__ import annotations

from django.urls import reverse

from fee_payments.selectors import (
    entitled_offerings,
    has_entitlement,
    learner_for,
    list_entitlements,
    list_offerings,
    list_orders,
    list_payments,
    list_refunds,
    list_waived_seats,
    offering,
    order,
)
from fee_payments.services import (
    expire_orders,
    finish_refunds,
    place_order,
    quote,
    receive_event,
    refund,
    retry_events,
    set_offering,
    set_tax,
    start_payment,
    take_waived_seat,
)

__all__ = [
    "entitled_offerings",
    "expire_orders",
    "fee_page_url",
    "finish_refunds",
    "has_entitlement",
    "learner_for",
    "list_entitlements",
    "list_offerings",
    "list_orders",
    "list_payments",
    "list_refunds",
    "list_waived_seats",
    "offering",
    "order",
    "place_order",
    "quote",
    "receive_event",
    "refund",
    "retry_events",
    "set_offering",
    "set_tax",
    "start_payment",
    "take_waived_seat",
]


def fee_page_url(offering_code: str) -> str:
    """The address of the page on which a learner settles this fee."""
    return reverse("fee_payments:fee", args=[offering_code])
