"""Reports: what they are asked for, and what comes out, field by field."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from fairgate_rest.bodies import Amount, Body, OneOf
from revenue_share.data import Measure, Report, ReportRow, StepKind
from revenue_share.rest.shapes import CurrencyCode


class SpanQuery(Body):
    """From which month to which, the last one included, in which currency."""

    first = serializers.CharField(max_length=7, help_text="Like 2026-10.")
    last = serializers.CharField(
        max_length=7, required=False, help_text="Without it, the first month alone."
    )
    currency = CurrencyCode()


class SpanShape(serializers.Serializer):
    """What a report is of."""

    first = serializers.CharField()
    last = serializers.CharField()
    currency = serializers.CharField()


# --- Sums by one thing ----------------------------------------------------------------------------


class MeasuredShape(serializers.Serializer):
    """One number of a row."""

    measure = OneOf(Measure)
    amount = Amount()


class ReportRowShape(serializers.Serializer):
    """One row: its values add up to its amount."""

    key = serializers.CharField(
        help_text="A month, a course, a group of countries, a party or a class of payers; empty "
        "for what has none."
    )
    events = serializers.IntegerField(
        help_text="Sales, refunds and disputes; 0 by party, whose sums do not tell them."
    )
    values = MeasuredShape(many=True)
    amount = Amount()


class ReportTotalShape(SpanShape):
    """What all rows of a report come to."""

    least = serializers.IntegerField(
        help_text="Groups of countries with fewer sales of a month are told together; else 0."
    )
    events = serializers.IntegerField()
    values = MeasuredShape(many=True)
    amount = Amount()


def row_of(report: Report, row: ReportRow) -> dict[str, Any]:
    """A row, its values with their names."""
    values = [
        {"measure": measure, "amount": amount}
        for measure, amount in zip(report.measures, row.values, strict=True)
    ]
    return {"key": row.key, "events": row.events, "values": values, "amount": row.amount}


# --- Pictures of a span ---------------------------------------------------------------------------


class FallShape(serializers.Serializer):
    """One step: what it adds to the level, or takes of it, and the level after it."""

    kind = OneOf(StepKind)
    party = serializers.CharField(help_text="Of a step that is a party's; else empty.")
    amount = Amount(help_text="Signed as it adds up; of a level, the level.")
    level = Amount()


class WaterfallShape(SpanShape):
    """Where the receipts went: gross, what went back, tax, fees, net, each party, the rest."""

    steps = FallShape(many=True)


class FundMovementShape(serializers.Serializer):
    """What all movements of one kind changed of the fund on the days of these months."""

    kind = serializers.CharField()
    available = Amount()
    reserved = Amount()
    committed = Amount()
    shortfall = Amount()


class FundStandingShape(serializers.Serializer):
    """What the fund has now."""

    available = Amount()
    reserved = Amount()
    committed = Amount()
    shortfall = Amount()


class FundFlowShape(SpanShape):
    """What came into the fund and went out of it, by these books and by its own."""

    earned = Amount(help_text="Its part of the receipts, by the month of the statement.")
    seats = Amount(help_text="What it paid for waived seats, less those that were given back.")
    movements = FundMovementShape(many=True)
    balance = FundStandingShape()


class RecoupedShape(serializers.Serializer):
    """What a party got of its costs before the shares."""

    party = serializers.CharField()
    amount = Amount()


class CostRecoveryShape(SpanShape):
    """What the books know of costs, and the platform's share beside them."""

    gross = Amount()
    back = Amount(help_text="Below zero.")
    fees = Amount(help_text="What processors kept.")
    dispute_fees = Amount(help_text="What banks charged for disputes.")
    recouped = RecoupedShape(many=True)
    platform = Amount(help_text="The host's share.")
    platform_costs = Amount(help_text="What it bears of the fees.")
