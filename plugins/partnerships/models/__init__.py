"""The tables of partnerships.

Nothing here is ever deleted (T26) but people and contacts, who may leave, and the parts of a
version that nobody has signed yet.
"""

from partnerships.models.agreements import (
    Agreement,
    AgreementVersion,
    ResumeRequest,
    Signature,
    SuspensionRecord,
    VersionCourse,
    VersionGoal,
    VersionRecoupment,
    VersionRole,
    VersionShare,
)
from partnerships.models.brand import (
    BrandAsset,
    BrandFile,
    KeptMark,
)
from partnerships.models.counting import CourseCount
from partnerships.models.issued import IssuedMarks
from partnerships.models.kept import (
    Kept,
    KeptQuerySet,
)
from partnerships.models.labels import (
    BACKGROUND_LABELS,
    CONTACT_LABELS,
    CONTRIBUTION_LABELS,
    DIRECTION_LABELS,
    KIND_LABELS,
    MEANS_LABELS,
    PERSON_ROLES,
    PLACE_LABELS,
    ROLE_LABELS,
    SIDE_LABELS,
    SUBJECT_LABELS,
    SUBJECT_LINES,
)
from partnerships.models.partners import (
    DueDiligenceCheck,
    DueDiligenceProposal,
    Partner,
    PartnerContact,
    PartnerPerson,
)
from partnerships.models.promises import (
    VersionContribution,
    VersionObligation,
    VersionOutcome,
)
from partnerships.models.promotions import Promotion
from partnerships.models.recognition import (
    AwardRevocation,
    RecognitionAward,
    RecognitionScheme,
    RecognitionTier,
)
from partnerships.models.records import (
    Actual,
    Delivery,
    EndRecord,
    EvidenceFile,
    Fulfilment,
)
from partnerships.models.reminders import Reminder
from partnerships.models.renaming import PartnerChange
from partnerships.models.reviews import (
    ApprovalBeforeRecords,
    ReviewRound,
)
from partnerships.models.sending import SentOnDay
from partnerships.models.sent import SentRequest

__all__ = [
    "BACKGROUND_LABELS",
    "CONTACT_LABELS",
    "CONTRIBUTION_LABELS",
    "DIRECTION_LABELS",
    "KIND_LABELS",
    "MEANS_LABELS",
    "PERSON_ROLES",
    "PLACE_LABELS",
    "ROLE_LABELS",
    "SIDE_LABELS",
    "SUBJECT_LABELS",
    "SUBJECT_LINES",
    "Actual",
    "Agreement",
    "AgreementVersion",
    "ApprovalBeforeRecords",
    "AwardRevocation",
    "BrandAsset",
    "BrandFile",
    "CourseCount",
    "Delivery",
    "DueDiligenceCheck",
    "DueDiligenceProposal",
    "EndRecord",
    "EvidenceFile",
    "Fulfilment",
    "IssuedMarks",
    "Kept",
    "KeptMark",
    "KeptQuerySet",
    "Partner",
    "PartnerChange",
    "PartnerContact",
    "PartnerPerson",
    "Promotion",
    "RecognitionAward",
    "RecognitionScheme",
    "RecognitionTier",
    "Reminder",
    "ResumeRequest",
    "ReviewRound",
    "SentOnDay",
    "SentRequest",
    "Signature",
    "SuspensionRecord",
    "VersionContribution",
    "VersionCourse",
    "VersionGoal",
    "VersionObligation",
    "VersionOutcome",
    "VersionRecoupment",
    "VersionRole",
    "VersionShare",
]
