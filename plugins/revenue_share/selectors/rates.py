"""Rates of exchange, and what an amount is by them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from fairgate.clock import utc_day
from fairgate.money import Money

from .. import conf
from ..data import BASES, Conversion, Rate, RateSource
from ..exceptions import NoRate, StepNotFound
from ..models import FxRate, RateProposal
from ..rules import rates as rules


def rate_of(row: FxRate) -> Rate:
    """The value of a row."""
    return Rate(
        id=row.pk,
        source=RateSource(row.source),
        base=row.base,
        currency=row.currency,
        effective_on=row.effective_on,
        rate=row.rate,
        recorded_at=row.recorded_at,
    )


def newest_rate(base: str, currency: str, *, on: date, known_by: datetime) -> Rate:
    """The newest rate that was in effect on a UTC day, as it was known at a moment.

    Where none was known at that moment, as it is known now: in whatever order rates are loaded and
    put right, the same one counts (decision 0084). Of one effective day the one recorded last
    counts, whether published or entered by hand.

    Raises:
        NoRate: there is none, or it is too old.
    """
    rows = _in_effect(base, currency, on).order_by("-effective_on", "-recorded_at", "-id")
    found = rows.filter(recorded_at__lte=known_by).first() or rows.first()
    if found is None:
        raise NoRate(
            "No rate of %(base)s in %(currency)s is known for %(day)s. Load the published "
            "rates, or enter one by two people.",
            base=base,
            currency=currency,
            day=on,
        )
    return rate_of(found)


def convert(amount: Money, currency: str, *, at: datetime) -> Conversion:
    """The amount in another currency, by the rates in effect at a moment.

    They are those that were known then. Where none was known, they are those that are known now:
    what was converted with them already keeps its own (``selectors.payouts.conversion_of``).

    Raises:
        NoRate: a rate on the way is not known at all, or it is too old.
    """
    legs, on = _legs(amount.currency, currency), utc_day(at)
    base = BASES[conf.rate_source()]
    rates = tuple(newest_rate(base, leg, on=on, known_by=at) for leg in legs)
    return Conversion(amount=amount, converted=rules.convert(amount, currency, rates), rates=rates)


def list_rates(
    *, base: str | None, currency: str | None, after: int | None, limit: int
) -> tuple[Rate, ...]:
    """Rates, those recorded last first: at most ``limit`` after the one with this number."""
    rows = FxRate.objects.order_by("-pk")
    if base is not None:
        rows = rows.filter(base=base)
    if currency is not None:
        rows = rows.filter(currency=currency)
    if after is not None:
        rows = rows.filter(pk__lt=after)
    return tuple(rate_of(row) for row in rows[:limit])


def get_proposal(uuid: UUID) -> RateProposal:
    """A rate that waits for a second person, or did.

    Raises:
        StepNotFound: there is none.
    """
    row: RateProposal | None = RateProposal.objects.filter(uuid=uuid).first()
    if row is None:
        raise StepNotFound("There is no rate %(key)s entered by hand.", key=uuid)
    return row


def _legs(currency: str, other: str) -> tuple[str, ...]:
    """The currencies whose rates lead from one to the other, through the base of the source."""
    if currency == other:
        return ()
    base = BASES[conf.rate_source()]
    return tuple(one for one in (currency, other) if one != base)


def _in_effect(base: str, currency: str, on: date) -> Any:
    return FxRate.objects.filter(
        source__in=[conf.rate_source().value, RateSource.MANUAL.value],
        base=base,
        currency=currency,
        effective_on__lte=on,
        effective_on__gt=on - conf.rate_age(),
    )
