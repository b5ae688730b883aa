"""How much a partner's people record on a day: they queue at their partner's row, and are counted.

The partner's row comes before the agreement's, as for who loads a file. A colleague of the host
acts for nobody and is not counted.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from fairgate.clock import utc_day
from partnerships import conf, lock_objects, models, rules
from partnerships.data import DayLimit, Sent
from partnerships.exceptions import TooManyRecords

_SAID = {
    DayLimit.PERSON_RECORDS: _(
        "Today’s limit of records by one person is reached: %(limit)s. Please go on tomorrow (UTC)."
    ),
    DayLimit.PARTNER_RECORDS: _(
        "Today’s limit of records by one partner is reached: %(limit)s. Please go on tomorrow "
        "(UTC)."
    ),
    DayLimit.PERSON_FILES: _(
        "Today’s limit of files by one person is reached: %(limit)s. Please record it without the "
        "file, or go on tomorrow (UTC)."
    ),
    DayLimit.PARTNER_FILES: _(
        "Today’s limit of files by one partner is reached: %(limit)s. Please record it without the "
        "file, or go on tomorrow (UTC)."
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Who records something, and for which partner; ``None`` is a colleague of the host."""

    user_id: int
    partner: models.Partner | None

    def count(self, *, files: int = 0, at: datetime) -> None:
        """Count what is recorded now.

        Raises:
            TooManyRecords: the day of ``at`` takes no more.
        """
        if self.partner is not None:
            _count(self.partner, self.user_id, Sent(records=1, files=files), at=at)


@contextmanager
def queued(version_uuid: UUID, *, by: int, promise: str = "") -> Iterator[Sender]:
    """The sender of a record under a version, after all others of the same partner.

    ``promise`` is the code of the contribution, if it is about one: another partner than the one of
    the agreement may give it.
    """
    partner = _partner_of(version_uuid, by=by, promise=promise)
    sender = Sender(user_id=by, partner=partner)
    if partner is None:
        yield sender
        return
    with lock_objects.locked_partner(partner):
        yield sender


def _partner_of(version_uuid: UUID, *, by: int, promise: str) -> models.Partner | None:
    own = models.Partner.objects.filter(people__user_id=by)
    whose = own.filter(agreements__versions__uuid=version_uuid).first()
    if whose is not None or not promise:
        return whose
    given = models.VersionContribution.objects.filter(version__uuid=version_uuid, code=promise)
    return own.filter(code__in=given.values("party")).first()


def _count(partner: models.Partner, user_id: int, sent: Sent, *, at: datetime) -> None:
    day = utc_day(at)
    rows = {row.user_id: row for row in sent_now(partner)}
    row = rows.get(user_id) or models.SentOnDay(partner=partner, user_id=user_id, day=day)
    person = sent + _sent(row, day)
    others = (_sent(other, day) for other in rows.values() if other.user_id != user_id)
    limits = conf.day_limits()
    limit = rules.limit_reached(person, sum(others, person), limits=limits)
    if limit is not None:
        said = str(_SAID[limit]) % {"limit": limits[limit]}
        raise TooManyRecords(limit.name, said, wait=_seconds_left(day, at))
    row.day, row.records, row.files = day, person.records, person.files
    row.save()


def sent_now(partner: models.Partner) -> list[models.SentOnDay]:
    """What the people of a locked partner have sent, whatever was read before."""
    return list(models.SentOnDay.objects.select_for_update().filter(partner=partner))


def _sent(row: models.SentOnDay, day: date) -> Sent:
    """What a row counts of a day; one of another day counts nothing."""
    if row.day != day:
        return Sent(records=0, files=0)
    return Sent(records=row.records, files=row.files)


def _seconds_left(day: date, at: datetime) -> int:
    midnight = datetime.combine(day + timedelta(days=1), time(), tzinfo=UTC)
    return math.ceil((midnight - at).total_seconds())


def forget_sender(user_id: int) -> None:
    """Count no more what a user has sent who leaves the platform."""
    models.SentOnDay.objects.filter(user_id=user_id).delete()
