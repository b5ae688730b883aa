"""The peer answers with nothing that the SDK has no type for: no field, choice or event of ours."""

from __future__ import annotations

import types
import typing
from collections.abc import Iterator
from typing import Any, Literal, Union, get_args, get_origin

import pytest
import stripe
from stripe import params as sdk

from factories.stripe_calls import a_payment, a_session
from stripe_peer.parameters import fields_of

CLASSES = {
    "balance": stripe.Balance,
    "balance_transaction": stripe.BalanceTransaction,
    "charge": stripe.Charge,
    "checkout.session": stripe.checkout.Session,
    "customer": stripe.Customer,
    "dispute": stripe.Dispute,
    "event": stripe.Event,
    "item": stripe.LineItem,
    "payment_intent": stripe.PaymentIntent,
    "refund": stripe.Refund,
}


def members_of(kind: Any) -> Iterator[Any]:
    """The types that a value may have."""
    if get_origin(kind) in {Union, types.UnionType}:
        for one in get_args(kind):
            yield from members_of(one)
    else:
        yield kind


def fits(kind: Any, value: Any) -> bool:
    """Whether a value can be of a type; of an object or a list, only that it is one."""
    members = list(members_of(kind))
    choices = [
        one for member in members if get_origin(member) is Literal for one in get_args(member)
    ]
    if value is None:
        return type(None) in members
    if isinstance(value, bool | int):
        return type(value) in members
    if isinstance(value, str):
        return value in choices if choices else str in members
    plain = {str, int, bool, type(None)}
    return any(member not in plain and get_origin(member) is not Literal for member in members)


def misfits(subject: dict[str, Any]) -> list[str]:
    """The fields of an object that the SDK does not know, or not with this value."""
    known = CLASSES[subject["object"]].__annotations__
    return [
        f"{subject['object']}.{name}={value!r}"
        for name, value in subject.items()
        if name not in known or not fits(known[name], value)
    ]


@pytest.fixture
def everything(api, payer, bank) -> list[dict[str, Any]]:
    """Objects of every kind, in many states, and every event that they caused."""
    api.v1.customers.create(params={"email": "amina@example.org"})
    methods = ["pm_card_visa", "pm_card_threeDSecure2Required", "pm_usBankAccount_success"]
    sessions = [api.v1.checkout.sessions.create(params=a_session()) for _page in range(5)]
    for session, method in zip(sessions, [*methods, "pm_card_visa_chargeDeclined"], strict=False):
        payer.pay(session.id, method)
    api.v1.checkout.sessions.expire(sessions[-1].id)
    slow = api.v1.checkout.sessions.retrieve(sessions[2].id).payment_intent
    bank.settle(slow)
    reserved = api.v1.payment_intents.create(params=a_payment(capture_method="manual"))
    api.v1.payment_intents.capture(reserved.id)
    wish = api.v1.payment_intents.create(params={"amount": 500, "currency": "usd"})
    api.v1.payment_intents.cancel(wish.id, params={"cancellation_reason": "abandoned"})
    bank.fail_refund(api.v1.refunds.create(params={"charge": _charge(api, reserved)}).id)
    bank.decide(bank.dispute(_charge(api, reserved)), won=True)
    bank.decide(bank.dispute(_charge(api, reserved), inquiry=True), won=False)
    account = api.v1
    lists = [
        account.balance_transactions, account.charges, account.checkout.sessions, account.disputes,
        account.events, account.payment_intents, account.refunds,
    ]  # fmt: skip
    listed = [one for some in lists for one in some.list(params={"limit": 100}).data]
    lines = api.v1.checkout.sessions.line_items.list(sessions[0].id).data
    return [one.to_dict() for one in (*listed, *lines, api.v1.balance.retrieve())]


def _charge(api: stripe.StripeClient, intent: stripe.PaymentIntent) -> str:
    return typing.cast("str", api.v1.payment_intents.retrieve(intent.id).latest_charge)


def test_every_field_and_every_choice_is_one_that_the_sdk_knows(everything):
    assert {one["object"] for one in everything} | {"customer"} == set(CLASSES)
    assert not [wrong for one in everything for wrong in misfits(one)]


def test_an_event_shows_its_object_in_the_same_shape(everything):
    shown = [one["data"]["object"] for one in everything if one["object"] == "event"]

    assert not [wrong for one in shown for wrong in misfits(one)]


def test_every_event_is_one_that_an_endpoint_can_ask_for(everything):
    (wanted,) = get_args(fields_of(sdk.WebhookEndpointCreateParams)["enabled_events"])
    known = {one for member in members_of(wanted) for one in get_args(member)}
    told = {one["type"] for one in everything if one["object"] == "event"}

    assert len(told) >= 20
    assert told <= known
