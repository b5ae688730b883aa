"""One key, one answer (F8, F13): docs.stripe.com/api/idempotent_requests."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import stripe
from hypothesis import given, settings
from hypothesis import strategies as st

from factories.stripe_calls import NOON, a_payment, a_session
from stripe_peer import Account, Clock, Fault, Peer, Server, client_of

KEY = {"idempotency_key": "order-1"}


def sessions_of(api):
    return [session.id for session in api.v1.checkout.sessions.list().data]


def test_the_same_key_with_the_same_call_gives_the_first_answer(api):
    first = api.v1.checkout.sessions.create(params=a_session(), options=KEY)
    again = api.v1.checkout.sessions.create(params=a_session(), options=KEY)

    assert again.to_dict() == first.to_dict()
    assert sessions_of(api) == [first.id]


def test_an_answer_that_is_given_again_says_so(api):
    first = api.v1.checkout.sessions.create(params=a_session(), options=KEY)
    again = api.v1.checkout.sessions.create(params=a_session(), options=KEY)

    assert "Idempotent-Replayed" not in first.last_response.headers
    assert again.last_response.headers["Idempotent-Replayed"] == "true"
    assert again.last_response.headers["Original-Request"] == first.last_response.request_id
    assert again.last_response.request_id != first.last_response.request_id


def test_f13_the_same_key_with_another_amount_is_an_error_and_changes_nothing(api):
    first = api.v1.checkout.sessions.create(params=a_session(12_000), options=KEY)

    with pytest.raises(stripe.IdempotencyError, match="other than 'order-1'") as refused:
        api.v1.checkout.sessions.create(params=a_session(100), options=KEY)

    assert refused.value.http_status == 400
    assert sessions_of(api) == [first.id]
    assert api.v1.checkout.sessions.create(params=a_session(12_000), options=KEY).id == first.id


def test_f13_the_same_key_for_another_call_is_an_error(api):
    api.v1.checkout.sessions.create(params=a_session(), options=KEY)

    with pytest.raises(stripe.IdempotencyError):
        api.v1.payment_intents.create(params=a_payment(), options=KEY)

    assert api.v1.payment_intents.list().data == []


def test_the_order_of_parameters_is_no_difference(api):
    first = api.v1.checkout.sessions.create(params=a_session(), options=KEY)
    turned = dict(reversed(a_session().items()))

    assert api.v1.checkout.sessions.create(params=turned, options=KEY).id == first.id


def test_a_wrong_parameter_leaves_the_key_free(api):
    with pytest.raises(stripe.InvalidRequestError):
        api.v1.checkout.sessions.create(params=a_session(colour="red"), options=KEY)

    assert api.v1.checkout.sessions.create(params=a_session(), options=KEY).status == "open"


def test_a_refusal_of_the_bank_is_kept_under_the_key(api):
    declined = a_payment(method="pm_card_visa_chargeDeclined")
    with pytest.raises(stripe.CardError) as first:
        api.v1.payment_intents.create(params=declined, options=KEY)
    with pytest.raises(stripe.CardError) as again:
        api.v1.payment_intents.create(params=declined, options=KEY)

    assert again.value.json_body == first.value.json_body
    assert len(api.v1.payment_intents.list().data) == 1


def test_a_call_that_failed_keeps_failing_under_its_key_and_does_nothing(server, api):
    server.faults.plan(Fault.FAILED)
    with pytest.raises(stripe.APIError) as first:
        api.v1.checkout.sessions.create(params=a_session(), options=KEY)
    with pytest.raises(stripe.APIError) as again:
        api.v1.checkout.sessions.create(params=a_session(), options=KEY)

    assert (first.value.http_status, again.value.http_status) == (500, 500)
    assert again.value.headers["Idempotent-Replayed"] == "true"
    assert sessions_of(api) == []


def test_a_key_is_kept_for_a_day_and_is_new_after_it(api, clock):
    first = api.v1.checkout.sessions.create(params=a_session(), options=KEY)
    clock.advance(timedelta(hours=24, seconds=-1))
    same = api.v1.checkout.sessions.create(params=a_session(), options=KEY)
    clock.advance(timedelta(seconds=1))
    new = api.v1.checkout.sessions.create(params=a_session(), options=KEY)

    assert same.id == first.id
    assert new.id != first.id


def test_a_key_whose_call_is_going_on_is_a_conflict(server, api):
    # given
    held = server.faults.hold()
    with ThreadPoolExecutor(1) as others:
        slow = others.submit(api.v1.checkout.sessions.create, params=a_session(), options=KEY)
        assert held.begun.wait(5)

        # when
        with pytest.raises(stripe.APIError, match="another in-progress request") as refused:
            api.v1.checkout.sessions.create(params=a_session(), options=KEY)
        held.release()
        first = slow.result(5)

    # then
    assert (refused.value.http_status, refused.value.error.code) == (409, "idempotency_key_in_use")
    assert refused.value.headers["Stripe-Should-Retry"] == "true"
    assert api.v1.checkout.sessions.create(params=a_session(), options=KEY).id == first.id


def test_eight_callers_with_one_key_make_one_payment(server, api):
    def pay(_caller: int) -> str:
        with client_of(server.url, retries=0) as client:
            try:
                return client.v1.payment_intents.create(params=a_payment(), options=KEY).id
            except stripe.APIError as conflict:
                return conflict.error.code

    with ThreadPoolExecutor(8) as callers:
        answers = set(callers.map(pay, range(8)))

    (intent,) = api.v1.payment_intents.list().data
    assert intent.id in answers
    assert answers <= {intent.id, "idempotency_key_in_use"}


def test_reading_has_no_key(api):
    listed = api.v1.events.list(options=KEY).data
    api.v1.payment_intents.create(params=a_payment(), options=KEY)

    assert listed == []
    assert api.v1.events.list(options=KEY).data


def test_a_key_that_is_too_long_is_refused(api):
    with pytest.raises(stripe.InvalidRequestError, match="at most 255"):
        api.v1.checkout.sessions.create(params=a_session(), options={"idempotency_key": "k" * 256})


@settings(max_examples=20)
@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from([500, 700, 900])), max_size=8))
def test_a_key_stands_for_the_first_amount_that_it_was_used_with(calls):
    """However keys and amounts are mixed: one payment for each key, of its first amount."""
    with Server(Peer(Account(clock=Clock(NOON)))) as server, client_of(server.url) as api:
        first = {}
        for key, amount in calls:
            expected = first.setdefault(key, amount)
            try:
                made = api.v1.payment_intents.create(
                    params=a_payment(amount), options={"idempotency_key": key}
                )
            except stripe.IdempotencyError:
                assert amount != expected
            else:
                assert (made.amount, amount) == (expected, expected)

        kept = sorted(intent.amount for intent in api.v1.payment_intents.list().data)
        assert kept == sorted(first.values())
