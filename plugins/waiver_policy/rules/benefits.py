"""Compiles what a rule gives."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fairgate.documents import Mapped
from fairgate.money import Money
from waiver_policy.rules import reading
from waiver_policy.rules.conditions import list_key
from waiver_policy.rules.policies import REFUND, Benefit
from waiver_policy.rules.reading import Place

# kind -> (keys it needs, keys it may have)
KINDS: Mapping[str, tuple[frozenset[str], frozenset[str]]] = {
    "percent_off": (frozenset({"percent"}), frozenset({"ceiling"})),
    "percent_of_list": (frozenset(), frozenset({"percent", "range", "lookup", "by"})),
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
    "lookup_price": (frozenset({"table"}), frozenset({"confidence", "by", "currency"})),
    "cover_remainder": (frozenset({"percent_of_remainder"}), frozenset()),
    "refund_percent": (frozenset({"percent"}), frozenset()),
}  # fmt: skip

# Of these keys a benefit has exactly one.
EXACTLY_ONE: Mapping[str, tuple[str, ...]] = {
    "percent_of_list": ("percent", "range", "lookup"),
    "in_kind": ("items", "one_of"),
}
_PERCENTS = ("percent", "percent_of_remainder", "covers_percent", "usual_percent")


def compile_benefit(value: Any, place: Place, *, of: str, version: str = "") -> Benefit:
    """One benefit; faults are noted, and nothing is given after one.

    ``of`` is the kind of the policy, ``version`` the one to which its lists are pinned.
    """
    if not isinstance(value, Mapped):
        place.fault("a benefit is needed, like {kind: percent_off, percent: 50}.")
        return Benefit(kind="")
    if "kind" not in value:
        place.fault("“kind” is missing.")
    kind = reading.word(value.get("kind"), place.at(value, "kind"), KINDS.keys())
    if not kind:
        return Benefit(kind="")
    if (kind == "refund_percent") != (of == REFUND):
        place.at(value, "kind").fault(
            "refund_percent and “kind: refund” of the policy go together."
        )
    needs, may = KINDS[kind]
    body = reading.mapping(value, place, required=needs | {"kind"}, optional=may)
    _check_choice(kind, body, place)
    currency = _currency(body, place)
    _check_details(body, place, currency)
    percents = {
        key: reading.percent(body[key], place.at(body, key)) for key in _PERCENTS if key in body
    }
    return Benefit(
        kind=kind,
        percent=percents.get("percent", percents.get("percent_of_remainder")),
        amount=_amount(body, place, currency),
        table=_table(body, place, version),
        by=_by(body, place),
        details=dict(body),
    )


def _check_choice(kind: str, body: Mapped, place: Place) -> None:
    choices = EXACTLY_ONE.get(kind, ())
    given = [key for key in choices if key in body]
    if choices and len(given) != 1:
        place.fault(f"exactly one of {', '.join(choices)} is needed.")
    if "by" in body and "lookup" not in body and kind != "lookup_price":
        place.at(body, "by").fault("“by” says how a table is asked, and there is no table.")
    if "range" in body:
        ends = reading.items(body["range"], place.at(body, "range"))
        read = [reading.percent(end, place.at(body, "range")) for end in ends]
        if len(read) != 2 or read != sorted(read):
            place.at(body, "range").fault("two percentages are needed, the lower one first.")


def _currency(body: Mapped, place: Place) -> str:
    if "currency" not in body:
        return ""
    return reading.currency(body["currency"], place.at(body, "currency"))


def _check_details(body: Mapped, place: Place, currency: str) -> None:
    """What no rule computes with is read by people: it has to be what it looks like."""
    for key, value in body.items():
        if key in _READERS:
            _READERS[key](value, place.at(body, key))
    if "of_price" in body:
        reading.money(body["of_price"], currency, place.at(body, "of_price"))


def _each(reader: reading.Reader) -> reading.Reader:
    def read(value: Any, place: Place) -> None:
        for item in reading.items(value, place):
            reader(item, place)

    return read


_READERS: Mapping[str, reading.Reader] = {
    **dict.fromkeys(("ceiling", "country_may_have_to_contribute"), reading.truth),
    **dict.fromkeys(("per", "confidence", "probability", "rest_paid_by"), reading.text),
    **dict.fromkeys(("items", "one_of"), _each(reading.text)),
    **dict.fromkeys(("unit_value_chf", "standard_minimum"), reading.number),
    "of": _each(reading.number),
}


def _amount(body: Mapped, place: Place, currency: str) -> Money | None:
    if "amount" not in body:
        return None
    amount = reading.money(body["amount"], currency, place.at(body, "amount"))
    if amount is not None and amount.minor < 0:
        place.at(body, "amount").fault("a price is not negative.")
    return amount


def _table(body: Mapped, place: Place, version: str) -> str:
    for key in ("table", "lookup"):
        if key in body:
            name = reading.name(body[key], place.at(body, key))
            return list_key(name, version) if name else ""
    return ""


def _by(body: Mapped, place: Place) -> str:
    said = reading.text(body["by"], place.at(body, "by")) if "by" in body else ""
    return "" if said == "country" else said
