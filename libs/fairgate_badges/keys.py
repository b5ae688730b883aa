"""Keys: the private one signs, the public ones are published and stay so.

A key is named by the address at which it can be read (``kid``), which ends in its fingerprint
(RFC 7638): no two keys have one name, and nobody chooses any. A key is replaced by signing with
another one; the old public key stays published for as long as its awards shall verify. A key that
got into wrong hands is published no more, and everything that it signed fails.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import (
    RSAPrivateKey,
    RSAPublicKey,
    RSAPublicNumbers,
)
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

from fairgate_badges.base64url import decoded, encoded
from fairgate_badges.checked import is_address
from fairgate_badges.errors import KeyRefused

# RS256 is what the specification asks for, and the only algorithm that all verifiers we know take.
ALGORITHM = "RS256"
MIN_BITS = 2048
MAX_BITS = 8192


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicKey:
    """A key that anybody may have: ``kid`` is where it is, ``n`` and ``e`` are its numbers."""

    kid: str
    n: int
    e: int

    @classmethod
    def from_pem(cls, pem: bytes, *, folder: str) -> PublicKey:
        """A public key from its PEM, published below ``folder``.

        Raises:
            KeyRefused: it is no RSA key, or too short; ``folder`` is no https address.
        """
        try:
            key = load_pem_public_key(pem)
        except ValueError:
            raise KeyRefused("This is no public key in PEM.") from None
        if not isinstance(key, RSAPublicKey):
            raise KeyRefused("Badges are signed by RSA; this is another kind of key.")
        return _published(key, folder)

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the key’s numbers, as RFC 7638 writes it."""
        return _fingerprint(self.n, self.e)

    def document(self, *, issuer: str) -> dict[str, str]:
        """The key as a JWK, published at ``kid``; ``iss`` names whose it is."""
        return {
            "kty": "RSA",
            "use": "sig",
            "alg": ALGORITHM,
            "kid": self.kid,
            "n": _number(self.n),
            "e": _number(self.e),
            "iss": issuer,
        }

    def has_signed(self, message: bytes, signature: bytes) -> bool:
        """Whether this key’s private half made the signature."""
        try:
            RSAPublicNumbers(n=self.n, e=self.e).public_key().verify(
                signature, message, PKCS1v15(), SHA256()
            )
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningKey:
    """A private key. It shows itself nowhere: not in ``repr``, not in an error."""

    public: PublicKey
    _key: RSAPrivateKey = field(repr=False)

    @classmethod
    def from_pem(cls, pem: bytes, *, folder: str, passphrase: bytes | None = None) -> SigningKey:
        """A private key from its PEM; its public half is published below ``folder``.

        Raises:
            KeyRefused: it is no RSA key, too short, or the passphrase is wrong or missing.
        """
        try:
            key = load_pem_private_key(pem, passphrase)
        except (ValueError, TypeError):
            # The library’s own words might quote what was given.
            raise KeyRefused(
                "This is no private key in PEM, or its passphrase is wrong or missing."
            ) from None
        if not isinstance(key, RSAPrivateKey):
            raise KeyRefused("Badges are signed by RSA; this is another kind of key.")
        return cls(public=_published(key.public_key(), folder), _key=key)

    def sign(self, message: bytes) -> bytes:
        """The signature of a message; the same one each time."""
        return self._key.sign(message, PKCS1v15(), SHA256())


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedKeys:
    """All keys that an issuer publishes: the one that signs now, and those that did."""

    issuer: str
    keys: tuple[PublicKey, ...]

    def find(self, kid: str) -> PublicKey | None:
        """The key of that name, if the issuer publishes it."""
        return next((key for key in self.keys if key.kid == kid), None)

    def document(self) -> dict[str, Any]:
        """The JWK Set, published at ``/.well-known/jwks.json`` of the issuer’s host."""
        return {"keys": [key.document(issuer=self.issuer) for key in self.keys]}

    @classmethod
    def from_document(cls, document: dict[str, Any], *, issuer: str) -> PublishedKeys:
        """The keys of a JWK Set that sign badges; keys of other kinds are passed over.

        Raises:
            KeyRefused: this is no JWK Set.
        """
        keys = document.get("keys")
        if not isinstance(keys, list) or not all(isinstance(key, dict) for key in keys):
            raise KeyRefused("This is no JWK Set.")
        ours = [key for key in keys if key.get("kty") == "RSA" and "kid" in key]
        return cls(issuer=issuer, keys=tuple(_read(key) for key in ours))


def _published(key: RSAPublicKey, folder: str) -> PublicKey:
    if not MIN_BITS <= key.key_size <= MAX_BITS:
        raise KeyRefused(
            f"A key of {key.key_size} bits; badges take {MIN_BITS} to {MAX_BITS} bits."
        )
    if not is_address(folder) or not folder.endswith("/") or "#" in folder or "?" in folder:
        raise KeyRefused("Keys are published below an https address that ends in “/”.")
    numbers = key.public_numbers()
    return PublicKey(kid=folder + _fingerprint(numbers.n, numbers.e), n=numbers.n, e=numbers.e)


def _fingerprint(n: int, e: int) -> str:
    members = json.dumps({"e": _number(e), "kty": "RSA", "n": _number(n)}, separators=(",", ":"))
    return encoded(hashlib.sha256(members.encode()).digest())


def _number(value: int) -> str:
    return encoded(value.to_bytes((value.bit_length() + 7) // 8, "big"))


def _read(key: dict[str, Any]) -> PublicKey:
    try:
        n, e = (int.from_bytes(decoded(key[name]), "big") for name in ("n", "e"))
        size = RSAPublicNumbers(n=n, e=e).public_key().key_size
    except (ValueError, TypeError, AttributeError, KeyError):
        raise KeyRefused("A key of this JWK Set cannot be read.") from None
    if not MIN_BITS <= size <= MAX_BITS:
        raise KeyRefused(f"A key of this JWK Set has {size} bits.")
    return PublicKey(kid=str(key["kid"]), n=n, e=e)
