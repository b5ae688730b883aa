"""Which country of a person a policy counts, and how well it is known.

A policy names one basis (residence, nationality, headquarters, …), and only what is known for that
basis counts: a Nepali who lives in Qatar is asked about one of the two, never about the better one.
For the profile and the residence the country of the profile stands in. What an IP address says
decides nothing and is only ever compared.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

from waiver_policy.data import Applicant, CountryEvidence, EvidenceKind

PROFILE = "profile"
RESIDENCE = "residence"
VERIFIED_ELSE_PROFILE = "residence_verified_else_profile"
PROFILE_BASES = frozenset({PROFILE, RESIDENCE, VERIFIED_ELSE_PROFILE})
"""Bases for which the country of the profile counts where nothing better is known."""

# Of these a person may have several, all of which a policy may count.
SEVERAL = frozenset({"nationality", "affiliation"})
# Other words for the same basis, as evidence may be kept.
_SAME = {"billing": "billing_address", "headquarters": "hq", "ip": RESIDENCE, "": RESIDENCE}

SETTLES_AFTER = timedelta(days=90)
"""So long a changed country is looked at by a person; the day of the change is the first day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Located:
    """The countries that count, the strongest evidence first, and how the first one is known.

    ``evidence`` is everything about this basis, addresses too: what a decision has to keep.
    """

    countries: tuple[str, ...]
    kind: EvidenceKind
    evidence: tuple[CountryEvidence, ...] = field(default=())

    @property
    def country(self) -> str:
        """The one that counts first; "" when none is known."""
        return self.countries[0] if self.countries else ""

    def seen_elsewhere(self) -> str:
        """The country of the newest address, if it is none of those that count; else ""."""
        seen = [one for one in self.evidence if one.kind is EvidenceKind.IP and one.country]
        newest = max(seen, key=lambda one: one.observed_at, default=None)
        return newest.country if newest and newest.country not in self.countries else ""


def locate(applicant: Applicant, basis: str) -> Located:
    """What is known of a person's country on the basis of a policy."""
    about = tuple(one for one in applicant.evidence if _is_about(one, basis))
    known = [one for one in about if one.kind is not EvidenceKind.IP and one.country]
    if basis == PROFILE:
        known = []
    elif basis == VERIFIED_ELSE_PROFILE:
        known = [one for one in known if one.kind.strength >= EvidenceKind.INSTITUTION.strength]
    known.sort(key=lambda one: (-one.kind.strength, -one.observed_at.timestamp(), one.country))
    if known:
        countries = tuple(dict.fromkeys(one.country for one in known))
        kept = countries if basis in SEVERAL else countries[:1]
        return Located(countries=kept, kind=known[0].kind, evidence=about)
    stands_in = basis in PROFILE_BASES and applicant.country
    return Located(
        countries=(applicant.country,) if stands_in else (),
        kind=EvidenceKind.DECLARED,
        evidence=about,
    )


def _is_about(one: CountryEvidence, basis: str) -> bool:
    said = _SAME.get(one.basis, one.basis)
    if basis in PROFILE_BASES:
        return said in PROFILE_BASES
    return said == basis


def strength_of(located: Located, countries: frozenset[str]) -> EvidenceKind:
    """How the weakest of these countries is known; of all that count when none is named."""
    wanted = countries & set(located.countries) or set(located.countries)
    kinds = [_best(located, country) for country in wanted]
    return min(kinds, key=lambda kind: kind.strength, default=EvidenceKind.DECLARED)


def _best(located: Located, country: str) -> EvidenceKind:
    kinds = [
        one.kind
        for one in located.evidence
        if one.country == country and one.kind is not EvidenceKind.IP
    ]
    return max(kinds, key=lambda kind: kind.strength, default=EvidenceKind.DECLARED)


def changed_lately(applicant: Applicant, on: date) -> bool:
    """Whether the country of the profile is too new to count without a look (case 7)."""
    changed = applicant.country_changed_on
    return changed is not None and on < changed + SETTLES_AFTER
