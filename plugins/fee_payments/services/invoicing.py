"""Issues invoices: for an order that is to be paid, for one that was, and for a purchase order.

Order of locks: the quote that an order was made of, then see ``standings``. Everything about a
document is written in one transaction.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError
from django.utils.translation import gettext as _

from fairgate.clock import utc_day
from fairgate.money import total
from fairgate_tables.transactions import in_transaction
from fee_payments import conf, models
from fee_payments.bank_files import creditor_reference
from fee_payments.data import OrderState
from fee_payments.data.invoices import (
    AccessOn,
    BuyerDetails,
    DocumentContent,
    DocumentKind,
    DocumentLine,
    InvoiceSummary,
    Seller,
)
from fee_payments.exceptions import InvoiceRefused, UnknownOrder, UnknownProvider
from fee_payments.rules import crediting, frozen
from fee_payments.selectors.invoices import invoice_summary
from fee_payments.selectors.quotes import quote_of_order
from fee_payments.services import (
    awaited_transfers,
    closing,
    entitling,
    institution_seats,
    ordering,
    standings,
)
from fee_payments.services.closing import OPEN
from fee_payments.services.credit_notes import credit_refund
from fee_payments.services.numbering import Numbered, next_number
from fee_payments.services.sellers import seller_of, seller_of_order
from fee_payments.services.sold_lines import sold_lines
from waiver_policy.exceptions import GrantClosed

log = logging.getLogger(__name__)

_PAID = (OrderState.PAID, OrderState.PARTIALLY_REFUNDED, OrderState.REFUNDED)
# An order on credit ends by its payment or by a credit note, not by the clock.
_ON_CREDIT_FOR = timedelta(days=3650)
MAX_NAME = 140


def issue_invoice(
    order_uuid: UUID, buyer: BuyerDetails, *, by: int | None, at: datetime
) -> InvoiceSummary:
    """Issue the invoice of an order, or give the one that it has.

    An open order keeps price and seat until the invoice is due, and some days longer; a buyer with
    credit enters at once. One whose learner would get another price now is closed instead, as by
    ``start_payment``; call it outside a transaction. The invoice of an order that was paid says so,
    and has a credit note for each refund. An order has one live invoice.

    Raises:
        UnknownOrder: there is no such order.
        UnknownProvider: it is not paid, and nothing is paid by transfer here.
        InvoiceRefused: nothing is to be paid, its time is over, or a name or address is missing.
        PaymentOnItsWay: it was paid in another way, which needs days.
        CountryChanged: the order was for another country; it is closed.
        CountryBlocked: its country was blocked since; it is closed.
    """
    check_details(buyer)
    _close_if_changed(order_uuid, at=at)
    try:
        return _issue(order_uuid, buyer, by=by, at=at)
    except IntegrityError:
        # Another request has issued it, unseen by what this transaction read first.
        return _issued_meanwhile(order_uuid)


@in_transaction
def _issued_meanwhile(order_uuid: UUID) -> InvoiceSummary:
    # Read under a lock: that sees what is committed, and not what this transaction saw before.
    order = models.Order.objects.get(uuid=order_uuid)
    rows = models.InvoiceStanding.objects.select_for_update().select_related("invoice")
    live = rows.get(live_order=order)
    return invoice_summary(live.invoice, live)


def _close_if_changed(order_uuid: UUID, *, at: datetime) -> None:
    """See ``ordering.close_if_changed``; of an order that this invoice would let wait."""
    waits = models.Order.objects.filter(uuid=order_uuid, state__in=OPEN, expires_at__gt=at)
    order = waits.exclude(payments__paid_at__isnull=False).first()
    if order is None or models.InvoiceStanding.objects.filter(live_order=order).exists():
        return
    ordering.close_if_changed(order, at=at)


def check_details(buyer: BuyerDetails) -> None:
    """Refuse what no invoice can be made out to.

    Raises:
        InvoiceRefused: the sentence says what is missing or too long.
    """
    if not buyer.name.strip() or not any(line.strip() for line in buyer.address):
        raise InvoiceRefused(_("An invoice needs a name and an address."))
    if len(buyer.name) > MAX_NAME:
        raise InvoiceRefused(_("The name is too long for an invoice."))
    if len(buyer.country) != 2:
        raise InvoiceRefused(_("An invoice needs the country of who it is made out to."))


@in_transaction
def _issue(
    order_uuid: UUID, buyer: BuyerDetails, *, by: int | None, at: datetime
) -> InvoiceSummary:
    found = models.Order.objects.filter(uuid=order_uuid).first()
    if found is None:
        raise UnknownOrder(_("There is no such order."))
    quote = _locked_quote_of(found)
    order = models.Order.objects.select_for_update().get(pk=found.pk)
    live = models.InvoiceStanding.objects.filter(live_order=order).select_related("invoice").first()
    if live is not None:
        return invoice_summary(live.invoice, live)
    accepted = getattr(quote, "purchase_order", None)
    number = accepted.number if accepted else ""
    return issue_for(order, buyer, by=by, at=at, quote=quote, purchase_order=number)


def locked_quote(pk: int) -> models.QuoteDocument:
    """A quote, locked until the commit: it is invoiced with the order that is made of it, or alone.

    Who makes an order of it, or invoices that, locks it as well, before anything else.
    """
    row: models.QuoteDocument = models.QuoteDocument.objects.select_for_update().get(pk=pk)
    return row


def _locked_quote_of(order: models.Order) -> models.QuoteDocument | None:
    """The quote that an order was made of, if it was; of which one that is never changes.

    An invoice names its quote, and by that locks it: too late for who has the order, where another
    has the quote and wants the order.
    """
    quote = quote_of_order(order)
    return quote and locked_quote(quote.pk)


def issue_for(
    order: models.Order, buyer: BuyerDetails, *, by: int | None, at: datetime,
    quote: models.QuoteDocument | None = None, purchase_order: str = "",
) -> InvoiceSummary:  # fmt: skip
    """Issue the invoice of an order that is locked and has none.

    Raises:
        InvoiceRefused: nothing is to be paid, or its time is over.
        UnknownProvider: it is not paid, and nothing is paid by transfer here.
        PaymentOnItsWay: it was paid in another way, which needs days.
    """
    lines = sold_lines(order)
    if not total([line.total for line in lines], lines[0].net.currency):
        raise InvoiceRefused(_("Nothing is to be paid for this order, so there is no invoice."))
    paid = order.payments.filter(paid_at__isnull=False).order_by("id").first()
    if paid is None and (order.state not in OPEN or order.expires_at <= at):
        raise InvoiceRefused(_("This order can no longer be paid. Please start again."))
    if paid is None and standings.PROVIDER not in conf.providers():
        # It would keep price and seat for weeks, and what comes for it would open nothing.
        raise UnknownProvider(_("Nothing is paid by bank transfer here."))
    if paid is None and any(payment.is_on_its_way for payment in order.payments.all()):
        raise closing.payment_on_its_way()  # who gets an invoice pays it
    account = _account(buyer)
    invoice, standing = write_invoice(
        Draft(
            buyer=buyer, account=account, lines=lines, by=by, at=at, order=order, quote=quote,
            user_id=order.user_id, due_on=_due_on(account, paid, at=at),
            paid_on=utc_day(paid.paid_at) if paid and paid.paid_at else None,
            purchase_order=purchase_order,
        )
    )  # fmt: skip
    if paid is not None:
        _credit_refunds(order, at=at)
        standing.refresh_from_db()
    return invoice_summary(invoice, standing)


def _account(buyer: BuyerDetails) -> models.Buyer | None:
    """The organisation that a document is made out to, if it is known here."""
    if buyer.buyer_uuid is None:
        return None
    return models.Buyer.objects.get(uuid=buyer.buyer_uuid)


def _due_on(account: models.Buyer | None, paid: models.Payment | None, *, at: datetime) -> date:
    if paid is not None:
        return utc_day(at)
    own = account.payment_days if account else None
    return utc_day(at) + timedelta(days=conf.payment_days() if own is None else own)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """An invoice that is about to be written."""

    buyer: BuyerDetails
    account: models.Buyer | None
    lines: tuple[DocumentLine, ...]
    by: int | None
    at: datetime
    due_on: date
    order: models.Order | None = None
    quote: models.QuoteDocument | None = None
    user_id: int | None = None
    paid_on: date | None = None
    purchase_order: str = ""


def write_invoice(draft: Draft) -> tuple[models.Invoice, models.InvoiceStanding]:
    """Write an invoice and its standing. In the caller's transaction, which has locked the order.

    An order that is not paid waits for its transfer from here on, and what opens on credit opens
    before the number is taken: who waits for a room keeps nobody from their number, and what cannot
    be opened has used none.

    Raises:
        InvoiceRefused: what would open on credit cannot be opened.
    """
    if draft.order is not None and draft.paid_on is None:
        _wait_for_transfer(draft.order, draft)
    seller = seller_of_order(draft.order) if draft.order else seller_of(draft.lines[0].code)
    content = document_content(
        DocumentKind.INVOICE, draft.buyer, draft.lines, seller=seller, at=draft.at
    )
    numbered = next_number(
        DocumentKind.INVOICE, prefix=seller.prefix, year=utc_day(draft.at).year,
        is_test=content.is_test,
    )  # fmt: skip
    content = replace(
        content,
        number=numbered.number,
        reference=creditor_reference(numbered.number),
        due_on=draft.due_on,
        order=str(draft.order.uuid) if draft.order else "",
        purchase_order=draft.purchase_order,
        paid_on=draft.paid_on,
    )
    invoice = models.Invoice(
        **columns(content, numbered, by=draft.by, at=draft.at, account=draft.account),
        order=draft.order,
        quote=draft.quote,
        user_id=draft.user_id,
        buyer_name=draft.buyer.name,
        due_on=draft.due_on,
        reference=content.reference,
    )
    invoice.save()
    standing = models.InvoiceStanding.objects.create(
        invoice=invoice,
        live_order=draft.order,
        total_minor=invoice.total_minor,
        paid_minor=invoice.total_minor if draft.paid_on else 0,
        settled_at=draft.at if draft.paid_on else None,
    )
    log.info("invoice issued: invoice=%s", invoice.number)
    return invoice, standing


def document_content(
    kind: DocumentKind,
    buyer: BuyerDetails,
    lines: tuple[DocumentLine, ...],
    *,
    seller: Seller,
    at: datetime,
) -> DocumentContent:
    """What stands on a document, before it has a number."""
    taxes = crediting.tax_sums(lines)
    currency = lines[0].net.currency
    net, tax = (total([getattr(one, name) for one in taxes], currency) for name in ("net", "tax"))
    return DocumentContent(
        kind=kind,
        number="",
        issued_on=utc_day(at),
        language=buyer.language,
        is_test=conf.is_test_mode(),
        seller=seller,
        buyer=buyer,
        lines=lines,
        taxes=taxes,
        net=net,
        tax=tax,
        total=net + tax,
        has_reverse_charge=any(line.is_reverse_charge for line in lines),
    )


def columns(
    content: DocumentContent, numbered: Numbered, *, by: int | None, at: datetime,
    account: models.Buyer | None,
) -> dict[str, Any]:  # fmt: skip
    """The columns that all documents have."""
    text = frozen.frozen(content)
    return {
        "number": numbered.number,
        "series": numbered.series,
        "place": numbered.place,
        "buyer": account,
        "currency": content.total.currency,
        "total_minor": content.total.minor,
        "language": content.language,
        "is_test": content.is_test,
        "issued_by": by,
        "issued_at": at,
        "content": text,
        "sha256": frozen.sha256(text),
    }


def _wait_for_transfer(order: models.Order, draft: Draft) -> None:
    """The order waits for its transfer: it keeps price and seat, and its payment is known."""
    amount = total([line.total for line in draft.lines], draft.lines[0].net.currency)
    awaited_transfers.await_transfer(order, amount, at=draft.at)
    over = datetime.combine(draft.due_on + timedelta(days=1), time.min, UTC)
    order.state, order.expires_at = OrderState.PENDING, over + conf.grace_after_due()
    if draft.account is not None and _has_credit(order, draft.account):
        order.expires_at = draft.at + _ON_CREDIT_FOR
        _open_on_credit(order, at=draft.at)
    order.save(update_fields=["state", "expires_at"])


def _has_credit(order: models.Order, account: models.Buyer) -> bool:
    """Whether an order opens with its invoice; seats do on the credit of who has ordered them."""
    is_trusted = account.verified_at is not None and account.access_on == AccessOn.INVOICE
    return is_trusted and order.buyer_id in (None, account.pk)


def _open_on_credit(order: models.Order, *, at: datetime) -> None:
    """Let the learner in; or let the seats that an organisation has ordered come into being.

    All lines or none: the buyer owes the whole invoice.
    """
    for line in closing.locked_lines(order):  # in the order of the rooms
        if obstacle := _open_line(order, line, at=at):
            raise InvoiceRefused(obstacle % {"title": line.offering.title})


def _open_line(order: models.Order, line: models.OrderLine, *, at: datetime) -> str:
    """What stands in the way, with a place for the title; or nothing."""
    if order.buyer_id is not None:
        if institution_seats.open_pool(order, line, at=at):
            return _("The seats of “%(title)s” cannot be opened now: please order again.")
        return ""
    source = models.Entitlement.Source.ORDER
    try:
        is_new = entitling.open_seat(line, user_id=order.user_id, source=source, at=at)
    except GrantClosed:
        return _("The waiver of “%(title)s” has ended: please order again.")
    return "" if is_new else _("“%(title)s” is open to the learner already: nothing is to be paid.")


def _credit_refunds(order: models.Order, *, at: datetime) -> None:
    """What was refunded before there was an invoice has its credit notes as well."""
    done = models.Refund.objects.filter(payment__order=order, refunded_at__isnull=False)
    for row in done.order_by("id"):
        credit_refund(row, at=at)
