"""What a promotion may say, and when it shows. Pure decisions, no clock."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from urllib.parse import urlsplit

from fairgate.readable import is_readable, is_seen, turns_writing
from partnerships.data import (
    LANGUAGES,
    Period,
    Promotion,
    PromotionFault,
    PromotionPlace,
    PromotionState,
)

LONGEST_PROMOTION = 200
LONGEST_ADDRESS = 500
#: No partner pays for a place in search results, and no page learns where its reader came from.
PROMOTION_REL = "sponsored noopener noreferrer nofollow"


def promotion_fault(
    asked: Promotion, *, courses: Collection[str], period: Period, today: date
) -> PromotionFault | None:
    """The first part of a proposal that is not as it has to be; ``None`` if there is none.

    ``courses`` and ``period`` are those of the version that it stands on.
    """
    if not _is_text(asked.text):
        return PromotionFault.TEXT
    if not is_safe_address(asked.url):
        return PromotionFault.URL
    if asked.language not in LANGUAGES:
        return PromotionFault.LANGUAGE
    wanted = asked.course in courses if asked.place is PromotionPlace.COURSE else not asked.course
    if not wanted:
        return PromotionFault.COURSE
    if not _is_within(asked, period) or asked.last_day < today:
        return PromotionFault.DAYS
    return None


def _is_text(text: str) -> bool:
    is_short = is_seen(text) and len(text) <= LONGEST_PROMOTION
    return is_short and is_readable(text) and not turns_writing(text)


def _is_within(asked: Promotion, period: Period) -> bool:
    is_late = period.last is not None and asked.last_day > period.last
    return period.first <= asked.first_day <= asked.last_day and not is_late


def is_safe_address(url: str) -> bool:
    """Whether it is a whole https address of a host with a name, without user or password."""
    # What is not printable is not seen, or turns the writing: it would be approved as another one.
    if len(url) > LONGEST_ADDRESS or not url.isprintable() or " " in url:
        return False
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        return False
    # A browser reads a backslash as a slash, and then another host than we do.
    is_plain = "@" not in parts.netloc and "\\" not in url
    # In small letters, as the table has it.
    return url.startswith("https://") and "." in host.strip(".") and is_plain


def is_https(url: str) -> bool:
    """Whether an address is one of https, in letters of any case."""
    try:
        return urlsplit(url).scheme == "https"
    except ValueError:
        return False


def promotion_state(
    *,
    approved: bool | None,
    decided_at: datetime | None,
    withdrawn_at: datetime | None,
    period: Period,
    is_in_force: bool,
    at: datetime,
    on: date,
) -> PromotionState:
    """Where a promotion stands at a moment ``at``, which lies on the UTC day ``on``."""
    if withdrawn_at is not None and withdrawn_at <= at:
        return PromotionState.WITHDRAWN
    if decided_at is None or decided_at > at:
        return PromotionState.OVER if period.is_over_on(on) else PromotionState.WAITING
    if not approved:
        return PromotionState.REFUSED
    if period.is_over_on(on):
        return PromotionState.OVER
    is_shown = is_in_force and period.first <= on
    return PromotionState.SHOWN if is_shown else PromotionState.APPROVED
