"""Seats of institutions where the training is held in sessions: each is of one of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.core import mail
from django.utils.translation import override

import reading_pdfs
from factories import fee_payments as make
from factories import institution_seats as seats
from factories import invoices as papers
from fee_payments import api, compat, models
from fee_payments.data import OrderState
from fee_payments.data.invoices import QuoteItem
from fee_payments.exceptions import (
    InvitationGone,
    InvoiceRefused,
    KeyReused,
    LinesDoNotFit,
    NoSeatLeft,
    QuoteChanged,
    SeatCodeExpired,
    SeatRefused,
    SessionNotOpen,
    UnknownSession,
)
from fee_payments.rules import frozen
from fee_payments.selectors.buyers import details_of
from fee_payments.services import crediting, printing, seat_mails

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("pays_by_invoice")]

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LATER = make.NOON + DAY
TUESDAY = make.MORNING + DAY
MONDAY_IN_WORDS = "15 February 2027, 09:00 (Africa/Nairobi), Nairobi, Radio laboratory"


@pytest.fixture(autouse=True)
def platform(monkeypatch):
    monkeypatch.setattr(compat, "course_progress", lambda people, key: {})
    monkeypatch.setattr(compat, "profile_country", lambda user_id: "CH")


@pytest.fixture
def ministry():
    """A workshop of fifteen seats: ten on Monday, and as many as there are on Tuesday."""
    seats.offering(capacity=15, delivery="in_person", place="Nairobi")
    make.session("monday", capacity=10)
    make.session("tuesday", starts_at=TUESDAY, ends_at=TUESDAY + 8 * HOUR)
    return seats.buyer()


@pytest.fixture
def pool(ministry):
    """Three seats on Monday that were paid."""
    return seats.pool(ministry, session="monday")


def taken():
    """How many seats are counted in the room, on Monday, and on Tuesday."""
    rows = models.Session.objects.order_by("code").values_list("seats_taken", flat=True)
    return models.Offering.objects.get().seats_taken, *rows


def now(pool, at=make.NOON):
    return api.pool(pool.uuid, by=seats.COORDINATOR, at=at)


def accept(person="ada", at=make.NOON):
    user_id = seats.account(person)
    return api.accept_seat(seats.links()[-1], make.learner(user_id), shares=False, at=at)


def close_monday():
    make.session("monday", capacity=10, closed=True)


# --- Orders


def test_without_a_session_nothing_is_ordered_and_the_refusal_says_which_there_are(ministry):
    with pytest.raises(UnknownSession, match="Please choose one of them: monday, tuesday") as said:
        seats.batch(ministry)
    assert said.value.offering_code == "spectrum"

    close_monday()
    with pytest.raises(UnknownSession, match=r"choose one of them: tuesday\."):
        seats.batch(ministry)
    assert not models.Order.objects.exists()


@pytest.mark.parametrize(
    ("session", "error", "said"),
    [
        ("friday", UnknownSession, "has no session “friday”"),
        ("Monday", UnknownSession, "has no session “Monday”"),
        ("monday", SessionNotOpen, "can no longer be chosen"),
    ],
)
def test_a_session_that_cannot_be_chosen_is_refused_as_to_a_learner(ministry, session, error, said):
    close_monday()
    with pytest.raises(error, match=said):
        seats.batch(ministry, session=session)
    assert (models.Order.objects.count(), taken()) == (0, (0, 0, 0))


def test_where_no_session_can_be_chosen_any_more_the_refusal_says_so(ministry):
    with pytest.raises(SessionNotOpen, match="No session of “Spectrum management” can be chosen"):
        seats.batch(ministry, at=TUESDAY)


def test_the_price_says_when_and_where_and_how_many_seats_are_left(ministry):
    offer = api.quote_batch(
        ministry.uuid, seats.at_sessions(monday=3), by=seats.COORDINATOR, at=make.NOON
    )

    (line,) = offer.lines
    assert (line.session.code, line.session.place, line.seats_left) == ("monday", "Nairobi", 10)


def test_f11_seats_are_counted_in_the_session_and_the_room_or_nowhere(ministry):
    seats.batch(ministry, 8, session="monday", key="a")

    with override("en"), pytest.raises(NoSeatLeft) as said:
        seats.batch(ministry, 3, session="monday", key="b")

    assert str(said.value) == (
        f"“Spectrum management” has not 3 seats left at this session: {MONDAY_IN_WORDS}."
    )
    assert (models.Order.objects.count(), taken()) == (1, (8, 8, 0))


def test_two_sessions_of_one_training_are_two_lines_of_one_order(ministry):
    placed = seats.batch_of(ministry, seats.at_sessions(tuesday=2, monday=3))

    assert [(one.session, one.quantity) for one in placed.lines] == [("tuesday", 2), ("monday", 3)]
    assert placed.lines[1].takes_place.starts_at == make.MORNING
    assert (taken(), placed.total) == ((5, 3, 2), seats.SEAT * 5)


def test_f11_of_two_sessions_none_is_kept_where_one_is_full(ministry):
    make.session("tuesday", starts_at=TUESDAY, ends_at=TUESDAY + 8 * HOUR, capacity=1)

    with pytest.raises(NoSeatLeft):
        seats.batch_of(ministry, seats.at_sessions(monday=3, tuesday=2))

    assert (models.Order.objects.count(), taken()) == (0, (0, 0, 0))


def test_one_session_is_not_ordered_twice_at_once(ministry):
    with pytest.raises(LinesDoNotFit, match="each of them once"):
        seats.batch_of(ministry, seats.at_sessions(monday=1) * 2)


def test_a_session_of_what_has_none_is_refused(ministry):
    seats.offering("exam", title="The exam")

    with pytest.raises(UnknownSession, match="has no session “monday”"):
        seats.batch(ministry, code="exam", session="monday")


def test_f12_a_key_is_of_one_choice_of_sessions_in_whatever_order(ministry):
    first = seats.batch_of(ministry, seats.at_sessions(monday=3, tuesday=2))

    assert seats.batch_of(ministry, seats.at_sessions(tuesday=2, monday=3)).uuid == first.uuid
    with pytest.raises(KeyReused):
        seats.batch_of(ministry, seats.at_sessions(monday=2, tuesday=3))
    assert taken() == (5, 3, 2)


def test_an_order_whose_time_is_over_gives_its_session_back(ministry):
    seats.batch(ministry, 10, session="monday", key="a")

    assert seats.batch(ministry, 9, session="monday", key="b", at=make.NOON + 7 * DAY)
    assert taken() == (9, 9, 0)


# --- Pools


def test_a_pool_keeps_the_seats_of_its_session(pool):
    assert (taken(), pool.session.code) == ((3, 3, 0), "monday")
    assert not models.OrderLine.objects.get().holds_seat
    # Within a year, as every pool, but for the session.
    assert pool.ends_at == make.MORNING


def test_each_session_has_a_pool_of_its_own(ministry):
    placed = seats.batch_of(ministry, seats.at_sessions(monday=3, tuesday=2))
    make.send(make.event(make.payment(placed)))

    pools = api.list_pools(seats.COORDINATOR, at=make.NOON)
    assert {(one.session.code, one.counts.free) for one in pools} == {("monday", 3), ("tuesday", 2)}


def test_who_is_invited_reads_when_and_where_and_has_a_seat_of_the_session(pool):
    seats.invite(pool, "ada@posts.example")
    message = mail.outbox[0]
    looked = api.look_at_invitation(seats.links()[0], at=make.NOON)

    given = accept()

    assert MONDAY_IN_WORDS in message.body
    assert MONDAY_IN_WORDS in message.alternatives[0][0]
    assert looked.session == given.session == pool.session
    assert [one.session.code for one in api.given_seats(given.user_id)] == ["monday"]
    assert taken() == (3, 3, 0)


def test_a_code_of_a_pool_is_of_its_session_and_counts_once(pool):
    issued = api.issue_pool_codes(pool.uuid, count=2, by=seats.COORDINATOR, key="k", at=make.NOON)
    assert (issued.session.code, issued.expires_at) == ("monday", make.MORNING)

    given = api.redeem_seat_code(make.learner(), "spectrum", issued.codes[0], at=make.NOON)

    assert given.session.code == "monday"
    assert taken() == (3, 3, 0)
    with pytest.raises(SeatCodeExpired):
        api.redeem_seat_code(make.learner(2), "spectrum", issued.codes[1], at=make.MORNING)


def test_no_invitation_outlives_the_beginning_of_the_session(pool):
    seats.invite(pool, "ada@posts.example", at=make.MORNING - DAY)

    assert models.Seat.objects.get(assigned_at__isnull=False).expires_at == make.MORNING


def test_seats_end_when_their_session_begins(pool):
    seats.invite(pool, "ada@posts.example")
    before = make.MORNING - timedelta(microseconds=1)
    models.Seat.objects.filter(assigned_at__isnull=False).update(expires_at=make.MORNING + DAY)

    assert not now(pool, before).is_over(before)
    assert now(pool).is_over(make.MORNING)
    with pytest.raises(InvitationGone):
        accept(at=make.MORNING)
    with pytest.raises(SeatRefused, match="is over"):
        seats.invite(pool, "bob@posts.example", at=make.MORNING)
    with pytest.raises(SeatRefused, match="is over"):
        api.issue_pool_codes(pool.uuid, count=1, by=seats.COORDINATOR, key="k", at=make.MORNING)
    # They were paid and were not refunded: as those of every pool that is over, they count.
    assert taken() == (3, 3, 0)


def test_seats_end_when_their_session_is_closed_and_no_mail_goes_out_for_them(pool):
    seats.invite(pool, "ada@posts.example", "bob@posts.example")
    accept("bob")
    (seat,) = models.Seat.objects.filter(nonce__isnull=False)
    seat_mails.write([seat], seat_mails.MailKind.REMINDER, at=LATER)
    close_monday()

    assert api.finish_seats(at=LATER) == (0, 0)
    with pytest.raises(InvitationGone):
        api.look_at_invitation(seats.links()[0], at=LATER)
    with pytest.raises(SeatRefused, match="by mail now"):
        api.remind_seat(seat.uuid, by=seats.COORDINATOR, at=LATER)
    assert now(pool).is_over(LATER)
    assert now(pool).counts.accepted == 1  # who has accepted keeps the access
    assert api.list_pools(seats.COORDINATOR, at=LATER)[0].session.closed


def test_no_end_is_moved_beyond_a_session_that_has_begun(pool):
    with pytest.raises(SeatRefused, match="has begun or was closed"):
        api.move_pool_end(pool.uuid, make.MORNING + 30 * DAY, reason="x", by=9, at=make.MORNING)
    api.move_pool_end(pool.uuid, make.MORNING + 30 * DAY, reason="x", by=9, at=LATER)
    assert now(pool).ends_at == make.MORNING
    api.move_pool_end(pool.uuid, make.MORNING - DAY, reason="x", by=9, at=LATER)
    assert now(pool).ends_at == make.MORNING - DAY


def test_a_pool_that_was_bought_before_there_were_sessions_goes_on_without_one():
    seats.offering(capacity=15, delivery="in_person", place="Nairobi")
    pool = seats.pool()
    make.session("monday", capacity=1)
    seats.invite(pool, "ada@posts.example")

    assert accept().session is None
    api.refund(pool.order_uuid, seats.SEAT, key="r", reason="fewer", by=9, at=LATER)
    found = now(pool, make.MORNING)
    assert (found.session, found.is_over(make.MORNING)) == (None, False)
    assert (taken(), found.counts.withdrawn) == ((2, 0), 1)


# --- What comes back


def test_a_refund_gives_seats_of_the_session_back(pool):
    api.refund(pool.order_uuid, seats.SEAT, key="r", reason="fewer", by=9, at=make.NOON)

    assert (taken(), now(pool).counts.withdrawn) == ((2, 2, 0), 1)


def test_a_refund_of_one_session_leaves_the_other(ministry):
    placed = seats.batch_of(ministry, seats.at_sessions(monday=3, tuesday=2))
    make.send(make.event(make.payment(placed)))
    monday = placed.lines[0]

    api.refund(
        placed.uuid, parts={monday.uuid: seats.SEAT * 3}, key="r", reason="rain", by=9, at=make.NOON
    )

    assert taken() == (2, 0, 2)


def happens(*buttons, hours=1):
    started = models.Payment.objects.get()
    for hour, button in enumerate(buttons, start=hours):
        at = make.NOON + HOUR * hour
        make.send(make.happening(started, button, at=at), at=at)


def test_a_lost_dispute_gives_the_session_back_and_a_won_one_takes_it_again(pool):
    seats.invite(pool, "ada@posts.example")
    given = accept()

    happens("dispute", "lose")
    assert (taken(), now(pool).counts.closed) == ((0, 0, 0), 3)

    happens("win", hours=3)
    assert (taken(), now(pool).counts.accepted) == ((3, 3, 0), 1)
    assert api.has_entitlement(given.user_id, "spectrum", at=LATER)


@pytest.mark.parametrize("because", ["full", "closed"])
def test_a_session_that_is_full_or_closed_by_then_lets_the_order_wait_for_a_person(pool, because):
    happens("dispute", "lose")
    if because == "full":
        make.session("monday", capacity=2)
    else:
        close_monday()

    happens("win", hours=3)

    said = "not as many seats left" if because == "full" else "session was closed"
    assert said in models.Order.objects.get().held_because
    assert (taken(), now(pool).counts.closed) == ((0, 0, 0), 3)


def test_an_invoice_on_credit_that_is_cancelled_gives_the_session_back(ministry):
    ministry.access_on = "invoice"
    ministry.save()
    found = issue(seats.batch(ministry, session="monday"), ministry)
    assert taken() == (3, 3, 0)

    crediting.issue_credit_note(found.uuid, reason="never paid", by=9, at=make.NOON)

    assert taken() == (0, 0, 0)


def issue(placed, row, at=make.NOON):
    return papers.invoice(placed, buyer=replace(details_of(row), address=("Place 1",)), at=at)


def test_what_is_paid_late_takes_the_session_again_while_it_has_seats(ministry):
    placed = seats.batch(ministry, 8, session="monday")
    started = make.payment(placed)
    api.expire_orders(at=make.NOON + 7 * DAY)
    assert taken() == (0, 0, 0)

    make.send(make.event(started))

    assert taken() == (8, 8, 0)


@pytest.mark.parametrize("has_expired", [True, False])
def test_seats_of_a_session_that_is_closed_are_not_opened_and_a_refund_is_due(
    ministry, has_expired
):
    placed = seats.batch(ministry, session="monday")
    started = make.payment(placed)
    if has_expired:
        api.expire_orders(at=make.NOON + 7 * DAY)
    close_monday()

    make.send(make.event(started))

    found = api.order(placed.uuid)
    assert (found.state, "a refund is due" in found.sentence) == (OrderState.HELD, True)
    assert not models.SeatPool.objects.exists()
    api.refund(placed.uuid, key="r", reason="closed", by=9, at=make.NOON)
    api.expire_orders(at=make.NOON + 7 * DAY)
    assert (api.order(placed.uuid).is_held, taken()) == (False, (0, 0, 0))


def test_a_learner_who_pays_late_for_a_session_that_was_closed_is_held_for_a_person(ministry):
    offer = api.quote(make.learner(), "spectrum", at=make.NOON)
    placed = api.place_order(
        make.learner(), "spectrum", key="k", expected=offer.total, at=make.NOON,
        sessions={"spectrum": "monday"},
    )  # fmt: skip
    started = make.payment(placed)
    api.expire_orders(at=make.NOON + 7 * DAY)
    close_monday()

    make.send(make.event(started))

    assert "session can no longer be chosen" in api.order(placed.uuid).sentence
    assert taken() == (0, 0, 0)


def test_a_learner_whose_dispute_is_won_after_the_session_was_closed_is_held_for_a_person(
    ministry,
):
    offer = api.quote(make.learner(), "spectrum", at=make.NOON)
    placed = api.place_order(
        make.learner(), "spectrum", key="k", expected=offer.total, at=make.NOON,
        sessions={"spectrum": "monday"},
    )  # fmt: skip
    make.send(make.event(make.payment(placed)))
    happens("dispute", "lose")
    close_monday()

    happens("win", hours=3)

    assert "session was closed" in models.Order.objects.get().held_because
    assert not api.has_entitlement(1001, "spectrum", at=LATER)


# --- Quotes, purchase orders, invoices


def quoted(row, *items, at=make.NOON, **changes):
    return api.issue_quote(row.uuid, items, by=9, at=at, **changes)


def on(session, count=3):
    return QuoteItem(offering_code="spectrum", session=session, quantity=count)


def paper(kind, uuid):
    """The text of the PDF of a document."""
    _number, file = printing.paper_of(kind, uuid, user_id=None, at=LATER)
    return reading_pdfs.text(file)


def accepted(quote, at=LATER):
    return api.receive_purchase_order(
        quote.uuid, number="PO-7", amount=quote.total, received_on=at.date(), by=9, at=at
    )


def test_a_quote_names_the_session_and_its_paper_says_when_and_where(ministry):
    made = quoted(ministry, on("monday"), on("tuesday", 2))

    assert [one.session.code for one in made.lines] == ["monday", "tuesday"]
    assert reading_pdfs.bare(MONDAY_IN_WORDS) in paper("quotes", made.uuid)
    assert taken() == (0, 0, 0)


def test_a_paper_says_what_was_sold_whatever_becomes_of_the_session(ministry):
    made = quoted(ministry, on("monday"))
    make.session("monday", place="Mombasa", room="", starts_at=make.MORNING - DAY, capacity=10)

    text = paper("quotes", made.uuid)

    assert reading_pdfs.bare(MONDAY_IN_WORDS) in text
    assert "Mombasa" not in text


def test_without_a_session_nothing_is_quoted_and_the_refusal_names_the_line(ministry):
    for items, error in (((on(""),), UnknownSession), ((on("friday"),), UnknownSession)):
        with pytest.raises(error) as said:
            quoted(ministry, *items)
        assert said.value.line_title == "spectrum"
    close_monday()
    with pytest.raises(SessionNotOpen):
        quoted(ministry, on("monday"))
    assert not models.QuoteDocument.objects.exists()


def test_f12_a_key_made_the_quote_of_one_session(ministry):
    first = quoted(ministry, on("monday"), key="k")

    assert quoted(ministry, on("monday"), key="k").uuid == first.uuid
    with pytest.raises(KeyReused):
        quoted(ministry, on("tuesday"), key="k")


def test_from_the_quote_to_the_seats_the_session_stays_the_same(ministry):
    # given
    quote = accepted(quoted(ministry, on("monday"), on("tuesday", 2)))

    # when
    invoice = api.invoice_quoted_seats(quote.uuid, by=9, at=LATER)

    # then
    order = api.order(invoice.order_uuid)
    assert [(one.session, one.quantity) for one in order.lines] == [("monday", 3), ("tuesday", 2)]
    assert taken() == (5, 3, 2)
    assert reading_pdfs.bare(MONDAY_IN_WORDS) in paper("invoices", invoice.uuid)

    # when
    papers.pay(invoice, seats.SEAT * 5)

    # then
    pools = api.list_pools(seats.COORDINATOR, at=papers.LATER)
    assert {(one.session.code, one.counts.free) for one in pools} == {("monday", 3), ("tuesday", 2)}
    assert taken() == (5, 3, 2)


def test_a_quote_that_its_organisation_orders_counts_in_its_session(ministry):
    made = quoted(ministry, on("monday", 10))

    api.order_quote(made.uuid, buyer_uuid=ministry.uuid, by=seats.COORDINATOR, at=LATER)

    assert taken() == (10, 10, 0)


def test_a_session_that_has_begun_or_was_closed_since_is_not_ordered(ministry):
    made = quoted(ministry, on("monday"), valid_until=date(2027, 6, 1))
    order = {"buyer_uuid": ministry.uuid, "by": seats.COORDINATOR}

    with pytest.raises(SessionNotOpen):
        api.order_quote(made.uuid, **order, at=make.MORNING)
    close_monday()
    with pytest.raises(SessionNotOpen):
        api.order_quote(made.uuid, **order, at=LATER)
    accepted(made)
    with pytest.raises(SessionNotOpen):
        api.invoice_quoted_seats(made.uuid, by=9, at=LATER)
    assert not models.Order.objects.exists()


def test_a_quote_from_before_there_were_sessions_asks_for_another():
    seats.offering(delivery="in_person", place="Nairobi")
    row = seats.buyer()
    made = quoted(row, on(""))
    make.session("monday")

    with pytest.raises(QuoteChanged, match="names no session"):
        api.order_quote(made.uuid, buyer_uuid=row.uuid, by=seats.COORDINATOR, at=LATER)
    assert not models.Order.objects.exists()


def test_an_order_of_another_session_is_not_over_what_was_quoted(ministry):
    quote = accepted(quoted(ministry, on("monday")))
    placed = seats.batch(ministry, session="tuesday")

    with pytest.raises(InvoiceRefused, match="not over what was quoted"):
        api.invoice_purchase_order(quote.uuid, order_uuid=placed.uuid, by=9, at=LATER)


def test_a_document_that_was_frozen_before_lines_named_sessions_is_read_as_it_was(ministry):
    seats.offering("exam", title="The exam")
    made = quoted(ministry, QuoteItem(offering_code="exam"))
    text = models.QuoteDocument.objects.get().content
    before = text.replace('"session":null,', "").replace('"layout":2', '"layout":1')
    assert before != text

    assert frozen.thawed(before) == frozen.thawed(text)
    assert frozen.thawed(before).lines == made.lines
