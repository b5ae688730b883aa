"""The calls that localstripe supports, against our peer and against it: the same sentences.

What only ours does (pages, disputes, fees, keys, retries) is in the other files.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from queue import Queue

import pytest
import stripe

import localstripe_process
from factories.stripe_calls import FEE, NOON, a_payment
from stripe_peer import Account, Clock, Courier, Endpoint, Peer, Server, client_of
from stripe_peer.delivery import post_to

SECRET = "whsec_both"
SECONDS = 10
ANY_AGE = 0  # localstripe lives in the time of the machine, ours in that of the test
EXPANDED = {"expand": ["latest_charge"]}
DECLINED = "pm_card_chargeCustomerFail"  # localstripe charges the cards that only say "declined"

Letter = tuple[bytes, dict[str, str]]


@dataclass
class Both:
    """One of the peers: its client, and how it comes to send events to an address."""

    api: stripe.StripeClient
    register: Callable[[str], None]
    deliver: Callable[[], object]


@pytest.fixture(scope="module")
def localstripe_url() -> Iterator[str]:
    with localstripe_process.running() as url:
        yield url


@pytest.fixture(params=["stripe_peer", pytest.param("localstripe", marks=pytest.mark.localstripe)])
def both(request: pytest.FixtureRequest) -> Iterator[Both]:
    if request.param == "localstripe":
        yield from its(request.getfixturevalue("localstripe_url"))
    else:
        yield from ours()


def its(url: str) -> Iterator[Both]:
    localstripe_process.ask("DELETE", f"{url}/_config/data")

    def register(address: str) -> None:
        localstripe_process.ask("POST", f"{url}/_config/webhooks/both", url=address, secret=SECRET)

    with client_of(url) as api:
        yield Both(api, register, deliver=lambda: None)  # it delivers by itself, a second later


def ours() -> Iterator[Both]:
    account = Account(clock=Clock(NOON))
    couriers: list[Courier] = []

    def register(address: str) -> None:
        couriers.append(Courier(account, Endpoint(receive=post_to(address), secret=SECRET)))

    with Server(Peer(account)) as server, client_of(server.url) as api:
        yield Both(api, register, deliver=lambda: [one.deliver_due() for one in couriers])


@pytest.fixture
def api(both: Both) -> stripe.StripeClient:
    return both.api


def pay(api, **more):
    return api.v1.payment_intents.create(params=a_payment(**more))


def test_a_customer_is_kept(api):
    made = api.v1.customers.create(
        params={"email": "amina@example.org", "metadata": {"learner": "7"}}
    )

    kept = api.v1.customers.retrieve(made.id)

    assert (kept.email, kept.metadata["learner"]) == ("amina@example.org", "7")


def test_a_card_is_charged_at_once(api):
    paid = pay(api)

    latest = api.v1.payment_intents.retrieve(paid.id, EXPANDED).latest_charge
    charge = api.v1.charges.retrieve(latest.id)
    assert (paid.status, paid.amount, paid.currency) == ("succeeded", FEE, "usd")
    assert (charge.status, charge.paid, charge.captured, charge.amount) == (
        "succeeded",
        True,
        True,
        FEE,
    )
    assert charge.payment_intent == paid.id


def test_a_payment_is_confirmed_by_a_second_call(api):
    wish = pay(api, confirm=False)

    paid = api.v1.payment_intents.confirm(wish.id)

    assert (wish.status, paid.status) == ("requires_confirmation", "succeeded")


def test_a_declined_card_is_a_card_error(api):
    with pytest.raises(stripe.CardError) as declined:
        pay(api, method=DECLINED)

    assert (declined.value.http_status, declined.value.code) == (402, "card_declined")


def test_reserved_money_is_captured(api):
    reserved = pay(api, capture_method="manual")

    captured = api.v1.payment_intents.capture(reserved.id)

    assert (reserved.status, captured.status) == ("requires_capture", "succeeded")


def test_a_payment_that_was_not_made_is_canceled(api):
    wish = pay(api, confirm=False)

    assert api.v1.payment_intents.cancel(wish.id).status == "canceled"
    with pytest.raises(stripe.InvalidRequestError):
        api.v1.payment_intents.confirm(wish.id)


def test_a_payment_that_was_made_is_not_canceled(api):
    paid = pay(api)

    with pytest.raises(stripe.InvalidRequestError):
        api.v1.payment_intents.cancel(paid.id)

    assert api.v1.payment_intents.retrieve(paid.id).status == "succeeded"


def test_a_payment_is_given_back_in_parts(api):
    paid = pay(api)
    parts = [5_000, 7_000]

    refunds = [
        api.v1.refunds.create(params={"payment_intent": paid.id, "amount": part}) for part in parts
    ]

    charge = api.v1.payment_intents.retrieve(paid.id, EXPANDED).latest_charge
    listed = api.v1.refunds.list(params={"payment_intent": paid.id}).data
    assert [refund.status for refund in refunds] == ["succeeded", "succeeded"]
    assert {refund.id for refund in listed} == {refund.id for refund in refunds}
    assert (charge.amount_refunded, charge.refunded) == (sum(parts), True)


def test_a_refund_without_an_amount_is_of_the_whole(api):
    paid = pay(api)

    assert api.v1.refunds.create(params={"payment_intent": paid.id}).amount == FEE


def test_a_refund_of_a_failed_payment_is_refused(api):
    with pytest.raises(stripe.CardError):
        pay(api, method=DECLINED)
    (failed,) = api.v1.payment_intents.list().data

    with pytest.raises(stripe.InvalidRequestError) as refused:
        api.v1.refunds.create(params={"payment_intent": failed.id})

    assert refused.value.http_status == 400


def test_charge_and_refund_are_movements_of_the_balance(api):
    paid = pay(api)
    refund = api.v1.refunds.create(params={"payment_intent": paid.id, "amount": 5_000})

    moved = api.v1.balance_transactions.retrieve(refund.balance_transaction)

    assert (moved.amount, moved.type, moved.source) == (-5_000, "refund", refund.id)
    assert {one.amount for one in api.v1.balance_transactions.list().data} == {FEE, -5_000}


@pytest.mark.parametrize(
    "retrieve",
    [
        lambda api: api.v1.payment_intents.retrieve("pi_1"),
        lambda api: api.v1.charges.retrieve("ch_1"),
        lambda api: api.v1.refunds.retrieve("re_1"),
        lambda api: api.v1.customers.retrieve("cus_1"),
        lambda api: api.v1.events.retrieve("evt_1"),
    ],
)
def test_what_is_not_there_is_not_found(api, retrieve):
    with pytest.raises(stripe.InvalidRequestError) as refused:
        retrieve(api)

    assert refused.value.http_status == 404


@pytest.mark.parametrize(
    "params",
    [
        {"amount": FEE},
        {"currency": "usd"},
        {"amount": "many", "currency": "usd"},
        {"amount": 0, "currency": "usd"},
        {"amount": -FEE, "currency": "usd"},
        {"amount": FEE, "currency": "usd", "colour": "red"},
        {"amount": FEE, "currency": "usd", "capture_method": "someday"},
    ],
)
def test_a_payment_that_makes_no_sense_is_refused(api, params):
    with pytest.raises(stripe.InvalidRequestError) as refused:
        api.v1.payment_intents.create(params=params)

    assert refused.value.http_status == 400
    assert api.v1.payment_intents.list().data == []


def test_somebody_without_a_key_is_not_let_in(api):
    with pytest.raises(stripe.AuthenticationError):
        api.v1.balance_transactions.list(options={"api_key": "pk_nobody"})


def test_what_happened_is_told(api):
    paid = pay(api)

    (event,) = api.v1.events.list(params={"type": "payment_intent.succeeded"}).data

    assert event.data.object.id == paid.id
    assert event.data.object.amount == FEE


def letter_about(intent_id: str, letters: Queue[Letter]) -> Letter:
    """The event that says that this payment was made; localstripe still delivers older ones."""
    while True:
        body, headers = letters.get(timeout=SECONDS)
        if b'"payment_intent.succeeded"' in body and intent_id.encode() in body:
            return body, headers


def test_an_event_is_signed_so_that_the_sdk_believes_it(both, mailbox):
    url, letters = mailbox
    both.register(url)
    wish = pay(both.api, confirm=False)
    both.api.v1.payment_intents.confirm(wish.id)

    both.deliver()
    body, headers = letter_about(wish.id, letters)
    event = stripe.Webhook.construct_event(body, headers["Stripe-Signature"], SECRET, ANY_AGE)
    assert event.data.object.id == wish.id
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.Webhook.construct_event(body, headers["Stripe-Signature"], "whsec_other", ANY_AGE)
