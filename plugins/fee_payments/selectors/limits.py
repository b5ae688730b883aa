"""What operators let authors do."""

from __future__ import annotations

from fairgate.money import Money
from fee_payments import models
from fee_payments.data import AmountLimit, Limits
from fee_payments.rules import limits as bounds


def author_limits(course_key: str) -> Limits:
    """What the authors of a course may do with its fees."""
    return bounds.limits_of(course_key, list_author_limits())


def list_author_limits() -> dict[str, Limits]:
    """All that operators let authors do, by how the keys of the courses begin."""
    rows = models.AuthorLimits.objects.prefetch_related("amounts")
    return {row.prefix: _limits(row) for row in rows}


def _limits(row: models.AuthorLimits) -> Limits:
    return Limits(
        may_sell=row.may_sell,
        may_change_price=row.may_change_price,
        kinds=tuple(row.kinds.split()),
        amounts=tuple(
            AmountLimit(
                lowest=Money.from_minor(one.lowest_minor, one.currency),
                highest=Money.from_minor(one.highest_minor, one.currency),
            )
            for one in row.amounts.all()
        ),
        contact=row.contact,
        may_ask=row.may_ask,
    )
