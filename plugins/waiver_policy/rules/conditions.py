"""What a rule may ask about a case: small frozen questions that combine.

Each question answers ``Answer(yes, evidence)``; the evidence is the list memberships that made it
true, so that a decision can say *why*. A fact that is missing makes a comparison false (``unknown``
finds out whether it mattered); a fact of the wrong type is an error, because guessing would decide
about money.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from operator import ge, gt, le, lt
from typing import TYPE_CHECKING, Any, Protocol

from fairgate.money import Money
from waiver_policy.data import NO_FACTS, Membership
from waiver_policy.exceptions import UnusableFact

if TYPE_CHECKING:
    from waiver_policy.rules.policies import Policy

Lists = Mapping[str, Mapping[str, tuple[Membership, ...]]]
"""List -> country -> rows. A pinned edition stands under ``list_key(code, version)``."""

Number = int | Decimal

EXIT = "exit"
GRACE_REQUESTED = "grace_requested"
GRACE_EXTENDED_UNTIL = "grace_extended_until"
_BLANK: tuple[Any, ...] = (None, "", [], ())


def list_key(code: str, version: str = "") -> str:
    """The name under which a list is asked: ``LDC``, or ``LDC@2020-07`` for a pinned version."""
    return f"{code}@{version}" if version else code


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Everything a question may look at.

    ``countries`` has the primary one first. ``at`` is the moment where it is known, ``as_of`` its
    UTC day. ``dates`` are named days (application, acceptance); a name that is not there means
    ``as_of``. ``lists`` are the UN's lists and those kept by name, tables among them. ``price`` is
    what the reduction will be taken from. ``policies`` are those that this one refers to.
    """

    countries: tuple[str, ...]
    as_of: date
    at: datetime | None = None
    facts: Mapping[str, Any] = field(default_factory=lambda: NO_FACTS)
    lists: Lists = field(default_factory=dict)
    dates: Mapping[str, date] = field(default_factory=dict)
    price: Money | None = None
    policies: Mapping[str, Policy] = field(default_factory=dict)

    def day(self, name: str) -> date:
        """The day a policy means by a name."""
        return self.dates.get(name, self.as_of)

    def rows(self, key: str) -> Mapping[str, tuple[Membership, ...]]:
        """The rows of a list by country; a pinned version that is not there is the list itself.

        Whoever decides about money makes sure that the version is there.
        """
        found = self.lists.get(key)
        return found if found is not None else self.lists.get(key.partition("@")[0], {})

    def number(self, name: str) -> Number | None:
        """A fact that must be a number, if it is there.

        Raises:
            UnusableFact: it is there and not a number.
        """
        value = self.facts.get(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            raise UnusableFact(f"The fact “{name}” is {value!r}; a number is needed.")
        if isinstance(value, Decimal) and not value.is_finite():
            raise UnusableFact(f"The fact “{name}” is {value}; a number is needed.")
        return value


@dataclass(frozen=True, slots=True)
class Evidence:
    """One membership that counted on a day.

    ``grace_until`` is the first day without, if it is in grace.
    """

    membership: Membership
    on: date
    grace_until: date | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether a question holds, and by which memberships."""

    yes: bool
    evidence: tuple[Evidence, ...] = ()


NO = Answer(yes=False)
YES = Answer(yes=True)


class Condition(Protocol):
    """A question about a case."""

    def ask(self, case: Case) -> Answer: ...

    def names(self) -> frozenset[str]:
        """The facts it looks at."""
        ...


def _names_of(parts: Iterable[Condition]) -> frozenset[str]:
    return frozenset().union(*(part.names() for part in parts))


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every part holds."""

    parts: tuple[Condition, ...]

    def ask(self, case: Case) -> Answer:
        evidence: tuple[Evidence, ...] = ()
        for part in self.parts:
            answer = part.ask(case)
            if not answer.yes:
                return NO
            if answer.evidence:
                evidence += answer.evidence
        return Answer(yes=True, evidence=evidence) if evidence else YES

    def names(self) -> frozenset[str]:
        return _names_of(self.parts)


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one part holds; the first that does gives the evidence."""

    parts: tuple[Condition, ...]

    def ask(self, case: Case) -> Answer:
        for part in self.parts:
            answer = part.ask(case)
            if answer.yes:
                return answer
        return NO

    def names(self) -> frozenset[str]:
        return _names_of(self.parts)


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold."""

    part: Condition

    def ask(self, case: Case) -> Answer:
        return NO if self.part.ask(case).yes else YES

    def names(self) -> frozenset[str]:
        return self.part.names()


@dataclass(frozen=True, slots=True)
class Const:
    """Always, or never."""

    value: bool

    def ask(self, case: Case) -> Answer:
        return YES if self.value else NO

    def names(self) -> frozenset[str]:
        return frozenset()


@dataclass(frozen=True, slots=True)
class OneOf:
    """A fact is one of some values (``eq`` has one, ``in`` several)."""

    name: str
    values: tuple[Any, ...]

    def ask(self, case: Case) -> Answer:
        fact = case.facts.get(self.name)
        if fact is not None:
            for value in self.values:
                # True == 1 in Python, and a flag is not a number.
                if value == fact and isinstance(value, bool) == isinstance(fact, bool):
                    return YES
        return NO

    def names(self) -> frozenset[str]:
        return frozenset({self.name})


COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {"lt": lt, "le": le, "gt": gt, "ge": ge}


@dataclass(frozen=True, slots=True)
class Compare:
    """A number fact against a number, or against another fact (``gt_field``)."""

    operator: str
    name: str
    value: Number | None = None
    other: str = ""

    def ask(self, case: Case) -> Answer:
        fact = case.number(self.name)
        against = case.number(self.other) if self.other else self.value
        if fact is None or against is None:
            return NO
        return YES if COMPARE[self.operator](fact, against) else NO

    def names(self) -> frozenset[str]:
        return frozenset({self.name} | ({self.other} if self.other else set()))


@dataclass(frozen=True, slots=True)
class Flag:
    """A fact is true. A missing flag is not set."""

    name: str

    def ask(self, case: Case) -> Answer:
        value = case.facts.get(self.name)
        if value is None:
            return NO
        if not isinstance(value, bool):
            raise UnusableFact(f"The fact “{self.name}” is {value!r}; true or false is needed.")
        return YES if value else NO

    def names(self) -> frozenset[str]:
        return frozenset({self.name})


@dataclass(frozen=True, slots=True)
class Has:
    """A fact is there and not blank."""

    name: str

    def ask(self, case: Case) -> Answer:
        return NO if case.facts.get(self.name) in _BLANK else YES

    def names(self) -> frozenset[str]:
        return frozenset({self.name})


@dataclass(frozen=True, slots=True)
class Grace:
    """How long a country that left a list still counts.

    It starts with the exit, or with the day that a fact names (the removal act's entry into
    force); until that day the country counts too. It ends after ``months`` and ``days``, or on
    the next 1 January after that (a day that is a 1 January already stays). An ``extendable`` one
    ends later if the fact ``grace_extended_until`` says so. One ``on_request`` needs the fact
    ``grace_requested``.
    """

    months: int = 0
    days: int = 0
    starts: str = EXIT
    to_year_start: bool = False
    extendable: bool = False
    on_request: bool = False

    def end(self, left: date, facts: Mapping[str, Any]) -> date | None:
        """The first day without grace; ``None`` when the start is not known, or nobody asked."""
        start = left if self.starts == EXIT else fact_day(facts, self.starts)
        if start is None or (self.on_request and not _is_set(facts, GRACE_REQUESTED)):
            return None
        end = add_months(start, self.months) + timedelta(days=self.days)
        if self.to_year_start and (end.month, end.day) != (1, 1):
            end = date(end.year + 1, 1, 1)
        if self.extendable:
            end = max(end, fact_day(facts, GRACE_EXTENDED_UNTIL) or end)
        return end

    def names(self) -> frozenset[str]:
        """The facts without which it cannot begin."""
        starts = {self.starts} if self.starts != EXIT else set()
        return frozenset(starts | ({GRACE_REQUESTED} if self.on_request else set()))


def add_months(day: date, months: int) -> date:
    """The same day so many months later; the last day of the month when there is none (29 Feb)."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


@dataclass(frozen=True, slots=True)
class InGroup:
    """A country is on a list on a day, or in grace after it.

    The primary country counts, or any of them with ``any_country``. ``kinds`` narrows SIDS.
    ``group`` is a key of ``list_key``.
    """

    group: str
    as_of: str
    kinds: tuple[str, ...] = ()
    any_country: bool = False
    grace: Grace | None = None

    def ask(self, case: Case) -> Answer:
        rows_of = case.rows(self.group)
        day = case.day(self.as_of)
        for country in case.countries if self.any_country else case.countries[:1]:
            rows = rows_of.get(country, ())
            if self.kinds:
                rows = tuple(row for row in rows if row.kind in self.kinds)
            found = _member(rows, day) or self._in_grace(rows, day, case.facts)
            if found:
                return Answer(yes=True, evidence=(found,))
        return NO

    def _in_grace(
        self, rows: tuple[Membership, ...], day: date, facts: Mapping[str, Any]
    ) -> Evidence | None:
        if self.grace is None:
            return None
        for row in rows:
            if row.until_date is not None and row.until_date <= day:
                end = self.grace.end(row.until_date, facts)
                if end is not None and day < end:
                    return Evidence(row, day, grace_until=end)
        return None

    def has_left(self, case: Case) -> bool:
        """Whether a country that counts was on the list before the day, so that grace matters."""
        day, rows_of = case.day(self.as_of), case.rows(self.group)
        counted = case.countries if self.any_country else case.countries[:1]
        rows = (row for country in counted for row in rows_of.get(country, ()))
        kept = (row for row in rows if not self.kinds or row.kind in self.kinds)
        return any(row.until_date is not None and row.until_date <= day for row in kept)

    def names(self) -> frozenset[str]:
        return frozenset()


def _member(rows: tuple[Membership, ...], day: date) -> Evidence | None:
    for row in rows:
        if row.holds_on(day):
            return Evidence(row, day)
    return None


@dataclass(frozen=True, slots=True)
class InList:
    """The primary country, or any of them, is on a list that is kept by name (an institution's).

    ``key`` is one of ``list_key``.
    """

    key: str
    as_of: str = ""
    any_country: bool = False

    def ask(self, case: Case) -> Answer:
        rows_of, day = case.rows(self.key), case.day(self.as_of)
        for country in case.countries if self.any_country else case.countries[:1]:
            found = _member(rows_of.get(country, ()), day)
            if found:
                return Answer(yes=True, evidence=(found,))
        return NO

    def names(self) -> frozenset[str]:
        return frozenset()


@dataclass(frozen=True, slots=True)
class Every:
    """All countries in a fact (the authors' affiliations) satisfy a question. None is not all."""

    name: str
    that: Condition

    def ask(self, case: Case) -> Answer:
        items = case.facts.get(self.name) or ()
        if not isinstance(items, list | tuple) or not all(isinstance(i, str) for i in items):
            raise UnusableFact(f"The fact “{self.name}” is not a list of country codes.")
        evidence: tuple[Evidence, ...] = ()
        for country in dict.fromkeys(items):
            answer = self.that.ask(replace(case, countries=(country,)))
            if not answer.yes:
                return NO
            evidence += answer.evidence
        return Answer(yes=bool(items), evidence=evidence)

    def names(self) -> frozenset[str]:
        return self.that.names() | {self.name}


@dataclass(frozen=True, slots=True)
class HasGrant:
    """The fact ``grants`` names another policy's grant: ``policy`` or ``policy:label``."""

    policy: str
    label: str = ""

    def ask(self, case: Case) -> Answer:
        grants = case.facts.get("grants") or ()
        if not isinstance(grants, list | tuple) or not all(isinstance(g, str) for g in grants):
            raise UnusableFact("The fact “grants” is not a list of policies.")
        if not self.label:
            return YES if any(g.partition(":")[0] == self.policy for g in grants) else NO
        wanted = (self.policy, f"{self.policy}:{self.label}")
        return YES if any(g in wanted for g in grants) else NO

    def names(self) -> frozenset[str]:
        return frozenset({"grants"})


def _is_set(facts: Mapping[str, Any], name: str) -> bool:
    return Flag(name).ask(Case(countries=(), as_of=date.min, facts=facts)).yes


def fact_day(facts: Mapping[str, Any], name: str) -> date | None:
    """A fact that must be a day, if it is there; of a moment its UTC day.

    Raises:
        UnusableFact: it is there and not a day.
    """
    value = facts.get(name)
    if isinstance(value, datetime):
        return value.astimezone(UTC).date()
    if value is None or isinstance(value, date):
        return value
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise UnusableFact(f"The fact “{name}” is {value!r}; a date is needed.") from None
