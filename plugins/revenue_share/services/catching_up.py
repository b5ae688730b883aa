"""Books what nobody told the books about: the rows of fee_payments are the outbox."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from itertools import chain
from typing import Protocol, TypeVar
from uuid import UUID

from fee_payments import api as fees
from fee_payments.data import (
    DisputeSummary,
    PaymentSummary,
    RefundSummary,
    ReturnedSeat,
    WaivedSeat,
)

from ..data import CaughtUp
from ..exceptions import RevenueShareError
from ..selectors import events
from . import booking, disputing, refunding, seats

log = logging.getLogger(__name__)

F = TypeVar("F", PaymentSummary, RefundSummary, WaivedSeat, ReturnedSeat, DisputeSummary)
F_co = TypeVar("F_co", covariant=True)


class Listing(Protocol[F_co]):
    """``list_payments`` and its sisters: facts in the order they were stored, with a cursor."""

    def __call__(self, *, after: int, limit: int) -> Sequence[tuple[int, F_co]]: ...


def catch_up(*, at: datetime) -> CaughtUp:
    """Book all that is missing: payments first, for their refunds and disputes to find them.

    It goes through everything each time and asks for keys in blocks. A stored place would skip a
    row that was numbered early and committed late.
    """
    waiting: list[RevenueShareError] = []

    def booked(facts: Iterator[F], book: Callable[[F], object], key: str) -> int:
        return sum(_book(fact, book, getattr(fact, key), waiting) for fact in facts)

    return CaughtUp(
        payments=sum(
            _book_sales(facts, at, waiting)
            for facts in _missing_by_page(fees.list_payments, "uuid")
        ),
        refunds=booked(
            _missing(fees.list_refunds, "uuid"),
            lambda fact: refunding.book_refund(fact, at=at),
            "uuid",
        ),
        seats=booked(
            _missing(fees.list_waived_seats, "grant_uuid"),
            lambda fact: seats.book_waived_seat(fact, at=at),
            "grant_uuid",
        ),
        returned=booked(
            _missing(fees.list_returned_seats, "uuid"),
            lambda fact: seats.book_returned_seat(fact, at=at),
            "uuid",
        ),
        disputes=booked(
            _news_of_disputes(), lambda fact: disputing.book_dispute(fact, at=at), "uuid"
        ),
        waiting=tuple(waiting),
    )


def _book(fact: F, book: Callable[[F], object], key: UUID, waiting: list[RevenueShareError]) -> int:
    try:
        book(fact)
    except RevenueShareError as error:
        # One fact that cannot be booked does not hold up the others; a close refuses to go on.
        log.warning("not booked: event=%s reason=%s", key, type(error).__name__)
        waiting.append(error)
        return 0
    return 1


def _book_sales(
    facts: Sequence[PaymentSummary], at: datetime, waiting: list[RevenueShareError]
) -> int:
    """Sales in one transaction; where one of them cannot be booked, each by itself."""
    try:
        return booking.book_payments(facts, at=at)
    except RevenueShareError:
        return sum(
            _book(fact, lambda one: booking.book_payment(one, at=at), fact.uuid, waiting)
            for fact in facts
        )


def _news_of_disputes() -> Iterator[DisputeSummary]:
    # A dispute is one row that changes, so it is compared with what is booked of it.
    after = 0
    while page := fees.list_disputes(after=after, limit=500):
        known = events.known_disputes([dispute.uuid for _, dispute in page])
        yield from (one for _, one in page if disputing.is_news(one, known.get(one.uuid)))
        after = page[-1][0]


def _missing(listing: Listing[F], key: str) -> Iterator[F]:
    return chain.from_iterable(_missing_by_page(listing, key))


def _missing_by_page(listing: Listing[F], key: str) -> Iterator[list[F]]:
    after = 0
    while page := listing(after=after, limit=500):
        known = events.known_facts([getattr(fact, key) for _, fact in page])
        yield [fact for _, fact in page if getattr(fact, key) not in known]
        after = page[-1][0]
