"""What can go wrong at a gate.

* GateError
  + OutlineUnreadable    the course cannot be read now, its gates stay as they were (retryable)
  + RuleRefused          a hold cannot begin or end like this; tell the operator why
  + NotAudited           nobody can say now why a gate is open or shut (retryable)
  + GroupUndecided       nobody can say now who has settled a fee; for tasks only (retryable)
"""

from __future__ import annotations

from django.db import DatabaseError

from fairgate.errors import FairgateError


class GateError(FairgateError):
    """The root of this family."""


class OutlineUnreadable(GateError):
    """The published course cannot be read; its rows stay as they were.

    After a publish the course is shut until they are counted (``handlers.count_gates``).
    """

    retryable = True


class RuleRefused(GateError):
    """A hold cannot begin or end as it was asked for; nothing was written.

    ``field`` is the parameter of the service that cannot be so; "" if it is no one of them.
    """

    def __init__(self, sentence: str, *, field: str = "") -> None:
        super().__init__(sentence)
        self.field = field


class GroupUndecided(GateError, DatabaseError):
    """Who has settled a fee cannot be known now, and no page has to be drawn.

    A ``DatabaseError``, since the platform's tasks start over after one
    (lms/djangoapps/grades/tasks.py, ``KNOWN_RETRY_ERRORS``).
    """

    retryable = True


class NotAudited(GateError):
    """What a gate does for a person cannot be said now; what is gated is shut."""

    retryable = True
