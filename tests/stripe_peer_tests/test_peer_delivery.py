"""Events at an endpoint: signed, again, out of order, and bent (F2 to F5, K6 to K8)."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import pairwise
from types import SimpleNamespace

import pytest
import stripe
from hypothesis import given
from hypothesis import strategies as st

from factories.stripe_calls import FEE, NOON, a_payment, a_session
from stripe_peer import Account, Clock, Courier, Endpoint, Payer, Peer, Server, client_of
from stripe_peer.delivery import LIVE, SANDBOX, Bent, post_to

SECRET = "whsec_endpoint"
NOWHERE = "http://127.0.0.1:1/events"  # nobody listens at the first port


@dataclass
class Receiver:
    """An endpoint as our own code would have it: the SDK verifies, each event counts once."""

    clock: Clock
    secrets: list[str] = field(default_factory=lambda: [SECRET])
    answers: list[int] = field(default_factory=list)
    taken: list[stripe.Event] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    def __call__(self, body: bytes, headers: Mapping[str, str]) -> int:
        event, why = None, ""
        for secret in self.secrets:
            try:
                event = stripe.Webhook.construct_event(
                    body, headers.get("Stripe-Signature"), secret
                )
            except stripe.SignatureVerificationError as error:
                why = str(error)
        if event is None:
            self.refused.append(why)
            return 400
        status = self.answers.pop(0) if self.answers else 200
        if status == 200:
            self.taken.append(event)
        return status

    @property
    def kinds(self) -> list[str]:
        """The types of what was taken, in the order of its arrival."""
        return [event.type for event in self.taken]


@pytest.fixture
def receiver(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Receiver:
    # The SDK compares with the time of the machine; here it is that of the test.
    standing = SimpleNamespace(time=lambda: clock.now.timestamp())
    monkeypatch.setattr("stripe._webhook.time", standing)
    return Receiver(clock)


@pytest.fixture
def endpoint(receiver: Receiver) -> Endpoint:
    return Endpoint(receive=receiver, secret=SECRET)


@pytest.fixture
def courier(account: Account, endpoint: Endpoint) -> Courier:
    return Courier(account, endpoint)


@pytest.fixture
def paid(api: stripe.StripeClient, payer: Payer) -> stripe.checkout.Session:
    """A session that was paid by card."""
    session = api.v1.checkout.sessions.create(params=a_session())
    payer.pay(session.id)
    return api.v1.checkout.sessions.retrieve(session.id)


def event_of(api, kind):
    (event,) = api.v1.events.list(params={"type": kind}).data
    return event.id


def test_what_happens_arrives_in_order_and_verified_by_the_sdk(paid, courier, receiver):
    courier.deliver_due()

    assert receiver.kinds == [
        "payment_intent.created",
        "charge.succeeded",
        "payment_intent.succeeded",
        "checkout.session.completed",
        "charge.updated",
    ]
    assert courier.next_due is None


def test_what_arrives_is_what_the_api_shows(api, paid, courier, receiver):
    courier.deliver_due()

    (completed,) = [one for one in receiver.taken if one.type == "checkout.session.completed"]
    assert completed.to_dict() == api.v1.events.retrieve(completed.id).to_dict()
    assert completed.data.object.amount_total == FEE
    assert completed.api_version == stripe.api_version


def test_an_endpoint_gets_the_types_that_it_asked_for(paid, account, receiver):
    wanted = frozenset({"checkout.session.completed"})
    Courier(account, Endpoint(receive=receiver, secret=SECRET, kinds=wanted)).deliver_due()

    assert receiver.kinds == ["checkout.session.completed"]


def test_f16_what_was_not_taken_comes_again_later_each_time(paid, courier, receiver, clock):
    courier.endpoint.kinds = frozenset({"checkout.session.completed"})
    receiver.answers = [500, 302, 0, 200]
    waits = []

    while (due := courier.next_due) is not None:
        waits.append(due - clock.now)
        clock.advance(due - clock.now)
        courier.deliver_due()

    assert waits == [timedelta(0), *LIVE[:3]]
    assert [attempt.number for attempt in courier.attempts] == [1, 2, 3, 4]
    assert [attempt.arrived for attempt in courier.attempts] == [False, False, False, True]
    assert receiver.kinds == ["checkout.session.completed"]


@pytest.mark.parametrize(
    ("waits", "tries", "within"),
    [(LIVE, 10, timedelta(days=3)), (SANDBOX, 4, timedelta(hours=12))],
    ids=["live", "sandbox"],
)
def test_nobody_is_asked_for_ever(paid, account, endpoint, receiver, clock, waits, tries, within):
    begun = clock.now
    endpoint.kinds = frozenset({"checkout.session.completed"})
    receiver.answers = [500] * 50
    courier = Courier(account, endpoint, waits=waits)

    while (due := courier.next_due) is not None:
        clock.advance(due - clock.now)
        courier.deliver_due()

    assert len(courier.attempts) == tries
    assert clock.now - begun <= within
    assert receiver.taken == []


def test_waits_grow():
    assert all(later == 2 * sooner for sooner, later in pairwise(LIVE))


def test_every_try_is_signed_with_its_own_time(paid, courier, receiver, clock):
    """A retry after hours is no replay: its signature is new."""
    courier.endpoint.kinds = frozenset({"checkout.session.completed"})
    receiver.answers = [500]
    courier.deliver_due()
    clock.advance(timedelta(hours=1))
    courier.deliver_due()

    assert receiver.kinds == ["checkout.session.completed"]
    assert receiver.refused == []


def test_f4_an_event_can_come_twice(api, paid, courier, receiver):
    completed = event_of(api, "checkout.session.completed")

    courier.send([completed, completed])

    assert [event.id for event in receiver.taken] == [completed, completed]


def test_f5_events_can_come_in_any_order(api, paid, courier, receiver):
    api.v1.refunds.create(params={"payment_intent": paid.payment_intent})
    listed = [event.id for event in api.v1.events.list(params={"limit": 100}).data]

    courier.send(listed)

    assert receiver.kinds[0] == "charge.refunded"
    assert receiver.kinds[-1] == "payment_intent.created"
    assert {event.id for event in receiver.taken} == set(listed)


def test_an_event_can_be_late(api, paid, courier, receiver, clock):
    completed = event_of(api, "checkout.session.completed")
    courier.postpone(completed, timedelta(hours=2))

    courier.deliver_due()
    before = list(receiver.kinds)
    clock.advance(timedelta(hours=2))
    courier.deliver_due()

    assert "checkout.session.completed" not in before
    assert receiver.kinds == [*before, "checkout.session.completed"]


def test_t19_a_well_signed_event_can_name_another_amount(api, paid, courier, receiver):
    completed = event_of(api, "checkout.session.completed")

    courier.send([completed], Bent(signed={"data.object.amount_total": FEE - 1}))

    (event,) = receiver.taken
    assert event.data.object.amount_total == FEE - 1
    assert api.v1.checkout.sessions.retrieve(paid.id).amount_total == FEE


@pytest.mark.parametrize(
    ("bent", "why"),
    [
        pytest.param(
            Bent(unsigned={"data.object.amount_total": 1}), "No signatures found matching",
            id="changed-on-the-way",
        ),
        pytest.param(Bent(secret="whsec_guess"), "No signatures found matching", id="other-secret"),
        pytest.param(Bent(header=""), "No Stripe-Signature header", id="unsigned"),
        pytest.param(
            Bent(header="t=1793620800,v0=6ffbb59b"), "No signatures found with expected scheme",
            id="only-v0",
        ),
        pytest.param(Bent(header="v1=6ffbb59b"), "Unable to extract timestamp", id="no-time"),
        pytest.param(
            Bent(age=timedelta(seconds=301)), "Timestamp outside the tolerance", id="f3-stale"
        ),
    ],
)  # fmt: skip
def test_f2_a_forged_event_is_refused_by_the_sdk(api, paid, courier, receiver, bent, why):
    completed = event_of(api, "checkout.session.completed")

    (attempt,) = courier.send([completed], bent)

    assert (attempt.status, receiver.taken) == (400, [])
    assert receiver.refused[0].startswith(why)


def test_f3_five_minutes_are_still_fresh(api, paid, courier, receiver):
    completed = event_of(api, "checkout.session.completed")

    courier.send([completed], Bent(age=timedelta(seconds=300)))

    assert receiver.kinds == ["checkout.session.completed"]


@pytest.mark.parametrize("known", [SECRET, "whsec_new"], ids=["old", "new"])
def test_k8_while_a_secret_is_rolled_both_are_good(paid, courier, receiver, clock, known):
    receiver.secrets = [known]
    courier.endpoint.roll("whsec_new", at=clock.now)

    clock.advance(timedelta(hours=24, seconds=-1))
    courier.deliver_due()

    assert len(receiver.taken) == 5
    assert receiver.refused == []


def test_k8_a_rolled_secret_ends_after_a_day(paid, courier, receiver, clock):
    courier.endpoint.roll("whsec_new", at=clock.now)
    clock.advance(timedelta(hours=24))

    courier.deliver_due()
    receiver.secrets = ["whsec_new"]
    clock.advance(LIVE[0])
    courier.deliver_due()

    assert len(receiver.refused) == len(receiver.taken) == 5


def test_a_page_that_nobody_paid_says_so_when_its_time_is_over(api, courier, receiver, clock):
    api.v1.checkout.sessions.create(params=a_session())
    clock.advance(timedelta(hours=24))

    courier.deliver_due()

    assert receiver.kinds == ["checkout.session.expired"]


def test_events_go_to_an_address_as_well(api, account, mailbox):
    url, letters = mailbox
    api.v1.payment_intents.create(params=a_payment())

    attempts = Courier(account, Endpoint(receive=post_to(url))).deliver_due()

    bodies = [letters.get_nowait()[0] for _attempt in attempts]
    assert {attempt.status for attempt in attempts} == {200}
    assert [json.loads(body)["id"] for body in bodies] == [one.event_id for one in attempts]


def test_a_site_that_is_not_there_is_asked_again(api, account, clock):
    api.v1.payment_intents.create(params=a_payment())
    courier = Courier(account, Endpoint(receive=post_to(NOWHERE)))

    attempts = courier.deliver_due()

    assert {attempt.status for attempt in attempts} == {0}
    assert courier.next_due == clock.now + LIVE[0]


@given(st.lists(st.sampled_from([200, 204, 400, 404, 429, 500, 503]), max_size=30))
def test_every_event_is_taken_once_or_given_up(answers):
    """Whatever an endpoint answers: tries stop at the first 2xx, and at ten."""
    clock = Clock(NOON)
    account = Account(clock=clock)
    with Server(Peer(account)) as server, client_of(server.url) as api:
        api.v1.payment_intents.create(params={"amount": FEE, "currency": "usd"})
    left = list(answers)
    courier = Courier(account, Endpoint(receive=lambda *_: left.pop(0) if left else 200))

    while (due := courier.next_due) is not None:
        clock.advance(due - clock.now)
        courier.deliver_due()

    tries = Counter(attempt.event_id for attempt in courier.attempts)
    arrived = [attempt.event_id for attempt in courier.attempts if attempt.arrived]
    assert len(arrived) == len(set(arrived))
    assert all(count == len(LIVE) + 1 or one in arrived for one, count in tries.items())
