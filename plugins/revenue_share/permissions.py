"""Who may see which statement, and who may close a month."""

from __future__ import annotations

from typing import Any

from partnerships import api as partnerships

from . import compat

VIEW = "revenue_share.view_statement"
CLOSE = "revenue_share.close_period"
VIEW_ADJUSTMENTS = "revenue_share.view_adjustment"
PROPOSE = "revenue_share.propose_adjustment"
DECIDE = "revenue_share.decide_adjustment"
VIEW_REMITTANCES = "revenue_share.view_remittance"
PROPOSE_REMITTANCE = "revenue_share.propose_remittance"
CONFIRM_REMITTANCE = "revenue_share.confirm_remittance"
VIEW_RATES = "revenue_share.view_fxrate"
LOAD_RATES = "revenue_share.load_rates"
PROPOSE_RATE = "revenue_share.propose_rate"
CONFIRM_RATE = "revenue_share.confirm_rate"
VIEW_ACCOUNTS = "revenue_share.view_payoutaccount"
PROPOSE_ACCOUNT = "revenue_share.propose_payout_account"
CONFIRM_ACCOUNT = "revenue_share.confirm_payout_account"
VIEW_EVENTS = "revenue_share.view_revenueevent"
VIEW_PAYOUTS = "revenue_share.view_payoutbatch"
PROPOSE_PAYOUT = "revenue_share.propose_payout"
APPROVE_PAYOUT = "revenue_share.approve_payout"
RECORD_PAYOUT = "revenue_share.record_payout"


def may_see_books(user: Any) -> bool:
    """Finance: every statement and every balance."""
    return bool(user.is_authenticated and user.has_perm(VIEW))


def may_see_countries(user: Any) -> bool:
    """Finance that may see every event of the books, and on it the payer's country.

    To everybody else a group of few payers is not told apart, and opens no events.
    """
    return may_see_books(user) and bool(user.has_perm(VIEW_EVENTS))


def may_close(user: Any) -> bool:
    """Finance with the right to close."""
    return may_see_books(user) and bool(user.has_perm(CLOSE))


def may_propose(user: Any) -> bool:
    """An officer who may propose what is moved by hand."""
    return bool(user.is_authenticated and user.has_perm(PROPOSE))


def may_see_party(user: Any, party: str) -> bool:
    """Finance, or a person who acts for this very party."""
    if not user.is_authenticated:
        return False
    return may_see_books(user) or partnerships.is_person_of(user.id, party)


def parties_of(user: Any) -> tuple[str, ...]:
    """The parties whose statements a person who is not of finance sees."""
    return partnerships.partners_of(user.id) if user.is_authenticated else ()


def may(user: Any, right: str) -> bool:
    """Whether an active person has a right by permission."""
    return bool(user.is_authenticated and user.is_active and user.has_perm(right))


def may_see_payouts(user: Any) -> bool:
    """Who looks at them, and who does anything with them."""
    rights = (VIEW_PAYOUTS, PROPOSE_PAYOUT, APPROVE_PAYOUT, RECORD_PAYOUT)
    return any(may(user, right) for right in rights)


def may_see_course(user: Any, course_key: str) -> bool:
    """The team of this very course; its sums are not those of any party."""
    if user is None or not user.is_authenticated or not user.is_active:
        return False
    return compat.is_course_staff(int(user.pk), course_key)
