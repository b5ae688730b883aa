"""The REST API of waivers in the platform: its authenticators, its settings, its profiles."""

from __future__ import annotations

import json
from dataclasses import replace
from importlib import resources
from unittest import mock

from common.djangoapps.student.tests.factories import UserFactory
from django.core.cache.backends.locmem import LocMemCache
from django.test import TestCase
from openedx.core.djangoapps.oauth_dispatch.jwt import create_jwt_for_user
from openedx.core.djangoapps.oauth_dispatch.tests.factories import (
    AccessTokenFactory,
    ApplicationFactory,
)

from fairgate import clock
from waiver_policy import api
from waiver_policy.data import EditionFacts
from waiver_policy.selectors import offerings

ROOT = "/fairgate/waivers/api/v1/"
OFFERING = "spectrum-online"
PASSWORD = "Password1234"


class RestApi(TestCase):
    """Lists and the shipped policy, and a learner whose profile says Uganda."""

    def setUp(self):
        super().setUp()
        data = resources.files("waiver_policy") / "data"
        api.load_edition(
            (data / "ldc_sids.csv").read_text(encoding="utf-8"), file="ldc_sids.csv",
            source=EditionFacts(source="UN"), by="operator", known_from=clock.now(),
        )  # fmt: skip
        text = (data / "fairgate-default.yaml").read_text(encoding="utf-8")
        (policy,) = api.load_policy(text, file="default.yaml", by="operator", at=clock.now())
        api.activate_policy(policy.slug, by="operator", at=clock.now())
        seller = replace(offerings._seller, title_of=lambda code: "Spectrum")
        named = mock.patch.object(offerings, "_seller", seller)
        named.start()
        self.addCleanup(named.stop)
        self.learner = UserFactory(username="amina", password=PASSWORD, profile__country="UG")

    def ask(self, path, **headers):
        return self.client.get(ROOT + path, **headers)

    def test_a_stranger_and_a_false_token_are_401(self):
        for given in ({}, {"HTTP_AUTHORIZATION": "JWT a.b.c"}, {"HTTP_AUTHORIZATION": "Bearer x"}):
            answer = self.ask("applications/", **given)
            assert answer.status_code == 401, given
            assert answer["Content-Type"] == "application/problem+json"

    def test_a_session_a_jwt_and_a_bearer_token_are_the_same_person(self):
        path = f"decision/?offering={OFFERING}"
        bearer = AccessTokenFactory(user=self.learner, application=ApplicationFactory()).token
        answers = [
            self.ask(path, HTTP_AUTHORIZATION=f"JWT {create_jwt_for_user(self.learner)}"),
            self.ask(path, HTTP_AUTHORIZATION=f"Bearer {bearer}"),
        ]
        self.client.login(username="amina", password=PASSWORD)
        answers.append(self.ask(path))
        assert {answer.status_code for answer in answers} == {200}
        assert len({answer.content for answer in answers}) == 1
        assert answers[0].json()["outcome"] == "granted"
        assert answers[0].json()["rule"] == "ldc"

    def test_a_form_without_its_token_changes_nothing(self):
        client = self.client_class(enforce_csrf_checks=True)
        client.login(username="amina", password=PASSWORD)
        body = json.dumps({"offering": OFFERING, "note": "Please.", "is_true": True})
        answer = client.post(ROOT + "applications/", body, content_type="application/json")
        assert answer.status_code == 403

    def test_the_platforms_rates_do_not_count_here_and_ours_do(self):
        self.client.login(username="amina", password=PASSWORD)
        remembers = LocMemCache("rates", {})  # the platform's tests keep nothing in the default one
        kept = mock.patch("fairgate_rest.callers.Pace.cache", remembers)
        with kept, self.settings(FAIRGATE_API_RATES={"read": "1/minute"}):
            assert [self.ask("lists/").status_code for _ in range(2)] == [200, 429]

    def test_the_description_is_drawn_whatever_the_platform_draws_with(self):
        self.client.login(username="amina", password=PASSWORD)
        document = self.ask("openapi/").json()
        assert document["paths"]["/decision/"]["get"]["operationId"] == "decide"
