"""Keeps decisions: once for good, and once more what is about the person."""

from __future__ import annotations

from django.db import transaction

from fairgate_tables.inserting import insert
from waiver_policy import models
from waiver_policy.data import Decision
from waiver_policy.rules.deciding import kept_reduction, plain


def write_decision(
    decision: Decision, version: models.PolicyVersion | None
) -> models.WaiverDecision:
    """Keep a decision, as it was made, with its facts in a row of their own."""
    row = models.WaiverDecision(
        user_id=decision.inputs["user_id"],
        offering_code=decision.inputs["offering_code"],
        outcome=decision.outcome.value,
        reduction={
            "percent": plain(decision.percent),
            "steps": kept_reduction(decision.reduction),
        },
        codes=[reason.code for reason in decision.reasons],
        policy_version=version,
        policy=decision.policy,
        version=decision.policy_version,
        rule=decision.rule or "",
        editions=list(decision.editions),
        decided_on=decision.decided_on,
        at=decision.at,
        engine_version=decision.engine_version,
    )
    # Both or neither; in a transaction that runs already no savepoint is needed for that.
    with transaction.atomic(savepoint=False):
        insert(row)
        insert(_facts(row, decision))
    return row


def _facts(row: models.WaiverDecision, decision: Decision) -> models.DecisionFacts:
    return models.DecisionFacts(
        decision=row,
        country=_known_country(decision),
        membership=decision.membership or "",
        reasons=[{"code": r.code, "params": dict(r.params)} for r in decision.reasons],
        inputs=dict(decision.inputs),
    )


def _known_country(decision: Decision) -> str:
    """The country that was asked about, if it was one: a slip of the pen is no country."""
    country: str = decision.inputs["country"]
    return country if country in decision.inputs["known_countries"] else ""
