"""A page of Stripe on which somebody pays (docs.stripe.com/api/checkout/sessions)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from stripe_peer import sessions
from stripe_peer.account import Account
from stripe_peer.currencies import MINIMUM, check_charge, check_granularity, readable
from stripe_peer.lists import page
from stripe_peer.metadata import metadata_of
from stripe_peer.methods import offered
from stripe_peer.refusals import Refusal, not_modelled
from stripe_peer.store import Object

OPEN_FOR = timedelta(hours=24)
SHORTEST = timedelta(minutes=30)

Params = dict[str, Any]


def create(account: Account, params: Params) -> Object:
    """Open a page for a payment.

    Raises:
        Refusal: what is sold, its price, or when the page closes is not as Stripe takes it.
    """
    _check_kind(params)
    if customer := params.get("customer"):
        account.store.get("customer", customer, param="customer")
    items = _items_of(params)
    currency = items[0]["currency"]
    total = sum(item["amount_total"] for item in items)
    _check_total(currency, total)
    session = account.store.add(
        "checkout.session",
        {
            "amount_subtotal": total,
            "amount_total": total,
            "cancel_url": params.get("cancel_url"),
            "client_reference_id": params.get("client_reference_id"),
            "created": account.clock.seconds,
            "currency": currency,
            "customer": params.get("customer"),
            "customer_details": None,
            "customer_email": params.get("customer_email"),
            "expires_at": _end_of(account, params),
            "livemode": account.livemode,
            "locale": params.get("locale"),
            "metadata": metadata_of(params.get("metadata")),
            "mode": "payment",
            "payment_intent": None,
            "payment_method_types": offered(account.methods, currency, params),
            "payment_status": "unpaid",
            "status": "open",
            "submit_type": params.get("submit_type"),
            "success_url": params["success_url"],
            "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
            "ui_mode": "hosted_page",
        },
        notes={"line_items": [], "payment_intent_data": params.get("payment_intent_data", {})},
    )
    session["url"] = f"https://checkout.stripe.com/c/pay/{session['id']}"
    account.store.notes[session["id"]]["line_items"] = [
        {"id": f"li_{session['id'][-20:]}{place:04d}", **item} for place, item in enumerate(items)
    ]
    return session


def _check_kind(params: Params) -> None:
    if "mode" not in params:
        raise Refusal("Missing required param: mode.", code="parameter_missing", param="mode")
    if params["mode"] != "payment":
        raise not_modelled(f"mode={params['mode']}")
    if params.get("ui_mode", "hosted_page") != "hosted_page":
        raise not_modelled(f"ui_mode={params['ui_mode']}")
    for name in ("success_url", "line_items"):
        if not params.get(name):
            raise Refusal(f"Missing required param: {name}.", code="parameter_missing", param=name)


def _items_of(params: Params) -> list[Object]:
    items = [_item_of(item, place) for place, item in enumerate(params["line_items"])]
    if len({item["currency"] for item in items}) > 1:
        raise Refusal("All line items must have the same currency.", param="line_items")
    return items


def _item_of(item: Params, place: int) -> Object:
    at = f"line_items[{place}]"
    price = item.get("price_data")
    if price is None:
        raise not_modelled(f"{at}[price]: only price_data is there")
    if "unit_amount" not in price:
        raise Refusal(
            f"Missing required param: {at}[price_data][unit_amount].",
            code="parameter_missing",
            param=f"{at}[price_data][unit_amount]",
        )
    amount, currency = price["unit_amount"], price["currency"]
    if amount == 0:
        raise not_modelled("a session without anything to pay")
    check_granularity(currency, amount, param=f"{at}[price_data][unit_amount]")
    quantity = item.get("quantity", 1)
    if quantity < 1:
        raise Refusal(
            "This value must be greater than or equal to 1.",
            code="parameter_invalid_integer",
            param=f"{at}[quantity]",
        )
    return {
        "object": "item",
        "amount_discount": 0,
        "amount_subtotal": amount * quantity,
        "amount_tax": 0,
        "amount_total": amount * quantity,
        "currency": currency,
        "description": price.get("product_data", {}).get("name"),
        "quantity": quantity,
        "price": {"object": "price", "currency": currency, "unit_amount": amount},
    }


def _check_total(currency: str, total: int) -> None:
    if total < MINIMUM.get(currency, 1):
        raise Refusal(
            "The Checkout Session's total amount due must add up to at least "
            f"{readable(MINIMUM[currency], currency)}",
            code="amount_too_small",
        )
    check_charge(currency, total, param="line_items")


def _end_of(account: Account, params: Params) -> int:
    now = account.clock.seconds
    latest = now + int(OPEN_FOR.total_seconds())
    end: int = params.get("expires_at", latest)
    if end < now + SHORTEST.total_seconds():
        raise Refusal(
            "The `expires_at` timestamp must be at least 30 minutes from Checkout Session "
            "creation.",
            param="expires_at",
        )
    if end > latest:
        raise Refusal(
            "The `expires_at` timestamp must be less than 24 hours from Checkout Session creation.",
            param="expires_at",
        )
    return end


def expire(account: Account, _params: Params, identifier: str) -> Object:
    """Close a page before its time.

    Raises:
        Refusal: it is not open.
    """
    session = account.store.get("checkout.session", identifier)
    if session["status"] != "open":
        raise Refusal(
            'Only Checkout Sessions with a status in ["open"] can be expired. This Checkout '
            f"Session has a status of `{session['status']}`."
        )
    sessions.expire(account, session)
    return session


def line_items(account: Account, params: Params, identifier: str) -> Object:
    """What is sold on a page."""
    session = account.store.get("checkout.session", identifier)
    items = account.store.notes[session["id"]]["line_items"]
    return page(items, params, f"/v1/checkout/sessions/{identifier}/line_items")
