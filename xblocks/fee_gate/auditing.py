"""Says for one person and one course what every gate does, and why: for who answers complaints."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from fairgate.readable import is_readable
from fee_gate import checking, client, compat, keys, models, rules, selectors
from fee_gate.data import Access
from fee_gate.exceptions import NotAudited

log = logging.getLogger(__name__)

_COLUMNS = ("usage_key", "gate_usage_key", "fee")


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditLine:
    """One gated block for one person. ``reasons``: a sentence per gate, or one for all of them.

    ``title`` is the block's in the published course, "" if it has none or the course is unreadable.
    """

    usage_key: str
    title: str
    access: Access
    reasons: tuple[str, ...]


def audit(course_key: str, *, user_id: int, at: datetime) -> tuple[AuditLine, ...]:
    """Every gated block of a course, and why it is open or shut for this person.

    In the order of the course. What is gated and no longer in the course comes last, by usage key;
    so does everything if the course cannot be read now.

    Raises:
        NotAudited: there is no such course; or the gate table cannot be read; or fee_payments
            cannot, and something is shut for this person.
    """
    if not compat.has_course(keys.run_text(course_key)):
        raise NotAudited(f"The course {course_key} is not there.")
    table = selectors.gate_table(course_key)
    overall = _overall(course_key, user_id=user_id, is_enforced=table.is_enforced)
    if not table.is_readable:
        state = f"All is open: {overall[0]}" if overall else "Gated courses are shut."
        raise NotAudited(f"The table of gated blocks cannot be read. {state}")
    rights = {} if overall else _rights(user_id, table.course_key, at=at)
    check = checking.CourseCheck(course_key, user_id=user_id, at=at)
    titles = _titles(table.course_key)
    return tuple(
        AuditLine(
            usage_key=usage_key,
            title=titles.get(usage_key, ""),
            access=check(usage_key),
            reasons=overall
            or tuple(_reason(*gate, rights, table.offered, titles) for gate in gates),
        )
        for usage_key, gates in _gated(table.course_key, titles)
    )


def _rights(user_id: int, course_key: str, *, at: datetime) -> Mapping[str, str]:
    try:
        return client.rights(user_id, course_key, at=at)
    except client.Undecidable:
        raise NotAudited("fee_payments does not answer. What is gated is shut.") from None


def _overall(course_key: str, *, user_id: int, is_enforced: bool) -> tuple[str, ...]:
    """The reason that opens everything for this person, if there is one."""
    course = keys.run_text(course_key)
    if not is_enforced:
        return (f"The gates of this course are switched off ({compat.SWITCH}).",)
    if compat.is_course_staff(user_id, course):
        return ("Is staff of this course.",)
    if compat.is_beta_tester(user_id, course):
        return ("Is a beta tester of this course.",)
    return ()


def _reason(
    gate: str,
    fee: str,
    rights: Mapping[str, str],
    offered: frozenset[str],
    titles: Mapping[str, str],
) -> str:
    behind = f"behind {_name(gate, titles)}"
    if not fee:
        return f"No fee is chosen, nobody may pass: {behind}."
    if fee not in offered:
        return f"The fee {fee} is not offered for this course, nobody may pass: {behind}."
    return f"The fee {fee}: {rights.get(fee, 'never settled')}; {behind}."


def _name(gate: str, titles: Mapping[str, str]) -> str:
    """The gate as its author calls it; by its id where it has no title to be shown."""
    title = titles.get(gate, "")
    return f"“{title}”" if title and is_readable(title) else keys.block_id(gate)


def _titles(course_key: str) -> Mapping[str, str]:
    """The titles of the course's blocks, in the order of the course; none if it is unreadable."""
    try:
        outline = rules.by_key(compat.course_outline(course_key))
        return {usage_key: block.title for usage_key, block in outline.items()}
    except Exception:  # each store of courses has errors of its own
        # What is gated is known all the same, and asked about most when something is broken.
        log.exception("fee gate: course unreadable, audited by usage keys: course=%s", course_key)
        return {}


def _gated(
    course_key: str, titles: Mapping[str, str]
) -> Iterator[tuple[str, tuple[tuple[str, str], ...]]]:
    """Each gated block with its gates, and the fees as the authors chose them."""
    rows = models.GatedBlock.objects.filter(course_key=course_key, is_holder=False)
    found: dict[str, tuple[tuple[str, str], ...]] = {}
    for usage_key, gate, fee in rows.order_by("usage_key", "place").values_list(*_COLUMNS):
        found[usage_key] = (*found.get(usage_key, ()), (gate, fee))
    for usage_key in (*titles, *sorted(found.keys() - titles.keys())):
        if usage_key in found:
            yield usage_key, found[usage_key]
