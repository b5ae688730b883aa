"""Enrolments: what the platform has, what follows from rights, and where the two differ."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

BY_KIND = "by_kind"
"""``Offering.enrolment_mode``: what is usual for what the fee opens."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolment:
    """A learner's enrolment in a course run, as the platform has it now.

    ``began_at`` is when they came for the first time, where the platform says so.
    """

    mode: str
    is_active: bool
    began_at: datetime | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolmentAttribute:
    """A fact beside an enrolment: the platform's ``CourseEnrollmentAttribute``."""

    namespace: str
    name: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseModes:
    """The modes (slugs) that a course run has, in the order in which they are preferred.

    ``paid`` are sold, ``free`` may be entered by anybody. One whose deadline is over counts: the
    deadline is for who buys, and they have bought.
    """

    paid: tuple[str, ...] = ()
    free: tuple[str, ...] = ()

    @property
    def all(self) -> tuple[str, ...]:
        """Every mode, the most valued first."""
        return self.paid + self.free


@dataclass(frozen=True, slots=True, kw_only=True)
class ModeRight:
    """A live right, and what its offering says of enrolment: ``Offering.enrolment_mode``.

    ``id`` grows with each right that is given.
    """

    id: int
    kind: str
    enrolment_mode: str
    starts_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OurEnrolment:
    """What we did to an enrolment, and have not taken back.

    ``mode_before`` is "" if the learner was not in the course; ``last_right`` the newest right that
    was followed.
    """

    mode_before: str
    mode_by_us: str
    last_right: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolmentFacts:
    """All that decides about one learner's enrolment in one course run, at one moment.

    ``is_held``: nobody may enter the run without a fee, so its free mode is no place to go back to.
    """

    rights: tuple[ModeRight, ...] = ()
    present: Enrolment | None = None
    ours: OurEnrolment | None = None
    modes: CourseModes = CourseModes()
    is_held: bool = False
    attributes: tuple[EnrolmentAttribute, ...] = ()

    @property
    def is_in(self) -> bool:
        """Whether the learner is in the course run now."""
        return self.present is not None and self.present.is_active


class EnrolmentStep(StrEnum):
    """What is to be done about an enrolment."""

    NOTHING = "nothing"
    ENROL = "enrol"
    CHANGE_MODE = "change mode"
    UNENROL = "unenrol"
    ASK = "ask"  # a person: the course does not have the mode that was sold


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolmentAction:
    """A step, and the mode it leads to ("" where it leads out, or nowhere)."""

    step: EnrolmentStep
    mode: str = ""


class EnrolmentFault(StrEnum):
    """How an enrolment and the rights differ. The values are words of the command's CSV."""

    NOT_ENROLLED = "paid but not enrolled"
    WRONG_MODE = "wrong mode"
    RIGHT_ENDED = "right ended, still enrolled"
    NO_SUCH_MODE = "course lacks the mode"
    NOT_ENTITLED = "in a paid mode without a right"


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolmentFinding:
    """One learner and course run where enrolment and rights differ.

    ``action`` is what follows from the rights; of ``NOT_ENTITLED`` it is what an operator may
    decide on, because a member of staff may have enrolled the person.
    """

    user_id: int
    course_key: str
    fault: EnrolmentFault
    present: Enrolment | None
    action: EnrolmentAction
