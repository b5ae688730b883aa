"""The file format ``fairgate-terms/1``: partners and the versions of their agreements.

``README.md`` of this package describes every key. Reading is pure and all or nothing: a faulty file
gives ``DocumentErrors`` with every fault, each with file, line and field.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from fairgate.course_runs import is_course_run
from fairgate.documents import Faults, parse_yaml
from fairgate.money import Money
from fairgate.percent import InvalidPercent, Percent

from . import rules, terms_parts
from .data import (
    BASES,
    FUND,
    GROSS,
    PLATFORM,
    PRO_RATA,
    WELL_KNOWN,
    Contribution,
    Follows,
    Identity,
    Kind,
    Obligation,
    Outcome,
    Period,
    RevenueTerms,
    Role,
)
from .yaml_fields import Fields

SCHEMA = "fairgate-terms/1"
MAX_WEIGHT = 1_000_000
MAX_HOLD_DAYS = 366

_PARTNER_CODE = re.compile(r"[A-Z][A-Z0-9-]{0,31}", re.ASCII)
_AGREEMENT_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", re.ASCII)

_FILE_KEYS = frozenset({"schema", "partners", "agreements"})
_PARTNER_KEYS = frozenset({"code", "legal_name", "display_name", "kind", "url", "due_diligence"})
_DILIGENCE_KEYS = frozenset({"accepted", "expires_on"})
_REVENUE_KEYS = (
    "fund_percent", "shares", "basis", "costs", "hold_days", "minimum_payout", "recoupments",
    "merchant_of_record",
)  # fmt: skip
_VERSION_KEYS = frozenset(
    {"agreement", "version", "partner", "valid_from", "valid_until", "courses", "roles", "goals"}
    | set(_REVENUE_KEYS)
    | terms_parts.KEYS
)
_COST_KEYS = frozenset({"processor_fee", "lost_processor_fee", "dispute_fee"})
_MONEY_KEYS = frozenset({"amount", "currency"})
_ROLE_KEYS = frozenset({"partner", "role"})


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerEntry:
    """A partner as the file has it. ``due_diligence`` is (accepted, last day) if it is given."""

    code: str
    legal_name: str
    display_name: str
    kind: str
    url: str
    due_diligence: tuple[bool, date] | None
    line: int

    @property
    def identity(self) -> Identity:
        """How it is called."""
        return Identity(
            legal_name=self.legal_name,
            display_name=self.display_name,
            kind=self.kind,
            url=self.url,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionEntry:
    """One version of an agreement as the file has it. ``revenue`` is ``None`` if it shares none."""

    agreement: str
    number: int
    partner: str
    period: Period
    courses: tuple[str, ...]
    roles: tuple[tuple[str, str], ...]
    goals: tuple[str, ...]
    revenue: RevenueTerms | None
    obligations: tuple[Obligation, ...] = ()
    contributions: tuple[Contribution, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    follows: Follows | None = None
    line: int = field(compare=False)

    @property
    def name(self) -> str:
        """How a person calls it."""
        return f"{self.agreement} version {self.number}"

    @property
    def agreed_text(self) -> str:
        """The canonical text that is signed: the same terms give the same text, in any file.

        JSON with a fixed order of keys, NFC, two blanks of indent: exact for a machine (no value
        can look like a key), readable for a person.
        """
        agreed: dict[str, object] = {
            "schema": SCHEMA,
            "agreement": self.agreement,
            "version": self.number,
            "partner": self.partner,
            "valid_from": self.period.first.isoformat(),
            "valid_until": self.period.last.isoformat() if self.period.last else None,
            "courses": list(self.courses),
            "roles": [{"partner": code, "role": role} for code, role in self.roles],
            "goals": list(self.goals),
        }
        agreed |= terms_parts.agreed_parts(
            self.obligations, self.contributions, self.outcomes, self.follows
        )
        if self.revenue is not None:
            agreed |= _agreed_revenue(self.revenue)
        return json.dumps(agreed, ensure_ascii=False, indent=2) + "\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class TermsFile:
    """A whole file without faults."""

    partners: tuple[PartnerEntry, ...]
    versions: tuple[VersionEntry, ...]


def _agreed_revenue(terms: RevenueTerms) -> dict[str, object]:
    payout = terms.minimum_payout
    # What most terms do not say is left out, so that their text and checksum stay what they were.
    fee = {"processor_fee": terms.processor_fee} if terms.processor_fee else {}
    is_ours = terms.merchant_of_record == PLATFORM
    collected = {} if is_ours else {"merchant_of_record": terms.merchant_of_record}
    return {
        "basis": terms.basis,
        "fund_percent": f"{Decimal(terms.fund_percent.basis_points) / 100:.2f}",
        # A list, not a mapping: the order of the shares breaks ties of rounding.
        "shares": [{"party": code, "weight": weight} for code, weight in terms.shares],
        "costs": {
            **fee,
            "lost_processor_fee": terms.lost_processor_fee,
            "dispute_fee": terms.dispute_fee,
        },
        "hold_days": terms.hold_days,
        "minimum_payout": (
            {"amount": f"{payout.amount:f}", "currency": payout.currency}
            if payout is not None
            else None
        ),
        **terms_parts.agreed_recoupments(terms.recoupments),
        **collected,
    }


def read(text: str, *, file: str) -> TermsFile:
    """Read a TERMS.yaml.

    Raises:
        DocumentErrors: every fault of the file; ``DocumentError`` if it is not strict YAML at all.
    """
    document = parse_yaml(text, file=file)
    with Faults(file) as faults:
        top = Fields(document, faults, line=1, path="", known=_FILE_KEYS)
        if top.text("schema") not in ("", SCHEMA):
            top.fault("schema", f"is “{top['schema']}”; this reads “{SCHEMA}”.")
        partners = _partners(top, faults)
        versions = _versions(top, faults, {entry.code for entry in partners})
    return TermsFile(partners=tuple(partners), versions=tuple(versions))


def read_revenue(text: str, *, file: str) -> tuple[RevenueTerms, ...]:
    """The revenue terms of a file by their dates alone: one agreement per course and day.

    Raises:
        DocumentErrors: as ``read``, or two agreements would share one course's receipts.
    """
    sharing = [entry for entry in read(text, file=file).versions if entry.revenue]
    by_course: dict[str, list[tuple[VersionEntry, Period]]] = {}
    for entry in sharing:
        for course in entry.courses:
            by_course.setdefault(course, []).append((entry, entry.period))
    with Faults(file) as faults:
        for course, dated in by_course.items():
            if meeting := rules.first_overlap(dated):
                one, other = sorted(meeting, key=lambda entry: entry.line)
                faults.add(
                    f"{other.name} and {one.name} (line {one.line}) would both share the receipts "
                    f"of {course} on the same days.",
                    line=other.line,
                    field="courses",
                )
    return tuple(entry.revenue for entry in sharing if entry.revenue)


def _partners(top: Fields, faults: Faults) -> list[PartnerEntry]:
    if not top.is_given("partners"):
        return []
    entries: dict[str, PartnerEntry] = {}
    for row in top.rows("partners", _PARTNER_KEYS):
        entry = _partner(row)
        if entry.code in WELL_KNOWN:
            row.fault("code", f"“{entry.code}” is a party of its own and never a partner.")
        elif entry.code in entries:
            first = entries[entry.code].line
            row.fault("code", f"“{entry.code}” is defined twice, first on line {first}.")
        entries.setdefault(entry.code, entry)
    return list(entries.values())


def _partner(row: Fields) -> PartnerEntry:
    legal_name = row.text("legal_name")
    return PartnerEntry(
        code=row.code("code", _PARTNER_CODE, "use capital letters, digits and hyphens, at most 32"),
        legal_name=legal_name,
        display_name=row.text("display_name", longest=120, needed=False) or legal_name[:120],
        kind=row.word("kind", Kind),
        url=row.web_address("url", longest=500),
        due_diligence=_due_diligence(row),
        line=row.line,
    )


def _due_diligence(row: Fields) -> tuple[bool, date] | None:
    if "due_diligence" not in row:
        return None
    fields = row.inner("due_diligence", _DILIGENCE_KEYS)
    accepted, expires_on = fields["accepted"], fields.day("expires_on")
    if not isinstance(accepted, bool):
        fields.fault("accepted", "is true or false.")
        return None
    return (accepted, expires_on) if expires_on else None


def _versions(top: Fields, faults: Faults, partners: set[str]) -> list[VersionEntry]:
    if not top.is_given("agreements"):
        return []
    entries: list[VersionEntry] = []
    seen: dict[tuple[str, int], int] = {}
    for row in top.rows("agreements", _VERSION_KEYS):
        entry = _version(row, partners)
        if entry is None:
            continue
        name = (entry.agreement.casefold(), entry.number)
        if name in seen:
            row.fault("version", f"{entry.name} is there twice, first on line {seen[name]}.")
        else:
            seen[name] = entry.line
            entries.append(entry)
    check_together(entries, faults)
    return entries


def check_together(entries: list[VersionEntry], faults: Faults) -> None:
    """Note what no version shows alone: overlaps, and an agreement that changes its partner."""
    by_agreement: dict[str, list[VersionEntry]] = {}
    for entry in entries:
        by_agreement.setdefault(entry.agreement.casefold(), []).append(entry)
    for versions in by_agreement.values():
        for entry in versions[1:]:
            if entry.partner != versions[0].partner:
                faults.add(
                    f"{entry.agreement} is an agreement with {versions[0].partner}; another "
                    "partner needs an agreement of its own.",
                    line=entry.line,
                    field="partner",
                )
        overlap = rules.first_overlap((entry, entry.period) for entry in versions)
        if overlap:
            one, other = sorted(overlap, key=lambda entry: entry.line)
            faults.add(
                f"{other.name} shares days with version {one.number}; versions of one agreement "
                "follow each other.",
                line=other.line,
                field="valid_from",
            )


def _version(row: Fields, partners: set[str]) -> VersionEntry | None:
    agreement = row.code("agreement", _AGREEMENT_CODE, "use letters, digits, “.”, “_” and “-”")
    number = row.whole("version", least=1, most=100_000)
    partner = _defined(row, "partner", row.text("partner"), partners)
    period = _period(row)
    courses, goals = _courses(row), _goals(row)
    roles = _roles(row, partners)
    revenue = _revenue(row, agreement, number, partner, period, courses, partners)
    if not agreement or period is None:
        return None
    return VersionEntry(
        agreement=agreement,
        number=number,
        partner=partner,
        period=period,
        courses=courses,
        roles=roles,
        goals=goals,
        revenue=revenue,
        obligations=terms_parts.read_obligations(row),
        contributions=terms_parts.read_contributions(row, partners),
        outcomes=terms_parts.read_outcomes(row),
        follows=terms_parts.read_follows(row, number),
        line=row.line,
    )


def _defined(row: Fields, key: str, code: str, partners: set[str]) -> str:
    if code and code not in partners:
        row.fault(key, f"“{code}” is not defined under partners.")
    return code


def _period(row: Fields) -> Period | None:
    first, last = row.day("valid_from"), row.day("valid_until", needed=False)
    if first and last and last < first:
        row.fault("valid_until", f"{last} lies before valid_from, {first}.")
        return None
    return Period(first, last) if first else None


def _courses(row: Fields) -> tuple[str, ...]:
    if not row.is_given("courses"):
        return ()
    found: list[str] = []
    for value in row.items("courses"):
        if not (isinstance(value, str) and is_course_run(value)):
            row.fault("courses", f"“{value}” is not the key of a course run.")
        elif value in found:
            row.fault("courses", f"“{value}” is there twice.")
        else:
            found.append(value)
    if not row.items("courses"):
        row.fault("courses", "names no course.")
    return tuple(found)


def _goals(row: Fields) -> tuple[str, ...]:
    goals = (row.checked_text("goals", value, longest=500) for value in row.items("goals"))
    return tuple(goal for goal in goals if goal)


def _roles(row: Fields, partners: set[str]) -> tuple[tuple[str, str], ...]:
    found: list[tuple[str, str]] = []
    for entry in row.rows("roles", _ROLE_KEYS):
        code = _defined(entry, "partner", entry.text("partner"), partners)
        pair = (code, entry.word("role", Role))
        if pair in found:
            entry.fault("role", f"“{code}” has this role already.")
        found.append(pair)
    return tuple(found)


def _revenue(
    row: Fields,
    agreement: str,
    number: int,
    partner: str,
    period: Period | None,
    courses: tuple[str, ...],
    partners: set[str],
) -> RevenueTerms | None:
    if not any(key in row for key in _REVENUE_KEYS):
        return None
    fund_percent, shares = _fund_percent(row), _shares(row, partners)
    bearers = {FUND, PLATFORM, *(code for code, _ in shares)}
    costs = row.inner("costs", _COST_KEYS) if row.is_given("costs") else None
    basis = row.text("basis")
    if basis not in ("", *BASES):
        row.fault("basis", f"“{basis}” is not a basis; it is none of: {', '.join(BASES)}.")
    fee = _fee_of_the_gross(costs, basis, bearers | {PRO_RATA})
    lost_fee = _bearer(costs, "lost_processor_fee", bearers | {PRO_RATA})
    dispute_fee = _bearer(costs, "dispute_fee", bearers)
    hold_days = row.whole("hold_days", least=0, most=MAX_HOLD_DAYS)
    minimum_payout = _minimum_payout(row)
    recoupments = terms_parts.read_recoupments(row, partners)
    merchant = _merchant(row, partners)
    if fund_percent is None or period is None:
        return None
    return RevenueTerms(
        agreement=agreement,
        version=number,
        version_uuid=rules.version_key(agreement, number),
        partner=partner,
        basis=basis,
        fund_percent=fund_percent,
        shares=shares,
        lost_processor_fee=lost_fee,
        dispute_fee=dispute_fee,
        hold_days=hold_days,
        minimum_payout=minimum_payout,
        valid_from=period.first,
        valid_until=period.last,
        courses=courses,
        processor_fee=fee,
        recoupments=recoupments,
        merchant_of_record=merchant,
    )


def _fee_of_the_gross(costs: Fields | None, basis: str, bearers: set[str]) -> str:
    if costs is None:
        return ""
    if basis == GROSS:
        return _bearer(costs, "processor_fee", bearers)
    if "processor_fee" in costs:
        costs.fault(
            "processor_fee", f"comes off before net receipts are shared; of “{GROSS}” only."
        )
    return ""


def _merchant(row: Fields, partners: set[str]) -> str:
    code = row.text("merchant_of_record", needed=False)
    if code and code != PLATFORM and code not in partners:
        row.fault("merchant_of_record", f"“{code}” is not defined under partners.")
    return code or PLATFORM


def _fund_percent(row: Fields) -> Percent | None:
    if not row.is_given("fund_percent"):
        return None
    try:
        return Percent(row["fund_percent"])
    except InvalidPercent as error:
        row.fault("fund_percent", str(error))
    except TypeError:
        row.fault("fund_percent", "is a number from 0 to 100.")
    return None


def _shares(row: Fields, partners: set[str]) -> tuple[tuple[str, int], ...]:
    if not row.is_given("shares"):
        return ()
    parts = row.shares("shares")
    found: list[tuple[str, int]] = []
    for code, weight in parts.items():
        why = _share_fault(code, weight, partners)
        if why:
            row.fault(f"shares.{code}", why, line=row.line_within("shares", code))
        else:
            found.append((code, weight))
    if not parts and isinstance(row["shares"], dict):
        row.fault("shares", "names no party.")
    return tuple(found)


def _share_fault(code: str, weight: Any, partners: set[str]) -> str:
    if code == FUND:
        return "the fund takes fund_percent first and has no share of the rest."
    if code != PLATFORM and code not in partners:
        return f"“{code}” is not defined under partners."
    if isinstance(weight, bool) or not isinstance(weight, int):
        return "is a whole number, without decimals or quotes."
    return "" if 1 <= weight <= MAX_WEIGHT else f"is from 1 to {MAX_WEIGHT}."


def _bearer(costs: Fields | None, key: str, bearers: set[str]) -> str:
    if costs is None:
        return ""
    code = costs.text(key)
    if code and code not in bearers:
        costs.fault(key, f"“{code}” is none of: {', '.join(sorted(bearers))}.")
    return code


def _minimum_payout(row: Fields) -> Money | None:
    if "minimum_payout" not in row:
        return None
    return terms_parts.read_money(row.inner("minimum_payout", _MONEY_KEYS))
