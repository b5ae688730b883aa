"""What a hold decides, from facts alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fee_gate.data import Access, Actor, CertificateFacts, EnrolmentFacts, HoldRule, HoldScope
from fee_gate.holding import may_certify, may_enrol

BEGIN = datetime(2026, 3, 1, tzinfo=UTC)
SECOND = timedelta(seconds=1)
FEE, OTHER = "spectrum-online", "spectrum-exam"

fees = st.none() | st.frozensets(st.sampled_from([FEE, OTHER, "third"]))
enrolments = st.builds(
    EnrolmentFacts,
    fees=fees,
    settled=fees,
    actor=st.sampled_from(Actor),
    is_exempt=st.booleans(),
    is_enrolled=st.booleans(),
    is_invited=st.booleans(),
    trusts_nobody=st.booleans(),
)


def rule(fee=FEE, *, begins=BEGIN, ends=None):
    return HoldRule(
        id=1,
        course_key="course-v1:ATC+SPECTRUM101+2026_T4",
        scope=HoldScope.CERTIFICATE,
        fee=fee,
        effective_from=begins,
        ends_at=ends,
    )


def learner(**changes):
    """A learner who has settled nothing and asks for themselves, in a held run."""
    facts = {"fees": frozenset({FEE}), "settled": frozenset(), "actor": Actor.OTHER}
    return EnrolmentFacts(**facts | changes)


# A rule in time


@pytest.mark.parametrize(
    ("moment", "expected"),
    [(BEGIN - SECOND, False), (BEGIN, True), (BEGIN + SECOND, True), (BEGIN + 2 * SECOND, False)],
)
def test_a_rule_holds_from_its_first_moment_until_before_its_end(moment, expected):
    assert rule(ends=BEGIN + 2 * SECOND).is_in_force(moment) is expected


def test_a_rule_without_an_end_holds_for_ever():
    assert rule().is_in_force(datetime(2999, 1, 1, tzinfo=UTC))


def test_a_rule_that_ends_where_it_begins_never_holds():
    assert not rule(ends=BEGIN).is_in_force(BEGIN)


# Enrolment


def test_a_learner_without_the_fee_is_held_and_the_fee_is_named():
    decision = may_enrol(learner())

    assert (decision.access, decision.fee) == (Access.CLOSED, FEE)


@pytest.mark.parametrize(
    "changes",
    [
        {"settled": frozenset({FEE})},
        {"settled": frozenset({FEE, OTHER})},
        {"fees": frozenset()},
        {"is_exempt": True},
        {"is_enrolled": True},
        {"is_invited": True},
        {"actor": Actor.STAFF},
        {"actor": Actor.SERVICE},
        {"actor": Actor.NOBODY, "trusts_nobody": True},
    ],
)
def test_one_reason_is_enough(changes):
    assert may_enrol(learner(**changes)).access is Access.OPEN


@pytest.mark.parametrize(
    "changes",
    [
        {"settled": frozenset({OTHER})},
        {"actor": Actor.NOBODY},
        {"trusts_nobody": True},
        {"fees": frozenset({FEE, OTHER}), "settled": frozenset({OTHER})},
    ],
)
def test_what_is_no_reason(changes):
    decision = may_enrol(learner(**changes))

    assert (decision.access, decision.fee) == (Access.CLOSED, FEE)


@pytest.mark.parametrize("changes", [{"fees": None}, {"settled": None}])
def test_what_nobody_can_say_is_undecided_and_staff_pass_all_the_same(changes):
    assert may_enrol(learner(**changes)).access is Access.UNDECIDED
    assert may_enrol(learner(**changes, actor=Actor.STAFF)).access is Access.OPEN


@given(enrolments)
def test_an_open_door_has_a_reason(facts):
    reasons = (
        facts.is_exempt,
        facts.is_enrolled,
        facts.is_invited,
        facts.actor in (Actor.STAFF, Actor.SERVICE),
        facts.actor is Actor.NOBODY and facts.trusts_nobody,
        facts.fees is not None and not facts.fees,
        None not in (facts.fees, facts.settled) and facts.fees <= facts.settled,
    )

    assert (may_enrol(facts).access is Access.OPEN) == any(reasons)


@given(enrolments)
def test_settling_more_never_shuts_a_door(facts):
    more = replace(facts, settled=(facts.settled or frozenset()) | {FEE, OTHER, "third"})

    if may_enrol(facts).access is Access.OPEN:
        assert may_enrol(more).access is Access.OPEN


@given(enrolments)
def test_the_fee_that_is_named_is_asked_for_and_not_settled(facts):
    decision = may_enrol(facts)

    if decision.access is Access.CLOSED:
        assert decision.fee in facts.fees - facts.settled
    else:
        assert decision.fee == ""


# Certificate


def certificate(*rules, settled=frozenset(), enrolled_at=BEGIN):
    return may_certify(CertificateFacts(rules=rules, settled=settled, enrolled_at=enrolled_at))


def test_a_certificate_waits_for_its_fee():
    assert certificate(rule()).access is Access.CLOSED
    assert certificate(rule(), settled=frozenset({FEE})).access is Access.OPEN


def test_without_a_rule_it_is_made():
    assert certificate(settled=None).access is Access.OPEN


@pytest.mark.parametrize(
    ("enrolled_at", "expected"),
    [(BEGIN - SECOND, Access.OPEN), (BEGIN, Access.CLOSED), (None, Access.CLOSED)],
)
def test_who_came_before_the_rule_keeps_the_old_terms(enrolled_at, expected):
    assert certificate(rule(), enrolled_at=enrolled_at).access is expected


def test_who_came_between_two_rules_owes_the_first():
    later = rule(OTHER, begins=BEGIN + 2 * SECOND)

    assert certificate(rule(), later, enrolled_at=BEGIN + SECOND).fee == FEE


def test_what_nobody_can_say_is_undecided():
    unreadable = CertificateFacts(rules=None, settled=frozenset({FEE}), enrolled_at=None)

    assert may_certify(unreadable).access is Access.UNDECIDED
    assert certificate(rule(), settled=None).access is Access.UNDECIDED
