"""The REST API of a learner: what it costs, what was ordered, how it is paid, what it opens."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction
from django.test import Client

from factories import fee_payments as make
from factories import fee_rest as rest
from factories import institution_seats as seats
from factories import waiver_policy as waiver
from factories.fee_rest import ROOT, client_of, post
from fairgate import clock
from fairgate.money import Money
from fee_payments import api, compat
from fee_payments.data import HoldCause
from fee_payments.exceptions import ProviderUnavailable
from fee_payments.models import BuyerContact, Order, Payment, RefundRequest, SandboxSession
from fee_payments.providers.sandbox import Sandbox
from fee_payments.services import holding
from waiver_policy import compat as waiver_compat
from waiver_policy.models import WaiverGrant

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


class TestOrdering:
    def test_an_order_of_several_keeps_prices_and_seats(self, exam):
        body = rest.order_body("spectrum", "exam", amount="130.00", country="CH")
        answer = post(client_of("lena"), "orders/", body, key="new")
        found = answer.json()
        assert (answer.status_code, found["state"], found["next_step"]) == (201, "created", "pay")
        assert [(line["offering"], line["state"]) for line in found["lines"]] == [
            ("spectrum", "kept"), ("exam", "kept"),
        ]  # fmt: skip
        assert found["breakdown"]["total"] == {"amount": "130.00", "currency": USD}
        assert found["placed_at"] < found["expires_at"]

    def test_t11_f13_a_key_is_answered_once(self, exam):
        # given
        lena = client_of("lena")

        # when
        first = post(lena, "orders/", rest.order_body(), key="k-1")
        again = post(lena, "orders/", rest.order_body(), key='"k-1"')
        other = post(lena, "orders/", rest.order_body("exam", amount="10.00"), key="k-1")

        # then
        assert (first.status_code, again.status_code) == (201, 201)
        assert again.json() == first.json()
        assert (other.status_code, other.json()["code"]) == (409, "KeyReused")
        assert Order.objects.get().lines.get().offering.code == "spectrum"

    def test_f12_a_success_that_is_sent_again_after_the_last_seat_is_the_first_answer(self):
        make.offering("workshop", capacity=1)
        body = rest.order_body("workshop")
        first, again = (post(client_of("lena"), "orders/", body, key="k-1") for _ in range(2))
        late = post(client_of("sela"), "orders/", body, key="new")
        assert again.json() == first.json()
        assert (late.status_code, late.json()["code"]) == (409, "NoSeatLeft")

    def test_f13_a_key_is_its_senders(self):
        answers = [
            post(client_of(name), "orders/", rest.order_body(), key="k-1")
            for name in ("lena", "omar")
        ]
        assert [answer.status_code for answer in answers] == [201, 201]
        assert answers[0].json()["uuid"] != answers[1].json()["uuid"]

    def test_f13_keys_that_differ_in_case_are_two(self, exam):
        lena = client_of("lena")
        post(lena, "orders/", rest.order_body(), key="abc")
        answer = post(lena, "orders/", rest.order_body("exam", amount="10.00"), key="ABC")
        assert (answer.status_code, Order.objects.count()) == (201, 2)

    def test_f13_nothing_is_ordered_without_a_key(self):
        lena = client_of("lena")
        for key in (None, " ", "x" * 65, '"half', "é", "two words"):
            answer = post(lena, "orders/", rest.order_body(), key=key)
            assert (answer.status_code, list(answer.json()["errors"])) == (
                400, ["Idempotency-Key"],
            ), key  # fmt: skip
        assert not Order.objects.exists()

    def test_f1_what_the_server_does_not_quote_is_not_ordered(self):
        lena = client_of("lena")
        for body, status, code in (
            (rest.order_body(amount="1.00"), 409, "QuoteChanged"),
            (rest.order_body(country="UG"), 409, "CountryChanged"),
            (rest.order_body("nothing"), 404, "UnknownOffering"),
            (rest.order_body("spectrum", "spectrum"), 400, "InvalidOrder"),
            (rest.order_body(*(f"code-{number}" for number in range(51))), 400, "InvalidOrder"),
        ):
            answer = post(lena, "orders/", body, key="new")
            assert (answer.status_code, answer.json()["code"]) == (status, code)
        assert not Order.objects.exists()

    def test_what_one_has_is_not_ordered_again(self):
        rest.paid("lena")
        told = post(client_of("lena"), "orders/", rest.order_body(), key="new").json()
        assert (told["status"], told["code"], told["offering"]) == (
            409, "AlreadyEntitled", "spectrum",
        )  # fmt: skip

    def test_a_seat_that_a_waiver_opens_is_taken_without_a_payment(self):
        # given
        waiver.programme()
        waiver.policy(waiver.policy_text(waiver.LDC_FREE), at=make.NOON - timedelta(days=1))
        make.offering("free", waivable=True)
        amina = client_of("amina")

        # when
        body = {"lines": rest.lines("free"), "country": "UG"}
        first, again = (post(amina, "waived-seats/", body, key="k-1") for _ in range(2))

        # then
        assert (first.status_code, first.json()["state"]) == (201, "waived")
        assert first.json()["next_step"] == "enter_course"
        assert again.json() == first.json()
        assert WaiverGrant.objects.count() == 1
        assert amina.get(ROOT + "entitlements/free/").json()["entitled"] is True

    def test_what_no_waiver_covers_is_not_taken(self):
        body = {"lines": rest.lines("spectrum")}
        answer = post(client_of("lena"), "waived-seats/", body, key="new")
        assert (answer.status_code, answer.json()["code"]) == (409, "SomethingToPay")
        assert not Order.objects.exists()

    def test_own_orders_come_newest_first_and_in_parts(self, exam, django_assert_max_num_queries):
        # given
        placed = [rest.ordered("lena", code) for code in ("spectrum", "exam")]
        rest.ordered("sela")
        lena = client_of("lena")

        # when
        with django_assert_max_num_queries(7):
            first = lena.get(ROOT + "orders/?limit=1").json()
        with django_assert_max_num_queries(8):
            second = lena.get(first["next"]).json()

        # then
        shown = [one["uuid"] for one in (*first["results"], *second["results"])]
        assert shown == [str(one.uuid) for one in reversed(placed)]
        assert second["next"] is None

    def test_k26_an_order_of_an_organisation_is_of_who_acts_for_it_now(self):
        # given
        lena, sela = rest.person("lena").pk, rest.person("sela").pk
        seats.offering()
        ministry = seats.buyer(lena, sela)
        placed = seats.batch(ministry, by=lena)

        # when
        BuyerContact.objects.filter(user_id=lena).delete()
        (seen,) = client_of("sela").get(ROOT + "orders/").json()["results"]

        # then
        assert (seen["uuid"], seen["buyer"]) == (str(placed.uuid), "Ministry of Posts")
        who_left = client_of("lena")
        assert who_left.get(ROOT + "orders/").json()["results"] == []
        for path in (f"orders/?after={placed.uuid}", f"orders/{placed.uuid}/"):
            assert who_left.get(ROOT + path).status_code == 404

    def test_f28_a_part_has_a_hundred_rows_at_most_and_costs_the_same(
        self, django_assert_max_num_queries
    ):
        for number in range(3):
            make.offering(f"fee-{number}")
            rest.ordered("lena", f"fee-{number}")
        lena = client_of("lena")
        with django_assert_max_num_queries(7):
            found = lena.get(ROOT + "orders/?limit=100").json()
        assert len(found["results"]) == 3


class TestWhatIsLeft:
    """What can be given back at most, called as in a refund."""

    def left(self, order):
        return client_of("lena").get(f"{ROOT}orders/{order.uuid}/").json()["left"]["amount"]

    def test_of_an_order_that_is_not_paid_is_nothing(self):
        assert self.left(rest.ordered("lena")) == "0.00"

    def test_is_what_was_paid_less_what_went_back(self):
        order = rest.paid("lena")
        assert self.left(order) == "120.00"
        given = Money("20.00", USD)
        api.refund(order.uuid, given, key="r", reason="asked", by=9, at=make.NOON)
        assert self.left(order) == "100.00"

    def test_is_not_what_a_bank_took_back(self):
        order = rest.paid("lena")
        started = Payment.objects.get(order__uuid=order.uuid)
        make.send(make.happening(started, "dispute"))
        make.send(make.happening(started, "lose"))
        assert self.left(order) == "0.00"


class TestPaying:
    def test_the_payer_is_sent_to_the_provider_and_comes_back_to_the_order(self):
        order = rest.ordered("lena")
        lena = client_of("lena")
        first, again = (post(lena, f"orders/{order.uuid}/pay/", {}) for _ in range(2))
        session = SandboxSession.objects.get()
        assert first.json() == again.json()
        assert session.token in first.json()["url"]
        assert session.return_url == f"http://testserver/fairgate/fees/orders/{order.uuid}/"

    def test_who_waits_is_told_the_next_step(self):
        # given
        order = rest.ordered("lena")
        lena, path = client_of("lena"), f"{ROOT}orders/{order.uuid}/next-step/"

        # when
        before = lena.get(path).json()
        started = make.payment(order)
        waiting = lena.get(path).json()
        make.send(make.event(started))
        after = lena.get(path).json()

        # then
        told = [one["next_step"] for one in (before, waiting, after)]
        assert told == ["pay", "wait_for_payment", "enter_course"]
        assert [one["course_url"] for one in (before, waiting)] == ["", ""]
        assert after["course_url"] == f"/courses/{make.COURSE}"

    def test_a_bundle_of_no_course_run_is_entered_nowhere_in_particular(self, exam):
        make.offering("both", kind="bundle", course_key="", opens=("spectrum", "exam"))
        order = rest.paid("lena", "both")
        told = client_of("lena").get(f"{ROOT}orders/{order.uuid}/next-step/").json()
        assert (told["next_step"], told["course_url"]) == ("enter_course", "")

    @pytest.mark.parametrize(
        "address", ["https://apps.example.org/dashboard/?paid=1", "http://testserver/courses/"]
    )
    def test_the_payer_comes_back_to_a_page_of_ours(self, settings, address):
        settings.LOGIN_REDIRECT_WHITELIST = ["apps.example.org"]
        order = rest.ordered("lena")
        body = {"return_url": address}
        assert post(client_of("lena"), f"orders/{order.uuid}/pay/", body).status_code == 200
        assert SandboxSession.objects.get().return_url == address

    def test_f25_the_payer_is_sent_to_nobody_else(self, settings):
        settings.LOGIN_REDIRECT_WHITELIST = ["apps.example.org"]
        path, lena = f"orders/{rest.ordered('lena').uuid}/pay/", client_of("lena")
        for address in (
            "https://evil.example/", "//evil.example/", "https://testserver@evil.example/",
            "https://testserver.evil.example/", "javascript:alert(1)", "/courses/", "https:///x",
            "https:evil.example", "http://testserver\\@evil.example/", "http:\\\\evil.example",
            "http://apps.example.org:8443/", "ftp://testserver/", "http://" + "x" * 2000,
        ):  # fmt: skip
            answer = post(lena, path, {"return_url": address})
            assert answer.status_code == 400, address
            assert list(answer.json()["errors"]) == ["return_url"]
        assert not SandboxSession.objects.exists()

    def test_f25_who_came_by_https_goes_back_by_https(self):
        order = rest.ordered("lena")
        body = {"return_url": "http://testserver/courses/"}
        answer = post(client_of("lena"), f"orders/{order.uuid}/pay/", body, secure=True)
        assert answer.status_code == 400

    def test_f8_a_provider_that_does_not_answer_keeps_the_order(self, monkeypatch):
        def silent(self, request):
            raise ProviderUnavailable("The provider does not answer.")

        monkeypatch.setattr(Sandbox, "start", silent)
        order = rest.ordered("lena")
        answer = post(client_of("lena"), f"orders/{order.uuid}/pay/", {})
        assert (answer.status_code, answer.json()["code"]) == (503, "ProviderUnavailable")
        assert Order.objects.get().state == "created"

    def test_a_provider_is_chosen_where_there_is_a_choice(self, settings):
        lena, path = client_of("lena"), f"orders/{rest.ordered('lena').uuid}/"
        (way,) = lena.get(f"{ROOT}{path}providers/").json()["results"]
        unknown = post(lena, f"{path}pay/", {"provider": "paper"})
        settings.FEE_PAYMENTS_PROVIDERS = {}
        none = post(lena, f"{path}pay/", {})
        assert way["name"] == "sandbox"
        assert (unknown.status_code, unknown.json()["code"]) == (400, "UnknownProvider")
        assert (none.status_code, none.json()["code"]) == (503, "ProviderUnavailable")
        assert lena.get(f"{ROOT}{path}providers/").json()["results"] == []
        assert Order.objects.get().state == "created"

    def test_an_order_whose_time_is_over_is_not_paid(self, monkeypatch):
        order = rest.ordered("lena")
        monkeypatch.setattr(clock, "_source", lambda: make.NOON + timedelta(hours=2))
        answer = post(client_of("lena"), f"orders/{order.uuid}/pay/", {})
        assert (answer.status_code, answer.json()["code"]) == (409, "OrderNotOpen")


class TestHeld:
    def test_a_learner_reads_what_the_page_says_and_operators_why(self):
        placed = rest.ordered("lena", "spectrum")
        make.send(make.event(make.payment(placed), amount=11_999))
        lena, omar = client_of("lena"), client_of("omar", "view_order")
        own, step, office = (
            client.get(f"{ROOT}{path}").json()["sentence"]
            for client, path in (
                (lena, f"orders/{placed.uuid}/"), (lena, f"orders/{placed.uuid}/next-step/"),
                (omar, f"administration/orders/{placed.uuid}/"),
            )
        )  # fmt: skip
        assert own == step == (
            "We received a payment that does not fit this order. A person looks at it; nothing is "
            "lost, and you need not pay again."
        )  # fmt: skip
        assert office == "Held for a person: the event says USD 119.99, the order USD 120.00."

    @pytest.mark.django_db(transaction=True)
    def test_what_a_provider_said_of_a_refund_is_for_operators(self):
        paid = rest.paid("lena")
        with transaction.atomic():
            holding.hold(
                Order.objects.get(uuid=paid.uuid),
                HoldCause.REFUND,
                "acct_7: no money",
                at=make.NOON,
            )
        found = client_of("lena").get(f"{ROOT}orders/{paid.uuid}/").json()
        assert (found["is_held"], found["sentence"]) == (True, "")


class TestAskingBack:
    def test_a_learner_is_offered_asks_and_reads_what_becomes_of_it(self):
        # given
        order = rest.paid("lena")
        lena, path = client_of("lena"), f"orders/{order.uuid}/refund-request/"

        # when
        offer = lena.get(f"{ROOT}orders/{order.uuid}/refund-offer/").json()
        before = lena.get(ROOT + path)
        asked, again = (post(lena, path, {"reason": "I cannot come."}) for _ in range(2))

        # then
        assert (offer["total"], offer["lines"][0]["amount"]) == (SPECTRUM, SPECTRUM)
        assert before.status_code == 404
        assert (asked.status_code, asked.json()["outcome"]) == (201, None)
        assert again.json()["uuid"] == asked.json()["uuid"] == lena.get(ROOT + path).json()["uuid"]
        assert RefundRequest.objects.count() == 1

    def test_what_cannot_be_asked_is_told(self):
        path, lena = f"orders/{rest.paid('lena').uuid}/refund-request/", client_of("lena")
        for body, status in (
            ({"reason": "Ill.", "amount": {"amount": "1", "currency": USD}}, 400),
            ({"reason": "x" * 1001}, 400), ({}, 400), ({"reason": "Ill.", "lines": []}, 400),
            ({"reason": "Ill.", "lines": ["11111111-1111-4111-8111-111111111111"]}, 409),
        ):  # fmt: skip
            assert post(lena, path, body).status_code == status, body
        assert not RefundRequest.objects.exists()


class TestRights:
    def test_a_learner_reads_their_rights_of_a_course_or_all(self, django_assert_max_num_queries):
        make.offering("other", course_key="course-v1:ATC+OTHER+2026")
        rest.paid("lena")
        rest.paid("lena", "other")
        lena = client_of("lena")
        with django_assert_max_num_queries(3):
            one = lena.get(ROOT + "entitlements/", {"course": make.COURSE}).json()["results"]
        every = lena.get(ROOT + "entitlements/").json()["results"]
        assert [(right["offering"], right["is_live"]) for right in one] == [("spectrum", True)]
        assert [right["offering"] for right in every] == ["spectrum", "other"]
        assert client_of("sela").get(ROOT + "entitlements/").json()["results"] == []

    def test_whether_one_holds_takes_one_query(self, django_assert_max_num_queries):
        rest.paid("lena")
        lena, path = client_of("lena"), ROOT + "entitlements/spectrum/"
        with django_assert_max_num_queries(3):  # the session, the person, the right
            found = lena.get(path).json()
        assert found == {"offering": "spectrum", "entitled": True}
        assert client_of("sela").get(path).json()["entitled"] is False

    def test_f27_a_seat_code_opens_one_seat(self):
        code = make.seat_code()
        body = {"offering": "spectrum", "code": code.lower()}
        lena = client_of("lena")
        first, again = (post(lena, "seat-codes/redeem/", body) for _ in range(2))
        taken = post(client_of("sela"), "seat-codes/redeem/", body)
        assert (first.status_code, first.json()["sponsor"]) == (200, "Ministry of Posts")
        assert again.json() == first.json()
        assert (taken.status_code, taken.json()["code"]) == (409, "SeatCodeTaken")
        assert code not in taken.content.decode()

    def test_f27_f28_who_guesses_codes_has_to_wait(self, settings):
        settings.FEE_PAYMENTS_SEAT_CODE_TRIES_PER_HOUR = 1
        body = {"offering": "spectrum", "code": make.seat_code("spectrum", key="a")}
        make.offering("exam")
        wrong = {"offering": "exam", "code": body["code"]}
        lena = client_of("lena")
        tries = [post(lena, "seat-codes/redeem/", one) for one in (wrong, body)]
        assert [(one.status_code, one.json()["code"]) for one in tries] == [
            (409, "SeatCodeElsewhere"), (429, "TooManyTries"),
        ]  # fmt: skip
        assert 3500 < int(tries[-1]["Retry-After"]) <= 3600

    def test_a_stranger_writes_nothing(self):
        for path in ("orders/", "quotes/", "seat-codes/redeem/", "waived-seats/"):
            assert post(Client(), path, {}, key="new").status_code == 401
