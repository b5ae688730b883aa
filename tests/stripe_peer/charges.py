"""One attempt to move money (docs.stripe.com/api/charges/object)."""

from __future__ import annotations

from typing import Any

from stripe_peer import balance, events
from stripe_peer.account import Account
from stripe_peer.balance import Movement
from stripe_peer.methods import Decline, method_of
from stripe_peer.store import Object

_PAYMENT = Movement(kind="charge", category="charge", description="Payment")
_PAYMENT_BY_BANK = Movement(kind="payment", category="charge", description="Payment")


def add(account: Account, intent: Object, *, status: str, captured: bool = True) -> Object:
    """The charge of an intent, and the intent's latest from now on.

    Args:
        account: where the money goes.
        intent: the payment that is tried.
        status: ``succeeded``, ``pending`` or ``failed``.
        captured: False if the money is only reserved.
    """
    method = method_of(intent["payment_method"])
    charge = account.store.add(
        "charge",
        {
            "amount": intent["amount"],
            "amount_captured": intent["amount"] if captured and status == "succeeded" else 0,
            "amount_refunded": 0,
            "balance_transaction": None,
            "billing_details": {"address": None, "email": None, "name": None, "phone": None},
            "captured": captured and status != "failed",
            "created": account.clock.seconds,
            "currency": intent["currency"],
            "customer": intent["customer"],
            "description": intent["description"],
            "disputed": False,
            "failure_balance_transaction": None,
            "failure_code": None,
            "failure_message": None,
            "livemode": account.livemode,
            "metadata": dict(intent["metadata"]),
            "outcome": None,
            "paid": status == "succeeded",
            "payment_intent": intent["id"],
            "payment_method": intent["payment_method"],
            "payment_method_details": {"type": method.kind, method.kind: dict(method.details)},
            "receipt_email": intent["receipt_email"],
            "refunded": False,
            "status": status,
        },
    )
    intent["latest_charge"] = charge["id"]
    return charge


def fail(account: Account, charge: Object, decline: Decline) -> None:
    """The bank did not pay."""
    charge.update(
        status="failed",
        paid=False,
        captured=False,
        failure_code=decline.code,
        failure_message=decline.message,
        outcome={
            "network_status": "declined_by_network",
            "reason": decline.decline_code,
            "seller_message": "The bank did not return any further details with this decline.",
            "type": "issuer_declined",
        },
    )
    events.record(account, "charge.failed", charge)


def settle(account: Account, charge: Object) -> None:
    """Book what was captured and what Stripe keeps of it."""
    amount = charge["amount_captured"]
    kind = charge["payment_method_details"]["type"]
    transaction = balance.post(
        account,
        charge,
        amount,
        _PAYMENT if kind == "card" else _PAYMENT_BY_BANK,
        fee=account.fees.of_payment(amount, charge["currency"]),
    )
    charge["balance_transaction"] = transaction["id"]


def settle_later(account: Account, charge: Object) -> None:
    """Book a captured charge that was told without its balance transaction."""
    settle(account, charge)
    changed: dict[str, Any] = {"balance_transaction": None}
    events.record(account, "charge.updated", charge, previous=changed)
