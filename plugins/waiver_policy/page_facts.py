"""What the pages show of facts: what is asked and missing, what was said, and how it is known."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from waiver_policy import api, wording, wording_facts
from waiver_policy.data import AskedFact, Decision, EvidenceKind, FactRecord, FactValue, ReasonCode
from waiver_policy.forms_facts import FactsForm
from waiver_policy.rules.asking import missing_of


def missing_facts(decision: Decision, user_id: int, code: str) -> tuple[AskedFact, ...]:
    """What the learner can state of what a decision lacks."""
    said = [one.params for one in decision.reasons if one.code == ReasonCode.FACTS_MISSING]
    if not said:
        return ()
    names = said[0].get("facts", "").split(", ")
    return missing_of(names, api.asked_facts(user_id, code))


def askable(user_id: int, code: str) -> tuple[AskedFact, ...]:
    """What a learner can be asked for an offering."""
    return tuple(one for one in api.asked_facts(user_id, code) if one.asks_learner)


def empty_form(asked: Iterable[AskedFact], user_id: int, *, at: datetime) -> FactsForm:
    """The form for what is asked, with what the learner has said."""
    asked = tuple(asked)
    return FactsForm(asked=asked, known=own_values(asked, user_id, at=at))


def own_values(
    asked: Iterable[AskedFact], user_id: int, *, at: datetime
) -> dict[str, FactValue | None]:
    """By name, what a learner has said of what is asked, in the unit that it is asked in."""
    units = {one.name: one.unit for one in asked}
    return {
        one.name: one.value for one in own_facts(user_id, at=at) if units.get(one.name) == one.unit
    }


def own_facts(user_id: int, *, at: datetime) -> list[FactRecord]:
    """What a learner says of themselves that counts now, by name."""
    found = [
        one for one in api.list_facts(user_id, at=at)
        if one.counts and one.kind is EvidenceKind.DECLARED and one.value is not None
    ]  # fmt: skip
    return sorted(found, key=lambda one: one.name)


def told(user_id: int, asked: Iterable[AskedFact], *, at: datetime) -> list[dict[str, Any]]:
    """What is kept of a learner, as they read it: also what somebody else has seen."""
    by_name = {one.name: one for one in asked}
    found = [one for one in api.list_facts(user_id, at=at) if one.counts and one.value is not None]
    found.sort(key=lambda one: (one.name, -one.kind.strength))
    return [
        drawn(one, _as_said(by_name.get(one.name), one))
        | {"is_own": one.kind is EvidenceKind.DECLARED}
        for one in found
    ]


def _as_said(asked: AskedFact | None, record: FactRecord) -> AskedFact | None:
    """What is asked, in the unit that the answer was given in."""
    return replace(asked, unit=record.unit) if asked is not None else None


def panel(user_id: int, code: str, *, at: datetime) -> list[dict[str, Any]]:
    """Each fact that is asked for, as a reviewer reads it; the strongest evidence first."""
    records = api.list_facts(user_id, at=at)
    return [_of_fact(one, records) for one in api.asked_facts(user_id, code)]


def _of_fact(asked: AskedFact, records: Iterable[FactRecord]) -> dict[str, Any]:
    about = [one for one in records if one.name == asked.name]
    counting = [
        one for one in about
        if one.counts and one.value is not None and one.unit == asked.unit
    ]  # fmt: skip
    counting.sort(key=lambda one: -one.kind.strength)
    earlier = [one for one in about if one not in counting]
    return {
        "asked": asked,
        "label": wording_facts.fact_label(asked),
        "counting": [drawn(one, asked) for one in counting],
        "earlier": [drawn(one, asked) for one in earlier],
        "is_enough": bool(counting) and counting[0].kind.strength >= asked.strength.strength,
        "wanted": wording.evidence_kind(asked.strength),
    }


def drawn(record: FactRecord, asked: AskedFact | None) -> dict[str, Any]:
    """A statement as a page shows it; its unit where it is not that of the label."""
    label = wording_facts.fact_label(asked) if asked else wording_facts.fact_name(record.name)
    value = wording_facts.fact_value(record)
    if value and record.unit != (asked.unit if asked else ""):
        value = wording_facts.in_unit(value, record.unit)
    return {
        "record": record,
        "asked": asked,
        "label": label,
        "value": value,
        "known": wording.evidence_kind(record.kind),
    }
