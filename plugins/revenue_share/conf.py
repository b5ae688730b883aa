"""Settings, read when they are needed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from cryptography.fernet import Fernet
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from fairgate.money import MoneyError, exponent
from fairgate_papers import PageSize, set_up

from .data import BASES, AccountDetails, RateSource, Warehouse
from .export_files import is_name
from .payment_files import read_account

#: Seconds that a server of ClickHouse has to take a page.
CLICKHOUSE_SECONDS = 30
#: A server that needs an hour for a page is none that answers.
_MOST_SECONDS = 3_600
#: Nobody is sent what was closed more than ten years ago.
_MOST_DAYS = 3_660
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


def least_payers() -> int:
    """Numbers of fewer payers, refunds or waived seats than this are not told apart.

    To the team of a course, and by country to who may not see every event.

    Raises:
        ImproperlyConfigured: it is no whole number above zero.
    """
    least = settings.REVENUE_SHARE_LEAST_PAYERS
    if isinstance(least, bool) or not isinstance(least, int) or least < 1:
        raise ImproperlyConfigured("REVENUE_SHARE_LEAST_PAYERS is no whole number above zero.")
    return least


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


def warehouse() -> Warehouse | None:
    """The server of ClickHouse that facts are sent to; ``None`` when none is named.

    The names are those of ``EVENT_SINK_CLICKHOUSE_BACKEND_CONFIG``, by which Aspects finds it.

    Raises:
        ImproperlyConfigured: it is none. The message shows neither address nor password.
    """
    own = settings.REVENUE_SHARE_CLICKHOUSE
    if not own:
        return None
    try:
        found = Warehouse(
            url=own["url"],
            username=own["username"],
            password=own["password"],
            database=own["database"],
            timeout_seconds=own.get("timeout_secs", CLICKHOUSE_SECONDS),
        )
        fault = _fault_of(found, may_be_plain=own.get("plain_http") is True)
    except (KeyError, TypeError, AttributeError, ValueError):
        fault = "it has a url, a username, a password and a database"
    if fault:
        raise ImproperlyConfigured(f"REVENUE_SHARE_CLICKHOUSE: {fault}.")
    return found


def _fault_of(found: Warehouse, *, may_be_plain: bool) -> str:
    address, seconds = urlsplit(found.url), found.timeout_seconds
    if address.scheme not in ("http", "https") or not address.hostname:
        return "the url is none of http or https"
    if address.username or address.password or address.query:
        return "the url has a name, a password or a question in it"
    if address.scheme == "http" and not may_be_plain:
        return "without https everybody on the way reads the password; set plain_http to allow it"
    if not is_name(found.database):
        return "the database has a name that no statement may have"
    is_number = isinstance(seconds, int | float) and not isinstance(seconds, bool)
    if not is_number or not 0 < seconds <= _MOST_SECONDS:
        return f"timeout_secs is no number above zero, and at most {_MOST_SECONDS}"
    return ""


def mail_age() -> timedelta:
    """How long after a close its statements are sent by mail; nothing at all: none are sent.

    Raises:
        ImproperlyConfigured: it is no whole number of days from 0 on.
    """
    days = settings.REVENUE_SHARE_MAIL_DAYS
    if isinstance(days, bool) or not isinstance(days, int) or not 0 <= days <= _MOST_DAYS:
        raise ImproperlyConfigured(f"REVENUE_SHARE_MAIL_DAYS is none from 0 to {_MOST_DAYS}.")
    return timedelta(days=days)


def not_mailed() -> frozenset[str]:
    """The parties that get no statements by mail.

    Raises:
        ImproperlyConfigured: it is no list of codes.
    """
    codes = settings.REVENUE_SHARE_MAIL_NOT_TO
    is_list = isinstance(codes, list | tuple | set | frozenset)
    if not is_list or not all(isinstance(code, str) for code in codes):
        raise ImproperlyConfigured("REVENUE_SHARE_MAIL_NOT_TO is no list of codes.")
    return frozenset(codes)


def site_url() -> str:
    """The address of the site in front of a path, without a slash at its end; "" if unknown."""
    own = settings.REVENUE_SHARE_SITE_URL
    return str(own or getattr(settings, "LMS_ROOT_URL", "") or "").rstrip("/")
