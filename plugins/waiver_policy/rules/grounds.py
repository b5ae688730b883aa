"""The countries that something was promised on, and whether they are the person's still.

A kept price, an approval, a place on the waiting list and an offer of it are promises to a person
of some countries, by the basis of a policy. Lists and policies may change meanwhile; whoever has
another country now is not the person that was promised something.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from waiver_policy.data import Applicant
from waiver_policy.rules.countries import locate


@dataclass(frozen=True, slots=True)
class Grounds:
    """Countries by a basis (``residence``, ``nationality``); none: no country mattered."""

    basis: str = ""
    countries: tuple[str, ...] = ()

    def are_those_of(self, applicant: Applicant) -> bool:
        """Whether the same countries count for this person today.

        Exactly the same: one more affiliation can end what every affiliation has to fulfil.
        """
        if not self.basis or not self.countries:
            return True
        return set(locate(applicant, self.basis).countries) == set(self.countries)


NO_GROUNDS = Grounds()


def grounds_of(inputs: Mapping[str, Any]) -> Grounds:
    """What a stored decision rests on, from its ``inputs``."""
    kept = inputs["grounds"]
    return Grounds(kept["basis"], tuple(kept["countries"]))
