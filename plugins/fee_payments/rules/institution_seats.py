"""Seats of an institution: how many a refund takes back, and what may be told of progress."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from fee_payments.data.institution_seats import CourseProgress, PoolUse, ProgressNumbers

#: Below this, a number about people who did not agree points at persons.
SMALLEST_GROUP = 5


def seats_to_refund(*, total: int, paid: int, refunded: int, quantity: int) -> int:
    """How many seats of a line are refunded in full by ``refunded``; amounts in minor units.

    A seat costs the line's total divided by its quantity; where that leaves a remainder, some
    seats cost one unit more, and the cheaper ones go first. What was paid beyond the total, by
    mistake, is given back without a seat, and so is what is less than a seat.
    """
    back = max(0, refunded - max(0, paid - total))
    if total <= 0 or back >= total:
        return quantity if total > 0 else 0
    price, dearer = divmod(total, quantity)
    cheap = quantity - dearer
    if price == 0 or back < price * cheap:
        return back // price if price else min(back, dearer)
    return cheap + (back - price * cheap) // (price + 1)


def may_take_back(
    accepted_at: datetime,
    progress: CourseProgress,
    *,
    at: datetime,
    within: timedelta,
    below_percent: int,
) -> bool:
    """Whether a coordinator may take an accepted seat back: soon, and while little was done."""
    is_soon = at < accepted_at + within
    done = progress.has_passed or (progress.grade_percent or 0) >= below_percent
    return is_soon and not done


def pool_use(
    accepted: Collection[int], agreed: Collection[int], progress: Mapping[int, CourseProgress]
) -> PoolUse:
    """What a coordinator may know of the progress of a pool; people are user ids.

    The numbers of those who agreed are told. Beside them, numbers of everybody would tell of the
    others by subtraction: they are told only where the others are nobody, or five at least.
    """
    silent = len(set(accepted) - set(agreed))
    may_tell_all = bool(accepted) and (silent == 0 or silent >= SMALLEST_GROUP)
    return PoolUse(
        accepted=len(accepted),
        agreed=len(agreed),
        of_agreed=_numbers(agreed, progress),
        everybody=_numbers(accepted, progress) if may_tell_all else None,
    )


def _numbers(people: Collection[int], progress: Mapping[int, CourseProgress]) -> ProgressNumbers:
    known = [progress[one] for one in people if one in progress]
    return ProgressNumbers(
        people=len(people),
        started=sum(one.has_started for one in known),
        passed=sum(one.has_passed for one in known),
    )
