"""A state machine of orders, payments and refunds of several lines, beside what must always hold.

I5: refunds never exceed what was paid, per payment, part and line, and parts add up to the whole.
I7: a learner is in exactly where a line is paid and not given back in full, or a person is told.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

import pytest
from django.db import transaction
from django.db.models import Sum
from hypothesis import HealthCheck, settings
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
from fairgate.money import Money
from fee_payments import api, models
from fee_payments.data import RefundAnswer
from fee_payments.exceptions import (
    AlreadyEntitled,
    FeeNotKnown,
    NoSeatLeft,
    ProviderRefused,
    ProviderUnavailable,
    RefundRefused,
)
from fee_payments.providers import sandbox, sandbox_book
from fee_payments.services import refunding, settling
from machines import lives

PRICES = {"course": "120.00", "exam": "10.00", "stamp": "0.03"}
OPEN = ("created", "pending")
ANSWERS = ("done", "pending", "refused", "silent")
Sandbox = sandbox.Sandbox


class Undone(Exception):
    """Ends a run, so that nothing of it stays in the database."""


class OrdersMachine(RuleBasedStateMachine):
    """Four learners, three fees with few seats, a provider that answers as it likes, and time."""

    def __init__(self):
        self.undo = transaction.atomic()
        # As Django's own test case does: the services' transactions must be the outermost.
        self.undo._from_testcase = True
        self.undo.__enter__()
        super().__init__()
        self.now, self.keys, self.answer = make.NOON, 0, "done"
        self.kept = Sandbox.refund
        Sandbox.refund = self.refund_at_provider

    def refund_at_provider(self, reference, amount, *, key):
        if self.answer == "refused":
            raise ProviderRefused("no")
        if self.answer == "silent":
            raise ProviderUnavailable("no answer")
        return RefundAnswer(reference=f"re_{key}", is_done=self.answer == "done")

    def key(self):
        self.keys += 1
        return f"key {self.keys}"

    @initialize()
    def open_the_shop(self):
        for capacity, (code, price) in enumerate(PRICES.items(), 2):
            prices = (make.price(Money(price, "USD")),)
            make.offering(code, prices=prices, capacity=capacity)
        # Two who have paid: what a run is about begins at once.
        make.paid_order_of(make.learner(1), "course", "exam", at=self.now)
        make.paid_order_of(make.learner(2), "stamp", "course", at=self.now)

    @rule(who=some.integers(1, 4), codes=some.permutations(list(PRICES)), count=some.integers(1, 3))
    def buy(self, who, codes, count):
        with suppress(NoSeatLeft, AlreadyEntitled):
            make.paid_order_of(make.learner(who), *codes[:count], at=self.now, key=self.key())

    @rule(who=some.integers(1, 4), codes=some.permutations(list(PRICES)), count=some.integers(1, 3))
    def order(self, who, codes, count):
        with suppress(NoSeatLeft, AlreadyEntitled):
            make.order_of(make.learner(who), *codes[:count], at=self.now, key=self.key())

    @precondition(lambda self: models.Order.objects.filter(state__in=OPEN).exists())
    @rule(data=some.data())
    def start_to_pay(self, data):
        rows = models.Order.objects.filter(state__in=OPEN, expires_at__gt=self.now)
        if row := self.one_of(data, rows):
            make.payment(api.order(row.uuid), at=self.now)

    @rule(data=some.data(), knows_fee=some.booleans())
    def money_arrives(self, data, knows_fee):
        if row := self.one_of(data, models.Payment.objects.all()):
            changes = {} if knows_fee else {"processor_fee": None}
            body = make.event(row, at=self.now, id=self.key(), **changes)
            make.send(body, at=self.now)

    @precondition(lambda self: models.Payment.objects.filter(processor_fee_minor=None).exists())
    @rule(data=some.data())
    def fee_is_told(self, data):
        rows = models.Payment.objects.filter(paid_at__isnull=False, processor_fee_minor=None)
        if row := self.one_of(data, rows):
            paid = Money.from_minor(row.amount_minor, row.currency)
            settling.record_fee(row.pk, sandbox_book.processor_fee(paid), at=self.now)

    @rule(answer=some.sampled_from(ANSWERS))
    def provider_feels_like(self, answer):
        self.answer = answer

    @rule(data=some.data(), everything=some.booleans())
    def refund(self, data, everything):
        row = self.one_of(data, models.Order.objects.filter(payments__paid_at__isnull=False))
        parts = None
        if not everything:
            chosen = [line for line in api.order(row.uuid).lines if data.draw(some.booleans())]
            parts = {
                # Sometimes more than is left: that is refused as a whole.
                line.uuid: Money.from_minor(
                    data.draw(some.integers(1, max(1, line.left.minor + 1))), "USD"
                )
                for line in chosen
            }
        with suppress(RefundRefused, FeeNotKnown, ProviderRefused, ProviderUnavailable):
            api.refund(row.uuid, parts=parts, key=self.key(), reason="asked", by=9, at=self.now)

    @rule(data=some.data())
    def refund_a_whole_line(self, data):
        order = self.one_of(data, models.Order.objects.filter(payments__paid_at__isnull=False))
        line = self.one_of(data, order.lines.all())
        left = Money.from_minor(line.paid_minor - line.refunded_minor, "USD")
        with suppress(RefundRefused, FeeNotKnown, ProviderRefused, ProviderUnavailable):
            api.refund(
                order.uuid, parts={line.uuid: left}, key=self.key(), reason="asked", by=9,
                at=self.now,
            )  # fmt: skip

    @precondition(lambda self: models.Refund.objects.filter(refunded_at=None).exists())
    @rule()
    def refunds_are_finished(self):
        api.finish_refunds(at=self.now)

    @precondition(lambda self: models.Refund.objects.filter(asked_at__isnull=False).exists())
    @rule(data=some.data(), went_well=some.booleans())
    def provider_tells_the_end(self, data, went_well):
        rows = models.Refund.objects.filter(asked_at__isnull=False)
        if not (row := self.one_of(data, rows)):
            return
        if not went_well:
            refunding.fail_refund(row.uuid, sentence="no account", at=self.now)
            return
        amount = Money.from_minor(row.amount_minor, row.currency)
        with suppress(RefundRefused), transaction.atomic():
            refunding.record_refund(
                row.payment, amount, reference=row.reference, at=self.now, ours=row.uuid
            )

    @rule(data=some.data(), minor=some.integers(1, 14_000), name=some.integers(1, 3))
    def somebody_refunds_at_the_provider(self, data, minor, name):
        rows = models.Payment.objects.filter(paid_at__isnull=False)
        if row := self.one_of(data, rows):
            with suppress(RefundRefused, FeeNotKnown):
                refunding.record_refund(
                    row, Money.from_minor(minor, "USD"), reference=f"hand {name}", at=self.now
                )

    @rule(minutes=some.integers(1, 90))
    def time_passes(self, minutes):
        self.now += timedelta(minutes=minutes)
        api.expire_orders(at=self.now)

    def one_of(self, data, rows):
        found = list(rows.distinct().order_by("pk"))
        return found[data.draw(some.integers(0, len(found) - 1))] if found else None

    @invariant()
    def i5_refunds_stay_within_what_was_paid(self):
        for payment in models.Payment.objects.prefetch_related("refunds", "parts"):
            alive = [one for one in payment.refunds.all() if one.failed_at is None]
            assert payment.refunded_minor == sum(one.amount_minor for one in alive)
            assert payment.refunded_minor <= payment.amount_minor
        for refund in models.Refund.objects.prefetch_related("parts"):
            assert refund.amount_minor == sum(part.amount_minor for part in refund.parts.all())
        for part in models.PaymentPart.objects.all():
            alive = part.refunds.filter(refund__failed_at=None)
            sums = alive.aggregate(
                all=Sum("amount_minor", default=0), tax=Sum("tax_minor", default=0),
                fee=Sum("fee_minor", default=0),
            )  # fmt: skip
            assert (part.refunded_minor, part.refunded_tax_minor, part.refunded_fee_minor) == (
                sums["all"], sums["tax"], sums["fee"],
            )  # fmt: skip
            if part.refunded_minor == part.gross_minor:
                assert part.refunded_fee_minor == part.processor_fee_minor
        for line in models.OrderLine.objects.all():
            parts = models.RefundPart.objects.filter(payment_part__line=line)
            alive = parts.filter(refund__failed_at=None)
            done = parts.filter(refund__refunded_at__isnull=False)
            assert line.refunded_minor == sum(part.amount_minor for part in alive)
            assert line.returned_minor == sum(part.amount_minor for part in done)

    @invariant()
    def the_parts_of_a_payment_add_up_to_it(self):
        known = models.Payment.objects.filter(paid_at__isnull=False)
        for payment in known.exclude(processor_fee_minor=None):
            parts = payment.parts.all()
            assert sum(part.gross_minor for part in parts) == payment.amount_minor
            assert sum(part.processor_fee_minor for part in parts) == payment.processor_fee_minor
        assert not models.PaymentPart.objects.filter(payment__processor_fee_minor=None).exists()
        for line in models.OrderLine.objects.all():
            arrived = line.order.payments.filter(paid_at__isnull=False).count()
            assert line.paid_minor == line.total_minor * arrived

    @invariant()
    def i7_who_has_paid_is_in_and_nobody_else(self):
        for line in models.OrderLine.objects.select_related("order"):
            is_in = line.entitlements.filter(revoked_at=None).exists()
            kept = line.paid_minor - line.returned_minor
            assert not is_in or kept > 0
            if kept and not is_in:
                assert line.order.held_because
            is_open = line.open_key is not None
            assert is_open == (line.order.state in OPEN)
            assert line.holds_seat == (is_open or is_in)

    @invariant()
    def seats_are_those_who_hold_one(self):
        for offering in models.Offering.objects.all():
            holders = models.OrderLine.objects.filter(offering=offering, holds_seat=True)
            assert offering.seats_taken == holders.count() <= offering.capacity

    def teardown(self):
        Sandbox.refund = self.kept
        self.undo.__exit__(Undone, Undone(), None)


@pytest.mark.django_db
def test_i5_i7_hold_whatever_happens():
    run_state_machine_as_test(
        OrdersMachine,
        settings=settings(
            max_examples=lives(6),
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
