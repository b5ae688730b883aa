"""Partners and agreements: the smallest valid TERMS.yaml, the same every time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from partnerships import api
from partnerships.data import VersionSummary

COURSE = "course-v1:ATC+SPECTRUM101+2026_T4"
AGREEMENT = "GSMA-SPECTRUM"

#: Before every other moment of the tests: terms are loaded, cleared and signed by then.
LONG_AGO = datetime(2026, 8, 1, 9, tzinfo=UTC)

REVENUE = """\
    fund_percent: 20
    shares: {GSMA: 45, ATC: 25, PLATFORM: 30}
    basis: net_receipts
    costs: {lost_processor_fee: pro_rata, dispute_fee: PLATFORM}
    hold_days: 30
    minimum_payout: {amount: "25.00", currency: USD}
"""


def version_text(
    *,
    agreement: str = AGREEMENT,
    version: int = 1,
    partner: str = "GSMA",
    valid_from: str = "2026-10-01",
    valid_until: str = "2027-09-30",
    courses: Sequence[str] = (COURSE,),
    roles: str = "[{partner: GSMA, role: co-host}, {partner: ATC, role: venue}]",
    revenue: str = REVENUE,
) -> str:
    """One entry under ``agreements``; the defaults are those of money.md 5.3."""
    return f"""\
  - agreement: {agreement}
    version: {version}
    partner: {partner}
    valid_from: {valid_from}
    valid_until: {valid_until}
    courses: [{", ".join(courses)}]
    roles: {roles}
    goals: ["Train 200 regulators of LDC and SIDS."]
{revenue}"""


def terms_text(*versions: str, cleared_until: str = "2030-12-31") -> str:
    """A whole TERMS.yaml; without versions, one agreement in one version."""
    entries = "".join(versions or (version_text(),))
    return f"""\
schema: fairgate-terms/1
partners:
  - code: GSMA
    legal_name: GSM Association
    display_name: GSMA
    kind: private_sector
    url: https://www.gsma.example/
    due_diligence: {{accepted: true, expires_on: {cleared_until}}}
  - code: ATC
    legal_name: Regional Telecommunications Academy
    display_name: Regional Academy
    kind: academia
    due_diligence: {{accepted: true, expires_on: {cleared_until}}}
agreements:
{entries}"""


def load(text: str = "", *, at: datetime = LONG_AGO) -> None:
    """Load the terms, unsigned."""
    api.load_agreements(text or terms_text(), file="TERMS.yaml", by="operator", at=at)


def put_in_force(text: str = "", *, at: datetime = LONG_AGO) -> tuple[VersionSummary, ...]:
    """Load the terms and let both sides sign every version that nobody has signed."""
    load(text, at=at)
    for version in api.list_versions(at=at):
        if not version.signatures:
            api.sign(version.uuid, side="partner", by="G. Partner", at=at)
            api.sign(version.uuid, side="host", by="H. Host", at=at)
    return api.list_versions(at=at)
