"""Reads of fee_gate: rows in, frozen values out. No query for what is remembered."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import DatabaseError

from fairgate.course_runs import is_course_run
from fee_gate import client, compat, keys, models, remembered
from fee_gate.data import NEVER_COUNTED, UNCOUNTED, Cover, GateTable, HoldRule, HoldScope

_COLUMNS = ("usage_key", "gate_usage_key", "fee", "is_holder")

log = logging.getLogger(__name__)
_reading = threading.local()


def gate_table(course_key: object) -> GateTable:
    """What is gated in a course. Remembered; never raises for a broken table."""
    course = keys.course_text(course_key)
    if is_reading():
        return GateTable(course_key=course)  # as the author wrote it; kept by nobody
    memory = compat.request_memory()
    known = memory.get(f"table:{course}")
    if not isinstance(known, GateTable):
        known = memory[f"table:{course}"] = remembered.recall(course, _read)
    return known


def with_more(table: GateTable, rows: Iterable[models.GatedBlock]) -> GateTable:
    """The table with further rows beside its own; each block keeps every gate of both."""
    known = [
        (usage, cover.gate, cover.fee, is_holder)
        for which, is_holder in ((table.covers, False), (table.inside, True))
        for usage, covers in which.items()
        for cover in covers
    ]
    coming = [(row.usage_key, row.gate_usage_key, row.fee, row.is_holder) for row in rows]
    return with_fees(table, dict.fromkeys((*known, *coming)))


def may_have_gate(course_key: str) -> bool:
    """Whether a course may have a gate, by its content: asked when the table does not say.

    Reading the course reads blocks, whose access rules ask here again; while it is read the answer
    is no. Remembered for the request.
    """
    if is_reading():
        return False
    memory = compat.request_memory()
    known = memory.get(f"may:{course_key}")
    if isinstance(known, bool):
        return known
    _reading.is_on = True
    try:
        answer = compat.course_may_have_gate(course_key)
    except Exception:  # each store of courses has errors of its own
        log.exception("fee gate: course unreadable, shut: course=%s", course_key)
        answer = True
    finally:
        _reading.is_on = False
    memory[f"may:{course_key}"] = answer
    return answer


def is_reading() -> bool:
    """Whether this thread reads a course right now to see whether there is a gate in it."""
    return getattr(_reading, "is_on", False)


def forget(course_key: str) -> None:
    """Read the table again at the next question, in this request too."""
    compat.request_memory().pop(f"table:{course_key}", None)


def list_gated_courses() -> tuple[str, ...]:
    """Every course in which something is gated."""
    courses = models.GatedBlock.objects.order_by("course_key").distinct()
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
    """The table as the rows say.

    The course stays shut when they say nothing for certain and there may be a gate in it (see
    field_override): who operates reads in the log why, and can still switch its gates off.
    """
    try:
        # The version first: rows that are newer than their version are read again, not kept.
        counted, version = _version(course)
        rows = tuple(_rows(counted))
    except DatabaseError:
        log.exception("fee gate: table unreadable, course shut: course=%s", course)
        return GateTable(
            course_key=course,
            is_readable=False,
            is_passing=True,
            is_enforced=_is_enforced(course),
        )
    table = GateTable(course_key=counted, version=version)
    doubt = _doubt(course, table, has_rows=bool(rows))
    if doubt:
        log.error("fee gate: %s, course shut: course=%s (fee_gate_recompute)", doubt, course)
        return replace(table, is_readable=False, is_enforced=_is_enforced(counted))
    if rows:
        return with_fees(replace(table, is_enforced=_is_enforced(counted)), rows)
    return table


def _doubt(course: str, table: GateTable, *, has_rows: bool) -> str:
    """Why the rows say nothing for certain about a course that may have a gate, or ""."""
    if course.casefold() != table.course_key.casefold():
        # MariaDB also finds a course by letters without their accents; blocks are not found so.
        return "asked by another key than it was counted by"
    if has_rows and table.version != UNCOUNTED:
        return ""
    reasons = {NEVER_COUNTED: "never counted", UNCOUNTED: "not counted since it was published"}
    if table.version in reasons and is_course_run(course) and may_have_gate(course):
        return reasons[table.version]
    return ""


def _is_enforced(course: str) -> bool:
    """Whether the gates hold; a switch that cannot be read is not switched."""
    try:
        return compat.is_enforced(course)
    except DatabaseError:
        log.exception("fee gate: switch unreadable, gates hold: course=%s", course)
        return True


def _version(course: str) -> tuple[str, str]:
    """The key of a course as it was counted, in whatever case it is asked for, and its version."""
    found = models.GatedCourse.objects.filter(course_key__iexact=course)
    counted: tuple[str, str] | None = found.values_list("course_key", "version").first()
    return counted or (course, NEVER_COUNTED)


def _rows(course: str) -> Iterable[tuple[str, str, str, bool]]:
    rows = models.GatedBlock.objects.filter(course_key=course)
    return rows.order_by("usage_key", "place").values_list(*_COLUMNS)


def with_fees(table: GateTable, rows: Iterable[tuple[str, str, str, bool]]) -> GateTable:
    """The table with these rows (block, gate, fee, is it a holder), for the fees on offer."""
    try:
        offered, are_known = client.course_fees(table.course_key), True
    except client.Undecidable:  # the log has it
        offered, are_known = frozenset(), False
    covers: dict[str, tuple[Cover, ...]] = {}
    inside: dict[str, tuple[Cover, ...]] = {}
    shared: dict[object, Any] = {}  # many blocks stand behind the same gates
    for usage, gate, fee, is_holder in rows:
        which = inside if is_holder else covers
        cover = Cover(gate=gate, fee=fee if fee in offered else "")
        cover = shared.setdefault(cover, cover)
        if cover not in which.get(usage, ()):
            gates = (*which.get(usage, ()), cover)
            which[usage] = shared.setdefault(gates, gates)
    return replace(table, covers=covers, inside=inside, offered=offered, are_fees_known=are_known)
