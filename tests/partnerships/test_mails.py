"""Partners in mails about a course: while they are in force, as words, and never in the way."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import translation

from factories import brand
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
    version_text,
)
from fairgate.documents import DocumentErrors
from fee_payments.services import mail_partners
from partnerships import api

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
NOTHING = ("", "")


def strip(*, at=NOON, course=COURSE):
    found = mail_partners.strip(course, at=at)
    return found.text, found.html


def test_a_mail_says_who_role_and_sentence_in_text_and_html(settings):
    settings.PARTNERSHIPS_HOST_NAME = "The Union"
    put_in_force()

    text, html = strip()

    assert text.startswith("In partnership with:\nGSMA (Co-host)\nShown under a partnership")
    for shown in (text, html):
        assert "The Union does not endorse GSMA, its products or its services." in shown
        assert "Regional Academy" in shown
        assert len(shown.encode()) < 10_000
    assert "<img" not in html


def test_a_mail_says_how_the_mark_may_be_used_in_text_and_html():
    put_in_force()
    brand.approved(usage_rules={"ar": "اترك\nمسافة"})

    text, html = strip()

    # On lines of its own: a program of mails finds the direction of each line by itself.
    assert "How the mark of GSMA may be used:\nاترك\nمسافة\n" in text
    said = 'How the mark of GSMA may be used: <span lang="ar" dir="rtl">اترك<br>مسافة</span>'
    assert said in html
    assert text.count("How the mark of") == html.count("How the mark of") == 1


def test_a_mail_says_it_until_the_last_second_and_until_the_picture_is_withdrawn():
    put_in_force()
    picture = brand.approved(usage_rules={"en": "Leave room."})

    assert "Leave room." in strip(at=LAST_SECOND)[0]
    assert strip(at=FIRST_SECOND_AFTER) == NOTHING
    api.withdraw_picture(picture.uuid, by=brand.SENDER, reason="New name.", at=LAST_SECOND)
    assert "Leave room." in strip(at=LAST_SECOND - timedelta(seconds=1))[0]
    text, html = strip(at=LAST_SECOND)
    assert "GSMA" in text
    assert "Leave room." not in text + html


def test_a_partner_with_two_roles_is_named_once():
    roles = "[{partner: GSMA, role: co-host}, {partner: GSMA, role: sponsor}]"
    put_in_force(terms_text(version_text(roles=roles)))

    text, _html = strip()

    assert text.count("GSMA (Co-host, Sponsor)") == 1


@pytest.mark.parametrize(
    ("cleared_until", "last", "first_after"),
    [
        ("2030-12-31", LAST_SECOND, FIRST_SECOND_AFTER),
        (CLEARED_UNTIL, LAST_CLEARED_SECOND, FIRST_UNCLEARED_SECOND),
    ],
)
def test_a_mail_names_them_until_the_last_second(cleared_until, last, first_after):
    put_in_force(terms_text(cleared_until=cleared_until))

    assert "GSMA" in strip(at=last)[0]
    assert strip(at=first_after) == NOTHING


def test_a_suspended_agreement_is_in_no_mail():
    put_in_force()
    api.suspend(AGREEMENT, by="officer", reason="Review", at=NOON)

    assert strip() == NOTHING


@pytest.mark.parametrize("what", BY_ONE_PERSON)
def test_a_mail_waits_for_the_word_of_a_second_person(what):
    all_but_a_second_person(what)

    assert strip() == NOTHING


def test_versions_that_overlap_are_refused_and_a_mail_names_each_once():
    put_in_force()
    with pytest.raises(DocumentErrors, match="share"):
        load(OVERLAPPING)

    assert strip(at=LAST_SECOND)[0].count("Co-host") == 1
    assert strip(at=FIRST_SECOND_AFTER) == NOTHING


def test_of_two_agreements_each_has_its_own_end():
    put_in_force(two_agreements())

    assert "Regional Academy" in strip(at=datetime(2027, 3, 31, 23, 59, 59, tzinfo=UTC))[0]
    text, _html = strip(at=datetime(2027, 4, 1, tzinfo=UTC))
    assert "Regional Academy" not in text
    assert "GSMA" in text


def test_it_is_in_the_language_of_the_mail():
    put_in_force()

    with translation.override("ar"):
        assert "In partnership with" not in strip()[0]


def test_what_people_write_is_text():
    script = "<script>alert(1)</script>"
    put_in_force(terms_text().replace("display_name: GSMA", f'display_name: "{script}"'))
    brand.approved(usage_rules={"en": script})

    text, html = strip()

    assert script in text
    assert script not in html


def test_an_operator_leaves_mails_as_they_were(settings):
    put_in_force()
    settings.PARTNERSHIPS_SHOWN_ON = ("about",)

    assert strip() == NOTHING


def test_whatever_fails_the_mail_goes_out_without_them(monkeypatch, caplog):
    def broken(*_args, **_kwargs):
        raise RuntimeError("broken")

    monkeypatch.setattr(api, "strip_for_email", broken)

    assert strip() == NOTHING
    assert f"mail without partners: course={COURSE}" in caplog.text


@pytest.mark.parametrize("course", ["", "course-v1:ATC+OTHER+1"])
def test_a_fee_of_no_course_or_of_one_without_partners_has_none(course):
    put_in_force()

    assert strip(course=course) == NOTHING


def test_without_the_app_there_are_none(monkeypatch):
    monkeypatch.setattr("django.apps.apps.is_installed", lambda _name: False)

    assert strip() == NOTHING
