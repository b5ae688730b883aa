"""Listens to payments. What a listener misses, ``revenue_share_catch_up`` finds in the rows."""

from __future__ import annotations

import logging

from django.dispatch import receiver

from fairgate import clock
from fee_payments.data import (
    DisputeSummary,
    PaymentSummary,
    RefundSummary,
    ReturnedSeat,
    WaivedSeat,
)
from fee_payments.signals import (
    DISPUTE_LOST,
    DISPUTE_OPENED,
    DISPUTE_WON,
    PAYMENT_RECORDED,
    PAYMENT_REFUNDED,
    SEAT_RETURNED,
    SEAT_WAIVED,
)

from . import api
from .exceptions import SaleNotBooked

log = logging.getLogger(__name__)


@receiver(PAYMENT_RECORDED, dispatch_uid="revenue_share.payment_recorded")
def book_payment(payment: PaymentSummary, **_: object) -> None:
    """Share a payment."""
    api.book_payment(payment, at=clock.now())


@receiver(PAYMENT_REFUNDED, dispatch_uid="revenue_share.payment_refunded")
def book_refund(refund: RefundSummary, **_: object) -> None:
    """Take the shares of a refund back; without its sale it waits for the next catch-up."""
    try:
        api.book_refund(refund, at=clock.now())
    except SaleNotBooked:
        log.warning("refund waits for its sale: refund=%s", refund.uuid)


@receiver([DISPUTE_OPENED, DISPUTE_LOST, DISPUTE_WON], dispatch_uid="revenue_share.dispute_changed")
def book_dispute(dispute: DisputeSummary, **_: object) -> None:
    """Book how a dispute stands; without its sales it waits for the next catch-up."""
    try:
        api.book_dispute(dispute, at=clock.now())
    except SaleNotBooked:
        log.warning("dispute waits for its sale: dispute=%s", dispute.uuid)


@receiver(SEAT_WAIVED, dispatch_uid="revenue_share.seat_waived")
def book_waived_seat(seat: WaivedSeat, **_: object) -> None:
    """Note a waived seat and what the fund pays for it."""
    api.book_waived_seat(seat, at=clock.now())


@receiver(SEAT_RETURNED, dispatch_uid="revenue_share.seat_returned")
def book_returned_seat(seat: ReturnedSeat, **_: object) -> None:
    """Reverse a waived seat; without it in the books it waits for the next catch-up."""
    try:
        api.book_returned_seat(seat, at=clock.now())
    except SaleNotBooked:
        log.warning("returned seat waits for its seat: seat=%s", seat.uuid)
