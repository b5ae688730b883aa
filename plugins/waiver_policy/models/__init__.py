"""The tables: lists and policies as dated evidence, decisions, grants and the fund.

Evidence and movements of money are written once (``WrittenOnce``): what changes has columns of its
own for its state. Money is integer minor units next to its currency; moments are UTC.
"""

from waiver_policy.models.applications import (
    ApplicationMessage,
    ApplicationStep,
    Applying,
    Notice,
    ReviewerConflict,
    ReviewerOrganisation,
    WaiverApplication,
)
from waiver_policy.models.decisions import DecisionFacts, WaiverDecision
from waiver_policy.models.evidence import (
    ApplicationDocument,
    ChangeOfCountry,
    CountryEvidence,
    DocumentReading,
)
from waiver_policy.models.facts import StatedFact
from waiver_policy.models.fund import (
    FundEntry,
    ManualCredit,
    QuotaSubject,
    QuotaUse,
    UsedKey,
    WaitingPlace,
    WaiverFund,
    WaiverGrant,
)
from waiver_policy.models.lists import (
    CountryList,
    EditionProposal,
    ListEdition,
    ListMembership,
    MembershipConfirmation,
)
from waiver_policy.models.locks import PriceLock
from waiver_policy.models.nominations import (
    AdministrationFocalPoint,
    Nomination,
    NominationCall,
    NominationUse,
)
from waiver_policy.models.policies import PolicyVersion

__all__ = [
    "AdministrationFocalPoint",
    "ApplicationDocument",
    "ApplicationMessage",
    "ApplicationStep",
    "Applying",
    "ChangeOfCountry",
    "CountryEvidence",
    "CountryList",
    "DecisionFacts",
    "DocumentReading",
    "EditionProposal",
    "FundEntry",
    "ListEdition",
    "ListMembership",
    "ManualCredit",
    "MembershipConfirmation",
    "Nomination",
    "NominationCall",
    "NominationUse",
    "Notice",
    "PolicyVersion",
    "PriceLock",
    "QuotaSubject",
    "QuotaUse",
    "ReviewerConflict",
    "ReviewerOrganisation",
    "StatedFact",
    "UsedKey",
    "WaitingPlace",
    "WaiverApplication",
    "WaiverDecision",
    "WaiverFund",
    "WaiverGrant",
]
