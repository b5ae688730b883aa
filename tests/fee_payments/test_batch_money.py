"""Seats of organisations whose money comes late, goes back, is disputed, or was never real."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from factories import fee_payments as make
from factories import institution_seats as seats
from fee_payments import api
from fee_payments.data import OrderState
from fee_payments.exceptions import (
    SeatRefused,
)
from fee_payments.models import (
    InvoiceStanding,
    Offering,
    Payment,
    Seat,
)
from fee_payments.selectors.buyers import details_of
from fee_payments.services import crediting, invoicing

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("pays_by_invoice")]

WEEK = timedelta(days=7)


def counts(pool):
    return api.pool(pool.uuid, by=seats.COORDINATOR, at=make.NOON).counts


def taken():
    return Offering.objects.get().seats_taken


@pytest.fixture
def ministry():
    seats.offering(capacity=10)
    return seats.buyer()


def issue(placed, row, **changes):
    details = replace(details_of(row), address=("Place 1",), **changes)
    return invoicing.issue_invoice(placed.uuid, details, by=seats.COORDINATOR, at=make.NOON)


def test_the_refund_policy_counts_for_seats_as_for_every_other_line(ministry):
    pool = seats.pool(ministry)

    soon = api.refund_offer(pool.order_uuid, seats.COORDINATOR, make.NOON)
    late = api.refund_offer(pool.order_uuid, seats.COORDINATOR, make.NOON + 52 * WEEK)

    assert list(soon.amounts.values()) == [seats.SEAT * 3]
    assert late.amounts == {}


def rooms_in(queries):
    """The rooms that statements change, in turn, and “series” where a number is taken."""
    found = []
    for query in queries:
        text = query["sql"].replace("`", "").replace('"', "")
        if text.startswith("UPDATE fee_payments_offering "):
            found.append(int(text.rpartition("id = ")[2].split()[0].strip("()")))
        elif text.startswith("UPDATE fee_payments_documentseries "):
            found.append("series")
    return found


def test_a_refund_locks_rooms_in_the_order_of_all_others(ministry):
    seats.offering("workshop", course_key="course-v1:ATC+ANTENNAS+2026_T4")
    wanted = seats.wanted(workshop=2, spectrum=2)
    offer = api.quote_batch(ministry.uuid, wanted, by=seats.COORDINATOR, at=make.NOON)
    placed = api.place_batch_order(
        ministry.uuid, wanted, by=seats.COORDINATOR, key="two", expected=offer.total, at=make.NOON
    )
    make.send(make.event(make.payment(placed)))

    with CaptureQueriesContext(connection) as queries:
        api.refund(placed.uuid, key="all", reason="none", by=9, at=make.NOON)

    rooms = rooms_in(queries)
    assert (len(rooms), rooms) == (2, sorted(rooms))


def test_seats_that_were_paid_are_nothing_wrong(ministry):
    seats.pool(ministry)

    assert api.list_wrong_rights(at=make.NOON) == ()


def test_access_on_credit_is_nothing_wrong_while_its_invoice_stands():
    make.offering()
    row = seats.buyer(access_on="invoice")
    issue(make.order(make.learner()), row)
    assert api.has_entitlement(1001, "spectrum", at=make.NOON)

    assert api.list_wrong_rights(at=make.NOON) == ()


def test_seats_of_a_test_end_where_payments_are_real(ministry, monkeypatch):
    pool, ada = seats.pool(ministry), seats.account("ada")
    seats.invite(pool, "ada@posts.example")
    api.accept_seat(seats.links()[0], make.learner(ada), shares=False, at=make.NOON)
    monkeypatch.setattr("fee_payments.conf.is_test_mode", lambda: False)

    (found,) = api.list_wrong_rights(at=make.NOON)
    assert (found.what, found.is_mended) == (f"pool {pool.uuid}", False)
    assert api.has_entitlement(ada, "spectrum", at=make.NOON)
    assert [one.is_mended for one in api.list_wrong_rights(at=make.NOON, fix=True)] == [True]

    assert not api.has_entitlement(ada, "spectrum", at=make.NOON)
    assert not Seat.objects.filter(live_key__isnull=False).exists()
    assert api.list_wrong_rights(at=make.NOON) == ()


@pytest.fixture
def cancelled(ministry):
    """A batch order on credit whose invoice was cancelled while a card payment was under way."""
    ministry.access_on = "invoice"
    ministry.save()
    placed = seats.batch(ministry)
    started = make.payment(placed)
    found = issue(placed, ministry)
    ada = seats.account("ada")
    (pool,) = api.list_pools(seats.COORDINATOR, at=make.NOON)
    ada_code, _bob_code = api.issue_pool_codes(
        pool.uuid, count=2, by=seats.COORDINATOR, key="codes", at=make.NOON
    ).codes
    api.redeem_seat_code(make.learner(ada), "spectrum", ada_code, at=make.NOON)
    crediting.issue_credit_note(found.uuid, reason="never paid", by=9, at=make.NOON)
    make.send(make.event(started))
    return placed


def test_what_is_paid_after_the_seats_were_closed_is_held_and_can_be_refunded(cancelled):
    held = api.order(cancelled.uuid)
    offer = api.refund_offer(cancelled.uuid, seats.COORDINATOR, make.NOON + 52 * WEEK)
    assert (held.state, "a refund is due" in held.sentence) == (OrderState.HELD, True)
    assert list(offer.amounts.values()) == [seats.SEAT * 3]

    api.refund(cancelled.uuid, seats.SEAT, key="a", reason="part", by=9, at=make.NOON)
    assert api.order(cancelled.uuid).is_held
    api.refund(cancelled.uuid, key="b", reason="rest", by=9, at=make.NOON)

    assert api.order(cancelled.uuid).state is OrderState.REFUNDED
    assert taken() == 0


def test_a_code_that_is_taken_back_after_its_pool_was_closed_makes_no_seat(cancelled):
    for code in api.list_seat_codes("spectrum"):
        api.revoke_seat_code(code.uuid, by=9, because="tidy", at=make.NOON)

    assert not Seat.objects.filter(live_key__isnull=False).exists()
    assert all(code.revoked_at for code in api.list_seat_codes("spectrum"))


def test_a_credit_note_takes_its_number_after_the_rooms(ministry):
    found = issue(seats.batch(ministry), ministry)

    with CaptureQueriesContext(connection) as queries:
        crediting.issue_credit_note(found.uuid, reason="wrong", by=9, at=make.NOON)

    assert rooms_in(queries)[-1] == "series"
    assert len(rooms_in(queries)) == 2


def test_no_seat_is_accepted_while_the_money_for_it_is_disputed_and_access_rests(
    ministry, settings
):
    pool = seats.pool(ministry)
    started, ada = Payment.objects.get(), make.learner(seats.account("ada"))
    seats.invite(pool, "ada@posts.example")
    make.send(make.happening(started, "dispute"))

    settings.FEE_PAYMENTS_ON_DISPUTE = "suspend"
    with pytest.raises(SeatRefused, match="wait for its payment"):
        api.accept_seat(seats.links()[0], ada, shares=False, at=make.NOON)
    settings.FEE_PAYMENTS_ON_DISPUTE = "keep"
    api.accept_seat(seats.links()[0], ada, shares=False, at=make.NOON)


@pytest.mark.parametrize("is_suspended", [True, False])
def test_f19_no_seat_is_accepted_while_a_bank_has_the_money_back(ministry, settings, is_suspended):
    settings.FEE_PAYMENTS_SUSPEND_ON_REVERSAL = is_suspended
    pool, ada = seats.pool(ministry), make.learner(seats.account("ada"))
    found = issue(api.order(pool.order_uuid), ministry)
    InvoiceStanding.objects.filter(invoice__uuid=found.uuid).update(reversed_at=make.NOON)
    seats.invite(pool, "ada@posts.example")

    expected = pytest.raises(SeatRefused) if is_suspended else nullcontext()
    with expected:
        api.accept_seat(seats.links()[0], ada, shares=False, at=make.NOON)

    assert api.has_entitlement(ada.user_id, "spectrum", at=make.NOON) is not is_suspended


def test_seats_of_a_dispute_that_was_lost_and_won_back_are_there_again(ministry):
    pool = seats.pool(ministry)
    started = Payment.objects.get()
    for hours, button in enumerate(("dispute", "lose", "win"), start=1):
        moment = make.NOON + timedelta(hours=hours)
        make.send(make.happening(started, button, at=moment), at=moment)

    order = api.order(pool.order_uuid)
    assert (counts(pool).free, taken(), order.is_held) == (3, 3, False)
