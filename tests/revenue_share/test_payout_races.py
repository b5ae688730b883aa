"""Several people and workers on the same payouts at the same moment, on MariaDB."""

from __future__ import annotations

from functools import partial
from uuid import UUID

import pytest
from django.db import connection

from factories import payouts as make
from races import ISOLATIONS, READ_COMMITTED, errors, race, values
from revenue_share import api, lock_objects
from revenue_share.data import AcceptedAs
from revenue_share.exceptions import AccountRefused, PayoutRefused
from revenue_share.models import LedgerTransaction, Payout, PayoutAccount, PayoutBatch, PayoutEntry
from revenue_share.services import payout_rejections
from revenue_share.services import payouts as services

pytestmark = pytest.mark.mariadb

WORKERS = 6
ONCE = next(one for one in Payout._meta.constraints if one.name == "revenue_share_payout_once")


@pytest.fixture(autouse=True)
def ready(transactional_db, settings):
    make.set_up(settings)
    make.closed_october()
    make.account()


def ordered() -> str:
    make.approved()
    return Payout.objects.get().end_to_end_id


@pytest.mark.parametrize("isolation", ISOLATIONS)
@pytest.mark.parametrize("atomic", [False, True])
def test_a_statement_that_many_propose_at_once_is_in_one_batch(isolation, atomic):
    # when
    outcomes = race(*[partial(make.proposed, 3)] * WORKERS, isolation=isolation, atomic=atomic)

    # then
    assert len(values(outcomes)) == 1
    assert {type(error) for error in errors(outcomes)} == {PayoutRefused}
    assert (PayoutBatch.objects.count(), Payout.objects.count()) == (1, 1)
    assert api.check() == ()


@pytest.fixture
def no_check():
    """The table without the CHECK that a live payout holds the key of its statement."""
    with connection.schema_editor() as editor:
        editor.remove_constraint(Payout, ONCE)
    yield
    Payout.objects.all().delete()
    with connection.schema_editor() as editor:
        editor.add_constraint(Payout, ONCE)


@pytest.mark.usefixtures("no_check")
def test_without_the_key_a_statement_is_proposed_twice(monkeypatch):
    # given: the twin of the test before
    monkeypatch.setattr(services, "live_key", lambda _statement: None)

    # when
    race(*[partial(make.proposed, 3)] * WORKERS, isolation=READ_COMMITTED)

    # then
    assert Payout.objects.count() > 1


@pytest.mark.parametrize("isolation", ISOLATIONS)
def test_a_batch_is_approved_once_and_not_refused_as_well(isolation):
    # given
    uuid = make.proposed()
    approve = partial(api.approve_batch, uuid, by=make.CONFIRMER, at=make.PAY_DAY)
    refuse = partial(api.refuse_batch, uuid, by=make.CONFIRMER, because="no", at=make.PAY_DAY)

    # when
    outcomes = race(*[approve, refuse] * 3, isolation=isolation)

    # then
    assert len(values(outcomes)) == 1
    assert {str(error) for error in errors(outcomes)} == {"This was decided already."}
    batch = PayoutBatch.objects.get()
    assert (Payout.objects.get().state == "ordered") == bool(batch.confirmed_at)
    assert api.check() == ()


@pytest.mark.parametrize("isolation", ISOLATIONS)
@pytest.mark.parametrize("atomic", [False, True])
def test_a_file_that_many_record_at_once_pays_once(isolation, atomic):
    # given
    entry = make.entry(ordered(), "91.73")

    # when
    outcomes = race(*[partial(make.record, entry)] * WORKERS, isolation=isolation, atomic=atomic)

    # then
    assert errors(outcomes) == []
    assert sum(one.paid for one in values(outcomes)) == 1
    assert LedgerTransaction.objects.filter(kind="payout").count() == 1
    assert PayoutEntry.objects.count() == 1
    assert api.check() == ()


@pytest.mark.parametrize("isolation", ISOLATIONS)
def test_two_debits_of_one_payout_at_the_same_moment_pay_it_once(isolation):
    # given
    name = ordered()
    entries = [make.entry(name, "91.73", reference=f"R{place}") for place in range(WORKERS)]

    # when
    outcomes = race(*[partial(make.record, one) for one in entries], isolation=isolation)

    # then
    assert errors(outcomes) == []
    assert sum(one.paid for one in values(outcomes)) == 1
    assert sum(len(one.faults) for one in values(outcomes)) == WORKERS - 1
    assert api.check() == ()


def test_without_the_lock_two_debits_of_one_payout_meet(monkeypatch):
    # given: the twin of the test before, with a plain read in place of the lock
    name = ordered()
    monkeypatch.setattr(lock_objects, "lock_payout", lambda pk: Payout.objects.get(pk=pk))
    entries = [make.entry(name, "91.73", reference=f"R{place}") for place in range(8)]

    # when
    outcomes = race(*[partial(make.record, one) for one in entries], isolation=READ_COMMITTED)

    # then: the second posting is stopped by the key of the first, and its entry is lost with it
    assert errors(outcomes) or sum(one.paid for one in values(outcomes)) != 1


@pytest.mark.parametrize("isolation", ISOLATIONS)
def test_of_two_accounts_that_are_confirmed_at_once_one_counts(isolation):
    # given
    asked = [
        api.propose_account(
            "GSMA", "USD", holder="GSM Association", number="GB33BUKB20201555555555",
            reason="moved", by=make.ASKER, at=make.PAY_DAY,
        )
        for _ in range(4)
    ]  # fmt: skip

    # when
    calls = [partial(api.confirm_account, one, by=make.CONFIRMER, at=make.PAY_DAY) for one in asked]
    outcomes = race(*calls, isolation=isolation)

    # then
    assert {type(error) for error in errors(outcomes)} <= {AccountRefused}
    assert PayoutAccount.objects.filter(live_key__isnull=False).count() == 1


@pytest.mark.parametrize("isolation", ISOLATIONS)
def test_a_difference_is_accepted_once(isolation):
    # given
    make.record(make.entry(ordered(), "96.73"))
    asked = api.ask_to_accept(
        PayoutEntry.objects.get().pk,
        accepted_as=AcceptedAs.PAYMENT,
        reason="fee",
        by=make.ASKER,
        at=make.PAY_DAY,
    )

    # when
    accept = partial(api.accept_difference, asked, by=make.CONFIRMER, at=make.PAY_DAY)
    outcomes = race(*[accept] * 4, isolation=isolation)

    # then
    assert len(values(outcomes)) == 1
    assert LedgerTransaction.objects.filter(kind="payout").count() == 1
    assert api.check() == ()


def asked_to_reject() -> tuple[str, UUID]:
    """The id of an ordered payout, and the key of who says that it was not executed."""
    name = ordered()
    payout = Payout.objects.get()
    told = {"reason": "Unknown", "by": make.ASKER, "at": make.PAY_DAY}
    return name, api.ask_to_reject(payout.uuid, **told)


@pytest.mark.parametrize("isolation", ISOLATIONS)
@pytest.mark.parametrize("atomic", [False, True])
def test_what_is_executed_while_two_people_reject_it_is_paid(isolation, atomic):
    # given
    name, uuid = asked_to_reject()
    reject = partial(api.reject_payout, uuid, by=make.CONFIRMER, at=make.PAY_DAY)
    record = partial(make.record, make.entry(name, "91.73"))

    # when
    outcomes = race(*[reject, record] * 3, isolation=isolation, atomic=atomic)

    # then: rejected first or never, it is paid by the entry of the bank
    assert {type(error) for error in errors(outcomes)} <= {PayoutRefused}
    assert Payout.objects.get().state == "paid"
    assert LedgerTransaction.objects.filter(kind="payout").count() == 1
    assert api.check() == ()


@pytest.mark.parametrize("isolation", ISOLATIONS)
def test_a_rejected_payout_that_is_executed_while_another_is_proposed_pays_once(isolation):
    # given
    name, uuid = asked_to_reject()
    api.reject_payout(uuid, by=make.CONFIRMER, at=make.PAY_DAY)
    record = partial(make.record, make.entry(name, "91.73"))

    # when
    outcomes = race(record, *[partial(make.proposed, 3)] * 3, isolation=isolation)

    # then
    assert {type(error) for error in errors(outcomes)} <= {PayoutRefused}
    assert Payout.objects.filter(live_key__isnull=False).count() == 1
    assert api.check() == ()


def test_without_the_lock_what_is_executed_while_it_is_rejected_is_rejected_and_posted(monkeypatch):
    # given: the twin of the test before the last, with a plain read in place of the lock
    name, uuid = asked_to_reject()
    monkeypatch.setattr(lock_objects, "lock_payout", lambda pk: Payout.objects.get(pk=pk))
    check = payout_rejections._check_not_executed

    def be_overtaken(payout, *, is_locked):
        check(payout, is_locked=is_locked)
        (outcome,) = race(partial(make.record, make.entry(name, "91.73")))
        assert outcome.value.paid == 1

    monkeypatch.setattr(payout_rejections, "_check_not_executed", be_overtaken)

    # when
    api.reject_payout(uuid, by=make.CONFIRMER, at=make.PAY_DAY)

    # then
    assert Payout.objects.get().state == "rejected"
    assert "payout is as the bank says" in {fault.invariant for fault in api.check()}
