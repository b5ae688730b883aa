"""The end of an institution's seats is moved by an operator, with a reason that is kept."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.db import transaction
from django.test import Client
from django.urls import reverse

from factories import fee_payments as make
from factories import institution_seats as seats
from fairgate import clock
from fairgate.errors import RowIsKept
from fee_payments import api
from fee_payments.data import OrderState
from fee_payments.exceptions import SeatCodeExpired, SeatRefused, UnknownSeat
from fee_payments.models import Order, Seat, SeatCodeBatch, SeatPool, SeatPoolEnd
from fee_payments.services import institution_seats

pytestmark = pytest.mark.django_db(transaction=True)

END = make.NOON + timedelta(days=365)
LATER = END + timedelta(days=30)
SOON = make.NOON + timedelta(days=10)


@pytest.fixture
def pool():
    seats.offering()
    return seats.pool()


def move(pool, ends_at=LATER, *, at=make.NOON, reason="the course was postponed"):
    api.move_pool_end(pool.uuid, ends_at, reason=reason, by=9, at=at)


def code_of(pool, **changes):
    fields = {"count": 1, "by": seats.COORDINATOR, "key": uuid4().hex, "at": make.NOON, **changes}
    return api.issue_pool_codes(pool.uuid, **fields).codes[0]


def redeem(text, user_id=1001, *, at):
    return api.redeem_seat_code(make.learner(user_id), "spectrum", text, at=at)


def test_who_moved_the_end_from_when_to_when_and_why_is_kept(pool):
    move(pool)
    move(pool)
    kept = SeatPoolEnd.objects.get()
    assert (kept.ended_at, kept.ends_at, kept.by, kept.reason) == (
        END, LATER, 9, "the course was postponed",
    )  # fmt: skip
    assert api.pool(pool.uuid, by=seats.COORDINATOR, at=make.NOON).ends_at == LATER
    with pytest.raises(RowIsKept):
        kept.delete()


def test_what_ended_with_the_seats_ends_with_them_again(pool):
    text = code_of(pool)
    move(pool, at=END + timedelta(days=1))
    assert redeem(text, at=LATER - timedelta(seconds=1)).sponsor == seats.MINISTRY


def test_what_has_an_end_of_its_own_keeps_it_unless_it_would_outlive_the_seats(pool):
    early, late = code_of(pool, expires_at=SOON - timedelta(days=5)), code_of(pool)
    seats.invite(pool, "ada@posts.example")
    invited_until = Seat.objects.get(email_digest__isnull=False).expires_at
    move(pool)
    assert Seat.objects.get(email_digest__isnull=False).expires_at == invited_until
    move(pool, SOON)
    ends = set(SeatCodeBatch.objects.values_list("expires_at", flat=True))
    assert ends == {SOON - timedelta(days=5), SOON}
    assert Seat.objects.get(email_digest__isnull=False).expires_at == SOON
    with pytest.raises(SeatCodeExpired):
        redeem(late, at=SOON)
    assert redeem(early, at=make.NOON)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"reason": " "}, "say why"),
        ({"reason": "one\ntwo"}, "in one line"),
        ({"ends_at": make.NOON}, "in the future"),
    ],
)
def test_without_a_reason_or_a_future_no_end_is_moved(pool, changes, said):
    with pytest.raises(SeatRefused, match=said):
        move(pool, **changes)
    assert (SeatPool.objects.get().ends_at, SeatPoolEnd.objects.count()) == (END, 0)


def test_seats_that_are_not_there_or_were_closed_have_no_end_to_move(pool):
    with pytest.raises(UnknownSeat):
        api.move_pool_end(uuid4(), LATER, reason="x", by=9, at=make.NOON)
    line = Order.objects.get(state=OrderState.PAID).lines.get()
    with transaction.atomic():
        institution_seats.close_pool(line, because="lost", at=make.NOON)
    with pytest.raises(SeatRefused, match="closed or refunded"):
        move(pool)


# In the admin


def operator(*permissions):
    user = get_user_model().objects.create_user("omar", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client = Client()
    client.force_login(user)
    return client


def send(client, **typed):
    form = {
        "action": "move_end", "_selected_action": SeatPool.objects.get().pk, "index": "0", **typed,
    }  # fmt: skip
    url = reverse("admin:fee_payments_seatpool_changelist")
    return client.post(url, form, follow=True).content.decode()


def test_an_operator_moves_the_end_in_the_list_and_reads_its_history(pool, monkeypatch):
    monkeypatch.setattr(clock, "_source", lambda: make.NOON)
    client = operator("view_seatpool", "view_seatpoolend", "manage_seats")
    assert "choose the day" in send(client, because="postponed")
    assert "choose the day" in send(client, ends_on="soon", because="postponed")
    assert "say why" in send(client, ends_on="2028-01-31")
    assert "The end is moved" in send(client, ends_on="2028-01-31", because="postponed")
    assert SeatPool.objects.get().ends_at == datetime(2028, 1, 31, tzinfo=UTC)
    page = reverse("admin:fee_payments_seatpool_change", args=[SeatPool.objects.get().pk])
    assert "postponed" in client.get(page).content.decode()


def test_who_may_only_look_moves_no_end(pool):
    send(operator("view_seatpool"), ends_on="2028-01-31", because="postponed")
    assert SeatPool.objects.get().ends_at == END
