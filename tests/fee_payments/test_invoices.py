"""Invoices and credit notes: numbered without a gap, frozen, corrected by further documents."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import transaction

from factories import fee_payments as make
from factories import institution_seats as institutions
from factories import invoices as papers
from fairgate.errors import RowIsKept
from fairgate.money import Money
from fairgate.percent import Percent
from fee_payments import api, models
from fee_payments.data import OrderState
from fee_payments.data.invoices import BuyerDetails, InvoiceState
from fee_payments.exceptions import InvoiceRefused, NoSeatLeft, PaymentOnItsWay, UnknownOrder
from fee_payments.rules import frozen
from fee_payments.selectors.buyers import details_of
from fee_payments.services import crediting, entitling, invoicing, printing

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("pays_by_invoice")]
# The sandbox’s events are committed before they are acted on.
commits = pytest.mark.django_db(transaction=True)


def usd(text):
    return Money(text, "USD")


@pytest.fixture
def placed():
    make.offering(capacity=5)
    return make.order(make.learner())


def test_an_invoice_says_what_was_sold_and_how_to_pay(placed):
    found = papers.invoice(placed)
    row = models.Invoice.objects.get()
    content = frozen.thawed(row.content)
    assert (found.number, found.total, found.missing) == (
        "TESTINV-2026-000001",
        make.PRICE,
        make.PRICE,
    )
    assert found.reference == content.reference == "RF55TESTINV2026000001"
    assert (content.buyer, content.seller.iban) == (papers.MINISTRY, papers.ACCOUNT)
    assert (content.due_on, content.order) == (date(2026, 11, 4), str(placed.uuid))
    assert [line.text for line in content.lines] == ["Spectrum management"]
    assert row.sha256 == hashlib.sha256(row.content.encode()).hexdigest()
    assert frozen.frozen(content) == row.content


def test_the_order_keeps_price_and_seat_until_the_invoice_is_due_and_some_days_longer(placed):
    papers.invoice(placed)
    order = models.Order.objects.get()
    assert (order.state, order.expires_at) == ("pending", datetime(2026, 11, 10, tzinfo=UTC))
    assert api.expire_orders(at=datetime(2026, 11, 9, 23, tzinfo=UTC)) == 0
    assert api.expire_orders(at=datetime(2026, 11, 10, tzinfo=UTC)) == 1


def test_an_order_has_one_live_invoice(placed):
    assert papers.invoice(placed).uuid == papers.invoice(placed).uuid
    assert models.DocumentSeries.objects.get().last == 1


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"name": " "}, "needs a name and an address"),
        ({"address": ("",)}, "needs a name and an address"),
        ({"name": "x" * 141}, "too long"),
        ({"country": ""}, "needs the country"),
    ],
)
def test_an_invoice_to_nobody_is_refused_and_uses_no_number(placed, change, said):
    details = {"name": "A", "address": ("B",), "country": "CH", **change}
    with pytest.raises(InvoiceRefused, match=said):
        papers.invoice(placed, buyer=BuyerDetails(**details))
    assert not models.DocumentSeries.objects.exists()


def test_an_order_that_is_over_or_unknown_has_no_invoice(placed):
    with pytest.raises(InvoiceRefused, match="can no longer be paid"):
        papers.invoice(placed, at=make.NOON + timedelta(hours=2))
    with pytest.raises(UnknownOrder):
        invoicing.issue_invoice(uuid4(), papers.MINISTRY, by=1, at=make.NOON)


def test_what_was_paid_by_a_slow_way_is_not_invoiced_before_that_has_come_or_failed(placed):
    # given
    started = make.payment(placed)
    make.send(make.happening(started, "pay_later"))

    # then
    with pytest.raises(PaymentOnItsWay, match="is on its way"):
        papers.invoice(placed)
    assert not models.Invoice.objects.exists()

    # when
    make.send(make.happening(started, "bounce"))

    # then
    assert papers.invoice(placed).missing == make.PRICE


def test_a_number_that_is_rolled_back_is_given_again():
    with transaction.atomic():
        assert papers.number() == "TESTINV-2026-000001"
        transaction.set_rollback(True)
    assert papers.number() == "TESTINV-2026-000001"


def test_each_seller_year_and_kind_counts_for_itself_and_tests_apart(settings):
    settings.FEE_PAYMENTS_TEST_MODE = True
    assert papers.bare_invoice().number == "TESTINV-2026-000001"
    settings.FEE_PAYMENTS_TEST_MODE = False
    live = papers.bare_invoice()
    note = crediting.issue_credit_note(live.uuid, reason="wrong", by=9, at=make.NOON)
    assert (live.number, note.number) == ("INV-2026-000001", "INV-CN-2026-000001")
    assert papers.number("ATC") == "TESTATC-2026-000001"


@pytest.mark.parametrize("prefix", ["", "I", "inv", "INV-", "1NV", "TOOLONG", "ИНВ"])
def test_a_prefix_that_payers_cannot_type_is_refused(prefix):
    with pytest.raises(InvoiceRefused, match="two to six capitals"):
        papers.number(prefix)


@pytest.mark.parametrize("kind", [models.Invoice, models.CreditNote])
def test_t22_f39_an_issued_document_is_never_changed_or_deleted(kind):
    found = papers.bare_invoice()
    crediting.issue_credit_note(found.uuid, reason="wrong", by=9, at=make.NOON)
    row = kind.objects.get()
    before = kind.objects.values().get()
    row.issued_at = papers.LATER
    for attempt in (
        row.save,
        row.delete,
        kind.objects.all().delete,
        lambda: kind.objects.update(total_minor=1),
        lambda: kind._base_manager.update(total_minor=1),
        lambda: kind.objects.bulk_update([row], ["content"]),
    ):
        with pytest.raises(RowIsKept):
            attempt()
    assert kind.objects.values().get() == before


def test_the_file_of_a_document_has_the_same_bytes_whenever_it_is_asked_for(monkeypatch):
    papers.bare_invoice(usd("120.00"), tax=2000)
    row = models.Invoice.objects.get()
    first = printing.pdf_of(row, at=make.NOON)
    monkeypatch.setattr(printing.documents, "render_document", lambda *_: b"other fonts")
    assert printing.pdf_of(row, at=papers.LATER) == first
    assert first.startswith(b"%PDF")


def test_a_wrong_invoice_is_cancelled_by_a_credit_note_and_its_order_with_it(placed):
    found = papers.invoice(placed)
    note = crediting.issue_credit_note(found.uuid, reason="wrong name", by=9, at=papers.LATER)
    assert (note.corrects, note.amount, note.reason) == (found.number, make.PRICE, "wrong name")
    order = models.Order.objects.get()
    line = order.lines.get()
    assert (order.state, line.open_key, line.holds_seat) == ("cancelled", None, False)
    assert models.Offering.objects.get().seats_taken == 0
    after = api.invoice(found.uuid)
    assert after.state(papers.DAY) is InvoiceState.CREDITED
    again = papers.invoice(make.order(make.learner(), at=papers.LATER), at=papers.LATER)
    assert again.number == "TESTINV-2026-000002"


def test_an_invoice_is_credited_once(placed):
    found = papers.invoice(placed)
    crediting.issue_credit_note(found.uuid, reason="wrong", by=9, at=papers.LATER)
    with pytest.raises(InvoiceRefused, match=r"USD 0.00 is open of this invoice"):
        crediting.issue_credit_note(found.uuid, reason="wrong", by=9, at=papers.LATER)
    assert models.CreditNote.objects.count() == 1


def test_a_part_of_what_an_order_waits_for_is_not_credited(placed):
    found = papers.invoice(placed)
    with pytest.raises(InvoiceRefused, match="credit the whole invoice"):
        crediting.issue_credit_note(
            found.uuid, reason="a gift", by=9, at=papers.LATER, amount=usd("20.00")
        )
    with pytest.raises(InvoiceRefused, match="say why"):
        crediting.issue_credit_note(found.uuid, reason=" ", by=9, at=papers.LATER)
    assert not models.CreditNote.objects.exists()


@pytest.mark.parametrize(
    ("whole", "tax", "parts"),
    [
        (Money("120.00", "USD"), 2000, ("33.33", "33.33", "53.34")),
        (Money("1001", "JPY"), 91, ("333", "333", "335")),
        (Money("10.005", "KWD"), 953, ("3.335", "3.335", "3.335")),
    ],
)
def test_f18_parts_that_are_credited_add_up_to_the_invoice(whole, tax, parts):
    found = papers.bare_invoice(whole, tax=tax)
    notes = [
        crediting.issue_credit_note(
            found.uuid, reason="part", by=9, at=make.NOON, amount=Money(part, whole.currency)
        )
        for part in parts
    ]
    assert sum(note.tax.minor for note in notes) == tax
    assert sum(note.amount.minor for note in notes) == whole.minor
    assert not api.invoice(found.uuid).missing


@commits
def test_an_order_that_was_paid_by_card_has_an_invoice_that_says_so():
    make.offering()
    found = papers.invoice(make.paid_order(make.learner()))
    assert (found.paid, found.missing) == (make.PRICE, usd("0.00"))
    assert found.state(papers.DAY) is InvoiceState.PAID
    assert frozen.thawed(models.Invoice.objects.get().content).paid_on == papers.DAY


@commits
def test_t5_each_refund_of_an_invoiced_order_makes_a_credit_note_with_its_parts():
    make.offering()
    api.set_tax("CH", percent=Percent(20), inclusive=True, valid_from=date(2026, 1, 1))
    order = make.paid_order(make.learner())
    before = api.refund(order.uuid, usd("20.00"), key="a", reason="asked", by=9, at=papers.LATER)
    found = papers.invoice(order, at=papers.LATER)
    after = api.refund(order.uuid, usd("100.00"), key="b", reason="ill", by=9, at=papers.LATER)
    notes = api.credit_notes_of(found.uuid)
    assert [(note.refund_uuid, note.amount, note.tax) for note in notes] == [
        (refund.uuid, refund.amount, refund.tax) for refund in (before, after)
    ]
    assert sum(note.tax.minor for note in notes) == 2000
    done = api.invoice(found.uuid)
    assert (done.paid, done.returned, done.credited) == (usd("0.00"), make.PRICE, make.PRICE)
    assert api.order(order.uuid).state is OrderState.REFUNDED


def test_the_merchant_of_an_offering_sells_before_the_one_of_the_settings():
    models.Merchant.objects.create(
        code="atc", legal_name="Training Centre", address="2 Side Street\nNadi", country="FJ",
        iban=papers.ACCOUNT, invoice_prefix="ATC", is_default=True,
    )  # fmt: skip
    found = papers.bare_invoice()
    seller = frozen.thawed(models.Invoice.objects.get().content).seller
    assert (found.number, seller.legal_name) == ("TESTATC-2026-000001", "Training Centre")
    assert seller.address == ("2 Side Street", "Nadi")


def test_without_anybody_who_sells_nothing_is_issued(settings):
    settings.FEE_PAYMENTS_SELLER = {}
    with pytest.raises(InvoiceRefused, match="has not said who sells"):
        papers.bare_invoice()


# On credit


def on_credit(placed, **changes):
    return papers.invoice(placed, buyer=papers.credit_buyer(), **changes)


def nothing_has_happened(placed):
    order = models.Order.objects.get(uuid=placed.uuid)
    kept = (order.state, order.expires_at) == (OrderState.CREATED, placed.expires_at)
    return kept and not any(
        kind.objects.exists()
        for kind in (models.DocumentSeries, models.Invoice, models.Payment, models.SeatPool)
    )


@pytest.mark.parametrize("error", [NoSeatLeft("full"), RuntimeError("the disk")])
def test_what_cannot_be_opened_on_credit_uses_no_number_and_leaves_no_half_state(
    placed, monkeypatch, error
):
    def fails(*_args, **_names):
        raise error

    monkeypatch.setattr(entitling, "open_seat", fails)
    with pytest.raises(type(error)):
        on_credit(placed)
    assert nothing_has_happened(placed)
    monkeypatch.undo()
    assert on_credit(placed).number == "TESTINV-2026-000001"


def test_access_that_is_there_already_is_not_invoiced_on_credit(placed):
    make.offering("exam", title="The examination")
    both = make.order_of(make.learner(1002), "exam", "spectrum")
    api.redeem_seat_code(make.learner(1003), "exam", make.seat_code("exam"), at=make.NOON)
    models.Entitlement.objects.update(
        user_id=1002, live_key=models.Entitlement.objects.get().live_key.replace("1003", "1002")
    )
    with pytest.raises(InvoiceRefused, match="“The examination” is open to the learner already"):
        on_credit(both)
    assert nothing_has_happened(both)
    assert not models.Entitlement.objects.filter(user_id=1002, offering__code="spectrum").exists()


def test_seats_that_were_closed_do_not_open_on_credit_and_nothing_is_owed_for_them(placed):
    buyer = papers.buyer(access_on="invoice")
    seats = api.place_batch_order(
        buyer.uuid,
        institutions.wanted(spectrum=2),
        by=1001,
        key="two",
        expected=make.PRICE * 2,
        at=make.NOON,
    )
    models.OrderLine.objects.filter(order__uuid=seats.uuid).update(holds_seat=False)
    models.Offering.objects.update(seats_taken=5)
    with pytest.raises(InvoiceRefused, match="cannot be opened now: please order again"):
        papers.invoice(seats, buyer=details_of(buyer))
    assert nothing_has_happened(seats)
