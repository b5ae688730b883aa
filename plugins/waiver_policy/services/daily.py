"""What has to be done every day, in order. Each step may run again at once and changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from waiver_policy.services import deadlines, notices

STEPS: tuple[tuple[str, Callable[[datetime], int]], ...] = (
    ("applications that expired without an answer", deadlines.expire_unanswered),
    ("approvals that lapsed unused", deadlines.lapse_unused),
    ("reminders of answers", deadlines.remind_of_answers),
    ("reminders of approvals that end soon", deadlines.remind_of_lapses),
    ("reviewers with applications that wait", deadlines.digest),
    # Last: what the steps before have written down.
    ("mails sent", notices.send_waiting),
)
"""What each step counts, and the step; it takes the moment and returns how many."""
