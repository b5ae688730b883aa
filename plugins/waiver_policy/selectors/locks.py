"""Prices that are kept for a person."""

from __future__ import annotations

from datetime import datetime

from fairgate.clock import utc_day
from waiver_policy import models
from waiver_policy.data import Applicant, PriceLockSummary
from waiver_policy.rules.grounds import Grounds, grounds_of
from waiver_policy.rules.price_locks import Lock
from waiver_policy.selectors import lists, policies
from waiver_policy.selectors.evidence import with_evidence


def live_key(user_id: int, offering_code: str) -> str:
    """What is unique among live grants, open applications and live locks."""
    return f"{user_id}:{offering_code}"


def get_lock(user_id: int, offering_code: str) -> models.PriceLock | None:
    """The lock of a person for an offering that nobody has ended; its time may be over."""
    rows = models.PriceLock.objects.select_related("decision__facts", "decision__policy_version")
    row: models.PriceLock | None = rows.filter(live_key=live_key(user_id, offering_code)).first()
    return row


def holds(row: models.PriceLock, *, at: datetime) -> bool:
    """Whether a lock counts at a moment: from its own on, before the day it ends."""
    return row.decision.at <= at and utc_day(at) < row.until


def to_lock(row: models.PriceLock) -> Lock:
    """The rules of the day that the price is kept for."""
    decision, kept = row.decision, row.decision.facts.inputs
    policy = policies.compiled(decision.policy_version)
    others = policies.get_referred_to(policy, versions=kept["policies"])
    known_at = datetime.fromisoformat(kept["known_at"])
    keys = policies.keys_of(policy, others)
    known = lists.get_lists_of(
        tuple(decision.editions), known_at=known_at, confirmed=kept.get("confirmed"), keys=keys
    )
    return Lock(
        at=decision.at,
        known_at=known_at,
        until=row.until,
        policy=policy,
        policy_version=decision.version,
        lists=known.lists,
        editions=known.editions,
        policies=policies.by_slug(others),
        versions=kept["policies"],
        confirmed=known.confirmed,
    )


def grounds_of_lock(row: models.PriceLock) -> Grounds:
    """The countries that a price is kept for."""
    return grounds_of(row.decision.facts.inputs)


def price_kept(
    applicant: Applicant, offering_code: str, *, at: datetime
) -> PriceLockSummary | None:
    """What is kept for a person at a moment; nothing if they are of other countries by now."""
    row = get_lock(applicant.user_id, offering_code)
    if row is None or not holds(row, at=at):
        return None
    if not grounds_of_lock(row).are_those_of(with_evidence(applicant, at=at)):
        return None
    return to_summary(row)


def to_summary(row: models.PriceLock) -> PriceLockSummary:
    """A lock as a value."""
    return PriceLockSummary(
        uuid=row.uuid,
        user_id=row.user_id,
        offering_code=row.offering_code,
        decision_uuid=row.decision.uuid,
        since=row.decision.decided_on,
        until=row.until,
    )
