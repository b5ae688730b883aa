"""Organisations and parties, as frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

#: The fund that pays for waivers. It takes its percentage before the parties share the rest.
FUND = "FUND"


#: The host of the platform.
PLATFORM = "PLATFORM"


#: Codes that are parties without being partners.
WELL_KNOWN = (FUND, PLATFORM)


class Kind(StrEnum):
    """What sort of organisation a partner is."""

    NGO = "ngo"
    PRIVATE_SECTOR = "private_sector"
    ACADEMIA = "academia"
    ADMINISTRATION = "administration"
    INTERNATIONAL_ORGANISATION = "international_organisation"


class ContactRole(StrEnum):
    """What a person at a partner is written to about."""

    SIGNATORY = "signatory"
    FOCAL_POINT = "focal_point"
    FINANCE = "finance"
    COMMUNICATION = "communication"
    TECHNICAL = "technical"


class PersonRole(StrEnum):
    """What a user is to the partner for whom they act."""

    OFFICER = "officer"
    SIGNATORY = "signatory"
    FINANCE = "finance"


class Act(StrEnum):
    """What the people of a partner do on its own pages; ``rules.people`` says which role may."""

    SEE = "see"
    RECORD_FULFILMENT = "record_fulfilment"
    RECORD_DELIVERY = "record_delivery"
    RECORD_ACTUAL = "record_actual"
    CONSENT = "consent"
    PROPOSE_PROMOTION = "propose_promotion"
    WITHDRAW_PROMOTION = "withdraw_promotion"
    HANDLE_PICTURES = "handle_pictures"


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """A person at a partner. ``language`` is a language code of the site, or empty for its own."""

    uuid: UUID
    partner: str
    role: str
    role_label: str
    name: str
    email: str
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A user who acts for a partner, in a role (``PersonRole``)."""

    user_id: int
    partner: str
    role: str
    added_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DueDiligence:
    """What one examination of a partner found; it holds until ``expires_on`` (UTC, inclusive).

    ``number`` names it, ``evidence`` says where its papers are; ``recorded_by`` is a user name.
    """

    number: int
    accepted: bool
    expires_on: date
    notes: str
    evidence: str
    recorded_by: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """Somebody who can receive a share: a partner, the fund (``FUND``), the host (``PLATFORM``)."""

    code: str
    name: str
    kind: str


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
class Identity:
    """How a partner is called and shown: its names, its kind (``Kind``), its website or ""."""

    legal_name: str
    display_name: str
    kind: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposedChange:
    """Another identity of a partner that waits for a second person, or did.

    ``before`` is how the partner was called when it was proposed; ``proposed_by`` is the number of
    a user.
    """

    uuid: UUID
    partner: str
    before: Identity
    after: Identity
    proposed_by: int
    proposed_at: datetime


@dataclass(frozen=True, slots=True)
class Clearance:
    """The outcome of the last due diligence, and the last UTC day on which it still holds."""

    accepted: bool
    until: date


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposedDiligence:
    """An accepted due diligence that waits for a second person, and counts for nothing yet.

    ``proposed_by`` is the number of a user; 0 is somebody without an account who loaded a file,
    when that was possible: what nobody proposed is refused, and never confirmed.
    """

    uuid: UUID
    partner: str
    partner_name: str
    expires_on: date
    notes: str
    evidence: str
    proposed_by: int
    proposed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedBefore:
    """What a file says although a person has refused it: it is not proposed again."""

    what: ProposedChange | ProposedDiligence
    refused_at: datetime
