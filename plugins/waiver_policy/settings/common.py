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


def plugin_settings(settings: Any) -> None:
    """Give every setting its default if the operator gave none."""
    for name, value in DEFAULTS.items():
        if not hasattr(settings, name):
            setattr(settings, name, value)
    page_frame.install(settings)
