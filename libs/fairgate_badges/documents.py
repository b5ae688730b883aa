"""Awards as the JSON of Open Badges 3.0, in the order in which a person would read it.

The specification knows one language per achievement. Others are named as ``related``, each at its
own address, where ``achievement_document`` is published.
"""

from __future__ import annotations

from typing import Any

from fairgate_badges.award import Achievement, Award, Issuer, Recipient, StatusEntry, Wording
from fairgate_badges.checked import written

VC_CONTEXT = "https://www.w3.org/ns/credentials/v2"
BADGES_CONTEXT = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
CREDENTIAL = "VerifiableCredential"
BADGE = "AchievementCredential"
ENTRY = "BitstringStatusListEntry"

Document = dict[str, Any]


def credential_document(award: Award, *, language: str) -> Document:
    """What is signed: the award in one language."""
    wording = award.achievement.wording(language)
    document: Document = {
        "@context": [VC_CONTEXT, BADGES_CONTEXT],
        "id": award.id,
        "type": [CREDENTIAL, BADGE],
        "name": wording.name,
        "issuer": _profile(award.issuer),
        "validFrom": written(award.valid_from),
        "credentialSubject": _subject(award.recipient, award.achievement, wording),
    }
    if award.valid_until is not None:
        document["validUntil"] = written(award.valid_until)
    if award.status is not None:
        document["credentialStatus"] = _status(award.status)
    return document


def issuer_document(issuer: Issuer) -> Document:
    """The issuer’s profile, published at its ``id``."""
    return {"@context": [VC_CONTEXT, BADGES_CONTEXT], **_profile(issuer)}


def achievement_document(achievement: Achievement, *, language: str) -> Document:
    """The achievement in one language, published at the address of that wording."""
    wording = achievement.wording(language)
    return {"@context": [VC_CONTEXT, BADGES_CONTEXT], **_achievement(achievement, wording)}


def _profile(issuer: Issuer) -> Document:
    profile: Document = {
        "id": issuer.id,
        "type": ["Profile"],
        "name": issuer.name,
        "url": issuer.url,
    }
    if issuer.image:
        profile["image"] = _image(issuer.image)
    return profile


def _subject(recipient: Recipient, achievement: Achievement, wording: Wording) -> Document:
    # The name is there in plain text: an organisation that shows its award hides nothing.
    name = {
        "type": "IdentityObject",
        "hashed": False,
        "identityHash": recipient.name,
        "identityType": "name",
    }
    return {
        "id": recipient.id,
        "type": ["AchievementSubject"],
        "identifier": [name],
        "achievement": _achievement(achievement, wording),
    }


def _achievement(achievement: Achievement, wording: Wording) -> Document:
    criteria = {"id": achievement.criteria_page} if achievement.criteria_page else {}
    document: Document = {
        "id": wording.id,
        "type": ["Achievement"],
        "achievementType": "Award",
        "inLanguage": wording.language,
        "name": wording.name,
        "description": wording.description,
        "criteria": {**criteria, "narrative": wording.criteria},
        "humanCode": achievement.tier,
        "image": _image(achievement.image, achievement.caption),
    }
    others = [other for other in achievement.wordings if other is not wording]
    if others:
        document["related"] = [
            {"id": other.id, "type": ["Related"], "inLanguage": other.language} for other in others
        ]
    return document


def _image(address: str, caption: str = "") -> Document:
    image = {"id": address, "type": "Image"}
    return {**image, "caption": caption} if caption else image


def _status(entry: StatusEntry) -> Document:
    return {
        "id": f"{entry.list_url}#{entry.index}",
        "type": ENTRY,
        "statusPurpose": entry.purpose.value,
        "statusListIndex": str(entry.index),
        "statusListCredential": entry.list_url,
    }
