"""What the person who pays does. None of it is a call of the API: it happens on Stripe's pages."""

from __future__ import annotations

from stripe_peer import intents, sessions
from stripe_peer.account import Account, Cause
from stripe_peer.store import Object


class PayerCannot(Exception):
    """There is nothing to press: the page is closed, or nobody was asked. A mistake of the test."""


class Payer:
    """Somebody on Stripe's pages."""

    def __init__(self, account: Account) -> None:
        self._account = account

    def pay(
        self,
        session_id: str,
        method: str = "pm_card_visa",
        *,
        email: str = "payer@example.com",
    ) -> str:
        """Press the button of a checkout page; a refusal of the bank leaves the page open.

        Returns:
            The status of the payment: ``succeeded``, ``processing``, ``requires_action`` if the
            bank asks first, ``requires_payment_method`` if it says no.

        Raises:
            PayerCannot: the page is complete or expired.
            Refusal: the page does not take this method.
        """
        account = self._account
        with account.lock:
            account.cause = Cause()
            sessions.expire_due(account)
            session = account.store.get("checkout.session", session_id)
            if session["status"] != "open":
                raise PayerCannot(f"The page is {session['status']}.")
            session["customer_details"] = {"email": email, "name": None, "phone": None}
            intent = self._intent_of(session)
            intents.attempt(account, intent, method, return_url=session["success_url"])
            return str(intent["status"])

    def _intent_of(self, session: Object) -> Object:
        """The payment of a page, which begins with the first try."""
        account = self._account
        if session["payment_intent"] is not None:
            return account.store.get("payment_intent", session["payment_intent"])
        intent = intents.begin(
            account,
            {
                **account.store.notes[session["id"]]["payment_intent_data"],
                "amount": session["amount_total"],
                "currency": session["currency"],
                "customer": session["customer"],
                "allowed_payment_method_types": session["payment_method_types"],
            },
            session=session["id"],
        )
        session["payment_intent"] = intent["id"]
        return intent

    def authenticate(self, intent_id: str, *, passes: bool = True) -> str:
        """Answer the bank's question (3-D Secure), rightly or not. Gives the payment's status.

        Raises:
            PayerCannot: the bank has asked nothing, or the page has closed meanwhile.
        """
        account = self._account
        with account.lock:
            account.cause = Cause()
            sessions.expire_due(account)
            intent = account.store.get("payment_intent", intent_id)
            session = sessions.of_intent(account, intent)
            if intent["status"] != "requires_action":
                raise PayerCannot(f"Nobody was asked: the payment is {intent['status']}.")
            if session is not None and session["status"] != "open":
                raise PayerCannot(f"The page is {session['status']}.")
            if passes:
                intents.go_on(account, intent)
            else:
                intents.not_authenticated(account, intent)
            return str(intent["status"])
