"""What an invitation is made of: an address that only we can read, and a link for one use.

The address is stored twice: as a keyed digest, to find it, and encrypted, to write to it and to
show it to who typed it. The link is a random number of 122 bits under Django's signature of 256
bits; what is stored of it is its SHA-256.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from uuid import uuid4

from django.core import signing
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from fairgate.readable import is_readable
from fee_payments import models
from fee_payments.data.institution_seats import Invitee
from fee_payments.selectors.seat_people import MAX_ADDRESS, address_digest, normal_address, sealed


def _signer() -> signing.Signer:
    # Made when it is needed: the site's key may not be known when this module is read.
    return signing.Signer(salt="fee_payments.seat_invitation")


MAX_NAME = 100
#: Longer than any link of ours: what is longer is not looked at.
MAX_TOKEN = 120
# What a spreadsheet would run; no address or name of a person begins like that.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def fault_of(person: Invitee) -> str:
    """What is wrong with an address or a name as somebody has typed it; a key, "" if nothing is.

    ``address``: it is none; ``formula``: it begins like a formula of a spreadsheet; ``name``: it
    is too long, holds a link, or has signs that control something.
    """
    if person.email.startswith(_FORMULA) or person.name.startswith(_FORMULA):
        return "formula"
    if len(person.email) > MAX_ADDRESS:
        return "address"
    try:
        validate_email(normal_address(person.email))
    except ValidationError:
        return "address"
    is_link = "://" in person.name or "www." in person.name.lower()
    return "name" if is_link or len(person.name) > MAX_NAME or not is_readable(person.name) else ""


def write_invitation(
    seat: models.Seat, person: Invitee, *, at: datetime, expires_at: datetime, anyone: bool
) -> None:
    """Fill a free seat with an invitation; the caller saves it. ``anyone``: who has the link."""
    seat.assigned_at, seat.expires_at = at, expires_at
    seat.nonce = uuid4()
    seat.token_digest = digest_of(token_of(seat))
    if person.user_id is not None:
        seat.assigned_user, seat.is_for_address = person.user_id, True
        return
    address = normal_address(person.email)
    seat.email_digest, seat.is_for_address = address_digest(address), not anyone
    seat.sealed = sealed(address, person.name)


def token_of(seat: models.Seat) -> str:
    """The text of the link of an invitation."""
    if seat.nonce is None:
        raise ValueError(f"Seat {seat.uuid} has no invitation.")
    return _signer().sign(seat.nonce.hex)


def is_ours(token: str) -> bool:
    """Whether we have signed a link; asks no database."""
    if len(token) > MAX_TOKEN:
        return False
    try:
        _signer().unsign(token)
    except signing.BadSignature:
        return False
    return True


def digest_of(token: str) -> str:
    """What is stored of a link."""
    return hashlib.sha256(token.encode()).hexdigest()
