"""A partner's page of its money: on hold, cleared, carried forward, paid out; and nobody else's."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.urls import reverse

from factories import payouts as make
from factories import revenue_share as facts
from fairgate import clock
from fairgate.money import Money
from fairgate.written_amounts import MINUS
from partnerships import api as partnerships
from revenue_share import api
from revenue_share.data import Carried, OnHold, PayoutState
from revenue_share.models import Payout

pytestmark = pytest.mark.django_db

NOVEMBER = datetime(2026, 11, 20, 9, tzinfo=UTC)
HOLD_ENDS = datetime(2026, 12, 1, tzinfo=UTC)
CHARGEBACK = datetime(2026, 12, 20, tzinfo=UTC)
FILES = ("statement_paper", "statement_workbook", "statement_csv", "statement_json",
         "statement_events_csv")  # fmt: skip


def usd(*amounts):
    return tuple(Money(amount, "USD") for amount in amounts)


@pytest.fixture(autouse=True)
def today():
    clock.use(lambda: NOVEMBER)
    yield
    clock.use(None)


@pytest.fixture
def terms():
    facts.put_terms_in_force()


@pytest.fixture
def booked(terms):
    facts.book_october()


@pytest.fixture
def officer(django_user_model, client):
    """Acts for GSMA."""
    user = django_user_model.objects.create_user("grace")
    partnerships.add_person(user.pk, partner_code="GSMA", role="officer", at=facts.NOON)
    client.force_login(user)
    return user


def page(client, party="GSMA", language="en"):
    address = reverse("revenue_share:statements", args=[party])
    return client.get(address, headers={"accept-language": language})


def test_what_is_on_hold_is_told_with_the_moment_when_it_ends(booked):
    money = api.party_money("GSMA", at=NOVEMBER)
    held = OnHold(period="2026-10", amount=Money("91.73", "USD"), until=HOLD_ENDS)
    assert (money.on_hold, money.cleared, money.carried) == ((held,), (), ())


def test_what_is_cleared_waits_for_the_next_statement_and_then_is_on_it(booked):
    assert api.party_money("GSMA", at=HOLD_ENDS).cleared == usd("91.73")
    api.close_period("2026-10", at=facts.CLOSE_DAY, by="ines")
    assert api.party_money("GSMA", at=facts.CLOSE_DAY).is_empty


def test_a_debt_is_carried_forward(booked):
    # given: paid out by then, a chargeback is on the statement of November
    api.close_period("2026-10", at=facts.CLOSE_DAY, by="ines")
    api.book_dispute(facts.dispute(of=("S2",), at=CHARGEBACK, opened_at=CHARGEBACK), at=CHARGEBACK)
    api.close_period("2026-11", at=CHARGEBACK, by="ines")

    # then
    assert api.party_money("GSMA", at=CHARGEBACK).carried == (
        Carried(period="2026-11", amount=Money("-43.20", "USD")),
    )


def test_what_a_merchant_has_received_itself_is_not_on_hold():
    # given
    revenue = facts.partnership_factory.REVENUE + "    merchant_of_record: ATC\n"
    facts.put_terms_in_force(revenue=revenue)
    api.book_payment(facts.payment("S1", "120.00", "20.00", "3.78"), at=facts.NOON)

    # when
    money = api.party_money("ATC", at=NOVEMBER)

    # then: its share waits, and what it owes the others does not
    assert [one.amount for one in money.on_hold] == list(usd("19.24"))
    assert money.cleared == usd("-96.22")


@pytest.fixture
def ordered(settings):
    make.set_up(settings)
    make.closed_october()
    make.account()
    make.approved()
    return Payout.objects.get()


def test_a_payout_is_told_when_it_is_sent_and_not_before(ordered):
    # given
    sent = api.party_money("GSMA", at=make.PAY_DAY).payouts

    # when
    Payout.objects.update(state="proposed")

    # then
    assert [(one.state, one.amount, one.account) for one in sent] == [
        (PayoutState.ORDERED, Money("91.73", "USD"), "GB… 6819")
    ]
    assert sent[0].day == ordered.batch.execute_on
    assert api.party_money("GSMA", at=make.PAY_DAY).payouts == ()


def test_what_the_bank_debited_otherwise_is_not_told_as_held(ordered):
    Payout.objects.update(state="held")
    (told,) = api.party_money("GSMA", at=make.PAY_DAY).payouts
    assert told.state is PayoutState.ORDERED


def test_the_payouts_of_others_are_not_told(ordered):
    assert api.party_money("ATC", at=make.PAY_DAY).payouts == ()


# The page


def test_a_partner_reads_where_its_money_stands(booked, officer, client):
    text = page(client).content.decode()
    assert "On hold, sales of October 2026" in text
    assert "USD 91.73" in text
    assert 'datetime="2026-12-01T00:00:00+00:00"' in text
    assert "50.96" not in text


def test_a_partner_s_list_without_a_name_is_its_own(booked, officer, client):
    text = client.get(reverse("revenue_share:statements")).content.decode()
    assert "Where your money stands" in text


def test_a_debt_has_a_minus_sign(booked, officer, client):
    api.close_period("2026-10", at=facts.CLOSE_DAY, by="ines")
    api.book_dispute(facts.dispute(of=("S2",), at=CHARGEBACK, opened_at=CHARGEBACK), at=CHARGEBACK)
    api.close_period("2026-11", at=CHARGEBACK, by="ines")
    text = page(client).content.decode()
    assert f"USD {MINUS}43.20" in text
    assert "Carried forward by the last statement" in text


def test_payouts_to_it_are_on_its_page(ordered, officer, client):
    text = page(client).content.decode()
    assert "Payouts to you" in text
    assert "RS-000003" in text
    assert "GB… 6819" in text
    assert make.THEIRS not in text


def test_a_partner_without_anything_is_told_so(terms, officer, client):
    assert "Nothing is on hold, carried forward or paid out yet." in page(client).content.decode()


def test_the_page_is_in_the_partner_s_language(booked, officer, client):
    assert 'lang="ar" dir="rtl"' in page(client, language="ar").content.decode()


@pytest.mark.parametrize("name", FILES)
def test_every_file_of_a_statement_is_linked_and_opens(booked, officer, client, name):
    address = reverse(f"revenue_share:{name}", args=["GSMA", "2026-10"])
    answer = client.get(address)
    assert answer.getvalue()
    assert answer.status_code == 200
    assert "attachment" in answer["Content-Disposition"]
    if name != "statement_events_csv":
        assert f"{address}?currency=USD" in page(client).content.decode()


@pytest.mark.parametrize("name", ["statement", *FILES])
@pytest.mark.parametrize("party", ["ATC", "PLATFORM", "FUND", "NOBODY"])
def test_f24_nothing_of_another_party_is_there(booked, officer, client, name, party):
    assert client.get(reverse(f"revenue_share:{name}", args=[party, "2026-10"])).status_code == 404
    assert page(client, party).status_code == 404


def test_f24_who_is_no_person_of_a_partner_finds_no_page(booked, client, django_user_model):
    client.force_login(django_user_model.objects.create_user("amina"))
    assert page(client).status_code == 404
    # and who was one, and is not any more
    user = django_user_model.objects.create_user("omar")
    partnerships.add_person(user.pk, partner_code="GSMA", role="officer", at=facts.NOON)
    client.force_login(user)
    assert page(client).status_code == 200
    partnerships.forget_user(user.pk, user_name="omar", emails=set())
    assert page(client).status_code == 404
