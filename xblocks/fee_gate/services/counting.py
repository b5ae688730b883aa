"""Writes the table of what is gated."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from django.db import transaction

from fee_gate import compat, keys, remembered, rules, selectors
from fee_gate.data import UNCOUNTED, Cover, RecomputeSummary
from fee_gate.exceptions import KeyTooLong
from fee_gate.models import GatedBlock, GatedCourse, new_version

log = logging.getLogger(__name__)

_BATCH = 500  # rows per statement
_LONGEST = 255  # characters of a usage key, in the columns of GatedBlock


class _Row(NamedTuple):
    """One row as it should be. ``digest`` tells which one it is, as in the table."""

    digest: str
    fee: str
    is_holder: bool
    place: int
    usage_key: str
    gate: str


def recompute(course_key: str) -> RecomputeSummary:
    """Count again what the published course's gates cover, and have the rows say so at once.

    Two publishes at a time take turns, and the outline is read after the turn has come, so the
    later one wins. Until the commit everybody sees the old rows.

    Raises:
        OutlineUnreadable: the course cannot be read, or is not there; the table keeps what it
            knew, and a course that was never counted does not come into it.
        KeyTooLong: the same, for a block whose key no row can hold.
    """
    course = keys.course_text(course_key)
    with transaction.atomic():
        seen, _created = GatedCourse.objects.get_or_create(course_key=course)
        now = GatedCourse.objects.select_for_update().get(course_key=course)
        outline = compat.course_outline(course)
        rows = tuple(_rows(outline))
        _check_room(rows)
        is_changed = _replace(course, rows, is_current=seen.version == now.version)
        if is_changed or now.version == UNCOUNTED:
            _renew([course], is_counted=True)
            _forget_structure(course)
    blocks, closed = rules.by_key(outline), {row.usage_key for row in rows if not row.is_holder}
    summary = RecomputeSummary(
        course_key=course,
        gates=len({row.gate for row in rows}),
        closed=rules.extent([blocks[usage_key].block_type for usage_key in closed]),
    )
    log.info("gates counted: course=%s gates=%s blocks=%s", course, summary.gates, len(closed))
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
    coming = [_model(course, row) for row in _rows(compat.course_outline(course))]
    table = selectors.with_more(known, coming) if known.is_readable else known
    if (table.covers, table.inside) == (known.covers, known.inside):
        return False
    selectors.forget(course)
    remembered.announce(course, replace(table, version=new_version()))
    log.info("gates announced: course=%s blocks=%s", course, len(table.covers))
    return True


def shut(course_key: str) -> None:
    """A publish could not be counted: the course is shut, if there is a gate in it, until it is."""
    course = keys.course_text(course_key)
    remembered.distrust(course)
    selectors.forget(course)
    with transaction.atomic():
        GatedCourse.objects.update_or_create(course_key=course, defaults={"version": UNCOUNTED})
    _forget_structure(course)


def renew(course_key: str) -> None:
    """Have the fees of a course's gates read again.

    Nothing for a course that was never counted: it has no gate. What waits to be counted stays
    shut.
    """
    course = keys.course_text(course_key)
    with transaction.atomic():
        if _renew([course], is_counted=False):
            _forget_structure(course)


def renew_switch(course_key: str = "", *, org: str = "") -> None:
    """Have the kill switch read again: of a course, of an organisation's courses, or of all.

    All of them follow with one commit, in a few statements however many they are. The platform's
    stored structures of courses stay: their access rules are there whatever the switch says, and
    who is in which group is asked at each request.
    """
    courses = [keys.course_text(course_key)] if course_key else selectors.list_gated_courses()
    # MySQL and MariaDB find the switch of an organisation in any case.
    chosen = [one for one in courses if not org or keys.org_of(one).casefold() == org.casefold()]
    with transaction.atomic():
        _renew(chosen, is_counted=False)


def forget_course(course_key: str) -> None:
    """A course was deleted: nothing is gated in it any more."""
    course = keys.course_text(course_key)
    with transaction.atomic():
        _renew([course], is_counted=True)
        _forget_structure(course)
        GatedBlock.objects.filter(course_key=course).delete()
        GatedCourse.objects.filter(course_key=course).delete()
    log.info("gates forgotten: course=%s", course)


def _renew(courses: Sequence[str], *, is_counted: bool) -> bool:
    """Give courses another version, so that they are read again. Whether there was one to give.

    Unless they were just counted, those that wait for it keep their mark: it shuts them.
    """
    version = new_version()
    rows = (
        GatedCourse.objects.all() if is_counted else GatedCourse.objects.exclude(version=UNCOUNTED)
    )
    found = [
        rows.filter(course_key__in=batch).update(version=version) for batch in _batches(courses)
    ]
    if not any(found):
        return False
    for course in courses:
        selectors.forget(course)
    remembered.renew(courses, version, is_counted=is_counted)
    return True


def _forget_structure(course: str) -> None:
    # What apps see is collected by the platform, perhaps before the commit.
    transaction.on_commit(lambda: compat.forget_structure(course))


def _replace(course: str, rows: Sequence[_Row], *, is_current: bool) -> bool:
    """Make these the rows of a course. Whether anything became different.

    What stays as it is is not written: most publishes move no gate. ``is_current`` says that this
    transaction sees the newest rows; an old snapshot (``REPEATABLE READ``) must not be taken for
    what is there, and a lock reads past it.
    """
    there = GatedBlock.objects.filter(course_key=course)
    stored = there if is_current else there.select_for_update()
    columns = stored.values_list("digest", "fee", "is_holder", "place")
    known = {digest: facts for digest, *facts in columns}
    new = [row for row in rows if row.digest not in known]
    gone = known.keys() - {row.digest for row in rows}
    other: dict[tuple[str, bool, int], list[str]] = {}
    for row in rows:
        facts = (row.fee, row.is_holder, row.place)
        if row.digest in known and facts != tuple(known[row.digest]):
            other.setdefault(facts, []).append(row.digest)
    for batch in _batches(list(gone)):
        there.filter(digest__in=batch).delete()
    for (fee, is_holder, place), digests in other.items():
        for batch in _batches(digests):
            there.filter(digest__in=batch).update(fee=fee, is_holder=is_holder, place=place)
    GatedBlock.objects.bulk_create((_model(course, row) for row in new), batch_size=_BATCH)
    return bool(new or gone or other)


def _batches(texts: Sequence[str]) -> Iterable[Sequence[str]]:
    return (texts[start : start + _BATCH] for start in range(0, len(texts), _BATCH))


def _rows(outline: rules.Node) -> Iterable[_Row]:
    covered = rules.covered(outline)
    yield from _rows_of(covered, is_holder=False)
    yield from _rows_of(rules.holders(outline, covered), is_holder=True)


def _rows_of(gates: Mapping[str, tuple[Cover, ...]], *, is_holder: bool) -> Iterable[_Row]:
    for usage_key, covers in gates.items():
        for place, cover in enumerate(covers):
            digest = hashlib.sha256(f"{usage_key}\n{cover.gate}".encode()).hexdigest()
            yield _Row(digest, cover.fee, is_holder, place, usage_key, cover.gate)


def _check_room(rows: Iterable[_Row]) -> None:
    """A database that is not strict would cut a key off, and the block would be open."""
    for key in (key for row in rows for key in (row.usage_key, row.gate)):
        if len(key) > _LONGEST:
            raise KeyTooLong(f"The key {key} is longer than {_LONGEST} characters.")


def _model(course: str, row: _Row) -> GatedBlock:
    return GatedBlock(
        course_key=course,
        usage_key=row.usage_key,
        gate_usage_key=row.gate,
        fee=row.fee,
        is_holder=row.is_holder,
        place=row.place,
        digest=row.digest,
    )
