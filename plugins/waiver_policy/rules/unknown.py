"""Which missing facts keep a question open.

``ask`` takes a missing fact as "no". Where that was the reason for a refusal, or for not excluding
somebody, people should be asked instead; this finds the facts to ask for. Asked only when no rule
matched, so that it costs nothing when one does.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from waiver_policy.rules.conditions import (
    AllOf,
    AnyOf,
    Case,
    Compare,
    Condition,
    Every,
    Flag,
    Has,
    HasGrant,
    InGroup,
    Not,
    OneOf,
)


@dataclass(frozen=True, slots=True)
class Reach:
    """Whether a question may hold, and may not, once every fact is known; and which are missing."""

    may_hold: bool
    may_fail: bool
    missing: frozenset[str] = frozenset()


def missing_facts(condition: Condition, case: Case, *, flags: bool = True) -> tuple[str, ...]:
    """The facts with which the condition might hold although it does not; none if it cannot.

    ``flags`` false: a flag that nobody has set is not set, and nobody is asked for it.
    """
    found = reach(condition, case, flags=flags)
    return tuple(sorted(found.missing)) if found.may_hold and found.may_fail else ()


def doubtful_facts(condition: Condition, case: Case) -> tuple[str, ...]:
    """The facts without which a condition holds that might not hold with them.

    ``not: {lt: …}`` is true of a fact that nobody has stated. A flag that nobody has set is not
    set.
    """
    found = reach(condition, case, flags=False)
    return tuple(sorted(found.missing)) if found.may_fail else ()


def has_not(condition: Condition) -> bool:
    """Whether a "not" stands somewhere in it."""
    if isinstance(condition, AllOf | AnyOf):
        return any(has_not(part) for part in condition.parts)
    return isinstance(condition, Not) or (isinstance(condition, Every) and has_not(condition.that))


def reach(condition: Condition, case: Case, *, flags: bool) -> Reach:
    """What a condition may still come to."""
    if isinstance(condition, AllOf):
        return _all([reach(part, case, flags=flags) for part in condition.parts])
    if isinstance(condition, AnyOf):
        turned = [_not(reach(part, case, flags=flags)) for part in condition.parts]
        return _not(_all(turned))
    if isinstance(condition, Not):
        return _not(reach(condition.part, case, flags=flags))
    if isinstance(condition, Every) and case.facts.get(condition.name):
        return _every(condition, case, flags=flags)
    return _leaf(condition, case, flags=flags)


def _all(parts: list[Reach]) -> Reach:
    if not all(part.may_hold for part in parts):
        return Reach(may_hold=False, may_fail=True)
    missing = frozenset().union(*(part.missing for part in parts))
    return Reach(may_hold=True, may_fail=any(part.may_fail for part in parts), missing=missing)


def _not(part: Reach) -> Reach:
    return Reach(may_hold=part.may_fail, may_fail=part.may_hold, missing=part.missing)


def _every(condition: Every, case: Case, *, flags: bool) -> Reach:
    condition.ask(case)  # a fact of the wrong type is no open question
    asked = (replace(case, countries=(country,)) for country in case.facts[condition.name])
    return _all([reach(condition.that, one, flags=flags) for one in asked])


def _leaf(condition: Condition, case: Case, *, flags: bool) -> Reach:
    if isinstance(condition, HasGrant) or (isinstance(condition, Flag) and not flags):
        return _known(condition, case)  # what somebody holds is known, and a flag may be
    missing = frozenset(name for name in condition.names() if case.facts.get(name) is None)
    if isinstance(condition, InGroup):
        missing = _missing_for_grace(condition, case)
    if isinstance(condition, OneOf | Compare | Flag | Has | Every | InGroup) and missing:
        return Reach(may_hold=True, may_fail=True, missing=missing)
    return _known(condition, case)


def _known(condition: Condition, case: Case) -> Reach:
    holds = condition.ask(case).yes
    return Reach(may_hold=holds, may_fail=not holds)


def _missing_for_grace(condition: InGroup, case: Case) -> frozenset[str]:
    if condition.grace is None or condition.ask(case).yes or not condition.has_left(case):
        return frozenset()
    return frozenset(n for n in condition.grace.names() if case.facts.get(n) is None)
