"""The waiting list of a full room: joining, leaving, being offered a seat, and losing it."""

from __future__ import annotations

from datetime import timedelta
from smtplib import SMTPRecipientsRefused

import pytest
from django.contrib.auth import get_user_model
from django.core import mail
from django.core.management import call_command
from django.db import transaction
from django.test import Client
from django.urls import reverse

from factories import fee_payments as make
from fairgate import clock
from fee_payments import api, compat, models
from fee_payments.exceptions import NoSeatLeft, NotWaiting, SeatsLeft, SessionNotOpen
from fee_payments.services import room_mails, seats

pytestmark = pytest.mark.django_db

LATER = make.NOON + timedelta(hours=1)
LAPSED = LATER + timedelta(hours=48)
AMINA, BOB, CHEN = 1001, 1002, 1003


def room():
    return models.Offering.objects.get(code="spectrum")


def the_session(code="monday"):
    return models.Session.objects.get(code=code)


@transaction.atomic
def claim(user_id, *, at=LATER, session=None):
    seats.claim_seat(room(), user_id=user_id, at=at, session=session)


def wait(*user_ids, session=""):
    for place, user_id in enumerate(user_ids):
        at = make.NOON + timedelta(minutes=place)
        api.join_room(make.learner(user_id), "spectrum", session=session, at=at)


def counts(row):
    row.refresh_from_db()
    return row.seats_taken, row.waiting


def place_of(user_id, session=""):
    found = api.room_place(user_id, "spectrum", session=session)
    return found.place if found else None


@pytest.fixture
def full():
    """A room of two seats, both taken."""
    make.workshop(capacity=2)
    claim(1), claim(2)
    return room()


def test_nobody_waits_for_a_room_with_seats():
    make.workshop(capacity=1)
    with pytest.raises(SeatsLeft, match="There are seats"):
        wait(AMINA)
    make.offering("online")
    with pytest.raises(SeatsLeft):
        api.join_room(make.learner(AMINA), "online", at=make.NOON)


def test_people_wait_in_the_order_they_came(full):
    wait(AMINA, BOB, AMINA)
    assert [place_of(AMINA), place_of(BOB), place_of(CHEN)] == [1, 2, None]
    assert counts(full) == (2, 2)


def test_a_free_seat_goes_to_who_waited_longest_and_to_nobody_else(full):
    wait(AMINA, BOB)
    seats.uncount_seat(full)
    with pytest.raises(NoSeatLeft):
        claim(CHEN)
    assert api.offering("spectrum").seats_left == 0
    assert api.offer_seats(at=LATER) == 1
    assert [place_of(AMINA), place_of(BOB)] == [0, 1]
    assert counts(full) == (2, 1)
    claim(AMINA)
    assert counts(full) == (2, 1)
    assert place_of(AMINA) is None


def test_nothing_is_offered_while_the_room_is_full(full):
    wait(AMINA)
    assert api.offer_seats(at=LATER) == 0
    assert counts(full) == (2, 1)


def test_an_offer_that_lapses_goes_to_the_next(full):
    wait(AMINA, BOB)
    seats.uncount_seat(full)
    api.offer_seats(at=LATER)
    assert api.offer_seats(at=LAPSED - timedelta(microseconds=1)) == 0
    assert api.offer_seats(at=LAPSED) == 1
    assert [place_of(AMINA), place_of(BOB)] == [None, 0]
    assert counts(full) == (2, 0)
    with pytest.raises(NoSeatLeft):
        claim(AMINA, at=LAPSED)


def test_an_offer_cannot_be_taken_when_its_time_is_over(full):
    wait(AMINA)
    seats.uncount_seat(full)
    api.offer_seats(at=LATER)
    with pytest.raises(NoSeatLeft):
        claim(AMINA, at=LAPSED)


def test_who_leaves_makes_room_for_the_next(full):
    wait(AMINA, BOB)
    api.leave_room(AMINA, "spectrum", at=LATER)
    assert place_of(BOB) == 1
    seats.uncount_seat(full)
    api.offer_seats(at=LATER)
    api.leave_room(BOB, "spectrum", at=LATER)
    assert counts(full) == (1, 0)
    with pytest.raises(NotWaiting):
        api.leave_room(BOB, "spectrum", at=LATER)
    claim(CHEN)


def test_who_left_can_come_again_at_the_end(full):
    wait(AMINA, BOB)
    api.leave_room(AMINA, "spectrum", at=LATER)
    api.join_room(make.learner(AMINA), "spectrum", at=LATER)
    assert [place_of(BOB), place_of(AMINA)] == [1, 2]


def test_f12_a_seat_is_taken_once_and_the_room_has_no_more():
    make.workshop(capacity=1)
    first = make.order(make.learner(AMINA), key="k")
    again = api.place_order(
        make.learner(AMINA), "spectrum", key="k", expected=make.PRICE, at=make.NOON
    )
    assert again.uuid == first.uuid
    with pytest.raises(NoSeatLeft):
        make.order(make.learner(BOB))


@pytest.fixture
def sessions():
    """A room of three seats with two sessions, of one seat each."""
    make.workshop(capacity=3)
    make.session("monday", capacity=1)
    make.session("tuesday", capacity=1)


def test_a_seat_of_a_session_is_counted_there_and_in_the_room(sessions):
    claim(1, session=the_session())
    assert (counts(the_session()), counts(the_session("tuesday"))) == ((1, 0), (0, 0))
    assert counts(room()) == (1, 0)
    with pytest.raises(NoSeatLeft, match="Every seat of this session is taken"):
        claim(2, session=the_session())
    assert counts(room()) == (1, 0)
    seats.uncount_seat(room(), session=the_session())
    assert (counts(the_session()), counts(room())) == ((0, 0), (0, 0))


def test_a_closed_session_takes_nobody(sessions):
    make.session("monday", capacity=1, closed=True)
    with pytest.raises(SessionNotOpen):
        claim(1, session=the_session())


def test_people_wait_for_a_session_while_another_has_seats(sessions):
    claim(1, session=the_session())
    wait(AMINA, session="monday")
    assert (counts(the_session()), counts(room())) == ((1, 1), (1, 0))
    claim(2, session=the_session("tuesday"))
    seats.uncount_seat(room(), session=the_session())
    assert api.offer_seats(at=LATER) == 1
    assert (counts(the_session()), counts(room())) == ((1, 0), (2, 0))
    claim(AMINA, session=the_session())
    assert (counts(the_session()), counts(room())) == ((1, 0), (2, 0))


def test_a_seat_of_the_room_is_taken_in_the_session_that_is_chosen_then(sessions):
    make.workshop(capacity=1)
    claim(1, session=the_session())
    wait(AMINA)
    seats.uncount_seat(room(), session=the_session())
    api.offer_seats(at=LATER)
    claim(AMINA, session=the_session("tuesday"))
    assert (counts(room()), counts(the_session("tuesday"))) == ((1, 0), (1, 0))


@pytest.fixture
def amina(monkeypatch):
    monkeypatch.setattr(compat, "preferred_language", lambda user_id: "")
    return get_user_model().objects.create_user("amina", "amina@example.org")


def test_who_is_offered_a_seat_is_told_once(full, amina, settings):
    settings.LMS_ROOT_URL = "https://lms.example.org/"
    wait(amina.pk)
    seats.uncount_seat(full)
    api.offer_seats(at=LATER)
    assert [api.tell_room_offers(at=LATER), api.tell_room_offers(at=LATER)] == [1, 0]
    (sent,) = mail.outbox
    assert (sent.to, sent.subject) == (
        ["amina@example.org"], "A seat is held for you: Spectrum management",
    )  # fmt: skip
    assert "Take it by 7 October 2026, 13:00 UTC" in sent.body
    assert "https://lms.example.org/fairgate/fees/spectrum/" in sent.body


def test_a_mail_that_is_not_taken_is_tried_again_later(full, amina, monkeypatch, caplog):
    def refused(_row, *, at):
        raise SMTPRecipientsRefused({amina.email: (550, b"no Amina here")})

    wait(amina.pk)
    seats.uncount_seat(full)
    api.offer_seats(at=LATER)
    handed = room_mails._hand_over
    monkeypatch.setattr(room_mails, "_hand_over", refused)
    assert api.tell_room_offers(at=LATER) == 0
    assert "reason=SMTPRecipientsRefused" in caplog.text
    assert "amina" not in caplog.text.lower()
    monkeypatch.setattr(room_mails, "_hand_over", handed)
    assert api.tell_room_offers(at=LATER) == 0
    assert api.tell_room_offers(at=LATER + room_mails.CLAIM) == 1


def test_the_command_that_settles_offers_and_tells(full, amina, capsys, monkeypatch):
    monkeypatch.setattr(clock, "_source", lambda: LATER)
    wait(amina.pk)
    seats.uncount_seat(full)
    call_command("fee_payments_settle")
    assert "1 seat offered, 1 person told of a seat" in capsys.readouterr().out


@pytest.fixture
def site(amina, monkeypatch):
    monkeypatch.setattr(clock, "_source", lambda: LATER)
    monkeypatch.setattr(compat, "profile_country", lambda user_id: "CH")
    client = Client()
    client.force_login(amina)
    return client


def fee_page(site, **query):
    return site.get(reverse("fee_payments:fee", args=["spectrum"]), query).content.decode()


def test_the_page_of_a_full_room_has_a_list_to_wait_on(full, site):
    page = fee_page(site)
    assert "Every seat is taken." in page
    assert "Wait for a seat" in page
    assert "Pay USD" not in page
    site.post(reverse("fee_payments:wait", args=["spectrum"]))
    assert "Your place on the list: 1." in fee_page(site)
    seats.uncount_seat(full)
    api.offer_seats(at=LATER)
    page = fee_page(site)
    assert "A seat is held for you until 7 October 2026, 13:00 UTC." in page
    assert "Pay USD" in page
    site.post(reverse("fee_payments:leave", args=["spectrum"]))
    assert counts(full) == (1, 0)


def test_a_session_is_chosen_on_the_page_in_its_own_time(sessions, site):
    page = fee_page(site)
    assert "Choose a session first." in page
    assert "15 February 2027, 09:00" in page
    assert "Pay USD" not in page
    page = fee_page(site, session="tuesday")
    assert '<input type="hidden" name="session" value="tuesday">' in page
    assert "Pay USD" in page
    assert "has no session" in fee_page(site, session="<script>")
