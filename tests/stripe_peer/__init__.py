"""A small Stripe to test against: it speaks HTTP to the official SDK, and moves no money.

It refuses what Stripe refuses, remembers what Stripe remembers, signs its events as Stripe does,
and fails on demand where a network fails. What it does not model it refuses aloud (status 501)
instead of ignoring it: a test that passes here must not pass because nobody looked. Why it is
there, and how far it goes, is in docs/decisions/0030-a-peer-for-stripe.md.

    account = Account(clock=Clock(NOON))
    with Server(Peer(account)) as server, client_of(server.url) as stripe:
        session = stripe.v1.checkout.sessions.create({...})
        Payer(account).pay(session.id)

* clock        the time, which only the test moves
* account      what one Stripe account holds, and its settings; lock, store and fees stand beside it
* parameters   requests against the types of the SDK; ``encoding`` reads the form
* idempotency  one key, one answer
* customers, checkout, intents, charges, refunds, disputes, balance, events
               the objects, each with its rules
* payer, bank  what people and banks do, which no API call does
* answering    from a request to an answer; ``routes`` is the table of calls
* server       HTTP on this machine; ``faults`` is what goes wrong on the way
* delivery     events to an endpoint: signed, again and again, in any order, bent
"""

from stripe_peer.account import Account
from stripe_peer.answering import Peer
from stripe_peer.bank import Bank
from stripe_peer.client import client_of
from stripe_peer.clock import Clock
from stripe_peer.delivery import Courier, Endpoint
from stripe_peer.faults import Fault
from stripe_peer.payer import Payer, PayerCannot
from stripe_peer.server import Server

__all__ = [
    "Account",
    "Bank",
    "Clock",
    "Courier",
    "Endpoint",
    "Fault",
    "Payer",
    "PayerCannot",
    "Peer",
    "Server",
    "client_of",
]
