"""What somebody has to be reminded of on a day. Pure: facts in, things to say out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from partnerships.data import (
    PLATFORM,
    Matter,
    PartnerSummary,
    Promises,
    PromiseState,
    Side,
    Standing,
    Subject,
    VersionSummary,
)

_RUNS = frozenset({Standing.SIGNED, Standing.IN_FORCE, Standing.SUSPENDED})


def expiring(
    version: VersionSummary, *, is_followed: bool, levels: Sequence[int], on: date
) -> Iterator[Matter]:
    """That a version ends soon and nothing follows it; once for each level of days before."""
    last = version.last_day
    if last is None or version.standing not in _RUNS or is_followed:
        return
    if (level := _level(last, levels, on)) is not None:
        yield Matter(
            subject=Subject.VERSION_ENDS,
            partner=version.partner,
            agreement=version.agreement,
            version=version.version,
            code="",
            day=last,
            level=level,
            concerns=(Side.HOST, Side.PARTNER),
        )


def diligence_expiring(
    partner: PartnerSummary, *, levels: Sequence[int], on: date
) -> Iterator[Matter]:
    """That the due diligence of a partner with an agreement in force runs out: the host's work."""
    until = partner.cleared_until
    if until is not None and (level := _level(until, levels, on)) is not None:
        yield Matter(
            subject=Subject.DUE_DILIGENCE,
            partner=partner.code,
            agreement="",
            version=0,
            code="",
            day=until,
            level=level,
            concerns=(Side.HOST,),
        )


def late(version: VersionSummary, promises: Promises) -> Iterator[Matter]:
    """What is late under a version: to whoever promised it, and to the host."""
    for one in promises.obligations:
        is_report = one.obligation.every_months is not None
        for due in one.due_dates:
            if due.state is PromiseState.LATE:
                subject = Subject.REPORT if is_report else Subject.OBLIGATION
                by_host = one.obligation.side == Side.HOST
                yield _late(version, subject, one.obligation.code, due.due, by_host=by_host)
    for gift in promises.contributions:
        if gift.state is PromiseState.LATE:
            agreed = gift.contribution
            # What a third party owes under this agreement, the host takes up with it.
            by_host = agreed.party == PLATFORM or agreed.party != version.partner
            yield _late(version, Subject.CONTRIBUTION, agreed.code, agreed.due, by_host=by_host)
    for outcome in promises.outcomes:
        if outcome.actual is None and outcome.state is PromiseState.LATE:
            found = outcome.outcome
            yield _late(version, Subject.OUTCOME, found.code, found.due, by_host=False)


def _late(
    version: VersionSummary, subject: Subject, code: str, day: date, *, by_host: bool
) -> Matter:
    return Matter(
        subject=subject,
        partner=version.partner,
        agreement=version.agreement,
        version=version.version,
        code=code,
        day=day,
        level=0,
        concerns=(Side.HOST,) if by_host else (Side.HOST, Side.PARTNER),
    )


def _level(last: date, levels: Sequence[int], on: date) -> int | None:
    """The least number of days before ``last`` that has come; none before the first, nor after."""
    if on > last:
        return None
    passed = [days for days in levels if on >= last - timedelta(days=days)]
    return min(passed, default=None)
