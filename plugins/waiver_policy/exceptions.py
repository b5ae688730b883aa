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
  + NotCovered             the policy is not about the fee of this offering
  + NothingToKeep          no waiver is given or within reach, so no price is kept
  + CoolingOff             a person who leaves may still come back: nothing is deleted yet
  + TooManyApplications    this person waits for as many answers as the site allows
  + ApplicationClosed      somebody has decided this application already
  + OutOfTurn              the other side has to write first, or has just written
  + InvalidReview          a review lacks its reason, its percentage, or an independent reviewer
  + TooManyAtOnce          a bulk review names more applications than the operator allows
  + AppealTooLate          the days in which a refusal could be appealed are over
  + CallInUse              a call that nominations count for cannot get these terms
  + InvalidNomination      an administration cannot nominate like that; ``fault`` tells why
  + UnknownNomination      no nomination has this uuid
  + NominationClosed       the nomination has come to its end already
  + EmptyAnswer            an answer to a reviewer says nothing
  + InvalidEvidence        nobody can say this about a country, or not this person
  + InvalidFact            this is no value of a fact, or not this person's to say; ``fault`` tells
  + DocumentRefused        a file is not what may be kept; ``fault`` says why
  + DocumentsOff           the operator has named no place, or no key, for documents
  + TooManyDocuments       the application has as many documents as it may have
  + UnknownDocument        there is no such document, or it is not for this person
  + DocumentUnreadable     the file of a document is missing, or no key opens it
  + UnknownList            no list has this code
  + EditionOutOfOrder      a newer edition of the list is already known
  + EditionExists          the list has an edition: the next is proposed, and applied by another
  + EditionsMoved          a list has got another edition since this one was proposed
  + NothingToPropose       the file says what is known already
  + AlreadyProposed        the same file, with the same source, waits for a second person
  + PublishedLater         the day of a publication is to come
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

from enum import StrEnum
from typing import TYPE_CHECKING

from fairgate.errors import FairgateError

if TYPE_CHECKING:
    from datetime import date
    from uuid import UUID

    from waiver_policy.data import Decision, DocumentFault, Found, WaitingSummary


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


class NotCovered(WaiverError):
    """The fee of this offering is not one that the waiver policy is about."""

    def __init__(self) -> None:
        super().__init__("The waiver policy does not cover the fee of this offering.")


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


class ReviewFault(StrEnum):
    """What is wrong with a review; ``sentences.review_fault`` says it in words for people."""

    OWN = "own"
    NO_REASON = "no_reason"
    UNKNOWN_CODE = "unknown_code"
    NO_PERCENT = "no_percent"
    OTHER_PERCENT = "other_percent"
    PRICE_OF_NO_USE = "price_of_no_use"
    SECOND_PERSON = "second_person"
    SAME_ORGANISATION = "same_organisation"
    DECLARED_CONFLICT = "declared_conflict"
    DECIDED_BEFORE = "decided_before"
    TAKEN = "taken"
    RANKED_LATER = "ranked_later"
    NO_TICKET = "no_ticket"
    SAME_ADMINISTRATION = "same_administration"


_REVIEW_FAULTS = {
    ReviewFault.OWN: "Nobody decides about their own application.",
    ReviewFault.NO_REASON: "A reason is needed; the learner reads it.",
    ReviewFault.UNKNOWN_CODE: "The reason for a refusal is one of the fixed list.",
    ReviewFault.NO_PERCENT: "Say which percentage of the fee is waived, more than 0, or which "
    "price is left to pay.",
    ReviewFault.OTHER_PERCENT: "A second person confirms what was proposed, or sends the "
    "application back.",
    ReviewFault.PRICE_OF_NO_USE: "The offering has no price in this currency that is higher.",
    ReviewFault.SECOND_PERSON: "The amount needs a second person; the first one cannot be it.",
    ReviewFault.SAME_ORGANISATION: "Nobody decides about somebody of their own organisation.",
    ReviewFault.DECLARED_CONFLICT: "This reviewer has declared a conflict of interest.",
    ReviewFault.DECIDED_BEFORE: "Who decided before does not decide about the appeal.",
    ReviewFault.TAKEN: "Another reviewer reads this application at the moment.",
    ReviewFault.RANKED_LATER: "The same State has ranked somebody higher who is not decided yet.",
    ReviewFault.NO_TICKET: "At least one of a State's partial nominations is an air ticket.",
    ReviewFault.SAME_ADMINISTRATION: "Nobody decides about a nomination of their own "
    "administration.",
}


class InvalidReview(WaiverError, ValueError):
    """The review lacks something, or this reviewer may not decide; ``fault`` tells which."""

    def __init__(self, fault: ReviewFault) -> None:
        self.fault = fault
        super().__init__(_REVIEW_FAULTS[fault])


class TooManyAtOnce(WaiverError, ValueError):
    """More applications than ``limit`` were to be decided at once; none was."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        super().__init__(f"At most {limit} applications are decided at once; nothing was changed.")


class AppealTooLate(WaiverError):
    """The refusal can no longer be appealed."""


class NominationFault(StrEnum):
    """Why an administration cannot nominate like that; ``sentences.nomination_fault`` says it."""

    NO_FOCAL_POINT = "no_focal_point"
    NOT_OPEN = "not_open"
    TOO_LATE = "too_late"
    STATE_NOT_ELIGIBLE = "state_not_eligible"
    UNKNOWN_PERSON = "unknown_person"
    OWN = "own"
    ALREADY_NOMINATED = "already_nominated"
    RANK_TAKEN = "rank_taken"
    RANK_MISSING = "rank_missing"
    UNKNOWN_KIND = "unknown_kind"
    NO_ITEM = "no_item"
    STATE_FULL = "state_full"
    PERSON_FULL = "person_full"
    TICKET_NEEDED = "ticket_needed"


_NOMINATION_FAULTS = {
    NominationFault.NO_FOCAL_POINT: "Only a focal point of an administration nominates.",
    NominationFault.NOT_OPEN: "Nominations for this offering are not open yet.",
    NominationFault.TOO_LATE: "The deadline for nominations is over.",
    NominationFault.STATE_NOT_ELIGIBLE: "This State is not on the list of those that may nominate.",
    NominationFault.UNKNOWN_PERSON: "There is no account of this name or e-mail address.",
    NominationFault.OWN: "A focal point does not nominate themselves.",
    NominationFault.ALREADY_NOMINATED: "This person is nominated for this offering already.",
    NominationFault.RANK_TAKEN: "This rank is given to somebody else already.",
    NominationFault.RANK_MISSING: "A rank is a whole number from 1 to 99.",
    NominationFault.UNKNOWN_KIND: "The policy gives no nomination of this kind.",
    NominationFault.NO_ITEM: "A partial nomination is for one of the things that the policy names.",
    NominationFault.STATE_FULL: "The State has used its nominations for this event.",
    NominationFault.PERSON_FULL: "The person has been nominated as often as one financial year "
    "allows.",
    NominationFault.TICKET_NEEDED: "At least one of the State's partial nominations is an air "
    "ticket.",
}


class InvalidNomination(WaiverError, ValueError):
    """The nomination breaks a rule of the call or a limit; ``fault`` tells which."""

    def __init__(self, fault: NominationFault) -> None:
        self.fault = fault
        super().__init__(_NOMINATION_FAULTS[fault])


class CallFault(StrEnum):
    """Why a call that nominations count for cannot get these terms; ``sentences.call_fault``."""

    OTHER_YEAR = "other_year"
    OTHER_COUNT = "other_count"


_CALL_FAULTS = {
    CallFault.OTHER_YEAR: "Nominations count for this call: the day of the event stays in its "
    "financial year.",
    CallFault.OTHER_COUNT: "Nominations count for this call: the policy still limits persons, or "
    "still does not.",
}


class CallInUse(WaiverError, ValueError):
    """What is nominated already would count elsewhere under these terms; ``fault`` tells where."""

    def __init__(self, fault: CallFault) -> None:
        self.fault = fault
        super().__init__(_CALL_FAULTS[fault])


class UnknownNomination(WaiverError, LookupError):
    """No nomination has this uuid, or it does not concern who asks."""


class NominationClosed(WaiverError):
    """The nomination was decided, declined or withdrawn already."""


class EmptyAnswer(WaiverError, ValueError):
    """An answer to the reviewer has no words."""


class InvalidEvidence(WaiverError, ValueError):
    """What was said about a country is no code, or this person cannot say it of that one."""


class FactFault(StrEnum):
    """Why what somebody says of a fact is not taken. Stable codes: each has a sentence."""

    NOT_ASKED = "not_asked"
    NO_NUMBER = "no_number"
    LONG_NUMBER = "long_number"
    NO_TRUTH = "no_truth"
    NO_CHOICE = "no_choice"
    UNREADABLE = "unreadable"
    LONG_TEXT = "long_text"
    NO_DAY = "no_day"
    FAR_DAY = "far_day"
    NO_COUNTRY = "no_country"
    MANY_COUNTRIES = "many_countries"
    LONG_NOTE = "long_note"
    LAPSED = "lapsed"
    TOO_OFTEN = "too_often"
    NOT_OWN = "not_own"
    WRONG_KIND = "wrong_kind"
    NOTHING = "nothing"


class InvalidFact(WaiverError, ValueError):
    """What was said of a fact is no value of it, or this person cannot say it.

    ``fault`` says why, ``name`` of which fact; "" where it is about none of them.
    """

    def __init__(self, fault: FactFault, name: str = "") -> None:
        self.fault, self.name = fault, name
        super().__init__(f"{name or 'The statement'}: {fault}.")


class DocumentRefused(WaiverError, ValueError):
    """A file is not kept. ``fault`` says why, ``found`` what the file is instead, if we know."""

    def __init__(self, fault: DocumentFault, *, found: Found | None = None) -> None:
        self.fault, self.found = fault, found
        told = f"{fault} ({found})" if found else str(fault)
        super().__init__(f"The file is not kept: {told}.")


class DocumentsOff(WaiverError):
    """Documents cannot be kept: the operator has named no place for them, or no key."""

    def __init__(self) -> None:
        super().__init__("No place, or no key, for documents is set (WAIVER_POLICY_DOCUMENTS).")


class TooManyDocuments(WaiverError):
    """The application has ``limit`` documents, and more are not taken."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        super().__init__(f"The limit of {limit} documents for one application is reached.")


class UnknownDocument(WaiverError, LookupError):
    """There is no such document for this person."""


class DocumentUnreadable(WaiverError):
    """The file of a document is missing, was exchanged, or no key of the settings opens it."""


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


class AlreadyProposed(WaiverError):
    """The same is proposed already; ``uuid`` is of that proposal."""

    def __init__(self, uuid: UUID) -> None:
        self.uuid = uuid
        super().__init__(f"The same is proposed already, as {uuid}, and waits for a second person.")


class PublishedLater(WaiverError, ValueError):
    """What is published on a day to come is not known yet."""

    def __init__(self, day: date) -> None:
        super().__init__(f"{day} is to come: nothing has been published then.")


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
