"""Seats that an institution has bought, gives to people, and takes back."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from fairgate.money import Money, total
from fee_payments.data.merchants import MerchantSummary, TermsSummary
from fee_payments.data.quotes import Breakdown, added_up
from fee_payments.data.refund_policy import RefundPolicy
from fee_payments.data.rooms import SessionSummary


class SeatState(StrEnum):
    """Where a seat of a pool stands at a moment."""

    FREE = "free"
    ASSIGNED = "assigned"
    EXPIRED = "expired"
    ACCEPTED = "accepted"
    REVOKED = "revoked"
    HELD = "held"
    WITHDRAWN = "withdrawn"
    CLOSED = "closed"


class SeatAction(StrEnum):
    """What has happened with a seat: one row of its history each."""

    INVITED = "invited"
    CODE_ISSUED = "code_issued"
    RELEASED = "released"
    DECLINED = "declined"
    EXPIRED = "expired"
    ACCEPTED = "accepted"
    SHARED = "shared"
    UNSHARED = "unshared"
    REMINDED = "reminded"
    REVOKED = "revoked"
    HELD = "held"
    UNHELD = "unheld"
    WITHDRAWN = "withdrawn"
    CLOSED = "closed"
    REOPENED = "reopened"
    FORGOTTEN = "forgotten"


class MailKind(StrEnum):
    """The kinds of mails about an invitation."""

    INVITATION = "invitation"
    REMINDER = "reminder"


class MailState(StrEnum):
    """What became of the newest mail to an invited person."""

    NONE = "none"
    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchLine:
    """``quantity`` seats of one offering, at the price of the buyer's payer class.

    ``seats_left`` are those of ``session``, where the offering has sessions. ``refund_policy`` is
    the one that the seats are sold under, and ``starts_on`` the day on which the training begins.
    """

    offering_code: str
    title: str
    quantity: int
    unit_price: Money
    breakdown: Breakdown
    seats_left: int | None
    refund_policy: RefundPolicy
    course_key: str
    starts_on: date | None = None
    session: SessionSummary | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchQuote:
    """What an organisation pays for seats of one or several offerings, all in one currency.

    ``terms`` are those of ``merchant`` in force: who orders accepts them.
    """

    buyer_uuid: UUID
    buyer_name: str
    country: str
    lines: tuple[BatchLine, ...]
    merchant: MerchantSummary | None
    terms: TermsSummary | None

    @property
    def breakdown(self) -> Breakdown:
        return added_up([line.breakdown for line in self.lines])

    @property
    def total(self) -> Money:
        return total([line.breakdown.total for line in self.lines], self.currency)

    @property
    def currency(self) -> str:
        return self.lines[0].breakdown.total.currency


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitee:
    """A person a seat is for: an e-mail address, or the user id of an account; one of the two.

    Neither is part of the ``repr``, which ends up in logs. ``place`` is where the list had it: a
    line number, 0 for none.
    """

    email: str = field(default="", repr=False)
    name: str = field(default="", repr=False)
    user_id: int | None = None
    place: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignedSeats:
    """What came of a list of people: how many are invited now, and who was invited before.

    ``known_places`` are where the list has those who were.
    """

    invited: int
    known: int
    known_places: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolCounts:
    """How many seats of a pool stand where. ``bought`` is what was ordered."""

    bought: int
    free: int
    assigned: int
    expired: int
    accepted: int
    held: int
    withdrawn: int
    closed: int

    @property
    def to_give(self) -> int:
        """How many can be given to somebody now: what was not accepted in time is free again."""
        return self.free + self.expired


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatPoolSummary:
    """The seats of one line of a batch order. ``ends_at``: the first moment nothing is accepted.

    That is the beginning of their ``session``, if there is one, at the latest. ``rests``: nobody
    can accept a seat, and the access of who has rests, while the payment is looked at.
    """

    uuid: UUID
    order_uuid: UUID
    buyer_uuid: UUID
    buyer_name: str
    sponsor: str
    offering_code: str
    title: str
    course_key: str
    opened_at: datetime
    ends_at: datetime | None
    counts: PoolCounts
    rests: bool = False
    session: SessionSummary | None = None

    def is_over(self, at: datetime) -> bool:
        """Whether no seat of it can be given or accepted any more."""
        is_closed = self.session is not None and self.session.closed
        return is_closed or (self.ends_at is not None and self.ends_at <= at)


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseProgress:
    """How far one learner is in a course run; ``grade_percent`` is ``None`` without a grade."""

    has_started: bool
    grade_percent: int | None
    has_passed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatSummary:
    """A seat as its coordinator sees it. ``address`` and ``name`` are empty once it is accepted.

    ``progress`` is ``None`` unless the learner has agreed to share it.
    """

    uuid: UUID
    pool_uuid: UUID
    number: int
    state: SeatState
    address: str = field(repr=False)
    name: str = field(repr=False)
    username: str = field(repr=False)
    code_hint: str
    expires_at: datetime | None
    assigned_at: datetime | None
    accepted_at: datetime | None
    shares_progress: bool
    mail: MailState
    progress: CourseProgress | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolUse:
    """Use and progress of a pool, as far as it may be told.

    ``agreed`` is how many share their progress; the numbers beside it are of those alone.
    ``everybody`` has the same numbers of all who accepted, or is ``None`` where somebody who did
    not agree could be told from them.
    """

    accepted: int
    agreed: int
    of_agreed: ProgressNumbers
    everybody: ProgressNumbers | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgressNumbers:
    """How many of a group have started and passed."""

    people: int
    started: int
    passed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatInvitation:
    """What somebody who follows the link of an invitation is told before they decide."""

    seat_uuid: UUID
    sponsor: str
    offering_code: str
    title: str
    course_key: str
    expires_at: datetime | None
    is_for_address: bool
    session: SessionSummary | None = None
