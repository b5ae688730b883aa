"""Tiers, awards, and what support made possible."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime
from uuid import UUID

from partnerships import badges, conf, selectors, services
from partnerships.data import AwardSummary, Reached, Scheme, SchemeSummary, ShownReach, Tier


def propose_scheme(
    text: str, *, reason: str, by: int, at: datetime, key: str = ""
) -> SchemeSummary:
    """Propose the tiers of a period (``fairgate-tiers/1``); nothing counts before a second person.

    What a scheme says never changes: the next one begins on another day, and replaces it then.
    ``key`` is a name of the sender for this request: sent again, it is proposed once.

    Raises:
        DocumentErrors: every fault of the text, with line and field.
        KeyReused: the key stands for another scheme.
        SchemeRefused: no reason, or another scheme begins on that day.
    """
    uuid = services.propose_scheme(text, reason=reason, by=by, at=at, key=key)
    return selectors.get_scheme(uuid, at=at)


def confirm_scheme(uuid: UUID, *, by: int, at: datetime) -> SchemeSummary:
    """Let a scheme count from its first day on.

    Raises:
        UnknownScheme, SignedOutOfOrder
        SchemeRefused: it is decided; also for the second of two at once.
        SecondPersonNeeded: ``by`` has proposed it.
    """
    services.confirm_scheme(uuid, by=by, at=at)
    return selectors.get_scheme(uuid, at=at)


def refuse_scheme(uuid: UUID, *, because: str, by: int, at: datetime) -> None:
    """Let a scheme never count.

    Raises:
        UnknownScheme
        SchemeRefused: no reason, or it is decided.
    """
    services.refuse_scheme(uuid, because=because, by=by, at=at)


def schemes(*, at: datetime) -> tuple[SchemeSummary, ...]:
    """Every scheme of tiers known at a moment, the newest first."""
    return selectors.list_schemes(at=at)


def scheme(uuid: UUID, *, at: datetime) -> SchemeSummary:
    """One scheme of tiers as it stands at a moment.

    Raises:
        UnknownScheme: there is none.
    """
    return selectors.get_scheme(uuid, at=at)


def scheme_in_force(*, at: datetime) -> SchemeSummary | None:
    """The scheme that counts at a moment: of those confirmed, the one that began last."""
    return selectors.get_scheme_in_force(at=at)


def tier(uuid: UUID, *, at: datetime) -> tuple[SchemeSummary, Tier]:
    """A tier by its key, of a scheme that two people have made, and that scheme.

    Raises:
        UnknownScheme: there is none.
    """
    return selectors.get_scheme_of_tier(uuid, at=at)


def tier_reached(partner_code: str, *, since: date, until: date, at: datetime) -> Reached:
    """What a partner delivered in some days (UTC, inclusive), and the tier that this reaches.

    Raises:
        UnknownPartner
        AwardRefused: no scheme counts at that moment.
    """
    return selectors.compute_award(partner_code, since=since, until=until, at=at).reached


def propose_award(
    partner_code: str,
    *,
    since: date,
    until: date,
    valid_from: date,
    valid_until: date,
    reason: str,
    by: int,
    at: datetime,
    key: str = "",
) -> AwardSummary:
    """Propose the tier that deliveries from ``since`` to ``until`` reach, as known at ``at``.

    The partner is recognised from ``valid_from`` to ``valid_until`` (UTC days, inclusive) once a
    second person has confirmed it.

    ``key`` is a name of the sender for this request: sent again, it is proposed once.

    Raises:
        UnknownPartner
        KeyReused: the key stands for another award.
        AwardRefused: no tier is reached, no scheme counts, no accepted due diligence, the days
            make no sense, or the partner has an award for them that is not of a lower tier.
    """
    uuid = services.propose_award(
        partner_code,
        since=since,
        until=until,
        valid_from=valid_from,
        valid_until=valid_until,
        reason=reason,
        by=by,
        at=at,
        key=key,
    )
    return selectors.get_award(uuid, at=at)


def confirm_award(uuid: UUID, *, by: int, at: datetime) -> AwardSummary:
    """Grant an award.

    Raises:
        UnknownAward, SignedOutOfOrder
        AwardRefused: it is decided, or what was delivered reaches another tier by now.
        SecondPersonNeeded: ``by`` has proposed it, or acts for the partner.
    """
    services.confirm_award(uuid, by=by, at=at)
    return selectors.get_award(uuid, at=at)


def refuse_award(uuid: UUID, *, because: str, by: int, at: datetime) -> None:
    """Do not grant an award.

    Raises:
        UnknownAward
        AwardRefused: no reason, or it is decided.
    """
    services.refuse_award(uuid, because=because, by=by, at=at)


def revoke_award(uuid: UUID, *, reason: str, by: int, at: datetime) -> AwardSummary:
    """Take an award back from ``at`` on: it is shown no more, and its badge verifies no more.

    Raises:
        UnknownAward, SignedOutOfOrder
        AwardRefused: no reason, not granted, or revoked already.
    """
    services.revoke_award(uuid, reason=reason, by=by, at=at)
    return selectors.get_award(uuid, at=at)


def award(uuid: UUID, *, at: datetime) -> AwardSummary:
    """One award as it stands at a moment.

    Raises:
        UnknownAward: there is none.
    """
    return selectors.get_award(uuid, at=at)


def awards(*, at: datetime, partner_code: str = "") -> tuple[AwardSummary, ...]:
    """Every award proposed by a moment, the highest tier first; of one partner if named."""
    return selectors.list_awards(at=at, partner_code=partner_code)


def list_altered_awards() -> tuple[UUID, ...]:
    """The awards that, computed anew, are not what was granted; none, as it should be."""
    return selectors.list_altered_awards()


def reach_of(courses: Mapping[str, Collection[str]], *, at: datetime) -> dict[str, ShownReach]:
    """How many learners each of these sets of courses has, and how many of LDC and SIDS.

    It is for everybody: courses are counted once a month, in round numbers, those about few people
    are hidden, and sums are made of what is shown. The sets are asked for at once, by any name.

    A set is missing from the answer if one of its courses was never counted and cannot be now. A
    view that asks is ``non_atomic_requests``: whoever counts first in a month locks one course at
    a time, and holds it until their transaction ends.
    """
    every = {key for keys in courses.values() for key in keys}
    return selectors.list_reach(courses, services.count_learners(every, at=at))


def least_learners() -> int:
    """Numbers of learners below this one are hidden, and all are multiples of it."""
    return conf.least_learners()


def tier_criteria(scheme: Scheme, tier: Tier) -> str:
    """What a partner delivers for a tier, as a sentence in the active language."""
    return badges.criteria_of(scheme, tier)
