"""Codes that open a seat which somebody else has paid."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from fee_payments.data.rooms import SessionSummary


class SeatCodeState(StrEnum):
    """Where a seat code stands at a moment."""

    FREE = "free"
    REDEEMED = "redeemed"
    REVOKED = "revoked"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatCodeSummary:
    """A seat code as an operator sees it: never the code itself, only its first group.

    ``expires_at`` is the first moment at which it is no longer taken (``None``: it stays).
    ``session`` is the code of the session that it was issued for, "" for none.
    """

    uuid: UUID
    batch_uuid: UUID
    offering_code: str
    sponsor: str
    hint: str
    expires_at: datetime | None
    redeemed_by: int | None
    redeemed_at: datetime | None
    revoked_at: datetime | None
    revoked_because: str
    session: str = ""

    def state(self, at: datetime) -> SeatCodeState:
        """Where it stands at this moment."""
        if self.revoked_at is not None:
            return SeatCodeState.REVOKED
        if self.redeemed_by is not None:
            return SeatCodeState.REDEEMED
        is_over = self.expires_at is not None and self.expires_at <= at
        return SeatCodeState.EXPIRED if is_over else SeatCodeState.FREE


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedSeatCodes:
    """Codes that were issued just now. They are in no table: who has this value shows them, once.

    They are no part of its ``repr``, which ends up in logs and error pages.
    """

    batch_uuid: UUID
    offering_code: str
    offering_title: str
    sponsor: str
    expires_at: datetime | None
    codes: tuple[str, ...] = field(repr=False)
    session: SessionSummary | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenSeat:
    """A seat that somebody has because another paid: by a redeemed code, or of an institution.

    One of ``code_uuid`` and ``seat_uuid`` is set; the second is a seat of an institution's pool,
    whose learner chooses whether their progress is shared (``shares_progress``). ``session`` is the
    one that it is a seat of; how many are left of it is not looked at. ``rests``: it opens nothing
    while the sponsor's payment is looked at.
    """

    code_uuid: UUID | None
    user_id: int
    offering_code: str
    course_key: str
    sponsor: str
    redeemed_at: datetime
    title: str = ""
    seat_uuid: UUID | None = None
    shares_progress: bool = False
    session: SessionSummary | None = None
    rests: bool = False
