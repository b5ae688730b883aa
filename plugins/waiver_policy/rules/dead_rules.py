"""Finds what can never match, when a policy is loaded: a rule that gives nothing is a mistake.

A rule is written as the ways in which it can be true ("or" of "and"s). For each way every fact is
tried with one value of each kind that the conditions can tell apart: the values they name, numbers
between and beyond the ones they compare with, true, false, some other text, and none at all. When
no value of a fact fits, the way is closed; when all ways are, the rule is dead.

It never calls a rule dead that some case matches: what it does not understand (lists, other
grants, two facts compared) it takes as possible, and it stops looking after ``MAX_WAYS``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, localcontext
from itertools import pairwise
from typing import Any

from waiver_policy.exceptions import UnusableFact
from waiver_policy.rules.conditions import (
    AllOf,
    AnyOf,
    Case,
    Compare,
    Condition,
    Const,
    Every,
    Flag,
    Has,
    Not,
    OneOf,
)
from waiver_policy.rules.operators import CLOSED
from waiver_policy.rules.policies import Policy, Rule
from waiver_policy.rules.reading import Place

MAX_WAYS = 400
MAX_CHECKS = 5_000
_ABSENT = object()

Literal = tuple[Condition, bool]
"""A question that cannot be taken apart, and whether it has to hold."""

Way = tuple[Literal, ...]


class _TooMany(Exception):
    """More ways than it is worth looking at: nothing is called dead."""


def find_dead(policy: Policy, body: Mapping[str, Any], place: Place) -> None:
    """Note a fault for each part of a policy that can never match, at its place."""
    search = _Search(policy.defaults)
    if policy.unless is not None and search.is_dead(Not(policy.unless)):
        place.at(body, "unless").fault("this always holds, so the policy never gives anything.")
        return
    if policy.preconditions is not None and search.is_dead(policy.preconditions):
        place.at(body, "preconditions").fault(
            "this can never hold, so the policy never gives anything."
        )
        return
    always = _before(policy)
    lines = {rule.label: rule for rule in policy.rules}
    for number, value in enumerate(body["rules"]):
        rule = lines[value["label"]]
        where = place.at(body, "rules").at(body["rules"], number)
        _check(search, policy, rule, always, where)
    _check_add_on(search, policy, body, always, place)


def _before(policy: Policy) -> tuple[Condition, ...]:
    """What has to hold as well before any rule counts."""
    parts: list[Condition] = [Not(policy.unless)] if policy.unless is not None else []
    return (*parts, policy.preconditions) if policy.preconditions is not None else tuple(parts)


def _check(
    search: _Search, policy: Policy, rule: Rule, always: tuple[Condition, ...], where: Place
) -> None:
    if search.is_dead(rule.when):
        where.at(_Nowhere, "when").fault("this can never match.")
    elif always and search.is_dead(AllOf((rule.when, *always))):
        where.at(_Nowhere, "when").fault(
            "this can never match where the policy applies at all (unless, preconditions)."
        )
    elif policy.stack != "best_of":
        earlier = policy.rules[: policy.rules.index(rule)]
        winner = search.winner(AllOf((rule.when, *always)), earlier)
        if winner is not None:
            where.fault(
                f"this can never match: whenever it would, the rule “{winner.label}” matches "
                "before it."
            )


_Nowhere: Mapping[str, Any] = {}


def _check_add_on(
    search: _Search, policy: Policy, body: Mapping[str, Any], always: tuple[Condition, ...],
    place: Place,
) -> None:  # fmt: skip
    for group in policy.add_on:
        for number, rule in enumerate(group):
            where = Place(place.faults, f"{place.path}.add_on ({rule.label})", rule.line)
            whole = AllOf((rule.when, *always))
            winner = search.winner(whole, group[:number])
            if search.is_dead(whole):
                where.fault("this can never match.")
            elif winner is not None:
                where.fault(
                    f"this can never match: whenever it would, “{winner.label}” matches before it."
                )


@dataclass(slots=True)
class _Search:
    """Counts what was looked at, so that a hostile document costs no more than a long one."""

    defaults: Mapping[str, Any]
    checks: int = field(default=0)
    known: dict[str, tuple[frozenset[str], bool]] = field(default_factory=dict)

    def is_dead(self, condition: Condition) -> bool:
        """Whether no case makes it true."""
        try:
            return not any(self._is_open(way) for way in _ways(condition, wanted=True))
        except _TooMany:
            return False

    def winner(self, condition: Condition, earlier: tuple[Rule, ...]) -> Rule | None:
        """An earlier rule that holds whenever this condition does, so that it never counts.

        Each way may have another earlier rule; the first one is named.
        """
        try:
            ways = [way for way in _ways(condition, wanted=True) if self._is_open(way)]
            winners = [self._winner_of(way, earlier) for way in ways]
        except _TooMany:
            return None
        return winners[0] if winners and all(winners) else None

    def _winner_of(self, way: Way, earlier: tuple[Rule, ...]) -> Rule | None:
        subjects = {_subject(one) for one, _ in way}
        for rule in earlier:
            asked, is_always_true = self._about(rule)
            if is_always_true or (asked <= subjects and self._follows(way, rule.when)):
                return rule
        return None

    def _about(self, rule: Rule) -> tuple[frozenset[str], bool]:
        """What an earlier rule is about, and whether nothing makes it false."""
        if rule.label not in self.known:
            asked = frozenset(_subject(one) for one in _atoms(rule.when))
            self.known[rule.label] = asked, self.is_dead(Not(rule.when))
        return self.known[rule.label]

    def _follows(self, way: Way, condition: Condition) -> bool:
        """Whether the condition holds wherever the way is open."""
        return not any(self._is_open(way + other) for other in _ways(condition, wanted=False))

    def _is_open(self, way: Way) -> bool:
        self.checks += 1
        if self.checks > MAX_CHECKS:
            raise _TooMany
        if _contradicts(way) or not all(self._may_hold(one) for one, yes in way if yes):
            return False
        by_fact: dict[str, list[Literal]] = {}
        for literal in way:
            for name in _facts_of(literal[0]):
                by_fact.setdefault(name, []).append(literal)
        return all(self._fits(name, literals) for name, literals in by_fact.items())

    def _may_hold(self, condition: Condition) -> bool:
        if isinstance(condition, Compare) and condition.other:
            return condition.other != condition.name
        return not (isinstance(condition, Every) and self.is_dead(condition.that))

    def _fits(self, name: str, literals: list[Literal]) -> bool:
        return any(_fit(name, value, literals) for value in self._samples(name, literals))

    def _samples(self, name: str, literals: list[Literal]) -> Iterator[Any]:
        """A value of each kind that these questions can tell apart."""
        if name in CLOSED:
            yield from CLOSED[name]
            return
        yield from (_ABSENT, self.defaults.get(name, _ABSENT))
        yield from (True, False, "", "\0 no text of a document")
        numbers: set[Decimal] = set()
        for condition, _ in literals:
            if isinstance(condition, OneOf):
                yield from condition.values
                numbers |= {Decimal(v) for v in condition.values if _is_number(v)}
            elif isinstance(condition, Compare) and condition.value is not None:
                numbers.add(Decimal(condition.value))
        yield from _between(numbers)


def _contradicts(way: Way) -> bool:
    """Whether it wants the same question both to hold and not to.

    By their text: ``1`` and ``true`` are equal in Python and two things in a policy.
    """
    opaque = [(repr(one), yes) for one, yes in way if not _facts_of(one) or _is_of_two(one)]
    return any((one, not yes) in opaque for one, yes in opaque if yes)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | Decimal) and not isinstance(value, bool)


def _between(numbers: set[Decimal]) -> Iterator[Decimal]:
    """The numbers, one between each two, and one beyond each end."""
    inorder = sorted(numbers) or [Decimal(0)]
    with localcontext(prec=80):
        middles = [(one + other) / 2 for one, other in pairwise(inorder)]
        ends = [inorder[0] - 1, inorder[-1] + 1]
    yield from (*inorder, *middles, *ends)


def _fit(name: str, value: Any, literals: list[Literal]) -> bool:
    """Whether a value of one fact satisfies every question about that fact alone."""
    facts = {} if value is _ABSENT else {name: value}
    case = Case(countries=(), as_of=date.min, facts=facts)
    try:
        return all(
            _holds(condition, case, name) == wanted or (not wanted and _is_of_two(condition))
            for condition, wanted in literals
        )
    except UnusableFact:
        return False


def _is_of_two(condition: Condition) -> bool:
    return isinstance(condition, Compare) and bool(condition.other)


def _holds(condition: Condition, case: Case, name: str) -> bool:
    if isinstance(condition, Compare) and condition.other:
        # Two facts: here only that this one is a number.
        return case.number(name) is not None
    return condition.ask(case).yes


def _facts_of(condition: Condition) -> Iterable[str]:
    """The facts whose value alone says something about the question."""
    return condition.names() if isinstance(condition, OneOf | Compare | Flag | Has) else ()


def _subject(condition: Condition) -> str:
    """What a question is about: one fact, or the question itself."""
    if _facts_of(condition) and not _is_of_two(condition):
        return next(iter(condition.names()))
    return repr(condition)


def _atoms(condition: Condition) -> Iterator[Condition]:
    if isinstance(condition, AllOf | AnyOf):
        for part in condition.parts:
            yield from _atoms(part)
    elif isinstance(condition, Not):
        yield from _atoms(condition.part)
    elif not isinstance(condition, Const):
        yield condition


def _ways(condition: Condition, *, wanted: bool) -> list[Way]:
    """Every way in which a condition can hold, or not hold.

    Raises:
        _TooMany: there are more than ``MAX_WAYS``.
    """
    if isinstance(condition, Not):
        return _ways(condition.part, wanted=not wanted)
    if isinstance(condition, AllOf | AnyOf):
        each = [_ways(part, wanted=wanted) for part in condition.parts]
        is_and = isinstance(condition, AllOf) == wanted
        return _product(each) if is_and else _limited([way for ways in each for way in ways])
    if isinstance(condition, Const):
        return [()] if condition.value == wanted else []
    return [((condition, wanted),)]


def _product(each: list[list[Way]]) -> list[Way]:
    ways: list[Way] = [()]
    for more in each:
        ways = _limited([way + other for way in ways for other in more])
    return ways


def _limited(ways: list[Way]) -> list[Way]:
    if len(ways) > MAX_WAYS:
        raise _TooMany
    return ways
