"""Where an amount takes two people, what one of them has seen or said grants none of it alone.

A reviewer who notes a document, or what an institution told them, can make a rule match; one who
approves a price does not know what the fee will be. Above the operator's amount a second person
looks, as at any approval.
"""

from __future__ import annotations

from dataclasses import replace

from waiver_policy.data import (
    NOTHING_OFF,
    SEEN,
    Applicant,
    Decision,
    Outcome,
    Reason,
    ReasonCode,
)
from waiver_policy.rules import deciding


def without_seen(person: Applicant, *, given: Applicant) -> Applicant:
    """The person as if no reviewer had noted anything; what the caller has given stays."""
    evidence = tuple(
        one for one in person.evidence if one in given.evidence or one.kind not in SEEN
    )
    seen = {name for name, how in person.known.items() if how.kind in SEEN}
    return replace(
        person,
        evidence=evidence,
        facts={name: value for name, value in person.facts.items() if name not in seen},
        dates={name: day for name, day in person.dates.items() if name not in seen},
        known={name: how for name, how in person.known.items() if name not in seen},
    )


def is_as_good(one: Decision, other: Decision) -> bool:
    """Whether a decision grants as much as another one about the same price."""
    price = deciding.price_of(other)
    takes = [deciding.takes_off(decision.reduction, price) for decision in (one, other)]
    return one.outcome is Outcome.GRANTED and takes[0] >= takes[1]


def turned(decision: Decision) -> Decision:
    """A granted decision that a second person has to look at; kept among the inputs."""
    said = deciding.proposal(decision.reduction, deciding.price_of(decision))
    reasons = (
        Reason(code=ReasonCode.TWO_PEOPLE.value, params={}),
        Reason(code=ReasonCode.REVIEW_NEEDED.value, params=said),
    )
    return replace(
        decision,
        outcome=Outcome.REVIEW,
        percent=deciding.NOTHING,
        reduction=NOTHING_OFF,
        reasons=(*decision.reasons, *reasons),
        inputs={**decision.inputs, "seen_by_one": True},
    )
