"""F14: a worker dies at any step of a payout; whoever goes on comes to the same end, once."""

from __future__ import annotations

from contextlib import suppress

import pytest

import killed
from factories import payouts as make
from revenue_share import api
from revenue_share.exceptions import PayoutRefused
from revenue_share.models import LedgerTransaction, Payout, PayoutBatch

pytestmark = pytest.mark.django_db(transaction=True)

ENTRIES = ("one", "two")


@pytest.fixture(autouse=True)
def ready(database, settings, transactional_db):
    if database != "sqlite":
        pytest.skip("Each statement on SQLite; on MariaDB the races hold the rows.")
    make.set_up(settings)
    make.closed_october()
    make.account()
    make.account("ATC", number="GB33BUKB20201555555555")


def at_every_step(act, again, *, least: int) -> None:
    """Die at each step of the act in turn, go on, and let ``again`` prove the end."""
    start, step, died = killed.Snapshot(), 0, True
    while died:
        step += 1
        start.restore()
        with killed.worker(dies_at=step, counts=("statement", "commit")) as life:
            act()
        died = life.is_over
        again()
        assert api.check() == (), step
    assert step > least


def test_f14_a_proposal_that_dies_is_whole_or_not_there():
    def again():
        with suppress(PayoutRefused):  # it was there, and the answer was lost
            make.proposed(1, 3)
        assert PayoutBatch.objects.count() == 1
        assert Payout.objects.count() == 2

    at_every_step(lambda: make.proposed(1, 3), again, least=10)


def test_f14_an_approval_that_dies_has_a_file_and_orders_or_neither():
    uuid = make.proposed(1, 3)

    def approve():
        api.approve_batch(uuid, by=make.CONFIRMER, at=make.PAY_DAY)

    def again():
        batch = PayoutBatch.objects.get()
        states = set(Payout.objects.values_list("state", flat=True))
        assert states == ({"ordered"} if batch.sealed else {"proposed"})
        with suppress(PayoutRefused):
            approve()
        assert api.payment_order(uuid).content

    at_every_step(approve, again, least=10)


def test_f14_a_bank_s_file_that_dies_on_its_way_goes_on_when_it_is_sent_again():
    make.approved(1, 3)
    amounts = {1: "50.96", 3: "91.73"}
    entries = [
        make.entry(row.end_to_end_id, amounts[row.statement.number])
        for row in Payout.objects.select_related("statement")
    ]

    def again():
        make.record(*entries)
        assert set(Payout.objects.values_list("state", flat=True)) == {"paid"}
        assert LedgerTransaction.objects.filter(kind="payout").count() == 2

    at_every_step(lambda: make.record(*entries), again, least=20)


def test_f14_a_rejection_that_dies_is_whole_or_not_there():
    make.approved(3)
    payout = Payout.objects.get()
    told = {"reason": "Unknown", "by": make.ASKER, "at": make.PAY_DAY}
    uuid = api.ask_to_reject(payout.uuid, **told)

    def reject():
        api.reject_payout(uuid, by=make.CONFIRMER, at=make.PAY_DAY)

    def again():
        with suppress(PayoutRefused):  # it was there, and the answer was lost
            reject()
        assert Payout.objects.get().state == "rejected"
        assert make.numbers() == [1, 3]

    at_every_step(reject, again, least=5)


def test_f14_a_file_about_a_rejected_payout_that_dies_goes_on_when_it_is_sent_again():
    make.approved(3)
    payout = Payout.objects.get()
    told = {"reason": "Unknown", "by": make.ASKER, "at": make.PAY_DAY}
    api.reject_payout(api.ask_to_reject(payout.uuid, **told), by=make.CONFIRMER, at=make.PAY_DAY)
    entry = make.entry(payout.end_to_end_id, "91.73")

    def again():
        make.record(entry)
        assert Payout.objects.get().state == "paid"
        assert LedgerTransaction.objects.filter(kind="payout").count() == 1

    at_every_step(lambda: make.record(entry), again, least=10)
