"""Test vectors: cases with the answer that a policy must give.

A file is a list of mappings: ``policy``, ``as_of``, ``expect`` and, as needed, ``country`` (a code,
a list of codes, or blank), ``facts`` and ``lists`` (members of lists kept by name). ``expect`` has
``label`` (the rule, or null for no benefit) and may have ``route``, ``missing``, ``add_on`` and
``price_of_100`` (what is left of a price of 100).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from fairgate.documents import Faults, Mapped, parse_yaml
from waiver_policy.exceptions import UnusableFact
from waiver_policy.rules import reading
from waiver_policy.rules.conditions import Case, Lists
from waiver_policy.rules.policies import Policy, Verdict, evaluate
from waiver_policy.rules.reading import Place

EXPECTED = ("label", "route", "missing", "add_on", "price_of_100")


@dataclass(frozen=True, slots=True, kw_only=True)
class Vector:
    """One case with its expected answer; ``line`` is where it stands in its file."""

    line: int
    policy: str
    case: Case
    expect: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """One vector whose answer is another one, as a sentence."""

    vector: Vector
    sentence: str


def read_vectors(text: str, *, file: str, policies: Mapping[str, Policy]) -> tuple[Vector, ...]:
    """The vectors of a file; all or nothing.

    Raises:
        fairgate.documents.DocumentErrors: every fault, with line and field; also a policy that
            the policies do not have.
    """
    document = parse_yaml(text, file=file)
    with Faults(file) as faults:
        top = Place(faults, "", 1)
        values = reading.items(document, top)
        return tuple(
            _vector(value, top.at(values, number), policies) for number, value in enumerate(values)
        )


def check(
    vectors: tuple[Vector, ...], *, policies: Mapping[str, Policy], lists: Lists
) -> tuple[Failure, ...]:
    """The vectors that fail, in order. ``lists`` are the UN lists that every case may ask."""
    failures = []
    for vector in vectors:
        case = vector.case
        asked = Case(
            countries=case.countries, as_of=case.as_of, facts=case.facts, named=case.named,
            lists=lists,
        )  # fmt: skip
        try:
            wrong = differences(evaluate(policies[vector.policy], asked), vector.expect)
        except UnusableFact as error:
            wrong = (str(error),)
        if wrong:
            failures.append(Failure(vector=vector, sentence=" ".join(wrong)))
    return tuple(failures)


def differences(verdict: Verdict, expect: Mapping[str, Any]) -> tuple[str, ...]:
    """One sentence per expectation that is not met."""
    return tuple(
        f"{name} is {_said(getattr(verdict, name))}, expected {_said(wanted)}."
        for name, wanted in expect.items()
        if getattr(verdict, name) != wanted
    )


def _said(value: Any) -> str:
    return "none" if value is None else str(value)


def _vector(value: Any, place: Place, policies: Mapping[str, Policy]) -> Vector:
    body = reading.mapping(
        value, place, required=("policy", "as_of", "expect"),
        optional=("country", "facts", "lists", "note"),
    )  # fmt: skip
    name = reading.text(body.get("policy"), place.at(body, "policy"))
    if name and name not in policies:
        place.at(body, "policy").fault(f"there is no policy “{reading.shown(name)}”.")
    as_of = reading.day(body.get("as_of"), place.at(body, "as_of"))
    case = Case(
        countries=_countries(body, place),
        as_of=as_of or date.min,
        facts=_facts(body, place),
        named=_named(body, place),
    )
    expect = _expect(body.get("expect"), place.at(body, "expect"), policies.get(name))
    return Vector(line=place.line, policy=name, case=case, expect=expect)


def _countries(body: Mapped, place: Place) -> tuple[str, ...]:
    value, where = body.get("country", ""), place.at(body, "country")
    codes = value if isinstance(value, list) else [value]
    for code in codes:
        if not isinstance(code, str) or (code and not (len(code) == 2 and code.isupper())):
            where.fault(f"“{reading.shown(code)}” is not a country code in quotes.")
    return tuple(code for code in codes if code and isinstance(code, str))


def _facts(body: Mapped, place: Place) -> Mapping[str, Any]:
    facts = body.get("facts", {})
    if isinstance(facts, Mapping):
        return dict(facts)
    place.at(body, "facts").fault("a mapping of names to values is needed.")
    return {}


def _named(body: Mapped, place: Place) -> Mapping[str, frozenset[str]]:
    value, where = body.get("lists", {}), place.at(body, "lists")
    if not isinstance(value, Mapping):
        where.fault("a mapping of lists to country codes is needed.")
        return {}
    return {
        name: frozenset(
            reading.text(code, where.at(value, name))
            for code in reading.items(codes, where.at(value, name), empty=True)
        )
        for name, codes in value.items()
    }


def _expect(value: Any, place: Place, policy: Policy | None) -> Mapping[str, Any]:
    body = reading.mapping(value, place, required=("label",), optional=EXPECTED[1:])
    expect: dict[str, Any] = dict(body)
    labels = {rule.label for rule in policy.rules} if policy else set()
    if policy and body.get("label") is not None and body["label"] not in labels:
        place.at(body, "label").fault(f"the policy has no rule “{reading.shown(body['label'])}”.")
    if "price_of_100" in body:
        try:
            expect["price_of_100"] = Decimal(body["price_of_100"])
        except (InvalidOperation, TypeError, ValueError):
            place.at(body, "price_of_100").fault('an amount like "52.50" is needed.')
    return expect
