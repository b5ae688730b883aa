"""Decisions at the list price that a learner is quoted.

Who knows the quote says its price. The pages and the REST API of this app do not, and ask the app
that sells offerings: a fee that no rule can compute in its currency goes to a person at every door.
"""

from __future__ import annotations

from datetime import datetime

from fairgate.clock import utc_day
from fairgate.money import Money
from waiver_policy.data import Applicant
from waiver_policy.selectors import decisions, offerings
from waiver_policy.selectors.decisions import Decided


def decide(
    applicant: Applicant,
    *,
    offering_code: str,
    at: datetime,
    known_at: datetime | None = None,
    price: Money | None = None,
) -> Decided:
    """``decisions.decide`` at this price; ``None``: at the one that the learner would be quoted."""
    if price is None:
        payer = applicant.payer_class
        price = offerings.list_price(offering_code, payer_class=payer, on=utc_day(at))
    return decisions.decide(
        applicant, offering_code=offering_code, at=at, known_at=known_at, price=price
    )
