"""Money back, once or in parts, never more than was paid (docs.stripe.com/api/refunds).

A refund is a wish until the bank has carried it out: it may be pending, and it may fail days later.
Then the money is in the account again (docs.stripe.com/refunds#failed-refunds). Stripe does not
give back the fee of the payment.
"""

from __future__ import annotations

from typing import Any

from stripe_peer import balance, disputes, events
from stripe_peer.account import Account
from stripe_peer.balance import Movement
from stripe_peer.currencies import check_granularity, readable
from stripe_peer.metadata import metadata_of
from stripe_peer.methods import method_of
from stripe_peer.refusals import Refusal
from stripe_peer.store import Object

_REFUND = Movement(kind="refund", category="refund", description="Refund")
_FAILURE = Movement(kind="refund_failure", category="refund_failure", description="Refund failure")


def create(account: Account, params: dict[str, Any]) -> Object:
    """Give a charge back, all that is left of it unless ``amount`` says less.

    Raises:
        Refusal: there is no paid charge, it is disputed, or less than that is left.
    """
    charge = _charge_of(account, params)
    amount = _amount_of(charge, params)
    method = method_of(charge["payment_method"])
    refund = account.store.add(
        "refund",
        {
            "amount": amount,
            "balance_transaction": None,
            "charge": charge["id"],
            "created": account.clock.seconds,
            "currency": charge["currency"],
            "failure_balance_transaction": None,
            "failure_reason": None,
            "metadata": metadata_of(params.get("metadata")),
            "payment_intent": charge["payment_intent"],
            "reason": params.get("reason"),
            "receipt_number": None,
            "status": "pending" if method.refunds == "pending" else "succeeded",
        },
    )
    refund["balance_transaction"] = balance.post(account, refund, -amount, _REFUND)["id"]
    before = {name: charge[name] for name in ("amount_refunded", "refunded")}
    _count(charge, amount)
    events.record(account, "refund.created", refund)
    events.record(account, "charge.refunded", charge, previous=before)
    return refund


def _charge_of(account: Account, params: dict[str, Any]) -> Object:
    if "charge" in params:
        charge = account.store.get("charge", params["charge"], param="charge")
    elif "payment_intent" in params:
        intent = account.store.get(
            "payment_intent", params["payment_intent"], param="payment_intent"
        )
        charge = account.store.find(intent["latest_charge"] or "") or {"amount_captured": 0}
    else:
        raise Refusal(
            "One of the following params should be provided for this request: payment_intent or "
            "charge.",
            code="parameter_missing",
        )
    if not charge["amount_captured"]:
        raise Refusal("This payment does not have a successful charge to refund.")
    if disputes.is_held_by_bank(account, charge):
        raise Refusal(
            f"Charge {charge['id']} has been charged back; cannot issue a refund.",
            code="charge_disputed",
        )
    return charge


def _amount_of(charge: Object, params: dict[str, Any]) -> int:
    left = charge["amount_captured"] - charge["amount_refunded"]
    if not left:
        raise Refusal(
            f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded"
        )
    amount: int = params.get("amount", left)
    check_granularity(charge["currency"], amount)
    if amount > left:
        raise Refusal(
            f"Refund amount ({readable(amount, charge['currency'])}) is greater than unrefunded "
            f"amount on charge ({readable(left, charge['currency'])})",
            param="amount",
        )
    return amount


def _count(charge: Object, amount: int) -> None:
    charge["amount_refunded"] += amount
    charge["refunded"] = charge["amount_refunded"] == charge["amount_captured"]


def succeed(account: Account, refund: Object) -> None:
    """The bank has carried a pending refund out."""
    _change(account, refund, {"status": "succeeded"})


def fail(account: Account, refund: Object, *, reason: str) -> None:
    """The bank could not give the money to the payer: it is in the account again."""
    charge = account.store.get("charge", refund["charge"])
    returned = balance.post(account, refund, refund["amount"], _FAILURE)
    _count(charge, -refund["amount"])
    _change(
        account,
        refund,
        {
            "status": "failed",
            "failure_reason": reason,
            "failure_balance_transaction": returned["id"],
        },
    )
    events.record(account, "refund.failed", refund)


def _change(account: Account, refund: Object, changes: dict[str, Any]) -> None:
    before = {name: refund[name] for name in changes}
    refund.update(changes)
    for kind in ("refund.updated", "charge.refund.updated"):
        events.record(account, kind, refund, previous=before)
