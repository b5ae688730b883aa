"""The document language ``waiver-policy/0.2``: YAML in, compiled policies out.

Everything is checked here, when a document is loaded: an unknown operator, group, benefit or word
is a fault with file, line and field, so that deciding never meets what it does not know. Keys that
describe (title, sources, workflow, …) are kept with the text and change no decision. What the
language can say and ``decide`` cannot apply (an in-kind benefit, a basis that no profile has) is
listed in ``Policy.obstacles``: such a policy can be loaded and tested, not activated.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from fairgate.documents import Faults, Mapped, parse_yaml
from waiver_policy.rules import reading
from waiver_policy.rules.benefits import compile_benefit, compile_cap
from waiver_policy.rules.conditions import Condition
from waiver_policy.rules.obstacles import obstacles_of
from waiver_policy.rules.operators import Collected, compile_condition
from waiver_policy.rules.policies import Cap, Policy, Rule
from waiver_policy.rules.reading import Place

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

DECIDING = frozenset({
    "id", "title", "country_basis", "rules", "add_on", "stack", "unless", "preconditions",
    "auto_approve_when", "otherwise", "otherwise_route", "defaults", "missing", "effective",
    "caps", "validity", "group_date_basis", "evidence", "guarantees",
})  # fmt: skip
DESCRIBING = frozenset({
    "access_after", "application", "deadline", "evidence_required", "examples", "exit", "kind",
    "list", "metric", "note", "obligations", "payer", "payment", "privacy", "ranking", "reapply",
    "refund", "scope", "sla", "sources", "tenancy", "unit", "workflow",
})  # fmt: skip
# A label is kept with every decision, a policy's id too: this is the width of their columns.
MAX_NAME = 100
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*", re.ASCII)


def read_policies(text: str, *, file: str) -> tuple[Policy, ...]:
    """Compile every policy of a document; all or nothing.

    Raises:
        fairgate.documents.DocumentError: the file is not strict YAML.
        fairgate.documents.DocumentErrors: every other fault, with line and field.
    """
    document = parse_yaml(text, file=file)
    with Faults(file) as faults:
        top = Place(faults, "", 1)
        whole = reading.mapping(document, top, required=("schema", "policies"))
        if "schema" in whole:
            reading.word(whole["schema"], top.at(whole, "schema"), {SCHEMA})
        found = tuple(_policies(whole, top))
        _check_twice(whole, found, faults)
    return found


def _policies(whole: Mapped, top: Place) -> Iterator[Policy]:
    place = top.at(whole, "policies")
    if "policies" not in whole:
        return
    for number, value in enumerate(reading.items(whole["policies"], place)):
        named = value.get("id") if isinstance(value, Mapped) else None
        where = place.at(whole["policies"], number)
        path = named if isinstance(named, str) else f"policies[{number}]"
        yield _policy(value, Place(where.faults, path, where.line))


def _check_twice(whole: Mapped, found: tuple[Policy, ...], faults: Faults) -> None:
    slugs = [policy.slug for policy in found]
    for number, slug in enumerate(slugs):
        if slug and slug in slugs[:number]:
            line = whole["policies"][number].line
            faults.add("a policy of this name stands there already.", line=line, field=slug)


def _policy(value: Any, place: Place) -> Policy:
    body = reading.mapping(
        value, place, required=("id", "title", "country_basis", "rules"),
        optional=DECIDING | DESCRIBING,
    )  # fmt: skip
    seen = Collected()
    basis = _date_basis(body, place)

    def condition(name: str) -> Condition | None:
        if name not in body:
            return None
        return compile_condition(body[name], place.at(body, name), basis, seen)

    rules, caps = _rules(body, "rules", place, basis, seen), _caps(body, place)
    policy = Policy(
        slug=_slug(body, place),
        title=_read(body, "title", place, reading.text, ""),
        country_basis=_word(body, "country_basis", place, BASES),
        rules=rules,
        add_on=_rules(body, "add_on", place, basis, seen),
        stack=_stack(body, place),
        otherwise=_read(body, "otherwise", place, compile_benefit, None),
        otherwise_route=_word(body, "otherwise_route", place, ROUTES),
        defaults=_defaults(body, place),
        missing_country=_missing(body, place),
        caps=caps,
        valid_days=_valid_days(body, place),
        **_effective(body, place),
        unless=condition("unless"),
        preconditions=condition("preconditions"),
        auto_approve_when=condition("auto_approve_when"),
        groups=tuple(sorted(seen.groups)),
        named_lists=tuple(sorted(seen.named)),
        obstacles=obstacles_of(body, rules, caps),
    )
    _word(body, "evidence", place, EVIDENCE)
    _check_deadline(body, place)
    return policy


def _slug(body: Mapped, place: Place) -> str:
    slug = _read(body, "id", place, reading.text, "")
    if slug and not (_SLUG.fullmatch(slug) and len(slug) <= MAX_NAME):
        place.at(body, "id").fault(f"“{reading.shown(slug)}” is not a name in small letters, "
                                   "digits and hyphens.")  # fmt: skip
    return str(slug)


def _read(body: Mapped, key: str, place: Place, reader: reading.Reader, default: Any) -> Any:
    return reader(body[key], place.at(body, key)) if key in body else default


def _word(body: Mapped, key: str, place: Place, known: frozenset[str]) -> str:
    return reading.word(body[key], place.at(body, key), known) if key in body else ""


def _rules(body: Mapped, key: str, place: Place, basis: str, seen: Collected) -> tuple[Rule, ...]:
    if key not in body:
        return ()
    where = place.at(body, key)
    values = reading.items(body[key], where)
    rules = [_rule(value, where.at(values, n), basis, seen) for n, value in enumerate(values)]
    labels = [rule.label for rule in rules]
    for number, label in enumerate(labels):
        if label and label in labels[:number]:
            where.at(values, number).fault(f"the label “{label}” stands there twice.")
    return tuple(sorted(rules, key=lambda rule: rule.priority))


def _rule(value: Any, place: Place, basis: str, seen: Collected) -> Rule:
    body = reading.mapping(
        value, place, required=("label", "when", "benefit"), optional=("route", "priority")
    )
    when: Condition = compile_condition(body.get("when"), place.at(body, "when"), basis, seen)
    return Rule(
        label=_read(body, "label", place, _label, ""),
        when=when,
        benefit=compile_benefit(body.get("benefit"), place.at(body, "benefit")),
        route=_word(body, "route", place, ROUTES),
        priority=_read(body, "priority", place, reading.whole, 0),
    )


def _label(value: Any, place: Place) -> str:
    return reading.text(value, place, longest=MAX_NAME)


def _date_basis(body: Mapped, place: Place) -> str:
    """The named day on which lists are asked: ``application`` unless the policy says otherwise."""
    value = body.get("group_date_basis", "application")
    where = place.at(body, "group_date_basis")
    if isinstance(value, Mapped):
        pinned = reading.mapping(value, where, required=("list_version",))
        _read(pinned, "list_version", where, reading.text, "")
        return "list_version"
    return reading.word(value, where, DATE_BASES)


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


def _missing(body: Mapped, place: Place) -> str:
    where = place.at(body, "missing")
    if "missing" not in body:
        return ""
    missing = reading.mapping(body["missing"], where, required=("country",))
    return _word(missing, "country", where, frozenset({"ask", "hide_option", "refuse"}))


def _caps(body: Mapped, place: Place) -> tuple[Cap, ...]:
    where = place.at(body, "caps")
    values = reading.items(body["caps"], where) if "caps" in body else []
    return tuple(compile_cap(value, where.at(values, n)) for n, value in enumerate(values))


def _valid_days(body: Mapped, place: Place) -> int | None:
    if "validity" not in body:
        return None
    where = place.at(body, "validity")
    validity = reading.mapping(
        body["validity"], where,
        optional=("after_approval", "bound_to", "rerun", "from", "until", "only_if"),
    )  # fmt: skip
    length = _read(validity, "after_approval", where, reading.span, None)
    if length is None:
        return None
    if length.months:
        where.fault("“after_approval” is given in days, like P180D.")
    return int(length.days)


def _check_deadline(body: Mapped, place: Place) -> None:
    """A deadline decides nothing here, but people read it: its date must be one."""
    deadline = body.get("deadline")
    if isinstance(deadline, Mapped):
        _read(deadline, "date", place.at(body, "deadline"), reading.day, None)


def _effective(body: Mapped, place: Place) -> dict[str, Any]:
    if "effective" not in body:
        return {}
    where = place.at(body, "effective")
    dates = reading.mapping(body["effective"], where, optional=("from", "until", "retroactive"))
    _read(dates, "retroactive", where, reading.truth, None)
    starts = _read(dates, "from", where, reading.day, None)
    ends = _read(dates, "until", where, reading.day, None)
    if starts and ends and ends <= starts:
        where.fault(f"{ends} is not after {starts}.")
    return {"effective_from": starts, "effective_until": ends}
