"""A compiled policy, and what it answers for a case.

Rules are tried in the order of the document (``priority`` goes first where it is given). How more
than one match counts is ``stack``:

* first match (no ``stack``) and ``exclusive``: the first rule that matches, alone;
* ``best_of``: the rule that waives most; the earlier one when two are equal;
* ``sequential``: the first match, then the first matching ``add_on`` on what is left to pay.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from fairgate.money import Money
from fairgate.percent import Percent
from waiver_policy.rules.conditions import Answer, Case, Condition, Evidence

AUTO = "auto"
MANUAL_REVIEW = "manual_review"
HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True, kw_only=True)
class Benefit:
    """What a rule gives. ``percent`` and ``amount`` by kind; ``details`` as written, for people."""

    kind: str
    percent: Percent | None = None
    amount: Money | None = None
    details: Mapping[str, Any] = field(default_factory=dict)

    @property
    def waives(self) -> Percent | None:
        """The part of the list price that is waived, where that is known without a price."""
        if self.percent is None:
            return None
        if self.kind in ("percent_off", "refund_percent", "cover_remainder"):
            return self.percent
        if self.kind == "percent_of_list":
            return Percent.from_basis_points(10_000 - self.percent.basis_points)
        return None

    def price_after(self, price: Decimal) -> Decimal | None:
        """What is left to pay of a price; ``None`` when this benefit does not say."""
        if self.kind == "fixed_price" and self.amount is not None:
            return min(price, self.amount.amount)
        if self.waives is None:
            return None
        return price * (10_000 - self.waives.basis_points) / 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """When somebody gets what; ``route`` ``manual_review`` lets a person look first."""

    label: str
    when: Condition
    benefit: Benefit
    route: str = ""
    priority: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Cap:
    """A limit on grants. ``alternatives`` are the sets of which one may be used up."""

    scope: str
    period: str
    limit: int | Decimal | None = None
    unit: str = ""
    alternatives: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """One policy, ready to be asked."""

    slug: str
    title: str
    country_basis: str
    rules: tuple[Rule, ...]
    add_on: tuple[Rule, ...] = ()
    stack: str = "first"
    unless: Condition | None = None
    preconditions: Condition | None = None
    auto_approve_when: Condition | None = None
    otherwise: Benefit | None = None
    otherwise_route: str = ""
    defaults: Mapping[str, Any] = field(default_factory=dict)
    missing_country: str = ""
    effective_from: date | None = None
    effective_until: date | None = None
    caps: tuple[Cap, ...] = ()
    valid_days: int | None = None
    groups: tuple[str, ...] = ()
    named_lists: tuple[str, ...] = ()
    obstacles: tuple[str, ...] = ()

    @property
    def needs_country(self) -> bool:
        """Whether the answer depends on a country at all."""
        return self.country_basis != "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a policy answers for a case, before funds, quotas and persons.

    ``label`` is the rule that matched, or ``None``. ``missing`` is what to do about a missing
    country (``ask``, ``hide_option``, ``refuse``); ``missing_facts`` what a precondition waits for.
    """

    label: str | None = None
    benefit: Benefit | None = None
    route: str = AUTO
    evidence: tuple[Evidence, ...] = ()
    add_on: str | None = None
    price_of_100: Decimal | None = None
    missing: str | None = None
    missing_facts: tuple[str, ...] = ()
    excluded: bool = False
    not_in_force: bool = False


def evaluate(policy: Policy, case: Case) -> Verdict:
    """Ask a policy about a case.

    Raises:
        waiver_policy.exceptions.UnusableFact: a fact has a type that a rule cannot compare.
    """
    if not _in_force(policy, case.as_of):
        return _nothing(policy, not_in_force=True)
    if policy.missing_country and not any(case.countries):
        return _nothing(policy, missing=policy.missing_country)
    case = replace(case, facts={**policy.defaults, **case.facts})
    missing, excluded = _before_rules(policy, case)
    if excluded:
        return _nothing(policy, excluded=True)
    picked = _pick(policy, case)
    if picked is None:
        return _nothing(policy)
    rule, answer = picked
    extra = _first(policy.add_on, case)
    return Verdict(
        label=rule.label,
        benefit=rule.benefit,
        route=_route(policy, rule, case),
        evidence=answer.evidence,
        add_on=extra[0].label if extra else None,
        price_of_100=_price(rule.benefit, extra[0].benefit if extra else None),
        missing_facts=missing,
    )


def _nothing(policy: Policy, **why: Any) -> Verdict:
    price = policy.otherwise.price_after(HUNDRED) if policy.otherwise else HUNDRED
    return Verdict(benefit=policy.otherwise, price_of_100=price, **why)


def _in_force(policy: Policy, day: date) -> bool:
    started = policy.effective_from is None or policy.effective_from <= day
    return started and (policy.effective_until is None or day < policy.effective_until)


def _before_rules(policy: Policy, case: Case) -> tuple[tuple[str, ...], bool]:
    """Exclusions beat every rule. A precondition fails only on facts that are there."""
    if policy.unless is not None and policy.unless.ask(case).yes:
        return (), True
    if policy.preconditions is None or policy.preconditions.ask(case).yes:
        return (), False
    missing = tuple(sorted(policy.preconditions.names() - case.facts.keys()))
    return missing, not missing


def _pick(policy: Policy, case: Case) -> tuple[Rule, Answer] | None:
    if policy.stack != "best_of":
        return _first(policy.rules, case)
    matches = [(rule, rule.when.ask(case)) for rule in policy.rules]
    matches = [pair for pair in matches if pair[1].yes]
    return max(matches, key=lambda pair: _size(pair[0].benefit), default=None)


def _first(rules: tuple[Rule, ...], case: Case) -> tuple[Rule, Answer] | None:
    for rule in rules:
        answer = rule.when.ask(case)
        if answer.yes:
            return rule, answer
    return None


def _size(benefit: Benefit) -> int:
    return benefit.waives.basis_points if benefit.waives else -1


def _route(policy: Policy, rule: Rule, case: Case) -> str:
    if rule.route:
        return rule.route
    asked = policy.auto_approve_when
    if asked is not None and asked.ask(case).yes:
        return AUTO
    return policy.otherwise_route or AUTO


def _price(benefit: Benefit, extra: Benefit | None) -> Decimal | None:
    price = benefit.price_after(HUNDRED)
    if extra is None or price is None:
        return price
    return extra.price_after(price)
