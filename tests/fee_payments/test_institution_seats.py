"""Seats of an institution: given to people, accepted, taken back, forgotten."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import timedelta
from smtplib import SMTPRecipientsRefused

import pytest
from django.core import mail, signing
from django.db import IntegrityError, transaction

from factories import fee_payments as make
from factories import institution_seats as seats
from factories.partnerships import put_in_force
from fee_payments import api, compat
from fee_payments.data import CourseProgress, Invitee, MailState, SeatState
from fee_payments.exceptions import (
    AlreadyEntitled,
    CountryBlocked,
    InvitationElsewhere,
    InvitationGone,
    SeatCodeExpired,
    SeatCodeRevoked,
    SeatCodeTaken,
    SeatListRefused,
    SeatNotFree,
    SeatRefused,
    SeatStays,
    TooManyInvitations,
    TooManyTries,
    UnknownSeat,
)
from fee_payments.models import (
    Entitlement,
    Offering,
    Order,
    ScreeningRecord,
    Seat,
    SeatCode,
    SeatMail,
    SeatStep,
)
from fee_payments.rules import pool_use
from fee_payments.services import seat_mails

pytestmark = pytest.mark.django_db(transaction=True)

DAY = timedelta(days=1)
WEEK = timedelta(days=7)
YEAR = timedelta(days=365)
ADA = "ada@posts.example"
NOTHING = CourseProgress(has_started=False, grade_percent=None, has_passed=False)


@pytest.fixture(autouse=True)
def no_progress(monkeypatch):
    monkeypatch.setattr(
        compat, "course_progress", lambda people, key: dict.fromkeys(people, NOTHING)
    )
    monkeypatch.setattr(compat, "profile_country", lambda user_id: "CH")


@pytest.fixture
def pool():
    seats.offering(capacity=10)
    return seats.pool()


@pytest.fixture
def ada():
    return seats.account("ada")


def accept(token, user_id, *, shares=False, at=make.NOON):
    return api.accept_seat(token, make.learner(user_id), shares=shares, at=at)


def invited(pool, *addresses, **changes):
    seats.invite(pool, *(addresses or (ADA,)), **changes)
    return seats.links()[-1]


def counts(pool, at=make.NOON):
    return api.pool(pool.uuid, by=seats.COORDINATOR, at=at).counts


def only_seat(pool, at=make.NOON):
    return next(
        one
        for one in api.every_seat(pool.uuid, by=seats.COORDINATOR, at=at)
        if one.state is not SeatState.FREE
    )


def steps():
    return list(SeatStep.objects.order_by("id").values_list("action", flat=True))


# --- Inviting and accepting


def test_an_invitation_names_the_partners_of_the_course_while_they_are_in_force(pool):
    put_in_force()
    invited(pool)

    (sent,) = mail.outbox
    (html, _kind) = sent.alternatives[0]
    for shown in (sent.body, html):
        assert "In partnership with" in shown
        assert "does not endorse GSMA" in shown


def test_an_invitation_is_mailed_and_its_link_opens_the_seat(pool, ada):
    given = accept(invited(pool), ada)

    assert (mail.outbox[0].to, seats.MINISTRY in mail.outbox[0].subject) == ([ADA], True)
    assert api.has_entitlement(ada, "spectrum", at=make.NOON)
    assert (given.sponsor, given.offering_code, given.code_uuid) == (
        seats.MINISTRY,
        "spectrum",
        None,
    )
    assert api.given_seat(ada, "spectrum") == given
    right = Entitlement.objects.get()
    assert (right.source, right.line, right.seat.uuid) == ("seat", None, given.seat_uuid)


def test_the_room_counts_a_seat_once_whoever_has_it(pool, ada):
    accept(invited(pool), ada)

    assert Offering.objects.get().seats_taken == 3
    assert (counts(pool).accepted, counts(pool).free) == (1, 2)


def test_looking_at_an_invitation_changes_nothing(pool, ada):
    found = api.look_at_invitation(invited(pool), at=make.NOON)

    assert (found.sponsor, found.is_for_address) == (seats.MINISTRY, True)
    assert found.expires_at == make.NOON + timedelta(days=30)
    assert counts(pool).assigned == 1


def test_f41_the_address_is_forgotten_with_the_acceptance(pool, ada):
    token = invited(pool)
    accept(token, ada)

    kept = Seat.objects.get(accepted_by=ada)
    assert (kept.sealed, kept.email_digest, kept.nonce) == ("", None, None)
    shown = only_seat(pool)
    assert (shown.address, shown.username) == ("", "ada")


def test_f42_no_address_and_no_link_is_in_the_database_or_in_a_repr(pool, caplog):
    caplog.set_level("INFO")
    token = invited(pool)

    held = str([list(model.objects.values()) for model in (Seat, SeatMail, SeatStep)])
    assert ADA not in held
    assert token not in held
    assert ADA not in repr(only_seat(pool)) + repr(Invitee(email=ADA)) + caplog.text
    assert only_seat(pool).address == ADA


def test_f12_who_accepts_again_gets_the_first_answer(pool, ada):
    token = invited(pool)
    first = accept(token, ada)

    assert accept(token, ada, at=make.NOON + YEAR * 2) == first
    assert Entitlement.objects.count() == 1


def test_f27_a_link_that_was_passed_on_opens_nothing_for_another_address(pool, ada):
    token = invited(pool)

    with pytest.raises(InvitationElsewhere, match="another e-mail address"):
        accept(token, seats.account("eve"))
    assert not Entitlement.objects.exists()
    assert accept(token, ada)


def test_f27_an_address_that_is_not_confirmed_opens_nothing(pool):
    token = invited(pool)

    with pytest.raises(InvitationElsewhere):
        accept(token, seats.account("ada", is_active=False))
    assert counts(pool).assigned == 1


def test_f27_a_link_for_anyone_opens_one_seat_for_the_first(pool, ada):
    token = invited(pool, anyone=True)
    eve = seats.account("eve")
    accept(token, eve)

    with pytest.raises(InvitationGone, match="no longer stands"):
        accept(token, ada)
    assert Entitlement.objects.get().user_id == eve


@pytest.mark.parametrize("typed", [" Ada@Posts.EXAMPLE ", "ADA@posts.example"])
def test_an_address_is_the_same_however_it_is_typed(pool, ada, typed):
    assert accept(invited(pool, typed), ada)


@pytest.mark.parametrize("token", ["", "a", "x" * 5000, "0" * 32, "0" * 32 + ":" + "a" * 43])
def test_f27_a_guessed_link_asks_no_table(token, django_assert_num_queries):
    with django_assert_num_queries(0), pytest.raises(UnknownSeat):
        api.look_at_invitation(token, at=make.NOON)


def test_f27_a_link_that_was_signed_for_something_else_is_not_ours():
    token = signing.Signer(salt="another").sign("0" * 32)
    with pytest.raises(UnknownSeat):
        api.look_at_invitation(token, at=make.NOON)


def test_f27_links_that_open_nothing_are_counted(pool, ada, settings):
    settings.FEE_PAYMENTS_SEAT_CODE_TRIES_PER_HOUR = 2
    for _ in range(2):
        with pytest.raises(UnknownSeat):
            accept("guess", ada)

    with pytest.raises(TooManyTries):
        accept(invited(pool), ada)
    assert not Entitlement.objects.exists()


def test_an_invitation_holds_until_its_last_moment_and_not_at_the_next(pool, ada):
    token = invited(pool, expires_at=make.NOON + DAY)

    with pytest.raises(InvitationGone):
        accept(token, ada, at=make.NOON + DAY)
    assert accept(token, ada, at=make.NOON + DAY - timedelta(microseconds=1))


def test_nothing_of_a_pool_is_given_or_accepted_after_its_end(pool, ada):
    token = invited(pool, at=make.NOON + YEAR - DAY)

    with pytest.raises(InvitationGone):
        accept(token, ada, at=make.NOON + YEAR)
    with pytest.raises(SeatRefused, match="is over"):
        seats.invite(pool, "bob@posts.example", at=make.NOON + YEAR)


def test_who_has_access_already_is_told_so_and_the_seat_is_still_there(pool, ada):
    make.paid_order(make.learner(ada))
    token = invited(pool)

    with pytest.raises(AlreadyEntitled, match="you need no seat"):
        accept(token, ada)
    assert (counts(pool).assigned, counts(pool).accepted) == (1, 0)
    api.decline_seat(token, user_id=ada, at=make.NOON)
    assert counts(pool).free == 3


@pytest.mark.parametrize("until", [None, make.NOON.date()], ids=["on sale", "not sold any more"])
def test_whom_the_offering_is_not_open_to_accepts_nothing(pool, ada, until):
    # given
    api.block_country("CH", reason="Sanctions", valid_from=make.NOON.date())
    Offering.objects.update(on_sale_until=until)
    token = invited(pool)

    # then
    with pytest.raises(CountryBlocked, match="is not sold to learners of CH"):
        accept(token, ada)
    assert (counts(pool).assigned, Entitlement.objects.count()) == (1, 0)
    assert ScreeningRecord.objects.get().user_id == ada


def test_a_seat_that_was_sold_is_accepted_also_when_the_sale_is_over(pool, ada):
    Offering.objects.update(on_sale_until=make.NOON.date())

    assert accept(invited(pool), ada)


def test_an_order_of_the_learner_that_is_not_paid_is_closed(pool, ada):
    make.order(make.learner(ada))
    accept(invited(pool), ada)

    assert Order.objects.get(user_id=ada).state == "cancelled"
    assert Offering.objects.get().seats_taken == 3


def test_an_account_is_invited_by_its_user_name_at_its_own_address(pool, ada):
    token = invited(pool, "ada")

    assert mail.outbox[0].to == [ADA]
    with pytest.raises(InvitationElsewhere, match="another account"):
        accept(token, seats.account("eve"))
    assert accept(token, ada)


def test_who_declines_makes_room_for_somebody_else(pool, ada):
    token = invited(pool)
    api.decline_seat(token, user_id=ada, at=make.NOON)

    with pytest.raises(InvitationGone):
        accept(token, ada)
    assert (counts(pool).free, steps()) == (3, ["invited", "declined"])


# --- Consent and progress


def test_progress_is_shared_by_who_agrees_and_can_be_taken_back(pool, ada, monkeypatch):
    done = CourseProgress(has_started=True, grade_percent=71, has_passed=True)
    monkeypatch.setattr(compat, "course_progress", lambda people, key: dict.fromkeys(people, done))
    given = accept(invited(pool), ada)
    assert only_seat(pool).progress is None

    api.share_progress(given.seat_uuid, user_id=ada, shares=True, at=make.NOON)
    assert only_seat(pool).progress == done
    assert api.pool_use(pool.uuid, by=seats.COORDINATOR).of_agreed.passed == 1

    api.share_progress(given.seat_uuid, user_id=ada, shares=False, at=make.NOON)
    assert only_seat(pool).progress is None
    assert steps() == ["invited", "accepted", "shared", "unshared"]


def test_nobody_shares_the_progress_of_somebody_else(pool, ada):
    given = accept(invited(pool), ada)

    with pytest.raises(UnknownSeat):
        api.share_progress(given.seat_uuid, user_id=999, shares=True, at=make.NOON)


@pytest.mark.parametrize(("silent", "is_told"), [(0, True), (1, False), (4, False), (5, True)])
def test_numbers_of_everybody_are_told_only_where_nobody_can_be_told_from_them(silent, is_told):
    people = range(10 + silent)
    progress = {
        one: CourseProgress(has_started=True, grade_percent=1, has_passed=one % 2 == 0)
        for one in people
    }

    use = pool_use(people, range(10), progress)

    assert (use.accepted, use.agreed, use.of_agreed.passed) == (10 + silent, 10, 5)
    assert (use.everybody is not None) == is_told


def test_the_progress_of_who_did_not_agree_is_not_even_asked_for(pool, ada, monkeypatch):
    asked = []
    monkeypatch.setattr(compat, "course_progress", lambda people, key: asked.extend(people) or {})
    accept(invited(pool), ada)

    assert api.pool_use(pool.uuid, by=seats.COORDINATOR).everybody is None
    assert only_seat(pool).progress is None
    assert asked == []


# --- Taking back


def test_f27_a_link_opens_nothing_after_the_seat_was_given_to_somebody_else(pool, ada):
    old = invited(pool)
    seat = only_seat(pool).uuid
    api.reassign_seat(
        seat, Invitee(email="bob@posts.example"), by=seats.COORDINATOR, because="", at=make.NOON
    )

    with pytest.raises(InvitationGone):
        accept(old, ada)
    assert accept(seats.links()[-1], seats.account("bob"))
    assert (counts(pool).accepted, counts(pool).free) == (1, 2)


def test_a_seat_that_was_accepted_is_not_released_by_a_click_too_late(pool, ada):
    token = invited(pool)
    seat = only_seat(pool).uuid
    accept(token, ada)

    with pytest.raises(SeatRefused, match="accepted meanwhile"):
        api.release_seat(seat, by=seats.COORDINATOR, at=make.NOON)
    assert api.has_entitlement(ada, "spectrum", at=make.NOON)


def test_a_seat_that_is_taken_back_ends_the_access_and_is_free_again(pool, ada):
    given = accept(invited(pool), ada)

    for _ in range(2):
        api.revoke_seat(given.seat_uuid, by=seats.COORDINATOR, because="left", at=make.NOON + DAY)

    assert not api.has_entitlement(ada, "spectrum", at=make.NOON + DAY)
    assert api.given_seat(ada, "spectrum") is None
    assert api.ended_note(ada, "spectrum", at=make.NOON + DAY)
    assert (counts(pool).free, counts(pool).accepted) == (3, 0)
    old = Seat.objects.get(revoked_at__isnull=False)
    assert (old.accepted_by, old.revoked_because) == (ada, "left")
    assert Offering.objects.get().seats_taken == 3


def test_who_lost_a_seat_can_be_given_another(pool, ada):
    given = accept(invited(pool), ada)
    api.revoke_seat(given.seat_uuid, by=seats.COORDINATOR, because="left", at=make.NOON)

    assert accept(invited(pool), ada).seat_uuid != given.seat_uuid


@pytest.mark.parametrize(
    ("days", "grade", "may"), [(13, 9, True), (14, 0, False), (1, 10, False), (1, None, True)]
)
def test_a_coordinator_takes_an_accepted_seat_back_soon_and_while_little_is_done(
    pool, ada, monkeypatch, days, grade, may
):
    done = CourseProgress(has_started=True, grade_percent=grade, has_passed=False)
    monkeypatch.setattr(compat, "course_progress", lambda people, key: dict.fromkeys(people, done))
    given = accept(invited(pool), ada)
    then = make.NOON + days * DAY
    refused = pytest.raises(SeatStays, match="can no longer be taken back")

    with nullcontext() if may else refused:
        api.revoke_seat(given.seat_uuid, by=seats.COORDINATOR, because="left", at=then)

    assert api.has_entitlement(ada, "spectrum", at=then) != may


def test_a_seat_is_not_taken_back_without_a_reason(pool, ada):
    given = accept(invited(pool), ada)

    with pytest.raises(SeatRefused, match="say why"):
        api.revoke_seat(given.seat_uuid, by=seats.COORDINATOR, because=" ", at=make.NOON)


# --- Codes of a pool


def test_a_code_takes_a_seat_of_the_pool_and_is_the_code_that_there_was(pool, ada):
    issued = api.issue_pool_codes(pool.uuid, count=2, by=seats.COORDINATOR, key="k", at=make.NOON)
    assert (counts(pool).assigned, counts(pool).free) == (2, 1)

    given = api.redeem_seat_code(make.learner(ada), "spectrum", issued.codes[0], at=make.NOON)

    assert (given.sponsor, given.code_uuid is not None) == (seats.MINISTRY, True)
    assert given.seat_uuid is not None
    assert (counts(pool).accepted, Offering.objects.get().seats_taken) == (1, 3)
    with pytest.raises(SeatCodeTaken):
        api.redeem_seat_code(make.learner(77), "spectrum", issued.codes[0], at=make.NOON)


def test_more_codes_than_seats_are_not_made(pool):
    with pytest.raises(SeatNotFree, match="3 seats can be given; you asked for 4"):
        api.issue_pool_codes(pool.uuid, count=4, by=seats.COORDINATOR, key="k", at=make.NOON)
    assert not SeatCode.objects.exists()


def test_f27_a_code_whose_seat_was_released_opens_nothing(pool, ada):
    issued = api.issue_pool_codes(pool.uuid, count=1, by=seats.COORDINATOR, key="k", at=make.NOON)
    api.release_seat(only_seat(pool).uuid, by=seats.COORDINATOR, at=make.NOON)

    with pytest.raises(SeatCodeRevoked):
        api.redeem_seat_code(make.learner(ada), "spectrum", issued.codes[0], at=make.NOON)
    assert counts(pool).free == 3


def test_an_operator_who_takes_a_code_of_a_pool_back_frees_its_seat(pool, ada):
    issued = api.issue_pool_codes(pool.uuid, count=1, by=seats.COORDINATOR, key="k", at=make.NOON)
    api.redeem_seat_code(make.learner(ada), "spectrum", issued.codes[0], at=make.NOON)

    api.revoke_seat_code(SeatCode.objects.get().uuid, by=9, because="lost", at=make.NOON)

    assert not api.has_entitlement(ada, "spectrum", at=make.NOON)
    assert (counts(pool).free, Offering.objects.get().seats_taken) == (3, 3)


def test_a_code_of_a_pool_ends_with_the_pool(pool, ada):
    issued = api.issue_pool_codes(pool.uuid, count=1, by=seats.COORDINATOR, key="k", at=make.NOON)

    with pytest.raises(SeatCodeExpired):
        api.redeem_seat_code(make.learner(ada), "spectrum", issued.codes[0], at=make.NOON + YEAR)


# --- Lists of people


def test_more_people_than_seats_are_all_refused(pool):
    with pytest.raises(SeatNotFree, match="3 seats can be given; you asked for 4"):
        seats.invite(pool, *(f"p{number}@posts.example" for number in range(4)))
    assert (counts(pool).free, mail.outbox) == (3, [])


def test_who_is_invited_already_is_not_invited_twice(pool):
    seats.invite(pool, ADA)
    done = api.assign_seats(
        pool.uuid, [Invitee(email=ADA), Invitee(email="bob@posts.example")],
        by=seats.COORDINATOR, at=make.NOON,
    )  # fmt: skip

    assert (done.invited, done.known, len(mail.outbox)) == (1, 1, 2)


def test_an_invitation_that_was_not_accepted_in_time_makes_room_and_can_be_sent_anew(pool, ada):
    old = invited(pool, ADA, "b@posts.example", "c@posts.example", expires_at=make.NOON + DAY)
    later = make.NOON + WEEK
    assert (counts(pool, later).expired, counts(pool, later).to_give) == (3, 3)

    token = invited(pool, at=later)

    assert token != old
    assert accept(token, ada, at=later)
    assert (counts(pool, later).accepted, counts(pool, later).to_give) == (1, 2)


@pytest.mark.parametrize(
    ("address", "name", "said"),
    [
        ("nobody", "", "no e-mail address"),
        ("a@b", "", "no e-mail address"),
        ("a" * 300 + "@posts.example", "", "no e-mail address"),
        ("=cmd()@posts.example", "", "formula"),
        ("a@posts.example", "=HYPERLINK()", "formula"),
        ("a@posts.example", "see http://evil.example", "holds a link"),
        ("a@posts.example", "line\nbreak", "cannot be shown"),
    ],
)
def test_a_line_that_is_wrong_is_named_and_nobody_is_invited(pool, address, name, said):
    people = [Invitee(email=ADA, place=1), Invitee(email=address, name=name, place=2)]

    with pytest.raises(SeatListRefused, match="Nobody was invited: one line") as refused:
        api.assign_seats(pool.uuid, people, by=seats.COORDINATOR, at=make.NOON)

    ((line, sentence),) = refused.value.faults
    assert (line, said in sentence) == (2, True)
    assert (counts(pool).free, mail.outbox) == (3, [])


def test_the_same_person_twice_in_a_list_is_named(pool):
    people = [Invitee(email=ADA, place=1), Invitee(email="ADA@posts.example", place=7)]

    with pytest.raises(SeatListRefused) as refused:
        api.assign_seats(pool.uuid, people, by=seats.COORDINATOR, at=make.NOON)
    assert refused.value.faults == ((7, "the same person stands in line 1"),)


def test_an_institution_sends_no_more_mails_in_a_day_than_it_may(pool, settings):
    settings.FEE_PAYMENTS_SEAT_MAILS_PER_DAY = 2
    seats.invite(pool, ADA, "bob@posts.example")

    with pytest.raises(TooManyInvitations):
        seats.invite(pool, "eve@posts.example")
    assert len(mail.outbox) == 2


# --- Mails


def test_a_mail_that_fails_is_shown_tried_again_and_sent_once(pool, ada, monkeypatch, caplog):
    hand_over = seat_mails._hand_over

    def fail(*_args, **_when):
        raise SMTPRecipientsRefused({ADA: (550, b"no Ada here")})

    monkeypatch.setattr(seat_mails, "_hand_over", fail)
    seats.invite(pool, ADA)
    assert only_seat(pool).mail is MailState.WAITING
    assert "reason=SMTPRecipientsRefused" in caplog.text
    assert "ada" not in caplog.text.lower()
    monkeypatch.setattr(seat_mails, "_hand_over", hand_over)

    assert api.finish_seats(at=make.NOON + timedelta(hours=1)) == (1, 0)
    assert api.finish_seats(at=make.NOON + timedelta(hours=2)) == (0, 0)
    assert (only_seat(pool).mail, len(mail.outbox)) == (MailState.SENT, 1)


def test_a_mail_that_cannot_be_delivered_is_given_up_and_the_coordinator_sees_it(
    pool, monkeypatch, settings
):
    settings.FEE_PAYMENTS_SEAT_MAIL_TRIES = 2

    def fail(*_args, **_when):
        raise OSError("no such mailbox")

    monkeypatch.setattr(seat_mails, "_hand_over", fail)
    seats.invite(pool, ADA)
    for hours in (1, 2, 3):
        api.finish_seats(at=make.NOON + timedelta(hours=hours))

    assert (only_seat(pool).mail, SeatMail.objects.get().tries) == (MailState.FAILED, 2)


def test_a_mail_about_an_invitation_that_is_gone_is_dropped(pool, monkeypatch):
    monkeypatch.setattr(seat_mails, "send_keys", lambda keys, at: 0)
    seats.invite(pool, ADA)
    api.release_seat(only_seat(pool).uuid, by=seats.COORDINATOR, at=make.NOON)
    monkeypatch.undo()

    assert api.finish_seats(at=make.NOON + DAY)[0] == 0
    assert SeatMail.objects.get().dropped_at == make.NOON + DAY
    assert mail.outbox == []


def test_one_reminder_goes_out_before_the_end_with_the_same_link(pool, ada):
    token = invited(pool)
    soon = make.NOON + timedelta(days=24)

    assert [api.finish_seats(at=soon)[0], api.finish_seats(at=soon + DAY)[0]] == [1, 0]
    assert seats.links() == [token, token]
    assert "still waiting" in mail.outbox[1].subject


def test_a_coordinator_reminds_at_most_once_a_day(pool):
    invited(pool)
    seat = only_seat(pool).uuid

    assert api.remind_seat(seat, by=seats.COORDINATOR, at=make.NOON + timedelta(hours=1)) is False
    assert api.remind_seat(seat, by=seats.COORDINATOR, at=make.NOON + 2 * DAY) is True
    assert len(mail.outbox) == 2


def test_many_mails_wait_for_the_command():
    seats.offering()
    pool = seats.pool(seats=20)
    seats.invite(pool, *(f"p{number}@posts.example" for number in range(20)))
    assert mail.outbox == []

    assert api.finish_seats(at=make.NOON) == (20, 0)


# --- Forgetting


def test_f41_who_did_not_accept_is_forgotten_some_days_after_the_end(pool):
    seats.invite(pool, ADA)
    end = make.NOON + timedelta(days=30)
    assert only_seat(pool, end).address == ADA

    kept_until = end + timedelta(days=30)
    assert api.finish_seats(at=kept_until - timedelta(seconds=1))[1] == 0
    assert api.finish_seats(at=kept_until)[1] == 1

    assert not Seat.objects.exclude(sealed="").exists()
    assert (counts(pool).free, steps()[-1]) == (3, "expired")


def test_f41_a_person_who_leaves_is_forgotten_and_the_seats_add_up(pool, ada):
    accept(invited(pool), ada, shares=True)
    seats.invite(pool, "bob@posts.example")
    bob = seats.account("bob")

    api.forget_learner(ada, make.NOON)
    api.forget_learner(bob, make.NOON)

    had = Seat.objects.get(accepted_by=ada)
    assert had.consented_at is None
    assert not Seat.objects.exclude(sealed="").exists()
    assert not Seat.objects.filter(email_digest__isnull=False).exists()
    assert (counts(pool).accepted, counts(pool).free) == (1, 2)


# --- What the database holds


@pytest.mark.parametrize(
    "wrong",
    [
        {"accepted_by": 1},
        {"accepted_by": 1, "accepted_at": make.NOON},
        {"sealed": "x"},
        {"revoked_at": make.NOON, "live_key": None},
        {"withdrawn_at": make.NOON, "live_key": None},
        {"live_key": None},
        {"assigned_at": make.NOON},
        {"assigned_at": make.NOON, "assigned_user": 1, "email_digest": "x"},
        {"assigned_at": make.NOON, "assigned_user": 1, "held_at": make.NOON},
    ],
)
def test_the_database_refuses_a_seat_that_cannot_be(pool, wrong):
    with pytest.raises(IntegrityError), transaction.atomic():
        Seat.objects.filter(number=1).update(**wrong)


def test_the_database_refuses_a_seat_more_than_was_bought_at_one_place(pool):
    one = Seat.objects.get(number=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        Seat.objects.create(pool=one.pool, number=1, live_key=one.live_key)
