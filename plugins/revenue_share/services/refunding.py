"""Books refunds: what a payer got back is taken from whoever has it."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime

from fairgate_tables.transactions import in_transaction
from fee_payments.data import RefundSummary

from .. import lock_objects
from ..data import Amounts, Booking, EventKind, Period, Stage
from ..exceptions import RefundExceedsSale, SaleNotBooked
from ..models import RevenueEvent
from ..rules import refunds
from ..rules.sharing import NOTHING
from ..selectors import events
from . import holds
from .facts import BookedByAnother, Fact, booking_of_another, first_booking
from .taking_back import Change, LockedSale, book_change, lock_sales

log = logging.getLogger(__name__)


def book_refund(refund: RefundSummary, *, at: datetime) -> Booking:
    """Take a refund's part of the sale's stored units back, and give the lost fee to its bearer."""
    fact = Fact(
        uuid=refund.uuid,
        kind=EventKind.REFUND,
        currency=refund.amount.currency,
        gross=refund.amount.minor,
        tax=refund.tax.minor,
        fee=refund.fee_not_returned.minor,
        net=-refund.net.minor,
        occurred_at=refund.refunded_at,
        sale_uuid=refund.payment_uuid,
    )
    known = first_booking(fact)
    if known:
        return known
    sales = events.sales_of([refund.payment_uuid])
    if not sales:
        raise SaleNotBooked(refund.payment_uuid)
    try:
        booking = _book(fact, sales, at)
    except BookedByAnother:
        return booking_of_another(fact)
    # At once: what was called back of the fund cannot be granted any more.
    holds.send_credits(at)
    return booking


@in_transaction
def _book(fact: Fact, sales: Sequence[RevenueEvent], at: datetime) -> Booking:
    closed = lock_objects.hold_lock_date()
    locked = lock_sales(sales)
    _check_refundable(fact, locked)
    written = [
        _book_part(one, fact, amounts, excess, closed, place=place, at=at)
        for place, (one, amounts, excess) in enumerate(_by_sale(fact, locked))
    ]
    log.info("refund booked: refund=%s payment=%s", fact.uuid, fact.sale_uuid)
    return events.booking_of(written)


def _book_part(
    locked: LockedSale,
    fact: Fact,
    taken: Amounts,
    excess: int,
    closed: Period | None,
    *,
    place: int,
    at: datetime,
) -> RevenueEvent:
    stage = Stage.CLEARED if locked.standing.cleared_at else Stage.ON_HOLD
    change = Change(taken=taken, excess=excess, stage=stage)
    return book_change(locked, fact, change, closed=closed, place=place, at=at)


def _by_sale(fact: Fact, locked: Sequence[LockedSale]) -> list[tuple[LockedSale, Amounts, int]]:
    """What is taken of which sale, and what goes beyond it because a bank has that already."""
    lefts = [one.left for one in locked]
    left = refunds.total_of(lefts)
    taken = fact.taken
    if not refunds.does_fit(taken, left):
        if not any(one.standing.disputed for one in locked):
            raise RefundExceedsSale(
                "The refund %(key)s has parts that its sale has not left.", key=fact.uuid
            )
        # After a dispute other parts are left than the refund was told with.
        taken = refunds.amounts_in(min(fact.gross, left.gross), left)
    parts = refunds.by_sale(taken, lefts)
    beyond = fact.gross - taken.gross
    return [
        (one, part, 0 if place else beyond)
        for place, (one, part) in enumerate(zip(locked, parts, strict=True))
        if part != NOTHING or not place
    ]


def _check_refundable(fact: Fact, locked: Sequence[LockedSale]) -> None:
    sale = locked[0].sale
    if fact.currency != sale.currency:
        raise RefundExceedsSale(
            "The refund %(key)s is in %(currency)s, its sale in %(other)s.",
            key=fact.uuid,
            currency=fact.currency,
            other=sale.currency,
        )
    brought = sum(one.sale.gross_minor for one in locked)
    refunded = sum(one.standing.refunded_minor for one in locked) + fact.gross
    if refunded > brought:
        raise RefundExceedsSale(
            "The refunds of sale %(key)s would be %(refunded)s minor units, more than its "
            "%(brought)s.",
            key=fact.sale_uuid,
            refunded=refunded,
            brought=brought,
        )
