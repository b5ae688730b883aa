"""What a price list says of every day, and until when a quoted price stands."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from factories import fee_payments as make
from fairgate.errors import RowIsKept
from fairgate.money import Money
from fee_payments import api, models, rules
from fee_payments.data import PayerClass, PriceSummary, SpanKind
from fee_payments.exceptions import LinesDoNotFit, NotOnSale, UpgradeOver

JANUARY, MAY, JUNE, JULY = (date(2026, month, 1) for month in (1, 5, 6, 7))
USUAL, EARLY = Money("120.00", "USD"), Money("90.00", "USD")


def price(number, begins, ends=None, amount=USUAL, payer_class=PayerClass.INDIVIDUAL):
    return PriceSummary(
        id=number, payer_class=payer_class, amount=amount, valid_from=begins, valid_until=ends
    )


def spans(*prices):
    return [
        (span.kind, span.begins, span.ends, span.price.id if span.price else None)
        for span in rules.price_gaps(prices)
    ]


def test_prices_without_a_hole_are_spans_one_after_the_other():
    assert spans(price(1, JANUARY, MAY), price(2, MAY)) == [
        (SpanKind.PRICE, JANUARY, MAY, 1), (SpanKind.PRICE, MAY, None, 2),
    ]  # fmt: skip


def test_a_hole_in_the_list_is_a_gap_and_so_is_what_comes_after_the_last_price():
    assert spans(price(1, JANUARY, MAY), price(2, JUNE, JULY)) == [
        (SpanKind.PRICE, JANUARY, MAY, 1), (SpanKind.GAP, MAY, JUNE, None),
        (SpanKind.PRICE, JUNE, JULY, 2), (SpanKind.GAP, JULY, None, None),
    ]  # fmt: skip


def test_an_early_bird_price_overlaps_the_usual_one_and_counts_while_it_holds():
    assert spans(price(1, JANUARY), price(2, MAY, JUNE, EARLY)) == [
        (SpanKind.PRICE, JANUARY, MAY, 1), (SpanKind.OVERLAP, MAY, JUNE, 2),
        (SpanKind.PRICE, JUNE, None, 1),
    ]  # fmt: skip


def test_each_class_and_currency_has_a_list_of_its_own():
    francs = Money("100.00", "CHF")
    found = rules.price_gaps(
        [price(1, JANUARY), price(2, MAY, amount=francs),
         price(3, JUNE, payer_class=PayerClass.ACADEMIA)]
    )  # fmt: skip
    assert [(s.payer_class, s.currency, s.begins) for s in found] == [
        ("individual", "USD", JANUARY), ("individual", "CHF", MAY), ("academia", "USD", JUNE),
    ]  # fmt: skip


def test_a_list_without_prices_says_nothing():
    assert spans() == []


MIDNIGHT = datetime(2026, 10, 6, tzinfo=UTC)
SOON = make.NOON + timedelta(hours=1)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changes", "until"),
    [
        ({}, MIDNIGHT),
        ({"on_sale_until": date(2026, 10, 6)}, MIDNIGHT),
        ({"upgrade_until": SOON}, SOON),
        ({"upgrade_until": MIDNIGHT + timedelta(days=3)}, MIDNIGHT),
        ({"prices": (make.price(valid_until=date(2026, 10, 6)),)}, MIDNIGHT),
    ],
    ids=["midnight", "end of sale", "upgrade deadline", "deadline later", "end of the price"],
)
def test_a_price_stands_until_the_first_moment_at_which_it_may_change(changes, until):
    make.offering(**changes)
    assert api.quote(make.learner(), "spectrum", at=make.NOON).expires_at == until


@pytest.mark.django_db
def test_after_the_upgrade_deadline_nobody_can_buy_it():
    make.offering(upgrade_until=SOON)
    api.quote(make.learner(), "spectrum", at=SOON - timedelta(microseconds=1))
    with pytest.raises(UpgradeOver, match="could be bought until 2026-10-05 13:00 UTC"):
        api.quote(make.learner(), "spectrum", at=SOON)
    assert issubclass(UpgradeOver, NotOnSale)


@pytest.mark.django_db
@pytest.mark.parametrize("quantity", [0, -1, 1001])
def test_a_quantity_that_cannot_be_is_refused(quantity):
    make.offering()
    with pytest.raises(LinesDoNotFit, match="Between 1 and 1000"):
        api.quote(make.learner(), "spectrum", at=make.NOON, quantity=quantity)


@pytest.mark.django_db
def test_t26_a_price_is_never_changed_and_one_that_was_sold_under_is_never_deleted():
    make.offering()
    unsold = models.Price.objects.get()
    unsold.amount_minor = 1
    with pytest.raises(RowIsKept, match="A price is written once"):
        unsold.save()
    with pytest.raises(RowIsKept):
        models.Price.objects.update(currency="JPY")
    make.order(make.learner())
    with pytest.raises(IntegrityError), transaction.atomic():
        models.Price.objects.get().delete()
    ended = models.Price.objects.get()
    ended.valid_until = date(2026, 12, 1)
    ended.save()
    assert models.Price.objects.get().amount_minor == make.PRICE.minor


@pytest.mark.django_db
def test_f17_the_database_holds_no_price_larger_than_any_amount_we_keep():
    make.offering()
    row = models.Price(offering=models.Offering.objects.get(), amount_minor=10**15 + 1,
                       currency="USD", valid_from=MAY)  # fmt: skip
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save()
