"""The REST API of the books: what arrived, what went back, and what was waived."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from factories import fee_payments as make
from factories import fee_rest as rest
from factories import waiver_policy as waiver
from factories.fee_rest import ROOT, client_of
from fairgate import clock
from fairgate.money import Money
from fairgate.percent import Percent
from fee_payments import api, compat
from fee_payments.models import Payment

pytestmark = pytest.mark.django_db

USD = "USD"


def money(text):
    return {"amount": text, "currency": USD}


@pytest.fixture(autouse=True)
def at_noon(monkeypatch):
    monkeypatch.setattr(clock, "_source", rest.ticking())
    monkeypatch.setattr(compat, "profile_country", rest.profile_country)
    make.offering(capacity=5)
    make.offering(
        "exam", title="The exam", course_key="course-v1:ATC+EXAM+2026",
        prices=(make.price(Money("10.00", USD)),),
    )  # fmt: skip


class TestBooks:
    @pytest.fixture
    def books(self):
        return client_of("ines", "view_payment")

    def test_t1_payments_are_told_line_by_line_and_each_adds_up(self, books):
        api.set_tax("CH", Percent("8.1"), inclusive=True, valid_from=date(2026, 1, 1))
        rest.paid("lena", "spectrum", "exam")
        found = books.get(ROOT + "accounting/payments/").json()["results"]
        for one, (_cursor, fact) in zip(found, api.list_payments(), strict=True):
            gross, *parts = (
                Money(one[name]["amount"], one[name]["currency"])
                for name in ("gross", "net", "tax", "processor_fee")
            )
            assert gross == sum(parts[1:], parts[0]) == fact.gross
            assert (one["uuid"], one["country"]) == (str(fact.uuid), "CH")

    def test_who_keeps_the_last_cursor_reads_what_is_new(
        self, books, django_assert_max_num_queries
    ):
        # given
        rest.paid("lena", "spectrum", "exam")
        page = books.get(f"{ROOT}accounting/payments/?limit=1").json()
        last = books.get(page["next"]).json()

        # when
        rest.paid("sela")
        with django_assert_max_num_queries(5):
            (new,) = books.get(
                f"{ROOT}accounting/payments/?after={last['results'][-1]['cursor']}"
            ).json()["results"]

        # then
        assert last["next"] is None
        assert new["offering"] == "spectrum"
        assert len({one["uuid"] for one in (*page["results"], *last["results"], new)}) == 3

    def test_a_feed_begins_at_a_moment(self, books):
        rest.paid("lena")
        for since, count in (("2026-10-05T11:00:00Z", 1), ("2026-10-06T00:00:00Z", 0)):
            path = f"{ROOT}accounting/payments/?since={since}"
            assert len(books.get(path).json()["results"]) == count

    def test_refunds_and_waived_seats_are_told(self, books):
        # given
        waiver.programme()
        text = waiver.policy_text(waiver.LDC_FREE.replace("100", "50"))
        waiver.policy(text, at=make.NOON - timedelta(days=1))
        make.offering("half", waivable=True, full_seat_cost=Money("15.00", USD))
        order = rest.paid("amina", "half")
        api.refund(order.uuid, key="k", reason="Ill.", by=9, at=make.NOON)

        # when
        (back,) = books.get(ROOT + "accounting/refunds/").json()["results"]
        (seat,) = books.get(ROOT + "accounting/waived-seats/").json()["results"]
        (returned,) = books.get(ROOT + "accounting/returned-seats/").json()["results"]

        # then
        assert (back["amount"], back["order"]) == (money("60.00"), str(order.uuid))
        assert "key" not in back
        assert (seat["percent"], seat["foregone"]) == ("50", money("60.00"))
        assert returned["grant"] == seat["grant"]

    def test_a_dispute_is_told_as_it_stands(self, books):
        # given
        order = rest.paid("lena")
        started = Payment.objects.get(order__uuid=order.uuid)

        # when
        make.send(make.happening(started, "dispute"))
        (told,) = books.get(ROOT + "accounting/disputes/").json()["results"]

        # then
        assert (told["state"], told["amount"]) == ("opened", money("120.00"))
        assert (told["order"], told["closed_at"]) == (str(order.uuid), None)
