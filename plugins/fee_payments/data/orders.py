"""Orders."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from fairgate.money import Money
from fairgate.payers import PayerClass
from fee_payments.data.quotes import Breakdown


class OrderState(StrEnum):
    """Where an order stands. ``created`` and ``pending`` are open: they can still be paid.

    ``held`` is what a learner sees while a person looks at a payment that does not fit.
    """

    CREATED = "created"
    PENDING = "pending"
    PAID = "paid"
    WAIVED = "waived"
    HELD = "held"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    PARTIALLY_REFUNDED = "partially_refunded"
    REFUNDED = "refunded"


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderSummary:
    """An order as its learner sees it; ``sentence`` says what happened last, or what is missing."""

    uuid: UUID
    user_id: int
    state: OrderState
    offering_code: str
    offering_title: str
    course_key: str
    breakdown: Breakdown
    refunded: Money
    country: str
    payer_class: PayerClass
    explanation: tuple[str, ...]
    placed_at: datetime
    paid_at: datetime | None
    expires_at: datetime
    provider: str
    reference: str
    sentence: str
