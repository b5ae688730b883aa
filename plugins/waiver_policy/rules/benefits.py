"""Compiles what a rule gives, and the limits on how often."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from fairgate.documents import Mapped
from waiver_policy.rules import reading
from waiver_policy.rules.policies import Benefit, Cap
from waiver_policy.rules.reading import Place

# kind -> (keys it needs, keys it may have)
KINDS: Mapping[str, tuple[frozenset[str], frozenset[str]]] = {
    "percent_off": (frozenset({"percent"}), frozenset({"ceiling"})),
    "percent_of_list": (frozenset(), frozenset({"percent", "range", "lookup"})),
    "fixed_price": (
        frozenset({"amount", "currency"}),
        frozenset({"per", "confidence", "probability", "of_price"}),
    ),
    "fixed_unit": (frozenset({"of", "unit_value_chf"}), frozenset({"standard_minimum"})),
    "in_kind": (
        frozenset(),
        frozenset({
            "items", "one_of", "covers_percent", "rest_paid_by", "country_may_have_to_contribute",
        }),
    ),
    "discretionary": (frozenset(), frozenset({"usual_percent"})),
    "lookup_price": (frozenset({"table"}), frozenset({"confidence"})),
    "cover_remainder": (frozenset({"percent_of_remainder"}), frozenset()),
    "refund_percent": (frozenset({"percent"}), frozenset()),
}  # fmt: skip

# Of these keys a benefit has exactly one.
EXACTLY_ONE: Mapping[str, tuple[str, ...]] = {
    "percent_of_list": ("percent", "range", "lookup"),
    "in_kind": ("items", "one_of"),
}
_PERCENTS = ("percent", "percent_of_remainder", "covers_percent", "usual_percent")
SCOPES = frozenset({"person", "country", "institution", "fund"})


def compile_benefit(value: Any, place: Place) -> Benefit:
    """One benefit; faults are noted, and nothing is given after one."""
    if not isinstance(value, Mapped):
        place.fault("a benefit is needed, like {kind: percent_off, percent: 50}.")
        return Benefit(kind="")
    kind = reading.word(value.get("kind"), place.at(value, "kind"), KINDS.keys())
    if not kind:
        return Benefit(kind="")
    needs, may = KINDS[kind]
    body = reading.mapping(value, place, required=needs | {"kind"}, optional=may)
    _check_choice(kind, body, place)
    percents = {
        key: reading.percent(body[key], place.at(body, key)) for key in _PERCENTS if key in body
    }
    return Benefit(
        kind=kind,
        percent=percents.get("percent", percents.get("percent_of_remainder")),
        amount=_amount(body, place),
        details=dict(body),
    )


def _check_choice(kind: str, body: Mapped, place: Place) -> None:
    choices = EXACTLY_ONE.get(kind, ())
    given = [key for key in choices if key in body]
    if choices and len(given) != 1:
        place.fault(f"exactly one of {', '.join(choices)} is needed.")
    if "range" in body:
        ends = reading.items(body["range"], place.at(body, "range"))
        read = [reading.percent(end, place.at(body, "range")) for end in ends]
        if len(read) != 2 or read != sorted(read):
            place.at(body, "range").fault("two percentages are needed, the lower one first.")


def _amount(body: Mapped, place: Place) -> Any:
    if "amount" not in body or "currency" not in body:
        return None
    return reading.money(body["amount"], body["currency"], place.at(body, "amount"))


def compile_cap(value: Any, place: Place) -> Cap:
    """One limit: ``limit`` and ``unit``, or ``any_of`` with alternatives."""
    body = reading.mapping(
        value, place, required=("scope", "period"), optional=("limit", "unit", "any_of")
    )
    if ("limit" in body) == ("any_of" in body):
        place.fault("exactly one of limit, any_of is needed.")
    return Cap(
        scope=reading.word(body.get("scope"), place.at(body, "scope"), SCOPES),
        period=reading.text(body.get("period"), place.at(body, "period")),
        limit=_limit(body, place),
        unit=reading.text(body["unit"], place.at(body, "unit")) if "unit" in body else "",
        alternatives=_alternatives(body, place),
    )


def _limit(body: Mapped, place: Place) -> int | Decimal | None:
    """A number, an amount in quotes, or the name of a budget (then there is no number here)."""
    value = body.get("limit")
    if value is None or isinstance(value, int | Decimal):
        return value
    where = place.at(body, "limit")
    said = reading.text(value, where)
    if said[:1].isdigit():
        amount = reading.money(said, body.get("unit"), where)
        return amount.amount if amount else None
    return None


def _alternatives(body: Mapped, place: Place) -> tuple[Mapping[str, Any], ...]:
    if "any_of" not in body:
        return ()
    where = place.at(body, "any_of")
    values = reading.items(body["any_of"], where)
    for number, value in enumerate(values):
        one = where.at(values, number)
        if not isinstance(value, Mapped):
            one.fault("a mapping of what is counted to a number is needed.")
            continue
        for name, count in value.items():
            if name != "constraint":
                reading.whole(count, one.at(value, name), low=1)
    return tuple(values)
