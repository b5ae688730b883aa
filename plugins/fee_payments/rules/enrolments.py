"""What becomes of an enrolment when rights begin and end: pure, from facts that were gathered.

Two things are kept apart: what a learner has a right to, and what we did about it. A mode that we
did not set is never taken away: staff enrol people by hand, and learners come in for free before
they pay.
"""

from __future__ import annotations

from datetime import timedelta

from fee_payments.data import (
    BY_KIND,
    CourseModes,
    EnrolmentAction,
    EnrolmentFacts,
    EnrolmentFault,
    EnrolmentStep,
    ModeRight,
)

VERIFIED = "verified"
NOTHING = EnrolmentAction(step=EnrolmentStep.NOTHING)

_FIRST_WAIT = timedelta(minutes=1)
_LONGEST_WAIT = timedelta(days=1)


def touches_enrolment(kind: str, enrolment_mode: str) -> bool:
    """Whether an offering may say anything of enrolment."""
    if enrolment_mode == BY_KIND:
        return kind in ("course_run", "certificate")
    return enrolment_mode != ""


def mode_of(kind: str, enrolment_mode: str, modes: CourseModes) -> str:
    """The mode that an offering gives in a course run; "" if it leaves enrolment alone.

    As usual for its kind: a course run gives the paid mode that the course has, or the way in where
    it has none; a certificate the verified mode; a part of a course nothing.
    """
    if enrolment_mode != BY_KIND:
        return enrolment_mode
    if kind == "course_run":
        return next(iter(modes.all), "")
    if kind == "certificate":
        return VERIFIED if VERIFIED in modes.paid else next(iter(modes.paid), "")
    return ""


def gives_a_mode(facts: EnrolmentFacts) -> bool:
    """Whether a live right says anything of this enrolment."""
    return bool(_named(facts))


def came_by_right(facts: EnrolmentFacts) -> bool:
    """Whether a learner is in a held run because of a right, although they enrolled themselves.

    The hold lets in who has a right. Whoever came after it began would not be there without it.
    """
    began_at = facts.present.began_at if facts.present and facts.is_in else None
    starts = [right.starts_at for right in facts.rights if _mode_of(right, facts.modes)]
    return facts.is_held and began_at is not None and bool(starts) and began_at >= min(starts)


def next_action(facts: EnrolmentFacts) -> EnrolmentAction:
    """The one thing to do about an enrolment; ``NOTHING`` if it is as it should be."""
    named = _named(facts)
    wanted = [mode for mode in named if mode in facts.modes.all]
    if wanted:
        return _given(facts, _best(wanted, facts.modes))
    if named:
        return EnrolmentAction(step=EnrolmentStep.ASK, mode=named[0])
    return _withdrawn(facts)


def fault_of(facts: EnrolmentFacts, action: EnrolmentAction) -> EnrolmentFault | None:
    """How an enrolment differs from the rights, if the action is what mends it."""
    if action.step is EnrolmentStep.NOTHING:
        return None
    if action.step is EnrolmentStep.ASK:
        return EnrolmentFault.NO_SUCH_MODE
    if action.step is EnrolmentStep.ENROL:
        return EnrolmentFault.NOT_ENROLLED
    return EnrolmentFault.WRONG_MODE if gives_a_mode(facts) else EnrolmentFault.RIGHT_ENDED


def has_no_right(facts: EnrolmentFacts) -> bool:
    """Whether a learner is in a paid mode that no right and no act of ours accounts for."""
    present = facts.present
    if present is None or not present.is_active or present.mode not in facts.modes.paid:
        return False
    is_ours = facts.ours is not None and facts.ours.mode_by_us == present.mode
    return not gives_a_mode(facts) and not is_ours


def retry_after(attempts: int) -> timedelta:
    """How long a task waits after so many failures: one minute, doubled each time, a day at most.

    A task is never given up: it waits for the platform, or for a person who reads its error.
    """
    doublings = min(max(attempts - 1, 0), 11)
    return min(_FIRST_WAIT * (1 << doublings), _LONGEST_WAIT)


def _named(facts: EnrolmentFacts) -> list[str]:
    """The modes that the live rights give, whether the course has them or not."""
    named = (_mode_of(right, facts.modes) for right in facts.rights)
    return [mode for mode in named if mode]


def _mode_of(right: ModeRight, modes: CourseModes) -> str:
    return mode_of(right.kind, right.enrolment_mode, modes)


def _best(modes: list[str], course: CourseModes) -> str:
    """The most valued of some modes; what the course does not have comes last."""
    order = {mode: place for place, mode in enumerate(course.all)}
    return min(modes, key=lambda mode: order.get(mode, len(order)))


def _given(facts: EnrolmentFacts, wanted: str) -> EnrolmentAction:
    present, ours = facts.present, facts.ours
    if present is None or not present.is_active:
        if ours is not None and all(right.id <= ours.last_right for right in facts.rights):
            return NOTHING  # they were in, by us, and have left since, or were taken out
        return EnrolmentAction(step=EnrolmentStep.ENROL, mode=wanted)
    if ours is not None and present.mode == ours.mode_by_us:
        # Ours to change: to the best right that is left, or what they had without us.
        return _to(_best([wanted, *filter(None, [ours.mode_before])], facts.modes), present.mode)
    if present.mode in facts.modes.free:
        return _to(_best([wanted, present.mode], facts.modes), present.mode)
    return NOTHING  # a mode that was sold or given elsewhere


def _withdrawn(facts: EnrolmentFacts) -> EnrolmentAction:
    present, ours = facts.present, facts.ours
    if present is None or not present.is_active or ours is None:
        return NOTHING
    if present.mode != ours.mode_by_us:
        return NOTHING  # somebody else has changed it since
    if ours.mode_before:
        return _to(ours.mode_before, present.mode)
    if facts.modes.free and not facts.is_held:
        return _to(facts.modes.free[0], present.mode)
    return EnrolmentAction(step=EnrolmentStep.UNENROL)


def _to(mode: str, present: str) -> EnrolmentAction:
    if mode == present:
        return NOTHING
    return EnrolmentAction(step=EnrolmentStep.CHANGE_MODE, mode=mode)
