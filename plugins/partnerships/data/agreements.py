"""Agreements and where they stand at a moment, as frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from partnerships.data.partners import Clearance
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


class Standing(StrEnum):
    """Where a version stands at a moment. Computed from dated records, never stored."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    SIGNED = "signed"
    IN_FORCE = "in_force"
    SUSPENDED = "suspended"
    ENDED = "ended"


class Obstacle(StrEnum):
    """One reason why a version is not in force at a moment."""

    HOST_HAS_NOT_SIGNED = "host_has_not_signed"
    PARTNER_HAS_NOT_SIGNED = "partner_has_not_signed"
    DUE_DILIGENCE_MISSING = "due_diligence_missing"
    DUE_DILIGENCE_REFUSED = "due_diligence_refused"
    DUE_DILIGENCE_EXPIRED = "due_diligence_expired"
    SUSPENDED = "suspended"
    NOT_YET_VALID = "not_yet_valid"
    NO_LONGER_VALID = "no_longer_valid"


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
    host_signed: bool
    partner_signed: bool
    clearance: Clearance | None
    is_suspended: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureSummary:
    """Who put which name under a version, when, and whether first or second."""

    side: str
    signed_by: str
    signed_at: datetime
    place: int


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


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionSummary:
    """One version of an agreement as it stands at the moment of asking.

    ``checksum`` is the SHA-256 of ``agreed_text`` (UTF-8), in hex. ``terms`` is ``None`` for an
    agreement that shares no revenue.
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
    signatures: tuple[SignatureSummary, ...] = ()
    goals: tuple[str, ...] = ()
    courses: tuple[str, ...] = ()
    roles: tuple[RoleOnCourses, ...] = ()
    suspensions: tuple[SuspensionSummary, ...] = ()
    terms: RevenueTerms | None = None

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
