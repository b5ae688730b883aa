"""Whatever a bank tells of payouts, and people say about it: what is no fault is in the books."""

from __future__ import annotations

from contextlib import suppress

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from factories import payouts as make
from machines import lives
from revenue_share import api
from revenue_share.data import AcceptedAs, Account
from revenue_share.exceptions import PayoutRefused
from revenue_share.models import Payout, PayoutBatch, PayoutEntry

DUE = 9_173
SENT = ("ordered", "held", "paid", "returned", "rejected")


class Undone(Exception):
    """Ends a run, so that nothing of it stays in the database."""


class BankMachine(RuleBasedStateMachine):
    """One statement of 91.73, several payouts of it one after the other, and any bank."""

    def __init__(self):
        self.undo = transaction.atomic()
        self.undo.__enter__()
        super().__init__()
        self.told = 0

    @initialize()
    def agree(self):
        make.closed_october()
        make.account()

    @rule()
    def propose(self):
        with suppress(PayoutRefused):
            make.proposed(3)

    @rule(approves=st.booleans())
    def decide(self, approves):
        for batch in PayoutBatch.objects.filter(confirmed_at=None, refused_at=None):
            with suppress(PayoutRefused):
                if approves:
                    api.approve_batch(batch.uuid, by=make.CONFIRMER, at=make.PAY_DAY)
                else:
                    api.refuse_batch(batch.uuid, by=make.CONFIRMER, because="no", at=make.PAY_DAY)

    @rule(
        data=st.data(),
        amount=st.sampled_from(["91.73", "91.73", "90.00", "3.00"]),
        side=st.sampled_from(["DBIT", "CRDT"]),
    )
    def tell(self, data, amount, side):
        sent = Payout.objects.filter(state__in=SENT).order_by("pk")
        names = list(sent.values_list("end_to_end_id", flat=True))
        if not names:
            return
        name = names[data.draw(st.integers(0, len(names) - 1))]
        self.told += 1
        make.record(make.entry(name, amount, side=side, reference=f"B{self.told}"))

    @rule(data=st.data(), accepted_as=st.sampled_from(list(AcceptedAs)))
    def accept(self, data, accepted_as):
        entries = [one.id for payout in api.list_faulty_payouts() for one in payout.entries
                   if one.fault and not one.waits]  # fmt: skip
        if not entries:
            return
        with suppress(PayoutRefused):
            step = api.ask_to_accept(
                entries[data.draw(st.integers(0, len(entries) - 1))],
                accepted_as=accepted_as, reason="x",
                by=make.ASKER, at=make.RECORDED,
            )  # fmt: skip
            api.accept_difference(step, by=make.CONFIRMER, at=make.RECORDED)

    @rule()
    def reject(self):
        for payout in Payout.objects.filter(state="ordered"):
            with suppress(PayoutRefused):
                step = api.ask_to_reject(payout.uuid, reason="x", by=make.ASKER, at=make.RECORDED)
                api.reject_payout(step, by=make.CONFIRMER, at=make.RECORDED)

    @invariant()
    def what_is_no_fault_is_on_the_account_of_the_bank(self):
        faults = {one.id for payout in api.list_faulty_payouts() for one in payout.entries
                  if one.fault}  # fmt: skip
        booked = sum(
            entry.amount_minor if entry.is_credit else -entry.amount_minor
            for entry in PayoutEntry.objects.all()
            if entry.pk not in faults
        )
        assert balance(Account.BANK) == booked

    @invariant()
    def the_statement_is_owed_until_one_payout_has_paid_it(self):
        paid = Payout.objects.filter(state="paid").count()
        assert paid <= 1
        if PayoutBatch.objects.exists():
            assert balance(Account.PAYABLE_CLEARED, "GSMA") == DUE * paid - DUE

    @invariant()
    def what_was_debited_is_not_paid_again_before_somebody_has_looked(self):
        over = {"rejected", "returned"}
        debited = [one for payout in api.list_faulty_payouts() if payout.state in over
                   for one in payout.entries if one.fault and not one.is_credit]  # fmt: skip
        if debited:
            assert 3 not in make.numbers()

    def teardown(self):
        try:
            assert api.check() == ()
        finally:
            self.undo.__exit__(Undone, Undone(), None)


def balance(account, party=""):
    found = [one for one in api.balances("USD") if (one.account, one.party) == (account, party)]
    return sum(one.amount.minor for one in found)


@pytest.mark.django_db
def test_what_a_bank_tells_is_booked_or_shown(settings_of_payouts):
    run_state_machine_as_test(
        BankMachine,
        settings=settings(
            max_examples=lives(12),
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.fixture
def settings_of_payouts(settings):
    make.set_up(settings)
