"""From the JSON of a credential whose signature is right to values; strict where it matters."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from fairgate.whole_numbers import whole_number
from fairgate_badges.award import StatusEntry, StatusPurpose
from fairgate_badges.documents import BADGE, CREDENTIAL, ENTRY, VC_CONTEXT, Document
from fairgate_badges.errors import BadgeRefused
from fairgate_badges.verdict import Claims, Fault, Unverified

# The older name of the same type.
_BADGES = frozenset({BADGE, "OpenBadgeCredential"})
# What comes of a value that is missing, of another type, or beyond the calendar.
_UNREADABLE = (KeyError, TypeError, ValueError, AttributeError, OverflowError)


def with_registered_claims(document: Document) -> Document:
    """The document with the names by which every reader of JWT finds issuer, subject and period."""
    claims = {
        "iss": _id(document["issuer"]),
        "sub": _id(document["credentialSubject"]),
        "jti": document["id"],
        "nbf": _seconds(document["validFrom"]),
    }
    if "validUntil" in document:
        claims["exp"] = _seconds(document["validUntil"])
    return {**document, **claims}


def check_credential(document: Document, kinds: frozenset[str]) -> None:
    """A credential of one of these kinds, whose claims say what the rest of it says.

    Raises:
        Unverified: it is something else, or says two things.
    """
    context, types = document.get("@context"), document.get("type")
    if not isinstance(context, list) or context[:1] != [VC_CONTEXT]:
        raise _other("It is no credential of the W3C’s data model 2.0.")
    if (
        not isinstance(types, list)
        or CREDENTIAL not in types
        or not kinds.intersection(kind for kind in types if isinstance(kind, str))
    ):
        raise _other("It is a credential of another kind.")
    try:
        expected = with_registered_claims(document)
    except _UNREADABLE as error:
        raise _other("It lacks an issuer, a recipient, or a period.") from error
    if {name: expected.get(name) for name in ("iss", "sub", "jti", "nbf", "exp")} != {
        name: document.get(name) for name in ("iss", "sub", "jti", "nbf", "exp")
    }:
        raise _other("Its claims (iss, sub, jti, nbf, exp) differ from what stands in it.")


def read_claims(document: Document) -> Claims:
    """What an award says.

    Raises:
        Unverified: this is no award, or not one that can be read.
    """
    check_credential(document, _BADGES)
    try:
        return _claims(document)
    except _UNREADABLE as error:
        raise _other("It is no readable Open Badge.") from error


def period(document: Document) -> tuple[datetime, datetime | None]:
    """From when, and until when, a checked credential counts."""
    until = document.get("validUntil")
    return _moment(document["validFrom"]), None if until is None else _moment(until)


def _claims(document: Document) -> Claims:
    issuer, subject = document["issuer"], document["credentialSubject"]
    achievement = subject["achievement"]
    start, end = period(document)
    return Claims(
        id=_text(document["id"]),
        issuer_id=_id(issuer),
        issuer_name="" if isinstance(issuer, str) else _text(issuer.get("name", "")),
        recipient_id=_id(subject),
        recipient_name=_name_of(subject),
        achievement_id=_id(achievement),
        achievement_name=_text(achievement["name"]),
        language=_text(achievement.get("inLanguage", "")),
        tier=_text(achievement.get("humanCode", "")),
        valid_from=start,
        valid_until=end,
        status=_status(document.get("credentialStatus")),
    )


def _name_of(subject: Document) -> str:
    named = (
        entry["identityHash"]
        for entry in subject.get("identifier", ())
        if entry.get("identityType") == "name" and entry.get("hashed") is False
    )
    return _text(next(named, ""))


def _status(entry: Any) -> StatusEntry | None:
    if entry is None:
        return None
    if entry["type"] != ENTRY or entry.get("statusSize", 1) != 1:
        raise Unverified(
            Fault.STATUS_UNKNOWN, "Whether it was taken back stands on a list of an unknown kind."
        )
    index = whole_number(_text(entry["statusListIndex"]))
    if index is None:
        raise BadgeRefused("The place on the status list is no number.")
    return StatusEntry(
        list_url=_text(entry["statusListCredential"]),
        index=index,
        purpose=StatusPurpose(entry["statusPurpose"]),
    )


def _id(value: Any) -> str:
    return _text(value if isinstance(value, str) else value["id"])


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("A text is something else.")
    return value


def _moment(value: Any) -> datetime:
    moment = datetime.fromisoformat(_text(value))
    if moment.tzinfo is None:
        raise ValueError("A moment has no time zone.")
    return moment.astimezone(UTC)


def _seconds(value: Any) -> int:
    return int(_moment(value).timestamp())


def _other(sentence: str) -> Unverified:
    return Unverified(Fault.CONTENT, sentence)
