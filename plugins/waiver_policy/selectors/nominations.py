"""Calls for nominations, and who was named."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from waiver_policy import models
from waiver_policy.data import NominationCallSummary, NominationSummary
from waiver_policy.rules.review_terms import ReviewTerms
from waiver_policy.selectors import policies


def list_calls(country: str, *, at: datetime) -> tuple[NominationCallSummary, ...]:
    """The calls that have opened and that this State may nominate for, the next deadline first."""
    rows = models.NominationCall.objects.select_related("policy_version").filter(opens_at__lte=at)
    return tuple(
        to_call(row)
        for row in rows.order_by("closes_at", "id")
        if not row.countries or country in row.countries
    )


def terms(offering_code: str) -> ReviewTerms | None:
    """What the policy of the call for an offering says; ``None`` if there is no call."""
    rows = models.NominationCall.objects.select_related("policy_version")
    row = rows.filter(offering_code=offering_code).first()
    return policies.terms(row.policy_version) if row else None


def list_of_state(country: str) -> tuple[NominationSummary, ...]:
    """What the administration of a State has named, by call and rank."""
    rows = _rows().filter(country=country).order_by("call__closes_at", "call_id", "rank", "id")
    return _all(rows)


def list_of_person(user_id: int) -> tuple[NominationSummary, ...]:
    """The nominations of a person, the newest first."""
    return _all(_rows().filter(user_id=user_id).order_by("-id"))


def get(uuid: UUID) -> NominationSummary | None:
    """A nomination by its public key."""
    row = _rows().filter(uuid=uuid).first()
    return to_nomination(row) if row else None


def list_beside(uuid: UUID) -> tuple[NominationSummary, ...]:
    """All that the same State has named for the same call, by rank."""
    row = _rows().filter(uuid=uuid).first()
    if row is None:
        return ()
    return _all(_rows().filter(call=row.call, country=row.country).order_by("rank", "id"))


def _rows() -> QuerySet[models.Nomination]:
    return models.Nomination.objects.select_related("call__policy_version", "application")


def _all(rows: Iterable[models.Nomination]) -> tuple[NominationSummary, ...]:
    return tuple(to_nomination(row) for row in rows)


def to_call(row: models.NominationCall) -> NominationCallSummary:
    """A call as a value."""
    return NominationCallSummary(
        uuid=row.uuid,
        offering_code=row.offering_code,
        policy=str(row.policy_version),
        opens_at=row.opens_at,
        closes_at=row.closes_at,
        event_on=row.event_on,
        countries=tuple(row.countries),
    )


def to_nomination(row: models.Nomination) -> NominationSummary:
    """A nomination as a value."""
    application = getattr(row, "application", None)
    return NominationSummary(
        uuid=row.uuid,
        call=to_call(row.call),
        country=row.country,
        administration=row.administration,
        user_id=row.user_id,
        kind=row.kind,
        item=row.item,
        rank=row.rank,
        state=row.state,
        nominated_at=row.nominated_at,
        application_uuid=application.uuid if application else None,
    )
