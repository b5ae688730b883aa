"""What a policy asks of a person, found in its conditions.

Each fact that a condition compares has a kind, from how it is compared; one that is compared in two
ways has none, and nobody is asked for it. What the suite itself knows (who pays, grants, accepted
documents) is nobody's to state.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from fairgate.documents import Mapped
from fairgate.readable import is_readable
from waiver_policy.data import AskedFact, EvidenceKind, FactKind
from waiver_policy.rules import reading
from waiver_policy.rules.conditions import (
    EXIT,
    GRACE_EXTENDED_UNTIL,
    GRACE_REQUESTED,
    AllOf,
    AnyOf,
    Compare,
    Condition,
    Every,
    Flag,
    Grace,
    Has,
    InGroup,
    InList,
    Not,
    OneOf,
)
from waiver_policy.rules.policies import FactTerms, Policy
from waiver_policy.rules.reading import Place

DATES = ("acceptance", "enrolment", "invoice")
"""Named days that a person can state; the others are the suite's own."""
RESERVED = frozenset({
    "payer_class", "documents", "grants", "has_grant", "country", EXIT, "application", "request",
    "list_version", *DATES,
})  # fmt: skip
# What a nomination says of itself, in a policy for nominations.
OF_NOMINATIONS = frozenset({"requested", "focal_point_approved_registration"})
MAX_NAME = 100
STRENGTHS = frozenset({EvidenceKind.DECLARED, EvidenceKind.INSTITUTION, EvidenceKind.DOCUMENT})
"""How a fact may be known: nobody sees one by an address, and a nomination states its own."""


@dataclass(slots=True)
class _Uses:
    """How the conditions of a policy use facts and named days.

    ``weak``: uses that any value fits, such as ``has``.
    """

    kinds: dict[str, set[FactKind]] = field(default_factory=dict)
    words: dict[str, list[str]] = field(default_factory=dict)
    open: set[str] = field(default_factory=set)
    weak: set[str] = field(default_factory=set)
    dates: set[str] = field(default_factory=set)

    def note(self, name: str, kind: FactKind) -> None:
        """A condition that only a value of this kind fits."""
        self.kinds.setdefault(name, set()).add(kind)


def asked_facts(policy: Policy | None, others: Mapping[str, Policy]) -> tuple[AskedFact, ...]:
    """What a policy asks that a person can state, by name; also the policies it is compared with.

    The words of a policy for a fact count before those of another one. How it has to be known, and
    whether the learner is asked, is for each policy to say that uses it: the strictest counts.
    """
    if policy is None:
        return ()
    uses, every = _Uses(), (policy, *others.values())
    for one in every:
        _look_at_policy(one, uses)
    terms = _terms_of_all(every)
    names = {*uses.kinds, *uses.words, *uses.weak} - RESERVED
    if policy.unit == "nomination":
        names -= OF_NOMINATIONS
    facts = (_asked(name, uses, terms.get(name, FactTerms())) for name in sorted(names))
    days = (
        _in_words(AskedFact(name=name, kind=FactKind.DAY, is_date=True), terms.get(name))
        for name in DATES if name in uses.dates
    )  # fmt: skip
    return (*(fact for fact in facts if fact is not None), *days)


def known_names(policy: Policy) -> frozenset[str]:
    """The facts and days that the conditions of a policy use, and that a person can state."""
    uses = _Uses()
    _look_at_policy(policy, uses)
    return frozenset({*uses.kinds, *uses.words, *uses.weak, *uses.dates}) - (
        RESERVED - frozenset(DATES)
    )


def _terms_of_all(policies: Iterable[Policy]) -> Mapping[str, FactTerms]:
    """What policies say of each fact together: the words of the first, the terms of the strictest.

    A policy that uses a fact and says nothing of it wants what is wanted where nothing is said.
    """
    together: dict[str, FactTerms] = {}
    for policy in policies:
        for name in known_names(policy):
            said = policy.facts.get(name, FactTerms())
            before = together.get(name, said)
            together[name] = FactTerms(
                title=before.title or said.title, unit=before.unit or said.unit,
                help=before.help or said.help,
                strength=max(before.strength, said.strength, key=lambda kind: kind.strength),
                ask=before.ask and said.ask,
            )  # fmt: skip
    return together


def _asked(name: str, uses: _Uses, terms: FactTerms) -> AskedFact | None:
    kind = _kind_of(name, uses)
    if kind is None or len(name) > MAX_NAME or "," in name or not is_readable(name):
        return None
    choices = tuple(dict.fromkeys(uses.words[name])) if kind is FactKind.CHOICE else ()
    return _in_words(AskedFact(name=name, kind=kind, choices=choices), terms)


def _kind_of(name: str, uses: _Uses) -> FactKind | None:
    """The one kind that fits every condition; ``None`` where no value fits all of them."""
    kinds = set(uses.kinds.get(name, ()))
    if name in uses.words:
        kinds.add(FactKind.TEXT if name in uses.open else FactKind.CHOICE)
    if not kinds:
        return FactKind.TEXT
    return kinds.pop() if len(kinds) == 1 else None


def _in_words(asked: AskedFact, terms: FactTerms | None) -> AskedFact:
    terms = terms or FactTerms()
    return AskedFact(
        name=asked.name, kind=asked.kind, choices=asked.choices, title=terms.title,
        unit=terms.unit, help=terms.help, strength=terms.strength, is_date=asked.is_date,
        # An extension of a grace period is given, not claimed.
        asks_learner=terms.ask and asked.name != GRACE_EXTENDED_UNTIL,
    )  # fmt: skip


def _look_at_policy(policy: Policy, uses: _Uses) -> None:
    every_rule = (*policy.rules, *(rule for group in policy.add_on for rule in group))
    before = (policy.unless, policy.preconditions, policy.auto_approve_when)
    for condition in (*(rule.when for rule in every_rule), *before):
        if condition is not None:
            _look_at(condition, uses)
    benefits = [rule.benefit for rule in every_rule]
    for benefit in (*benefits, *([policy.otherwise] if policy.otherwise else [])):
        if benefit.by:
            # The keys of the table are not written in the policy.
            uses.weak.add(benefit.by)
            uses.open.add(benefit.by)


def _look_at(condition: Condition, uses: _Uses) -> None:
    for leaf in _leaves(condition):
        if isinstance(leaf, OneOf):
            _look_at_values(leaf, uses)
        elif isinstance(leaf, InGroup | InList):
            uses.dates.add(leaf.as_of)
            if isinstance(leaf, InGroup) and leaf.grace is not None:
                _look_at_grace(leaf.grace, uses)
        elif isinstance(leaf, Has):
            uses.weak.add(leaf.name)
        else:
            _look_at_name(leaf, uses)


def _look_at_name(leaf: Condition, uses: _Uses) -> None:
    """What wants a number, a flag or countries; what is no fact at all is passed by."""
    if isinstance(leaf, Compare):
        for name in leaf.names():
            uses.note(name, FactKind.NUMBER)
    elif isinstance(leaf, Flag):
        uses.note(leaf.name, FactKind.TRUTH)
    elif isinstance(leaf, Every):
        uses.note(leaf.name, FactKind.COUNTRIES)


def _leaves(condition: Condition) -> Iterator[Condition]:
    if isinstance(condition, AllOf | AnyOf):
        for part in condition.parts:
            yield from _leaves(part)
    elif isinstance(condition, Not):
        yield from _leaves(condition.part)
    else:
        yield condition
        if isinstance(condition, Every):
            yield from _leaves(condition.that)


def _look_at_values(leaf: OneOf, uses: _Uses) -> None:
    for value in leaf.values:
        if isinstance(value, bool):
            uses.note(leaf.name, FactKind.TRUTH)
        elif isinstance(value, int | Decimal):
            uses.note(leaf.name, FactKind.NUMBER)
        else:
            uses.words.setdefault(leaf.name, []).append(value)


def _look_at_grace(grace: Grace, uses: _Uses) -> None:
    if grace.starts != EXIT:
        uses.note(grace.starts, FactKind.DAY)
    if grace.on_request:
        uses.note(GRACE_REQUESTED, FactKind.TRUTH)
    if grace.extendable:
        uses.note(GRACE_EXTENDED_UNTIL, FactKind.DAY)


def read_facts(body: Mapped, place: Place) -> Mapping[str, FactTerms]:
    """What a document says of facts; ``check_facts`` says whether they are asked for."""
    if "facts" not in body:
        return {}
    where = place.at(body, "facts")
    said = body["facts"]
    if not isinstance(said, Mapped) or not said:
        where.fault("a mapping of facts to what is said of them is needed.")
        return {}
    return {name: _terms(said[name], where.at(said, name)) for name in said}


def _terms(value: Any, place: Place) -> FactTerms:
    body = reading.mapping(value, place, optional=("title", "unit", "help", "strength", "ask"))
    if value == {}:
        place.fault("title, unit, help, strength or ask is needed.")
    strength, ask = EvidenceKind.INSTITUTION, True
    if "strength" in body:
        known = {kind.value for kind in STRENGTHS}
        word = reading.word(body["strength"], place.at(body, "strength"), known)
        strength = EvidenceKind(word) if word else strength
    if "ask" in body:
        ask = reading.truth(body["ask"], place.at(body, "ask"))
    words = {key: _line(body, key, place) for key in ("title", "unit", "help")}
    return FactTerms(strength=strength, ask=ask, **words)


def _line(body: Mapped, key: str, place: Place) -> str:
    """One line that people read; "" without it."""
    if key not in body:
        return ""
    where = place.at(body, key)
    said = reading.text(body[key], where, longest=_LONGEST[key])
    if not is_readable(said):
        where.fault("this is one line of letters, digits and signs.")
        return ""
    return said.strip()


_LONGEST = {"title": 200, "unit": 40, "help": reading.MAX_TEXT}


def check_facts(policy: Policy, body: Mapped, place: Place) -> None:
    """Note a fault for what is said of a fact that nobody can be asked for."""
    where = place.at(body, "facts")
    known = known_names(policy)
    for name in policy.facts:
        if name in RESERVED and name not in known:
            where.at(body["facts"], name).fault("nobody can state this; the suite knows it.")
        elif name not in known:
            hint = reading.nearest(name, known) or "."
            where.at(body["facts"], name).fault(f"no condition asks for this fact{hint}")


def missing_of(names: Iterable[str], asked: Iterable[AskedFact]) -> tuple[AskedFact, ...]:
    """Of what is asked, that which a learner can state and which has one of these names."""
    wanted = set(names)
    return tuple(one for one in asked if one.name in wanted and one.asks_learner)
