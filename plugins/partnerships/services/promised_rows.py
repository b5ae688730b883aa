"""The rows of what a version promises, as a file has it."""

from __future__ import annotations

from typing import Any

from partnerships import models
from partnerships.terms_file import VersionEntry


def promised_rows(entry: VersionEntry) -> dict[Any, list[dict[str, object]]]:
    """The columns of each row by its table, in written order."""
    return {
        models.VersionObligation: [
            {
                "code": one.code,
                "side": one.side,
                "text": one.text,
                "due_on": one.due,
                "every_months": one.every_months,
            }
            for one in entry.obligations
        ],
        models.VersionContribution: [
            {
                "code": one.code,
                "party": one.party,
                "kind": one.kind,
                "text": one.text,
                "promised_minor": one.promised.minor,
                "currency": one.promised.currency,
                "valuation": one.valuation,
                "due_on": one.due,
            }
            for one in entry.contributions
        ],
        models.VersionOutcome: [
            {
                "code": one.code,
                "indicator": one.indicator,
                "unit": one.unit,
                "baseline": one.baseline,
                "target": one.target,
                "direction": one.direction,
                "due_on": one.due,
            }
            for one in entry.outcomes
        ],
    }
