"""The REST API of operators: who finds what, gives it back, and gives or ends access."""

from __future__ import annotations

from uuid import uuid4

import pytest

from factories import fee_payments as make
from factories import fee_rest as rest
from factories.fee_rest import ROOT, client_of, post
from fairgate import clock
from fairgate.money import Money
from fee_payments import api, compat
from fee_payments.data import OrderState
from fee_payments.exceptions import ProviderUnavailable
from fee_payments.models import (
    Offering,
    Order,
    Payment,
    ProviderEvent,
    Refund,
    SeatCode,
    SeatCodeBatch,
)
from fee_payments.providers.sandbox import Sandbox

pytestmark = pytest.mark.django_db

USD = "USD"
ORDERS = "administration/orders/"
REQUESTS = "administration/refund-requests/"
CODES = "administration/seat-codes/"
RIGHTS = "administration/entitlements/"


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


class TestSearching:
    @pytest.fixture
    def orders(self):
        """A paid one, an open one, and one whose payment does not fit."""
        held = rest.ordered("sela", "exam")
        make.send(make.event(make.payment(held), amount=1))
        return {"paid": rest.paid("lena"), "open": rest.ordered("lena", "exam"), "held": held}

    def test_orders_are_found_by_what_an_operator_knows(self, orders):
        uuids = {str(order.uuid): name for name, order in orders.items()}
        omar = client_of("omar", "view_order")
        for query, found in {
            "": {"paid", "open", "held"},
            "?state=paid": {"paid"},
            "?state=held": {"held"},
            "?state=created": {"open"},
            "?is_held=true": {"held"},
            "?is_held=false": {"paid", "open"},
            "?offering=exam": {"open", "held"},
            "?offering=exam&state=created": {"open"},
            "?course=course-v1:ATC%2BEXAM%2B2026": {"open", "held"},
            "?placed_from=2026-10-05T12:00:00Z": {"paid", "open", "held"},
            "?placed_until=2026-10-05T12:00:00Z": set(),
            f"?uuid={uuid4()}": set(),
        }.items():
            answer = omar.get(ROOT + ORDERS + query).json()
            assert {uuids[one["uuid"]] for one in answer["results"]} == found, query

    def test_a_disputed_order_is_found_as_what_its_learner_reads(self, orders):
        omar = client_of("omar", "view_order")
        payment = Payment.objects.get(order__uuid=orders["paid"].uuid)
        for button, state in (("dispute", "disputed"), ("lose", "lost")):
            make.send(make.happening(payment, button))
            (one,) = omar.get(f"{ROOT}{ORDERS}?state={state}").json()["results"]
            assert (one["uuid"], one["state"]) == (str(orders["paid"].uuid), state)
            assert omar.get(f"{ROOT}{ORDERS}?state=paid").json()["results"] == []

    def test_orders_are_found_by_uuid_and_by_person(self, orders):
        omar, sela = client_of("omar", "view_order"), rest.person("sela").pk
        for query in (f"?uuid={orders['held'].uuid}", f"?user_id={sela}"):
            (one,) = omar.get(ROOT + ORDERS + query).json()["results"]
            assert (one["uuid"], one["user_id"]) == (str(orders["held"].uuid), sela)

    def test_a_search_goes_on_after_what_was_paid_meanwhile(self, django_assert_max_num_queries):
        # given
        first, second = rest.ordered("lena", "exam"), rest.ordered("sela", "exam")
        omar = client_of("omar", "view_order")
        page = omar.get(f"{ROOT}{ORDERS}?state=created&limit=1").json()

        # when
        make.send(make.event(make.payment(second)))
        with django_assert_max_num_queries(10):  # two for the person, two for the permissions
            rest_of_it = omar.get(page["next"]).json()

        # then
        assert [one["uuid"] for one in page["results"]] == [str(second.uuid)]
        assert [one["uuid"] for one in rest_of_it["results"]] == [str(first.uuid)]
        assert rest_of_it["next"] is None

    def test_an_order_is_inspected_with_its_history_and_without_a_payload(self):
        # given
        order = rest.paid("lena")
        api.refund(order.uuid, Money("20.00", USD), key="k", reason="Ill.", by=9, at=make.NOON)
        path = f"{ROOT}{ORDERS}{order.uuid}/"
        every = ("view_order", "view_payment", "view_providerevent")

        # when
        answer = client_of("omar", *every).get(path)
        found = answer.json()

        # then
        (paid,), (back,), (event,) = found["payments"], found["refunds"], found["events"]
        assert (paid["amount"], paid["refunded"]) == (money("120.00"), money("20.00"))
        assert (paid["processor_fee"], paid["provider"]) == (money("3.78"), "sandbox")
        assert (back["state"], back["amount"], back["reason"]) == ("done", money("20.00"), "Ill.")
        assert (event["outcome"], event["kind"]) == ("settled", "payment.succeeded")
        assert "payload" not in answer.content.decode()

    def test_k26_a_history_is_seen_as_far_as_a_permission_reaches(self):
        order = rest.paid("lena")
        for rights, seen in (
            ((), set()),
            (("view_payment",), {"payments", "refunds"}),
            (("view_providerevent",), {"events"}),
        ):
            omar = client_of("omar", "view_order", *rights)
            found = omar.get(f"{ROOT}{ORDERS}{order.uuid}/").json()
            told = {name for name in ("payments", "refunds", "events") if found[name] is not None}
            assert told == seen

    def test_an_order_is_inspected_with_few_queries(self, django_assert_max_num_queries):
        order = rest.paid("lena", "spectrum", "exam")
        omar = client_of("omar", "view_order", "view_payment", "view_providerevent")
        with django_assert_max_num_queries(13):
            omar.get(f"{ROOT}{ORDERS}{order.uuid}/")


class TestRefunding:
    @pytest.fixture
    def order(self):
        return rest.paid("lena", "spectrum", "exam")

    def send(self, order, body, **more):
        client = client_of("omar", "refund_payment")
        return post(client, f"{ORDERS}{order.uuid}/refunds/", body, **({"key": "new"} | more))

    def test_a_part_of_a_line_goes_back_once_per_key(self, order):
        # given
        line = str(order.lines[0].uuid)
        body = {"reason": "Ill.", "parts": [{"line": line, "amount": money("20.00")}]}

        # when
        first = self.send(order, body, key="r-1")
        again = self.send(order, body, key="r-1")
        other = self.send(order, body | {"parts": [{"line": line, "amount": money("1.00")}]},
                          key="r-1")  # fmt: skip

        # then
        assert (first.status_code, first.json()["state"]) == (201, "done")
        assert first.json()["amount"] == money("20.00")
        assert again.json() == first.json()
        assert (other.status_code, other.json()["code"]) == (409, "KeyReused")
        assert Refund.objects.get().requested_by == rest.person("omar").pk

    def test_without_an_amount_all_that_is_left_goes_back(self, order):
        assert self.send(order, {"reason": "Cancelled."}).json()["amount"] == money("130.00")
        assert api.order(order.uuid).state is OrderState.REFUNDED

    def test_k18_who_looked_before_another_refunded_refunds_nothing(self, order):
        body = {"reason": "Ill.", "left": money("130.00")}
        line = {"line": str(order.lines[1].uuid), "amount": money("10.00")}
        answers = [self.send(order, body | {"parts": [line]}), self.send(order, body)]
        assert [answer.status_code for answer in answers] == [201, 409]
        assert answers[1].json()["code"] == "RefundRefused"
        assert Refund.objects.count() == 1

    def test_f28_what_cannot_be_refunded_is_told(self, order):
        unknown = {"line": str(uuid4()), "amount": money("1")}
        for body, status in (
            ({}, 400), ({"reason": " "}, 400), ({"reason": "x" * 256}, 400),
            ({"reason": "Ill.", "by": 1}, 400), ({"reason": "Ill.", "parts": []}, 400),
            ({"reason": "Ill.", "amount": {"amount": "20.001", "currency": USD}}, 400),
            ({"reason": "Ill.", "amount": money("20"), "parts": [unknown]}, 400),
            ({"reason": "Ill.", "parts": [unknown]}, 409),
        ):  # fmt: skip
            assert self.send(order, body).status_code == status, body
        assert not Refund.objects.exists()

    def test_f17_what_is_no_amount_of_the_order_is_refused(self, order):
        for amount in (
            "-1.00", "0.00", "NaN", "Infinity", "1e1", "0x10", "1_0", "1,00", "", "9" * 31, True,
            None, [1], 0.1 + 0.2, "130.01", "１０", "١٠",
        ):  # fmt: skip
            part = {"line": str(order.lines[0].uuid), "amount": {"amount": amount, "currency": USD}}
            answer = self.send(order, {"reason": "Ill.", "parts": [part]})
            assert answer.status_code in (400, 409), (amount, answer.content)
        assert not Refund.objects.exists()

    def test_a_line_is_refunded_by_one_part(self, order):
        part = {"line": str(order.lines[0].uuid), "amount": money("1.00")}
        answer = self.send(order, {"reason": "Ill.", "parts": [part, part]})
        assert (answer.status_code, list(answer.json()["errors"])) == (400, ["parts"])

    def test_nothing_is_refunded_without_a_key_or_an_order(self, order):
        assert self.send(order, {"reason": "Ill."}, key=None).status_code == 400
        Order.objects.filter(uuid=order.uuid).update(uuid=uuid4())
        assert self.send(order, {"reason": "Ill."}).status_code == 404
        assert not Refund.objects.exists()

    def test_f8_k18_a_silent_provider_is_asked_again_with_the_same_key(self, order, monkeypatch):
        def silent(self, reference, amount, *, key):
            raise ProviderUnavailable("The provider does not answer.")

        with monkeypatch.context() as patch:
            patch.setattr(Sandbox, "refund", silent)
            answer = self.send(order, {"reason": "Ill."}, key="r-1")
        again = self.send(order, {"reason": "Ill."}, key="r-1")
        assert (answer.status_code, answer.json()["code"]) == (503, "ProviderUnavailable")
        assert (again.status_code, again.json()["state"]) == (201, "done")
        assert Refund.objects.count() == 1


class TestRequests:
    @pytest.fixture
    def request_of_lena(self):
        order = rest.paid("lena")
        return api.ask_for_refund(
            order.uuid, user_id=order.user_id, reason="I am ill.", at=make.NOON
        )

    def test_another_person_grants_what_was_asked_once(self, request_of_lena):
        omar = client_of("omar", "refund_payment")
        (waiting,) = omar.get(f"{ROOT}{REQUESTS}?is_open=true").json()["results"]
        done, again = (post(omar, f"{REQUESTS}{waiting['uuid']}/grant/", {}) for _ in range(2))
        assert (waiting["order"], waiting["amount"]) == (
            str(request_of_lena.order_uuid), money("120.00"),
        )  # fmt: skip
        assert (done.status_code, done.json()["state"]) == (200, "done")
        assert again.json() == done.json()
        assert Refund.objects.count() == 1
        refused = post(omar, f"{REQUESTS}{waiting['uuid']}/refuse/", {"note": "No."})
        assert (refused.status_code, refused.json()["code"]) == (409, "RequestDecided")

    def test_who_is_refused_reads_why(self, request_of_lena):
        omar, path = (
            client_of("omar", "refund_payment"),
            f"{REQUESTS}{request_of_lena.uuid}/refuse/",
        )
        assert post(omar, path, {"note": ""}).status_code == 400
        assert post(omar, path, {"note": "The course is over."}).json()["outcome"] == "refused"
        own = f"{ROOT}orders/{request_of_lena.order_uuid}/refund-request/"
        assert client_of("lena").get(own).json()["note"] == "The course is over."
        assert omar.get(f"{ROOT}{REQUESTS}?is_open=true").json()["results"] == []

    @pytest.mark.parametrize(("step", "body"), [("grant", {}), ("refuse", {"note": "No."})])
    def test_nobody_decides_about_their_own(self, request_of_lena, step, body):
        lena = client_of("lena", "refund_payment")
        answer = post(lena, f"{REQUESTS}{request_of_lena.uuid}/{step}/", body)
        assert (answer.status_code, answer.json()["code"]) == (403, "SecondPersonNeeded")
        assert post(lena, f"{REQUESTS}{uuid4()}/{step}/", body).status_code == 404

    def test_requests_come_in_parts(self, request_of_lena, django_assert_max_num_queries):
        order = rest.paid("sela")
        api.ask_for_refund(order.uuid, user_id=order.user_id, reason="Ill.", at=make.NOON)
        omar = client_of("omar", "view_refundrequest")
        with django_assert_max_num_queries(6):
            page = omar.get(f"{ROOT}{REQUESTS}?limit=1").json()
        (last,) = omar.get(page["next"]).json()["results"]
        assert [one["order"] for one in (page["results"][0], last)] == [
            str(order.uuid), str(request_of_lena.order_uuid),
        ]  # fmt: skip
        assert omar.get(f"{ROOT}{REQUESTS}?after={uuid4()}").status_code == 404


class TestSeatCodes:
    BODY = {"offering": "spectrum", "count": 3, "sponsor": "Ministry of Posts"}

    def test_codes_are_shown_once_and_never_again(self):
        # given
        issuer = client_of("omar", "issue_seat_codes")

        # when
        issued = post(issuer, CODES, self.BODY, key="b-1")
        again = post(issuer, CODES, self.BODY, key="b-1")
        other = post(issuer, CODES, self.BODY | {"count": 4}, key="b-1")
        listed = client_of("ines", "view_seatcode").get(ROOT + CODES)

        # then
        assert (issued.status_code, len(set(issued.json()["codes"]))) == (201, 3)
        assert [(one.status_code, one.json()["code"]) for one in (again, other)] == [
            (409, "AlreadyIssued"), (409, "KeyReused"),
        ]  # fmt: skip
        assert [one["state"] for one in listed.json()["results"]] == ["free"] * 3
        assert not [code for code in issued.json()["codes"] if code in listed.content.decode()]
        assert (SeatCodeBatch.objects.count(), SeatCode.objects.count()) == (1, 3)

    def test_f28_what_cannot_be_issued_is_told(self):
        omar = client_of("omar", "issue_seat_codes")
        for changes, status in (
            ({"count": 0}, 400), ({"count": 5001}, 400), ({"sponsor": ""}, 400),
            ({"sponsor": "a\nb"}, 400), ({"expires_at": "2026-10-01T00:00:00Z"}, 400),
            ({"offering": "nothing"}, 404), ({"codes": ["A"]}, 400),
        ):  # fmt: skip
            answer = post(omar, CODES, self.BODY | changes, key="new")
            assert answer.status_code == status, changes
        assert not SeatCode.objects.exists()

    def test_a_code_is_taken_back_with_a_reason(self):
        make.seat_code()
        (code,) = api.list_seat_codes()
        omar, path = client_of("omar", "revoke_seat_codes"), f"{CODES}{code.uuid}/revoke/"
        assert post(omar, path, {"because": " "}).status_code == 400
        done = post(omar, path, {"because": "Lost."}).json()
        assert (done["state"], done["revoked_because"]) == ("revoked", "Lost.")
        assert post(omar, f"{CODES}{uuid4()}/revoke/", {"because": "x"}).status_code == 404

    def test_codes_of_a_batch_come_in_parts(self, django_assert_max_num_queries):
        batch = make.seat_codes(count=3).batch_uuid
        make.seat_codes("exam", count=2)
        omar = client_of("omar", "view_seatcode")
        page = omar.get(f"{ROOT}{CODES}?batch={batch}&limit=2").json()
        with django_assert_max_num_queries(6):
            last = omar.get(page["next"]).json()
        uuids = [one["uuid"] for one in (*page["results"], *last["results"])]
        assert uuids == [str(one.uuid) for one in api.list_seat_codes(batch=batch)]
        assert last["next"] is None
        assert len(omar.get(f"{ROOT}{CODES}?offering=exam").json()["results"]) == 2

    def test_an_operator_reads_the_rights_of_a_person(self):
        rest.paid("lena")
        path = f"{ROOT}administration/entitlements/?user_id={rest.person('lena').pk}"
        (right,) = client_of("omar", "view_entitlement").get(path).json()["results"]
        assert (right["offering"], right["source"], right["is_live"]) == (
            "spectrum", "order", True,
        )  # fmt: skip


class TestAccessByHand:
    def test_access_is_given_once_per_key_and_ended_with_a_reason(self):
        # given
        omar, lena = client_of("omar", "grant_entitlement"), rest.person("lena").pk
        body = {"user_id": lena, "offering": "exam", "reason": "A guest."}

        # when
        first, again = (post(omar, RIGHTS, body, key="a-1") for _ in range(2))
        other = post(omar, RIGHTS, body | {"offering": "spectrum"}, key="a-1")
        path = f"{RIGHTS}{first.json()['uuid']}/end/"
        bare, ended = post(omar, path, {"reason": " "}), post(omar, path, {"reason": "Over."})

        # then
        assert (first.status_code, first.json()["is_live"]) == (201, True)
        assert again.json() == first.json()
        assert (other.status_code, other.json()["code"]) == (409, "KeyReused")
        assert (bare.status_code, ended.json()["is_live"]) == (400, False)
        assert post(omar, f"{RIGHTS}{uuid4()}/end/", {"reason": "x"}).status_code == 404

    def test_a_right_that_was_paid_does_not_end_by_hand(self):
        rest.paid("lena")
        (right,) = api.list_entitlements(rest.person("lena").pk)
        omar = client_of("omar", "grant_entitlement")
        answer = post(omar, f"{RIGHTS}{right.uuid}/end/", {"reason": "Over."})
        assert (answer.status_code, answer.json()["code"]) == (400, "InvalidAccess")

    def test_access_is_given_again_after_a_won_dispute_or_what_stands_in_the_way_is_told(self):
        # given
        order = rest.won_without_room("lena")
        omar = client_of("omar", "grant_entitlement")
        path = f"{ORDERS}{order.uuid}/give-access-again/"

        # when
        refused = post(omar, path, {})
        Offering.objects.filter(code="spectrum").update(capacity=5)
        given, again = post(omar, path, {}), post(omar, path, {})

        # then
        assert refused.json()["obstacles"] == [
            "A dispute was won, and no seat is left to give again."
        ]
        assert refused.json()["is_held"] is True
        assert (given.status_code, given.json()["obstacles"]) == (200, [])
        assert (given.json()["uuid"], given.json()["is_held"]) == (str(order.uuid), False)
        assert (again.status_code, again.json()["code"]) == (400, "InvalidAccess")
        assert post(omar, f"{ORDERS}{uuid4()}/give-access-again/", {}).status_code == 404
        sela = client_of("sela", "refund_payment", "view_order")
        assert post(sela, path, {}).status_code == 403


class TestEvents:
    PATH = "administration/events/"

    def test_what_became_of_events_is_told_without_what_was_in_them(self):
        held = rest.ordered("sela", "exam")
        make.send(make.event(make.payment(held), amount=1))
        rest.paid("lena")
        omar = client_of("omar", "view_providerevent")
        (stuck,) = omar.get(ROOT + self.PATH).json()["results"]
        assert (stuck["provider"], stuck["outcome"]) == ("sandbox", "held")
        every = omar.get(f"{ROOT}{self.PATH}?only_stuck=false").json()["results"]
        assert [one["outcome"] for one in every] == ["held", "settled"]
        assert set(stuck) == {"id", "provider", "kind", "outcome", "sentence", "received_at"}
        assert omar.get(f"{ROOT}{self.PATH}?since=2026-10-06T00:00:00Z").json()["results"] == []

    def test_a_list_goes_on_after_an_event_that_was_worked_since_it_was_seen(self):
        short = [rest.ordered(name, "exam") for name in ("lena", "sela")]
        for one in short:
            make.send(make.event(make.payment(one), amount=1))
        omar = client_of("omar", "view_providerevent")
        first = omar.get(f"{ROOT}{self.PATH}?limit=1").json()
        ProviderEvent.objects.filter(pk=first["results"][0]["id"]).update(outcome="settled")
        (second,) = omar.get(first["next"]).json()["results"]
        assert second["id"] > first["results"][0]["id"]

    def test_t12_an_event_is_worked_again_without_a_second_effect(self):
        rest.paid("lena")
        (one,) = api.list_events(only_stuck=False)
        path = f"{self.PATH}{one.pk}/replay/"
        assert post(client_of("omar", "view_providerevent"), path, {}).status_code == 403
        omar = client_of("omar", "work_event_again")
        for _ in range(2):
            told = post(omar, path, {})
            assert (told.status_code, told.json()["outcome"]) == (200, "known")
        assert len(api.list_payments()) == 1
        assert post(omar, f"{self.PATH}{10**12}/replay/", {}).status_code == 404
