"""What can go wrong at a gate.

* GateError
  + OutlineUnreadable    the course cannot be read now, its gates stay as they were (retryable)
  + KeyTooLong           a block's key has no room in the table; the course stays shut
  + RuleRefused          a hold cannot begin or end like this; tell the operator why
  + RulesUnreadable      whether something is held cannot be read now (retryable)
  + NotAudited           nobody can say now why a gate is open or shut (retryable)
  + partitions.GroupUndecided   who has settled a fee cannot be known now; for tasks (retryable)
"""

from __future__ import annotations

from fairgate.errors import FairgateError


class GateError(FairgateError):
    """The root of this family."""


class OutlineUnreadable(GateError):
    """The published course cannot be read; its rows stay as they were.

    After a publish the course is shut until they are counted (``handlers.count_gates``).
    """

    retryable = True


class KeyTooLong(GateError):
    """A block of a course has a key that the table cannot hold; its rows stay as they were.

    Cut off it would name no block, and open one. As for a course that cannot be read, a publish
    shuts the course; give the block a shorter name and publish again.
    """


class RuleRefused(GateError):
    """A hold cannot begin or end as it was asked for; nothing was written.

    ``field`` is the parameter of the service that cannot be so; "" if it is no one of them.
    """

    def __init__(self, sentence: str, *, field: str = "") -> None:
        super().__init__(sentence)
        self.field = field


class RulesUnreadable(GateError):
    """Whether an enrolment is held cannot be said now; what depends on it has to wait."""

    retryable = True


class NotAudited(GateError):
    """What a gate does for a person cannot be said now; what is gated is shut."""

    retryable = True
