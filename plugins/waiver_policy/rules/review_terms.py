"""What a policy says about its review, its nominations and how long what it gives lasts.

``language`` reads the terms of a document with ``read_terms`` and ``read_ranking``; a word that
nothing here or in an example knows is a fault, so that nobody relies on a promise that is not kept.
``review_terms`` puts together what pages and services ask of a compiled policy.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from fairgate.clock import utc_day
from fairgate.documents import Mapped
from fairgate.percent import Percent
from waiver_policy.rules import reading
from waiver_policy.rules.policies import Benefit, Policy
from waiver_policy.rules.reading import Place

NOMINATION = "nomination"
TICKET = "air_ticket"
FULL, PARTIAL = "full", "partial"

UNITS = frozenset({
    "country", "enrolment", NOMINATION, "order", "organisation", "person", "person_course",
    "person_courseware", "person_term", "person_year", "work",
})  # fmt: skip
DEADLINE: Mapping[str, frozenset[str]] = {
    "kind": frozenset({"fixed"}),
    "before": frozenset({"event"}),
    "late": frozenset({"reject"}),
}
VALIDITY: Mapping[str, frozenset[str]] = {
    "bound_to": frozenset({"course_key"}),
    "rerun": frozenset({"new_application"}),
    "from": frozenset({"tier.discount.activation_date"}),
    "until": frozenset({"tier.discount.expiration_date"}),
    "only_if": frozenset({"tier.current"}),
}
# What a person ranks by: no decision has it, so it puts nobody first on the waiting list.
RANKED_BY_A_PERSON = frozenset({
    "active_participation", "country_and_region_balance", "gender_balance",
})  # fmt: skip
# A month of a term counts as thirty days: no law says which month is meant.
DAYS_OF_A_MONTH, DAYS_OF_A_YEAR = 30, 365
MAX_DAYS = 36525


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """One of these may be used up: so many full, or so many partial nominations.

    ``ticket_needed``: at least one of the partial ones is an air ticket.
    """

    full: int
    partial: int
    ticket_needed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewTerms:
    """``decide_within`` in days. ``closes_on`` is the last UTC day on which one nominates in time.

    ``items`` are what a partial nomination may be for; ``covers`` what a full one waives.
    """

    decide_within: int | None = None
    is_nomination: bool = False
    closes_on: date | None = None
    of_state: Quota | None = None
    of_person: Quota | None = None
    items: tuple[str, ...] = ()
    covers: Percent | None = None

    def takes_until(self, closes_at: datetime) -> bool:
        """Whether a call may take nominations until this first moment that is too late."""
        last = utc_day(closes_at - timedelta.resolution)
        return self.closes_on is None or last <= self.closes_on


def review_terms(policy: Policy) -> ReviewTerms:
    """The terms of one policy."""
    return ReviewTerms(
        decide_within=policy.decide_within,
        is_nomination=policy.unit == NOMINATION,
        closes_on=policy.closes_on,
        of_state=_quota(policy, "country"),
        of_person=_quota(policy, "person"),
        items=_items(policy),
        covers=_covers(policy),
    )


def _quota(policy: Policy, scope: str) -> Quota | None:
    """``any_of: [{full: 1}, {partial: 2, constraint: at_least_one_is_air_ticket}]``."""
    for cap in policy.caps:
        ways = [way for way in cap.alternatives if {FULL, PARTIAL} & way.counts.keys()]
        if cap.scope == scope and ways:
            return Quota(
                full=max(way.counts.get(FULL, 0) for way in ways),
                partial=max(way.counts.get(PARTIAL, 0) for way in ways),
                ticket_needed=any(way.constraint == TICKET for way in ways),
            )
    return None


def _benefit(policy: Policy, label: str) -> Benefit | None:
    return next((rule.benefit for rule in policy.rules if rule.label == label), None)


def _items(policy: Policy) -> tuple[str, ...]:
    """``air_ticket_economy`` is an air ticket, whatever its class."""
    partial = _benefit(policy, PARTIAL)
    found = partial.details.get("one_of", ()) if partial is not None else ()
    return tuple(TICKET if one.startswith(TICKET) else one for one in found)


def _covers(policy: Policy) -> Percent | None:
    full = _benefit(policy, FULL)
    covers = full.details.get("covers_percent") if full is not None else None
    return Percent(covers) if covers is not None else None


def read_terms(body: Mapped, place: Place) -> dict[str, Any]:
    """The terms of a document, as fields of a ``Policy``."""
    return {
        "unit": _word_of(body, "unit", place, UNITS),
        "decide_within": _decide_within(body, place),
        "closes_on": _closes_on(body, place),
        "valid_days": _valid_days(body, place),
        "document_days": _document_days(body, place),
    }


def read_ranking(
    body: Mapped, place: Place, *, labels: Collection[str], lists: Collection[str]
) -> tuple[str, ...]:
    """Who is served first from the waiting list: labels of rules, lists that these ask, or words.

    In any case of letters, as ``ranking.rank_of`` takes them.
    """
    if "ranking" not in body:
        return ()
    where = place.at(body, "ranking")
    entries = reading.items(body["ranking"], where)
    known = {*labels, *(key.partition("@")[0] for key in lists), *RANKED_BY_A_PERSON} - {""}
    folded = {word.casefold() for word in known}
    said = [reading.text(entry, where.at(entries, n)) for n, entry in enumerate(entries)]
    for number, entry in enumerate(said):
        if entry and entry.casefold() not in folded:
            reading.word(entry, where.at(entries, number), known)
    return tuple(said)


def _decide_within(body: Mapped, place: Place) -> int | None:
    """Days from an application to its decision, as the policy promises."""
    if "sla" not in body:
        return None
    where = place.at(body, "sla")
    said = reading.mapping(body["sla"], where, required=("decision_within",))
    length = _span(said, "decision_within", where)
    if length is None:
        return None
    years, months = divmod(length.months, 12)
    days = years * DAYS_OF_A_YEAR + months * DAYS_OF_A_MONTH + length.days
    if not 0 < days <= MAX_DAYS:
        where.at(said, "decision_within").fault("a length from a day to a century is needed.")
    return days


def _closes_on(body: Mapped, place: Place) -> date | None:
    if "deadline" not in body:
        return None
    where = place.at(body, "deadline")
    said = reading.mapping(body["deadline"], where, optional=("date", *DEADLINE))
    if body["deadline"] == {}:
        where.fault("“date” or “before” is needed.")
    _check_words(said, where, DEADLINE)
    return reading.day(said["date"], where.at(said, "date")) if "date" in said else None


def _valid_days(body: Mapped, place: Place) -> int | None:
    if "validity" not in body:
        return None
    where = place.at(body, "validity")
    said = reading.mapping(body["validity"], where, optional=("after_approval", *VALIDITY))
    _check_words(said, where, VALIDITY)
    length = _span(said, "after_approval", where)
    if length is None:
        return None
    if length.months:
        where.fault("“after_approval” is given in days, like P180D.")
    elif not length.days:
        where.fault("what lapses at once can never be used.")
    return int(length.days)


def _document_days(body: Mapped, place: Place) -> int | None:
    """Days from a decision to the deletion of its documents; ``None`` leaves it to the operator."""
    if "documents" not in body:
        return None
    where = place.at(body, "documents")
    kept = reading.mapping(body["documents"], where, required=("delete_after",))
    length = _span(kept, "delete_after", where)
    if length is None:
        return None
    if length.months:
        where.fault("“delete_after” is given in days, like P90D.")
    return int(length.days)


def _span(said: Mapped, key: str, place: Place) -> reading.Span | None:
    return reading.span(said[key], place.at(said, key)) if key in said else None


def _word_of(said: Mapped, key: str, place: Place, known: Collection[str]) -> str:
    return reading.word(said[key], place.at(said, key), known) if key in said else ""


def _check_words(said: Mapped, place: Place, known: Mapping[str, frozenset[str]]) -> None:
    for key, words in known.items():
        _word_of(said, key, place, words)
