"""The receipt of an order, printed when somebody asks for it.

It is made of what the order keeps of its sale, so it says the same on every day; what was given
back since stands beside its line, and what the payer's bank took back for good before all of them.
"""

from __future__ import annotations

from uuid import UUID

from django.utils import translation
from django.utils.translation import gettext as _

from fairgate.clock import utc_day
from fairgate.money import Money, total
from fairgate.percent import Percent
from fee_payments import conf, documents, models, selectors
from fee_payments.data import OrderState, OrderSummary
from fee_payments.data.invoices import DocumentLine, Seller
from fee_payments.exceptions import InvoiceRefused
from fee_payments.providers import registry
from fee_payments.rules import crediting
from fee_payments.services.sellers import seller_of_order
from fee_payments.services.session_words import session_in_words
from fee_payments.services.sold_lines import rows_of, sold_line


def receipt_of(order_uuid: UUID, *, user_id: int, name: str, language: str) -> bytes:
    """The receipt of an order of this person, or of an organisation they act for, as a PDF.

    ``name`` is the person's, as it is to stand there; an organisation stands there by its own.
    ``language`` is that of who reads it.

    Raises:
        UnknownOrder: there is no such order, or it is somebody else's.
        InvoiceRefused: nothing was received for it yet, or the site has not said who sells.
        fairgate_papers.PapersError: it cannot be printed now.
    """
    found = selectors.order(order_uuid, user_id=user_id)
    if found.paid_at is None and found.state is not OrderState.WAIVED:
        raise InvoiceRefused(_("There is no receipt: nothing was paid for this order yet."))
    row = models.Order.objects.select_related("buyer", "merchant", "terms").get(uuid=order_uuid)
    with translation.override(language):
        return documents.render_document(_document(row, found, name), language)


def _document(row: models.Order, found: OrderSummary, name: str) -> documents.MoneyDocument:
    rows = rows_of(row)
    lines = [sold_line(line) for line in rows]
    taxes = crediting.tax_sums(lines)
    net = total([line.net for line in lines], found.currency)
    tax = total([line.tax for line in lines], found.currency)
    paid_on = utc_day(found.paid_at or found.placed_at)
    return documents.MoneyDocument(
        kind=documents.DocumentKind.RECEIPT,
        number=str(row.uuid),
        issued_on=paid_on,
        seller=_seller(seller_of_order(row)),
        buyer=_buyer(row, name),
        lines=tuple(_line(line, sold) for line, sold in zip(rows, lines, strict=True)),
        net=net,
        tax=tax,
        total=net + tax,
        paid=total([line.paid for line in found.lines], found.currency),
        lost=found.lost,
        taxes=tuple(
            documents.TaxLine(
                rate=Percent.from_basis_points(one.basis_points), net=one.net, tax=one.tax
            )
            for one in taxes
            if tax
        ),
        payment=documents.Payment(paid_on=paid_on, method=_method(found)),
        terms=(row.terms.text or row.terms.url) if row.terms else "",
        terms_version=row.terms.version if row.terms else "",
        has_reverse_charge=any(line.is_reverse_charge for line in lines),
        is_test=row.is_test,
    )


def _seller(found: Seller) -> documents.Seller:
    return documents.Seller(
        legal_name=found.legal_name,
        address=(*found.address, conf.country_name(found.country)),
        tax_id=found.tax_id,
    )


def _buyer(row: models.Order, name: str) -> documents.Buyer:
    if row.buyer is None:
        return documents.Buyer(name=name, tax_id=row.buyer_tax_id)
    address = (line.strip() for line in row.buyer.address.splitlines())
    return documents.Buyer(
        name=row.buyer.legal_name,
        address=(*(line for line in address if line), conf.country_name(row.buyer.country)),
        tax_id=row.buyer_tax_id or row.buyer.tax_id,
    )


def _method(found: OrderSummary) -> str:
    """How it was paid, in the reader's words; a provider that is switched off is its name."""
    if found.paid_at is None:
        return _("Fee waiver")
    known = {provider.name: provider.label for provider in registry.list_providers()}
    return known.get(found.provider, found.provider)


def _line(row: models.OrderLine, sold: DocumentLine) -> documents.DocumentLine:
    return documents.DocumentLine(
        title=sold.text,
        unit_price=Money.from_minor(row.list_minor // row.quantity, row.currency),
        net=sold.net,
        tax=sold.tax,
        quantity=sold.quantity,
        tax_rate=Percent.from_basis_points(sold.tax_basis_points) if sold.tax else None,
        waiver=documents.LineWaiver(amount=sold.waived, reason=_("fee waiver"))
        if sold.waived
        else None,
        details=tuple(_details(row)),
    )


def _details(row: models.OrderLine) -> list[str]:
    said = []
    if row.session is not None:
        said.append(session_in_words(row.session))
    if row.tax_note:
        said.append(row.tax_note)
    if row.returned_minor:
        back = Money.from_minor(row.returned_minor, row.currency)
        said.append(_("%(amount)s was refunded.") % {"amount": back})
    return said
