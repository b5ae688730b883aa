"""The seats of an institution, whatever happens to them in any order."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from factories import fee_payments as make
from factories import institution_seats as seats
from fee_payments import api, compat
from fee_payments.data import Invitee, RefundAnswer, SeatState
from fee_payments.exceptions import PaymentsError, ProviderRefused
from fee_payments.models import Entitlement, Offering, OrderLine, Seat
from fee_payments.providers.sandbox import Sandbox
from fee_payments.services.seat_invitations import token_of
from machines import lives

pytestmark = pytest.mark.django_db

BOUGHT = 3
people = st.sampled_from(["ada", "bob", "cyd", "dan"])


class Seats(RuleBasedStateMachine):
    """What each person should have is remembered; a refusal changes nothing."""

    def __init__(self):
        super().__init__()
        self.block = transaction.atomic()
        self.block._from_testcase = True  # as a test's own transaction, for what is durable
        self.block.__enter__()
        self.now = make.NOON
        self.entitled, self.codes, self.refunded = set(), [], 0

    @initialize()
    def buy(self):
        seats.offering(capacity=10)
        self.pool = seats.pool(seats=BOUGHT)
        self.who = {name: seats.account(name) for name in ("ada", "bob", "cyd", "dan")}

    def tried(self, call, *args, **options):
        """Whether it went through; a refusal is one of the family."""
        try:
            call(*args, **options)
        except PaymentsError:
            return False
        return True

    def rows(self, *states):
        found = api.every_seat(self.pool.uuid, by=seats.COORDINATOR, at=self.now)
        return [one.uuid for one in found if one.state in states]

    @rule(person=people, anyone=st.booleans())
    def invite(self, person, anyone):
        free = self.rows(SeatState.FREE, SeatState.EXPIRED)
        went = self.tried(
            api.assign_seats, self.pool.uuid, [Invitee(email=f"{person}@posts.example")],
            by=seats.COORDINATOR, at=self.now, anyone=anyone,
        )  # fmt: skip
        assert went or not free or self.pool.is_over(self.now)

    @rule(number=st.integers(0, 2), person=people, shares=st.booleans())
    def accept(self, number, person, shares):
        rows = list(Seat.objects.filter(nonce__isnull=False).order_by("pk"))
        if not rows:
            return
        token = token_of(rows[number % len(rows)])
        learner = make.learner(self.who[person])
        if self.tried(api.accept_seat, token, learner, shares=shares, at=self.now):
            assert person not in self.entitled
            self.entitled.add(person)

    @rule(count=st.integers(1, 2))
    def print_codes(self, count):
        try:
            issued = api.issue_pool_codes(
                self.pool.uuid, count=count, by=seats.COORDINATOR, key=uuid4().hex, at=self.now
            )
        except PaymentsError:
            return
        self.codes += issued.codes

    @rule(person=people)
    def redeem(self, person):
        if not self.codes:
            return
        had = person in self.entitled
        went = self.tried(
            api.redeem_seat_code, make.learner(self.who[person]), "spectrum", self.codes[-1],
            at=self.now,
        )  # fmt: skip
        if went:
            self.codes.pop()
            assert not had
            self.entitled.add(person)

    @rule()
    def release(self):
        for uuid in self.rows(SeatState.ASSIGNED)[:1]:
            assert self.tried(api.release_seat, uuid, by=seats.COORDINATOR, at=self.now)

    @rule()
    def revoke(self):
        for uuid in self.rows(SeatState.ACCEPTED)[:1]:
            self.end(api.revoke_seat, uuid, because="left")

    @rule(person=people)
    def give_to_somebody_else(self, person):
        for uuid in self.rows(SeatState.ACCEPTED, SeatState.ASSIGNED)[:1]:
            other = Invitee(email=f"new-{person}@posts.example")
            self.end(api.reassign_seat, uuid, other, because="left")

    def end(self, call, uuid, *args, **options):
        had = Seat.objects.get(uuid=uuid).accepted_by
        if self.tried(call, uuid, *args, by=seats.COORDINATOR, at=self.now, **options):
            self.entitled -= {name for name, one in self.who.items() if one == had}

    @rule(is_made=st.booleans())
    def refund_a_seat(self, is_made):
        def answer(provider, reference, amount, *, key):
            if not is_made:
                raise ProviderRefused("no")
            return RefundAnswer(reference=key, is_done=True)

        can = self.rows(SeatState.FREE, SeatState.EXPIRED, SeatState.ASSIGNED)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Sandbox, "refund", answer)
            try:
                api.refund(
                    self.pool.order_uuid, seats.SEAT, key=uuid4().hex, reason="fewer", by=9,
                    at=self.now,
                )  # fmt: skip
            except ProviderRefused:
                assert can
            except PaymentsError:
                assert not can
            else:
                self.refunded += 1

    @rule(days=st.integers(1, 40))
    def time_passes(self, days):
        self.now += timedelta(days=days)
        api.finish_seats(at=self.now)

    @invariant()
    def rights_are_those_of_accepted_seats(self):
        accepted = Seat.objects.filter(accepted_at__isnull=False, revoked_at__isnull=True)
        live = Entitlement.objects.filter(revoked_at__isnull=True)
        assert set(accepted.values_list("pk", "accepted_by")) == set(
            live.values_list("seat", "user_id")
        )
        assert {self.who[name] for name in self.entitled} == set(
            live.values_list("user_id", flat=True)
        )
        assert len(self.entitled) == live.count()

    @invariant()
    def the_pool_has_what_was_bought_and_not_refunded(self):
        counts = api.pool(self.pool.uuid, by=seats.COORDINATOR, at=self.now).counts
        there = counts.free + counts.assigned + counts.expired + counts.accepted
        assert (there, counts.held) == (BOUGHT - self.refunded, 0)
        assert counts.withdrawn == self.refunded
        assert counts.accepted == len(self.entitled)
        assert Offering.objects.get().seats_taken == there
        assert OrderLine.objects.get().refunded_minor == seats.SEAT.minor * self.refunded

    @invariant()
    def nothing_is_known_of_who_has_accepted_but_the_account(self):
        known = Seat.objects.filter(accepted_at__isnull=False).exclude(sealed="")
        assert not known.exists()

    def teardown(self):
        transaction.set_rollback(True)
        self.block.__exit__(None, None, None)


def test_seats_add_up_whatever_happens(monkeypatch, settings_of_tries):
    monkeypatch.setattr(compat, "course_progress", lambda people, key: {})
    monkeypatch.setattr(compat, "profile_country", lambda user_id: "CH")
    run_state_machine_as_test(
        Seats,
        settings=settings(
            phases=[Phase.explicit, Phase.reuse, Phase.generate],
            max_examples=lives(8), stateful_step_count=20, deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip


@pytest.fixture
def settings_of_tries(settings):
    settings.FEE_PAYMENTS_SEAT_CODE_TRIES_PER_HOUR = 1000
