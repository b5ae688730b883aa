"""Defaults of the app's settings; an operator's value always wins."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fairgate import page_frame

#: The tab on the two dashboards of instructors. A release runs the filters that it has: Teak and
#: Ulmo the first, Verawood the second, and the first where the old dashboard is switched on.
STEPS = {
    "org.openedx.learning.instructor.dashboard.render.started.v1": (
        "revenue_share.pipeline.AddCourseSection"
    ),
    "org.openedx.learning.instructor.dashboard.tabs.requested.v1": (
        "revenue_share.pipeline.AddCourseTab"
    ),
}

_MAKO = str(Path(__file__).parents[1] / "templates" / "mako")

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
    # The server of ClickHouse that revenue_share_export sends facts to; empty: to none.
    "REVENUE_SHARE_CLICKHOUSE": {},
    # Fewer payers, refunds or waived seats than this are not told apart.
    "REVENUE_SHARE_LEAST_PAYERS": 5,
    # Where the tab of the new dashboard leads, with {course_key}; "" for our own page.
    "REVENUE_SHARE_TAB_URL": "",
    # Where it stands among the other tabs.
    "REVENUE_SHARE_TAB_ORDER": 130,
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


def show(settings: Any) -> None:
    """Add our tab to the instructors' dashboards of the LMS, behind the steps that are there.

    Called when the platform's own additions are made: ``production`` and ``test``. A filter keeps
    the silence that an operator gave it: without the tab a dashboard is still a dashboard.
    """
    if getattr(settings, "ROOT_URLCONF", "") != "lms.urls":
        return
    filters = getattr(settings, "OPEN_EDX_FILTERS_CONFIG", None)
    if filters is None:
        filters = settings.OPEN_EDX_FILTERS_CONFIG = {}
    for name, step in STEPS.items():
        # A filter may be written as one path or a list of them.
        known = filters.get(name) or {}
        if not isinstance(known, dict):
            known = {"pipeline": [known] if isinstance(known, str) else list(known)}
        others = [path for path in known.get("pipeline", ()) if path != step]
        filters[name] = {"fail_silently": True, **known, "pipeline": [*others, step]}
    if _MAKO not in settings.MAKO_TEMPLATE_DIRS_BASE:
        settings.MAKO_TEMPLATE_DIRS_BASE.append(_MAKO)
