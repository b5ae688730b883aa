"""What can go wrong at a gate.

* GateError
  + OutlineUnreadable    the course cannot be read now, its gates stay as they were (retryable)
"""

from __future__ import annotations

from fairgate.errors import FairgateError


class GateError(FairgateError):
    """The root of this family."""


class OutlineUnreadable(GateError):
    """The published course cannot be read; the table keeps what it knew."""

    retryable = True
