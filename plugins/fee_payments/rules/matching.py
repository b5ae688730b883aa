"""Which invoices a payment pays, and whether that is certain enough for nobody to look."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from fairgate.money import Money, total
from fee_payments.data.bank import Candidate, MatchReason, Proposal

# Words that half of all organisations have in their names say nothing about which one it is.
_COMMON = frozenset(
    {
        *("the", "and", "for", "ltd", "limited", "llc", "inc", "gmbh", "sarl"),
        *("ministry", "ministere", "ministerio", "university", "universite", "institute"),
    }
)
_SHORT = 3


def propose(rest: Money, named: Sequence[Candidate], others: Sequence[Candidate] = (), *,
            payer_name: str = "") -> Proposal:  # fmt: skip
    """What to do with ``rest`` of a payment.

    ``named`` are the invoices whose numbers the payer wrote, ``others`` open ones of the same
    amount. Only what the payer named is certain: an amount and a name are a suggestion.
    """
    if not named:
        return _by_amount(rest, others, payer_name)
    if any(one.missing.currency != rest.currency for one in named):
        return Proposal(reason=MatchReason.OTHER_CURRENCY)
    payable = [one for one in named if one.missing.minor > 0]
    if not payable:
        return Proposal(reason=MatchReason.NOTHING_MISSING)
    if any(not one.is_waited_for for one in payable):
        return Proposal(parts=_parts(rest, payable), reason=MatchReason.ORDER_IS_OVER)
    if len(named) == 1:
        return _one(rest, payable[0])
    whole = total([one.missing for one in payable], rest.currency)
    is_exact = whole == rest and len(payable) == len(named)
    reason = MatchReason.SEVERAL if is_exact else MatchReason.SUMS_DIFFER
    return Proposal(parts=_parts(rest, payable), reason=reason, is_certain=is_exact)


def _one(rest: Money, one: Candidate) -> Proposal:
    reason = MatchReason.EXACT
    if rest < one.missing:
        reason = MatchReason.UNDERPAID
    elif rest > one.missing:
        reason = MatchReason.OVERPAID
    return Proposal(parts=_parts(rest, [one]), reason=reason, is_certain=True)


def _parts(rest: Money, payable: Sequence[Candidate]) -> tuple[tuple[Candidate, Money], ...]:
    """As much as is there, in the order in which the payer named them."""
    parts = []
    for one in payable:
        part = min(rest, one.missing)
        if part.minor > 0:
            parts.append((one, part))
        rest = rest - part
    return tuple(parts)


def _by_amount(rest: Money, others: Sequence[Candidate], payer_name: str) -> Proposal:
    same = [one for one in others if one.missing == rest]
    known = [one for one in same if is_similar(one.buyer_name, payer_name)]
    if len(known) == 1:
        return Proposal(parts=((known[0], rest),), reason=MatchReason.AMOUNT_AND_NAME)
    if len(same) == 1:
        return Proposal(parts=((same[0], rest),), reason=MatchReason.AMOUNT_ONLY)
    return Proposal(reason=MatchReason.NOTHING_FOUND)


def is_similar(one: str, other: str) -> bool:
    """Whether two names share half of the words of the shorter one, or more.

    Banks cut names, leave accents out, and write them in capitals.
    """
    first, second = _words(one), _words(other)
    shorter = min(len(first), len(second))
    return shorter > 0 and 2 * len(first & second) >= shorter


def _words(name: str) -> frozenset[str]:
    bare = "".join(
        sign for sign in unicodedata.normalize("NFKD", name) if not unicodedata.combining(sign)
    )
    words = re.findall(r"\w+", bare.casefold())
    return frozenset(word for word in words if len(word) >= _SHORT and word not in _COMMON)
