"""The tables of partnerships.

Nothing here is ever deleted (T26) but people, who may leave, and the parts of a version
that nobody has signed yet.
"""

from partnerships.models.agreements import (
    Agreement,
    AgreementVersion,
    Signature,
    SuspensionRecord,
    VersionCourse,
    VersionGoal,
    VersionRole,
    VersionShare,
)
from partnerships.models.brand import (
    BrandAsset,
    BrandFile,
    KeptMark,
)
from partnerships.models.kept import (
    Kept,
    KeptQuerySet,
)
from partnerships.models.labels import (
    BACKGROUND_LABELS,
    KIND_LABELS,
    PERSON_ROLES,
    ROLE_LABELS,
    SIDE_LABELS,
)
from partnerships.models.partners import (
    DueDiligenceCheck,
    Partner,
    PartnerPerson,
)

__all__ = [
    "BACKGROUND_LABELS",
    "KIND_LABELS",
    "PERSON_ROLES",
    "ROLE_LABELS",
    "SIDE_LABELS",
    "Agreement",
    "AgreementVersion",
    "BrandAsset",
    "BrandFile",
    "DueDiligenceCheck",
    "Kept",
    "KeptMark",
    "KeptQuerySet",
    "Partner",
    "PartnerPerson",
    "Signature",
    "SuspensionRecord",
    "VersionCourse",
    "VersionGoal",
    "VersionRole",
    "VersionShare",
]
