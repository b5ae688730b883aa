"""Rows with the facts of a moment, from which ``rules`` decide what is in force."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from django.db.models import Exists, Model, OuterRef, Q, QuerySet, Subquery

from partnerships import models, rules
from partnerships.data import Clearance, InForceFacts, Obstacle, Period, Review, Side, earlier

#: The moments at which a version comes into force, or stops to be: all that ``_with_facts`` asks.
CHANGES: tuple[tuple[type[Model], str], ...] = (
    (models.Signature, "signed_at"),
    (models.SuspensionRecord, "at"),
    (models.DueDiligenceCheck, "recorded_at"),
    (models.ReviewRound, "asked_at"),
    (models.ReviewRound, "confirmed_at"),
    (models.ReviewRound, "withdrawn_at"),
    (models.ReviewRound, "refused_at"),
    (models.ApprovalBeforeRecords, "since"),
    (models.EndRecord, "confirmed_at"),
)


def versions(at: datetime) -> QuerySet[Any]:
    """Versions with the facts of a moment."""
    return _with_facts(
        models.AgreementVersion.objects.select_related("agreement__partner", "follows"),
        at,
        version="pk",
        agreement="agreement",
        partner="agreement__partner",
    )


def roles(at: datetime) -> QuerySet[Any]:
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


def of_day(roles: QuerySet[Any], day: date) -> QuerySet[Any]:
    """Roles without those whose agreed days are others: fewer, about which ``rules`` decide."""
    is_open = Q(version__valid_until__isnull=True) | Q(version__valid_until__gte=day)
    narrowed: QuerySet[Any] = roles.filter(is_open, version__valid_from__lte=day)
    return narrowed


def promotions(at: datetime) -> QuerySet[Any]:
    """Promotions with the facts of their version at a moment."""
    return _with_facts(
        models.Promotion.objects.select_related("version__agreement__partner"),
        at,
        version="version",
        agreement="version__agreement",
        partner="version__agreement__partner",
    )


def _with_facts(
    rows: QuerySet[Any], at: datetime, *, version: str, agreement: str, partner: str
) -> QuerySet[Any]:
    signed = models.Signature.objects.filter(version=OuterRef(version), signed_at__lte=at)
    suspension = models.SuspensionRecord.objects.filter(
        agreement=OuterRef(agreement), at__lte=at
    ).order_by("-at", "-id")
    check = _last_check(partner, at)
    rounds = models.ReviewRound.objects.filter(version=OuterRef(version), asked_at__lte=at)
    approved = rounds.filter(confirmed_at__lte=at).exclude(withdrawn_at__lte=at)
    waiting = rounds.exclude(confirmed_at__lte=at).exclude(refused_at__lte=at)
    before = models.ApprovalBeforeRecords.objects.filter(version=OuterRef(version), since__lte=at)
    ended = models.EndRecord.objects.filter(version=OuterRef(version), confirmed_at__lte=at)
    known: QuerySet[Any] = rows.annotate(
        ended_on=Subquery(ended.values("last_day")[:1]),
        is_approved=Exists(approved) | Exists(before),
        is_submitted=Exists(waiting),
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


def in_force(roles: QuerySet[Any], *, on: date) -> Iterator[Any]:
    """Those of these roles that draw a mark on a UTC day."""
    for row in roles:
        if not obstacles_of(row, on=on):
            yield row


def obstacles_of(row: Any, *, on: date) -> tuple[Obstacle, ...]:
    """What keeps a row of ``roles`` from drawing a mark on a UTC day, each reason once."""
    # A mark needs its own partner's due diligence as well: a sponsor may ride on an agreement
    # that somebody else signed.
    own = rules.clearance_obstacles(_clearance(row, "own_cleared"), on=on)
    of_version = rules.obstacles(facts_of(row, version=row.version), on=on)
    return tuple(dict.fromkeys((*of_version, *own)))


def facts_of(row: Any, *, version: Any = None) -> InForceFacts:
    """What decides about a row of ``versions``, or of ``roles`` with its version."""
    version = version or row
    return InForceFacts(
        period=Period(version.valid_from, last_day(row, version=version)),
        review=_review(row),
        host_signed=row.host_signed,
        partner_signed=row.partner_signed,
        clearance=_clearance(row, "cleared"),
        is_suspended=bool(row.is_suspended),
    )


def last_day(row: Any, *, version: Any = None) -> date | None:
    """The last UTC day of a row of ``versions``, or of ``roles``, as it was known at the moment."""
    return earlier((version or row).valid_until, row.ended_on)


def _review(row: Any) -> Review:
    if row.is_approved:
        return Review.APPROVED
    return Review.SUBMITTED if row.is_submitted else Review.NOT_SUBMITTED


def _clearance(row: Any, column: str) -> Clearance | None:
    accepted, until = getattr(row, column), getattr(row, f"{column}_until")
    return None if accepted is None else Clearance(accepted, until)
