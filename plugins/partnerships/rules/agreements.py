"""When an agreement is in force, and what may be done to it. Pure decisions, no clock."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from itertools import combinations
from typing import TypeVar
from uuid import UUID, uuid5

from partnerships.data import Clearance, InForceFacts, Obstacle, Period, Review, Side, Standing
from partnerships.exceptions import AlreadySigned, AlreadySuspended, NotSuspended, SignedOutOfOrder

T = TypeVar("T")

# The key of a version follows from its name, so that a replay from the file alone (no database)
# speaks of the same version as the books do.
_VERSIONS = UUID("6f0a4d0e-5a0c-5d8e-9a55-2f6a4c1f7b21")


def version_key(agreement: str, number: int) -> UUID:
    """The public key of a version: the same for the same agreement code and number, everywhere."""
    return uuid5(_VERSIONS, f"{agreement}/{number}")


def checksum(agreed_text: str) -> str:
    """SHA-256 of the agreed text in UTF-8, in hex: what both signatures stand under."""
    return hashlib.sha256(agreed_text.encode()).hexdigest()


def obstacles(facts: InForceFacts, *, on: date) -> tuple[Obstacle, ...]:
    """Every reason why a version is not in force on a UTC day; none means that it is in force."""
    found = (
        (facts.review is not Review.APPROVED, Obstacle.NOT_APPROVED),
        (not facts.host_signed, Obstacle.HOST_HAS_NOT_SIGNED),
        (not facts.partner_signed, Obstacle.PARTNER_HAS_NOT_SIGNED),
        (facts.is_suspended, Obstacle.SUSPENDED),
        (on < facts.period.first, Obstacle.NOT_YET_VALID),
        # The last day counts as a whole (UTC): gone at 00:00 of the next (T30).
        (facts.period.is_over_on(on), Obstacle.NO_LONGER_VALID),
    )
    return (
        *(why for holds, why in found if holds),
        *clearance_obstacles(facts.clearance, on=on),
    )


def clearance_obstacles(clearance: Clearance | None, *, on: date) -> tuple[Obstacle, ...]:
    """Why an organisation's due diligence does not hold on a UTC day; none means that it does."""
    if clearance is None:
        return (Obstacle.DUE_DILIGENCE_MISSING,)
    if not clearance.accepted:
        return (Obstacle.DUE_DILIGENCE_REFUSED,)
    return (Obstacle.DUE_DILIGENCE_EXPIRED,) if on > clearance.until else ()


def standing(facts: InForceFacts, *, on: date) -> Standing:
    """The state of a version on a UTC day, in the words of the vocabulary."""
    if facts.review is Review.NOT_SUBMITTED:
        return Standing.DRAFT
    if not (facts.review is Review.APPROVED and facts.host_signed and facts.partner_signed):
        return Standing.IN_REVIEW
    if facts.period.is_over_on(on):
        return Standing.ENDED
    if facts.is_suspended:
        return Standing.SUSPENDED
    return Standing.SIGNED if obstacles(facts, on=on) else Standing.IN_FORCE


def first_overlap(
    dated: Iterable[tuple[T, Period]],
) -> tuple[T, T] | None:
    """Two of these that share a day, in the order of their first days; ``None`` if no two do."""
    in_order: Sequence[tuple[T, Period]] = sorted(dated, key=lambda pair: pair[1].first)
    for (one, its), (other, others) in combinations(in_order, 2):
        if its.shares_a_day_with(others):
            return one, other
    return None


def check_may_sign(
    signed: Sequence[tuple[str, datetime]], *, side: Side, at: datetime, version: str
) -> None:
    """Refuse a second signature of one side, or one dated before the other side's.

    Raises:
        AlreadySigned: the side has signed.
        SignedOutOfOrder: ``at`` lies before the signature that is there.
    """
    for its_side, moment in signed:
        if its_side == side:
            raise _signed(side, version=version, on=moment.date())
        if at < moment:
            raise SignedOutOfOrder(
                "%(version)s was signed first on %(moment)s UTC; the second "
                "signature cannot be older.",
                version=version,
                moment=moment,
            )


def _signed(side: Side, *, version: str, on: date) -> AlreadySigned:
    if side is Side.HOST:
        return AlreadySigned(
            "The host side signed %(version)s on %(day)s.", version=version, day=on
        )
    return AlreadySigned("The partner side signed %(version)s on %(day)s.", version=version, day=on)


def check_may_suspend(last: tuple[bool, datetime] | None, *, at: datetime, agreement: str) -> None:
    """Refuse to suspend what is suspended, or before the last record (its kind and moment)."""
    if last is not None:
        is_suspended, moment = last
        if is_suspended:
            raise AlreadySuspended(
                "%(agreement)s is suspended since %(day)s.", agreement=agreement, day=moment.date()
            )
        _check_follows(moment, at=at, agreement=agreement)


def check_may_resume(last: tuple[bool, datetime] | None, *, at: datetime, agreement: str) -> None:
    """Refuse to resume what is not suspended, or before the suspension itself."""
    if last is None or not last[0]:
        raise NotSuspended("%(agreement)s is not suspended.", agreement=agreement)
    _check_follows(last[1], at=at, agreement=agreement)


def _check_follows(moment: datetime, *, at: datetime, agreement: str) -> None:
    if at < moment:
        raise SignedOutOfOrder(
            "The last record of %(agreement)s is of %(moment)s UTC; a new one cannot be older.",
            agreement=agreement,
            moment=moment,
        )
