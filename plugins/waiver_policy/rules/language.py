"""The document language ``waiver-policy/0.2``: YAML in, compiled policies out.

Everything is checked here, when a document is loaded: an unknown operator, group, benefit or word
is a fault with file, line and field, so that deciding never meets what it does not know. Keys that
describe (title, sources, workflow, …) are kept with the text and change no decision. A rule that
can never match is a fault too (``dead_rules``). ``docs/references/waiver-policies.md`` is the
reference for people, ``data/waiver-policy-0.2.schema.json`` the one for editors.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from fairgate.documents import DocumentError, Faults, Mapped, parse_yaml
from waiver_policy.data import EvidenceKind
from waiver_policy.rules import reading
from waiver_policy.rules.asking import check_facts, read_facts
from waiver_policy.rules.benefits import compile_benefit
from waiver_policy.rules.canonical import canonical_text
from waiver_policy.rules.conditions import (
    AllOf,
    AnyOf,
    Condition,
    HasGrant,
)
from waiver_policy.rules.dead_rules import find_dead
from waiver_policy.rules.limits import categories_cap, compile_cap
from waiver_policy.rules.operators import Collected, Context, compile_condition
from waiver_policy.rules.policies import (
    ASK,
    DEFAULT,
    HIDE_OPTION,
    REFUND,
    REFUSE,
    WAIVER,
    Benefit,
    Cap,
    Needs,
    Policy,
    Rule,
    begins,
)
from waiver_policy.rules.reading import Place
from waiver_policy.rules.review_terms import read_ranking, read_terms
from waiver_policy.rules.unknown import has_not

SCHEMA = "waiver-policy/0.2"

BASES = frozenset({
    "affiliation", "billing_address", "corresponding_author", "funder", "hq", "income_country",
    "location", "nationality", "nominating_state", "none", "origin", "profile", "residence",
    "residence_of_corresponding_author", "residence_verified_else_profile",
})  # fmt: skip
DATE_BASES = frozenset({"application", "acceptance", "enrolment", "invoice", "list_version"})
EVIDENCE = frozenset({"official", "code", "secondary", "partial", "proposal"})
ROUTES = frozenset({"auto", "manual_review", "pending_manual_approval"})
STACKS = frozenset({"best_of", "exclusive", "first", "sequential"})
PROFILE_BASES = frozenset({"profile", "residence", "residence_verified_else_profile"})
"""Bases for which the country of the profile counts where nothing better is known."""

DECIDING = frozenset({
    "id", "title", "kind", "country_basis", "rules", "add_on", "stack", "unless", "preconditions",
    "auto_approve_when", "otherwise", "otherwise_route", "defaults", "missing", "effective",
    "caps", "validity", "group_date_basis", "evidence", "evidence_required", "guarantees",
    "documents", "sla", "deadline", "ranking", "unit", "facts",
})  # fmt: skip
DESCRIBING = frozenset({
    "access_after", "application", "examples", "exit", "list", "metric", "note", "obligations",
    "payer", "payment", "privacy", "reapply", "refund", "scope", "sources", "tenancy", "workflow",
})  # fmt: skip
# Documents by route instead of by rule, in ``evidence_required``.
BY_ROUTE = {"manual": ("manual_review", "pending_manual_approval")}
# Reading YAML takes a second for each 300 kilobytes; a thousand rules take half of that.
MAX_CHARACTERS = 500_000
# A label is kept with every decision, a policy's id too: this is the width of their columns.
MAX_NAME = 100
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One policy with its own text: the same in whichever file it stands, and its SHA-256."""

    policy: Policy
    text: str
    sha256: str


def read_policies(text: str, *, file: str) -> tuple[Policy, ...]:
    """Compile every policy of a document; all or nothing.

    Raises:
        fairgate.documents.DocumentError: the file is not strict YAML, or too long.
        fairgate.documents.DocumentErrors: every other fault, with line and field; also a rule that
            can never match.
    """
    return tuple(document.policy for document in read_documents(text, file=file))


def read_documents(text: str, *, file: str) -> tuple[Document, ...]:
    """As ``read_policies``, each policy with its own text."""
    return _read(text, file=file, find_dead_rules=True)


def read_kept(text: str, *, file: str) -> Policy:
    """Compile the one policy of a text that was read before and kept."""
    (document,) = _read(text, file=file, find_dead_rules=False)
    return document.policy


def _read(text: str, *, file: str, find_dead_rules: bool) -> tuple[Document, ...]:
    if len(text) > MAX_CHARACTERS:
        raise DocumentError(f"has more than {MAX_CHARACTERS:,} characters.", file=file)
    document = parse_yaml(text, file=file)
    with Faults(file) as faults:
        top = Place(faults, "", 1)
        whole = reading.mapping(document, top, required=("schema", "policies"))
        if "schema" in whole:
            reading.word(whole["schema"], top.at(whole, "schema"), {SCHEMA})
        found = tuple(_policies(whole, top))
        _check_together(whole, found, faults)
        if find_dead_rules and not faults:
            for place, policy in zip(_places(whole, top), found, strict=True):
                find_dead(policy, place[0], place[1])
    return tuple(
        _document(policy, body) for policy, body in zip(found, whole["policies"], strict=True)
    )


def _document(policy: Policy, body: Any) -> Document:
    text = canonical_text(body, schema=SCHEMA)
    return Document(policy=policy, text=text, sha256=hashlib.sha256(text.encode()).hexdigest())


def _places(whole: Mapped, top: Place) -> Iterator[tuple[Any, Place]]:
    """Each policy as it stands in the document, with its place there."""
    place = top.at(whole, "policies")
    if "policies" not in whole:
        return
    for number, value in enumerate(reading.items(whole["policies"], place)):
        named = value.get("id") if isinstance(value, Mapped) else None
        where = place.at(whole["policies"], number)
        path = named if isinstance(named, str) else f"policies[{number}]"
        yield value, Place(where.faults, path, where.line)


def _policies(whole: Mapped, top: Place) -> Iterator[Policy]:
    return (_policy(value, place) for value, place in _places(whole, top))


def _check_together(whole: Mapped, found: tuple[Policy, ...], faults: Faults) -> None:
    """Names that stand there twice, and guarantees that would go round in a circle."""
    slugs = [policy.slug for policy in found]
    below = {policy.slug: policy.never_above for policy in found}
    for number, slug in enumerate(slugs):
        line = whole["policies"][number].line if slug else 0
        if slug and slug in slugs[:number]:
            faults.add("a policy of this name stands there already.", line=line, field=slug)
        elif slug and slug in _all_below(slug, below):
            faults.add("its guarantee leads back to itself.", line=line, field=slug)


def _all_below(slug: str, below: Mapping[str, tuple[str, ...]]) -> set[str]:
    seen: set[str] = set()
    waiting = list(below[slug])
    while waiting:
        one = waiting.pop()
        if one not in seen:
            seen.add(one)
            waiting += below.get(one, ())
    return seen


@dataclass(frozen=True, slots=True)
class _Reader:
    """What the parts of one policy share while they are read."""

    body: Mapped
    place: Place
    context: Context
    kind: str
    documents: Mapping[str, tuple[str, ...]]

    def condition(self, name: str) -> Condition | None:
        if name not in self.body:
            return None
        return compile_condition(self.body[name], self.place.at(self.body, name), self.context)

    def benefit(self, value: Any, place: Place) -> Benefit:
        return compile_benefit(value, place, of=self.kind, version=self.context.version)


def _policy(value: Any, place: Place) -> Policy:
    body = reading.mapping(
        value, place, required=("id", "title", "country_basis", "rules"),
        optional=DECIDING | DESCRIBING,
    )  # fmt: skip
    basis, version = _date_basis(body, place)
    seen = Collected()
    kind = _word(body, "kind", place, frozenset({WAIVER, REFUND})) or WAIVER
    documents = _evidence_required(body, place)
    reader = _Reader(body, place, Context(basis, version, seen), kind, documents)
    country_basis = _word(body, "country_basis", place, BASES)
    rules = _rules(reader, country_basis)
    otherwise = _read_with(body, "otherwise", place, reader.benefit, None)
    add_on, never_above = _add_on(reader, country_basis), _guarantees(body, place)
    unless, preconditions = reader.condition("unless"), reader.condition("preconditions")
    auto_approve_when = reader.condition("auto_approve_when")
    every_rule = (*rules, *(rule for group in add_on for rule in group))
    benefits = [rule.benefit for rule in every_rule] + ([otherwise] if otherwise else [])
    terms, missing = read_terms(body, place), _missing(body, place)
    caps = _caps(body, place, rules, unit=terms["unit"])
    # A policy that says what to do without a country wants one, whatever its rules compare.
    wants_country = bool(missing.get("missing_country"))
    policy = Policy(
        slug=_slug(body, place),
        title=_read_with(body, "title", place, reading.text, ""),
        country_basis=country_basis,
        kind=kind,
        date_basis=basis,
        rules=rules,
        add_on=add_on,
        stack=_stack(body, place),
        never_above=never_above,
        otherwise=otherwise,
        otherwise_route=_word(body, "otherwise_route", place, ROUTES),
        defaults=_defaults(body, place),
        **missing,
        caps=caps,
        **terms,
        ranking=read_ranking(
            body, place, labels=[rule.label for rule in rules], lists={*seen.groups, *seen.named}
        ),
        **_effective(body, place),
        unless=unless,
        preconditions=preconditions,
        auto_approve_when=auto_approve_when,
        groups=tuple(sorted(seen.groups)),
        named_lists=tuple(sorted(seen.named)),
        tables=tuple(sorted({benefit.table for benefit in benefits if benefit.table})),
        refers_to=tuple(sorted({*seen.policies, *never_above})),
        asks_country=wants_country or _asks_country(seen, benefits, every_rule, caps),
        facts=read_facts(body, place),
    )
    if policy.facts:
        check_facts(policy, body, place)
    if policy.slug and policy.slug in policy.refers_to:
        place.fault("a policy does not refer to itself.")
    _check_evidence_required(reader, rules)
    _word(body, "evidence", place, EVIDENCE)
    return policy


def _asks_country(
    seen: Collected, benefits: list[Benefit], rules: tuple[Rule, ...], caps: tuple[Cap, ...]
) -> bool:
    """Whether an answer, a price, a need or a limit depends on the country of the basis."""
    by_table = any(benefit.table and not benefit.by for benefit in benefits)
    by_need = any(rule.needs.strength for rule in rules)
    return seen.country or by_table or by_need or any(cap.scope == "country" for cap in caps)


def _slug(body: Mapped, place: Place) -> str:
    slug = _read_with(body, "id", place, reading.text, "")
    if slug and not (_SLUG.fullmatch(slug) and len(slug) <= MAX_NAME):
        place.at(body, "id").fault(f"“{reading.shown(slug)}” is not a name in small letters, "
                                   "digits and hyphens.")  # fmt: skip
    return str(slug)


def _read_with(body: Mapped, key: str, place: Place, reader: reading.Reader, default: Any) -> Any:
    return reader(body[key], place.at(body, key)) if key in body else default


def _word(body: Mapped, key: str, place: Place, known: frozenset[str]) -> str:
    return reading.word(body[key], place.at(body, key), known) if key in body else ""


def _rules(reader: _Reader, country_basis: str) -> tuple[Rule, ...]:
    body, place = reader.body, reader.place
    if "rules" not in body:
        return ()
    where = place.at(body, "rules")
    values = reading.items(body["rules"], where)
    rules = [_rule(reader, value, where.at(values, n), country_basis)
             for n, value in enumerate(values)]  # fmt: skip
    _check_labels(rules, values, where)
    return tuple(sorted(rules, key=lambda rule: rule.priority))


def _check_labels(rules: list[Rule], values: list[Any], where: Place) -> None:
    labels = [rule.label for rule in rules]
    for number, label in enumerate(labels):
        if label and label in labels[:number]:
            where.at(values, number).fault(f"the label “{label}” stands there twice.")


def _add_on(reader: _Reader, country_basis: str) -> tuple[tuple[Rule, ...], ...]:
    """Groups of add-ons; a plain list is one group, of which the first that matches counts."""
    body, place = reader.body, reader.place
    if "add_on" not in body:
        return ()
    where = place.at(body, "add_on")
    values = reading.items(body["add_on"], where)
    nested = [isinstance(value, list) for value in values]
    if any(nested) and not all(nested):
        where.fault("rules, or lists of rules, are needed; not both.")
        return ()
    groups = values if any(nested) else [values] if values else []
    every: list[Rule] = []
    found = []
    for number, group in enumerate(groups):
        inside = where.at(values, number) if any(nested) else where
        rules = [_rule(reader, value, inside.at(group, n), country_basis)
                 for n, value in enumerate(reading.items(group, inside))]  # fmt: skip
        every += rules
        found.append(tuple(rules))
    _check_labels(every, [rule for group in groups for rule in group], where)
    return tuple(found)


def _rule(reader: _Reader, value: Any, place: Place, country_basis: str) -> Rule:
    body = reading.mapping(
        value, place, required=("label", "when", "benefit"),
        optional=("route", "priority", "needs", "counts_as"),
    )  # fmt: skip
    when = compile_condition(body.get("when"), place.at(body, "when"), reader.context)
    benefit = reader.benefit(body.get("benefit"), place.at(body, "benefit"))
    label = _read_with(body, "label", place, _label, "")
    route = _word(body, "route", place, ROUTES)
    tops_up = _grant_in(when)
    if benefit.kind == "cover_remainder" and tops_up is None:
        place.at(body, "benefit").fault(
            "cover_remainder needs has_grant in “when”: it says of what something remains."
        )
    return Rule(
        label=label,
        when=when,
        benefit=benefit,
        route=route,
        priority=_read_with(body, "priority", place, reading.whole, 0),
        needs=_needs(reader, body, place, country_basis),
        counts_as=_read_with(body, "counts_as", place, _label, ""),
        tops_up=tops_up if benefit.kind == "cover_remainder" else None,
        can_hold_for_want=has_not(when),
        line=place.line,
    )


def _grant_in(condition: Condition) -> HasGrant | None:
    """The grant that has to be held for a condition to be true; ``None`` if none has."""
    if isinstance(condition, HasGrant):
        return condition
    if isinstance(condition, AllOf) or (isinstance(condition, AnyOf) and len(condition.parts) == 1):
        return next((held for part in condition.parts if (held := _grant_in(part))), None)
    return None


def _label(value: Any, place: Place) -> str:
    return reading.text(value, place, longest=MAX_NAME)


STRENGTHS = frozenset(kind.value for kind in EvidenceKind if kind is not EvidenceKind.IP)


def _needs(reader: _Reader, body: Mapped, place: Place, country_basis: str) -> Needs:
    """What a rule wants to see; documents of ``evidence_required`` are added by rule and route."""
    label, route = str(body.get("label")), str(body.get("route", ""))
    documents = [*reader.documents.get("", ()), *reader.documents.get(label, ())]
    for word, routes in BY_ROUTE.items():
        documents += reader.documents.get(word, ()) if route in routes else ()
    if "needs" not in body:
        return Needs(documents=tuple(dict.fromkeys(documents)))
    where = place.at(body, "needs")
    needs = reading.mapping(body["needs"], where, optional=("strength", "documents"))
    if not needs:
        where.fault("strength or documents are needed.")
    documents += _texts(needs, "documents", where) if "documents" in needs else []
    return Needs(
        strength=_strength(needs, where, country_basis),
        documents=tuple(dict.fromkeys(documents)),
    )


def _strength(needs: Mapped, place: Place, country_basis: str) -> EvidenceKind | None:
    if "strength" not in needs:
        return None
    where = place.at(needs, "strength")
    said = reading.word(needs["strength"], where, STRENGTHS)
    if not said:
        return None
    if country_basis == "none":
        where.fault("the policy asks for no country, so nothing can be this strong.")
    if country_basis == "profile" and said != EvidenceKind.DECLARED:
        where.fault(
            "a profile is only declared, so this can never match; the basis "
            "residence_verified_else_profile takes stronger evidence."
        )
    return EvidenceKind(said)


def _texts(holder: Mapped, key: str, place: Place) -> list[str]:
    where = place.at(holder, key)
    return [reading.text(item, where) for item in reading.items(holder[key], where)]


def _evidence_required(body: Mapped, place: Place) -> Mapping[str, tuple[str, ...]]:
    """Documents to bring: for every rule (under ""), or by rule or route."""
    said = body.get("evidence_required")
    if said is None:
        return {}
    if not isinstance(said, Mapped):
        return {"": tuple(_texts(body, "evidence_required", place))}
    where = place.at(body, "evidence_required")
    return {name: tuple(_texts(said, name, where)) for name in said}


def _check_evidence_required(reader: _Reader, rules: tuple[Rule, ...]) -> None:
    known = {rule.label for rule in rules} | BY_ROUTE.keys()
    where = reader.place.at(reader.body, "evidence_required")
    for name in reader.documents.keys() - known - {""}:
        hint = reading.nearest(name, known) or "."
        where.at(reader.body["evidence_required"], name).fault(
            f"there is no rule of this label{hint}"
        )


def _date_basis(body: Mapped, place: Place) -> tuple[str, str]:
    """The named day on which lists are asked, and the version to which they are pinned.

    ``application`` unless the policy says otherwise.
    """
    value = body.get("group_date_basis", "application")
    where = place.at(body, "group_date_basis")
    if isinstance(value, Mapped):
        pinned = reading.mapping(value, where, required=("list_version",))
        return "list_version", str(_read_with(pinned, "list_version", where, reading.name, ""))
    if "group_date_basis" not in body:
        return "application", ""
    return reading.word(value, where, DATE_BASES), ""


def _guarantees(body: Mapped, place: Place) -> tuple[str, ...]:
    """The policies whose price this one never exceeds."""
    if "guarantees" not in body:
        return ()
    where = place.at(body, "guarantees")
    values = reading.items(body["guarantees"], where)
    slugs = []
    for number, value in enumerate(values):
        one = where.at(values, number)
        outer = reading.mapping(value, one, required=("never_above",))
        inside = one.at(outer, "never_above")
        inner = reading.mapping(outer.get("never_above"), inside, required=("price_under",))
        slugs.append(_read_with(inner, "price_under", inside, reading.text, ""))
    return tuple(slug for slug in slugs if slug)


def _stack(body: Mapped, place: Place) -> str:
    if "stack" not in body:
        return "sequential" if "add_on" in body else "first"
    where = place.at(body, "stack")
    stack = reading.mapping(
        body["stack"], where, required=("mode",),
        optional=("with", "applies_to", "note", "max_categories_per_year"),
    )  # fmt: skip
    mode = _word(stack, "mode", where, STACKS)
    if "add_on" in body and mode not in ("", "sequential"):
        where.fault("“add_on” needs the mode sequential.")
    if "with" in stack:
        _texts(stack, "with", where)
    if "max_categories_per_year" in stack and mode not in ("", "exclusive"):
        where.at(stack, "max_categories_per_year").fault("this needs the mode exclusive.")
    return mode


def _defaults(body: Mapped, place: Place) -> Mapping[str, Any]:
    where = place.at(body, "defaults")
    values = body.get("defaults", {})
    if not isinstance(values, Mapping):
        where.fault("a mapping of facts to values is needed.")
        return {}
    for name, value in values.items():
        if value is None or isinstance(value, Mapping | list):
            where.at(values, name).fault("a number, a text, true or false is needed.")
    return dict(values)


def _missing(body: Mapped, place: Place) -> dict[str, Any]:
    if "missing" not in body:
        return {}
    where = place.at(body, "missing")
    missing = reading.mapping(body["missing"], where, optional=("country", "facts"))
    if not missing:
        where.fault("“country” or “facts” is needed.")
    facts = _word(missing, "facts", where, frozenset({ASK, HIDE_OPTION, REFUSE}))
    country = frozenset({ASK, DEFAULT, HIDE_OPTION, REFUSE})
    return {
        "missing_country": _word(missing, "country", where, country),
        "missing_facts": facts or ASK,
    }


def _caps(body: Mapped, place: Place, rules: tuple[Rule, ...], *, unit: str) -> tuple[Cap, ...]:
    where = place.at(body, "caps")
    values = reading.items(body["caps"], where) if "caps" in body else []
    words = {rule.counts_as or rule.label for rule in rules}
    caps = [
        compile_cap(value, where.at(values, n), words, of=unit) for n, value in enumerate(values)
    ]
    stack = body.get("stack")
    if isinstance(stack, Mapped) and "max_categories_per_year" in stack:
        at = place.at(body, "stack").at(stack, "max_categories_per_year")
        caps.append(categories_cap(reading.whole(stack["max_categories_per_year"], at, low=1)))
    return tuple(caps)


def _effective(body: Mapped, place: Place) -> dict[str, Any]:
    if "effective" not in body:
        return {}
    where = place.at(body, "effective")
    dates = reading.mapping(body["effective"], where, optional=("from", "until", "retroactive"))
    _read_with(dates, "retroactive", where, reading.truth, None)
    starts = _read_with(dates, "from", where, reading.moment, None)
    ends = _read_with(dates, "until", where, reading.moment, None)
    if starts and ends and begins(ends) <= begins(starts):
        where.fault(f"{ends} is not after {starts}, so the policy is never in force.")
    return {"effective_from": starts, "effective_until": ends}
