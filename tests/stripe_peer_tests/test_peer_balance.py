"""Every movement is a balance transaction, and the balance is their sum."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from factories.stripe_calls import NOON, a_payment
from stripe_peer import Account, Bank, Clock, Peer, Server, client_of
from stripe_peer.fees import Fees, Price


@pytest.mark.parametrize(
    ("amount", "currency", "fee"),
    [
        (12_000, "usd", 378),
        (5_999, "usd", 204),
        (1_000, "usd", 59),
        (9_900, "eur", 174),
        (50, "usd", 31),
    ],
)
def test_the_fee_is_that_of_the_worked_example(api, amount, currency, fee):
    """docs: 2.9 % + 0.30 in USD and 1.5 % + 0.25 in EUR, half up."""
    api.v1.payment_intents.create(params=a_payment(amount, currency))

    (moved,) = api.v1.balance_transactions.list().data
    assert (moved.amount, moved.fee, moved.net) == (amount, fee, amount - fee)
    assert [(one.amount, one.type) for one in moved.fee_details] == [(fee, "stripe_fee")]
    assert (moved.type, moved.reporting_category) == ("charge", "charge")


def test_the_price_list_is_the_account_s(api, account):
    account.fees = Fees(by_currency={"jpy": Price(rate=Decimal("0.036"))})

    api.v1.payment_intents.create(params=a_payment(10_000, "jpy"))

    assert api.v1.balance_transactions.list().data[0].fee == 360


def test_money_is_pending_before_it_is_available(api, clock):
    api.v1.payment_intents.create(params=a_payment(10_000))
    net = 10_000 - 320

    pending = api.v1.balance.retrieve()
    clock.advance(timedelta(days=2))
    available = api.v1.balance.retrieve()

    assert (pending.pending[0].amount, pending.available[0].amount) == (net, 0)
    assert (available.pending[0].amount, available.available[0].amount) == (0, net)
    assert api.v1.balance_transactions.list().data[0].status == "available"


def test_each_currency_has_a_balance_of_its_own(api):
    api.v1.payment_intents.create(params=a_payment(10_000, "usd"))
    api.v1.payment_intents.create(params=a_payment(10_000, "eur"))

    pending = {one.currency: one.amount for one in api.v1.balance.retrieve().pending}

    assert pending == {"usd": 10_000 - 320, "eur": 10_000 - 175}


def test_a_movement_leads_to_what_caused_it(api):
    paid = api.v1.payment_intents.create(params=a_payment())

    (moved,) = api.v1.balance_transactions.list(params={"expand": ["data.source"]}).data

    assert moved.source.id == paid.latest_charge
    assert api.v1.balance_transactions.list(params={"source": moved.source.id}).data[0].id == (
        moved.id
    )


class AccountMachine(RuleBasedStateMachine):
    """Payments, refunds, failures, disputes and days, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = Clock(NOON)
        account = Account(clock=self.clock)
        self.bank = Bank(account)
        self._open = ExitStack()
        server = self._open.enter_context(Server(Peer(account)))
        self.api = self._open.enter_context(client_of(server.url))

    def teardown(self) -> None:
        self._open.close()

    @rule(amount=st.integers(50, 50_000), currency=st.sampled_from(["usd", "eur", "jpy"]))
    def pay(self, amount, currency):
        self.api.v1.payment_intents.create(params=a_payment(amount, currency))

    @rule(part=st.integers(1, 100), turn=st.integers(0, 20))
    def refund(self, part, turn):
        open_ones = [
            charge
            for charge in self.api.v1.charges.list(params={"limit": 100}).data
            if not charge.refunded and not charge.disputed
        ]
        if open_ones:
            charge = open_ones[turn % len(open_ones)]
            left = charge.amount - charge.amount_refunded
            amount = max(1, left * part // 100)
            self.api.v1.refunds.create(params={"charge": charge.id, "amount": amount})

    @rule(turn=st.integers(0, 20))
    def fail_a_refund(self, turn):
        refunds = self.api.v1.refunds.list(params={"limit": 100}).data
        done = [refund for refund in refunds if refund.status == "succeeded"]
        if done:
            self.bank.fail_refund(done[turn % len(done)].id)

    @rule(turn=st.integers(0, 20), won=st.booleans(), fee_returned=st.booleans())
    def dispute(self, turn, won, fee_returned):
        charges = self.api.v1.charges.list(params={"limit": 100}).data
        untouched = [one for one in charges if not one.disputed and not one.amount_refunded]
        if untouched:
            charge = untouched[turn % len(untouched)]
            self.bank.decide(
                self.bank.dispute(charge.id), won=won, fee_returned=won and fee_returned
            )

    @rule(days=st.integers(0, 3))
    def wait(self, days):
        self.clock.advance(timedelta(days=days))

    @invariant()
    def the_balance_is_the_sum_of_its_movements(self):
        moved = list(self.api.v1.balance_transactions.list(params={"limit": 100}).data)
        balance = self.api.v1.balance.retrieve()
        for currency in {one.currency for one in moved}:
            held = sum(
                one.amount
                for one in (*balance.available, *balance.pending)
                if one.currency == currency
            )
            assert held == sum(one.net for one in moved if one.currency == currency)

    @invariant()
    def net_is_amount_less_fee_and_nobody_gets_back_more_than_was_paid(self):
        moved = self.api.v1.balance_transactions.list(params={"limit": 100}).data
        charges = self.api.v1.charges.list(params={"limit": 100}).data

        assert all(one.net == one.amount - one.fee for one in moved)
        assert all(0 <= one.amount_refunded <= one.amount_captured for one in charges)


TestAccount = AccountMachine.TestCase
TestAccount.settings = settings(max_examples=12, stateful_step_count=15)
