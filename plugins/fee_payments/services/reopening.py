"""The waivers of an order that is paid after it was closed."""

from __future__ import annotations

from fairgate.money import Money
from fee_payments import models
from fee_payments.services import waiving
from waiver_policy import api as waivers
from waiver_policy.data import Applicant


def grant_again(order: models.Order, line: models.OrderLine, *, key: str = "") -> None:
    """Take the waiver again that was released when the order was closed.

    ``key``: another one than that of an order that was paid late; a waiver is given once per key.
    The learner was promised the price of the day of the order, so that day decides. The line keeps
    what the fund pays for the seat now: the part of its cost that is waived of the price, as ever.

    Raises:
        WaiverError: there is no waiver for this learner any more, or the fund is used up.
        QuoteChanged: another part of the price would be waived than the learner was promised.
    """
    if line.waiver_grant is None:
        return
    price = Money.from_minor(line.list_minor, line.currency)
    grant = waivers.grant(
        Applicant(user_id=order.user_id, country=order.country, payer_class=order.payer_class),
        offering_code=line.offering.code,
        full_seat_cost=_full_cost(line),
        price=price,
        key=key or _late_key(order, line),
        at=order.placed_at,
        course_run=line.offering.course_key,
    )
    promised = Money.from_minor(line.waived_minor, line.currency)
    waiving.write(line, waiving.waived_by(grant, price=price, promised=promised))
    line.save(update_fields=waiving.WRITTEN)


def _late_key(order: models.Order, line: models.OrderLine) -> str:
    return f"late:{order.key}:{line.position}" if line.position else f"late:{order.key}"


def _full_cost(line: models.OrderLine) -> Money | None:
    cost = line.offering.full_seat_cost_minor
    return Money.from_minor(cost, line.offering.full_seat_cost_currency) if cost else None
