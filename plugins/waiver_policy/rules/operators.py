"""Compiles one condition of the document language; a table of the operators it knows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from fairgate.documents import Mapped
from waiver_policy.data import ListCode
from waiver_policy.rules import reading
from waiver_policy.rules.conditions import (
    AllOf,
    AnyOf,
    Compare,
    Condition,
    Const,
    Every,
    Flag,
    Grace,
    Has,
    HasGrant,
    InGroup,
    InList,
    Not,
    OneOf,
)
from waiver_policy.rules.editions import SIDS_KINDS
from waiver_policy.rules.reading import Place

LISTS = frozenset(code.value for code in ListCode)


@dataclass(frozen=True, slots=True)
class Collected:
    """What the conditions of one policy mention: UN lists, and lists kept by name."""

    groups: set[str] = field(default_factory=set)
    named: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class _Context:
    """What an operator needs while it compiles."""

    basis: str
    seen: Collected


def compile_condition(value: Any, place: Place, basis: str, seen: Collected) -> Condition:
    """One condition; a fault and a never-true one when it cannot be understood.

    ``basis`` is the named day that ``in_group`` asks unless it says ``as_of`` itself.
    """
    return _compile(value, place, _Context(basis, seen))


def _compile(value: Any, place: Place, context: _Context) -> Condition:
    if not isinstance(value, Mapped) or len(value) != 1:
        place.fault("one condition is needed, like {flag: student}.")
        return Const(value=False)
    name, body = next(iter(value.items()))
    where = place.at(value, name)
    if name not in OPERATORS:
        where.fault(f"this condition is not known; we know {', '.join(sorted(OPERATORS))}.")
        return Const(value=False)
    return OPERATORS[name](name, body, where, context)


def _parts(body: Any, place: Place, context: _Context) -> tuple[Condition, ...]:
    values = reading.items(body, place)
    return tuple(_compile(v, place.at(values, n), context) for n, v in enumerate(values))


def _all(_: str, body: Any, place: Place, context: _Context) -> Condition:
    return AllOf(_parts(body, place, context))


def _any(_: str, body: Any, place: Place, context: _Context) -> Condition:
    return AnyOf(_parts(body, place, context))


def _not(_: str, body: Any, place: Place, context: _Context) -> Condition:
    return Not(_compile(body, place, context))


def _const(_: str, body: Any, place: Place, context: _Context) -> Condition:
    return Const(reading.truth(body, place))


def _flag(_: str, body: Any, place: Place, context: _Context) -> Condition:
    return Flag(reading.text(body, place))


def _has(_: str, body: Any, place: Place, context: _Context) -> Condition:
    return Has(reading.text(body, place))


def _eq(_: str, body: Any, place: Place, context: _Context) -> Condition:
    pair = reading.mapping(body, place, required=("field", "value"))
    return OneOf(_field(pair, place), (_plain(pair.get("value"), place.at(pair, "value")),))


def _in(_: str, body: Any, place: Place, context: _Context) -> Condition:
    pair = reading.mapping(body, place, required=("field", "values"))
    where = place.at(pair, "values")
    values = tuple(_plain(v, where) for v in reading.items(pair.get("values"), where))
    return OneOf(_field(pair, place), values)


def _compare(name: str, body: Any, place: Place, context: _Context) -> Condition:
    pair = reading.mapping(body, place, required=("field", "value"))
    value = reading.number(pair.get("value"), place.at(pair, "value"))
    return Compare(name, _field(pair, place), value)


def _gt_field(_: str, body: Any, place: Place, context: _Context) -> Condition:
    names = [reading.text(name, place) for name in reading.items(body, place)]
    if len(names) != 2:
        place.fault("two facts are needed, like [income, threshold].")
        return Const(value=False)
    return Compare("gt", names[0], other=names[1])


def _in_group(_: str, body: Any, place: Place, context: _Context) -> Condition:
    asked = reading.mapping(
        body, place, required=("group",), optional=("kinds", "any_of_countries", "as_of", "grace")
    )
    group = reading.word(asked.get("group"), place.at(asked, "group"), LISTS)
    context.seen.groups.add(group)
    as_of, any_of = asked.get("as_of", context.basis), asked.get("any_of_countries", False)
    days = {"application", "acceptance", "enrolment", "invoice", "request", "list_version", ""}
    return InGroup(
        group=group,
        as_of=reading.word(as_of, place.at(asked, "as_of"), days),
        kinds=_kinds(asked, group, place),
        any_country=reading.truth(any_of, place.at(asked, "any_of_countries")),
        grace=_grace(asked["grace"], place.at(asked, "grace")) if "grace" in asked else None,
    )


def _kinds(asked: Mapped, group: str, place: Place) -> tuple[str, ...]:
    if "kinds" not in asked:
        return ()
    where = place.at(asked, "kinds")
    if not group.startswith("SIDS"):
        where.fault("only SIDS have kinds.")
    kinds = reading.items(asked["kinds"], where)
    return tuple(reading.word(kind, where, frozenset(SIDS_KINDS)) for kind in kinds)


def _grace(body: Any, place: Place) -> Grace:
    grace = reading.mapping(
        body, place, optional=("years", "months", "days", "starts", "ends", "extendable")
    )
    years, months, days = (
        reading.whole(grace.get(unit, 0), place.at(grace, unit))
        for unit in ("years", "months", "days")
    )
    given = any(grace.get(unit) for unit in ("years", "months", "days"))
    if not given or years > 100 or months > 1200 or days > 36525:
        place.fault("a length of at most a century is needed: years, months or days.")
        years = months = days = 0
    ends = reading.word(
        grace.get("ends", "exact"), place.at(grace, "ends"), {"exact", "round_up_to_year_start"}
    )
    return Grace(
        months=years * 12 + months,
        days=days,
        starts=reading.text(grace.get("starts", "exit"), place.at(grace, "starts")),
        to_year_start=ends == "round_up_to_year_start",
        extendable=reading.truth(grace.get("extendable", False), place.at(grace, "extendable")),
    )


def _in_list(_: str, body: Any, place: Place, context: _Context) -> Condition:
    asked = reading.mapping(body, place, required=("ref",), optional=("version", "note"))
    name = reading.text(asked.get("ref"), place.at(asked, "ref"))
    context.seen.named.add(name)
    return InList(name)


def _every(_: str, body: Any, place: Place, context: _Context) -> Condition:
    asked = reading.mapping(body, place, required=("over", "that"))
    name = reading.text(asked.get("over"), place.at(asked, "over"))
    return Every(name, _compile(asked.get("that"), place.at(asked, "that"), context))


def _has_grant(_: str, body: Any, place: Place, context: _Context) -> Condition:
    asked = reading.mapping(body, place, required=("policy",), optional=("label",))
    label = reading.text(asked["label"], place.at(asked, "label")) if "label" in asked else ""
    return HasGrant(reading.text(asked.get("policy"), place.at(asked, "policy")), label)


def _field(pair: Mapped, place: Place) -> str:
    return reading.text(pair.get("field"), place.at(pair, "field"))


def _plain(value: Any, place: Place) -> Any:
    if value is None or isinstance(value, Mapped | list):
        place.fault("a number, a text, true or false is needed.")
    return value


Compiler = Callable[[str, Any, Place, _Context], Condition]

OPERATORS: dict[str, Compiler] = {
    "all": _all,
    "any": _any,
    "const": _const,
    "eq": _eq,
    "every": _every,
    "flag": _flag,
    "ge": _compare,
    "gt": _compare,
    "gt_field": _gt_field,
    "has": _has,
    "has_grant": _has_grant,
    "in": _in,
    "in_group": _in_group,
    "in_list": _in_list,
    "le": _compare,
    "lt": _compare,
    "not": _not,
}
