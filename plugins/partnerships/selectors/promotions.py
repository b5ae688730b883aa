"""Promotions: those that show at a moment, and every one that was proposed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from fairgate.clock import utc_day
from fairgate.languages import Language
from partnerships import rules
from partnerships.data import (
    Period,
    Promotion,
    PromotionPlace,
    PromotionState,
    PromotionSummary,
    ShownPromotion,
    earlier,
)
from partnerships.exceptions import UnknownPromotion
from partnerships.selectors.facts import facts_of, last_day, promotions


def list_shown_promotions(
    place: PromotionPlace, *, course_key: str = "", at: datetime
) -> tuple[ShownPromotion, ...]:
    """The promotions that show at a place at a moment, the one approved first first. One query."""
    day = utc_day(at)
    rows = promotions(at).filter(
        place=place.value, course_key=course_key, approved=True, decided_at__lte=at,
        first_day__lte=day, last_day__gte=day,
    )  # fmt: skip
    rows = rows.exclude(withdrawn_at__lte=at).order_by("decided_at", "id")
    return tuple(
        _shown(row)
        for row in rows
        if not rules.obstacles(facts_of(row, version=row.version), on=day)
    )


def _shown(row: Any) -> ShownPromotion:
    partner = row.version.agreement.partner
    until = earlier(row.last_day, last_day(row, version=row.version))
    return ShownPromotion(
        uuid=row.uuid,
        partner=partner.code,
        label=_("Sponsored by %(partner)s") % {"partner": partner.display_name},
        text=row.text,
        language=row.language,
        direction=Language(tag=row.language).direction,
        url=row.url,
        rel=rules.PROMOTION_REL,
        shown_until=until or row.last_day,
    )


def get_promotion(uuid: UUID, *, at: datetime) -> PromotionSummary:
    """One proposal as it stands at a moment."""
    row = promotions(at).filter(uuid=uuid).first()
    if row is None:
        raise UnknownPromotion("There is no promotion %(key)s.", key=uuid)
    return _summary(row, at)


def list_promotions(partner_code: str, *, at: datetime) -> tuple[PromotionSummary, ...]:
    """Every proposal of a partner, the newest first."""
    found = _of(Q(version__agreement__partner__code=partner_code), at, newest_first=True)
    return tuple(one for one in found if one.partner == partner_code)


def list_waiting_promotions(*, at: datetime) -> tuple[PromotionSummary, ...]:
    """The proposals of all partners that wait for a decision, the oldest first."""
    found = _of(Q(decided_at__isnull=True) | Q(decided_at__gt=at), at, newest_first=False)
    return tuple(one for one in found if one.state is PromotionState.WAITING)


def _of(which: Q, at: datetime, *, newest_first: bool) -> Iterator[PromotionSummary]:
    rows: QuerySet[Any] = promotions(at).filter(which, proposed_at__lte=at)
    order = ("-proposed_at", "-id") if newest_first else ("proposed_at", "id")
    return (_summary(row, at) for row in rows.order_by(*order))


def _summary(row: Any, at: datetime) -> PromotionSummary:
    day, partner = utc_day(at), row.version.agreement.partner
    is_decided = row.decided_at is not None and row.decided_at <= at
    is_withdrawn = row.withdrawn_at is not None and row.withdrawn_at <= at
    return PromotionSummary(
        uuid=row.uuid,
        partner=partner.code,
        partner_name=partner.display_name,
        agreement=row.version.agreement.code,
        version=row.version.number,
        promotion=Promotion(
            place=PromotionPlace(row.place),
            course=row.course_key,
            language=row.language,
            text=row.text,
            url=row.url,
            first_day=row.first_day,
            last_day=row.last_day,
        ),
        state=rules.promotion_state(
            approved=row.approved,
            decided_at=row.decided_at,
            withdrawn_at=row.withdrawn_at,
            period=Period(row.first_day, row.last_day),
            is_in_force=not rules.obstacles(facts_of(row, version=row.version), on=day),
            at=at,
            on=day,
        ),
        proposed_by=row.proposed_by,
        proposed_at=row.proposed_at,
        decided_by=row.decided_by if is_decided else None,
        decided_at=row.decided_at if is_decided else None,
        sentence=row.sentence if is_decided else "",
        withdrawn_by=row.withdrawn_by if is_withdrawn else None,
        withdrawn_at=row.withdrawn_at if is_withdrawn else None,
        reason=row.reason if is_withdrawn else "",
    )
