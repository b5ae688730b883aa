"""What goes back of a line, and policies as operators write them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fairgate.money import Money
from fairgate.percent import InvalidPercent, Percent
from fee_payments.data import CountedFrom, RefundPolicy, RefundStep
from fee_payments.exceptions import InvalidRefundPolicy

# Ten years: what is longer is a slip of the finger.
MOST_DAYS = 3650


def goes_back(percent: Percent, *, paid: Money, refunded: Money) -> Money:
    """What goes back of a line by a percentage of what was paid for it, less what went already."""
    return max(percent.of(paid) - refunded, Money.zero(paid.currency))


def read_refund_policy(steps: Any) -> RefundPolicy:
    """A policy as it is written in settings: a list of steps like these, for 14 days and a half.

    ``[{"percent": 100, "days_after_payment": 14}, {"percent": 50, "days_before_start": 0}]``

    Raises:
        InvalidRefundPolicy: the sentence says which step, and what of it.
    """
    if isinstance(steps, str) or not isinstance(steps, Sequence):
        raise InvalidRefundPolicy("A refund policy is a list of steps.")
    return RefundPolicy(
        steps=tuple(_read_step(step, number) for number, step in enumerate(steps, 1))
    )


def _read_step(step: Any, number: int) -> RefundStep:
    named = [each for each in CountedFrom if isinstance(step, Mapping) and each.value in step]
    if len(named) != 1 or set(step) != {"percent", named[0].value}:
        raise InvalidRefundPolicy(
            f"Step {number} has to name percent, and either days_after_payment or "
            "days_before_start, and nothing else."
        )
    days = step[named[0].value]
    if isinstance(days, bool) or not isinstance(days, int) or not 0 <= days <= MOST_DAYS:
        raise InvalidRefundPolicy(
            f"{named[0].value} of step {number} is not a whole number from 0 to {MOST_DAYS}."
        )
    try:
        percent = Percent(step["percent"])
    except (InvalidPercent, TypeError) as error:
        raise InvalidRefundPolicy(f"The percent of step {number} cannot be read: {error}") from None
    return RefundStep(percent=percent, counted_from=named[0], days=days)
