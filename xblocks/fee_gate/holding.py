"""What a hold decides: pure, from facts that were gathered before.

A hold keeps an enrolment or a certificate back until a fee is settled. It asks nothing of learners
who came before it: a rule counts from its date on, and earlier learners keep the terms they
enrolled under.
"""

from __future__ import annotations

from fee_gate.data import Access, Actor, CertificateFacts, Decision, EnrolmentFacts

OPEN = Decision(access=Access.OPEN)
UNDECIDED = Decision(access=Access.UNDECIDED)


def may_enrol(facts: EnrolmentFacts) -> Decision:
    """Whether a person may be enrolled now.

    Staff and service accounts enrol whom they want, and whoever they invited may come; beta testers
    enrol themselves. For a person who is in the run already, enrolling again means choosing a
    track: that is no way in.
    """
    if facts.fees == frozenset() or facts.is_exempt or facts.is_enrolled or facts.is_invited:
        return OPEN
    if facts.actor in (Actor.STAFF, Actor.SERVICE):
        return OPEN
    if facts.actor is Actor.NOBODY and facts.trusts_nobody:
        return OPEN
    return _settled(facts.fees, facts.settled)


def may_certify(facts: CertificateFacts) -> Decision:
    """Whether a certificate may be made now, whoever asks for it.

    A learner who had enrolled before a rule began is not held by it, even if they left and came
    back: what counts is the first time.
    """
    if facts.rules is None:
        return UNDECIDED
    enrolled_at = facts.enrolled_at
    fees = frozenset(
        rule.fee
        for rule in facts.rules
        if enrolled_at is None or rule.effective_from <= enrolled_at
    )
    return _settled(fees, facts.settled) if fees else OPEN


def _settled(fees: frozenset[str] | None, settled: frozenset[str] | None) -> Decision:
    if fees is None or settled is None:
        return UNDECIDED
    missing = sorted(fees - settled)
    return Decision(access=Access.CLOSED, fee=missing[0]) if missing else OPEN
