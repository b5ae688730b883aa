"""The REST API: who may ask what, what is answered, and what is told when it cannot be."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from unittest import mock
from uuid import uuid4

import pytest
from cryptography.fernet import Fernet
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.test import Client
from django.urls import reverse
from django.utils import translation
from drf_spectacular import drainage
from drf_spectacular.drainage import GeneratorStats
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.validation import validate_schema

from factories import papers
from factories import waiver_policy as make
from fairgate import clock
from fairgate.documents import MAX_BYTES
from fairgate.money import Money
from fairgate_rest import problems, views
from fairgate_rest.bodies import MAX_BODY
from fairgate_rest.callers import Session
from waiver_policy import api, compat, models, wording
from waiver_policy.data import DocumentFault, DocumentKind
from waiver_policy.exceptions import (
    DocumentRefused,
    FundEmpty,
    InvalidNomination,
    InvalidReview,
    NominationFault,
    ReviewFault,
)
from waiver_policy.forms import TRUTH_VERSION
from waiver_policy.management.commands.waiver_policy_lists import _moment
from waiver_policy.rest import urls
from waiver_policy.rest.faults import STATUSES
from waiver_policy.views_documents import InMemory

pytestmark = pytest.mark.django_db(transaction=True)

ROOT = "/fairgate/waivers/api/v1/"
COUNTRIES = {"amina": "UG", "maria": "GU", "lena": "CH"}


@pytest.fixture(autouse=True)
def on_the_eve(monkeypatch, sell):
    """It is the eve, lists and policy are loaded, and the platform knows these people."""
    monkeypatch.setattr(clock, "_source", lambda: make.EVE)
    people = get_user_model()._default_manager
    country_of = lambda user_id: COUNTRIES.get(people.get(pk=user_id).username, "")  # noqa: E731
    monkeypatch.setattr(compat, "profile_country", country_of)
    make.programme()
    sell(title_of=lambda code: "Spectrum" if code == make.COURSE else "")


def person(name, *permissions, **fields):
    user, _ = get_user_model().objects.get_or_create(username=name, defaults=fields)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    return user


def client_of(name, *permissions, **options):
    client = Client(**options)
    client.force_login(person(name, *permissions))
    return client


def post(client, path, body, **headers):
    text = body if isinstance(body, str | bytes) else json.dumps(body)
    return client.post(ROOT + path, text, content_type="application/json", **headers)


def applied(name="maria"):
    """The application of somebody whose case a person has to look at."""
    user = person(name)
    return api.apply(
        make.applicant(user.pk, COUNTRIES[name]), offering_code=make.COURSE, note="Please.",
        at=make.EVE,
    )  # fmt: skip


READABLE = ["lists/", "lists/LDC/members/", f"decision/?offering={make.COURSE}", "applications/",
            "countries/", "facts/", "openapi/"]  # fmt: skip
WITH_PERMISSION = {
    "policies/": "view_policyversion",
    "review/": "review_application",
    "funds/USD/": "view_waiverfund",
    "funds/USD/entries/": "view_fundentry",
    "lists/contested/": "view_listmembership",
    "proposals/": "view_editionproposal",
    "credits/": "view_manualcredit",
}


class TestWho:
    @pytest.mark.parametrize("path", [*READABLE, *WITH_PERMISSION])
    def test_a_stranger_is_asked_to_sign_in(self, path):
        answer = Client().get(ROOT + path)
        assert answer.status_code == 401
        assert answer["WWW-Authenticate"]
        assert answer["Content-Type"] == "application/problem+json"

    @pytest.mark.parametrize("path", READABLE)
    def test_who_is_signed_in_reads_what_is_theirs_or_public(self, path):
        answer = client_of("lena").get(ROOT + path)
        assert answer.status_code == 200
        assert "no-store" in answer["Cache-Control"]

    @pytest.mark.parametrize(("path", "permission"), WITH_PERMISSION.items())
    def test_the_rest_takes_a_permission_of_its_own(self, path, permission):
        others = set(WITH_PERMISSION.values()) - {permission}
        assert client_of("lena", *others).get(ROOT + path).status_code == 403
        assert client_of("omar", permission).get(ROOT + path).status_code == 200

    def test_f24_an_application_is_there_for_its_learner_and_for_reviewers_only(self):
        path = f"{ROOT}applications/{applied().uuid}/"
        assert client_of("maria").get(path).json()["note"] == "Please."
        assert client_of("rita", "review_application").get(path).json()["country"] == "GU"
        for stranger in ("lena", "teacher"):
            assert client_of(stranger).get(path).status_code == 404
            assert client_of(stranger).get(path + "messages/").status_code == 404

    def test_the_learner_does_not_read_what_reviewers_keep(self):
        own = client_of("maria").get(f"{ROOT}applications/{applied().uuid}/").json()
        assert not {"user_id", "country", "proposed_percent", "awaiting_reason"} & set(own)

    def test_the_learner_reads_until_when_it_is_their_turn_and_why_it_was_refused(self):
        # given
        one = applied()
        path = f"{ROOT}applications/{one.uuid}/"
        maria = client_of("maria")

        # when
        api.ask_for_more(one.uuid, by=99, question="Where do you live?", at=make.EVE)
        asked = maria.get(path).json()
        api.refuse(one.uuid, by=99, reason="", code="not_proven", at=make.EVE)
        refused = maria.get(path).json()

        # then
        found = api.get_application(one.uuid)
        assert date.fromisoformat(asked["answer_until"]) > make.EVE.date()
        assert (asked["refusal_code"], asked["appeal_until"]) == ("", None)
        assert refused["refusal_code"] == "not_proven"
        assert refused["appeal_until"] == found.appeal_until.isoformat()

    def test_a_second_person_reads_what_the_first_proposes(self, settings, sell):
        settings.WAIVER_POLICY_TWO_PEOPLE_ABOVE = {"USD": "100.00"}
        sell(worth_of=lambda code: [Money("5000.00", "USD")])
        path = f"applications/{applied().uuid}/"
        first = client_of("rita", "review_application")
        body = {"reason": "Teaches radio.", "read": 0, "percent": "80"}
        answer = post(first, path.replace("applications", "review") + "approve/", body)
        assert answer.json()["state"] == "proposed"
        seen = client_of("rose", "review_application").get(ROOT + path).json()
        proposal = seen["awaiting_percent"], seen["awaiting_reason"], seen["message_count"]
        assert proposal == ("80", "Teaches radio.", 0)

    def test_f25_a_browser_without_the_token_of_the_form_changes_nothing(self):
        client = client_of("maria", enforce_csrf_checks=True)
        body = {"offering": make.COURSE, "note": "Please.", "is_true": True}
        assert post(client, "applications/", body).status_code == 403
        assert models.WaiverApplication.objects.count() == 0

    def test_a_reviewer_who_is_locked_out_decides_nothing(self):
        one = applied()
        client = client_of("rita", "review_application")
        get_user_model().objects.filter(username="rita").update(is_active=False)
        body = {"reason": "Good.", "read": 0}
        assert post(client, f"review/{one.uuid}/approve/", body).status_code in (401, 403)
        assert api.get_application(one.uuid).state == "submitted"


class TestLists:
    def test_members_are_those_of_a_day(self):
        client = client_of("lena")
        on_the_list = client.get(f"{ROOT}lists/LDC/members/?on=2026-11-23&page_size=100").json()
        afterwards = client.get(f"{ROOT}lists/LDC/members/?on=2026-11-24&page_size=100").json()
        assert (on_the_list["count"], afterwards["count"]) == (44, 41)
        laos = next(row for row in on_the_list["results"] if row["country"] == "LA")
        assert (laos["until_date"], laos["edition"]) == ("2026-11-24", "LDC-1")

    def test_members_are_those_that_were_known(self):
        before = "2026-07-01T00:00:00Z"
        answer = client_of("lena").get(f"{ROOT}lists/LDC/members/?known_at={before}")
        assert answer.json()["count"] == 0

    def test_a_day_of_knowledge_is_its_end_as_for_the_command(self):
        # given: what became known in the morning of a day
        morning = make.LONG_AGO
        path = f"{ROOT}lists/LDC/members/?known_at="
        client = client_of("lena")

        # when
        then = client.get(f"{path}{morning:%Y-%m-%d}").json()["count"]
        before = client.get(f"{path}{morning - timedelta(days=1):%Y-%m-%d}").json()["count"]

        # then
        assert (then > 0, before) == (True, 0)
        assert _moment(f"{morning:%Y-%m-%d}") == clock.end_of(morning.date())

    @pytest.mark.parametrize(
        ("path", "status", "said"),
        [
            ("lists/OECD/members/", 404, "“OECD” is not a list we know"),
            ("lists/LDC/members/?on=24.11.2026", 400, "YYYY-MM-DD"),
            ("lists/LDC/members/?day=2026-11-24", 400, "known are: on, known_at"),
            (
                "lists/LDC/members/?known_at=2026-11-23T12:00",
                400,
                "a zone, like 2026-11-23T12",
            ),
            ("lists/?page=9", 404, "Invalid page"),
            ("lists/?lst=LDC", 400, "known are: page, page_size"),
            ("funds/USD/?of=2026", 400, "known are: none"),
            ("openapi/?version=2", 400, "known are: none"),
            ("funds/XXX/", 404, "XXX"),
        ],
    )
    def test_what_cannot_be_answered_is_told(self, path, status, said):
        client = client_of("omar", "view_waiverfund")
        answer = client.get(ROOT + path)
        assert answer.status_code == status
        assert answer.json()["status"] == status
        assert said in json.dumps(answer.json(), ensure_ascii=False)

    def test_f28_a_page_has_a_hundred_rows_at_most(self):
        answer = client_of("lena").get(f"{ROOT}lists/SIDS/members/?page_size=100000").json()
        assert len(answer["results"]) == min(100, answer["count"])


class TestDecision:
    def test_says_what_the_pages_say(self):
        answer = client_of("amina").get(f"{ROOT}decision/?offering={make.COURSE}").json()
        user = get_user_model().objects.get(username="amina")
        decision = api.decide(make.applicant(user.pk, "UG"), offering_code=make.COURSE, at=make.EVE)
        assert (answer["outcome"], answer["percent"]) == ("granted", "100")
        assert tuple(answer["sentences"]) == api.explain(decision)
        assert answer["decided_on"] == date(2026, 11, 23).isoformat()

    @pytest.mark.parametrize("code", ["nobody-sells-this", "a%00b", "x" * 101])
    def test_of_an_unknown_offering_is_not_there(self, code):
        answer = client_of("amina").get(f"{ROOT}decision/?offering={code}")
        assert answer.status_code in (400, 404)


class TestApplying:
    BODY = {"offering": make.COURSE, "note": "Please.", "is_true": True}

    def test_twice_is_one_application(self):
        client = client_of("maria")
        first, second = (post(client, "applications/", self.BODY) for _ in range(2))
        assert (first.status_code, second.status_code) == (201, 200)
        assert first.json()["uuid"] == second.json()["uuid"]
        assert client.get(ROOT + "applications/").json()["count"] == 1

    def test_is_not_needed_by_who_has_the_waiver(self):
        answer = post(client_of("amina"), "applications/", self.BODY)
        assert (answer.status_code, answer.json()["code"]) == (409, "AlreadyEligible")

    @pytest.mark.parametrize(
        ("body", "said"),
        [
            (BODY | {"percent": "100"}, "percent"),
            (BODY | {"user_id": 1}, "user_id"),
            (BODY | {"is_true": False}, "is_true"),
            (BODY | {"note": ""}, "note"),
            (BODY | {"note": "x" * 4001}, "note"),
            ({"offering": make.COURSE}, "note"),
            ([BODY], "errors"),
            ("{", "not JSON"),
            (b"\xff\xfe", "not JSON"),
            ('{"offering": NaN}', "not JSON"),
            ('{"note": "a", "note": "b"}', "“note” stands there twice"),
            ('{"\\ud800": 1}', "half of a character"),
            ('{"\\ud800": 1, "\\ud800": 2}', "stands there twice"),
            ('{"note": "\\ud800"}', "half of a character"),
            ("[" * 30_000, "nested too deeply"),
            (json.dumps({"note": "x" * MAX_BODY}), f"more than {MAX_BODY} bytes"),
        ],
    )  # fmt: skip
    def test_f28_what_is_no_application_is_refused_with_a_sentence(self, body, said):
        answer = post(client_of("maria"), "applications/", body)
        assert answer.status_code == 400
        assert said in json.dumps(answer.json(), ensure_ascii=False)
        assert models.WaiverApplication.objects.count() == 0

    def test_an_answer_is_taken_when_something_is_asked_and_only_from_the_learner(self):
        one = applied()
        path = f"applications/{one.uuid}/messages/"
        out_of_turn = post(client_of("maria"), path, {"text": "I live there."})
        api.ask_for_more(one.uuid, by=99, question="Where do you live?", at=make.EVE)

        stranger = post(client_of("lena"), path, {"text": "In Guam."})
        answer = post(client_of("maria"), path, {"text": "In Guam."})

        assert (out_of_turn.status_code, stranger.status_code) == (409, 404)
        assert answer.json()["state"] == "submitted"
        assert post(client_of("maria"), path + "?a=1", {"text": "x"}).status_code == 400
        said = client_of("maria").get(ROOT + path).json()["results"]
        assert [one["text"] for one in said] == ["Where do you live?", "In Guam."]


class TestReviewing:
    def test_approves_with_the_percentage_that_the_rule_proposes(self):
        one = applied()
        client = client_of("rita", "review_application")
        answer = post(client, f"review/{one.uuid}/approve/", {"reason": "Good.", "read": 0})
        assert answer.status_code == 200
        assert (answer.json()["state"], answer.json()["percent"]) == ("approved", "50")

    @pytest.mark.parametrize(
        ("action", "body", "status"),
        [
            ("approve", {"reason": "Good.", "read": 0, "percent": "0"}, 400),
            ("approve", {"reason": "Good.", "read": 0, "percent": "101"}, 400),
            ("approve", {"reason": "Good.", "read": 0, "percent": "１０"}, 400),
            ("approve", {"reason": " ", "read": 0}, 400),
            ("refuse", {"reason": "No.", "read": 1}, 409),
            ("refuse", {"reason": "No."}, 400),
            ("ask", {"reason": "", "read": 0}, 400),
        ],
    )
    def test_a_review_that_lacks_something_changes_nothing(self, action, body, status):
        one = applied()
        client = client_of("rita", "review_application")
        assert post(client, f"review/{one.uuid}/{action}/", body).status_code == status
        assert api.get_application(one.uuid).state == "submitted"

    @pytest.mark.parametrize("action", ["approve", "refuse", "ask"])
    def test_only_reviewers_review_and_nobody_their_own(self, action):
        one = applied()
        body = {"reason": "Good.", "read": 0}
        assert post(client_of("lena"), f"review/{one.uuid}/{action}/", body).status_code == 403
        own = client_of("maria", "review_application")
        assert post(own, f"review/{one.uuid}/{action}/", body).status_code == 403
        assert api.get_application(one.uuid).state == "submitted"

    def test_twice_is_told(self):
        one = applied()
        client = client_of("rita", "review_application")
        for status in (200, 409):
            answer = post(client, f"review/{one.uuid}/refuse/", {"reason": "No.", "read": 0})
            assert answer.status_code == status

    def test_an_application_that_is_not_there_is_told(self):
        client = client_of("rita", "review_application")
        answer = post(client, f"review/{uuid4()}/refuse/", {"reason": "No.", "read": 0})
        assert (answer.status_code, answer.json()["code"]) == (404, "UnknownApplication")

    def test_the_queue_shows_nobody_what_they_have_asked_for_themselves(self):
        one = applied()
        own = client_of("maria", "review_application").get(f"{ROOT}review/").json()
        other = client_of("rita", "review_application").get(f"{ROOT}review/").json()
        assert (own["found"], own["results"]) == (0, [])
        assert [row["uuid"] for row in other["results"]] == [str(one.uuid)]

    def test_the_queue_is_asked_by_state(self):
        applied()
        client = client_of("rita", "review_application")
        assert client.get(f"{ROOT}review/?state=submitted").json()["found"] == 1
        assert client.get(f"{ROOT}review/?state=refused").json()["found"] == 0
        assert client.get(f"{ROOT}review/?state=lost").status_code == 400
        assert client.get(f"{ROOT}review/?page=0").status_code == 400
        asked = client.get(f"{ROOT}review/?whose=nobody&country=GU&older_than=0").json()
        assert [one["country"] for one in asked["results"]] == ["GU"]


#: What a program is told: 400 another request helps, 403 another person, 409 another time.
FAULTS = {
    InvalidReview: {
        400: {
            "no_reason", "unknown_code", "no_percent", "other_percent", "price_of_no_use",
        },
        403: {
            "own", "second_person", "same_organisation", "same_administration",
            "declared_conflict", "decided_before",
        },
        409: {"taken", "ranked_later", "no_ticket"},
    },
    InvalidNomination: {
        400: {"unknown_person", "rank_missing", "unknown_kind", "no_item"},
        403: {"no_focal_point", "state_not_eligible", "own"},
        409: {
            "not_open", "too_late", "already_nominated", "rank_taken", "state_full",
            "person_full", "ticket_needed",
        },
    },
}  # fmt: skip


class TestFaults:
    @pytest.mark.parametrize(
        ("error", "status", "faults"),
        [(error, *told) for error, statuses in FAULTS.items() for told in statuses.items()],
    )
    def test_each_has_the_status_of_who_or_what_can_mend_it(self, error, status, faults):
        told = [problems.answer(error(fault), STATUSES) for fault in sorted(faults)]
        assert {answer.status_code for answer in told} == {status}
        assert [answer.data["fault"] for answer in told] == sorted(faults)

    @pytest.mark.parametrize(
        ("error", "kinds"), [(InvalidReview, ReviewFault), (InvalidNomination, NominationFault)]
    )
    def test_none_is_forgotten(self, error, kinds):
        assert set.union(*FAULTS[error].values()) == set(kinds)
        assert STATUSES[error].keys() == set(kinds)

    def test_who_has_a_conflict_of_interest_is_told_that_it_takes_another_person(self):
        one = applied()
        api.hand_back(one.uuid, by=person("rita").pk, at=make.EVE, has_conflict=True)
        client = client_of("rita", "review_application")
        answer = post(client, f"review/{one.uuid}/refuse/", {"reason": "No.", "read": 0})
        told = answer.json()
        assert (told["status"], told["fault"]) == (403, "declared_conflict")
        assert told["detail"] == "This reviewer has declared a conflict of interest."
        assert api.get_application(one.uuid).state == "submitted"

    def test_what_another_reads_is_told_to_be_for_later(self):
        one = applied()
        api.take(one.uuid, by=person("rose").pk, at=make.EVE)
        client = client_of("rita", "review_application")
        answer = post(client, f"review/{one.uuid}/refuse/", {"reason": "No.", "read": 0})
        assert (answer.status_code, answer.json()["fault"]) == (409, "taken")
        assert api.get_application(one.uuid).state == "submitted"


class TestReading:
    """Who reads an application, and who does so no longer."""

    def test_a_reviewer_takes_one_and_another_cannot_until_it_is_handed_back(self):
        # given
        one = applied()
        rita = client_of("rita", "review_application")
        rose = client_of("rose", "review_application")

        # when
        taken = post(rita, f"review/{one.uuid}/take/", {})
        refused = post(rose, f"review/{one.uuid}/take/", {})
        back = post(rita, f"review/{one.uuid}/hand-back/", {})

        # then
        assert taken.json()["assigned_to"] == person("rita").pk
        assert (refused.status_code, refused.json()["fault"]) == (409, "taken")
        assert (back.status_code, back.content) == (204, b"")
        assert post(rose, f"review/{one.uuid}/take/", {}).status_code == 200

    def test_the_next_one_is_taken_until_there_is_none_for_this_reviewer(self):
        one = applied()
        own = client_of("maria", "review_application")
        assert post(own, "review/next/", {}).status_code == 204
        rita = client_of("rita", "review_application")
        assert post(rita, "review/next/", {}).json()["uuid"] == str(one.uuid)
        assert post(rita, "review/next/", {}).status_code == 204

    def test_whoever_declares_a_conflict_never_takes_it_again(self):
        one = applied()
        rita = client_of("rita", "review_application")
        post(rita, f"review/{one.uuid}/hand-back/", {"has_conflict": True})
        again = post(rita, f"review/{one.uuid}/take/", {})
        assert (again.status_code, again.json()["fault"]) == (403, "declared_conflict")
        assert post(rita, "review/next/", {}).status_code == 204

    def test_a_second_person_sends_back_what_the_first_proposed(self, settings, sell):
        # given
        settings.WAIVER_POLICY_TWO_PEOPLE_ABOVE = {"USD": "100.00"}
        sell(worth_of=lambda code: [Money("5000.00", "USD")])
        one = applied()
        rita = client_of("rita", "review_application")
        rose = client_of("rose", "review_application")
        path = f"review/{one.uuid}/send-back/"

        # when
        early = post(rose, path, {"read": 0})
        post(rita, f"review/{one.uuid}/approve/", {"reason": "Teaches.", "read": 0})
        unread = post(rose, path, {"read": 1})
        done = post(rose, path, {"read": 0})

        # then
        assert (early.status_code, unread.status_code) == (409, 409)
        assert (done.status_code, done.json()["state"]) == (200, "submitted")

    @pytest.mark.parametrize(
        ("action", "body"), [("take", {}), ("send-back", {"read": 0}), ("hand-back", {})]
    )
    def test_is_for_reviewers_and_of_what_is_there(self, action, body):
        one = applied()
        assert post(client_of("lena"), f"review/{one.uuid}/{action}/", body).status_code == 403
        rita = client_of("rita", "review_application")
        assert post(rita, f"review/{uuid4()}/{action}/", body).status_code == 404
        wrong = post(rita, f"review/{one.uuid}/{action}/", body | {"why": "x"})
        assert (wrong.status_code, list(wrong.json()["errors"])) == (400, ["why"])
        assert api.get_application(one.uuid).assigned_to is None

    @pytest.mark.parametrize(("action", "body"), [("take", {}), ("send-back", {"read": 0})])
    def test_nobody_reads_their_own_as_a_reviewer(self, action, body):
        one = applied()
        own = client_of("maria", "review_application")
        answer = post(own, f"review/{one.uuid}/{action}/", body)
        assert (answer.status_code, answer.json()["fault"]) == (403, "own")
        assert api.get_application(one.uuid).assigned_to is None

    def test_the_next_one_is_for_reviewers(self):
        assert post(client_of("lena"), "review/next/", {}).status_code == 403


NAMING = {"offering": make.COURSE, "person": "ana", "kind": "full", "rank": 1}
OFFICE = "administration/nominations/"


class TestNominating:
    @pytest.fixture(autouse=True)
    def call(self):
        person("ana", email="ana@example.org")
        person("ben", email="ben@example.org")
        make.focal_point(person("foka").pk, "LA")
        return make.call()

    @pytest.fixture
    def named(self):
        """The nomination of ana, by its uuid."""
        return post(client_of("foka"), OFFICE, NAMING).json()["uuid"]

    def test_a_focal_point_reads_the_calls_of_their_state(self):
        make.call("other")
        models.NominationCall.objects.filter(offering_code="other").update(countries=["NP"])
        (one,) = client_of("foka").get(f"{ROOT}administration/calls/").json()["results"]
        assert one == {
            "offering": make.COURSE, "policy": "fellowship v1", "event_on": "2027-02-15",
            "opens_at": "2026-08-01T09:00:00Z", "closes_at": "2026-12-01T00:00:00Z",
        }  # fmt: skip

    def test_a_focal_point_names_somebody_who_accepts(self):
        # given
        foka, ana = client_of("foka"), client_of("ana")

        # when
        named = post(foka, OFFICE, NAMING)
        (mine,) = ana.get(f"{ROOT}nominations/").json()["results"]
        done = post(ana, f"nominations/{mine['uuid']}/accept/", {"is_true": True})
        (theirs,) = foka.get(ROOT + OFFICE).json()["results"]

        # then
        assert named.status_code == 201
        assert named.json() == {
            "uuid": mine["uuid"], "offering": make.COURSE, "person": "ana", "kind": "full",
            "item": "", "rank": 1, "state": "nominated", "nominated_at": "2026-11-23T12:00:00Z",
        }  # fmt: skip
        assert (mine["country"], mine["state"], mine["application"]) == ("LA", "nominated", None)
        assert (done.status_code, done.json()["state"]) == (201, "submitted")
        assert theirs["state"] == "accepted"
        row = models.WaiverApplication.objects.get()
        assert (str(row.uuid), row.truth_version) == (done.json()["uuid"], TRUTH_VERSION)

    def test_who_accepts_says_that_it_is_true(self, named):
        answer = post(client_of("ana"), f"nominations/{named}/accept/", {"is_true": False})
        assert (answer.status_code, list(answer.json()["errors"])) == (400, ["is_true"])
        assert api.get_nomination(named).state == "nominated"

    def test_who_is_nominated_declines_once(self, named):
        ana, path = client_of("ana"), f"nominations/{named}/decline/"
        assert post(ana, path, {}).json()["state"] == "declined"
        assert post(ana, path, {}).status_code == 409

    def test_a_state_replaces_and_withdraws(self, named):
        foka = client_of("foka")
        ben = post(foka, OFFICE, NAMING | {"person": "ben@example.org", "instead_of": named})
        path = f"{OFFICE}{ben.json()['uuid']}/withdraw/"
        assert (ben.json()["person"], api.get_nomination(named).state) == ("ben", "replaced")
        assert post(foka, path, {}).json()["state"] == "withdrawn"
        assert post(foka, path, {}).status_code == 409

    @pytest.mark.parametrize(
        ("body", "status", "said"),
        [
            ({"person": "nobody"}, 400, "unknown_person"),
            ({"person": "foka"}, 403, "own"),
            ({"rank": 0}, 400, "rank_missing"),
            ({"kind": "partial", "item": "hotel"}, 400, "no_item"),
            ({"kind": "half"}, 400, "kind"),
            ({"offering": "other"}, 409, "not_open"),
            ({"instead_of": str(uuid4())}, 404, "UnknownNomination"),
            ({"state": "LA"}, 400, "state"),
        ],
    )
    def test_what_cannot_be_nominated_is_told(self, body, status, said):
        answer = post(client_of("foka"), OFFICE, NAMING | body)
        assert answer.status_code == status
        assert said in json.dumps(answer.json())
        assert not models.Nomination.objects.exists()

    def test_a_state_that_has_used_its_nominations_is_told_so(self, named):
        answer = post(client_of("foka"), OFFICE, NAMING | {"person": "ben", "rank": 2})
        assert (answer.status_code, answer.json()["fault"]) == (409, "state_full")
        assert models.Nomination.objects.count() == 1

    def test_after_the_deadline_it_is_too_late(self, named, monkeypatch):
        monkeypatch.setattr(clock, "_source", lambda: make.CLOSES)
        answer = post(client_of("foka"), f"{OFFICE}{named}/withdraw/", {})
        assert (answer.status_code, answer.json()["fault"]) == (409, "too_late")

    @pytest.mark.parametrize("path", ["administration/calls/", OFFICE])
    def test_who_is_no_focal_point_reads_nothing_of_a_state(self, named, path):
        answer = client_of("lena").get(ROOT + path)
        assert (answer.status_code, answer.json()["fault"]) == (403, "no_focal_point")
        assert Client().get(ROOT + path).status_code == 401

    def test_who_is_no_focal_point_names_and_withdraws_nobody(self, named):
        lena = client_of("lena")
        for path, body in ((OFFICE, NAMING), (f"{OFFICE}{named}/withdraw/", {})):
            answer = post(lena, path, body)
            assert (answer.status_code, answer.json()["fault"]) == (403, "no_focal_point")
        assert api.get_nomination(named).state == "nominated"

    def test_another_state_finds_no_nomination_of_this_one(self, named):
        make.focal_point(person("nora").pk, "NP")
        nora = client_of("nora")
        assert nora.get(ROOT + OFFICE).json()["results"] == []
        assert post(nora, f"{OFFICE}{named}/withdraw/", {}).status_code == 404
        assert api.get_nomination(named).state == "nominated"

    @pytest.mark.parametrize("action", ["accept", "decline"])
    def test_nobody_else_answers_for_who_is_nominated(self, named, action):
        body = {"is_true": True} if action == "accept" else {}
        answer = post(client_of("lena"), f"nominations/{named}/{action}/", body)
        assert (answer.status_code, answer.json()["code"]) == (404, "UnknownNomination")
        assert client_of("lena").get(f"{ROOT}nominations/").json()["count"] == 0
        assert api.get_nomination(named).state == "nominated"


class SessionOfThePlatform(Session):
    """Checks the token as the platform's class does: on Django's own request."""

    def authenticate(self, request):
        self.enforce_csrf(request._request)
        return request._request.user, None


class TestDocuments:
    @pytest.fixture(autouse=True)
    def place(self, settings, tmp_path):
        """A private folder for papers, and a key; nothing that is sent may lie elsewhere."""
        sent = tmp_path / "sent"
        sent.mkdir()
        settings.FILE_UPLOAD_TEMP_DIR = str(sent)
        settings.FILE_UPLOAD_HANDLERS = [
            "django.core.files.uploadhandler.TemporaryFileUploadHandler"
        ]
        settings.WAIVER_POLICY_DOCUMENTS = {"OPTIONS": {"location": str(tmp_path / "papers")}}
        settings.WAIVER_POLICY_DOCUMENT_KEYS = [Fernet.generate_key().decode()]
        return tmp_path

    @pytest.fixture
    def one(self):
        return applied()

    def send(self, one, content=None, *, client=None, **fields):
        file = SimpleUploadedFile("me.pdf", papers.pdf() if content is None else content)
        told = {"kind": "school_letter", "file": file} | fields
        client = client or client_of("maria")
        return client.post(f"{ROOT}applications/{one.uuid}/documents/", told)

    def test_a_learner_sends_one_and_a_reviewer_downloads_it(self, one):
        # when
        sent = self.send(one)
        rita = client_of("rita", "review_application")
        (listed,) = rita.get(f"{ROOT}applications/{one.uuid}/documents/").json()["results"]
        answer = rita.get(f"{ROOT}documents/{listed['uuid']}/", HTTP_ACCEPT="application/pdf")

        # then
        assert (sent.status_code, sent.json()["uuid"]) == (201, listed["uuid"])
        assert (listed["kind"], listed["size"], listed["is_repeated"]) == (
            "school_letter", len(papers.pdf()), False,
        )  # fmt: skip
        assert (answer.status_code, answer.content) == (200, papers.pdf())
        assert models.DocumentReading.objects.get().by == person("rita").pk

    def test_f28_files_are_counted_by_themselves_on_the_page_and_here(self, one, settings):
        # given
        settings.FAIRGATE_API_RATES = {"upload": "2/minute"}
        client = client_of("maria")
        page = reverse("waiver_policy:documents", args=[one.uuid])

        # when
        first = self.send(one, papers.EXE, client=client)
        client.post(page, {})
        third = self.send(one, client=client)

        # then
        assert (first.status_code, third.status_code) == (400, 429)
        assert 0 < int(third["Retry-After"]) <= 61
        assert client.get(f"{ROOT}applications/{one.uuid}/documents/").json()["count"] == 0

    def test_a_download_is_a_file_that_nothing_opens_or_keeps(self, one):
        uuid = self.send(one).json()["uuid"]
        answer = client_of("maria").get(f"{ROOT}documents/{uuid}/")
        assert answer["Content-Type"] == "application/pdf"
        assert answer["Content-Disposition"].startswith("attachment; filename=")
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
        assert "no-store" in answer["Cache-Control"]

    def test_the_learner_does_not_read_what_reviewers_see_of_it(self, one):
        self.send(one)
        path = f"{ROOT}applications/{one.uuid}/documents/"
        (listed,) = client_of("maria").get(path).json()["results"]
        assert not {"is_repeated", "for_minor", "user_id"} & set(listed)

    def test_the_learner_takes_one_back_and_nobody_else_does(self, one):
        uuid = self.send(one).json()["uuid"]
        path = f"{ROOT}documents/{uuid}/"
        for other in (client_of("lena"), client_of("rita", "review_application")):
            assert other.delete(path).status_code == 404
        maria = client_of("maria")
        assert maria.delete(path).status_code == 204
        assert maria.get(path).status_code == 404
        (left,) = maria.get(f"{ROOT}applications/{one.uuid}/documents/").json()["results"]
        assert (left["deleted_at"], left["delete_reason"]) == ("2026-11-23T12:00:00Z", "learner")

    def test_f24_a_paper_is_there_for_its_learner_and_for_reviewers_only(self, one):
        uuid = self.send(one).json()["uuid"]
        for stranger in (client_of("lena"), client_of("teacher")):
            assert stranger.get(f"{ROOT}documents/{uuid}/").status_code == 404
            path = f"{ROOT}applications/{one.uuid}/documents/"
            assert stranger.get(path).status_code == 404
            assert self.send(one, client=stranger).status_code == 404
        assert self.send(one, client=client_of("rita", "review_application")).status_code == 404
        assert Client().get(f"{ROOT}documents/{uuid}/").status_code == 401
        assert models.ApplicationDocument.objects.count() == 1
        assert not models.DocumentReading.objects.exists()

    def test_who_has_a_conflict_of_interest_downloads_none(self, one):
        uuid = self.send(one).json()["uuid"]
        rita = client_of("rita", "review_application")
        post(rita, f"review/{one.uuid}/hand-back/", {"has_conflict": True})
        assert rita.get(f"{ROOT}documents/{uuid}/").status_code == 404
        assert not models.DocumentReading.objects.exists()

    @pytest.mark.parametrize(
        ("content", "fields", "status", "said"),
        [
            (papers.HTML, {}, 400, "This file is a web page. Please send a PDF"),
            (b"", {}, 400, "empty"),
            (None, {"kind": "poem"}, 400, "kind"),
            (None, {"percent": "100"}, 400, "percent"),
            (None, {"file": "words"}, 400, "file"),
            (None, {"kind": "identity"}, 400, "guardian"),
            (None, {"kind": "identity", "says_minor": "true"}, 400, "guardian"),
        ],
    )
    def test_what_is_no_document_is_refused_with_its_reason(
        self, one, content, fields, status, said
    ):
        answer = self.send(one, content, **fields)
        assert answer.status_code == status
        assert said in json.dumps(answer.json())
        assert not models.ApplicationDocument.objects.exists()

    def test_what_is_wrong_with_a_file_is_told_as_on_the_page_in_the_readers_language(self, one):
        maria = client_of("maria", HTTP_ACCEPT_LANGUAGE="fr")
        answer = self.send(one, b"", client=maria)
        with translation.override("fr"):
            said = wording.document_fault(DocumentRefused(DocumentFault.EMPTY))
        assert (answer.json()["fault"], answer.json()["detail"]) == ("empty", said)
        assert said.startswith("Ce fichier")

    def test_the_same_file_again_is_the_document_that_is_there(self, one):
        first, second = self.send(one), self.send(one)
        assert (first.status_code, second.status_code) == (201, 200)
        assert first.json() == second.json()

    @pytest.mark.parametrize("fields", [{"says_minor": "false"}, {"guardian_agrees": "true"}])
    def test_an_identity_document_is_taken_of_who_is_of_age_or_may(self, one, fields):
        assert self.send(one, kind="identity", **fields).status_code == 201

    @pytest.mark.parametrize("larger", [1, MAX_BODY * 2])
    def test_f28_what_is_too_large_is_neither_kept_nor_read_on(
        self, one, settings, place, monkeypatch, larger
    ):
        # given
        settings.WAIVER_POLICY_DOCUMENT_MAX_BYTES = 1000
        kept = []
        taken = InMemory.receive_data_chunk
        monkeypatch.setattr(
            InMemory, "receive_data_chunk",
            lambda self, raw, start: kept.append(len(raw)) or taken(self, raw, start),
        )  # fmt: skip

        # when
        answer = self.send(one, b"x" * (1000 + larger))

        # then
        assert (answer.status_code, answer.json()["fault"]) == (413, "too_large")
        assert (sum(kept) > 0) == (larger == 1)
        assert not models.ApplicationDocument.objects.exists()
        assert [path for path in place.rglob("*") if path.is_file()] == []

    @pytest.mark.parametrize("kind", [Session, SessionOfThePlatform])
    @pytest.mark.parametrize(("token", "status"), [("a" * 32, 201), ("b" * 32, 403)])
    def test_f25_a_form_is_checked_for_its_token_and_never_lies_on_a_disk(
        self, one, monkeypatch, kind, token, status
    ):
        # given
        monkeypatch.setattr(views, "authenticators", lambda: (kind,))
        touched = []
        monkeypatch.setattr(
            TemporaryFileUploadHandler, "new_file", lambda *told, **_: touched.append(told)
        )
        client = client_of("maria", enforce_csrf_checks=True, HTTP_X_CSRFTOKEN=token)
        client.cookies["csrftoken"] = "a" * 32

        # when
        sent = self.send(one, client=client)

        # then
        assert (sent.status_code, touched) == (status, [])
        assert models.ApplicationDocument.objects.count() == (status == 201)

    @pytest.mark.parametrize("kind", [Session, SessionOfThePlatform])
    def test_f28_who_checks_the_token_reads_no_more_than_may_be_sent(
        self, one, settings, monkeypatch, kind
    ):
        monkeypatch.setattr(views, "authenticators", lambda: (kind,))
        settings.WAIVER_POLICY_DOCUMENT_MAX_BYTES = 1000
        client = client_of("maria", enforce_csrf_checks=True, HTTP_X_CSRFTOKEN="a" * 32)
        client.cookies["csrftoken"] = "a" * 32
        answer = self.send(one, b"x" * 1001, client=client)
        assert (answer.status_code, answer.json()["fault"]) == (413, "too_large")

    def test_a_form_of_a_thousand_fields_or_none_is_no_form(self, one, settings):
        settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 3
        many = self.send(one, a="1", b="2", c="3", d="4")
        none = post(client_of("maria"), f"applications/{one.uuid}/documents/", {})
        assert (many.status_code, many.json()["code"]) == (400, "parse_error")
        assert none.status_code == 415

    def test_more_than_an_application_may_have_are_for_later(self, one, settings):
        settings.WAIVER_POLICY_DOCUMENTS_PER_APPLICATION = 1
        self.send(one)
        answer = self.send(one, papers.pdf(pages=2))
        assert (answer.status_code, answer.json()["code"]) == (409, "TooManyDocuments")

    def test_where_none_are_taken_somebody_has_to_look(self, one, settings):
        uuid = self.send(one).json()["uuid"]
        settings.WAIVER_POLICY_DOCUMENTS = {}
        answer = self.send(one, papers.pdf(pages=2))
        assert (answer.status_code, answer.json()["code"]) == (503, "DocumentsOff")
        answer = client_of("maria").get(f"{ROOT}documents/{uuid}/")
        assert (answer.status_code, answer["Content-Type"]) == (503, "application/problem+json")

    def test_of_a_closed_application_nothing_is_sent_or_taken_back(self, one):
        uuid = self.send(one).json()["uuid"]
        api.refuse(one.uuid, by=99, reason="No.", at=make.EVE)
        assert self.send(one, papers.pdf(pages=2)).status_code == 409
        assert client_of("maria").delete(f"{ROOT}documents/{uuid}/").status_code == 409


class TestTakingBack:
    def test_a_learner_withdraws_and_nobody_else(self):
        one = applied()
        path = f"applications/{one.uuid}/withdraw/"
        assert post(client_of("lena"), path, {}).status_code == 404
        assert post(client_of("rita", "review_application"), path, {}).status_code == 404
        assert post(client_of("maria"), path, {}).json()["state"] == "withdrawn"
        assert post(client_of("maria"), path, {}).status_code == 409

    def test_a_learner_appeals_once_and_another_person_decides(self):
        one = applied()
        rita = client_of("rita", "review_application")
        post(rita, f"review/{one.uuid}/refuse/", {"reason": "", "read": 0, "code": "too_late"})
        path = f"applications/{one.uuid}/appeal/"
        assert post(client_of("maria"), path, {"text": "It was in time."}).status_code == 200
        again = post(client_of("maria"), path, {"text": "Please."})
        assert again.status_code == 409
        same = post(rita, f"review/{one.uuid}/approve/", {"reason": "Yes.", "read": 1})
        assert (same.status_code, same.json()["code"]) == (403, "InvalidReview")

    def test_the_agreement_to_the_statement_of_truth_is_kept_with_its_version(self):
        client = client_of("maria")
        post(client, "applications/", TestApplying.BODY | {"organisation": "A school"})
        row = models.WaiverApplication.objects.get()
        assert (row.truth_version, row.organisation) == (TRUTH_VERSION, "A school")


class TestWaiting:
    def test_a_place_is_read_and_left_by_who_has_it(self):
        for number in range(5000, 5004):  # far from the ids of accounts
            make.grant(number)
        client = client_of("amina")
        path = f"{ROOT}waiting/?offering={make.COURSE}"
        assert client.get(path).status_code == 404
        with pytest.raises(FundEmpty):
            make.grant(person("amina").pk)
        assert client.get(path).json()["position"] == 1
        assert client_of("lena").get(path).status_code == 404
        assert client.delete(path).status_code == 204
        assert client.get(path).status_code == 404


class TestFund:
    def test_money_is_text_with_its_currency(self):
        client = client_of("omar", "view_waiverfund", "view_fundentry")
        make.grant(5000)
        balance = client.get(f"{ROOT}funds/USD/").json()
        assert balance["available"] == {"amount": "45.00", "currency": "USD"}
        entries = client.get(f"{ROOT}funds/USD/entries/").json()["results"]
        assert [entry["amount"]["amount"] for entry in entries] == ["60.00", "-15.00"]
        assert [entry["effective_on"] for entry in entries] == ["2026-08-01", "2026-11-23"]


class TestEditions:
    """A file is proposed by one person and applied by another, as in the admin."""

    def send(self, client, text=None, **fields):
        content = (text if text is not None else DEFERRED).encode()
        told = {"file": SimpleUploadedFile("lists.csv", content), "source": "UN"}
        return client.post(ROOT + "proposals/", told | {"allow_removals": "true"} | fields)

    def test_the_second_person_reads_the_difference_and_applies_it(self):
        # given
        ines, omar = client_of("ines", "propose_edition"), client_of("omar", "apply_edition")

        # when
        proposed = self.send(ines)
        path = f"proposals/{proposed.json()['uuid']}/"
        seen = omar.get(ROOT + path).json()
        own = post(ines, path + "apply/", {})
        done = post(omar, path + "apply/", {})
        again = post(omar, path + "apply/", {})

        # then
        assert (proposed.status_code, seen["proposal"]["proposed_by"]) == (201, "ines")
        laos = next(one for one in seen["impact"]["changes"] if one["country"] == "LA")
        days = laos["before"]["until_date"], laos["after"]["until_date"]
        assert days == ("2026-11-24", "2029-11-24")
        assert "LA" in seen["impact"]["countries"]["LDC"]
        assert own.status_code == 403
        assert [one["name"] for one in done.json()["created"]] == ["LDC-2"]
        assert (again.status_code, again.json()["code"]) == (409, "ProposalClosed")

    def test_who_proposed_and_may_apply_is_not_the_second_person(self):
        ines = client_of("ines", "propose_edition", "apply_edition")
        path = f"proposals/{self.send(ines).json()['uuid']}/"
        answer = post(ines, path + "apply/", {})
        assert (answer.status_code, answer.json()["code"]) == (403, "SecondPersonNeeded")
        assert post(ines, path + "reject/", {"reason": "Mine."}).json()["state"] == "rejected"
        assert [one.name for one in api.list_editions("LDC")] == ["LDC-1"]

    @pytest.mark.parametrize(
        ("text", "fields", "status", "said"),
        [
            ("a;b\n", {}, 400, "lists.csv"),
            (None, {"source": ""}, 400, "source"),
            (None, {"published": "2026-01-01"}, 400, "published"),
            (None, {"allow_removals": "false"}, 400, "RowsVanish"),
            ("x" * (MAX_BYTES + 1), {}, 413, "more than"),
        ],
        ids=range(5),
    )
    def test_what_is_no_edition_is_told_and_not_kept(self, text, fields, status, said):
        answer = self.send(client_of("ines", "propose_edition"), text, **fields)
        assert answer.status_code == status
        assert said in json.dumps(answer.json())
        assert not models.EditionProposal.objects.exists()

    def test_who_only_reads_proposes_and_decides_nothing(self):
        proposal = make.propose(DEFERRED)
        omar = client_of("omar", "view_editionproposal")
        path = f"proposals/{proposal.uuid}/"
        assert omar.get(ROOT + path).status_code == 200
        assert self.send(omar, make.list_text(make.LAOS)).status_code == 403
        assert post(omar, path + "apply/", {}).status_code == 403
        assert post(omar, path + "reject/", {"reason": "No."}).status_code == 403
        assert api.get_proposal(proposal.uuid).state == "proposed"
        assert client_of("lena").get(ROOT + path).status_code == 403

    def test_a_contested_date_is_confirmed_once_and_with_words(self):
        _contested()
        path = "lists/LDC/members/NP/confirm/"
        omar = client_of("omar", "confirm_membership")
        assert post(client_of("lena"), path, {"note": "x"}).status_code == 403
        assert post(omar, path, {"note": " "}).status_code == 400
        wrong = post(omar, path, {"note": "A/RES/1", "until": "2030-01-01"})
        assert (wrong.status_code, wrong.json()["code"]) == (404, "NotContested")
        (one,) = omar.get(f"{ROOT}lists/contested/").json()["results"]
        assert (one["country"], one["asked_until_date"]) == ("NP", "2029-11-24")
        assert post(omar, path, {"note": "A/RES/1"}).json()["status"] == "scheduled"
        assert post(omar, path, {"note": "A/RES/1"}).status_code == 409


class TestCredits:
    def test_two_people_put_money_into_a_fund(self):
        # given
        ines, omar = client_of("ines", "propose_credit"), client_of("omar", "confirm_credit")

        # when
        proposed = post(ines, "credits/", CREDIT)
        path = f"credits/{proposed.json()['uuid']}/confirm/"
        own = post(client_of("ines", "propose_credit", "confirm_credit"), path, {})
        done = post(omar, path, {})

        # then
        assert (proposed.status_code, proposed.json()["state"]) == (201, "proposed")
        assert (own.status_code, own.json()["code"]) == (403, "CreditNotAllowed")
        assert (done.json()["state"], post(omar, path, {}).status_code) == ("confirmed", 409)
        assert str(api.fund_balance("USD").available.amount) == "65.00"
        assert omar.get(f"{ROOT}credits/").json()["count"] == 0
        assert omar.get(f"{ROOT}credits/?all=true").json()["count"] == 1

    @pytest.mark.parametrize(
        ("body", "said"),
        [
            ({"amount": {"amount": "-5.00", "currency": "USD"}}, "must be positive"),
            ({"amount": {"amount": "9" * 30, "currency": "USD"}}, "amount"),
            ({"amount": {"amount": "1.001", "currency": "USD"}}, "amount"),
            ({"amount": {"amount": "1.00", "currency": "USD", "of": "x"}}, "not known here"),
            ({"kind": "revenue"}, "kind"),
            ({"reason": " "}, "reason"),
            ({"key": "x"}, "key"),
        ],
    )
    def test_what_is_no_credit_is_told_and_not_kept(self, body, said):
        answer = post(client_of("ines", "propose_credit"), "credits/", CREDIT | body)
        assert answer.status_code == 400
        assert said in json.dumps(answer.json())
        assert api.list_manual_credits(is_open=False) == ()

    def test_who_only_reads_proposes_nothing(self):
        omar = client_of("omar", "view_manualcredit")
        assert post(omar, "credits/", CREDIT).status_code == 403
        assert post(omar, f"credits/{_credit()}/reject/", {}).status_code == 403

    def test_how_long_the_fund_lasts_is_for_who_sees_it(self):
        october = make.EVE - timedelta(days=40)
        for number in (5001, 5002):
            api.commit_grant(make.grant(number, at=october).uuid, at=october)
        client, path = client_of("omar", "view_waiverfund"), f"{ROOT}funds/USD/runway/"
        told = client.get(path + "?months=4").json()
        assert (told["months"], told["over_months"]) == ("4.0", 4)
        assert client.get(path + "?months=0").status_code == 400
        assert client_of("lena").get(path).status_code == 403


class TestCountries:
    def test_a_person_declares_their_own_and_takes_it_back(self):
        maria, path = client_of("maria"), "countries/"
        said = post(maria, path, {"basis": "nationality", "countries": ["ug", "CH"]})
        records = said.json()["records"]
        assert (said.status_code, [one["country"] for one in records]) == (201, ["CH", "UG"])
        assert client_of("lena").get(ROOT + path).json()["count"] == 0
        post(maria, path, {"basis": "nationality", "countries": []})
        left = maria.get(ROOT + path).json()["results"]
        assert {one["country"] for one in left if one["counts"]} <= {""}

    @pytest.mark.parametrize(
        "body",
        [
            {"basis": "nominating_state", "countries": ["UG"]},
            {"basis": "residence", "countries": ["QQ"]},
            {"basis": "residence", "countries": ["UG", "CH"]},
            {"basis": "residence", "countries": ["UG"], "kind": "document"},
        ],
    )
    def test_what_nobody_can_declare_is_not_kept(self, body):
        assert post(client_of("maria"), "countries/", body).status_code == 400
        assert not models.CountryEvidence.objects.exists()

    def test_a_reviewer_notes_what_a_document_shows_and_the_learner_reads_no_note(self):
        # given
        one = applied()
        rita, path = client_of("rita", "review_application"), f"review/{one.uuid}/countries/"

        # when
        seen = post(rita, path, SEEN | {"note": "A passport."})
        (theirs,) = rita.get(ROOT + path).json()["results"]
        (own,) = client_of("maria").get(f"{ROOT}countries/").json()["results"]

        # then
        assert (seen.status_code, theirs["note"]) == (201, "A passport.")
        assert (own["kind"], {"note", "recorded_by"} & set(own)) == ("document", set())

    def test_only_an_independent_reviewer_notes_anything(self):
        one = applied()
        path = f"review/{one.uuid}/countries/"
        assert post(client_of("lena"), path, SEEN).status_code == 403
        assert post(client_of("maria", "review_application"), path, SEEN).status_code == 404
        rita = client_of("rita", "review_application")
        post(rita, f"review/{one.uuid}/hand-back/", {"has_conflict": True})
        answer = post(rita, path, SEEN)
        assert (answer.status_code, answer.json()["fault"]) == (403, "declared_conflict")
        assert not models.CountryEvidence.objects.exists()


class TestFacts:
    @pytest.fixture(autouse=True)
    def income_counts(self):
        _asking()

    def test_a_person_reads_what_is_asked_states_it_and_takes_it_back(self):
        # given
        maria = client_of("maria")
        (asked,) = maria.get(f"{ROOT}facts/asked/{OFFERING}").json()["results"]
        assert asked == {
            "name": "income", "label": "What you earn (USD)", "kind": "number", "choices": [],
            "unit": "USD", "help": "", "strength": "institution", "is_missing": True,
        }  # fmt: skip

        # when
        said = post(maria, "facts/", {"offering": make.COURSE, "facts": {"income": "800.50"}})

        # then
        (record,) = said.json()["records"]
        assert (said.status_code, record["value"], record["kind"]) == (201, "800.5", "declared")
        assert maria.get(f"{ROOT}decision/{OFFERING}").json()["reasons"] == [
            "RULE_MATCHED", "FACTS_TO_CONFIRM", "REVIEW_NEEDED",
        ]  # fmt: skip
        assert client_of("lena").get(f"{ROOT}facts/").json()["count"] == 0
        assert maria.delete(f"{ROOT}facts/?name=income").status_code == 204
        assert maria.delete(f"{ROOT}facts/?name=income").status_code == 404
        assert maria.get(f"{ROOT}decision/{OFFERING}").json()["reasons"] == ["FACTS_MISSING"]

    @pytest.mark.parametrize(
        ("facts", "fault"),
        [
            ({"income": "1e3"}, "no_number"), ({"income": "9" * 20}, "long_number"),
            ({"income": True}, "no_number"), ({"income": ["UG"]}, "no_number"),
            ({"age": "5"}, "not_asked"), ({"payer_class": "academia"}, "not_asked"),
            ({"income": 800}, None), ({"income": 1e308}, None), ({"income": {}}, None),
            ({"income": "x" * 201}, None), ({"income": ["UG"] * 51}, None), ({}, None),
            ([], None), ("income", None),
        ],
    )  # fmt: skip
    def test_what_is_no_value_is_told_and_not_kept(self, facts, fault):
        body = {"offering": make.COURSE, "facts": facts}
        answer = post(client_of("maria"), "facts/", body)
        assert (answer.status_code, answer.json().get("fault")) == (400, fault)
        assert not models.StatedFact.objects.exists()

    def test_nobody_states_a_fact_of_somebody_else_or_how_it_is_known(self):
        body = {"offering": make.COURSE, "facts": {"income": "800"}}
        for more in ({"user_id": 5}, {"kind": "document"}):
            assert post(client_of("maria"), "facts/", body | more).status_code == 400
        assert not models.StatedFact.objects.exists()

    def test_a_reviewer_confirms_it_and_the_learner_reads_no_note(self):
        # given
        one = applied()
        rita, path = client_of("rita", "review_application"), f"review/{one.uuid}/facts/"

        # when
        seen = post(rita, path, SEEN_FACT | {"note": "A pay slip."})
        (theirs,) = rita.get(ROOT + path).json()["results"]
        (own,) = client_of("maria").get(f"{ROOT}facts/").json()["results"]

        # then
        assert (seen.status_code, theirs["note"]) == (201, "A pay slip.")
        assert (own["kind"], {"note", "recorded_by"} & set(own)) == ("document", set())
        answer = client_of("maria").get(f"{ROOT}decision/{OFFERING}").json()
        assert answer["outcome"] == "granted"

    def test_only_an_independent_reviewer_reads_and_records_anything(self):
        one = applied()
        path = f"review/{one.uuid}/facts/"
        assert post(client_of("lena"), path, SEEN_FACT).status_code == 403
        assert client_of("lena").get(ROOT + path).status_code == 403
        assert post(client_of("maria", "review_application"), path, SEEN_FACT).status_code == 404
        rita = client_of("rita", "review_application")
        assert post(rita, path, SEEN_FACT | {"kind": "declared"}).status_code == 400
        post(rita, f"review/{one.uuid}/hand-back/", {"has_conflict": True})
        for answer in (post(rita, path, SEEN_FACT), rita.get(ROOT + path)):
            assert (answer.status_code, answer.json()["fault"]) == (403, "declared_conflict")
        assert not models.StatedFact.objects.exists()

    def test_are_seen_while_the_application_is_open(self):
        _asking()
        one = applied()
        api.withdraw(one.uuid, by=one.user_id, at=make.EVE)
        path = f"review/{one.uuid}/facts/"
        assert post(client_of("rita", "review_application"), path, SEEN_FACT).status_code == 409
        assert not models.StatedFact.objects.exists()


class TestKeptPrices:
    def test_a_waiver_is_kept_once(self):
        amina, body = client_of("amina"), {"offering": make.COURSE}
        path = f"{ROOT}price-lock/?offering={make.COURSE}"
        assert amina.get(path).status_code == 404
        first, second = (post(amina, "price-lock/", body) for _ in range(2))
        assert (first.status_code, second.status_code) == (201, 200)
        assert first.json() == second.json() == amina.get(path).json()
        assert first.json()["until"] == "2026-12-23"

    def test_where_there_is_none_nothing_is_kept(self):
        answer = post(client_of("lena"), "price-lock/", {"offering": make.COURSE})
        assert (answer.status_code, answer.json()["code"]) == (409, "NothingToKeep")


class TestSeveral:
    def test_each_is_reviewed_by_itself(self):
        # given
        one, other = applied(), uuid4()
        rita = client_of("rita", "review_application")
        chosen = [{"application": str(uuid), "read": 0} for uuid in (one.uuid, other)]

        # when
        body = {"verdict": "refuse", "code": "too_late", "chosen": chosen}
        answer = post(rita, "review/many/", body)

        # then
        told = {row["application"]: row for row in answer.json()["results"]}
        assert told[str(one.uuid)] == {
            "application": str(one.uuid), "state": "refused", "problem": None,
        }  # fmt: skip
        assert told[str(other)]["problem"]["code"] == "UnknownApplication"
        steps = rita.get(f"{ROOT}review/{one.uuid}/steps/").json()["results"]
        assert [step["action"] for step in steps] == ["submit", "refuse"]

    def test_more_than_are_decided_at_once_are_not(self, settings):
        settings.WAIVER_POLICY_BULK_LIMIT = 0
        one = applied()
        rita = client_of("rita", "review_application")
        chosen = [{"application": str(one.uuid), "read": 0}]
        body = {"verdict": "approve", "reason": "Yes.", "chosen": chosen}
        assert post(rita, "review/many/", body).json()["code"] == "TooManyAtOnce"
        assert post(rita, "review/many/", body | {"chosen": []}).status_code == 400
        assert post(client_of("lena"), "review/many/", body).status_code == 403
        assert api.get_application(one.uuid).state == "submitted"

    def test_the_steps_are_for_reviewers_and_of_others(self):
        path = f"{ROOT}review/{applied().uuid}/steps/"
        assert client_of("lena").get(path).status_code == 403
        assert client_of("maria", "review_application").get(path).status_code == 404


class TestDescription:
    def test_names_every_path_and_every_field(self):
        document = client_of("lena").get(ROOT + "openapi/").json()
        assert document["openapi"].startswith("3.")
        assert document["servers"] == [{"url": ROOT.rstrip("/")}]
        assert len(document["paths"]) == 46
        validate_schema(document)
        page = document["paths"]["/lists/"]["get"]["responses"]["200"]["content"]
        assert page["application/json"]["schema"]["$ref"].endswith("/PaginatedEditionShapeList")
        assert {"jwt": []} in document["paths"]["/lists/"]["get"]["security"]
        body = document["paths"]["/review/{application}/approve/"]["post"]["requestBody"]
        assert body["required"]
        file = document["components"]["schemas"]["UploadBody"]["properties"]["file"]
        assert file == {"type": "string", "format": "binary"}
        asked = document["paths"]["/lists/{code}/members/"]["get"]["parameters"]
        assert {"on", "known_at", "code"} <= {one["name"] for one in asked}

    def test_is_made_without_a_warning(self):
        counted = GeneratorStats()
        with mock.patch.multiple(drainage, GENERATOR_STATS=counted), counted.silence():
            SchemaGenerator(patterns=urls.described).get_schema(request=None, public=True)
        assert (dict(counted._warn_cache), dict(counted._error_cache)) == ({}, {})

    def test_names_what_waits_for_an_operator(self):
        document = client_of("lena").get(ROOT + "openapi/").json()
        waiting = {
            operation["operationId"]
            for methods in document["paths"].values()
            for operation in methods.values()
            if "503" in operation["responses"]
        }
        assert waiting == {"add_document", "read_document"}
        told = document["paths"]["/documents/{document}/"]["get"]["responses"]["503"]
        assert list(told["content"]) == ["application/problem+json"]


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What a documented operation is asked once; parts of its path may have to be made first."""

    by: str
    may: tuple[str, ...] = ()
    body: object = None
    query: str = ""
    parts: Mapping[str, object]

    def answer(self, method, path):
        made = {name: part() if callable(part) else part for name, part in self.parts.items()}
        body = self.body() if callable(self.body) else self.body
        client = client_of(self.by, *self.may)
        address = f"{ROOT.rstrip('/')}{path.format(**made)}{self.query}"
        kind = {} if isinstance(body, dict) and "file" in body else {"content_type": JSON}
        sent = {} if body is None else {"data": body, **kind}
        return getattr(client, method)(address, **sent)


def asked(by, *may, body=None, query="", **parts):
    return Asked(by=by, may=may, body=body, query=query, parts=parts)


def _applied():
    return applied().uuid


def _refused():
    one = applied()
    return api.refuse(one.uuid, by=99, reason="No.", at=make.EVE).uuid


def _asked():
    one = applied()
    return api.ask_for_more(one.uuid, by=99, question="Where?", at=make.EVE).uuid


def _proposed():
    settings.WAIVER_POLICY_TWO_PEOPLE_ABOVE = {"USD": "0.01"}
    return api.approve(applied().uuid, by=99, reason="Teaches.", at=make.EVE).uuid


def _sent():
    one = applied()
    return api.add_document(
        one.uuid, by=one.user_id, kind=DocumentKind.SCHOOL_LETTER, content=papers.pdf(),
        at=make.EVE,
    ).uuid  # fmt: skip


def _nominated():
    person("ana", email="ana@example.org")
    make.call()
    make.focal_point(person("foka").pk, "LA")
    return make.nominate("ana", by=person("foka").pk).uuid


def _office():
    person("ana", email="ana@example.org")
    make.call()
    make.focal_point(person("foka").pk, "LA")
    return NAMING


def _asking():
    make.policy(
        make.policy_text(
            "  - {label: low, when: {lt: {field: income, value: 1000}},"
            " benefit: {kind: percent_off, percent: 100}}\n",
            slug="by-income",
            extra="  facts: {income: {title: What you earn, unit: USD}}\n",
        ),
        slug="by-income",
        at=make.EVE - timedelta(hours=1),
    )


def _told():
    _asking()
    maria = person("maria").pk
    api.state_facts(maria, {"income": "800"}, offering_code=make.COURSE, at=make.EVE)


def _applied_with_income():
    _asking()
    return applied().uuid


def _contested():
    nepal = {"iso3166_alpha2": "NP", "alt_until_date": "2029-11-24"}
    make.lists(make.list_text(nepal), known_from=make.EVE - timedelta(days=1))
    return "NP"


def _edition():
    return make.propose(DEFERRED).uuid


def _credit():
    by = person("ines", "propose_credit").pk
    return api.propose_credit(
        Money("5.00", "USD"), kind="manual", reason="A gift.", by=by, at=make.EVE
    ).uuid


def _kept():
    api.keep_price(make.applicant(person("amina").pk), offering_code=make.COURSE, at=make.EVE)


def _waiting():
    for number in range(5000, 5004):
        make.grant(number)
    with suppress(FundEmpty):
        make.grant(person("amina").pk)


JSON = "application/json"
DEFERRED = make.list_text({"until_date": "2029-11-24"})
CREDIT = {"amount": {"amount": "5.00", "currency": "USD"}, "kind": "manual", "reason": "A gift."}
SEEN = {"basis": "nationality", "countries": ["GU"], "kind": "document"}
SEEN_FACT = {"name": "income", "value": "800", "kind": "document"}
REVIEW = "review_application"
OFFERING = f"?offering={make.COURSE}"
WORDS = {"reason": "Good.", "read": 0}
ASKED = {
    "list_editions": asked("lena"),
    "list_members": asked("lena", query="?on=2026-11-24", code="LDC"),
    "list_policies": asked("omar", "view_policyversion"),
    "decide": asked("amina", query=OFFERING),
    "list_own": asked("maria"),
    "apply": asked("maria", body=TestApplying.BODY),
    "get_application": asked("maria", application=_applied),
    "list_messages": asked("maria", application=_asked),
    "answer": asked("maria", application=_asked, body={"text": "In Guam."}),
    "withdraw": asked("maria", application=_applied, body={}),
    "appeal": asked("maria", application=_refused, body={"text": "I do teach."}),
    "list_documents": asked("maria", application=_applied),
    "add_document": asked(
        "maria", application=_applied,
        body=lambda: {
            "kind": "school_letter", "file": SimpleUploadedFile("me.pdf", papers.pdf()),
        },
    ),
    "read_document": asked("maria", document=_sent),
    "remove_document": asked("maria", document=_sent),
    "list_own_nominations": asked("ana"),
    "accept": asked("ana", nomination=_nominated, body={"is_true": True}),
    "decline": asked("ana", nomination=_nominated, body={}),
    "list_calls": asked("foka", nothing=_office),
    "list_named": asked("foka", nothing=_nominated),
    "nominate": asked("foka", body=_office),
    "withdraw_nomination": asked("foka", nomination=_nominated, body={}),
    "waiting_place": asked("amina", query=OFFERING, nothing=_waiting),
    "leave_waiting_list": asked("amina", query=OFFERING, nothing=_waiting),
    "review_queue": asked("rita", REVIEW, query="?page=1"),
    "approve": asked("rita", REVIEW, application=_applied, body=WORDS),
    "refuse": asked("rita", REVIEW, application=_applied, body=WORDS),
    "ask": asked("rita", REVIEW, application=_applied, body=WORDS),
    "send_back": asked("rita", REVIEW, application=_proposed, body={"read": 0}),
    "take_next": asked("rita", REVIEW, nothing=_applied, body={}),
    "take": asked("rita", REVIEW, application=_applied, body={}),
    "hand_back": asked("rita", REVIEW, application=_applied, body={}),
    "review_many": asked(
        "rita", REVIEW,
        body=lambda: {
            "verdict": "refuse", "reason": "No.",
            "chosen": [{"application": str(_applied()), "read": 0}],
        },
    ),
    "list_steps": asked("rita", REVIEW, application=_applied),
    "list_evidence": asked("rita", REVIEW, application=_applied),
    "record_evidence": asked("rita", REVIEW, application=_applied, body=SEEN),
    "list_own_evidence": asked("maria"),
    "declare": asked("maria", body={"basis": "residence", "countries": ["UG"]}),
    "list_own_facts": asked("maria", nothing=_told),
    "list_asked_facts": asked("maria", query=OFFERING, nothing=_asking),
    "state_facts": asked(
        "maria", nothing=_asking, body={"offering": make.COURSE, "facts": {"income": "800"}}
    ),
    "take_back_fact": asked("maria", query="?name=income", nothing=_told),
    "list_facts": asked("rita", REVIEW, application=_applied_with_income),
    "record_fact": asked("rita", REVIEW, application=_applied_with_income, body=SEEN_FACT),
    "get_price_lock": asked("amina", query=OFFERING, nothing=_kept),
    "keep_price": asked("amina", body={"offering": make.COURSE}),
    "list_contested": asked("omar", "view_listmembership"),
    "confirm_membership": asked(
        "omar", "confirm_membership", code="LDC", country=_contested, body={"note": "A/RES/1"}
    ),
    "list_proposals": asked("omar", "apply_edition", query="?state=proposed"),
    "propose_edition": asked(
        "omar", "propose_edition",
        body=lambda: {
            "file": SimpleUploadedFile("lists.csv", DEFERRED.encode()), "source": "UN",
            "allow_removals": "true",
        },
    ),
    "get_proposal": asked("omar", "apply_edition", proposal=_edition),
    "apply_edition": asked("omar", "apply_edition", proposal=_edition, body={}),
    "reject_edition": asked("omar", "apply_edition", proposal=_edition, body={"reason": "No."}),
    "list_credits": asked("omar", "confirm_credit", query="?all=true"),
    "propose_credit": asked("omar", "propose_credit", body=CREDIT),
    "confirm_credit": asked("omar", "confirm_credit", credit=_credit, body={}),
    "reject_credit": asked("omar", "confirm_credit", credit=_credit, body={}),
    "fund_runway": asked("omar", "view_waiverfund", query="?months=3", currency="USD"),
    "fund_balance": asked("omar", "view_waiverfund", currency="USD"),
    "list_fund_entries": asked("omar", "view_fundentry", currency="USD"),
}  # fmt: skip


class TestConformance:
    """Every documented operation, asked once, answers as the description says."""

    @pytest.fixture(autouse=True)
    def papers_are_taken(self, settings, tmp_path, sell):
        settings.WAIVER_POLICY_DOCUMENTS = {"OPTIONS": {"location": str(tmp_path / "papers")}}
        settings.WAIVER_POLICY_DOCUMENT_KEYS = [Fernet.generate_key().decode()]
        settings.WAIVER_POLICY_TWO_PEOPLE_ABOVE = {}
        sell(worth_of=lambda code: [Money("5000.00", "USD")])

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
        told = operation["responses"][str(answer.status_code)]
        kind = answer["Content-Type"] if answer.content else ""
        assert [kind] == list(told.get("content", {"": None}))[:1]
        if kind == JSON:
            assert set(answer.json()) == set(self.fields(told["content"][JSON], document))

    @staticmethod
    def fields(content, document):
        name = content["schema"]["$ref"].rpartition("/")[2]
        return document["components"]["schemas"][name]["properties"]


def test_f28_who_asks_too_often_is_told_when_to_come_back(settings):
    settings.FAIRGATE_API_RATES = {"read": "2/minute"}
    client = client_of("hasty")
    answers = [client.get(ROOT + "lists/") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert int(answers[-1]["Retry-After"]) > 0
    assert post(client, "applications/", TestApplying.BODY).status_code != 429
