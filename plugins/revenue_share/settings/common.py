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
    # Our own accounts that payouts are paid from, by their currency.
    "REVENUE_SHARE_BANK_ACCOUNTS": {},
    # By how many percent a bank's own rate may differ where it converts.
    "REVENUE_SHARE_BANK_RATE_PERCENT": 5,
    # Keys of cryptography.fernet for accounts and files of payouts, the newest first.
    "REVENUE_SHARE_PAYOUT_KEYS": (),
    # Statements of months that were closed in so many days go to their parties by mail; 0: none do.
    "REVENUE_SHARE_MAIL_DAYS": 31,
    # Codes of parties that get no statements by mail.
    "REVENUE_SHARE_MAIL_NOT_TO": (),
    # The address of the site in front of links in mails; "" means LMS_ROOT_URL.
    "REVENUE_SHARE_SITE_URL": "",
}


# The platform writes what people send with a form into its tracking log, but for these addresses:
# here they send statements of bank accounts. Reading such a form would put the file on a disk, too.
UNTRACKED = "^/fairgate/revenue/(payouts|api)/"


def leave_untracked(settings: Any) -> None:
    """Keep forms of our pages out of the tracking log, where the platform has one."""
    patterns = getattr(settings, "TRACKING_IGNORE_URL_PATTERNS", None)
    if patterns is not None and UNTRACKED not in patterns:
        settings.TRACKING_IGNORE_URL_PATTERNS = [*patterns, UNTRACKED]


def plugin_settings(settings: Any) -> None:
    """Add what is missing to a settings module."""
    page_frame.install(settings)
    leave_untracked(settings)
    for name, value in DEFAULTS.items():
        if not hasattr(settings, name):
            setattr(settings, name, value)
