"""Texts, addresses and moments as a credential can hold them."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from urllib.parse import urlsplit

from fairgate_badges.errors import BadgeRefused

MAX_NAME = 300
MAX_TEXT = 10_000
MAX_ADDRESS = 2_000

# Everything that a URL may hold, once it is written as RFC 3986 wants it.
_ADDRESS = re.compile(r"[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]+")
_DID = re.compile(r"did:[a-z0-9]+(:[A-Za-z0-9._%-]+)+")
# The language codes of the specification: fr, zh-Hans, pt-BR, es-419.
_LANGUAGE = re.compile(r"[a-z]{2,4}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


def check_address(value: str, what: str) -> None:
    """An ``https`` address with a host, and without a password."""
    if not is_address(value):
        raise BadgeRefused(f"{what} is no https address: “{printable(value)}”.")


def is_address(value: str) -> bool:
    """Whether this is an ``https`` address that anybody can open."""
    if len(value) > MAX_ADDRESS or not _ADDRESS.fullmatch(value):
        return False
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    return parts.scheme == "https" and bool(parts.hostname) and "@" not in parts.netloc


def check_organisation(value: str) -> None:
    """An organisation is named by its website or its DID, never by a mailbox of a person."""
    if not (is_address(value) or (len(value) <= MAX_ADDRESS and _DID.fullmatch(value))):
        raise BadgeRefused(
            f"The recipient is named by an https address or a DID, not by “{printable(value)}”."
        )


def check_text(value: str, what: str, *, longest: int = MAX_TEXT) -> None:
    """A text that is there, is not too long, and can be written as UTF-8."""
    if not value.strip():
        raise BadgeRefused(f"{what} is empty.")
    if len(value) > longest:
        raise BadgeRefused(f"{what} has {len(value)} letters; {longest} are possible.")
    if _CONTROL.search(value):
        raise BadgeRefused(f"{what} has characters that cannot be printed.")


def check_language(value: str) -> None:
    """A code as the specification writes it."""
    if not _LANGUAGE.fullmatch(value):
        raise BadgeRefused(f"“{printable(value)}” is no language code (fr, zh-Hans, pt-BR).")


def check_zone(value: datetime, what: str) -> None:
    """A moment that is the same one everywhere."""
    if value.tzinfo is None:
        raise BadgeRefused(f"{what} has no time zone.")


def check_moment(value: datetime, what: str) -> None:
    """Such a moment in whole seconds: the claims of a signature know no smaller unit."""
    check_zone(value, what)
    if value.microsecond:
        raise BadgeRefused(f"{what} has a fraction of a second.")


def written(moment: datetime) -> str:
    """A moment as credentials write it, in UTC: ``2026-11-01T00:00:00Z``."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def printable(value: str) -> str:
    """The beginning of a text that was refused, safe to show."""
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", value[:80])
