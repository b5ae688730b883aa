"""What an operator looks for among orders, and what they find in the history of one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from fairgate.money import Money
from fee_payments.data.orders import OrderState
from fee_payments.data.refunds import RefundState


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderSearch:
    """Which orders are looked for; what is ``None`` does not matter.

    ``reader_id`` is who reads them as their own: what they ordered, and what the organisations
    ordered that they act for. ``state`` is the one that a learner sees. ``placed_from`` is the
    first moment, ``placed_until`` the first one that is too late. ``is_held``: whether a person has
    to look, in whatever state.
    """

    uuid: UUID | None = None
    buyer_uuid: UUID | None = None
    reader_id: int | None = None
    user_id: int | None = None
    state: OrderState | None = None
    is_held: bool | None = None
    offering_code: str | None = None
    course_key: str | None = None
    placed_from: datetime | None = None
    placed_until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceSearch:
    """Which invoices are looked for; what is empty does not matter.

    ``state`` is one of ``InvoiceState``, or ``taken_back``: the bank has. ``text`` is in number,
    name or reference. ``buyer_uuid`` is the organisation that they are made out to.
    """

    state: str = ""
    text: str = ""
    number: str = ""
    buyer_uuid: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LineSearch:
    """Which bank lines an operator looks for; ``text`` is in what payers wrote.

    ``kind`` is ``overpaid``, ``reversal`` or "" for all.
    """

    account: int | None = None
    text: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentAttempt:
    """One attempt to pay an order. ``paid_at`` is ``None`` where nothing was paid.

    ``processor_fee`` is ``None`` until the provider has told it; ``refunded`` counts what is under
    way.
    """

    uuid: UUID
    provider: str
    reference: str
    amount: Money
    processor_fee: Money | None
    refunded: Money
    paid_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundAttempt:
    """One refund of an order, done or not; ``requested_by`` is the user id of who asked for it."""

    uuid: UUID
    payment_uuid: UUID
    state: RefundState
    amount: Money
    reason: str
    requested_by: int | None
    requested_at: datetime
    refunded_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EventNote:
    """What became of an event of a provider; never what was in it, which may name a payer.

    ``handled_at`` is ``None`` while it waits to be acted on.
    """

    provider: str
    event_id: str
    kind: str
    reference: str
    received_at: datetime
    handled_at: datetime | None
    outcome: str
    sentence: str
