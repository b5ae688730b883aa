"""What follows from a bank's entries: worked cases, and properties of every history."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairgate.money import Money
from revenue_share.data import AcceptedAs, Account, Entry, Ordered, PayoutState
from revenue_share.rules import payouts as rules

PAY = Money("91.73", "USD")
ORDERED = Ordered(statement=PAY, pay=PAY, debit_currency="USD", tolerance=5)
EUROS = Money("35.02", "EUR")
CONVERTED = Ordered(statement=EUROS, pay=Money("40.49", "USD"), debit_currency="EUR", tolerance=5)
DAY = date(2026, 12, 16)


def entry(number, amount="91.73", *, currency="USD", back=False, accepted=None):
    return Entry(
        id=number, booked_on=DAY, is_credit=back, amount=Money(amount, currency),
        accepted_as=AcceptedAs(accepted) if accepted else None,
    )  # fmt: skip


CASES = [
    ("nothing yet", [], PayoutState.ORDERED, []),
    ("debited", [entry(1)], PayoutState.PAID, []),
    ("wrong", [entry(1, "90.00")], PayoutState.HELD, [(1, "wrong_amount")]),
    ("wrong, accepted", [entry(1, "90.00", accepted="payment")], PayoutState.PAID, []),
    ("wrong, then right", [entry(1, "9.00"), entry(2)], PayoutState.PAID, [(1, "wrong_amount")]),
    ("other currency", [entry(1, currency="EUR")], PayoutState.HELD, [(1, "wrong_amount")]),
    ("twice", [entry(1), entry(2)], PayoutState.PAID, [(2, "duplicate")]),
    ("twice, one back", [entry(1), entry(2), entry(3, back=True)], PayoutState.PAID, []),
    (
        "twice, both back",
        [entry(1), entry(2), entry(3, back=True), entry(4, back=True)], PayoutState.RETURNED, [],
    ),
    ("back", [entry(1), entry(2, back=True)], PayoutState.RETURNED, []),
    ("back before it is known", [entry(1, back=True), entry(2)], PayoutState.RETURNED, []),
    ("back alone", [entry(1, back=True)], PayoutState.ORDERED, [(1, "unexpected")]),
    (
        "back twice",
        [entry(1), entry(2, back=True), entry(3, back=True)], PayoutState.RETURNED,
        [(3, "unexpected")],
    ),
    (
        "back less a fee",
        [entry(1), entry(2, "81.73", back=True)], PayoutState.PAID, [(2, "wrong_amount")],
    ),
    (
        "back less a fee, accepted",
        [entry(1), entry(2, "81.73", back=True, accepted="payment")], PayoutState.RETURNED, [],
    ),
    ("a fee", [entry(1), entry(2, "3.00")], PayoutState.PAID, [(2, "wrong_amount")]),
    ("a fee, accepted", [entry(1), entry(2, "3.00", accepted="charge")], PayoutState.PAID, []),
    ("a fee, undone", [entry(1), entry(2, "3.00"), entry(3, "3.00", back=True)],
     PayoutState.PAID, []),
    ("a fee first", [entry(1, "3.00", accepted="charge")], PayoutState.ORDERED, []),
    ("a fee given back", [entry(1), entry(2, "3.00", back=True, accepted="charge")],
     PayoutState.PAID, []),
    ("wrong, undone", [entry(1, "90.00"), entry(2, "90.00", back=True)], PayoutState.ORDERED, []),
    ("a fee after it came back", [entry(1), entry(2, back=True), entry(3, "0.10")],
     PayoutState.RETURNED, [(3, "wrong_amount")]),
]  # fmt: skip


@pytest.mark.parametrize(("name", "told", "state", "faults"), CASES, ids=[one[0] for one in CASES])
def test_a_payout_stands_where_its_entries_say(name, told, state, faults):
    standing = rules.standing_of(ORDERED, told)
    assert standing.state is state
    assert [(one.id, fault.value) for one, fault in standing.faults] == faults


REJECTED = [
    ("nothing", [], []),
    ("executed", [entry(1)], [(1, "rejected")]),
    ("executed, and back", [entry(1), entry(2, back=True)], []),
    ("a fee", [entry(1, "3.00")], [(1, "wrong_amount")]),
    ("a fee, accepted", [entry(1, "3.00", accepted="charge")], []),
    ("back alone", [entry(1, back=True)], [(1, "unexpected")]),
]


@pytest.mark.parametrize(("name", "told", "faults"), REJECTED, ids=[one[0] for one in REJECTED])
def test_a_rejected_payout_stays_rejected_and_what_the_bank_did_is_a_fault(name, told, faults):
    standing = rules.standing_of(replace(ORDERED, is_rejected=True), told)
    assert (standing.state, standing.executed) == (PayoutState.REJECTED, None)
    assert [(one.id, fault.value) for one, fault in standing.faults] == faults


@pytest.mark.parametrize(
    ("charged", "is_right"),
    [("35.02", True), ("36.77", True), ("36.78", False), ("33.27", True), ("33.26", False)],
)
def test_a_bank_that_converts_may_differ_by_the_tolerance(charged, is_right):
    assert rules.is_as_ordered(CONVERTED, entry(1, charged, currency="EUR")) is is_right
    assert not rules.is_as_ordered(CONVERTED, entry(1, charged, currency="USD"))


entries = st.lists(
    st.builds(
        lambda amount, back, accepted: (amount, back, accepted),
        st.sampled_from(["91.73", "91.73", "96.73"]), st.booleans(),
        st.sampled_from([None, "payment", "charge"]),
    ),
    max_size=8,
)  # fmt: skip


@given(entries, st.randoms())
def test_a_standing_does_not_hang_on_the_order_in_which_entries_are_read(told, chance):
    known = [
        entry(number, amount, back=back, accepted=accepted)
        for number, (amount, back, accepted) in enumerate(told)
    ]
    shuffled = list(known)
    chance.shuffle(shuffled)
    assert rules.standing_of(ORDERED, shuffled) == rules.standing_of(ORDERED, known)


@given(entries)
def test_what_was_executed_stays_whatever_comes_later(told):
    known = [entry(n, amount, back=back) for n, (amount, back, _accepted) in enumerate(told)]
    executed = None
    for upto in range(len(known) + 1):
        now = rules.standing_of(ORDERED, known[:upto]).executed
        assert executed is None or now == executed
        executed = now


@given(st.integers(1, 10**9), st.integers(1, 10**9), st.sampled_from(["EUR", "USD"]), st.booleans())
def test_postings_of_a_payout_balance_and_its_mirror_undoes_them(due, charged, currency, is_other):
    statement = Money.from_minor(due, currency)
    bank = Money.from_minor(charged, "JPY" if is_other else currency)
    there = rules.executed("GSMA", statement, bank)
    back = rules.returned("GSMA", statement, bank)
    sums: dict[tuple[str, Account, str], int] = {}
    for code, legs in (*there, *back):
        assert sum(leg.units for leg in legs) == 0
        for leg in legs:
            place = (code, leg.account, leg.party)
            sums[place] = sums.get(place, 0) + leg.units
    assert not any(sums.values())


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("RS-000003-7F3A9C21", ("RS0000037F3A9C21",)),
        ("rs 000003 7f3a 9c21", ("RS0000037F3A9C21",)),
        ("EREF+RS-000003-7F3A9C21 SVWZ+Statement", ("RS0000037F3A9C21",)),
        ("RS-000003-7F3A9C2", ()),
        ("rent for May", ()),
        ("RS-000003-7F3A9C21, RS-000004-00000000", ("RS0000037F3A9C21", "RS00000400000000")),
        ("RS-000003-7F3A9C21 RS-000003-7F3A9C21", ("RS0000037F3A9C21",)),
    ],
)
def test_ids_are_found_however_a_bank_writes_them(text, found):
    assert rules.ids_in(text) == found
