"""Events in any order, twice, at once, and with a worker that dies: one end, always the same."""

from __future__ import annotations

import itertools
import threading
from datetime import timedelta
from functools import partial
from math import factorial

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from factories import fee_payments as make
from factories import plain_provider as plain
from fee_payments import api, signals
from fee_payments.exceptions import UnknownEvent
from fee_payments.models import (
    Dispute,
    Entitlement,
    Offering,
    Order,
    OrderLine,
    Payment,
    PaymentPart,
    ProviderEvent,
    Refund,
)
from fee_payments.services import inbox, settling
from races import ISOLATIONS, errors, race, values

LATER = make.NOON + timedelta(hours=4)
WORD = {"Plain-Word": "please"}
NAMES = tuple(plain.facts_of(""))


@pytest.fixture
def started(settings):
    settings.FEE_PAYMENTS_PROVIDERS = plain.SETTINGS
    make.offering(capacity=3)
    return make.payment(make.order(make.learner()), provider="plain")


def send(name, payment, at=LATER):
    return api.receive_event("plain", plain.event(name, payment.reference), WORD, at=at)


def end_of_it():
    """Everything that is left behind, without names that differ from run to run."""
    rows = {
        Order: ("state", "disputed", "held_because", "sentence"),
        OrderLine: ("paid_minor", "refunded_minor", "returned_minor", "holds_seat"),
        Payment: ("paid_at", "processor_fee_minor", "refunded_minor", "pending_at", "closed_at"),
        PaymentPart: ("gross_minor", "processor_fee_minor", "refunded_minor"),
        Refund: ("amount_minor", "reference", "refunded_at", "failed_at"),
        Dispute: ("state", "amount_minor", "fee_minor", "opened_at", "closed_at"),
        Entitlement: ("revoked_at", "revoked_because", "live_key"),
    }
    left = {
        model.__name__: list(model.objects.values_list(*names)) for model, names in rows.items()
    }
    waiting = ProviderEvent.objects.filter(handled_at__isnull=True).count()
    return {**left, "waiting": waiting}


def every_end(payment, names, seen):
    """Send what is left in every order, undoing each branch. Gives how many orders there were.

    A branch that stands where another with the same events has stood goes on as that one did, so
    it is counted and not walked. ``seen`` has each place that was walked.
    """
    end = end_of_it()
    place = (names, repr(end))
    if place in seen:
        return factorial(len(names))
    seen[place] = end
    return sum(branch(payment, name, names, seen) for name in names) if names else 1


def branch(payment, name, names, seen):
    undone = transaction.atomic()
    undone._from_testcase = True  # the services’ own transactions are the outermost of theirs
    with undone:
        send(name, payment)
        ways = every_end(payment, names - {name}, seen)
        transaction.set_rollback(True)
    return ways


@pytest.mark.django_db
def test_k10_t13_f05_all_720_orders_of_six_events_have_one_end(started, database):
    if database != "sqlite":
        pytest.skip("In memory, as it takes many ways.")
    seen = {}
    assert every_end(started, frozenset(NAMES), seen) == 720
    ends = [seen[place] for place in seen if not place[0]]
    assert [{k: (e[k], ends[0][k]) for k in e if e[k] != ends[0][k]} for e in ends[1:]] == []
    [left] = ends
    assert left["waiting"] == 0
    assert left["Order"] == [("partially_refunded", "lost", "", "")]
    assert left["OrderLine"] == [(12_000, 2_000, 2_000, False)]
    assert left["Dispute"][0][:3] == ("lost", 10_000, 1_500)
    [(_, because, key)] = left["Entitlement"]
    assert (because, key) == ("dispute_lost", None)


@pytest.mark.django_db(transaction=True)
def test_what_waited_is_worked_as_soon_as_it_can_be(started):
    assert send("refund", started).outcome == "waiting"
    assert send("dispute", started).outcome == "waiting"
    assert send("paid", started).outcome == "settled"
    assert Dispute.objects.count() == 1
    assert Refund.objects.count() == 0  # the books do not know the fee yet
    assert send("fee", started).outcome == "settled"
    assert not ProviderEvent.objects.filter(handled_at=None).exists()


@pytest.mark.django_db(transaction=True)
def test_what_waits_too_long_is_held_for_a_person_and_can_be_worked_again(started, capsys):
    send("refund", started)
    tries = [make.NOON + timedelta(hours=hours) for hours in (5, 12, 30, 60, 80)]
    for at in tries:
        api.retry_events(at=at)
    event = ProviderEvent.objects.get()
    assert (event.outcome, event.attempts) == ("held", 6)
    call_command("fee_payments_events")
    assert "held" in capsys.readouterr().out
    send("paid", started)
    send("fee", started)
    call_command("fee_payments_events", replay=event.pk)
    assert "1 event worked again" in capsys.readouterr().out
    assert Refund.objects.get().amount_minor == 2_000


@pytest.mark.django_db(transaction=True)
def test_each_try_waits_longer_and_never_more_than_six_hours(started):
    send("refund", started)
    waits = []
    at = LATER
    while not waits or waits[-1] != timedelta(hours=6):
        due = ProviderEvent.objects.get().next_try_at
        waits.append(due - at)
        at = due
        api.retry_events(at=at)
    assert waits[:4] == [timedelta(minutes=2**n) for n in range(4)]
    assert waits == sorted(waits)


@pytest.mark.django_db(transaction=True)
def test_an_event_that_is_not_there_cannot_be_worked_again():
    with pytest.raises(UnknownEvent, match="no such event"):
        api.replay_event(999, at=LATER)


def killed_after(count):
    """Let the connection be gone after so many statements, as when a worker is killed."""
    left = itertools.count(count, -1)

    def execute(run, sql, params, many, context):
        if next(left) <= 0:
            raise KeyboardInterrupt
        return run(sql, params, many, context)

    return connection.execute_wrapper(execute)


@pytest.mark.django_db(transaction=True)
def test_k11_f14_a_worker_killed_after_any_statement_leaves_what_redelivery_makes_good(
    started, database
):
    """Every k from the first statement to the last; the event comes again each time."""
    if database != "sqlite":
        pytest.skip("A matter of the order of statements, not of locks.")
    Offering.objects.update(capacity=None)
    send("fee", started)
    for count in itertools.count(1):
        user = 2000 + count
        payment = make.payment(make.order(make.learner(user)), provider="plain")
        send("fee", payment)
        was_killed = killed(payment, after=count)
        assert send("paid", payment).outcome in ("settled", "known")
        api.retry_events(at=LATER + timedelta(minutes=30))
        payment.refresh_from_db()
        assert (payment.processor_fee_minor, payment.parts.count()) == (378, 1), count
        assert Entitlement.objects.filter(user_id=user, revoked_at=None).count() == 1, count
        if not was_killed:
            break
    assert count > 25


def killed(payment, *, after):
    try:
        with killed_after(after):
            send("paid", payment)
    except KeyboardInterrupt:
        return True
    return False


@pytest.mark.mariadb
@pytest.mark.parametrize("isolation", ISOLATIONS)
def test_k9_f04_t12_fifty_deliveries_on_eight_workers_have_one_effect(started, isolation):
    heard = []

    def hear(payment, **_):
        heard.append(payment.uuid)

    signals.PAYMENT_RECORDED.connect(hear)
    send("paid", started)
    body = plain.event("fee", started.reference)

    def deliver(times):
        return [api.receive_event("plain", body, WORD, at=LATER).outcome for _ in range(times)]

    shares = [7, 7, 6, 6, 6, 6, 6, 6]
    found = race(*(partial(deliver, times) for times in shares), isolation=isolation)
    assert errors(found) == []
    outcomes = sorted(one for outcomes in values(found) for one in outcomes)
    assert outcomes == ["known"] * 49 + ["settled"]
    assert (len(heard), PaymentPart.objects.count(), ProviderEvent.objects.count()) == (1, 1, 2)


@pytest.mark.mariadb
def test_t12_one_event_at_eight_workers_is_applied_by_one(started, monkeypatch):
    taken = api.take_event("plain", plain.event("paid", started.reference), WORD, at=LATER)
    seen = []
    real = inbox.applying.apply_facts

    def meet(*args, **kwargs):
        seen.append(1)
        return real(*args, **kwargs)

    monkeypatch.setattr(inbox.applying, "apply_facts", meet)
    found = race(*[partial(api.work_event, taken.pk, at=LATER)] * 8)
    assert (errors(found), len(seen)) == ([], 1)


def without_locks(monkeypatch, *tables):
    for table in tables:
        monkeypatch.setattr(table.objects, "select_for_update", table.objects.all)


@pytest.mark.mariadb
def test_t12_without_the_lock_of_the_event_two_workers_apply_it(started, monkeypatch):
    taken = api.take_event("plain", plain.event("paid", started.reference), WORD, at=LATER)
    applied = []
    meeting = threading.Barrier(2, timeout=20)
    real = inbox.applying.apply_facts

    def meet(*args, **kwargs):
        applied.append(1)
        meeting.wait()
        return real(*args, **kwargs)

    monkeypatch.setattr(inbox.applying, "apply_facts", meet)
    without_locks(monkeypatch, ProviderEvent)
    found = race(*[partial(api.work_event, taken.pk, at=LATER)] * 2)
    # The payment's own row still keeps the second one from an effect.
    assert (errors(found), len(applied)) == ([], 2)
    assert OrderLine.objects.get().paid_minor == 12_000
    assert sorted(receipt.outcome for receipt in values(found)) == ["known", "settled"]


@pytest.mark.mariadb
def test_t12_without_the_locks_of_event_and_payment_one_event_is_counted_twice(
    started, monkeypatch
):
    taken = api.take_event("plain", plain.event("paid", started.reference), WORD, at=LATER)
    meeting = threading.Barrier(2, timeout=20)
    real = settling.record_paid

    def meet(*args, **kwargs):
        meeting.wait()  # both have read that nothing is paid
        return real(*args, **kwargs)

    monkeypatch.setattr(settling, "record_paid", meet)
    without_locks(monkeypatch, ProviderEvent, Payment, Order, OrderLine)
    found = race(*[partial(api.work_event, taken.pk, at=LATER)] * 2)
    assert errors(found) == []
    assert [receipt.outcome for receipt in values(found)] == ["settled"] * 2
    assert OrderLine.objects.get().paid_minor == 24_000


@pytest.mark.mariadb
@pytest.mark.parametrize("isolation", ISOLATIONS)
def test_events_about_one_payment_at_once_have_one_end(started, isolation):
    for name in NAMES:
        api.take_event("plain", plain.event(name, started.reference), WORD, at=LATER)
    pks = list(ProviderEvent.objects.values_list("pk", flat=True))
    found = race(*(partial(api.work_event, pk, at=LATER) for pk in pks), isolation=isolation)
    assert errors(found) == []
    api.retry_events(at=LATER + timedelta(hours=1))
    api.retry_events(at=LATER + timedelta(hours=2))
    end = end_of_it()
    assert end["waiting"] == 0
    assert end["Order"][0][:2] == ("partially_refunded", "lost")
