"""Books sales and waived seats. Each fact once, by its uuid."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fairgate_tables.transactions import in_transaction
from fee_payments.data import PaymentSummary, ReturnedSeat, WaivedSeat
from partnerships import api as partnerships
from partnerships.data import FUND, RevenueTerms

from .. import conf, lock_objects
from ..data import Amounts, Booking, EventKind, Part, Period
from ..exceptions import SaleNotBooked
from ..models import AllocationLine, RevenueEvent, SaleStanding
from ..rules import postings, refunds
from ..rules.sharing import Shared, share_sale, sharing_of
from ..selectors import events
from .carries import Carries
from .entries import post_event, write_event, write_lines, write_shared
from .facts import BookedByAnother, Fact, booking_of_another, first_booking
from .recoupments import Recoupments
from .taking_back import add_kept

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """What a payment brings for one course, and the terms of that course."""

    course_key: str
    brought: Amounts
    terms: RevenueTerms | None


def book_payment(payment: PaymentSummary, *, at: datetime) -> Booking:
    """Book a sale and share it under the terms in force when it was paid.

    A bundle is a sale for each of its courses.
    """
    fact = Fact(
        uuid=payment.uuid,
        kind=EventKind.SALE,
        currency=payment.currency,
        gross=payment.gross.minor,
        tax=payment.tax.minor,
        fee=payment.processor_fee.minor,
        net=payment.net.minor,
        occurred_at=payment.paid_at,
        course_key=payment.course_key,
        offering_code=payment.offering_code,
        country=payment.country,
        payer_class=payment.payer_class.value,
    )
    known = first_booking(fact)
    if known:
        return known
    pieces = _pieces_of(payment, fact)
    for piece in pieces:
        if piece.terms:
            _make_rows(piece.terms, fact.currency)
    try:
        return _book_sales(fact, pieces, at)
    except BookedByAnother:
        return booking_of_another(fact)


def book_waived_seat(seat: WaivedSeat, *, at: datetime) -> Booking:
    """Note a waived seat and let the fund pay for it, if it costs something."""
    cost = seat.seat_cost
    fact = Fact(
        uuid=seat.grant_uuid,
        kind=EventKind.WAIVED_SEAT,
        currency=cost.currency if cost else seat.foregone.currency,
        gross=seat.foregone.minor if cost is None or _same_currency(seat) else 0,
        tax=0,
        fee=0,
        net=cost.minor if cost else 0,
        occurred_at=seat.granted_at,
        course_key=seat.course_key,
        offering_code=seat.offering_code,
    )
    known = first_booking(fact)
    if known:
        return known
    try:
        return _book_seat(fact, at)
    except BookedByAnother:
        return booking_of_another(fact)


def book_returned_seat(seat: ReturnedSeat, *, at: datetime) -> Booking:
    """Give the fund back what it paid for a seat, from whoever it was paid to."""
    waived = events.find_event(seat.grant_uuid)
    if waived is None or waived.kind != EventKind.WAIVED_SEAT:
        raise SaleNotBooked(seat.grant_uuid)
    fact = Fact(
        uuid=seat.uuid,
        kind=EventKind.RETURNED_SEAT,
        currency=waived.currency,
        gross=waived.gross_minor,
        tax=0,
        fee=0,
        net=-waived.net_minor,
        occurred_at=seat.returned_at,
        course_key=waived.course_key,
        offering_code=waived.offering_code,
    )
    known = first_booking(fact)
    if known:
        return known
    try:
        return _book_return(fact, waived, at)
    except BookedByAnother:
        return booking_of_another(fact)


def _make_rows(terms: RevenueTerms, currency: str) -> None:
    """Make what a sale under these terms locks, before its transaction."""
    lock_objects.make_carries(terms.version_uuid, currency, terms.weights())
    if recouping := terms.recouped_in(currency):
        parties = [party for party, _ in recouping]
        lock_objects.make_recoupments(terms.agreement, currency, parties)


def _pieces_of(payment: PaymentSummary, fact: Fact) -> tuple[Piece, ...]:
    whole = Amounts(fact.net, fact.tax, fact.fee)
    if not payment.courses:
        return (_piece(payment.course_key, whole, fact),)
    parts = refunds.by_weight(whole, [course.weight for course in payment.courses])
    pieces = (
        _piece(course.course_key, part, fact)
        for course, part in zip(payment.courses, parts, strict=True)
        if any(part)
    )
    return tuple(pieces)


def _piece(course_key: str, brought: Amounts, fact: Fact) -> Piece:
    terms = partnerships.terms_for(course_key, at=fact.occurred_at)
    return Piece(course_key=course_key, brought=brought, terms=terms)


class _Shares:
    """What a sale changes of carries and recoupments: all locked at once, in their order."""

    def __init__(self, pieces: Sequence[Piece], currency: str) -> None:
        agreed = [piece.terms for piece in pieces if piece.terms]
        recouping = {terms.agreement for terms in agreed if terms.recouped_in(currency)}
        versions = {terms.version_uuid for terms in agreed}
        self._currency = currency
        self._recoupments = {code: Recoupments(code, currency) for code in sorted(recouping)}
        self._carries = {key: Carries(key, currency) for key in sorted(versions, key=str)}

    def of(self, brought: Amounts, terms: RevenueTerms) -> Shared:
        """Share what one piece brings, and keep what it changes."""
        recoupments = self._recoupments.get(terms.agreement)
        carries = self._carries[terms.version_uuid]
        stated = terms.recouped_in(self._currency)
        left = recoupments.left(stated) if recoupments else ()
        shared = share_sale(brought, sharing_of(terms), carries.numerators, left)
        carries.follow(shared.carries)
        if recoupments:
            recoupments.follow(shared.recouped)
        return shared


@in_transaction
def _book_sales(fact: Fact, pieces: Sequence[Piece], at: datetime) -> Booking:
    closed = lock_objects.hold_lock_date()
    shares = _Shares(pieces, fact.currency)
    written = [
        _book_sale(fact, piece, shares, closed, place=place, at=at)
        for place, piece in enumerate(pieces)
    ]
    log.info("sale booked: fact=%s sales=%s", fact.uuid, len(written))
    return events.booking_of(written)


def _book_sale(
    fact: Fact, piece: Piece, shares: _Shares, closed: Period | None, *, place: int, at: datetime
) -> RevenueEvent:
    terms, shared = piece.terms, None
    columns: dict[str, Any] = {"course_key": piece.course_key, "place": place}
    if terms:
        shared = shares.of(piece.brought, terms)
        columns |= _columns_of(terms, fact, shared)
    event = _write(fact, piece.brought, piece.brought.gross, closed=closed, at=at, **columns)
    standing = SaleStanding(sale=event)
    if shared:
        write_shared(event, shared)
        add_kept(standing.kept, shared.units)
        standing.ends_at = event.hold_ends_at
    standing.save()
    _post_sale(event, shared, at)
    return event


def _post_sale(event: RevenueEvent, shared: Shared | None, at: datetime) -> None:
    receipts, fee = event.gross_minor - event.tax_minor, event.fee_minor
    if event.merchant:
        receipts, fee = event.net_minor, 0
        arrived = postings.collected_sale(receipts=receipts, merchant=event.merchant)
    else:
        arrived = postings.sale(gross=event.gross_minor, tax=event.tax_minor, processor_fee=fee)
    post_event(event, "sale", arrived, at=at)
    shares = postings.allocation(
        receipts=receipts, processor_fee=fee, units=shared.units if shared else None
    )
    post_event(event, "allocation", shares, at=at)


@in_transaction
def _book_seat(fact: Fact, at: datetime) -> Booking:
    closed = lock_objects.hold_lock_date()
    event = _write(fact, Amounts(fact.net, 0, 0), fact.gross, closed=closed, at=at)
    party = conf.seat_party(fact.course_key)
    units = {FUND: -fact.net}
    if party:
        units[party] = units.get(party, 0) + fact.net
    write_lines(event, Part.SEAT, units, base=fact.net)
    legs = postings.waived_seat(units=units, unallocated=0 if party else fact.net)
    post_event(event, "waived_seat", legs, at=at)
    log.info("waived seat booked: event=%s", event.uuid)
    return events.booking_of([event])


@in_transaction
def _book_return(fact: Fact, waived: RevenueEvent, at: datetime) -> Booking:
    closed = lock_objects.hold_lock_date()
    event = _write(fact, Amounts(fact.net, 0, 0), fact.gross, closed=closed, at=at)
    # As it was booked, and not as the settings say by now: the same party gives it back.
    lines = AllocationLine.objects.filter(event=waived).values_list("party", "units_minor")
    units = {party: -value for party, value in lines}
    write_lines(event, Part.SEAT, units, base=fact.net)
    legs = postings.waived_seat(units=units, unallocated=-sum(units.values()))
    post_event(event, "returned_seat", legs, at=at)
    log.info("returned seat booked: event=%s", event.uuid)
    return events.booking_of([event])


def _write(
    fact: Fact, amounts: Amounts, gross: int, *, closed: Period | None, at: datetime, **columns: Any
) -> RevenueEvent:
    month = Period.of(fact.occurred_at)
    return write_event(fact, amounts, gross=gross, month=month, closed=closed, at=at, **columns)


def _columns_of(terms: RevenueTerms, fact: Fact, shared: Shared) -> dict[str, Any]:
    minimum, sharing = terms.minimum_payout, sharing_of(terms)
    is_same = minimum is not None and minimum.currency == fact.currency
    return {
        "terms_version": terms.version_uuid,
        "agreement": terms.agreement,
        "version": terms.version,
        "fee_bearer": sharing.lost_fee,
        "dispute_fee_bearer": sharing.dispute_fee,
        "processor_fee_bearer": sharing.processor_fee,
        "merchant": sharing.merchant,
        "recouped_minor": sum(shared.recouped.values()),
        "minimum_payout_minor": minimum.minor if minimum and is_same else None,
        "hold_ends_at": Period.of(fact.occurred_at).hold_ends_at(terms.hold_days),
    }


def _same_currency(seat: WaivedSeat) -> bool:
    return seat.seat_cost is not None and seat.seat_cost.currency == seat.foregone.currency
