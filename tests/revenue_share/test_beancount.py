"""An oracle that nobody here wrote: beancount loads the exported books and agrees."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import hypothesis
import pytest
from django.db import transaction
from django.db.models import F, Sum
from hypothesis import HealthCheck, given

from beancount_process import beancount_says
from factories import histories
from factories import revenue_share as facts
from fairgate.money import Money
from machines import lives
from revenue_share import api
from revenue_share.data import Account
from revenue_share.export_files.beancount import account_name
from revenue_share.models import LedgerEntry, LedgerTransaction

pytestmark = [pytest.mark.beancount, pytest.mark.django_db]

DECEMBER = datetime(2026, 12, 10, tzinfo=UTC)


@pytest.fixture
def october():
    facts.put_terms_in_force()
    facts.book_october()


def ledger():
    return "".join(api.beancount_ledger())


def ours():
    """Our balances under beancount's names; it has no account without a posting."""
    return {
        (account_name(one.account, one.party), one.amount.currency): one.amount.amount
        for one in api.balances()
    }


def our_months():
    """What each month moved, by the months of our own entries."""
    rows = LedgerEntry.objects.order_by("period").values_list(
        "period", "account", "party", "currency"
    )
    return {
        (period, account_name(Account(account), party), currency): Money.from_minor(
            int(units), currency
        ).amount
        for period, account, party, currency, units in rows.annotate(
            units=Sum(F("debit_minor") - F("credit_minor"))
        )
    }


def assert_beancount_agrees():
    said = beancount_says(ledger())
    assert said["errors"] == []
    assert said["transactions"] == LedgerTransaction.objects.count()
    assert {(account, code): Decimal(n) for account, code, n in said["balances"]} == ours()
    assert {
        (month, account, code): Decimal(n) for month, account, code, n in said["months"]
    } == our_months()


def test_beancount_agrees_with_october(october):
    # when
    said = beancount_says(ledger())

    # then
    balances = {(account, code): Decimal(n) for account, code, n in said["balances"]}
    assert said["errors"] == []
    assert balances == ours()
    assert balances["Liabilities:Tax-Payable", "USD"] == Decimal("-20.00")
    assert balances["Liabilities:Payable-On-Hold:GSMA", "USD"] == Decimal("-92.04")
    assert balances["Expenses:Fee-Lost:GSMA", "USD"] == Decimal("0.31")


def test_beancount_agrees_with_a_closed_month_and_what_came_later(october):
    api.close_period("2026-10", at=facts.CLOSE_DAY, by="ines")
    api.book_refund(facts.refund("R2", "S2", "10.00", at=DECEMBER), at=DECEMBER)
    assert_beancount_agrees()


def test_books_with_nothing_in_them_are_a_ledger():
    assert_beancount_agrees()


def test_beancount_agrees_whatever_happens():
    @hypothesis.settings(max_examples=lives(9), suppress_health_check=list(HealthCheck))
    @given(steps=histories.steps)
    def lived(steps):
        with transaction.atomic():
            life = histories.Life()
            for word, number in steps:
                life.live(word, number)
            assert_beancount_agrees()
            transaction.set_rollback(True)  # the next history begins with nothing

    lived()


@pytest.mark.parametrize(("currency", "unit"), [("USD", "0.01"), ("JPY", "1"), ("KWD", "0.001")])
def test_beancount_would_tell_of_one_minor_unit(currency, unit):
    # given
    facts.put_terms_in_force()
    gross = Money.from_minor(12_345, currency)
    api.book_payment(facts.payment("S1", f"{gross.amount:f}", currency=currency), at=facts.NOON)
    text = ledger()
    wrong = f"{gross.amount - Decimal(unit):f} {currency}"

    # when
    leg = text.replace(f"  {gross.amount:f} {currency}", f"  {wrong}", 1)
    asserted = text.replace(f" {gross.amount:f} ~ 0", f" {gross.amount - Decimal(unit):f} ~ 0")

    # then
    assert beancount_says(text)["errors"] == []
    assert "does not balance" in " ".join(beancount_says(leg)["errors"])
    assert "Balance failed" in " ".join(beancount_says(asserted)["errors"])
