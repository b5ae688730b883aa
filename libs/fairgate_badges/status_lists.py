"""Lists of what was taken back: W3C Bitstring Status List 1.0, signed like the awards.

One bit per award, on one list per purpose. The list is signed, so a host that was taken over
cannot bring a revoked award back; and it ends, so an old copy of it cannot either.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fairgate_badges.award import MAX_ENTRIES, MIN_ENTRIES, StatusEntry, StatusPurpose
from fairgate_badges.base64url import decoded, encoded
from fairgate_badges.checked import check_address, check_moment, written
from fairgate_badges.claims import check_credential, period, with_registered_claims
from fairgate_badges.documents import CREDENTIAL, VC_CONTEXT, Document
from fairgate_badges.errors import BadgeRefused
from fairgate_badges.keys import PublishedKeys, SigningKey
from fairgate_badges.tokens import opened, signed
from fairgate_badges.verdict import Fault, Unverified

_LIST = "BitstringStatusListCredential"
_BASE64URL = "u"  # the letter by which Multibase names this alphabet
_GZIP = zlib.MAX_WBITS | 16


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusList:
    """Which places on the list at ``url`` are marked.

    It counts from ``valid_from`` until before ``valid_until``: somebody makes it anew in time, also
    when nothing has changed. ``entries`` is how many places it has, never fewer than before.
    """

    url: str
    issuer: str
    purpose: StatusPurpose
    marked: frozenset[int]
    valid_from: datetime
    valid_until: datetime
    entries: int = MIN_ENTRIES

    def __post_init__(self) -> None:
        check_address(self.url, "The address of the status list")
        check_address(self.issuer, "The address of the issuer’s profile")
        check_moment(self.valid_from, "The beginning of the status list")
        check_moment(self.valid_until, "The end of the status list")
        if self.valid_until <= self.valid_from:
            raise BadgeRefused("The status list ends before it begins.")
        if self.entries % 8 or not MIN_ENTRIES <= self.entries <= MAX_ENTRIES:
            raise BadgeRefused(
                f"A status list has {MIN_ENTRIES} to {MAX_ENTRIES} places, a multiple of 8; "
                f"not {self.entries}."
            )
        outside = next((place for place in self.marked if not 0 <= place < self.entries), None)
        if outside is not None:
            raise BadgeRefused(f"The status list has no place {outside}.")


def issue_status_list(status_list: StatusList, *, key: SigningKey) -> str:
    """The list as a signed credential, published at its ``url`` as ``application/vc+jwt``."""
    return signed(with_registered_claims(status_list_document(status_list)), key=key)


def status_list_document(status_list: StatusList) -> Document:
    """What is signed."""
    return {
        "@context": [VC_CONTEXT],
        "id": status_list.url,
        "type": [CREDENTIAL, _LIST],
        "issuer": status_list.issuer,
        "validFrom": written(status_list.valid_from),
        "validUntil": written(status_list.valid_until),
        "credentialSubject": {
            "id": f"{status_list.url}#list",
            "type": "BitstringStatusList",
            "statusPurpose": status_list.purpose.value,
            "encodedList": _packed(status_list.marked, status_list.entries),
        },
    }


def is_marked(entry: StatusEntry, token: str, *, keys: PublishedKeys, at: datetime) -> bool:
    """Whether an award is marked on the list that was fetched from ``entry.list_url``.

    Raises:
        Unverified: with ``STATUS_UNKNOWN``, where the list cannot say.
    """
    try:
        document = opened(token, keys=keys)
        check_credential(document, frozenset({_LIST}))
    except Unverified as unverified:
        raise _unknown(f"The list cannot be trusted. {unverified}") from unverified
    return _bit(_bits_for(entry, document, issuer=keys.issuer, at=at), entry.index)


def _bits_for(entry: StatusEntry, document: Document, *, issuer: str, at: datetime) -> bytes:
    start, end = period(document)
    if document["id"] != entry.list_url or document["iss"] != issuer:
        raise _unknown("The list is another one than the credential names.")
    if at < start or end is None or at >= end:
        raise _unknown("The list is not of today.")
    subject = document["credentialSubject"]
    if not isinstance(subject, dict) or subject.get("statusPurpose") != entry.purpose:
        raise _unknown("The list is for another purpose.")
    bits = _unpacked(subject.get("encodedList"))
    if len(bits) * 8 < MIN_ENTRIES or entry.index >= len(bits) * 8:
        raise _unknown("The list is too short.")
    return bits


def _packed(marked: Iterable[int], entries: int) -> str:
    bits = bytearray(entries // 8)
    for place in marked:
        bits[place // 8] |= 0x80 >> (place % 8)
    packer = zlib.compressobj(level=9, wbits=_GZIP)  # without a time and a file name in it
    return _BASE64URL + encoded(packer.compress(bytes(bits)) + packer.flush())


def _unpacked(text: Any) -> bytes:
    unpacker = zlib.decompressobj(wbits=_GZIP)
    try:
        if not isinstance(text, str) or not text.startswith(_BASE64URL):
            raise _unknown("The list cannot be read.")
        bits = unpacker.decompress(decoded(text[1:]), MAX_ENTRIES // 8)
    except (ValueError, zlib.error):
        raise _unknown("The list cannot be read.") from None
    if not unpacker.eof or unpacker.unconsumed_tail:
        raise _unknown("The list is cut off, or too long.")
    return bits


def _bit(bits: bytes, place: int) -> bool:
    return bool(bits[place // 8] & (0x80 >> (place % 8)))


def _unknown(sentence: str) -> Unverified:
    return Unverified(
        Fault.STATUS_UNKNOWN, f"Whether it was taken back could not be found out. {sentence}"
    )
