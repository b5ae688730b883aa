"""With which HTTP status each fault is told, in one table.

400: what was sent is wrong. 403: not by this person. 404: not there, or not theirs. 409: not now,
or against what is there. 503: not until an operator has looked.
"""

from __future__ import annotations

from fairgate.money import UnknownCurrency
from fairgate_rest.problems import Statuses, Words
from waiver_policy import wording, wording_facts
from waiver_policy.data import DocumentFault
from waiver_policy.exceptions import (
    AlreadyConfirmed,
    AlreadyEligible,
    AlreadyProposed,
    AppealTooLate,
    ApplicationClosed,
    CreditClosed,
    CreditNotAllowed,
    DocumentRefused,
    DocumentsOff,
    DocumentUnreadable,
    EditionOutOfOrder,
    EditionsMoved,
    FactFault,
    InvalidFact,
    InvalidNomination,
    InvalidReview,
    NominationClosed,
    NominationFault,
    NotAllowed,
    NotContested,
    NotCovered,
    NothingToKeep,
    NothingToPropose,
    OutOfTurn,
    ProposalClosed,
    ReviewFault,
    SecondPersonNeeded,
    TooManyApplications,
    TooManyDocuments,
    UnknownApplication,
    UnknownCredit,
    UnknownDocument,
    UnknownList,
    UnknownNomination,
    UnknownOperator,
    UnknownProposal,
)

STATUSES: Statuses = {
    NotContested: 404,
    UnknownApplication: 404,
    UnknownCredit: 404,
    UnknownCurrency: 404,
    UnknownDocument: 404,
    UnknownList: 404,
    UnknownNomination: 404,
    UnknownProposal: 404,
    CreditNotAllowed: 403,
    NotAllowed: 403,
    SecondPersonNeeded: 403,
    UnknownOperator: 403,
    AlreadyConfirmed: 409,
    AlreadyEligible: 409,
    NotCovered: 409,
    AlreadyProposed: 409,
    AppealTooLate: 409,
    ApplicationClosed: 409,
    CreditClosed: 409,
    EditionOutOfOrder: 409,
    EditionsMoved: 409,
    NominationClosed: 409,
    NothingToKeep: 409,
    NothingToPropose: 409,
    OutOfTurn: 409,
    ProposalClosed: 409,
    TooManyDocuments: 409,
    TooManyApplications: 429,
    DocumentUnreadable: 503,
    DocumentsOff: 503,
    InvalidReview: {
        ReviewFault.NO_REASON: 400,
        ReviewFault.UNKNOWN_CODE: 400,
        ReviewFault.NO_PERCENT: 400,
        ReviewFault.OTHER_PERCENT: 400,
        ReviewFault.PRICE_OF_NO_USE: 400,
        ReviewFault.OWN: 403,
        ReviewFault.SECOND_PERSON: 403,
        ReviewFault.SAME_ORGANISATION: 403,
        ReviewFault.SAME_ADMINISTRATION: 403,
        ReviewFault.DECLARED_CONFLICT: 403,
        ReviewFault.DECIDED_BEFORE: 403,
        ReviewFault.TAKEN: 409,
        ReviewFault.RANKED_LATER: 409,
        ReviewFault.NO_TICKET: 409,
    },
    InvalidFact: {
        FactFault.NOT_OWN: 403,
    },
    InvalidNomination: {
        NominationFault.UNKNOWN_PERSON: 400,
        NominationFault.RANK_MISSING: 400,
        NominationFault.UNKNOWN_KIND: 400,
        NominationFault.NO_ITEM: 400,
        NominationFault.NO_FOCAL_POINT: 403,
        NominationFault.STATE_NOT_ELIGIBLE: 403,
        NominationFault.OWN: 403,
        NominationFault.NOT_OPEN: 409,
        NominationFault.TOO_LATE: 409,
        NominationFault.ALREADY_NOMINATED: 409,
        NominationFault.RANK_TAKEN: 409,
        NominationFault.STATE_FULL: 409,
        NominationFault.PERSON_FULL: 409,
        NominationFault.TICKET_NEEDED: 409,
    },
    DocumentRefused: {
        DocumentFault.TOO_LARGE: 413,
        DocumentFault.NO_SCAN: 503,
    },
}
"""What is not here is wrong in what was sent: 400."""

WORDS: Words = {
    DocumentRefused: wording.document_fault,
    InvalidFact: wording_facts.named_fault,
}
"""What the pages say, too."""
