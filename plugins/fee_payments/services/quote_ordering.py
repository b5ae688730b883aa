"""Orders that are made of quotes: at the prices that were offered, while the quote stands.

A quote has one order that is open or was paid; where the last was closed another can be made of it.
Order of locks: the quote, then as in ``batch_ordering``.
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
from fee_payments.data import OrderSummary
from fee_payments.data.invoices import DocumentLine
from fee_payments.exceptions import InvoiceRefused, NoSeatLeft, QuoteChanged
from fee_payments.rules import frozen
from fee_payments.selectors.quotes import live_order, order_key, orders_of_quote, quote_row
from fee_payments.services import closing
from fee_payments.services.batch_ordering import (
    BatchWish,
    batch_offers,
    verified_buyer,
    write_batch,
)
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
        QuoteChanged: those prices, or taxes, were taken back since.
        NoSeatLeft: a room has not as many seats; nothing was ordered.
    """
    buyer = verified_buyer(buyer_uuid, by=by)
    quote = quote_row(quote_uuid, buyer_uuid=buyer_uuid)
    place = partial(_order, quote.pk, buyer, by=by, at=at, accepts_terms=accepts_terms)
    try:
        placed = place()
    except NoSeatLeft:
        # What orders hold whose time is over is free, once somebody closes them.
        if not closing.expire_orders(at=at):
            raise
        placed = place()
    return selectors.order(placed.uuid)


@in_transaction
def _order(
    quote_pk: int, buyer: models.Buyer, *, by: int, at: datetime, accepts_terms: str
) -> models.Order:
    quote = models.QuoteDocument.objects.select_for_update().get(pk=quote_pk)
    live = live_order(quote, at=at)
    if live is not None:
        return live
    _check(quote, at=at)
    lines = frozen.thawed(quote.content).lines
    wanted = _seats_of(lines)
    whole = Money.from_minor(quote.total_minor, quote.currency)
    offers = batch_offers(buyer, wanted, by=by, at=quote.issued_at, currency=quote.currency)
    if total([one.total for one in offers], quote.currency) != whole:
        raise QuoteChanged(
            _("What was offered with this quote no longer holds. Please ask for another quote.")
        )
    # The prices of that day, and the terms of this one.
    offers = tuple(replace(one, quoted_at=at) for one in offers)
    check_accepted(offers[0].terms, accepts_terms)
    key = order_key(quote.uuid, orders_of_quote(quote.uuid).count() + 1)
    return write_batch(BatchWish(buyer.uuid, wanted, by, key, whole, at), buyer, offers)


def _check(quote: models.QuoteDocument, *, at: datetime) -> None:
    accepted = models.PurchaseOrder.objects.filter(quote=quote).exists()
    if quote.valid_until < utc_day(at) and not accepted:
        raise InvoiceRefused(
            _("This quote was valid until %(day)s.") % {"day": quote.valid_until.isoformat()}
        )
    by_itself = models.Invoice.objects.filter(quote=quote, order__isnull=True)
    if any(one.standing.credited_minor < one.standing.total_minor for one in by_itself):
        raise InvoiceRefused(_("This quote was invoiced already, without an order."))


def _seats_of(lines: tuple[DocumentLine, ...]) -> dict[str, int]:
    seats: dict[str, int] = {}
    for line in lines:
        seats[line.code] = seats.get(line.code, 0) + line.quantity
    return seats
