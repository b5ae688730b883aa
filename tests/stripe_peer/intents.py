"""A payment from the wish to the money (docs.stripe.com/payments/paymentintents/lifecycle).

requires_payment_method → requires_confirmation → requires_action → processing → requires_capture →
succeeded, or canceled; a refusal of the bank leads back to requires_payment_method.
"""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from stripe_peer import charges, disputes, events, sessions
from stripe_peer.account import Account
from stripe_peer.currencies import check_charge
from stripe_peer.metadata import metadata_of
from stripe_peer.methods import Decline, Method, method_of, offered
from stripe_peer.refusals import CARD, Refusal
from stripe_peer.store import Object

CONFIRMABLE = ("requires_payment_method", "requires_confirmation", "requires_action")
CANCELABLE = (*CONFIRMABLE, "requires_capture", "processing")

NOT_AUTHENTICATED = Decline(
    code="payment_intent_authentication_failure",
    decline_code=None,
    message="The provided PaymentMethod has failed authentication.",
)

Params = dict[str, Any]


def create(account: Account, params: Params) -> Object:
    """Begin a payment, and try it if ``confirm`` says so.

    Raises:
        Refusal: the amount, the customer or the method is not taken, or the bank says no (402).
    """
    intent = begin(account, params)
    return _confirm(account, intent, params) if params.get("confirm") else intent


def begin(account: Account, params: Params, *, session: str | None = None) -> Object:
    """A new payment, of a checkout session if one is named."""
    check_charge(params["currency"], params["amount"])
    if customer := params.get("customer"):
        account.store.get("customer", customer, param="customer")
    if method := params.get("payment_method"):
        method_of(method)
    intent = account.store.add(
        "payment_intent",
        {
            "amount": params["amount"],
            "amount_capturable": 0,
            "amount_received": 0,
            "canceled_at": None,
            "cancellation_reason": None,
            "capture_method": params.get("capture_method", "automatic_async"),
            "client_secret": None,
            "confirmation_method": "automatic",
            "created": account.clock.seconds,
            "currency": params["currency"],
            "customer": params.get("customer"),
            "description": params.get("description"),
            "last_payment_error": None,
            "latest_charge": None,
            "livemode": account.livemode,
            "metadata": metadata_of(params.get("metadata")),
            "next_action": None,
            "payment_method": method,
            "payment_method_types": offered(account.methods, params["currency"], params),
            "processing": None,
            "receipt_email": params.get("receipt_email"),
            "status": "requires_confirmation" if method else "requires_payment_method",
        },
        notes={"session": session},
    )
    intent["client_secret"] = f"{intent['id']}_secret_peer"
    events.record(account, "payment_intent.created", intent)
    return intent


def confirm(account: Account, params: Params, identifier: str) -> Object:
    """Try a payment.

    Raises:
        Refusal: it is not in a state for it, has no method, or the bank says no (402).
    """
    return _confirm(account, account.store.get("payment_intent", identifier), params)


def _confirm(account: Account, intent: Object, params: Params) -> Object:
    _check_status(intent, CONFIRMABLE, "confirm")
    _check_is_of_no_page(account, intent, "confirm")
    method = params.get("payment_method") or intent["payment_method"]
    if method is None:
        raise Refusal(
            "You cannot confirm this PaymentIntent because it's missing a payment method. You can "
            "either update the PaymentIntent with a payment method and then confirm it again, or "
            "confirm it again directly with a payment method or ConfirmationToken.",
            code="payment_intent_unexpected_state",
        )
    attempt(account, intent, method, return_url=params.get("return_url"))
    if intent["last_payment_error"] is not None:
        raise _card_error(intent)
    return intent


def attempt(account: Account, intent: Object, method_id: str, *, return_url: str | None) -> None:
    """Try a payment with a method; how it went is in the intent.

    Raises:
        Refusal: the intent does not take this kind of method, or there is no such method.
    """
    method = method_of(method_id)
    if method.kind not in intent["payment_method_types"]:
        allowed = ", ".join(intent["payment_method_types"])
        raise Refusal(
            f"The PaymentMethod provided ({method.kind}) is not allowed for this PaymentIntent, "
            f"which takes: {allowed}.",
            param="payment_method",
        )
    intent.update(payment_method=method_id, last_payment_error=None)
    if method.asks:
        redirect = {"return_url": return_url, "url": f"https://hooks.stripe.com/{intent['id']}"}
        intent["status"] = "requires_action"
        intent["next_action"] = {"type": "redirect_to_url", "redirect_to_url": redirect}
        events.record(account, "payment_intent.requires_action", intent)
    else:
        go_on(account, intent)


def go_on(account: Account, intent: Object) -> None:
    """The bank has all it asked for, and decides."""
    method = method_of(intent["payment_method"])
    intent["next_action"] = None
    if method.decline is not None:
        decline(account, intent, method.decline)
    elif method.pays_later:
        _wait(account, intent)
    elif intent["capture_method"] == "manual":
        _reserve(account, intent)
    else:
        _pay(account, intent, method)


def _pay(account: Account, intent: Object, method: Method) -> None:
    charge = charges.add(account, intent, status="succeeded")
    comes_later = intent["capture_method"] == "automatic_async"
    if not comes_later:
        charges.settle(account, charge)
    events.record(account, "charge.succeeded", charge)
    _succeed(account, intent, charge)
    sessions.complete(account, intent, paid=True)
    if comes_later and not account.fees_come_later:
        charges.settle_later(account, charge)
    if method.dispute is not None:
        disputes.open_dispute(account, charge, reason=method.dispute)


def _succeed(account: Account, intent: Object, charge: Object) -> None:
    intent.update(
        status="succeeded",
        amount_received=charge["amount_captured"],
        amount_capturable=0,
        processing=None,
    )
    events.record(account, "payment_intent.succeeded", intent)


def _wait(account: Account, intent: Object) -> None:
    charge = charges.add(account, intent, status="pending")
    intent["status"] = "processing"
    events.record(account, "charge.pending", charge)
    events.record(account, "payment_intent.processing", intent)
    sessions.complete(account, intent, paid=False)


def _reserve(account: Account, intent: Object) -> None:
    charge = charges.add(account, intent, status="succeeded", captured=False)
    intent.update(status="requires_capture", amount_capturable=intent["amount"])
    events.record(account, "charge.succeeded", charge)
    events.record(account, "payment_intent.amount_capturable_updated", intent)


def end_waiting(account: Account, intent: Object, *, succeeds: bool, why: Decline) -> None:
    """A payment that was to come later came, or did not."""
    charge = account.store.get("charge", intent["latest_charge"])
    if succeeds:
        charge.update(status="succeeded", paid=True, amount_captured=charge["amount"])
        charges.settle(account, charge)
        events.record(account, "charge.succeeded", charge)
        _succeed(account, intent, charge)
    else:
        charges.fail(account, charge, why)
        _refused(account, intent, charge, why)
    sessions.end_of_waiting(account, intent, paid=succeeds)


def decline(account: Account, intent: Object, why: Decline) -> None:
    """The bank says no: a failed charge, and the intent waits for another method."""
    charge = charges.add(account, intent, status="failed")
    charges.fail(account, charge, why)
    _refused(account, intent, charge, why)


def not_authenticated(account: Account, intent: Object) -> None:
    """The payer did not pass 3-D Secure: no charge was tried."""
    intent["next_action"] = None
    _refused(account, intent, None, NOT_AUTHENTICATED)


def _refused(account: Account, intent: Object, charge: Object | None, why: Decline) -> None:
    error = {
        "charge": charge["id"] if charge else None,
        "code": why.code,
        "decline_code": why.decline_code,
        "message": why.message,
        "payment_method": {"id": intent["payment_method"], "object": "payment_method"},
        "type": "card_error" if charge else "invalid_request_error",
    }
    intent["last_payment_error"] = {k: v for k, v in error.items() if v is not None}
    intent.update(status="requires_payment_method", payment_method=None, processing=None)
    events.record(account, "payment_intent.payment_failed", intent)


def _card_error(intent: Object) -> Refusal:
    error = intent["last_payment_error"]
    more = {name: error[name] for name in ("charge", "decline_code") if name in error}
    return Refusal(
        error["message"],
        status=402,
        kind=CARD,
        code=error["code"],
        more={**more, "payment_intent": deepcopy(intent)},
    )


def capture(account: Account, params: Params, identifier: str) -> Object:
    """Take reserved money, all of it or a part; the rest is free again.

    Raises:
        Refusal: nothing is reserved, or not as much.
    """
    intent = account.store.get("payment_intent", identifier)
    _check_status(intent, ("requires_capture",), "capture")
    reserved: int = intent["amount_capturable"]
    amount: int = params.get("amount_to_capture", reserved)
    if amount > reserved:
        raise Refusal(
            f"The requested capture amount is greater than the amount you can capture for this "
            f"charge: {reserved}.",
            code="amount_too_large",
            param="amount_to_capture",
        )
    check_charge(intent["currency"], amount, param="amount_to_capture")
    charge = account.store.get("charge", intent["latest_charge"])
    charge.update(captured=True, amount_captured=amount)
    charges.settle(account, charge)
    events.record(account, "charge.captured", charge)
    _succeed(account, intent, charge)
    return intent


def cancel(account: Account, params: Params, identifier: str) -> Object:
    """Give a payment up that was not made; reserved money is free again.

    Raises:
        Refusal: it was made, or belongs to a checkout session, which is expired instead.
    """
    intent = account.store.get("payment_intent", identifier)
    _check_status(intent, CANCELABLE, "cancel")
    _check_is_of_no_page(account, intent, "cancel")
    intent.update(
        status="canceled",
        amount_capturable=0,
        canceled_at=account.clock.seconds,
        cancellation_reason=params.get("cancellation_reason"),
        next_action=None,
    )
    events.record(account, "payment_intent.canceled", intent)
    return intent


def _check_is_of_no_page(account: Account, intent: Object, verb: str) -> None:
    if sessions.of_intent(account, intent) is not None:
        raise Refusal(
            f"You cannot {verb} this PaymentIntent because it was created by a Checkout Session, "
            "which is paid on its page or expired.",
            code="payment_intent_unexpected_state",
        )


def _check_status(intent: Object, allowed: tuple[str, ...], verb: str) -> None:
    if intent["status"] not in allowed:
        raise Refusal(
            f"You cannot {verb} this PaymentIntent because it has a status of {intent['status']}. "
            f"Only a PaymentIntent with one of the following statuses allows it: "
            f"{', '.join(allowed)}.",
            code="payment_intent_unexpected_state",
            more={"payment_intent": deepcopy(intent)},
        )
