"""A compiled policy, and what it answers for a case.

Rules are tried in the order of the document (``priority`` goes first where it is given). How more
than one match counts is ``stack``:

* first match (no ``stack``) and ``exclusive``: the first rule that matches, alone;
* ``best_of``: the rule that takes most off the price; the earlier one when two are equal;
* ``sequential``: the first match, then of each group of add-ons the first that matches, each on
  what is left to pay.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time
from decimal import Decimal
from fractions import Fraction
from typing import Any

from fairgate.money import Money
from fairgate.percent import Percent
from waiver_policy.data import EvidenceKind, Reduction
from waiver_policy.rules.conditions import (
    Answer,
    Case,
    Condition,
    Evidence,
    HasGrant,
)
from waiver_policy.rules.tables import table_reduction
from waiver_policy.rules.unknown import doubtful_facts, missing_facts

AUTO = "auto"
WAIVER, REFUND = "waiver", "refund"
ASK, HIDE_OPTION, REFUSE, DEFAULT = "ask", "hide_option", "refuse", "default"
HUNDRED = Decimal(100)
OF_A_COURSE_RUN = frozenset({"course_run", "event", "session", "regular_session"})
"""Periods of limits that last as long as a course run: an event is one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Benefit:
    """What a rule gives. ``percent`` and ``amount`` by kind; ``details`` as written, for people.

    ``table`` is the key of a list with values, asked by the country that counts or, with ``by``,
    by what a fact says.
    """

    kind: str
    percent: Percent | None = None
    amount: Money | None = None
    table: str = ""
    by: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_for_a_person(self) -> bool:
        """Whether only a person can say what it comes to: goods, a draw, a range, a ceiling."""
        if self.kind in ("in_kind", "discretionary", "fixed_unit"):
            return True
        return any(self.details.get(key) for key in ("ceiling", "range", "probability"))

    @property
    def proposes(self) -> Percent | None:
        """The percentage that a person may start from, if the document names one."""
        if self.kind == "percent_off":
            return self.percent
        usual = self.details.get("usual_percent")
        return Percent(usual) if usual is not None else None


@dataclass(frozen=True, slots=True)
class Lacks:
    """Why no reduction can be computed.

    ``what``: ``person`` (only a person can say), ``table`` (it has no value for ``key``), ``grant``
    (what the other grant takes off is not known).
    """

    what: str
    table: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """What a rule wants to see: how the country is known, and papers for a person to look at."""

    strength: EvidenceKind | None = None
    documents: tuple[str, ...] = ()


NO_NEEDS = Needs()


@dataclass(frozen=True, slots=True, kw_only=True)
class FactTerms:
    """What a policy says of a fact that it asks for: in its own words, and how it has to be known.

    ``strength``: at least so well, before anything is granted by it without a look. ``ask`` false:
    the learner is not asked, and only a reviewer records it.
    """

    title: str = ""
    unit: str = ""
    help: str = ""
    strength: EvidenceKind = EvidenceKind.INSTITUTION
    ask: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """When somebody gets what; ``route`` ``manual_review`` lets a person look first.

    ``counts_as`` is the word under which limits count it. ``tops_up``: the grant on whose
    remainder a ``cover_remainder`` works. ``can_hold_for_want``: it has a "not", so that it may
    hold because nobody has stated a fact.
    """

    label: str
    when: Condition
    benefit: Benefit
    route: str = ""
    priority: int = 0
    needs: Needs = NO_NEEDS
    counts_as: str = ""
    tops_up: HasGrant | None = None
    can_hold_for_want: bool = False
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Alternative:
    """So many grants of each word; ``constraint`` names what at least one of them has to be."""

    counts: Mapping[str, int]
    constraint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cap:
    """A limit on grants: ``limit`` of a ``unit``, or ``alternatives`` of which one may be used up.

    ``limit`` ``None`` without alternatives: the fund itself is the limit. ``year_starts`` is the
    first month and day of a ``financial_year``, ``term_starts`` those of each ``term``.
    ``words``: those of ``counts_as`` that the policy has; any other word counts every grant.
    ``per_course``: each course run is counted by itself.
    """

    scope: str
    period: str
    limit: int | Decimal | None = None
    unit: str = ""
    alternatives: tuple[Alternative, ...] = ()
    year_starts: tuple[int, int] = (1, 1)
    term_starts: tuple[tuple[int, int], ...] = ((1, 1),)
    words: frozenset[str] = frozenset()
    per_course: bool = False

    @property
    def asks_course_run(self) -> bool:
        """Whether grants of one course run are told from those of another."""
        return self.per_course or self.scope == "course_run" or self.period in OF_A_COURSE_RUN


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """One policy, ready to be asked.

    ``groups`` and ``named_lists`` are the keys of the lists that its conditions ask, ``tables``
    those of its benefits, ``refers_to`` the policies that it is compared with. What it says of its
    review and of nominations (``unit``, ``decide_within``, ``closes_on``) ``review_terms`` tells.
    """

    slug: str
    title: str
    country_basis: str
    rules: tuple[Rule, ...]
    kind: str = WAIVER
    date_basis: str = "application"
    add_on: tuple[tuple[Rule, ...], ...] = ()
    stack: str = "first"
    never_above: tuple[str, ...] = ()
    unless: Condition | None = None
    preconditions: Condition | None = None
    auto_approve_when: Condition | None = None
    otherwise: Benefit | None = None
    otherwise_route: str = ""
    defaults: Mapping[str, Any] = field(default_factory=dict)
    missing_country: str = ""
    missing_facts: str = ASK
    effective_from: datetime | date | None = None
    effective_until: datetime | date | None = None
    caps: tuple[Cap, ...] = ()
    valid_days: int | None = None
    ranking: tuple[str, ...] = ()
    document_days: int | None = None
    unit: str = ""
    decide_within: int | None = None
    closes_on: date | None = None
    groups: tuple[str, ...] = ()
    named_lists: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()
    refers_to: tuple[str, ...] = ()
    asks_country: bool = False
    facts: Mapping[str, FactTerms] = field(default_factory=dict)

    @property
    def list_keys(self) -> tuple[str, ...]:
        """The keys of every list and table that it may ask."""
        return (*self.groups, *self.named_lists, *self.tables)

    @property
    def needs_country(self) -> bool:
        """Whether the answer can depend on a country at all."""
        return self.country_basis != "none" and self.asks_country

    def has_begun(self, at: datetime) -> bool:
        """Whether a moment is not before the window in which the policy decides."""
        return self.effective_from is None or begins(self.effective_from) <= at

    def is_over(self, at: datetime) -> bool:
        """Whether the window in which the policy decides has ended at a moment."""
        return self.effective_until is not None and begins(self.effective_until) <= at


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a policy answers for a case, before funds, quotas and persons.

    ``label`` is the rule that matched, or ``None``. ``reduction`` is what it takes off the price,
    with its add-ons; ``None`` when ``lacks`` says what is missing for it. ``missing`` is what to do
    about a missing country (``ask``, ``hide_option``, ``refuse``); ``missing_facts`` are the facts
    that could still change the answer.
    """

    label: str | None = None
    benefit: Benefit | None = None
    reduction: Reduction | None = None
    lacks: Lacks | None = None
    route: str = AUTO
    evidence: tuple[Evidence, ...] = ()
    add_ons: tuple[str, ...] = ()
    needs: Needs = NO_NEEDS
    counts_as: str = ""
    missing: str | None = None
    missing_facts: tuple[str, ...] = ()
    excluded: bool = False
    not_in_force: bool = False

    @property
    def add_on(self) -> str | None:
        """The add-ons that count as well, in a word; ``None`` if there is none."""
        return ", ".join(self.add_ons) or None

    @property
    def price_of_100(self) -> Decimal | None:
        """What is left of a price of 100 in the currency of the policy; ``None``: nobody knows."""
        if self.benefit is None:
            return HUNDRED
        return left_of_100(self.reduction) if self.reduction is not None else None


def left_of_100(reduction: Reduction) -> Decimal:
    """What is left of a price of 100 in whichever currency."""
    left = HUNDRED
    for step in reduction.steps:
        if isinstance(step, Money):
            left = min(left, step.amount)
        else:
            left = left * (10_000 - step.basis_points) / 10_000
    return left


def evaluate(policy: Policy, case: Case) -> Verdict:
    """Ask a policy about a case.

    Raises:
        waiver_policy.exceptions.UnusableFact: a fact has a type that a rule cannot compare.
    """
    if not _in_force(policy, case):
        return Verdict(not_in_force=True)
    if policy.missing_country not in ("", DEFAULT) and not any(case.countries):
        return Verdict(missing=policy.missing_country)
    if policy.defaults:
        case = replace(case, facts={**policy.defaults, **case.facts})
    missing, excluded = _before_rules(policy, case)
    if excluded:
        return Verdict(excluded=True)
    picked = _pick(policy, case)
    if picked is None:
        return _no_rule(policy, case)
    rule, answer, (found, add_ons) = picked
    if policy.never_above:
        found, unknown = _with_guarantees(policy, found, case)
        missing += unknown
    if rule.can_hold_for_want:
        missing += doubtful_facts(rule.when, case)
    return Verdict(
        label=rule.label,
        benefit=rule.benefit,
        reduction=found if isinstance(found, Reduction) else None,
        lacks=found if isinstance(found, Lacks) else None,
        route=_route(policy, rule.route, case),
        evidence=answer.evidence,
        add_ons=add_ons,
        needs=rule.needs,
        counts_as=rule.counts_as or rule.label,
        missing_facts=tuple(sorted(set(missing))) if missing else (),
    )


def _no_rule(policy: Policy, case: Case) -> Verdict:
    otherwise = policy.otherwise
    found = _reduction(otherwise, case) if otherwise else Reduction()
    open_facts = (missing_facts(rule.when, case) for rule in policy.rules)
    return Verdict(
        benefit=otherwise,
        reduction=found if isinstance(found, Reduction) else None,
        lacks=found if isinstance(found, Lacks) else None,
        route=policy.otherwise_route or AUTO,
        missing_facts=tuple(sorted({name for names in open_facts for name in names})),
    )


def _in_force(policy: Policy, case: Case) -> bool:
    started = policy.effective_from is None or _has_come(policy.effective_from, case)
    return started and not (
        policy.effective_until is not None and _has_come(policy.effective_until, case)
    )


def begins(said: datetime | date) -> datetime:
    """When a moment, or a UTC day, begins."""
    return said if isinstance(said, datetime) else datetime.combine(said, time.min, UTC)


def _has_come(moment: datetime | date, case: Case) -> bool:
    """Whether a day or a moment is there; of a case without a moment its UTC day counts."""
    if not isinstance(moment, datetime):
        return moment <= case.as_of
    if case.at is None:
        return moment.date() <= case.as_of
    return moment <= case.at


def _before_rules(policy: Policy, case: Case) -> tuple[tuple[str, ...], bool]:
    """Exclusions beat every rule. A precondition fails only on facts that are there.

    An exclusion that compares what nobody has stated stays open, and its facts are asked for; a
    flag that nobody has set excludes nobody.
    """
    missing: set[str] = set()
    if policy.unless is not None:
        if policy.unless.ask(case).yes:
            return (), True
        missing |= set(missing_facts(policy.unless, case, flags=False))
    if policy.preconditions is not None and not policy.preconditions.ask(case).yes:
        lacking = missing_facts(policy.preconditions, case)
        if not lacking:
            return (), True
        missing |= set(lacking)
    return tuple(sorted(missing)), False


_Found = tuple[Reduction | Lacks, tuple[str, ...]]
"""What comes off the price, or why nobody can say, and the add-ons that count as well."""


def _pick(policy: Policy, case: Case) -> tuple[Rule, Answer, _Found] | None:
    """The rule that counts, and what it takes off."""
    if policy.stack != "best_of":
        first = _first(policy.rules, case)
        return (*first, _with_add_ons(policy, first[0], case)) if first else None
    best: tuple[Rule, Answer, _Found] | None = None
    size = Fraction(-1)
    for rule in policy.rules:
        answer = rule.when.ask(case)
        if answer.yes:
            found = _with_add_ons(policy, rule, case)
            this = _effect(found[0], case)
            if this > size:
                best, size = (rule, answer, found), this
    return best


def _first(rules: tuple[Rule, ...], case: Case) -> tuple[Rule, Answer] | None:
    for rule in rules:
        answer = rule.when.ask(case)
        if answer.yes:
            return rule, answer
    return None


def _with_add_ons(policy: Policy, rule: Rule, case: Case) -> _Found:
    found = _reduction(rule.benefit, case, tops_up=rule.tops_up)
    labels: tuple[str, ...] = ()
    for group in policy.add_on:
        extra = _first(group, case)
        if extra:
            labels += (extra[0].label,)
            more = _reduction(extra[0].benefit, case)
            if isinstance(found, Reduction):
                found = found.then(more) if isinstance(more, Reduction) else more
    return found, labels


def _reduction(benefit: Benefit, case: Case, tops_up: HasGrant | None = None) -> Reduction | Lacks:
    """What a benefit takes off, where that can be computed."""
    if benefit.is_for_a_person:
        return Lacks("person")
    if benefit.table:
        return _from_table(benefit, case)
    if benefit.amount is not None:
        return Reduction.down_to(benefit.amount)
    percent = benefit.percent or Percent(0)
    if benefit.kind == "percent_of_list":
        return Reduction.off(Percent.from_basis_points(10_000 - percent.basis_points))
    if benefit.kind == "cover_remainder":
        before = _of_other_grant(tops_up, case) if tops_up else None
        return before.then(Reduction.off(percent)) if before is not None else Lacks("grant")
    return Reduction.off(percent)


def _from_table(benefit: Benefit, case: Case) -> Reduction | Lacks:
    key = str(case.facts.get(benefit.by, "")) if benefit.by else "".join(case.countries[:1])
    found = table_reduction(
        case.rows(benefit.table).get(key, ()), on=case.day("list_version"),
        is_price=benefit.kind == "lookup_price", currency=benefit.details.get("currency", ""),
    )  # fmt: skip
    return found if found is not None else Lacks("table", benefit.table, key)


def _of_other_grant(held: HasGrant, case: Case) -> Reduction | None:
    """What the grant takes off that somebody holds under another policy."""
    other = case.policies.get(held.policy)
    if other is None:
        return None
    if held.label:
        rules = [rule for rule in other.rules if rule.label == held.label]
        found = _reduction(rules[0].benefit, _without(case, held.policy)) if rules else None
        return found if isinstance(found, Reduction) else None
    return evaluate(other, _without(case, held.policy)).reduction


def _with_guarantees(
    policy: Policy, found: Reduction | Lacks, case: Case
) -> tuple[Reduction | Lacks, tuple[str, ...]]:
    """The better of the policy's own price and what another policy would ask ("never above").

    With the facts that the other policy misses. What a person must say stays theirs.
    """
    unknown: tuple[str, ...] = ()
    for slug in policy.never_above:
        other = case.policies.get(slug)
        if other is None:
            return Lacks("grant"), unknown
        theirs = evaluate(other, _without(case, slug))
        unknown += theirs.missing_facts
        if isinstance(found, Lacks) or theirs.reduction is None or theirs.route != AUTO:
            continue
        if _effect(theirs.reduction, case) > _effect(found, case):
            found = theirs.reduction
    return found, unknown


def _without(case: Case, slug: str) -> Case:
    """The case for another policy, which is not asked about itself again."""
    return replace(case, policies={k: v for k, v in case.policies.items() if k != slug})


# What needs a person, or a price that is not known, ranks above nothing and below any percentage.
_UNCLEAR = Fraction(1, 10**6)


def _effect(found: Reduction | Lacks, case: Case) -> Fraction:
    """The share of the price that is taken off: by its real effect where a price is given."""
    if isinstance(found, Lacks):
        return _UNCLEAR
    if not found.currencies:
        return Fraction(1) - Fraction(left_of_100(found)) / 100
    if case.price is None or not case.price.minor or not found.applies_to(case.price):
        return _UNCLEAR
    return Fraction(found.of(case.price).minor, case.price.minor)


def _route(policy: Policy, said: str, case: Case) -> str:
    if said:
        return said
    asked = policy.auto_approve_when
    if asked is not None and asked.ask(case).yes:
        return AUTO
    return policy.otherwise_route or AUTO


def refund_percent(policy: Policy, case: Case) -> Percent:
    """What share of a payment comes back, by a policy of the kind ``refund``.

    Raises:
        ValueError: the policy decides about waivers.
        waiver_policy.exceptions.UnusableFact: a fact has a type that a rule cannot compare.
    """
    if policy.kind != REFUND:
        raise ValueError(f"The policy “{policy.slug}” decides about waivers, not about refunds.")
    benefit = evaluate(policy, case).benefit
    return benefit.percent if benefit is not None and benefit.percent else Percent(0)
