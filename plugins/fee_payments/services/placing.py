"""Writing an order: all of its lines in one transaction, or none.

Order of locks: the payments begun for the learner's open orders, and those orders, by primary key,
ascending; the waiver fund; the rooms by the primary key of the offering, ascending. Two orders that
share lines wait for each other at the first of these, and never in a circle.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError
from django.utils.translation import gettext as _

from fairgate.money import Money
from fairgate_tables.transactions import in_transaction
from fee_payments import conf, models, selectors
from fee_payments.data import Learner, OrderState, OrderSummary, Quote
from fee_payments.exceptions import KeyReused, NoSeatLeft, PaymentsError, QuoteChanged
from fee_payments.services import closing, seats, waiving
from fee_payments.services.sale_terms import refund_policy_of, sold_refund_policy
from waiver_policy.exceptions import FundEmpty, NotEligible, WaiverError

log = logging.getLogger(__name__)

#: What becomes of an order that was just written, with its lines.
Finish = Callable[[models.Order, Sequence[models.OrderLine]], None]


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be ordered: everything a new order is written from. All offers in one currency."""

    learner: Learner
    offers: tuple[Quote, ...]
    key: str
    at: datetime

    @property
    def has_several(self) -> bool:
        return len(self.offers) > 1

    @property
    def total(self) -> Money:
        first, *others = [offer.total for offer in self.offers]
        return sum(others, first)

    @property
    def open_keys(self) -> list[str]:
        return [self.open_key_of(offer) for offer in self.offers]

    def open_key_of(self, offer: Quote) -> str:
        return closing.open_key(self.learner.user_id, offer.offering.code)

    def grant_key_of(self, position: int) -> str:
        """The idempotency key of the waiver behind a line."""
        return f"order:{self.key}" if position == 0 else f"order:{self.key}:{position}"

    def fits(self, row: models.Order) -> bool:
        """Whether an open order is what is wished for, and can still be paid."""
        lines = selectors.lines_of(row)
        # A price is of one offering, so prices say what was ordered.
        ordered = {
            (
                line.price_id, line.session_id, selectors.breakdown_of(line).total,
                sold_refund_policy(line),
            )
            for line in lines
        }  # fmt: skip
        wanted = {
            (offer.price_id, session_id(offer), offer.total, refund_policy_of(offer.offering))
            for offer in self.offers
        }
        if (ordered, row.country) != (wanted, self.learner.country) or row.expires_at <= self.at:
            return False
        terms = self.offers[0].terms
        if terms and (row.terms_id, row.terms_accepted_at is None) != (terms.id, False):
            return False
        return all(waiving.still_holds(row, line, at=self.at) for line in lines)


def session_id(offer: Quote) -> int | None:
    """The number of the session that a quote is for."""
    return offer.session.id if offer.session else None


@contextmanager
def naming(code: str, title: str = "") -> Iterator[None]:
    """Let an error say which line it is about, in ``offering_code``.

    With a ``title`` also to the person who reads it: they ordered several things.
    """
    try:
        yield
    except (PaymentsError, WaiverError) as error:
        error.offering_code, error.line_title = code, title  # type: ignore[union-attr] # added
        raise


def place(wish: Wish, finish: Finish) -> OrderSummary:
    """Write an order unless this learner's open one for the same offerings does as well."""
    try:
        return selectors.order(_write(wish, finish).uuid)
    except IntegrityError:
        # Another request of this learner placed an order a moment ago: the unique keys decided.
        return _placed_meanwhile(wish)
    except (NoSeatLeft, FundEmpty):
        # What orders hold whose time is over is free, once somebody closes them.
        if not closing.expire_orders(at=wish.at):
            raise
        return selectors.order(_write(wish, finish).uuid)


def _write(wish: Wish, finish: Finish) -> models.Order:
    try:
        written = _write_or_refuse(wish, finish)
    except (FundEmpty, NotEligible) as refusal:
        if wish.has_several:
            _wait_alone(wish, refusal)
        raise
    if isinstance(written, models.Order):
        return written
    raise written


@in_transaction
def _write_or_refuse(wish: Wish, finish: Finish) -> models.Order | FundEmpty | NotEligible:
    """The order, or why there is no waiver for it: the record of that is kept, an error's is not.

    A lost race for a lock (fund, room) is run again here, where the transaction begins.
    """
    on_their_way = closing.locked_payments_on_their_way(wish.open_keys)
    stale = closing.locked_open_orders(wish.open_keys)
    for row in stale:
        if wish.fits(row):
            return row
    if any(row.pk in on_their_way and row.expires_at > wish.at for row in stale):
        # Replaced, it would arrive for nothing, and the learner pay the other order as well.
        raise closing.payment_on_its_way()
    if wish.has_several or any(_has_waiver(row) for row in stale):
        # If the new order cannot be written, nothing of it is: no waiver of another line is taken,
        # and what the learner has ordered before stays as it is, with its waiver.
        return _write_all(wish, finish, stale)
    try:
        return _write_all(wish, finish, stale)
    except (FundEmpty, NotEligible) as refusal:
        # Nothing but the waiver policy's own record, and a place on its waiting list, was written.
        return refusal


def _has_waiver(row: models.Order) -> bool:
    return any(line.waiver_grant is not None for line in selectors.lines_of(row))


class _NotRefusedAlone(Exception):
    """The waiver is there for a line alone: nobody waits for it."""


def _wait_alone(wish: Wish, refusal: FundEmpty | NotEligible) -> None:
    """Keep the waiver policy's record about the line that was refused, and only that one.

    The order was undone as a whole, with what its other lines had taken. Who could have this line
    alone, or has it in an open order, waits for nothing.
    """
    code = getattr(refusal, "offering_code", "")
    position = [offer.offering.code for offer in wish.offers].index(code)
    try:
        _refused_alone(wish, position)
    except _NotRefusedAlone:
        log.info("refused with others, not alone: offering=%s", code)


@in_transaction
def _refused_alone(wish: Wish, position: int) -> None:
    offer = wish.offers[position]
    if any(_has_waiver(row) for row in closing.locked_open_orders([wish.open_key_of(offer)])):
        return
    try:
        waiving.take(wish.learner, offer, key=wish.grant_key_of(position), at=wish.at)
    except (FundEmpty, NotEligible):
        return
    raise _NotRefusedAlone


def _write_all(wish: Wish, finish: Finish, stale: Sequence[models.Order]) -> models.Order:
    # Before anything else is written: a refusal leaves nothing behind but its own record.
    before = [(row, closing.locked_lines(row)) for row in stale]
    for _row, its_lines in before:
        for line in its_lines:
            waiving.release(line, because="replaced", at=wish.at)
    waived = [_take_waiver(wish, position) for position in range(len(wish.offers))]
    for row, its_lines in before:
        closing.end(row, its_lines, OrderState.CANCELLED, _("A newer order took its place."))
    # The seats before the rows that point at the offerings: their foreign keys lock those rows too,
    # and two orders that both have that lock cannot both count a seat.
    offerings = _count_seats(wish)
    order = _write_order(wish)
    lines = [
        _write_line(order, offerings[wish.offers[position].offering.code], wish, position, waiver)
        for position, waiver in enumerate(waived)
    ]
    finish(order, lines)
    log.info("order placed: order=%s lines=%s", order.uuid, len(lines))
    return order


def _take_waiver(wish: Wish, position: int) -> waiving.Waived | None:
    offer = wish.offers[position]
    with _naming_line(wish, offer):
        return waiving.take(wish.learner, offer, key=wish.grant_key_of(position), at=wish.at)


def _naming_line(wish: Wish, offer: Quote) -> AbstractContextManager[None]:
    return naming(offer.offering.code, offer.offering.title if wish.has_several else "")


def _count_seats(wish: Wish) -> dict[str, models.Offering]:
    """Count a seat of every line, in the order of the rooms; returns the offerings by code.

    A seat that is held for the learner from a waiting list is theirs.
    """
    by_code = {offer.offering.code: offer for offer in wish.offers}
    offerings = models.Offering.objects.filter(code__in=list(by_code)).order_by("pk")
    for offering in (counted := list(offerings)):
        offer = by_code[offering.code]
        number = session_id(offer)
        session = models.Session.objects.get(pk=number) if number else None
        with _naming_line(wish, offer):
            seats.claim_seat(
                offering, offer.quantity,
                user_id=wish.learner.user_id, at=wish.at, session=session,
            )  # fmt: skip
    return {offering.code: offering for offering in counted}


def _write_order(wish: Wish) -> models.Order:
    buyer, offer = wish.learner.buyer_tax, wish.offers[0]
    return models.Order.objects.create(
        key=wish.key,
        user_id=wish.learner.user_id,
        country=wish.learner.country,
        payer_class=wish.learner.payer_class,
        buyer_tax_country=buyer.country if buyer and buyer.tax_id else "",
        buyer_tax_id=buyer.tax_id if buyer else "",
        merchant_id=offer.merchant.id if offer.merchant else None,
        terms_id=offer.terms.id if offer.terms else None,
        terms_accepted_at=wish.at if offer.terms else None,
        placed_at=wish.at,
        expires_at=wish.at + conf.order_hold(),
    )


def _write_line(
    order: models.Order,
    offering: models.Offering,
    wish: Wish,
    position: int,
    waived: waiving.Waived | None,
) -> models.OrderLine:
    offer = wish.offers[position]
    line = models.OrderLine(
        order=order,
        position=position,
        open_key=wish.open_key_of(offer),
        offering=offering,
        session_id=session_id(offer),
        quantity=offer.quantity,
        holds_seat=True,
        price_id=offer.price_id,
        tax_rate_id=offer.tax_rule.id if offer.tax_rule else None,
        currency=offer.total.currency,
        list_minor=offer.list_price.minor,
        waived_minor=offer.waived.minor,
        net_minor=offer.net.minor,
        tax_minor=offer.tax.minor,
        total_minor=offer.total.minor,
        tax_note=offer.tax_note,
        refund_policy=refund_policy_of(offer.offering).written(),
        explanation=list(offer.explanation),
    )
    waiving.write(line, waived)
    line.save()
    return line


def _placed_meanwhile(wish: Wish) -> OrderSummary:
    open_one = models.Order.objects.filter(lines__open_key__in=wish.open_keys).order_by("pk")
    mine = models.Order.objects.filter(key=wish.key, user_id=wish.learner.user_id)
    row = open_one.first() or mine.first()
    if row is None:
        raise KeyReused(_("This request was already used for something else."))
    placed = selectors.order(row.uuid)
    codes = frozenset(offer.offering.code for offer in wish.offers)
    if (placed.offering_codes, placed.total) != (codes, wish.total):
        raise QuoteChanged(_("You have just ordered this at another price. Please look again."))
    return placed
