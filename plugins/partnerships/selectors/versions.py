"""Versions as they stand at a moment."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from fairgate.clock import utc_day
from partnerships import models, rules
from partnerships.data import (
    FieldChange,
    Follows,
    ReviewSummary,
    Role,
    RoleOnCourses,
    SignatureSummary,
    Standing,
    SuspensionSummary,
    VersionNames,
    VersionSummary,
)
from partnerships.exceptions import UnknownVersion
from partnerships.selectors.facts import facts_of, versions
from partnerships.selectors.terms import terms_of


def get_version(version_uuid: UUID, *, at: datetime) -> VersionSummary:
    """One version as it stands at a moment."""
    row = _with_parts(versions(at).filter(uuid=version_uuid)).first()
    if row is None:
        raise UnknownVersion("There is no agreement version %(key)s.", key=version_uuid)
    return _summary(row, at)


def get_version_names(version_uuid: UUID) -> VersionNames:
    """Which version it is, without how it stands."""
    names = "uuid", "agreement__code", "number", "agreement__partner__code"
    found = models.AgreementVersion.objects.filter(uuid=version_uuid).values_list(*names)
    for uuid, agreement, number, partner in found:
        return VersionNames(uuid=uuid, agreement=agreement, version=number, partner=partner)
    raise UnknownVersion("There is no agreement version %(key)s.", key=version_uuid)


def list_versions(*, at: datetime, partner_code: str | None) -> tuple[VersionSummary, ...]:
    """Versions as they stand at a moment, by agreement and number."""
    rows = versions(at)
    if partner_code is not None:
        rows = rows.filter(agreement__partner__code=partner_code)
    rows = _with_parts(rows.order_by("agreement__code", "number"))
    named = (row for row in rows if partner_code in {None, row.agreement.partner.code})
    return tuple(_summary(row, at) for row in named)


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
        "review_rounds",
        "roles__partner",
        "agreement__suspension_records",
    )


def _summary(row: Any, at: datetime) -> VersionSummary:
    facts, day = facts_of(row), utc_day(at)
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
        reviews=tuple(_review(one, at) for one in row.review_rounds.all() if one.asked_at <= at),
        signatures=tuple(_signature(one) for one in row.signatures.all() if one.signed_at <= at),
        goals=tuple(goal.text for goal in row.goals.all()),
        courses=tuple(course.course_key for course in row.courses.all()),
        roles=tuple(_role(one) for one in row.roles.all()),
        suspensions=tuple(
            SuspensionSummary(suspends=one.suspends, at=one.at, reason=one.reason)
            for one in sorted(row.agreement.suspension_records.all(), key=lambda one: one.id)
            if one.at <= at
        ),
        ended_on=row.ended_on,
        follows=follows_of(row),
        terms=None if row.fund_bp is None else terms_of(row),
    )


def follows_of(row: Any) -> Follows | None:
    """The version that a version follows, with the reason."""
    if row.follows is None:
        return None
    return Follows(version=row.follows.number, amendment=row.amendment, reason=row.follow_reason)


def list_changes(version_uuid: UUID) -> tuple[FieldChange, ...]:
    """What a version changed of the one that it follows; nothing if it follows none."""
    rows = models.AgreementVersion.objects.select_related("follows")
    row = rows.filter(uuid=version_uuid).first()
    if row is None:
        raise UnknownVersion("There is no agreement version %(key)s.", key=version_uuid)
    if row.follows is None:
        return ()
    return rules.changes_between(row.follows.agreed_text, row.agreed_text)


def _signature(row: models.Signature) -> SignatureSummary:
    return SignatureSummary(
        side=row.side,
        signed_by=row.signed_by,
        signed_at=row.signed_at,
        place=row.place,
        means=row.means,
        checksum=row.checksum,
    )


def _review(row: models.ReviewRound, at: datetime) -> ReviewSummary:
    ends = (
        ("withdrawn", row.withdrawn_by, row.withdrawn_at, row.withdrawn_because),
        ("returned", row.refused_by, row.refused_at, row.refused_because),
        ("approved", row.confirmed_by, row.confirmed_at, ""),
    )
    known = (end for end in ends if end[2] is not None and end[2] <= at)
    outcome, by, moment, because = next(known, ("", None, None, ""))
    return ReviewSummary(
        submitted_by=row.asked_by,
        submitted_at=row.asked_at,
        note=row.reason,
        outcome=outcome,
        ended_by=by,
        ended_at=moment,
        because=because,
    )


def _role(row: models.VersionRole) -> RoleOnCourses:
    return RoleOnCourses(
        partner=row.partner.code,
        name=row.partner.display_name,
        role=row.role,
        role_label=str(models.ROLE_LABELS[Role(row.role)]),
    )
