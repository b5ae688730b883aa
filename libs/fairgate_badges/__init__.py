"""Badges: awards that a partner can show elsewhere, as Open Badges 3.0.

``issue`` signs an award (VC-JWT, RS256), ``bake`` puts it into the badge’s picture, ``unbake``
reads it out, and ``verify`` says whether it counts, and if not, why. Nothing is fetched and no
clock is asked: keys, status lists and the moment are arguments (decision 0044).
"""

from fairgate_badges.award import (
    Achievement,
    Award,
    Issuer,
    Recipient,
    StatusEntry,
    StatusPurpose,
    Wording,
)
from fairgate_badges.baking import bake, unbake
from fairgate_badges.documents import achievement_document, issuer_document
from fairgate_badges.errors import BadgeRefused, BadgesError, KeyRefused, PictureRefused
from fairgate_badges.issuing import issue, verify
from fairgate_badges.keys import PublicKey, PublishedKeys, SigningKey
from fairgate_badges.status_lists import StatusList, issue_status_list
from fairgate_badges.verdict import Claims, Fault, Finding, Verdict

__all__ = [
    "Achievement",
    "Award",
    "BadgeRefused",
    "BadgesError",
    "Claims",
    "Fault",
    "Finding",
    "Issuer",
    "KeyRefused",
    "PictureRefused",
    "PublicKey",
    "PublishedKeys",
    "Recipient",
    "SigningKey",
    "StatusEntry",
    "StatusList",
    "StatusPurpose",
    "Verdict",
    "Wording",
    "achievement_document",
    "bake",
    "issue",
    "issue_status_list",
    "issuer_document",
    "unbake",
    "verify",
]
