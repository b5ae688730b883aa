"""What is asked of the database at every quote, in one statement, and what is kept beside it.

The catalogue changes a few times a day and is asked for at every price, so each process keeps what
it has read of it under the mark of the catalogue (``models.marked``). The mark is asked anew at
every question, in the statement that also tells what is never kept: seats, who waits, the right
that this learner has, and whether their country is blocked. ADR 0035.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache
from typing import Any

from django.db import connection

from fee_payments import models
from fee_payments.data import OfferingSummary, TaxRule
from fee_payments.exceptions import UnknownOffering
from fee_payments.selectors import catalogue_rows as rows_of

#: Rows that were changed past Django (SQL, a restore) are seen after so long.
LONGEST_SECONDS = 300.0
_MOST = 2_000

Counts = tuple[int | None, int, int]
"""Capacity, seats taken, people who wait."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """An offering and one learner, as they are now.

    ``blocked_by`` is the id of a row that blocks their country, if any does.
    """

    offering: OfferingSummary
    mark: str | None
    entitled: bool
    blocked_by: int | None


@dataclass(frozen=True, slots=True)
class _Kept:
    mark: str
    until: float
    value: Any


_offerings: dict[str, _Kept] = {}
_rates: dict[str, _Kept] = {}


def look(code: str, *, user_id: int, country: str, at: datetime, on: date) -> Standing:
    """An offering, and what counts for a learner (0: nobody) of a country ("": not known).

    One query where the catalogue has not changed, two where it has.

    Raises:
        UnknownOffering: no offering has this code.
    """
    ops = connection.ops
    moment, day = ops.adapt_datetimefield_value(at), ops.adapt_datefield_value(on)
    with connection.cursor() as cursor:
        cursor.execute(
            _statement(connection.vendor),
            [user_id, moment, moment, country, day, day, code],
        )
        rows = cursor.fetchall()
    if not rows:
        raise UnknownOffering(f"There is no fee “{code}”.")
    capacity, taken, waiting, mark, entitled, blocked_by, *_ = rows[0]
    sessions = {row[6]: row[7:10] for row in rows if row[6] is not None}
    return Standing(
        offering=with_seats(_offering(code, mark), seats_left(capacity, taken, waiting), sessions),
        mark=mark,
        entitled=bool(entitled),
        blocked_by=blocked_by,
    )


def tax_rates(country: str, mark: str | None) -> tuple[TaxRule, ...]:
    """Every tax rate of a country; ``mark`` is that of the catalogue as the caller has read it."""
    if not country:
        return ()
    found = _fresh(_rates.get(country), mark)
    if found is None:
        found = rows_of.tax_rates(country)
        _keep(_rates, country, mark, found)
    return tuple(found)


def _offering(code: str, mark: str | None) -> OfferingSummary:
    found: OfferingSummary | None = _fresh(_offerings.get(code), mark)
    if found is None:
        found = rows_of.offering(code)
        _keep(_offerings, code, mark, found)
    return found


def _fresh(kept: _Kept | None, mark: str | None) -> Any:
    if kept is None or mark is None or kept.mark != mark or kept.until < time.monotonic():
        return None
    return kept.value


def _keep(store: dict[str, _Kept], name: str, mark: str | None, value: Any) -> None:
    if mark is None:  # nothing was written through Django yet, so nothing would tell of a change
        return
    if len(store) >= _MOST:
        store.clear()
    # Under the mark that was read before the rows: what came in between has another one.
    store[name] = _Kept(mark, time.monotonic() + LONGEST_SECONDS, value)


def with_seats(
    offering: OfferingSummary, left: int | None, sessions: dict[int, Counts]
) -> OfferingSummary:
    """An offering with the seats that are left of it, and of its sessions by their ids."""
    if left is None and not sessions:
        return offering
    own = {number: seats_left(*row) for number, row in sessions.items()}
    return replace(
        offering,
        seats_left=left,
        sessions=tuple(
            replace(session, seats_left=_smaller(own.get(session.id), left))
            for session in offering.sessions
        ),
    )


def seats_left(capacity: int | None, taken: int, waiting: int) -> int | None:
    """The seats that somebody can take now; ``None`` without a limit, 0 while people wait."""
    if capacity is None:
        return None
    return 0 if waiting else capacity - taken


def _smaller(one: int | None, other: int | None) -> int | None:
    known = [number for number in (one, other) if number is not None]
    return min(known, default=None)


@cache
def _statement(vendor: str) -> str:
    # Written out: Django takes longer to make the text than the database to answer. All names are
    # ours. ``vendor`` because backends quote in their own ways.
    del vendor
    kinds = (
        models.Offering,
        models.Session,
        models.CatalogueMark,
        models.Entitlement,
        models.BlockedCountry,
    )
    offering, session, mark, entitlement, blocked = (kind._meta.db_table for kind in kinds)
    return f"""
        SELECT o.capacity, o.seats_taken, o.waiting,
          (SELECT word FROM {mark} WHERE id = {models.CatalogueMark.ROW}),
          EXISTS (SELECT 1 FROM {entitlement} e
            WHERE e.user_id = %s AND e.offering_id = o.id AND e.revoked_at IS NULL
            AND e.starts_at <= %s AND (e.ends_at IS NULL OR e.ends_at > %s)),
          (SELECT MIN(b.id) FROM {blocked} b
            WHERE b.country = %s AND (b.offering_id IS NULL OR b.offering_id = o.id)
            AND b.valid_from <= %s AND (b.valid_until IS NULL OR b.valid_until > %s)),
          s.id, s.capacity, s.seats_taken, s.waiting
        FROM {offering} o LEFT JOIN {session} s ON s.offering_id = o.id
        WHERE o.code = %s"""  # noqa: S608
