"""What a learner reads about their application, wherever the fee is shown."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import translation

from factories import waiver_policy as make
from fairgate import clock
from fairgate.percent import Percent
from waiver_policy import api, models

pytestmark = pytest.mark.django_db

APPLY = f"/fairgate/waivers/apply/{make.COURSE}/"


@pytest.fixture(autouse=True)
def programme():
    make.programme()
    clock.use(lambda: make.EVE)
    yield
    clock.use(None)


@pytest.fixture
def applied():
    return apply()


def apply(user_id=1, at=make.EVE):
    who = make.applicant(user_id, "GU")
    return api.apply(who, offering_code=make.COURSE, note="I teach radio.", at=at)


def note(user_id=1, *, at=make.EVE):
    return api.application_note(user_id, make.COURSE, at=at)


def page(applied):
    return f"/fairgate/waivers/application/{applied.uuid}/"


def stand_at(state, **changes):
    models.WaiverApplication.objects.update(state=state, **changes)


def test_who_has_not_applied_reads_nothing():
    assert note() is None


def test_an_application_that_waits_says_since_when(applied):
    found = note()
    assert found.sentence == (
        "Your application of 23 November 2026 for a waiver is being looked at."
    )
    assert (found.way, found.url, found.is_open) == ("See your application", page(applied), True)


def test_the_day_is_the_one_in_utc():
    apply(at=make.EVE.replace(hour=23, minute=59))
    with translation.override("en"):
        assert "23 November 2026" in note(at=make.EVE + timedelta(days=1)).sentence


def test_what_somebody_else_applied_for_is_not_told(applied):
    assert note(2) is None


def test_a_question_of_the_reviewer_is_told_in_their_words(applied):
    api.ask_for_more(applied.uuid, by=9, question="Where do you teach?", at=make.EVE)
    found = note()
    assert found.sentence.startswith("About your application of 23 November 2026")
    assert (found.said, found.is_open) == ("Where do you teach?", True)
    assert (found.way, found.url) == ("Answer the reviewer", page(applied))


def test_a_question_that_is_answered_is_no_news_any_more(applied):
    api.ask_for_more(applied.uuid, by=9, question="Where do you teach?", at=make.EVE)
    api.answer(applied.uuid, by=1, text="In Suva.", at=make.EVE)
    found = note()
    assert "is being looked at" in found.sentence
    assert (found.said, found.way, found.url) == ("", "See your application", page(applied))


def test_a_refusal_leads_to_the_reasons_and_says_them(applied):
    api.refuse(applied.uuid, by=9, reason="The programme is over.", at=make.EVE)
    found = note()
    assert "was refused" in found.sentence
    assert found.said == "The programme is over."
    assert (found.way, found.url) == ("Why, and what you can do", page(applied))
    assert (found.is_open, found.may_appeal) == (False, True)


def test_a_refusal_begins_with_its_reason_of_the_list(applied):
    api.refuse(applied.uuid, by=9, reason="", code="no_answer", at=make.EVE)
    assert note().said == "The question was not answered."
    api.appeal(applied.uuid, by=1, text="I did.", at=make.EVE)
    api.refuse(applied.uuid, by=8, reason="Twice asked.", code="no_answer", at=make.EVE)
    assert note().said == "The question was not answered.\nTwice asked."


def test_a_refusal_can_be_appealed_until_its_day(applied):
    refused = api.refuse(applied.uuid, by=9, reason="No.", at=make.EVE)
    late = make.EVE + (refused.appeal_until - make.EVE.date())
    assert note(at=late - timedelta(days=1)).may_appeal
    assert not note(at=late).may_appeal


def test_an_appeal_says_that_another_person_looks(applied):
    api.refuse(applied.uuid, by=9, reason="No.", at=make.EVE)
    api.appeal(applied.uuid, by=1, text="But yes.", at=make.EVE)
    found = note()
    assert "Another person looks at your application of 23 November 2026" in found.sentence
    assert (found.said, found.is_open, found.may_appeal) == ("", True, False)


def test_a_proposal_promises_nothing(settings, applied):
    settings.WAIVER_POLICY_TWO_PEOPLE_ABOVE = {"USD": "0.01"}
    api.approve(applied.uuid, by=9, reason="Surely.", at=make.EVE)
    found = note()
    assert "is being looked at" in found.sentence
    assert (found.said, found.is_open) == ("", True)


def test_an_approval_is_told_until_it_has_ended(applied):
    approved = api.approve(applied.uuid, by=9, reason="Yes.", at=make.EVE, award=Percent(50))
    end = make.EVE + (approved.valid_until - make.EVE.date())

    assert "was approved" in note(at=end - timedelta(days=1)).sentence
    over = note(at=end)
    assert "was granted" not in over.sentence
    assert "ended on 22 May 2027" in over.sentence
    assert (over.way, over.url) == ("Apply again", APPLY)


def test_an_expired_application_can_be_made_again(applied):
    stand_at("expired", open_key=None)
    found = note()
    assert "has expired" in found.sentence
    assert (found.way, found.is_open) == ("Apply again", False)


def test_a_withdrawn_application_is_no_news(applied):
    stand_at("withdrawn", open_key=None)
    assert note() is None


def test_the_newest_application_counts(applied):
    api.refuse(applied.uuid, by=9, reason="No.", at=make.EVE)
    apply(at=make.EVE + timedelta(days=2))
    assert "25 November 2026 for a waiver is being looked at" in note().sentence


def test_the_note_takes_one_query_for_the_list_and_one_for_the_application(
    applied, django_assert_num_queries
):
    with django_assert_num_queries(2):
        note()


@pytest.mark.urls("django.contrib.auth.urls")
def test_where_the_pages_are_not_served_there_is_no_link(applied):
    assert note().url == ""
    assert api.apply_page_url(make.COURSE) == ""
