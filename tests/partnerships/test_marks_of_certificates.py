"""A certificate keeps the marks of the day it was issued on, whatever ends afterwards."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta
from types import SimpleNamespace

import pytest
from django.contrib.auth.models import Permission, User
from django.db import IntegrityError
from django.test import Client
from django.urls import reverse, reverse_lazy
from django.utils import translation

from factories import brand
from factories.partnerships import (
    AGREEMENT,
    CLEARED_UNTIL,
    COURSE,
    FIRST_SECOND_AFTER,
    FIRST_UNCLEARED_SECOND,
    LAST_CLEARED_SECOND,
    LAST_SECOND,
    put_in_force,
    terms_text,
)
from fairgate import stand_in
from fairgate.errors import RowIsKept
from partnerships import api, handlers
from partnerships.data import CertificateIssue
from partnerships.models import IssuedMarks
from races import ISOLATIONS, errors, race, values

pytestmark = pytest.mark.django_db

NUMBER = "5f3759df5f3759df5f3759df5f3759df"
LEARNER = 7
ACTS = ("add_issuedmarks", "change_issuedmarks", "delete_issuedmarks")
YEARS_LATER = FIRST_SECOND_AFTER + timedelta(days=2000)


class Certificates:
    """The platform's certificates: one at most, made when the test says."""

    def __init__(self) -> None:
        self.issued_at: datetime | None = None

    def certificate_by_number(self, number: str) -> CertificateIssue | None:
        return self._issue() if number == NUMBER else None

    def certificate_of(self, user_id: int, course_key: str) -> CertificateIssue | None:
        return self._issue() if (user_id, course_key) == (LEARNER, COURSE) else None

    def _issue(self) -> CertificateIssue | None:
        if self.issued_at is None:
            return None
        return CertificateIssue(number=NUMBER, course_key=COURSE, issued_at=self.issued_at)


@pytest.fixture(autouse=True)
def platform(monkeypatch):
    there = Certificates()
    monkeypatch.setattr(stand_in, "_platform", there)
    return there


def partners_on_it(*, at=YEARS_LATER, number=NUMBER):
    return [mark.partner for mark in api.marks_of_certificate(number, COURSE, at=at)]


@pytest.mark.parametrize(
    ("issued_at", "partners"), [(LAST_SECOND, ["GSMA", "ATC"]), (FIRST_SECOND_AFTER, [])]
)
def test_the_day_of_issue_decides_for_good(platform, issued_at, partners):
    put_in_force()
    platform.issued_at = issued_at

    api.issue_marks(LEARNER, COURSE)

    for moment in (LAST_SECOND, FIRST_SECOND_AFTER, YEARS_LATER):
        assert partners_on_it(at=moment) == partners
    assert IssuedMarks.objects.count() == 1


def test_a_suspension_afterwards_changes_nothing_on_it(platform):
    put_in_force()
    platform.issued_at = LAST_SECOND
    api.issue_marks(LEARNER, COURSE)

    # Dated back before the issue: what was written down stays as it was printed.
    api.suspend(AGREEMENT, by="officer", reason="Review", at=LAST_SECOND - timedelta(days=1))

    assert partners_on_it() == ["GSMA", "ATC"]


@pytest.mark.parametrize(
    ("issued_at", "partners"),
    [(LAST_CLEARED_SECOND, ["GSMA", "ATC"]), (FIRST_UNCLEARED_SECOND, [])],
)
def test_a_due_diligence_that_had_expired_on_its_day_shows_nothing(platform, issued_at, partners):
    put_in_force(terms_text(cleared_until=CLEARED_UNTIL))
    platform.issued_at = issued_at

    assert partners_on_it() == partners


def test_an_older_certificate_gets_the_marks_of_its_day_when_it_is_looked_at(platform):
    put_in_force()
    platform.issued_at = LAST_SECOND

    assert partners_on_it(at=YEARS_LATER) == ["GSMA", "ATC"]

    assert IssuedMarks.objects.get().issued_at == LAST_SECOND


def test_one_that_is_made_anew_follows_its_new_date_and_the_old_row_stays(platform):
    put_in_force()
    platform.issued_at = LAST_SECOND
    assert partners_on_it() == ["GSMA", "ATC"]

    platform.issued_at = FIRST_SECOND_AFTER

    assert partners_on_it() == []
    kept = IssuedMarks.objects.order_by("issued_at")
    assert [len(row.marks) for row in kept] == [2, 0]


def test_a_preview_shows_the_marks_of_the_moment_and_keeps_nothing(platform):
    put_in_force()

    assert partners_on_it(at=LAST_SECOND, number="") == ["GSMA", "ATC"]
    assert partners_on_it(at=FIRST_SECOND_AFTER, number="0" * 32) == []

    assert not IssuedMarks.objects.exists()


def test_all_of_a_mark_is_kept_with_the_words_of_its_day(platform, settings):
    settings.PARTNERSHIPS_HOST_NAME = "The Union"
    put_in_force()
    platform.issued_at = LAST_SECOND
    before = api.branding_for(COURSE, at=LAST_SECOND)
    with translation.override("ar"):
        assert api.marks_of_certificate(NUMBER, COURSE, at=LAST_SECOND)

    settings.PARTNERSHIPS_HOST_NAME = "Another name"

    assert api.marks_of_certificate(NUMBER, COURSE, at=YEARS_LATER) == before


def test_the_role_on_it_is_told_in_the_readers_language(platform):
    put_in_force()
    platform.issued_at = LAST_SECOND

    with translation.override("fr"):
        found = api.marks_of_certificate(NUMBER, COURSE, at=LAST_SECOND)
        assert found[0].role_label == api.branding_for(COURSE, at=LAST_SECOND)[0].role_label


def test_a_picture_is_kept_with_its_hash_and_served_after_it_was_withdrawn(platform):
    # given
    put_in_force()
    sent = brand.approved()
    platform.issued_at = LAST_SECOND
    issued = api.marks_of_certificate(NUMBER, COURSE, at=LAST_SECOND)[0].picture

    # when
    api.withdraw_picture(sent.uuid, by=brand.SENDER, reason="New look", at=LAST_SECOND)

    # then
    assert api.branding_for(COURSE, at=YEARS_LATER) == ()
    assert api.marks_of_certificate(NUMBER, COURSE, at=YEARS_LATER)[0].picture == issued
    assert issued.alternative == brand.SEEN["en"]
    assert IssuedMarks.objects.get().marks[0]["picture"]["sha256"] == issued.sha256
    assert Client().get(issued.light).status_code == 200


def test_the_rules_of_its_day_are_kept_whatever_the_partner_says_afterwards(platform):
    # given
    put_in_force()
    brand.approved(alternatives={"ar": "موجات"}, usage_rules={"ar": "اترك مسافة"})
    platform.issued_at = LAST_SECOND
    api.issue_marks(LEARNER, COURSE)

    # when
    brand.approved(usage_rules={"en": "Never on red."}, decided_at=LAST_SECOND)

    # then
    kept = api.marks_of_certificate(NUMBER, COURSE, at=YEARS_LATER)[0].picture
    assert (kept.usage_rules, kept.usage_rules_language) == ("اترك مسافة", "ar")
    assert (kept.alternative, kept.alternative_language) == ("موجات", "ar")


def test_the_language_of_the_sentence_on_it_is_that_of_its_day(platform):
    put_in_force()
    platform.issued_at = LAST_SECOND

    with translation.override("ar"):
        found = api.marks_of_certificate(NUMBER, COURSE, at=LAST_SECOND)[0]

    assert (found.language, found.statement.partition(".")[0]) == (
        "en",
        "Shown under a partnership agreement",
    )


def test_what_was_kept_before_languages_were_told_is_read(platform):
    # given
    put_in_force()
    brand.approved(usage_rules={"en": "Leave room."})
    platform.issued_at = LAST_SECOND
    (packed, *_others) = _kept_before_languages_were_told()
    row = {"certificate": NUMBER, "course_key": COURSE, "issued_at": LAST_SECOND}
    IssuedMarks.objects.create(**row, marks=[packed])

    # when
    (mark,) = api.marks_of_certificate(NUMBER, COURSE, at=YEARS_LATER)

    # then
    assert (mark.language, mark.picture.usage_rules_language) == ("", "")
    assert mark.picture.usage_rules == "Leave room."


def _kept_before_languages_were_told():
    told = [asdict(mark) for mark in api.branding_for(COURSE, at=LAST_SECOND)]
    for mark in told:
        mark["valid_until"] = mark["valid_until"].isoformat()
        del mark["language"]
        picture = mark["picture"] or {}
        for name in ("alternative_language", "usage_rules_language"):
            picture.pop(name, None)
    return told


def test_a_certificate_costs_one_query_once_its_marks_are_kept(platform, django_assert_num_queries):
    put_in_force()
    platform.issued_at = LAST_SECOND
    partners_on_it()

    with django_assert_num_queries(1):
        partners_on_it()


def test_nothing_of_it_is_changed_or_deleted(platform):
    put_in_force()
    platform.issued_at = LAST_SECOND
    partners_on_it()
    row = IssuedMarks.objects.get()

    with pytest.raises(RowIsKept):
        row.save()
    with pytest.raises(RowIsKept):
        row.delete()
    with pytest.raises(RowIsKept):
        IssuedMarks.objects.update(marks=[])
    with pytest.raises(RowIsKept):
        IssuedMarks.objects.all().delete()
    assert IssuedMarks.objects.get().marks


# --- In the admin ---------------------------------------------------------------------------------

ROWS = reverse_lazy("admin:partnerships_issuedmarks_changelist")


def colleague(client, *codenames):
    user = User.objects.create_user("op", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    client.force_login(user)


@pytest.mark.parametrize(
    ("asked", "found"), [(NUMBER, 1), (COURSE, 1), (NUMBER[:8], 0), ("course-v1:ATC+OTHER+1", 0)]
)
def test_what_a_certificate_bears_is_found_by_its_number_or_course(platform, client, asked, found):
    put_in_force()
    platform.issued_at = LAST_SECOND
    partners_on_it()
    colleague(client, "view_issuedmarks")

    page = client.get(ROWS, {"q": asked})

    assert page.context["cl"].result_count == found
    assert page.content.decode().count("GSMA, Regional Academy") == found


def test_a_row_is_read_with_sentence_rules_and_picture_and_nothing_is_done_with_it(
    platform, client
):
    # given
    put_in_force()
    picture = brand.approved(usage_rules={"en": "<b>Leave</b> room."})
    platform.issued_at = LAST_SECOND
    partners_on_it()
    row = IssuedMarks.objects.get()
    colleague(client, "view_issuedmarks", *ACTS)
    url = reverse("admin:partnerships_issuedmarks_change", args=[row.pk])

    # when
    page = client.get(url).content.decode()

    # then
    for text in (NUMBER, COURSE, "does not endorse GSMA", picture.sha256, "Co-host"):
        assert text in page
    assert "&lt;b&gt;Leave&lt;/b&gt; room." in page
    assert client.post(url, {"certificate": "other"}).status_code == 403
    delete = reverse("admin:partnerships_issuedmarks_delete", args=[row.pk])
    assert client.post(delete, {"post": "yes"}).status_code == 403
    assert client.get(reverse("admin:partnerships_issuedmarks_add")).status_code == 403
    assert IssuedMarks.objects.get().certificate == NUMBER


@pytest.mark.parametrize("may", ["view_agreement", "view_brandasset", "view_partner"])
def test_who_may_read_something_else_does_not_read_it(platform, client, may):
    put_in_force()
    platform.issued_at = LAST_SECOND
    partners_on_it()
    colleague(client, may)

    assert client.get(ROWS).status_code == 403
    change = reverse("admin:partnerships_issuedmarks_change", args=[IssuedMarks.objects.get().pk])
    assert client.get(change).status_code == 403


def test_a_certificate_without_partners_says_so_in_the_admin(platform, client):
    platform.issued_at = LAST_SECOND
    partners_on_it()
    colleague(client, "view_issuedmarks")

    assert client.get(ROWS).content.decode().count(">–<") == 1


def event():
    return SimpleNamespace(
        user=SimpleNamespace(id=LEARNER), course=SimpleNamespace(course_key=COURSE)
    )


def test_the_platforms_word_of_a_new_certificate_writes_after_the_commit(
    platform, django_capture_on_commit_callbacks
):
    put_in_force()
    platform.issued_at = LAST_SECOND

    with django_capture_on_commit_callbacks(execute=True):
        handlers.keep_marks_of_certificate(certificate=event(), metadata=None)
        assert not IssuedMarks.objects.exists()

    assert IssuedMarks.objects.get().certificate == NUMBER


def test_a_word_of_a_certificate_that_is_gone_writes_nothing(
    django_capture_on_commit_callbacks,
):
    with django_capture_on_commit_callbacks(execute=True):
        handlers.keep_marks_of_certificate(certificate=event())

    assert not IssuedMarks.objects.exists()


def test_a_failure_after_the_commit_is_told_to_the_log_alone(
    platform, monkeypatch, caplog, django_capture_on_commit_callbacks
):
    def broken(*_args):
        raise RuntimeError("broken")

    monkeypatch.setattr(api, "issue_marks", broken)

    with django_capture_on_commit_callbacks(execute=True):
        handlers.keep_marks_of_certificate(certificate=event())

    assert "marks of a certificate not kept: course=" in caplog.text


@pytest.mark.mariadb
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("isolation", ISOLATIONS)
@pytest.mark.parametrize("atomic", [False, True])
def test_eight_first_looks_at_once_keep_one_row_and_show_the_same(platform, isolation, atomic):
    put_in_force()
    platform.issued_at = LAST_SECOND

    outcomes = race(*[partners_on_it] * 8, isolation=isolation, atomic=atomic)

    assert values(outcomes) == [["GSMA", "ATC"]] * 8
    assert IssuedMarks.objects.count() == 1


@pytest.mark.mariadb
@pytest.mark.django_db(transaction=True)
def test_where_a_conflict_is_no_answer_the_others_get_an_error(platform, monkeypatch):
    put_in_force()
    platform.issued_at = LAST_SECOND
    add = IssuedMarks.objects.bulk_create
    monkeypatch.setattr(IssuedMarks.objects, "bulk_create", lambda rows, **_options: add(rows))

    outcomes = race(*[partners_on_it] * 8)

    assert {type(error) for error in errors(outcomes)} == {IntegrityError}
