"""A state machine of orders, payments, refunds, disputes and seats of institutions together.

Beside it runs an oracle that knows no table of ours: it remembers what was bought, what the
provider has done, and how much of that we were told. From these few facts it says what must hold.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from django.db import connection, transaction
from django.db.models import Sum
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as some
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from factories import fee_payments as make
from factories import institution_seats as institutions
from fairgate import clock
from fairgate.errors import FairgateError
from fairgate.money import Money
from fee_payments import api, compat, handlers, models, signals
from fee_payments.data import Invitee, OrderSummary
from fee_payments.exceptions import ProviderRefused, ProviderUnavailable, SeatRefused
from fee_payments.providers import sandbox, sandbox_book
from fee_payments.services.seat_invitations import token_of
from machines import lives
from revenue_share import api as books
from revenue_share.models import RevenueEvent

PRICES = {"spectrum": 12_000, "exam": 1_000}
SEAT = institutions.SEAT.minor
PEOPLE = ("ada", "bob", "cyd")
OPEN = ("created", "pending")
REFUND_ANSWERS = ("done", "refused", "lost before", "lost after")
MINUTE = timedelta(minutes=1)


class Undone(Exception):
    """Ends a run, so that nothing of it stays in the database."""


@dataclass
class Deal:
    """One order, as whoever looks at the provider's page and at the mail box knows it."""

    uuid: str
    lines: dict[str, int]  # what was bought for how much
    seats: int = 0  # of an institution; then one line
    token: str = ""  # the provider's page
    paid: int = 0
    refunded: int = 0
    disputes: list[str] = field(default_factory=list)  # their states
    lost: int = 0

    @property
    def price(self) -> int:
        return sum(self.lines.values())

    @property
    def left(self) -> int:
        return self.paid - self.refunded - self.lost

    @property
    def is_disputed(self) -> bool:
        return "opened" in self.disputes


class MoneyMachine(RuleBasedStateMachine):
    """Three people, a ministry, two fees with few seats, a provider that answers as it likes."""

    def __init__(self):
        self.undo = transaction.atomic()
        # As Django's own test case does: the services' transactions must be the outermost.
        self.undo._from_testcase = True
        self.undo.__enter__()
        super().__init__()
        self.now: datetime = make.NOON
        self.keys, self.answer, self.rests = 0, "done", False
        self.deals: dict[str, Deal] = {}
        self.accepted: dict[str, str] = {}  # who has a seat, and of which deal
        self.buyers: set[int] = set()  # who has ordered something for themselves
        self.payments_told, self.refunds_told, self.disputes_told = {}, {}, {}
        self.patch = pytest.MonkeyPatch()
        self.patch.setattr(clock, "_source", lambda: self.now)
        self.patch.setattr(compat, "profile_country", lambda user_id: "CH")
        self.patch.setattr(compat, "course_progress", lambda people, key: {})
        self.really_refund = sandbox.Sandbox.refund
        self.patch.setattr(sandbox.Sandbox, "refund", self.refund_at_provider)
        self.hooks = {
            signals.PAYMENT_RECORDED: self.hear_payment,
            signals.PAYMENT_REFUNDED: self.hear_refund,
            signals.DISPUTE_OPENED: self.hear_opened,
            signals.DISPUTE_LOST: self.hear_lost,
            signals.DISPUTE_WON: self.hear_won,
        }
        for signal, hook in self.hooks.items():
            signal.connect(hook)

    def hear_payment(self, payment, **_):
        self.payments_told[payment.uuid] = payment.gross.minor

    def hear_refund(self, refund, **_):
        self.refunds_told[refund.uuid] = refund.amount.minor

    def hear_opened(self, dispute, **_):
        assert dispute.uuid not in self.disputes_told, "It is told once that it was opened."
        self.disputes_told[dispute.uuid] = "opened"

    def hear_lost(self, dispute, **_):
        assert dispute.uuid in self.disputes_told, "What ends was told to have begun."
        self.disputes_told[dispute.uuid] = "lost"

    def hear_won(self, dispute, **_):
        assert dispute.uuid in self.disputes_told, "What ends was told to have begun."
        self.disputes_told[dispute.uuid] = "won"

    def refund_at_provider(self, reference, amount, *, key):
        if self.answer == "refused":
            raise ProviderRefused("no")
        if self.answer == "lost before":
            raise ProviderUnavailable("no answer")
        answer = self.really_refund(sandbox.Sandbox(), reference, amount, key=key)
        if self.answer == "lost after":
            raise ProviderUnavailable("no answer")
        return answer

    def key(self):
        self.keys += 1
        return f"key {self.keys}"

    # What happens

    @initialize(rests=some.booleans())
    def open_the_shop(self, rests):
        self.rests = rests
        if rests:
            self.patch.setattr("fee_payments.conf.suspends_on_dispute", lambda: True)
        institutions.offering(capacity=7)
        make.offering("exam", prices=(make.price(Money("10.00", "USD")),), capacity=2)
        self.who = {name: institutions.account(name) for name in PEOPLE}
        self.ministry = institutions.buyer()
        # What a run is about begins at once: one who has paid for two, and a ministry for two.
        self.pay(self.order("ada", ["spectrum", "exam"]))
        self.pay(self.order_seats(2))

    @rule(
        who=some.sampled_from(PEOPLE),
        codes=some.sampled_from([("spectrum",), ("exam", "spectrum")]),
    )
    def buy(self, who, codes):
        with suppress(FairgateError):
            self.pay(self.order(who, codes))

    @rule(who=some.sampled_from(PEOPLE), codes=some.sampled_from([("exam",), ("spectrum", "exam")]))
    def order_only(self, who, codes):
        with suppress(FairgateError):
            self.order(who, codes)

    @rule(count=some.integers(1, 3))
    def buy_seats(self, count):
        with suppress(FairgateError):
            self.pay(self.order_seats(count))

    def order(self, who, codes) -> Deal:
        placed = make.order_of(make.learner(self.who[who]), *codes, at=self.now, key=self.key())
        known = self.deals.get(str(placed.uuid))  # a second tab resumes what is open
        if "spectrum" in codes:
            self.buyers.add(self.who[who])
        return known or self.started(placed, {code: PRICES[code] for code in codes})

    def order_seats(self, count) -> Deal:
        placed = institutions.batch(self.ministry, count, key=self.key(), at=self.now)
        return self.started(placed, {"spectrum": count * SEAT}, seats=count)

    def started(self, placed: OrderSummary, lines, seats=0) -> Deal:
        deal = Deal(uuid=str(placed.uuid), lines=lines, seats=seats)
        self.deals[deal.uuid] = deal
        deal.token = make.payment(placed, at=self.now).reference
        return deal

    def pay(self, deal: Deal) -> None:
        self.hear(deal, sandbox_book.press(deal.token, "pay", at=self.now))

    @precondition(lambda self: self.unpaid())
    @rule(data=some.data())
    def money_arrives_in_time_or_late(self, data):
        self.pay(data.draw(some.sampled_from(self.unpaid())))

    def unpaid(self):
        return [deal for deal in self.deals.values() if not deal.paid]

    @precondition(lambda self: self.pressable("dispute"))
    @rule(data=some.data(), arrives=some.booleans())
    def a_bank_asks_for_the_money(self, data, arrives):
        deal, button = data.draw(some.sampled_from(self.pressable("dispute")))
        self.something_happens(deal, button, arrives=arrives)

    @precondition(lambda self: self.pressable("lose", "win"))
    @rule(data=some.data(), arrives=some.booleans())
    def a_bank_decides(self, data, arrives):
        deal, button = data.draw(some.sampled_from(self.pressable("lose", "win")))
        self.something_happens(deal, button, arrives=arrives)

    def pressable(self, *buttons):
        """Each deal with each of these buttons that can be pressed at the provider now."""
        sessions = {row.token: row for row in models.SandboxSession.objects.all()}
        return [
            (deal, button)
            for deal in self.deals.values()
            for button in buttons
            if button in sandbox_book.buttons_of(sessions[deal.token])
        ]

    @precondition(lambda self: self.refundable_by_hand())
    @rule(data=some.data(), arrives=some.booleans())
    def somebody_refunds_at_the_provider(self, data, arrives):
        deal = data.draw(some.sampled_from(self.refundable_by_hand()))
        self.something_happens(deal, "refund", arrives=arrives)

    def refundable_by_hand(self):
        """Not where ours is on its way: what is too much together is held for a person."""
        waiting = models.Refund.objects.filter(refunded_at=None, failed_at=None)
        busy = {str(uuid) for uuid in waiting.values_list("payment__order__uuid", flat=True)}
        return [deal for deal in self.deals.values() if not deal.seats and deal.uuid not in busy]

    def something_happens(self, deal, button, *, arrives):
        self.now += MINUTE
        body = sandbox_book.press(deal.token, button, at=self.now)
        if body is not None and arrives:
            self.hear(deal, body)

    def hear(self, deal, body):
        """An event comes; it makes known all that the provider has of this deal."""
        if body is not None:
            make.send(body, at=self.now)
            self.is_told(deal)

    def is_told(self, deal):
        session = models.SandboxSession.objects.get(token=deal.token)
        deal.paid = session.amount_minor if session.outcome == "paid" else 0
        deal.refunded = sent_back(session)
        told = session.book.get("disputes", [])
        deal.disputes = [one["state"] for one in told]
        deal.lost = sum(one["amount"] for one in told if one["state"] == "lost")

    @rule(answer=some.sampled_from(REFUND_ANSWERS))
    def provider_feels_like(self, answer):
        self.answer = answer

    @rule(data=some.data())
    def refund(self, data):
        paid = [deal for deal in self.deals.values() if deal.paid]
        deal = data.draw(some.sampled_from(paid))
        line = data.draw(some.sampled_from(api.order(deal.uuid).lines))
        some_of_it = some.integers(1, line.left.minor + 1)  # or more than is left: refused
        everything = some.just(max(line.left.minor, 1))
        minor = SEAT if deal.seats else data.draw(some_of_it | everything)
        with suppress(FairgateError):
            api.refund(
                deal.uuid, parts={line.uuid: Money.from_minor(minor, "USD")}, key=self.key(),
                reason="asked", by=9, at=self.now,
            )  # fmt: skip
            deal.refunded += minor

    @rule()
    def what_was_left_is_finished(self):
        self.now += MINUTE
        before = set(models.Refund.objects.filter(refunded_at=None).values_list("pk", flat=True))
        api.finish_refunds(at=self.now)
        for row in models.Refund.objects.filter(pk__in=before, refunded_at__isnull=False):
            self.deals[str(row.payment.order.uuid)].refunded += row.amount_minor

    @rule()
    def the_books_are_compared(self):
        self.reconcile()

    def reconcile(self):
        since = make.NOON - timedelta(days=1)
        until = self.now + MINUTE
        for _ in range(2):
            left = api.reconcile("sandbox", since=since, until=until, at=self.now, fix=True)
        for deal in self.deals.values():
            self.is_told(deal)
        assert left == (), "A second run has nothing to do."

    @rule(minutes=some.integers(1, 90))
    def time_passes(self, minutes):
        self.now += minutes * MINUTE
        api.expire_orders(at=self.now)

    @rule(who=some.sampled_from(PEOPLE))
    def accept_a_seat(self, who):
        if who in self.accepted:
            return  # also one that rests, or was closed with a dispute that may still be won
        for pool in api.list_pools(institutions.COORDINATOR, at=self.now):
            with suppress(FairgateError):
                invited = [Invitee(email=f"{who}@posts.example")]
                api.assign_seats(
                    pool.uuid, invited, by=institutions.COORDINATOR, at=self.now, anyone=True
                )
                seat = models.Seat.objects.filter(pool__uuid=pool.uuid, nonce__isnull=False).last()
                api.accept_seat(
                    token_of(seat), make.learner(self.who[who]), shares=False, at=self.now
                )
                self.accepted[who] = str(pool.order_uuid)
                return

    @precondition(lambda self: self.accepted)
    @rule(data=some.data())
    def take_a_seat_back(self, data):
        who = data.draw(some.sampled_from(sorted(self.accepted)))
        live = models.Seat.objects.filter(accepted_by=self.who[who], revoked_at=None)
        for seat in live:
            with suppress(SeatRefused):  # it was closed
                api.revoke_seat(seat.uuid, by=institutions.COORDINATOR, because="left", at=self.now)
                del self.accepted[who]

    # What always holds

    @invariant()
    def a_committed_fact_is_told(self):
        waiting = [hook for _sids, hook, *_ in connection.run_on_commit]
        connection.run_on_commit = []
        for hook in waiting:
            hook()

    @invariant()
    def no_more_goes_back_than_was_paid(self):
        for deal in self.deals.values():
            assert deal.left >= 0
            payment = models.Payment.objects.get(order__uuid=deal.uuid)
            done = payment.refunds.filter(refunded_at__isnull=False)
            lost = models.Dispute.objects.filter(payment=payment, state="lost")
            assert (payment.paid_at is not None) == bool(deal.paid)
            assert total(done) == deal.refunded
            assert total(lost) == deal.lost
            assert payment.refunded_minor == total(payment.refunds.filter(failed_at=None))
            assert payment.refunded_minor <= payment.amount_minor
            states = models.Dispute.objects.filter(payment=payment).order_by("id")
            assert list(states.values_list("state", flat=True)) == deal.disputes

    @invariant()
    def lines_and_parts_are_their_order_and_payment_to_the_last_cent(self):
        orders = models.Order.objects.filter(uuid__in=list(self.deals)).prefetch_related(
            "lines__offering", "payments__parts__refunds__refund", "payments__refunds__parts"
        )
        by_uuid = {str(order.uuid): order for order in orders}
        for deal in self.deals.values():
            order = by_uuid[deal.uuid]
            lines = {line.offering.code: line for line in order.lines.all()}
            assert {code: line.total_minor for code, line in lines.items()} == deal.lines
            assert sum(line.paid_minor for line in lines.values()) == deal.paid
            assert sum(line.returned_minor for line in lines.values()) == deal.refunded
            (payment,) = order.payments.all()
            assert payment.amount_minor == deal.price
            parts = list(payment.parts.all())
            if deal.paid:
                assert sum(part.gross_minor for part in parts) == deal.paid
                assert (
                    sum(part.processor_fee_minor for part in parts) == payment.processor_fee_minor
                )
            for refund in payment.refunds.all():
                assert refund.amount_minor == sum(part.amount_minor for part in refund.parts.all())
            for part in parts:
                alive = [one for one in part.refunds.all() if one.refund.failed_at is None]
                sent = sum(one.amount_minor for one in alive)
                assert part.refunded_minor == sent <= part.gross_minor
                if part.refunded_minor == part.gross_minor:
                    assert part.refunded_fee_minor == part.processor_fee_minor

    @invariant()
    def a_live_right_has_a_basis_that_counts(self):
        for deal in self.deals.values():
            if deal.seats:
                continue
            order = models.Order.objects.get(uuid=deal.uuid)
            rests = self.rests and deal.is_disputed
            for line in order.lines.all():
                kept = line.paid_minor - line.returned_minor
                counts = deal.left > 0 and kept > 0
                is_in = line.entitlements.filter(revoked_at=None).exists()
                assert not is_in or (counts and not rests)
                if counts and not rests and not is_in:
                    assert order.held_because, "Who has paid is in, or a person is told."
                assert line.holds_seat or not is_in
                assert not line.holds_seat or counts or order.state in OPEN

    @invariant()
    def a_right_by_a_seat_has_a_seat_that_is_paid(self):
        rights = models.Entitlement.objects.filter(seat__isnull=False, revoked_at=None)
        by_seat = {right.user_id: str(right.seat.pool.line.order.uuid) for right in rights}
        for uuid in by_seat.values():
            assert self.is_open(self.deals[uuid])

    @invariant()
    def an_accepted_seat_opens_while_its_money_is_there_and_nobody_looks_at_it(self):
        for who, uuid in self.accepted.items():
            # Who buys access meanwhile needs the seat no more: it is free for somebody else.
            if self.is_open(self.deals[uuid]) and self.who[who] not in self.buyers:
                is_in = api.has_entitlement(self.who[who], "spectrum", at=self.now)
                assert is_in or api.order(uuid).is_held

    def is_open(self, deal):
        return deal.left > 0 and not (self.rests and deal.is_disputed)

    @invariant()
    def a_room_holds_what_is_ordered_and_what_is_open(self):
        pools = 0
        for deal in self.deals.values():
            pool = models.SeatPool.objects.filter(line__order__uuid=deal.uuid).first()
            if pool is None:
                continue
            live = models.Seat.objects.filter(pool=pool, live_key__isnull=False).count()
            pools += live
            was_closed = "lost" in deal.disputes or (live == 0 and "won" in deal.disputes)
            assert live == (0 if was_closed else deal.seats - deal.refunded // SEAT)
        for offering in models.Offering.objects.all():
            held = models.OrderLine.objects.filter(offering=offering, holds_seat=True)
            seats = sum(line.quantity for line in held) + (
                pools if offering.code == "spectrum" else 0
            )
            assert offering.seats_taken == seats <= offering.capacity

    @invariant()
    def what_was_told_is_what_is_stored(self):
        paid = {fact.uuid: fact.gross.minor for _cursor, fact in api.list_payments()}
        back = {fact.uuid: fact.amount.minor for _cursor, fact in api.list_refunds()}
        states = {fact.uuid: fact.state.value for _cursor, fact in api.list_disputes()}
        assert (self.payments_told, self.refunds_told, self.disputes_told) == (paid, back, states)
        deals = self.deals.values()
        assert sum(paid.values()) == sum(deal.paid for deal in deals)
        assert sum(back.values()) == sum(deal.refunded for deal in deals)

    def teardown(self):
        try:
            if self.deals:
                self.at_the_end()
        finally:
            for signal, hook in self.hooks.items():
                signal.disconnect(hook)
            self.patch.undo()
            self.undo.__exit__(Undone, Undone(), None)

    def at_the_end(self):
        """The provider tells everything, and answers: then its book is ours, and the shares too."""
        self.answer = "done"
        self.reconcile()
        self.what_was_left_is_finished()
        self.a_committed_fact_is_told()
        for session in models.SandboxSession.objects.all():
            payment = models.Payment.objects.get(reference=session.token)
            assert payment.refunded_minor == sent_back(session)
            there = [(one["amount"], one["state"]) for one in session.book.get("disputes", [])]
            ours = models.Dispute.objects.filter(payment=payment).order_by("id")
            assert list(ours.values_list("amount_minor", "state")) == there
        for check in (
            self.no_more_goes_back_than_was_paid,
            self.a_live_right_has_a_basis_that_counts,
            self.what_was_told_is_what_is_stored,
        ):
            check()
        assert books.check() == ()
        booked = dict.fromkeys(("sale", "refund", "dispute"), 0)
        for kind, minor in RevenueEvent.objects.values_list("kind", "gross_minor"):
            booked[kind.split("_")[0]] += minor
        deals = self.deals.values()
        assert booked["sale"] == sum(deal.paid for deal in deals)
        assert booked["refund"] == sum(deal.refunded for deal in deals)
        with_banks = models.Dispute.objects.filter(state__in=("opened", "lost"))
        assert booked["dispute"] == sum(with_banks.values_list("amount_minor", flat=True))


def sent_back(session) -> int:
    """What the provider has refunded of a payment, whoever asked for it there."""
    by_hand = sum(refund["amount"] for refund in session.book.get("refunds", []))
    return by_hand + sum(session.refunded.values())


def total(rows) -> int:
    """The sum of the amounts of some rows."""
    return rows.aggregate(all=Sum("amount_minor", default=0))["all"]


@pytest.fixture
def nobody_enrols():
    signals.ENTITLEMENT_CHANGED.disconnect(handlers.follow_right)
    yield
    signals.ENTITLEMENT_CHANGED.connect(handlers.follow_right)


@pytest.mark.django_db
@pytest.mark.usefixtures("nobody_enrols")
def test_money_rights_rooms_and_books_agree_whatever_happens():
    run_state_machine_as_test(
        MoneyMachine,
        settings=settings(
            phases=[Phase.explicit, Phase.reuse, Phase.generate],
            max_examples=lives(10),
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
