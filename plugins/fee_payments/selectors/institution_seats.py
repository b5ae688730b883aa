"""Seats of institutions as their coordinators and their learners see them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import Case, Count, Q, QuerySet, When

from fee_payments import compat, models, rules
from fee_payments.data import GivenSeat, SessionSummary
from fee_payments.data.institution_seats import (
    PoolCounts,
    PoolUse,
    SeatPoolSummary,
    SeatState,
)
from fee_payments.data.organisations import OrganisationAct
from fee_payments.exceptions import UnknownSeat
from fee_payments.rules.institution_seats import SMALLEST_GROUP
from fee_payments.selectors import seat_people
from fee_payments.selectors.catalogue_rows import session_summary
from fee_payments.selectors.contacts import acted_for, organisation
from fee_payments.selectors.resting import resting_orders


def buyer_row(uuid: UUID, *, by: int) -> models.Buyer:
    """An organisation for which this person orders.

    Raises:
        UnknownBuyer: there is none, or they do not act for it.
        NotYourPart: they act for it, but do not order.
    """
    organisation(uuid, user_id=by, act=OrganisationAct.ORDER)
    return models.Buyer.objects.get(uuid=uuid)


def has_seats_to_give(by: int) -> bool:
    """Whether this person gives the seats of any organisation."""
    return bool(_coordinated(by).exists())


def _coordinated(by: int) -> QuerySet[models.Buyer]:
    """The organisations whose seats this person gives; by permission those of all."""
    if seat_people.may_manage_all(by):
        return models.Buyer.objects.all()
    return models.Buyer.objects.filter(pk__in=acted_for(by, OrganisationAct.GIVE_SEATS))


def pool_row(uuid: UUID, *, by: int) -> models.SeatPool:
    """A pool of an organisation whose training this person coordinates.

    Raises:
        UnknownSeat: there is none, or they do not.
    """
    row = _pools(by).filter(uuid=uuid).first()
    if row is None:
        raise UnknownSeat("There is no such pool of seats.")
    return row


def seat_row(uuid: UUID, *, by: int) -> models.Seat:
    """A seat of such a pool.

    Raises:
        UnknownSeat: there is none, or they do not coordinate it.
    """
    row = models.Seat.objects.select_related("pool").filter(uuid=uuid).first()
    if row is None or not _pools(by).filter(pk=row.pool_id).exists():
        raise UnknownSeat("There is no such seat.")
    return row


def pool_of_seat(uuid: UUID, *, by: int) -> UUID:
    """The pool of such a seat, by its uuid.

    Raises:
        UnknownSeat: as ``seat_row``.
    """
    found: UUID = seat_row(uuid, by=by).pool.uuid
    return found


def _pools(by: int) -> QuerySet[models.SeatPool]:
    return models.SeatPool.objects.filter(buyer__in=_coordinated(by)).select_related(
        "buyer", "offering", "line__order", "line__session"
    )


def pool_end(row: models.SeatPool) -> datetime | None:
    """The first moment at which nothing of a pool is given or accepted; ``None``: there is none.

    That is when its session begins, if it is of one, at the latest.
    """
    session = row.line.session
    return min(filter(None, (row.ends_at, session.starts_at if session else None)), default=None)


def session_of_pool(row: models.SeatPool) -> SessionSummary | None:
    """The session that the seats of a pool are of; how many are left of it is not looked at."""
    return session_summary(row.line.session) if row.line.session else None


def list_pools(by: int, *, at: datetime) -> tuple[SeatPoolSummary, ...]:
    """The pools that this person coordinates, newest first."""
    rows = list(_pools(by))
    counts = _counts([row.pk for row in rows], at=at)
    resting = resting_orders({row.line.order_id for row in rows})
    return tuple(_summary(row, counts, resting) for row in rows)


def pool(uuid: UUID, *, by: int, at: datetime) -> SeatPoolSummary:
    """One pool.

    Raises:
        UnknownSeat: there is none, or this person does not coordinate it.
    """
    row = pool_row(uuid, by=by)
    counts = _counts([row.pk], at=at)
    return _summary(row, counts, resting_orders([row.line.order_id]))


def _summary(
    row: models.SeatPool, counts: dict[int, dict[SeatState, int]], resting: frozenset[int]
) -> SeatPoolSummary:
    found = counts.get(row.pk, {})
    return SeatPoolSummary(
        uuid=row.uuid,
        order_uuid=row.line.order.uuid,
        buyer_uuid=row.buyer.uuid,
        buyer_name=row.buyer.legal_name,
        sponsor=row.sponsor,
        offering_code=row.offering.code,
        title=row.offering.title,
        course_key=row.offering.course_key,
        opened_at=row.opened_at,
        ends_at=pool_end(row),
        session=session_of_pool(row),
        counts=PoolCounts(
            bought=row.quantity,
            free=found.get(SeatState.FREE, 0),
            assigned=found.get(SeatState.ASSIGNED, 0),
            expired=found.get(SeatState.EXPIRED, 0),
            accepted=found.get(SeatState.ACCEPTED, 0),
            held=found.get(SeatState.HELD, 0),
            withdrawn=found.get(SeatState.WITHDRAWN, 0),
            closed=found.get(SeatState.CLOSED, 0),
        ),
        rests=row.line.order_id in resting,
    )


def rows_in_state(state: SeatState, *, at: datetime) -> Q:
    """The rows that are in a state at a moment; the states exclude each other."""
    open_one = Q(accepted_at=None, held_at=None, closed_at=None)
    given = open_one & ~Q(assigned_at=None)
    return {
        SeatState.WITHDRAWN: ~Q(withdrawn_at=None),
        SeatState.REVOKED: ~Q(revoked_at=None),
        SeatState.CLOSED: ~Q(closed_at=None),
        SeatState.HELD: Q(withdrawn_at=None, closed_at=None) & ~Q(held_at=None),
        SeatState.ACCEPTED: Q(revoked_at=None, closed_at=None) & ~Q(accepted_at=None),
        SeatState.EXPIRED: given & Q(expires_at__lte=at),
        SeatState.ASSIGNED: given & (Q(expires_at=None) | Q(expires_at__gt=at)),
        SeatState.FREE: open_one & Q(assigned_at=None),
    }[state]


def _counts(pool_pks: Sequence[int], *, at: datetime) -> dict[int, dict[SeatState, int]]:
    columns = {
        state.value: Count(Case(When(rows_in_state(state, at=at), then=1))) for state in SeatState
    }
    rows = models.Seat.objects.filter(pool__in=pool_pks).values("pool_id").order_by("pool_id")
    found = rows.annotate(**columns).values_list("pool_id", *columns)
    return {pool_pk: dict(zip(SeatState, numbers, strict=True)) for pool_pk, *numbers in found}


def state_of(row: models.Seat, *, at: datetime) -> SeatState:
    """Where a seat stands at a moment."""
    ends = (
        (row.withdrawn_at, SeatState.WITHDRAWN),
        (row.revoked_at, SeatState.REVOKED),
        (row.closed_at, SeatState.CLOSED),
        (row.held_at, SeatState.HELD),
        (row.accepted_at, SeatState.ACCEPTED),
    )
    for moment, state in ends:
        if moment is not None:
            return state
    if row.assigned_at is None:
        return SeatState.FREE
    is_over = row.expires_at is not None and row.expires_at <= at
    return SeatState.EXPIRED if is_over else SeatState.ASSIGNED


def pool_use(pool_uuid: UUID, *, by: int) -> PoolUse:
    """Use and progress of a pool, as far as it may be told.

    Raises:
        UnknownSeat: there is no such pool, or this person does not coordinate it.
    """
    found = pool_row(pool_uuid, by=by)
    rows = live_accepted().filter(pool=found)
    people = {one: since for one, since in rows.values_list("accepted_by", "consented_at") if one}
    agreed = {one for one, since in people.items() if since is not None}
    asked = frozenset(people)
    if 0 < len(people) - len(agreed) < SMALLEST_GROUP:
        asked = frozenset(agreed)  # nobody looks at what is not told
    progress = compat.course_progress(asked, found.offering.course_key)
    return rules.pool_use(people.keys(), agreed, progress)


def given_seats(user_id: int) -> tuple[GivenSeat, ...]:
    """The seats that institutions gave this learner, and that they still have; newest first."""
    rows = live_accepted().filter(accepted_by=user_id)
    found = list(
        rows.select_related("pool__offering", "pool__line__session", "code").order_by(
            "-accepted_at", "-id"
        )
    )
    resting = resting_orders({row.pool.line.order_id for row in found})
    return tuple(given_seat_of(row, rests=row.pool.line.order_id in resting) for row in found)


def live_accepted() -> QuerySet[models.Seat]:
    """The seats that somebody has accepted and still has."""
    return models.Seat.objects.filter(accepted_at__isnull=False, live_key__isnull=False)


def given_seat_of(row: models.Seat, *, rests: bool = False) -> GivenSeat:
    """A seat that was accepted, as a value."""
    if row.accepted_by is None or row.accepted_at is None:
        raise ValueError(f"Seat {row.uuid} was not accepted.")
    return GivenSeat(
        code_uuid=row.code.uuid if row.code else None,
        user_id=row.accepted_by,
        offering_code=row.pool.offering.code,
        course_key=row.pool.offering.course_key,
        sponsor=row.pool.sponsor,
        redeemed_at=row.accepted_at,
        title=row.pool.offering.title,
        seat_uuid=row.uuid,
        shares_progress=row.consented_at is not None,
        session=session_of_pool(row.pool),
        rests=rests,
    )
