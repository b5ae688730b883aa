"""Accounts as far as invitations to seats need them, and addresses as they are compared."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.contrib.auth import get_user_model
from django.utils.crypto import salted_hmac

from fee_payments import conf

#: RFC 5321, 4.5.3.1.3: a path has 256 octets, two of them the brackets around an address.
MAX_ADDRESS = 254
_AT_ONCE = 500


def normal_address(typed: str) -> str:
    """An e-mail address as it is compared: without blanks around it, in small letters, NFC.

    The domain in ASCII (IDNA), where it can be; providers that tell capitals apart in front of the
    sign are not known to give them to different people.
    """
    text = unicodedata.normalize("NFC", typed.strip()).lower()
    local, sign, domain = text.rpartition("@")
    try:
        return f"{local}{sign}{domain.encode('idna').decode()}"
    except UnicodeError:
        return text


def address_digest(address: str) -> str:
    """What is stored to find an address again; with a key, as addresses can be guessed."""
    return salted_hmac("fee_payments.seat_address", address, algorithm="sha256").hexdigest()


def sealed(address: str, name: str) -> str:
    """Address and name of somebody who is invited, encrypted."""
    return _lock().encrypt(f"{address}\n{name}".encode()).decode()


def opened(text: str) -> tuple[str, str]:
    """Address and name that were sealed; two empty texts where nothing was, or no key fits."""
    if not text:
        return "", ""
    try:
        address, _line, name = _lock().decrypt(text.encode()).decode().partition("\n")
    except InvalidToken:
        return "", ""
    return address, name


def _lock() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in conf.seat_keys()])


def confirmed_address(user_id: int) -> str:
    """The address that an account has confirmed, as it is compared; "" if it has none.

    Open edX makes an account active when its address is confirmed.
    """
    user = get_user_model()._default_manager.filter(pk=user_id, is_active=True).first()
    return normal_address(str(user.email)) if user is not None and user.email else ""


def accounts_named(usernames: Iterable[str]) -> dict[str, int]:
    """The active accounts with these user names: name → user id."""
    wanted, found = sorted(set(usernames)), dict[str, int]()
    people = get_user_model()._default_manager.filter(is_active=True)
    for start in range(0, len(wanted), _AT_ONCE):
        for user in people.filter(username__in=wanted[start : start + _AT_ONCE]):
            found[user.get_username()] = int(user.pk)
    return found


def usernames(user_ids: Iterable[int]) -> dict[int, str]:
    """The user names of accounts, by id. One query."""
    rows = get_user_model()._default_manager.filter(pk__in=set(user_ids))
    return {user.pk: user.get_username() for user in rows}


def may_manage_all(user_id: int) -> bool:
    """Whether this person manages the seats of every institution, by permission."""
    user = get_user_model()._default_manager.filter(pk=user_id, is_active=True).first()
    return user is not None and user.has_perm("fee_payments.manage_seats")
