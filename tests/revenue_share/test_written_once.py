"""Rows of the books are refused to be changed or deleted, by every way through Django."""

from __future__ import annotations

import pytest
from django.contrib.admin import site
from django.db import DatabaseError, connection, transaction

from factories import revenue_share as facts
from factories.kept import ATTEMPTS, rows
from fairgate.errors import RowIsKept
from fairgate_tables.written_once import WrittenOnceQuerySet
from revenue_share import api, models
from revenue_share.exceptions import UnbalancedPosting

pytestmark = pytest.mark.django_db

KEPT = (
    models.RevenueEvent,
    models.AllocationLine,
    models.LedgerTransaction,
    models.LedgerEntry,
    models.PeriodClose,
    models.Statement,
    models.PayoutEntry,
)


@pytest.fixture(autouse=True)
def october():
    facts.put_terms_in_force()
    facts.book_october()
    api.close_period("2026-10", at=facts.CLOSE_DAY, by="ines")


@pytest.mark.parametrize("model", KEPT, ids=lambda model: model.__name__)
def test_every_row_of_the_books_is_kept_by_both_managers(model):
    assert isinstance(model.objects.all(), WrittenOnceQuerySet)
    assert isinstance(model._base_manager.all(), WrittenOnceQuerySet)


@pytest.mark.parametrize("model", [models.LedgerEntry, models.Statement])
@pytest.mark.parametrize("attempt", ATTEMPTS.values(), ids=list(ATTEMPTS))
def test_f39_a_row_is_neither_changed_nor_deleted(model, attempt):
    before = rows(model)
    refused = pytest.raises(RowIsKept, match="is written once: it is never changed or deleted")
    with refused, transaction.atomic():
        attempt(model)
    assert rows(model) == before


@pytest.mark.parametrize("model", [models.RevenueEvent, models.LedgerEntry, models.Statement])
def test_f39_saving_a_row_again_is_refused(model):
    before = rows(model)
    with pytest.raises((RowIsKept, UnbalancedPosting)):
        model.objects.first().save()
    assert rows(model) == before


def test_f39_the_admin_only_shows(rf, admin_user):
    request = rf.get("/")
    request.user = admin_user
    pages = [page for model, page in site._registry.items() if model in KEPT]
    assert len(pages) == 5
    assert not any(
        getattr(page, f"has_{right}_permission")(request)
        for page in pages
        for right in ("add", "change", "delete")
    )


def leg(owner, **side):
    return models.LedgerEntry(transaction=owner, account="tax_payable", currency="USD", **side)


def test_k30_one_leg_alone_is_refused_before_the_commit():
    # given
    owner = models.LedgerTransaction.objects.first()
    before = rows(models.LedgerEntry)

    # when
    with pytest.raises(UnbalancedPosting, match="with the others of its transaction"):
        leg(owner, debit_minor=1).save()
    with pytest.raises(UnbalancedPosting, match="debits 1, credits 0"):
        models.LedgerEntry.objects.bulk_create([leg(owner, debit_minor=1)])
    with pytest.raises(UnbalancedPosting, match="with the others of its transaction"):
        models.LedgerEntry.objects.create(transaction=owner, debit_minor=1)

    # then
    assert rows(models.LedgerEntry) == before


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE revenue_share_ledgerentry SET debit_minor = 1, credit_minor = 1",
        "UPDATE revenue_share_ledgerentry SET debit_minor = -1, credit_minor = 0",
        "UPDATE revenue_share_ledgertransaction SET debit_minor = debit_minor + 1",
        "UPDATE revenue_share_revenueevent SET net_minor = 1 WHERE kind = 'sale'",
        "UPDATE revenue_share_statement SET closing_minor = closing_minor + 1",
        "UPDATE revenue_share_carriedremainder SET denominator = 0",
    ],
)
def test_the_database_holds_what_it_can_by_itself(statement):
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert api.check() == ()
