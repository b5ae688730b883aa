"""Quotes to organisations, who reads them, and what was made of them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from fairgate.money import Money
from fee_payments import models
from fee_payments.data import OrderState
from fee_payments.data.invoices import QuoteSummary
from fee_payments.data.organisations import OrganisationAct
from fee_payments.exceptions import UnknownDocument
from fee_payments.rules import frozen
from fee_payments.selectors.contacts import acted_for


def list_quotes(*, user_id: int | None = None) -> tuple[QuoteSummary, ...]:
    """The quotes to the organisations that a person acts for; all, for an operator."""
    rows = quote_rows()
    if user_id is not None:
        rows = rows.filter(buyer_id__in=acted_for(user_id, OrganisationAct.READ))
    return tuple(map(quote_summary, rows))


def search_quotes(
    *, buyer_uuid: UUID | None = None, after: UUID | None = None, limit: int = 25
) -> tuple[QuoteSummary, ...]:
    """The quotes to an organisation, or to all, newest first: at most ``limit`` after this one.

    Raises:
        UnknownDocument: ``after`` is none of them.
    """
    rows = quote_rows().order_by("-pk")
    if buyer_uuid is not None:
        rows = rows.filter(buyer__uuid=buyer_uuid)
    if after is not None:
        last = rows.filter(uuid=after).values_list("pk", flat=True).first()
        if last is None:
            raise unknown_quote()
        rows = rows.filter(pk__lt=last)
    return tuple(map(quote_summary, rows[:limit]))


def quote_of(uuid: UUID, *, buyer_uuid: UUID | None = None) -> QuoteSummary:
    """One quote; with ``buyer_uuid`` only if it is to that organisation.

    Raises:
        UnknownDocument: there is none.
    """
    return quote_summary(quote_row(uuid, buyer_uuid=buyer_uuid))


def quote_row(uuid: UUID, *, buyer_uuid: UUID | None = None) -> models.QuoteDocument:
    """The row of a quote.

    Raises:
        UnknownDocument: there is none, or it is to another organisation.
    """
    rows = quote_rows().filter(uuid=uuid)
    row = rows.filter(buyer__uuid=buyer_uuid).first() if buyer_uuid else rows.first()
    if row is None:
        raise unknown_quote()
    return row


def unknown_quote() -> UnknownDocument:
    """What is told of a quote that is not there, or not theirs."""
    return UnknownDocument(_("There is no such quote."))


def quote_rows() -> QuerySet[models.QuoteDocument]:
    """Quotes with all that ``quote_summary`` reads."""
    rows = models.QuoteDocument.objects.select_related("buyer", "purchase_order")
    found: QuerySet[models.QuoteDocument] = rows.prefetch_related("invoices")
    return found


def quote_summary(row: models.QuoteDocument) -> QuoteSummary:
    """A row of ``QuoteDocument``, as a value."""
    order = getattr(row, "purchase_order", None)
    invoices, content = list(row.invoices.all()), frozen.thawed(row.content)
    return QuoteSummary(
        uuid=row.uuid,
        number=row.number,
        buyer_uuid=content.buyer.buyer_uuid,
        buyer_name=content.buyer.name,
        lines=content.lines,
        total=Money.from_minor(row.total_minor, row.currency),
        issued_at=row.issued_at,
        valid_until=row.valid_until,
        purchase_order=order.number if order else "",
        invoice_number=invoices[0].number if invoices else "",
    )


def order_key(quote_uuid: UUID, number: int) -> str:
    """The key of the order that is made of a quote; again a new one where the last was closed."""
    return f"{_key_of(quote_uuid)}{number}"


def orders_of_quote(quote_uuid: UUID) -> QuerySet[models.Order]:
    """Every order that was made of a quote, the newest first."""
    found = models.Order.objects.filter(key__startswith=_key_of(quote_uuid))
    return found.order_by("-pk")


def live_order(quote: models.QuoteDocument, *, at: datetime) -> models.Order | None:
    """The order that was made of a quote, while it is open or once it is paid."""
    over = Q(state__in=(OrderState.CANCELLED, OrderState.EXPIRED))
    over |= Q(state__in=(OrderState.CREATED, OrderState.PENDING), expires_at__lte=at)
    return orders_of_quote(quote.uuid).exclude(over).first()


def quote_of_order(order: models.Order) -> models.QuoteDocument | None:
    """The quote that an order was made of, if it was."""
    kind, _colon, rest = order.key.partition(":")
    uuid, _colon, _number = rest.partition(":")
    if kind != _KIND or order.buyer_id is None:
        return None
    return quote_rows().filter(uuid=UUID(uuid), buyer_id=order.buyer_id).first()


_KIND = "quote"


def _key_of(quote_uuid: UUID) -> str:
    # Keys of requests begin with a person's number, so nobody can send one that begins like this.
    return f"{_KIND}:{quote_uuid}:"
