"""Mails about applications: who is told what, once, in their language, and nothing private."""

from __future__ import annotations

import re
from datetime import timedelta
from io import StringIO
from smtplib import SMTPRecipientsRefused

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.core.management import CommandError, call_command
from django.db import transaction

from factories import waiver_policy as make
from fairgate import clock, stand_in
from fairgate.errors import FairgateError
from waiver_policy import api, compat, models
from waiver_policy.services import daily, notices

pytestmark = pytest.mark.django_db

SITE = "https://learn.example.org"


def on(days):
    return make.EVE + timedelta(days=days)


class Platform:
    """A platform whose people read the languages of ``speaks``."""

    def __init__(self):
        self.speaks = {}

    def preferred_language(self, user_id):
        return self.speaks.get(user_id, "")


@pytest.fixture(autouse=True)
def platform(settings, sell):
    settings.WAIVER_POLICY_SITE_URL = SITE
    make.programme()
    clock.use(lambda: make.EVE)
    kept, found = stand_in._platform, Platform()
    stand_in.use(found)
    sell(title_of=lambda code: "Spectrum & radio", language_of=None)
    yield found
    stand_in.use(kept)
    clock.use(None)


@pytest.fixture
def learner():
    return make.person("learner")


@pytest.fixture
def applied(learner):
    return make.apply(learner)


@pytest.fixture
def committed(django_capture_on_commit_callbacks):
    return lambda: django_capture_on_commit_callbacks(execute=True)


def ask(applied, at=make.EVE):
    return api.ask_for_more(applied.uuid, by=9, question="Where do you teach?", at=at)


def run(at=make.EVE):
    clock.use(lambda: at)
    out = StringIO()
    try:
        call_command("waiver_policy_daily", stdout=out)
    finally:
        clock.use(lambda: make.EVE)
    return out.getvalue()


def subjects():
    return [one.subject for one in mail.outbox]


def test_a_question_is_told_after_the_commit_with_its_last_day_and_its_page(applied, committed):
    with committed():
        ask(applied)
        assert mail.outbox == []
    (sent,) = mail.outbox
    assert sent.to == ["learner@example.org"]
    assert sent.subject == "A question about your application for a fee waiver"
    assert "“Spectrum & radio”" in sent.body
    assert "14 December 2026 (UTC)" in sent.body
    assert f"{SITE}/fairgate/waivers/application/{applied.uuid}/" in sent.body


def test_what_is_rolled_back_is_told_to_nobody(applied, committed):
    def fails():
        with transaction.atomic():
            ask(applied)
            raise OSError("The disk is away.")

    with committed(), pytest.raises(OSError, match="away"):
        fails()
    assert mail.outbox == []
    assert not models.Notice.objects.exists()


@pytest.mark.parametrize("end", ["approve", "refuse"])
def test_a_decision_is_told_without_its_result(applied, committed, end):
    with committed():
        getattr(api, end)(applied.uuid, by=9, reason="Secret words.", at=make.EVE)
    (sent,) = mail.outbox
    assert sent.subject == "Your application for a fee waiver was decided"
    whole = sent.subject + sent.body + sent.alternatives[0][0]
    assert not re.search("approv|refus|Secret|teach radio", whole, re.IGNORECASE)


def test_no_mail_names_a_country_a_person_or_their_words(applied, committed):
    make.person("ines", reviews=True)
    with committed():
        ask(applied)
        api.answer(applied.uuid, by=applied.user_id, text="In Suva.", at=make.EVE)
        api.refuse(applied.uuid, by=9, reason="No proof.", at=make.EVE)
    run()
    for sent in mail.outbox:
        whole = sent.subject + sent.body + sent.alternatives[0][0]
        assert not re.search(r"Guam|\bGU\b|learner|ines|Suva|No proof|Where do you", whole)


def test_a_title_is_text_in_the_written_page(applied, committed):
    with committed():
        ask(applied)
    page = mail.outbox[0].alternatives[0][0]
    assert "“Spectrum &amp; radio”" in page
    assert '<div lang="en" dir="ltr">' in page


def test_a_mail_is_in_the_language_of_who_reads_it(applied, committed, platform):
    platform.speaks[applied.user_id] = "ar"
    with committed():
        ask(applied)
    assert 'dir="rtl"' in mail.outbox[0].alternatives[0][0]


def test_who_has_no_address_or_no_account_is_not_written_to(committed):
    with committed():
        ask(make.apply(77))
        ask(make.apply(make.person("gone", is_active=False)))
    assert mail.outbox == []
    assert models.Notice.objects.filter(sent_at__isnull=True).count() == 2


def test_the_same_is_told_once_however_often_it_is_sent(applied, committed):
    with committed():
        ask(applied)
    for _again in range(3):
        run()
    assert len([one for one in subjects() if one.startswith("A question")]) == 1


# The daily command


def test_a_reminder_comes_once_some_days_before_it_is_too_late(applied):
    ask(applied)
    run(on(15))
    assert "A reminder: your answer is waited for" not in subjects()
    run(on(17))
    run(on(18))
    assert subjects().count("A reminder: your answer is waited for") == 1


def test_who_did_not_answer_is_told_that_it_has_ended(applied):
    ask(applied)
    told = run(on(22))
    assert "applications that expired without an answer: 1\n" in told
    assert subjects()[-1] == "Your application for a fee waiver has ended"


def test_of_an_appeal_without_an_answer_the_refusal_is_told(applied):
    api.refuse(applied.uuid, by=9, reason="No.", at=make.EVE)
    api.appeal(applied.uuid, by=applied.user_id, text="But.", at=make.EVE)
    api.ask_for_more(applied.uuid, by=8, question="Where?", at=make.EVE)
    run(on(22))
    assert subjects()[-1] == "Your application for a fee waiver was decided"


def test_an_approval_that_ends_soon_is_told_once_and_not_when_it_was_used(applied):
    approved = api.approve(applied.uuid, by=9, reason="So.", at=make.EVE)
    end = on((approved.valid_until - make.EVE.date()).days)
    run(end - timedelta(days=6))
    assert "Your fee waiver ends soon" not in subjects()
    run(end - timedelta(days=5))
    run(end - timedelta(days=1))
    assert subjects().count("Your fee waiver ends soon") == 1
    assert "21 May 2027 (UTC)" in mail.outbox[-1].body


def test_a_used_approval_is_not_said_to_end(applied):
    api.approve(applied.uuid, by=9, reason="So.", at=make.EVE)
    make.grant(applied.user_id, country="GU")
    run(on(178))
    assert "Your fee waiver ends soon" not in subjects()


def test_reviewers_are_told_once_a_day_how_many_wait(applied):
    ines = make.person("ines", reviews=True)
    make.person("root", is_superuser=True)
    make.apply(2, at=on(-20))
    api.take(applied.uuid, by=ines, at=make.EVE)
    run()
    run()
    (sent,) = [one for one in mail.outbox if one.to == ["ines@example.org"]]
    assert sent.subject == "Applications for fee waivers wait for you"
    for line in ("2 applications wait", "You read 1 of them", "has passed for 1."):
        assert line in sent.body
    assert f"{SITE}/fairgate/waivers/review/" in sent.body
    run(on(1))
    assert len([one for one in mail.outbox if one.to == ["ines@example.org"]]) == 2
    assert ["root@example.org"] not in [one.to for one in mail.outbox]


def test_when_nothing_waits_nobody_is_told(applied):
    make.person("ines", reviews=True)
    api.refuse(applied.uuid, by=9, reason="No.", at=make.EVE)
    run()
    assert "Applications for fee waivers wait for you" not in subjects()


def test_whose_turn_it_is_on_the_waiting_list_is_told_once(learner):
    for _again in range(2):
        notices.waitlist_served(learner, make.COURSE, key="grant:1", at=make.EVE)
    run()
    run()
    assert subjects() == ["Your turn on the waiting list for a fee waiver"]
    assert f"{SITE}/fairgate/waivers/why/{make.COURSE}/\n" in mail.outbox[0].body


def test_a_bulk_review_leaves_its_mails_to_the_command(applied, committed):
    with committed():
        api.review_many(
            [(applied.uuid, 0)], "refuse", by=9, reason="", code="too_late", at=make.EVE
        )
    assert mail.outbox == []
    assert "mails sent: 1\n" in run()


def test_a_step_that_fails_keeps_no_other_from_being_done(applied, monkeypatch):
    def fails(_at):
        raise FairgateError("No.")

    notices.waitlist_served(applied.user_id, make.COURSE, key="x", at=make.EVE)
    monkeypatch.setattr(daily, "STEPS", (("things", fails), *daily.STEPS))
    with pytest.raises(CommandError, match=r"Not done: things\. See the log\.") as error:
        run()
    assert error.value.returncode == 1
    assert len(mail.outbox) == 1


# When a mail cannot be handed over


def away(*_args, **_kwargs):
    raise SMTPRecipientsRefused({"amina@example.org": (550, b"no Amina here")})


def test_what_could_not_be_sent_is_tried_again_later(applied, committed, monkeypatch, caplog):
    with monkeypatch.context() as patch:
        patch.setattr(EmailBackend, "send_messages", away)
        with committed():
            ask(applied)
    row = models.Notice.objects.get()
    assert (row.sent_at, row.tries) == (None, 1)
    assert "reason=SMTPRecipientsRefused" in caplog.text
    assert "amina" not in caplog.text.lower()
    run(make.EVE + timedelta(minutes=14))
    assert mail.outbox == []
    run(make.EVE + timedelta(minutes=15))
    assert len(mail.outbox) == 1


def test_a_worker_that_dies_while_sending_lets_it_be_sent_again(applied, committed, monkeypatch):
    class Killed(BaseException):
        pass

    def dies(*_args):
        raise Killed

    ask(applied)
    key = models.Notice.objects.get().key
    with monkeypatch.context() as patch:
        patch.setattr(notices, "_hand_over", dies)
        with pytest.raises(Killed):
            notices.send(key, at=make.EVE)
    assert not notices.send(key, at=make.EVE)
    assert notices.send(key, at=make.EVE + notices.CLAIM)
    assert len(mail.outbox) == 1


def test_one_mail_that_cannot_be_made_keeps_no_other_from_being_sent(applied, learner):
    models.Notice.objects.create(
        key="bad", kind="unheard of", user_id=learner, context={}, created_at=on(-1)
    )
    notices.waitlist_served(learner, make.COURSE, key="good", at=make.EVE)
    run()
    assert "Your turn on the waiting list for a fee waiver" in subjects()
    assert models.Notice.objects.get(key="bad").sent_at is None


def test_what_cannot_be_sent_is_given_up_after_some_tries(settings, applied, monkeypatch):
    settings.WAIVER_POLICY_NOTICE_TRIES = 2
    monkeypatch.setattr(EmailBackend, "send_messages", away)
    ask(applied)
    for hour in range(4):
        run(make.EVE + timedelta(hours=hour))
    assert models.Notice.objects.get().tries == 2


def test_a_page_is_answered_although_the_mail_server_is_away(
    applied, client, committed, monkeypatch
):
    from django.contrib.auth.models import User
    from django.urls import reverse

    monkeypatch.setattr(EmailBackend, "send_messages", away)
    client.force_login(User.objects.get(pk=make.person("ines", reviews=True)))
    told = {"verdict": "ask", "reason": "Where?", "read": "0"}
    with committed():
        page = client.post(reverse("waiver_policy:review_one", args=[applied.uuid]), told)
    assert page.status_code == 302
    assert api.get_application(applied.uuid).state == "more_information"


# edx-ace


class TestThroughEdxAce:
    """With the real package, where it is installed: a platform has it, the demo has not."""

    @pytest.fixture(autouse=True)
    def ace(self, settings):
        pytest.importorskip("edx_ace")
        from edx_ace.channel import channels
        from edx_ace.policy import policies

        # Both are kept from their first call on; other settings have to be read again.
        for kept in (channels, policies):
            vars(kept.__wrapped__).pop("__once_result", None)
        settings.ACE_ENABLED_CHANNELS = ["django_email"]
        settings.ACE_ENABLED_POLICIES = []
        settings.ACE_CHANNEL_DEFAULT_EMAIL = "django_email"
        settings.ACE_CHANNEL_TRANSACTIONAL_EMAIL = "django_email"
        settings.DEFAULT_FROM_EMAIL = "fees@example.org"
        yield
        for kept in (channels, policies):
            vars(kept.__wrapped__).pop("__once_result", None)

    def test_a_mail_is_rendered_from_our_templates_in_the_readers_language(
        self, applied, committed, platform
    ):
        assert compat.has_ace()
        platform.speaks[applied.user_id] = "ar"
        with committed():
            ask(applied)
        (sent,) = mail.outbox
        assert sent.from_email == "fees@example.org"
        assert sent.to == ["learner@example.org"]
        assert 'dir="rtl"' in sent.alternatives[0][0]
        assert f"/application/{applied.uuid}/" in sent.body
        assert models.Notice.objects.get().sent_at == make.EVE

    def test_a_mail_that_its_channel_did_not_take_is_tried_again(
        self, applied, committed, monkeypatch
    ):
        with monkeypatch.context() as patch:
            patch.setattr(EmailBackend, "send_messages", away)
            with committed():
                ask(applied)
        assert models.Notice.objects.get().sent_at is None
        run(make.EVE + notices.CLAIM)
        assert len(mail.outbox) == 1

    def test_a_site_without_channels_sends_through_django(self, settings):
        settings.ACE_ENABLED_CHANNELS = []
        assert not compat.has_ace()
