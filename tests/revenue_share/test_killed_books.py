"""A worker dies at any statement or commit of a booking: done again, the books are the same.

Each life begins where the others did, and dies one step later; then the same is asked for again, as
a signal told twice, catching up or a person does.
"""

from __future__ import annotations

import itertools
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime

import pytest

import killed
from factories import revenue_share as facts
from fairgate.money import Money
from fee_payments.data import SoldCourse
from revenue_share import api
from revenue_share.exceptions import AdjustmentRefused
from revenue_share.models import Adjustment
from revenue_share.services import holds
from waiver_policy import api as waivers

pytestmark = pytest.mark.django_db(transaction=True)

CLEARED = datetime(2026, 12, 1, tzinfo=UTC)
CHARGEBACK = datetime(2026, 12, 20, tzinfo=UTC)
JANUARY = datetime(2027, 1, 31, tzinfo=UTC)
FEBRUARY = datetime(2027, 2, 10, tzinfo=UTC)
NO_TERMS = "course-v1:NO+TERMS+1"


@pytest.fixture(autouse=True)
def october(database, monkeypatch):
    monkeypatch.setattr(holds, "PAGE", 2)
    if database != "sqlite":
        pytest.skip("Each statement on SQLite.")
    facts.put_terms_in_force()
    facts.book_october()
    for month in ("2026-10", "2026-11"):
        api.close_period(month, at=facts.CLOSE_DAY, by="ines")


def s2(state, at):
    return facts.dispute(state, ("S2",), at=at, opened_at=CHARGEBACK)


def a_dispute_is_told():
    api.book_dispute(s2("opened", CHARGEBACK), at=CHARGEBACK)


def it_is_told_lost_at_once():
    api.book_dispute(s2("lost", CHARGEBACK), at=CHARGEBACK)


def it_is_told_won():
    api.book_dispute(s2("won", FEBRUARY), at=FEBRUARY)


def a_bundle_is_paid():
    courses = (
        SoldCourse(course_key=facts.COURSE, weight=2),
        SoldCourse(course_key=NO_TERMS, weight=1),
    )
    payment = facts.payment("B1", "90.00", "15.00", "2.91", at=CHARGEBACK, course="")
    api.book_payment(replace(payment, courses=courses), at=CHARGEBACK)


def somebody_proposes():
    amounts = {"GSMA": Money("-12.00", "USD"), "FUND": Money("12.00", "USD")}
    api.propose_adjustment(amounts, reason="A mistake.", period="2026-12", by=1, at=CHARGEBACK)


def another_confirms():
    with suppress(AdjustmentRefused):  # it is decided by now
        api.confirm_adjustment(Adjustment.objects.get().uuid, by=2, at=CHARGEBACK)


def december_is_closed():
    api.close_period("2026-12", at=JANUARY, by="ines")


def sales_are_told_late():
    for name in ("L1", "L2", "L3"):
        api.book_payment(facts.payment(name, "33.33"), at=CHARGEBACK)


def their_holds_are_cleared():
    api.clear_holds(at=CHARGEBACK)


def end():
    """Every row, when what was left behind is sent."""
    api.clear_holds(at=CHARGEBACK)
    assert (api.check(), waivers.check_funds()) == ((), ())
    return killed.everything()


@pytest.mark.parametrize(
    ("before", "act", "least"),
    [
        ((), a_dispute_is_told, 30),
        ((), it_is_told_lost_at_once, 35),
        ((it_is_told_lost_at_once,), it_is_told_won, 30),
        ((), a_bundle_is_paid, 15),
        ((somebody_proposes,), another_confirms, 20),
        ((it_is_told_lost_at_once, a_bundle_is_paid), december_is_closed, 40),
        ((sales_are_told_late,), their_holds_are_cleared, 30),
    ],
    ids=lambda one: getattr(one, "__name__", ""),
)
def test_a_worker_that_dies_at_any_step_leaves_what_is_finished_by_doing_it_again(
    before, act, least
):
    # given
    for happens in before:
        happens()
    start = killed.Snapshot()
    act()
    wanted = end()

    # when
    for step in itertools.count(1):
        start.restore()
        with killed.worker(dies_at=step) as life:
            act()
        died_at = life.steps[-1]
        act()

        # then
        assert end() == wanted, died_at
        if not life.is_over:
            break
    assert step > least
