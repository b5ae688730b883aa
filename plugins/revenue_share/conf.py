"""Settings, read when they are needed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from pathlib import Path

from cryptography.fernet import Fernet
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from fairgate.money import MoneyError, exponent
from fairgate_papers import PageSize, set_up

from .data import BASES, AccountDetails, RateSource
from .payment_files import read_account

_OWN = ({"holder", "iban"}, {"holder", "iban", "bic"}, {"holder", "number", "bic"})


def seat_party(course_key: str) -> str:
    """Who receives what the fund pays for a waived seat of a course; "" when nobody is named."""
    parties: dict[str, str] = settings.REVENUE_SHARE_SEAT_PARTIES
    return parties.get(course_key, "")


def font_folders() -> tuple[Path, ...]:
    """Folders with fonts for scripts that those of ``fairgate_papers`` do not have."""
    return set_up.font_folders(settings)


def paper_size() -> PageSize:
    """The paper that statements are printed on."""
    return set_up.paper_size(settings)


def rate_source() -> RateSource:
    """Whose rates convert statements: a source that publishes them.

    Raises:
        ImproperlyConfigured: it is none. A system check says so at start-up.
    """
    name = settings.REVENUE_SHARE_RATE_SOURCE
    if name not in set(BASES):
        known = ", ".join(f"“{source}”" for source in BASES)
        raise ImproperlyConfigured(f"REVENUE_SHARE_RATE_SOURCE is none of {known}.")
    return RateSource(name)


def rate_age() -> timedelta:
    """How long after the day it came into effect a rate is used.

    Raises:
        ImproperlyConfigured: it is no whole number of days above zero.
    """
    days = settings.REVENUE_SHARE_RATE_DAYS
    if isinstance(days, bool) or not isinstance(days, int) or days < 1:
        raise ImproperlyConfigured("REVENUE_SHARE_RATE_DAYS is no whole number above zero.")
    return timedelta(days=days)


def least_payers() -> int:
    """Groups of countries with fewer sales in a month than this are not told apart in reports.

    Raises:
        ImproperlyConfigured: it is no whole number above zero.
    """
    least = settings.REVENUE_SHARE_LEAST_PAYERS
    if isinstance(least, bool) or not isinstance(least, int) or least < 1:
        raise ImproperlyConfigured("REVENUE_SHARE_LEAST_PAYERS is no whole number above zero.")
    return least


def bank_accounts() -> Mapping[str, AccountDetails]:
    """Our own accounts that payouts are paid from, by their currency.

    Raises:
        ImproperlyConfigured: one of them is none. The message does not show it.
    """
    found: dict[str, AccountDetails] = {}
    for currency, own in settings.REVENUE_SHARE_BANK_ACCOUNTS.items():
        try:
            exponent(currency)
            found[currency] = _own_account(own)
        except (MoneyError, ValueError, TypeError) as error:
            raise ImproperlyConfigured(
                f"REVENUE_SHARE_BANK_ACCOUNTS, {currency}: {error}"
            ) from None
    return found


def _own_account(own: Mapping[str, str]) -> AccountDetails:
    if set(own) not in _OWN or not all(isinstance(text, str) for text in own.values()):
        raise ValueError("It has a holder and an iban, or a holder, a number and a bic.")
    return read_account(
        holder=own["holder"],
        number=own.get("iban") or own.get("number", ""),
        bic=own.get("bic", ""),
        is_iban="iban" in own,
    )


def bank_rate_percent() -> int:
    """By how many percent a bank's own rate may differ from ours without a person.

    Raises:
        ImproperlyConfigured: it is no whole number from 0 to 100.
    """
    percent = settings.REVENUE_SHARE_BANK_RATE_PERCENT
    if isinstance(percent, bool) or not isinstance(percent, int) or not 0 <= percent <= 100:
        raise ImproperlyConfigured("REVENUE_SHARE_BANK_RATE_PERCENT is none from 0 to 100.")
    return percent


def payout_keys() -> tuple[bytes, ...]:
    """The keys of accounts and files of payouts, the newest first.

    Raises:
        ImproperlyConfigured: one of them is no key. The message does not show it.
    """
    own: str | Iterable[str] = settings.REVENUE_SHARE_PAYOUT_KEYS
    keys = tuple(key.encode() for key in ((own,) if isinstance(own, str) else own) if key)
    for number, key in enumerate(keys, 1):
        try:
            Fernet(key)
        except ValueError:
            raise ImproperlyConfigured(
                f"Key {number} of REVENUE_SHARE_PAYOUT_KEYS is no key of cryptography.fernet."
            ) from None
    return keys
