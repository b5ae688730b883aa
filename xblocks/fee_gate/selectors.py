"""Reads of fee_gate: rows in, frozen values out. One query per request and course."""

from __future__ import annotations

import logging
import threading
from datetime import datetime

from django.db import DatabaseError

from fee_gate import compat, keys, models
from fee_gate.data import Cover, GateTable, HoldRule, HoldScope

_COLUMNS = ("usage_key", "gate_usage_key", "fee", "is_holder")

log = logging.getLogger(__name__)
_reading = threading.local()


def gate_table(course_key: object) -> GateTable:
    """What is gated in a course. Remembered for the request; never raises for a broken table."""
    course = keys.course_text(course_key)
    memory = compat.request_memory()
    known = memory.get(f"table:{course}")
    if not isinstance(known, GateTable):
        known = memory[f"table:{course}"] = _read(course)
    return known


def may_have_gate(course_key: str) -> bool:
    """Whether a course may have a gate, by its content: asked when the table cannot be read.

    Reading the course reads blocks, whose access rules ask here again; while it is read the answer
    is no. Remembered for the request.
    """
    if getattr(_reading, "is_on", False):
        return False
    memory = compat.request_memory()
    known = memory.get(f"may:{course_key}")
    if isinstance(known, bool):
        return known
    _reading.is_on = True
    try:
        answer = memory[f"may:{course_key}"] = compat.course_may_have_gate(course_key)
    finally:
        _reading.is_on = False
    return answer


def forget(course_key: str) -> None:
    """Read the table again at the next question, in this request too."""
    compat.request_memory().pop(f"table:{course_key}", None)


def count_blocks(gate_usage_key: str) -> int:
    """How many blocks a gate has covered since the course was last published."""
    rows = models.GatedBlock.objects.filter(gate_usage_key=gate_usage_key, is_holder=False)
    return rows.count()


def list_gated_courses() -> tuple[str, ...]:
    """Every course that has, or once had, a gate."""
    courses = models.GatedCourse.objects.order_by("course_key")
    return tuple(courses.values_list("course_key", flat=True))


def rules_in_force(
    course_key: object, scope: HoldScope, *, at: datetime
) -> tuple[HoldRule, ...] | None:
    """The rules of a course run that hold at this moment; one at most, if nobody wrote by hand.

    ``None`` when they cannot be read: then nobody knows whether something is held. Never raises
    for a broken table. A CCX has the rules of its master course.
    """
    course = keys.course_text(course_key)
    rows = models.FeeGateRule.objects.filter(course_key__iexact=course, scope=scope)
    try:
        rules = [hold_rule(row) for row in rows]
        return tuple(rule for rule in rules if rule.is_in_force(at))
    except (DatabaseError, TypeError, ValueError):  # the last two: a row that is no rule
        log.exception("fee gate: rules unreadable: course=%s scope=%s", course, scope)
        return None


def hold_rule(row: models.FeeGateRule) -> HoldRule:
    """A row of ``FeeGateRule`` as a value."""
    return HoldRule(
        id=row.pk,
        course_key=row.course_key,
        scope=HoldScope(row.scope),
        fee=row.fee,
        effective_from=row.effective_from,
        ends_at=row.ends_at,
    )


def _read(course: str) -> GateTable:
    rows = models.GatedBlock.objects.filter(course_key__iexact=course)
    rows = rows.order_by("usage_key", "place")
    covers: dict[str, tuple[Cover, ...]] = {}
    inside: dict[str, tuple[Cover, ...]] = {}
    try:
        for usage, gate, fee, is_holder in rows.values_list(*_COLUMNS):
            which = inside if is_holder else covers
            which[usage] = (*which.get(usage, ()), Cover(gate=gate, fee=fee))
    except DatabaseError:
        # The course stays shut if it may have a gate (see field_override); who operates is told.
        log.exception("fee gate: table unreadable, course shut: course=%s", course)
        return GateTable(course_key=course, is_readable=False)
    return GateTable(course_key=course, covers=covers, inside=inside)
