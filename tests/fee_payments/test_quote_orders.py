"""Orders that are made of quotes: at the prices that were offered, once, with their invoice."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import uuid4

import pytest

from factories import fee_operations as operations
from factories import fee_payments as make
from factories import fee_rest as rest
from factories import institution_seats as seats
from factories import invoices as papers
from fairgate.money import Money
from fairgate.percent import Percent
from fee_payments import api, compat, models
from fee_payments.data import OrderState, PayerClass
from fee_payments.exceptions import (
    CountryBlocked,
    InvoiceRefused,
    KeyReused,
    MatchRefused,
    NoSeatLeft,
    QuoteChanged,
    TermsNotAccepted,
    UnknownDocument,
)
from fee_payments.rules import frozen

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("pays_by_invoice")]

DAY = timedelta(days=1)
MONTHS = timedelta(days=70)


@pytest.fixture(autouse=True)
def home(monkeypatch):
    monkeypatch.setattr(compat, "profile_country", rest.profile_country)


@pytest.fixture
def ministry():
    return operations.ministry()


def order(quote, row, *, at=make.NOON):
    return api.order_quote(quote.uuid, buyer_uuid=row.uuid, by=rest.person("lena").pk, at=at)


def send(quote, row, *, number="PO-7", key="order", at=make.NOON, file=None):
    return api.send_purchase_order(
        quote.uuid, buyer_uuid=row.uuid, number=number, by=rest.person("lena").pk, at=at, key=key,
        file=file,
    )  # fmt: skip


def test_tax_is_rounded_on_the_line_of_a_quote_as_on_that_of_its_order():
    # given: 7.7 % of 0.99 is 7.623 cents, so three seats are 23 cents and not three times eight
    member = make.price(Money("0.99", "USD"), payer_class=PayerClass.MEMBER_STATE)
    make.offering(prices=(make.price(), member))
    api.set_tax("CH", Percent("7.7"), inclusive=False, valid_from=date(2026, 1, 1))
    row = seats.buyer(rest.person("lena").pk)

    # when
    quote = operations.quote(row)

    # then
    assert quote.lines[0].tax == Money("0.23", "USD")
    assert order(quote, row).total == quote.total == Money("3.20", "USD")


def test_a_quote_is_ordered_at_its_prices_after_the_price_list_has_changed(ministry):
    quote = operations.quote(ministry)
    dearer = make.price(
        Money("99.00", "USD"),
        payer_class=PayerClass.MEMBER_STATE,
        valid_from=(make.NOON + DAY).date(),
    )
    old = make.price(
        seats.SEAT, payer_class=PayerClass.MEMBER_STATE, valid_until=(make.NOON + DAY).date()
    )
    make.offering(prices=(make.price(), old, dearer))

    placed = order(quote, ministry, at=make.NOON + 2 * DAY)

    assert (placed.total, placed.buyer_name) == (quote.total, "Ministry of Posts")
    assert placed.placed_at == make.NOON + 2 * DAY


def test_a_quote_to_an_organisation_that_pays_as_another_one_now_is_not_ordered(ministry):
    quote = operations.quote(ministry)
    models.Buyer.objects.update(payer_class=PayerClass.INDIVIDUAL)
    with pytest.raises(QuoteChanged, match="ask for another quote"):
        order(quote, ministry)
    assert not models.Order.objects.exists()


def test_a_quote_has_one_order_until_that_is_closed(ministry):
    quote = operations.quote(ministry)
    first, again = order(quote, ministry), order(quote, ministry)
    assert first == again
    api.expire_orders(at=make.NOON + DAY)
    second = order(quote, ministry, at=make.NOON + DAY)
    assert second.uuid != first.uuid
    make.send(make.event(make.payment(second)))
    assert order(quote, ministry, at=make.NOON + 2 * DAY).uuid == second.uuid
    assert api.list_pools(rest.person("lena").pk, at=make.NOON)[0].counts.bought == 3


def test_a_quote_is_ordered_while_it_stands_or_once_it_was_accepted(ministry):
    late = operations.quote(ministry)
    accepted = operations.quote(ministry, key="other")
    send(accepted, ministry)
    with pytest.raises(InvoiceRefused, match="was valid until"):
        order(late, ministry, at=make.NOON + MONTHS)
    assert order(accepted, ministry, at=make.NOON + MONTHS).total == accepted.total


def test_who_orders_a_quote_accepts_the_terms_of_that_day_and_not_of_the_quote(ministry):
    # given
    make.merchant(invoice_prefix="ACA")
    api.publish_terms("academy", "1", valid_from=make.NOON, text="First")
    quote = operations.quote(ministry)
    api.publish_terms("academy", "2", valid_from=make.NOON + DAY, text="Second")
    later, by = make.NOON + 2 * DAY, rest.person("lena").pk
    offer = api.quote_batch(ministry.uuid, seats.wanted(spectrum=3), by=by, at=later)

    # when
    with pytest.raises(TermsNotAccepted):
        order(quote, ministry, at=later)
    placed = api.order_quote(
        quote.uuid, buyer_uuid=ministry.uuid, by=by, at=later, accepts_terms=offer.terms.sha256
    )

    # then
    assert (placed.first.terms_version, placed.first.merchant) == ("2", "academy")


def test_a_quote_is_not_sold_in_a_country_that_is_blocked_by_now(ministry):
    # given
    blocked = make.NOON + 2 * DAY
    ordered, quote = operations.quote(ministry, key="ordered"), operations.quote(ministry)
    accepted = operations.accepted_quote(ministry)
    before = order(ordered, ministry, at=blocked - timedelta(hours=13))
    api.block_country(ministry.country, reason="Sanctions", valid_from=blocked.date())

    # when
    with pytest.raises(CountryBlocked):
        order(quote, ministry, at=blocked)
    with pytest.raises(CountryBlocked):
        api.invoice_quoted_seats(accepted.uuid, by=9, at=blocked)

    # then
    assert models.ScreeningRecord.objects.count() == 1  # once a day
    assert models.Order.objects.get().uuid == before.uuid
    assert not models.Invoice.objects.exists()


def test_a_quote_is_sold_where_a_country_is_blocked_no_more(ministry):
    quote = operations.quote(ministry)
    api.block_country(
        ministry.country, reason="A mistake", valid_from=make.NOON.date(),
        valid_until=(make.NOON + DAY).date(),
    )  # fmt: skip
    assert order(quote, ministry, at=make.NOON + DAY).total == quote.total


def test_a_quote_of_another_organisation_is_not_there(ministry):
    quote = operations.quote(ministry)
    other = seats.buyer(rest.person("lena").pk, legal_name="Other")
    with pytest.raises(UnknownDocument):
        order(quote, other)
    with pytest.raises(UnknownDocument):
        send(quote, other)
    assert not models.PurchaseOrder.objects.exists()


def test_f11_a_quote_keeps_no_seat(ministry):
    quote = operations.quote(ministry)
    make.offering(
        capacity=2,
        prices=(make.price(), make.price(seats.SEAT, payer_class=PayerClass.MEMBER_STATE)),
    )
    with pytest.raises(NoSeatLeft):
        order(quote, ministry)
    assert not models.Order.objects.exists()


def test_the_invoice_of_an_order_names_the_purchase_order_of_its_quote(ministry):
    # given
    quote = operations.quote(ministry)
    send(quote, ministry)
    placed = order(quote, ministry)

    # when
    made = api.invoice_purchase_order(quote.uuid, by=9, at=make.NOON)

    # then
    assert made.order_uuid == placed.uuid
    assert frozen.thawed(models.Invoice.objects.get().content).purchase_order == "PO-7"
    assert api.quote_of(quote.uuid).invoice_number == made.number
    waiting = api.order(placed.uuid)
    assert waiting.state is OrderState.PENDING
    assert waiting.expires_at > make.NOON + 30 * DAY
    assert api.invoice_purchase_order(quote.uuid, by=9, at=make.NOON) == made


def test_with_credit_the_seats_of_a_purchase_order_open_at_once(ministry):
    ministry.access_on = "invoice"
    ministry.save()
    quote = operations.quote(ministry)
    send(quote, ministry)
    placed = order(quote, ministry)
    (addressee,) = api.addressees(rest.person("lena").pk, placed.uuid)
    api.issue_invoice(placed.uuid, addressee, by=rest.person("lena").pk, at=make.NOON)
    (pool,) = api.list_pools(rest.person("lena").pk, at=make.NOON)
    assert pool.counts.free == 3


def test_what_was_invoiced_by_itself_is_not_ordered_too(ministry):
    quote = operations.accepted_quote(ministry)
    invoice = api.invoice_purchase_order(quote.uuid, by=9, at=make.NOON)
    with pytest.raises(InvoiceRefused, match="without an order"):
        order(quote, ministry)
    api.issue_credit_note(invoice.uuid, reason="ordered instead", by=9, at=make.NOON)
    assert order(quote, ministry).total == quote.total


def test_t11_f13_a_key_makes_one_quote(ministry):
    one, again = operations.quote(ministry), operations.quote(ministry)
    assert one == again
    with pytest.raises(KeyReused):
        operations.quote(ministry, 4)
    assert models.QuoteDocument.objects.count() == 1
    assert operations.quote(ministry, key="another").uuid != one.uuid


def test_t11_f13_a_key_sends_one_purchase_order(ministry):
    quote = operations.quote(ministry)
    assert send(quote, ministry) == send(quote, ministry)
    with pytest.raises(KeyReused):
        send(quote, ministry, number="PO-8")
    with pytest.raises(InvoiceRefused, match="accepted already"):
        send(quote, ministry, number="PO-8", key="other")
    assert models.PurchaseOrder.objects.get().number == "PO-7"


def test_t11_f13_a_key_makes_one_credit_note():
    found = papers.bare_invoice()
    fields = {"reason": "late", "by": 9, "at": make.NOON, "key": "k"}
    amount = Money("10.00", "USD")
    one = api.issue_credit_note(found.uuid, amount=amount, **fields)
    assert api.issue_credit_note(found.uuid, amount=amount, **fields) == one
    with pytest.raises(KeyReused):
        api.issue_credit_note(found.uuid, amount=amount + amount, **fields)
    other = papers.bare_invoice(name="Other")
    with pytest.raises(KeyReused):
        api.issue_credit_note(other.uuid, amount=amount, **fields)
    assert models.CreditNote.objects.count() == 1


def test_t11_f13_a_key_asks_once_to_send_money_back():
    line = operations.line()
    fields = {"reason": "lost", "by": 9, "at": make.NOON, "key": "k"}
    half = Money("60.00", "USD")
    one = api.ask_transfer_back(line, half, **fields)
    assert api.ask_transfer_back(line, half, **fields) == one
    with pytest.raises(KeyReused):
        api.ask_transfer_back(line, make.PRICE, **fields)
    assert models.BankLine.objects.get().returned_minor == 6000


def test_a_payment_that_was_matched_meanwhile_is_not_matched_by_the_same_request_again():
    found = papers.bare_invoice()
    line = papers.bank_line(make.PRICE)
    half = Money("60.00", "USD")
    match = {"by": 9, "at": make.NOON, "seen_rest": make.PRICE}
    api.match_line(line.pk, [(found.uuid, half)], **match)
    with pytest.raises(MatchRefused, match=r"USD 60.00 is left of this payment, not USD 120.00"):
        api.match_line(line.pk, [(found.uuid, half)], **match)
    assert api.invoice(found.uuid).paid == half


def test_the_reminder_that_is_due_goes_out_when_somebody_asks_for_it_and_once(mailoutbox):
    make.offering()
    found = api.issue_invoice(rest.ordered().uuid, papers.MINISTRY, by=9, at=make.NOON)
    other = papers.bare_invoice()
    late = make.NOON + timedelta(days=45)
    assert not api.remind_now(found.uuid, at=make.NOON)
    assert api.remind_now(found.uuid, at=late)
    assert not api.remind_now(found.uuid, at=late)
    assert [one.to for one in mailoutbox] == [["accounts@posts.example"]]
    assert not models.Reminder.objects.filter(invoice__uuid=other.uuid).exists()
    with pytest.raises(UnknownDocument):
        api.remind_now(uuid4(), at=late)
