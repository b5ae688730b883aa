"""The user partitions of a course: one per fee, with the groups "settled" and "not settled".

Loaded by the platform from the entry points ``openedx.user_partition_scheme`` and
``openedx.dynamic_partition_generator``. This module loads without the platform; the partition's
class, which has to be a subclass of the platform's, is in ``platform_partition``.

One partition per fee, because a person is in one group of a partition only, and what was paid for
one fee must never open another. The ids are ours by the setting ``FEE_GATE_PARTITION_IDS``: fees in
the order of their codes take the first ones; the last id is the partition that nobody passes, for
what cannot be decided. The platform keeps partitions and access rules of one collection together,
so an id may stand for another fee after the next publish.
"""

from __future__ import annotations

import logging
from typing import Any

from django.db import DatabaseError

from fairgate import clock
from fee_gate import client, compat, conf
from fee_gate.data import GateTable
from fee_gate.exceptions import GateError

log = logging.getLogger(__name__)

SCHEME = "fee_gate"
NOT_SETTLED = 1
SETTLED = 2


class GroupUndecided(GateError, DatabaseError):
    """Who has settled a fee cannot be known now, and no page has to be drawn.

    A ``DatabaseError``, since the platform's tasks start over after one
    (lms/djangoapps/grades/tasks.py, ``KNOWN_RETRY_ERRORS``).
    """

    retryable = True


class FeeGatePartitionScheme:
    """Puts a person into the group of a fee: "settled" when fee_payments says so at this moment.

    Content is open to "settled" only, so whoever is in no group stays outside. Beta testers of the
    course are "settled", and everybody is while the course's gates are switched off: groups are
    asked for at each request, so neither has to wait for the platform's stored course structures.
    """

    # The platform sets it when it loads the scheme by its entry point, which is not always first.
    name = SCHEME
    read_only = True

    @classmethod
    def get_group_for_user(
        cls, course_key: Any, user: Any, user_partition: Any, **_: object
    ) -> Any:
        """The group of this person, or ``None`` when nothing can be said and a page is drawn.

        Raises:
            GroupUndecided: nothing can be said, and there is no request. What is closed to somebody
                does not count for their grade; a task that grades in doubt would let them pass.
        """
        try:
            if not _is_enforced(course_key):
                return user_partition.get_group(SETTLED)
            if compat.is_masquerading(user, course_key):
                return compat.masqueraded_group(user, course_key, user_partition)
            return user_partition.get_group(_group_id(course_key, user, user_partition))
        except client.Undecidable:
            if compat.current_request() is None:
                raise GroupUndecided("Who has settled the fee cannot be known now.") from None
            return None

    @classmethod
    def create_user_partition(
        cls,
        id: int,  # noqa: A002 - the platform's name
        name: str,
        description: str,
        groups: Any = None,
        parameters: dict[str, Any] | None = None,
        active: bool = True,  # noqa: FBT001, FBT002 - the platform's signature
    ) -> Any:
        """A partition of this scheme; the groups are always ours."""
        del groups
        from fee_gate.platform_partition import new_partition

        return new_partition(
            id,
            str(name),
            str(description),
            groups={NOT_SETTLED: f"{name}, not settled", SETTLED: f"{name}, settled"},
            scheme=cls,
            parameters=parameters,
            active=active,
        )


def create_fee_partition(course: Any) -> list[Any] | None:
    """The partitions of a course, ``None`` if it has no gate. Never raises.

    An exception here would be a 500 on every page of the course, and ``None`` for a course with
    gates would open parts of it; so in doubt the answer is the partition that nobody passes.
    """
    try:
        from fee_gate import selectors  # its tables need Django's apps, this module does not

        table = selectors.gate_table(course.id)
        if table.is_readable and not table.covers:
            return None
        return [_partition(course, number, fee) for number, fee in _slots(table)]
    except Exception:  # the platform does not catch; the learner sees the course less what is gated
        log.exception("fee gate: no partitions, gates stay shut: course=%s", course.id)
        return _nobodys_only(course)


def rules_of(table: GateTable, usage_key: str) -> dict[int, list[int]]:
    """What the platform has to ask for a block: partition id → allowed groups, all of them.

    Empty for a block that is free. If the table could not be read, nobody passes.
    """
    if not table.is_readable:
        return {nobodys_id(): [SETTLED]}
    fees = table.fees_of(usage_key)
    if not fees:
        return {}
    ids = {fee: number for number, fee in _slots(table)}
    return {ids.get(fee, nobodys_id()): [SETTLED] for fee in sorted(fees)}


def nobodys_id() -> int:
    """The id of the partition that nobody passes."""
    return conf.partition_ids()[-1]


def _slots(table: GateTable) -> tuple[tuple[int, str | None], ...]:
    """Partition id and fee; the fees that found no id, and a gate without a fee, are nobody's."""
    free = conf.partition_ids()[:-1]
    fees = [fee for fee in table.fees if fee]
    if len(fees) > len(free):
        log.error("fee gate: more fees than partition ids: course=%s", table.course_key)
    taken: list[tuple[int, str | None]] = list(zip(free, fees, strict=False))
    return (*taken, (nobodys_id(), None))


def _nobodys_only(course: Any) -> list[Any] | None:
    try:
        return [_partition(course, nobodys_id(), None)]
    except Exception:  # settings or platform are broken: without a partition pages stay shut too
        log.exception("fee gate: not even the closed partition: course=%s", course.id)
        return None


def _partition(course: Any, number: int, fee: str | None) -> Any:
    if number in {partition.id for partition in course.user_partitions}:
        # The author's partition is found first, our groups are not in it: what is gated stays shut.
        log.error("fee gate: partition id is taken: id=%s course=%s", number, course.id)
    # Not translated: the platform stores it once for all readers, and apps expect English.
    name = f"Fee: {fee}" if fee else "Fee: closed"
    return FeeGatePartitionScheme.create_user_partition(
        number,
        name,
        "Who has settled this fee",
        parameters={"course_id": str(course.id), "fee": fee or ""},
    )


def _is_enforced(course_key: Any) -> bool:
    from fee_gate import selectors

    table = selectors.gate_table(course_key)
    if table.is_enforced and not table.is_certain and compat.current_request() is None:
        raise client.Undecidable
    return table.is_enforced


def _group_id(course_key: Any, user: Any, user_partition: Any) -> int:
    from fee_gate import checking

    if user is None or not getattr(user, "is_authenticated", False):
        return NOT_SETTLED
    fee = user_partition.parameters.get("fee", "")
    if fee and fee in client.entitled_fees(user.id, at=clock.now()):
        return SETTLED
    return SETTLED if checking.is_exempt(user.id, course_key) else NOT_SETTLED
