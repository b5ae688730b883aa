"""Gathers what a decision depends on, and reads decisions that were kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from fairgate.clock import utc_day
from fairgate.money import Money
from fairgate.percent import Percent
from waiver_policy import conf, models
from waiver_policy.data import Applicant, Decision, EvidenceBasis, Outcome, Reason, Reduction
from waiver_policy.rules import deciding, price_locks
from waiver_policy.rules.deciding import Question
from waiver_policy.rules.policies import Policy
from waiver_policy.selectors import lists, locks, policies
from waiver_policy.selectors.evidence import with_evidence
from waiver_policy.selectors.locks import live_key


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision with the policy that was asked, and the price that is kept for the person.

    ``lock`` is there if one holds, whether or not it decided. ``void_lock`` names none: it is the
    row that stands in the way of a new one, because its time or its country is over.
    """

    decision: Decision
    version: models.PolicyVersion | None
    policy: Policy | None
    lock: models.PriceLock | None = None
    void_lock: models.PriceLock | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Whether a person holds a live grant for an offering (``None``: look), and may be approved."""

    has_grant: bool | None
    has_approval: bool


def decide(
    applicant: Applicant,
    *,
    offering_code: str,
    at: datetime,
    known_at: datetime | None = None,
    price: Money | None = None,
    standing: Standing | None = None,
    version: models.PolicyVersion | None = None,
) -> Decided:
    """Ask the active policy, or this version of one, with the lists as known then.

    Stores nothing. ``standing``: what the caller has just seen of this person and offering;
    ``None`` looks.
    """
    day = utc_day(at)
    known_at = known_at or at
    version = version or policies.get_deciding_version()
    policy = policies.compiled(version)
    others = policies.get_referred_to(policy)
    keys = policies.keys_of(policy, others)
    known = lists.get_known_lists(known_at=known_at, keys=keys)
    stands = standing or Standing(has_grant=None, has_approval=True)
    approval = None
    if stands.has_approval:
        approval = get_approval(applicant.user_id, offering_code, day=day)
    held = _held(applicant.user_id, offering_code) if stands.has_grant is None else None
    question = Question(
        applicant=with_evidence(applicant, at=at),
        offering_code=offering_code,
        at=at,
        known_at=known_at,
        countries=conf.known_countries(),
        policy=policy,
        policy_version=version.version if version else 0,
        lists=known.lists,
        editions=known.editions,
        price=price,
        policies=policies.by_slug(others),
        versions={slug: number for slug, (number, _) in others.items()},
        approved=_percent(approval),
        approved_until=approval.valid_until if approval else None,
        approved_rule=approval.decision.rule if approval else "",
        has_grant=held is not None if stands.has_grant is None else stands.has_grant,
        offered=_offered(held, day),
    )
    row = locks.get_lock(applicant.user_id, offering_code) if applicant.user_id else None
    lock = locks.to_lock(row) if row and locks.holds(row, at=at) else None
    earlier = get_earlier_countries(applicant, at=at)
    decision = price_locks.decide(question, lock=lock, earlier=earlier)
    if row and "locked" in decision.inputs:
        version = row.decision.policy_version
    is_kept = lock is not None and not price_locks.is_void(lock, applicant.country)
    return Decided(
        decision=decision,
        version=version,
        policy=policies.compiled(version),
        lock=row if is_kept else None,
        void_lock=None if is_kept else row,
    )


def get_earlier_countries(applicant: Applicant, *, at: datetime) -> tuple[str, ...]:
    """Other countries that this person has said in the last 90 days, as far as it was kept.

    The State that has named somebody is not a country that they have said.
    """
    if not applicant.user_id:
        return ()
    facts = models.DecisionFacts.objects.filter(
        decision__user_id=applicant.user_id,
        decision__at__gt=at - price_locks.COUNTRY_CHANGE,
        decision__at__lte=at,
    )
    others = facts.exclude(country__in=("", applicant.country[:2]))
    rows = others.values_list("country", "inputs__country_basis")
    return tuple(
        sorted({country for country, basis in rows if basis != EvidenceBasis.NOMINATING_STATE})
    )


def get_approval(user_id: int, offering_code: str, *, day: date) -> models.WaiverApplication | None:
    """The newest approval of a person for an offering that still counts on a day."""
    approvals = models.WaiverApplication.objects.select_related("decision").filter(
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


def _held(user_id: int, offering_code: str) -> models.WaiverGrant | None:
    """The live grant that the person holds for the offering."""
    grants = models.WaiverGrant.objects.select_related("decision").only(
        "offered_until", "state", "decision__reduction"
    )
    found: models.WaiverGrant | None = grants.filter(
        live_key=live_key(user_id, offering_code)
    ).first()
    return found


def _offered(held: models.WaiverGrant | None, day: date) -> Reduction | None:
    """What the waiting list holds for the person: it stands whatever the lists say by now."""
    if held is None or held.offered_until is None or held.state != held.RESERVED:
        return None
    if day >= held.offered_until:
        return None
    return deciding.restored_reduction(held.decision.reduction["steps"])


def to_decision(row: models.WaiverDecision) -> Decision:
    """A kept decision as a value: whole while its facts are there, without them afterwards."""
    facts = get_facts(row)
    reasons = facts.reasons if facts else [{"code": code, "params": {}} for code in row.codes]
    return Decision(
        outcome=Outcome(row.outcome),
        percent=Percent(row.reduction["percent"]),
        reasons=tuple(Reason(code=r["code"], params=r["params"]) for r in reasons),
        policy=row.policy,
        policy_version=row.version,
        rule=row.rule or None,
        editions=tuple(row.editions),
        membership=facts.membership or None if facts else None,
        decided_on=row.decided_on,
        at=row.at,
        inputs=facts.inputs if facts else {},
        engine_version=row.engine_version,
        reduction=deciding.restored_reduction(row.reduction["steps"]),
    )


def get_facts(row: models.WaiverDecision) -> models.DecisionFacts | None:
    """What a decision was made from; ``None`` once the person is forgotten."""
    found: models.DecisionFacts | None = getattr(row, "facts", None)
    return found
