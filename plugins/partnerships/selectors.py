"""Reads: rows in, frozen values out. The rule of what is in force stays in ``rules``."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.utils.translation import gettext as _

from fairgate.clock import utc_day
from fairgate.money import Money
from fairgate.percent import Percent

from . import conf, models, rules
from .data import (
    FUND,
    PLATFORM,
    Clearance,
    InForceFacts,
    Mark,
    PartnerSummary,
    Party,
    Period,
    Placement,
    RevenueTerms,
    Role,
    RoleOnCourses,
    Side,
    SignatureSummary,
    Standing,
    SuspensionSummary,
    VersionSummary,
)
from .exceptions import TermsConflict, UnknownPartner, UnknownVersion

# --- what is in force -----------------------------------------------------------------------------


def list_marks(course_key: str, *, at: datetime) -> tuple[Mark, ...]:
    """The marks of one course at a moment. One query, no cache."""
    day = utc_day(at)
    rows = _roles(at).filter(version__courses__course_key=course_key)
    return tuple(_mark(row) for row in _in_force(rows, on=day))


def list_placements(*, at: datetime, partner_code: str | None = None) -> tuple[Placement, ...]:
    """Every mark on every course at a moment, or those of one partner. Two queries."""
    day, rows = utc_day(at), _roles(at)
    if partner_code is not None:
        rows = rows.filter(partner__code=partner_code)
    shown = list(_in_force(rows.prefetch_related("version__courses"), on=day))
    return tuple(
        Placement(course_key=course.course_key, mark=_mark(row))
        for row in shown
        for course in row.version.courses.all()
    )


def get_terms(course_key: str, *, at: datetime) -> RevenueTerms | None:
    """The revenue terms in force for a course.

    Raises:
        TermsConflict: two agreements claim the course. ``sign`` prevents it, so the books stop.
    """
    day = utc_day(at)
    rows = _versions(at).filter(courses__course_key=course_key, fund_bp__isnull=False)
    found = [row for row in rows if not rules.obstacles(_facts(row), on=day)]
    if len(found) > 1:
        raise TermsConflict(f"{found[0]} and {found[1]} both share the receipts of {course_key}.")
    return _terms(found[0]) if found else None


def get_terms_by_uuid(version_uuid: UUID) -> RevenueTerms:
    """The revenue terms of one version, whatever its standing."""
    row = (
        models.AgreementVersion.objects.select_related("agreement__partner")
        .filter(uuid=version_uuid, fund_bp__isnull=False)
        .first()
    )
    if row is None:
        raise UnknownVersion(f"No version {version_uuid} shares revenue.")
    return _terms(row)


def _versions(at: datetime) -> QuerySet[Any]:
    """Versions with the facts of a moment."""
    return _with_facts(
        models.AgreementVersion.objects.select_related("agreement__partner"),
        at,
        version="pk",
        agreement="agreement",
        partner="agreement__partner",
    )


def _roles(at: datetime) -> QuerySet[Any]:
    """Roles with the facts of their version at a moment, and of the partner who has the role."""
    roles = _with_facts(
        models.VersionRole.objects.select_related("partner", "version__agreement"),
        at,
        version="version",
        agreement="version__agreement",
        partner="version__agreement__partner",
    )
    own = _last_check("partner", at)
    known: QuerySet[Any] = roles.annotate(
        own_cleared=Subquery(own.values("accepted")[:1]),
        own_cleared_until=Subquery(own.values("expires_on")[:1]),
    )
    return known.order_by("version__agreement__code", "place", "id")


def _with_facts(
    rows: QuerySet[Any], at: datetime, *, version: str, agreement: str, partner: str
) -> QuerySet[Any]:
    signed = models.Signature.objects.filter(version=OuterRef(version), signed_at__lte=at)
    suspension = models.SuspensionRecord.objects.filter(
        agreement=OuterRef(agreement), at__lte=at
    ).order_by("-at", "-id")
    check = _last_check(partner, at)
    known: QuerySet[Any] = rows.annotate(
        host_signed=Exists(signed.filter(side=Side.HOST.value)),
        partner_signed=Exists(signed.filter(side=Side.PARTNER.value)),
        is_suspended=Subquery(suspension.values("suspends")[:1]),
        cleared=Subquery(check.values("accepted")[:1]),
        cleared_until=Subquery(check.values("expires_on")[:1]),
    )
    return known


def _last_check(partner: str, at: datetime) -> QuerySet[Any]:
    checks = models.DueDiligenceCheck.objects.filter(partner=OuterRef(partner), recorded_at__lte=at)
    return checks.order_by("-recorded_at", "-id")


def _in_force(roles: QuerySet[Any], *, on: date) -> Iterator[Any]:
    for row in roles:
        # A mark needs its own partner's due diligence as well: a sponsor may ride on an agreement
        # that somebody else signed.
        own = rules.clearance_obstacles(_clearance(row, "own_cleared"), on=on)
        if not own and not rules.obstacles(_facts(row, version=row.version), on=on):
            yield row


def _facts(row: Any, *, version: Any = None) -> InForceFacts:
    version = version or row
    return InForceFacts(
        period=Period(version.valid_from, version.valid_until),
        host_signed=row.host_signed,
        partner_signed=row.partner_signed,
        clearance=_clearance(row, "cleared"),
        is_suspended=bool(row.is_suspended),
    )


def _clearance(row: Any, column: str) -> Clearance | None:
    accepted, until = getattr(row, column), getattr(row, f"{column}_until")
    return None if accepted is None else Clearance(accepted, until)


def _mark(row: Any) -> Mark:
    name = row.partner.display_name
    return Mark(
        partner=row.partner.code,
        name=name,
        role=row.role,
        role_label=str(models.ROLE_LABELS[Role(row.role)]),
        url=row.partner.url,
        statement=no_endorsement(name),
        agreement=row.version.agreement.code,
        version=row.version.number,
        valid_until=row.version.valid_until,
    )


def no_endorsement(partner_name: str) -> str:
    """The sentence that stands with every mark (features.md N18, UN business guidelines)."""
    return _(
        "Shown under a partnership agreement. %(host)s does not endorse %(partner)s, its products "
        "or its services."
    ) % {"host": conf.host_name(), "partner": partner_name}


def _terms(row: Any) -> RevenueTerms:
    payout = row.minimum_payout_minor
    return RevenueTerms(
        agreement=row.agreement.code,
        version=row.number,
        version_uuid=row.uuid,
        partner=row.agreement.partner.code,
        basis=row.basis,
        fund_percent=Percent.from_basis_points(row.fund_bp),
        shares=tuple((share.party, share.weight) for share in row.shares.all()),
        lost_processor_fee=row.lost_processor_fee,
        dispute_fee=row.dispute_fee,
        hold_days=row.hold_days,
        minimum_payout=None if payout is None else Money.from_minor(payout, row.currency),
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        courses=tuple(course.course_key for course in row.courses.all()),
    )


# --- versions -------------------------------------------------------------------------------------


def get_version(version_uuid: UUID, *, at: datetime) -> VersionSummary:
    """One version as it stands at a moment."""
    row = _with_parts(_versions(at).filter(uuid=version_uuid)).first()
    if row is None:
        raise UnknownVersion(f"There is no agreement version {version_uuid}.")
    return _summary(row, at)


def list_versions(*, at: datetime, partner_code: str | None) -> tuple[VersionSummary, ...]:
    """Versions as they stand at a moment, by agreement and number."""
    rows = _versions(at)
    if partner_code is not None:
        rows = rows.filter(agreement__partner__code=partner_code)
    rows = _with_parts(rows.order_by("agreement__code", "number"))
    return tuple(_summary(row, at) for row in rows)


def list_altered() -> tuple[str, ...]:
    """Versions whose text does not give their checksum, or not the one that was signed."""
    rows = models.AgreementVersion.objects.select_related("agreement")
    rows = rows.prefetch_related("signatures").order_by("agreement__code", "number")
    return tuple(
        f"{row.agreement.code} version {row.number}"
        for row in rows
        if {rules.checksum(row.agreed_text), *(one.checksum for one in row.signatures.all())}
        != {row.checksum}
    )


def _with_parts(rows: QuerySet[Any]) -> QuerySet[Any]:
    return rows.prefetch_related(
        "shares",
        "courses",
        "goals",
        "signatures",
        "roles__partner",
        "agreement__suspension_records",
    )


def _summary(row: Any, at: datetime) -> VersionSummary:
    facts, day = _facts(row), utc_day(at)
    return VersionSummary(
        uuid=row.uuid,
        agreement=row.agreement.code,
        version=row.number,
        partner=row.agreement.partner.code,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        standing=Standing(rules.standing(facts, on=day)),
        obstacles=rules.obstacles(facts, on=day),
        agreed_text=row.agreed_text,
        checksum=row.checksum,
        signatures=tuple(_signature(one) for one in row.signatures.all() if one.signed_at <= at),
        goals=tuple(goal.text for goal in row.goals.all()),
        courses=tuple(course.course_key for course in row.courses.all()),
        roles=tuple(_role(one) for one in row.roles.all()),
        suspensions=tuple(
            SuspensionSummary(suspends=one.suspends, at=one.at, reason=one.reason)
            for one in sorted(row.agreement.suspension_records.all(), key=lambda one: one.id)
            if one.at <= at
        ),
        terms=None if row.fund_bp is None else _terms(row),
    )


def _signature(row: models.Signature) -> SignatureSummary:
    return SignatureSummary(
        side=row.side, signed_by=row.signed_by, signed_at=row.signed_at, place=row.place
    )


def _role(row: models.VersionRole) -> RoleOnCourses:
    return RoleOnCourses(
        partner=row.partner.code,
        name=row.partner.display_name,
        role=row.role,
        role_label=str(models.ROLE_LABELS[Role(row.role)]),
    )


# --- partners and their people --------------------------------------------------------------------


def get_partner(code: str, *, at: datetime | None) -> PartnerSummary:
    """One partner, with the due diligence known at a moment (the last one if none is given)."""
    row = _partners(at).filter(code=code).first()
    if row is None:
        raise UnknownPartner(f"There is no partner “{code}”.")
    return _partner(row)


def list_partners() -> tuple[PartnerSummary, ...]:
    """Every partner, by display name."""
    return tuple(_partner(row) for row in _partners(None))


def list_partners_of_course(course_key: str) -> tuple[PartnerSummary, ...]:
    """The partners with a role on a course under any version, in force or not. One query."""
    named = models.VersionRole.objects.filter(
        partner=OuterRef("pk"), version__courses__course_key=course_key
    )
    return tuple(_partner(row) for row in _partners(None).filter(Exists(named)))


def _partners(at: datetime | None) -> QuerySet[Any]:
    checks = models.DueDiligenceCheck.objects.filter(partner=OuterRef("pk"))
    if at is not None:
        checks = checks.filter(recorded_at__lte=at)
    checks = checks.order_by("-recorded_at", "-id")
    return models.Partner.objects.annotate(
        cleared=Subquery(checks.values("accepted")[:1]),
        cleared_until=Subquery(checks.values("expires_on")[:1]),
    ).order_by("display_name", "code")


def _partner(row: Any) -> PartnerSummary:
    return PartnerSummary(
        uuid=row.uuid,
        code=row.code,
        legal_name=row.legal_name,
        display_name=row.display_name,
        kind=row.kind,
        kind_label=str(row.get_kind_display()),
        url=row.url,
        cleared_until=row.cleared_until if row.cleared else None,
    )


def get_party(code: str) -> Party:
    """Whoever stands behind a code that can receive a share."""
    if code == FUND:
        return Party(code=FUND, name=_("Waiver fund"), kind="fund")
    if code == PLATFORM:
        return Party(code=PLATFORM, name=conf.host_name(), kind="platform")
    row = models.Partner.objects.filter(code=code).first()
    if row is None:
        raise UnknownPartner(f"There is no partner “{code}”.")
    return Party(code=row.code, name=row.display_name, kind=row.kind)


def list_partner_codes_of(user_id: int) -> tuple[str, ...]:
    """The partners for whom a user acts, by code."""
    people = models.PartnerPerson.objects.filter(user_id=user_id)
    return tuple(people.order_by("partner__code").values_list("partner__code", flat=True))
