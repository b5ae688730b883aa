"""Partners and agreements: the smallest valid TERMS.yaml, the same every time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from uuid import UUID

from django.contrib.auth.models import User

from factories import signed_terms
from partnerships import api
from partnerships.data import ProposedChange, Standing, VersionSummary

COURSE = "course-v1:ATC+SPECTRUM101+2026_T4"
AGREEMENT = "GSMA-SPECTRUM"

#: Before every other moment of the tests: terms are loaded, cleared and signed by then.
LONG_AGO = datetime(2026, 8, 1, 9, tzinfo=UTC)

#: Two colleagues: no rows, for who approves is known by a number. No account gets these in a run.
SUBMITTER, APPROVER = 900_000_901, 900_000_902

#: Who loads files and has papers has an account, of the same number each time.
ACCOUNTS = {"operator": 900_000_903, "registrar": 800_000_903}

REVENUE = """\
    fund_percent: 20
    shares: {GSMA: 45, ATC: 25, PLATFORM: 30}
    basis: net_receipts
    costs: {lost_processor_fee: pro_rata, dispute_fee: PLATFORM}
    hold_days: 30
    minimum_payout: {amount: "25.00", currency: USD}
"""

#: What both sides promise: it may stand in a version or not.
PROMISES = """\
    obligations:
      - {code: ROOM, of: partner, text: A lab for 40 people, due: 2027-01-15}
      - {code: REPORT, of: partner, text: A report on learners, due: 2027-01-31, every_months: 3}
    contributions:
      - {code: GRANT, from: GSMA, kind: cash, text: A grant, amount: "20000.00", currency: USD,
         due: 2026-12-31}
      - {code: EXPERTS, from: GSMA, kind: in_kind, text: Days of experts, amount: "7800.00",
         currency: USD, valuation: 12 days at 650.00, due: 2027-06-30}
    outcomes:
      - {code: TRAINED, indicator: Regulators trained, unit: people, baseline: 10, target: 200,
         direction: increase, due: 2027-09-30}
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
    promises: str = "",
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
{revenue}{promises}"""


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


def uncleared_text(*versions: str) -> str:
    """The same file, which says nothing of due diligence: nothing of it waits for anybody."""
    lines = terms_text(*versions).splitlines(keepends=True)
    return "".join(line for line in lines if "due_diligence" not in line)


#: How GSMA is called otherwise.
NEW_NAME = "GSMA International"


def renamed_text(name: str = NEW_NAME, text: str = "") -> str:
    """The same file, or another, in which GSMA has another name and website."""
    text = text or terms_text()
    text = text.replace("display_name: GSMA\n", f"display_name: {name}\n")
    return text.replace("https://www.gsma.example/", "https://new.gsma.example/")


def propose_change(
    name: str = NEW_NAME, *, text: str = "", by: str = "operator", at: datetime
) -> ProposedChange:
    """Load a file in which GSMA is called otherwise; what waits for a second person then."""
    api.load_agreements(renamed_text(name, text), file="TERMS.yaml", by=colleague(by), at=at)
    return api.list_proposed_changes(at=at)[-1]


def load(text: str = "", *, at: datetime = LONG_AGO) -> None:
    """Load the terms, unsigned."""
    api.load_agreements(text or terms_text(), file="TERMS.yaml", by=colleague(), at=at)


def colleague(name: str = "operator") -> str:
    """Somebody of the host who has an account under which things are proposed; their user name."""
    if not User.objects.filter(username=name).exists():
        User.objects.create(pk=ACCOUNTS.get(name), username=name, date_joined=LONG_AGO)
    return name


def account(number: int) -> int:
    """An account of this number, made if it is not there; its number."""
    User.objects.get_or_create(pk=number, defaults={"username": f"user-{number}"})
    return number


def signatories(*names: str, at: datetime = LONG_AGO) -> None:
    """Let these people sign for every partner that is there."""
    for partner in api.list_partners():
        for name in names or ("G. Partner", "Somebody", "G."):
            email = f"{name.replace(' ', '').strip('.').lower()}@example.org"
            api.add_contact(
                partner.code, role="signatory", name=name, email=email, by=APPROVER, at=at
            )


def approve(version: VersionSummary, *, at: datetime = LONG_AGO) -> None:
    """One colleague submits the text of a draft and another approves it."""
    api.submit(version.uuid, by=SUBMITTER, at=at)
    api.approve(version.uuid, by=APPROVER, at=at)


def _office() -> None:
    """The colleagues without whom nothing is loaded or signed."""
    for name in ACCOUNTS:
        colleague(name)


def clear(*, at: datetime = LONG_AGO) -> None:
    """A second person accepts every due diligence that waits for one."""
    for waits in api.list_proposed_diligence(at=at):
        api.confirm_due_diligence(waits.uuid, by=APPROVER, at=at)


def resume(agreement: str = AGREEMENT, *, at: datetime, reason: str = "Cleared") -> None:
    """One colleague asks that an agreement resumes and another lets it."""
    api.ask_resume(agreement, by=SUBMITTER, reason=reason, at=at)
    api.confirm_resume(agreement, by=APPROVER, at=at)


def load_approved(text: str = "", *, at: datetime = LONG_AGO) -> tuple[VersionSummary, ...]:
    """Load the terms; partners are cleared, and every draft is approved and may be signed."""
    _office()
    return signed_terms.once((load_approved, text, at), lambda: _load_approved(text, at))


def _load_approved(text: str, at: datetime) -> tuple[VersionSummary, ...]:
    load(text, at=at)
    clear(at=at)
    signatories(at=at)
    for version in api.list_versions(at=at):
        if version.standing is Standing.DRAFT:
            approve(version, at=at)
    return api.list_versions(at=at)


def sign_paper(version: UUID, side: str, *, by: str, at: datetime) -> VersionSummary:
    """Record a signature on paper, each side's by another colleague."""
    recorded_by = colleague("registrar" if side == "host" else "operator")
    return api.sign(version, side=side, by=by, recorded_by=recorded_by, at=at)


def put_in_force(text: str = "", *, at: datetime = LONG_AGO) -> tuple[VersionSummary, ...]:
    """Load and approve the terms and let both sides sign every version that nobody has signed."""
    _office()
    return signed_terms.once((put_in_force, text, at), lambda: sign_anew(text, at=at))


def sign_anew(text: str = "", *, at: datetime = LONG_AGO) -> tuple[VersionSummary, ...]:
    """The same for a test of the signing itself: nothing is copied."""
    _office()
    for version in _load_approved(text, at):
        if not version.signatures:
            sign_paper(version.uuid, "partner", by="G. Partner", at=at)
            sign_paper(version.uuid, "host", by="H. Host", at=at)
    return api.list_versions(at=at)


#: The edges of every surface: the last second of the agreement above, and the first after it.
LAST_SECOND = datetime(2027, 9, 30, 23, 59, 59, tzinfo=UTC)
FIRST_SECOND_AFTER = datetime(2027, 10, 1, tzinfo=UTC)

#: The same of a due diligence that runs out before the agreement does.
CLEARED_UNTIL = "2027-05-31"
LAST_CLEARED_SECOND = datetime(2027, 5, 31, 23, 59, 59, tzinfo=UTC)
FIRST_UNCLEARED_SECOND = datetime(2027, 6, 1, tzinfo=UTC)


def two_agreements() -> str:
    """Two agreements for one course, of different partners; the second ends half a year sooner."""
    return terms_text(
        version_text(roles="[{partner: GSMA, role: co-host}]"),
        version_text(
            agreement="ATC-VENUE",
            partner="ATC",
            valid_until="2027-03-31",
            roles="[{partner: ATC, role: venue}]",
            revenue="",
        ),
    )


#: What one person has said already, and another has not.
BY_ONE_PERSON = ("due diligence", "resuming")

#: A second version of the agreement above, from its last day on: a file that is refused.
OVERLAPPING = terms_text(
    version_text(), version_text(version=2, valid_from="2027-09-30", valid_until="2028-09-30")
)


def all_but_a_second_person(what: str) -> None:
    """Everything is in force but for the word of a second person about one of ``BY_ONE_PERSON``."""
    put_in_force()
    if what == "resuming":
        api.suspend(AGREEMENT, by="officer", reason="Review", at=LONG_AGO)
        api.ask_resume(AGREEMENT, by=SUBMITTER, reason="Cleared", at=LONG_AGO)
        return
    for partner in ("GSMA", "ATC"):
        for accepted in (False, True):
            api.record_due_diligence(
                partner,
                accepted=accepted,
                expires_on=date(2030, 1, 1),
                by=colleague("officer"),
                at=LONG_AGO,
            )
