"""A peer for each test, and the official SDK to drive it."""

from __future__ import annotations

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from queue import Queue
from threading import Thread

import pytest
import stripe

from factories.stripe_calls import NOON
from stripe_peer import Account, Bank, Clock, Payer, Peer, Server, client_of


@pytest.fixture
def clock() -> Clock:
    return Clock(NOON)


@pytest.fixture
def account(clock: Clock) -> Account:
    return Account(clock=clock)


@pytest.fixture
def server(account: Account) -> Iterator[Server]:
    with Server(Peer(account)) as running:
        yield running


@pytest.fixture
def api(server: Server) -> Iterator[stripe.StripeClient]:
    with client_of(server.url) as client:
        yield client


@pytest.fixture
def payer(account: Account) -> Payer:
    return Payer(account)


@pytest.fixture
def bank(account: Account) -> Bank:
    return Bank(account)


@pytest.fixture
def mailbox() -> Iterator[tuple[str, Queue[tuple[bytes, dict[str, str]]]]]:
    """An address that takes every event, and the bodies and headers that came there."""
    letters: Queue[tuple[bytes, dict[str, str]]] = Queue()

    class Site(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            letters.put((body, dict(self.headers.items())))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing."""

    with HTTPServer(("127.0.0.1", 0), Site) as site:
        thread = Thread(target=site.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{site.server_port}/events", letters
        site.shutdown()
        thread.join()
