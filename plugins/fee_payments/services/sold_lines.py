"""Lines of an order as documents show them: as they were sold."""

from __future__ import annotations

from fairgate.money import Money
from fee_payments import models
from fee_payments.data import TaxKind
from fee_payments.data.invoices import DocumentLine
from fee_payments.services.session_words import sold_session


def rows_of(order: models.Order) -> tuple[models.OrderLine, ...]:
    """The lines of an order with what they were sold by, in their order."""
    rows = order.lines.select_related("offering", "tax_rate", "session")
    return tuple(rows.order_by("position"))


def sold_lines(order: models.Order) -> tuple[DocumentLine, ...]:
    """The lines of an order with the amounts of the sale."""
    return tuple(sold_line(row) for row in rows_of(order))


def sold_line(row: models.OrderLine) -> DocumentLine:
    """A line with the amounts of the sale."""

    def money(minor: int) -> Money:
        return Money.from_minor(minor, row.currency)

    return DocumentLine(
        code=row.offering.code,
        text=row.offering.title,
        quantity=row.quantity,
        list_price=money(row.list_minor),
        waived=money(row.waived_minor),
        net=money(row.net_minor),
        tax=money(row.tax_minor),
        tax_basis_points=row.tax_rate.basis_points if row.tax_rate and row.tax_minor else 0,
        is_reverse_charge=bool(row.tax_rate and row.tax_rate.kind == TaxKind.REVERSE_CHARGE),
        session=sold_session(row.session),
    )
