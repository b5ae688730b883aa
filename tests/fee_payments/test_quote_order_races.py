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
from fee_payments.selectors.buyers import details_of
from fee_payments.services import invoicing, offering_quotes, quote_ordering
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
    for module in (offering_quotes, invoicing):
        monkeypatch.setattr(
            module, "locked_quote", lambda pk: models.QuoteDocument.objects.get(pk=pk)
        )
    done = race(*together)
    assert errors(done) == []
    assert models.Invoice.objects.get().order is None
    assert models.Order.objects.count() == 1


class Meeting:
    """One invoices the order of a quote, and another the quote, while the first has the order."""

    def __init__(self, accepted, monkeypatch):
        row, self.quote = accepted
        self.details = details_of(row)
        self.order = order(row, self.quote, rest.person("lena").pk)
        self.has_order, self.may_go_on = threading.Event(), threading.Event()
        self.writes = 0
        self._issue_for = invoicing.issue_for
        monkeypatch.setattr(invoicing, "issue_for", self._write)

    def _write(self, *args, **names):
        self.writes += 1
        self.has_order.set()
        assert self.may_go_on.wait(30)
        return self._issue_for(*args, **names)

    def invoice_order(self):
        return api.issue_invoice(self.order, self.details, by=9, at=make.NOON).number

    def invoice_quote(self):
        assert self.has_order.wait(30)
        return api.invoice_purchase_order(self.quote.uuid, by=9, at=make.NOON).number


def in_one(call):
    """In a transaction of the caller, who sees a deadlock that would be run again."""
    with transaction.atomic():
        return call()


@pytest.mark.parametrize("isolation", ISOLATIONS)
def test_who_invoices_an_order_and_who_invoices_its_quote_queue(accepted, monkeypatch, isolation):
    # given
    meeting = Meeting(accepted, monkeypatch)
    lock = offering_quotes.locked_quote

    def about_to_lock(pk):
        meeting.may_go_on.set()
        return lock(pk)

    monkeypatch.setattr(offering_quotes, "locked_quote", about_to_lock)

    # when
    done = race(meeting.invoice_order, meeting.invoice_quote, isolation=isolation)

    # then
    assert errors(done) == []
    assert set(values(done)) == {models.Invoice.objects.get().number}
    assert meeting.writes == 1  # nobody lost a race, to be run again


def test_without_the_lock_of_the_quote_first_they_wait_for_each_other(accepted, monkeypatch):
    # given
    meeting = Meeting(accepted, monkeypatch)
    lock = offering_quotes.locked_quote

    def locks(pk):
        row = lock(pk)
        meeting.may_go_on.set()
        return row

    monkeypatch.setattr(offering_quotes, "locked_quote", locks)
    monkeypatch.setattr(invoicing, "_locked_quote_of", invoicing.quote_of_order)

    # when
    done = race(partial(in_one, meeting.invoice_order), partial(in_one, meeting.invoice_quote))

    # then
    (lost,) = errors(done)
    assert lost.args[0] == 1213  # a deadlock
