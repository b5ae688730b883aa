"""The only door of ``partnerships``: partners, agreements, and what is in force at a moment.

Every question takes the moment ``at`` (aware, UTC). A version is *in force* when both sides have
signed, the partner's due diligence is accepted and has not expired, the agreement is not suspended,
and ``valid_from <= UTC day <= valid_until``. That is computed at each call and stored nowhere.
"""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from .data import (
    LoadedVersion,
    Mark,
    PartnerSummary,
    Party,
    RevenueTerms,
    VersionSummary,
)

__all__ = [
    "add_person",
    "branding_for",
    "is_person_of",
    "list_partners",
    "list_versions",
    "load_agreements",
    "partner",
    "partners_of",
    "partners_of_course",
    "party",
    "read_terms",
    "record_due_diligence",
    "remove_person",
    "resume",
    "sign",
    "suspend",
    "terms_by_uuid",
    "terms_for",
    "version",
]


def branding_for(course_key: str, *, at: datetime) -> tuple[Mark, ...]:
    """The marks that show on a course at a moment: those of agreements in force, in written order."""
    raise NotImplementedError


def terms_for(course_key: str, *, at: datetime) -> RevenueTerms | None:
    """The revenue terms in force for a course at a moment, or ``None``."""
    raise NotImplementedError


def terms_by_uuid(version_uuid: UUID) -> RevenueTerms:
    """The revenue terms of one version, in force or not.

    Raises:
        UnknownVersion: no version has this key, or it shares no revenue.
    """
    raise NotImplementedError


def read_terms(text: str, *, file: str) -> tuple[RevenueTerms, ...]:
    """The revenue terms in the text of a TERMS.yaml, without any database.

    Raises:
        DocumentErrors: every fault, with file, line and field.
    """
    raise NotImplementedError


def load_agreements(text: str, *, file: str, by: str, at: datetime) -> tuple[LoadedVersion, ...]:
    """Load a TERMS.yaml, all or nothing; the same file again changes nothing.

    Raises:
        DocumentErrors: every fault, with file, line and field; nothing was loaded.
    """
    raise NotImplementedError


def sign(version_uuid: UUID, *, side: str, by: str, at: datetime) -> VersionSummary:
    """Put one side's signature (``host`` or ``partner``) under a version, which freezes it."""
    raise NotImplementedError


def suspend(agreement: str, *, by: str, reason: str, at: datetime) -> None:
    """Take every mark and term of an agreement out of force from ``at`` on."""
    raise NotImplementedError


def resume(agreement: str, *, by: str, reason: str, at: datetime) -> None:
    """Lift the suspension of an agreement from ``at`` on."""
    raise NotImplementedError


def record_due_diligence(
    partner_code: str, *, accepted: bool, expires_on: date, by: str, at: datetime
) -> PartnerSummary:
    """Record the outcome of a partner's due diligence; ``expires_on`` is its last day, inclusive."""
    raise NotImplementedError


def partner(code: str, *, at: datetime | None = None) -> PartnerSummary:
    """One partner. Without ``at`` its due diligence is the last one recorded."""
    raise NotImplementedError


def party(code: str) -> Party:
    """The name behind any code that can receive a share: FUND, PLATFORM or a partner."""
    raise NotImplementedError


def list_partners(*, in_force_at: datetime | None = None) -> tuple[PartnerSummary, ...]:
    """Every partner by display name, or only those who show a mark somewhere at a moment."""
    raise NotImplementedError


def partners_of_course(course_key: str) -> tuple[PartnerSummary, ...]:
    """The partners with a role on this course under any version, in force or not."""
    raise NotImplementedError


def version(version_uuid: UUID, *, at: datetime) -> VersionSummary:
    """One version as it stands at a moment."""
    raise NotImplementedError


def list_versions(*, at: datetime, partner_code: str | None = None) -> tuple[VersionSummary, ...]:
    """Versions as they stand at a moment, by agreement and number; of one partner if named."""
    raise NotImplementedError


def partners_of(user_id: int) -> tuple[str, ...]:
    """The codes of the partners for whom this user acts."""
    raise NotImplementedError


def is_person_of(user_id: int, partner_code: str) -> bool:
    """Whether this user acts for this partner."""
    raise NotImplementedError


def add_person(user_id: int, *, partner_code: str, role: str, by: str, at: datetime) -> None:
    """Let a user act for a partner; doing it again changes the role."""
    raise NotImplementedError


def remove_person(user_id: int, *, partner_code: str, by: str, at: datetime) -> None:
    """End a user's right to act for a partner."""
    raise NotImplementedError
