"""Money that a payer's bank asks back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from fairgate.money import Money


class DisputeState(StrEnum):
    """Where a dispute stands. An inquiry is a question of the bank: no money has moved.

    A closed inquiry can still become a dispute; what is lost or won can be decided anew.
    """

    INQUIRY = "inquiry"
    CLOSED = "closed"
    OPENED = "opened"
    LOST = "lost"
    WON = "won"


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeSummary:
    """A dispute as it stands.

    While it is open or lost, ``amount`` and ``fee`` are gone from our account at the provider; when
    it is won, ``amount`` is back, and ``fee`` is what the provider keeps all the same. ``parts``
    are the uuids of the ``PaymentSummary`` that the payment was told by; none while its fee is not
    known. ``told_at`` is the provider's moment of what is told here.
    """

    uuid: UUID
    payment_uuid: UUID
    order_uuid: UUID
    provider: str
    reference: str
    amount: Money
    fee: Money
    reason: str
    state: DisputeState
    opened_at: datetime
    closed_at: datetime | None
    evidence_due_by: datetime | None
    parts: tuple[UUID, ...]
    told_at: datetime
