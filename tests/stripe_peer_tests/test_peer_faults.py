"""What goes wrong on the way, and what a retry meets (F8, K13)."""

from __future__ import annotations

import pytest
import stripe

from factories.stripe_calls import NOON, a_payment, a_session
from stripe_peer import Clock, Fault, Peer, Server, client_of

KEY = {"idempotency_key": "order-7"}


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """The SDK tries again at once, instead of sleeping before."""
    monkeypatch.setattr(stripe.HTTPClient, "INITIAL_DELAY", 0)
    monkeypatch.setattr(stripe.HTTPClient, "MAX_DELAY", 0)


def sessions_of(api):
    return [session.id for session in api.v1.checkout.sessions.list().data]


@pytest.mark.parametrize(
    ("fault", "error", "done"),
    [
        (Fault.LOST_BEFORE, stripe.APIConnectionError, False),
        (Fault.LOST_AFTER, stripe.APIConnectionError, True),
        (Fault.HALF_ANSWERED, stripe.APIConnectionError, True),
        (Fault.RATE_LIMITED, stripe.RateLimitError, False),
        (Fault.DOWN, stripe.APIError, False),
        (Fault.NOT_JSON, stripe.APIError, False),
    ],
    ids=lambda value: value.name.lower() if isinstance(value, Fault) else None,
)
def test_f8_a_retry_with_the_same_key_makes_one_session(server, api, fault, error, done):
    server.faults.plan(fault, "POST", "/v1/checkout")

    with pytest.raises(error):
        api.v1.checkout.sessions.create(params=a_session(), options=KEY)
    after_failure = sessions_of(api)
    session = api.v1.checkout.sessions.create(params=a_session(), options=KEY)

    assert len(after_failure) == int(done)
    assert sessions_of(api) == [session.id]
    assert ("Idempotent-Replayed" in session.last_response.headers) is done


@pytest.mark.parametrize(
    "fault",
    [
        Fault.LOST_BEFORE,
        Fault.LOST_AFTER,
        Fault.RATE_LIMITED,
        Fault.DOWN,
    ],
    ids=lambda fault: fault.name.lower(),
)
def test_k13_the_sdk_tries_again_by_itself_and_one_payment_is_made(server, impatient, fault):
    server.faults.plan(fault)

    with client_of(server.url, retries=1) as api:
        paid = api.v1.payment_intents.create(params=a_payment())

        assert paid.status == "succeeded"
        assert len(api.v1.payment_intents.list().data) == 1
        assert len(api.v1.balance_transactions.list().data) == 1


def test_a_call_that_failed_is_not_tried_again_by_the_sdk(server, impatient):
    """Stripe-Should-Retry says that the same key would meet the same answer."""
    server.faults.plan(Fault.FAILED)

    with client_of(server.url, retries=2) as api:
        with pytest.raises(stripe.APIError) as failed:
            api.v1.payment_intents.create(params=a_payment())

        assert failed.value.headers["Stripe-Should-Retry"] == "false"
        assert api.v1.payment_intents.list().data == []


def test_a_lost_answer_without_a_key_makes_two_sessions(server, api):
    """What the key is for."""
    server.faults.plan(Fault.LOST_AFTER)

    with pytest.raises(stripe.APIConnectionError):
        api.v1.checkout.sessions.create(params=a_session(), options={"idempotency_key": "a"})
    api.v1.checkout.sessions.create(params=a_session(), options={"idempotency_key": "b"})

    assert len(sessions_of(api)) == 2


@pytest.mark.parametrize(("fault", "refunds"), [(Fault.DIES_BEFORE, 0), (Fault.DIES_AFTER, 1)])
def test_f14_a_server_that_dies_knows_afterwards_what_it_had_done(server, api, fault, refunds):
    # given
    paid = api.v1.payment_intents.create(params=a_payment())
    params = {"payment_intent": paid.id}
    server.faults.plan(fault, "POST", "/v1/refunds")

    # when
    with pytest.raises(stripe.APIConnectionError):
        api.v1.refunds.create(params=params, options=KEY)
    with pytest.raises(stripe.APIConnectionError):
        api.v1.refunds.create(params=params, options=KEY)
    server.start()
    survived = len(api.v1.refunds.list().data)
    refund = api.v1.refunds.create(params=params, options=KEY)

    # then
    assert survived == refunds
    assert [one.id for one in api.v1.refunds.list().data] == [refund.id]


def test_a_fault_strikes_the_call_it_is_meant_for_and_once(server, api):
    server.faults.plan(Fault.DOWN, "POST", "/v1/refunds")

    paid = api.v1.payment_intents.create(params=a_payment())
    with pytest.raises(stripe.APIError):
        api.v1.refunds.create(params={"payment_intent": paid.id})

    assert api.v1.refunds.create(params={"payment_intent": paid.id}).status == "succeeded"


def test_an_error_of_the_peer_itself_does_not_pass_for_a_lost_connection(account, monkeypatch):
    peer = Peer(account)
    monkeypatch.setattr(peer, "answer", lambda *_args, **_more: 1 / 0)

    with (
        pytest.raises(ExceptionGroup) as failed,
        Server(peer) as server,
        client_of(server.url) as api,
        pytest.raises(stripe.APIConnectionError),
    ):
        api.v1.balance.retrieve()

    assert failed.group_contains(ZeroDivisionError)


def test_a_moment_has_a_time_zone():
    with pytest.raises(ValueError, match="time zone"):
        Clock(NOON.replace(tzinfo=None))


def test_reading_can_fail_as_well(server, api):
    server.faults.plan(Fault.NOT_JSON, "GET", "/v1/balance")

    with pytest.raises(stripe.APIError, match="Invalid response body") as failed:
        api.v1.balance.retrieve()

    assert failed.value.http_status == 502
