"""Money that came and went, seats that were waived, and what providers told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from fairgate.money import Money
from fairgate.payers import PayerClass
from fairgate.percent import Percent


@dataclass(frozen=True, slots=True, kw_only=True)
class SoldCourse:
    """A course run that a bundle opens, and how much of the bundle's money is for it.

    ``weight`` is what its offerings cost apart on the day of the payment, in minor units; 1 for
    each where the price list has no such price for all of them.
    """

    course_key: str
    weight: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentSummary:
    """Money that arrived for one line of an order. ``gross = net + tax + processor_fee``.

    ``uuid`` is that of this part of the payment, under which it is booked once. The parts of one
    payment have its provider and reference in common. ``courses`` are those of a bundle that is of
    no course run itself: its ``course_key`` is empty.
    """

    uuid: UUID
    order_uuid: UUID
    line_uuid: UUID
    provider: str
    reference: str
    offering_code: str
    course_key: str
    payer_class: PayerClass
    country: str
    gross: Money
    tax: Money
    processor_fee: Money
    paid_at: datetime
    courses: tuple[SoldCourse, ...] = ()

    @property
    def currency(self) -> str:
        return self.gross.currency

    @property
    def net(self) -> Money:
        """What is left to share: receipts less tax and the processor's fee (money.md 5.1)."""
        return self.gross - self.tax - self.processor_fee


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundSummary:
    """Money that went back of one line of an order. ``amount = net + tax + fee_not_returned``.

    ``uuid`` is that of this part of the refund, under which it is booked once; ``payment_uuid`` is
    the ``PaymentSummary`` that it takes a part back of. ``net`` can be negative only for a payment
    that was smaller than its own fee.
    """

    uuid: UUID
    key: str
    payment_uuid: UUID
    order_uuid: UUID
    line_uuid: UUID
    amount: Money
    tax: Money
    fee_not_returned: Money
    net: Money
    refunded_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class WaivedSeat:
    """A waiver that was used, for all of a fee or a part of it.

    ``foregone`` is the part of the list price that nobody pays: a memo, never an expense.
    ``seat_cost`` is what the fund pays the provider of the training for it.
    """

    order_uuid: UUID
    line_uuid: UUID
    grant_uuid: UUID
    offering_code: str
    course_key: str
    percent: Percent
    foregone: Money
    seat_cost: Money | None
    granted_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnedSeat:
    """A waived seat that was given back with a full refund: the fund has its money again.

    ``uuid`` is the key of this fact; the seat is the ``WaivedSeat`` of ``grant_uuid``.
    """

    uuid: UUID
    grant_uuid: UUID
    returned_at: datetime


class EventOutcome(StrEnum):
    """What became of a provider's event."""

    SETTLED = "settled"
    FAILED = "failed"
    KNOWN = "known"
    HELD = "held"
    IGNORED = "ignored"
    WAITING = "waiting"


@dataclass(frozen=True, slots=True, kw_only=True)
class EventReceipt:
    """The answer to a provider's event; ``sentence`` is for the person who reads the log."""

    outcome: EventOutcome
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderChoice:
    """A way to pay, as a learner chooses it; ``label`` is in their language."""

    name: str
    label: str
