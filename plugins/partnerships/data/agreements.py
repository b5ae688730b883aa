"""Agreements and where they stand at a moment, as frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from partnerships.data.partners import Clearance
from partnerships.data.promises import Follows
from partnerships.data.terms import RevenueTerms


class Role(StrEnum):
    """What a partner is on a course."""

    CO_HOST = "co-host"
    SPONSOR = "sponsor"
    CONTENT = "content"
    VENUE = "venue"


class Side(StrEnum):
    """Who signs: the host of the platform, or the partner."""

    HOST = "host"
    PARTNER = "partner"


class Means(StrEnum):
    """How somebody signs: on paper, which a colleague records, or by consent on this site."""

    PAPER = "paper"
    CONSENT = "consent"


class Review(StrEnum):
    """How far a text is on its way to be signed."""

    NOT_SUBMITTED = "not_submitted"
    SUBMITTED = "submitted"
    APPROVED = "approved"


class Standing(StrEnum):
    """Where a version stands at a moment. Computed from dated records, never stored.

    In review until both sides have signed; ``Obstacle`` says whether a second person has approved.
    """

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    SIGNED = "signed"
    IN_FORCE = "in_force"
    SUSPENDED = "suspended"
    ENDED = "ended"


class Obstacle(StrEnum):
    """One reason why a version is not in force at a moment."""

    NOT_APPROVED = "not_approved"
    HOST_HAS_NOT_SIGNED = "host_has_not_signed"
    PARTNER_HAS_NOT_SIGNED = "partner_has_not_signed"
    DUE_DILIGENCE_MISSING = "due_diligence_missing"
    DUE_DILIGENCE_REFUSED = "due_diligence_refused"
    DUE_DILIGENCE_EXPIRED = "due_diligence_expired"
    SUSPENDED = "suspended"
    NOT_YET_VALID = "not_yet_valid"
    NO_LONGER_VALID = "no_longer_valid"


def earlier(one: date | None, other: date | None) -> date | None:
    """The earlier of two last days, where ``None`` is no end at all."""
    return min((day for day in (one, other) if day is not None), default=None)


@dataclass(frozen=True, slots=True)
class Period:
    """Whole UTC days from ``first`` to ``last``, both inclusive; ``last`` None is open-ended."""

    first: date
    last: date | None

    def is_over_on(self, day: date) -> bool:
        """Whether the last day lies behind ``day``."""
        return self.last is not None and day > self.last

    def shares_a_day_with(self, other: Period) -> bool:
        """Whether there is a day that both hold."""
        return not (self.is_over_on(other.first) or other.is_over_on(self.first))


@dataclass(frozen=True, slots=True, kw_only=True)
class InForceFacts:
    """All that decides whether a version is in force: its days, and the records of a moment.

    Records later than the moment are left out by whoever gathers the facts. ``clearance`` is that
    of the partner, ``None`` when there was no due diligence.
    """

    period: Period
    review: Review
    host_signed: bool
    partner_signed: bool
    clearance: Clearance | None
    is_suspended: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureSummary:
    """Who put which name under a version, when, how, and whether first or second.

    ``checksum`` is that of the text which the name stands under.
    """

    side: str
    signed_by: str
    signed_at: datetime
    place: int
    means: str
    checksum: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewSummary:
    """A text that was submitted, and what came of it until the moment of asking.

    ``submitted_by`` and ``ended_by`` are users. ``outcome`` is empty while it waits, else
    ``approved``, ``returned`` or ``withdrawn`` (an approval that was taken back); ``because`` says
    why it is a draft again.
    """

    submitted_by: int
    submitted_at: datetime
    note: str
    outcome: str
    ended_by: int | None
    ended_at: datetime | None
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleOnCourses:
    """A partner's role under one version; it counts on every course of the version."""

    partner: str
    name: str
    role: str
    role_label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SuspensionSummary:
    """An agreement taken out of force (``suspends``), or put back, from ``at`` on."""

    suspends: bool
    at: datetime
    reason: str


class EndState(StrEnum):
    """What became of a request to end a version early."""

    WAITING = "waiting"
    CONFIRMED = "confirmed"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class EndSummary:
    """A request to end a version early, as it stands at a moment.

    ``number`` names it. ``last_day`` is the last UTC day of the version once somebody else than
    ``asked_by`` has confirmed it; ``because`` says why it was refused.
    """

    number: int
    version: UUID
    last_day: date
    reason: str
    state: EndState
    asked_by: int
    asked_at: datetime
    decided_by: int | None
    decided_at: datetime | None
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionNames:
    """Which version of which agreement it is, and whose: what never changes, so without a moment.

    ``agreement`` and ``partner`` are codes.
    """

    uuid: UUID
    agreement: str
    version: int
    partner: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionSummary:
    """One version of an agreement as it stands at the moment of asking.

    ``checksum`` is the SHA-256 of ``agreed_text`` (UTF-8), in hex. ``terms`` is ``None`` for an
    agreement that shares no revenue. ``valid_until`` is the last day as it was agreed, and
    ``ended_on`` the one on which the version ends early, if that was confirmed by then.
    """

    uuid: UUID
    agreement: str
    version: int
    partner: str
    valid_from: date
    valid_until: date | None
    standing: Standing
    obstacles: tuple[Obstacle, ...]
    agreed_text: str
    checksum: str
    reviews: tuple[ReviewSummary, ...] = ()
    signatures: tuple[SignatureSummary, ...] = ()
    goals: tuple[str, ...] = ()
    courses: tuple[str, ...] = ()
    roles: tuple[RoleOnCourses, ...] = ()
    suspensions: tuple[SuspensionSummary, ...] = ()
    terms: RevenueTerms | None = None
    ended_on: date | None = None
    follows: Follows | None = None

    @property
    def last_day(self) -> date | None:
        """The last UTC day as known at that moment; ``None`` is open-ended."""
        return earlier(self.valid_until, self.ended_on)

    @property
    def period(self) -> Period:
        """Its days as known at that moment."""
        return Period(self.valid_from, self.last_day)

    @property
    def frozen_at(self) -> datetime | None:
        """When its text was submitted as it stands; ``None`` of a draft.

        Of a text that was signed before submissions were recorded it is the first signature.
        """
        submitted = [one.submitted_at for one in self.reviews if one.outcome in ("", "approved")]
        return next(iter([*submitted, *(one.signed_at for one in self.signatures)]), None)

    @property
    def is_signed(self) -> bool:
        """Whether both have signed: before that nothing of it is owed, or begins."""
        return {one.side for one in self.signatures} == {Side.HOST, Side.PARTNER}

    @property
    def is_in_force(self) -> bool:
        """Whether it shows marks and shares revenue at that moment."""
        return not self.obstacles


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedVersion:
    """What loading a TERMS.yaml did to one version: ``added``, ``changed`` or ``unchanged``."""

    uuid: UUID
    agreement: str
    version: int
    checksum: str
    change: str
