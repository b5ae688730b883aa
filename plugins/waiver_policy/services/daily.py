"""What has to be done every day, in order. Each step may run again at once and changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from waiver_policy.selectors import waiting as waiting_selectors
from waiver_policy.services import deadlines, documents, grants, notices, waiting


def _expired_grants(at: datetime) -> int:
    return grants.expire_grants(at=at).grants


def _served(at: datetime) -> int:
    """What a worker who died has left; else everybody is served when money becomes free."""
    currencies = waiting_selectors.waiting_currencies()
    return sum(len(waiting.serve(currency, at=at)) for currency in currencies)


def _documents(at: datetime) -> int:
    gone, _kept = documents.purge(at=at)
    return gone


STEPS: tuple[tuple[str, Callable[[datetime], int]], ...] = (
    ("applications that expired without an answer", deadlines.expire_unanswered),
    ("approvals that lapsed unused", deadlines.lapse_unused),
    ("reminders of answers", deadlines.remind_of_answers),
    ("reminders of approvals that end soon", deadlines.remind_of_lapses),
    ("reviewers with applications that wait", deadlines.digest),
    ("waivers that were not used in time", _expired_grants),
    ("people on the waiting list whose turn it is", _served),
    ("documents deleted", _documents),
    # Last: what the steps before have written down.
    ("mails sent", notices.send_waiting),
)
"""What each step counts, and the step; it takes the moment and returns how many."""
