"""What can go wrong at a gate.

* GateError
  + OutlineUnreadable    the course cannot be read now, its gates stay as they were (retryable)
  + RuleRefused          a hold cannot begin or end like this; tell the operator why
"""

from __future__ import annotations

from fairgate.errors import FairgateError


class GateError(FairgateError):
    """The root of this family."""


class OutlineUnreadable(GateError):
    """The published course cannot be read; the table keeps what it knew."""

    retryable = True


class RuleRefused(GateError):
    """A hold cannot begin or end as it was asked for; nothing was written."""
