"""Statements that were frozen before the column are given the minimum payout of their document."""

from __future__ import annotations

import importlib
from types import SimpleNamespace

import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from factories import revenue_share as facts
from factories.partnerships import REVENUE
from revenue_share import api
from revenue_share.models import Statement

pytestmark = pytest.mark.django_db

NAME = "0014_kept_minimums"
MIGRATION = importlib.import_module(f"revenue_share.migrations.{NAME}")


def copy_from_documents():
    """The migration, with the tables as they were then."""
    then = MigrationLoader(connection).project_state(("revenue_share", NAME)).apps
    MIGRATION.copy_from_documents(then, SimpleNamespace(connection=connection))


def close_with(currency, amount):
    """October, closed under terms with this minimum payout, and a sale of a hundred times it."""
    revenue = REVENUE.replace(
        '{amount: "25.00", currency: USD}', f"{{amount: '{amount}', currency: {currency}}}"
    )
    facts.put_terms_in_force(revenue=revenue)
    api.book_payment(facts.payment(gross="120", tax="0", fee="0", currency=currency), at=facts.NOON)
    api.close_period("2026-10", at=facts.CLOSE_DAY, by="ines")


def kept():
    return set(Statement.objects.values_list("minimum_payout_minor", flat=True))


@pytest.mark.parametrize("page", [1, 100])
@pytest.mark.parametrize(
    ("currency", "amount", "minor"),
    [("USD", "25.00", 2_500), ("JPY", "25", 25), ("KWD", "25.000", 25_000)],
)
def test_the_minimum_is_copied_in_minor_units(monkeypatch, page, currency, amount, minor):
    # given
    close_with(currency, amount)
    assert kept() == {minor}
    with connection.cursor() as cursor:
        cursor.execute("UPDATE revenue_share_statement SET minimum_payout_minor = NULL")

    # when
    monkeypatch.setattr(MIGRATION, "_PAGE", page)
    copy_from_documents()

    # then
    assert kept() == {minor}
    assert api.check() == ()


def test_a_statement_without_a_minimum_stays_without():
    close_with("EUR", "25.00")
    facts_of_dollars = facts.payment("S2", currency="USD")
    api.book_payment(facts_of_dollars, at=facts.CLOSE_DAY)
    api.close_period("2026-11", at=facts.CLOSE_DAY.replace(month=12, day=20), by="ines")
    copy_from_documents()
    dollars = Statement.objects.filter(currency="USD")
    assert set(dollars.values_list("minimum_payout_minor", flat=True)) == {None}
