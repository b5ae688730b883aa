"""What a verification finds out: frozen values and the sentences that go with them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from fairgate_badges.award import StatusEntry
from fairgate_badges.errors import BadgesError


class Fault(StrEnum):
    """Why a credential does not count. Callers translate by these; the sentences are English."""

    FORMAT = "format"
    ALGORITHM = "algorithm"
    KEY = "key"
    SIGNATURE = "signature"
    CONTENT = "content"
    ISSUER = "issuer"
    NOT_YET = "not-yet"
    EXPIRED = "expired"
    REVOKED = "revoked"
    SUSPENDED = "suspended"
    STATUS_UNKNOWN = "status-unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One fault, and the sentence that tells a person."""

    fault: Fault
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """What a credential says. Only as true as the verdict that it stands in."""

    id: str
    issuer_id: str
    issuer_name: str
    recipient_id: str
    recipient_name: str
    achievement_id: str
    achievement_name: str
    language: str
    tier: str
    valid_from: datetime
    valid_until: datetime | None
    status: StatusEntry | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Whether a credential counts, and everything that speaks against it.

    ``claims`` are there as soon as the signature is the issuer’s, so that a page can say *what* was
    revoked or has expired; never before.
    """

    findings: tuple[Finding, ...] = ()
    claims: Claims | None = None

    @property
    def is_valid(self) -> bool:
        """Signed by the issuer, in its period, and not taken back."""
        return self.claims is not None and not self.findings

    @property
    def faults(self) -> tuple[Fault, ...]:
        """The faults without their sentences."""
        return tuple(finding.fault for finding in self.findings)


class Unverified(BadgesError):
    """Stops a verification at its first fault; callers see it as a ``Verdict``."""

    def __init__(self, fault: Fault, sentence: str) -> None:
        self.finding = Finding(fault=fault, sentence=sentence)
        super().__init__(sentence)
