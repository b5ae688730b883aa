"""F14: a worker dies between any two steps of what takes an invoice, or a part of it, back.

A refund by transfer with its credit note, an invoice on credit that is cancelled, a rest that is
written off, and a bank's file that is taken and matched. Whatever is left, the same is there in
the end as without the death: nothing twice, and no number of a document lost.
"""

from __future__ import annotations

from contextlib import suppress

import pytest

import killed
from deaths import all_ends_are_one
from factories import bank_files as files
from factories import fee_payments as make
from factories import invoices as papers
from fairgate import clock
from fairgate.money import Money
from fee_payments import api, models
from fee_payments.exceptions import AlreadyImported, InvoiceRefused
from fee_payments.services import bank_importing

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("pays_by_invoice")]

AT = papers.LATER


@pytest.fixture(autouse=True)
def three_days_later(monkeypatch, database):
    if database != "sqlite":
        pytest.skip("Each statement on SQLite; on MariaDB real processes are killed.")
    monkeypatch.setattr(clock, "_source", lambda: AT)


@pytest.fixture
def chance(monkeypatch):
    return killed.Chance(monkeypatch)


class SecondPerson:
    """Looks again and again at what waits for a second person, and confirms it."""

    kept = None

    def tell(self) -> None:
        for step in models.TransferBack.objects.filter(confirmed_at=None):
            confirm(api.confirm_transfer_back, step.pk)
        for step in models.WriteOff.objects.filter(confirmed_at=None):
            confirm(api.confirm_write_off, step.pk)

    def moved(self) -> list[int]:
        """What was sent back."""
        sent = models.TransferBack.objects.exclude(confirmed_at=None)
        return sorted(sent.values_list("amount_minor", flat=True))

    def keep(self) -> None:
        """Nothing of it is elsewhere."""

    def go_back(self, kept: None) -> None:
        """As ``keep``."""


def confirm(step, pk):
    with suppress(InvoiceRefused):  # it was confirmed, and the answer was lost
        step(pk, by=papers.CONFIRMER, at=AT)


def numbers_have_no_gap():
    """Each number of a series was given to one document that is there."""
    places = {series: [] for series in models.DocumentSeries.objects.all()}
    for kind in (models.Invoice, models.CreditNote):
        for document in kind.objects.select_related("series").order_by("place"):
            places[document.series].append(document.place)
    return all(given == list(range(1, series.last + 1)) for series, given in places.items())


@pytest.fixture
def paid(pays_by_invoice):
    """An invoice of 120.00 that a transfer has paid."""
    make.offering(capacity=5)
    found = papers.invoice()
    papers.pay(found, make.PRICE)
    return found


def refunded_in_part():
    order = models.Order.objects.get().uuid
    part = Money("20.00", "USD")
    api.refund(order, part, key="one", reason="a day was cancelled", by=9, at=AT)
    confirm(api.confirm_transfer_back, models.TransferBack.objects.get().pk)


@pytest.mark.usefixtures("paid")
def test_f14_k11_a_refund_by_transfer_whose_worker_dies_at_any_step_is_made_once(chance):
    all_ends_are_one(SecondPerson(), chance, refunded_in_part, least=60)
    now = models.InvoiceStanding.objects.get()
    assert (now.paid_minor, now.returned_minor, now.credited_minor) == (10_000, 2_000, 2_000)
    assert (models.CreditNote.objects.get().total_minor, SecondPerson().moved()) == (2_000, [2_000])
    assert models.Order.objects.get().state == "partially_refunded"
    assert numbers_have_no_gap()


def test_f14_k11_an_invoice_on_credit_whose_cancelling_dies_at_any_step_is_cancelled_once(chance):
    make.offering(capacity=5)
    found = papers.invoice(buyer=papers.credit_buyer())

    def cancel():
        api.issue_credit_note(found.uuid, reason="wrong", by=9, at=AT, key="one")

    all_ends_are_one(SecondPerson(), chance, cancel, least=30)
    assert models.InvoiceStanding.objects.get().credited_minor == 12_000
    assert models.CreditNote.objects.get().total_minor == 12_000
    assert models.Order.objects.get().state == "cancelled"
    assert models.Entitlement.objects.get().revoked_because == "cancelled"
    assert models.Offering.objects.get().seats_taken == 0
    assert numbers_have_no_gap()


def test_f14_k11_a_write_off_whose_confirming_dies_at_any_step_settles_the_invoice_once(chance):
    make.offering(capacity=5)
    found = papers.invoice()
    papers.pay(found, Money("118.00", "USD"))
    step = api.ask_write_off(found.uuid, reason="charges", by=papers.ASKER, at=AT)
    all_ends_are_one(SecondPerson(), chance, lambda: confirm(api.confirm_write_off, step), least=30)
    now = models.InvoiceStanding.objects.get()
    assert (now.paid_minor, now.written_off_minor, now.settled_at) == (11_800, 200, AT)
    assert (models.Order.objects.get().state, models.Entitlement.objects.count()) == ("paid", 1)
    assert models.Payment.objects.get().processor_fee_minor == 200


def test_f14_f19_a_bank_file_whose_worker_dies_at_any_step_is_taken_and_matched_once(
    chance, monkeypatch
):
    monkeypatch.setattr(bank_importing, "PORTION", 1)
    papers.account("EUR", number=files.ACCOUNT)
    found = papers.bare_invoice(Money("16.00", "EUR"))
    texts = [f"{found.number} no {number}" for number in range(2)]
    content = files.camt(*(files.ntry("8.00", details=files.tx(text=text)) for text in texts))

    def take_and_match():
        try:
            taken = api.import_statements(content, file_name="day.xml", by=9, at=AT)
        except AlreadyImported as known:
            taken = known.imported
        api.apply_import(taken.uuid, by=9, at=AT)

    all_ends_are_one(SecondPerson(), chance, take_and_match, least=40)
    assert (models.BankImport.objects.count(), models.BankLine.objects.count()) == (1, 2)
    assert models.BankMatch.objects.count() == 2
    assert not api.invoice(found.uuid).missing
