"""Refuses to sell to learners of blocked countries, and writes down that it did."""

from __future__ import annotations

from datetime import datetime

from fairgate.clock import utc_day
from fee_payments import conf, models
from fee_payments.data import Learner, OfferingSummary
from fee_payments.exceptions import CountryBlocked

UNKNOWN = "unknown_country"


def check(
    learner: Learner, offering: OfferingSummary, *, blocked_by: int | None, at: datetime
) -> None:
    """Whether an offering is sold to a learner; ``blocked_by`` blocks their country, if anything.

    Somebody without an account has no country and buys nothing: they are shown a price.

    Raises:
        CountryBlocked: it is not, and this is written down once a day.
    """
    if not learner.user_id:
        return
    if blocked_by is not None:
        rule = f"blocked:{blocked_by}"
    elif not learner.country and not conf.sells_to_unknown_country():
        rule = UNKNOWN
    else:
        return
    _record(learner, offering.code, rule, at=at)
    raise CountryBlocked(
        offering.title, utc_day(at), learner.country,
        is_of_organisation=learner.is_organisation,
    )  # fmt: skip


def _record(learner: Learner, code: str, rule: str, *, at: datetime) -> None:
    key = f"{learner.user_id}:{code}:{learner.country}:{utc_day(at).isoformat()}"
    if models.ScreeningRecord.objects.filter(key=key).exists():
        return
    row = models.ScreeningRecord(
        key=key,
        user_id=learner.user_id,
        offering=models.Offering.objects.get(code=code),
        country=learner.country,
        rule=rule,
        at=at,
    )
    models.ScreeningRecord.objects.bulk_create([row], ignore_conflicts=True)
