"""What banks decide, days later or at once. None of it is a call of the API."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from stripe_peer import charges, disputes, intents, refunds
from stripe_peer.account import Account, Cause
from stripe_peer.methods import EXPIRED_CARD, Decline, method_of
from stripe_peer.store import Object

NOT_COVERED = Decline(
    code="payment_method_provider_decline",
    decline_code="insufficient_funds",
    message="The customer's account has insufficient funds to cover this payment.",
)


class Bank:
    """The banks of everybody who pays.

    Every method raises Refusal for an object that is not there, and ValueError if it is not in a
    state for it, which is a mistake of the test.
    """

    def __init__(self, account: Account) -> None:
        self._account = account

    @contextmanager
    def _deciding(self, kind: str, identifier: str, *states: str) -> Iterator[Object]:
        with self._account.lock:
            self._account.cause = Cause()
            subject = self._account.store.get(kind, identifier)
            if subject["status"] not in states:
                raise ValueError(f"{identifier} is {subject['status']}.")
            yield subject

    def settle(self, intent_id: str, *, succeeds: bool = True, why: Decline = NOT_COVERED) -> None:
        """Money that was to come later comes, or does not."""
        with self._deciding("payment_intent", intent_id, "processing") as intent:
            intents.end_waiting(self._account, intent, succeeds=succeeds, why=why)

    def book_fees(self, charge_id: str) -> None:
        """The balance transaction of a charge is known (``Account.fees_come_later``)."""
        with self._deciding("charge", charge_id, "succeeded") as charge:
            if charge["balance_transaction"] is not None:
                raise ValueError(f"{charge_id} is booked.")
            charges.settle_later(self._account, charge)

    def complete_refund(self, refund_id: str) -> None:
        """A pending refund reaches the payer."""
        with self._deciding("refund", refund_id, "pending") as refund:
            refunds.succeed(self._account, refund)

    def fail_refund(self, refund_id: str, *, reason: str = EXPIRED_CARD) -> None:
        """A refund does not reach the payer, even one that seemed to have succeeded."""
        with self._deciding("refund", refund_id, "pending", "succeeded") as refund:
            refunds.fail(self._account, refund, reason=reason)

    def carry_out_refunds(self) -> None:
        """Every refund reaches its payer, except those to ``pm_card_refundFail``."""
        with self._account.lock:
            waiting = [one["id"] for one in self._account.store.oldest("refund")]
        for identifier in waiting:
            refund = self._account.store.get("refund", identifier)
            charge = self._account.store.get("charge", refund["charge"])
            fails = method_of(charge["payment_method"]).refunds == "failing"
            if fails and refund["status"] != "failed":
                self.fail_refund(identifier)
            elif refund["status"] == "pending":
                self.complete_refund(identifier)

    def dispute(
        self,
        charge_id: str,
        *,
        reason: str = "fraudulent",
        amount: int | None = None,
        inquiry: bool = False,
    ) -> str:
        """A payer disputes a charge; gives the id of the dispute."""
        with self._deciding("charge", charge_id, "succeeded") as charge:
            dispute = disputes.open_dispute(
                self._account, charge, reason=reason, amount=amount, inquiry=inquiry
            )
            return str(dispute["id"])

    def decide(self, dispute_id: str, *, won: bool, fee_returned: bool = False) -> None:
        """A dispute ends: ``won`` is the account's view, not the payer's."""
        states = disputes.OPEN | disputes.OPEN_INQUIRY
        with self._deciding("dispute", dispute_id, *states) as dispute:
            disputes.end(self._account, dispute, won=won, fee_returned=fee_returned)
