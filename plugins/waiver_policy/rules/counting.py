"""How the limits of a policy are counted when a grant is made.

A limit that is one number over a period with a name (a year, a course run) is a counter that the
database keeps. Every other one (rolling periods, alternatives, persons, categories) is counted use
by use, with ``quotas.fits``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from waiver_policy.data import ReasonCode
from waiver_policy.rules import quotas
from waiver_policy.rules.policies import Cap
from waiver_policy.rules.quotas import Claim


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """What one grant adds to one subject: ``add`` to its counter, which may go up to ``most``.

    ``most`` is ``None`` where no counter decides; ``by_use`` are the limits for which the
    subject's uses are looked at one by one.
    """

    subject: str
    add: int
    code: ReasonCode
    most: int | None = None
    by_use: tuple[Cap, ...] = ()


def counts_of(caps: Sequence[Cap], claim: Claim) -> tuple[Count, ...]:
    """One count for every subject that the limits concern, in the order in which they are locked.

    Two limits on one subject are one count: the smaller number, and all that look at uses.
    """
    found: dict[str, Count] = {}
    for cap in caps:
        subject = quotas.subject(cap, claim)
        if subject:
            found[subject] = _merged(found.get(subject), _count(subject, cap, claim))
    return tuple(found[subject] for subject in sorted(found))


def _count(subject: str, cap: Cap, claim: Claim) -> Count:
    code = quotas.CODES[cap.scope]
    most = quotas.counter(cap)
    if most is None:
        return Count(subject=subject, add=_adds(cap, claim), code=code, by_use=(cap,))
    return Count(subject=subject, add=_adds(cap, claim), code=code, most=most)


def _adds(cap: Cap, claim: Claim) -> int:
    """Minor units under a subject of money, which holds nothing else; one everywhere else."""
    is_money = cap.scope == "fund" and quotas.counts_money(cap)
    return claim.cost.minor if is_money and claim.cost is not None else 1


def _merged(one: Count | None, other: Count) -> Count:
    if one is None:
        return other
    numbers = [count.most for count in (one, other) if count.most is not None]
    return Count(
        subject=one.subject,
        add=one.add,
        code=one.code,
        most=min(numbers, default=None),
        by_use=one.by_use + other.by_use,
    )
