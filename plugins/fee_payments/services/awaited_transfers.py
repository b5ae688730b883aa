"""The attempt to pay an order by transfer: there is one wherever an invoice waits for it."""

from __future__ import annotations

from datetime import datetime

from fairgate.money import Money
from fee_payments import conf, models
from fee_payments.services.standings import PROVIDER


def await_transfer(order: models.Order, amount: Money, *, at: datetime) -> models.Payment:
    """The open attempt of an order at our own provider, begun if there is none; it is locked.

    Its page stays open as long as the invoice does: whoever comes again comes to this attempt.
    """
    open_ones = order.payments.filter(provider=PROVIDER, paid_at=None, closed_at=None)
    payment = open_ones.order_by("-id").first() or models.Payment.begin(
        order, PROVIDER, amount, is_live=not conf.is_test_mode(), at=at
    )
    payment.reference, payment.open_until = str(payment.uuid), None
    payment.save(update_fields=["reference", "open_until"])
    return payment


def awaited_transfer(order: models.Order, amount: Money, *, at: datetime) -> models.Payment:
    """The attempt that a transfer which has come pays: the newest, also if its page has closed.

    One that was never begun is begun now: money that came is told, whatever was forgotten before.
    """
    unpaid = order.payments.filter(provider=PROVIDER, paid_at=None)
    return unpaid.order_by("-id").first() or await_transfer(order, amount, at=at)
