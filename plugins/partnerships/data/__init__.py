"""Frozen values of partners and agreements, for every app that asks.

Days are UTC calendar days, moments are aware and in UTC, money is ``fairgate.money.Money``.
"""

from partnerships.data.agreements import (
    InForceFacts,
    LoadedVersion,
    Obstacle,
    Period,
    Role,
    RoleOnCourses,
    Side,
    SignatureSummary,
    Standing,
    SuspensionSummary,
    VersionSummary,
)
from partnerships.data.brand import (
    LANGUAGES,
    Background,
    BrandFile,
    BrandState,
    BrandSummary,
    Texts,
)
from partnerships.data.marks import (
    Mark,
    MarkPicture,
    Placement,
)
from partnerships.data.partners import (
    FUND,
    PLATFORM,
    WELL_KNOWN,
    Clearance,
    Kind,
    PartnerSummary,
    Party,
)
from partnerships.data.terms import (
    NET_RECEIPTS,
    PRO_RATA,
    RevenueTerms,
)

__all__ = [
    "FUND",
    "LANGUAGES",
    "NET_RECEIPTS",
    "PLATFORM",
    "PRO_RATA",
    "WELL_KNOWN",
    "Background",
    "BrandFile",
    "BrandState",
    "BrandSummary",
    "Clearance",
    "InForceFacts",
    "Kind",
    "LoadedVersion",
    "Mark",
    "MarkPicture",
    "Obstacle",
    "PartnerSummary",
    "Party",
    "Period",
    "Placement",
    "RevenueTerms",
    "Role",
    "RoleOnCourses",
    "Side",
    "SignatureSummary",
    "Standing",
    "SuspensionSummary",
    "Texts",
    "VersionSummary",
]
