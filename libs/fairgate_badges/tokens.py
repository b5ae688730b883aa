"""Signed documents: JSON in a compact JSON Web Signature (VC-JWT), with RS256 and nothing else."""

from __future__ import annotations

import json
from typing import Any

from fairgate_badges.base64url import decoded, encoded
from fairgate_badges.documents import Document
from fairgate_badges.keys import ALGORITHM, PublishedKeys, SigningKey
from fairgate_badges.verdict import Fault, Unverified

MAX_LETTERS = 2 * 1024 * 1024


def signed(document: Document, *, key: SigningKey) -> str:
    """The document, its header and its signature as one line of text; the same one each time."""
    header = {"alg": ALGORITHM, "kid": key.public.kid, "typ": "JWT"}
    message = ".".join(encoded(_written(part)) for part in (header, document))
    return f"{message}.{encoded(key.sign(message.encode('ascii')))}"


def opened(token: str, *, keys: PublishedKeys) -> Document:
    """The document, after its signature was checked by one of the issuer’s keys.

    A key that comes along in the header is not looked at: whoever signs could send any.

    Raises:
        Unverified: with the one finding that says why.
    """
    header, payload, signature = _parts(token)
    if "crit" in header or header.get("alg") != ALGORITHM:
        raise Unverified(Fault.ALGORITHM, f"It is not signed by {ALGORITHM}.")
    kid = header.get("kid")
    key = keys.find(kid) if isinstance(kid, str) else None
    if key is None:
        raise Unverified(Fault.KEY, "It is signed by a key that the issuer does not publish.")
    message = token.rpartition(".")[0].encode("ascii")
    if not key.has_signed(message, signature):
        raise Unverified(Fault.SIGNATURE, "The signature is wrong: something was changed.")
    return _read(payload)


def _parts(token: str) -> tuple[Document, bytes, bytes]:
    pieces = token.split(".") if len(token) <= MAX_LETTERS else []
    if len(pieces) != 3:
        raise Unverified(Fault.FORMAT, "This is no signed credential (compact JWS).")
    try:
        header, payload, signature = (decoded(piece) for piece in pieces)
    except ValueError:
        raise Unverified(Fault.FORMAT, "The credential is damaged.") from None
    return _read(header), payload, signature


def _written(document: Document) -> bytes:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def _read(data: bytes) -> Document:
    try:
        document = json.loads(
            data.decode("utf-8"), object_pairs_hook=_unique, parse_constant=_no_number
        )
    except (ValueError, RecursionError):
        raise Unverified(Fault.FORMAT, "The credential holds no readable JSON.") from None
    if not isinstance(document, dict):
        raise Unverified(Fault.FORMAT, "The credential holds no JSON object.")
    return document


def _unique(pairs: list[tuple[str, Any]]) -> Document:
    document = dict(pairs)
    if len(document) < len(pairs):
        raise ValueError("A name stands twice.")
    return document


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is no number of JSON.")
