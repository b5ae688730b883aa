"""Defaults of the app's settings; an operator's value always wins."""

from __future__ import annotations

from typing import Any

from fairgate import page_frame

DEFAULTS: dict[str, Any] = {
    # Who receives what the fund pays for a waived seat, by course key: {"course-v1:…": "ATC"}. A
    # course that is not named here puts the cost on ``unallocated``.
    "REVENUE_SHARE_SEAT_PARTIES": {},
    # Whose rates convert a statement for a party that is paid in another currency.
    "REVENUE_SHARE_RATE_SOURCE": "unore",
    # How many days after it came into effect a rate is too old.
    "REVENUE_SHARE_RATE_DAYS": 45,
    # Groups of countries with fewer sales in a month than this are not told apart in reports.
    "REVENUE_SHARE_LEAST_PAYERS": 5,
    # Our own accounts that payouts are paid from, by their currency.
    "REVENUE_SHARE_BANK_ACCOUNTS": {},
    # By how many percent a bank's own rate may differ where it converts.
    "REVENUE_SHARE_BANK_RATE_PERCENT": 5,
    # Keys of cryptography.fernet for accounts and files of payouts, the newest first.
    "REVENUE_SHARE_PAYOUT_KEYS": (),
}


def plugin_settings(settings: Any) -> None:
    """Add what is missing to a settings module."""
    page_frame.install(settings)
    for name, value in DEFAULTS.items():
        if not hasattr(settings, name):
            setattr(settings, name, value)
