"""What counts against the limits of a policy, counted so that no two grants count the same past.

Looked at first without a lock; the ``UPDATE`` that counts names what was seen: the counter has
room, or the version is still the one whose uses were counted. Where that does not hold any more,
the same is done again with the subjects' rows locked, in the order of their names.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from django.db import connection
from django.db.models import F

from fairgate.clock import utc_day
from fairgate_tables.inserting import insert, insert_or_lock
from waiver_policy import models
from waiver_policy.rules import quotas
from waiver_policy.rules.counting import Count
from waiver_policy.rules.quotas import Claim, Use


class Full(Exception):
    """A limit has no room, or others wait for the room it has."""

    def __init__(self, count: Count) -> None:
        self.count = count
        super().__init__(count.subject)


class Changed(Exception):
    """Another grant counted meanwhile: look again, with the rows locked."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A subject as it was looked at."""

    used: int
    version: int
    waiting: int


def look(counts: Sequence[Count], claim: Claim, *, lock: bool, in_turn: bool) -> Mapping[str, Seen]:
    """The subjects of a claim, made if need be, with room for one more grant each.

    Raises:
        Full: one of them has none; certain only with ``lock``.
    """
    if not counts:
        return {}
    seen = _subjects([count.subject for count in counts], lock=lock)
    used = [count.subject for count in counts if count.by_use and seen[count.subject].version]
    uses = _uses(used, lock=lock)
    for count in counts:
        now = seen[count.subject]
        over = count.most is not None and now.used + count.add > count.most
        mine = uses.get(_key(count.subject), ())
        if over or not all(quotas.fits(cap, mine, claim) for cap in count.by_use):
            raise Full(count)
        if now.waiting and not in_turn:
            raise Full(count)
    return seen


def _subjects(subjects: Sequence[str], *, lock: bool) -> dict[str, Seen]:
    seen = _read(subjects, lock=False)
    missing = [subject for subject in subjects if _key(subject) not in seen]
    if missing:
        # Somebody may have made them meanwhile, and counted: then the version is not 0.
        insert_or_lock(*(models.QuotaSubject(subject=one) for one in missing), field="subject")
    if lock:
        # In the order of the database, as the UPDATE that counts, which is not that of Python.
        seen = _read(subjects, lock=True)
    return {subject: seen.get(_key(subject), Seen(0, 0, 0)) for subject in subjects}


def _key(subject: str) -> str:
    """A subject as the database compares it: the keys of course runs may differ in case."""
    return subject.casefold()


def _read(subjects: Sequence[str], *, lock: bool) -> dict[str, Seen]:
    with connection.cursor() as cursor:
        locks = lock and connection.features.has_select_for_update
        cursor.execute(_reading(len(subjects), lock=locks), subjects)
        return {_key(subject): Seen(*numbers) for subject, *numbers in cursor.fetchall()}


@cache
def _reading(count: int, *, lock: bool) -> str:
    table, places = models.QuotaSubject._meta.db_table, ", ".join(["%s"] * count)
    columns = "subject, used, version, waiting"
    locking = " ORDER BY subject FOR UPDATE" if lock else ""
    return f"SELECT {columns} FROM {table} WHERE subject IN ({places}){locking}"  # noqa: S608


def _uses(subjects: Sequence[str], *, lock: bool) -> dict[str, list[Use]]:
    found: dict[str, list[Use]] = {}
    if not subjects:
        return found
    rows = models.QuotaUse.objects.filter(subject__in=subjects, given_back_at__isnull=True)
    rows = rows.select_for_update() if lock else rows
    columns = ("subject_id", "day", "minor", "label", "item", "user_id")
    for subject, day, minor, label, item, user_id in rows.values_list(*columns):
        use = Use(day=day, minor=minor, label=label, item=item, user_id=user_id)
        found.setdefault(_key(subject), []).append(use)
    return found


def write_uses(counts: Sequence[Count], claim: Claim, grant: models.WaiverGrant) -> None:
    """Keep what a grant counts for, where uses are looked at one by one.

    What it adds to counters stands with the grant itself.
    """
    uses = [
        models.QuotaUse(
            subject_id=count.subject, grant_id=grant.pk, day=claim.day, label=claim.label,
            item=claim.item, user_id=claim.user_id, amount=count.add, minor=grant.cost_minor,
        )
        for count in counts
        if count.by_use
    ]  # fmt: skip
    if uses:
        insert(*uses)


def count(counts: Sequence[Count], seen: Mapping[str, Seen], *, in_turn: bool) -> None:
    """Count a grant for every subject, if all is as it was seen. The rows are ours from then on.

    Raises:
        Changed: it is not.
    """
    if not counts:
        return
    adds: list[Any] = [value for one in counts for value in (one.subject, one.add)]
    wheres: list[Any] = []
    for one in counts:
        wheres.append(one.subject)
        if one.by_use:
            wheres.append(seen[one.subject].version)
        if one.most is not None:
            wheres.append(one.most - one.add)
    shape = tuple((bool(one.by_use), one.most is not None) for one in counts)
    with connection.cursor() as cursor:
        cursor.execute(_counting(shape, in_turn=in_turn), [*adds, *wheres])
        if cursor.rowcount != len(counts):
            raise Changed


@cache
def _counting(shape: tuple[tuple[bool, bool], ...], *, in_turn: bool) -> str:
    # Written out and kept, as the fund's. Each subject is named by its primary key.
    table = models.QuotaSubject._meta.db_table
    adds = " ".join(["WHEN %s THEN %s"] * len(shape))
    first = "" if in_turn else " AND waiting = 0"
    wheres = " OR ".join(
        "(subject = %s" + " AND version = %s" * by_use + " AND used <= %s" * counted + first + ")"
        for by_use, counted in shape
    )
    return (
        f"UPDATE {table} SET used = used + CASE subject {adds} ELSE 0 END, "  # noqa: S608
        f"version = version + 1 WHERE {wheres}"
    )


def give_back(grant: models.WaiverGrant, *, at: datetime) -> None:
    """The grant counts no more. Its row is locked by the caller."""
    for subject, amount in sorted(grant.counts_for.items()):
        _give_back(subject, amount)
    if grant.counts_for:
        models.QuotaUse.objects.filter(grant=grant).update(given_back_at=at)


def forget(grant: models.WaiverGrant, kinds: tuple[str, ...], *, nobody: int) -> bool:
    """Let nothing tell for which subjects of some kinds (``country:``) a grant counts.

    Its row is locked by the caller. A seat that is only held is counted there no more. ``nobody``
    is a number that no account has: one for all seats of the person.
    """
    told = {s: n for s, n in grant.counts_for.items() if s.startswith(kinds)}
    if not told:
        return False
    if grant.state == models.WaiverGrant.RESERVED:
        for subject, amount in sorted(told.items()):
            _give_back(subject, amount)
    elif grant.state == models.WaiverGrant.COMMITTED:
        _keep_uses(grant, told, nobody=nobody)
    models.QuotaUse.objects.filter(grant=grant, subject__in=told).delete()
    grant.counts_for = {s: n for s, n in grant.counts_for.items() if s not in told}
    grant.save(update_fields=["counts_for"])
    return True


def _keep_uses(grant: models.WaiverGrant, told: Mapping[str, int], *, nobody: int) -> None:
    """What counts goes on counting, in rows that lead to nobody.

    What only the grant tells of is a use as well, or nothing would say what the counter counts:
    limits that are counters never look at uses; the check of the fund does.

    The rows of one grant stand side by side, with the person's own among them, and a row at the
    end would stand where those of the day are on which the person has left. So these are new ones
    under numbers that no database gives: below zero, by chance.
    """
    mine = models.QuotaUse.objects.select_for_update().filter(grant=grant, subject__in=told)
    known = {use.subject_id: use for use in mine}
    rows = [
        known.get(subject)
        or models.QuotaUse(
            subject_id=subject, day=utc_day(grant.granted_at), amount=told[subject],
            minor=grant.cost_minor,
        )
        for subject in sorted(told)
    ]  # fmt: skip
    for row in rows:
        row.pk, row.grant, row.user_id = -1 - secrets.randbelow(2**62), None, nobody
    models.QuotaUse.objects.bulk_create(rows)


def _give_back(subject: str, amount: int) -> None:
    models.QuotaSubject.objects.filter(subject=subject).update(
        used=F("used") - amount, version=F("version") + 1
    )


def count_waiting(subject: str, difference: int) -> None:
    """So many more places wait for room of this subject."""
    models.QuotaSubject.objects.filter(subject=subject).update(waiting=F("waiting") + difference)
