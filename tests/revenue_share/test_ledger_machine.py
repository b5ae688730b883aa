"""A state machine of the books beside an oracle in exact fractions."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from fractions import Fraction

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

from factories import payouts as pay
from factories import revenue_share as facts
from fairgate.money import Money
from machines import lives
from revenue_share import api
from revenue_share.data import Account, Period
from revenue_share.exceptions import PeriodStillOnHold, RefundExceedsSale, SecondPersonNeeded
from revenue_share.models import PeriodClose, RecoupmentStanding, RevenueEvent, Statement
from revenue_share.selectors.checking import POSITION

START = datetime(2026, 10, 1, 9, tzinfo=UTC)


class Undone(Exception):
    """Ends a run, so that nothing of it stays in the database."""


def split(amount, *weights):
    """Largest remainder, once more, by fractions."""
    exact = [Fraction(amount * max(weight, 0), sum(max(one, 0) for one in weights) or 1)
             for weight in weights]  # fmt: skip
    parts = [int(one) for one in exact]
    rests = [one - part for one, part in zip(exact, parts, strict=True)]
    for place in sorted(range(len(parts)), key=lambda one: -rests[one])[: amount - sum(parts)]:
        parts[place] += 1
    return parts


@dataclass
class Agreed:
    """What one version of the terms says, as the oracle reads it."""

    weights: dict
    is_gross: bool
    recoups: int

    def base(self, net, fee):
        return net + fee if self.is_gross else net


@dataclass
class Sold:
    """A sale in the oracle: what is left of it, and what banks have taken."""

    agreed: Agreed
    gross: int
    left: list
    recouped: int
    refunded: int = 0
    disputed: int = 0
    bank: list = field(default_factory=lambda: [0, 0, 0])
    bank_recouped: int = 0
    refunds: int = 0

    def excess(self):
        return max(0, self.refunded + self.disputed - self.gross)


FEE = 1500
MINIMUM = 2500

V1 = Agreed({"FUND": 20, "GSMA": 36, "ATC": 20, "PLATFORM": 24}, is_gross=False, recoups=0)
V2 = Agreed({"FUND": 50, "GSMA": 30, "ATC": 20, "PLATFORM": 0}, is_gross=True, recoups=20_000)
CHANGE = datetime(2026, 12, 1, tzinfo=UTC)


def terms():
    """Net receipts until November; then the gross, of which ATC recoups 200.00 first."""
    factory = facts.partnership_factory
    later = (
        factory.REVENUE.replace("fund_percent: 20", "fund_percent: 50")
        .replace("{GSMA: 45, ATC: 25, PLATFORM: 30}", "{GSMA: 60, ATC: 40}")
        .replace("basis: net_receipts", "basis: gross")
        .replace("{lost_processor_fee", "{processor_fee: PLATFORM, lost_processor_fee")
    )
    recouping = '    recoupments: [{party: ATC, amount: "200.00", currency: USD}]\n'
    return factory.terms_text(
        factory.version_text(valid_until="2026-11-30"),
        factory.version_text(
            version=2, valid_from="2026-12-01", valid_until="2030-12-31", revenue=later + recouping
        ),
    )


class BooksMachine(RuleBasedStateMachine):
    """Sales, refunds, disputes, adjustments, remittances, new terms, days, closes, payouts."""

    def __init__(self):
        super().__init__()
        self.now = START
        self.sales = []
        self.last = None
        self.exact = dict.fromkeys(V1.weights, Fraction(0))
        self.clearing = self.tax = self.unallocated = self.recouped = self.bank = 0
        self.disputes = {}
        self.closed = Period(2026, 9)

    @initialize()
    def agree(self):
        facts.partnership_factory.put_in_force(terms())
        for party in ("GSMA", "ATC"):
            pay.account(party, at=START)

    @rule(gross=st.integers(1, 20_000), tax=st.integers(0, 100), fee=st.integers(0, 500))
    def sell(self, gross, tax, fee):
        tax = gross * tax // 400
        payment = facts.payment(f"S{len(self.sales)}", *amounts(gross, tax, fee), self.now)
        api.book_payment(payment, at=self.now)
        self.last = payment
        agreed, net = (V2 if self.now >= CHANGE else V1), gross - tax - fee
        base = agreed.base(net, fee)
        recouped = min(max(base, 0), max(agreed.recoups - self.recouped, 0))
        self.sales.append(Sold(agreed, gross, [net, tax, fee], recouped))
        self.clearing += gross - fee
        self.tax += tax
        self.share(agreed, base - recouped, recouped, fee if agreed.is_gross else 0)

    def share(self, agreed, shared, recouped, fee):
        for party, weight in agreed.weights.items():
            self.exact[party] += Fraction(shared * weight, 100)
        self.exact["ATC"] += recouped
        self.exact["PLATFORM"] -= fee
        self.recouped += recouped

    def bear(self, agreed, fee):
        for party, weight in agreed.weights.items():
            self.exact[party] -= Fraction(fee * weight, 100)

    def goes(self, sale, gross, is_bank):
        """So much more goes back of a sale; below zero, it comes again."""
        before = sale.excess()
        if is_bank:
            sale.disputed += gross
        else:
            sale.refunded += gross
        beyond = sale.excess() - before
        self.unallocated += beyond
        self.clearing -= gross
        if gross >= 0:
            self.take(sale, gross - beyond, is_bank)
        else:
            self.give(sale, beyond - gross)

    def take(self, sale, gross, is_bank):
        net, tax, fee = parts_of(gross, sale.left)
        base = sale.agreed.base(net, fee)
        held = sale.agreed.base(sale.left[0], sale.left[2]) - sale.recouped
        recouped = recouped_part(base, held, sale.recouped)
        self.tax -= tax
        self.share(sale.agreed, recouped - base, -recouped, -fee if sale.agreed.is_gross else 0)
        self.bear(sale.agreed, fee)
        sale.left = [left - part for left, part in zip(sale.left, (net, tax, fee), strict=True)]
        sale.recouped -= recouped
        if is_bank:
            sale.bank = [had + part for had, part in zip(sale.bank, (net, tax, fee), strict=True)]
            sale.bank_recouped += recouped

    def give(self, sale, gross):
        net, tax, fee = parts_of(gross, sale.bank)
        base = sale.agreed.base(net, fee)
        taken = sale.agreed.base(sale.bank[0], sale.bank[2]) - sale.bank_recouped
        recouped = recouped_part(base, taken, sale.bank_recouped)
        self.tax += tax
        self.share(sale.agreed, base - recouped, recouped, fee if sale.agreed.is_gross else 0)
        self.bear(sale.agreed, -fee)
        sale.left = [left + part for left, part in zip(sale.left, (net, tax, fee), strict=True)]
        sale.bank = [had - part for had, part in zip(sale.bank, (net, tax, fee), strict=True)]
        sale.recouped += recouped
        sale.bank_recouped -= recouped

    @precondition(lambda self: self.sales)
    @rule(data=st.data())
    def refund(self, data):
        place = data.draw(st.integers(0, len(self.sales) - 1))
        sale = self.sales[place]
        amount = data.draw(st.integers(1, sale.gross - sale.refunded + 50))
        name = f"R{place} {sale.refunds}"
        if amount > sale.gross - sale.refunded:
            too_much = facts.refund(name, f"S{place}", *amounts(amount, 0, 0), self.now)
            with pytest.raises(RefundExceedsSale):
                api.book_refund(too_much, at=self.now)
            return
        # As fee_payments splits it, which does not look at what a bank has.
        known = [left + bank for left, bank in zip(sale.left, sale.bank, strict=True)]
        told = parts_of(min(amount, sum(known)), known)
        tax, fee = (told[1], told[2]) if sum(told) == amount else (0, 0)
        back = facts.refund(name, f"S{place}", *amounts(amount, tax, fee), self.now)
        if not has_been_disputed(place) and sum(told) != amount:
            return
        api.book_refund(back, at=self.now)
        sale.refunds += 1
        if has_been_disputed(place):
            fits = all(0 <= part <= left for part, left in zip(
                (amount - tax - fee, tax, fee), sale.left, strict=True))  # fmt: skip
            if fits:
                self.goes_as_told(sale, amount, tax, fee)
                return
        self.goes(sale, amount, is_bank=False)

    def goes_as_told(self, sale, amount, tax, fee):
        """The parts that were told are there, so they are what is taken."""
        whole, sale.left = sale.left, [amount - tax - fee, tax, fee]
        rest = [left - part for left, part in zip(whole, sale.left, strict=True)]
        kept = sale.recouped
        base = sale.agreed.base(amount - tax - fee, fee)
        held = sale.agreed.base(whole[0], whole[2]) - kept
        sale.recouped = recouped_part(base, held, kept)
        taken = sale.recouped
        self.goes(sale, amount, is_bank=False)
        sale.left, sale.recouped = rest, kept - taken

    @precondition(lambda self: self.sales)
    @rule(data=st.data(), part=st.sampled_from([1, 2]))
    def a_bank_takes(self, data, part):
        place = data.draw(st.integers(0, len(self.sales) - 1))
        sale, name = self.sales[place], f"D{len(self.disputes)}"
        amount = max(sale.gross // part, 1)
        self.disputes[name] = {"place": place, "amount": amount, "fee": 0, "state": "opened",
                               "taken": 0, "opened_at": self.now}  # fmt: skip
        self.tell(name, "opened", FEE)

    @precondition(lambda self: self.disputes)
    @rule(data=st.data(), state=st.sampled_from(["lost", "won"]), fee=st.sampled_from([0, FEE]))
    def a_bank_decides(self, data, state, fee):
        self.now += timedelta(seconds=1)
        self.tell(data.draw(st.sampled_from(sorted(self.disputes))), state, fee)

    def tell(self, name, state, fee):
        row = self.disputes[name]
        told = facts.dispute(
            state, (f"S{row['place']}",), *amounts(row["amount"], fee), self.now, name=name,
            opened_at=row["opened_at"],
        )  # fmt: skip
        api.book_dispute(told, at=self.now)
        taken = 0 if state == "won" else row["amount"]
        self.goes(self.sales[row["place"]], taken - row["taken"], is_bank=True)
        self.clearing -= fee - row["fee"]
        self.exact["PLATFORM"] -= fee - row["fee"]
        row.update(state=state, fee=fee, taken=taken)
        self.told = told

    @precondition(lambda self: self.disputes)
    @rule()
    def a_dispute_told_again_or_late_changes_nothing(self):
        before = RevenueEvent.objects.count()
        api.book_dispute(self.told, at=self.now)
        row = self.disputes[next(iter(self.disputes))]
        if row["state"] != "opened":
            late = facts.dispute("opened", (f"S{row['place']}",), *amounts(row["amount"], 0),
                                 self.now, name=next(iter(self.disputes)))  # fmt: skip
            api.book_dispute(late, at=self.now)
        assert RevenueEvent.objects.count() == before

    @rule(amount=st.integers(-5_000, 5_000).filter(bool), to=st.sampled_from(["ATC", "FUND", ""]))
    def people_adjust(self, amount, to):
        uuid = api.propose_adjustment(
            {"GSMA": Money.from_minor(-amount, "USD"), to: Money.from_minor(amount, "USD")},
            reason="A mistake.", period=str(Period.of(self.now)), by=1, at=self.now,
        )  # fmt: skip
        with pytest.raises(SecondPersonNeeded):
            api.confirm_adjustment(uuid, by=1, at=self.now)
        api.confirm_adjustment(uuid, by=2, at=self.now)
        self.exact["GSMA"] -= amount
        if to:
            self.exact[to] += amount
        else:
            self.unallocated -= amount

    @rule(amount=st.integers(-5_000, 5_000).filter(bool), party=st.sampled_from(["ATC", "GSMA"]))
    def a_party_pays_over(self, amount, party):
        uuid = api.propose_remittance(
            party, Money.from_minor(amount, "USD"), booked_on=self.now.date(),
            reference=f"B{RevenueEvent.objects.count()} {self.bank}", reason="A transfer.", by=1,
            at=self.now,
        )  # fmt: skip
        with pytest.raises(SecondPersonNeeded):
            api.confirm_remittance(uuid, by=1, at=self.now)
        api.confirm_remittance(uuid, by=2, at=self.now)
        self.exact[party] += amount
        self.bank += amount

    @precondition(lambda self: self.last)
    @rule()
    def a_repetition_changes_nothing(self):
        before = RevenueEvent.objects.count()
        api.book_payment(self.last, at=self.now)
        assert RevenueEvent.objects.count() == before

    @rule(days=st.integers(1, 40))
    def days_pass(self, days):
        self.now += timedelta(days=days)

    @rule()
    def clear(self):
        api.clear_holds(at=self.now)

    @rule(is_time=st.booleans())
    def close(self, is_time):
        """The next month; often as soon as it may be closed."""
        period = self.closed.next()
        free = period.hold_ends_at(30)
        if is_time:
            self.now = max(self.now, free)
        try:
            api.close_period(str(period), at=self.now, by="ines")
        except PeriodStillOnHold:
            assert self.now < free
        else:
            self.closed = period

    @precondition(lambda self: self.closed > Period(2026, 9))
    @rule(data=st.data())
    def a_statement_is_paid_out(self, data):
        """By the bank on the same day; perhaps it comes back."""
        waiting = [one for one in api.list_payables() if one.refusal is None]
        if not waiting:
            return
        due, comes_back = data.draw(st.sampled_from(waiting)), data.draw(st.booleans())
        uuid = api.propose_batch(
            [due.number], execute_on=self.now.date(), reason="Run", by=1, at=self.now
        )
        api.approve_batch(uuid, by=2, at=self.now)
        (payout,) = api.batch(uuid).payouts
        (amount,) = amounts(due.amount.minor)
        sides = ["DBIT", "CRDT"] if comes_back else ["DBIT"]
        entries = [
            pay.entry(payout.end_to_end_id, amount, side=side, day=self.now.date().isoformat())
            for side in sides
        ]
        assert pay.record(*entries, at=self.now).faults == ()
        if not comes_back:
            self.exact[due.party] -= due.amount.minor
            self.bank -= due.amount.minor

    @rule()
    def an_auditor_comes(self):
        assert api.check() == ()

    @invariant()
    def the_gateway_has_what_came_and_went(self):
        assert balance(lambda one: one.account is Account.GATEWAY_CLEARING) == self.clearing

    @invariant()
    def tax_and_what_nobody_bears_are_what_they_are(self):
        assert balance(lambda one: one.account is Account.TAX_PAYABLE) == -self.tax
        assert balance(lambda one: one.account is Account.UNALLOCATED) == self.unallocated

    @invariant()
    def the_bank_has_what_was_paid_over(self):
        assert balance(lambda one: one.account is Account.BANK) == self.bank

    @invariant()
    def every_account_together_is_nothing(self):
        assert balance(lambda _: True) == 0

    @invariant()
    def nobody_is_far_from_the_exact_share(self):
        # below one unit with sales only; mirrors may add for a while (money.md 5.2), of each of
        # the two versions
        for party, exact in self.exact.items():
            held = -balance(lambda one, party=party: one.account in POSITION and one.party == party)
            assert abs(exact - held) < 8

    @invariant()
    def what_was_recouped_is_counted(self):
        kept = sum(RecoupmentStanding.objects.values_list("recouped_minor", flat=True))
        assert kept == self.recouped

    @invariant()
    def statements_chain(self):
        """Each opens with what the one before left, in every month until nothing is left."""
        left = {}
        by_month = {}
        for row in Statement.objects.order_by("number"):
            by_month.setdefault(row.period, {})[row.party] = row
        for month in PeriodClose.objects.order_by("period").values_list("period", flat=True):
            rows = by_month.get(month, {})
            assert {party for party, (closing, _) in left.items() if closing} <= set(rows)
            for party, row in rows.items():
                opening, minimum = left.get(party, (0, None))
                lines = json.loads(row.document)["lines"]
                if any(line["agreement"] for line in lines):
                    minimum = MINIMUM
                elif party == "PLATFORM" and month >= "2026-11":
                    minimum = None  # the second version gives it nothing
                balance = opening + row.subtotal_minor
                is_due = balance > 0 and balance >= (minimum or 0)
                assert (row.opening_minor, row.payable_minor, row.closing_minor) == (
                    opening, balance if is_due else 0, 0 if is_due else balance,
                )  # fmt: skip
                left[party] = (row.closing_minor, minimum)


def parts_of(gross, left):
    """Net, tax and fee of a part of what is left."""
    net, tax, fee = left
    if gross == net + tax + fee:
        return list(left)
    return split(gross, max(net, 0), tax, net + fee - max(net, 0))


def recouped_part(base, held, recouped):
    """What of a base that goes back was recouped."""
    if not recouped:
        return 0
    return recouped if base == held + recouped else split(base, held, recouped)[1]


def has_been_disputed(place):
    sale = RevenueEvent.objects.get(uuid=facts.named(f"S{place}"))
    return RevenueEvent.objects.filter(sale=sale, dispute_uuid__isnull=False).exists()


def amounts(*units):
    return [f"{Money.from_minor(minor, 'USD').amount:f}" for minor in units]


def balance(wanted):
    return sum(one.amount.minor for one in api.balances("USD") if wanted(one))


class UndoneBooks(BooksMachine):
    """Each run is one transaction that is rolled back at its end."""

    def __init__(self):
        self.undo = transaction.atomic()
        self.undo.__enter__()
        super().__init__()

    def teardown(self):
        try:
            self.an_auditor_comes()
        finally:
            self.roll_back()

    def roll_back(self):
        self.undo.__exit__(Undone, Undone(), None)


@pytest.mark.django_db
def test_the_books_hold_whatever_happens(settings_of_payouts):
    run_state_machine_as_test(
        UndoneBooks,
        settings=settings(
            max_examples=lives(6),
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.fixture
def settings_of_payouts(settings):
    pay.set_up(settings)
