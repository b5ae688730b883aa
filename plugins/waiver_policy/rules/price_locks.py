"""What a kept price, or another country than before, makes of a decision.

A kept price is the promise to decide by the rules of one day until another day. It helps only: when
the rules of today give as much, they decide. It ends with the countries that it was given for.

Who has said another country in the last ``COUNTRY_CHANGE`` may be moving for the price: a person
looks before anything is granted.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from fairgate.percent import Percent
from waiver_policy.data import (
    NOTHING_OFF,
    Award,
    Decision,
    Outcome,
    Reason,
    ReasonCode,
    Reduction,
)
from waiver_policy.rules import deciding, two_people
from waiver_policy.rules.conditions import Lists
from waiver_policy.rules.deciding import NOTHING, Question
from waiver_policy.rules.grounds import Grounds
from waiver_policy.rules.policies import Policy

COUNTRY_CHANGE = timedelta(days=90)

_RANK = (Outcome.REFUSED, Outcome.ASK, Outcome.REVIEW, Outcome.WAITLISTED, Outcome.GRANTED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock:
    """The rules of the day that a price is kept for.

    ``until`` is the first day (UTC) on which it no longer holds.
    """

    at: datetime
    known_at: datetime
    until: date
    policy: Policy | None
    policy_version: int
    lists: Lists
    editions: Mapping[str, str]
    policies: Mapping[str, Policy]
    versions: Mapping[str, int]
    confirmed: Mapping[str, tuple[int, ...]]


def decide(
    question: Question,
    *,
    lock: Lock | None,
    earlier: Collection[str],
    void: Collection[Grounds] = (),
) -> Decision:
    """The decision of today, or of the day the price is kept for if that gives more.

    ``earlier`` are other countries that this person has said in the last ``COUNTRY_CHANGE``;
    ``void`` is what was promised to them on other countries: it holds no more.
    """
    now = deciding.decide(question)
    if question.offered is not None:
        return now
    if lock is not None:
        now = _better(now, _by_lock(question, lock))
    if deciding.is_approved(now):
        return now
    before = {*earlier, *(country for grounds in void for country in grounds.countries)}
    return _changed(now, tuple(sorted(before)), was_void=bool(void)) if before else now


def may_be_kept(decision: Decision) -> bool:
    """Whether there is a price to keep: one by a rule of today, given or within reach."""
    is_good = decision.outcome in (Outcome.GRANTED, Outcome.WAITLISTED, Outcome.REVIEW)
    by_rule = decision.rule is not None or decision.outcome is Outcome.GRANTED
    by_rule &= not deciding.is_approved(decision)
    return is_good and by_rule and "locked" not in decision.inputs


def asked_at(kept: Mapping[str, Any], at: datetime) -> datetime:
    """The moment whose rules a stored decision was made by."""
    locked = kept.get("locked")
    return datetime.fromisoformat(locked["at"]) if locked else at


def turned_again(decision: Decision, kept: Mapping[str, Any], *, at: datetime) -> Decision:
    """The same turns as when the decision was made, from what it kept."""
    if locked := kept.get("locked"):
        decision = _locked(decision, date.fromisoformat(locked["until"]), at=at)
    if changed := kept.get("changed"):
        decision = _changed(decision, tuple(changed["from"]), was_void=changed["was_void"])
    seen_by_one = kept.get("seen_by_one") and decision.outcome is Outcome.GRANTED
    return two_people.turned(decision) if seen_by_one else decision


def proposed(decision: Decision) -> Award | None:
    """What the rule would give if a reviewer agrees; ``None`` if it says nothing."""
    for reason in decision.reasons:
        if reason.code == ReasonCode.REVIEW_NEEDED:
            return deciding.proposed_award(reason.params)
    return None


def proposed_part(decision: Decision) -> Percent | None:
    """The share of the price that this is; ``None`` if that cannot be said."""
    award, price = proposed(decision), deciding.price_of(decision)
    if award is None:
        return None
    reduction = Reduction((award,))
    is_known = price is None or reduction.applies_to(price)
    return reduction.part_of(price) if is_known else None


def _by_lock(question: Question, lock: Lock) -> Decision:
    then = replace(
        question, at=lock.at, known_at=lock.known_at, policy=lock.policy,
        policy_version=lock.policy_version, lists=lock.lists, editions=lock.editions,
        policies=lock.policies, versions=lock.versions, confirmed=lock.confirmed,
    )  # fmt: skip
    return _locked(deciding.decide(then), lock.until, at=question.at)


def _locked(decision: Decision, until: date, *, at: datetime) -> Decision:
    params = {"date": decision.decided_on.isoformat(), "until": until.isoformat()}
    reason = Reason(code=ReasonCode.PRICE_LOCKED.value, params=params)
    kept = {"at": decision.at.isoformat(), "until": until.isoformat()}
    return replace(
        decision,
        at=at,
        reasons=(*decision.reasons, reason),
        inputs={**decision.inputs, "locked": kept},
    )


def _better(now: Decision, kept: Decision) -> Decision:
    """Today's answer unless the kept one gives more."""
    return kept if _worth(kept) > _worth(now) else now


def _worth(decision: Decision) -> tuple[int, int]:
    percent = proposed_part(decision) or decision.percent
    return _RANK.index(decision.outcome), percent.basis_points


def _with_change(reasons: tuple[Reason, ...], *, was_void: bool) -> tuple[Reason, ...]:
    """One fact is told once: its day says more, unless something was promised and holds no more."""
    changed, recent = Reason(code=ReasonCode.COUNTRY_CHANGED.value), ReasonCode.COUNTRY_RECENT
    if all(reason.code != recent for reason in reasons):
        return (*reasons, changed)
    if not was_void:
        return reasons
    return tuple(changed if reason.code == recent else reason for reason in reasons)


def _changed(decision: Decision, before: tuple[str, ...], *, was_void: bool) -> Decision:
    needs_person = decision.outcome is Outcome.GRANTED
    if not (needs_person or was_void or decision.outcome is Outcome.REVIEW):
        return decision
    inputs = {**decision.inputs, "changed": {"from": list(before), "was_void": was_void}}
    reasons = _with_change(decision.reasons, was_void=was_void)
    if needs_person:
        said = deciding.proposal(decision.reduction, deciding.price_of(decision))
        reasons += (Reason(code=ReasonCode.REVIEW_NEEDED.value, params=said),)
    return replace(
        decision,
        outcome=Outcome.REVIEW if needs_person else decision.outcome,
        percent=NOTHING if needs_person else decision.percent,
        reduction=NOTHING_OFF if needs_person else decision.reduction,
        reasons=reasons,
        inputs=inputs,
    )
