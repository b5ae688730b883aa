"""What the team of a course sees of its sales."""

from __future__ import annotations

from dataclasses import dataclass

from fairgate.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseMonth:
    """What is booked of a course in a month and a currency.

    ``sold`` is gross, ``net`` less tax and processor's fee; ``given_back`` went to payers or to
    their banks.
    """

    period: str
    currency: str
    sales: int
    sold: Money
    net: Money
    refunds: int
    given_back: Money
    waived: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseRow:
    """One or more months of a course, so many that nobody's own payment can be seen.

    ``None`` stands for a number that is too small to be shown.
    """

    first: str
    last: str
    currency: str
    sales: int
    sold: Money
    net: Money
    refunds: int | None
    given_back: Money | None
    waived: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseReport:
    """Rows by currency and month. ``waiting`` currencies have sales that are too few so far.

    ``least`` is the smallest number that is shown.
    """

    course_key: str
    rows: tuple[CourseRow, ...]
    waiting: tuple[str, ...]
    least: int
