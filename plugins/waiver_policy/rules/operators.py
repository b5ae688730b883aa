"""Compiles one condition of the document language; a table of the operators it knows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from fairgate.documents import Mapped
from fairgate.payers import PayerClass
from waiver_policy.data import ListCode
from waiver_policy.rules import reading
from waiver_policy.rules.conditions import (
    EXIT,
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
    list_key,
)
from waiver_policy.rules.editions import SIDS_KINDS
from waiver_policy.rules.reading import Place

LISTS = frozenset(code.value for code in ListCode)


AS_OF = frozenset({
    "application", "acceptance", "enrolment", "invoice", "request", "list_version",
})  # fmt: skip
# Facts that nobody states: what they may be is known.
CLOSED: Mapping[str, frozenset[str]] = {"payer_class": frozenset(one.value for one in PayerClass)}
# A kind that no row of a list can have: OHRLLS has no territory that only M49 lists.
_NO_SUCH_KIND = {"SIDS": "m49_only"}


@dataclass(slots=True)
class Collected:
    """What the conditions of one policy mention, by key of ``list_key``.

    ``country``: whether one of them asks the country that counts, and not those in a fact.
    """

    groups: set[str] = field(default_factory=set)
    named: set[str] = field(default_factory=set)
    policies: set[str] = field(default_factory=set)
    country: bool = False


@dataclass(frozen=True, slots=True)
class Context:
    """What an operator needs while it compiles.

    ``basis`` is the named day that lists are asked for unless a condition says ``as_of`` itself;
    ``version`` the one to which the policy pins its lists.
    """

    basis: str
    version: str
    seen: Collected
    is_each: bool = False


def compile_condition(value: Any, place: Place, context: Context) -> Condition:
    """One condition; a fault and a never-true one when it cannot be understood."""
    if not isinstance(value, Mapped) or len(value) != 1:
        place.fault("one condition is needed, like {flag: student}.")
        return Const(value=False)
    name, body = next(iter(value.items()))
    where = place.at(value, name)
    if name not in OPERATORS:
        hint = reading.nearest(name, OPERATORS) or "."
        where.fault(f"this condition is not known{hint} We know {', '.join(sorted(OPERATORS))}.")
        return Const(value=False)
    return OPERATORS[name](name, body, where, context)


def _parts(body: Any, place: Place, context: Context) -> tuple[Condition, ...]:
    values = reading.items(body, place)
    return tuple(compile_condition(v, place.at(values, n), context) for n, v in enumerate(values))


def _all(_: str, body: Any, place: Place, context: Context) -> Condition:
    return AllOf(_parts(body, place, context))


def _any(_: str, body: Any, place: Place, context: Context) -> Condition:
    return AnyOf(_parts(body, place, context))


def _not(_: str, body: Any, place: Place, context: Context) -> Condition:
    return Not(compile_condition(body, place, context))


def _const(_: str, body: Any, place: Place, context: Context) -> Condition:
    return Const(reading.truth(body, place))


def _flag(_: str, body: Any, place: Place, context: Context) -> Condition:
    return Flag(reading.text(body, place))


def _has(_: str, body: Any, place: Place, context: Context) -> Condition:
    return Has(reading.text(body, place))


def _eq(_: str, body: Any, place: Place, context: Context) -> Condition:
    pair = reading.mapping(body, place, required=("field", "value"))
    name = _field(pair, place)
    return OneOf(name, (_value(name, pair.get("value"), place.at(pair, "value")),))


def _in(_: str, body: Any, place: Place, context: Context) -> Condition:
    pair = reading.mapping(body, place, required=("field", "values"))
    where, name = place.at(pair, "values"), _field(pair, place)
    values = tuple(_value(name, v, where) for v in reading.items(pair.get("values"), where))
    return OneOf(name, values)


def _compare(name: str, body: Any, place: Place, context: Context) -> Condition:
    pair = reading.mapping(body, place, required=("field", "value"))
    value = reading.number(pair.get("value"), place.at(pair, "value"))
    return Compare(name, _field(pair, place), value)


def _gt_field(_: str, body: Any, place: Place, context: Context) -> Condition:
    names = [reading.text(name, place) for name in reading.items(body, place)]
    if len(names) != 2:
        place.fault("two facts are needed, like [income, threshold].")
        return Const(value=False)
    return Compare("gt", names[0], other=names[1])


def _in_group(_: str, body: Any, place: Place, context: Context) -> Condition:
    asked = reading.mapping(
        body, place, required=("group",),
        optional=("kinds", "any_of_countries", "as_of", "grace", "version"),
    )  # fmt: skip
    group = reading.word(asked.get("group"), place.at(asked, "group"), LISTS)
    key = list_key(group, _version(asked, place, context))
    context.seen.groups.add(key)
    _ask_country(context)
    return InGroup(
        group=key,
        as_of=_as_of(asked, place, context),
        kinds=_kinds(asked, group, place),
        any_country=_any_country(asked, place),
        grace=_grace(asked["grace"], place.at(asked, "grace")) if "grace" in asked else None,
    )


def _ask_country(context: Context) -> None:
    if not context.is_each:
        context.seen.country = True


def _any_country(asked: Mapped, place: Place) -> bool:
    said = asked.get("any_of_countries", False)
    return reading.truth(said, place.at(asked, "any_of_countries"))


def _as_of(asked: Mapped, place: Place, context: Context) -> str:
    if "as_of" not in asked:
        return context.basis
    return reading.word(asked["as_of"], place.at(asked, "as_of"), AS_OF)


def _version(asked: Mapped, place: Place, context: Context) -> str:
    if "version" not in asked:
        return context.version
    return reading.name(asked["version"], place.at(asked, "version"))


def _kinds(asked: Mapped, group: str, place: Place) -> tuple[str, ...]:
    if "kinds" not in asked:
        return ()
    where = place.at(asked, "kinds")
    if not group.startswith("SIDS"):
        where.fault("only SIDS have kinds, so this can never match.")
    kinds = reading.items(asked["kinds"], where)
    read = tuple(reading.word(kind, where, frozenset(SIDS_KINDS)) for kind in kinds)
    if read and set(read) == {_NO_SUCH_KIND.get(group)}:
        where.fault(f"no country on {group} has the kind {read[0]}, so this can never match.")
    return read


def _grace(body: Any, place: Place) -> Grace:
    grace = reading.mapping(
        body, place,
        optional=("years", "months", "days", "starts", "ends", "extendable", "on_request"),
    )  # fmt: skip
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
        starts=reading.text(grace.get("starts", EXIT), place.at(grace, "starts")),
        to_year_start=ends == "round_up_to_year_start",
        extendable=reading.truth(grace.get("extendable", False), place.at(grace, "extendable")),
        on_request=reading.truth(grace.get("on_request", False), place.at(grace, "on_request")),
    )


def _in_list(_: str, body: Any, place: Place, context: Context) -> Condition:
    asked = reading.mapping(
        body, place, required=("ref",), optional=("version", "note", "any_of_countries", "as_of")
    )
    name = reading.name(asked.get("ref"), place.at(asked, "ref"))
    if name.upper() in LISTS and name not in LISTS:
        place.at(asked, "ref").fault(f"“{name}” is not a list; did you mean “{name.upper()}”?")
    key = list_key(name, _version(asked, place, context))
    context.seen.named.add(key)
    _ask_country(context)
    return InList(key, as_of=_as_of(asked, place, context), any_country=_any_country(asked, place))


def _every(_: str, body: Any, place: Place, context: Context) -> Condition:
    asked = reading.mapping(body, place, required=("over", "that"))
    name = reading.text(asked.get("over"), place.at(asked, "over"))
    inner = replace(context, is_each=True)
    return Every(name, compile_condition(asked.get("that"), place.at(asked, "that"), inner))


def _has_grant(_: str, body: Any, place: Place, context: Context) -> Condition:
    asked = reading.mapping(body, place, required=("policy",), optional=("label",))
    label = reading.text(asked["label"], place.at(asked, "label")) if "label" in asked else ""
    policy = reading.text(asked.get("policy"), place.at(asked, "policy"))
    context.seen.policies.add(policy)
    return HasGrant(policy, label)


def _field(pair: Mapped, place: Place) -> str:
    return reading.text(pair.get("field"), place.at(pair, "field"))


def _value(name: str, value: Any, place: Place) -> Any:
    """What a fact is compared with; a fact of a closed set with one of the set."""
    if name in CLOSED:
        return reading.word(value, place, CLOSED[name])
    if value is None or isinstance(value, Mapped | list):
        place.fault("a number, a text, true or false is needed.")
    return value


Compiler = Callable[[str, Any, Place, Context], Condition]

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
