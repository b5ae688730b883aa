"""Frozen values of partners and agreements, for every app that asks.

Days are UTC calendar days, moments are aware and in UTC, money is ``fairgate.money.Money``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from fairgate.money import Money
from fairgate.percent import Percent

#: The fund that pays for waivers. It takes its percentage before the parties share the rest.
FUND = "FUND"
#: The host of the platform.
PLATFORM = "PLATFORM"
#: Codes that are parties without being partners.
WELL_KNOWN = (FUND, PLATFORM)
#: ``lost_processor_fee`` of terms by which everybody bears his part, the fund too.
PRO_RATA = "pro_rata"
#: The only basis we share on: gross less tax less the processor's fee (money.md 5.1).
NET_RECEIPTS = "net_receipts"


class Kind(StrEnum):
    """What sort of organisation a partner is."""

    NGO = "ngo"
    PRIVATE_SECTOR = "private_sector"
    ACADEMIA = "academia"
    ADMINISTRATION = "administration"
    INTERNATIONAL_ORGANISATION = "international_organisation"


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """Somebody who can receive a share: a partner, the fund (``FUND``), the host (``PLATFORM``)."""

    code: str
    name: str
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RevenueTerms:
    """How one version of an agreement shares the receipts of its courses.

    The fund takes ``fund_percent`` of each receipt first; ``shares`` divide the rest by whole
    weights, in the fixed order that also breaks ties of rounding (money.md 5.2).
    ``lost_processor_fee`` is ``PRO_RATA`` or the code of the party who bears it; ``dispute_fee`` is
    a party's code. ``hold_days`` counts whole days after a period's end. ``minimum_payout`` is the
    smallest amount that is paid out, ``None`` for any; ``currency_hint`` is its currency.
    ``valid_until`` is the last day, inclusive; ``None`` means open-ended.
    """

    agreement: str
    version: int
    version_uuid: UUID
    partner: str
    basis: str
    fund_percent: Percent
    shares: tuple[tuple[str, int], ...]
    lost_processor_fee: str
    dispute_fee: str
    hold_days: int
    minimum_payout: Money | None
    valid_from: date
    valid_until: date | None
    courses: tuple[str, ...]

    @property
    def currency_hint(self) -> str | None:
        """The currency the parties count in, as far as the minimum payout says it."""
        return None if self.minimum_payout is None else self.minimum_payout.currency

    @property
    def parties(self) -> tuple[str, ...]:
        """Every party in the fixed order: FUND first, then the shares as written."""
        return tuple(code for code, _ in self.weights())

    def weights(self) -> tuple[tuple[str, int], ...]:
        """Every party's whole weight over one denominator, FUND first; exact, in lowest terms.

        20 % to the fund and 45/25/30 of the rest are 5 : 9 : 5 : 6 (2000 : 3600 : 2000 : 2400 over
        10 000). FUND stands there even with weight 0, so that the order never changes.
        """
        fund = self.fund_percent.basis_points
        parts = sum(weight for _, weight in self.shares)
        raw = [(FUND, fund * parts)]
        raw += [(code, (10_000 - fund) * weight) for code, weight in self.shares]
        divisor = math.gcd(*(weight for _, weight in raw))
        return tuple((code, weight // divisor) for code, weight in raw)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A partner's mark on one course, with all that has to stand next to it.

    ``role`` is a ``Role`` as a stable word, ``role_label`` the same for people. ``statement`` is
    the "no endorsement" sentence, which is rendered with every mark. ``valid_until`` is the last
    UTC day on which the mark shows if nothing else happens; ``None`` means open-ended.
    """

    partner: str
    name: str
    role: str
    role_label: str
    url: str
    statement: str
    agreement: str
    version: int
    valid_until: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerSummary:
    """An organisation we have, or had, an agreement with.

    ``cleared_until`` is the last UTC day of its accepted due diligence as known at the moment of
    asking, ``None`` when there is none or the last one was refused.
    """

    uuid: UUID
    code: str
    legal_name: str
    display_name: str
    kind: str
    kind_label: str
    url: str
    cleared_until: date | None


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
class SuspensionSummary:
    """An agreement taken out of force (``suspends``), or put back, from ``at`` on."""

    suspends: bool
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedVersion:
    """What loading a TERMS.yaml did to one version: ``added``, ``changed`` or ``unchanged``."""

    uuid: UUID
    agreement: str
    version: int
    checksum: str
    change: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """One mark on one course, as it shows at the moment of asking."""

    course_key: str
    mark: Mark


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


@dataclass(frozen=True, slots=True)
class Clearance:
    """The outcome of the last due diligence, and the last UTC day on which it still holds."""

    accepted: bool
    until: date


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
