"""To whom something is sold, and as whom they pay."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from factories import fee_payments as make
from factories import institution_seats as institution
from factories import invoices as papers
from fairgate.money import Money
from fee_payments import api, compat, models
from fee_payments.data import BuyerTax, OrderState, PayerClass
from fee_payments.exceptions import (
    CountryBlocked,
    InvalidCatalogue,
    NotOnSale,
    OrderNotOpen,
    UnknownOffering,
)
from fee_payments.wording import in_words

pytestmark = pytest.mark.django_db

TODAY, TOMORROW = date(2026, 10, 5), date(2026, 10, 6)


@pytest.fixture(autouse=True)
def in_kenya(monkeypatch):
    monkeypatch.setattr(compat, "profile_country", lambda user_id: "KE")


def block(country="KP", **changes):
    fields = {"reason": "Sanctions", "valid_from": TODAY}
    api.block_country(country, **{**fields, **changes})


def quote(country, code="spectrum", *, user_id=1001, at=make.NOON):
    return api.quote(make.learner(user_id, country), code, at=at)


def test_nothing_is_sold_to_learners_of_a_blocked_country():
    make.offering()
    block()
    assert quote("CH").total == make.PRICE
    with pytest.raises(CountryBlocked, match="is not sold to learners of KP") as refused:
        quote("KP")
    assert in_words(refused.value) == (
        "By the rules of this site, “Spectrum management” is neither sold nor given to people in "
        "your country, also not with a seat code. If your profile names the wrong country, please "
        "correct it; if you have questions, please ask the people who run this site."
    )
    assert issubclass(CountryBlocked, NotOnSale)


def test_a_block_begins_and_ends_on_its_days():
    make.offering()
    block(valid_until=TOMORROW)
    quote("KP", at=make.NOON - timedelta(days=1))
    with pytest.raises(CountryBlocked):
        quote("KP")
    quote("KP", at=make.NOON + timedelta(days=1))


def test_a_block_can_be_for_one_offering():
    make.offering("one")
    make.offering("two")
    block(offering_code="one")
    assert quote("KP", "two").total == make.PRICE
    with pytest.raises(CountryBlocked):
        quote("KP", "one")
    with pytest.raises(UnknownOffering):
        block(offering_code="nothing")


def test_no_order_is_placed_from_a_blocked_country():
    make.offering()
    block()
    with pytest.raises(CountryBlocked):
        api.place_order(
            make.learner(country="KP"), "spectrum", key="k", expected=make.PRICE, at=make.NOON
        )
    assert not models.Order.objects.exists()


def pay(order, *, user_id=1001):
    return api.start_payment(
        order.uuid, user_id=user_id, provider="sandbox", return_url=make.RETURN_URL, at=make.NOON
    )


@pytest.mark.django_db(transaction=True)
def test_what_was_ordered_before_a_country_was_blocked_is_not_paid_after():
    make.offering(capacity=1)
    placed = make.order(make.learner(1001, "KE"))
    pay(placed)
    block("KE")

    for _again in range(2):
        with pytest.raises((CountryBlocked, OrderNotOpen)):
            pay(placed)

    found = api.order(placed.uuid)
    assert (found.state, found.sentence) == (
        OrderState.CANCELLED, "It is not sold in this country any more. Nothing was charged.",
    )  # fmt: skip
    assert api.offering("spectrum").seats_left == 1
    assert models.ScreeningRecord.objects.get().user_id == 1001


@pytest.mark.django_db(transaction=True)
def test_no_invoice_waits_for_the_money_of_a_blocked_country():
    papers.account()
    make.offering()
    placed = make.order(make.learner(1001, "KE"))
    block("KE")

    with pytest.raises(CountryBlocked):
        api.issue_invoice(placed.uuid, papers.MINISTRY, by=None, at=make.NOON)

    assert api.order(placed.uuid).state is OrderState.CANCELLED


@pytest.mark.django_db(transaction=True)
def test_an_organisation_of_a_blocked_country_pays_no_seats_that_it_ordered_before():
    institution.offering()
    placed = institution.batch(institution.buyer())
    block("CH")
    with pytest.raises(CountryBlocked) as refused:
        pay(placed, user_id=institution.COORDINATOR)
    assert refused.value.is_of_organisation
    assert api.order(placed.uuid).state is OrderState.CANCELLED


def test_a_refusal_is_written_down_once_a_day():
    make.offering()
    block()
    for at in (make.NOON, make.NOON + timedelta(hours=1), make.NOON + timedelta(days=1)):
        with pytest.raises(CountryBlocked):
            quote("KP", at=at)
    rows = models.ScreeningRecord.objects.order_by("id")
    rule = f"blocked:{models.BlockedCountry.objects.get().pk}"
    assert [(row.user_id, row.country, row.rule, row.at.day) for row in rows] == [
        (1001, "KP", rule, 5), (1001, "KP", rule, 6),
    ]  # fmt: skip


def test_somebody_without_a_country_is_sold_to_unless_the_site_says_no(settings):
    make.offering()
    block()
    assert quote("").total == make.PRICE
    settings.FEE_PAYMENTS_SELL_TO_UNKNOWN_COUNTRY = False
    with pytest.raises(CountryBlocked, match="without a country") as refused:
        quote("")
    assert "Please set the country of your profile." in in_words(refused.value)
    assert models.ScreeningRecord.objects.get().rule == "unknown_country"
    assert quote("", user_id=0).total == make.PRICE


def test_who_is_verified_pays_as_an_organisation_does():
    academia = make.price(Money("59.99", "USD"), payer_class=PayerClass.ACADEMIA)
    make.offering(prices=(make.price(), academia))
    make.membership()
    who = api.learner_for(1001, at=make.NOON)
    assert who.payer_class is PayerClass.ACADEMIA
    assert who.buyer_tax == BuyerTax(country="KE", is_business=True)
    assert api.quote(who, "spectrum", at=make.NOON).total == Money("59.99", "USD")
    assert api.learner_for(1002, at=make.NOON).payer_class is PayerClass.INDIVIDUAL


def test_a_membership_counts_on_its_days_and_the_newest_one_first():
    make.membership(valid_from=TODAY, valid_until=TOMORROW)
    make.membership(payer_class=PayerClass.PRIVATE)
    found = [
        api.learner_for(1001, at=make.NOON + timedelta(days=days)).payer_class
        for days in (-400, -1, 0, 1)
    ]
    assert found == ["individual", "private", "academia", "private"]


def test_a_learner_takes_one_query():
    make.membership()
    with CaptureQueriesContext(connection) as queries:
        api.learner_for(1001, at=make.NOON)
        api.learner_for(0, at=make.NOON)
    assert len(queries) == 1


def test_the_tax_id_of_a_member_is_checked_for_its_form():
    make.membership(tax_country="FR", tax_id="fr 12 345 678 901")
    assert api.learner_for(1001, at=make.NOON).buyer_tax == BuyerTax(
        country="FR", tax_id="FR12345678901", is_business=True
    )
    with pytest.raises(InvalidCatalogue, match="“FR1” has not the form of a tax id of FR"):
        make.membership(tax_country="FR", tax_id="FR1")
    with pytest.raises(InvalidCatalogue, match="A tax id needs its country"):
        make.membership(tax_id="FR12345678901")
    with pytest.raises(InvalidCatalogue, match="Everybody pays as an individual"):
        make.membership(payer_class=PayerClass.INDIVIDUAL)


def test_the_database_holds_no_membership_of_an_individual():
    row = models.PayerMembership(user_id=1, payer_class="individual", valid_from=TODAY,
                                 verified_at=make.NOON)  # fmt: skip
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save()


def test_as_whom_somebody_paid_is_forgotten_with_them_and_refusals_are_kept():
    make.offering(capacity=0)
    block()
    make.membership()
    api.join_room(make.learner(1001), "spectrum", at=make.NOON)
    with pytest.raises(CountryBlocked):
        quote("KP")
    api.forget_learner(1001, make.NOON)
    assert not models.PayerMembership.objects.exists()
    assert not models.RoomWaiting.objects.exists()
    assert models.Offering.objects.get().waiting == 0
    assert models.ScreeningRecord.objects.count() == 1


def test_the_tax_id_of_what_was_never_paid_is_forgotten_and_an_organisation_keeps_its_country():
    make.offering()
    make.membership(tax_country="FR", tax_id="FR12345678901")
    mine = make.order(api.learner_for(1001, at=make.NOON))
    buyer = models.Buyer.objects.create(legal_name="Posts", address="1", country="FR")
    theirs = models.Order.objects.create(
        key="batch", user_id=1001, buyer=buyer, country="FR", buyer_tax_id="FR12345678901",
        buyer_tax_country="FR", payer_class="private", placed_at=make.NOON, expires_at=make.NOON,
    )  # fmt: skip
    api.forget_learner(1001, make.NOON)
    kept = models.Order.objects.values_list("country", "buyer_tax_country", "buyer_tax_id")
    assert kept.get(uuid=mine.uuid) == ("", "", "")
    assert kept.get(pk=theirs.pk) == ("FR", "FR", "FR12345678901")
