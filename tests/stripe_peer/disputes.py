"""Somebody tells their bank that they did not want to pay.

docs.stripe.com/disputes/how-disputes-work, docs.stripe.com/api/disputes/object. The bank takes the
money at once, and Stripe its fee. Who wins gets the money back; whether the fee comes back as well
depends on the country and on time, so the test says it. An inquiry is a question only, and takes
nothing.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from stripe_peer import balance, events
from stripe_peer.account import Account
from stripe_peer.balance import Movement
from stripe_peer.metadata import metadata_of
from stripe_peer.refusals import Refusal
from stripe_peer.store import Object

EVIDENCE_WITHIN = timedelta(days=7)
OPEN = frozenset({"needs_response", "under_review"})
OPEN_INQUIRY = frozenset({"warning_needs_response", "warning_under_review"})

_WITHDRAWN = Movement(kind="adjustment", category="dispute", description="Chargeback withdrawal")
_REINSTATED = Movement(
    kind="adjustment", category="dispute_reversal", description="Chargeback reversal"
)


def open_dispute(
    account: Account,
    charge: Object,
    *,
    reason: str,
    amount: int | None = None,
    inquiry: bool = False,
) -> Object:
    """A payer disputes a charge, or a part of what was not refunded of it.

    Raises:
        ValueError: there is not so much left to dispute; this is a mistake of the test.
    """
    left = charge["amount_captured"] - charge["amount_refunded"]
    disputed = left if amount is None else amount
    if not 0 < disputed <= left:
        raise ValueError(f"{disputed} cannot be disputed: {left} is left of the charge.")
    prefix = "warning_" if inquiry else ""
    due_by = account.clock.seconds + int(EVIDENCE_WITHIN.total_seconds())
    dispute = account.store.add(
        "dispute",
        {
            "amount": disputed,
            "balance_transactions": [],
            "charge": charge["id"],
            "created": account.clock.seconds,
            "currency": charge["currency"],
            "evidence": {},
            "evidence_details": {
                "due_by": due_by,
                "has_evidence": False,
                "past_due": False,
                "submission_count": 0,
            },
            "is_charge_refundable": inquiry,
            "livemode": account.livemode,
            "metadata": {},
            "payment_intent": charge["payment_intent"],
            "reason": reason,
            "status": f"{prefix}needs_response",
        },
    )
    charge["disputed"] = True
    if not inquiry:
        _withdraw(account, dispute)
    events.record(account, "charge.dispute.created", dispute)
    if not inquiry:
        events.record(account, "charge.dispute.funds_withdrawn", dispute)
    return dispute


def _withdraw(account: Account, dispute: Object) -> None:
    taken = balance.post(
        account,
        dispute,
        -dispute["amount"],
        _WITHDRAWN,
        fee=account.fees.of_dispute(dispute["currency"]),
        fee_description="Dispute fee",
    )
    dispute["balance_transactions"].append(dict(taken))


def is_held_by_bank(account: Account, charge: Object) -> bool:
    """Whether a dispute has taken the money of a charge, or may still give it back."""
    return any(
        dispute["charge"] == charge["id"] and dispute["status"] in OPEN | {"lost"}
        for dispute in account.store.newest("dispute")
    )


def update(account: Account, params: dict[str, Any], identifier: str) -> Object:
    """Answer a dispute with evidence; ``submit`` is true unless the call says otherwise.

    Raises:
        Refusal: it is closed.
    """
    dispute = _open_one(account, identifier)
    before = {"status": dispute["status"], "evidence": dict(dispute["evidence"])}
    dispute["evidence"].update(params.get("evidence", {}))
    if "metadata" in params:
        dispute["metadata"] = metadata_of({**dispute["metadata"], **(params["metadata"] or {})})
    if params.get("submit", True):
        dispute["status"] = dispute["status"].replace("needs_response", "under_review")
        dispute["evidence_details"].update(has_evidence=True)
        dispute["evidence_details"]["submission_count"] += 1
    events.record(account, "charge.dispute.updated", dispute, previous=before)
    return dispute


def close(account: Account, _params: dict[str, Any], identifier: str) -> Object:
    """Accept a dispute: it is lost, and cannot be reopened.

    Raises:
        Refusal: it is closed already.
    """
    dispute = _open_one(account, identifier)
    end(account, dispute, won=False)
    return dispute


def _open_one(account: Account, identifier: str) -> Object:
    dispute = account.store.get("dispute", identifier)
    if dispute["status"] not in OPEN | OPEN_INQUIRY:
        raise Refusal("This dispute is already closed")
    return dispute


def end(account: Account, dispute: Object, *, won: bool, fee_returned: bool = False) -> None:
    """The bank decides on an open one; ``fee_returned``: Stripe gives its fee back if it is won."""
    before = {"status": dispute["status"]}
    if dispute["status"] in OPEN_INQUIRY:
        dispute["status"] = "warning_closed"
        events.record(account, "charge.dispute.closed", dispute, previous=before)
        return
    dispute["status"] = "won" if won else "lost"
    if won:
        fee = account.fees.of_dispute(dispute["currency"]) if fee_returned else 0
        given = balance.post(
            account,
            dispute,
            dispute["amount"],
            _REINSTATED,
            fee=-fee,
            fee_description="Dispute fee refund",
        )
        dispute["balance_transactions"].append(dict(given))
    events.record(account, "charge.dispute.closed", dispute, previous=before)
    if won:
        events.record(account, "charge.dispute.funds_reinstated", dispute)
