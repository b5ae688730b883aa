"""F14, K11: a worker dies between any two steps of a payment or of a refund.

Every statement, every commit and every call of the provider is a point of death. Whatever is left
then, each documented way on comes to the end that there would have been without it: the button is
pressed again, ``fee_payments_settle`` runs, the provider's events come again, ``--fix`` of
``fee_payments_reconcile`` (``tests/deaths.py``).
"""

from __future__ import annotations

import copy
import itertools
import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import timedelta

import pytest

import killed
from deaths import BOUNDARIES, World, all_ends_are_one, every_death, every_killing
from factories import fee_payments as make
from factories import institution_seats as institutions
from factories import waiver_policy as waiver
from fairgate import clock
from fairgate.money import Money
from fee_payments import api
from fee_payments.data import OrderState
from fee_payments.exceptions import OrderNotOpen
from fee_payments.models import Order, Payment, Refund, RefundRequest, SandboxSession
from fee_payments.providers import sandbox, sandbox_book
from stripe_peer import Account, Clock, Courier, Endpoint, Payer, Peer, Server

pytestmark = pytest.mark.django_db(transaction=True)

NOW = make.NOON + timedelta(hours=1)
OFFICER = 9
SEAT = institutions.SEAT


@pytest.fixture(autouse=True)
def one_hour_after_noon(monkeypatch, database):
    if database != "sqlite":
        pytest.skip("Each statement on SQLite; on MariaDB real processes are killed.")
    monkeypatch.setattr(clock, "_source", lambda: NOW)
    # The only name by chance that is no uuid.
    monkeypatch.setattr(sandbox_book.secrets, "token_urlsafe", lambda length: "token")


@pytest.fixture
def chance(monkeypatch):
    return killed.Chance(monkeypatch)


class AtSandbox:
    """The payer, and what the provider has, where the provider is the sandbox."""

    name = "sandbox"
    kept = None  # its book is in the database

    def pay(self) -> None:
        """The payer presses the button, again if need be, and the event comes."""
        make.send(sandbox.settle("token", outcome="paid", at=NOW), at=NOW)

    def tell(self) -> None:
        """What is told of a refund comes, and comes again."""
        event = {
            "id": "evt_refund", "type": "refund.done", "created": NOW.isoformat(),
            "reference": "token",
        }  # fmt: skip
        for _ in range(2):
            make.send(json.dumps(event).encode(), at=NOW)

    def moved(self) -> list[int]:
        """The refunds that it has made."""
        return sorted(SandboxSession.objects.get().refunded.values())

    def keep(self) -> None:
        """Nothing of it is elsewhere."""

    def go_back(self, kept: None) -> None:
        """As ``keep``."""


class AtStripe:
    """The same at Stripe, by HTTP to the peer."""

    name = "stripe"
    _told = 0  # how many events tell of the payment alone

    def __init__(self, account: Account, server: Server) -> None:
        self._store, self._keys = account.store, server.peer._keys
        self._payer = Payer(account)
        self._courier = Courier(account, Endpoint(receive=self._receive))

    def _receive(self, body: bytes, headers: Mapping[str, str]) -> int:
        api.receive_event("stripe", body, headers, at=NOW)
        return 200

    def pay(self) -> None:
        payment = Payment.objects.get()
        if self._store.get("checkout.session", payment.reference)["status"] == "open":
            self._payer.pay(payment.reference)
        events = list(self._store.oldest("event"))
        paid = [one["id"] for one in events if one["type"] == "checkout.session.completed"]
        self._courier.send(paid * 2)
        self._told = len(events)

    def tell(self) -> None:
        events = [event["id"] for event in self._store.oldest("event")]
        self._courier.send(events[self._told :] * 2)

    def moved(self) -> list[int]:
        return sorted(refund["amount"] for refund in self._store.oldest("refund"))

    def keep(self):
        number = next(self._store._count)
        self._store._count = itertools.count(number)
        return copy.deepcopy((self._store._objects, self._store.notes, self._keys._entries)), number

    def go_back(self, kept) -> None:
        state, number = kept
        self._store._objects, self._store.notes, self._keys._entries = copy.deepcopy(state)
        self._store._count = itertools.count(number)


@pytest.fixture
def at_sandbox() -> AtSandbox:
    return AtSandbox()


@pytest.fixture
def at_stripe(settings) -> Iterator[AtStripe]:
    account = Account(clock=Clock(NOW))
    with Server(Peer(account)) as server:
        settings.FEE_PAYMENTS_PROVIDERS = {
            "stripe": {
                "secret_key": "sk_test_peer", "webhook_secrets": ["whsec_peer"],
                "base_url": server.url, "max_network_retries": 0, "timeout": 5,
            }
        }  # fmt: skip
        yield AtStripe(account, server)


@pytest.fixture(params=["sandbox", "stripe"])
def peer(request):
    return request.getfixturevalue(f"at_{request.param}")


def two_fees(**changes):
    make.offering(capacity=5, **changes)
    exam = Money("10.00", "USD")
    make.offering("exam", title="The examination", capacity=5, prices=(make.price(exam),))


def waived_fees():
    """The course costs a learner of a SIDS a quarter; the fund pays the rest of what it costs."""
    waiver.programme(fund="60.00")
    two_fees(waivable=True, full_seat_cost=Money("15.00", "USD"))


SELA = make.learner(2, country="FJ")


def ordered(peer, who=SELA, codes=("spectrum", "exam")):
    """From the button to the provider's page; the same again is the same order."""
    placed = make.order_of(who, *codes, at=NOW, key="one")
    with suppress(OrderNotOpen):  # it is paid
        api.start_payment(
            placed.uuid, user_id=who.user_id, provider=peer.name, return_url=make.RETURN_URL, at=NOW
        )


@pytest.fixture
def sold(peer):
    """A course of which a part is waived, and an examination: paid, in one order."""
    waived_fees()
    ordered(peer)
    peer.pay()
    assert Order.objects.get().state == OrderState.PAID


def refund(**wanted):
    return api.refund(
        Order.objects.get().uuid, key="one", reason="asked", by=OFFICER, at=NOW, **wanted
    )


def line(code):
    return Order.objects.get().lines.get(offering__code=code).uuid


REFUNDS = {
    "line": lambda: refund(parts={line("exam"): Money("10.00", "USD")}),
    "part of a line": lambda: refund(parts={line("spectrum"): Money("7.77", "USD")}),
}


@pytest.mark.usefixtures("sold")
@pytest.mark.parametrize("peer", ["sandbox"], indirect=True)
def test_who_is_killed_leaves_what_one_sees_who_watches_a_life(peer, chance):
    world = World(peer, chance)
    start, seen, steps = every_death(world, REFUNDS["line"])
    world.go_back(start, life=1_000)
    _, left, killings = every_killing(world, REFUNDS["line"])
    assert (list(left), killings) == (list(seen), steps)
    assert [died_at for died_at, _ in left.values()][:-1] == [
        died_at for died_at, _ in seen.values()
    ][:-1]


def asked_and_granted():
    """The learner asks, once; somebody else grants what is there, again after a crash."""
    if not RefundRequest.objects.exists():
        uuid = Order.objects.get().uuid
        api.ask_for_refund(uuid, user_id=SELA.user_id, reason="I cannot come.", at=NOW)
    api.grant_refund_request(RefundRequest.objects.get().uuid, by=OFFICER, at=NOW)


@pytest.mark.usefixtures("sold")
@pytest.mark.parametrize("peer", ["sandbox"], indirect=True)
@pytest.mark.parametrize("what", REFUNDS)
def test_f14_k11_a_refund_whose_worker_dies_at_any_step_is_made_once(peer, chance, what):
    all_ends_are_one(peer, chance, REFUNDS[what], least=60)
    assert len(peer.moved()) == Refund.objects.count() == 1


@pytest.mark.usefixtures("sold")
@pytest.mark.parametrize("peer", ["sandbox"], indirect=True)
def test_f14_k11_a_refund_that_a_learner_asks_for_is_made_once_whoever_dies(peer, chance):
    all_ends_are_one(peer, chance, asked_and_granted, least=80)
    assert (peer.moved(), Order.objects.get().state) == ([4_000], OrderState.REFUNDED)


@pytest.mark.usefixtures("sold")
@pytest.mark.parametrize("peer", ["stripe"], indirect=True)
def test_f14_k13_a_refund_at_stripe_is_made_once_whichever_commit_or_answer_is_lost(peer, chance):
    all_ends_are_one(peer, chance, asked_and_granted, counts=BOUNDARIES, least=10)
    assert (peer.moved(), Order.objects.get().state) == ([4_000], OrderState.REFUNDED)


@pytest.mark.usefixtures("sold")
@pytest.mark.parametrize("peer", ["sandbox"], indirect=True)
def test_f14_k11_an_event_of_a_refund_whose_worker_dies_at_any_step_is_worked_once(peer, chance):
    # given: the provider has refunded, and who asked it died with the answer
    with killed.worker(dies_at=2, counts=("call",)):
        refund()
    assert (len(peer.moved()), Refund.objects.get().refunded_at) == (1, None)
    # then: whoever takes down what the provider tells may die as well
    all_ends_are_one(peer, chance, peer.tell, tell=refund, least=60)
    assert len(peer.moved()) == Refund.objects.count() == 1


@pytest.mark.parametrize("peer", ["sandbox"], indirect=True)
def test_f14_k11_a_seat_of_an_institution_whose_refund_dies_at_any_step_goes_once(peer, chance):
    institutions.offering(capacity=10)
    pool = institutions.pool(seats=2)
    all_ends_are_one(peer, chance, lambda: refund(parts={line("spectrum"): SEAT}), least=60)
    counts = api.pool(pool.uuid, by=institutions.COORDINATOR, at=NOW).counts
    assert (peer.moved(), counts.free, counts.withdrawn) == ([8_000], 1, 1)


def test_f14_k11_a_payment_whose_worker_dies_at_any_step_is_taken_once(peer, chance):
    """At Stripe where something is left behind: the statements are the same."""
    waived_fees()

    def press():
        ordered(peer)
        peer.pay()

    at_stripe = peer.name == "stripe"
    how = {"counts": BOUNDARIES, "least": 10} if at_stripe else {"least": 150}
    all_ends_are_one(peer, chance, press, tell=lambda: None, **how)
    assert (Payment.objects.count(), Order.objects.get().state) == (1, OrderState.PAID)
