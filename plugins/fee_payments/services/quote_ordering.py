"""Orders that are made of quotes: at the prices that were offered, while the quote stands.

A quote has one order that is open or was paid; where the last was closed another can be made of it.
The organisation orders by itself, or sends a purchase order, for whose invoice the office orders;
both end as every batch order does, paid and with its seats there. Order of locks: the quote, then
as in ``batch_ordering``. Its lock is the first statement of a transaction, so that what is read
after it is of that moment under every isolation.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import datetime
from functools import partial
from uuid import UUID

from django.utils.translation import gettext as _

from fairgate.clock import utc_day
from fairgate.money import Money, total
from fairgate_tables.transactions import in_transaction
from fee_payments import models, selectors
from fee_payments.data import OrderSummary, Quote
from fee_payments.data.invoices import ContactRole, InvoiceSummary
from fee_payments.exceptions import (
    BuyerNotVerified,
    InvoiceRefused,
    NoSeatLeft,
    QuoteChanged,
    UnknownSession,
)
from fee_payments.rules import frozen
from fee_payments.selectors.quotes import live_order, order_key, orders_of_quote, quote_row
from fee_payments.services import closing, invoicing, offering_quotes
from fee_payments.services.batch_ordering import (
    BatchWish,
    batch_offers,
    verified_buyer,
    write_batch,
)
from fee_payments.services.placing import naming
from fee_payments.services.quoting import open_session
from fee_payments.services.sale_terms import check_accepted

log = logging.getLogger(__name__)


def order_quote(
    quote_uuid: UUID, *, buyer_uuid: UUID, by: int, at: datetime, accepts_terms: str = ""
) -> OrderSummary:
    """Order what a quote offers its organisation, at the prices of the day it was issued.

    Again it is the same order, until that is closed. ``by`` orders for the organisation. The seats
    are counted now: a quote keeps a price and no seat. ``accepts_terms`` is the SHA-256 of the
    terms that they have accepted.

    Raises:
        TermsNotAccepted, TermsChanged: the terms in force were not accepted.
        UnknownBuyer, NotYourPart, BuyerNotVerified: as for ``quote_batch``.
        UnknownDocument: there is no such quote to this organisation.
        InvoiceRefused: its time is over and nobody accepted it, or it was invoiced by itself.
        QuoteChanged: those prices, or taxes, were taken back since; or it names no session of what
            is held in sessions by now.
        SessionNotOpen: a session has begun or was closed since.
        CountryBlocked: it is not sold in the country of the organisation any more.
        NoSeatLeft: a room has not as many seats; nothing was ordered.
    """
    buyer = verified_buyer(buyer_uuid, by=by)
    quote = quote_row(quote_uuid, buyer_uuid=buyer_uuid)
    if live_order(quote, at=at) is None:
        _screen(quote, buyer, by=by, at=at)
    place = partial(_order, quote.pk, buyer, by=by, at=at, accepts_terms=accepts_terms)
    try:
        placed = place()
    except NoSeatLeft:
        # What orders hold whose time is over is free, once somebody closes them.
        if not closing.expire_orders(at=at):
            raise
        placed = place()
    return selectors.order(placed.uuid)


def invoice_quoted_seats(quote_uuid: UUID, *, by: int, at: datetime) -> InvoiceSummary:
    """Order the seats of a quote that a purchase order has accepted, and issue their invoice.

    The order is of the organisation's coordinator, at the prices of the quote; that the purchase
    order accepts it stands for accepting the terms. A quote that has an invoice gives that one.

    Raises:
        UnknownDocument, InvoiceRefused: as ``invoice_purchase_order``; or nobody coordinates the
            training of the buyer, so there is nobody who could give the seats.
        BuyerNotVerified: nobody has verified the buyer.
        QuoteChanged, SessionNotOpen, CountryBlocked, NoSeatLeft: as ``order_quote``; nothing was
            ordered.
    """
    quote = quote_row(quote_uuid)
    if _is_to_be_ordered(quote, at=at):
        buyer, coordinator = _coordinated(quote)
        _screen(quote, buyer, by=coordinator, at=at)
    return _invoice(quote, by=by, at=at)


def _screen(quote: models.QuoteDocument, buyer: models.Buyer, *, by: int, at: datetime) -> None:
    """A quote keeps a price: whether its organisation may still buy, this moment decides.

    Raises:
        CountryBlocked: it may not.
    """
    offering_quotes.screen(buyer, frozen.thawed(quote.content).lines, by=by, at=at)


def _is_to_be_ordered(quote: models.QuoteDocument, *, at: datetime) -> bool:
    is_accepted = models.PurchaseOrder.objects.filter(quote=quote).exists()
    return is_accepted and not _invoices(quote) and live_order(quote, at=at) is None


@in_transaction
def _invoice(found: models.QuoteDocument, *, by: int, at: datetime) -> InvoiceSummary:
    # Two who press at once queue here, before the second looks whether there is an invoice.
    quote = invoicing.locked_quote(found.pk)
    if _is_to_be_ordered(quote, at=at):
        buyer, coordinator = _coordinated(quote)
        _write(quote, buyer, _offers(quote, buyer), by=coordinator, at=at)
    return offering_quotes.invoice_purchase_order(quote.uuid, by=by, at=at)


@in_transaction
def _order(
    quote_pk: int, buyer: models.Buyer, *, by: int, at: datetime, accepts_terms: str
) -> models.Order:
    quote = invoicing.locked_quote(quote_pk)
    live = live_order(quote, at=at)
    if live is not None:
        return live
    _check(quote, at=at)
    # The prices of that day, and the terms of this one.
    offers = tuple(replace(one, quoted_at=at) for one in _offers(quote, buyer))
    check_accepted(offers[0].terms, accepts_terms)
    return _write(quote, buyer, offers, by=by, at=at)


def _offers(quote: models.QuoteDocument, buyer: models.Buyer) -> tuple[Quote, ...]:
    """What was offered, as price lists and taxes say it of that moment; to nobody in particular.

    Raises:
        QuoteChanged: they say something else by now.
    """
    wanted = offering_quotes.wanted_of(frozen.thawed(quote.content).lines)
    try:
        offers = batch_offers(buyer, wanted, by=0, at=quote.issued_at, currency=quote.currency)
    except UnknownSession:
        raise QuoteChanged(
            _("This quote names no session of a training that is held in sessions now. Please ask "
              "for another quote.")
        ) from None  # fmt: skip
    if total([one.total for one in offers], quote.currency) != _whole(quote):
        raise QuoteChanged(
            _("What was offered with this quote no longer holds. Please ask for another quote.")
        )
    return offers


def _write(
    quote: models.QuoteDocument, buyer: models.Buyer, offers: tuple[Quote, ...], *, by: int,
    at: datetime,
) -> models.Order:  # fmt: skip
    for one in offers:
        if one.session is not None:
            with naming(one.offering.code, one.offering.title):
                open_session(one.offering, one.session.code, at=at)
    key = order_key(quote.uuid, orders_of_quote(quote.uuid).count() + 1)
    wanted = offering_quotes.wanted_of(frozen.thawed(quote.content).lines)
    return write_batch(BatchWish(buyer.uuid, wanted, by, key, _whole(quote), at), buyer, offers)


def _whole(quote: models.QuoteDocument) -> Money:
    return Money.from_minor(quote.total_minor, quote.currency)


def _coordinated(quote: models.QuoteDocument) -> tuple[models.Buyer, int]:
    """Who is to get the seats of a quote, and the person who will give them.

    Raises:
        BuyerNotVerified, InvoiceRefused: as ``invoice_quoted_seats``.
    """
    buyer = quote.buyer
    if buyer is None or buyer.verified_at is None:
        raise BuyerNotVerified(_("This buyer is not verified yet. Please do that first."))
    people = buyer.contacts.filter(role=ContactRole.COORDINATOR.value).order_by("pk")
    coordinator = people.values_list("user_id", flat=True).first()
    if coordinator is None:
        raise InvoiceRefused(
            _("Nobody coordinates the training of this buyer yet, so nobody could give its seats. "
              "Please name a coordinator among its contacts first.")
        )  # fmt: skip
    return buyer, coordinator


def _check(quote: models.QuoteDocument, *, at: datetime) -> None:
    accepted = models.PurchaseOrder.objects.filter(quote=quote).exists()
    if quote.valid_until < utc_day(at) and not accepted:
        raise InvoiceRefused(
            _("This quote was valid until %(day)s.") % {"day": quote.valid_until.isoformat()}
        )
    if any(one.order_id is None for one in _invoices(quote)):
        raise InvoiceRefused(_("This quote was invoiced already, without an order."))


def _invoices(quote: models.QuoteDocument) -> list[models.Invoice]:
    """Invoices of a quote of which something still stands."""
    rows = models.Invoice.objects.filter(quote=quote).select_related("standing")
    return [one for one in rows if one.standing.credited_minor < one.standing.total_minor]
