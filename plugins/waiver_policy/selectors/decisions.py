"""Gathers what a decision depends on, and reads decisions that were kept."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial
from typing import Any
from uuid import UUID

from fairgate.clock import utc_day
from fairgate.money import Money
from fairgate.percent import Percent
from waiver_policy import conf, models
from waiver_policy.data import (
    Applicant,
    Decision,
    Outcome,
    Reason,
    Reduction,
)
from waiver_policy.exceptions import UnknownGrant
from waiver_policy.rules import deciding, price_locks, two_people
from waiver_policy.rules.applications import Action, waives_much
from waiver_policy.rules.asking import asked_facts
from waiver_policy.rules.conflicts import domain_key, name_key
from waiver_policy.rules.countries import locate
from waiver_policy.rules.deciding import Approval, Question
from waiver_policy.rules.grounds import NO_GROUNDS, Grounds, grounds_of
from waiver_policy.rules.policies import Policy
from waiver_policy.selectors import lists, locks, offerings, policies
from waiver_policy.selectors.earlier import get_earlier_countries
from waiver_policy.selectors.evidence import with_change, with_evidence
from waiver_policy.selectors.facts import with_facts
from waiver_policy.selectors.locks import live_key
from waiver_policy.selectors.standing import APPROVED, Standing, look


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision with the policy that was asked, and the price that is kept for the person.

    ``lock`` is there if one holds, whether or not it decided. ``void_lock`` names none: it is the
    row that stands in the way of a new one, because its time is over or its countries are others.
    """

    decision: Decision
    version: models.PolicyVersion | None
    policy: Policy | None
    lock: models.PriceLock | None = None
    void_lock: models.PriceLock | None = None


def decide(
    applicant: Applicant,
    *,
    offering_code: str,
    at: datetime,
    known_at: datetime | None = None,
    price: Money | None = None,
    standing: Standing | None = None,
    holds_grant: bool | None = None,
    version: models.PolicyVersion | None = None,
    course_run: str | None = None,
) -> Decided:
    """Ask the active policy, or this version of one, with the lists as known then.

    Stores nothing. ``standing``: what the caller has just seen of this person and offering, and
    ``holds_grant`` whether they hold a grant for it that is no offer; ``None`` looks.
    ``course_run`` as for ``api.decide``.
    """
    day = utc_day(at)
    known_at = known_at or at
    stands = standing or look(applicant.user_id, offering_code, at=at)
    version = version or policies.version_of(stands.deciding)
    policy = policies.compiled(version)
    others = policies.get_referred_to(policy)
    keys = policies.keys_of(policy, others)
    known = lists.get_known_lists(known_at=known_at, keys=keys, mark=stands.mark)
    person = with_evidence(applicant, at=at) if stands.has_evidence else applicant
    person = with_change(person, at=at) if stands.has_moved else person
    found = _promised(person, offering_code, stands, holds_grant=holds_grant, day=day, at=at)
    lock = locks.to_lock(found.lock) if found.lock else None
    if stands.has_facts:
        asked = asked_facts(policy, policies.by_slug(others))
        then = asked_facts(lock.policy, lock.policies) if lock else ()
        person = with_facts(person, (*asked, *then), at=at)
    question = Question(
        applicant=person,
        offering_code=offering_code,
        at=at,
        known_at=known_at,
        countries=conf.known_countries(),
        policy=policy,
        policy_version=version.version if version else 0,
        lists=known.lists,
        editions=known.editions,
        confirmed=known.confirmed,
        price=price,
        policies=policies.by_slug(others),
        versions={slug: number for slug, (number, _) in others.items()},
        approval=found.approval,
        has_grant=found.has_grant,
        offered=found.offered,
        course_run=_course_run(offering_code, course_run, policy, lock.policy if lock else None),
    )
    earlier = get_earlier_countries(person, stands, basis=deciding.basis_of(policy), at=at)
    decide_of = partial(price_locks.decide, lock=lock, earlier=earlier, void=found.void)
    decision = decide_of(question)
    if _takes_a_second(decision, question, decide_of, given=applicant):
        decision = two_people.turned(decision)
    if found.lock and "locked" in decision.inputs:
        version = found.lock.decision.policy_version
    return Decided(
        decision=decision,
        version=version,
        policy=policies.compiled(version),
        lock=found.lock,
        void_lock=found.void_lock,
    )


def _takes_a_second(
    decision: Decision,
    question: Question,
    decide_of: Callable[[Question], Decision],
    *,
    given: Applicant,
) -> bool:
    """Whether one person alone would have given more than the operator lets one person give."""
    limits = conf.two_people_above()
    if not limits or decision.outcome is not Outcome.GRANTED or question.offered is not None:
        return False
    worth = offerings.offering_worth(question.offering_code)
    if not waives_much(decision.reduction, worth, limits):
        return False
    approval, person = question.approval, question.applicant
    if approval is not None and deciding.is_approved(decision):
        # A percentage was looked at with the price; a price may leave any amount to be waived.
        award = approval.award
        return isinstance(award, Money) and not _was_confirmed(question, award)
    unseen = two_people.without_seen(person, given=given)
    if unseen == person:
        return False
    return not two_people.is_as_good(decide_of(replace(question, applicant=unseen)), decision)


def _was_confirmed(question: Question, price: Money) -> bool:
    """Whether a second person has confirmed this price for the person and the offering."""
    steps = models.ApplicationStep.objects.filter(
        action=Action.CONFIRM, price_minor=price.minor, price_currency=price.currency,
        application__user_id=question.applicant.user_id,
        application__offering_code=question.offering_code, application__state__in=APPROVED,
    )  # fmt: skip
    found: bool = steps.exists()
    return found


def _course_run(offering_code: str, said: str | None, *policies: Policy | None) -> str:
    """The course run, where one of the policies limits what is given for it; else nobody asks."""
    if any(cap.asks_course_run for policy in policies if policy for cap in policy.caps):
        return offerings.course_run_of(offering_code) if said is None else said
    return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Promised:
    """What a person was promised for an offering, and ``void``: what holds no more.

    A promise holds for the countries that it was given on.
    """

    approval: Approval | None
    has_grant: bool
    offered: Reduction | None
    lock: models.PriceLock | None
    void_lock: models.PriceLock | None
    void: tuple[Grounds, ...]


def _promised(
    person: Applicant,
    offering_code: str,
    standing: Standing,
    *,
    holds_grant: bool | None,
    day: date,
    at: datetime,
) -> _Promised:
    approval, void = None, list[Grounds]()
    if standing.has_approval:
        approval, void = get_approval(person, offering_code, day=day)
    looks = holds_grant is None and standing.has_grant
    held = _held(person.user_id, offering_code) if looks else None
    offer = held if held is not None and _is_offer(held, day) else None
    if offer is not None and not (grounds := grounds_of_offer(offer)).are_those_of(person):
        # The person's next request ends it; until then it is in nobody's way.
        held, offer, void = None, None, [*void, grounds]
    row = locks.get_lock(person.user_id, offering_code) if standing.has_lock else None
    lock = row if row is not None and locks.holds(row, at=at) else None
    if lock is not None and not (grounds := locks.grounds_of_lock(lock)).are_those_of(person):
        lock, void = None, [*void, grounds]
    return _Promised(
        approval=approval,
        has_grant=held is not None or bool(holds_grant),
        offered=deciding.restored_reduction(offer.decision.reduction["steps"]) if offer else None,
        lock=lock,
        void_lock=row if lock is None else None,
        void=tuple(void),
    )


def get_approval(
    person: Applicant, offering_code: str, *, day: date
) -> tuple[Approval | None, list[Grounds]]:
    """The newest approval of a person for an offering that still counts on a day.

    And, if there is none, on what an approval rested that counts no more.
    """
    rows = models.WaiverApplication.objects.select_related("decision__facts", "nomination").filter(
        user_id=person.user_id, offering_code=offering_code, state__in=APPROVED,
        decision__facts__isnull=False,
    )  # fmt: skip
    void = []
    for row in rows.order_by("-reviewed_at", "-id"):
        if row.valid_until is None or day < row.valid_until:
            approval = to_approval(row)
            if approval.grounds.are_those_of(person):
                return approval, []
            void.append(approval.grounds)
    return None, void


def counted_countries(row: models.WaiverApplication, *, at: datetime) -> tuple[str, ...]:
    """The countries of an application as they are known by now, by the basis of its policy.

    What a reviewer has seen in a document counts, and the country that the learner applied with.
    """
    person = with_evidence(Applicant(user_id=row.user_id, country=row.country), at=at)
    return locate(person, row.decision.facts.inputs["basis"]).countries


def to_approval(row: models.WaiverApplication) -> Approval:
    """What was granted by the approval of an application."""
    inputs, nomination = row.decision.facts.inputs, row.nomination
    if nomination is not None:
        # The State speaks for the person, wherever they live.
        grounds, country = NO_GROUNDS, nomination.country
    else:
        grounds = Grounds(inputs["basis"], tuple(row.counted))
        country = _country_for_limits(inputs, row.counted)
    return Approval(
        award=row.award if row.award is not None else deciding.NOTHING,
        until=row.valid_until,
        rule=row.decision.rule,
        grounds=grounds,
        country=country,
        institution=_institution(row),
        item=nomination.item if nomination is not None else "",
    )


def _country_for_limits(inputs: Mapping[str, Any], counted: Sequence[str]) -> str:
    """Of the countries that an approval was given on: the one that a rule had found, if any."""
    found: str = inputs["counted_as"]["country"]
    return found if found in counted or not counted else counted[0]


def _institution(row: models.WaiverApplication) -> str:
    """The institution as limits know it: by its domain, else its name, however it was written.

    As a hash: what somebody has typed is theirs, and limits remember longer than people may want.
    """
    said = domain_key(row.organisation_domain) or name_key(row.organisation)
    return hashlib.sha256(said.encode()).hexdigest()[:32] if said else ""


def _held(user_id: int, offering_code: str) -> models.WaiverGrant | None:
    """The live grant that the person holds for the offering."""
    grants = models.WaiverGrant.objects.select_related("decision__facts").only(
        "offered_until", "state", "decision__reduction", "decision__facts__inputs"
    )
    found: models.WaiverGrant | None = grants.filter(
        live_key=live_key(user_id, offering_code)
    ).first()
    return found


def _is_offer(held: models.WaiverGrant, day: date) -> bool:
    """Whether the waiting list has made a grant, and it stands: whatever the lists say by now."""
    until = held.offered_until
    return until is not None and held.state == held.RESERVED and day < until


def grounds_of_offer(held: models.WaiverGrant) -> Grounds:
    """The countries that a grant was made on; none once the person is forgotten."""
    facts = get_facts(held.decision)
    return grounds_of(facts.inputs) if facts else NO_GROUNDS


def grounds_hold(grant_uuid: UUID, applicant: Applicant, *, at: datetime) -> bool:
    """Whether a grant rests on the countries of this person as they are known at a moment.

    Raises:
        UnknownGrant: there is no such grant.
    """
    grants = models.WaiverGrant.objects.select_related("decision__facts")
    held = grants.filter(uuid=grant_uuid).first()
    if held is None:
        raise UnknownGrant(f"There is no waiver grant {grant_uuid}.")
    return grounds_of_offer(held).are_those_of(with_evidence(applicant, at=at))


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
