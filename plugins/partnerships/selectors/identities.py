"""How partners were called at a moment: what two people have changed since is undone in reading.

From the first submission of a text that names a partner, every change of its names is a row with
the values before and after (``models.PartnerChange``). Before that its names have no history.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db.models import Prefetch, QuerySet

from partnerships import models
from partnerships.data import Identity


def identity_of(row: models.Partner | models.PartnerChange) -> Identity:
    """How a partner is called, or would be by a change."""
    return Identity(
        legal_name=row.legal_name, display_name=row.display_name, kind=row.kind, url=row.url
    )


def identity_before(row: models.PartnerChange) -> Identity:
    """How a partner was called before a change."""
    return Identity(
        legal_name=row.was_legal_name,
        display_name=row.was_display_name,
        kind=row.was_kind,
        url=row.was_url,
    )


def was_refused(row: models.PartnerChange) -> bool:
    """Whether a person refused a change, and no other file took its place."""
    return row.refused_at is not None and not row.is_replaced


def get_identities(codes: Collection[str], *, at: datetime) -> dict[str, Identity]:
    """How partners were called at a moment, by their codes. Two queries."""
    return {row.code: _identity(row, at) for row in _partners(codes)}


def list_identities(code: str, *, since: datetime, until: datetime) -> tuple[Identity, ...]:
    """How a partner was called at a moment, and from then on until another, in order."""
    (partner,) = _partners([code])
    later = (one for one in _changes(partner) if since < one[0] <= until)
    return (_identity(partner, since), *(identity_of(row) for _moment, row in later))


def _partners(codes: Collection[str]) -> QuerySet[models.Partner]:
    changes = models.PartnerChange.objects.filter(confirmed_at__isnull=False)
    made = Prefetch("changes", queryset=changes.order_by("confirmed_at", "id"))
    return models.Partner.objects.filter(code__in=codes).prefetch_related(made)


def _changes(partner: models.Partner) -> list[tuple[datetime, models.PartnerChange]]:
    """What two people changed of a partner, and when, in order."""
    rows = partner.changes.all()
    return [(row.confirmed_at, row) for row in rows if row.confirmed_at is not None]


def _identity(partner: models.Partner, at: datetime) -> Identity:
    found = identity_of(partner)
    for moment, row in reversed(_changes(partner)):
        if moment <= at:
            return identity_of(row)
        found = identity_before(row)
    return found
