"""The only writer of fee_gate: the table of what is gated."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable, Mapping
from dataclasses import replace

from django.db import transaction

from fee_gate import compat, keys, remembered, rules, selectors
from fee_gate.data import Cover, RecomputeSummary
from fee_gate.models import GatedBlock, GatedCourse, new_version

log = logging.getLogger(__name__)

_BATCH = 500  # rows per statement


def recompute(course_key: str) -> RecomputeSummary:
    """Count again what the published course's gates cover, and replace the course's rows at once.

    Two publishes at a time take turns, and the outline is read after the turn has come, so the
    later one wins. Until the commit everybody sees the old rows.

    Raises:
        OutlineUnreadable: the course cannot be read, or is not there; the table keeps what it
            knew, and a course that was never counted does not come into it.
    """
    course = keys.course_text(course_key)
    with transaction.atomic():
        GatedCourse.objects.get_or_create(course_key=course)
        GatedCourse.objects.select_for_update().get(course_key=course)
        rows = tuple(_rows(course, compat.course_outline(course)))
        if _facts(rows) != _facts(GatedBlock.objects.filter(course_key=course)):
            GatedBlock.objects.filter(course_key=course).delete()
            GatedBlock.objects.bulk_create(rows, batch_size=_BATCH)
            _renew(course)
    summary = RecomputeSummary(
        course_key=course,
        gates=len({row.gate_usage_key for row in rows}),
        blocks=len({row.usage_key for row in rows if not row.is_holder}),
    )
    log.info("gates counted: course=%s gates=%s blocks=%s", course, summary.gates, summary.blocks)
    return summary


def announce(course_key: str) -> bool:
    """Before a publish becomes visible, shut what its gates will cover, beside what is shut now.

    The platform shows a published course at once and tells of it afterwards; our rows are
    committed with the request that published, seconds later. Until then every process counts with
    both tables: nothing opens too early, nothing new is open for a moment. Returns whether there
    was something to announce.

    Raises:
        OutlineUnreadable: the course cannot be read.
    """
    course = keys.course_text(course_key)
    known = selectors.gate_table(course)
    coming = tuple(_rows(course, compat.course_outline(course)))
    table = selectors.with_more(known, coming) if known.is_readable else known
    if (table.covers, table.inside) == (known.covers, known.inside):
        return False
    selectors.forget(course)
    remembered.announce(course, replace(table, version=new_version()))
    log.info("gates announced: course=%s blocks=%s", course, len(table.covers))
    return True


def renew(course_key: str) -> None:
    """Have what is remembered about a course's gates read again: its fees, or the switch.

    Nothing for a course that was never counted: it has no gate.
    """
    with transaction.atomic():
        _renew(keys.course_text(course_key))


def renew_all(org: str = "") -> None:
    """``renew`` for every course that was counted, or for those of one organisation."""
    for course in selectors.list_gated_courses():
        if not org or keys.org_of(course) == org:
            renew(course)


def forget_course(course_key: str) -> None:
    """A course was deleted: nothing is gated in it any more."""
    course = keys.course_text(course_key)
    with transaction.atomic():
        _renew(course)
        GatedBlock.objects.filter(course_key=course).delete()
        GatedCourse.objects.filter(course_key=course).delete()
    log.info("gates forgotten: course=%s", course)


def _renew(course: str) -> None:
    version = new_version()
    if not GatedCourse.objects.filter(course_key=course).update(version=version):
        return
    selectors.forget(course)
    remembered.renew(course, version)
    # What apps see is collected by the platform, perhaps before this.
    transaction.on_commit(lambda: compat.forget_structure(course))


def _rows(course: str, outline: rules.Node) -> Iterable[GatedBlock]:
    covered = rules.covered(outline)
    yield from _rows_of(course, covered, is_holder=False)
    yield from _rows_of(course, rules.holders(outline, covered), is_holder=True)


def _rows_of(
    course: str, gates: Mapping[str, tuple[Cover, ...]], *, is_holder: bool
) -> Iterable[GatedBlock]:
    for usage_key, covers in gates.items():
        for place, cover in enumerate(covers):
            pair = f"{usage_key}\n{cover.gate}"
            yield GatedBlock(
                course_key=course,
                usage_key=usage_key,
                gate_usage_key=cover.gate,
                fee=cover.fee,
                is_holder=is_holder,
                place=place,
                digest=hashlib.sha256(pair.encode()).hexdigest(),
            )


def _facts(rows: Iterable[GatedBlock]) -> set[tuple[object, ...]]:
    return {(row.digest, row.fee, row.is_holder, row.place) for row in rows}
