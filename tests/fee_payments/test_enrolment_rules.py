"""What becomes of an enrolment when rights begin and end, by table and by property."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fee_payments.data import (
    BY_KIND,
    CourseModes,
    Enrolment,
    EnrolmentAction,
    EnrolmentFacts,
    EnrolmentFault,
    EnrolmentStep,
    ModeRight,
    OurEnrolment,
)
from fee_payments.rules import (
    came_by_right,
    fault_of,
    has_no_right,
    mode_of,
    next_action,
    retry_after,
    touches_enrolment,
)

UPGRADE = CourseModes(paid=("verified",), free=("audit",))
TWO_FREE = CourseModes(paid=("verified",), free=("honor", "audit"))
SOLD = CourseModes(paid=("no-id-professional",))
FREE = CourseModes(free=("audit",))
NOTHING = EnrolmentAction(step=EnrolmentStep.NOTHING)
OUT = EnrolmentAction(step=EnrolmentStep.UNENROL)


NOON = datetime(2026, 10, 5, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def right(number=1, mode=BY_KIND, kind="course_run"):
    return ModeRight(id=number, kind=kind, enrolment_mode=mode, starts_at=NOON)


def enrolled(mode, *, is_active=True):
    return Enrolment(mode=mode, is_active=is_active)


def by_us(mode="verified", before="", last_right=1):
    return OurEnrolment(mode_before=before, mode_by_us=mode, last_right=last_right)


def enrol(mode):
    return EnrolmentAction(step=EnrolmentStep.ENROL, mode=mode)


def change(mode):
    return EnrolmentAction(step=EnrolmentStep.CHANGE_MODE, mode=mode)


def ask(mode):
    return EnrolmentAction(step=EnrolmentStep.ASK, mode=mode)


@pytest.mark.parametrize(
    ("kind", "mode", "modes", "given_mode"),
    [
        ("course_run", BY_KIND, UPGRADE, "verified"),
        ("course_run", BY_KIND, SOLD, "no-id-professional"),
        ("course_run", BY_KIND, FREE, "audit"),
        ("course_run", BY_KIND, CourseModes(), ""),
        ("course_part", BY_KIND, UPGRADE, ""),
        ("certificate", BY_KIND, UPGRADE, "verified"),
        ("certificate", BY_KIND, CourseModes(paid=("professional", "verified")), "verified"),
        ("certificate", BY_KIND, SOLD, "no-id-professional"),
        ("certificate", BY_KIND, FREE, ""),
        ("course_run", "", UPGRADE, ""),
        ("course_part", "honor", UPGRADE, "honor"),
    ],
)
def test_an_offering_gives_the_mode_it_names_or_what_is_usual_for_its_kind(
    kind, mode, modes, given_mode
):
    assert mode_of(kind, mode, modes) == given_mode


def test_a_part_of_a_course_touches_no_enrolment_unless_it_names_a_mode():
    assert touches_enrolment("course_run", BY_KIND)
    assert touches_enrolment("certificate", BY_KIND)
    assert not touches_enrolment("course_part", BY_KIND)
    assert not touches_enrolment("course_run", "")
    assert touches_enrolment("course_part", "verified")


@pytest.mark.parametrize(
    ("what", "facts", "action"),
    [
        ("nobody", EnrolmentFacts(modes=UPGRADE), NOTHING),
        # A right, and where the learner is.
        ("a buyer", EnrolmentFacts(rights=(right(),), modes=UPGRADE), enrol("verified")),
        ("who left long ago", EnrolmentFacts(
            rights=(right(),), present=enrolled("audit", is_active=False), modes=UPGRADE,
        ), enrol("verified")),
        ("who upgrades", EnrolmentFacts(
            rights=(right(),), present=enrolled("audit"), modes=UPGRADE,
        ), change("verified")),
        ("who is there already", EnrolmentFacts(
            rights=(right(),), present=enrolled("verified"), modes=UPGRADE,
        ), NOTHING),
        ("who has more, from elsewhere", EnrolmentFacts(
            rights=(right(),), present=enrolled("credit"), modes=UPGRADE,
        ), NOTHING),
        ("who has another sold mode", EnrolmentFacts(
            rights=(right(),), present=enrolled("professional"),
            modes=CourseModes(paid=("verified", "professional")),
        ), NOTHING),
        ("who bought the honour mode", EnrolmentFacts(
            rights=(right(mode="honor"),), present=enrolled("audit"), modes=TWO_FREE,
        ), change("honor")),
        ("who bought less than they have", EnrolmentFacts(
            rights=(right(mode="audit"),), present=enrolled("honor"), modes=TWO_FREE,
        ), NOTHING),
        ("the best of two", EnrolmentFacts(
            rights=(right(mode="honor"), right(2, mode="verified")), modes=TWO_FREE,
        ), enrol("verified")),
        ("a mode that is not there", EnrolmentFacts(
            rights=(right(mode="masters"),), modes=UPGRADE,
        ), ask("masters")),
        ("one that is there, and one that is not", EnrolmentFacts(
            rights=(right(mode="masters"), right(2)), modes=UPGRADE,
        ), enrol("verified")),
        # Who has left since.
        ("who left", EnrolmentFacts(
            rights=(right(1),), ours=by_us(), present=enrolled("verified", is_active=False),
            modes=UPGRADE,
        ), NOTHING),
        ("who left and buys again", EnrolmentFacts(
            rights=(right(1), right(2)), ours=by_us(), modes=UPGRADE,
            present=enrolled("verified", is_active=False),
        ), enrol("verified")),
        # One of two rights is over.
        ("whose better right ended", EnrolmentFacts(
            rights=(right(mode="honor"),), ours=by_us(), present=enrolled("verified"),
            modes=TWO_FREE,
        ), change("honor")),
        ("who had more before than is left", EnrolmentFacts(
            rights=(right(mode="audit"),), ours=by_us(before="honor"),
            present=enrolled("verified"), modes=TWO_FREE,
        ), change("honor")),
        # No right is left.
        ("who was there before", EnrolmentFacts(
            ours=by_us(before="audit"), present=enrolled("verified"), modes=UPGRADE,
        ), change("audit")),
        ("who came by the fee", EnrolmentFacts(
            ours=by_us(), present=enrolled("verified"), modes=UPGRADE,
        ), change("audit")),
        ("who came by the fee into a held run", EnrolmentFacts(
            ours=by_us(), present=enrolled("verified"), modes=UPGRADE, is_held=True,
        ), OUT),
        ("who was in a held run before", EnrolmentFacts(
            ours=by_us(before="audit"), present=enrolled("verified"), modes=UPGRADE, is_held=True,
        ), change("audit")),
        ("where all is sold", EnrolmentFacts(
            ours=by_us("no-id-professional"), present=enrolled("no-id-professional"), modes=SOLD,
        ), OUT),
        ("where nothing is", EnrolmentFacts(
            ours=by_us("audit"), present=enrolled("audit"), modes=FREE,
        ), NOTHING),
        ("where nothing is sold but all is held", EnrolmentFacts(
            ours=by_us("audit"), present=enrolled("audit"), modes=FREE, is_held=True,
        ), OUT),
        ("whom staff enrolled", EnrolmentFacts(
            present=enrolled("verified"), modes=UPGRADE,
        ), NOTHING),
        ("whom staff moved since", EnrolmentFacts(
            ours=by_us(), present=enrolled("honor"), modes=TWO_FREE,
        ), NOTHING),
        ("who left before the refund", EnrolmentFacts(
            ours=by_us(), present=enrolled("verified", is_active=False), modes=UPGRADE,
        ), NOTHING),
        ("a part of the course", EnrolmentFacts(
            rights=(right(kind="course_part"),), present=enrolled("audit"), modes=UPGRADE,
        ), NOTHING),
    ],
)  # fmt: skip
def test_there_is_one_thing_to_do(what, facts, action):
    assert next_action(facts) == action, what


@pytest.mark.parametrize(
    ("facts", "fault"),
    [
        (EnrolmentFacts(rights=(right(),), modes=UPGRADE), EnrolmentFault.NOT_ENROLLED),
        (EnrolmentFacts(rights=(right(),), present=enrolled("audit"), modes=UPGRADE),
         EnrolmentFault.WRONG_MODE),
        (EnrolmentFacts(ours=by_us(), present=enrolled("verified"), modes=UPGRADE),
         EnrolmentFault.RIGHT_ENDED),
        (EnrolmentFacts(rights=(right(mode="masters"),), modes=UPGRADE),
         EnrolmentFault.NO_SUCH_MODE),
        (EnrolmentFacts(present=enrolled("verified"), modes=UPGRADE), None),
    ],
)  # fmt: skip
def test_a_difference_has_a_name(facts, fault):
    assert fault_of(facts, next_action(facts)) is fault


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (EnrolmentFacts(present=enrolled("verified"), modes=UPGRADE), True),
        (EnrolmentFacts(present=enrolled("verified"), ours=by_us("audit"), modes=UPGRADE), True),
        (EnrolmentFacts(present=enrolled("verified"), ours=by_us(), modes=UPGRADE), False),
        (EnrolmentFacts(present=enrolled("verified"), rights=(right(),), modes=UPGRADE), False),
        (EnrolmentFacts(present=enrolled("audit"), modes=UPGRADE), False),
        (EnrolmentFacts(present=enrolled("verified", is_active=False), modes=UPGRADE), False),
        (EnrolmentFacts(modes=UPGRADE), False),
    ],
)
def test_who_is_in_a_paid_mode_that_nothing_accounts_for_is_found(facts, expected):
    assert has_no_right(facts) is expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, True),
        ({"present": Enrolment(mode="audit", is_active=True, began_at=NOON - HOUR)}, False),
        ({"present": Enrolment(mode="audit", is_active=True)}, False),
        ({"present": Enrolment(mode="audit", is_active=False, began_at=NOON)}, False),
        ({"present": None}, False),
        ({"is_held": False}, False),
        ({"rights": ()}, False),
        ({"rights": (right(kind="course_part"),)}, False),
    ],
)
def test_who_enrolled_themselves_in_a_held_run_after_their_right_began_came_by_it(
    changes, expected
):
    facts = EnrolmentFacts(
        rights=(right(),),
        present=Enrolment(mode="audit", is_active=True, began_at=NOON),
        modes=FREE,
        is_held=True,
    )
    assert came_by_right(replace(facts, **changes)) is expected


def test_a_task_waits_twice_as_long_each_time_and_a_day_at_most():
    minutes = [retry_after(attempts) / timedelta(minutes=1) for attempts in (0, 1, 2, 3, 11)]
    assert minutes == [1, 1, 2, 4, 1024]
    assert retry_after(12) == retry_after(10**6) == timedelta(days=1)


MODES = st.sampled_from(["verified", "no-id-professional", "honor", "audit", "credit"])
COURSES = st.sampled_from([UPGRADE, TWO_FREE, SOLD, FREE])
PRESENT = st.none() | st.builds(
    Enrolment,
    mode=MODES,
    is_active=st.booleans(),
    began_at=st.sampled_from([None, NOON - HOUR, NOON + HOUR]),
)
RIGHTS = st.lists(
    st.builds(
        ModeRight,
        id=st.integers(1, 9),
        kind=st.sampled_from(["course_run", "course_part", "certificate"]),
        enrolment_mode=st.sampled_from([BY_KIND, "", "verified", "honor"]),
        starts_at=st.just(NOON),
    ),
    max_size=3,
).map(tuple)
FACTS = st.builds(
    EnrolmentFacts,
    rights=RIGHTS,
    present=PRESENT,
    ours=st.none() | st.builds(OurEnrolment, mode_before=st.just("") | MODES, mode_by_us=MODES,
                               last_right=st.integers(0, 9)),
    modes=COURSES,
    is_held=st.booleans(),
)  # fmt: skip


def after(facts, action):
    """The facts once the action was done, and kept as the service keeps it."""
    if action.step in (EnrolmentStep.NOTHING, EnrolmentStep.ASK):
        return facts
    if action.step is EnrolmentStep.UNENROL:
        return replace(facts, present=enrolled(facts.present.mode, is_active=False), ours=None)
    before = facts.present.mode if facts.is_in else ""
    kept = facts.ours if facts.ours and facts.is_in else by_us(action.mode, before)
    newest = max((one.id for one in facts.rights), default=0)
    ours = replace(kept, mode_by_us=action.mode, last_right=newest) if facts.rights else None
    return replace(facts, present=enrolled(action.mode), ours=ours)


@given(FACTS)
def test_what_was_done_leaves_nothing_to_do(facts):
    action = next_action(facts)
    if action.step is not EnrolmentStep.ASK:
        assert next_action(after(facts, action)) == NOTHING


@given(FACTS)
def test_without_a_right_only_what_we_did_is_touched(facts):
    alone = replace(facts, rights=(), ours=None)
    assert next_action(alone) == NOTHING


@given(FACTS)
def test_t16_a_right_that_came_and_went_leaves_who_was_in_where_they_were(facts):
    before = replace(facts, ours=None)
    action = next_action(before)
    if not before.is_in or action.step is not EnrolmentStep.CHANGE_MODE:
        return
    refunded = replace(after(before, action), rights=())
    assert next_action(refunded) == change(before.present.mode)


@given(FACTS)
def test_nobody_is_put_into_a_mode_that_the_course_does_not_have_but_the_one_they_came_from(facts):
    action = next_action(facts)
    if action.step in (EnrolmentStep.ENROL, EnrolmentStep.CHANGE_MODE):
        assert action.mode in (*facts.modes.all, facts.ours.mode_before if facts.ours else "")
