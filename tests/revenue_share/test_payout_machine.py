"""A state machine of payouts beside an oracle: whatever a bank tells, the books say the same."""

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
    precondition,
    rule,
    run_state_machine_as_test,
)

from factories import payouts as make
from fairgate.money import Money
from machines import lives
from revenue_share import api
from revenue_share.data import AcceptedAs, Account
from revenue_share.exceptions import PayoutRefused
from revenue_share.models import Payout, PayoutEntry, Statement

DUE = 9_173


class Undone(Exception):
    """Ends a run, so that nothing of it stays in the database."""


class Told:
    """What the oracle keeps of one payout: what was debited, and what came back."""

    def __init__(self) -> None:
        self.debits: list[int] = []
        self.credits: list[int] = []
        self.accepted: int | None = None
        self.over = False
        self.is_rejected = False

    @property
    def charged(self) -> int | None:
        """The first debit of the right amount, unless two people took a wrong one before it."""
        if self.accepted is not None:
            return self.accepted
        return DUE if DUE in self.debits else None

    @property
    def is_returned(self) -> bool:
        if self.charged is None:
            return False
        right = [one for one in self.debits if one == DUE]
        extra = len(right) - 1 if self.accepted is None else len(right)
        return self.credits.count(self.charged) > extra


class PayoutMachine(RuleBasedStateMachine):
    """One statement of 91.73: proposed, refused, debited, rejected, returned, in any order."""

    def __init__(self):
        super().__init__()
        self.told: list[Told] = []
        self.waiting = None
        self.number = 0
        self.sums = {Account.BANK: 0, Account.PAYABLE_CLEARED: -DUE, Account.FX_GAIN_LOSS: 0}

    @initialize()
    def agree(self):
        make.closed_october()
        make.account()
        self.frozen = Statement.objects.get(party="GSMA").document

    @property
    def is_live(self) -> bool:
        return self.waiting is not None or bool(self.told and not self.told[-1].over)

    @rule()
    def propose(self):
        if self.is_live:
            with pytest.raises(PayoutRefused, match="is not to be paid"):
                make.proposed(3)
        else:
            self.waiting = make.proposed(3)

    @precondition(lambda self: self.waiting)
    @rule(approve=st.booleans())
    def decide(self, approve):
        if approve:
            api.approve_batch(self.waiting, by=make.CONFIRMER, at=make.PAY_DAY)
            self.told.append(Told())
        else:
            api.refuse_batch(self.waiting, by=make.CONFIRMER, because="no", at=make.PAY_DAY)
        self.waiting = None

    @precondition(lambda self: self.told)
    @rule(minor=st.sampled_from([DUE, DUE, DUE, DUE + 500]), is_credit=st.booleans())
    def a_file_comes(self, minor, is_credit):
        self.the_bank_tells(minor, is_credit=is_credit)

    def the_bank_tells(self, minor, *, is_credit):
        told = self.told[-1]
        if told.over:
            return
        self.number += 1
        amount = f"{Money.from_minor(minor, 'USD').amount:f}"
        name = Payout.objects.exclude(state="refused").last().end_to_end_id
        side = "CRDT" if is_credit else "DBIT"
        entry = make.entry(name, amount, side=side, reference=f"B{self.number}")
        before = told.charged
        (told.credits if is_credit else told.debits).append(minor)
        make.record(entry)
        assert make.record(entry).known == 1
        self.follow(told, before)

    @precondition(lambda self: self.told)
    @rule()
    def a_difference_is_accepted(self):
        told = self.told[-1]
        entry = PayoutEntry.objects.filter(
            payout=Payout.objects.exclude(state="refused").last(), amount_minor=DUE + 500
        ).order_by("pk").first()  # fmt: skip
        if entry is None:
            return
        may = not entry.is_credit and told.charged is None and not told.over
        with suppress(PayoutRefused):
            step = api.ask_to_accept(
                entry.pk,
                accepted_as=AcceptedAs.PAYMENT,
                reason="fee",
                by=make.ASKER,
                at=make.PAY_DAY,
            )
            if not may:
                api.refuse_difference(step, by=make.CONFIRMER, because="no", at=make.PAY_DAY)
                return
            api.accept_difference(step, by=make.CONFIRMER, at=make.PAY_DAY)
            told.accepted = DUE + 500
            told.debits.remove(DUE + 500)
            self.follow(told, None)

    @precondition(lambda self: self.told and not self.told[-1].over)
    @rule()
    def two_people_say_that_it_was_not_executed(self):
        told, payout = self.told[-1], Payout.objects.exclude(state="refused").last()
        try:
            step = api.ask_to_reject(payout.uuid, reason="Unknown", by=make.ASKER, at=make.RECORDED)
        except PayoutRefused:
            assert told.debits or told.credits
            return
        api.reject_payout(step, by=make.CONFIRMER, at=make.RECORDED)
        assert told.charged is None
        told.over = told.is_rejected = True

    @precondition(lambda self: self.told and self.told[-1].is_rejected and not self.is_live)
    @rule()
    def the_bank_executes_it_after_all(self):
        told = self.told[-1]
        told.over = told.is_rejected = False
        self.the_bank_tells(DUE, is_credit=False)

    def follow(self, told, before):
        """Post what the oracle says."""
        if before is None and told.charged is not None:
            self.sums[Account.BANK] -= told.charged
            self.sums[Account.PAYABLE_CLEARED] += DUE
            self.sums[Account.FX_GAIN_LOSS] += told.charged - DUE
        if told.is_returned:
            told.over = True
            self.sums[Account.BANK] += told.charged
            self.sums[Account.PAYABLE_CLEARED] -= DUE
            self.sums[Account.FX_GAIN_LOSS] -= told.charged - DUE

    @rule()
    def an_auditor_comes(self):
        assert api.check() == ()

    @invariant()
    def the_books_are_the_oracle_s(self):
        for account, minor in self.sums.items():
            if account is Account.PAYABLE_CLEARED and not hasattr(self, "frozen"):
                return
            found = sum(
                one.amount.minor
                for one in api.balances("USD")
                if one.account is account
                and (account is not Account.PAYABLE_CLEARED or one.party == "GSMA")
            )
            assert found == minor, account

    @invariant()
    def at_most_one_payout_is_live_and_the_statement_is_as_it_was(self):
        assert Payout.objects.filter(live_key__isnull=False).count() == int(self.is_live)
        if hasattr(self, "frozen"):
            assert Statement.objects.get(party="GSMA").document == self.frozen
            assert (3 in make.numbers()) == (not self.is_live)


class UndonePayouts(PayoutMachine):
    """Each run is one transaction that is rolled back at its end."""

    def __init__(self):
        self.undo = transaction.atomic()
        self.undo.__enter__()
        super().__init__()

    def teardown(self):
        try:
            self.an_auditor_comes()
        finally:
            self.undo.__exit__(Undone, Undone(), None)


@pytest.mark.django_db
def test_a_statement_is_paid_once_whatever_a_bank_tells(settings_of_payouts):
    run_state_machine_as_test(
        UndonePayouts,
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
