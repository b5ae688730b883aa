"""Money that arrived and money that went back."""

from __future__ import annotations

from datetime import datetime

from fairgate.money import Money
from fee_payments import models
from fee_payments.data import (
    PayerClass,
    PaymentSummary,
    RefundSummary,
)


def list_payments(
    *, after: int = 0, limit: int = 500, since: datetime | None = None
) -> tuple[tuple[int, PaymentSummary], ...]:
    """Payments that arrived, line by line, by cursor; ``after`` is the last seen, 0 to begin.

    One that the provider has not told its fee of is not among them yet.
    ``since`` leaves out what was paid before. A cursor orders rows, not arrivals: who catches up
    walks all pages of a window, and books each payment once by its uuid.
    """
    rows = models.PaymentPart.objects.filter(id__gt=after)
    if since is not None:
        rows = rows.filter(payment__paid_at__gte=since)
    rows = rows.select_related("payment", "line__order", "line__offering")
    return tuple((row.id, payment_summary(row)) for row in rows.order_by("id")[:limit])


def payment_summary(row: models.PaymentPart) -> PaymentSummary:
    """A row of ``PaymentPart``, as a value."""
    payment, line = row.payment, row.line
    if payment.paid_at is None:
        raise ValueError(f"Payment {payment.uuid} was never paid.")
    return PaymentSummary(
        uuid=row.uuid,
        order_uuid=line.order.uuid,
        line_uuid=line.uuid,
        provider=payment.provider,
        reference=payment.reference,
        offering_code=line.offering.code,
        course_key=line.offering.course_key,
        payer_class=PayerClass(line.order.payer_class),
        country=line.order.country,
        gross=Money.from_minor(row.gross_minor, payment.currency),
        tax=Money.from_minor(row.tax_minor, payment.currency),
        processor_fee=Money.from_minor(row.processor_fee_minor, payment.currency),
        paid_at=payment.paid_at,
    )


def list_refunds(
    *, after: int = 0, limit: int = 500, since: datetime | None = None
) -> tuple[tuple[int, RefundSummary], ...]:
    """Refunds that were made, by cursor, as ``list_payments`` does."""
    rows = models.Refund.objects.filter(refunded_at__isnull=False, id__gt=after)
    if since is not None:
        rows = rows.filter(refunded_at__gte=since)
    rows = rows.select_related("payment__order").prefetch_related("payment__order__lines")
    return tuple((row.id, refund_summary(row)) for row in rows.order_by("id")[:limit])


def refund_summary(row: models.Refund) -> RefundSummary:
    """A row of ``Refund`` that was made, as a value."""
    if row.refunded_at is None:
        raise ValueError(f"Refund {row.uuid} was not made.")
    return RefundSummary(
        uuid=row.uuid,
        key=row.key,
        payment_uuid=row.payment.parts.get().uuid,
        order_uuid=row.payment.order.uuid,
        line_uuid=row.payment.parts.get().line.uuid,
        amount=Money.from_minor(row.amount_minor, row.currency),
        tax=Money.from_minor(row.tax_minor, row.currency),
        fee_not_returned=Money.from_minor(row.fee_minor, row.currency),
        net=Money.from_minor(row.net_minor, row.currency),
        refunded_at=row.refunded_at,
    )
