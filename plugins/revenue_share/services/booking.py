"""Books what happened outside: sales, refunds, waived seats. Each fact once, by its uuid."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from fairgate_tables.transactions import in_transaction
from fee_payments.data import PaymentSummary, RefundSummary, ReturnedSeat, WaivedSeat
from partnerships import api as partnerships
from partnerships.data import FUND, PRO_RATA, RevenueTerms

from .. import conf, lock_objects
from ..data import Allocation, Booking, EventKind, Part, Period, Posting, Units, Weights
from ..exceptions import KeyReused, RefundExceedsSale, SaleNotBooked
from ..models import AllocationLine, CarriedRemainder, FundPosition, RevenueEvent, SaleStanding
from ..rules import carried, postings
from ..selectors import events
from . import holds, rollups
from .ledger import post

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """What came from outside, in minor units; ``sale_uuid`` is set for a refund.

    Two facts with one uuid must be equal in everything that moves money, or one of them is wrong.
    Country and class of the payer are there for reports.
    """

    uuid: UUID
    kind: EventKind
    currency: str
    gross: int
    tax: int
    fee: int
    net: int
    occurred_at: datetime
    course_key: str = ""
    offering_code: str = ""
    country: str = ""
    payer_class: str = ""
    sale_uuid: UUID | None = None

    @property
    def payload_sha256(self) -> str:
        """The fingerprint that a repetition is compared with."""
        payload = [
            self.kind.value, self.currency, self.gross, self.tax, self.fee, self.net,
            self.occurred_at.astimezone(UTC).isoformat(), self.course_key, self.offering_code,
            str(self.sale_uuid or ""),
        ]  # fmt: skip
        return hashlib.sha256(json.dumps(payload).encode()).hexdigest()


class _BookedByAnother(Exception):
    """Another worker booked the same fact while this one was at it."""


def book_payment(payment: PaymentSummary, *, at: datetime) -> Booking:
    """Book a sale and share it under the terms in force when it was paid."""
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
    known = _first_booking(fact)
    if known:
        return known
    terms = partnerships.terms_for(fact.course_key, at=fact.occurred_at)
    if terms:
        lock_objects.make_carries(terms.version_uuid, fact.currency, terms.weights())
    try:
        return _book_sale(fact, terms, at)
    except _BookedByAnother:
        return _booking_of_another(fact)


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
    known = _first_booking(fact)
    if known:
        return known
    sale = events.find_event(refund.payment_uuid)
    if sale is None or sale.kind != EventKind.SALE:
        raise SaleNotBooked(refund.payment_uuid)
    try:
        booking = _book_refund(fact, sale, at)
    except _BookedByAnother:
        return _booking_of_another(fact)
    # At once: what was called back of the fund cannot be granted any more.
    holds.send_credits(at)
    return booking


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
    known = _first_booking(fact)
    if known:
        return known
    try:
        return _book_seat(fact, at)
    except _BookedByAnother:
        return _booking_of_another(fact)


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
    known = _first_booking(fact)
    if known:
        return known
    try:
        return _book_return(fact, waived, at)
    except _BookedByAnother:
        return _booking_of_another(fact)


@in_transaction
def _book_sale(fact: Fact, terms: RevenueTerms | None, at: datetime) -> Booking:
    closed = lock_objects.hold_lock_date()
    carries = lock_objects.lock_carries(terms.version_uuid, fact.currency) if terms else []
    month = Period.of(fact.occurred_at)
    event = _write_event(fact, at=at, month=month, closed=closed, **_terms_of(terms, fact))
    units: Units | None = None
    if terms:
        shared = carried.allocate(fact.net, _weights(carries), _numerators(carries))
        units = _apply(event, Part.SHARE, shared, carries, base=fact.net)
    SaleStanding.objects.create(sale=event, held=units or {}, ends_at=event.hold_ends_at)
    _post(event, "sale", postings.sale(gross=fact.gross, tax=fact.tax, processor_fee=fact.fee), at)
    shares = postings.allocation(
        receipts=fact.gross - fact.tax, processor_fee=fact.fee, units=units
    )
    _post(event, "allocation", shares, at)
    log.info("sale booked: event=%s allocated=%s", event.uuid, units is not None)
    return events.booking_of(event)


@in_transaction
def _book_refund(fact: Fact, sale: RevenueEvent, at: datetime) -> Booking:
    closed = lock_objects.hold_lock_date()
    version = sale.terms_version
    carries = lock_objects.lock_carries(version, sale.currency) if version else []
    standing = lock_objects.lock_standing(sale.pk)
    event = _write_event(
        fact,
        at=at,
        month=Period.parse(sale.period),
        closed=closed,
        sale=sale,
        course_key=sale.course_key,
        offering_code=sale.offering_code,
        country=sale.country,
        payer_class=sale.payer_class,
        terms_version=version,
        agreement=sale.agreement,
        version=sale.version,
        fee_bearer=sale.fee_bearer,
        minimum_payout_minor=sale.minimum_payout_minor,
        hold_ends_at=sale.hold_ends_at,
    )
    _check_refundable(fact, sale, standing)
    mirror, lost = _take_back(fact, standing, event, carries) if version else ({}, {})
    legs = _refund_legs(fact, standing, mirror=mirror, lost=lost)
    _post(event, "refund", legs, at)
    _lower(standing, fact.gross, mirror=mirror, lost=lost)
    if standing.cleared_at:
        _take_from_fund(event, mirror.get(FUND, 0) + lost.get(FUND, 0), at)
    log.info("refund booked: event=%s sale=%s", event.uuid, sale.uuid)
    return events.booking_of(event)


@in_transaction
def _book_seat(fact: Fact, at: datetime) -> Booking:
    closed = lock_objects.hold_lock_date()
    month = Period.of(fact.occurred_at)
    event = _write_event(fact, at=at, month=month, closed=closed)
    party = conf.seat_party(fact.course_key)
    units = {FUND: -fact.net}
    if party:
        units[party] = units.get(party, 0) + fact.net
    _write_lines(event, Part.SEAT, units, base=fact.net)
    legs = postings.waived_seat(units=units, unallocated=0 if party else fact.net)
    _post(event, "waived_seat", legs, at)
    log.info("waived seat booked: event=%s", event.uuid)
    return events.booking_of(event)


@in_transaction
def _book_return(fact: Fact, waived: RevenueEvent, at: datetime) -> Booking:
    closed = lock_objects.hold_lock_date()
    month = Period.of(fact.occurred_at)
    event = _write_event(fact, at=at, month=month, closed=closed)
    # As it was booked, and not as the settings say by now: the same party gives it back.
    lines = AllocationLine.objects.filter(event=waived).values_list("party", "units_minor")
    units = {party: -value for party, value in lines}
    _write_lines(event, Part.SEAT, units, base=fact.net)
    legs = postings.waived_seat(units=units, unallocated=-sum(units.values()))
    _post(event, "returned_seat", legs, at)
    log.info("returned seat booked: event=%s", event.uuid)
    return events.booking_of(event)


def _take_back(
    fact: Fact, standing: SaleStanding, event: RevenueEvent, carries: Sequence[CarriedRemainder]
) -> tuple[Units, Units]:
    weights = _weights(carries)
    remaining = {party: standing.held.get(party, 0) for party, _ in weights}
    taken = carried.reverse(-fact.net, remaining, weights, _numerators(carries))
    mirror = _apply(event, Part.MIRROR, taken, carries, base=fact.net)
    bearer = "" if event.fee_bearer == PRO_RATA else event.fee_bearer
    cost = carried.lose_fee(fact.fee, bearer, weights, _numerators(carries))
    return mirror, _apply(event, Part.LOST_FEE, cost, carries, base=-fact.fee)


def _refund_legs(
    fact: Fact, standing: SaleStanding, *, mirror: Units, lost: Units
) -> tuple[Posting, ...]:
    if standing.ends_at is None:
        return postings.refund_unallocated(amount=fact.gross, tax=fact.tax)
    legs = postings.refund_cleared if standing.cleared_at else postings.refund_on_hold
    return legs(amount=fact.gross, tax=fact.tax, mirror=mirror, lost=lost)


def _lower(standing: SaleStanding, gross: int, *, mirror: Units, lost: Units) -> None:
    standing.refunded_minor += gross
    for kept, change in ((standing.held, mirror), (standing.lost, lost)):
        for party, units in change.items():
            kept[party] = kept.get(party, 0) + units
    standing.save(update_fields=["refunded_minor", "held", "lost"])


def _check_refundable(fact: Fact, sale: RevenueEvent, standing: SaleStanding) -> None:
    if fact.currency != sale.currency:
        raise RefundExceedsSale(
            f"The refund {fact.uuid} is in {fact.currency}, its sale in {sale.currency}."
        )
    refunded = standing.refunded_minor + fact.gross
    if refunded > sale.gross_minor:
        raise RefundExceedsSale(
            f"The refunds of sale {sale.uuid} would be {refunded} minor units, "
            f"more than its {sale.gross_minor}."
        )


def _take_from_fund(refund: RevenueEvent, units: int, at: datetime) -> None:
    if units:
        position: FundPosition = lock_objects.lock_fund(refund.currency)
        position.cleared_minor += units
        holds.settle_with_fund(position, refund.pk, at)


def _first_booking(fact: Fact) -> Booking | None:
    event = events.find_event(fact.uuid)
    if event is None:
        return None
    _check_same(event, fact)
    return events.booking_of(event)


@in_transaction
def _booking_of_another(fact: Fact) -> Booking:
    event, booking = events.newest_booking_of(fact.uuid)
    _check_same(event, fact)
    return booking


def _check_same(event: RevenueEvent, fact: Fact) -> None:
    if event.payload_sha256 != fact.payload_sha256:
        raise KeyReused(fact.kind.value, fact.uuid)


def _write_event(
    fact: Fact, *, at: datetime, month: Period, closed: Period | None, **more: Any
) -> RevenueEvent:
    values: Mapping[str, Any] = {
        "course_key": fact.course_key,
        "offering_code": fact.offering_code,
        "country": fact.country,
        "payer_class": fact.payer_class,
        **more,
    }
    event = RevenueEvent(
        uuid=fact.uuid,
        kind=fact.kind.value,
        payload_sha256=fact.payload_sha256,
        currency=fact.currency,
        gross_minor=fact.gross,
        tax_minor=fact.tax,
        fee_minor=fact.fee,
        net_minor=fact.net,
        occurred_at=fact.occurred_at,
        booked_at=at,
        period=str(month),
        counted_in=str(month.first_open(closed)),
        **values,
    )
    try:
        with transaction.atomic():
            event.save()
    except IntegrityError:
        # The uuid is the only thing that can be there already; any other fault shows up there.
        raise _BookedByAnother from None
    rollups.add_event(event)
    return event


def _terms_of(terms: RevenueTerms | None, fact: Fact) -> dict[str, Any]:
    if terms is None:
        return {}
    minimum = terms.minimum_payout
    is_same = minimum is not None and minimum.currency == fact.currency
    return {
        "terms_version": terms.version_uuid,
        "agreement": terms.agreement,
        "version": terms.version,
        "fee_bearer": terms.lost_processor_fee,
        "minimum_payout_minor": minimum.minor if minimum and is_same else None,
        "hold_ends_at": Period.of(fact.occurred_at).hold_ends_at(terms.hold_days),
    }


def _apply(
    event: RevenueEvent,
    part: Part,
    shared: Allocation,
    carries: Sequence[CarriedRemainder],
    *,
    base: int,
) -> Units:
    for row in carries:
        row.numerator = shared.carries[row.party]
    CarriedRemainder.objects.bulk_update(carries, ["numerator"])
    _write_lines(event, part, shared.units, base=base)
    return shared.units


def _write_lines(event: RevenueEvent, part: Part, units: Units, *, base: int) -> None:
    lines = [
        AllocationLine(
            event=event,
            part=part.value,
            party=party,
            currency=event.currency,
            period=event.counted_in,
            base_minor=base,
            units_minor=value,
        )
        for party, value in units.items()
        if value
    ]
    if lines:
        AllocationLine.objects.bulk_create(lines)
        rollups.add_lines(event, lines)


def _post(event: RevenueEvent, kind: str, legs: Sequence[Posting], at: datetime) -> None:
    post(
        legs,
        kind=kind,
        cause_kind=EventKind(event.kind),
        cause_uuid=event.uuid,
        period=event.counted_in,
        currency=event.currency,
        occurred_at=event.occurred_at,
        at=at,
    )


def _weights(carries: Sequence[CarriedRemainder]) -> Weights:
    return tuple((row.party, row.weight) for row in carries)


def _numerators(carries: Sequence[CarriedRemainder]) -> dict[str, int]:
    return {row.party: row.numerator for row in carries}


def _same_currency(seat: WaivedSeat) -> bool:
    return seat.seat_cost is not None and seat.seat_cost.currency == seat.foregone.currency
