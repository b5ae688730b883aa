"""Many sales in one transaction give the books that the same sales give one after the other."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from factories import revenue_share as facts
from fairgate.money import Money
from partnerships import api as partnerships
from races import ISOLATIONS, errors, race
from revenue_share import api
from revenue_share.exceptions import KeyReused
from revenue_share.models import (
    AllocationLine,
    CarriedRemainder,
    LedgerEntry,
    LedgerTransaction,
    RevenueEvent,
    SaleStanding,
)
from revenue_share.selectors import rollups

NO_TERMS = "course-v1:NO+TERMS+1"

AMOUNTS = ("120.00", "59.99", "10.00", "33.33", "7.77", "105.50", "0.07")


def payments(count=7, course=facts.COURSE):
    return [
        facts.payment(f"N{number}", AMOUNTS[number % 7], at=facts.NOON, course=course)
        for number in range(count)
    ]


def books():
    """All that the books say, but for the numbers of rows."""
    return (
        list(RevenueEvent.objects.order_by("uuid").values_list("uuid", "net_minor", "agreement")),
        set(AllocationLine.objects.values_list("event__uuid", "part", "party", "units_minor")),
        set(LedgerTransaction.objects.values_list("key", "debit_minor", "period")),
        set(LedgerEntry.objects.values_list(
            "transaction__key", "account", "party", "debit_minor", "credit_minor")),
        set(CarriedRemainder.objects.values_list("party", "numerator")),
        sorted(map(str, SaleStanding.objects.values_list("sale__uuid", "kept", "ends_at"))),
        rollups.kept_parties(),
        rollups.kept_receipts(),
    )  # fmt: skip


def tried(book):
    """The books after something, which is undone again."""
    with transaction.atomic():
        book()
        found = books()
        transaction.set_rollback(True)
    return found


@pytest.fixture
def terms(db):
    facts.put_terms_in_force()


sales = st.lists(
    st.tuples(st.integers(1, 50_000), st.integers(0, 100), st.booleans()), min_size=1, max_size=8
)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(drawn=sales)
def test_many_at_once_are_booked_as_one_after_the_other(terms, drawn):
    told = [
        facts.payment(
            f"N{number}", f"{gross / 100:.2f}", f"{gross * tax // 500 / 100:.2f}",
            course=facts.COURSE if has_terms else NO_TERMS,
        )
        for number, (gross, tax, has_terms) in enumerate(drawn)
    ]  # fmt: skip
    together = tried(lambda: api.book_payments(told, at=facts.NOON))
    apart = tried(lambda: [api.book_payment(one, at=facts.NOON) for one in told])
    assert together == apart


def test_what_is_booked_is_left_as_it_is(terms):
    # given
    first, *_ = payments()
    api.book_payment(first, at=facts.NOON)

    # when
    counts = [api.book_payments([*payments(), first], at=facts.NOON) for _ in range(2)]

    # then
    assert counts == [6, 0]
    assert RevenueEvent.objects.count() == 7
    assert api.check() == ()


@pytest.mark.parametrize("is_booked", [True, False], ids=["booked before", "among them"])
def test_f13_the_same_payment_with_another_amount_books_none_of_them(terms, is_booked):
    # given
    other = facts.payment("N3", "1.00")
    if is_booked:
        api.book_payment(other, at=facts.NOON)

    # when
    told = payments() if is_booked else [*payments(), other]
    with pytest.raises(KeyReused, match=str(other.uuid)):
        api.book_payments(told, at=facts.NOON)

    # then
    assert RevenueEvent.objects.count() == is_booked


def test_two_hundred_sales_ask_as_often_as_ten(terms):
    api.book_payment(facts.payment("warm"), at=facts.NOON)
    asked = []
    for count, course in ((10, facts.COURSE), (200, facts.COURSE)):
        told = payments(count, course)[-count:]
        fresh = [one for one in told if not RevenueEvent.objects.filter(uuid=one.uuid).exists()]
        with CaptureQueriesContext(connection) as queries:
            api.book_payments(fresh, at=facts.NOON)
        asked.append(len(queries))
    assert asked[0] == asked[1]


def test_one_sale_takes_few_statements(terms):
    # given: the carries are there, and what the process remembers of the terms
    api.book_payment(facts.payment("warm"), at=facts.NOON)
    with CaptureQueriesContext(connection) as queries:
        api.book_payment(facts.payment("N1"), at=facts.NOON)
    statements = [one for one in queries if "SAVEPOINT" not in one["sql"]]
    # Seven of them are sent in two packets where the driver takes several at once.
    assert len(statements) == (6 if connection.vendor == "mysql" else 12)


def test_terms_that_change_between_two_of_the_sales_hold_for_those_before(terms):
    # given
    before, after = (
        facts.payment("N1", at=facts.NOON),
        facts.payment("N2", at=facts.NOON + timedelta(hours=2)),
    )
    agreement = facts.partnership_factory.AGREEMENT
    moment = facts.NOON + timedelta(hours=1)
    partnerships.suspend(agreement, by="ines", reason="A question.", at=moment)

    # when
    api.book_payments([before, after], at=facts.NOON)

    # then
    agreements = RevenueEvent.objects.order_by("pk").values_list("agreement", flat=True)
    assert list(agreements) == [agreement, ""]
    assert api.check() == ()


@pytest.mark.mariadb
@pytest.mark.parametrize("isolation", ISOLATIONS)
def test_workers_that_book_the_same_many_book_each_once(transactional_db, isolation):
    # given
    facts.put_terms_in_force()
    api.book_payment(facts.payment("warm", "1.00"), at=facts.NOON)
    told = payments(20)

    # when: the same ones, half of them, and one of them
    calls = [
        partial(api.book_payments, told, at=facts.NOON),
        partial(api.book_payments, told[::-1], at=facts.NOON),
        partial(api.book_payments, told[5:15], at=facts.NOON),
        partial(api.book_payment, told[7], at=facts.NOON),
    ]
    outcomes = race(*calls, isolation=isolation)

    # then
    assert errors(outcomes) == []
    assert RevenueEvent.objects.count() == 21
    sold = sum(RevenueEvent.objects.values_list("gross_minor", flat=True))
    assert sold == sum((one.gross.minor for one in told), Money("1.00", "USD").minor)
    assert api.check() == ()
