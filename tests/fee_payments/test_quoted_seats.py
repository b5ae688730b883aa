"""A purchase order becomes the order of what was quoted; paid, its seats are there."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial

import pytest

from factories import fee_payments as make
from factories import institution_seats as seats
from factories import invoices as papers
from fairgate.money import Money, UnknownCurrency
from fairgate.percent import Percent
from fee_payments import api, models
from fee_payments.data import OrderState, PayerClass
from fee_payments.data.invoices import BuyerEntry, ContactRole, QuoteItem
from fee_payments.exceptions import (
    BuyerNotVerified,
    InvoiceRefused,
    NoSeatLeft,
    QuoteChanged,
    UnknownDocument,
)
from races import ISOLATIONS, errors, race, values

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("pays_by_invoice")]

AT = make.NOON + timedelta(days=2)


def usd(text):
    return Money(text, "USD")


def accepted_quote(buyer, count=50):
    """A quote that a purchase order has accepted."""
    items = (QuoteItem(offering_code="spectrum", quantity=count),)
    made = api.issue_quote(buyer.uuid, items, by=9, at=make.NOON)
    return api.receive_purchase_order(
        made.uuid, number="PO-7", amount=made.total, received_on=AT.date(), by=9, at=AT
    )


@pytest.fixture
def buyer():
    seats.offering(capacity=60)
    return seats.buyer()


def test_the_seats_of_a_purchase_order_are_there_once_its_invoice_is_paid(buyer):
    # given
    quoted = accepted_quote(buyer)

    # when
    invoice = api.invoice_quoted_seats(quoted.uuid, by=9, at=AT)

    # then
    order = api.order(invoice.order_uuid, user_id=seats.COORDINATOR)
    assert (order.total, order.state) == (usd("4000.00"), OrderState.PENDING)
    assert order.expires_at.date() > invoice.due_on
    assert (invoice.total, api.list_quotes()[0].invoice_number) == (order.total, invoice.number)
    assert api.list_pools(seats.COORDINATOR, at=AT) == ()

    # when
    papers.pay(invoice, usd("4000.00"))

    # then
    (pool,) = api.list_pools(seats.COORDINATOR, at=papers.LATER)
    assert (pool.counts.bought, pool.order_uuid) == (50, order.uuid)


def test_the_price_is_that_of_the_quote_whatever_the_list_says_by_then(buyer):
    # given
    quoted = accepted_quote(buyer)
    member = partial(make.price, payer_class=PayerClass.MEMBER_STATE)
    until = make.NOON.date() + timedelta(days=1)
    seats.offering(
        capacity=60,
        prices=(member(seats.SEAT, valid_until=until), member(usd("90.00"), valid_from=until)),
    )

    # when
    invoice = api.invoice_quoted_seats(quoted.uuid, by=9, at=AT)

    # then
    assert invoice.total == usd("4000.00")


def test_a_purchase_order_is_ordered_and_invoiced_once(buyer):
    # given
    quoted = accepted_quote(buyer)

    # when
    one, two = (api.invoice_quoted_seats(quoted.uuid, by=9, at=AT) for _ in range(2))

    # then
    assert one == two
    assert models.Order.objects.count() == 1


@pytest.mark.mariadb
@pytest.mark.parametrize("isolation", ISOLATIONS)
def test_two_who_press_at_once_order_and_invoice_once(buyer, isolation):
    # given
    quoted = accepted_quote(buyer)
    press = partial(api.invoice_quoted_seats, quoted.uuid, by=9, at=AT)

    # when
    pressed = race(*[press] * 4, isolation=isolation)

    # then
    assert errors(pressed) == []
    assert len({one.number for one in values(pressed)}) == 1
    assert models.Order.objects.count() == 1
    assert models.Offering.objects.get().seats_taken == 50


def test_after_a_credit_note_over_all_of_it_the_seats_are_ordered_again(buyer):
    # given
    quoted = accepted_quote(buyer)
    first = api.invoice_quoted_seats(quoted.uuid, by=9, at=AT)
    api.issue_credit_note(first.uuid, reason="Another address", by=9, at=AT)

    # when
    second = api.invoice_quoted_seats(quoted.uuid, by=9, at=AT)

    # then
    assert second.order_uuid != first.order_uuid
    assert models.Offering.objects.get().seats_taken == 50


def test_nothing_is_ordered_where_nobody_could_give_the_seats(buyer):
    # given
    quoted = accepted_quote(buyer)
    models.BuyerContact.objects.update(role=ContactRole.FINANCE)

    # when, then
    with pytest.raises(InvoiceRefused, match="name a coordinator"):
        api.invoice_quoted_seats(quoted.uuid, by=9, at=AT)
    assert not models.Order.objects.exists()


def test_nothing_is_ordered_for_a_buyer_that_is_not_verified_any_more(buyer):
    # given
    quoted = accepted_quote(buyer)
    models.Buyer.objects.update(verified_by=None, verified_at=None)

    # when, then
    with pytest.raises(BuyerNotVerified, match="not verified yet"):
        api.invoice_quoted_seats(quoted.uuid, by=9, at=AT)


def test_a_room_that_has_filled_meanwhile_is_said_and_nothing_is_invoiced(buyer):
    # given
    quoted = accepted_quote(buyer)
    seats.batch(buyer, 20)

    # when, then
    with pytest.raises(NoSeatLeft, match="has not 50 seats left"):
        api.invoice_quoted_seats(quoted.uuid, by=9, at=AT)
    assert (models.Order.objects.count(), models.Invoice.objects.count()) == (1, 0)


def test_a_price_list_that_was_rewritten_makes_another_quote_due(buyer):
    # given
    quoted = accepted_quote(buyer)
    api.set_tax("CH", Percent(10), inclusive=False, valid_from=date(2026, 1, 1))

    # when, then
    with pytest.raises(QuoteChanged, match="no longer holds"):
        api.invoice_quoted_seats(quoted.uuid, by=9, at=AT)


def test_without_a_purchase_order_or_a_quote_there_is_nothing_to_invoice(buyer):
    # given
    items = (QuoteItem(offering_code="spectrum", quantity=2),)
    quoted = api.issue_quote(buyer.uuid, items, by=9, at=make.NOON)

    # when, then
    with pytest.raises(InvoiceRefused, match="No purchase order has come"):
        api.invoice_quoted_seats(quoted.uuid, by=9, at=AT)
    with pytest.raises(UnknownDocument):
        api.invoice_quoted_seats(papers.uuid4(), by=9, at=AT)


def test_a_seed_writes_a_buyer_down_once_with_the_people_it_has_now():
    # given
    entry = partial(
        BuyerEntry, legal_name="Ministry of Works", payer_class=PayerClass.MEMBER_STATE,
        address="Place 2", country="KE",
    )  # fmt: skip
    first = api.set_buyer(entry(contacts={7: ContactRole.FINANCE}), verified_by=9, at=make.NOON)

    # when
    people = {8: ContactRole.COORDINATOR}
    second = api.set_buyer(entry(contacts=people), verified_by=9, at=AT)

    # then
    assert first == second
    row = models.Buyer.objects.get()
    assert (row.verified_at, row.contacts.get().user_id) == (make.NOON, 8)


def test_a_seed_writes_an_account_down_once_and_in_a_currency_that_exists():
    # when
    for prefix in ("OLD", "INV"):
        api.set_bank_account(papers.ACCOUNT, currency="USD", prefix=prefix)

    # then
    assert models.BankAccount.objects.get().prefix == "INV"
    with pytest.raises(UnknownCurrency):
        api.set_bank_account(papers.ACCOUNT, currency="XXY", prefix="INV")
