"""From Stripe's objects, as they are now, to facts.

Objects are plain dictionaries with the fields of docs.stripe.com/api; what is not asked for here
is not read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from uuid import UUID

from fairgate.money import Money
from fee_payments.data import DisputeState
from fee_payments.providers.facts import (
    Declined,
    Disputed,
    Expired,
    Fact,
    Paid,
    Pending,
    Refunded,
    RefundFailed,
)
from fee_payments.providers.stripe_checkout.amounts import from_units, nearest

# What we attach to a session and its payment, and to a refund.
ORDER, PAYMENT, REFUND = "fairgate_order", "fairgate_payment", "fairgate_refund"

Object = Mapping[str, Any]

# docs.stripe.com/api/disputes/object#dispute_object-status
DISPUTE_STATES = {
    "warning_needs_response": DisputeState.INQUIRY,
    "warning_under_review": DisputeState.INQUIRY,
    "warning_closed": DisputeState.CLOSED,
    "needs_response": DisputeState.OPENED,
    "under_review": DisputeState.OPENED,
    "prevented": DisputeState.CLOSED,
    "lost": DisputeState.LOST,
    "won": DisputeState.WON,
}


def is_ours(session: Object) -> bool:
    """Whether we started a session: other shops may use the same account."""
    return bool((session.get("metadata") or {}).get(ORDER))


def of_session(session: Object) -> Iterator[Fact]:
    """How a payment stands.

    ``payment_intent`` is expanded down to ``latest_charge.balance_transaction``.
    """
    reference, hint = session["id"], uuid_of(session, PAYMENT)
    intent = session.get("payment_intent") or {}
    if intent.get("status") == "succeeded":
        yield _paid(reference, intent, hint)
    elif intent.get("status") == "processing":
        yield Pending(reference=reference, payment_hint=hint)
    elif session["status"] == "expired":
        yield Expired(reference=reference, payment_hint=hint)
    elif error := intent.get("last_payment_error"):
        # On an open page the payer tries again; a complete one has had its only payment.
        yield Declined(
            reference=reference,
            sentence=str(error.get("message") or "")[:255],
            is_final=session["status"] == "complete",
            payment_hint=hint,
        )


def _paid(reference: str, intent: Object, hint: UUID | None) -> Paid:
    charge = intent["latest_charge"]
    return Paid(
        reference=reference,
        amount=from_units(intent["amount_received"], intent["currency"]),
        fee=fee_of(charge),
        occurred_at=moment(charge["created"]),
        payment_hint=hint,
        charge_reference=intent["id"],
    )


def fee_of(charge: Object) -> Money | None:
    """What Stripe keeps of a charge, in the charge's currency; ``None`` until it is booked.

    Where Stripe settles in another currency, its fee is the same part of the charge as it is of
    what was settled, rounded half up: nobody books a rate of exchange for it.
    """
    booked = charge.get("balance_transaction")
    if not isinstance(booked, Mapping) or not booked["amount"]:
        return None
    fee, settled = booked["fee"], booked["amount"]
    if booked["currency"] == charge["currency"]:
        return nearest(fee, charge["currency"])
    gross = from_units(charge["amount_captured"], charge["currency"])
    share = gross.amount * Decimal(fee) / Decimal(settled)
    return Money.rounded(share, gross.currency, ROUND_HALF_UP)


def of_refunds(reference: str, refunds: Iterable[Object]) -> Iterator[Fact]:
    """What became of refunds; of one that is pending nothing is certain yet."""
    for refund in refunds:
        ours, at = uuid_of(refund, REFUND), moment(refund["created"])
        if refund["status"] == "succeeded":
            yield Refunded(
                reference=reference,
                refund_reference=refund["id"],
                ours=ours,
                amount=from_units(refund["amount"], refund["currency"]),
                occurred_at=at,
            )
        elif refund["status"] in ("failed", "canceled"):
            yield RefundFailed(
                reference=reference,
                refund_reference=refund["id"],
                ours=ours,
                sentence=str(refund.get("failure_reason") or refund["status"])[:255],
                occurred_at=at,
            )


def of_disputes(reference: str, disputes: Iterable[Object]) -> Iterator[Fact]:
    """How disputes stand, and what Stripe keeps for them."""
    for dispute in disputes:
        state = DISPUTE_STATES.get(dispute["status"])
        if state is None:
            continue
        booked = dispute.get("balance_transactions") or []
        due = (dispute.get("evidence_details") or {}).get("due_by")
        yield Disputed(
            reference=reference,
            dispute_reference=dispute["id"],
            amount=from_units(dispute["amount"], dispute["currency"]),
            fee=_dispute_fee(booked, dispute["currency"]),
            state=state,
            reason=str(dispute.get("reason") or "")[:64],
            due_by=moment(due) if due else None,
            occurred_at=moment(max([dispute["created"], *(one["created"] for one in booked)])),
        )


def _dispute_fee(booked: Iterable[Object], currency: str) -> Money:
    """What is kept after everything; one in a settlement currency of its own is no part of it."""
    fees = [one["fee"] for one in booked if one["currency"] == currency]
    return nearest(sum(fees), currency)


def uuid_of(thing: Object, name: str) -> UUID | None:
    """A uuid of ours in the metadata of an object, if one can be read there."""
    try:
        return UUID(str((thing.get("metadata") or {}).get(name, "")))
    except ValueError:
        return None


def moment(seconds: int) -> datetime:
    """A moment as Stripe writes it: seconds since 1970."""
    return datetime.fromtimestamp(seconds, tz=UTC)
