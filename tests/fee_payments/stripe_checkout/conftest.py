"""The suite with Stripe as its only provider: the official SDK, led by HTTP to the peer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest

from factories import fee_payments as make
from fee_payments import api
from fee_payments.exceptions import InvalidEvent
from stripe_peer import Account, Bank, Clock, Courier, Endpoint, Payer, Peer, Server

SECRET = "whsec_peer"


@pytest.fixture
def clock() -> Clock:
    return Clock(make.NOON)


@pytest.fixture
def account(clock: Clock) -> Account:
    return Account(clock=clock)


@pytest.fixture
def server(account: Account) -> Iterator[Server]:
    with Server(Peer(account)) as running:
        yield running


@pytest.fixture(autouse=True)
def options(server: Server, settings) -> dict[str, object]:
    """The options of the provider; a test may change them."""
    chosen = {
        "secret_key": "sk_test_peer",
        "webhook_secrets": [SECRET],
        "base_url": server.url,
        "max_network_retries": 0,
        "timeout": 5,
    }
    settings.FEE_PAYMENTS_PROVIDERS = {"stripe": chosen}
    return chosen


@pytest.fixture
def payer(account: Account) -> Payer:
    return Payer(account)


@pytest.fixture
def bank(account: Account) -> Bank:
    return Bank(account)


@pytest.fixture
def courier(account: Account) -> Courier:
    """Brings events to our inbox, where they are worked at once."""

    def receive(body: bytes, headers: Mapping[str, str]) -> int:
        try:
            api.receive_event("stripe", body, headers, at=account.clock.now)
        except InvalidEvent:
            return 400
        return 200

    return Courier(account, Endpoint(receive=receive, secret=SECRET))


@pytest.fixture
def started():
    """A payment that was started at Stripe, for one course at 120 dollars."""
    make.offering()
    return make.payment(make.order(make.learner()), provider="stripe")
