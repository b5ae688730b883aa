"""Books sales, one or many in one transaction. Each fact once, by its uuid."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fairgate_tables.sending import Statement
from fairgate_tables.transactions import in_transaction
from fee_payments.data import PaymentSummary
from partnerships import api as partnerships
from partnerships.data import RevenueTerms

from .. import lock_objects
from ..data import Amounts, Booking, EventKind, Period
from ..models import RevenueEvent
from ..rules import postings, refunds
from ..rules.sharing import Shared, share_sale, sharing_of
from .carries import Carries, RowsMissing
from .entries import Journal
from .facts import BookedByAnother, Fact, booking_of_another, first_booking, new_facts
from .recoupments import Recoupments
from .taking_back import add_kept

log = logging.getLogger(__name__)

#: The terms in force for a course when a payment of it was made.
FindTerms = Callable[[str, datetime], RevenueTerms | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """What a payment brings for one course, and the terms of that course."""

    course_key: str
    brought: Amounts
    terms: RevenueTerms | None


@dataclass(frozen=True, slots=True)
class Sale:
    """A payment to be booked: a bundle has a piece for each of its courses."""

    fact: Fact
    pieces: tuple[Piece, ...]

    @property
    def agreed(self) -> list[RevenueTerms]:
        """The terms that it is shared by."""
        return [piece.terms for piece in self.pieces if piece.terms]


def book_payment(payment: PaymentSummary, *, at: datetime) -> Booking:
    """Book a sale and share it under the terms in force when it was paid.

    A bundle is a sale for each of its courses.
    """
    fact = _fact_of(payment)
    known = first_booking(fact)
    if known:
        return known
    sale = Sale(fact, _pieces_of(payment, fact, _terms_for))
    try:
        booking = _book([sale], at).booking()
    except BookedByAnother:
        return booking_of_another(fact)
    log.info("sale booked: fact=%s sales=%s", fact.uuid, len(sale.pieces))
    return booking


def book_payments(payments: Sequence[PaymentSummary], *, at: datetime) -> int:
    """Book many sales in one transaction, in this order, each as ``book_payment`` would.

    All of them or none, but for those that another worker books meanwhile. Returns how many were
    not booked before.

    Raises:
        KeyReused: one of them is booked with other amounts or dates.
    """
    by_uuid = {payment.uuid: payment for payment in payments}
    facts = new_facts([_fact_of(payment) for payment in payments])
    find_terms = partnerships.terms_finder([payment.paid_at for payment in payments])
    sales = [Sale(fact, _pieces_of(by_uuid[fact.uuid], fact, find_terms)) for fact in facts]
    if not sales:
        return 0
    try:
        _book(sales, at)
    except BookedByAnother:
        return len([book_payment(by_uuid[fact.uuid], at=at) for fact in facts])
    log.info("sales booked: facts=%s", len(sales))
    return len(sales)


def _fact_of(payment: PaymentSummary) -> Fact:
    return Fact(
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


def _terms_for(course_key: str, at: datetime) -> RevenueTerms | None:
    return partnerships.terms_for(course_key, at=at)


def _pieces_of(payment: PaymentSummary, fact: Fact, find_terms: FindTerms) -> tuple[Piece, ...]:
    whole = Amounts(fact.net, fact.tax, fact.fee)
    brought = [(payment.course_key, whole)]
    if payment.courses:
        parts = refunds.by_weight(whole, [course.weight for course in payment.courses])
        keys = (course.course_key for course in payment.courses)
        brought = [(key, part) for key, part in zip(keys, parts, strict=True) if any(part)]
    return tuple(
        Piece(course_key=key, brought=part, terms=find_terms(key, fact.occurred_at))
        for key, part in brought
    )


def _book(sales: Sequence[Sale], at: datetime) -> Journal:
    try:
        return _book_sales(sales, at)
    except RowsMissing:
        # Only before the very first sale under these terms.
        _make_rows(sales)
        return _book_sales(sales, at)


def _make_rows(sales: Iterable[Sale]) -> None:
    """Make what these sales lock, before their transaction."""
    for sale in sales:
        currency = sale.fact.currency
        for terms in sale.agreed:
            lock_objects.make_carries(terms.version_uuid, currency, terms.weights())
            if recouping := terms.recouped_in(currency):
                parties = [party for party, _ in recouping]
                lock_objects.make_recoupments(terms.agreement, currency, parties)


class _Shares:
    """What sales change of carries and recoupments: all locked at once, in their order."""

    def __init__(self, sales: Sequence[Sale]) -> None:
        agreed = [(terms, sale.fact.currency) for sale in sales for terms in sale.agreed]
        recouping = {(terms.agreement, code) for terms, code in agreed if terms.recouped_in(code)}
        versions = {(terms.version_uuid, code): terms for terms, code in agreed}
        self._recoupments = {key: Recoupments(*key) for key in sorted(recouping)}
        self._carries = {
            key: Carries(*key, versions[key].weights())
            for key in sorted(versions, key=lambda key: (str(key[0]), key[1]))
        }

    def of(self, brought: Amounts, terms: RevenueTerms, currency: str) -> Shared:
        """Share what one piece brings, and note what it changes."""
        recoupments = self._recoupments.get((terms.agreement, currency))
        carries = self._carries[terms.version_uuid, currency]
        stated = terms.recouped_in(currency)
        left = recoupments.left(stated) if recoupments else ()
        shared = share_sale(brought, sharing_of(terms), carries.numerators, left)
        carries.follow(shared.carries)
        if recoupments:
            recoupments.follow(shared.recouped)
        return shared

    def changes(self) -> list[Statement]:
        """What writes what was changed."""
        rows: list[Recoupments | Carries] = [
            *self._recoupments.values(), *self._carries.values()
        ]  # fmt: skip
        return [statement for one in rows for statement in one.changes()]


@in_transaction
def _book_sales(sales: Sequence[Sale], at: datetime) -> Journal:
    closed = lock_objects.hold_lock_date()
    shares = _Shares(sales)
    journal = Journal(closed, at)
    for sale in sales:
        for place, piece in enumerate(sale.pieces):
            _book_piece(journal, sale.fact, piece, shares, place)
    journal.write(shares.changes())
    return journal


def _book_piece(journal: Journal, fact: Fact, piece: Piece, shares: _Shares, place: int) -> None:
    terms, shared = piece.terms, None
    columns: dict[str, Any] = {"course_key": piece.course_key, "place": place}
    if terms:
        shared = shares.of(piece.brought, terms, fact.currency)
        columns |= _columns_of(terms, fact, shared)
    month = Period.of(fact.occurred_at)
    event = journal.event(fact, piece.brought, gross=piece.brought.gross, month=month, **columns)
    kept: dict[str, Any] = {}
    if shared:
        journal.share(event, shared)
        add_kept(kept, shared.units)
    journal.stand(event, kept)
    _post_sale(journal, event, shared)


def _post_sale(journal: Journal, event: RevenueEvent, shared: Shared | None) -> None:
    receipts, fee = event.gross_minor - event.tax_minor, event.fee_minor
    if event.merchant:
        receipts, fee = event.net_minor, 0
        arrived = postings.collected_sale(receipts=receipts, merchant=event.merchant)
    else:
        arrived = postings.sale(gross=event.gross_minor, tax=event.tax_minor, processor_fee=fee)
    journal.post(event, "sale", arrived)
    shares = postings.allocation(
        receipts=receipts, processor_fee=fee, units=shared.units if shared else None
    )
    journal.post(event, "allocation", shares)


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
