"""What happened, as it was at that moment, and why (K16)."""

from __future__ import annotations

from datetime import timedelta

import stripe

from factories.stripe_calls import FEE, a_payment, a_session
from stripe_peer import Account, Peer, Server, client_of


def only(api, kind):
    """The one event of a type."""
    (event,) = api.v1.events.list(params={"type": kind}).data
    return event


def test_an_event_shows_its_object_as_it_was_then(api):
    paid = api.v1.payment_intents.create(params=a_payment(expand=["latest_charge"]))
    api.v1.refunds.create(params={"payment_intent": paid.id})

    then = only(api, "charge.succeeded").data.object

    assert then.id == paid.latest_charge.id
    assert (then.amount_refunded, then.refunded) == (0, False)
    assert api.v1.charges.retrieve(then.id).amount_refunded == FEE


def test_an_event_names_the_request_and_the_key_that_caused_it(api):
    paid = api.v1.payment_intents.create(params=a_payment(), options={"idempotency_key": "order-7"})

    caused = only(api, "payment_intent.succeeded").request

    assert caused.id == paid.last_response.request_id
    assert caused.idempotency_key == "order-7"


def test_what_a_payer_did_has_no_request(api, payer):
    session = api.v1.checkout.sessions.create(params=a_session())
    payer.pay(session.id)

    caused = only(api, "checkout.session.completed").request

    assert (caused.id, caused.idempotency_key) == (None, None)


def test_a_request_without_a_key_is_named_all_the_same(api):
    paid = api.v1.payment_intents.create(
        params=a_payment(), options={"headers": {"Idempotency-Key": ""}}
    )

    caused = only(api, "payment_intent.succeeded").request
    assert (caused.id, caused.idempotency_key) == (paid.last_response.request_id, None)


def test_an_event_has_the_version_of_the_account_and_its_moment(api, clock):
    api.v1.payment_intents.create(params=a_payment())

    event = only(api, "payment_intent.succeeded")

    assert event.api_version == stripe.api_version
    assert (event.created, event.livemode) == (clock.seconds, False)


def test_k16_an_account_in_live_mode_says_so_everywhere(clock):
    account = Account(clock=clock, livemode=True, secret_key="sk_live_peer")
    with (
        Server(Peer(account)) as server,
        client_of(server.url, key="sk_live_peer") as api,
    ):
        api.v1.payment_intents.create(params=a_payment())

        event = only(api, "payment_intent.succeeded")

    assert (event.livemode, event.data.object.livemode) == (True, True)


def test_an_event_can_be_asked_for_by_its_id_and_its_types(api):
    api.v1.payment_intents.create(params=a_payment())
    wanted = ["charge.succeeded", "payment_intent.succeeded"]

    listed = api.v1.events.list(params={"types": wanted}).data

    assert sorted(event.type for event in listed) == wanted
    assert [api.v1.events.retrieve(one.id).to_dict() for one in listed] == [
        one.to_dict() for one in listed
    ]


def test_an_update_says_what_was_before(api, bank):
    paid = api.v1.payment_intents.create(params=a_payment(method="pm_card_pendingRefund"))
    api.v1.refunds.create(params={"payment_intent": paid.id})
    bank.carry_out_refunds()

    updated = only(api, "refund.updated").data

    assert updated.previous_attributes.to_dict() == {"status": "pending"}
    assert updated.object.status == "succeeded"


def test_events_since_a_moment(api, clock, bank):
    paid = api.v1.payment_intents.create(params=a_payment(expand=["latest_charge"]))
    before = clock.seconds
    clock.advance(timedelta(hours=1))
    bank.dispute(paid.latest_charge.id)

    since = api.v1.events.list(params={"created": {"gt": before}}).data
    then = api.v1.events.list(params={"created": before, "limit": 100}).data

    assert {event.created for event in then} == {before}
    assert {event.created for event in since} == {before + 3600}
