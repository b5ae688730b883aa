"""F14: a real process on MariaDB, killed by SIGKILL in the middle of a payment or of a refund.

At a handful of steps; ``test_killed_workers.py`` has every one of them, in one process.
"""

from __future__ import annotations

import threading
from functools import partial
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection

from factories import fee_payments as make
from factories import mortal_acts as acts
from fairgate import clock
from fairgate.money import Money
from fee_payments import api
from fee_payments.models import (
    Entitlement,
    Offering,
    Order,
    OrderLine,
    Payment,
    ProviderEvent,
    Refund,
    SandboxSession,
)
from mortal_workers import Workers
from revenue_share import api as books
from revenue_share.models import RevenueEvent

pytestmark = pytest.mark.mariadb

LEARNER = 1001

# Of a payment these are committed: the attempt, the provider's page, that it is paid there, the
# event, and what the event means.
PAYMENT = {
    "the attempt is written, the provider not asked": (1, "before Sandbox.start"),
    "the provider has answered, nobody knows": (1, "after Sandbox.start"),
    "the event is stored and not worked": (4, "after the commit"),
    "the money is counted and the seat not open": (1, "INSERT INTO `fee_payments_entitlement`"),
    "all is written and nothing committed": (5, "before the commit"),
    "all is committed and nobody told": (5, "after the commit"),
}
# Of a refund: what is held back, what the provider has done, and that it is done.
REFUND = {
    "the refund is written and its parts are not": (1, "INSERT INTO `fee_payments_refundpart`"),
    "it is held back, the provider not asked": (1, "before Sandbox.refund"),
    "the provider has refunded, nobody knows": (1, "after Sandbox.refund"),
    "it is done and the right not ended": (1, "UPDATE `fee_payments_entitlement`"),
    "all is written and nothing committed": (3, "before the commit"),
    "all is committed and nobody told": (3, "after the commit"),
}


@pytest.fixture(scope="module")
def workers(mariadb_database):
    started = Workers(mariadb_database["NAME"])
    yield started
    started.close()


@pytest.fixture(autouse=True)
def own_time():
    yield
    acts.forget()


@pytest.fixture
def order():
    make.offering(capacity=2)
    return str(make.order(make.learner(LEARNER)).uuid)


def die(workers, act, order, stop_at):
    workers.kill(workers.begin(act, order, stop_at=stop_at))


def go_on(act, order, way):
    """The button again; or what runs every few minutes, and then the button, by somebody else."""
    if way == "the command":
        clock.use(lambda: make.NOON)
        call_command("fee_payments_settle", stdout=StringIO())
    getattr(acts, act)(order)
    books.catch_up(at=make.NOON)


WAYS = ["the button", "the command"]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("stop_at", PAYMENT.values(), ids=PAYMENT)
def test_f14_a_payment_whose_process_is_killed_is_taken_once(workers, order, stop_at, way):
    die(workers, "pay", order, stop_at)
    go_on("pay", order, way)
    payment = Payment.objects.get()
    assert (payment.paid_at, payment.processor_fee_minor) == (make.NOON, 378)
    assert (Order.objects.get().state, OrderLine.objects.get().paid_minor) == ("paid", 12_000)
    assert Entitlement.objects.get().revoked_at is None
    assert Offering.objects.get().seats_taken == 1
    assert SandboxSession.objects.get().outcome == "paid"
    assert not ProviderEvent.objects.filter(handled_at=None).exists()
    assert list(RevenueEvent.objects.values_list("kind", "net_minor")) == [("sale", 11_622)]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("stop_at", REFUND.values(), ids=REFUND)
def test_f14_a_refund_whose_process_is_killed_is_made_once(workers, order, stop_at, way):
    acts.pay(order)
    die(workers, "refund", order, stop_at)
    go_on("refund", order, way)
    refund, payment = Refund.objects.get(), Payment.objects.get()
    assert (refund.refunded_at, refund.amount_minor) == (make.NOON, 12_000)
    assert SandboxSession.objects.get().refunded == {str(refund.uuid): 12_000}
    assert (payment.refunded_minor, payment.parts.get().refunded_fee_minor) == (12_000, 378)
    assert (Order.objects.get().state, OrderLine.objects.get().returned_minor) == (
        "refunded", 12_000,
    )  # fmt: skip
    assert Entitlement.objects.get().revoked_because == "refunded"
    assert Offering.objects.get().seats_taken == 0
    assert dict(RevenueEvent.objects.values_list("kind", "net_minor")) == {
        "sale": 11_622, "refund": -11_622,
    }  # fmt: skip


def test_f14_who_waits_for_a_killed_process_goes_on_and_refunds_what_is_left(workers, order):
    # given: a refund of all that holds the payment, and somebody who waits for it
    acts.pay(order)
    child = workers.begin(
        "refund", order, stop_at=REFUND["the refund is written and its parts are not"]
    )
    made = []

    def refund_a_part():
        wanted = partial(api.refund, Order.objects.get().uuid, Money("20.00", "USD"), key="part")
        made.append(wanted(reason="asked", by=8, at=make.NOON))
        connection.close()

    waiting = threading.Thread(target=refund_a_part)
    waiting.start()

    # when
    workers.kill(child)
    waiting.join(30)

    # then
    assert [one.amount for one in made] == [Money("20.00", "USD")]
    acts.refund(order)
    assert sorted(SandboxSession.objects.get().refunded.values()) == [2_000, 10_000]
    assert Payment.objects.get().refunded_minor == 12_000
