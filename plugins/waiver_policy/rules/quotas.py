"""Limits on grants: whose uses count together, what one more weighs, and whether it fits.

Nothing is stored here. Whoever keeps counters keeps ``Use`` values under ``subject``, adds
``weigh`` of a claim that was granted, and asks ``fits`` before, with the row locked. Where
``counter`` gives a number, a sum under the subject says the same.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache

from fairgate.money import Money, MoneyError
from waiver_policy.data import ReasonCode
from waiver_policy.rules.conditions import add_months
from waiver_policy.rules.limits import CATEGORIES
from waiver_policy.rules.policies import OF_A_COURSE_RUN, Alternative, Cap
from waiver_policy.rules.reading import SPAN

CODES = {
    "person": ReasonCode.QUOTA_PERSON,
    "country": ReasonCode.QUOTA_COUNTRY,
    "institution": ReasonCode.QUOTA_INSTITUTION,
    "course_run": ReasonCode.QUOTA_COURSE_RUN,
    "fund": ReasonCode.QUOTA_FUND,
}
MAX_KEY = 160
"""Characters of a subject."""
UNKNOWN = "-"
"""Whose uses count together where nobody knows of which country or institution they are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One more grant that wants to fit: who, for what, when, and what the fund pays for it.

    ``label`` is the word under which limits count it (a rule's ``counts_as``: full, partial),
    ``item`` what it gives where a limit asks (``air_ticket``). A course run is an event, too.
    """

    user_id: int
    country: str
    offering_code: str
    day: date
    cost: Money | None
    label: str = ""
    item: str = ""
    institution: str = ""
    course_run: str = ""

    @property
    def course(self) -> str:
        """The course run; where nobody named one, what is sold stands for it."""
        return self.course_run or self.offering_code


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """One grant that counts, as a counter keeps it. ``minor`` is in the currency of the limit."""

    day: date
    grant: str = ""
    minor: int = 0
    label: str = ""
    item: str = ""
    user_id: int = 0


def subject(cap: Cap, claim: Claim) -> str:
    """Whose uses count together for this limit; blank when the limit does not concern the claim.

    The period is a part of it where it has a name (a year, a course run, a term); for lengths like
    P12M and for life all uses stand together and ``fits`` looks at their days. All claims whose
    country or institution nobody knows stand together, too: not to say it is no way past a limit.
    """
    if cap.limit is None and not cap.alternatives:
        return ""
    who = _who(cap, claim) or UNKNOWN
    if not _is_in_currency(cap, claim):
        return ""
    parts = [cap.scope, who, _bucket(cap, claim)]
    if cap.per_course and cap.period != "course_run":
        parts.append(claim.course)
    if counts_money(cap) and cap.scope != "fund":
        parts.append(cap.unit)  # sums of one currency only stand together
    return _short(":".join(part for part in parts if part))


def _who(cap: Cap, claim: Claim) -> str:
    return {
        "person": str(claim.user_id),
        "country": claim.country,
        "institution": claim.institution,
        "course_run": claim.course,
        "fund": cap.unit if counts_money(cap) else "all",
    }[cap.scope]


def _is_in_currency(cap: Cap, claim: Claim) -> bool:
    """A limit of money concerns what is paid in its currency only."""
    if not counts_money(cap):
        return True
    return claim.cost is not None and claim.cost.currency == cap.unit


def counts_money(cap: Cap) -> bool:
    """Whether the limit is an amount: its unit is a currency."""
    return _budget(cap) is not None


def _budget(cap: Cap) -> Money | None:
    return _amount(cap.limit, cap.unit) if cap.limit is not None else None


@lru_cache(maxsize=256)
def _amount(limit: int | Decimal, unit: str) -> Money | None:
    """An amount of money; ``None`` where the unit is no currency. Asked often of few limits."""
    try:
        return Money(limit, unit)
    except MoneyError:
        return None


def _bucket(cap: Cap, claim: Claim) -> str:
    day = claim.day
    if cap.period == "financial_year":
        begun = (day.month, day.day) >= cap.year_starts
        return f"FY{day.year if begun else day.year - 1}"
    if cap.period == "term":
        return _term(cap, day)
    if cap.period in OF_A_COURSE_RUN:
        return claim.course
    return str(day.year) if cap.period == "year" else ""


def _term(cap: Cap, day: date) -> str:
    """A term by its first day; before the first one of a year, the last one of the year before."""
    begun = [start for start in cap.term_starts if start <= (day.month, day.day)]
    year, (month, first) = (day.year, begun[-1]) if begun else (day.year - 1, cap.term_starts[-1])
    return f"T{date(year, month, first).isoformat()}"


def _short(key: str) -> str:
    if len(key) <= MAX_KEY:
        return key
    digest = hashlib.sha256(key.encode()).hexdigest()
    return f"{key[: MAX_KEY - 65]}:{digest}"


def weigh(claim: Claim, *, grant: str = "") -> Use:
    """What one more grant weighs once it is given."""
    return Use(
        day=claim.day,
        grant=grant,
        minor=claim.cost.minor if claim.cost else 0,
        label=claim.label,
        item=claim.item,
        user_id=claim.user_id,
    )


def fits(cap: Cap, uses: Sequence[Use], claim: Claim) -> bool:
    """Whether one more grant stays within the limit, given all uses of its ``subject``."""
    counted = [use for use in uses if _still_counts(cap, use.day, claim.day)]
    every = [*counted, weigh(claim)]
    if cap.alternatives:
        return any(_fills(cap, alternative, every) for alternative in cap.alternatives)
    budget = _budget(cap)
    if budget is not None:
        return sum(use.minor for use in every) <= budget.minor
    if cap.limit is None:
        return True
    if cap.unit == CATEGORIES:
        return len({use.label for use in every}) <= cap.limit
    if cap.unit == "persons":
        return len({use.user_id for use in every}) <= cap.limit
    return len(every) <= cap.limit


def counter(cap: Cap) -> int | None:
    """The number up to which a sum may go that says the same as ``fits``; ``None``: none does.

    Minor units where the fund's money is limited, else grants.
    """
    if cap.alternatives or cap.limit is None or SPAN.fullmatch(cap.period):
        return None
    budget = _budget(cap)
    if budget is not None:
        return budget.minor if cap.scope == "fund" else None
    if cap.unit in (CATEGORIES, "persons"):
        return None
    return int(cap.limit)


def _still_counts(cap: Cap, used: date, day: date) -> bool:
    """Whether an earlier use counts: it does until the length of the period has gone by.

    A use of 29 February 2024 counts for twelve months up to 27 February 2025, and is free on the
    28th; of any other day it is free on the same day a year later.
    """
    length = SPAN.fullmatch(cap.period)
    if length is None:
        return True  # the subject has the period in its name, or it is for life
    years, months, days = (int(part or 0) for part in length.groups())
    return add_months(used, years * 12 + months) + timedelta(days=days) > day


def _fills(cap: Cap, alternative: Alternative, every: Sequence[Use]) -> bool:
    """Whether all these grants fit into one alternative, and its constraint can still be met.

    A word of ``cap.words`` counts the grants of that label, any other word counts every grant;
    where only labels are named, no grant of another label fits. A grant without a label (a person
    gave it where no rule did) takes any place that is left.
    """
    by_label = Counter(use.label for use in every)
    unnamed = by_label.pop("", 0)
    own = {word: n for word, n in alternative.counts.items() if word in cap.words}
    whole = [n for word, n in alternative.counts.items() if word not in cap.words]
    if any(len(every) > count for count in whole):
        return False
    if any(by_label[word] > count for word, count in own.items()):
        return False
    if not whole and any(label not in own for label in by_label):
        return False
    if not whole and unnamed > sum(own.values()) - sum(by_label.values()):
        return False
    if not alternative.constraint:
        return True
    room = min([*whole, sum(own.values())] if own else whole)
    has_it = any(use.item.startswith(alternative.constraint) for use in every)
    return has_it or len(every) < room
