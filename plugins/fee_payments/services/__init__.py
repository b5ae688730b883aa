"""Use cases of fee_payments: the only writers of its tables."""

from __future__ import annotations

from fee_payments.services.catalogue import (
    set_offering,
    set_tax,
)
from fee_payments.services.ordering import (
    expire_orders,
    place_order,
    start_payment,
    take_waived_seat,
)
from fee_payments.services.quoting import quote
from fee_payments.services.refunding import finish_refunds, refund
from fee_payments.services.settling import receive_event, retry_events

__all__ = [
    "expire_orders",
    "finish_refunds",
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
