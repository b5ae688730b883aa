"""Two workers at one enrolment, and workers that are killed on the way."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from django.db import connections

from demo_site.models import DemoEnrolment
from factories import fee_payments as make
from fairgate import clock
from fee_payments import api, handlers, models, signals
from fee_payments.models import Enrolled, EnrolmentTask, Entitlement, Offering
from fee_payments.services import enrolling
from races import ISOLATIONS, errors, race, values

pytestmark = pytest.mark.mariadb

WHO = make.learner()
EIGHT = range(1, 9)
WORKER = Path(__file__).parent.parent / "dying_worker.py"


@pytest.fixture(autouse=True)
def nobody_hears(monkeypatch):
    """Tasks are worked by the tests, not after the commit."""
    monkeypatch.setattr(clock, "_source", lambda: make.NOON)
    signals.ENTITLEMENT_CHANGED.disconnect(handlers.follow_right)
    yield
    signals.ENTITLEMENT_CHANGED.connect(handlers.follow_right)


def follow(user_id=WHO.user_id):
    return api.follow_enrolment(user_id, make.COURSE, at=make.NOON)


@pytest.mark.parametrize("isolation", ISOLATIONS)
def test_f16_eight_workers_with_one_task_enrol_once(isolation):
    make.offering()
    make.paid_order(WHO)
    done = race(*[follow] * 8, isolation=isolation)
    assert errors(done) == []
    assert sorted(values(done)) == [False] * 7 + [True]
    assert (DemoEnrolment.objects.count(), Enrolled.objects.count()) == (1, 1)
    assert EnrolmentTask.objects.get().attempts == 0


def test_f16_without_the_lock_the_same_task_is_worked_twice(monkeypatch):
    make.offering()
    make.paid_order(WHO)
    rows = type(EnrolmentTask.objects.all())
    monkeypatch.setattr(rows, "select_for_update", lambda self: self)
    acted = []
    act = enrolling._act
    monkeypatch.setattr(enrolling, "_act", lambda *args: (acted.append(1), act(*args)))
    with held_until_all_have_read(monkeypatch, 2):
        race(follow, follow)
    assert len(acted) == 2


@contextmanager
def held_until_all_have_read(monkeypatch, number):
    meeting = threading.Barrier(number, timeout=20)
    facts = enrolling.selectors.enrolment_facts

    def read(*args, **kwargs):
        found = facts(*args, **kwargs)
        meeting.wait()
        return found

    monkeypatch.setattr(enrolling.selectors, "enrolment_facts", read)
    yield


@pytest.mark.parametrize("isolation", ISOLATIONS)
def test_a_right_that_changes_while_its_task_is_worked_is_followed_as_well(isolation):
    make.offering()
    make.offering("second")
    paid = make.paid_order(WHO)
    make.order(WHO, "second")
    calls = [
        follow,
        partial(api.refund, paid.uuid, paid.breakdown.total, key="all", reason="Withdrew.",
                by=9, at=make.NOON),
        follow,
    ]  # fmt: skip
    assert errors(race(*calls, isolation=isolation)) == []
    follow()
    assert not EnrolmentTask.objects.exclude(open_key=None).exists()
    found = DemoEnrolment.objects.filter(is_active=True).values_list("mode", flat=True)
    assert list(found) in ([], ["audit"])  # enrolled and moved back, or never enrolled


@pytest.mark.parametrize("isolation", ISOLATIONS)
@pytest.mark.parametrize("atomic", [False, True], ids=["own transaction", "ATOMIC_REQUESTS"])
def test_eight_requests_that_give_the_same_access_give_it_once(isolation, atomic):
    make.offering(capacity=8)
    give = partial(
        api.give_access, 7, "spectrum", ends_at=None, reason="A guest.", by=9, key="one",
        at=make.NOON,
    )  # fmt: skip
    given = race(*[give] * 8, isolation=isolation, atomic=atomic)
    assert errors(given) == []
    assert len({summary.uuid for summary in values(given)}) == 1
    assert (Entitlement.objects.count(), Offering.objects.get().seats_taken) == (1, 1)
    assert EnrolmentTask.objects.count() == 1


@pytest.mark.parametrize("isolation", ISOLATIONS)
def test_eight_commands_end_a_right_that_is_over_once(isolation):
    make.offering()
    Offering.objects.update(access_days=1)
    for user_id in (1, 2):
        make.paid_order(make.learner(user_id))
        follow(user_id)
    over = make.NOON + timedelta(days=1)
    ended = race(*[partial(api.end_access_that_is_over, at=over)] * 8, isolation=isolation)
    assert errors(ended) == []
    assert sum(values(ended)) == 2
    assert EnrolmentTask.objects.exclude(open_key=None).count() == 2


def start_worker(stop_after):
    """A process of its own that has enrolled somebody and holds its locks when this returns."""
    name = connections.settings["default"]["NAME"]
    order = {"database": name, "stop_after": stop_after, "follow": [WHO.user_id, make.COURSE]}
    worker = subprocess.Popen(
        [sys.executable, str(WORKER), json.dumps(order)], stdout=subprocess.PIPE, text=True
    )
    assert worker.stdout.readline() == "held\n"
    return worker


@pytest.mark.parametrize(
    "stop_after", ["enrolling._act", "enrolling._remember", "enrolling._close"]
)
def test_f14_a_worker_that_is_killed_between_two_steps_has_done_nothing_and_the_next_does_it_once(
    stop_after,
):
    make.offering()
    make.paid_order(WHO)
    worker = start_worker(stop_after)
    assert DemoEnrolment.objects.count() == 0
    worker.send_signal(signal.SIGKILL)
    worker.wait(10)
    worker.stdout.close()
    assert follow() is True
    assert follow() is False
    assert list(DemoEnrolment.objects.values_list("user_id", "mode")) == [(1001, "verified")]
    assert models.Enrolled.objects.count() == 1
