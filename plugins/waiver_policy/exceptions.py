"""What can go wrong with waivers.

* WaiverError
  + NotEligible            the policy says no, or not yet; ``decision`` tells why
  + FundEmpty              eligible, but the fund has no money now; ``decision`` is waitlisted
  + KeyReused              the same idempotency key came with another payload
  + InvalidCredit          only a positive amount can be put into a fund
  + UnknownGrant           no grant has this uuid
  + GrantClosed            the grant is already committed, or already released
  + UnknownApplication     no application has this uuid
  + AlreadyEligible        the policy grants it already: there is nothing to apply for
  + TooManyApplications    this person waits for as many answers as the site allows
  + ApplicationClosed      somebody has decided this application already
  + OutOfTurn              the other side has to write first, or has just written
  + InvalidReview          a review lacks its reason, its percentage, or an independent reviewer
  + EmptyAnswer            an answer to a reviewer says nothing
  + UnknownList            no list has this code
  + EditionOutOfOrder      a newer edition of the list is already known
  + UnknownPolicy          no policy, or no version of it, has this name
  + PolicyNotUsable        the document is understood, but the fee gate cannot apply it (yet)
  + UnusableFact           a fact about the applicant has a type that a rule cannot compare

Faults in files are ``fairgate.documents.DocumentErrors``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairgate.errors import FairgateError

if TYPE_CHECKING:
    from waiver_policy.data import Decision


class WaiverError(FairgateError):
    """The root of this family."""


class NotEligible(WaiverError):
    """The policy gives no waiver now. ``decision`` carries the outcome and the reasons."""

    def __init__(self, decision: Decision) -> None:
        self.decision = decision
        codes = ", ".join(reason.code for reason in decision.reasons)
        super().__init__(f"No waiver is given: {decision.outcome} ({codes}).")


class FundEmpty(WaiverError):
    """The fund cannot pay this seat now; the decision is kept as waitlisted."""

    def __init__(self, decision: Decision) -> None:
        self.decision = decision
        super().__init__(
            "The waiver fund is empty at the moment; the request is on the waiting list."
        )


class KeyReused(WaiverError):
    """The key is known, with another payload: the caller mixed up two requests."""

    def __init__(self, key: str) -> None:
        super().__init__(f"The key “{key}” was used before for something else.")


class InvalidCredit(WaiverError, ValueError):
    """Only a positive amount can be put into a fund."""


class UnknownGrant(WaiverError, LookupError):
    """No grant has this uuid."""


class GrantClosed(WaiverError):
    """The grant is not reserved any more."""


class UnknownApplication(WaiverError, LookupError):
    """No application has this uuid."""


class AlreadyEligible(WaiverError):
    """The waiver is granted without an application."""

    def __init__(self) -> None:
        super().__init__(
            "A waiver for this offering is granted to you already; no application is needed."
        )


class TooManyApplications(WaiverError):
    """The person has ``limit`` open applications, and more are not taken."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        super().__init__(f"The limit of {limit} open applications is reached.")


class ApplicationClosed(WaiverError):
    """The application has been decided already."""


class OutOfTurn(WaiverError):
    """A question while one is open, an answer to none, or a review that has not read the answer."""


class InvalidReview(WaiverError, ValueError):
    """The review lacks its reason or its percentage, or the reviewer is the applicant."""


class EmptyAnswer(WaiverError, ValueError):
    """An answer to the reviewer has no words."""


class UnknownList(WaiverError, LookupError):
    """No country list has this code."""


class EditionOutOfOrder(WaiverError):
    """An edition must be known from a later moment than the one before it."""


class UnknownPolicy(WaiverError, LookupError):
    """No policy, or no version of it, has this name."""


class PolicyNotUsable(WaiverError):
    """The document is understood, but holds something that ``decide`` cannot apply yet."""


class UnusableFact(WaiverError, ValueError):
    """A rule compares numbers or dates, and the fact is something else."""
