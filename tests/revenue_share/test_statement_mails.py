"""Statements by mail: to the contacts for finance, once, in their language, with the PDF."""

from __future__ import annotations

import io
import logging
from datetime import timedelta
from smtplib import SMTPRecipientsRefused

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import connection
from django.urls import reverse

import killed
from factories import payouts as make
from factories import revenue_share as facts
from fairgate import clock
from partnerships import api as partnerships
from reading_pdfs import text
from revenue_share import api, checks, tasks
from revenue_share.models import StatementMail
from revenue_share.services import mailing

pytestmark = pytest.mark.django_db

NOW = facts.CLOSE_DAY + timedelta(hours=1)


@pytest.fixture(autouse=True)
def now(settings):
    settings.REVENUE_SHARE_SITE_URL = "https://learn.example.org/"
    settings.DEFAULT_FROM_EMAIL = "Fairgate <books@example.org>"
    clock.use(lambda: NOW)
    yield
    clock.use(None)


@pytest.fixture
def october():
    make.closed_october()
    contact("fay@gsma.example", language="fr")


def contact(email, party="GSMA", role="finance", **more):
    return partnerships.add_contact(
        party, role=role, name="Somebody", email=email, at=facts.NOON, **more
    )


def sent():
    return sorted(one.to[0] for one in mail.outbox)


def failing(*_args, **_kwargs):
    raise OSError("no mail server")


@pytest.mark.usefixtures("october")
def test_each_contact_for_finance_gets_the_statement_once():
    contact("bea@gsma.example")
    contact("otto@gsma.example", role="focal_point")
    contact("ada@atc.example", party="ATC")

    told = [api.send_statements(at=NOW + timedelta(hours=hour)) for hour in range(3)]

    assert [(one.sent, one.waiting) for one in told] == [(3, 0), (0, 0), (0, 0)]
    assert sent() == ["ada@atc.example", "bea@gsma.example", "fay@gsma.example"]
    assert {(row.party, row.period) for row in StatementMail.objects.all()} == {
        ("GSMA", "2026-10"), ("ATC", "2026-10"),
    }  # fmt: skip


@pytest.mark.usefixtures("october")
def test_a_mail_says_what_is_paid_with_a_link_and_the_paper_in_the_language_of_its_reader():
    contact("bea@gsma.example", language="en")
    api.send_statements(at=NOW)

    english, french = sorted(mail.outbox, key=lambda one: one.to)
    name = partnerships.partner("GSMA").legal_name
    assert f"Statement RS-000003 of {name} is attached." in english.body
    assert "To be paid: USD 91.73." in english.body
    page = reverse("revenue_share:statement", args=["GSMA", "2026-10"])
    assert f"https://learn.example.org{page}?currency=USD" in english.body
    ((html, kind),) = english.alternatives
    assert kind == "text/html"
    assert '<html lang="en" dir="ltr">' in html
    assert '<html lang="fr" dir="ltr">' in french.alternatives[0][0]
    (paper,) = [one.attachments[0] for one in (french,)]
    assert paper[0] == "RS-000003-2026-10-GSMA-USD.pdf"
    assert english.subject.endswith(": statement RS-000003 of GSMA, October 2026, USD")
    assert english.extra_headers["Auto-Submitted"] == "auto-generated"
    assert paper[2] == "application/pdf"
    assert paper[1] == api.statement_paper(api.statement("GSMA", "2026-10"), language="fr")
    assert "91" in text(paper[1])


@pytest.mark.usefixtures("october")
def test_the_command_names_whose_statements_nobody_gets(capsys):
    # when
    call_command("revenue_share_statements", mail=True, period="2026-10")

    # then
    said = "Nobody gets the statements of ATC: add a contact for finance."
    assert said in capsys.readouterr().out


@pytest.mark.parametrize("more", [{"format": "xlsx"}, {"language": "fr"}])
def test_what_a_mail_has_cannot_be_chosen(more):
    with pytest.raises(CommandError, match="in the language of its reader") as refused:
        call_command("revenue_share_statements", mail=True, **more)
    assert refused.value.returncode == 2


def test_what_is_carried_is_said():
    facts.put_terms_in_force()
    api.book_payment(facts.payment("S1", "30.00"), at=facts.NOON)
    api.close_period("2026-10", at=facts.CLOSE_DAY, by="ines")
    contact("fay@gsma.example")

    api.send_statements(at=NOW)

    assert "Nothing is paid this time; USD 10.80 is carried" in mail.outbox[0].body


@pytest.mark.usefixtures("october")
def test_without_an_address_of_the_site_there_is_no_link(settings):
    settings.REVENUE_SHARE_SITE_URL = ""
    settings.LMS_ROOT_URL = ""

    api.send_statements(at=NOW)

    assert "http" not in mail.outbox[0].body


@pytest.mark.usefixtures("october")
def test_what_the_mail_server_does_not_take_is_tried_later_and_later_and_then_sent(monkeypatch):
    monkeypatch.setattr("django.core.mail.EmailMultiAlternatives.send", failing)
    at, waits = NOW, []
    for _ in range(9):
        assert api.send_statements(at=at).sent == 0
        again = StatementMail.objects.get().claimed_until
        waits.append(again - at)
        at = again
    assert [wait.total_seconds() / 60 for wait in waits] == [
        15, 30, 60, 120, 240, 480, 960, 1440, 1440,
    ]  # fmt: skip
    monkeypatch.undo()

    assert api.send_statements(at=at - timedelta(seconds=1)).sent == 0
    assert api.send_statements(at=at).sent == 1
    assert sent() == ["fay@gsma.example"]


@pytest.mark.usefixtures("october")
def test_a_mail_that_is_never_taken_is_given_up(monkeypatch):
    monkeypatch.setattr("django.core.mail.EmailMultiAlternatives.send", lambda _mail: 0)
    at = NOW
    for _ in range(mailing.TRIES):
        api.send_statements(at=at)
        at += timedelta(days=1)
    monkeypatch.undo()

    assert api.send_statements(at=at) == type(api.send_statements(at=at))(sent=0, waiting=0)
    assert StatementMail.objects.get().tries == mailing.TRIES


@pytest.mark.usefixtures("october")
def test_one_mail_that_fails_keeps_no_other_from_being_sent(monkeypatch):
    contact("bea@gsma.example")
    hand_over = mailing._hand_over

    def not_to_fay(row, told):
        return failing() if told.email.startswith("fay") else hand_over(row, told)

    monkeypatch.setattr(mailing, "_hand_over", not_to_fay)

    done = api.send_statements(at=NOW)

    assert (done.sent, done.waiting) == (1, 1)
    assert sent() == ["bea@gsma.example"]


@pytest.mark.usefixtures("october")
def test_f40_a_statement_that_somebody_has_changed_is_not_sent(caplog):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE revenue_share_statement SET document = REPLACE(document, '9', '8')")

    assert api.send_statements(at=NOW).sent == 0
    assert mail.outbox == []
    assert "not as it was frozen, not mailed: statement=RS-000003" in caplog.text


def test_a_month_that_is_open_is_not_sent():
    facts.put_terms_in_force()
    facts.book_october()
    contact("fay@gsma.example")

    assert api.send_statements(at=NOW).sent == 0
    assert not StatementMail.objects.exists()


@pytest.mark.usefixtures("october")
@pytest.mark.parametrize(
    ("name", "value", "later"),
    [
        ("REVENUE_SHARE_MAIL_DAYS", 0, 0),
        ("REVENUE_SHARE_MAIL_DAYS", 31, 31),
        ("REVENUE_SHARE_MAIL_NOT_TO", ["GSMA"], 0),
    ],
)
def test_nobody_gets_what_is_switched_off_or_was_closed_long_ago(settings, name, value, later):
    setattr(settings, name, value)

    assert api.send_statements(at=NOW + timedelta(days=later)).sent == 0
    assert mail.outbox == []


@pytest.mark.usefixtures("october")
def test_what_was_written_down_is_not_sent_once_mails_are_switched_off(settings, monkeypatch):
    monkeypatch.setattr("django.core.mail.EmailMultiAlternatives.send", failing)
    api.send_statements(at=NOW)
    monkeypatch.undo()
    later = NOW + timedelta(hours=1)

    settings.REVENUE_SHARE_MAIL_NOT_TO = ["GSMA"]
    assert api.send_statements(at=later).sent == 0
    settings.REVENUE_SHARE_MAIL_NOT_TO = []
    settings.REVENUE_SHARE_MAIL_DAYS = 0
    assert api.send_statements(at=later).sent == 0


# --- Who leaves -----------------------------------------------------------------------------------


@pytest.mark.usefixtures("october")
def test_who_was_forgotten_before_the_mail_went_gets_none(monkeypatch):
    monkeypatch.setattr("django.core.mail.EmailMultiAlternatives.send", failing)
    api.send_statements(at=NOW)
    monkeypatch.undo()
    user = User.objects.create_user("fay", email="fay@gsma.example")

    partnerships.forget_user(user.pk, user_name="fay", emails=["fay@gsma.example"])

    assert api.send_statements(at=NOW + timedelta(hours=1)).sent == 0
    assert mail.outbox == []
    row = StatementMail.objects.get()
    assert (row.sent_at, row.dropped_at is None) == (None, False)


@pytest.mark.usefixtures("october")
def test_what_a_mail_server_says_of_a_person_is_not_in_the_log(caplog, monkeypatch):
    def refuse(*_args, **_kwargs):
        raise SMTPRecipientsRefused({"fay@gsma.example": (550, b"no fay here")})

    monkeypatch.setattr(mail.EmailMultiAlternatives, "send", refuse)
    assert api.send_statements(at=NOW).sent == 0
    assert "statement not mailed" in caplog.text
    assert "reason=SMTPRecipientsRefused" in caplog.text
    assert "fay" not in caplog.text


@pytest.mark.usefixtures("october")
def test_the_table_and_the_log_name_nobody(caplog):
    caplog.set_level(logging.INFO, logger="revenue_share")

    api.send_statements(at=NOW)

    kept = str(StatementMail.objects.values().get())
    for told in ("fay", "Somebody", "gsma.example"):
        assert told not in kept
        assert told not in caplog.text
    assert "statement mailed" in caplog.text


# --- Workers --------------------------------------------------------------------------------------


@pytest.mark.usefixtures("october")
def test_the_task_sends_what_is_due():
    assert tasks.send_statements() == 1
    assert tasks.send_statements() == 0


@pytest.mark.django_db(transaction=True)
def test_f14_a_worker_that_dies_at_any_step_leaves_each_mail_to_be_sent(database):
    if database != "sqlite":
        pytest.skip("Each statement on SQLite; on MariaDB the races hold the rows.")
    make.closed_october()
    contact("fay@gsma.example")
    contact("ada@atc.example", party="ATC")
    start, step, died, twice = killed.Snapshot(), 0, True, 0
    while died:
        step += 1
        start.restore()
        mail.outbox.clear()
        with killed.worker(dies_at=step, counts=("statement", "commit")) as life:
            api.send_statements(at=NOW)
        died = life.is_over

        api.send_statements(at=NOW + mailing.CLAIM)

        assert set(sent()) == {"ada@atc.example", "fay@gsma.example"}, step
        assert StatementMail.objects.exclude(sent_at=None).count() == 2
        # Between the mail and its stamp it goes out again, under the name that it had.
        assert len({one.extra_headers["Message-ID"] for one in mail.outbox}) == 2
        twice += len(mail.outbox) > 2
    assert step > 10
    assert 0 < twice < step


# --- The command ----------------------------------------------------------------------------------


def run(**options):
    out, progress = io.StringIO(), io.StringIO()
    call_command("revenue_share_statements", mail=True, stdout=out, stderr=progress, **options)
    return out.getvalue(), progress.getvalue()


@pytest.mark.usefixtures("october")
def test_the_command_sends_a_closed_month_however_long_ago_and_shows_how_far_it_is():
    contact("ada@atc.example", party="ATC")
    clock.use(lambda: NOW + timedelta(days=400))
    assert run() == ("0 mails sent.\n", "")

    said, progress = run(period="2026-10", party=["GSMA"])

    assert (said, progress) == ("1 mail sent.\n", "1 of 1\n")
    assert run(period="2026-10")[0] == "1 mail sent.\n"
    assert run(period="2026-10")[0] == "0 mails sent.\n"
    assert sent() == ["ada@atc.example", "fay@gsma.example"]


@pytest.mark.usefixtures("october")
def test_the_command_says_that_something_cannot_be_sent(monkeypatch):
    monkeypatch.setattr("django.core.mail.EmailMultiAlternatives.send", failing)

    with pytest.raises(CommandError, match="1 mail cannot be sent now") as refused:
        run()
    assert refused.value.returncode == 1


@pytest.mark.usefixtures("october")
@pytest.mark.parametrize(
    ("options", "said", "code"),
    [
        ({"period": "2026-11"}, "2026-11 is not closed", 1),
        ({"period": "10"}, "is not a month", 2),
        ({"period": "2026-10", "party": ["X"]}, "There is no statement of X", 1),
        ({"party": ["GSMA"]}, "Say of which month", 2),
    ],
)
def test_what_cannot_be_sent_is_refused(options, said, code):
    with pytest.raises(CommandError, match=said) as refused:
        run(**options)

    assert refused.value.returncode == code
    assert mail.outbox == []


# --- Settings -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("REVENUE_SHARE_MAIL_DAYS", -1, "none from 0 to 3660"),
        ("REVENUE_SHARE_MAIL_DAYS", True, "none from 0 to 3660"),
        ("REVENUE_SHARE_MAIL_DAYS", "31", "none from 0 to 3660"),
        ("REVENUE_SHARE_MAIL_NOT_TO", "GSMA", "no list of codes"),
        ("REVENUE_SHARE_MAIL_NOT_TO", [1], "no list of codes"),
    ],
)
def test_e004_says_that_statements_cannot_be_sent(settings, name, value, said):
    assert checks.check_mails(None) == []
    setattr(settings, name, value)

    (found,) = checks.check_mails(None)

    assert found.id == "revenue_share.E006"
    assert said in found.msg
