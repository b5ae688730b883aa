"""Sums of receipts from before they had the fees of disputes: the migration adds them up."""

from __future__ import annotations

import importlib
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import connection

from factories import revenue_share as facts
from revenue_share import api
from revenue_share.models import ReceiptRollup
from revenue_share.selectors import rollups

pytestmark = pytest.mark.django_db

LATER = datetime(2026, 11, 25, tzinfo=UTC)
MIGRATION = importlib.import_module("revenue_share.migrations.0010_dispute_fees_of_months")


@pytest.fixture
def disputes():
    """Two of one month, one that is won, and one about a sale without terms."""
    facts.put_terms_in_force()
    facts.book_october()
    api.book_payment(facts.payment("X", course="course-v1:NO+TERMS+1"), at=facts.NOON)
    for number, sale in enumerate(("S1", "S2", "X")):
        told = facts.dispute("opened", (sale,), "60.00", name=f"D{number}")
        api.book_dispute(told, at=facts.REFUND_DAY)
    won = facts.dispute("won", ("S2",), "60.00", "0.00", LATER, name="D1")
    api.book_dispute(won, at=LATER)


def fill_in():
    """The migration, with the tables as they are now."""
    MIGRATION.fill_in(apps, SimpleNamespace(connection=connection))


@pytest.mark.parametrize("block", [1, 500])
def test_rows_of_before_get_the_fees_of_their_disputes(disputes, monkeypatch, block):
    # given
    monkeypatch.setattr(MIGRATION, "BLOCK", block)
    before = rollups.kept_receipts()
    ReceiptRollup.objects.update(dispute_fee_minor=0)

    # when
    fill_in()

    # then
    assert rollups.kept_receipts() == before
    fees = ReceiptRollup.objects.exclude(dispute_fee_minor=0).order_by("dispute_fee_minor")
    assert list(fees.values_list("kind", "agreement", "dispute_fee_minor")) == [
        ("dispute_won", "GSMA-SPECTRUM", -1500), ("dispute_opened", "", 1500),
        ("dispute_opened", "GSMA-SPECTRUM", 3000),
    ]  # fmt: skip
    assert api.check() == ()


def test_it_asks_once_for_all_events_and_reads_and_writes_each_block_at_once(
    disputes, django_assert_num_queries
):
    with django_assert_num_queries(1 + 2):
        fill_in()


def test_books_without_disputes_are_as_they_were(db):
    # given
    facts.put_terms_in_force()
    facts.book_october()
    before = rollups.kept_receipts()

    # when
    fill_in()

    # then
    assert rollups.kept_receipts() == before
