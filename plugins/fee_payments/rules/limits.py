"""What authors may do within what operators have set."""

from __future__ import annotations

from collections.abc import Mapping

from fairgate.money import Money
from fee_payments.data import NO_LIMITS, AuthoredChange, Limits
from fee_payments.exceptions import OverLimit


def limits_of(course_key: str, by_prefix: Mapping[str, Limits]) -> Limits:
    """The limits for a course: of those whose prefix its key begins with, the longest counts.

    Without one, authors may sell nothing.
    """
    fitting = [prefix for prefix in by_prefix if course_key.startswith(prefix)]
    return by_prefix[max(fitting, key=len)] if fitting else NO_LIMITS


def check_may_sell(limits: Limits, kind: str) -> None:
    """Whether an offering of this kind may be added or changed.

    Raises:
        OverLimit: it may not.
    """
    if not limits.may_sell:
        raise OverLimit("sell", contact=limits.contact)
    if kind not in limits.kinds:
        raise OverLimit("kind", contact=limits.contact, kind=kind)


def check_price(limits: Limits, amount: Money) -> None:
    """Whether a price may be set.

    Raises:
        OverLimit: not by authors, not in this currency, or not this much.
    """
    if not limits.may_change_price:
        raise OverLimit("price", contact=limits.contact)
    limit = limits.of(amount.currency)
    if limit is None:
        raise OverLimit("currency", contact=limits.contact, currency=amount.currency)
    if not limit.lowest <= amount <= limit.highest:
        raise OverLimit(
            "amount",
            contact=limits.contact,
            amount=amount,
            lowest=limit.lowest,
            highest=limit.highest,
        )


def check_change(limits: Limits, change: AuthoredChange) -> None:
    """Whether authors may do this themselves.

    Raises:
        OverLimit: they may not.
    """
    if change.about is not None:
        check_may_sell(limits, change.about.kind)
    if change.price is not None:
        check_price(limits, change.price.amount)
