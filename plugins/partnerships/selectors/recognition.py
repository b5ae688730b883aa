"""Tiers and awards as they stand at a moment, and what an award is computed from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from fairgate.clock import utc_day
from fairgate.money import Money, TooLarge
from partnerships import models, rules
from partnerships.data import (
    AwardState,
    AwardSummary,
    Emblem,
    Identity,
    Reached,
    Scheme,
    SchemeState,
    SchemeSummary,
    Tier,
)
from partnerships.exceptions import AwardRefused, UnknownAward, UnknownScheme
from partnerships.selectors.identities import list_identities
from partnerships.selectors.partners import of_partner
from partnerships.selectors.promises import list_accepted


@dataclass(frozen=True, slots=True, kw_only=True)
class Computed:
    """What was reached, the row of its tier, and the text that it was computed from."""

    reached: Reached
    tier_id: int | None
    inputs: str


def list_schemes(*, at: datetime) -> tuple[SchemeSummary, ...]:
    """Every scheme known at a moment, the newest first."""
    rows = models.RecognitionScheme.objects.prefetch_related("tiers").filter(asked_at__lte=at)
    found = list(rows.order_by("-valid_from", "-id"))
    return tuple(_scheme_summary(row, found, at) for row in found)


def get_scheme_in_force(*, at: datetime) -> SchemeSummary | None:
    """The scheme that counts at a moment."""
    return next((one for one in list_schemes(at=at) if one.state is SchemeState.COUNTS), None)


def get_scheme(uuid: UUID, *, at: datetime) -> SchemeSummary:
    """One scheme.

    Raises:
        UnknownScheme: there is none.
    """
    for one in list_schemes(at=at):
        if one.uuid == uuid:
            return one
    raise UnknownScheme("There is no scheme of tiers %(key)s.", key=uuid)


def get_scheme_of_tier(tier: UUID, *, at: datetime) -> tuple[SchemeSummary, Tier]:
    """A tier of a scheme that was confirmed by a moment, and that scheme.

    Raises:
        UnknownScheme: there is none.
    """
    for one in list_schemes(at=at):
        if one.state in (SchemeState.WAITING, SchemeState.REFUSED):
            continue
        for found in one.scheme.tiers:
            if one.uuid_of[found.code] == tier:
                return one, found
    raise UnknownScheme("There is no tier %(key)s.", key=tier)


def compute_award(
    partner_code: str,
    *,
    since: date,
    until: date,
    at: datetime,
    scheme: UUID | None = None,
) -> Computed:
    """The tier that a partner's deliveries of some days reach, as known at a moment.

    Without ``scheme`` it is the one that counts at that moment.

    Raises:
        AwardRefused: no scheme counts, or the worth is larger than any amount that is kept.
        UnknownPartner, UnknownScheme
    """
    chosen = get_scheme_in_force(at=at) if scheme is None else get_scheme(scheme, at=at)
    if chosen is None:
        raise AwardRefused("No scheme of tiers counts today.")
    counted = list_accepted(partner_code, since=since, until=until, at=at)
    try:
        found = rules.reached(chosen.scheme, counted)
    except TooLarge:
        raise AwardRefused(
            "By the rates of the scheme, what was delivered is worth more than any amount that is "
            "kept."
        ) from None
    tier_id = None
    if found.tier is not None:
        rows = models.RecognitionTier.objects.filter(uuid=chosen.uuid_of[found.tier.code])
        tier_id = rows.values_list("pk", flat=True).get()
    inputs = rules.inputs_text(str(chosen.uuid), since, until, at, counted)
    return Computed(reached=found, tier_id=tier_id, inputs=inputs)


def list_altered_awards() -> tuple[UUID, ...]:
    """The awards that do not follow from what was delivered as known then; none, as it should be.

    Each is computed anew from the records of deliveries, and compared with what was kept.
    """
    rows = models.RecognitionAward.objects.select_related("partner", "tier__scheme")
    return tuple(row.uuid for row in rows.order_by("id") if not _replays(row))


def _replays(row: Any) -> bool:
    again = compute_award(
        row.partner.code,
        since=row.since,
        until=row.until,
        at=row.asked_at,
        scheme=row.tier.scheme.uuid,
    )
    return bool(
        again.inputs == row.inputs
        and rules.inputs_checksum(again.inputs) == row.checksum
        and again.tier_id == row.tier_id
        and again.reached.worth.minor == row.worth_minor
    )


def list_awards(*, at: datetime, partner_code: str = "") -> tuple[AwardSummary, ...]:
    """The awards proposed by a moment, the highest worth first; of one partner if named."""
    rows = of_partner(_awards(at), partner_code) if partner_code else _awards(at)
    return tuple(_award(row, at) for row in rows)


def get_award(uuid: UUID, *, at: datetime) -> AwardSummary:
    """One award.

    Raises:
        UnknownAward: there is none.
    """
    row = _awards(at).filter(uuid=uuid).first()
    if row is None:
        raise UnknownAward("There is no award %(key)s.", key=uuid)
    return _award(row, at)


def get_granted_to(award: AwardSummary, *, at: datetime) -> Identity | None:
    """Whom the badge of an award names, whatever the partner is called by now.

    That is the partner as it was called when the award was granted, or when it first had an https
    address after that, until ``at``; ``None`` if it was not granted, or there was no address.
    """
    if award.granted_at is None:
        return None
    called = list_identities(award.partner, since=award.granted_at, until=at)
    return next((one for one in called if rules.is_https(one.url)), None)


def list_granted_places(*, at: datetime) -> tuple[int, frozenset[int]]:
    """The highest place on the list of revoked awards, and the places that are marked."""
    marked = models.AwardRevocation.objects.filter(revoked_at__lte=at)
    last = models.RecognitionAward.objects.order_by("-id").values_list("id", flat=True).first()
    return last or 0, frozenset(marked.values_list("award_id", flat=True))


def _awards(at: datetime) -> Any:
    rows = models.RecognitionAward.objects.select_related("partner", "tier__scheme", "revocation")
    return rows.filter(asked_at__lte=at).order_by("-tier__threshold_minor", "-valid_from", "id")


def _award(row: Any, at: datetime) -> AwardSummary:
    is_granted = row.confirmed_at is not None and row.confirmed_at <= at
    granted_at = row.confirmed_at if is_granted else None
    revocation = getattr(row, "revocation", None)
    revoked_at = None if revocation is None else revocation.revoked_at
    state = rules.award_state(
        confirmed_at=row.confirmed_at,
        refused_at=row.refused_at,
        revoked_at=revoked_at,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        at=at,
        on=utc_day(at),
    )
    currency = row.tier.scheme.currency
    return AwardSummary(
        uuid=row.uuid,
        partner=row.partner.code,
        partner_name=row.partner.display_name,
        scheme=row.tier.scheme.uuid,
        tier_uuid=row.tier.uuid,
        tier=_tier(row.tier, currency),
        worth=Money.from_minor(row.worth_minor, currency),
        since=row.since,
        until=row.until,
        counted_at=row.asked_at,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        state=state,
        place=row.pk,
        revoked_at=revoked_at if state is AwardState.REVOKED else None,
        checksum=row.checksum,
        granted_at=granted_at,
    )


def _scheme_summary(row: Any, rows: Iterable[Any], at: datetime) -> SchemeSummary:
    tiers = sorted(row.tiers.all(), key=lambda tier: tier.place)
    later = [
        other.valid_from
        for other in rows
        if other.valid_from > row.valid_from
        and other.confirmed_at is not None
        and other.confirmed_at <= at
    ]
    return SchemeSummary(
        uuid=row.uuid,
        scheme=Scheme(
            currency=row.currency,
            in_kind_percent=row.in_kind_percent,
            rates=tuple(sorted((code, Decimal(rate)) for code, rate in row.rates.items())),
            valid_from=row.valid_from,
            valid_until=row.valid_until,
            tiers=tuple(_tier(tier, row.currency) for tier in tiers),
        ),
        state=rules.scheme_state(
            confirmed_at=row.confirmed_at,
            refused_at=row.refused_at,
            valid_from=row.valid_from,
            valid_until=row.valid_until,
            replaced_on=min(later, default=None),
            at=at,
            on=utc_day(at),
        ),
        uuid_of={tier.code: tier.uuid for tier in tiers},
    )


def _tier(row: Any, currency: str) -> Tier:
    return Tier(
        code=row.code,
        threshold=Money.from_minor(row.threshold_minor, currency),
        emblem=Emblem(row.emblem),
        names=rules.in_order(row.names),
        descriptions=rules.in_order(row.descriptions),
    )
