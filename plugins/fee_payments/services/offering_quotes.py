"""Quotes to buyers, the purchase orders that accept them, and the invoices that follow.

A quote’s lines are those of ``quoting.quote_lines`` for the buyer, so a quote, a page and an order
of the same moment agree to the cent: tax is rounded once on each line, never on a seat.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import IntegrityError
from django.db.models import F
from django.utils.translation import gettext as _

from fairgate.clock import utc_day
from fairgate.money import Money
from fairgate_tables.transactions import in_transaction
from fee_payments import conf, models
from fee_payments.data import Learner, Quote, TaxKind, WantedLine
from fee_payments.data.invoices import (
    DocumentKind,
    DocumentLine,
    InvoiceSummary,
    QuoteItem,
    QuoteSummary,
)
from fee_payments.data.organisations import OrganisationAct
from fee_payments.exceptions import InvoiceRefused, PaymentsError, UnknownDocument, UnknownOrder
from fee_payments.rules import frozen
from fee_payments.selectors import standing
from fee_payments.selectors.buyers import details_of
from fee_payments.selectors.contacts import organisation
from fee_payments.selectors.invoices import invoice_summary
from fee_payments.selectors.quotes import live_order, quote_row, quote_rows, quote_summary
from fee_payments.services import invoicing, screening
from fee_payments.services import purchase_order_files as files
from fee_payments.services.batch_ordering import (
    check_wanted,
    payer_of,
    quote_batch,
    seat_offers,
    verified_buyer,
)
from fee_payments.services.document_keys import document_uuid, key_reused
from fee_payments.services.invoicing import locked_quote
from fee_payments.services.numbering import next_number
from fee_payments.services.sellers import seller_of
from fee_payments.services.session_words import sold_session
from fee_payments.services.sold_lines import sold_lines

log = logging.getLogger(__name__)


def issue_quote(
    buyer_uuid: UUID, items: Sequence[QuoteItem], *, by: int, at: datetime,
    currency: str | None = None, valid_until: date | None = None, key: str = "",
) -> QuoteSummary:  # fmt: skip
    """Offer a buyer so many of some offerings at the prices of this moment, until a day.

    A buyer that nobody has verified is offered what an individual pays. The same ``key`` gives the
    same quote again.

    Raises:
        KeyReused: the key made another quote.
        UnknownDocument: there is no such buyer.
        UnknownOffering, NotOnSale, NoPrice: there is nothing to offer, or not in this currency.
        UnknownSession, SessionNotOpen: a session has to be named, or cannot be.
        InvalidOrder: no item, too many, or not between one and ``MOST`` seats of one.
        LinesDoNotFit: an offering, or a session of it, twice; or different merchants collect.
        CountryBlocked: it is not sold in the country of the buyer.
        InvoiceRefused: a day that is over.
    """
    buyer = models.Buyer.objects.filter(uuid=buyer_uuid).first()
    if buyer is None:
        raise UnknownDocument(f"There is no buyer {buyer_uuid}.")
    known = _known(key, buyer, items, currency, valid_until)
    if known is not None:
        return known
    until = valid_until or utc_day(at) + timedelta(days=conf.quote_days())
    if until < utc_day(at):
        raise InvoiceRefused(_("A quote is valid until a day that is not over."))
    lines = _lines(buyer, items, currency=currency, at=at)
    screen(buyer, lines, by=by, at=at)
    try:
        return _write_quote(buyer, lines, until=until, by=by, at=at, uuid=document_uuid(key))
    except IntegrityError:
        # Another request with this key was faster.
        known = _known(key, buyer, items, currency, valid_until)
        if known is None:
            raise
        return known


def screen(buyer: models.Buyer, lines: Sequence[DocumentLine], *, by: int, at: datetime) -> None:
    """Ask whether a buyer may buy this, this moment; ``by`` is who asks for it.

    Outside the transaction that writes, so that what was refused stays written down.

    Raises:
        CountryBlocked: it may not.
    """
    who = Learner(user_id=by, country=buyer.country, is_organisation=True)
    for line in lines:
        found = standing.look(line.code, user_id=by, country=buyer.country, at=at, on=utc_day(at))
        screening.check(who, found.offering, blocked_by=found.blocked_by, at=at)


def issue_own_quote(
    buyer_uuid: UUID, items: Sequence[QuoteItem], *, by: int, at: datetime, key: str,
    currency: str | None = None,
) -> QuoteSummary:  # fmt: skip
    """Let an organisation have its own quote, as ``issue_quote``, by who orders for it.

    Raises:
        UnknownBuyer, NotYourPart: ``by`` does not order for it.
        BuyerNotVerified, InvalidOrder, LinesDoNotFit, UnknownSession, SessionNotOpen: it could not
            order that.
    """
    known = _known(key, verified_buyer(buyer_uuid, by=by), items, currency, None)
    if known is not None:
        return known
    quote_batch(buyer_uuid, _wanted(items), by=by, at=at, currency=currency)
    return issue_quote(buyer_uuid, items, by=by, at=at, currency=currency, key=key)


def _known(
    key: str, buyer: models.Buyer, items: Sequence[QuoteItem], currency: str | None,
    valid_until: date | None,
) -> QuoteSummary | None:  # fmt: skip
    """The quote that this key made.

    Raises:
        KeyReused: it was another one.
    """
    row = quote_rows().filter(uuid=document_uuid(key)).first() if key else None
    if row is None:
        return None
    offered = wanted_of(frozen.thawed(row.content).lines)
    is_same = row.buyer_id == buyer.pk and offered == _wanted(items)
    is_same = is_same and currency in (None, row.currency)
    if not is_same or valid_until not in (None, row.valid_until):
        raise key_reused()
    return quote_summary(row)


def _lines(
    buyer: models.Buyer, items: Sequence[QuoteItem], *, currency: str | None, at: datetime
) -> tuple[DocumentLine, ...]:
    """The lines as an order of the same would have them, taxed line by line: the totals agree."""
    wanted = _wanted(items)
    who = Learner(user_id=0, country=buyer.country, is_organisation=True)
    if buyer.verified_at:
        who = payer_of(buyer, by=0)
    try:
        check_wanted(wanted)
        offers = seat_offers(who, wanted, at=at, currency=currency)
    except PaymentsError as error:
        # Who issues a quote types codes, so the code says which of the lines is meant.
        error.line_title = getattr(error, "offering_code", "")
        raise
    return tuple(map(_line, offers))


def _wanted(items: Sequence[QuoteItem]) -> tuple[WantedLine, ...]:
    return tuple(
        WantedLine(offering_code=one.offering_code, session=one.session, quantity=one.quantity)
        for one in items
    )


def wanted_of(lines: Sequence[DocumentLine]) -> tuple[WantedLine, ...]:
    """What lines of a document are of: how many of which offering, at which session of it."""
    return tuple(
        WantedLine(
            offering_code=line.code,
            session=line.session.code if line.session else "",
            quantity=line.quantity,
        )
        for line in lines
    )


def _line(offer: Quote) -> DocumentLine:
    rule = offer.tax_rule
    return DocumentLine(
        code=offer.offering.code,
        text=offer.offering.title,
        quantity=offer.quantity,
        list_price=offer.list_price,
        waived=offer.waived,
        net=offer.net,
        tax=offer.tax,
        tax_basis_points=rule.percent.basis_points if rule and offer.tax else 0,
        is_reverse_charge=bool(rule and rule.kind is TaxKind.REVERSE_CHARGE),
        session=sold_session(offer.session),
    )


@in_transaction
def _write_quote(
    buyer: models.Buyer, lines: tuple[DocumentLine, ...], *, until: date, by: int, at: datetime,
    uuid: UUID,
) -> QuoteSummary:  # fmt: skip
    kind = DocumentKind.QUOTE
    content = invoicing.document_content(
        kind, details_of(buyer), lines, seller=seller_of(lines[0].code), at=at
    )
    numbered = next_number(
        kind, prefix=content.seller.prefix, year=utc_day(at).year, is_test=content.is_test
    )
    content = replace(content, number=numbered.number, due_on=until)
    row = models.QuoteDocument(
        **invoicing.columns(content, numbered, by=by, at=at, account=buyer),
        uuid=uuid,
        valid_until=until,
    )
    row.save()
    log.info("quote issued: quote=%s", row.number)
    return quote_summary(row)


def receive_purchase_order(
    quote_uuid: UUID, *, number: str, amount: Money, received_on: date, by: int, at: datetime,
    file: bytes | None = None, key: str = "",
) -> QuoteSummary:  # fmt: skip
    """Keep the buyer’s order for a quote; its amount is that of the quote.

    The same ``key`` with the same is answered the same again.

    Raises:
        KeyReused: the key brought another purchase order.
        UnknownDocument: there is no such quote.
        InvoiceRefused: the quote is over or accepted, the amount is another one, the number is
            missing, or the file is none that is taken.
    """
    uuid = document_uuid(key)
    known = models.PurchaseOrder.objects.filter(uuid=uuid).first() if key else None
    if known is not None and known.received_on != received_on:
        raise key_reused()
    return _receive(
        quote_uuid, number=number, amount=amount, received_on=received_on, by=by, at=at,
        file=file, key=key,
    )  # fmt: skip


def _receive(
    quote_uuid: UUID, *, number: str, amount: Money, received_on: date, by: int, at: datetime,
    file: bytes | None, key: str,
) -> QuoteSummary:  # fmt: skip
    """The same; ``received_on`` is no part of what a key stands for: it may be that of today."""
    row = quote_row(quote_uuid)
    uuid = document_uuid(key)
    if key and _is_kept(uuid, row, number, amount, file):
        return quote_summary(row)
    if not number.strip() or len(number.strip()) > 64:
        raise InvoiceRefused(_("A purchase order has a number of up to 64 characters."))
    whole = Money.from_minor(row.total_minor, row.currency)
    if amount != whole:
        raise InvoiceRefused(
            _("The purchase order is over %(amount)s and the quote over %(whole)s. Please ask the "
              "buyer for another order, or issue another quote.")
            % {"amount": amount, "whole": whole}
        )  # fmt: skip
    if received_on > row.valid_until or received_on > utc_day(at):
        raise InvoiceRefused(
            _("This quote was valid until %(day)s.") % {"day": row.valid_until.isoformat()}
        )
    kept = files.put(file, uuid=uuid) if file else files.NO_FILE
    order = models.PurchaseOrder(
        uuid=uuid, quote=row, number=number.strip(), received_on=received_on,
        amount_minor=amount.minor, currency=amount.currency, received_by=by, file=kept.name,
        content_type=kept.content_type, sha256=kept.sha256,
    )  # fmt: skip
    try:
        _save_with_file(order, kept)
    except IntegrityError:
        if key and _is_kept(uuid, row, number, amount, file):
            return quote_summary(quote_row(quote_uuid))
        raise InvoiceRefused(_("This quote was accepted already.")) from None
    log.info("purchase order received: quote=%s by=%s", row.number, by)
    return quote_summary(quote_row(quote_uuid))


def send_purchase_order(
    quote_uuid: UUID, *, buyer_uuid: UUID, number: str, by: int, at: datetime, key: str,
    file: bytes | None = None,
) -> QuoteSummary:  # fmt: skip
    """Let an organisation accept its quote with an order of its own, over all of it, today.

    Raises:
        UnknownBuyer, NotYourPart: ``by`` does not pay for it.
        UnknownDocument: there is no such quote to it.
        KeyReused, InvoiceRefused: as ``receive_purchase_order``.
    """
    organisation(buyer_uuid, user_id=by, act=OrganisationAct.PAY)
    row = quote_row(quote_uuid, buyer_uuid=buyer_uuid)
    return _receive(
        quote_uuid, number=number, amount=Money.from_minor(row.total_minor, row.currency),
        received_on=utc_day(at), by=by, at=at, file=file, key=key,
    )  # fmt: skip


def _is_kept(
    uuid: UUID, quote: models.QuoteDocument, number: str, amount: Money, file: bytes | None
) -> bool:
    """Whether the purchase order of this request is there already.

    Raises:
        KeyReused: what is there is another one.
    """
    row = models.PurchaseOrder.objects.filter(uuid=uuid).first()
    if row is None:
        return False
    sent = (quote.pk, number.strip(), amount, files.digest_of(file) if file else "")
    if sent != (
        row.quote_id, row.number, Money.from_minor(row.amount_minor, row.currency), row.sha256
    ):  # fmt: skip
        raise key_reused()
    return True


def _save_with_file(order: models.PurchaseOrder, kept: files.KeptFile) -> None:
    """Write a purchase order; the file of one that could not be written goes."""
    try:
        _save(order)
    except Exception:
        # The row decides, not the error: a commit whose answer was lost has kept it.
        if not models.PurchaseOrder.objects.filter(uuid=order.uuid, file=kept.name).exists():
            files.remove(kept)
        raise


@in_transaction
def _save(order: models.PurchaseOrder) -> None:
    order.save(force_insert=True)


def invoice_purchase_order(
    quote_uuid: UUID, *, by: int, at: datetime, order_uuid: UUID | None = None
) -> InvoiceSummary:
    """Issue the invoice of an accepted quote, or give the one that it has.

    ``order_uuid`` is an order that was made of it, or like it; without one that is looked for. It
    waits for the payment, as with every other invoice, and opens with it. Without any the invoice
    stands for itself, and ``signals.INVOICE_SETTLED`` says when it is paid.

    Raises:
        UnknownDocument: there is no such quote.
        UnknownOrder: there is no such order, or it is another buyer's.
        InvoiceRefused: no purchase order has come for it; or the order is not over what the quote
            is, can no longer be paid, or has an invoice already.
    """
    return _invoice_accepted(quote_row(quote_uuid), order_uuid, by=by, at=at)


@in_transaction
def _invoice_accepted(
    found: models.QuoteDocument, order_uuid: UUID | None, *, by: int, at: datetime
) -> InvoiceSummary:
    row = locked_quote(found.pk)
    accepted = models.PurchaseOrder.objects.select_for_update().filter(quote=row).first()
    if accepted is None:
        raise InvoiceRefused(_("No purchase order has come for this quote."))
    # One that was credited whole is gone; of one that was credited in part the rest is owed.
    rows = models.Invoice.objects.filter(quote=row)
    known = rows.exclude(standing__credited_minor=F("standing__total_minor")).first()
    if known is not None:
        return invoice_summary(known, known.standing)
    if order_uuid is None:
        made = live_order(row, at=at)
        order_uuid = made.uuid if made else None
    if order_uuid is not None:
        return _invoice_order(order_uuid, row, accepted, by=by, at=at)
    content = frozen.thawed(row.content)
    own = row.buyer.payment_days if row.buyer else None
    days = conf.payment_days() if own is None else own
    invoice, standing = invoicing.write_invoice(
        invoicing.Draft(
            buyer=content.buyer, account=row.buyer, lines=content.lines, by=by, at=at,
            due_on=utc_day(at) + timedelta(days=days), quote=row, purchase_order=accepted.number,
        )
    )  # fmt: skip
    return invoice_summary(invoice, standing)


def _invoice_order(
    order_uuid: UUID, quoted: models.QuoteDocument, accepted: models.PurchaseOrder, *, by: int,
    at: datetime,
) -> InvoiceSummary:  # fmt: skip
    found = models.Order.objects.filter(uuid=order_uuid, buyer=quoted.buyer_id)
    pk = found.values_list("pk", flat=True).first()
    if pk is None:
        raise UnknownOrder(_("There is no such order."))
    order = models.Order.objects.select_for_update().get(pk=pk)
    live = models.InvoiceStanding.objects.filter(live_order=order).select_related("invoice").first()
    if live is not None:
        raise InvoiceRefused(
            _("This order has the invoice %(number)s already.") % {"number": live.invoice.number}
        )
    content = frozen.thawed(quoted.content)
    if _sold(sold_lines(order)) != _sold(content.lines):
        raise InvoiceRefused(_("This order is not over what was quoted: lines or amounts differ."))
    return invoicing.issue_for(
        order, content.buyer, by=by, at=at, quote=quoted, purchase_order=accepted.number
    )


def _sold(lines: Sequence[DocumentLine]) -> set[tuple[WantedLine, Money, Money]]:
    wanted = wanted_of(lines)
    return {(one, line.net, line.tax) for one, line in zip(wanted, lines, strict=True)}
