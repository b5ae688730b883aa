"""Decisions at the list price that a learner is quoted.

Who knows the quote says its price. The pages and the REST API of this app do not, and ask the app
that sells offerings: a fee that no rule can compute in its currency goes to a person at every door.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from fairgate.clock import utc_day
from fairgate.money import Money
from waiver_policy.data import Applicant, Outcome, Reason, ReasonCode
from waiver_policy.rules import deciding
from waiver_policy.selectors import decisions, offerings
from waiver_policy.selectors.decisions import Decided


def decide(
    applicant: Applicant,
    *,
    offering_code: str,
    at: datetime,
    known_at: datetime | None = None,
    price: Money | None = None,
    course_run: str | None = None,
) -> Decided:
    """``decisions.decide`` at this price; ``None``: at the one that the learner would be quoted.

    An offering whose fee the policy does not cover is refused to everybody, as its quote waives
    nothing.
    """
    if price is None:
        payer = applicant.payer_class
        price = offerings.list_price(offering_code, payer_class=payer, on=utc_day(at))
    decided = decisions.decide(
        applicant, offering_code=offering_code, at=at, known_at=known_at, price=price,
        course_run=course_run,
    )  # fmt: skip
    if offerings.may_be_waived(offering_code):
        return decided
    reason = Reason(code=ReasonCode.OFFERING_NOT_COVERED.value)
    refused = deciding.limited(decided.decision, Outcome.REFUSED, reason)
    return replace(decided, decision=refused)
