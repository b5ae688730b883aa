"""What the platform tells us: a course was published."""

from __future__ import annotations

import logging
from typing import Any

from django.db import DatabaseError

from fee_gate import services
from fee_gate.exceptions import GateError

log = logging.getLogger(__name__)


def count_gates(sender: object = None, course_key: Any = None, **_: object) -> None:
    """Count the gates of the course that was just published.

    Runs in the publishing process, before the platform collects the course's structure (which it
    starts 30 seconds later), so that apps never see a gated block as free.
    """
    del sender
    try:
        services.recompute(str(course_key))
    except (DatabaseError, GateError):
        # The table keeps what it knew. ``manage.py fee_gate_recompute`` counts again.
        log.exception("fee gate: gates not counted: course=%s", course_key)
        raise
