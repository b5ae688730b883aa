"""Orders that a person was to look at, and that are as they should be again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from fee_payments import models
from fee_payments.data import HoldCause
from fee_payments.selectors.payments import lost_of
from fee_payments.selectors.resting import order_rests
from fee_payments.services import entitling, holding, institution_seats

# What a person was waited for (a line that was not opened, a second payment) is over once the money
# for it has gone back; that the bank has the money back is not.
_OVER = (HoldCause.PAYMENT, HoldCause.REFUND, HoldCause.ACCESS)


def let_go(order: models.Order, lines: Sequence[models.OrderLine], *, at: datetime) -> None:
    """Let an order go of whose lines each has opened what is kept for it, and no more is kept.

    Order and lines are locked.
    """
    if order.held_because and is_in_order(order, lines):
        holding.release(order, *_OVER, at=at)


def is_in_order(order: models.Order, lines: Sequence[models.OrderLine]) -> bool:
    """Whether each line has opened what is kept for it, and no more is kept than it costs."""
    return all(_is_in_order(order, line) for line in lines if line.paid_minor)


def _is_in_order(order: models.Order, line: models.OrderLine) -> bool:
    kept = line.paid_minor - line.returned_minor - lost_of(line)
    if kept <= 0:
        return True
    is_in = line.entitlements.filter(revoked_at__isnull=True).exists()
    is_in = is_in or (order_rests(order) and entitling.rests(line))
    pool = models.SeatPool.objects.filter(line=line).first()
    is_in = is_in or (pool is not None and not institution_seats.has_ended(pool))
    return is_in and kept <= line.total_minor
