"""Long work on the books is asked for once, done by a worker, and gone on with after its death.

Closing a month and proving the books take minutes where there are millions of entries, and no
gateway waits for that. A run is claimed by an UPDATE that says what it expects, so of two workers
one has it. The claim moves with every step; one that ends is another worker's. Both works may be
begun again: what a close has booked and cleared stays, and a month is closed once.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils import translation

from fairgate_tables.beside import beside

from .. import wording
from ..data import Period, RunKind
from ..exceptions import RevenueShareError
from ..models import BooksRun
from ..selectors import checking
from ..selectors.runs import MOST_TRIES, left_to_do
from ..wording_refusals import in_words
from . import closing
from .asking_once import ask_once, step_uuid

log = logging.getLogger(__name__)

#: How long one step may take before another worker thinks that this one has died.
_CLAIM = timedelta(minutes=15)

Now = Callable[[], datetime]
Told = Callable[[int], None]


def ask_to_close(text: str, *, by: int, language: str, at: datetime, key: str) -> UUID:
    """Ask that a month is closed; what can be refused now is refused before anything is written.

    Raises:
        InvalidPeriod, CloseRefused: as for ``close_period``.
        KeyReused: see ``ask_once``.
    """
    period = Period.parse(text)
    closing.check_may_close(period, at=at)
    return _ask(RunKind.CLOSE, str(period), closing.STEPS, by, language, at, key)


def ask_to_check(*, by: int, language: str, at: datetime, key: str) -> UUID:
    """Ask that the books are proved.

    Raises:
        KeyReused: see ``ask_once``.
    """
    return _ask(RunKind.CHECK, "", checking.STEPS, by, language, at, key)


def _ask(
    kind: RunKind, period: str, steps: int, by: int, language: str, at: datetime, key: str
) -> UUID:
    uuid = step_uuid(key)
    return ask_once(
        BooksRun,
        uuid,
        is_same=lambda row: (row.kind, row.period, row.asked_by) == (kind, period, by),
        ask=lambda: _write(uuid, kind, period, steps, by, language, at),
    )


def _write(
    uuid: UUID, kind: RunKind, period: str, steps: int, by: int, language: str, at: datetime
) -> None:
    BooksRun.objects.create(
        uuid=uuid, kind=kind.value, period=period, steps=steps, asked_by=by, asked_at=at,
        language=language,
    )  # fmt: skip
    log.info("run asked for: run=%s kind=%s period=%s by=%s", uuid, kind, period, by)


def carry_out(uuid: UUID, *, now: Now) -> bool:
    """Do what was asked for, unless it is done or another worker is at it; whether we have done it.

    ``now`` is asked at every step, since it may take long.
    """
    if not claim(uuid, at=now()):
        return False
    row = BooksRun.objects.get(uuid=uuid)
    try:
        outcome = {"faults": _check(row, now)} if row.kind == RunKind.CHECK else _close(row, now)
    except RevenueShareError as error:
        with translation.override(row.language):
            refused = {"code": type(error).__name__, "detail": in_words(error)}
        BooksRun.objects.filter(pk=row.pk, ended_at__isnull=True).update(
            ended_at=now(), outcome={"refused": refused}
        )
    else:
        BooksRun.objects.filter(pk=row.pk, ended_at__isnull=True).update(
            ended_at=now(), outcome=outcome, done=row.steps
        )
    return True


def carry_out_left(*, now: Now) -> int:
    """Do what a worker has left, or none has begun; how many runs."""
    return sum(carry_out(uuid, now=now) for uuid in left_to_do(now()))


def claim(uuid: UUID, *, at: datetime) -> bool:
    """Whether this worker has the run now, and nobody else before the claim ends."""
    free = Q(claimed_until__isnull=True) | Q(claimed_until__lte=at)
    mine = BooksRun.objects.filter(
        free, uuid=uuid, ended_at__isnull=True, tries__lt=MOST_TRIES
    ).update(
        claimed_until=at + _CLAIM,
        started_at=Coalesce(F("started_at"), at),
        tries=F("tries") + 1,
        done=0,
    )
    return bool(mine)


def _close(row: BooksRun, now: Now) -> dict[str, Any]:
    by = wording.user(row.asked_by)
    closing.close_period(row.period, at=now(), by=by, told=_teller(row, now, DEFAULT_DB_ALIAS))
    return {"closed": row.period}


def _check(row: BooksRun, now: Now) -> list[dict[str, str]]:
    with beside() as connection:
        return [asdict(fault) for fault in checking.check(_teller(row, now, connection))]


def _teller(row: BooksRun, now: Now, connection: str) -> Told:
    """Writes down how many steps are done, for who asks, and stays at the work."""

    def tell(done: int) -> None:
        BooksRun.objects.using(connection).filter(pk=row.pk, ended_at__isnull=True).update(
            done=done, claimed_until=now() + _CLAIM
        )

    return tell
