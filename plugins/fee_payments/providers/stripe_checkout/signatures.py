"""Who sent an event, and when (docs.stripe.com/webhooks/signature)."""

from __future__ import annotations

import re
from datetime import datetime

import stripe

from fee_payments.exceptions import InvalidEvent

TOLERANCE_SECONDS = 300
# Stripe sends one per secret in use; who sends a hundred wants to guess.
MAX_HEADER = 2048

_STAMP = re.compile(r"t=([0-9]{1,12})", re.ASCII)


def verify(body: bytes, header: str, secrets: tuple[str, ...], *, at: datetime) -> None:
    """Refuse a body that Stripe did not sign with one of our secrets in the last five minutes.

    The signature is the SDK's business. Its age is ours: the SDK would ask the clock, and take a
    moment to come.

    Raises:
        InvalidEvent: with the reason; nothing of the body was read.
    """
    if not secrets or not all(secret.strip() for secret in secrets):
        raise InvalidEvent("No signing secret is configured, so no event can be trusted.")
    if len(header) > MAX_HEADER or not header.isascii():
        raise InvalidEvent("The signature header is missing or cannot be read.")
    # All are tried, so that the time taken tells nothing of which one it was.
    if not any([_is_signed(body, header, secret) for secret in secrets]):  # noqa: C419
        raise InvalidEvent("The signature does not match.")
    stamps = [_STAMP.fullmatch(part) for part in header.split(",") if part.startswith("t=")]
    if len(stamps) != 1 or stamps[0] is None:
        raise InvalidEvent("The signature header is missing or cannot be read.")
    if abs(at.timestamp() - int(stamps[0][1])) > TOLERANCE_SECONDS:
        raise InvalidEvent("The signature is older than five minutes, or from the future.")


def _is_signed(body: bytes, header: str, secret: str) -> bool:
    try:
        return bool(stripe.WebhookSignature.verify_header(body, header, secret, tolerance=None))
    except (stripe.SignatureVerificationError, ValueError, OverflowError):
        # A body that is no UTF-8 was not signed by Stripe either.
        return False
