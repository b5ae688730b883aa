"""Awards, keys and pictures for the tests of badges.

The key that signs is the public example of RFC 7515, appendix A.2: everybody has it.
"""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from PIL import Image

from fairgate_badges import (
    Achievement,
    Award,
    Issuer,
    PublishedKeys,
    Recipient,
    SigningKey,
    StatusEntry,
    StatusList,
    StatusPurpose,
    Wording,
    issue_status_list,
)
from fairgate_badges.base64url import decoded

ISSUER_ID = "https://learn.example.org/badges/issuer"
KEYS = "https://learn.example.org/badges/keys/"
LIST_URL = "https://learn.example.org/badges/status/1"
BEGIN = datetime(2020, 1, 1, tzinfo=UTC)
END = datetime(2999, 1, 1, tzinfo=UTC)
NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)

RFC_N = (
    "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4Q"
    "lL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBY"
    "UsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNm"
    "oudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ"
)
_RFC_D = (
    "Eq5xpGnNCivDflJsRQBXHx1hdR1k6Ulwe2JZD50LpXyWPEAeP88vLNO97IjlA7_GQ5sLKMgvfTeXZx9SE-7YwVol2NXOoAJ"
    "e46sui395IW_GO-pWJ1O0BkTGoVEn2bKVRUCgu-GjBVaYLU6f3l9kJfFNS3E0QbVdxzubSu3Mkqzjkn439X0M_V51gfpRLI"
    "9JYanrC4D4qAdGcopV_0ZHHzQlBjudU2QvXt4ehNYTCBr6XCLQUShb1juUO1ZdiYoFaFQT5Tw8bGUl_x_jTj3ccPDVZFD9p"
    "IuhLhBOneufuBiB4cS98l2SR_RQyGWSeWjnczT0QU91p1DhOVRuOopznQ"
)


def pem_of(key: Any, passphrase: bytes = b"") -> bytes:
    """A private key as a file."""
    encryption = BestAvailableEncryption(passphrase) if passphrase else NoEncryption()
    return bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption))


@cache
def rfc_pem() -> bytes:
    """The example key of RFC 7515, A.2."""
    n, d = (int.from_bytes(decoded(number), "big") for number in (RFC_N, _RFC_D))
    p, q = rsa.rsa_recover_prime_factors(n, 65537, d)
    return pem_of(
        rsa.RSAPrivateNumbers(
            p=p,
            q=q,
            d=d,
            dmp1=d % (p - 1),
            dmq1=d % (q - 1),
            iqmp=pow(q, -1, p),
            public_numbers=rsa.RSAPublicNumbers(n=n, e=65537),
        ).private_key()
    )


@cache
def signing_key() -> SigningKey:
    """The key that signs in these tests."""
    return SigningKey.from_pem(rfc_pem(), folder=KEYS)


@cache
def other_key() -> SigningKey:
    """Another key of the same size."""
    made = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return SigningKey.from_pem(pem_of(made), folder=KEYS)


def published(*keys: SigningKey, issuer: str = ISSUER_ID) -> PublishedKeys:
    """What the issuer publishes; without arguments the key that signs."""
    chosen = keys or (signing_key(),)
    return PublishedKeys(issuer=issuer, keys=tuple(key.public for key in chosen))


def issuer(**changes: Any) -> Issuer:
    """The school."""
    return Issuer(
        **{
            "id": ISSUER_ID,
            "name": "Example School of Water",
            "url": "https://learn.example.org/",
            "image": "https://learn.example.org/logo.png",
            **changes,
        }
    )


def wording(language: str = "en", **changes: Any) -> Wording:
    """The achievement in one language."""
    return Wording(
        **{
            "language": language,
            "id": f"https://learn.example.org/badges/gold/{language}",
            "name": "Gold partner",
            "description": "Supported the training of 500 learners.",
            "criteria": "Delivered contributions of 50,000 USD within a year.",
            **changes,
        }
    )


def achievement(**changes: Any) -> Achievement:
    """What is awarded, in English and French."""
    return Achievement(
        **{
            "wordings": (
                wording(),
                wording("fr", name="Partenaire d’or", description="A soutenu 500 apprenants."),
            ),
            "tier": "gold",
            "image": "https://learn.example.org/badges/gold.png",
            "caption": "A golden drop",
            "criteria_page": "https://learn.example.org/partners/tiers",
            **changes,
        }
    )


def recipient(**changes: Any) -> Recipient:
    """The partner."""
    return Recipient(
        **{"id": "https://partner.example.net/", "name": "Clean Water e.V.", **changes}
    )


def award(**changes: Any) -> Award:
    """An award that counts whenever these tests run, and can be revoked at place 7."""
    return Award(
        **{
            "id": "https://learn.example.org/badges/awards/17",
            "issuer": issuer(),
            "achievement": achievement(),
            "recipient": recipient(),
            "valid_from": BEGIN,
            "valid_until": END,
            "status": StatusEntry(list_url=LIST_URL, index=7),
            **changes,
        }
    )


def status_list(*marked: int, **changes: Any) -> StatusList:
    """The list of the award above."""
    return StatusList(
        **{
            "url": LIST_URL,
            "issuer": ISSUER_ID,
            "purpose": StatusPurpose.REVOCATION,
            "marked": frozenset(marked),
            "valid_from": BEGIN,
            "valid_until": END,
            **changes,
        }
    )


def signed_list(*marked: int, **changes: Any) -> str:
    """The same, signed."""
    return issue_status_list(status_list(*marked, **changes), key=signing_key())


@cache
def png(width: int = 8, height: int = 8, mode: str = "RGBA") -> bytes:
    """A picture of one colour."""
    file = io.BytesIO()
    Image.new(mode, (width, height)).save(file, "PNG")
    return file.getvalue()


SVG = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8">\n'
    "  <title>Gold é</title>\n"
    '  <circle cx="4" cy="4" r="3"/>\n'
    "</svg>"
).encode()
