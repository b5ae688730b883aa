"""What a file says of partners although a person has refused it: loading says nothing of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from partnerships import models
from partnerships.data import RefusedBefore
from partnerships.selectors.identities import identity_of, was_refused
from partnerships.selectors.partners import change_of, diligence_of
from partnerships.terms_file import PartnerEntry


def list_refused_before(entries: Iterable[PartnerEntry]) -> tuple[RefusedBefore, ...]:
    """What was refused of these entries and is not proposed again, partner by partner."""
    return tuple(one for entry in entries for one in _refused(entry))


def _refused(entry: PartnerEntry) -> Iterator[RefusedBefore]:
    partner = models.Partner.objects.filter(code=entry.code).first()
    if partner is None:
        return
    if entry.identity != identity_of(partner):
        yield from _change(partner, entry)
    if entry.due_diligence is not None and entry.due_diligence[0]:
        yield from _diligence(partner, entry.due_diligence[1])


def _change(partner: models.Partner, entry: PartnerEntry) -> Iterator[RefusedBefore]:
    last = partner.changes.select_related("partner").order_by("-id").first()
    if last is not None and was_refused(last) and identity_of(last) == entry.identity:
        yield RefusedBefore(what=change_of(last), refused_at=last.refused_at)


def _diligence(partner: models.Partner, expires_on: date) -> Iterator[RefusedBefore]:
    last = partner.diligence_proposals.select_related("partner").order_by("-id").first()
    if last is None or last.refused_at is None or last.expires_on != expires_on:
        return
    # Where something was found out since, the file has proposed it again, or it counts.
    if not partner.due_diligence.filter(recorded_at__gt=last.asked_at).exists():
        yield RefusedBefore(what=diligence_of(last), refused_at=last.refused_at)
