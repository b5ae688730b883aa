"""The waiver behind an order: taken when it is placed, released when it is closed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from fairgate.money import Money
from fairgate.percent import Percent
from fee_payments import models
from fee_payments.data import Learner, OrderState, Quote
from fee_payments.exceptions import QuoteChanged
from fee_payments.services.quoting import applicant
from waiver_policy import api as waivers


@dataclass(frozen=True, slots=True, kw_only=True)
class Waived:
    """What an order line keeps of a grant. ``is_reused``: an earlier, refunded order used it."""

    grant: UUID
    percent: Percent
    seat_cost: Money | None
    is_reused: bool = False


def take(learner: Learner, offer: Quote, *, key: str, at: datetime) -> Waived | None:
    """Take the waiver that the quote applies; ``None`` if it applies none.

    A learner whose order was refunded in full comes back on the same grant: the fund has paid for
    that seat once, and a person holds one grant for an offering.

    Raises:
        waiver_policy.exceptions.FundEmpty, NotEligible: the waiver is not given after all.
        QuoteChanged: another part of the price is waived than the quote says.
    """
    if not offer.waived or offer.waiver is None:
        return None
    used = models.OrderLine.objects.filter(
        order__user_id=learner.user_id,
        order__state=OrderState.REFUNDED,
        offering__code=offer.offering.code,
        waiver_grant__isnull=False,
    ).last()
    if used is not None and used.waiver_grant is not None:
        return Waived(
            grant=used.waiver_grant, percent=offer.waiver.percent, seat_cost=None, is_reused=True
        )
    grant = waivers.grant(
        applicant(learner),
        offering_code=offer.offering.code,
        full_seat_cost=offer.offering.full_seat_cost,
        price=offer.list_price,
        key=f"order:{key}",
        at=at,
    )
    if grant.reduction.of(offer.list_price) != offer.waived:
        # Another policy came into force between the quote and the grant.
        raise QuoteChanged(_("The waiver has just changed. Please look at the price again."))
    return Waived(grant=grant.uuid, percent=grant.percent, seat_cost=grant.seat_cost)


def release(line: models.OrderLine, *, because: str, at: datetime) -> None:
    """Give back what the line holds of the fund, if it holds anything."""
    if line.waiver_grant is not None and not line.waiver_reused:
        waivers.release_grant(line.waiver_grant, at=at, reason=because)


def write(line: models.OrderLine, waived: Waived | None) -> None:
    """Put a grant into the fields of a line; the caller saves it."""
    cost = waived.seat_cost if waived else None
    line.waiver_grant = waived.grant if waived else None
    line.waiver_reused = waived.is_reused if waived else False
    line.waived_basis_points = waived.percent.basis_points if waived else 0
    line.seat_cost_minor = cost.minor if cost else 0
    line.seat_cost_currency = cost.currency if cost else ""
