"""What a learner can do next with an order: one answer for every state."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from factories import fee_payments as make
from fairgate.money import Money
from fee_payments.data import (
    Breakdown,
    LineState,
    NextStep,
    OrderLineSummary,
    OrderState,
    OrderSummary,
    PayerClass,
)

NOON = make.NOON
ZERO = Money("0.00", "USD")
TERMS = Breakdown(list_price=make.PRICE, waived=ZERO, net=make.PRICE, tax=ZERO, total=make.PRICE)


def order(state, *lines, **changes):
    fields = {"is_held": False, "sentence": ""} | changes
    return OrderSummary(
        uuid=UUID(int=1), user_id=1, state=state, country="CH", **fields,
        payer_class=PayerClass.INDIVIDUAL, placed_at=NOON, paid_at=None,
        expires_at=NOON + timedelta(hours=1), provider="", reference="", lost=ZERO,
        lines=tuple(
            OrderLineSummary(
                uuid=UUID(int=number), offering_code=f"fee-{number}", title="A fee", quantity=1,
                course_key=make.COURSE, breakdown=TERMS, paid=ZERO, refunded=ZERO,
                explanation=(), waiver_grant=None, state=line,
            )
            for number, line in enumerate(lines)
        ),
    )  # fmt: skip


KEPT, OPEN, ENDED, SEATS, NONE = LineState


@pytest.mark.parametrize(
    ("found", "step"),
    [
        (order(OrderState.CREATED, KEPT), NextStep.PAY),
        (order(OrderState.PENDING, KEPT), NextStep.WAIT_FOR_PAYMENT),
        (order(OrderState.PENDING, KEPT, sentence="The card was declined."), NextStep.PAY),
        (
            order(OrderState.PENDING, KEPT, sentence="The card was declined.", is_on_its_way=True),
            NextStep.WAIT_FOR_PAYMENT,
        ),
        (order(OrderState.HELD, KEPT, is_held=True), NextStep.WAIT_FOR_A_PERSON),
        (order(OrderState.HELD, NONE, is_held=True), NextStep.WAIT_FOR_A_PERSON),
        (order(OrderState.PAID, OPEN), NextStep.ENTER_COURSE),
        (order(OrderState.PAID, OPEN, NONE, is_held=True), NextStep.ENTER_COURSE),
        (order(OrderState.PAID, ENDED), NextStep.NOTHING),
        (order(OrderState.PAID, SEATS), NextStep.GIVE_SEATS),
        (order(OrderState.PARTIALLY_REFUNDED, SEATS, ENDED), NextStep.GIVE_SEATS),
        (order(OrderState.WAIVED, OPEN), NextStep.ENTER_COURSE),
        (order(OrderState.PARTIALLY_REFUNDED, OPEN, ENDED), NextStep.ENTER_COURSE),
        (order(OrderState.PARTIALLY_REFUNDED, ENDED), NextStep.NOTHING),
        (order(OrderState.REFUNDED, ENDED), NextStep.ORDER_AGAIN),
        (order(OrderState.DISPUTED, OPEN), NextStep.ENTER_COURSE),
        (order(OrderState.DISPUTED, ENDED), NextStep.NOTHING),
        (order(OrderState.LOST, ENDED), NextStep.ORDER_AGAIN),
        (order(OrderState.CANCELLED, NONE), NextStep.ORDER_AGAIN),
        (order(OrderState.EXPIRED, NONE), NextStep.ORDER_AGAIN),
    ],
)
def test_every_state_has_a_next_step(found, step):
    assert found.next_step(NOON) is step


@pytest.mark.parametrize("state", [OrderState.CREATED, OrderState.PENDING])
def test_what_was_not_paid_in_time_is_ordered_again(state):
    assert order(state, KEPT).next_step(NOON + timedelta(hours=1)) is NextStep.ORDER_AGAIN


def test_no_state_is_left_out():
    tested = {found.state for found, _ in test_every_state_has_a_next_step.pytestmark[0].args[1]}
    assert tested == set(OrderState)
