"""The REST API of fees in the platform: who signs in, what they pay, and an order of theirs."""

from __future__ import annotations

import json
from datetime import date
from uuid import uuid4

from common.djangoapps.student.tests.factories import UserFactory
from django.conf import settings
from django.contrib.auth.models import Permission
from django.test import TestCase, override_settings
from openedx.core.djangoapps.oauth_dispatch.jwt import create_jwt_for_user
from openedx.core.djangoapps.oauth_dispatch.tests.factories import (
    AccessTokenFactory,
    ApplicationFactory,
)

from fairgate.money import Money
from fairgate.payers import PayerClass
from fee_payments import api
from fee_payments.data import OfferingEntry, PriceEntry

ROOT = "/fairgate/fees/api/v1/"
OFFERING = "spectrum-online"
COURSE = "course-v1:ATC+SPECTRUM101+2026_T4"
PASSWORD = "Password1234"
ELSEWHERE = "https://apps.example.org/learner-dashboard/"


@override_settings(
    FEE_PAYMENTS_TEST_MODE=True,
    FEE_PAYMENTS_PROVIDERS={"sandbox": "fee_payments.providers.sandbox.Sandbox"},
    FEE_PAYMENTS_SANDBOX_SECRETS=("a-long-random-string",),
    LOGIN_REDIRECT_WHITELIST=["apps.example.org"],
)
class FeesRestApi(TestCase):
    """A fee of 120.00 USD, and a learner whose profile says Switzerland."""

    def setUp(self):
        super().setUp()
        price = PriceEntry(
            payer_class=PayerClass.INDIVIDUAL,
            amount=Money("120.00", "USD"),
            valid_from=date(2020, 1, 1),
        )
        api.set_offering(
            OfferingEntry(
                code=OFFERING, title="Spectrum", course_key=COURSE, prices=(price,), waivable=False
            )
        )
        self.learner = UserFactory(username="lena", password=PASSWORD, profile__country="CH")

    def ask(self, path, **headers):
        return self.client.get(ROOT + path, **headers)

    def tell(self, path, body, **headers):
        sent = json.dumps(body)
        return self.client.post(ROOT + path, sent, content_type="application/json", **headers)

    def order(self, quoted, **headers):
        body = {
            "lines": [{"offering": OFFERING}], "expected": quoted["breakdown"]["total"],
            "country": quoted["country"],
        }  # fmt: skip
        return self.tell("orders/", body, HTTP_IDEMPOTENCY_KEY=str(uuid4()), **headers)

    def test_a_stranger_and_a_false_token_are_401(self):
        for given in ({}, {"HTTP_AUTHORIZATION": "JWT a.b.c"}, {"HTTP_AUTHORIZATION": "Bearer x"}):
            answer = self.ask("orders/", **given)
            assert answer.status_code == 401, given
            assert answer["Content-Type"] == "application/problem+json"

    def test_a_session_a_jwt_and_a_bearer_token_are_quoted_the_same(self):
        path = f"offerings/{OFFERING}/quote/"
        bearer = AccessTokenFactory(user=self.learner, application=ApplicationFactory()).token
        answers = [
            self.ask(path, HTTP_AUTHORIZATION=f"JWT {create_jwt_for_user(self.learner)}"),
            self.ask(path, HTTP_AUTHORIZATION=f"Bearer {bearer}"),
        ]
        self.client.login(username="lena", password=PASSWORD)
        answers.append(self.ask(path))
        told = [answer.json() for answer in answers]
        assert [answer.status_code for answer in answers] == [200] * 3
        assert {one["breakdown"]["total"]["amount"] for one in told} == {"120.00"}
        assert {one["country"] for one in told} == {"CH"}

    def test_an_order_is_placed_with_a_jwt_and_paid_at_the_provider(self):
        jwt = {"HTTP_AUTHORIZATION": f"JWT {create_jwt_for_user(self.learner)}"}
        quoted = self.ask(f"offerings/{OFFERING}/quote/", **jwt).json()
        placed = self.order(quoted, **jwt)
        assert (placed.status_code, placed.json()["next_step"]) == (201, "pay")
        path = f"orders/{placed.json()['uuid']}/"
        evil = self.tell(f"{path}pay/", {"return_url": "https://evil.example/"}, **jwt)
        page = self.tell(f"{path}pay/", {"return_url": ELSEWHERE}, **jwt)
        assert (evil.status_code, page.status_code) == (400, 200), page.content
        assert "/fairgate/fees/sandbox/" in page.json()["url"]
        assert self.ask(f"{path}next-step/", **jwt).json()["next_step"] == "wait_for_payment"

    def test_an_order_is_placed_in_a_session_only_with_its_token(self):
        client = self.client_class(enforce_csrf_checks=True)
        client.login(username="lena", password=PASSWORD)
        body = json.dumps({"lines": [{"offering": OFFERING}]})
        key = {"HTTP_IDEMPOTENCY_KEY": "k"}
        answer = client.post(ROOT + "orders/", body, content_type="application/json", **key)
        assert answer.status_code == 403
        self.client.login(username="lena", password=PASSWORD)
        quoted = self.ask(f"offerings/{OFFERING}/quote/").json()
        assert self.order(quoted).status_code == 201

    def test_an_order_of_somebody_else_is_not_there_and_an_operator_finds_it(self):
        self.client.login(username="lena", password=PASSWORD)
        uuid = self.order(self.ask(f"offerings/{OFFERING}/quote/").json()).json()["uuid"]
        omar = UserFactory(username="omar", password=PASSWORD)
        omar.user_permissions.add(
            Permission.objects.get(codename="view_order", content_type__app_label="fee_payments")
        )
        jwt = {"HTTP_AUTHORIZATION": f"JWT {create_jwt_for_user(omar)}"}
        self.client.logout()
        assert self.ask(f"orders/{uuid}/", **jwt).status_code == 404
        (found,) = self.ask("administration/orders/", **jwt).json()["results"]
        assert (found["uuid"], found["user_id"]) == (uuid, self.learner.pk)
        assert self.ask("accounting/payments/", **jwt).status_code == 403

    def test_a_micro_frontend_may_send_a_key(self):
        assert settings.CORS_ALLOW_HEADERS.count("idempotency-key") == 1
        assert "use-jwt-cookie" in settings.CORS_ALLOW_HEADERS

    def test_the_description_is_drawn_whatever_the_platform_draws_with(self):
        self.client.login(username="lena", password=PASSWORD)
        document = self.ask("openapi/").json()
        assert document["paths"]["/orders/"]["post"]["operationId"] == "place_order"
