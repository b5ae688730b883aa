"""The revenue terms of versions."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from fairgate.clock import utc_day
from fairgate.money import Money
from fairgate.percent import Percent
from partnerships import models, rules
from partnerships.data import PLATFORM, Recoupment, RevenueTerms
from partnerships.exceptions import TermsConflict, UnknownVersion
from partnerships.selectors.facts import facts_of, versions


def get_terms(course_key: str, *, at: datetime) -> RevenueTerms | None:
    """The revenue terms in force for a course.

    Raises:
        TermsConflict: two agreements claim the course. ``sign`` prevents it, so the books stop.
    """
    day = utc_day(at)
    rows = versions(at).filter(courses__course_key=course_key, fund_bp__isnull=False)
    found = [row for row in rows if not rules.obstacles(facts_of(row), on=day)]
    if len(found) > 1:
        raise TermsConflict(
            "%(one)s and %(other)s both share the receipts of %(course)s.",
            one=found[0],
            other=found[1],
            course=course_key,
        )
    return terms_of(found[0]) if found else None


def get_terms_by_uuid(version_uuid: UUID) -> RevenueTerms:
    """The revenue terms of one version, whatever its standing."""
    row = (
        models.AgreementVersion.objects.select_related("agreement__partner")
        .filter(uuid=version_uuid, fund_bp__isnull=False)
        .first()
    )
    if row is None:
        raise UnknownVersion("No version %(key)s shares revenue.", key=version_uuid)
    return terms_of(row)


def terms_of(row: Any) -> RevenueTerms:
    """The revenue terms in the columns and shares of a version that has some."""
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
        processor_fee=row.processor_fee,
        recoupments=tuple(
            Recoupment(party=one.party, amount=Money.from_minor(one.amount_minor, one.currency))
            for one in row.recoupments.all()
        ),
        merchant_of_record=row.merchant_of_record or PLATFORM,
    )
