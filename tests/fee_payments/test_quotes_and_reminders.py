"""Quotes that purchase orders accept, and reminders that nobody gets for nothing."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from io import StringIO
from smtplib import SMTPRecipientsRefused

import pytest
from cryptography.fernet import Fernet
from django.contrib.auth import get_user_model
from django.core import mail
from django.core.management import call_command
from django.db import OperationalError, transaction
from hypothesis import example, given, settings
from hypothesis import strategies as st

from factories import fee_payments as make
from factories import institution_seats as seats
from factories import invoices as papers
from fairgate import clock
from fairgate.money import Money
from fairgate.percent import Percent
from fee_payments import api, models
from fee_payments.data import OrderState, PayerClass, Rounding, TaxKind
from fee_payments.data.invoices import QuoteItem
from fee_payments.exceptions import (
    CountryBlocked,
    InvalidOrder,
    InvoiceRefused,
    LinesDoNotFit,
    UnknownDocument,
    UnknownOrder,
)
from fee_payments.rules import frozen
from fee_payments.selectors.buyers import details_of
from fee_payments.services import buying, offering_quotes, purchase_order_files, reminding
from fee_payments.wording import in_words

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("pays_by_invoice")]

DUE = datetime.combine(papers.DAY + timedelta(days=30), make.NOON.timetz())


def usd(text):
    return Money(text, "USD")


@pytest.fixture
def ministry():
    member = make.price(usd("100.00"), payer_class=PayerClass.MEMBER_STATE)
    make.offering(prices=(make.price(), member))
    api.set_tax("FJ", Percent(15), inclusive=False, valid_from=date(2026, 1, 1))
    return papers.buyer()


def quote(buyer, *items, **changes):
    items = items or (QuoteItem(offering_code="spectrum", quantity=50),)
    return api.issue_quote(buyer.uuid, items, by=9, at=make.NOON, **changes)


def accept(quoted, amount=None, **changes):
    fields = {"number": "PO-7", "received_on": papers.DAY, "by": 9, "at": make.NOON, **changes}
    return api.receive_purchase_order(quoted.uuid, amount=amount or quoted.total, **fields)


def test_a_verified_buyer_is_offered_its_own_price_with_the_tax_of_its_country(ministry):
    quoted = quote(ministry)
    content = frozen.thawed(models.QuoteDocument.objects.get().content)
    assert (quoted.number, quoted.valid_until) == ("TESTINV-QU-2026-000001", date(2026, 11, 4))
    assert (content.net, content.tax, quoted.total) == (
        usd("5000.00"), usd("750.00"), usd("5750.00")
    )  # fmt: skip
    assert content.buyer.buyer_uuid == ministry.uuid


def test_a_buyer_that_nobody_has_verified_pays_what_an_individual_pays(ministry):
    buying.save_buyer(ministry, changed=["tax_id"])
    assert quote(ministry, QuoteItem(offering_code="spectrum")).total == usd("138.00")
    assert buying.verify_buyers([ministry.pk], by=9, at=make.NOON) == 1
    assert quote(ministry, QuoteItem(offering_code="spectrum")).total == usd("115.00")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"amount": usd("5749.99")}, r"over USD 5,749.99 and the quote over USD 5,750.00"),
        ({"received_on": date(2026, 11, 5)}, "was valid until 2026-11-04"),
        ({"number": " "}, "has a number"),
        ({"file": b"%PDF-"}, "no place for files"),
    ],
)
def test_a_purchase_order_that_does_not_fit_is_refused(ministry, change, said):
    quoted = quote(ministry)
    with pytest.raises(InvoiceRefused, match=said):
        accept(quoted, **change)
    assert not models.PurchaseOrder.objects.exists()


def test_nothing_is_offered_to_an_organisation_of_a_blocked_country(ministry):
    # given
    known = quote(ministry, key="before")
    api.block_country(ministry.country, reason="Sanctions", valid_from=papers.DAY)

    # when
    with pytest.raises(CountryBlocked):
        quote(ministry, key="after")

    # then
    assert quote(ministry, key="before") == known
    assert models.QuoteDocument.objects.count() == 1
    assert models.ScreeningRecord.objects.get().user_id == 9


def test_a_quote_is_accepted_once_and_invoiced_once(ministry):
    quoted = quote(ministry)
    with pytest.raises(InvoiceRefused, match="No purchase order has come"):
        api.invoice_purchase_order(quoted.uuid, by=9, at=make.NOON)
    assert accept(quoted).purchase_order == "PO-7"
    with pytest.raises(InvoiceRefused, match="accepted already"):
        accept(quoted)
    one, two = (api.invoice_purchase_order(quoted.uuid, by=9, at=make.NOON) for _ in range(2))
    assert one == two
    assert (one.total, one.buyer_name) == (quoted.total, "Ministry of Posts")
    assert frozen.thawed(models.Invoice.objects.get().content).purchase_order == "PO-7"
    assert api.list_quotes(user_id=1001)[0].invoice_number == one.number
    assert api.list_quotes(user_id=1002) == ()


def test_an_invoice_that_was_credited_in_part_is_still_the_one_of_its_quote(ministry):
    quoted = quote(ministry)
    accept(quoted)
    one = api.invoice_purchase_order(quoted.uuid, by=9, at=make.NOON)
    api.issue_credit_note(one.uuid, amount=usd("50.00"), reason="late", by=9, at=make.NOON)
    assert api.invoice_purchase_order(quoted.uuid, by=9, at=make.NOON).number == one.number

    api.issue_credit_note(one.uuid, reason="the rest", by=9, at=make.NOON)
    assert api.invoice_purchase_order(quoted.uuid, by=9, at=make.NOON).number != one.number


def test_a_quote_taxes_an_organisation_as_its_order_does(ministry):
    make.tax("FR", "20")
    make.tax("FR", "0", kind=TaxKind.REVERSE_CHARGE)
    models.Buyer.objects.update(country="FR", tax_id="FR12345678901")

    quoted = quote(ministry)
    ordered = api.quote_batch(ministry.uuid, seats.wanted(spectrum=50), by=1001, at=make.NOON)
    content = frozen.thawed(models.QuoteDocument.objects.get().content)

    assert quoted.total == ordered.total == usd("5000.00")
    assert (content.has_reverse_charge, content.lines[0].is_reverse_charge) == (True, True)


@pytest.mark.parametrize("count", [0, 1_001])
def test_a_quote_of_nothing_or_of_the_impossible_is_refused_as_an_order_is(ministry, count):
    with pytest.raises(InvalidOrder, match="Between 1 and 1000 seats") as refused:
        quote(ministry, QuoteItem(offering_code="spectrum", quantity=count))
    assert in_words(refused.value).startswith("“spectrum”: Between")
    with pytest.raises(InvalidOrder, match="Between 1 and 1000 seats"):
        api.quote_batch(ministry.uuid, seats.wanted(spectrum=count), by=1001, at=make.NOON)
    with pytest.raises(InvoiceRefused, match="not over"):
        quote(ministry, valid_until=date(2026, 10, 4))
    with pytest.raises(UnknownDocument):
        api.issue_quote(papers.uuid4(), (), by=9, at=make.NOON)
    with pytest.raises(InvalidOrder, match="Nothing was chosen"):
        api.issue_quote(ministry.uuid, (), by=9, at=make.NOON)


@pytest.mark.parametrize("count", [1, 1_000])
def test_a_quote_is_of_as_many_as_an_order_may_be(ministry, count):
    assert quote(ministry, QuoteItem(offering_code="spectrum", quantity=count)).total == (
        usd("115.00") * count
    )


def test_one_quote_is_of_what_one_order_can_be(ministry):
    make.merchant("academy")
    make.merchant("institute", is_default=False)
    make.offering("exam", merchant="institute")
    models.Offering.objects.filter(code="spectrum").update(
        merchant=models.Merchant.objects.get(code="academy")
    )
    models.CatalogueMark.change()
    one, other = (QuoteItem(offering_code=code) for code in ("spectrum", "exam"))
    for items, said in [
        ((one, other), "by different merchants"),
        ((one, one), "each of them once"),
    ]:
        with pytest.raises(LinesDoNotFit, match=said):
            quote(ministry, *items)
    assert not models.QuoteDocument.objects.exists()


@settings(max_examples=25, deadline=None)
@given(
    prices=st.lists(st.integers(1, 99_999), min_size=1, max_size=3),
    counts=st.lists(st.integers(1, 1_000), min_size=3, max_size=3),
    basis_points=st.integers(0, 10_000),
    inclusive=st.booleans(),
    rounding=st.sampled_from(Rounding),
)
@example([333], [3, 1, 1], 1_000, False, Rounding.HALF_UP)  # 0.33 a seat, and 1.00 the line
def test_what_is_quoted_is_what_the_order_costs_to_the_cent(
    prices, counts, basis_points, inclusive, rounding
):
    with transaction.atomic():
        make.merchant(rounding=rounding, invoice_prefix="OSA")
        api.set_tax(
            "FJ", Percent(Decimal(basis_points) / 100), inclusive=inclusive,
            valid_from=date(2026, 1, 1),
        )  # fmt: skip
        wanted = {f"fee-{place}": counts[place] for place in range(len(prices))}
        for code, minor in zip(wanted, prices, strict=True):
            member = make.price(Money.from_minor(minor, "USD"), payer_class=PayerClass.MEMBER_STATE)
            make.offering(code, prices=(member,))
        buyer = papers.buyer()

        quoted = quote(buyer, *(QuoteItem(offering_code=c, quantity=n) for c, n in wanted.items()))
        lines = seats.wanted(**wanted)
        seen = api.quote_batch(buyer.uuid, lines, by=1001, at=make.NOON)
        placed = api.place_batch_order(
            buyer.uuid, lines, by=1001, key="as quoted", expected=quoted.total, at=make.NOON
        )
        assert quoted.total == seen.total == placed.total
        content = frozen.thawed(models.QuoteDocument.objects.get().content)
        assert (content.net, content.tax) == (placed.breakdown.net, placed.breakdown.tax)
        transaction.set_rollback(True)


# The order that is made of a quote


def order_of(buyer, count=50):
    seen = api.quote_batch(buyer.uuid, seats.wanted(spectrum=count), by=1001, at=make.NOON)
    return api.place_batch_order(
        buyer.uuid, seats.wanted(spectrum=count), by=1001, key=f"of {count}", expected=seen.total,
        at=make.NOON,
    )  # fmt: skip


def invoice_of(quoted, placed):
    return api.invoice_purchase_order(quoted.uuid, order_uuid=placed.uuid, by=9, at=make.NOON)


@pytest.mark.django_db(transaction=True)
def test_a_transfer_for_the_order_of_a_quote_opens_its_seats(ministry):
    quoted, placed = quote(ministry), order_of(ministry)
    accept(quoted)
    found = invoice_of(quoted, placed)
    assert invoice_of(quoted, placed) == found
    waits = models.Payment.objects.get()
    assert (waits.provider, waits.amount_minor, api.order(placed.uuid).state) == (
        "invoice", 575000, OrderState.PENDING,
    )  # fmt: skip

    papers.pay(found, quoted.total)

    assert api.order(placed.uuid).state is OrderState.PAID
    assert models.SeatPool.objects.get().quantity == 50
    assert frozen.thawed(models.Invoice.objects.get().content).purchase_order == "PO-7"


def test_a_trusted_buyers_seats_open_with_the_invoice_of_its_purchase_order(ministry):
    models.Buyer.objects.update(access_on="invoice")
    quoted, placed = quote(ministry), order_of(ministry)
    accept(quoted)
    invoice_of(quoted, placed)
    assert models.SeatPool.objects.get().quantity == 50


@pytest.mark.django_db(transaction=True)
def test_money_that_came_is_told_though_nobody_has_begun_to_wait_for_it(ministry):
    quoted, placed = quote(ministry), order_of(ministry)
    accept(quoted)
    found = invoice_of(quoted, placed)
    models.Payment.objects.all().delete()  # as invoices were issued before
    papers.pay(found, quoted.total)
    assert api.order(placed.uuid).state is OrderState.PAID


def test_only_an_order_of_what_was_quoted_is_invoiced_with_it(ministry):
    quoted, other = quote(ministry), order_of(ministry, 49)
    with pytest.raises(InvoiceRefused, match="No purchase order"):
        invoice_of(quoted, other)
    accept(quoted)
    with pytest.raises(InvoiceRefused, match="lines or amounts differ"):
        invoice_of(quoted, other)
    with pytest.raises(UnknownOrder):
        invoice_of(quoted, make.order(make.learner(7)))
    same = order_of(ministry)
    known = api.issue_invoice(same.uuid, details_of(ministry), by=9, at=make.NOON)
    with pytest.raises(InvoiceRefused, match=f"has the invoice {known.number} already"):
        invoice_of(quoted, same)
    assert models.DocumentSeries.objects.get(key__startswith="invoice").last == 1


# The file of a purchase order

PDF = b"%PDF-1.7 Mrs Tui orders fifty seats"


@pytest.fixture
def drawer(settings, tmp_path):
    settings.FEE_PAYMENTS_PURCHASE_ORDERS = {"OPTIONS": {"location": str(tmp_path)}}
    settings.FEE_PAYMENTS_PURCHASE_ORDER_KEYS = [Fernet.generate_key().decode()]
    return tmp_path


def lying_in(drawer):
    return next(path for path in drawer.rglob("*") if path.is_file())


def kept(ministry, content=PDF):
    accept(quote(ministry), file=content)
    return models.PurchaseOrder.objects.order_by("-id")[0]


def test_the_file_of_a_purchase_order_lies_encrypted_and_is_read_as_it_came(ministry, drawer):
    order = kept(ministry)
    assert b"Tui" not in lying_in(drawer).read_bytes()
    assert purchase_order_files.get(order) == PDF


def test_a_key_can_be_exchanged_and_a_lost_one_opens_nothing(ministry, drawer, settings):
    order, old = kept(ministry), settings.FEE_PAYMENTS_PURCHASE_ORDER_KEYS
    new = [Fernet.generate_key().decode()]
    settings.FEE_PAYMENTS_PURCHASE_ORDER_KEYS = new + old
    assert purchase_order_files.get(order) == PDF
    for keys in (new, []):
        settings.FEE_PAYMENTS_PURCHASE_ORDER_KEYS = keys
        with pytest.raises(UnknownDocument):
            purchase_order_files.get(order)


def test_a_file_from_before_there_were_keys_is_still_read(ministry, drawer, settings):
    order = kept(ministry)
    lying_in(drawer).write_bytes(PDF)
    assert purchase_order_files.get(order) == PDF
    settings.FEE_PAYMENTS_PURCHASE_ORDER_KEYS = []
    assert purchase_order_files.get(order) == PDF


def test_a_file_in_the_place_of_another_does_not_open(ministry, drawer):
    one, other = kept(ministry), kept(ministry)
    assert (drawer / one.file).read_bytes() != (drawer / other.file).read_bytes()
    (drawer / one.file).write_bytes((drawer / other.file).read_bytes())
    with pytest.raises(UnknownDocument):
        purchase_order_files.get(one)


def test_a_purchase_order_that_the_database_did_not_take_leaves_no_file(
    ministry, drawer, monkeypatch
):
    # given
    def gone(order):
        raise OperationalError("server has gone away")

    quoted = quote(ministry)
    monkeypatch.setattr(offering_quotes, "_save", gone)

    # when
    with pytest.raises(OperationalError):
        accept(quoted, file=PDF)

    # then
    assert [one for one in drawer.rglob("*") if one.is_file()] == []


def test_a_purchase_order_whose_commit_was_not_answered_keeps_its_file(
    ministry, drawer, monkeypatch
):
    # given
    save = offering_quotes._save

    def kept_and_gone(order):
        save(order)
        raise OperationalError("server has gone away")

    quoted = quote(ministry)
    monkeypatch.setattr(offering_quotes, "_save", kept_and_gone)

    # when
    with pytest.raises(OperationalError):
        accept(quoted, file=PDF)

    # then
    assert purchase_order_files.get(models.PurchaseOrder.objects.get()) == PDF


def test_without_a_key_no_file_is_taken(ministry, drawer, settings):
    settings.FEE_PAYMENTS_PURCHASE_ORDER_KEYS = []
    with pytest.raises(InvoiceRefused, match="no place for files"):
        kept(ministry)
    assert not models.PurchaseOrder.objects.exists()
    assert not any(drawer.iterdir())


def test_who_leaves_acts_for_nobody_and_what_was_issued_stays(ministry):
    found = papers.bare_invoice()
    api.forget_learner(1001, make.NOON)
    assert not models.BuyerContact.objects.exists()
    assert api.invoice(found.uuid).buyer_name == "Ministry of Posts"


# Reminders


@pytest.fixture
def found():
    make.offering()
    return papers.invoice()


def send(days):
    return api.finish_invoices(at=DUE + timedelta(days=days))


def test_a_reminder_of_each_level_is_sent_once_and_leads_to_the_page(found):
    assert [send(day) for day in (0, 2, 3, 3, 4, 14, 15, 30, 99)] == [0, 0, 1, 0, 0, 1, 0, 1, 0]
    first, last = mail.outbox[0], mail.outbox[-1]
    assert (first.to, first.subject) == (
        ["accounts@posts.example"], "Payment reminder: invoice TESTINV-2026-000001",
    )  # fmt: skip
    assert f"/fairgate/fees/invoices/{found.uuid}/" in first.body
    assert "USD 120.00 is missing" in first.body
    assert found.reference in first.body
    assert ("last reminder" in first.body, "last reminder" in last.body) == (False, True)


def test_after_a_long_pause_only_the_highest_level_is_sent(found):
    assert send(20) == 1
    assert models.Reminder.objects.get().level == 2


def test_nobody_is_reminded_of_what_is_paid_cancelled_or_disputed(found):
    api.stop_reminders(found.uuid, because="they dispute it", by=9, at=make.NOON)
    paid, cancelled = papers.bare_invoice(), papers.bare_invoice()
    papers.pay(paid, make.PRICE)
    api.issue_credit_note(cancelled.uuid, reason="wrong", by=9, at=make.NOON)
    assert send(40) == 0
    assert not models.Reminder.objects.exists()
    api.resume_reminders(found.uuid, by=9)
    assert send(40) == 1
    with pytest.raises(InvoiceRefused, match="say why"):
        api.stop_reminders(found.uuid, because=" ", by=9, at=make.NOON)


def test_what_is_paid_between_writing_and_sending_is_not_reminded_of(found):
    late = DUE + timedelta(days=3)
    assert api.remind(at=late) == 1
    papers.pay(found, make.PRICE)
    assert api.send_reminders(at=late) == 0
    assert models.Reminder.objects.get().dropped_at == late
    assert mail.outbox == []


def test_a_mail_that_cannot_be_handed_over_is_tried_again_and_given_up(found, monkeypatch, caplog):
    def no_server(row, *, at):
        raise SMTPRecipientsRefused({"lena@posts.example": (550, b"no Lena here")})

    monkeypatch.setattr(reminding, "_hand_over", no_server)
    tries = [send(3 + number) for number in range(7)]
    assert (tries, models.Reminder.objects.get().tries) == ([0] * 7, 5)
    assert "reason=SMTPRecipientsRefused" in caplog.text
    assert "lena" not in caplog.text.lower()


def test_without_an_address_on_it_the_reminder_goes_to_who_has_ordered(monkeypatch):
    user = get_user_model().objects.create_user("lena", email="lena@example.org")
    make.offering()
    details = papers.BuyerDetails(name="Lena", address=("Bern",), country="CH")
    papers.invoice(make.order(make.learner(user.pk)), buyer=details)
    monkeypatch.setattr(clock, "_source", lambda: DUE + timedelta(days=3))
    out = StringIO()
    call_command("fee_payments_invoices", stdout=out)
    assert out.getvalue() == "1 reminder sent\n"
    assert mail.outbox[0].to == ["lena@example.org"]
