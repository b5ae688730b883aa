"""The waiver behind an order: taken when it is placed, released when it is closed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from fairgate.money import Money
from fairgate.percent import Percent
from fee_payments import conf, models
from fee_payments.data import Learner, Quote
from fee_payments.exceptions import QuoteChanged
from fee_payments.services.quoting import applicant
from waiver_policy import api as waivers
from waiver_policy.data import Applicant, GrantSummary
from waiver_policy.exceptions import GrantClosed


@dataclass(frozen=True, slots=True, kw_only=True)
class Waived:
    """What an order line keeps of a grant."""

    grant: UUID
    percent: Percent
    seat_cost: Money | None


def take(learner: Learner, offer: Quote, *, key: str, at: datetime) -> Waived | None:
    """Take the waiver that the quote applies; ``None`` if it applies none.

    ``key`` is the idempotency key of the grant, which is held for the order until the order's time
    is over, whatever its own last day is.

    Raises:
        waiver_policy.exceptions.FundEmpty, NotEligible: the waiver is not given after all.
        QuoteChanged: another part of the price is waived than the quote says.
    """
    if not offer.waived or offer.waiver is None:
        return None
    grant = waivers.grant(
        applicant(learner, at=at),
        offering_code=offer.offering.code,
        full_seat_cost=offer.offering.full_seat_cost,
        price=offer.list_price,
        key=key,
        at=at,
        held_until=at + conf.order_hold(),
        course_run=offer.offering.course_key,
    )
    return waived_by(grant, price=offer.list_price, promised=offer.waived)


def waived_by(grant: GrantSummary, *, price: Money, promised: Money) -> Waived:
    """What a line keeps of a grant that waives what the learner was promised.

    Raises:
        QuoteChanged: it waives another part of the price. Another policy came into force, or
            somebody decided about this learner, between the promise and the grant.
    """
    if grant.reduction.of(price) != promised:
        raise QuoteChanged(_("The waiver has just changed. Please look at the price again."))
    return Waived(grant=grant.uuid, percent=grant.percent, seat_cost=grant.seat_cost)


def still_holds(order: models.Order, line: models.OrderLine, *, at: datetime) -> bool:
    """Whether the waiver of a line, if it has one, rests on what is known of the learner now.

    By the country of the order: whoever asks has compared that of the profile.
    """
    if line.waiver_grant is None:
        return True
    person = Applicant(user_id=order.user_id, country=order.country, payer_class=order.payer_class)
    return waivers.grounds_hold(line.waiver_grant, person, at=at)


def release(line: models.OrderLine, *, because: str, at: datetime) -> None:
    """Give back what the line holds of the fund, if it holds anything."""
    if line.waiver_grant is not None:
        waivers.release_grant(line.waiver_grant, at=at, reason=because)


def give_back(line: models.OrderLine, *, because: str, at: datetime) -> None:
    """Give back what the fund paid for the seat of a line, or holds for it."""
    if line.waiver_grant is None:
        return
    try:
        waivers.return_grant(line.waiver_grant, at=at, reason=because)
    except GrantClosed:
        # The seat was never opened: the order was paid after it had been closed.
        release(line, because=because, at=at)


#: The fields that ``write`` fills.
WRITTEN = ("waiver_grant", "waived_basis_points", "seat_cost_minor", "seat_cost_currency")


def write(line: models.OrderLine, waived: Waived | None) -> None:
    """Put a grant into the fields of a line; the caller saves it."""
    cost = waived.seat_cost if waived else None
    line.waiver_grant = waived.grant if waived else None
    line.waived_basis_points = waived.percent.basis_points if waived else 0
    line.seat_cost_minor = cost.minor if cost else 0
    line.seat_cost_currency = cost.currency if cost else ""
