"""What a worker does that is going to be killed: a payment and a refund, each a button."""

from __future__ import annotations

from uuid import UUID

from django.core.cache import cache

from factories import fee_payments as make
from fairgate import clock
from fee_payments import api
from fee_payments.data import RefundReceipt
from fee_payments.exceptions import OrderNotOpen
from fee_payments.models import Payment


def pay(order: str) -> None:
    """From the provider's page to the event that it was paid, and what comes of it."""
    clock.use(lambda: make.NOON)
    placed = api.order(UUID(order))
    try:
        started = make.payment(placed)
    except OrderNotOpen:  # it is paid: the provider tells it once more
        started = Payment.objects.get(order__uuid=placed.uuid)
    make.send(make.event(started))


def refund(order: str) -> RefundReceipt:
    """All of an order goes back."""
    clock.use(lambda: make.NOON)
    return api.refund(UUID(order), key="all", reason="asked", by=9, at=make.NOON)


def forget() -> None:
    """The time and the memory are everybody's again."""
    clock.use(None)
    cache.clear()
