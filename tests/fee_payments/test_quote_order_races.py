"""Who orders a quote, and who invoices it, at the same moment: it is sold once."""

from __future__ import annotations

import threading
from functools import partial

import pytest
from django.db import connection, transaction

from factories import fee_operations as operations
from factories import fee_payments as make
from factories import fee_rest as rest
from fairgate_tables.transactions import is_lost_race
from fee_payments import api, models
from fee_payments.services import offering_quotes, quote_ordering
from races import ISOLATIONS, errors, race, values

pytestmark = [pytest.mark.mariadb, pytest.mark.usefixtures("pays_by_invoice")]


@pytest.fixture
def accepted(monkeypatch):
    """A ministry, and its quote with a purchase order."""
    monkeypatch.setattr("fee_payments.compat.profile_country", rest.profile_country)
    row = operations.ministry()
    return row, operations.accepted_quote(row)


def order(row, quote, by):
    return api.order_quote(quote.uuid, buyer_uuid=row.uuid, by=by, at=make.NOON).uuid


@pytest.mark.parametrize("isolation", ISOLATIONS)
def test_eight_who_order_one_quote_at_once_have_one_order(accepted, isolation):
    by = rest.person("lena").pk
    placed = race(*[partial(order, *accepted, by)] * 8, isolation=isolation)
    assert errors(placed) == []
    assert len(set(values(placed))) == 1
    assert models.Order.objects.count() == 1


def invoice_beside(quote, is_there, may_go_on):
    """Invoice the quote while somebody is about to order it; does not wait long."""
    assert is_there.wait(30)
    try:
        with connection.cursor() as cursor:
            cursor.execute("SET innodb_lock_wait_timeout = 1")
        with transaction.atomic():
            return api.invoice_purchase_order(quote.uuid, by=9, at=make.NOON)
    finally:
        may_go_on.set()


@pytest.fixture
def together(accepted, monkeypatch):
    """One has seen that nobody has invoiced the quote, and another invoices it then."""
    is_there, may_go_on = threading.Event(), threading.Event()
    write = quote_ordering.write_batch

    def about_to_write(*args):
        is_there.set()
        assert may_go_on.wait(30)
        return write(*args)

    monkeypatch.setattr(quote_ordering, "write_batch", about_to_write)
    by = rest.person("lena").pk
    return (
        partial(order, *accepted, by),
        partial(invoice_beside, accepted[1], is_there, may_go_on),
    )


@pytest.mark.parametrize("isolation", ISOLATIONS)
def test_a_quote_that_is_being_ordered_is_not_invoiced_beside_its_order(
    accepted, together, isolation
):
    done = race(*together, isolation=isolation)
    (lost,) = errors(done)
    assert is_lost_race(lost)
    found = api.invoice_purchase_order(accepted[1].uuid, by=9, at=make.NOON)
    assert [found.order_uuid] == values(done)
    assert models.Invoice.objects.count() == 1


def test_without_the_lock_of_the_quote_it_would_be_sold_twice(together, monkeypatch):
    monkeypatch.setattr(
        offering_quotes, "locked_quote", lambda pk: models.QuoteDocument.objects.get(pk=pk)
    )
    done = race(*together)
    assert errors(done) == []
    assert models.Invoice.objects.get().order is None
    assert models.Order.objects.count() == 1
