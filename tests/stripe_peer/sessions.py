"""What becomes of a checkout session (docs.stripe.com/api/checkout/sessions/object).

``status`` is open, complete or expired; ``payment_status`` is unpaid until the money is certain. A
method that pays later completes the session unpaid, and a second event says how it ended
(docs.stripe.com/checkout/fulfillment).
"""

from __future__ import annotations

from stripe_peer import events
from stripe_peer.account import Account
from stripe_peer.store import Object


def of_intent(account: Account, intent: Object) -> Object | None:
    """The session that an intent belongs to."""
    identifier = account.store.notes[intent["id"]].get("session")
    return account.store.find(identifier) if identifier else None


def complete(account: Account, intent: Object, *, paid: bool) -> None:
    """The payer has finished; ``paid`` says whether the money is certain already."""
    if (session := of_intent(account, intent)) is not None:
        session.update(status="complete", payment_status="paid" if paid else "unpaid", url=None)
        events.record(account, "checkout.session.completed", session)


def end_of_waiting(account: Account, intent: Object, *, paid: bool) -> None:
    """A payment that came later has succeeded or failed."""
    if (session := of_intent(account, intent)) is not None:
        session["payment_status"] = "paid" if paid else "unpaid"
        outcome = "succeeded" if paid else "failed"
        events.record(account, f"checkout.session.async_payment_{outcome}", session)


def expire(account: Account, session: Object) -> None:
    """Nobody can pay here any more."""
    session.update(status="expired", url=None)
    events.record(account, "checkout.session.expired", session)


def expire_due(account: Account) -> None:
    """Close the sessions whose time is over."""
    due = [
        session
        for session in account.store.oldest("checkout.session")
        if session["status"] == "open" and session["expires_at"] <= account.clock.seconds
    ]
    for session in due:
        expire(account, session)
