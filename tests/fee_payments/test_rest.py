"""The REST API: who may ask what, how faults are told, and what the description says of it."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from unittest import mock
from uuid import uuid4

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from drf_spectacular import drainage
from drf_spectacular.drainage import GeneratorStats
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.validation import validate_schema

from factories import fee_operations
from factories import fee_payments as make
from factories import fee_rest as rest
from factories import institution_seats as institution
from factories import invoices as papers
from factories import waiver_policy as waiver
from factories.fee_operations import asked
from factories.fee_rest import JSON, ROOT, client_of, post
from fairgate import clock
from fee_payments import api, compat
from fee_payments.data import OrderState
from fee_payments.exceptions import PaymentsError
from fee_payments.models import Order, Refund
from fee_payments.rest import urls
from fee_payments.settings.common import let_keys_through

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def at_noon(monkeypatch, settings):
    monkeypatch.setattr(clock, "_source", lambda: make.NOON)
    monkeypatch.setattr(compat, "profile_country", rest.profile_country)
    monkeypatch.setattr(compat, "course_url", lambda course_key: f"/courses/{course_key}")
    settings.FEE_PAYMENTS_PROVIDERS = ["sandbox", "invoice"]
    settings.FEE_PAYMENTS_WRITE_OFF_LIMITS = {"USD": "5.00"}
    make.offering(capacity=9)


READABLE = [
    f"offerings/?course={make.COURSE.replace('+', '%2B')}", "offerings/spectrum/",
    "offerings/spectrum/quote/", "orders/", "entitlements/", "entitlements/spectrum/", "openapi/",
]  # fmt: skip
WITH_PERMISSION = {
    "administration/orders/": {"view_order"},
    "administration/refund-requests/": {"view_refundrequest", "refund_payment"},
    "administration/entitlements/?user_id=1": {"view_entitlement"},
    "administration/seat-codes/": {"view_seatcode"},
    "accounting/payments/": {"view_payment"},
    "accounting/refunds/": {"view_payment"},
    "accounting/waived-seats/": {"view_payment"},
    "accounting/returned-seats/": {"view_payment"},
    "accounting/disputes/": {"view_payment"},
}
EVERY_PERMISSION = {
    "view_order", "view_refundrequest", "refund_payment", "view_entitlement", "view_seatcode",
    "view_payment", "view_providerevent", "issue_seat_codes", "revoke_seat_codes", "change_order",
    "grant_entitlement",
}  # fmt: skip


class TestWho:
    def test_a_stranger_is_asked_to_sign_in(self):
        for path in (*READABLE, *WITH_PERMISSION):
            answer = Client().get(ROOT + path)
            assert answer.status_code == 401, path
            assert answer["WWW-Authenticate"]
            assert answer["Content-Type"] == "application/problem+json"

    def test_who_is_signed_in_reads_what_is_theirs_or_public(self):
        lena = client_of("lena")
        for path in READABLE:
            answer = lena.get(ROOT + path)
            assert answer.status_code == 200, answer.content
            assert "no-store" in answer["Cache-Control"]

    def test_the_rest_takes_a_permission_of_its_own(self):
        for path, enough in WITH_PERMISSION.items():
            every_other = client_of("lena", *EVERY_PERMISSION - enough)
            assert every_other.get(ROOT + path).status_code == 403, path
            for permission in enough:
                assert client_of("omar", permission).get(ROOT + path).status_code == 200

    def test_k26_a_hand_without_the_permission_moves_nothing(self):
        order = rest.paid()
        for path, body, enough in (
            (f"administration/orders/{order.uuid}/refunds/", {"reason": "No."}, "refund_payment"),
            ("administration/seat-codes/", {}, "issue_seat_codes"),
            (f"administration/seat-codes/{uuid4()}/revoke/", {}, "revoke_seat_codes"),
            ("administration/entitlements/", {}, "grant_entitlement"),
            (f"administration/entitlements/{uuid4()}/end/", {}, "grant_entitlement"),
            (f"administration/refund-requests/{uuid4()}/grant/", {}, "refund_payment"),
            (f"administration/refund-requests/{uuid4()}/refuse/", {}, "refund_payment"),
        ):
            client = client_of("omar", *EVERY_PERMISSION - {enough})
            assert post(client, path, body, key="new").status_code == 403, path
        assert not Refund.objects.exists()

    def test_k26_f24_an_order_of_somebody_else_is_as_one_that_is_not(self):
        order = rest.paid("lena")
        sela, omar = client_of("sela"), client_of("omar", *EVERY_PERMISSION)
        for step in (
            "",
            "next-step/",
            "providers/",
            "invoice/",
            "refund-offer/",
            "refund-request/",
        ):
            paths = [f"{ROOT}orders/{uuid}/{step}" for uuid in (order.uuid, uuid4())]
            answers = [client.get(path) for path in paths for client in (sela, omar)]
            told = {(one.status_code, one.content) for one in answers}
            assert told == {(404, answers[0].content)}
            assert answers[0].json()["code"] == "UnknownOrder"

    def test_k26_f24_nobody_acts_on_an_order_of_somebody_else(self):
        order = rest.ordered("lena")
        for step, body in (("pay", {}), ("refund-request", {"reason": "I cannot come."})):
            for client in (client_of("sela"), client_of("omar", *EVERY_PERMISSION)):
                answer = post(client, f"orders/{order.uuid}/{step}/", body)
                assert (answer.status_code, answer.json()["code"]) == (404, "UnknownOrder")
        assert Order.objects.get().state == "created"

    def test_k26_f24_an_invoice_is_there_for_who_bought_and_not_for_others(self):
        papers.invoice(rest.ordered("lena"))
        lena, sela = client_of("lena"), client_of("sela", *EVERY_PERMISSION)
        (mine,) = lena.get(ROOT + "invoices/").json()["results"]
        path = f"{ROOT}invoices/{mine['uuid']}/"
        assert (mine["state"], mine["missing"]["amount"]) == ("open", "120.00")
        assert lena.get(mine["paper_url"])["Content-Type"] == "application/pdf"
        assert lena.get(path).json()["credit_notes"] == []
        assert sela.get(ROOT + "invoices/").json()["results"] == []
        for one in (path, f"{ROOT}invoices/{uuid4()}/"):
            told = sela.get(one)
            assert (told.status_code, told.json()["code"]) == (404, "UnknownDocument")

    def test_k26_f24_seats_of_an_organisation_are_there_for_who_coordinates_them(self):
        pool = _pool()
        lena, sela = client_of("lena"), client_of("sela", *EVERY_PERMISSION - {"view_order"})
        (mine,) = lena.get(ROOT + "pools/").json()["results"]
        used = lena.get(f"{ROOT}pools/{pool}/").json()
        assert (mine["uuid"], mine["buyer"]) == (str(pool), "Ministry of Posts")
        assert (used["use"]["accepted"], used["seats"]) == (0, mine["seats"])
        assert sela.get(ROOT + "pools/").json()["results"] == []
        assert sela.get(f"{ROOT}pools/{pool}/").json()["code"] == "UnknownSeat"

    def test_k26_a_cursor_tells_nothing_of_orders_of_somebody_else(self):
        order = rest.ordered("lena")
        sela = client_of("sela")
        answers = [sela.get(f"{ROOT}orders/?after={uuid}") for uuid in (order.uuid, uuid4())]
        assert [answer.status_code for answer in answers] == [404, 404]
        assert answers[0].content == answers[1].content

    def test_f25_a_browser_without_the_token_of_the_form_orders_nothing(self):
        client = client_of("lena", enforce_csrf_checks=True)
        assert post(client, "orders/", rest.order_body(), key="new").status_code == 403
        assert not Order.objects.exists()

    def test_an_operator_who_is_locked_out_refunds_nothing(self):
        order = rest.paid()
        client = client_of("omar", "refund_payment")
        get_user_model().objects.filter(username="omar").update(is_active=False)
        path = f"administration/orders/{order.uuid}/refunds/"
        assert post(client, path, {"reason": "Ill."}, key="new").status_code in (401, 403)
        assert not Refund.objects.exists()

    def test_f28_who_asks_too_often_is_told_when_to_come_back(self, settings):
        settings.FAIRGATE_API_RATES = {"read": "2/minute"}
        client = client_of("lena")
        answers = [client.get(ROOT + "orders/") for _ in range(3)]
        assert [answer.status_code for answer in answers] == [200, 200, 429]
        assert int(answers[-1]["Retry-After"]) > 0
        assert post(client, "orders/", rest.order_body(), key="new").status_code == 201


def family(root=PaymentsError):
    """Every class of error of ours."""
    return [root, *(kind for one in root.__subclasses__() for kind in family(one))]


class TestOtherOrigins:
    @pytest.mark.parametrize(
        ("before", "after"),
        [
            (("accept", "use-jwt-cookie"), ("accept", "use-jwt-cookie", "idempotency-key")),
            (["accept", "idempotency-key"], ["accept", "idempotency-key"]),
            ((), ()),
        ],
    )
    def test_a_micro_frontend_may_send_a_key(self, before, after):
        given = SimpleNamespace(CORS_ALLOW_HEADERS=before)
        let_keys_through(given)
        assert after == given.CORS_ALLOW_HEADERS

    def test_where_nothing_is_served_to_others_nothing_is_set(self):
        given = SimpleNamespace()
        let_keys_through(given)
        assert vars(given) == {}


class TestDescription:
    @pytest.fixture
    def document(self):
        return client_of("lena").get(ROOT + "openapi/").json()

    def test_names_every_path_and_every_field(self, document):
        assert document["openapi"].startswith("3.")
        assert document["servers"] == [{"url": ROOT.rstrip("/")}]
        assert len(document["paths"]) == len(urls.described)
        validate_schema(document)

    def test_no_default_is_against_its_own_schema(self, document):
        refused = [
            (path, one["name"])
            for path, methods in document["paths"].items()
            for operation in methods.values()
            for one in operation.get("parameters", ())
            if one["schema"].get("default") == "" and one["schema"].get("minLength")
        ]
        assert refused == []

    def test_f13_what_moves_money_takes_a_key(self, document):
        keyed = {
            operation["operationId"]
            for methods in document["paths"].values()
            for operation in methods.values()
            for one in operation.get("parameters", ())
            if (one["in"], one["name"], one.get("required")) == ("header", "Idempotency-Key", True)
        }
        assert keyed == {
            "place_order", "take_waived_seat", "refund", "issue_seat_codes", "give_access",
            "order_seats", "make_quote", "issue_quote", "receive_purchase_order",
            "send_purchase_order", "make_pool_codes", "issue_credit_note", "ask_transfer_back",
        }  # fmt: skip

    def test_shows_how_institutions_and_finance_ask(self, document):
        shown = {}
        for methods in document["paths"].values():
            for operation in methods.values():
                content = operation.get("requestBody", {}).get("content", {}).get(JSON, {})
                for example in content.get("examples", {}).values():
                    schema = content["schema"]["$ref"].rpartition("/")[2]
                    known = document["components"]["schemas"][schema]["properties"]
                    assert set(example["value"]) <= set(known)
                    shown[operation["operationId"]] = example["value"]
        assert {
            "price_of_seats", "make_quote", "order_seats", "invoice_order", "invite_people",
            "make_pool_codes", "revoke_seat", "reassign_seat", "accept_invitation",
            "share_progress", "issue_credit_note", "ask_write_off", "match_bank_line",
        } <= set(shown)  # fmt: skip

    def test_says_how_a_list_goes_on(self, document):
        listed = document["paths"]["/orders/"]["get"]
        assert {"after", "limit"} == {one["name"] for one in listed["parameters"]}
        page = listed["responses"]["200"]["content"][JSON]["schema"]["$ref"].rpartition("/")[2]
        assert set(document["components"]["schemas"][page]["properties"]) == {"next", "results"}

    def test_names_the_states_of_an_order_once(self, document):
        states = document["components"]["schemas"]["OrderState"]["enum"]
        assert states == [state.value for state in OrderState]
        shape = document["components"]["schemas"]["OrderShape"]["properties"]["state"]
        assert shape == {"$ref": "#/components/schemas/OrderState"}

    def test_says_what_can_be_refunded_of_an_order(self, document):
        shape = document["components"]["schemas"]["OrderShape"]
        assert "left" in shape["required"]
        assert "What can be refunded at most" in str(shape["properties"]["left"])

    def test_is_made_without_a_warning(self):
        counted = GeneratorStats()
        with mock.patch.multiple(drainage, GENERATOR_STATS=counted), counted.silence():
            SchemaGenerator(patterns=urls.described).get_schema(request=None, public=True)
        assert (dict(counted._warn_cache), dict(counted._error_cache)) == ({}, {})


def _ordered():
    return rest.ordered().uuid


def _paid():
    return rest.paid().uuid


def _asked_back():
    order = rest.paid()
    api.ask_for_refund(order.uuid, user_id=order.user_id, reason="Ill.", at=make.NOON)
    return order.uuid


def _won():
    return rest.won_without_room("lena").uuid


def _request():
    return api.refund_request(_asked_back()).uuid


def _waived():
    waiver.programme()
    waiver.policy(waiver.policy_text(waiver.LDC_FREE), at=make.NOON - timedelta(days=1))
    make.offering("free", waivable=True)
    return {"lines": rest.lines("free")}


def _full():
    make.offering("full", capacity=1)
    rest.ordered("sela", "full")


def _waiting():
    _full()
    api.join_room(make.learner(rest.person("lena").pk), "full", at=make.NOON)


def _order_with_invoice():
    order = rest.ordered()
    papers.invoice(order)
    return order.uuid


def _invoiced():
    return api.invoice_of_order(_order_with_invoice()).uuid


def _pool():
    institution.offering()
    return institution.pool(by=rest.person("lena").pk).uuid


def _given():
    return api.give_access(
        7, "spectrum", ends_at=None, reason="A guest.", by=None, key="k", at=make.NOON
    ).uuid


def _code():
    make.seat_code()
    return api.list_seat_codes()[0].uuid


COURSE = f"?course={make.COURSE.replace('+', '%2B')}"
ACCESS = {"user_id": 7, "offering": "spectrum", "reason": "A guest of the conference."}
ISSUE = {"offering": "spectrum", "count": 2, "sponsor": "Ministry of Posts"}
ASKED = {
    "list_offerings": asked("lena", query=COURSE),
    "get_offering": asked("lena", code="spectrum"),
    "quote": asked("lena", code="spectrum"),
    "room_place": asked("lena", code="full", nothing=_waiting),
    "join_room": asked("lena", code="full", nothing=_full, body={}),
    "leave_room": asked("lena", code="full", nothing=_waiting),
    "list_providers": asked("lena", order=_ordered),
    "quote_several": asked("lena", body={"lines": rest.lines("spectrum")}),
    "list_own_orders": asked("lena", nothing=_ordered),
    "place_order": asked("lena", body=rest.order_body()),
    "get_order": asked("lena", order=_ordered),
    "next_step": asked("lena", order=_paid),
    "start_payment": asked("lena", order=_ordered, body={"provider": "sandbox"}),
    "refund_offer": asked("lena", order=_paid),
    "get_refund_request": asked("lena", order=_asked_back),
    "ask_for_refund": asked("lena", order=_paid, body={"reason": "Ill."}),
    "take_waived_seat": asked("amina", body=_waived),
    "list_pools": asked("lena", nothing=_pool),
    "get_pool": asked("lena", pool=_pool),
    "list_own_invoices": asked("lena", nothing=_invoiced),
    "get_invoice": asked("lena", invoice=_invoiced),
    "get_invoice_of_order": asked("lena", order=_order_with_invoice),
    "list_own_entitlements": asked("lena", nothing=_paid),
    "has_entitlement": asked("lena", code="spectrum"),
    "redeem_seat_code": asked(
        "lena", body=lambda: {"offering": "spectrum", "code": make.seat_code()}
    ),
    "search_orders": asked("omar", "view_order", nothing=_ordered),
    "inspect_order": asked("omar", "view_order", "view_payment", order=_paid),
    "give_access_again": asked("omar", "grant_entitlement", order=_won, body={}),
    "refund": asked("omar", "refund_payment", order=_paid, body={"reason": "Ill."}),
    "list_refund_requests": asked("omar", "refund_payment", nothing=_asked_back),
    "grant_refund_request": asked("omar", "refund_payment", asked=_request, body={}),
    "refuse_refund_request": asked(
        "omar", "refund_payment", asked=_request, body={"note": "Too late."}
    ),
    "list_entitlements": asked("omar", "view_entitlement", query="?user_id=1"),
    "give_access": asked("omar", "grant_entitlement", body=ACCESS),
    "end_access": asked("omar", "grant_entitlement", right=_given, body={"reason": "Over."}),
    "list_seat_codes": asked("omar", "view_seatcode", nothing=_code),
    "issue_seat_codes": asked("omar", "issue_seat_codes", body=ISSUE),
    "revoke_seat_code": asked("omar", "revoke_seat_codes", code=_code, body={"because": "Lost."}),
    "list_payments": asked("omar", "view_payment", nothing=_paid),
    "list_refunds": asked("omar", "view_payment"),
    "list_waived_seats": asked("omar", "view_payment"),
    "list_returned_seats": asked("omar", "view_payment"),
    "list_disputes": asked("omar", "view_payment"),
    **fee_operations.ASKED,
}  # fmt: skip


class TestConformance:
    """Every documented operation, asked once, answers as the description says."""

    @pytest.fixture
    def document(self):
        return client_of("lena").get(ROOT + "openapi/").json()

    @staticmethod
    def operations(document):
        return {
            operation["operationId"]: (path, method, operation)
            for path, methods in document["paths"].items()
            for method, operation in methods.items()
        }

    def test_none_is_forgotten(self, document):
        assert set(self.operations(document)) == set(ASKED)

    @pytest.mark.parametrize("name", ASKED)
    def test_an_operation_answers_with_a_status_and_fields_of_its_description(self, name, document):
        # given
        path, method, operation = self.operations(document)[name]

        # when
        answer = ASKED[name].answer(method, path)

        # then
        assert answer.status_code < 300, answer.content
        told = operation["responses"][str(answer.status_code)].get("content", {})
        kinds = [answer["Content-Type"]] if answer.content else []
        assert kinds == list(told)
        if JSON not in told:
            return
        named = told[JSON]["schema"]["$ref"].rpartition("/")[2]
        fields = document["components"]["schemas"][named]["properties"]
        assert set(answer.json()) == set(fields)
