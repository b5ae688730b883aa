"""Marks for pages that the platform does not draw: what is told, in which words, and until when."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from django.test import Client

from factories.partnerships import (
    AGREEMENT,
    BY_ONE_PERSON,
    CLEARED_UNTIL,
    COURSE,
    FIRST_SECOND_AFTER,
    FIRST_UNCLEARED_SECOND,
    LAST_CLEARED_SECOND,
    LAST_SECOND,
    OVERLAPPING,
    all_but_a_second_person,
    load,
    put_in_force,
    terms_text,
    two_agreements,
)
from fairgate import clock
from fairgate.documents import DocumentErrors
from partnerships import api
from partnerships.data import MarkPicture, Promotion, PromotionPlace

pytestmark = pytest.mark.django_db

ROOT = "/fairgate/partners/api/v1/"
MARKS = f"{ROOT}courses/{COURSE}/marks/"
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def now(settings):
    """The time it is; a test may change it."""
    settings.PARTNERSHIPS_HOST_NAME = "The Union"
    moment = [NOON]
    clock.use(lambda: moment[0])
    yield moment
    clock.use(None)


def ask(path=MARKS, **query):
    return Client().get(path, query)


def partners(**query):
    return [one["partner"] for one in ask(**query).json()["marks"]]


def test_anybody_is_told_the_mark_and_what_stands_with_it():
    put_in_force()

    answer = ask()

    assert answer.status_code == 200
    assert answer.json()["course"] == COURSE
    assert answer.json()["at"] == "2026-11-23T12:00:00Z"
    assert answer.json()["marks"][0] == {
        "partner": "GSMA",
        "name": "GSMA",
        "role": "co-host",
        "role_label": "Co-host",
        "url": "https://www.gsma.example/",
        "statement": "Shown under a partnership agreement. The Union does not endorse GSMA, its "
        "products or its services.",
        "shown_until": "2027-09-30",
        "picture": None,
    }


def test_nothing_between_us_and_the_reader_keeps_it():
    put_in_force()

    assert "no-store" in ask()["Cache-Control"]


def test_it_is_told_until_the_last_second(now):
    put_in_force()

    now[0] = LAST_SECOND
    assert partners() == ["GSMA", "ATC"]
    now[0] = FIRST_SECOND_AFTER
    assert partners() == []


def test_a_suspension_ends_it_at_once(now):
    put_in_force()

    api.suspend(AGREEMENT, by="officer", reason="Review", at=now[0])

    assert partners() == []


def test_an_expired_due_diligence_ends_it(now):
    put_in_force(terms_text(cleared_until=CLEARED_UNTIL))

    now[0] = LAST_CLEARED_SECOND
    assert partners() == ["GSMA", "ATC"]
    now[0] = FIRST_UNCLEARED_SECOND
    assert partners() == []


@pytest.mark.parametrize("what", BY_ONE_PERSON)
def test_it_waits_for_the_word_of_a_second_person(what):
    all_but_a_second_person(what)

    assert partners() == []


def test_versions_that_overlap_are_refused_and_each_mark_is_told_once(now):
    put_in_force()
    with pytest.raises(DocumentErrors, match="share"):
        load(OVERLAPPING)

    now[0] = LAST_SECOND
    assert partners() == ["GSMA", "ATC"]
    now[0] = FIRST_SECOND_AFTER
    assert partners() == []


def test_of_two_agreements_each_has_its_own_end(now):
    put_in_force(two_agreements())

    now[0] = datetime(2027, 3, 31, 23, 59, 59, tzinfo=UTC)
    assert sorted(partners()) == ["ATC", "GSMA"]
    now[0] = datetime(2027, 4, 1, tzinfo=UTC)
    assert partners() == ["GSMA"]


def test_labels_and_sentences_are_in_the_language_that_is_asked_for():
    put_in_force()

    answer = ask(language="ar")

    assert answer["Content-Language"] == "ar"
    assert answer.json()["marks"][0]["role_label"] != "Co-host"
    assert ask()["Content-Language"] == "en"


def test_a_language_of_the_country_is_that_of_the_site():
    put_in_force()

    assert ask(language="fr-ch")["Content-Language"] == "fr"


@pytest.mark.parametrize(
    ("query", "field"), [({"language": "tlh"}, "language"), ({"lang": "fr"}, "lang")]
)
def test_what_is_not_known_in_the_query_is_refused(query, field):
    answer = ask(**query)

    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    assert list(answer.json()["errors"]) == [field]


def test_a_picture_has_whole_addresses(monkeypatch):
    put_in_force()
    picture = MarkPicture(
        light="/m/a.svg",
        dark="",
        alternative="GSMA logo",
        width=160,
        height=40,
        sha256="ab" * 32,
        usage_rules="اترك مسافة",
        alternative_language="en",
        usage_rules_language="ar",
    )
    (mark, _other) = api.branding_for(COURSE, at=NOON)
    monkeypatch.setattr(api, "branding_for", lambda *_a, **_k: (replace(mark, picture=picture),))

    assert ask().json()["marks"][0]["picture"] == {
        "light": "http://testserver/m/a.svg",
        "dark": "",
        "alternative": "GSMA logo",
        "width": 160,
        "height": 40,
        "sha256": "ab" * 32,
        "usage_rules": "اترك مسافة",
        "alternative_language": "en",
        "usage_rules_language": "ar",
    }


def test_a_course_that_is_not_there_has_no_marks():
    assert ask(f"{ROOT}courses/course-v1:A+B+C/marks/").json()["marks"] == []


@pytest.mark.parametrize("key", ["nonsense", "library-v1:A+B", "course-v1:A+B+C+branch@draft"])
def test_what_is_no_course_run_is_not_there(key):
    assert ask(f"{ROOT}courses/{key}/marks/").status_code == 404


def test_an_answer_costs_a_query_for_marks_and_one_for_promotions(django_assert_num_queries):
    put_in_force()

    with django_assert_num_queries(2):
        ask()


def promoted(**more):
    """An approved promotion."""
    (version,) = put_in_force()
    asked = replace(
        Promotion(
            place=PromotionPlace.COURSE,
            course=COURSE,
            language="ar",
            text="تقارير مجانية",
            url="https://www.gsma.example/",
            first_day=NOON.date(),
            last_day=LAST_SECOND.date(),
        ),
        **more,
    )
    uuid = api.propose_promotion(version.uuid, asked, by=41, at=NOON)
    return api.approve_promotion(uuid, by=42, at=NOON)


def test_a_promotion_is_told_with_its_label_until_the_last_second(now):
    found = promoted()

    now[0] = LAST_SECOND
    assert ask().json()["promotions"] == [
        {
            "uuid": str(found.uuid),
            "partner": "GSMA",
            "label": "Sponsored by GSMA",
            "text": "تقارير مجانية",
            "language": "ar",
            "direction": "rtl",
            "url": "https://www.gsma.example/",
            "rel": "sponsored noopener noreferrer nofollow",
            "shown_until": "2027-09-30",
        }
    ]
    now[0] = FIRST_SECOND_AFTER
    assert ask().json()["promotions"] == []


def test_those_of_the_catalogue_are_asked_by_themselves(now):
    promoted(place=PromotionPlace.CATALOGUE, course="")

    now[0] = LAST_SECOND
    assert ask().json()["promotions"] == []
    answer = ask(f"{ROOT}promotions/", language="fr")
    assert [one["partner"] for one in answer.json()["promotions"]] == ["GSMA"]
    assert "no-store" in answer["Cache-Control"]
    now[0] = FIRST_SECOND_AFTER
    assert ask(f"{ROOT}promotions/").json()["promotions"] == []


def test_nothing_is_written_here():
    assert Client().post(MARKS).status_code == 405


def test_who_asks_too_often_is_told_when_to_come_back(settings):
    settings.FAIRGATE_API_RATES = {"read": "2/minute"}

    answers = [ask() for _ in range(3)]

    assert [one.status_code for one in answers] == [200, 200, 429]
    assert int(answers[-1]["Retry-After"]) > 0


def test_the_document_describes_it(django_user_model):
    client = Client()
    client.force_login(django_user_model.objects.create(username="reader"))

    document = client.get(f"{ROOT}openapi/").json()

    operations = document["paths"]["/courses/{course}/marks/"]
    assert operations["get"]["operationId"] == "list_course_marks"
    assert {one["name"] for one in operations["get"]["parameters"]} == {"course", "language"}
