"""Reminders of what ends soon and of what is late: once, to whom it concerns, in their language."""

from __future__ import annotations

import logging
from datetime import UTC, date, datetime, timedelta
from smtplib import SMTPRecipientsRefused

import pytest
from django.core import mail
from django.core.management import call_command

import races
from factories.partnerships import PROMISES, load_approved, put_in_force, terms_text, version_text
from fairgate import clock
from fairgate.money import Money
from partnerships import api, models, tasks

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
OFFICE = "office@example.org"


@pytest.fixture(autouse=True)
def _office(settings):
    settings.PARTNERSHIPS_OFFICE_EMAILS = [OFFICE]


def day(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def in_force(**told):
    (version,) = put_in_force(terms_text(version_text(promises=PROMISES, **told)))
    api.add_contact(
        "GSMA", role="focal_point", name="Grace", email="grace@example.org", language="en", at=NOW
    )
    return version.uuid


def sent():
    return sorted((one.to[0], one.subject) for one in mail.outbox)


@pytest.mark.django_db
def test_the_end_of_an_agreement_is_told_both_sides_once_for_each_number_of_days():
    in_force()
    models.VersionContribution.objects.all()._raw_delete("default")
    models.VersionObligation.objects.all()._raw_delete("default")
    models.VersionOutcome.objects.all()._raw_delete("default")

    told = [
        api.remind(at=day(text))
        for text in (
            "2027-07-01T23:59:59", "2027-07-02", "2027-07-03", "2027-08-31", "2027-09-30T23:59:59",
            "2027-10-01",
        )
    ]  # fmt: skip

    assert told == [0, 2, 0, 2, 2, 0]
    assert sent()[0] == ("grace@example.org", "Agreement GSMA-SPECTRUM ends soon")
    assert "30 September 2027" in mail.outbox[0].body
    assert {one.to[0] for one in mail.outbox} == {OFFICE, "grace@example.org"}


@pytest.mark.django_db
def test_nobody_is_reminded_of_an_end_that_a_signed_version_follows_or_of_a_draft():
    later = version_text(version=2, valid_from="2027-10-01", valid_until="2030-09-30")
    put_in_force(terms_text(version_text(), later))

    assert api.remind(at=day("2027-09-15")) == 0


@pytest.mark.django_db
def test_a_draft_reminds_nobody():
    load_approved(terms_text(version_text(promises=PROMISES)))

    assert api.remind(at=day("2027-09-15")) == 0


@pytest.mark.django_db
def test_the_end_of_a_due_diligence_is_told_the_host_alone():
    put_in_force(terms_text(version_text(valid_until="2030-01-01"), cleared_until="2027-03-31"))

    assert api.remind(at=day("2027-01-30")) == 1
    assert sent() == [(OFFICE, "The due diligence of GSMA ends soon")]


@pytest.mark.django_db
def test_what_is_late_is_told_whoever_promised_it_and_the_host():
    in_force()

    assert api.remind(at=day("2027-01-31T23:59:59")) == 4
    assert sent() == [
        ("grace@example.org", "Agreement GSMA-SPECTRUM: contribution GRANT is late"),
        ("grace@example.org", "Agreement GSMA-SPECTRUM: obligation ROOM is late"),
        (OFFICE, "Agreement GSMA-SPECTRUM: contribution GRANT is late"),
        (OFFICE, "Agreement GSMA-SPECTRUM: obligation ROOM is late"),
    ]
    assert api.remind(at=day("2027-02-01")) == 2
    assert mail.outbox[-1].subject == "Agreement GSMA-SPECTRUM: report REPORT is missing"


@pytest.mark.django_db
def test_what_the_host_owes_is_told_the_host_alone():
    promises = PROMISES.replace("code: ROOM, of: partner", "code: ROOM, of: host")
    put_in_force(terms_text(version_text(promises=promises)))

    assert api.remind(at=day("2027-01-20")) == 2
    assert {one.to[0] for one in mail.outbox} == {OFFICE}


@pytest.mark.django_db
def test_what_is_settled_before_it_is_sent_is_not_sent(monkeypatch):
    version = in_force()
    late = day("2027-01-10")
    monkeypatch.setattr("django.core.mail.EmailMultiAlternatives.send", failing)
    assert api.remind(at=late) == 0
    monkeypatch.undo()
    delivery = api.record_delivery(
        version, "GRANT", amount=Money("20000.00", "USD"), delivered_on=date(2027, 1, 9),
        evidence="Bank", by=1, at=late,
    )  # fmt: skip
    api.accept_delivery(delivery, by=2, at=late)

    assert api.remind(at=late + timedelta(hours=1)) == 0
    assert set(models.Reminder.objects.values_list("sent_at", flat=True)) == {None}
    assert not models.Reminder.objects.filter(dropped_at=None).exists()


def failing(*_args, **_kwargs):
    raise SMTPRecipientsRefused({"grace@example.org": (550, b"no Grace here")})


@pytest.mark.django_db
def test_a_mail_that_could_not_be_handed_over_is_tried_again_some_minutes_later(
    monkeypatch, caplog
):
    in_force()
    late = day("2027-01-10")
    monkeypatch.setattr("django.core.mail.EmailMultiAlternatives.send", failing)
    assert api.remind(at=late) == 0
    assert "reason=SMTPRecipientsRefused" in caplog.text
    assert "grace" not in caplog.text.lower()
    monkeypatch.undo()

    assert api.remind(at=late + timedelta(minutes=5)) == 0
    assert api.remind(at=late + timedelta(minutes=20)) == 2
    assert api.remind(at=late + timedelta(minutes=40)) == 0


@pytest.mark.django_db
def test_each_reads_their_own_language_and_the_log_names_nobody(caplog):
    in_force()
    caplog.set_level(logging.INFO, logger="partnerships")
    api.add_contact(
        "GSMA", role="focal_point", name="Nadia", email="nadia@example.org", language="ar", at=NOW
    )

    api.remind(at=day("2027-01-10"))

    pages = {one.to[0]: one.alternatives[0][0] for one in mail.outbox}
    assert '<html lang="ar" dir="rtl">' in pages["nadia@example.org"]
    assert '<html lang="en" dir="ltr">' in pages["grace@example.org"]
    assert "reminder sent" in caplog.text
    assert [word in caplog.text for word in ("grace", "Nadia", "example.org")] == [False] * 3


@pytest.mark.django_db
def test_who_is_forgotten_is_not_written_to(monkeypatch):
    in_force()
    monkeypatch.setattr("django.core.mail.EmailMultiAlternatives.send", failing)
    api.remind(at=day("2027-01-10"))
    monkeypatch.undo()
    api.forget_contact("grace@example.org")

    api.remind(at=day("2027-01-11"))

    assert [one.to for one in mail.outbox] == [[OFFICE]]


@pytest.mark.django_db
def test_the_command_and_the_task_do_it(capsys):
    in_force()
    clock.use(lambda: day("2027-01-10"))
    try:
        call_command("partnerships_remind")
        assert capsys.readouterr().out == "2 reminders sent\n"
        assert not tasks.remind()
    finally:
        clock.use(None)
    assert len(mail.outbox) == 2


@pytest.mark.mariadb
@pytest.mark.parametrize("isolation", races.ISOLATIONS)
def test_of_two_jobs_at_once_each_mail_is_sent_by_one(isolation):
    in_force()

    outcomes = races.race(*[lambda: api.remind(at=day("2027-01-10"))] * 3, isolation=isolation)

    assert races.errors(outcomes) == []
    assert sum(races.values(outcomes)) == len(mail.outbox) == 2
