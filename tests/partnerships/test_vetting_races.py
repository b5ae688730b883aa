"""Two who decide at once: what one refused, nobody else lets count."""

from __future__ import annotations

import threading
from contextlib import contextmanager, nullcontext
from datetime import UTC, date, datetime
from functools import partial

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from factories.partnerships import (
    AGREEMENT,
    APPROVER,
    SUBMITTER,
    clear,
    colleague,
    load,
    put_in_force,
)
from partnerships import api, lock_objects, models
from partnerships.exceptions import DiligenceRefused, ResumeRefused
from races import ISOLATIONS, errors, race

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
UNTIL = date(2028, 6, 30)

pytestmark = pytest.mark.mariadb


def on_every_way(test):
    test = pytest.mark.parametrize("isolation", ISOLATIONS)(test)
    return pytest.mark.parametrize(
        "atomic", [False, True], ids=["own transaction", "ATOMIC_REQUESTS"]
    )(test)


@pytest.fixture
def proposal():
    load()
    clear()
    api.record_due_diligence("GSMA", accepted=True, expires_on=UNTIL, by=colleague("olga"), at=NOW)
    (waits,) = api.list_proposed_diligence(at=NOW)
    return waits.uuid


def confirm(proposal):
    return partial(api.confirm_due_diligence, proposal, by=APPROVER, at=NOW)


def refuse_partner():
    return api.record_due_diligence("GSMA", accepted=False, expires_on=UNTIL, by="ann", at=NOW)


def propose_two_days():
    olga = colleague("olga")
    propose = partial(api.record_due_diligence, "GSMA", accepted=True, by=olga, at=NOW)
    return [partial(propose, expires_on=date(year, 1, 1)) for year in (2028, 2029)]


def accepted():
    rows = models.DueDiligenceCheck.objects.filter(partner__code="GSMA", expires_on=UNTIL)
    return list(rows.order_by("id").values_list("accepted", flat=True))


@on_every_way
def test_an_acceptance_that_two_confirm_counts_once(proposal, isolation, atomic):
    decided = race(*[confirm(proposal)] * 2, isolation=isolation, atomic=atomic)

    assert [type(error) for error in errors(decided)] == [DiligenceRefused]
    assert accepted() == [True]


@on_every_way
def test_whoever_refuses_the_partner_meanwhile_has_the_last_word(proposal, isolation, atomic):
    race(confirm(proposal), refuse_partner, isolation=isolation, atomic=atomic)

    assert accepted()[-1] is False


@on_every_way
def test_of_two_acceptances_at_once_one_waits(isolation, atomic):
    load()
    clear()
    made = race(*propose_two_days(), isolation=isolation, atomic=atomic)

    assert [type(error) for error in errors(made)] == [DiligenceRefused]
    assert len(api.list_proposed_diligence(at=NOW)) == 1


def test_without_the_lock_the_second_acceptance_ends_in_an_error_of_the_database(monkeypatch):
    """The twin: both look before either writes, and only the unique key is left."""

    def unlocked(partner):
        found = partner.diligence_proposals.order_by("-id").first()
        looked.wait(10)
        return found

    looked = threading.Barrier(2)
    load()
    clear()
    monkeypatch.setattr(lock_objects, "locked_partner", lambda _partner: nullcontext())
    monkeypatch.setattr(lock_objects, "last_diligence_now", lambda _partner: None)
    monkeypatch.setattr(lock_objects, "last_proposal_now", unlocked)

    made = race(*propose_two_days())

    assert [type(error) for error in errors(made)] == [IntegrityError]


@pytest.fixture
def asked():
    put_in_force()
    api.suspend(AGREEMENT, by="olga", reason="Review", at=NOW)
    api.ask_resume(AGREEMENT, by=SUBMITTER, reason="Cleared", at=NOW)


def confirm_resume():
    return api.confirm_resume(AGREEMENT, by=APPROVER, at=NOW)


def refuse_resume():
    return api.refuse_resume(AGREEMENT, because="No", by=APPROVER, at=NOW)


@on_every_way
@pytest.mark.usefixtures("asked")
def test_what_one_refuses_while_another_confirms_is_decided_once(isolation, atomic):
    decided = race(confirm_resume, refuse_resume, isolation=isolation, atomic=atomic)

    assert [type(error) for error in errors(decided)] == [ResumeRefused]
    resumed = models.SuspensionRecord.objects.filter(suspends=False).exists()
    refused = models.ResumeRequest.objects.filter(refused_at__isnull=False).exists()
    assert resumed is not refused


@pytest.mark.usefixtures("asked")
def test_without_the_lock_who_is_second_ends_in_an_error_of_the_database(monkeypatch):
    """The twin: both see that it waits, and only the row's own rules are left."""

    @contextmanager
    def unlocked(code):
        with transaction.atomic():
            yield models.Agreement.objects.get(code=code)

    def waiting(agreement):
        found = agreement.resume_requests.get(live_key__isnull=False)
        looked.wait(10)
        return found

    looked = threading.Barrier(2)
    monkeypatch.setattr(lock_objects, "locked_agreement", unlocked)
    monkeypatch.setattr(lock_objects, "waiting_resume_now", waiting)

    decided = race(confirm_resume, refuse_resume)

    assert issubclass(type(errors(decided)[0]), DatabaseError)
    assert len(errors(decided)) == 1
