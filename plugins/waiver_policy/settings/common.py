"""Defaults. An operator's value always wins."""

from __future__ import annotations

from typing import Any

from fairgate import page_frame

DEFAULTS: dict[str, object] = {
    # The policy that decides. Empty: the active policy that was activated last.
    "WAIVER_POLICY_SLUG": "",
    # Where a learner writes to appeal (an address or a URL); empty names the form only.
    "WAIVER_POLICY_APPEAL_CONTACT": "",
    # How many applications of one learner may wait for a reviewer at a time.
    "WAIVER_POLICY_OPEN_APPLICATIONS": 5,
    # Where documents of applications are kept, like an entry of Django's STORAGES. Empty: none.
    "WAIVER_POLICY_DOCUMENTS": {},
    # Keys of cryptography.fernet that documents are encrypted with, the newest first.
    "WAIVER_POLICY_DOCUMENT_KEYS": (),
    # The largest file that is taken, in bytes, and how many one application may have.
    "WAIVER_POLICY_DOCUMENT_MAX_BYTES": 5 * 1024 * 1024,
    "WAIVER_POLICY_DOCUMENTS_PER_APPLICATION": 5,
    # Days from the decision to the deletion of its documents, where the policy sets none.
    "WAIVER_POLICY_DOCUMENT_DELETE_DAYS": 90,
    # Dotted path of a function that looks for malware in an open file. Empty: nobody looks.
    "WAIVER_POLICY_DOCUMENT_SCANNER": "",
    # From this age on a person sends identity documents without a guardian.
    "WAIVER_POLICY_ADULT_AGE": 18,
    # Whether a decision looks at the country that a request comes from.
    "WAIVER_POLICY_IP_COUNTRY": False,
    # After how many days the newest edition of a country list is called old. It decides all the
    # same.
    "WAIVER_POLICY_LIST_DAYS": 400,
    # For how many days the waiver of one day is kept for who applied, ordered or asked for it.
    # 0 keeps no new ones; what was promised stands.
    "WAIVER_POLICY_PRICE_LOCK_DAYS": 30,
    # How many days an offer from the waiting list stands before the next person has it.
    "WAIVER_POLICY_OFFER_DAYS": 14,
    # After how many days a place on the waiting list that was never served lapses.
    "WAIVER_POLICY_WAITING_DAYS": 365,
    # Over how many full months the fund's pace of spending is taken, for its months of runway.
    "WAIVER_POLICY_RUNWAY_MONTHS": 6,
    # Days for a decision, where the policy's document does not say (sla: decision_within).
    "WAIVER_POLICY_DECIDE_WITHIN_DAYS": 16,
    # Days for a learner's answer to a question; without one the application expires.
    "WAIVER_POLICY_ANSWER_WITHIN_DAYS": 21,
    # Days in which a refusal can be appealed, once.
    "WAIVER_POLICY_APPEAL_WITHIN_DAYS": 30,
    # Days before a term ends on which people are reminded.
    "WAIVER_POLICY_REMIND_BEFORE_DAYS": 5,
    # For how many days an application stays with the reviewer who has taken it.
    "WAIVER_POLICY_TAKEN_FOR_DAYS": 3,
    # How many applications are decided at once.
    "WAIVER_POLICY_BULK_LIMIT": 50,
    # By currency, the waived amount above which two people decide: {"USD": "500.00"}.
    "WAIVER_POLICY_TWO_PEOPLE_ABOVE": {},
    # The month in which the financial year of nominations begins.
    "WAIVER_POLICY_FINANCIAL_YEAR_STARTS": 1,
    # The address of the site in mails, like https://learn.example.org; empty: LMS_ROOT_URL.
    "WAIVER_POLICY_SITE_URL": "",
    # How often a mail is tried before it is given up.
    "WAIVER_POLICY_NOTICE_TRIES": 5,
}

# The platform writes what people send with a form into its tracking log, but for these addresses.
# On our pages people say where they are from and why they cannot pay, and send documents; reading
# such a form to write it down would also put a file on a disk before we see it.
UNTRACKED = "^/fairgate/waivers/"


def leave_untracked(settings: Any) -> None:
    """Keep forms of our pages out of the tracking log, where the platform has one."""
    patterns = getattr(settings, "TRACKING_IGNORE_URL_PATTERNS", None)
    if patterns is not None and UNTRACKED not in patterns:
        settings.TRACKING_IGNORE_URL_PATTERNS = [*patterns, UNTRACKED]


def plugin_settings(settings: Any) -> None:
    """Give every setting its default if the operator gave none."""
    for name, value in DEFAULTS.items():
        if not hasattr(settings, name):
            setattr(settings, name, value)
    page_frame.install(settings)
    leave_untracked(settings)
