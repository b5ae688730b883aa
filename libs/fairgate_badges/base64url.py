"""Base64 as JSON Web Signatures write it: for addresses, without padding, in one way only."""

from __future__ import annotations

import base64
import binascii


def encoded(data: bytes) -> str:
    """Bytes as text."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def decoded(text: str) -> bytes:
    """Text as bytes.

    Raises:
        ValueError: it is not the one text that stands for these bytes. A lax reader would take
            several texts for the same signature.
    """
    try:
        data = base64.b64decode(
            text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True
        )
    except (binascii.Error, UnicodeEncodeError) as error:
        raise ValueError("This is no base64url.") from error
    if encoded(data) != text:
        raise ValueError("This is no canonical base64url.")
    return data
