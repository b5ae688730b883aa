"""Books waived seats, and seats that are given back. Each fact once, by its uuid."""

from __future__ import annotations

import logging
from datetime import datetime

from fairgate_tables.transactions import in_transaction
from fee_payments.data import ReturnedSeat, WaivedSeat
from partnerships.data import FUND

from .. import conf, lock_objects
from ..data import Amounts, Booking, EventKind, Part, Period
from ..exceptions import SaleNotBooked
from ..models import AllocationLine, RevenueEvent
from ..rules import postings
from ..selectors import events
from .entries import Journal
from .facts import BookedByAnother, Fact, booking_of_another, first_booking

log = logging.getLogger(__name__)


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


@in_transaction
def _book_seat(fact: Fact, at: datetime) -> Booking:
    closed = lock_objects.hold_lock_date()
    journal = Journal(closed, at)
    event = _event(journal, fact)
    party = conf.seat_party(fact.course_key)
    units = {FUND: -fact.net}
    if party:
        units[party] = units.get(party, 0) + fact.net
    journal.lines(event, Part.SEAT, units, base=fact.net)
    legs = postings.waived_seat(units=units, unallocated=0 if party else fact.net)
    journal.post(event, "waived_seat", legs)
    journal.write()
    log.info("waived seat booked: event=%s", event.uuid)
    return journal.booking()


@in_transaction
def _book_return(fact: Fact, waived: RevenueEvent, at: datetime) -> Booking:
    closed = lock_objects.hold_lock_date()
    journal = Journal(closed, at)
    event = _event(journal, fact)
    # As it was booked, and not as the settings say by now: the same party gives it back.
    lines = AllocationLine.objects.filter(event=waived).values_list("party", "units_minor")
    units = {party: -value for party, value in lines}
    journal.lines(event, Part.SEAT, units, base=fact.net)
    legs = postings.waived_seat(units=units, unallocated=-sum(units.values()))
    journal.post(event, "returned_seat", legs)
    journal.write()
    log.info("returned seat booked: event=%s", event.uuid)
    return journal.booking()


def _event(journal: Journal, fact: Fact) -> RevenueEvent:
    month = Period.of(fact.occurred_at)
    return journal.event(fact, Amounts(fact.net, 0, 0), gross=fact.gross, month=month)


def _same_currency(seat: WaivedSeat) -> bool:
    return seat.seat_cost is not None and seat.seat_cost.currency == seat.foregone.currency
