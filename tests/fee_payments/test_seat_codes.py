"""A seat that somebody else pays for: codes are issued, redeemed by one person each, taken back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from factories import fee_payments as make
from fairgate.money import Money
from fairgate.typed_codes import ALPHABET, grouped, new
from fee_payments import api, signals
from fee_payments.data import SeatCodeState
from fee_payments.exceptions import (
    AlreadyEntitled,
    AlreadyIssued,
    CountryBlocked,
    InvalidSeatCodes,
    KeyReused,
    NoSeatLeft,
    SeatCodeElsewhere,
    SeatCodeExpired,
    SeatCodeRevoked,
    SeatCodeTaken,
    SeatCodeUnknown,
    SeatCodeUnreadable,
    SessionNotOpen,
    TooManyTries,
    UnknownOffering,
    UnknownSeatCode,
    UnknownSession,
)
from fee_payments.models import (
    Entitlement,
    Offering,
    Order,
    ScreeningRecord,
    SeatCode,
    SeatCodeBatch,
    SeatCodeTries,
)
from fee_payments.wording import in_words
from waiver_policy import api as waivers

pytestmark = pytest.mark.django_db

SPONSOR = "Ministry of Posts"
LATER = make.NOON + timedelta(days=1)
TRIES = 3


@pytest.fixture(autouse=True)
def few_tries(settings):
    settings.FEE_PAYMENTS_SEAT_CODE_TRIES_PER_HOUR = TRIES


@pytest.fixture
def room():
    return make.offering(capacity=2)


def redeem(text, user_id=1001, *, code="spectrum", at=make.NOON):
    return api.redeem_seat_code(make.learner(user_id), code, text, at=at)


def revoke(at=make.NOON, **changes):
    fields = {"by": 9, "because": "left the ministry", "at": at}
    return api.revoke_seat_code(SeatCode.objects.get().uuid, **{**fields, **changes})


def nothing_happened():
    """No right, no seat, no code that is used."""
    return (
        not Entitlement.objects.exists()
        and not SeatCode.objects.filter(redeemed_by__isnull=False).exists()
        and set(Offering.objects.values_list("seats_taken", flat=True)) == {0}
    )


def test_a_code_opens_the_seat_and_says_who_gave_it(room):
    given = redeem(make.seat_code())

    assert api.has_entitlement(1001, "spectrum", at=make.NOON)
    assert (given.sponsor, given.user_id, given.redeemed_at) == (SPONSOR, 1001, make.NOON)
    assert (given.offering_code, given.course_key) == ("spectrum", make.COURSE)
    assert api.offering("spectrum").seats_left == 1


def test_the_right_rests_on_the_code_and_on_no_order(room):
    given = redeem(make.seat_code())

    right = Entitlement.objects.get()
    assert (right.source, right.line) == ("seat", None)
    assert right.seat_code.uuid == given.code_uuid


@pytest.mark.parametrize(
    "typed",
    [
        str.lower,
        lambda code: code.replace("-", ""),
        lambda code: f"  {code.replace('-', ' ')}\n",
        lambda code: code.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")),
        lambda code: code.translate(
            str.maketrans(ALPHABET, "".join(chr(ord(a) + 65248) for a in ALPHABET))
        ),
    ],
    ids=["small letters", "no dashes", "blanks", "Arabic-Indic digits", "full width"],
)
def test_a_code_is_taken_however_it_is_typed(room, typed):
    assert redeem(typed(make.seat_code())).user_id == 1001


def test_f42_a_code_is_stored_in_no_table_and_in_no_repr(room):
    issued = make.seat_codes(count=2)

    bare = [code.replace("-", "") for code in issued.codes]
    kept = [str(list(model.objects.values())) for model in (SeatCode, SeatCodeBatch)]
    assert not [code for code in (*bare, *issued.codes) if code in " ".join(kept)]
    assert not [code for code in (*bare, *issued.codes) if code in repr(issued)]
    assert [row.hint for row in SeatCode.objects.all()] == [code[:4] for code in bare]


def test_the_log_has_ids_and_no_code(room, caplog):
    caplog.set_level("INFO")
    text = make.seat_code()
    redeem(text)
    revoke()

    assert text not in caplog.text
    assert str(SeatCode.objects.get().uuid) in caplog.text


def test_f27_who_redeems_again_gets_the_first_answer(room):
    text = make.seat_code()
    first = redeem(text)

    assert redeem(text.lower(), at=LATER) == first
    assert (Entitlement.objects.count(), Offering.objects.get().seats_taken) == (1, 1)


def test_f12_the_first_answer_stands_when_the_room_is_full_and_the_time_is_over():
    make.offering(capacity=1)
    text = make.seat_code(expires_at=LATER)
    first = redeem(text)

    assert redeem(text, at=LATER) == first


def test_f27_a_shared_code_opens_one_seat(room):
    text = make.seat_code()
    redeem(text)

    with pytest.raises(SeatCodeTaken, match="Somebody else has used this code"):
        redeem(text, 1002)
    assert not api.has_entitlement(1002, "spectrum", at=make.NOON)
    assert Offering.objects.get().seats_taken == 1


@pytest.mark.django_db(transaction=True)
def test_a_code_opens_nothing_to_learners_of_a_blocked_country(room):
    code = make.seat_code()
    api.block_country("CH", reason="Sanctions", valid_from=make.NOON.date())
    with pytest.raises(CountryBlocked, match="is not sold to learners of CH"):
        redeem(code)
    assert SeatCode.objects.get().redeemed_by is None
    assert ScreeningRecord.objects.get().user_id == 1001


def test_f27_a_guessed_code_opens_nothing(room):
    make.seat_code()

    with pytest.raises(SeatCodeUnknown, match="We do not know this code"):
        redeem(grouped(new()))
    assert nothing_happened()


def test_a_slip_is_said_and_is_no_try(room):
    text = make.seat_code()

    with pytest.raises(SeatCodeUnreadable, match="not a whole code, or a letter of it is wrong"):
        redeem(text[:-1])
    assert nothing_happened()
    assert not SeatCodeTries.objects.exists()


def test_a_code_for_another_fee_says_for_which(room):
    make.offering("workshop", title="The workshop")
    text = make.seat_code("workshop")

    with pytest.raises(SeatCodeElsewhere, match="another fee: “The workshop”"):
        redeem(text)
    assert nothing_happened()


def test_f37_a_code_holds_until_its_last_moment_and_not_at_the_next(room):
    text = make.seat_code(expires_at=LATER)

    with pytest.raises(SeatCodeExpired, match="The time of this code is over"):
        redeem(text, at=LATER)
    assert nothing_happened()
    assert redeem(text, at=LATER - timedelta(microseconds=1))


def test_f27_a_code_that_was_taken_back_opens_nothing(room):
    text = make.seat_code()
    revoke()

    with pytest.raises(SeatCodeRevoked, match="This code was taken back"):
        redeem(text)
    assert nothing_happened()


def test_f27_taking_a_code_back_ends_the_access_that_rests_on_it(room):
    text = make.seat_code()
    redeem(text)

    summary = revoke(at=LATER)

    assert summary.state(LATER) is SeatCodeState.REVOKED
    assert not api.has_entitlement(1001, "spectrum", at=LATER)
    assert Offering.objects.get().seats_taken == 0
    with pytest.raises(SeatCodeRevoked):
        redeem(text, at=LATER)


def test_who_was_given_a_seat_is_told_by_whom_as_long_as_they_have_it(room):
    given = redeem(make.seat_code())

    assert api.given_seat(1001, "spectrum") == given
    assert api.given_seat(1002, "spectrum") is None
    assert api.given_seat(1001, "another") is None
    revoke()
    assert api.given_seat(1001, "spectrum") is None


def test_taking_back_again_is_the_same_answer(room):
    redeem(make.seat_code())
    first = revoke()

    assert revoke(at=LATER, because="another reason") == first
    assert Offering.objects.get().seats_taken == 0


def test_a_code_is_taken_back_with_a_reason_only(room):
    redeem(make.seat_code())

    with pytest.raises(InvalidSeatCodes, match="say why"):
        revoke(because=" ")
    assert api.has_entitlement(1001, "spectrum", at=make.NOON)


def test_a_code_that_is_not_there_cannot_be_taken_back(room):
    with pytest.raises(UnknownSeatCode, match="no such seat code"):
        api.revoke_seat_code(make.seat_codes().batch_uuid, by=9, because="x", at=make.NOON)


def test_a_seat_is_given_to_somebody_else_by_a_new_code(room):
    redeem(make.seat_code())
    revoke()

    redeem(make.seat_code(key="again"), 1002)

    assert api.has_entitlement(1002, "spectrum", at=make.NOON)
    assert Offering.objects.get().seats_taken == 1


def test_who_has_access_already_does_not_lose_the_code():
    make.offering()
    make.paid_order(make.learner())
    text = make.seat_code()

    with pytest.raises(AlreadyEntitled, match="The code is still free"):
        redeem(text)

    assert redeem(text, 1002).user_id == 1002
    assert Offering.objects.get().seats_taken == 2


def test_a_second_code_of_the_same_learner_stays_free(room):
    first, second = make.seat_codes(count=2).codes
    redeem(first)

    with pytest.raises(AlreadyEntitled):
        redeem(second)
    assert redeem(second, 1002)


def test_f11_a_full_room_keeps_the_code_unused():
    make.offering(capacity=1)
    make.order(make.learner(1))
    text = make.seat_code()

    with pytest.raises(NoSeatLeft, match="Every seat of “Spectrum management” is taken"):
        redeem(text)
    assert SeatCode.objects.get().redeemed_by is None

    api.expire_orders(at=LATER)
    assert redeem(text, at=LATER)


def test_a_seat_that_an_order_held_too_long_is_free_for_a_code():
    make.offering(capacity=1)
    make.order(make.learner(1))

    assert redeem(make.seat_code(), at=LATER)
    assert Order.objects.get().state == "expired"


def test_who_was_about_to_pay_for_the_last_seat_has_it_by_the_code():
    make.offering(capacity=1)
    make.order(make.learner())

    redeem(make.seat_code())

    order = Order.objects.get()
    assert (order.state, order.lines.get().holds_seat) == ("cancelled", False)
    assert "nothing to pay" in order.sentence
    assert Offering.objects.get().seats_taken == 1


@pytest.mark.parametrize("capacity", [1, 8])
def test_a_payment_that_was_under_way_is_held_for_a_person_and_takes_no_second_seat(capacity):
    make.offering(capacity=capacity)
    started = make.payment(make.order(make.learner()))
    redeem(make.seat_code())

    receipt = make.send(make.event(started))

    assert receipt.outcome == "held"
    assert Order.objects.get().held_because
    assert (Entitlement.objects.get().source, Offering.objects.get().seats_taken) == ("seat", 1)


def test_what_is_no_longer_on_sale_is_still_opened_by_a_code():
    make.offering(on_sale_until=make.NOON.date())

    assert redeem(make.seat_code())


def test_a_code_tells_the_books_nothing_and_takes_nothing_from_the_fund(room, monkeypatch):
    told = []
    for name in ("PAYMENT_RECORDED", "PAYMENT_REFUNDED", "SEAT_WAIVED"):
        signal = getattr(signals, name)
        monkeypatch.setattr(signal, "send_robust", lambda *_, **facts: told.append(facts))
    fund = waivers.credit_fund(Money("60.00", "USD"), key="k", reason="r", at=make.NOON)

    redeem(make.seat_code())
    revoke()

    assert told == []
    assert (api.list_payments(), api.list_refunds(), api.list_waived_seats()) == ((), (), ())
    assert waivers.fund_balance("USD") == fund


def test_a_seat_that_a_code_pays_asks_for_no_waiver_whoever_gets_it(room, monkeypatch):
    asked = []
    for name in ("decide", "grant", "quote"):
        monkeypatch.setattr(waivers, name, lambda *_, **about: asked.append(about), raising=False)

    redeem(make.seat_code())
    revoke()
    redeem(make.seat_code(key="again"), 1002)

    assert asked == []
    assert Entitlement.objects.get(live_key__isnull=False).source == "seat"


@pytest.mark.parametrize(
    ("source", "has_line", "has_code"),
    [
        ("seat", False, False),
        ("seat", True, True),
        ("order", False, True),
        ("order", False, False),
        ("waiver", True, True),
    ],
)
def test_a_right_rests_on_one_thing_or_the_database_refuses_it(room, source, has_line, has_code):
    make.seat_code()
    row = Order.objects.get(uuid=make.order(make.learner()).uuid)
    right = {
        "user_id": 5,
        "offering": Offering.objects.get(),
        "source": source,
        "line": row.lines.get() if has_line else None,
        "seat_code": SeatCode.objects.get() if has_code else None,
        "starts_at": make.NOON,
    }

    with pytest.raises(IntegrityError), transaction.atomic():
        Entitlement.objects.create(**right)


def test_f27_the_database_refuses_a_second_right_on_one_code(room):
    redeem(make.seat_code())
    right = Entitlement.objects.get()

    right.pk, right.live_key, right.uuid = None, "another", SeatCode.objects.get().uuid
    with pytest.raises(IntegrityError), transaction.atomic():
        right.save(force_insert=True)


# --- Tries


def guess(times, user_id=1001, *, at=make.NOON):
    for _ in range(times):
        with pytest.raises(SeatCodeUnknown):
            redeem(grouped(new()), user_id, at=at)


def test_f27_guessing_ends_after_some_tries_and_the_sentence_says_until_when(room):
    text = make.seat_code()
    guess(TRIES)

    with pytest.raises(TooManyTries) as wait:
        redeem(text, at=make.NOON + timedelta(minutes=5))

    assert "You can try again at 13:00 UTC." in in_words(wait.value)
    assert nothing_happened()


def test_the_minute_that_is_named_is_not_too_early(room):
    guess(TRIES, at=make.NOON + timedelta(seconds=1))

    with pytest.raises(TooManyTries) as wait:
        redeem(grouped(new()))
    assert "at 13:01 UTC" in in_words(wait.value)


def test_after_an_hour_one_may_try_again(room):
    text = make.seat_code()
    guess(TRIES)

    assert redeem(text, at=make.NOON + timedelta(hours=1))


def test_what_one_person_tried_keeps_nobody_else_out(room):
    text = make.seat_code()
    guess(TRIES)

    assert redeem(text, 1002)


def test_a_code_that_was_right_is_no_failed_try(room):
    first, second = make.seat_codes(count=2).codes
    redeem(first)

    for _number in range(TRIES + 1):
        redeem(first)
        with pytest.raises(AlreadyEntitled):
            redeem(second)

    assert SeatCodeTries.objects.get().failed == 0


def test_the_tries_of_who_has_left_are_forgotten_and_those_of_others_stay(room):
    for user_id in (1001, 7):
        SeatCodeTries.objects.create(pk=user_id, since=make.NOON, failed=2)

    api.forget_learner(1001, make.NOON)

    assert [row.pk for row in SeatCodeTries.objects.all()] == [7]


@pytest.mark.parametrize("refused", ["taken", "revoked", "elsewhere"])
def test_every_code_that_opens_nothing_is_a_try(room, refused):
    make.offering("workshop")
    text = make.seat_code("workshop" if refused == "elsewhere" else "spectrum")
    if refused == "taken":
        redeem(text, 7)
    if refused == "revoked":
        revoke()

    with pytest.raises((SeatCodeTaken, SeatCodeRevoked, SeatCodeElsewhere)):
        redeem(text)
    assert SeatCodeTries.objects.get(pk=1001).failed == 1


def test_trying_is_for_requests_that_commit_by_themselves(room, transactional_db):
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        redeem(make.seat_code())


# --- Issuing


def test_codes_are_issued_for_one_offering_and_differ(room):
    issued = make.seat_codes(count=20, note="Invoice 7", expires_at=LATER)

    assert len(set(issued.codes)) == 20
    assert issued.offering_title == "Spectrum management"
    batch = SeatCodeBatch.objects.get()
    assert (batch.sponsor, batch.note, batch.issued_by) == (SPONSOR, "Invoice 7", 9)
    assert {code.state(make.NOON) for code in api.list_seat_codes("spectrum")} == {
        SeatCodeState.FREE
    }


def test_the_same_request_again_issues_nothing_and_says_what_to_do(room):
    issued = make.seat_codes(count=2)

    with pytest.raises(AlreadyIssued, match="revoke its codes and issue new ones"):
        make.seat_codes(count=2)
    assert len(api.list_seat_codes(batch=issued.batch_uuid)) == 2
    assert SeatCode.objects.count() == 2


def test_f13_the_same_key_for_other_codes_is_refused(room):
    make.seat_codes(count=2)

    with pytest.raises(KeyReused):
        make.seat_codes(count=3)
    assert SeatCode.objects.count() == 2


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"count": 0}, "Between 1 and 5000 codes"),
        ({"count": -1}, "Between 1 and 5000 codes"),
        ({"count": 5001}, "Between 1 and 5000 codes"),
        ({"sponsor": "  "}, "say who gives the seats"),
        ({"sponsor": "x" * 256}, "at most 255 letters"),
        ({"note": "x" * 256}, "at most 255 letters"),
        ({"sponsor": "Ministry\nof Posts"}, "Sponsor and note are one line each"),
        ({"sponsor": "Ministry\x1b[31m"}, "without control characters"),
        ({"note": "Invoice\u20287"}, "Sponsor and note are one line each"),
        ({"expires_at": make.NOON}, "expired before they are issued"),
    ],
)
def test_what_cannot_be_issued_is_said(room, changes, sentence):
    with pytest.raises(InvalidSeatCodes, match=sentence):
        make.seat_codes(**changes)
    assert not SeatCodeBatch.objects.exists()


def test_a_fee_that_is_not_there_has_no_codes(room):
    with pytest.raises(UnknownOffering, match="There is no fee “gone”"):
        make.seat_codes("gone")
    with pytest.raises(UnknownOffering, match="There is no fee “gone”"):
        redeem(grouped(new()), code="gone")


def test_an_operator_sees_where_each_code_stands(room):
    first, _second, _third = make.seat_codes(count=3, expires_at=LATER).codes
    redeem(first)
    api.revoke_seat_code(
        SeatCode.objects.order_by("id")[1].uuid, by=9, because="lost", at=make.NOON
    )

    codes = api.list_seat_codes("spectrum")
    assert [code.state(make.NOON) for code in codes] == ["redeemed", "revoked", "free"]
    assert codes[2].state(LATER) is SeatCodeState.EXPIRED
    assert api.list_seat_codes("another") == ()


# Sessions


@pytest.fixture
def monday():
    """A workshop for five, held on a Monday for two and on a Tuesday for anybody."""
    make.workshop(capacity=5)
    make.session("tuesday", starts_at=make.MORNING + timedelta(days=1),
                 ends_at=make.MORNING + timedelta(days=1, hours=8))  # fmt: skip
    return make.session("monday", capacity=2)


def left():
    found = api.offering("spectrum")
    return {"all": found.seats_left, **{one.code: one.seats_left for one in found.sessions}}


def test_a_code_is_for_a_session_where_there_are_some_and_counts_in_it(monday):
    text = make.seat_code(session="monday")
    given = redeem(text)
    assert (given.session.code, given.session.room) == ("monday", make.LAB)
    assert left() == {"all": 4, "monday": 1, "tuesday": 4}
    assert api.given_seat(1001, "spectrum").session == given.session
    revoke()
    assert left() == {"all": 5, "monday": 2, "tuesday": 5}


def test_without_a_session_that_can_be_chosen_no_code_is_issued(monday):
    for session, error, said in [
        ("", UnknownSession, "Please choose a session first"),
        ("friday", UnknownSession, "has no session “friday”"),
        ("Monday", UnknownSession, "has no session “Monday”"),
    ]:
        with pytest.raises(error, match=said):
            make.seat_codes(session=session)
    with pytest.raises(SessionNotOpen):
        make.seat_codes(session="monday", at=make.MORNING)
    make.offering("exam")
    with pytest.raises(UnknownSession):
        make.seat_codes("exam", session="monday")
    assert not SeatCodeBatch.objects.exists()


def test_a_full_session_keeps_the_code_unused_though_the_room_has_seats(monday):
    codes = make.seat_codes(session="monday", count=3).codes
    for number, text in enumerate(codes[:2]):
        redeem(text, 2000 + number)
    with pytest.raises(NoSeatLeft, match="Every seat of “Spectrum management” is taken"):
        redeem(codes[2], 2002)
    assert left() == {"all": 3, "monday": 0, "tuesday": 3}


def test_a_code_is_over_when_its_session_begins_or_is_closed(monday):
    codes = make.seat_codes(session="monday", count=2).codes
    with pytest.raises(SeatCodeExpired):
        redeem(codes[0], at=make.MORNING)
    make.session("monday", closed=True)
    with pytest.raises(SeatCodeExpired):
        redeem(codes[1])
    assert nothing_happened()


def test_codes_that_were_issued_before_there_were_sessions_count_in_the_room():
    make.workshop(capacity=5)
    text = make.seat_code()
    make.session("monday")
    assert redeem(text).session is None
    assert left() == {"all": 4, "monday": 4}


def test_f13_the_same_key_for_another_session_is_refused(monday):
    make.seat_codes(key="a", session="monday")
    with pytest.raises(KeyReused):
        make.seat_codes(key="a", session="tuesday")
    with pytest.raises(AlreadyIssued):
        make.seat_codes(key="a", session="monday")
