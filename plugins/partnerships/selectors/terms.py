"""The revenue terms of versions."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from fairgate.clock import utc_day
from fairgate.money import Money
from fairgate.percent import Percent
from fairgate_tables.compiled import Compiled
from partnerships import models, rules
from partnerships.data import FUND, PLATFORM, Recoupment, RevenueTerms
from partnerships.exceptions import TermsConflict, UnknownVersion
from partnerships.selectors.facts import CHANGES, facts_of, last_day, versions

#: Versions that share the receipts of a course, with the facts of a moment.
_VERSIONS = Compiled(
    lambda course_key, at: versions(at).filter(
        courses__course_key=course_key, fund_bp__isnull=False
    ),
    "uuid", "checksum", "valid_from", "valid_until", "ended_on", "is_approved", "is_submitted",
    "host_signed", "partner_signed", "is_suspended", "cleared", "cleared_until",
    takes=(str, datetime),
)  # fmt: skip


def get_terms(course_key: str, *, at: datetime) -> RevenueTerms | None:
    """The revenue terms in force for a course, whose key is compared to the letter.

    Raises:
        TermsConflict: two agreements claim the course. ``sign`` prevents it, so the books stop.
    """
    day = utc_day(at)
    in_force = [
        row for row in _VERSIONS.rows(course_key, at)
        if not rules.obstacles(facts_of(row), on=day)
    ]  # fmt: skip
    # MariaDB takes x for X, and would give the terms of one course to a slip of its key.
    found = [row for row in in_force if course_key in _kept_terms(row.uuid, row.checksum).courses]
    if len(found) > 1:
        one, other = (models.AgreementVersion.objects.get(uuid=row.uuid) for row in found[:2])
        raise TermsConflict(
            "%(one)s and %(other)s both share the receipts of %(course)s.",
            one=one,
            other=other,
            course=course_key,
        )
    return _kept_terms(found[0].uuid, found[0].checksum) if found else None


def terms_finder(moments: Iterable[datetime]) -> Callable[[str, datetime], RevenueTerms | None]:
    """``get_terms`` for a course at one of many moments, asked once for a course and a UTC day.

    A version is signed, suspended, cleared or ended at a moment. Where one lies between the first
    and the last of these, each moment is asked for by itself.
    """
    asked = list(moments)
    is_quiet = not asked or not _has_changes(min(asked), max(asked))
    known: dict[tuple[str, object], RevenueTerms | None] = {}

    def find(course_key: str, at: datetime) -> RevenueTerms | None:
        key = (course_key, utc_day(at) if is_quiet else at)
        if key not in known:
            known[key] = get_terms(course_key, at=at)
        return known[key]

    return find


def _has_changes(after: datetime, until: datetime) -> bool:
    return any(
        model._default_manager.filter(**{f"{name}__gt": after, f"{name}__lte": until}).exists()
        for model, name in CHANGES
    )


def shares_receipts_from(party: str, day: date, *, at: datetime) -> bool:
    """Whether a signed version with terms for a party lasts until this UTC day or longer."""
    shares = models.VersionShare.objects.filter(party=party)
    is_named = Q(pk__in=shares.values("version_id"))
    if party == FUND:
        is_named = Q(fund_bp__gt=0)
    rows = versions(at).filter(
        is_named,
        Q(valid_until__isnull=True) | Q(valid_until__gte=day),
        host_signed=True,
        partner_signed=True,
    )
    return any((last := last_day(row)) is None or last >= day for row in rows)


@lru_cache(maxsize=512)
def _kept_terms(version_uuid: UUID, _checksum: str) -> RevenueTerms:
    """The terms of a version in force, which never change: its checksum is that of their text."""
    return get_terms_by_uuid(version_uuid)


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


def get_terms_by_uuids(version_uuids: Iterable[UUID]) -> dict[UUID, RevenueTerms]:
    """The revenue terms of those of these versions that have some; a few questions for all."""
    found = _with_terms(models.AgreementVersion.objects.filter(uuid__in=list(version_uuids)))
    return {one.version_uuid: one for one in found}


def get_terms_by_numbers(
    versions_of: Iterable[tuple[str, int]],
) -> dict[tuple[str, int], RevenueTerms]:
    """The same, by agreement and number; a few questions for all, none for none."""
    asked = set(versions_of)
    rows = models.AgreementVersion.objects.filter(
        agreement__code__in={code for code, _number in asked},
        number__in={number for _code, number in asked},
    )
    found = {(one.agreement, one.version): one for one in _with_terms(rows)} if asked else {}
    return {key: terms for key, terms in found.items() if key in asked}


def _with_terms(rows: QuerySet[models.AgreementVersion]) -> list[RevenueTerms]:
    sharing = rows.filter(fund_bp__isnull=False).select_related("agreement__partner")
    return [terms_of(row) for row in sharing.prefetch_related("shares", "courses", "recoupments")]


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
