"""From an applicant, a policy and the lists to a decision with its reasons.

Pure: the same question gives the same answer in ten years. What is asked of the database
(editions, the person's earlier grants and approvals) comes in as values.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from fairgate.clock import utc_day
from fairgate.percent import Percent
from waiver_policy.data import (
    ENGINE_VERSION,
    Applicant,
    Decision,
    Outcome,
    Reason,
    ReasonCode,
)
from waiver_policy.exceptions import UnusableFact
from waiver_policy.rules.conditions import Case, Evidence, Lists
from waiver_policy.rules.policies import Policy, Verdict, evaluate

NOTHING = Percent(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Everything a decision depends on.

    ``editions`` maps each list that was known at the moment to the name of its edition;
    ``approved`` is the percentage a reviewer has granted this person for this offering;
    ``has_grant`` whether they hold a grant for it already.
    """

    applicant: Applicant
    offering_code: str
    at: datetime
    known_at: datetime
    countries: frozenset[str]
    policy: Policy | None
    policy_version: int = 0
    lists: Lists = field(default_factory=dict)
    editions: Mapping[str, str] = field(default_factory=dict)
    approved: Percent | None = None
    approved_until: date | None = None
    has_grant: bool = False


@dataclass(frozen=True, slots=True)
class _Finding:
    """What a step of deciding comes to."""

    outcome: Outcome
    reasons: tuple[Reason, ...]
    percent: Percent = NOTHING
    rule: str | None = None
    membership: str | None = None


def decide(question: Question) -> Decision:
    """The decision. It never raises for a person's data: what is missing is asked for."""
    finding = _find(question)
    reasons = finding.reasons
    if question.has_grant and finding.outcome is Outcome.GRANTED:
        reasons += (_reason(ReasonCode.ALREADY_GRANTED),)
    policy = question.policy
    return Decision(
        outcome=finding.outcome,
        percent=finding.percent,
        reasons=reasons,
        policy=policy.slug if policy else "",
        policy_version=question.policy_version,
        rule=finding.rule,
        editions=_asked(question),
        membership=finding.membership,
        decided_on=utc_day(question.at),
        at=question.at,
        inputs=_inputs(question),
        engine_version=ENGINE_VERSION,
    )


def _find(question: Question) -> _Finding:
    policy = question.policy
    if question.approved is not None:
        until = question.approved_until
        said = {"percent": _plain(question.approved), "until": until.isoformat() if until else ""}
        reason = _reason(ReasonCode.MANUAL_OVERRIDE, **said)
        return _Finding(Outcome.GRANTED, (reason,), question.approved)
    if policy is None:
        return _Finding(Outcome.REFUSED, (_reason(ReasonCode.NO_ACTIVE_POLICY),))
    country = question.applicant.country
    if policy.needs_country and not country:
        return _Finding(_missing_outcome(policy), (_reason(ReasonCode.COUNTRY_MISSING),))
    if policy.needs_country and country not in question.countries:
        return _Finding(Outcome.ASK, (_reason(ReasonCode.COUNTRY_UNKNOWN, country=country),))
    missing = [group for group in policy.groups if group not in question.editions]
    if missing:
        reason = _reason(ReasonCode.LIST_NOT_LOADED, list=", ".join(missing))
        return _Finding(Outcome.REVIEW, (reason,))
    try:
        verdict = evaluate(policy, _case(question))
    except UnusableFact as error:
        reason = _reason(ReasonCode.EVIDENCE_TOO_WEAK, facts=str(error))
        return _Finding(Outcome.ASK, (reason,))
    return _of_verdict(question, policy, verdict)


def _missing_outcome(policy: Policy) -> Outcome:
    return Outcome.REFUSED if policy.missing_country == "refuse" else Outcome.ASK


def _case(question: Question) -> Case:
    person = question.applicant
    return Case(
        countries=(person.country,) if person.country else (),
        as_of=utc_day(question.at),
        facts={**person.facts, "payer_class": person.payer_class},
        lists=question.lists,
    )


def _of_verdict(question: Question, policy: Policy, verdict: Verdict) -> _Finding:
    if verdict.not_in_force:
        return _Finding(Outcome.REFUSED, (_reason(ReasonCode.OFFERING_NOT_COVERED),))
    if verdict.excluded:
        return _Finding(Outcome.REFUSED, (_reason(ReasonCode.EXCLUDED_BY_POLICY),))
    if verdict.label is None:
        return _without_rule(question, policy)
    reasons = _why(verdict, question)
    membership = verdict.evidence[0].membership.name if verdict.evidence else None
    found = _Finding(Outcome.GRANTED, reasons, NOTHING, verdict.label, membership)
    return _by_route(found, verdict)


def _by_route(found: _Finding, verdict: Verdict) -> _Finding:
    waives = verdict.benefit.waives if verdict.benefit else None
    if verdict.missing_facts:
        need = _reason(ReasonCode.EVIDENCE_TOO_WEAK, facts=", ".join(verdict.missing_facts))
        return _Finding(Outcome.ASK, (*found.reasons, need), NOTHING, found.rule, found.membership)
    if verdict.route != "auto" or waives is None:
        said = {"percent": _plain(waives)} if waives is not None else {}
        need = _reason(ReasonCode.REVIEW_NEEDED, **said)
        return _Finding(
            Outcome.REVIEW, (*found.reasons, need), NOTHING, found.rule, found.membership
        )
    outcome = Outcome.GRANTED if waives > NOTHING else Outcome.REFUSED
    return _Finding(outcome, found.reasons, waives, found.rule, found.membership)


def _without_rule(question: Question, policy: Policy) -> _Finding:
    country = question.applicant.country
    listed = _reason(
        ReasonCode.NOT_LISTED, country=country, lists=", ".join(policy.groups),
        date=utc_day(question.at).isoformat(),
    )  # fmt: skip
    reasons = (listed, *_provisional(question, _rows(question, country)))
    percent = policy.otherwise.waives if policy.otherwise else None
    if percent is not None and percent > NOTHING:
        return _Finding(Outcome.GRANTED, reasons, percent)
    return _Finding(Outcome.REFUSED, reasons)


def _why(verdict: Verdict, question: Question) -> tuple[Reason, ...]:
    if not verdict.evidence:
        return (_reason(ReasonCode.RULE_MATCHED, rule=verdict.label or ""),)
    reasons = tuple(_of_evidence(one, question) for one in verdict.evidence)
    # The row that a group of our own lists contests is told whether or not it decided.
    contested = _rows(question, question.applicant.country)
    return reasons + _provisional(question, contested)


def _of_evidence(evidence: Evidence, question: Question) -> Reason:
    row = evidence.membership
    said = {
        "list": row.list_code,
        "country": row.country,
        "date": utc_day(question.at).isoformat(),
        "edition": row.edition,
        "until": row.until_date.isoformat() if row.until_date else "",
    }
    if evidence.grace_until is None:
        return _reason(ReasonCode.LIST_MEMBER, **said)
    return _reason(ReasonCode.IN_GRACE, **said, grace_until=evidence.grace_until.isoformat())


def _rows(question: Question, country: str) -> tuple[Any, ...]:
    groups = question.policy.groups if question.policy else ()
    return tuple(row for group in groups for row in question.lists.get(group, {}).get(country, ()))


def _provisional(question: Question, rows: tuple[Any, ...]) -> tuple[Reason, ...]:
    return tuple(
        _reason(
            ReasonCode.LIST_STATUS_PROVISIONAL, list=row.list_code, country=row.country,
            until=row.until_date.isoformat() if row.until_date else "",
            asked=row.alt_until_date.isoformat(),
        )
        for row in rows
        if row.is_contested
    )  # fmt: skip


def _asked(question: Question) -> tuple[str, ...]:
    groups = question.policy.groups if question.policy else ()
    return tuple(question.editions[group] for group in groups if group in question.editions)


def _inputs(question: Question) -> Mapping[str, Any]:
    """What the decision was made from, in values that JSON keeps exactly."""
    person = question.applicant
    return {
        "user_id": person.user_id,
        "country": person.country,
        "country_basis": person.country_basis,
        "payer_class": person.payer_class,
        "facts": {name: _kept(value) for name, value in sorted(person.facts.items())},
        "offering_code": question.offering_code,
        "known_at": question.known_at.isoformat(),
        "approved": _plain(question.approved) if question.approved is not None else None,
        "approved_until": question.approved_until.isoformat() if question.approved_until else None,
        "has_grant": question.has_grant,
    }


def _kept(value: Any) -> Any:
    """A fact as JSON keeps it: decimals as ``{"decimal": "0.5"}``, dates as text."""
    if isinstance(value, Decimal):
        return {"decimal": str(value)}
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return [_kept(item) for item in value]
    return value


def restored_facts(kept: Mapping[str, Any]) -> Mapping[str, Any]:
    """Facts as they were before ``inputs`` kept them."""
    return {name: _restored(value) for name, value in kept.items()}


def _restored(value: Any) -> Any:
    if isinstance(value, Mapping):
        return Decimal(value["decimal"])
    return [_restored(item) for item in value] if isinstance(value, list) else value


def limited(decision: Decision, outcome: Outcome, reason: Reason) -> Decision:
    """A granted decision that a fund or a limit turned into another outcome.

    The turn is kept among the inputs: what was left at that moment cannot be asked again.
    """
    turned = {"outcome": outcome.value, "code": reason.code, "params": dict(reason.params)}
    return replace(
        decision,
        outcome=outcome,
        percent=NOTHING,
        reasons=(*decision.reasons, reason),
        inputs={**decision.inputs, "limited": turned},
    )


def limited_again(decision: Decision, inputs: Mapping[str, Any]) -> Decision:
    """The same turn, when a decision is replayed from its kept inputs."""
    turned = inputs.get("limited")
    if turned is None:
        return decision
    reason = Reason(code=turned["code"], params=turned["params"])
    return limited(decision, Outcome(turned["outcome"]), reason)


def valid_until(policy: Policy | None, at: datetime) -> date | None:
    """The first day on which an unused grant has lapsed; ``None`` when it never does."""
    if policy is None or policy.valid_days is None:
        return None
    return utc_day(at) + timedelta(days=policy.valid_days)


def _reason(code: ReasonCode, **params: str) -> Reason:
    return Reason(code=code.value, params=params)


def _plain(percent: Percent | None) -> str:
    return str(percent)[:-2] if percent is not None else ""
