"""Who is served first from the waiting list: by what the policy ranks, else by time alone."""

from __future__ import annotations

from collections.abc import Sequence


def rank_of(ranking: Sequence[str], *, rule: str | None, membership: str | None) -> int:
    """The place of a decision in a policy's ``ranking``: 0 is served first.

    An entry names a rule by its label, or a list by its code (``LDC``), in any case of letters. A
    decision by neither comes after all that are named; without a ranking everybody is equal, and
    the time of the request decides.
    """
    named = {(rule or "").casefold(), (membership or "").partition("-")[0].casefold()} - {""}
    for place, entry in enumerate(ranking):
        if entry.casefold() in named:
            return place
    return len(ranking)
