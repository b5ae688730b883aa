"""A request is held against the types that the SDK ships, and refused as Stripe refuses it."""

from __future__ import annotations

from urllib.parse import unquote

import pytest
import stripe
from hypothesis import given
from hypothesis import strategies as st
from stripe import params as sdk

from factories.stripe_calls import a_payment, a_session
from stripe_peer.encoding import decode, encode
from stripe_peer.parameters import check, fields_of
from stripe_peer.refusals import Refusal
from stripe_peer.routes import ROUTES

names = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=8)
texts = st.text(max_size=12)
nested = st.recursive(
    texts, lambda inner: st.dictionaries(names, inner, min_size=1, max_size=3), max_leaves=8
)


def with_price(**changes):
    session = a_session()
    session["line_items"][0]["price_data"].update(changes)
    return session


@pytest.mark.parametrize(
    ("params", "param", "code", "message"),
    [
        pytest.param(
            a_session(colour="red"),
            "colour",
            "parameter_unknown",
            "Received unknown parameter: colour",
            id="unknown",
        ),
        pytest.param(
            a_session(payment_method_types=["card"]),
            "payment_method_types",
            "payment_method_types_no_longer_supported",
            "Received unknown parameter: payment_method_types",
            id="known-in-former-versions",
        ),
        pytest.param(
            with_price(vat=20),
            "line_items[0][price_data][vat]",
            "parameter_unknown",
            "Received unknown parameter: line_items[0][price_data][vat]",
            id="unknown-deep-inside",
        ),
        pytest.param(
            a_session(line_items=[{"price_data": {"unit_amount": 100}}]),
            "line_items[0][price_data][currency]",
            "parameter_missing",
            "Missing required param: line_items[0][price_data][currency].",
            id="missing-deep-inside",
        ),
        pytest.param(
            a_session(mode="gift"),
            "mode",
            None,
            "Invalid mode: must be one of payment, setup, or subscription",
            id="no-such-choice",
        ),
        pytest.param(
            with_price(unit_amount="19.90"),
            "line_items[0][price_data][unit_amount]",
            "parameter_invalid_integer",
            "Invalid integer: 19.90",
            id="decimals",
        ),
        pytest.param(
            with_price(unit_amount="1e3"),
            "line_items[0][price_data][unit_amount]",
            "parameter_invalid_integer",
            "Invalid integer: 1e3",
            id="exponent",
        ),
        pytest.param(
            with_price(unit_amount="١٢٠"),
            "line_items[0][price_data][unit_amount]",
            "parameter_invalid_integer",
            "Invalid integer: ١٢٠",
            id="arabic-indic-digits",
        ),
        pytest.param(
            with_price(unit_amount_decimal="many"),
            "line_items[0][price_data][unit_amount_decimal]",
            None,
            "Invalid decimal: many",
            id="no-number",
        ),
        pytest.param(
            a_session(success_url=""),
            "success_url",
            "parameter_invalid_empty",
            "You passed an empty string for 'success_url'.",
            id="empty",
        ),
        pytest.param(
            a_session(line_items="course"), "line_items", None, "Invalid array", id="no-list"
        ),
        pytest.param(
            a_session(metadata={f"key{place}": "v" for place in range(51)}),
            "metadata",
            None,
            "You can only have 50 metadata keys.",
            id="many-keys",
        ),
        pytest.param(
            a_session(line_items=["course"]), "line_items[0]", None, "Invalid object", id="no-item"
        ),
        pytest.param(
            a_session(payment_intent_data="x"),
            "payment_intent_data",
            None,
            "Invalid object",
            id="no-object",
        ),
        pytest.param(
            a_session(line_items={"one": "a"}),
            "line_items",
            None,
            "Invalid array",
            id="named-items",
        ),
        pytest.param(
            a_session(success_url={"a": "b"}),
            "success_url",
            None,
            "Invalid string: success_url",
            id="no-text",
        ),
        pytest.param(
            {"line_items": a_session()["line_items"], "success_url": "https://a.example"},
            "mode",
            "parameter_missing",
            "Missing required param: mode.",
            id="no-mode",
        ),
        pytest.param(
            a_session(metadata={"k" * 41: "v"}),
            f"metadata[{'k' * 41}]",
            None,
            "Metadata keys can be up to 40 characters long.",
            id="long-key",
        ),
        pytest.param(
            a_session(metadata={"order": "v" * 501}),
            "metadata[order]",
            None,
            "Metadata values can be up to 500 characters long.",
            id="long-value",
        ),
    ],
)
def test_a_wrong_parameter_is_refused_by_name_and_opens_no_session(
    api, params, param, code, message
):
    with pytest.raises(stripe.InvalidRequestError) as refused:
        api.v1.checkout.sessions.create(params=params)

    assert (refused.value.http_status, refused.value.param) == (400, param)
    assert refused.value.code == code
    assert refused.value.user_message.startswith(message)
    assert api.v1.checkout.sessions.list().data == []


def test_an_amount_that_is_not_sent_is_missing(api):
    with pytest.raises(stripe.InvalidRequestError, match="Missing required param: amount"):
        api.v1.payment_intents.create(params={"currency": "usd"})


@pytest.mark.parametrize("value", ["maybe", "1", "TRUE"])
def test_a_boolean_is_true_or_false(api, value):
    with pytest.raises(stripe.InvalidRequestError, match=f"Invalid boolean: {value}"):
        api.v1.payment_intents.create(params=a_payment(confirm=value))


def test_what_stripe_takes_and_the_peer_does_not_model_is_refused_aloud(api):
    with pytest.raises(stripe.APIError, match="does not model the parameter automatic_tax"):
        api.v1.checkout.sessions.create(params=a_session(automatic_tax={"enabled": True}))


def test_another_api_version_is_refused_aloud(server, api):
    with pytest.raises(stripe.APIError, match="does not model the API version 2020-08-27"):
        api.v1.events.list(options={"stripe_version": "2020-08-27"})


@pytest.mark.parametrize("key", ["sk_test_other", "sk_live_peer"])
def test_another_key_is_not_let_in(api, key):
    with pytest.raises(stripe.AuthenticationError, match=r"Invalid API Key provided: sk_"):
        api.v1.balance.retrieve(options={"api_key": key})


def test_an_address_that_is_not_there_is_not_found(api):
    with pytest.raises(stripe.InvalidRequestError) as refused:
        api.v1.coupons.list()

    assert refused.value.http_status == 404
    assert refused.value.user_message == "Unrecognized request URL (GET: /v1/coupons)."


@pytest.mark.parametrize(
    ("retrieve", "kind"),
    [
        (lambda api: api.v1.charges.retrieve("ch_1"), "charge"),
        (lambda api: api.v1.checkout.sessions.retrieve("cs_1"), "checkout.session"),
        (lambda api: api.v1.disputes.retrieve("du_1"), "dispute"),
        (lambda api: api.v1.events.retrieve("evt_1"), "event"),
        (lambda api: api.v1.payment_intents.retrieve("pi_1"), "payment_intent"),
        (lambda api: api.v1.refunds.retrieve("re_1"), "refund"),
    ],
)
def test_an_object_that_is_not_there_is_not_found(api, retrieve, kind):
    with pytest.raises(stripe.InvalidRequestError) as refused:
        retrieve(api)

    assert (refused.value.http_status, refused.value.code) == (404, "resource_missing")
    assert refused.value.user_message.startswith(f"No such {kind}: ")


def test_every_type_of_the_sdk_can_be_read_and_knows_what_is_modelled():
    known = {route: set(fields_of(route.shape)) for route in ROUTES}
    modelled = {route: {name.partition(".")[0] for name in route.names} for route in ROUTES}

    assert not [route for route in ROUTES if not modelled[route] <= known[route]]


@given(st.dictionaries(names, nested, min_size=1, max_size=4))
def test_a_form_gives_the_values_back_that_it_was_made_of(values):
    assert decode(encode(values)) == values


@given(st.integers(-(10**17), 10**17), st.dictionaries(names, texts.filter(bool), max_size=3))
def test_a_text_of_the_form_becomes_the_number_it_was(amount, metadata):
    form = encode({"amount": amount, "metadata": metadata})

    expected = {"amount": amount} | ({"metadata": metadata} if metadata else {})
    assert check(sdk.RefundCreateParams, decode(form)) == expected


@given(
    st.text(min_size=1).filter(lambda text: not text.isascii() or not text.lstrip("-").isdigit())
)
def test_no_other_text_is_an_integer(text):
    with pytest.raises(Refusal, match="Invalid integer"):
        check(sdk.RefundCreateParams, {"amount": text})


@pytest.mark.parametrize("form", ["a=1&a[b]=2", "a[b]=2&a=1", "[a]=1", "a]=1", "a[[b]=1"])
def test_a_form_that_contradicts_itself_is_refused(form):
    with pytest.raises(Refusal, match="Invalid"):
        decode(form)


def test_a_form_is_as_the_sdk_writes_it():
    form = encode({"line_items": [{"quantity": 2}], "confirm": True, "expand": ["charge"]})

    assert unquote(form) == "confirm=true&expand[0]=charge&line_items[0][quantity]=2"


def test_items_may_be_sent_without_their_place():
    read = check(sdk.RefundRetrieveParams, decode("expand[]=charge&expand[]=payment_intent"))

    assert read == {"expand": ["charge", "payment_intent"]}
