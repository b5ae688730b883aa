"""The person a price is for."""

from __future__ import annotations

from dataclasses import dataclass

from fairgate.payers import PayerClass


@dataclass(frozen=True, slots=True, kw_only=True)
class Learner:
    """The person a price is for. ``country`` is ISO 3166-1 alpha-2, or "" when it is not known.

    ``seen_country`` is where their request comes from, "" where nobody can say or nobody asks; it
    may let a person look before a waiver is given. ``api.learner_for`` finds both: every door that
    shows or asks a price begins there, so that all of them tell the same.
    """

    user_id: int
    country: str
    payer_class: PayerClass = PayerClass.INDIVIDUAL
    seen_country: str = ""
