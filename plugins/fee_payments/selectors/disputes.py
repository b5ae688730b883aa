"""Disputes, as whoever books them reads them."""

from __future__ import annotations

from datetime import datetime

from fairgate.money import Money
from fee_payments import conf, models
from fee_payments.data import DisputeState, DisputeSummary

_MONEY_MOVED = (DisputeState.OPENED, DisputeState.LOST, DisputeState.WON)


def list_disputes(
    *, after: int = 0, limit: int = 500, since: datetime | None = None
) -> tuple[tuple[int, DisputeSummary], ...]:
    """Disputes that money moved for, as they stand, by cursor; ``after`` is the last cursor seen.

    A dispute is one row whose state changes: who catches up walks all pages of a window, books that
    it was opened once by its uuid, and how it ended once by its uuid and state. ``since`` leaves
    out what has not changed since, by the provider's moment. Inquiries are not among them, nor is
    what was a test where payments are real now, and the other way round.
    """
    rows = models.Dispute.objects.filter(
        id__gt=after, state__in=_MONEY_MOVED, payment__order__is_test=conf.is_test_mode()
    )
    if since is not None:
        rows = rows.filter(decided_at__gte=since)
    rows = rows.select_related("payment__order").prefetch_related("payment__parts")
    return tuple((row.id, dispute_summary(row)) for row in rows.order_by("id")[:limit])


def dispute_summary(row: models.Dispute) -> DisputeSummary:
    """A row of ``Dispute``, as a value."""
    return DisputeSummary(
        uuid=row.uuid,
        payment_uuid=row.payment.uuid,
        order_uuid=row.payment.order.uuid,
        provider=row.provider,
        reference=row.reference,
        amount=Money.from_minor(row.amount_minor, row.currency),
        fee=Money.from_minor(row.fee_minor, row.currency),
        reason=row.reason,
        state=DisputeState(row.state),
        opened_at=row.opened_at,
        closed_at=row.closed_at,
        evidence_due_by=row.evidence_due_by,
        parts=tuple(part.uuid for part in row.payment.parts.all()),
        told_at=row.decided_at,
    )
