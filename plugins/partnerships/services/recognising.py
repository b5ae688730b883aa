"""Tiers and awards: proposed by one person, confirmed by another, revoked with a reason.

Whoever writes an award holds the partner's row: of two awards at once the second sees the first.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from fairgate.clock import utc_day
from fairgate.money import Money
from fairgate.readable import is_readable
from fairgate_tables.transactions import in_transaction
from partnerships import lock_objects, models, rules, selectors, tiers_file
from partnerships.exceptions import AwardRefused, SchemeRefused, UnknownAward, UnknownScheme
from partnerships.services.known import known_partner
from partnerships.services.sending import made_once

log = logging.getLogger(__name__)


def propose_scheme(text: str, *, reason: str, by: int, at: datetime, key: str) -> UUID:
    """Keep a scheme that counts once a second person has confirmed it."""
    made = made_once(
        lambda: str(_propose_scheme(text, reason=reason, by=by, at=at)),
        key=key,
        what="scheme",
        said={"text": text, "reason": reason},
    )
    return UUID(made)


@in_transaction
def _propose_scheme(text: str, *, reason: str, by: int, at: datetime) -> UUID:
    scheme = tiers_file.read(text, file="tiers")
    said = _said(reason, SchemeRefused)
    row = models.RecognitionScheme(
        live_from=scheme.valid_from,
        valid_from=scheme.valid_from,
        valid_until=scheme.valid_until,
        currency=scheme.currency,
        in_kind_percent=scheme.in_kind_percent,
        rates={code: f"{rate:f}" for code, rate in scheme.rates},
        reason=said,
        asked_by=by,
        asked_at=at,
    )
    _save_first(row)
    for place, tier in enumerate(scheme.tiers, start=1):
        models.RecognitionTier(
            scheme=row,
            place=place,
            code=tier.code,
            threshold_minor=tier.threshold.minor,
            emblem=str(tier.emblem),
            names=dict(tier.names),
            descriptions=dict(tier.descriptions),
        ).save()
    log.info("scheme of tiers proposed: scheme=%s by=%s", row.uuid, by)
    return UUID(str(row.uuid))


@in_transaction
def confirm_scheme(uuid: UUID, *, by: int, at: datetime) -> None:
    """Let a scheme count, as another person than who proposed it."""
    row = _locked_scheme(uuid)
    rules.check_may_confirm_scheme(is_waiting=row.is_waiting, by=by, asked_by=row.asked_by)
    rules.check_not_before([row.asked_at], at=at, version=str(row))
    row.confirmed_by, row.confirmed_at = by, at
    row.save(update_fields=["confirmed_by", "confirmed_at"])
    log.info("scheme of tiers confirmed: scheme=%s by=%s", uuid, by)


@in_transaction
def refuse_scheme(uuid: UUID, *, because: str, by: int, at: datetime) -> None:
    """Let a scheme never count; who has proposed it may refuse it as well."""
    said = _said(because, SchemeRefused)
    row = _locked_scheme(uuid)
    if not row.is_waiting:
        raise SchemeRefused("This scheme was confirmed or refused already.")
    row.refused_by, row.refused_at, row.refused_because, row.live_from = by, at, said, None
    row.save(update_fields=["refused_by", "refused_at", "refused_because", "live_from"])
    log.info("scheme of tiers refused: scheme=%s by=%s", uuid, by)


def propose_award(
    partner_code: str,
    *,
    since: date,
    until: date,
    valid_from: date,
    valid_until: date,
    reason: str,
    by: int,
    at: datetime,
    key: str,
) -> UUID:
    """Compute the tier that a partner has reached, and keep it with what it was computed from."""
    told: dict[str, Any] = {
        "since": since,
        "until": until,
        "valid_from": valid_from,
        "valid_until": valid_until,
        "reason": reason,
    }
    made = made_once(
        lambda: str(_propose_award(partner_code, **told, by=by, at=at)),
        key=key,
        what="award",
        said={"partner": partner_code, **told},
    )
    return UUID(made)


@in_transaction
def _propose_award(
    partner_code: str,
    *,
    since: date,
    until: date,
    valid_from: date,
    valid_until: date,
    reason: str,
    by: int,
    at: datetime,
) -> UUID:
    said = _said(reason, AwardRefused)
    rules.check_span(since, until, today=utc_day(at))
    rules.check_period(valid_from, valid_until, today=utc_day(at))
    partner = known_partner(partner_code)
    with lock_objects.locked_partner(partner):
        _check_cleared(partner_code, at=at)
        found = selectors.compute_award(partner_code, since=since, until=until, at=at)
        if found.reached.tier is None or found.tier_id is None:
            raise AwardRefused(
                "%(worth)s reaches no tier of the scheme.", worth=found.reached.worth
            )
        _check_no_double(partner, valid_from, valid_until, found.reached.tier.threshold)
        row = models.RecognitionAward.objects.create(
            partner=partner,
            tier_id=found.tier_id,
            since=since,
            until=until,
            worth_minor=found.reached.worth.minor,
            inputs=found.inputs,
            checksum=rules.inputs_checksum(found.inputs),
            valid_from=valid_from,
            valid_until=valid_until,
            reason=said,
            asked_by=by,
            asked_at=at,
        )
    log.info("award proposed: award=%s partner=%s by=%s", row.uuid, partner.uuid, by)
    return UUID(str(row.uuid))


@in_transaction
def confirm_award(uuid: UUID, *, by: int, at: datetime) -> None:
    """Grant an award, if it still follows from what was delivered."""
    with _locked_award(uuid) as row:
        rules.check_may_confirm_award(
            is_waiting=row.is_waiting,
            by=by,
            asked_by=row.asked_by,
            acts_for_partner=row.partner.people.filter(user_id=by).exists(),
        )
        rules.check_not_before([row.asked_at], at=at, version=str(row))
        _check_cleared(row.partner.code, at=at)
        _check_still_reached(row, at=at)
        row.confirmed_by, row.confirmed_at = by, at
        row.save(update_fields=["confirmed_by", "confirmed_at"])
    log.info("award confirmed: award=%s by=%s", uuid, by)


@in_transaction
def refuse_award(uuid: UUID, *, because: str, by: int, at: datetime) -> None:
    """Do not grant an award; who has proposed it may refuse it as well."""
    said = _said(because, AwardRefused)
    with _locked_award(uuid) as row:
        if not row.is_waiting:
            raise AwardRefused("This award was confirmed or refused already.")
        row.refused_by, row.refused_at, row.refused_because, row.is_live = by, at, said, None
        row.save(update_fields=["refused_by", "refused_at", "refused_because", "is_live"])
    log.info("award refused: award=%s by=%s", uuid, by)


@in_transaction
def revoke_award(uuid: UUID, *, reason: str, by: int, at: datetime) -> None:
    """Take an award back from a moment on; its badge verifies no more."""
    said = _said(reason, AwardRefused)
    with _locked_award(uuid) as row:
        if row.confirmed_at is None:
            raise AwardRefused("Only an award that was granted is revoked; refuse this one.")
        if models.AwardRevocation.objects.select_for_update().filter(award=row).exists():
            raise AwardRefused("This award was revoked already.")
        rules.check_not_before([row.confirmed_at], at=at, version=str(row))
        models.AwardRevocation(award=row, reason=said, revoked_by=by, revoked_at=at).save()
        row.is_live = None
        row.save(update_fields=["is_live"])
    log.info("award revoked: award=%s by=%s", uuid, by)


def _said(text: str, refused: type[SchemeRefused] | type[AwardRefused]) -> str:
    said = text.strip()
    if not said or len(said) > 255 or not is_readable(said):
        raise refused("Say why, on one line of at most 255 characters; the reason is kept.")
    return said


def _save_first(row: models.RecognitionScheme) -> None:
    """Insert a scheme; of two for one day the database keeps the first."""
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        raise SchemeRefused(
            "Another scheme begins on %(day)s; refuse that one, or take another day.",
            day=row.valid_from,
        ) from None


def _locked_scheme(uuid: UUID) -> models.RecognitionScheme:
    rows = models.RecognitionScheme.objects.select_for_update()
    found: models.RecognitionScheme | None = rows.filter(uuid=uuid).first()
    if found is None:
        raise UnknownScheme("There is no scheme of tiers %(key)s.", key=uuid)
    return found


@contextmanager
def _locked_award(uuid: UUID) -> Iterator[models.RecognitionAward]:
    rows = models.RecognitionAward.objects.select_related("partner", "tier__scheme")
    found = rows.filter(uuid=uuid).first()
    if found is None:
        raise UnknownAward("There is no award %(key)s.", key=uuid)
    with lock_objects.locked_partner(found.partner):
        yield models.RecognitionAward.objects.select_for_update().get(pk=found.pk)


def _check_cleared(partner_code: str, *, at: datetime) -> None:
    cleared_until = selectors.get_partner(partner_code, at=at).cleared_until
    if cleared_until is None or cleared_until < utc_day(at):
        raise AwardRefused("The partner has no accepted due diligence today.")


def _check_no_double(
    partner: models.Partner, valid_from: date, valid_until: date, threshold: Money
) -> None:
    others = lock_objects.live_awards_now(partner)
    rules.check_no_double(valid_from, valid_until, threshold, others)


def _check_still_reached(row: models.RecognitionAward, *, at: datetime) -> None:
    """What was delivered in those days may have been corrected since the award was proposed."""
    scheme = row.tier.scheme.uuid
    now = selectors.compute_award(
        row.partner.code, since=row.since, until=row.until, at=at, scheme=scheme
    )
    if now.tier_id != row.tier_id:
        raise AwardRefused(
            "What was delivered has been corrected, or more was accepted, and now reaches another "
            "tier; refuse this award and propose it again."
        )
