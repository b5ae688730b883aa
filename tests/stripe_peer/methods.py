"""How the payment methods for tests behave (docs.stripe.com/testing).

The names are Stripe's own, so that a test against the peer runs against Stripe's sandbox as well.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from stripe_peer.refusals import Refusal

EXPIRED_CARD = "expired_or_canceled_card"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decline:
    """Why a bank says no: Stripe's error code, the decline code, and the sentence for the payer."""

    code: str = "card_declined"
    decline_code: str | None = "generic_decline"
    message: str = "Your card was declined."


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """A payment method for tests.

    Attributes:
        kind: Stripe's type, ``card`` or one that is paid later.
        decline: what the bank answers, if it does not pay.
        asks: whether the bank asks its customer first (3-D Secure).
        pays_later: the payment is not certain when the page is left.
        dispute: the reason for which the payment is disputed as soon as it is made.
        refunds: ``succeeded``, ``pending``, or ``failing``: succeeded at first, failed later.
    """

    kind: str = "card"
    decline: Decline | None = None
    asks: bool = False
    pays_later: bool = False
    dispute: str | None = None
    refunds: str = "succeeded"
    details: dict[str, str] = field(default_factory=lambda: {"brand": "visa", "last4": "4242"})


_NO_FUNDS = Decline(decline_code="insufficient_funds", message="Your card has insufficient funds.")
_EXPIRED = Decline(
    code="expired_card", decline_code="expired_card", message="Your card has expired."
)
_BANK = {"bank_name": "STRIPE TEST BANK", "last4": "6789"}

METHODS = {
    "pm_card_visa": Method(),
    "pm_card_mastercard": Method(details={"brand": "mastercard", "last4": "4444"}),
    "pm_card_visa_chargeDeclined": Method(decline=Decline()),
    "pm_card_chargeCustomerFail": Method(decline=Decline()),
    "pm_card_visa_chargeDeclinedInsufficientFunds": Method(decline=_NO_FUNDS),
    "pm_card_chargeDeclinedExpiredCard": Method(decline=_EXPIRED),
    "pm_card_threeDSecure2Required": Method(asks=True),
    "pm_card_threeDSecureRequiredChargeDeclined": Method(asks=True, decline=Decline()),
    "pm_card_createDispute": Method(dispute="fraudulent"),
    "pm_card_createDisputeProductNotReceived": Method(dispute="product_not_received"),
    "pm_card_pendingRefund": Method(refunds="pending"),
    "pm_card_refundFail": Method(refunds="failing"),
    "pm_usBankAccount_success": Method(kind="us_bank_account", pays_later=True, details=_BANK),
}


def method_of(identifier: str) -> Method:
    """The behaviour of a payment method.

    Raises:
        Refusal: nobody has such a one.
    """
    try:
        return METHODS[identifier]
    except KeyError:
        raise Refusal(
            f"No such PaymentMethod: '{identifier}'",
            code="resource_missing",
            param="payment_method",
        ) from None


ONLY_IN = {"us_bank_account": "usd"}


def offered(switched_on: Iterable[str], currency: str, params: dict[str, Any]) -> list[str]:
    """The kinds of methods that a payer may choose from.

    Stripe computes them from what is switched on and fits the currency; a call only narrows that
    down (docs.stripe.com/payments/payment-methods/dynamic-payment-methods).

    Raises:
        Refusal: the call allows and excludes at once, or nothing is left.
    """
    allowed = params.get("allowed_payment_method_types")
    excluded = params.get("excluded_payment_method_types", [])
    if allowed is not None and excluded:
        raise Refusal(
            "You may only specify one of these parameters: allowed_payment_method_types, "
            "excluded_payment_method_types."
        )
    left = [
        kind
        for kind in switched_on
        if ONLY_IN.get(kind, currency) == currency
        and kind not in excluded
        and (allowed is None or kind in allowed)
    ]
    if not left:
        raise Refusal("No payment method types are left that fit this payment.")
    return left
