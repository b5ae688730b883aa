"""Long work on the books: asked for once, done by a worker, gone on with after its death."""

from __future__ import annotations

import logging
from datetime import timedelta
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connection
from django.urls import reverse
from django.utils.translation import get_language

from factories import payouts as make
from factories import revenue_share as facts
from factories.books_rest import ROOT, client_of, post
from fairgate import clock
from revenue_share import api, tasks
from revenue_share.data import RunState
from revenue_share.exceptions import (
    EarlierPeriodOpen,
    InvalidPeriod,
    KeyReused,
    RefundExceedsSale,
    StepNotFound,
)
from revenue_share.models import AllocationLine, BooksRun, PeriodClose
from revenue_share.selectors import checking
from revenue_share.services import closing, runs

pytestmark = pytest.mark.django_db

NOW = make.PAY_DAY
MAY = ("view_statement", "close_period")


@pytest.fixture(autouse=True)
def moment():
    clock.use(lambda: NOW)
    yield
    clock.use(None)


@pytest.fixture
def october():
    facts.put_terms_in_force()
    facts.book_october()


@pytest.fixture
def no_worker(monkeypatch):
    """A broker takes the work, and nobody does it."""
    monkeypatch.setattr(tasks, "carry_out", lambda _uuid: None)


def asked(kind="check", key="", by=None, period="2026-10", at=NOW):
    by = by or User.objects.get_or_create(username="closer")[0].pk
    about = {"by": by, "language": "en", "at": at, "key": key}
    return api.ask_to_check(**about) if kind == "check" else api.ask_to_close(period, **about)


def run(uuid, *, at=NOW):
    return api.run(uuid, at=at)


def carried_out(uuid, *, at=NOW):
    return api.carry_out(uuid, now=lambda: at)


@pytest.mark.usefixtures("october", "no_worker")
def test_a_close_is_answered_at_once_and_tells_how_far_it_is():
    client = client_of("", *MAY)

    answer = post(client, "periods/2026-10/close/")

    assert answer.status_code == 202
    assert answer["Location"] == reverse("revenue_share:api:run", args=[answer.json()["uuid"]])
    waiting = client.get(answer["Location"]).json()
    assert waiting == answer.json()
    assert (waiting["state"], waiting["done"], waiting["steps"]) == ("waiting", 0, 3)
    assert (waiting["kind"], waiting["period"]) == ("close", "2026-10")
    assert waiting["asked_by"] == client.user.pk
    assert not PeriodClose.objects.exists()

    api.carry_out_left(now=lambda: NOW + timedelta(minutes=1))

    ended = client.get(answer["Location"]).json()
    assert (ended["state"], ended["done"], ended["refused"]) == ("done", 3, None)
    assert PeriodClose.objects.get().closed_by == client.user.username


@pytest.mark.usefixtures("october")
def test_without_workers_it_is_done_when_it_is_answered():
    closed = post(client_of("", *MAY), "periods/2026-10/close/")
    proved = post(client_of("", "view_statement"), "check/")

    assert [one.status_code for one in (closed, proved)] == [202, 202]
    assert (closed.json()["state"], closed.json()["faults"]) == ("done", None)
    assert (proved.json()["state"], proved.json()["faults"]) == ("done", [])
    assert proved.json()["done"] == proved.json()["steps"] == checking.STEPS


@pytest.mark.usefixtures("october", "no_worker")
@pytest.mark.parametrize("path", ["periods/2026-10/close/", "check/"])
def test_the_same_request_again_is_the_same_run(path):
    client, other = client_of("", *MAY), client_of("", *MAY)

    first, again = post(client, path, key="k1"), post(client, path, key="k1")
    anew, of_other = post(client, path, key="k2"), post(other, path, key="k1")

    assert first["Location"] == again["Location"]
    assert len({first["Location"], anew["Location"], of_other["Location"]}) == 3
    assert BooksRun.objects.count() == 3


@pytest.mark.usefixtures("october", "no_worker")
def test_a_key_that_stands_for_other_work_is_refused():
    client = client_of("", *MAY)
    post(client, "check/", key="k1")

    answer = post(client, "periods/2026-10/close/", key="k1")

    assert (answer.status_code, answer.json()["code"]) == (409, "KeyReused")
    asked("close", key="k2")
    with pytest.raises(KeyReused):
        asked("check", key="k2")


@pytest.mark.usefixtures("october", "no_worker")
def test_two_closes_of_one_month_close_it_once():
    first, second = asked("close", "a"), asked("close", "b")

    assert carried_out(first)
    assert carried_out(second)

    assert [run(one).state for one in (first, second)] == [RunState.DONE] * 2
    assert PeriodClose.objects.count() == 1


def test_what_can_be_refused_at_once_is_and_nothing_is_written(october):
    api.book_payment(facts.payment("N1", at=NOW), at=NOW)

    with pytest.raises(EarlierPeriodOpen):
        asked("close", period="2026-12")
    with pytest.raises(InvalidPeriod):
        asked("close", period="October")

    assert not BooksRun.objects.exists()


@pytest.mark.usefixtures("october", "no_worker")
def test_what_is_refused_on_the_way_is_told_in_the_language_of_who_had_asked(monkeypatch):
    client = client_of("", *MAY, HTTP_ACCEPT_LANGUAGE="fr")
    place = post(client, "periods/2026-10/close/")["Location"]

    def refuse(**_at):
        raise RefundExceedsSale("Only %(left)s is left.", left="0.00 USD")

    monkeypatch.setattr(closing, "clear_holds", refuse)
    monkeypatch.setattr(runs, "in_words", lambda error: f"{get_language()}: {error}")
    api.carry_out_left(now=lambda: NOW)

    found = client.get(place).json()
    assert (found["state"], found["done"]) == ("refused", 1)
    assert found["refused"] == {
        "code": "RefundExceedsSale", "detail": "fr: Only 0.00 USD is left.",
    }  # fmt: skip
    assert not PeriodClose.objects.exists()


@pytest.mark.usefixtures("october", "no_worker")
def test_a_check_tells_the_faults_that_it_has_found():
    line = AllocationLine.objects.filter(party="GSMA").first()
    with connection.cursor() as sql:
        sql.execute(
            "UPDATE revenue_share_allocationline SET units_minor = units_minor + 1 WHERE id = %s",
            [line.pk],
        )
    client = client_of("", "view_statement")
    place = post(client, "check/")["Location"]
    assert client.get(place).json()["faults"] is None

    api.carry_out_left(now=lambda: NOW)

    found = client.get(place).json()
    assert found["state"] == "done"
    assert [fault["invariant"] for fault in found["faults"]]
    assert all(set(fault) == {"invariant", "row", "sentence"} for fault in found["faults"])


@pytest.mark.usefixtures("october")
def test_a_run_is_one_worker_s_until_its_claim_ends():
    uuid = asked()
    assert runs.claim(uuid, at=NOW)

    assert not carried_out(uuid)
    assert run(uuid).state is RunState.RUNNING
    assert run(uuid).started_at == NOW

    later = NOW + timedelta(minutes=15)
    assert run(uuid, at=later).state is RunState.WAITING
    assert carried_out(uuid, at=later)
    assert (run(uuid).state, run(uuid).started_at) == (RunState.DONE, NOW)
    assert not carried_out(uuid, at=later)


@pytest.mark.usefixtures("october")
def test_a_close_whose_worker_has_died_goes_on(monkeypatch):
    uuid = asked("close")

    class Killed(BaseException):
        """The process is gone."""

    def die(*_args):
        raise Killed

    monkeypatch.setattr(closing, "_close", die)
    with pytest.raises(Killed):
        carried_out(uuid)
    assert (run(uuid).state, run(uuid).done) == (RunState.RUNNING, 2)
    monkeypatch.undo()

    later = NOW + timedelta(hours=1)
    assert api.carry_out_left(now=lambda: later) == 1

    assert run(uuid).state is RunState.DONE
    assert PeriodClose.objects.count() == 1
    assert api.check() == ()


@pytest.mark.usefixtures("october")
def test_what_fails_every_time_is_given_up_and_says_so(monkeypatch, caplog):
    uuid = asked()
    monkeypatch.setattr(checking, "check", lambda _told: 1 / 0)

    with caplog.at_level(logging.ERROR):
        for hours in range(4):
            tasks_at(NOW + timedelta(hours=hours), uuid)

    assert run(uuid, at=NOW + timedelta(hours=4)).state is RunState.FAILED
    assert len([one for one in caplog.records if "not done in the background" in one.message]) == 3
    assert api.carry_out_left(now=lambda: NOW + timedelta(days=1)) == 0


def tasks_at(moment, uuid):
    clock.use(lambda: moment)
    tasks.carry_out(str(uuid))


@pytest.mark.usefixtures("october", "no_worker")
def test_the_scheduler_does_what_no_worker_has_done(capsys):
    uuid = asked()

    call_command("revenue_share_catch_up")

    assert "Carried out 1 run." in capsys.readouterr().out
    assert run(uuid).state is RunState.DONE


def test_a_run_that_nobody_has_asked_for_is_not_there():
    with pytest.raises(StepNotFound):
        run(uuid4())
    assert client_of("", "view_statement").get(f"{ROOT}runs/{uuid4()}/").status_code == 404


@pytest.mark.usefixtures("october")
def test_how_far_a_close_is_is_told_before_its_transaction():
    told = []

    closed = closing.close_period("2026-10", at=NOW, by="x", told=told.append)

    assert told == [1, 2, 3]
    assert len(closed.statements) == 4


@pytest.mark.usefixtures("october")
def test_a_check_is_told_step_by_step():
    told = []

    assert checking.check(told.append) == ()

    assert told == list(range(1, checking.STEPS))
