"""What the author of the spectrum course may do with its fees, and what he has asked for beyond."""

from __future__ import annotations

from datetime import UTC, date, datetime

from demo_site.seeds.people import user_called
from demo_site.seeds.programme import ONLINE
from fairgate.money import Money
from fee_payments import api as payments
from fee_payments.data import (
    AmountLimit,
    AuthoredChange,
    AuthoredPrice,
    AuthorWish,
    Limits,
    PayerClass,
)

COURSES = "course-v1:ATC+"
ASKED = datetime(2026, 11, 19, 10, 30, tzinfo=UTC)
REASON = (
    "From January the course has four more modules and the measurement exercises. Courses like it "
    "cost between USD 200 and USD 300 elsewhere."
)
LIMITS = Limits(
    may_sell=True,
    may_change_price=True,
    may_ask=True,
    kinds=("course_run", "course_part"),
    amounts=tuple(
        AmountLimit(lowest=Money(lowest, currency), highest=Money(highest, currency))
        for lowest, highest, currency in (("5.00", "150.00", "USD"), ("4.50", "132.00", "CHF"))
    ),
    contact="programme@example.org",
)
DEARER = AuthoredChange(
    wish=AuthorWish.PRICE,
    code="spectrum-online",
    price=AuthoredPrice(
        payer_class=PayerClass.INDIVIDUAL,
        amount=Money("240.00", "USD"),
        valid_from=date(2027, 1, 1),
    ),
)


def seed() -> None:
    """Let authors do a part, and ask for one thing; what operators have changed since stays."""
    if COURSES in payments.list_author_limits():
        return
    payments.set_author_limits(COURSES, LIMITS)
    author = user_called("tomas").pk
    payments.ask_for_change(ONLINE, DEARER, reason=REASON, by=author, at=ASKED)
