"""Batch orders: a coordinator orders seats for their organisation, at its price.

An ordinary order, with the organisation as its buyer and lines of several seats, so card, invoice,
refunds and books work as for every other. Seats of an offering that is held in sessions are of one
of them; two lines are of two. No waiver is asked for: a waiver is a person's. Order of locks: the
rooms by the primary key of the offering, ascending, and within one its sessions by theirs.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError
from django.utils.translation import gettext as _

from fairgate.money import Money, total
from fairgate_tables.transactions import in_transaction
from fee_payments import conf, models, selectors
from fee_payments.data import BuyerTax, Learner, OrderSummary, PayerClass, Quote, WantedLine
from fee_payments.data.institution_seats import BatchLine, BatchQuote
from fee_payments.exceptions import (
    BuyerNotVerified,
    InvalidOrder,
    KeyReused,
    NoSeatLeft,
    NothingToPay,
    QuoteChanged,
)
from fee_payments.selectors.institution_seats import buyer_row
from fee_payments.services import closing, seats
from fee_payments.services.placing import naming, session_id
from fee_payments.services.quoting import MOST, check_session_named, quote_lines
from fee_payments.services.sale_terms import check_accepted, refund_policy_of
from fee_payments.services.session_words import session_in_words

log = logging.getLogger(__name__)

MOST_LINES = 50


def quote_batch(
    buyer_uuid: UUID,
    wanted: Sequence[WantedLine],
    *,
    by: int,
    at: datetime,
    currency: str | None = None,
) -> BatchQuote:
    """What an organisation pays for seats: how many of which offering, at which session of it.

    Each line at the price in force for the organisation's payer class, times the quantity, taxed
    as the organisation is. ``by`` is its coordinator. ``currency`` ``None`` takes the
    first of the first price list; all lines are in one.

    Raises:
        UnknownBuyer, NotYourPart: there is none, or ``by`` does not order for it.
        BuyerNotVerified: nobody has verified it yet.
        InvalidOrder: nothing, too many lines, or not between one and ``MOST`` seats.
        UnknownOffering, NotOnSale, UpgradeOver, NoPrice: there is nothing to quote.
        UnknownSession, SessionNotOpen: a session has to be named, or cannot be.
        CountryBlocked: it is not sold in the country of the organisation.
        LinesDoNotFit: an offering, or a session of it, stands there twice; or different merchants
            collect for them.
    """
    buyer = verified_buyer(buyer_uuid, by=by)
    check_wanted(wanted)
    offers = batch_offers(buyer, wanted, by=by, at=at, currency=currency)
    return BatchQuote(
        buyer_uuid=buyer.uuid,
        buyer_name=buyer.legal_name,
        country=buyer.country,
        lines=tuple(map(_batch_line, offers)),
        merchant=offers[0].merchant,
        terms=offers[0].terms,
    )


def verified_buyer(buyer_uuid: UUID, *, by: int) -> models.Buyer:
    """A verified organisation for which this person orders.

    Raises:
        UnknownBuyer, NotYourPart: as ``buyer_row``.
        BuyerNotVerified: nobody has verified it yet.
    """
    buyer = buyer_row(buyer_uuid, by=by)
    if buyer.verified_at is None:
        raise BuyerNotVerified(
            _("Your organisation is not verified yet. You can order as soon as somebody has.")
        )
    return buyer


def place_batch_order(
    buyer_uuid: UUID,
    wanted: Sequence[WantedLine],
    *,
    by: int,
    key: str,
    expected: Money,
    at: datetime,
    accepts_terms: str = "",
) -> OrderSummary:
    """Place an order of seats at the prices of this moment; it keeps prices and seats for a while.

    ``expected`` is the total that the coordinator saw, ``accepts_terms`` the SHA-256 of the terms
    that they have accepted. The same ``key`` gives the same order again.
    All seats of all lines are counted in their rooms and sessions at once, or none is (F11). Who
    orders gets no entitlement; the seats come into being when it is paid
    (``institution_seats.open_pool``).

    Raises:
        UnknownBuyer, NotYourPart, BuyerNotVerified, InvalidOrder, UnknownOffering, NotOnSale,
        NoPrice, UnknownSession, SessionNotOpen, LinesDoNotFit: as for ``quote_batch``.
        QuoteChanged: the total is not what the coordinator saw.
        NothingToPay: the seats cost nothing.
        TermsNotAccepted, TermsChanged: the terms in force were not accepted.
        KeyReused: the key placed another order.
        NoSeatLeft: a room or a session has not as many seats; nothing was ordered.
    """
    wish = BatchWish(buyer_uuid, tuple(wanted), by, key, expected, at)
    known = _known(wish)
    if known is not None:
        return known
    buyer = verified_buyer(buyer_uuid, by=by)
    check_wanted(wanted)
    offers = batch_offers(buyer, wanted, by=by, at=at, currency=expected.currency)
    found = total([offer.total for offer in offers], expected.currency)
    if found != expected:
        raise QuoteChanged(
            _("The price is now %(now)s, not %(seen)s. Please look at it again.")
            % {"now": found, "seen": expected}
        )
    if not found:
        raise NothingToPay(_("There is nothing to pay, so nothing can be ordered here."))
    check_accepted(offers[0].terms, accepts_terms)
    try:
        return selectors.order(write_batch(wish, buyer, offers).uuid)
    except IntegrityError:
        # Another request with this key was faster.
        known = _known(wish)
        if known is None:
            raise
        return known
    except NoSeatLeft:
        # What orders hold whose time is over is free, once somebody closes them.
        if not closing.expire_orders(at=at):
            raise
        return selectors.order(write_batch(wish, buyer, offers).uuid)


@dataclass(frozen=True, slots=True)
class BatchWish:
    """What a coordinator asks for."""

    buyer_uuid: UUID
    wanted: tuple[WantedLine, ...]
    by: int
    key: str
    expected: Money
    at: datetime


def check_wanted(wanted: Sequence[WantedLine]) -> None:
    """Whether so much can be ordered, or quoted, at a time.

    Raises:
        InvalidOrder: nothing, too many lines, or not between one and ``MOST`` seats of one.
    """
    if not wanted:
        raise InvalidOrder(_("Nothing was chosen."))
    if len(wanted) > MOST_LINES:
        raise InvalidOrder(
            _("An order has at most %(most)s lines; please order the rest after it.")
            % {"most": MOST_LINES}
        )
    for line in wanted:
        if not 1 <= line.quantity <= MOST:
            with naming(line.offering_code):
                raise InvalidOrder(
                    _("Between 1 and %(most)s seats are ordered at a time.") % {"most": MOST}
                )


def payer_of(buyer: models.Buyer, *, by: int) -> Learner:
    """A verified organisation as whom somebody asks for a price."""
    return Learner(
        user_id=by,
        country=buyer.country,
        payer_class=PayerClass(buyer.payer_class),
        is_organisation=True,
        buyer_tax=BuyerTax(
            country=buyer.country,
            tax_id=buyer.tax_id,
            is_business=buyer.payer_class != PayerClass.INDIVIDUAL.value,
        ),
    )


def batch_offers(
    buyer: models.Buyer,
    wanted: Sequence[WantedLine],
    *,
    by: int,
    at: datetime,
    currency: str | None,
) -> tuple[Quote, ...]:
    """The offers of so many seats of each, to an organisation at a moment."""
    return seat_offers(payer_of(buyer, by=by), wanted, at=at, currency=currency)


def seat_offers(
    payer: Learner, wanted: Sequence[WantedLine], *, at: datetime, currency: str | None
) -> tuple[Quote, ...]:
    """The offers of so many seats of each; of an offering with sessions, each of one of them."""
    found = quote_lines(payer, wanted, at=at, currency=currency, with_waiver=False)
    for offer in found.lines:
        with naming(offer.offering.code):
            check_session_named(offer)
    return found.lines


def _batch_line(offer: Quote) -> BatchLine:
    return BatchLine(
        offering_code=offer.offering.code,
        title=offer.offering.title,
        quantity=offer.quantity,
        unit_price=offer.unit_price or offer.list_price,
        breakdown=offer.breakdown,
        seats_left=(offer.session or offer.offering).seats_left,
        session=offer.session,
        refund_policy=refund_policy_of(offer.offering),
        course_key=offer.offering.course_key,
        starts_on=offer.offering.starts_on,
    )


def _known(wish: BatchWish) -> OrderSummary | None:
    """The order this key placed.

    Raises:
        KeyReused: it was another person, organisation, price or choice of seats.
        UnknownBuyer: this person does not act for the organisation any more.
    """
    row = models.Order.objects.filter(key=wish.key).select_related("buyer").first()
    if row is None:
        return None
    found = selectors.order_summary(row)
    ordered = {
        WantedLine(offering_code=line.offering_code, session=line.session, quantity=line.quantity)
        for line in found.lines
    }
    is_same = row.buyer is not None and row.buyer.uuid == wish.buyer_uuid
    is_same = is_same and (found.user_id, found.total) == (wish.by, wish.expected)
    if not is_same or ordered != set(wish.wanted):
        raise KeyReused(_("This request was already used for something else."))
    buyer_row(wish.buyer_uuid, by=wish.by)
    return found


@in_transaction
def write_batch(wish: BatchWish, buyer: models.Buyer, offers: Sequence[Quote]) -> models.Order:
    """Write an order of an organisation with the seats that it keeps, all or none."""
    # The seats before the rows that point at the rooms; see ``placing``.
    offerings = _count_seats(offers)
    first = offers[0]
    order = models.Order.objects.create(
        key=wish.key,
        user_id=wish.by,
        buyer=buyer,
        country=buyer.country,
        payer_class=buyer.payer_class,
        buyer_tax_country=buyer.country if buyer.tax_id else "",
        buyer_tax_id=buyer.tax_id,
        merchant_id=first.merchant.id if first.merchant else None,
        terms_id=first.terms.id if first.terms else None,
        terms_accepted_at=wish.at if first.terms else None,
        placed_at=wish.at,
        expires_at=wish.at + conf.order_hold(),
    )
    for position, offer in enumerate(offers):
        _write_line(order, offerings[offer.offering.code], offer, position)
    log.info("batch order placed: order=%s lines=%s", order.uuid, len(offers))
    return order


def _count_seats(offers: Sequence[Quote]) -> dict[str, models.Offering]:
    """Count the seats of every offer, in the order of the rooms; returns the offerings by code."""
    codes = {offer.offering.code for offer in offers}
    rows = models.Offering.objects.filter(code__in=codes).order_by("pk")
    counted = {row.code: row for row in rows}
    for offering in counted.values():
        here = [offer for offer in offers if offer.offering.code == offering.code]
        for offer in sorted(here, key=lambda one: session_id(one) or 0):
            with naming(offering.code, offering.title if len(offers) > 1 else ""):
                _count(offering, offer)
    return counted


def _count(offering: models.Offering, offer: Quote) -> None:
    number = session_id(offer)
    session = models.Session.objects.get(pk=number) if number else None
    try:
        seats.count_seat(offering, offer.quantity, session=session)
    except NoSeatLeft:
        said = {"title": offering.title, "seats": offer.quantity}
        if session is None:
            raise NoSeatLeft(_("“%(title)s” has not %(seats)s seats left.") % said) from None
        said["session"] = session_in_words(session)
        raise NoSeatLeft(
            _("“%(title)s” has not %(seats)s seats left at this session: %(session)s.") % said
        ) from None


def _write_line(
    order: models.Order, offering: models.Offering, offer: Quote, position: int
) -> None:
    models.OrderLine.objects.create(
        order=order,
        position=position,
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
