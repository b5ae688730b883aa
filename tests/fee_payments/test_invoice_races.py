"""What many at once do to numbers and sums, and what they would do without the database."""

from __future__ import annotations

import threading
from functools import partial

import pytest
from django.db import connection

from factories import fee_payments as make
from factories import invoices as papers
from fairgate.money import Money
from fairgate_tables.transactions import is_lost_race
from fee_payments import api, models
from fee_payments.data.invoices import DocumentKind
from fee_payments.exceptions import InvoiceRefused, MatchRefused
from fee_payments.services import bank_matching, entitling, invoicing, numbering
from races import ISOLATIONS, errors, race, values

pytestmark = [pytest.mark.mariadb, pytest.mark.usefixtures("pays_by_invoice")]

EIGHT = range(1, 9)
AT = papers.LATER


def usd(text):
    return Money(text, "USD")


@pytest.mark.parametrize("isolation", ISOLATIONS)
def test_eight_who_issue_at_once_have_eight_numbers_without_a_gap(isolation):
    issued = race(*[papers.bare_invoice] * 8, isolation=isolation)
    assert errors(issued) == []
    assert sorted(one.number for one in values(issued)) == [
        f"TESTINV-2026-00000{place}" for place in EIGHT
    ]


@pytest.mark.parametrize("isolation", ISOLATIONS)
@pytest.mark.parametrize("atomic", [False, True], ids=["own transaction", "ATOMIC_REQUESTS"])
def test_eight_who_invoice_one_order_at_once_have_one_invoice(isolation, atomic):
    make.offering(capacity=8)
    placed = make.order(make.learner())
    issued = race(*[partial(papers.invoice, placed)] * 8, isolation=isolation, atomic=atomic)
    assert errors(issued) == []
    assert {one.number for one in values(issued)} == {"TESTINV-2026-000001"}


def test_numbers_that_are_counted_without_the_lock_come_twice(monkeypatch):
    papers.bare_invoice()
    meeting = threading.Barrier(2)

    def read_then_write(key):
        series = models.DocumentSeries.objects.get(key=key)
        meeting.wait(10)
        return series

    monkeypatch.setattr(numbering, "_locked_series", read_then_write)
    given = race(*[papers.number] * 2)
    assert values(given) == ["TESTINV-2026-000002"] * 2


@pytest.fixture
def waiting_for_a_room(monkeypatch):
    """An invoice on credit has come to the seat that it opens, and stays there until told."""
    make.offering(capacity=8)
    placed = make.order(make.learner())
    buyer = papers.credit_buyer()
    is_there, may_go_on = threading.Event(), threading.Event()
    opened = entitling.open_seat

    def at_the_room(*args, **names):
        is_there.set()
        assert may_go_on.wait(30)
        return opened(*args, **names)

    monkeypatch.setattr(entitling, "open_seat", at_the_room)
    return partial(papers.invoice, placed, buyer=buyer), is_there, may_go_on


def issue_beside(is_there, may_go_on):
    """Another buyer of the same seller; does not wait long."""
    assert is_there.wait(30)
    try:
        with connection.cursor() as cursor:
            cursor.execute("SET innodb_lock_wait_timeout = 1")
        return papers.bare_invoice()
    finally:
        may_go_on.set()


@pytest.mark.parametrize("isolation", ISOLATIONS)
def test_who_waits_for_a_room_keeps_nobody_from_the_next_number(waiting_for_a_room, isolation):
    on_credit, *steps = waiting_for_a_room
    done = race(on_credit, partial(issue_beside, *steps), isolation=isolation)
    assert errors(done) == []
    assert [one.number for one in values(done)] == ["TESTINV-2026-000002", "TESTINV-2026-000001"]


def test_with_the_number_before_the_room_everybody_waits(waiting_for_a_room, monkeypatch):
    on_credit, *steps = waiting_for_a_room
    wait = invoicing._wait_for_transfer

    def number_first(order, draft):
        numbering.next_number(DocumentKind.INVOICE, prefix="INV", year=2026, is_test=True)
        wait(order, draft)

    monkeypatch.setattr(invoicing, "_wait_for_transfer", number_first)
    done = race(on_credit, partial(issue_beside, *steps))
    assert is_lost_race(errors(done)[0])


@pytest.mark.parametrize("isolation", ISOLATIONS)
def test_of_eight_on_credit_half_of_which_fail_the_others_have_numbers_without_a_gap(
    monkeypatch, isolation
):
    make.offering(capacity=8)
    orders = [make.order(make.learner(2000 + one)) for one in EIGHT]
    buyer = papers.credit_buyer()
    opened = entitling.open_seat

    def every_second(line, *, user_id, **names):
        is_new = opened(line, user_id=user_id, **names)
        return is_new and user_id % 2 == 0

    monkeypatch.setattr(entitling, "open_seat", every_second)
    issued = race(
        *(partial(papers.invoice, one, buyer=buyer) for one in orders), isolation=isolation
    )
    assert {type(error) for error in errors(issued)} == {InvoiceRefused}
    numbers = [f"TESTINV-2026-00000{place}" for place in range(1, 5)]
    assert sorted(one.number for one in values(issued)) == numbers
    assert models.Entitlement.objects.count() == models.Payment.objects.count() == 4
    assert set(models.Order.objects.values_list("state", flat=True)) == {"created", "pending"}


def match(line, found, amount):
    return api.match_line(line.pk, [(found.uuid, usd(amount))], by=papers.READER, at=AT)


@pytest.mark.parametrize("isolation", ISOLATIONS)
def test_eight_who_match_one_payment_use_it_once(isolation):
    line = papers.bank_line(make.PRICE)
    invoices = [papers.bare_invoice() for _ in EIGHT]
    done = race(*(partial(match, line, one, "120.00") for one in invoices), isolation=isolation)
    assert len(values(done)) == 1
    assert {type(error) for error in errors(done)} == {MatchRefused}
    line.refresh_from_db()
    assert (line.matched_minor, models.BankMatch.objects.count()) == (12000, 1)


@pytest.mark.parametrize("isolation", ISOLATIONS)
def test_eight_payments_of_one_invoice_never_exceed_it_and_settle_it_once(isolation):
    make.offering(capacity=8)
    found = papers.invoice()
    lines = [papers.bank_line(usd("30.00")) for _ in EIGHT]
    done = race(*(partial(match, line, found, "30.00") for line in lines), isolation=isolation)
    assert len(values(done)) == 4
    assert {type(error) for error in errors(done)} == {MatchRefused}
    assert not api.invoice(found.uuid).missing
    assert models.ProviderEvent.objects.get().outcome == "settled"


def test_without_the_conditional_update_a_payment_is_used_twice(monkeypatch):
    meeting = threading.Barrier(2)

    def read_then_write(pk, minor):
        line = models.BankLine.objects.get(pk=pk)
        meeting.wait(10)
        return models.BankLine.objects.filter(pk=pk).update(
            matched_minor=line.matched_minor + minor
        )

    line = papers.bank_line(make.PRICE)
    invoices = [papers.bare_invoice() for _ in range(2)]
    monkeypatch.setattr(bank_matching, "_use", read_then_write)
    monkeypatch.setattr(
        bank_matching, "_locked_line", lambda pk: models.BankLine.objects.get(pk=pk)
    )
    race(*(partial(match, line, one, "120.00") for one in invoices))
    matches = models.BankMatch.objects.filter(line=line)
    assert sum(matches.values_list("amount_minor", flat=True)) == 24000


@pytest.mark.parametrize("isolation", ISOLATIONS)
def test_f10_an_invoice_is_paid_or_cancelled_at_the_same_moment_but_never_both(isolation):
    found = papers.bare_invoice()
    line = papers.bank_line(make.PRICE)
    cancel = partial(api.issue_credit_note, found.uuid, reason="wrong", by=9, at=AT)
    done = race(partial(match, line, found, "120.00"), cancel, isolation=isolation)
    assert len(values(done)) == 1
    assert type(errors(done)[0]) in {MatchRefused, InvoiceRefused}
    now = models.InvoiceStanding.objects.get()
    assert sorted((now.paid_minor, now.credited_minor)) == [0, 12000]


@pytest.mark.parametrize("isolation", ISOLATIONS)
def test_eight_second_people_write_a_rest_off_once(isolation):
    found = papers.bare_invoice()
    papers.pay(found, usd("118.00"))
    step = api.ask_write_off(found.uuid, reason="charges", by=papers.ASKER, at=AT)
    confirm = [partial(api.confirm_write_off, step, by=100 + one, at=AT) for one in EIGHT]
    done = race(*confirm, isolation=isolation)
    assert len(values(done)) == 1
    assert {type(error) for error in errors(done)} == {InvoiceRefused}
    assert models.InvoiceStanding.objects.get().written_off_minor == 200
