"""What can go wrong with waivers.

* WaiverError
  + NotEligible            the policy says no, or not yet; ``decision`` tells why
  + FundEmpty              eligible, but the fund has no money now; ``decision`` is waitlisted
  + KeyReused              the same idempotency key came with another payload
  + PriceNeeded            what the fund pays depends on the price, and none was given
  + InvalidCredit          an amount, a kind, a day or a reason that a fund's books do not take
  + CreditNotAllowed       the person may not propose or confirm, or it was they who proposed it
  + CreditClosed           somebody has confirmed or rejected this credit already
  + UnknownCredit          no proposed credit has this uuid
  + UnknownGrant           no grant has this uuid
  + GrantClosed            the grant is already committed, or already released
  + UnknownApplication     no application has this uuid
  + AlreadyEligible        the policy grants it already: there is nothing to apply for
  + NothingToKeep          no waiver is given or within reach, so no price is kept
  + CoolingOff             a person who leaves may still come back: nothing is deleted yet
  + TooManyApplications    this person waits for as many answers as the site allows
  + ApplicationClosed      somebody has decided this application already
  + OutOfTurn              the other side has to write first, or has just written
  + InvalidReview          a review lacks its reason, its percentage, or an independent reviewer
  + EmptyAnswer            an answer to a reviewer says nothing
  + UnknownList            no list has this code
  + EditionOutOfOrder      a newer edition of the list is already known
  + EditionExists          the list has an edition: the next is proposed, and applied by another
  + EditionsMoved          a list has got another edition since this one was proposed
  + NothingToPropose       the file says what is known already
  + RowsVanish             countries leave a list without an end; was the file cut off?
  + UnknownProposal        no proposal has this uuid
  + ProposalClosed         the proposal was applied or rejected already
  + SecondPersonNeeded     who proposed an edition does not apply it
  + NotContested           there is nothing to confirm about this country and list
  + AlreadyConfirmed       somebody has confirmed it
  + UnknownOperator        no active user of the site has exactly this name
  + NotAllowed             the user lacks the permission for this
  + ReasonMissing          a rejection or a confirmation says nothing
  + UnknownPolicy          no policy, or no version of it, has this name
  + PolicyNotActive        no version of the policy is active, so there is nothing to retire
  + PolicyNotUsable        the document is understood, but the fee gate cannot apply it (yet)
  + UnusableFact           a fact about the applicant has a type that a rule cannot compare

Faults in files are ``fairgate.documents.DocumentErrors``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairgate.errors import FairgateError

if TYPE_CHECKING:
    from waiver_policy.data import Decision, WaitingSummary


class WaiverError(FairgateError):
    """The root of this family."""


class NotEligible(WaiverError):
    """The policy gives no waiver now. ``decision`` carries the outcome and the reasons.

    ``place`` is the person's place on the waiting list, where a limit is full that can free up.
    """

    def __init__(self, decision: Decision, place: WaitingSummary | None = None) -> None:
        self.decision, self.place = decision, place
        codes = ", ".join(reason.code for reason in decision.reasons)
        super().__init__(f"No waiver is given: {decision.outcome} ({codes}).")


class FundEmpty(WaiverError):
    """The fund cannot pay this seat now; the person has a ``place`` on the waiting list."""

    def __init__(self, decision: Decision, place: WaitingSummary) -> None:
        self.decision, self.place = decision, place
        super().__init__(
            "The waiver fund is empty at the moment; the request is on the waiting list."
        )


class KeyReused(WaiverError):
    """The key is known, with another payload: the caller mixed up two requests."""

    def __init__(self, key: str) -> None:
        super().__init__(f"The key “{key}” was used before for something else.")


class PriceNeeded(WaiverError, ValueError):
    """The policy leaves a price to pay, so the waived part of the seat depends on the list price.

    The caller has to say the price.
    """

    def __init__(self) -> None:
        super().__init__("What the fund pays depends on the list price, and none was given.")


class InvalidCredit(WaiverError, ValueError):
    """The books of a fund do not take this amount, kind, day or reason."""


class CreditNotAllowed(WaiverError):
    """A person lacks the permission, or wants to confirm what they proposed themselves."""


class CreditClosed(WaiverError):
    """The proposed credit was confirmed or rejected already."""


class UnknownCredit(WaiverError, LookupError):
    """No proposed credit has this uuid."""


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


class NothingToKeep(WaiverError):
    """There is no price to keep; ``decision`` tells why, if a policy was asked."""

    def __init__(self, decision: Decision | None) -> None:
        self.decision = decision
        super().__init__("No waiver is given by a rule of today, so there is no price to keep.")


class CoolingOff(WaiverError):
    """The retirement of this person can still be called off."""

    def __init__(self, user_id: int) -> None:
        super().__init__(
            f"The retirement of user {user_id} is still pending and can be called off; "
            "nothing was deleted."
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


class EditionExists(WaiverError):
    """Only the first edition of a list is loaded by one person."""


class EditionsMoved(WaiverError):
    """What a proposal was compared with is not the newest any more."""


class NothingToPropose(WaiverError):
    """The file differs in nothing from what is known."""


class RowsVanish(WaiverError):
    """Countries would leave a list without an ``until_date``."""


class UnknownProposal(WaiverError, LookupError):
    """No proposal has this uuid."""


class ProposalClosed(WaiverError):
    """The proposal has been applied or rejected already."""


class SecondPersonNeeded(WaiverError):
    """The person who applies an edition is another than the one who proposed it."""


class NotContested(WaiverError, LookupError):
    """No contested row of this list is about this country."""


class AlreadyConfirmed(WaiverError):
    """The end of this row has been confirmed already."""


class UnknownOperator(WaiverError, LookupError):
    """No active user of the site has exactly this name."""


class NotAllowed(WaiverError):
    """The user lacks the permission for this."""


class ReasonMissing(WaiverError, ValueError):
    """What a person decides about a list comes with words."""


class UnknownPolicy(WaiverError, LookupError):
    """No policy, or no version of it, has this name."""


class PolicyNotActive(WaiverError):
    """No version of the policy is active."""


class PolicyNotUsable(WaiverError):
    """The document is understood, but holds something that ``decide`` cannot apply yet."""


class UnusableFact(WaiverError, ValueError):
    """A rule compares numbers or dates, and the fact is something else."""
