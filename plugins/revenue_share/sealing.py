"""Accounts and files of payouts, encrypted at rest (Fernet), as files of purchase orders are.

What is sealed begins with the uuid of its row, so that it opens in no other row.
"""

from __future__ import annotations

import json
from uuid import UUID

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.core.exceptions import ImproperlyConfigured

from . import conf
from .data import AccountDetails
from .exceptions import PayoutRefused


def seal(content: bytes, uuid: UUID) -> str:
    """Encrypt with the newest key.

    Raises:
        PayoutRefused: there is no key.
    """
    return _lock().encrypt(uuid.bytes + content).decode()


def open_sealed(sealed: str, uuid: UUID) -> bytes:
    """What was sealed for the row with this uuid.

    Raises:
        PayoutRefused: no key of the settings opens it, or it is of another row.
    """
    try:
        opened = _lock().decrypt(sealed.encode())
    except InvalidToken:
        opened = b""
    if opened[:16] != uuid.bytes:
        raise PayoutRefused("What is encrypted cannot be read: the key for it is missing.")
    return opened[16:]


def seal_account(account: AccountDetails, uuid: UUID) -> str:
    """An account, encrypted.

    Raises:
        PayoutRefused: there is no key.
    """
    told = [account.holder, account.number, account.is_iban, account.bic]
    return seal(json.dumps(told).encode(), uuid)


def open_account(sealed: str, uuid: UUID) -> AccountDetails:
    """An account that was sealed.

    Raises:
        PayoutRefused: see ``open_sealed``.
    """
    holder, number, is_iban, bic = json.loads(open_sealed(sealed, uuid))
    return AccountDetails(holder=holder, number=number, is_iban=is_iban, bic=bic)


def _lock() -> MultiFernet:
    try:
        keys = conf.payout_keys()
    except ImproperlyConfigured:
        keys = ()
    if not keys:
        raise PayoutRefused("This site has no key for accounts and files of payouts.")
    return MultiFernet([Fernet(key) for key in keys])
