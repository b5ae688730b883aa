"""The official SDK, led to a peer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import requests
import stripe

TIMEOUT_SECONDS = 10


@contextmanager
def client_of(
    url: str, *, key: str = "sk_test_peer", retries: int = 0
) -> Iterator[stripe.StripeClient]:
    """A client of the SDK for the peer at an address.

    Args:
        url: where it listens.
        key: the account's secret key.
        retries: how often the SDK tries again by itself; it sleeps in between.
    """
    with requests.Session() as session:
        session.trust_env = False  # a proxy of this machine has no part in it
        yield stripe.StripeClient(
            key,
            base_addresses={"api": url},
            http_client=stripe.RequestsClient(session=session, timeout=TIMEOUT_SECONDS),
            max_network_retries=retries,
        )
