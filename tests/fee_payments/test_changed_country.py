"""A price is for one country: what happens when the learner's profile has another one."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.utils import translation

from factories import fee_payments as make
from factories import waiver_policy as waiver
from fairgate import clock
from fairgate.money import Money
from fee_payments import api, compat, models
from fee_payments.data import EventOutcome, OrderState
from fee_payments.exceptions import CountryChanged, OrderNotOpen
from fee_payments.wording_office import for_office
from waiver_policy import api as waivers
from waiver_policy.data import Applicant, EvidenceBasis, EvidenceKind
from waiver_policy.exceptions import NothingToKeep, UnknownGrant

pytestmark = pytest.mark.django_db(transaction=True)

SEAT_COST = Money("15.00", "USD")
HALF = waiver.LDC_FREE.replace("percent: 100", "percent: 50")
LEARNER = 1001
EVE, TWO_DAYS_LATER = waiver.EVE, waiver.EVE + timedelta(days=2)
LATER = EVE + timedelta(minutes=10)


@pytest.fixture(autouse=True)
def profile(monkeypatch):
    """The profiles of the platform; without an entry the country is blank."""
    countries = {LEARNER: "BD"}
    monkeypatch.setattr(compat, "profile_country", lambda user_id: countries.get(user_id, ""))
    monkeypatch.setattr(compat, "course_url", lambda course_key: "/course/")
    waiver.lists()
    waiver.policy(waiver.policy_text(HALF))
    waiver.credit("60.00")
    make.offering(waivable=True, full_seat_cost=SEAT_COST)
    return countries


def learner():
    return api.learner_for(LEARNER)


def order(at=EVE):
    offer = api.quote(learner(), "spectrum", at=at)
    return api.place_order(
        learner(), "spectrum", key=uuid4().hex, expected=offer.total, at=at,
        quoted_country=offer.country,
    )  # fmt: skip


def reserved():
    return waivers.fund_balance("USD").reserved


def start(placed, at=EVE):
    return api.start_payment(
        placed.uuid, user_id=LEARNER, provider="sandbox", return_url=make.RETURN_URL, at=at
    )


def test_a_quote_says_for_which_country_it_is(profile):
    assert api.quote(learner(), "spectrum", at=EVE).country == "BD"


def test_a_quote_for_another_country_is_refused_although_the_price_is_the_same(profile):
    offer = api.quote(learner(), "spectrum", at=EVE)
    profile[LEARNER] = "UG"
    assert api.quote(learner(), "spectrum", at=EVE).total == offer.total
    with pytest.raises(CountryChanged, match="has changed since this price was shown"):
        api.place_order(
            learner(), "spectrum", key="a", expected=offer.total, at=EVE,
            quoted_country=offer.country,
        )  # fmt: skip
    assert not models.Order.objects.exists()
    assert not reserved()


def test_a_waived_seat_of_another_country_is_refused(profile):
    waiver.policy(waiver.policy_text(waiver.LDC_FREE), at=EVE)
    offer = api.quote(learner(), "spectrum", at=EVE)
    profile[LEARNER] = "UG"
    with pytest.raises(CountryChanged):
        api.take_waived_seat(
            learner(), "spectrum", key="a", at=EVE, quoted_country=offer.country
        )  # fmt: skip


def test_an_order_that_is_not_paid_is_closed_and_nothing_is_charged(profile):
    placed = order()
    assert reserved() == Money("7.50", "USD")
    profile[LEARNER] = "US"
    with pytest.raises(CountryChanged, match="Nothing was charged"):
        start(placed)
    found = api.order(placed.uuid)
    assert (found.state, "has changed" in found.sentence) == (OrderState.CANCELLED, True)
    assert (reserved(), models.Payment.objects.count()) == (Money.zero("USD"), 0)
    with pytest.raises(OrderNotOpen):
        start(placed)
    assert order().breakdown.total == make.PRICE


def test_a_payment_under_way_is_not_resumed(profile):
    placed = order()
    start(placed)
    profile[LEARNER] = "US"
    with pytest.raises(CountryChanged):
        start(placed)
    assert api.order(placed.uuid).state is OrderState.CANCELLED


@pytest.mark.usefixtures("pays_by_invoice")
class TestTheInvoiceOfAnOrder:
    @pytest.fixture
    def page(self, profile, monkeypatch):
        monkeypatch.setattr(clock, "_source", lambda: EVE)
        client = Client()
        user = get_user_model().objects.create_user("bina")
        profile[user.pk] = "BD"
        client.force_login(user)
        client.user = user
        return client

    def post(self, page):
        who = api.learner_for(page.user.pk)
        total = api.quote(who, "spectrum", at=EVE).total
        placed = api.place_order(who, "spectrum", key="k", expected=total, at=EVE)
        return placed, lambda: page.post(
            f"/fairgate/fees/orders/{placed.uuid}/invoice/",
            {"buyer": "", "name": "Bina", "address": "1 Main Street", "country": "BD"},
        )

    def test_is_not_issued_at_the_price_of_another_country(self, page, profile):
        placed, send = self.post(page)
        profile[page.user.pk] = "US"
        answer = send()
        assert (answer.status_code, "Nothing was charged" in answer.content.decode()) == (409, True)
        assert api.order(placed.uuid).state is OrderState.CANCELLED
        assert not reserved()
        assert not models.Invoice.objects.exists()

    def test_that_was_issued_is_given_again_whatever_the_country_is_now(self, page, profile):
        placed, send = self.post(page)
        assert send().status_code == 302
        profile[page.user.pk] = "US"
        assert send().status_code == 302
        assert api.order(placed.uuid).state is OrderState.PENDING

    def test_of_an_order_whose_payment_is_on_its_way_closes_nothing(self, page, profile):
        placed, send = self.post(page)
        started = make.payment(placed)
        models.Payment.objects.filter(pk=started.pk).update(pending_at=EVE)
        profile[page.user.pk] = "US"
        answer = send()
        assert (answer.status_code, "on its way" in answer.content.decode()) == (409, True)
        assert api.order(placed.uuid).state is OrderState.PENDING


def test_a_blank_country_is_no_other_country(profile):
    placed = order()
    profile[LEARNER] = ""
    assert start(placed)


def test_a_new_order_at_the_same_price_for_another_country_takes_the_place_of_the_old(profile):
    make.offering(waivable=False)
    first = order()
    profile[LEARNER] = "US"
    second = order()
    assert (second.country, api.order(first.uuid).state) == ("US", OrderState.CANCELLED)
    assert start(second)


def test_a_paid_order_stands(profile):
    placed = order()
    paid = make.payment(placed, at=EVE)
    make.send(make.event(paid, at=EVE), at=EVE)
    profile[LEARNER] = "US"
    assert api.order(placed.uuid).state is OrderState.PAID
    assert api.has_entitlement(LEARNER, "spectrum", at=TWO_DAYS_LATER)


def test_a_payment_that_was_made_in_time_stands_although_the_country_has_changed(profile):
    paid = make.payment(order(), at=EVE)
    profile[LEARNER] = "US"
    assert make.send(make.event(paid, at=EVE), at=EVE).outcome is EventOutcome.SETTLED


def test_money_for_an_order_that_was_closed_for_it_is_booked_and_held_for_a_person(profile):
    placed = order()
    paid = make.payment(placed, at=EVE)
    profile[LEARNER] = "US"
    with pytest.raises(CountryChanged):
        start(placed)
    receipt = make.send(make.event(paid, at=EVE), at=EVE)
    assert receipt.outcome is EventOutcome.HELD
    assert "country is another one now" in receipt.sentence
    ((_, booked),) = api.list_payments()
    assert booked.gross == placed.breakdown.total
    assert not api.has_entitlement(LEARNER, "spectrum", at=EVE)
    assert not reserved()


def test_late_money_without_a_waiver_opens_the_seat_as_ever(profile):
    profile[LEARNER] = "CH"
    placed = order()
    paid = make.payment(placed, at=EVE)
    profile[LEARNER] = "US"
    with pytest.raises(CountryChanged):
        start(placed)
    assert make.send(make.event(paid, at=EVE), at=EVE).outcome is EventOutcome.SETTLED


def test_a_price_of_another_country_is_not_had_by_changing_the_profile(profile):
    profile[LEARNER] = "CH"
    assert api.quote(learner(), "spectrum", at=EVE).total == make.PRICE
    profile[LEARNER] = "UG"
    waivers.country_changed(LEARNER, before="CH", after="UG", at=EVE)
    assert api.quote(learner(), "spectrum", at=EVE).total == make.PRICE
    assert not reserved()


class TestAWaiverByNationality:
    """An order of somebody who lives in Switzerland and has said to be of Uganda."""

    @pytest.fixture(autouse=True)
    def uganda(self, profile):
        text = waiver.policy_text(HALF)
        waiver.policy(text.replace("country_basis: profile", "country_basis: nationality"), at=EVE)
        profile[LEARNER] = "CH"
        self.declare("UG", at=EVE)

    def declare(self, *countries, at=LATER, kind=EvidenceKind.DECLARED):
        waivers.record_evidence(
            LEARNER, basis=EvidenceBasis.NATIONALITY, countries=countries, kind=kind,
            by=LEARNER if kind is EvidenceKind.DECLARED else 9, at=at,
        )  # fmt: skip

    def test_is_paid_while_they_say_the_same(self):
        self.declare("UG")
        assert start(order(), at=LATER)

    def test_is_void_when_they_say_another_and_nothing_is_charged(self):
        placed = order()
        assert reserved() == Money("7.50", "USD")
        self.declare("CH")
        with pytest.raises(CountryChanged, match="your waiver was given for") as caught:
            start(placed, at=LATER)
        assert "Nothing was charged" in str(caught.value)
        found = api.order(placed.uuid)
        assert (found.state, found.sentence) == (OrderState.CANCELLED, str(caught.value))
        assert (reserved(), models.Payment.objects.count()) == (Money.zero("USD"), 0)
        assert api.quote(learner(), "spectrum", at=LATER).total == make.PRICE

    def test_is_void_when_a_payment_is_under_way_and_resumed(self):
        placed = order()
        start(placed)
        self.declare("CH")
        with pytest.raises(CountryChanged):
            start(placed, at=LATER)
        assert api.order(placed.uuid).state is OrderState.CANCELLED

    def test_is_void_when_they_take_back_what_they_said(self):
        placed = order()
        self.declare()
        with pytest.raises(CountryChanged):
            start(placed, at=LATER)

    def test_stands_where_a_document_says_the_same(self):
        placed = order()
        self.declare("UG", kind=EvidenceKind.DOCUMENT)
        assert start(placed, at=LATER)

    def test_stands_once_it_is_paid(self):
        placed = order()
        paid = make.payment(placed, at=EVE)
        self.declare("CH")
        assert make.send(make.event(paid, at=LATER), at=LATER).outcome is EventOutcome.SETTLED
        assert api.order(placed.uuid).state is OrderState.PAID

    def test_is_not_given_again_for_money_that_comes_after_the_order_was_closed(self):
        placed = order()
        paid = make.payment(placed, at=EVE)
        self.declare("CH")
        with pytest.raises(CountryChanged):
            start(placed, at=LATER)
        receipt = make.send(make.event(paid, at=LATER), at=LATER)
        assert receipt.outcome is EventOutcome.HELD
        assert "country is another one now" in receipt.sentence
        assert not api.has_entitlement(LEARNER, "spectrum", at=LATER)
        assert not reserved()

    def test_gives_way_to_a_new_order_at_the_same_price(self, settings):
        settings.WAIVER_POLICY_PRICE_LOCK_DAYS = 0  # else a person looks first
        first = order()
        self.declare("BF", at=LATER, kind=EvidenceKind.DOCUMENT)
        second = order(LATER)
        assert second.breakdown.total == first.breakdown.total
        assert api.order(first.uuid).state is OrderState.CANCELLED
        assert start(second, at=LATER)

    def test_is_nothing_to_an_order_without_one(self, profile):
        offer = api.quote(learner(), "spectrum", at=EVE, with_waiver=False)
        placed = api.place_order(
            learner(), "spectrum", key="full", expected=offer.total, at=EVE, with_waiver=False
        )
        self.declare("CH")
        assert start(placed, at=LATER)

    def test_is_nothing_to_who_empties_the_profile(self, profile):
        placed = order()
        profile[LEARNER] = ""
        assert start(placed, at=LATER)

    def test_is_not_void_when_the_person_is_forgotten(self, monkeypatch):
        monkeypatch.setattr("waiver_policy.compat.retirement_state", lambda user_id: "")
        grant = models.OrderLine.objects.get(order__uuid=order().uuid).waiver_grant
        waivers.retire_person(LEARNER, at=LATER)
        person = Applicant(user_id=LEARNER, country="CH")
        assert waivers.grounds_hold(grant, person, at=LATER)

    def test_is_asked_for_by_a_grant_that_there_is(self):
        with pytest.raises(UnknownGrant):
            waivers.grounds_hold(uuid4(), Applicant(user_id=LEARNER, country="CH"), at=EVE)


class TestAPriceThatIsKept:
    """The order of a resident of Nepal who asked on 23 November and pays on the 25th."""

    @pytest.fixture(autouse=True)
    def nepal(self, profile):
        profile[LEARNER] = "NP"

    def test_is_charged_two_days_later(self):
        api.keep_price(learner(), "spectrum", at=EVE)
        assert order(TWO_DAYS_LATER).breakdown.total == Money("60.00", "USD")

    def test_is_charged_after_an_order_that_was_not_paid(self):
        order()
        assert order(TWO_DAYS_LATER).breakdown.total == Money("60.00", "USD")

    def test_is_not_charged_who_did_nothing(self):
        assert order(TWO_DAYS_LATER).breakdown.total == make.PRICE

    def test_is_over_once_it_is_used_and_refunded(self):
        placed = order()
        make.send(make.event(make.payment(placed, at=EVE), at=EVE), at=EVE)
        api.refund(
            placed.uuid, placed.breakdown.total, key="r", reason="asked", by=9, at=TWO_DAYS_LATER
        )
        assert order(TWO_DAYS_LATER).breakdown.total == make.PRICE

    def test_at_the_last_second_and_at_midnight(self):
        last = datetime(2026, 11, 23, 23, 59, 59, tzinfo=UTC)
        api.keep_price(learner(), "spectrum", at=last)
        assert order(last + timedelta(seconds=1)).breakdown.total == Money("60.00", "USD")

    def test_pays_a_late_payment_by_the_rules_of_the_order(self):
        api.keep_price(learner(), "spectrum", at=EVE)
        placed = order(TWO_DAYS_LATER)
        paid = make.payment(placed, at=TWO_DAYS_LATER)
        later = TWO_DAYS_LATER + timedelta(hours=2)
        api.expire_orders(at=later)
        receipt = make.send(make.event(paid, at=TWO_DAYS_LATER), at=later)
        assert receipt.outcome is EventOutcome.SETTLED

    def test_needs_a_fee_that_waivers_cover(self):
        make.offering("other", waivable=False)
        with pytest.raises(NothingToKeep):
            api.keep_price(learner(), "other", at=EVE)


class TestThePageOfTheFee:
    @pytest.fixture
    def page(self, profile, monkeypatch):
        monkeypatch.setattr(clock, "_source", lambda: EVE)
        client = Client()
        user = get_user_model().objects.create_user("bina")
        profile[user.pk] = "NP"
        client.force_login(user)
        client.user = user
        return client

    def test_offers_to_keep_the_price_and_says_that_it_is_kept(self, page):
        told = page.get("/fairgate/fees/spectrum/").content.decode()
        assert "Keep this waiver until Dec. 22, 2026" in told.replace("22 December", "Dec. 22,")
        answer = page.post("/fairgate/fees/spectrum/keep/", follow=True)
        told = answer.content.decode()
        assert answer.status_code == 200
        assert "Your waiver is kept for you until" in told
        assert "Keep this waiver until" not in told

    def test_offers_it_to_nobody_without_a_waiver(self, page, profile):
        profile[page.user.pk] = "CH"
        assert "Keep this waiver" not in page.get("/fairgate/fees/spectrum/").content.decode()
        answer = page.post("/fairgate/fees/spectrum/keep/")
        assert (answer.status_code, "no waiver on this price now" in answer.content.decode()) == (
            409, True,
        )  # fmt: skip

    def test_leads_who_is_not_signed_in_to_the_sign_in(self):
        answer = Client().post("/fairgate/fees/spectrum/keep/")
        assert answer.status_code == 302
        assert "next=%2Ffairgate%2Ffees%2Fspectrum%2F" in answer.url

    def test_knows_no_other_fee(self, page):
        assert page.post("/fairgate/fees/nothing/keep/").status_code == 404

    def test_shows_a_new_price_when_the_country_has_changed(self, page, profile):
        profile[page.user.pk] = "US"
        answer = page.post(
            "/fairgate/fees/spectrum/order/",
            {"key": "k", "currency": "USD", "total_minor": "6000", "country": "NP"},
        )
        told = answer.content.decode()
        assert answer.status_code == 409
        assert "has changed since this price was shown" in told
        assert 'name="country" value="US"' in told
        assert "USD 120.00" in told.replace("\xa0", " ")

    def test_of_an_order_says_that_it_was_closed_and_leads_back(self, page, profile):
        who = api.learner_for(page.user.pk)
        total = api.quote(who, "spectrum", at=EVE).total
        placed = api.place_order(who, "spectrum", key="k", expected=total, at=EVE)
        profile[page.user.pk] = "US"
        answer = page.post(f"/fairgate/fees/orders/{placed.uuid}/pay/")
        told = answer.content.decode()
        assert answer.status_code == 409
        assert "Nothing was charged" in told
        assert "/fairgate/fees/spectrum/" in told


def test_who_leaves_the_platform_has_paid_and_is_from_nowhere(profile, monkeypatch):
    monkeypatch.setattr("waiver_policy.compat.retirement_state", lambda user_id: "")
    unpaid = order(EVE - timedelta(hours=2))
    api.expire_orders(at=EVE)
    paid = order()
    make.send(make.event(make.payment(paid, at=EVE), at=EVE), at=EVE)
    before = api.list_payments()
    waivers.retire_person(LEARNER, at=TWO_DAYS_LATER)
    assert api.list_payments() == before
    assert (api.order(unpaid.uuid).country, api.order(paid.uuid).country) == ("", "BD")
    assert not models.OrderLine.objects.exclude(explanation=[]).exists()


def test_the_day_until_which_a_price_is_kept_is_the_last_one(profile):
    kept = api.keep_price(learner(), "spectrum", at=EVE)
    assert kept.until == date(2026, 12, 23)


class TestTheOfficeReadsOfTheLearner:
    """Nobody who looks at the order of somebody else reads of “your profile”."""

    @pytest.fixture
    def office(self, monkeypatch):
        monkeypatch.setattr(clock, "_source", lambda: EVE)
        client = Client()
        client.force_login(get_user_model().objects.create_superuser("office"))
        return client

    def closed(self, profile, language="en"):
        placed = order()
        profile[LEARNER] = "US"
        with translation.override(language), pytest.raises(CountryChanged):
            start(placed)
        return placed

    @pytest.mark.parametrize("language", ["en", "ar", "fr"])
    def test_on_its_page_whatever_language_the_learner_was_told_in(self, profile, office, language):
        placed = self.closed(profile, language)
        page = office.get(f"/fairgate/fees/orders/{placed.uuid}/").content.decode()
        assert "The country in the learner’s profile has changed since they ordered" in page
        assert api.order(placed.uuid).sentence not in page
        assert "your profile" not in page

    def test_when_it_issues_the_invoice_of_their_order(self, profile, office, pays_by_invoice):
        placed = order()
        profile[LEARNER] = "US"
        answer = office.post(
            f"/fairgate/fees/api/v1/administration/orders/{placed.uuid}/invoice/",
            {"name": "Bina", "address": ["1 Main Street"], "country": "BD"},
            content_type="application/json",
        )
        told = answer.json()
        assert (answer.status_code, told["code"]) == (409, "CountryChanged")
        assert told["detail"].startswith("The country in the learner’s profile has changed")

    def test_what_a_provider_has_written_is_quoted(self, profile, office):
        placed = order()
        models.Order.objects.update(sentence="Votre carte a été refusée.")
        page = office.get(f"/fairgate/fees/orders/{placed.uuid}/").content.decode()
        assert 'The learner reads: <q dir="auto" lang="">Votre carte a été refusée.</q>' in page


def test_whatever_our_services_tell_a_learner_of_an_order_is_known_to_the_office(profile):
    def told(then):
        placed = order()
        then()
        said = api.order(placed.uuid).sentence
        models.Entitlement.objects.all().delete()
        return said

    code = make.seat_code(at=EVE)
    said = [
        told(
            lambda: api.give_access(
                LEARNER, "spectrum", ends_at=None, reason="r", by=9, key="k", at=EVE
            )
        ),
        told(lambda: api.redeem_seat_code(learner(), "spectrum", code, at=EVE)),
        told(lambda: api.expire_orders(at=EVE + timedelta(days=1))),
    ]
    assert [for_office(one) for one in said] == [
        "The learner was given access; there is nothing to pay.",
        "A seat code opened this; there is nothing to pay.",
        "The time to pay is over.",
    ]
