"""The REST API of a learner: what is sold, what it costs them, and who waits for a room."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from factories import fee_payments as make
from factories import fee_rest as rest
from factories import waiver_policy as waiver
from factories.fee_rest import ROOT, client_of, post
from fairgate import clock
from fairgate.money import Money
from fairgate.percent import Percent
from fee_payments import api, compat
from fee_payments.models import Order
from waiver_policy import compat as waiver_compat

pytestmark = pytest.mark.django_db

USD = "USD"
SPECTRUM = {"amount": "120.00", "currency": USD}


@pytest.fixture(autouse=True)
def at_noon(monkeypatch):
    monkeypatch.setattr(clock, "_source", rest.ticking())
    monkeypatch.setattr(compat, "profile_country", rest.profile_country)
    monkeypatch.setattr(waiver_compat, "profile_country", rest.profile_country)
    monkeypatch.setattr(compat, "course_url", lambda course_key: f"/courses/{course_key}")
    make.offering(capacity=5)


@pytest.fixture
def exam():
    return make.offering("exam", title="The exam", prices=(make.price(Money("10.00", USD)),))


@pytest.fixture
def half():
    """Half of the fee “waivable” is waived for who lives in an LDC."""
    waiver.programme()
    text = waiver.policy_text(waiver.LDC_FREE.replace("100", "50"))
    waiver.policy(text, at=make.NOON - timedelta(days=1))
    return make.offering("waivable", waivable=True)


class TestPrices:
    def test_an_offering_shows_the_prices_of_today_and_not_what_the_fund_pays(self):
        prices = (
            make.price(valid_until=date(2026, 12, 1)),
            make.price(Money("99.00", USD), valid_from=date(2026, 12, 1)),
        )
        make.offering("dated", prices=prices, full_seat_cost=Money("15.00", USD))
        found = client_of("lena").get(ROOT + "offerings/dated/").json()
        assert [price["amount"] for price in found["prices"]] == [SPECTRUM]
        assert (found["is_on_sale"], found["seats_left"]) == (True, None)
        assert "full_seat_cost" not in found

    def test_offerings_of_a_course_come_in_parts(self, exam, django_assert_max_num_queries):
        lena = client_of("lena")
        make.offering("other", course_key="course-v1:ATC+OTHER+2026")
        path = {"course": make.COURSE, "limit": 1}
        with django_assert_max_num_queries(4):
            first = lena.get(ROOT + "offerings/", path).json()
        second = lena.get(first["next"]).json()
        assert [one["code"] for one in (*first["results"], *second["results"])] == [
            "exam", "spectrum",
        ]  # fmt: skip
        assert second["next"] is None

    def test_t24_a_quote_is_what_everybody_else_is_told(self, half):
        told = api.quote(rest.learner("amina"), "waivable", at=clock.now())
        found = client_of("amina").get(ROOT + "offerings/waivable/quote/").json()
        assert found["breakdown"] == {
            "list_price": SPECTRUM,
            "waived": {"amount": "60.00", "currency": USD},
            "net": {"amount": "60.00", "currency": USD},
            "tax": {"amount": "0.00", "currency": USD},
            "total": {"amount": f"{told.total.amount:f}", "currency": USD},
        }
        assert (found["waiver"]["outcome"], found["waiver"]["percent"]) == ("granted", "50")
        assert tuple(found["explanation"]) == told.explanation
        assert (found["country"], found["expires_at"]) == ("UG", "2026-10-06T00:00:00Z")
        full = client_of("amina").get(f"{ROOT}offerings/waivable/quote/?with_waiver=false").json()
        assert (full["breakdown"]["total"], full["waiver"]) == (SPECTRUM, None)

    def test_a_quote_names_its_tax(self):
        api.set_tax("CH", Percent("8.1"), inclusive=True, valid_from=date(2026, 1, 1))
        found = client_of("lena").get(ROOT + "offerings/spectrum/quote/").json()
        assert found["tax_percent"] == "8.1"
        assert found["breakdown"]["tax"] == {"amount": "8.99", "currency": USD}

    def test_several_are_quoted_together_in_one_currency(self, exam):
        body = {"lines": rest.lines("spectrum", "exam")}
        found = post(client_of("lena"), "quotes/", body).json()
        assert [line["offering"] for line in found["lines"]] == ["spectrum", "exam"]
        assert found["breakdown"]["total"] == {"amount": "130.00", "currency": USD}
        assert not Order.objects.exists()

    def test_a_fault_of_several_names_the_one(self, exam):
        body = {"lines": rest.lines("spectrum", "nothing")}
        told = post(client_of("lena"), "quotes/", body).json()
        assert (told["status"], told["code"], told["offering"]) == (
            404, "UnknownOffering", "nothing",
        )  # fmt: skip

    def test_a_quote_takes_few_queries(self, django_assert_max_num_queries):
        lena = client_of("lena")
        with django_assert_max_num_queries(7):
            lena.get(ROOT + "offerings/spectrum/quote/")


class TestRooms:
    def test_who_finds_a_room_full_waits_and_waits_no_longer(self):
        # given
        make.offering("workshop", capacity=1)
        rest.ordered("sela", "workshop")
        lena, path = client_of("lena"), "offerings/workshop/room/"

        # when
        before = lena.get(ROOT + path)
        first, again = (post(lena, path, {}) for _ in range(2))
        left, twice = (lena.delete(ROOT + path) for _ in range(2))

        # then
        assert before.status_code == 404
        assert (first.status_code, first.json()["place"]) == (201, 1)
        assert again.json() == first.json()
        assert (left.status_code, twice.json()["code"]) == (204, "NotWaiting")

    def test_where_seats_are_left_nobody_waits(self):
        lena = client_of("lena")
        answer = post(lena, "offerings/spectrum/room/", {})
        assert (answer.status_code, answer.json()["code"]) == (409, "SeatsLeft")
        unknown = post(lena, "offerings/spectrum/room/?session=monday", {})
        assert (unknown.status_code, unknown.json()["code"]) == (400, "UnknownSession")

    def test_a_session_is_chosen_quoted_and_ordered(self):
        # given
        make.workshop("workshop")
        make.session("monday", of="workshop", capacity=1)
        make.session("tuesday", of="workshop", closed=True)
        lena, quote = client_of("lena"), ROOT + "offerings/workshop/quote/"

        # when
        sold = lena.get(ROOT + "offerings/workshop/").json()["sessions"]
        plain, chosen = (lena.get(quote + query).json() for query in ("", "?session=monday"))
        body = rest.order_body("workshop")
        without = post(lena, "orders/", body, key="new")
        closed, placed = (
            post(lena, "orders/", body | {"lines": [{"offering": "workshop", "session": one}]},
                 key="new")
            for one in ("tuesday", "monday")
        )  # fmt: skip

        # then
        assert [(one["code"], one["seats_left"], one["closed"]) for one in sold] == [
            ("monday", 1, False), ("tuesday", None, True),
        ]  # fmt: skip
        assert [(one["needs_session"], one["has_seat"]) for one in (plain, chosen)] == [
            (True, True), (False, True),
        ]  # fmt: skip
        assert (without.status_code, without.json()["code"]) == (400, "UnknownSession")
        assert (closed.status_code, closed.json()["code"]) == (409, "SessionNotOpen")
        assert placed.status_code == 201
        assert lena.get(f"{quote}?session=monday").json()["has_seat"] is False

    def test_who_collects_and_on_which_terms_is_told(self):
        make.merchant()
        offer = client_of("lena").get(ROOT + "offerings/spectrum/quote/").json()
        assert offer["merchant"] == {
            "code": "academy", "legal_name": "Open Spectrum Academy", "country": "CH",
            "tax_id": "",
        }  # fmt: skip
        assert offer["terms"] is None
