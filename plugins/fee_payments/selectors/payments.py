"""Money that arrived and money that went back."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import F, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from fairgate.clock import utc_day
from fairgate.money import Money
from fee_payments import conf, models
from fee_payments.data import (
    DisputeState,
    PayerClass,
    PaymentSummary,
    RefundReceipt,
    RefundState,
    RefundSummary,
    SoldCourse,
)
from fee_payments.selectors.sold_courses import sold_courses


def list_payments(
    *, after: int = 0, limit: int = 500, since: datetime | None = None
) -> tuple[tuple[int, PaymentSummary], ...]:
    """Payments that arrived, line by line, by cursor; ``after`` is the last seen, 0 to begin.

    One that the provider has not told its fee of is not among them yet. Nor is what was a test
    where payments are real now, and the other way round: no test is booked beside real money.
    ``since`` leaves out what was paid before. A cursor orders rows, not arrivals: who catches up
    walks all pages of a window, and books each payment once by its uuid.
    """
    rows = models.PaymentPart.objects.filter(id__gt=after, line__order__is_test=conf.is_test_mode())
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
        courses=_courses_of(line, payment),
    )


def _courses_of(line: models.OrderLine, payment: models.Payment) -> tuple[SoldCourse, ...]:
    if line.offering.course_key or payment.paid_at is None:
        return ()
    return sold_courses(
        line.offering, line.order.payer_class, payment.currency, on=utc_day(payment.paid_at)
    )


_LOST = Coalesce(Sum("disputes__amount_minor", filter=Q(disputes__state=DisputeState.LOST)), 0)


def payments_with_money(order_uuid: UUID) -> QuerySet[models.Payment]:
    """The payments of an order of which something is left: not refunded, nor lost in a dispute."""
    paid = models.Payment.objects.filter(order__uuid=order_uuid, paid_at__isnull=False)
    found: QuerySet[models.Payment] = paid.annotate(lost_minor=_LOST).filter(
        amount_minor__gt=F("refunded_minor") + F("lost_minor")
    )
    return found


def lost_of(line: models.OrderLine) -> int:
    """What of a line's money banks have for good: its parts of payments that are lost whole."""
    paid = models.Payment.objects.filter(parts__line=line, paid_at__isnull=False)
    gone = paid.annotate(lost_minor=_LOST).filter(
        lost_minor__gt=0, amount_minor__lte=F("refunded_minor") + F("lost_minor")
    )
    parts = models.PaymentPart.objects.filter(line=line, payment__in=gone.values("pk"))
    return int(parts.aggregate(sum=Sum(F("gross_minor") - F("refunded_minor")))["sum"] or 0)


def list_refunds(
    *, after: int = 0, limit: int = 500, since: datetime | None = None
) -> tuple[tuple[int, RefundSummary], ...]:
    """Refunds that were made, line by line, by cursor, as ``list_payments`` does."""
    rows = models.RefundPart.objects.filter(
        refund__refunded_at__isnull=False,
        id__gt=after,
        payment_part__line__order__is_test=conf.is_test_mode(),
    )
    if since is not None:
        rows = rows.filter(refund__refunded_at__gte=since)
    rows = rows.select_related("refund", "payment_part__line__order")
    return tuple((row.id, refund_summary(row)) for row in rows.order_by("id")[:limit])


def refund_summary(row: models.RefundPart) -> RefundSummary:
    """A row of ``RefundPart`` whose refund was made, as a value."""
    refund, part = row.refund, row.payment_part
    if refund.refunded_at is None:
        raise ValueError(f"Refund {refund.uuid} was not made.")
    return RefundSummary(
        uuid=row.uuid,
        key=refund.key,
        payment_uuid=part.uuid,
        order_uuid=part.line.order.uuid,
        line_uuid=part.line.uuid,
        amount=Money.from_minor(row.amount_minor, refund.currency),
        tax=Money.from_minor(row.tax_minor, refund.currency),
        fee_not_returned=Money.from_minor(row.fee_minor, refund.currency),
        net=Money.from_minor(row.net_minor, refund.currency),
        refunded_at=refund.refunded_at,
    )


def refund_receipt(row: models.Refund) -> RefundReceipt:
    """A row of ``Refund`` with its parts, as a value."""
    parts = list(row.parts.select_related("payment_part__line__order", "refund").order_by("id"))

    def sum_of(column: str) -> Money:
        return Money.from_minor(sum(getattr(part, column) for part in parts), row.currency)

    is_done = row.refunded_at is not None
    return RefundReceipt(
        uuid=row.uuid,
        order_uuid=row.payment.order.uuid,
        state=refund_state(row),
        amount=Money.from_minor(row.amount_minor, row.currency),
        net=sum_of("net_minor"),
        tax=sum_of("tax_minor"),
        fee_not_returned=sum_of("fee_minor"),
        parts=tuple(refund_summary(part) for part in parts) if is_done else (),
    )


def refund_state(row: models.Refund) -> RefundState:
    """Where a refund stands."""
    if row.refunded_at is not None:
        return RefundState.DONE
    if row.failed_at is not None:
        return RefundState.FAILED
    return RefundState.PENDING if row.asked_at is not None else RefundState.REQUESTED
