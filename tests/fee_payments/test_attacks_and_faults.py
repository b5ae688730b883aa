"""Rows of our lists of defects, attacks and faults about payments that stand in no other file."""

from __future__ import annotations

import itertools
from datetime import timedelta
from uuid import uuid4

import pytest
from cryptography.fernet import Fernet
from django.db import OperationalError, connection
from django.test import Client
from django.urls import reverse

from factories import fee_payments as make
from factories import fee_rest as rest
from factories import waiver_policy as waiver
from factories.fee_rest import client_of, post
from fairgate import clock
from fairgate.money import Money
from fee_payments import api, compat
from fee_payments.exceptions import (
    AlreadyEntitled,
    CountryChanged,
    InvoiceRefused,
    QuoteChanged,
    SeatCodeExpired,
)
from fee_payments.models import (
    Entitlement,
    Offering,
    Order,
    OrderLine,
    Payment,
    ProviderEvent,
    Refund,
    SandboxSession,
    SeatCodeBatch,
)
from fee_payments.providers import sandbox
from fee_payments.services import purchase_order_files
from waiver_policy import api as waivers
from waiver_policy.exceptions import FundEmpty
from waiver_policy.models import WaiverDecision, WaiverGrant

pytestmark = pytest.mark.django_db(transaction=True)

SEAT_COST = Money("15.00", "USD")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
DEADLOCK, LOCK_WAIT, GONE = 1213, 1205, 2013


@pytest.fixture(autouse=True)
def at_noon(monkeypatch):
    monkeypatch.setattr(clock, "_source", lambda: make.NOON)


@pytest.fixture
def waived():
    """The course is free for who lives in an LDC; the fund has money for one."""
    waiver.lists()
    waiver.policy(waiver.policy_text(waiver.LDC_FREE))
    waiver.credit("15.00")
    make.offering(waivable=True, full_seat_cost=SEAT_COST, capacity=5)


def fund():
    balance = waivers.fund_balance("USD")
    return balance.available.minor, balance.reserved.minor, balance.committed.minor


def may_enter(user_id, at=make.NOON):
    return api.has_entitlement(user_id, "spectrum", at=at)


class TestTheWayBackFromTheProvider:
    @pytest.fixture
    def lena(self):
        make.offering(capacity=5)
        return client_of("lena")

    @pytest.fixture
    def placed(self, lena):
        return make.order(make.learner(rest.person("lena").pk))

    def page(self, order):
        return reverse("fee_payments:order", args=[order.uuid])

    def test_f07_shows_a_stranger_nothing(self, placed):
        make.payment(placed)
        assert client_of("eve").get(self.page(placed)).status_code == 404
        answer = Client().get(self.page(placed))
        assert (answer.status_code, "spectrum" in answer.content.decode()) == (302, False)

    def test_f07_of_another_order_is_the_other_order_and_grants_nothing(self, lena, placed):
        started = make.payment(placed)
        theirs = make.paid_order(make.learner(rest.person("sela").pk))
        token = Payment.objects.get(order__uuid=theirs.uuid).reference
        assert lena.get(self.page(theirs)).status_code == 404
        assert lena.get(self.page(placed), {"session_id": token}).status_code == 200
        started.refresh_from_db()
        assert (started.paid_at, may_enter(placed.user_id)) == (None, False)

    @pytest.mark.parametrize("end", ["expired", "refunded"])
    def test_f07_replayed_after_the_end_opens_nothing(self, lena, placed, end):
        started = make.payment(placed)
        if end == "expired":
            api.expire_orders(at=make.NOON + 2 * HOUR)
        else:
            make.send(make.event(started))
            api.refund(placed.uuid, key="r", reason="asked", by=9, at=make.NOON)
        for _ in range(2):
            assert lena.get(self.page(placed)).status_code == 200
        assert api.order(placed.uuid).state.value == end
        assert not may_enter(placed.user_id, at=make.NOON + 3 * HOUR)


def failing(number, *, times=1, where="UPDATE"):
    """The database fails with this error at the first statements of a kind."""
    left = itertools.count(times, -1)

    def execute(run, sql, params, many, context):
        if sql.startswith(where) and next(left) > 0:
            raise OperationalError(number, "The database says no.")
        return run(sql, params, many, context)

    return connection.execute_wrapper(execute)


class TestADatabaseThatFails:
    @pytest.fixture
    def started(self):
        make.offering(capacity=5)
        return make.payment(make.order(make.learner()))

    @pytest.fixture
    def sold(self, started):
        make.send(make.event(started))
        return started.order.uuid

    @pytest.mark.parametrize("error", [DEADLOCK, LOCK_WAIT])
    def test_f15_an_event_that_loses_a_race_for_a_lock_is_worked_again_at_once(
        self, started, error
    ):
        body = make.event(started)
        with failing(error, times=3, where="UPDATE"):
            assert make.send(body).outcome == "settled"
        assert (OrderLine.objects.get().paid_minor, Entitlement.objects.count()) == (12_000, 1)

    @pytest.mark.parametrize("kind", ["INSERT", "UPDATE", "SELECT"])
    def test_f15_an_event_whose_connection_is_lost_has_done_nothing_and_comes_again(
        self, started, kind
    ):
        body = make.event(started)
        taken = api.take_event("sandbox", body, signed(body), at=make.NOON)
        with failing(GONE, where=kind), pytest.raises(OperationalError):
            api.work_event(taken.pk, at=make.NOON)
        assert (OrderLine.objects.get().paid_minor, Entitlement.objects.count()) == (0, 0)
        assert ProviderEvent.objects.get().handled_at is None
        assert api.retry_events(at=make.NOON) == 1
        assert may_enter(1001)

    def test_f15_the_command_goes_on_with_the_others_and_comes_again(self, started, caplog):
        other = make.payment(make.order(make.learner(2)))
        for payment in (started, other):
            body = make.event(payment)
            api.take_event("sandbox", body, signed(body), at=make.NOON)
        with failing(GONE):
            assert api.retry_events(at=make.NOON) == 1
        assert "not worked" in caplog.text
        assert [may_enter(1001), may_enter(2)] == [False, True]
        assert api.retry_events(at=make.NOON + HOUR) == 1
        assert may_enter(1001)

    @pytest.mark.parametrize("error", [DEADLOCK, LOCK_WAIT])
    @pytest.mark.parametrize("table", ["orderline", "entitlement"], ids=["beginning", "end"])
    def test_f15_a_refund_that_loses_a_race_at_either_end_is_made_once(self, sold, error, table):
        name = connection.ops.quote_name(f"fee_payments_{table}")
        with failing(error, times=3, where=f"UPDATE {name}"):
            api.refund(sold, key="r", reason="asked", by=9, at=make.NOON)
        assert Refund.objects.get().refunded_at is not None
        assert list(SandboxSession.objects.get().refunded.values()) == [12_000]
        assert (OrderLine.objects.get().returned_minor, may_enter(1001)) == (12_000, False)

    def test_f15_a_refund_whose_connection_is_lost_at_its_end_is_finished_once(self, sold):
        table = connection.ops.quote_name("fee_payments_entitlement")
        with failing(GONE, where=f"UPDATE {table}"), pytest.raises(OperationalError):
            api.refund(sold, key="r", reason="asked", by=9, at=make.NOON)
        row = Refund.objects.get()
        assert (row.refunded_at, row.failed_at, may_enter(1001)) == (None, None, True)
        assert api.finish_refunds(at=make.NOON) == 1
        assert list(SandboxSession.objects.get().refunded.values()) == [12_000]
        assert not may_enter(1001)


def signed(body):
    return {sandbox.SIGNATURE_HEADER: sandbox.sign(body, at=make.NOON)}


class TestACountryThatChanges:
    @pytest.fixture(autouse=True)
    def profile(self, monkeypatch, waived):
        countries = {1001: "UG"}
        monkeypatch.setattr(compat, "profile_country", lambda user_id: countries.get(user_id, ""))
        return countries

    def test_f35_k22_between_quote_and_order_makes_the_quote_void(self, profile):
        seen = api.quote(api.learner_for(1001), "spectrum", at=make.NOON)
        assert (seen.total.minor, seen.country) == (0, "UG")
        profile[1001] = "CH"
        with pytest.raises(CountryChanged):
            api.take_waived_seat(
                api.learner_for(1001), "spectrum", key="a", at=make.NOON,
                quoted_country=seen.country,
            )  # fmt: skip
        assert not Order.objects.exists()
        assert fund() == (1500, 0, 0)

    def test_f35_k22_the_decision_is_kept_with_the_country_it_was_made_for(self):
        api.take_waived_seat(api.learner_for(1001), "spectrum", key="a", at=make.NOON)
        decision = WaiverDecision.objects.get(grant=WaiverGrant.objects.get())
        assert decision.facts.country == "UG"

    def test_k22_an_unknown_country_pays_what_everybody_pays(self):
        assert api.quote(api.learner_for(7), "spectrum", at=make.NOON).total == make.PRICE

    @pytest.mark.parametrize(
        "header", ["HTTP_X_FORWARDED_FOR", "HTTP_CF_IPCOUNTRY", "HTTP_X_COUNTRY", "HTTP_X_REAL_IP"]
    )
    def test_k22_no_header_of_a_browser_gives_a_waiver(self, profile, header):
        lena = client_of("lena")
        profile[rest.person("lena").pk] = "CH"
        page = lena.get(reverse("fee_payments:fee", args=["spectrum"]), **{header: "UG"})
        assert "120.00" in page.content.decode()
        assert api.quote(
            api.learner_for(rest.person("lena").pk), "spectrum", at=make.NOON
        ).waived.minor == 0  # fmt: skip


class TestWaiversAndCodesMisused:
    AMINA = make.learner(1, country="UG")

    def test_k5_a_code_and_a_waiver_do_not_add_up(self, waived):
        api.redeem_seat_code(self.AMINA, "spectrum", make.seat_code(), at=make.NOON)
        with pytest.raises(AlreadyEntitled):
            api.take_waived_seat(self.AMINA, "spectrum", key="a", at=make.NOON)
        assert (Entitlement.objects.count(), fund()) == (1, (1500, 0, 0))
        assert Offering.objects.get().seats_taken == 1

    @pytest.mark.parametrize("price", ["0.01", "10.00", "120.00"])
    def test_k5_no_total_is_below_zero(self, waived, price):
        make.offering("exam", waivable=True, prices=(make.price(Money(price, "USD")),))
        offer = api.quote(self.AMINA, "exam", at=make.NOON)
        assert (offer.total.minor, offer.waived) == (0, offer.list_price)

    @pytest.mark.parametrize("expected", ["-1.00", "0.00", "119.99"])
    def test_k5_a_total_of_ones_own_is_refused(self, expected):
        make.offering()
        with pytest.raises(QuoteChanged):
            api.place_order(
                make.learner(), "spectrum", key="a", expected=Money(expected, "USD"), at=make.NOON
            )
        assert not Order.objects.exists()

    def test_k5_a_learner_cannot_issue_codes(self):
        make.offering()
        body = {"offering": "spectrum", "count": 5, "sponsor": "Me"}
        answer = post(client_of("lena"), "administration/seat-codes/", body, key="new")
        assert answer.status_code == 403
        assert not SeatCodeBatch.objects.exists()

    def test_k5_a_code_whose_time_is_over_opens_nothing(self):
        make.offering()
        code = make.seat_code(expires_at=make.NOON + DAY)
        with pytest.raises(SeatCodeExpired):
            api.redeem_seat_code(make.learner(), "spectrum", code, at=make.NOON + DAY)
        assert not Entitlement.objects.exists()

    def test_t10_k20_a_seat_asked_for_again_after_the_fund_is_empty_is_the_first_one(self, waived):
        first = api.take_waived_seat(self.AMINA, "spectrum", key="a", at=make.NOON)
        with pytest.raises(FundEmpty):
            api.take_waived_seat(make.learner(2, country="UG"), "spectrum", key="b", at=make.NOON)
        again = api.take_waived_seat(self.AMINA, "spectrum", key="a", at=make.NOON)
        assert again.uuid == first.uuid
        assert fund() == (0, 0, 1500)


class TestTheFileOfAPurchaseOrder:
    @pytest.fixture
    def place(self, settings, tmp_path):
        settings.FEE_PAYMENTS_PURCHASE_ORDERS = {"OPTIONS": {"location": str(tmp_path)}}
        settings.FEE_PAYMENTS_PURCHASE_ORDER_MAX_BYTES = 1000
        settings.FEE_PAYMENTS_PURCHASE_ORDER_KEYS = [Fernet.generate_key().decode()]
        return tmp_path

    @pytest.mark.parametrize(
        "content",
        [b"", b"MZ\x90\x00", b"PK\x03\x04 a zip", b"<svg onload=alert(1)>", b" %PDF-1.7",
         b"%PDF-" + b"0" * 1000],
        ids=["empty", "a program", "an archive", "a picture that acts", "begins late", "too large"],
    )  # fmt: skip
    def test_f30_is_refused_with_a_sentence_and_nothing_is_left_on_disk(self, place, content):
        with pytest.raises(InvoiceRefused, match=r"is a PDF, a PNG or a JPEG file|more than"):
            purchase_order_files.put(content, uuid=uuid4())
        assert list(place.rglob("*")) == []

    def test_f30_is_kept_under_a_name_that_nobody_has_chosen(self, place):
        kept = purchase_order_files.put(b"%PDF-1.7 order", uuid=uuid4())
        [file] = [path for path in place.rglob("*") if path.is_file()]
        assert (place / kept.name, file.suffix) == (file, "")
        assert file.name.isalnum()
