"""The calls: address, the SDK's type of its parameters, what is modelled, and who answers."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from stripe import params as sdk
from stripe.params import checkout as sdk_checkout

from stripe_peer import balance, checkout, customers, disputes, intents, refunds
from stripe_peer.lists import many, one
from stripe_peer.refusals import Refusal
from stripe_peer.store import Object

_PAGE = ("limit", "starting_after", "ending_before")
_INTENT = (
    "allowed_payment_method_types", "amount", "capture_method", "confirm", "currency", "customer",
    "description", "excluded_payment_method_types", "metadata", "payment_method", "receipt_email",
    "return_url",
)  # fmt: skip
_SESSION = (
    "allowed_payment_method_types", "cancel_url", "client_reference_id", "customer",
    "customer_email", "excluded_payment_method_types", "expires_at", "locale",
    "line_items.price_data.currency", "line_items.price_data.product_data",
    "line_items.price_data.unit_amount", "line_items.price", "line_items.quantity", "metadata",
    "mode", "payment_intent_data.description", "payment_intent_data.metadata",
    "payment_intent_data.receipt_email", "submit_type", "success_url", "ui_mode",
)  # fmt: skip


@dataclass(frozen=True)
class Route:
    """A call: ``{}`` in the address is an id, and ``expand`` is always modelled."""

    method: str
    address: str
    shape: Any
    answer: Callable[..., Object]
    modelled: tuple[str, ...] = ()

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """The address as an expression whose groups are the ids."""
        return re.compile(re.escape(self.address).replace(r"\{\}", "([A-Za-z0-9_]+)"))

    @cached_property
    def names(self) -> frozenset[str]:
        """The parameters that have an effect here."""
        return frozenset({*self.modelled, "expand"})


def _listed(address: str, shape: Any, kind: str, *fields: str, also: tuple[str, ...] = ()) -> Route:
    """The call that lists a kind, by the fields named."""
    return Route("GET", address, shape, many(kind, address, *fields), (*_PAGE, *fields, *also))


_SESSIONS = "/v1/checkout/sessions"
_INTENTS = "/v1/payment_intents"

ROUTES = (
    Route("POST", "/v1/customers", sdk.CustomerCreateParams, customers.create,
          ("description", "email", "metadata", "name")),
    Route("GET", "/v1/customers/{}", sdk.CustomerRetrieveParams, one("customer")),
    Route("POST", _SESSIONS, sdk_checkout.SessionCreateParams, checkout.create, _SESSION),
    _listed(_SESSIONS, sdk_checkout.SessionListParams, "checkout.session",
            "customer", "payment_intent", "status", also=("created",)),
    Route("GET", _SESSIONS + "/{}", sdk_checkout.SessionRetrieveParams, one("checkout.session")),
    Route("POST", _SESSIONS + "/{}/expire", sdk_checkout.SessionExpireParams, checkout.expire),
    Route("GET", _SESSIONS + "/{}/line_items", sdk_checkout.SessionListLineItemsParams,
          checkout.line_items, _PAGE),
    Route("POST", _INTENTS, sdk.PaymentIntentCreateParams, intents.create, _INTENT),
    _listed(_INTENTS, sdk.PaymentIntentListParams, "payment_intent", "customer",
            also=("created",)),
    Route("GET", _INTENTS + "/{}", sdk.PaymentIntentRetrieveParams, one("payment_intent")),
    Route("POST", _INTENTS + "/{}/confirm", sdk.PaymentIntentConfirmParams, intents.confirm,
          ("payment_method", "return_url")),
    Route("POST", _INTENTS + "/{}/capture", sdk.PaymentIntentCaptureParams, intents.capture,
          ("amount_to_capture",)),
    Route("POST", _INTENTS + "/{}/cancel", sdk.PaymentIntentCancelParams, intents.cancel,
          ("cancellation_reason",)),
    _listed("/v1/charges", sdk.ChargeListParams, "charge", "customer", "payment_intent",
            also=("created",)),
    Route("GET", "/v1/charges/{}", sdk.ChargeRetrieveParams, one("charge")),
    Route("POST", "/v1/refunds", sdk.RefundCreateParams, refunds.create,
          ("amount", "charge", "metadata", "payment_intent", "reason")),
    _listed("/v1/refunds", sdk.RefundListParams, "refund", "charge", "payment_intent",
            also=("created",)),
    Route("GET", "/v1/refunds/{}", sdk.RefundRetrieveParams, one("refund")),
    _listed("/v1/disputes", sdk.DisputeListParams, "dispute", "charge", "payment_intent",
            also=("created",)),
    Route("GET", "/v1/disputes/{}", sdk.DisputeRetrieveParams, one("dispute")),
    Route("POST", "/v1/disputes/{}", sdk.DisputeUpdateParams, disputes.update,
          ("evidence", "metadata", "submit")),
    Route("POST", "/v1/disputes/{}/close", sdk.DisputeCloseParams, disputes.close),
    Route("GET", "/v1/balance", sdk.BalanceRetrieveParams, balance.retrieve),
    _listed("/v1/balance_transactions", sdk.BalanceTransactionListParams, "balance_transaction",
            "currency", "source", "type", also=("created",)),
    Route("GET", "/v1/balance_transactions/{}", sdk.BalanceTransactionRetrieveParams,
          one("balance_transaction")),
    _listed("/v1/events", sdk.EventListParams, "event", "type", also=("created", "types")),
    Route("GET", "/v1/events/{}", sdk.EventRetrieveParams, one("event")),
)  # fmt: skip


def route_of(method: str, path: str) -> tuple[Route, tuple[str, ...]]:
    """The call of an address, and the ids in it.

    Raises:
        Refusal: 404, the peer has no such call.
    """
    for route in ROUTES:
        if route.method == method and (found := route.pattern.fullmatch(path)):
            return route, found.groups()
    raise Refusal(f"Unrecognized request URL ({method}: {path}).", status=404)
