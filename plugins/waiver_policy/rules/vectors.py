"""Test vectors: cases with the answer that a policy must give.

A file is a list of mappings: ``policy``, ``as_of`` (a day, or a moment with its zone), ``expect``
and, as needed, ``country`` (a code, a list of codes, or blank), ``facts``, ``dates`` (of the
application, acceptance, …), ``lists`` (lists kept by name: codes, or codes with the value of a
table), ``price`` (``USD 100.00``) and ``person`` (``evidence``, ``country_changed_on``,
``payer_class``, and ``known``: how facts and dates are known, such as ``{age: declared}``).

``expect`` has ``label`` (the rule, or null for no benefit) and may have what the policy answers
(``route``, ``missing``, ``missing_facts``, ``add_on``, ``price_of_100``, ``refund``) and what is
decided (``outcome``, ``reasons``: all of these codes are given; ``waived`` and ``to_pay`` of the
price).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any

from fairgate.documents import Faults, Mapped, parse_yaml
from fairgate.money import Money, MoneyError
from waiver_policy.data import (
    Applicant,
    CountryEvidence,
    Decision,
    EvidenceKind,
    HowKnown,
    Membership,
    Outcome,
    ReasonCode,
)
from waiver_policy.exceptions import UnusableFact
from waiver_policy.rules import deciding, reading
from waiver_policy.rules.asking import STRENGTHS
from waiver_policy.rules.conditions import Case, Lists
from waiver_policy.rules.countries import PROFILE_BASES
from waiver_policy.rules.operators import AS_OF, CLOSED
from waiver_policy.rules.policies import REFUND, Policy, Verdict, evaluate, refund_percent
from waiver_policy.rules.reading import Place

ANSWERED = ("label", "route", "missing", "missing_facts", "add_on", "price_of_100", "refund")
DECIDED = ("outcome", "reasons", "waived", "to_pay")
EXPECTED = (*ANSWERED, *DECIDED)
PAYERS = CLOSED["payer_class"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Vector:
    """One case with its expected answer; ``line`` is where it stands in its file.

    ``at`` is the moment of the decision: noon of a day.
    """

    line: int
    policy: str
    case: Case
    expect: Mapping[str, Any]
    at: datetime
    evidence: tuple[CountryEvidence, ...] = ()
    payer_class: str = "individual"
    changed_on: date | None = None
    known: Mapping[str, HowKnown] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """One vector whose answer is another one, as a sentence."""

    vector: Vector
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What every vector is asked against: policies, the UN lists, the known country codes."""

    policies: Mapping[str, Policy]
    lists: Lists
    countries: frozenset[str] = field(default_factory=frozenset)


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


def check(vectors: tuple[Vector, ...], world: World) -> tuple[Failure, ...]:
    """The vectors that fail, in order."""
    failures = []
    for vector in vectors:
        try:
            wrong = _differences(vector, world)
        except UnusableFact as error:
            wrong = (str(error),)
        if wrong:
            failures.append(Failure(vector=vector, sentence=" ".join(wrong)))
    return tuple(failures)


def _differences(vector: Vector, world: World) -> tuple[str, ...]:
    """One sentence per expectation that is not met."""
    policy, expect = world.policies[vector.policy], vector.expect
    given: dict[str, Any] = {}
    if any(name in expect for name in DECIDED):
        decision = deciding.decide(_question(vector, policy, world))
        given |= _decided(decision, vector.case.price)
    if set(expect) - set(DECIDED) - {"label"} or not given:
        case = replace(
            vector.case,
            facts={"payer_class": vector.payer_class, **vector.case.facts},
            lists={**world.lists, **vector.case.lists},
            policies=world.policies,
        )
        given |= _answered(evaluate(policy, case))
        if policy.kind == REFUND:
            given["refund"] = str(refund_percent(policy, case))[:-2]
    return tuple(
        f"{name} is {_said(given.get(name))}, expected {_said(wanted)}."
        for name, wanted in expect.items()
        if not _is_as_wanted(name, given.get(name), wanted)
    )


def _is_as_wanted(name: str, given: Any, wanted: Any) -> bool:
    if name == "reasons":
        return set(wanted) <= set(given)
    return bool(given == wanted)


def _answered(verdict: Verdict) -> Mapping[str, Any]:
    answer: dict[str, Any] = {name: getattr(verdict, name, None) for name in ANSWERED}
    return {**answer, "missing_facts": list(verdict.missing_facts)}


def _decided(decision: Decision, price: Money | None) -> Mapping[str, Any]:
    waived = decision.reduction.of(price) if price is not None else None
    return {
        "label": decision.rule,
        "outcome": decision.outcome.value,
        "reasons": [reason.code for reason in decision.reasons],
        "waived": waived,
        "to_pay": price - waived if price is not None and waived is not None else None,
    }


def _question(vector: Vector, policy: Policy, world: World) -> deciding.Question:
    lists = {**world.lists, **vector.case.lists}
    asked = {*policy.groups, *policy.named_lists, *policy.tables}
    known = {key for key in asked if key in lists or key.partition("@")[0] in lists}
    return deciding.Question(
        applicant=_applicant(vector, policy),
        offering_code="offering",
        at=vector.at,
        known_at=vector.at,
        countries=world.countries,
        policy=policy,
        policy_version=1,
        lists=lists,
        editions={key: f"{key}-1" for key in known},
        price=vector.case.price,
        policies=world.policies,
    )


def _applicant(vector: Vector, policy: Policy) -> Applicant:
    """The person: the country stands in the profile, or is what they declare for the basis."""
    case, by_profile = vector.case, policy.country_basis in PROFILE_BASES
    stated = () if by_profile else case.countries
    declared = (
        CountryEvidence(
            country=country, basis=policy.country_basis, kind=EvidenceKind.DECLARED,
            observed_at=vector.at,
        )
        for country in stated
    )  # fmt: skip
    return Applicant(
        user_id=1,
        country="".join(case.countries[:1]) if by_profile else "",
        payer_class=vector.payer_class,
        evidence=(*vector.evidence, *declared),
        facts=case.facts,
        dates=case.dates,
        country_changed_on=vector.changed_on,
        known=vector.known,
    )


def _said(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(value) or "none"
    return "none" if value is None else str(value)


def _vector(value: Any, place: Place, policies: Mapping[str, Policy]) -> Vector:
    body = reading.mapping(
        value, place, required=("policy", "as_of", "expect"),
        optional=("country", "facts", "dates", "lists", "price", "person", "note"),
    )  # fmt: skip
    name = reading.text(body.get("policy"), place.at(body, "policy"))
    if name and name not in policies:
        hint = reading.nearest(name, policies) or "."
        place.at(body, "policy").fault(f"there is no policy “{reading.shown(name)}”{hint}")
    at = _moment(body, place)
    price = _money(body, "price", place)
    person = _person(body, place, at)
    expect = _expect(body.get("expect"), place.at(body, "expect"), policies.get(name), price)
    return Vector(
        line=place.line,
        policy=name,
        case=Case(
            countries=_countries(body, place),
            as_of=at.date(),
            at=at if "T" in str(body.get("as_of")) else None,
            facts=_facts(body, place),
            dates=_dates(body, place),
            lists=_lists(body, place),
            price=price,
        ),
        expect=expect,
        at=at,
        **person,
    )


def _moment(body: Mapped, place: Place) -> datetime:
    found = reading.moment(body.get("as_of"), place.at(body, "as_of"))
    if isinstance(found, datetime):
        return found
    return datetime.combine(found or date.min, time(12), UTC)


def _countries(body: Mapped, place: Place) -> tuple[str, ...]:
    value, where = body.get("country", ""), place.at(body, "country")
    codes = value if isinstance(value, list) else [value]
    for code in codes:
        if not isinstance(code, str) or (code and not _is_code(code)):
            where.fault(f"“{reading.shown(code)}” is not a country code in quotes.")
    return tuple(code for code in codes if code and isinstance(code, str))


def _is_code(code: str) -> bool:
    return len(code) == 2 and code.isascii() and code.isalpha() and code.isupper()


def _facts(body: Mapped, place: Place) -> Mapping[str, Any]:
    facts = body.get("facts", {})
    if isinstance(facts, Mapping):
        return dict(facts)
    place.at(body, "facts").fault("a mapping of names to values is needed.")
    return {}


def _dates(body: Mapped, place: Place) -> Mapping[str, date]:
    where = place.at(body, "dates")
    dates = reading.mapping(body.get("dates", Mapped(0)), where, optional=AS_OF)
    read = {name: reading.day(day, where.at(dates, name)) for name, day in dates.items()}
    return {name: day for name, day in read.items() if day is not None}


def _lists(body: Mapped, place: Place) -> Mapping[str, Mapping[str, tuple[Membership, ...]]]:
    value, where = body.get("lists", {}), place.at(body, "lists")
    if not isinstance(value, Mapping):
        where.fault("a mapping of lists to country codes is needed.")
        return {}
    return {name: _members(name, said, where.at(value, name)) for name, said in value.items()}


def _members(name: str, said: Any, place: Place) -> Mapping[str, tuple[Membership, ...]]:
    """A list of codes, or a table of codes with values; they hold on every day."""
    if isinstance(said, Mapping):
        return {code: (listed(name, code, value=str(value)),) for code, value in said.items()}
    codes = [reading.text(code, place) for code in reading.items(said, place, empty=True)]
    return {code: (listed(name, code),) for code in codes}


def listed(name: str, country: str, *, value: str = "") -> Membership:
    """A row that holds on every day."""
    return Membership(
        list_code=name, country=country, kind="", from_date=date.min,
        from_precision="not_later_than", until_date=None, until_precision="", status="current",
        alt_until_date=None, source="", provenance="", note="", edition=f"{name}-1", value=value,
    )  # fmt: skip


def _person(body: Mapped, place: Place, at: datetime) -> dict[str, Any]:
    where = place.at(body, "person")
    said = reading.mapping(
        body.get("person", Mapped(0)), where,
        optional=("evidence", "country_changed_on", "payer_class", "known"),
    )  # fmt: skip
    found: dict[str, Any] = {}
    if "payer_class" in said:
        payer = said["payer_class"]
        found["payer_class"] = reading.word(payer, where.at(said, "payer_class"), PAYERS)
    if "country_changed_on" in said:
        changed = reading.day(said["country_changed_on"], where.at(said, "country_changed_on"))
        found["changed_on"] = changed
    if "evidence" in said:
        inside = where.at(said, "evidence")
        each = enumerate(reading.items(said["evidence"], inside))
        found["evidence"] = tuple(
            _evidence(one, inside.at(said["evidence"], n), at) for n, one in each
        )
    if "known" in said:
        found["known"] = _known(said["known"], where.at(said, "known"))
    return found


def _known(value: Any, place: Place) -> Mapping[str, HowKnown]:
    """How facts are known that come from what is kept; of the others the caller is sure."""
    if not isinstance(value, Mapped):
        place.fault("a mapping of facts to how they are known is needed.")
        return {}
    kinds = {kind.value for kind in STRENGTHS}
    read = {name: reading.word(value[name], place.at(value, name), kinds) for name in value}
    return {name: HowKnown(kind=EvidenceKind(kind)) for name, kind in read.items() if kind}


def _evidence(value: Any, place: Place, at: datetime) -> CountryEvidence:
    body = reading.mapping(
        value, place, required=("country", "basis", "kind"), optional=("observed_at",)
    )
    kind = reading.word(body.get("kind"), place.at(body, "kind"), {k.value for k in EvidenceKind})
    observed = reading.moment(body["observed_at"], place) if "observed_at" in body else at
    return CountryEvidence(
        country=reading.text(body.get("country"), place.at(body, "country")),
        basis=reading.text(body.get("basis"), place.at(body, "basis")),
        kind=EvidenceKind(kind or "declared"),
        observed_at=observed if isinstance(observed, datetime) else at,
    )


def _expect(
    value: Any, place: Place, policy: Policy | None, price: Money | None
) -> Mapping[str, Any]:
    body = reading.mapping(value, place, required=("label",), optional=EXPECTED[1:])
    expect: dict[str, Any] = dict(body)
    labels = {rule.label for rule in policy.rules} if policy else set()
    if policy and body.get("label") is not None and body["label"] not in labels:
        hint = reading.nearest(body["label"], labels) or "."
        where = place.at(body, "label")
        where.fault(f"the policy has no rule “{reading.shown(body['label'])}”{hint}")
    if "price_of_100" in body:
        expect["price_of_100"] = _decimal(body["price_of_100"], place.at(body, "price_of_100"))
    _check_words(body, place)
    for name in ("waived", "to_pay"):
        if name in body:
            expect[name] = _money(body, name, place)
            if price is None:
                place.at(body, name).fault("this takes a “price”.")
    return expect


def _check_words(body: Mapped, place: Place) -> None:
    if "outcome" in body:
        reading.word(body["outcome"], place.at(body, "outcome"), {one.value for one in Outcome})
    for code in body.get("reasons") or ():
        reading.word(code, place.at(body, "reasons"), {one.value for one in ReasonCode})


def _decimal(value: Any, place: Place) -> Decimal | None:
    if value is None:
        return None
    try:
        return Decimal(value)
    except (InvalidOperation, TypeError, ValueError):
        place.fault('an amount like "52.50" is needed.')
        return None


def _money(body: Mapped, key: str, place: Place) -> Money | None:
    """An amount after its currency: ``USD 100.00``."""
    if key not in body:
        return None
    said = body[key]
    currency, _, amount = said.partition(" ") if isinstance(said, str) else ("", "", "")
    try:
        return Money(amount, currency)
    except MoneyError:
        place.at(body, key).fault(f"“{reading.shown(said)}” is not an amount like USD 100.00.")
        return None
