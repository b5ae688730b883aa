"""What an author of a gate sees and may set: report, form, and the check of what is saved."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import DatabaseError

from fee_gate import client, presenter, rules
from fee_gate.data import Advice, FeeChoice, GateReport
from fee_gate.presenter import Gettext

if TYPE_CHECKING:
    from fee_gate.block import FeeGateXBlock

FIELDS = ("display_name", "fee", "scope", "teaser")
_LONGEST = {"display_name": 255, "fee": 64, "scope": 16, "teaser": 1000}
_UNREADABLE = ("Cc", "Cs", "Zl", "Zp")  # Unicode: control, surrogate, end of line, of paragraph


class Refused(Exception):
    """What was sent cannot be stored; the text says why."""


def report(gate: FeeGateXBlock, *, at: datetime) -> GateReport:
    """What the gate closes now, and what is wrong with it."""
    from fee_gate import selectors  # its tables need Django's apps, loading a block does not

    fees = _fees(gate, at=at)
    try:
        blocks = selectors.count_blocks(gate.usage_text)
    except DatabaseError:
        blocks = 0
    return GateReport(fee=_chosen(gate, fees), blocks=blocks, advice=_advice(gate, fees))


def advice(gate: FeeGateXBlock, *, at: datetime) -> tuple[Advice, ...]:
    """What is wrong with the gate, worst first."""
    return _advice(gate, _fees(gate, at=at))


def form(gate: FeeGateXBlock, *, at: datetime, gettext: Gettext) -> dict[str, Any]:
    """The settings form's values, choices and texts."""
    fees = _fees(gate, at=at) or ()
    choices = [(fee.code, presenter.fee_name(fee)) for fee in fees]
    if gate.fee not in {fee.code for fee in fees}:
        blank = gettext("Unknown fee “{code}”").format(code=gate.fee)
        choices.insert(0, (gate.fee, blank if gate.fee else gettext("Choose a fee")))
    return {
        "id": "fee-gate",
        "words": presenter.form_words(gettext),
        "display_name": gate.display_name,
        "teaser": gate.teaser,
        "fees": _options(choices, gate.fee),
        "scopes": _options(list(presenter.scope_names(gettext).items()), gate.scope),
    }


def checked(gate: FeeGateXBlock, data: Any, *, at: datetime, gettext: Gettext) -> Mapping[str, str]:
    """The settings that were sent, if they can be stored.

    Raises:
        Refused: a setting is missing, unknown, too long, or not one of its choices.
    """
    settings = _texts(data, gettext)
    if not settings["display_name"]:
        raise Refused(gettext("Give the gate a name."))
    if settings["scope"] not in rules.SCOPES:
        raise Refused(gettext("Choose what the gate closes."))
    try:
        fees = client.fee_choices(gate.course_text, at=at)
    except client.Undecidable:
        raise Refused(gettext("The fees of this course cannot be read now. Try later.")) from None
    if settings["fee"] not in {fee.code for fee in fees}:
        raise Refused(gettext("Choose a fee of this course."))
    return settings


def _texts(data: Any, gettext: Gettext) -> dict[str, str]:
    if not isinstance(data, dict) or sorted(data) != sorted(FIELDS):
        raise Refused(gettext("Send the name, the fee, what it closes and the teaser."))
    for name, value in data.items():
        if not _is_text(value, has_lines=name == "teaser"):
            raise Refused(gettext("“{name}” is not a text.").format(name=name))
        if len(value) > _LONGEST[name]:
            raise Refused(gettext("“{name}” is too long.").format(name=name))
    return {name: value.strip() for name, value in data.items()}


def _is_text(value: Any, *, has_lines: bool) -> bool:
    """Whether people can read it: no control signs, no half characters, lines only if allowed."""
    allowed = "\t\r\n" if has_lines else ""
    return isinstance(value, str) and not any(
        unicodedata.category(sign) in _UNREADABLE and sign not in allowed for sign in value
    )


def _fees(gate: FeeGateXBlock, *, at: datetime) -> tuple[FeeChoice, ...] | None:
    """The course's fees, or ``None`` if they cannot be read."""
    try:
        return client.fee_choices(gate.course_text, at=at)
    except client.Undecidable:
        return None


def _chosen(gate: FeeGateXBlock, fees: tuple[FeeChoice, ...] | None) -> FeeChoice | None:
    return next((fee for fee in fees or () if fee.code == gate.fee), None)


def _advice(gate: FeeGateXBlock, fees: tuple[FeeChoice, ...] | None) -> tuple[Advice, ...]:
    from fee_gate import selectors

    found = [_fee_advice(gate, fees)]
    if gate.scope not in rules.SCOPES:
        found.append(Advice.UNKNOWN_SCOPE)
    if not _is_followed(gate):
        found.append(Advice.NOTHING_FOLLOWS)
    if selectors.gate_table(gate.course_text).fees_of(gate.usage_text):
        found.append(Advice.INSIDE_ANOTHER)
    return tuple(one for one in found if one)


def _fee_advice(gate: FeeGateXBlock, fees: tuple[FeeChoice, ...] | None) -> Advice | None:
    if not gate.fee:
        return Advice.NO_FEE
    if fees is None:
        return Advice.FEES_UNREADABLE
    fee = _chosen(gate, fees)
    if fee is None:
        return Advice.UNKNOWN_FEE
    return None if fee.is_on_sale else Advice.NOT_ON_SALE


def _is_followed(gate: FeeGateXBlock) -> bool:
    """Whether anything stands behind the gate in the draft; yes if the runtime has no tree."""
    path: list[tuple[str, bool]] = []
    step, parent = gate.scope_ids.usage_id, gate.get_parent()
    while parent is not None:
        children = list(parent.children)
        has_later = step in children and children[-1] != step
        path.insert(0, (parent.scope_ids.block_type, has_later))
        step, parent = parent.scope_ids.usage_id, parent.get_parent()
    return not path or rules.is_gate_followed(path, gate.scope)


def _options(choices: list[tuple[str, str]], chosen: str) -> list[dict[str, Any]]:
    return [{"value": value, "name": name, "is_chosen": value == chosen} for value, name in choices]
