"""Gathers what a decision depends on, and reads decisions that were kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from fairgate.clock import utc_day
from fairgate.money import Money
from fairgate.percent import Percent
from waiver_policy import conf, models
from waiver_policy.data import Applicant, Decision, Outcome, Reason
from waiver_policy.rules import deciding
from waiver_policy.rules.deciding import Question
from waiver_policy.rules.policies import Policy
from waiver_policy.selectors import lists, policies


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision with the policy that was asked."""

    decision: Decision
    version: models.PolicyVersion | None
    policy: Policy | None


def decide(
    applicant: Applicant,
    *,
    offering_code: str,
    at: datetime,
    known_at: datetime | None = None,
    price: Money | None = None,
) -> Decided:
    """Ask the active policy, with the lists as known then. Stores nothing."""
    day = utc_day(at)
    known_at = known_at or at
    version = policies.get_deciding_version()
    policy = policies.compiled(version)
    known = lists.get_known_lists(known_at=known_at)
    others = policies.get_referred_to(policy)
    approval = get_approval(applicant.user_id, offering_code, day=day)
    question = Question(
        applicant=applicant,
        offering_code=offering_code,
        at=at,
        known_at=known_at,
        countries=conf.known_countries(),
        policy=policy,
        policy_version=version.version if version else 0,
        lists=known.lists,
        editions=known.editions,
        price=price,
        policies={slug: other for slug, (_, other) in others.items()},
        versions={slug: number for slug, (number, _) in others.items()},
        approved=_percent(approval),
        approved_until=approval.valid_until if approval else None,
        has_grant=has_live_grant(applicant.user_id, offering_code),
    )
    return Decided(deciding.decide(question), version, policy)


def replay(row: models.WaiverDecision) -> Decision:
    """Decide again from what a stored decision kept: same policy version, same editions."""
    kept = row.inputs
    known_at = datetime.fromisoformat(kept["known_at"])
    known = lists.get_lists_of(tuple(row.editions), known_at=known_at)
    policy = policies.compiled(row.policy_version)
    others = policies.get_referred_to(policy, versions=kept["policies"])
    approved, until = kept["approved"], kept["approved_until"]
    answer = deciding.decide(
        Question(
            applicant=deciding.restored_applicant(kept),
            offering_code=kept["offering_code"],
            at=row.at,
            known_at=known_at,
            countries=conf.known_countries(),
            policy=policy,
            policy_version=row.version,
            lists=known.lists,
            editions=known.editions,
            price=deciding.restored_price(kept),
            policies={slug: other for slug, (_, other) in others.items()},
            versions={slug: number for slug, (number, _) in others.items()},
            approved=Percent(approved) if approved is not None else None,
            approved_until=date.fromisoformat(until) if until else None,
            has_grant=kept["has_grant"],
        )
    )
    return deciding.limited_again(answer, kept)


def get_approval(user_id: int, offering_code: str, *, day: date) -> models.WaiverApplication | None:
    """The newest approval of a person for an offering that still counts on a day."""
    approvals = models.WaiverApplication.objects.filter(
        user_id=user_id, offering_code=offering_code, state="approved"
    )
    for approval in approvals.order_by("-reviewed_at", "-id"):
        if approval.valid_until is None or day < approval.valid_until:
            return approval
    return None


def _percent(approval: models.WaiverApplication | None) -> Percent | None:
    if approval is None or approval.percent_bp is None:
        return None
    return Percent.from_basis_points(approval.percent_bp)


def has_live_grant(user_id: int, offering_code: str) -> bool:
    """Whether the person holds a grant for the offering that is not released."""
    return models.WaiverGrant.objects.filter(live_key=live_key(user_id, offering_code)).exists()


def live_key(user_id: int, offering_code: str) -> str:
    """What is unique among live grants and among open applications."""
    return f"{user_id}:{offering_code}"


def to_decision(row: models.WaiverDecision) -> Decision:
    """A kept decision as a value."""
    return Decision(
        outcome=Outcome(row.outcome),
        percent=Percent.from_basis_points(row.percent_bp),
        reasons=tuple(Reason(code=r["code"], params=r["params"]) for r in row.reasons),
        policy=row.policy,
        policy_version=row.version,
        rule=row.rule or None,
        editions=tuple(row.editions),
        membership=row.membership or None,
        decided_on=row.decided_on,
        at=row.at,
        inputs=row.inputs,
        engine_version=row.engine_version,
        reduction=deciding.restored_reduction(row.reduction),
    )
