"""What each lock and each unique name of invoices, bank files and events is for.

Many at once end well; with a protection taken away, the race is played in which they do not.
"""

from __future__ import annotations

import hashlib
import threading
from functools import partial
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection

from factories import bank_files as files
from factories import fee_payments as make
from factories import invoices as papers
from factories import plain_provider as plain
from fairgate.money import Money
from fee_payments import api, models
from fee_payments.exceptions import AlreadyImported, InvoiceRefused, MatchRefused
from fee_payments.services import (
    bank_importing,
    bank_matching,
    inbox,
    settling,
    standings,
    two_people,
)
from races import ISOLATIONS, errors, race, values

pytestmark = [pytest.mark.mariadb, pytest.mark.usefixtures("pays_by_invoice")]

AT = papers.LATER
WORD = {"Plain-Word": "please"}
everywhere = pytest.mark.parametrize("isolation", ISOLATIONS)


def usd(text):
    return Money(text, "USD")


def match(line, found, amount):
    return api.match_line(line.pk, [(found.uuid, usd(amount))], by=papers.READER, at=AT)


def cancel(found):
    return api.issue_credit_note(found.uuid, reason="wrong", by=9, at=AT)


def without_locks(monkeypatch, *tables):
    for table in tables:
        monkeypatch.setattr(table.objects, "select_for_update", table.objects.all)


@pytest.fixture
def blindly(monkeypatch):
    """Two read where an invoice stands before either of them writes it, and neither locks it.

    ``database_checks`` says whether the table's own constraint still holds.
    """

    def start(*, database_checks):
        meeting = threading.Barrier(2, timeout=20)

        def read_then_write(pk, minor, **change):
            row = models.InvoiceStanding.objects.get(pk=pk)
            with connection.cursor() as cursor:
                cursor.execute("SET check_constraint_checks = %s", [int(database_checks)])
            meeting.wait()
            rows = models.InvoiceStanding.objects.filter(pk=pk)
            return row.open_minor >= minor and bool(rows.update(**change))

        monkeypatch.setattr(standings, "_changed", read_then_write)
        without_locks(monkeypatch, models.InvoiceStanding)

    return start


@everywhere
def test_f10_an_order_whose_invoice_is_paid_while_another_cancels_it_has_one_end(isolation):
    make.offering(capacity=8)
    found = papers.invoice()
    line = papers.bank_line(make.PRICE)
    done = race(partial(match, line, found, "120.00"), partial(cancel, found), isolation=isolation)
    (lost,) = errors(done)
    order, now = models.Order.objects.get(), models.InvoiceStanding.objects.get()
    is_paid = isinstance(lost, InvoiceRefused)
    assert is_paid or isinstance(lost, MatchRefused)
    assert (order.state == "paid", order.state == "cancelled") == (is_paid, not is_paid)
    assert (now.paid_minor, now.credited_minor) == ((12_000, 0) if is_paid else (0, 12_000))
    assert api.has_entitlement(order.user_id, "spectrum", at=AT) is is_paid
    assert models.Offering.objects.get().seats_taken == int(is_paid)
    assert models.CreditNote.objects.count() == int(not is_paid)


def test_f10_without_lock_and_condition_the_database_still_keeps_one_from_the_other(blindly):
    found, line = papers.bare_invoice(), papers.bank_line(make.PRICE)
    blindly(database_checks=True)
    done = race(partial(match, line, found, "120.00"), partial(cancel, found))
    assert [type(error) for error in errors(done)] == [IntegrityError]


def test_f10_without_any_of_them_an_invoice_is_paid_and_cancelled(blindly):
    found, line = papers.bare_invoice(), papers.bank_line(make.PRICE)
    blindly(database_checks=False)
    done = race(partial(match, line, found, "120.00"), partial(cancel, found))
    assert errors(done) == []
    now = models.InvoiceStanding.objects.get()
    assert (now.paid_minor, now.credited_minor) == (12_000, 12_000)


@everywhere
def test_f10_of_two_who_pay_one_invoice_the_second_keeps_the_money(isolation):
    found = papers.bare_invoice()
    lines = [papers.bank_line(make.PRICE) for _ in range(2)]
    done = race(*(partial(match, line, found, "120.00") for line in lines), isolation=isolation)
    assert [type(error) for error in errors(done)] == [MatchRefused]
    assert sorted(models.BankLine.objects.values_list("matched_minor", flat=True)) == [0, 12_000]
    assert models.InvoiceStanding.objects.get().paid_minor == 12_000


def test_f10_without_any_of_them_an_invoice_is_paid_twice(blindly):
    found = papers.bare_invoice()
    lines = [papers.bank_line(make.PRICE) for _ in range(2)]
    blindly(database_checks=False)
    done = race(*(partial(match, line, found, "120.00") for line in lines))
    assert errors(done) == []
    assert models.InvoiceStanding.objects.get().paid_minor == 24_000


@pytest.fixture
def asked():
    """Somebody has asked to write the last two dollars of an invoice off."""
    found = papers.bare_invoice()
    papers.pay(found, usd("118.00"))
    return api.ask_write_off(found.uuid, reason="charges", by=papers.ASKER, at=AT)


def confirmed_by_two_who_have_read_that_it_waits(step, monkeypatch):
    monkeypatch.setattr(two_people, "waiting", lambda kind, pk, *, by: kind.objects.get(pk=pk))
    return race(*(partial(api.confirm_write_off, step, by=by, at=AT) for by in (101, 102)))


def test_f10_without_the_locks_the_database_still_writes_a_rest_off_once(
    asked, blindly, monkeypatch
):
    blindly(database_checks=True)
    done = confirmed_by_two_who_have_read_that_it_waits(asked, monkeypatch)
    assert [type(error) for error in errors(done)] == [IntegrityError]
    assert models.InvoiceStanding.objects.get().written_off_minor == 200


def test_f10_without_any_of_them_two_second_people_write_a_rest_off_twice(
    asked, blindly, monkeypatch
):
    blindly(database_checks=False)
    done = confirmed_by_two_who_have_read_that_it_waits(asked, monkeypatch)
    assert errors(done) == []
    assert models.InvoiceStanding.objects.get().written_off_minor == 400


@everywhere
def test_f10_a_write_off_is_confirmed_or_the_rest_comes_in_but_never_both(asked, isolation):
    (found,) = models.Invoice.objects.all()
    line = papers.bank_line(usd("2.00"))
    done = race(
        partial(match, line, found, "2.00"),
        partial(api.confirm_write_off, asked, by=papers.CONFIRMER, at=AT),
        isolation=isolation,
    )
    assert type(errors(done)[0]) in {MatchRefused, InvoiceRefused}
    now = models.InvoiceStanding.objects.get()
    assert sorted((now.paid_minor - 11_800, now.written_off_minor)) == [0, 200]


@pytest.fixture
def file():
    """A bank's file of twenty payments of 8.00, for an invoice of 160.00; stored in four parts."""
    papers.account("EUR", number=files.ACCOUNT)
    found = papers.bare_invoice(Money("160.00", "EUR"))
    texts = (f"{found.number} no {number}" for number in range(20))
    return files.camt(*(files.ntry("8.00", details=files.tx(text=text)) for text in texts))


def take(content):
    return api.import_statements(content, file_name="day.xml", by=papers.READER, at=AT)


def take_and_match(content):
    return api.apply_import(take(content).uuid, by=papers.READER, at=AT).matched


def by_content_and_chance(content=b""):
    """As ``hashlib.sha256``, but never the same twice."""
    return hashlib.sha256(content + uuid4().bytes)


never_the_same = SimpleNamespace(sha256=by_content_and_chance)


@everywhere
def test_f19_f4_a_file_that_eight_workers_take_and_match_at_once_is_one_file(
    file, monkeypatch, isolation
):
    monkeypatch.setattr(bank_importing, "PORTION", 5)
    done = race(*[partial(take_and_match, file)] * 8, isolation=isolation)
    assert {type(error) for error in errors(done)} <= {AlreadyImported}
    assert sum(values(done)) == models.BankMatch.objects.count() == 20
    kept = models.BankImport.objects.get()
    assert (kept.lines_new, kept.lines_stored, models.BankLine.objects.count()) == (20, 20, 20)
    assert models.InvoiceStanding.objects.get().paid_minor == 16_000


def test_f19_without_the_unique_digest_each_payment_still_comes_in_once(file, monkeypatch):
    monkeypatch.setattr(bank_importing, "hashlib", never_the_same)
    assert errors(race(*[partial(take, file)] * 2)) == []
    counted = models.BankImport.objects.values_list("lines_new", flat=True)
    assert (sorted(counted), models.BankLine.objects.count()) == ([0, 20], 20)


def test_f19_without_the_unique_names_what_came_once_is_there_twice(file, monkeypatch):
    line_of = bank_importing._line

    def named_by_chance(*args):
        line = line_of(*args)
        line.key = uuid4().hex
        return line

    monkeypatch.setattr(bank_importing, "hashlib", never_the_same)
    monkeypatch.setattr(bank_importing, "_line", named_by_chance)
    assert errors(race(*[partial(take, file)] * 2)) == []
    assert (models.BankImport.objects.count(), models.BankLine.objects.count()) == (2, 40)


def test_f19_without_lock_and_condition_a_payment_of_a_file_is_matched_twice(monkeypatch):
    # given
    papers.account("EUR", number=files.ACCOUNT)
    found = papers.bare_invoice(Money("16.00", "EUR"))
    done = take(files.camt(files.ntry("8.00", details=files.tx(text=found.number))))
    line = models.BankLine.objects.get()
    part = [(found.uuid, Money("8.00", "EUR"))]
    meeting = threading.Barrier(2, timeout=20)

    def read_then_write(pk, minor):
        row = models.BankLine.objects.get(pk=pk)
        meeting.wait()
        rows = models.BankLine.objects.filter(pk=pk)
        return row.rest_minor >= minor and rows.update(matched_minor=row.matched_minor + minor)

    monkeypatch.setattr(bank_matching, "_use", read_then_write)
    monkeypatch.setattr(
        bank_matching, "_locked_line", lambda pk: models.BankLine.objects.get(pk=pk)
    )
    monkeypatch.setattr(bank_matching, "_apply_one", lambda one, *, at: matched(one.line.id))

    def matched(pk):
        api.match_line(pk, part, by=None, at=AT)
        return "matched"

    # when
    applied = race(*[partial(api.apply_import, done.uuid, by=papers.READER, at=AT)] * 2)

    # then
    assert errors(applied) == []
    assert models.BankMatch.objects.filter(line=line).count() == 2
    assert models.InvoiceStanding.objects.get().paid_minor == 1_600


@pytest.fixture
def started(settings):
    settings.FEE_PAYMENTS_PROVIDERS = plain.SETTINGS
    make.offering(capacity=3)
    return make.payment(make.order(make.learner()), provider="plain")


def deliver(started):
    return api.receive_event("plain", plain.event("paid", started.reference), WORD, at=AT)


@everywhere
def test_f4_t12_an_event_that_four_workers_are_given_at_once_is_one_row(started, isolation):
    done = race(*[partial(deliver, started)] * 4, isolation=isolation)
    assert errors(done) == []
    assert sorted(one.outcome for one in values(done)) == ["known"] * 3 + ["settled"]
    assert models.ProviderEvent.objects.count() == 1
    assert models.OrderLine.objects.get().paid_minor == 12_000


def test_f4_t12_without_the_unique_digest_there_are_four_rows_and_still_one_effect(
    started, monkeypatch
):
    monkeypatch.setattr(inbox, "hashlib", never_the_same)
    done = race(*[partial(deliver, started)] * 4)
    assert errors(done) == []
    assert models.ProviderEvent.objects.count() == 4
    assert models.OrderLine.objects.get().paid_minor == 12_000


def test_f4_t12_without_digest_and_lock_four_rows_are_counted_four_times(started, monkeypatch):
    meeting = threading.Barrier(4, timeout=20)
    record_paid = settling.record_paid

    def all_have_read_that_nothing_is_paid(*args, **kwargs):
        meeting.wait()
        return record_paid(*args, **kwargs)

    monkeypatch.setattr(inbox, "hashlib", never_the_same)
    monkeypatch.setattr(settling, "record_paid", all_have_read_that_nothing_is_paid)
    tables = (models.ProviderEvent, models.Payment, models.Order, models.OrderLine)
    without_locks(monkeypatch, *tables)
    done = race(*[partial(deliver, started)] * 4)
    assert errors(done) == []
    assert models.OrderLine.objects.get().paid_minor == 48_000
