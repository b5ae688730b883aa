"""Which tier deliveries reach, and what may be awarded to whom. Pure decisions, no clock."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import ROUND_DOWN, Decimal

from fairgate.money import Money
from partnerships.data import (
    AwardState,
    ContributionKind,
    Counted,
    Reached,
    Scheme,
    SchemeState,
    Tier,
)
from partnerships.exceptions import AwardRefused, SchemeRefused, SecondPersonNeeded


def reached(scheme: Scheme, deliveries: Iterable[Counted]) -> Reached:
    """What these deliveries are worth, and the highest tier whose threshold that reaches.

    Each delivery is converted and rounded down by itself, so one more never makes less of it.
    """
    rates = {scheme.currency: Decimal(1), **dict(scheme.rates)}
    total, uncounted = Money.zero(scheme.currency), set()
    for one in deliveries:
        rate = rates.get(one.amount.currency)
        if rate is None:
            uncounted.add(one.amount.currency)
            continue
        percent = scheme.in_kind_percent if one.kind == ContributionKind.IN_KIND else 100
        exact = one.amount.amount * rate * percent / 100
        total += Money.rounded(exact, scheme.currency, ROUND_DOWN)
    return Reached(
        worth=total, tier=tier_for(scheme.tiers, total), uncounted=tuple(sorted(uncounted))
    )


def tier_for(tiers: Sequence[Tier], worth: Money) -> Tier | None:
    """The highest tier that a worth reaches; exactly the threshold is enough."""
    return next((tier for tier in reversed(tiers) if worth >= tier.threshold), None)


def scheme_state(
    *,
    confirmed_at: datetime | None,
    refused_at: datetime | None,
    valid_from: date,
    valid_until: date | None,
    replaced_on: date | None,
    at: datetime,
    on: date,
) -> SchemeState:
    """Where a scheme stands; ``replaced_on`` is the first day of the next one, as known then."""
    if refused_at is not None and refused_at <= at:
        return SchemeState.REFUSED
    if confirmed_at is None or confirmed_at > at:
        return SchemeState.WAITING
    if on < valid_from:
        return SchemeState.NOT_YET
    if replaced_on is not None and on >= replaced_on:
        return SchemeState.REPLACED
    if valid_until is not None and on > valid_until:
        return SchemeState.ENDED
    return SchemeState.COUNTS


def award_state(
    *,
    confirmed_at: datetime | None,
    refused_at: datetime | None,
    revoked_at: datetime | None,
    valid_from: date,
    valid_until: date,
    at: datetime,
    on: date,
) -> AwardState:
    """Where an award stands: its last day counts as a whole; revoked is from that moment on."""
    if refused_at is not None and refused_at <= at:
        return AwardState.REFUSED
    if confirmed_at is None or confirmed_at > at:
        return AwardState.WAITING
    if revoked_at is not None and revoked_at <= at:
        return AwardState.REVOKED
    if on < valid_from:
        return AwardState.NOT_YET
    return AwardState.ENDED if on > valid_until else AwardState.IN_FORCE


def check_span(since: date, until: date, *, today: date) -> None:
    """Refuse a span that is turned round, or not over: what is delivered in it is not known yet.

    Raises:
        AwardRefused: as said.
    """
    if until < since:
        raise AwardRefused("The days that are counted end before they begin.")
    if until > today:
        raise AwardRefused(
            "%(until)s has not come yet; what is delivered until then is not known.", until=until
        )


def check_period(valid_from: date, valid_until: date, *, today: date) -> None:
    """Refuse a recognition that is turned round, or has no near beginning or end.

    Raises:
        AwardRefused: as said.
    """
    if valid_until < valid_from:
        raise AwardRefused("The recognition ends before it begins.")
    if (valid_until - valid_from).days > MOST_DAYS:
        raise AwardRefused(
            "A recognition lasts %(limit)s days at most; award it again then.", limit=MOST_DAYS
        )
    if (valid_from - today).days > FURTHEST_DAYS:
        raise AwardRefused(
            "A recognition begins in %(limit)s days at most; award it then.", limit=FURTHEST_DAYS
        )


#: Three years: who looks at a badge offline sees its end only.
MOST_DAYS = 3 * 366

#: Ten years: what begins later was mistyped, and its badge could lie beyond the calendar.
FURTHEST_DAYS = 10 * 366


def check_no_double(
    valid_from: date,
    valid_until: date,
    threshold: Money,
    others: Iterable[tuple[date, date, Money]],
) -> None:
    """Refuse a second award for the same days; a higher tier may be added to a lower one.

    ``others`` are first day, last day and threshold of the partner's awards that were neither
    refused nor revoked.

    Raises:
        AwardRefused: as said.
    """
    for first, last, its_threshold in others:
        overlap = first <= valid_until and valid_from <= last
        is_higher = its_threshold.currency == threshold.currency and its_threshold < threshold
        if overlap and not is_higher:
            raise AwardRefused(
                "This partner has an award from %(first)s to %(last)s; for the same "
                "days only one of a higher tier can be added. Revoke that one "
                "first.",
                first=first,
                last=last,
            )


def check_may_confirm_scheme(*, is_waiting: bool, by: int, asked_by: int) -> None:
    """Refuse to confirm what was decided, or what one has proposed oneself.

    Raises:
        SchemeRefused, SecondPersonNeeded: as said.
    """
    if not is_waiting:
        raise SchemeRefused("This scheme was confirmed or refused already.")
    if by == asked_by:
        raise SecondPersonNeeded("Another person than who proposed a scheme has to confirm it.")


def check_may_confirm_award(
    *, is_waiting: bool, by: int, asked_by: int, acts_for_partner: bool
) -> None:
    """Refuse to confirm what was decided, or as who proposed it or acts for the partner.

    Raises:
        AwardRefused, SecondPersonNeeded: as said.
    """
    if not is_waiting:
        raise AwardRefused("This award was confirmed or refused already.")
    if by == asked_by or acts_for_partner:
        raise SecondPersonNeeded(
            "Another person than who proposed an award has to confirm it, and nobody who acts for "
            "the partner."
        )


def inputs_text(
    scheme: str, since: date, until: date, at: datetime, deliveries: Iterable[Counted]
) -> str:
    """What an award was computed from, as canonical JSON: the same inputs give the same text."""
    rows = sorted(
        [str(one.record), one.kind, str(one.amount.amount), one.amount.currency]
        for one in deliveries
    )
    told = {
        "scheme": scheme,
        "since": since.isoformat(),
        "until": until.isoformat(),
        "counted_at": at.isoformat(),
        "deliveries": rows,
    }
    return json.dumps(told, ensure_ascii=False, indent=2) + "\n"


def inputs_checksum(text: str) -> str:
    """SHA-256 of the inputs of an award (hex)."""
    return hashlib.sha256(text.encode()).hexdigest()
