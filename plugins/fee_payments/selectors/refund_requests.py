"""What learners ask back, and what became of it."""

from __future__ import annotations

from uuid import UUID

from fairgate.money import Money
from fee_payments import models
from fee_payments.data import RefundRequestSummary, RequestOutcome
from fee_payments.selectors.orders import lines_of


def refund_request(order_uuid: UUID) -> RefundRequestSummary | None:
    """The newest request for money of an order back; ``None`` if nobody has asked."""
    rows = models.RefundRequest.objects.filter(order__uuid=order_uuid).select_related("order")
    row = rows.order_by("-id").first()
    return refund_request_summary(row) if row else None


def refund_request_summary(row: models.RefundRequest) -> RefundRequestSummary:
    """A row of ``RefundRequest``, as a value."""
    currency = lines_of(row.order)[0].currency
    return RefundRequestSummary(
        uuid=row.uuid,
        order_uuid=row.order.uuid,
        amount=Money.from_minor(sum(row.amounts.values()), currency),
        reason=row.reason,
        asked_at=row.asked_at,
        decided_at=row.decided_at,
        outcome=RequestOutcome(row.outcome) if row.outcome else None,
        note=row.note,
    )
