"""Access that rests while the money for it is looked at, and what comes back when that is over."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import partial
from uuid import uuid4

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from factories import fee_payments as make
from factories import institution_seats as seats
from fee_payments import api, compat
from fee_payments.data import Invitee, OrderState, SeatState
from fee_payments.exceptions import InvalidAccess, SeatRefused, UnknownOrder
from fee_payments.models import (
    Entitlement,
    InvoiceStanding,
    Offering,
    Order,
    OrderHold,
    OrderLine,
    Payment,
    Seat,
    SeatPool,
    SeatStep,
)
from fee_payments.selectors.buyers import details_of
from fee_payments.selectors.institution_seats import state_of
from fee_payments.services import crediting, invoice_settling, invoicing, refunding
from races import ISOLATIONS, errors, race, values

pytestmark = pytest.mark.django_db(transaction=True)

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture(autouse=True)
def platform(monkeypatch, settings):
    monkeypatch.setattr(compat, "course_progress", lambda people, key: {})
    monkeypatch.setattr(compat, "profile_country", lambda user_id: "CH")
    settings.FEE_PAYMENTS_ON_DISPUTE = "suspend"


@pytest.fixture
def ministry():
    seats.offering(capacity=10)
    return seats.buyer()


@pytest.fixture
def pool(ministry):
    """Three seats: Ada has accepted hers, Bob is invited to his, and one is free."""
    found = seats.pool(ministry)
    seats.invite(found, "ada@posts.example", "bob@posts.example")
    return found


@pytest.fixture
def ada(pool):
    person = seats.account("ada")
    api.accept_seat(seats.links()[0], make.learner(person), shares=False, at=make.NOON)
    return person


def later(hours):
    return make.NOON + HOUR * hours


def happens(*buttons, payment=None, hours=1):
    """What a payer's bank does, an hour after the other."""
    started = payment or Payment.objects.get(provider="sandbox")
    for hour, button in enumerate(buttons, start=hours):
        make.send(make.happening(started, button, at=later(hour)), at=later(hour))


def may_enter(person, hours=9):
    return api.has_entitlement(person, "spectrum", at=later(hours))


def states(pool):
    rows = Seat.objects.filter(pool__uuid=pool.uuid).order_by("number", "pk")
    return [state_of(row, at=later(9)).value for row in rows]


def taken():
    return Offering.objects.get(code="spectrum").seats_taken


def held(uuid):
    return Order.objects.get(uuid=uuid).held_because


def standing_of(order_uuid):
    """The standing of the invoice of a paid order, which is issued."""
    order = Order.objects.get(uuid=order_uuid)
    details = replace(details_of(order.buyer or seats.buyer(502)), address=("Place 1",))
    issued = invoicing.issue_invoice(order.uuid, details, by=order.user_id, at=make.NOON)
    return InvoiceStanding.objects.get(invoice__uuid=issued.uuid)


def bank_has_it_back(standing, *, since, hours):
    """Tell as a bank file would that the money is back (``since`` a moment), or there again."""
    InvoiceStanding.objects.filter(pk=standing.pk).update(reversed_at=since)
    invoice_settling.hold_or_release(standing.pk, at=later(hours))


# --- Accepted seats


def test_an_accepted_seat_rests_while_the_payment_is_disputed(pool, ada):
    happens("dispute")

    assert not may_enter(ada)
    assert states(pool) == ["accepted", "assigned", "free"]
    assert taken() == 3
    assert "access rests" in api.ended_note(ada, "spectrum", at=later(2))


@pytest.mark.parametrize("setting", ["keep", "suspend"])
def test_whether_an_accepted_seat_rests_is_the_operators_choice(pool, ada, settings, setting):
    settings.FEE_PAYMENTS_ON_DISPUTE = setting
    happens("dispute")

    assert may_enter(ada) is (setting == "keep")


def test_a_seat_that_rests_comes_back_when_the_dispute_is_won(pool, ada):
    happens("dispute", "win")

    assert may_enter(ada)
    assert (states(pool), taken()) == (["accepted", "assigned", "free"], 3)
    reasons = Entitlement.objects.order_by("pk").values_list("revoked_because", flat=True)
    assert list(reasons) == ["disputed", ""]


def test_an_accepted_seat_rests_while_a_bank_has_the_money_back(pool, ada):
    standing = standing_of(pool.order_uuid)

    bank_has_it_back(standing, since=later(1), hours=1)
    assert not may_enter(ada)
    bank_has_it_back(standing, since=None, hours=2)

    assert may_enter(ada)
    assert (held(pool.order_uuid), taken()) == ("", 3)


def test_nobody_accepts_a_seat_while_it_rests_and_then_they_do(pool, ada):
    bob = make.learner(seats.account("bob"))
    happens("dispute")
    with pytest.raises(SeatRefused, match="wait for its payment"):
        api.accept_seat(seats.links()[1], bob, shares=False, at=later(2))

    happens("win", hours=3)

    assert api.accept_seat(seats.links()[1], bob, shares=False, at=later(4))


def test_a_seat_that_is_taken_back_while_it_rests_does_not_come_back(pool, ada):
    happens("dispute")
    seat = Seat.objects.get(accepted_by=ada)
    api.revoke_seat(seat.uuid, by=seats.COORDINATOR, because="left", at=later(2))

    happens("win", hours=3)

    assert not may_enter(ada)
    assert states(pool) == ["revoked", "free", "assigned", "free"]
    assert "withdrawn" in api.ended_note(ada, "spectrum", at=later(4))


def test_who_has_bought_access_meanwhile_makes_room_for_somebody_else(pool, ada):
    happens("dispute")
    other = make.paid_order(make.learner(ada), at=later(2))

    happens("win", payment=Payment.objects.get(order__uuid=pool.order_uuid), hours=3)

    assert states(pool) == ["revoked", "free", "assigned", "free"]
    assert SeatStep.objects.get(action="revoked").note == "Has access by something else."
    (right,) = Entitlement.objects.filter(user_id=ada, revoked_at__isnull=True)
    assert right.line.order.uuid == other.uuid


def test_the_database_refuses_two_rights_on_one_seat(pool, ada):
    first = Entitlement.objects.get()
    second = {
        "offering": first.offering, "source": "seat", "seat": first.seat, "starts_at": make.NOON,
    }  # fmt: skip

    for key in (first.seat_key, None):
        with pytest.raises(IntegrityError), transaction.atomic():
            Entitlement.objects.create(user_id=77, live_key="77:1", seat_key=key, **second)


# --- Two reasons at once


def test_access_comes_back_when_neither_bank_nor_dispute_keeps_it(pool, ada):
    standing = standing_of(pool.order_uuid)
    happens("dispute")
    bank_has_it_back(standing, since=later(2), hours=2)

    happens("win", hours=3)
    assert not may_enter(ada)
    assert "took the payment back" in held(pool.order_uuid)

    bank_has_it_back(standing, since=None, hours=4)
    assert may_enter(ada)


def test_access_comes_back_with_the_dispute_if_the_bank_was_first(pool, ada):
    standing = standing_of(pool.order_uuid)
    happens("dispute")
    bank_has_it_back(standing, since=later(2), hours=2)

    bank_has_it_back(standing, since=None, hours=3)
    assert not may_enter(ada)
    assert held(pool.order_uuid) == ""

    happens("win", hours=4)
    assert may_enter(ada)


def test_two_reasons_for_a_person_are_both_told_and_each_ends_by_its_own_cause(pool, ada):
    standing = standing_of(pool.order_uuid)
    payment = Payment.objects.get()
    refund = refunding.record_refund(payment, seats.SEAT, reference="re_1", at=later(1))
    refunding.fail_refund(refund.uuid, sentence="The card is gone.", at=later(2))
    bank_has_it_back(standing, since=later(3), hours=3)

    assert "The card is gone." in held(pool.order_uuid)
    assert "took the payment back" in held(pool.order_uuid)
    assert api.order(pool.order_uuid).sentence == held(pool.order_uuid)

    bank_has_it_back(standing, since=None, hours=4)
    assert "The card is gone." in held(pool.order_uuid)
    assert "took the payment back" not in held(pool.order_uuid)
    over = OrderHold.objects.get(released_at__isnull=False)
    assert (over.cause, over.held_at, over.released_at) == ("reversal", later(3), later(4))


def test_the_same_reason_told_twice_is_one(pool, ada):
    refund = refunding.record_refund(
        Payment.objects.get(), seats.SEAT, reference="re_1", at=later(1)
    )
    for hour in (2, 3):
        refunding.fail_refund(refund.uuid, sentence="The card is gone.", at=later(hour))

    assert OrderHold.objects.count() == 1


def test_a_refund_of_another_line_does_not_end_what_a_bank_holds():
    make.offering(capacity=5)
    make.offering("exam", course_key="course-v1:ATC+ANTENNAS+2026_T4")
    placed = make.paid_order_of(make.learner(), "spectrum", "exam")
    standing = standing_of(placed.uuid)
    bank_has_it_back(standing, since=later(1), hours=1)
    (exam,) = [line for line in placed.lines if line.offering_code == "exam"]

    api.refund(
        placed.uuid, parts={exam.uuid: make.PRICE}, key="r", reason="asked", by=9, at=later(2)
    )

    assert "took the payment back" in held(placed.uuid)
    bank_has_it_back(standing, since=None, hours=3)
    assert (held(placed.uuid), api.order(placed.uuid).state) == (
        "", OrderState.PARTIALLY_REFUNDED,
    )  # fmt: skip
    # What was not refunded opens again; what was does not.
    assert api.entitled_offerings(1001, at=later(4)) == {"spectrum"}


def test_an_order_of_which_nothing_is_left_waits_for_nobody():
    make.offering(capacity=5)
    placed = make.paid_order(make.learner())
    bank_has_it_back(standing_of(placed.uuid), since=later(1), hours=1)

    api.refund(placed.uuid, key="r", reason="asked", by=9, at=later(2))

    assert (held(placed.uuid), api.order(placed.uuid).state) == ("", OrderState.REFUNDED)
    assert Entitlement.objects.get().revoked_because == "refunded"


# --- The end stays


@pytest.mark.parametrize("events", [("dispute", "win"), ("dispute", "lose", "win")])
def test_days_of_access_do_not_begin_again(events):
    make.offering(capacity=5)
    Offering.objects.update(access_days=30)
    make.paid_order(make.learner())
    end = make.NOON + 30 * DAY

    happens(*events, hours=24)

    right = Entitlement.objects.get(revoked_at__isnull=True)
    assert (right.starts_at > make.NOON, right.ends_at) == (True, end)


def test_days_of_access_do_not_begin_again_after_a_reversal():
    make.offering(capacity=5)
    Offering.objects.update(access_days=30)
    placed = make.paid_order(make.learner())
    standing = standing_of(placed.uuid)
    bank_has_it_back(standing, since=later(1), hours=1)

    bank_has_it_back(standing, since=None, hours=48)

    assert Entitlement.objects.get(revoked_at=None).ends_at == make.NOON + 30 * DAY


def test_a_right_without_an_end_gets_none_by_resting():
    make.offering(capacity=5)
    make.paid_order(make.learner())
    happens("dispute")
    Offering.objects.update(access_days=30)

    happens("win", hours=2)

    assert Entitlement.objects.get(revoked_at=None).ends_at is None


def test_a_right_that_would_be_over_is_not_given_again():
    make.offering(capacity=5)
    Offering.objects.update(access_days=1)
    placed = make.paid_order(make.learner())
    happens("dispute")

    happens("win", hours=30)

    assert not Entitlement.objects.filter(revoked_at__isnull=True).exists()
    assert not held(placed.uuid)


def test_a_seat_is_taken_again_where_access_had_rested_before_it_was_lost():
    make.offering(capacity=5)
    make.paid_order(make.learner())

    happens("dispute", "lose")
    assert (may_enter(1001), taken()) == (False, 0)
    assert "took your payment back" in api.ended_note(1001, "spectrum", at=later(3))
    happens("win", hours=3)

    assert (may_enter(1001), taken()) == (True, 1)


def test_who_has_paid_twice_by_then_is_told_to_a_person():
    make.offering(capacity=5)
    placed = make.paid_order(make.learner())
    standing = standing_of(placed.uuid)
    bank_has_it_back(standing, since=later(1), hours=1)
    make.paid_order(make.learner(), at=later(2), key="again")

    bank_has_it_back(standing, since=None, hours=3)

    assert "has it by something else" in held(placed.uuid)
    api.refund(placed.uuid, key="r", reason="paid twice", by=9, at=later(4))
    assert (held(placed.uuid), may_enter(1001)) == ("", True)


# --- A dispute that was lost is won after all


def test_a_pool_that_was_closed_opens_again(pool, ada):
    happens("dispute", "lose")
    assert (states(pool), taken(), may_enter(ada)) == (["closed"] * 3, 0, False)
    assert api.given_seats(ada) == ()
    closed = api.pool(pool.uuid, by=seats.COORDINATOR, at=later(3))
    assert (closed.counts.closed, closed.counts.withdrawn) == (3, 0)

    happens("win", hours=3)

    # Who was invited before has to be invited again: their link was told to open nothing.
    assert (states(pool), taken(), may_enter(ada)) == (["accepted", "free", "free"], 3, True)
    assert held(pool.order_uuid) == ""
    assert [seat.rests for seat in api.given_seats(ada)] == [False]
    people = [Invitee(email=f"p{number}@posts.example") for number in range(2)]
    api.assign_seats(pool.uuid, people, by=seats.COORDINATOR, at=later(4))
    actions = SeatStep.objects.filter(seat__accepted_by=ada).order_by("pk")
    assert list(actions.values_list("action", flat=True))[-2:] == ["closed", "reopened"]


def test_a_seat_of_a_closed_pool_is_not_taken_back_as_if_it_were_open(pool, ada):
    # given
    happens("dispute", "lose")
    seat = Seat.objects.get(accepted_by=ada)

    # when
    with pytest.raises(SeatRefused, match="This seat is closed"):
        api.revoke_seat(seat.uuid, by=seats.COORDINATOR, because="Left", at=later(4))

    # then
    happens("win", hours=5)
    assert may_enter(ada)


def test_a_code_is_the_answer_again_to_who_has_redeemed_it(pool):
    cyd = seats.account("cyd")
    code = api.issue_pool_codes(
        pool.uuid, count=1, by=seats.COORDINATOR, key="k", at=make.NOON
    ).codes[0]
    first = api.redeem_seat_code(make.learner(cyd), "spectrum", code, at=make.NOON)

    happens("dispute", "lose", "win")

    assert api.redeem_seat_code(make.learner(cyd), "spectrum", code, at=later(4)) == first
    assert may_enter(cyd)


def test_a_pool_finds_no_room_any_more_and_nothing_of_it_opens(pool, ada):
    happens("dispute", "lose")
    Offering.objects.update(capacity=2)

    happens("win", hours=3)

    assert (states(pool), taken(), may_enter(ada)) == (["closed"] * 3, 0, False)
    assert "not as many seats left" in held(pool.order_uuid)
    assert api.order(pool.order_uuid).is_held


def test_what_was_refunded_before_or_meanwhile_stays_refunded(pool, ada):
    api.refund(pool.order_uuid, seats.SEAT, key="r", reason="fewer", by=9, at=later(1))
    happens("dispute", "lose", hours=2)
    assert sorted(states(pool)) == ["closed", "closed", "withdrawn"]
    payment = Payment.objects.get()
    refunding.record_refund(payment, seats.SEAT, reference="re_1", at=later(4))
    assert sorted(states(pool)) == ["closed", "withdrawn", "withdrawn"]
    assert taken() == 0

    happens("win", hours=5)

    assert sorted(states(pool)) == ["accepted", "withdrawn", "withdrawn"]
    assert (taken(), may_enter(ada)) == (1, True)


def test_a_refund_under_way_holds_its_seat_again(pool, ada):
    happens("dispute", "lose")
    OrderLine.objects.update(refunded_minor=seats.SEAT.minor)

    happens("win", hours=3)

    assert sorted(states(pool)) == ["accepted", "free", "held"]


def test_more_was_refunded_meanwhile_than_nobody_has_accepted(pool, ada):
    happens("dispute", "lose")
    OrderLine.objects.update(
        refunded_minor=seats.SEAT.minor * 3 - 1, returned_minor=seats.SEAT.minor * 3 - 1
    )
    Seat.objects.filter(number__gt=1).update(
        accepted_at=make.NOON, accepted_by=5, assigned_at=make.NOON
    )

    happens("win", hours=3)

    assert states(pool) == ["closed"] * 3
    assert "more was refunded meanwhile" in held(pool.order_uuid)


@pytest.mark.usefixtures("pays_by_invoice")
def test_a_pool_that_was_never_paid_does_not_open_by_a_dispute_that_is_won(ministry):
    ministry.access_on = "invoice"
    ministry.save()
    placed = seats.batch(ministry)
    started = make.payment(placed)
    details = replace(details_of(ministry), address=("Place 1",))
    found = invoicing.issue_invoice(placed.uuid, details, by=seats.COORDINATOR, at=make.NOON)
    crediting.issue_credit_note(found.uuid, reason="never paid", by=9, at=make.NOON)
    make.send(make.event(started))
    assert SeatPool.objects.get().closed_because == "cancelled"

    happens("dispute", "lose", "win", payment=started)

    assert not Seat.objects.filter(live_key__isnull=False).exists()
    assert taken() == 0


def test_a_pool_that_is_won_while_the_bank_has_the_money_back_opens_when_it_is_there(pool, ada):
    standing = standing_of(pool.order_uuid)
    happens("dispute", "lose")
    bank_has_it_back(standing, since=later(3), hours=3)
    happens("win", hours=4)
    assert states(pool) == ["closed"] * 3

    bank_has_it_back(standing, since=None, hours=5)

    assert (may_enter(ada), states(pool)) == (True, ["accepted", "free", "free"])


def test_a_state_of_a_closed_seat_is_told(pool, ada):
    happens("dispute", "lose")

    page = api.list_seats(pool.uuid, by=seats.COORDINATOR, at=later(3), state=SeatState.CLOSED)

    assert (page.total, {seat.state for seat in page.seats}) == (3, {SeatState.CLOSED})


# --- Given again by a person, when nothing stands in the way any more


@pytest.fixture
def waits_for_room(pool, ada):
    """A dispute was won, and the room has become too small meanwhile."""
    happens("dispute", "lose")
    Offering.objects.update(capacity=2)
    happens("win", hours=3)
    return pool


def given_again(uuid, hours=5, by=9):
    return api.give_access_again(uuid, by=by, at=later(hours))


def test_what_a_person_waited_for_is_given_again_when_there_is_room(waits_for_room, ada):
    Offering.objects.update(capacity=5)

    answer = given_again(waits_for_room.order_uuid)

    assert (answer.obstacles, answer.order.is_held) == ((), False)
    assert (may_enter(ada), states(waits_for_room), taken()) == (
        True, ["accepted", "free", "free"], 3,
    )  # fmt: skip
    over = OrderHold.objects.get()
    assert (over.cause, over.released_at, over.released_by) == ("access", later(5), 9)


def test_what_still_stands_in_the_way_is_told_and_nothing_is_given(waits_for_room, ada):
    answer = given_again(waits_for_room.order_uuid)

    assert "not as many seats left" in answer.obstacles[0]
    assert (answer.order.is_held, may_enter(ada), taken()) == (True, False, 0)
    assert OrderHold.objects.get().released_at is None


def test_what_stands_in_the_way_now_is_what_is_said(waits_for_room):
    Offering.objects.update(capacity=5)
    OrderLine.objects.update(
        refunded_minor=seats.SEAT.minor * 3 - 1, returned_minor=seats.SEAT.minor * 3 - 1
    )
    Seat.objects.filter(number__gt=1).update(
        accepted_at=make.NOON, accepted_by=5, assigned_at=make.NOON
    )

    given_again(waits_for_room.order_uuid)

    assert "more was refunded meanwhile" in held(waits_for_room.order_uuid)
    assert "not as many seats left" not in held(waits_for_room.order_uuid)


def test_access_is_not_given_again_twice(waits_for_room):
    Offering.objects.update(capacity=5)
    given_again(waits_for_room.order_uuid)

    with pytest.raises(InvalidAccess, match="waits for no access"):
        given_again(waits_for_room.order_uuid)

    assert taken() == 3


def test_access_is_not_given_again_while_a_bank_looks_at_the_money(waits_for_room, ada):
    Offering.objects.update(capacity=5)
    bank_has_it_back(standing_of(waits_for_room.order_uuid), since=later(4), hours=4)

    with pytest.raises(InvalidAccess, match="bank"):
        given_again(waits_for_room.order_uuid)

    assert (may_enter(ada), OrderHold.objects.filter(released_at=None).count()) == (False, 2)


def test_access_that_was_lost_again_is_not_given_again(waits_for_room, ada):
    Offering.objects.update(capacity=5)
    happens("dispute", "lose", hours=4)

    with pytest.raises(InvalidAccess, match="bank"):
        given_again(waits_for_room.order_uuid, hours=7)

    assert not may_enter(ada)


def test_an_order_that_is_not_there_gives_no_access_again():
    with pytest.raises(UnknownOrder):
        given_again(uuid4())


def test_a_right_of_their_own_is_given_again_with_the_end_that_it_had():
    make.offering(capacity=1)
    Offering.objects.update(access_days=30)
    placed = make.paid_order(make.learner())
    happens("dispute", "lose")
    Offering.objects.update(capacity=0)
    happens("win", hours=3)
    assert "no seat is left" in held(placed.uuid)
    Offering.objects.update(capacity=1)

    given_again(placed.uuid)

    assert (may_enter(1001), taken()) == (True, 1)
    assert Entitlement.objects.get(revoked_at=None).ends_at == make.NOON + 30 * DAY


@pytest.mark.mariadb
@pytest.mark.parametrize("isolation", ISOLATIONS)
def test_eight_who_give_access_again_at_once_give_it_once(waits_for_room, ada, isolation):
    Offering.objects.update(capacity=5)

    done = race(*[partial(given_again, waits_for_room.order_uuid)] * 8, isolation=isolation)

    assert len(values(done)) == 1
    assert {type(error) for error in errors(done)} == {InvalidAccess}
    assert (taken(), may_enter(ada)) == (3, True)


# --- In the admin


def operator(*permissions):
    user = get_user_model().objects.create_user("omar", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client = Client()
    client.force_login(user)
    return client


def chosen(client, *uuids):
    url = reverse("admin:fee_payments_order_changelist")
    pks = list(Order.objects.filter(uuid__in=uuids).values_list("pk", flat=True))
    form = {"action": "give_access_again", "_selected_action": pks}
    return client.post(url, form, follow=True).content.decode()


def test_an_operator_gives_access_again_and_reads_what_came_of_each_order(waits_for_room, ada):
    client = operator("view_order", "grant_entitlement")
    Offering.objects.update(capacity=5)
    seats.offering("other")
    plain = make.order(make.learner(77), "other")

    html = chosen(client, waits_for_room.order_uuid, plain.uuid)

    assert f"Order {waits_for_room.order_uuid}: Access is given again." in html
    assert f"Order {plain.uuid}: This order waits for no access." in html
    assert Entitlement.objects.filter(user_id=ada, revoked_at=None).exists()
    assert OrderHold.objects.get().released_by == get_user_model().objects.get(username="omar").pk


def test_an_operator_reads_what_still_stands_in_the_way(waits_for_room):
    client = operator("view_order", "grant_entitlement")

    html = chosen(client, waits_for_room.order_uuid)

    assert f"Order {waits_for_room.order_uuid}: A dispute was won, and the room" in html


def test_who_may_not_give_access_has_no_such_action(waits_for_room, ada):
    client = operator("view_order", "refund_payment")
    Offering.objects.update(capacity=5)

    assert "give_access_again" not in chosen(client, waits_for_room.order_uuid)
    assert not may_enter(ada)


def test_an_order_that_waits_for_access_leads_to_where_it_is_given(waits_for_room):
    client = operator("view_order", "grant_entitlement")
    pk = Order.objects.get(uuid=waits_for_room.order_uuid).pk

    html = client.get(reverse("admin:fee_payments_order_change", args=[pk])).content.decode()

    assert "Give access again, or refund it" in html
    assert f"/admin/fee_payments/order/?q={waits_for_room.order_uuid}" in html
