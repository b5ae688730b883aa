"""What somebody has said about their countries of late, if it was not what they say now."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Set
from datetime import datetime
from itertools import groupby, pairwise

from django.db.models import QuerySet

from waiver_policy import conf, models
from waiver_policy.data import Applicant, EvidenceBasis, EvidenceKind
from waiver_policy.rules.countries import PROFILE_BASES, Located, locate, strength_of
from waiver_policy.rules.price_locks import COUNTRY_CHANGE
from waiver_policy.selectors.evidence import list_evidence
from waiver_policy.selectors.standing import Standing


def get_earlier_countries(
    person: Applicant, standing: Standing, *, basis: str, at: datetime
) -> Collection[str]:
    """What this person has said by a basis in the last 90 days, as it was kept, if it was not this.

    One country more is another answer, too. Nothing where no country matters, or where others than
    the person say it by now. The State that has named somebody is not a country that they have
    said.
    """
    if not basis or not (standing.has_history or standing.has_evidence):
        return ()
    located = locate(person, basis)
    if strength_of(located, frozenset()).strength >= EvidenceKind.INSTITUTION.strength:
        return ()
    earlier: set[str] = set()
    for said in _said(person, standing, basis, at):
        known = conf.known_countries().intersection(said)
        if known and _differ(located, known):
            earlier.update(known)
    if basis in PROFILE_BASES:
        earlier.update(_profiles(person, at))
    return earlier


def _said(
    person: Applicant, standing: Standing, basis: str, at: datetime
) -> Iterator[Collection[str]]:
    """What counted in each decision that was kept, and each statement that another has replaced."""
    if standing.has_history:
        kept = _facts(person, at).values_list("inputs__basis", "inputs__counted")
        yield from (counted for by, counted in kept if by == basis)
    if standing.has_evidence:
        yield from _replaced(person, basis, at)


def _replaced(person: Applicant, basis: str, at: datetime) -> Iterator[Collection[str]]:
    bases = {EvidenceBasis.RESIDENCE} if basis in PROFILE_BASES else {basis}
    own = [
        one for one in list_evidence(person.user_id, at=at)
        if one.kind is EvidenceKind.DECLARED and one.basis in bases
    ]  # fmt: skip
    statements = [list(found) for _, found in groupby(own, key=lambda one: one.statement)]
    for newer, older in pairwise(statements):
        if newer[0].observed_at > at - COUNTRY_CHANGE:
            yield [one.country for one in older if one.country]


def _profiles(person: Applicant, at: datetime) -> Iterator[str]:
    """The countries of the profile at decisions that were kept, other than the one of now."""
    others = _facts(person, at).exclude(country__in=("", person.country[:2]))
    for country, said_by in others.values_list("country", "inputs__country_basis"):
        if said_by != EvidenceBasis.NOMINATING_STATE:
            yield country


def _facts(person: Applicant, at: datetime) -> QuerySet[models.DecisionFacts]:
    return models.DecisionFacts.objects.filter(
        decision__user_id=person.user_id,
        decision__at__gt=at - COUNTRY_CHANGE,
        decision__at__lte=at,
    )


def _differ(located: Located, earlier: Set[str]) -> bool:
    """Whether a person says another thing than earlier: one country less, or one more.

    What somebody else says about a new one is not what the person says.
    """
    now = set(located.countries)
    said = [
        one for one in now - earlier
        if strength_of(located, frozenset({one})).strength < EvidenceKind.INSTITUTION.strength
    ]  # fmt: skip
    return bool(said or earlier - now)
