"""What a provider knows of one payment, as values: each is true or it is not there.

A fact is a state, not a step: to be told the same again, or in another order, changes nothing.
``reference`` is the provider's name of the charge that we started (``Charge.reference``). A
provider that knows what we attached to it says so in ``payment_hint`` (``ChargeRequest.payment``);
it finds a payment whose answer was lost, and proves nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from fairgate.money import Money
from fee_payments.data import DisputeState


@dataclass(frozen=True, slots=True, kw_only=True)
class Paid:
    """The money is certain. ``fee`` is what the provider keeps; ``None``: it has not said yet.

    ``charge_reference`` is what operators find at the provider, where it is another name.
    """

    reference: str
    amount: Money | None
    fee: Money | None
    occurred_at: datetime
    payment_hint: UUID | None = None
    charge_reference: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """The payer has done their part, and the money comes or does not: a bank debit, for example."""

    reference: str
    payment_hint: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Declined:
    """A try failed; ``sentence`` is for the payer. ``is_final``: nothing more can be paid here."""

    reference: str
    sentence: str
    is_final: bool = False
    payment_hint: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Expired:
    """The provider's page is closed, and nothing was paid on it."""

    reference: str
    payment_hint: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeKnown:
    """What the provider keeps of a payment, said later than the payment itself."""

    reference: str
    fee: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Refunded:
    """Money went back. ``ours`` is our refund's uuid; ``None``: somebody refunded elsewhere."""

    reference: str
    refund_reference: str
    ours: UUID | None
    amount: Money
    occurred_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundFailed:
    """A refund did not reach the payer: the money is with us again, or never left."""

    reference: str
    refund_reference: str
    ours: UUID | None
    sentence: str
    occurred_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Disputed:
    """The payer's bank has asked for the money, or has decided.

    ``fee`` is what the provider keeps for it as things stand: it may come back with the money.
    """

    reference: str
    dispute_reference: str
    amount: Money
    fee: Money
    state: DisputeState
    reason: str
    due_by: datetime | None
    occurred_at: datetime


Fact = Paid | Pending | Declined | Expired | FeeKnown | Refunded | RefundFailed | Disputed
