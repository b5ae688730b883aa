"""The seats of a pool, one by one, as their coordinators see them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from fee_payments import compat, conf, models
from fee_payments.data.institution_seats import (
    CourseProgress,
    MailState,
    SeatState,
    SeatSummary,
)
from fee_payments.exceptions import UnknownSeat
from fee_payments.selectors import seat_people
from fee_payments.selectors.institution_seats import (
    pool_row,
    rows_in_state,
    seat_row,
    state_of,
)

PAGE = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatPage:
    """One page of the seats of a pool; ``total`` is how many the filters leave."""

    seats: tuple[SeatSummary, ...]
    total: int
    page: int
    pages: int


def list_seats(
    pool_uuid: UUID,
    *,
    by: int,
    at: datetime,
    state: SeatState | None = None,
    search: str = "",
    page: int = 1,
    size: int = PAGE,
) -> SeatPage:
    """Seats of a pool, by number; ``search`` is a whole address or a user name.

    Progress stands beside seats whose learner shares it, of this page only.

    Raises:
        UnknownSeat: there is no such pool, or this person does not coordinate it.
    """
    found = pool_row(pool_uuid, by=by)
    rows = _found(found, at=at, state=state, search=search)
    total = rows.count()
    pages = max(1, -(-total // size))
    page = min(max(1, page), pages)
    shown = list(rows.select_related("code", "pool")[(page - 1) * size : page * size])
    return SeatPage(seats=_summaries(found, shown, at=at), total=total, page=page, pages=pages)


def seats_after(
    pool_uuid: UUID,
    *,
    by: int,
    at: datetime,
    state: SeatState | None = None,
    search: str = "",
    after: UUID | None = None,
    limit: int = PAGE,
) -> tuple[SeatSummary, ...]:
    """Seats of a pool as ``list_seats``: at most ``limit`` after the one with this uuid.

    Raises:
        UnknownSeat: there is no such pool, this person does not coordinate it, or ``after`` is no
            seat of it.
    """
    found = pool_row(pool_uuid, by=by)
    rows = _found(found, at=at, state=state, search=search)
    if after is not None:
        # Whether or not it still fits: it may have been accepted since it was seen.
        last = models.Seat.objects.filter(pool=found, uuid=after).values_list("number", "pk")
        seen = last.first()
        if seen is None:
            raise UnknownSeat("There is no such seat.")
        number, pk = seen
        rows = rows.filter(Q(number__gt=number) | Q(number=number, pk__gt=pk))
    return _summaries(found, list(rows.select_related("code", "pool")[:limit]), at=at)


def one_seat(seat_uuid: UUID, *, by: int, at: datetime) -> SeatSummary:
    """One seat.

    Raises:
        UnknownSeat: there is none, or this person does not coordinate it.
    """
    row = seat_row(seat_uuid, by=by)
    (found,) = _summaries(pool_row(row.pool.uuid, by=by), [row], at=at)
    return found


def every_seat(pool_uuid: UUID, *, by: int, at: datetime) -> tuple[SeatSummary, ...]:
    """All seats of a pool as they are now, for a file.

    Raises:
        UnknownSeat: there is no such pool, or this person does not coordinate it.
    """
    found = pool_row(pool_uuid, by=by)
    return _summaries(found, list(_found(found, at=at).select_related("code", "pool")), at=at)


def _found(
    pool: models.SeatPool, *, at: datetime, state: SeatState | None = None, search: str = ""
) -> QuerySet[models.Seat]:
    rows = models.Seat.objects.filter(pool=pool).order_by("number", "id")
    fitting = rows_in_state(state, at=at) if state else Q(live_key__isnull=False)
    rows = rows.filter(fitting)
    text = search.strip()[: seat_people.MAX_ADDRESS]
    if not text:
        return rows
    account = seat_people.accounts_named([text]).get(text)
    which = Q(email_digest=seat_people.address_digest(seat_people.normal_address(text)))
    which |= Q(code__hint__iexact=text)
    if account is not None:
        which |= Q(assigned_user=account) | Q(accepted_by=account)
    return rows.filter(which)


def _summaries(
    pool: models.SeatPool, rows: Sequence[models.Seat], *, at: datetime
) -> tuple[SeatSummary, ...]:
    people = {one for row in rows for one in (row.accepted_by, row.assigned_user) if one}
    names = seat_people.usernames(people)
    sharing = {row.accepted_by for row in rows if row.accepted_by and row.consented_at}
    progress = compat.course_progress(frozenset(sharing), pool.offering.course_key)
    mails = _mail_states(rows)
    return tuple(
        _seat_summary(row, pool, names, mails.get(row.pk, MailState.NONE), at=at,
                      progress=progress.get(row.accepted_by or 0) if row.consented_at else None)
        for row in rows
    )  # fmt: skip


def _seat_summary(
    row: models.Seat, pool: models.SeatPool, names: dict[int, str], mail: MailState, *,
    at: datetime, progress: CourseProgress | None,
) -> SeatSummary:  # fmt: skip
    address, name = seat_people.opened(row.sealed)
    return SeatSummary(
        uuid=row.uuid,
        pool_uuid=pool.uuid,
        number=row.number,
        state=state_of(row, at=at),
        address=address,
        name=name,
        username=names.get(row.accepted_by or row.assigned_user or 0, ""),
        code_hint=row.code.hint if row.code else "",
        expires_at=row.expires_at,
        assigned_at=row.assigned_at,
        accepted_at=row.accepted_at,
        shares_progress=row.consented_at is not None,
        mail=mail,
        progress=progress,
    )


def _mail_states(rows: Iterable[models.Seat]) -> dict[int, MailState]:
    """What became of the newest mail about each invitation that stands."""
    nonces = {row.pk: row.nonce for row in rows if row.nonce is not None}
    found: dict[int, MailState] = {}
    for mail in models.SeatMail.objects.filter(seat__in=list(nonces)).order_by("id"):
        if mail.nonce == nonces[mail.seat_id]:
            found[mail.seat_id] = mail_state(mail)
    return found


def mail_state(mail: models.SeatMail) -> MailState:
    """What became of a mail."""
    if mail.sent_at is not None:
        return MailState.SENT
    is_over = mail.tries >= conf.seat_mail_tries() or mail.dropped_at is not None
    return MailState.FAILED if is_over else MailState.WAITING
