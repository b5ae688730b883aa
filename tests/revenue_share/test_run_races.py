"""Several workers on one run at the same moment, on MariaDB; and how far it is, seen by others."""

from __future__ import annotations

from functools import partial

import pytest
from django.contrib.auth.models import User
from django.db import connection

from factories import payouts as make
from factories import revenue_share as facts
from races import ISOLATIONS, READ_COMMITTED, errors, race, values
from revenue_share import api
from revenue_share.models import BooksRun, PeriodClose
from revenue_share.selectors import checking
from revenue_share.services import closing, runs

pytestmark = pytest.mark.mariadb

NOW = make.PAY_DAY
WORKERS = 4


@pytest.fixture(autouse=True)
def ready(transactional_db):
    facts.put_terms_in_force()
    facts.book_october()


def asked(kind, key="k1"):
    about = {"by": 7, "language": "en", "at": NOW, "key": key}
    return api.ask_to_check(**about) if kind == "check" else api.ask_to_close("2026-10", **about)


@pytest.mark.parametrize("isolation", ISOLATIONS)
@pytest.mark.parametrize("kind", ["check", "close"])
def test_f4_of_the_same_request_many_times_at_once_one_run_comes(kind, isolation):
    outcomes = race(*[partial(asked, kind)] * WORKERS, isolation=isolation)

    assert errors(outcomes) == []
    assert set(values(outcomes)) == {BooksRun.objects.get().uuid}


@pytest.mark.parametrize("isolation", ISOLATIONS)
def test_of_many_workers_at_once_one_carries_a_run_out(isolation):
    User.objects.create_user("closer", pk=7)
    work = partial(api.carry_out, asked("close"), now=lambda: NOW)

    outcomes = race(*[work] * WORKERS, isolation=isolation)

    assert errors(outcomes) == []
    assert sorted(values(outcomes)) == [False] * (WORKERS - 1) + [True]
    assert PeriodClose.objects.get().closed_by == "closer"


def test_without_the_claim_every_worker_begins(monkeypatch):
    # given: the twin of the test above
    begun = []
    monkeypatch.setattr(runs, "claim", lambda _uuid, **_at: True)
    monkeypatch.setattr(closing, "close_period", lambda *_args, **_more: begun.append(1))
    work = partial(api.carry_out, asked("close"), now=lambda: NOW)

    race(*[work] * WORKERS, isolation=READ_COMMITTED)

    assert len(begun) > 1


def test_two_runs_of_one_month_at_once_close_it_once():
    works = [partial(api.carry_out, asked("close", key), now=lambda: NOW) for key in "abcd"]

    outcomes = race(*works)

    assert errors(outcomes) == []
    assert PeriodClose.objects.count() == 1
    assert {api.run(row.uuid, at=NOW).state for row in BooksRun.objects.all()} == {"done"}


def test_how_far_a_proof_is_is_seen_while_its_transaction_reads(monkeypatch):
    uuid, seen = asked("check"), []

    def look():
        assert connection.in_atomic_block
        with connection.copy().cursor() as other:
            other.execute("SELECT done FROM revenue_share_booksrun")
            seen.append(other.fetchone()[0])
        return iter(())

    monkeypatch.setattr(checking, "PROOFS", (look, look, look))

    api.carry_out(uuid, now=lambda: NOW)

    assert seen == [0, 1, 2]
    assert api.run(uuid, at=NOW).state == "done"
