"""What the platform and fee_payments tell us: a course was published, somebody paid, and so on."""

from __future__ import annotations

import logging
from typing import Any

from django.db import DatabaseError

from fairgate import clock
from fee_gate import compat, holds, services
from fee_gate.exceptions import GateError

log = logging.getLogger(__name__)


def announce_gates(sender: object = None, course_key: Any = None, **_: object) -> None:
    """A publish is about to become visible, in this process's bulk operation: shut what it gates.

    What fails is in the log; ``count_gates`` counts after the publish all the same.
    """
    del sender
    try:
        services.announce(str(course_key))
    except (DatabaseError, GateError):
        log.exception("fee gate: gates not announced: course=%s", course_key)
        raise


def count_gates(sender: object = None, course_key: Any = None, **_: object) -> None:
    """Count the gates of the course that was just published.

    Runs in the publishing process, before the platform collects the course's structure (which it
    starts 30 seconds later), so that apps never see a gated block as free.
    """
    del sender
    try:
        services.recompute(str(course_key))
    except Exception:
        # The table knows too little. ``manage.py fee_gate_recompute`` counts again.
        log.exception("fee gate: gates not counted, course shut: course=%s", course_key)
        services.shut(str(course_key))
        raise


def forget_course(sender: object = None, course_key: Any = None, **_: object) -> None:
    """A course was deleted: forget what was gated in it."""
    del sender
    services.forget_course(str(course_key))


def renew_course(sender: object = None, course_key: str = "", **_: object) -> None:
    """The fees of a course are others: a gate's fee may be known now, or not any more."""
    del sender
    services.renew(course_key)


def follow_learner(sender: object = None, change: Any = None, **_: object) -> None:
    """A learner was entitled, or is no more: what the platform remembers of them is old.

    Runs after the commit, in the request of the payment: nothing here may undo it. What fails is
    in the log; the outline beside the units is then right after an hour, grades at the next answer.
    """
    del sender
    user_id, course_key = change.user_id, change.course_key
    for step in (_forget_sidebars, _regrade, _ask_for_certificate):
        try:
            step(user_id, course_key)
        except Exception:
            log.exception(
                "fee gate: %s failed: user=%s course=%s", step.__name__, user_id, course_key
            )


def _forget_sidebars(user_id: int, course_key: str) -> None:
    for key in (course_key, *compat.custom_courses_of(user_id, course_key)):
        compat.forget_sidebar(user_id, key)


def _regrade(user_id: int, course_key: str) -> None:
    for key in (course_key, *compat.custom_courses_of(user_id, course_key)):
        compat.regrade(user_id, key)


def _ask_for_certificate(user_id: int, course_key: str) -> None:
    holds.ask_for_certificate(user_id, course_key, at=clock.now())


def follow_switch(sender: object = None, instance: Any = None, **_: object) -> None:
    """An operator touched the kill switch, for a course, an organisation or the whole instance."""
    del sender
    name = getattr(instance, "waffle_flag", None) or getattr(instance, "name", None)
    if name != compat.SWITCH:
        return
    course, org = getattr(instance, "course_id", None), getattr(instance, "org", "")
    log.warning("fee gate: kill switch changed: course=%s org=%s", course or "all", org or "all")
    services.renew_switch(str(course or ""), org="" if course else org)
