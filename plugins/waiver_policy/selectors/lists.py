"""Country lists as they were known at a moment.

An edition never changes, so its rows are read once per process and kept.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from types import MappingProxyType
from uuid import UUID

from django.db.models import Count

from waiver_policy import models
from waiver_policy.data import EditionSummary, ListCode, Membership
from waiver_policy.exceptions import UnknownList

ByCountry = Mapping[str, tuple[Membership, ...]]


@dataclass(frozen=True, slots=True)
class KnownLists:
    """Every list at one moment of knowledge: rows by list and country, names of the editions."""

    lists: Mapping[str, ByCountry]
    editions: Mapping[str, str]


def get_known_lists(*, known_at: datetime) -> KnownLists:
    """The lists as they were known at a moment; one query when their rows are in memory."""
    newest = {
        edition.list_code: edition
        for edition in models.ListEdition.objects.filter(known_from__lte=known_at).order_by(
            "known_from"
        )
    }
    return _known(newest.values())


def get_lists_of(names: tuple[str, ...]) -> KnownLists:
    """The lists of the editions with these names (``LDC-1``), for replaying a decision."""
    wanted = set(names)
    found = [e for e in models.ListEdition.objects.all() if str(e) in wanted]
    return _known(found)


def _known(editions: object) -> KnownLists:
    rows = list(editions)  # type: ignore[call-overload]  # any iterable of editions
    return KnownLists(
        lists={edition.list_code: _rows(edition.uuid) for edition in rows},
        editions={edition.list_code: str(edition) for edition in rows},
    )


@lru_cache(maxsize=64)
def _rows(edition_uuid: UUID) -> ByCountry:
    by_country: dict[str, tuple[Membership, ...]] = defaultdict(tuple)
    rows = models.ListMembership.objects.filter(edition__uuid=edition_uuid)
    for row in rows.select_related("edition").order_by("country", "from_date"):
        by_country[row.country] += (to_membership(row),)
    return MappingProxyType(dict(by_country))


def to_membership(row: models.ListMembership) -> Membership:
    """A row as a value."""
    return Membership(
        list_code=row.edition.list_code,
        country=row.country,
        kind=row.kind,
        from_date=row.from_date,
        from_precision=row.from_precision,
        until_date=row.until_date,
        until_precision=row.until_precision,
        status=row.status,
        alt_until_date=row.alt_until_date,
        source=row.source,
        provenance=row.provenance,
        note=row.note,
        edition=str(row.edition),
    )


def is_member(list_code: str, country: str, *, on: date, known_at: datetime) -> Membership | None:
    """The membership that holds on a day.

    Raises:
        UnknownList: the code is not one of ``ListCode``.
    """
    rows = _rows_of(list_code, known_at).get(country, ())
    return next((row for row in rows if row.holds_on(on)), None)


def list_members(list_code: str, *, on: date, known_at: datetime) -> tuple[Membership, ...]:
    """Every membership that holds on a day, by country.

    Raises:
        UnknownList: the code is not one of ``ListCode``.
    """
    rows_of = _rows_of(list_code, known_at)
    return tuple(row for rows in rows_of.values() for row in rows if row.holds_on(on))


def _rows_of(list_code: str, known_at: datetime) -> ByCountry:
    if list_code not in set(ListCode):
        known = ", ".join(ListCode)
        raise UnknownList(f"“{list_code}” is not a list we know; it is one of {known}.")
    return get_known_lists(known_at=known_at).lists.get(list_code, {})


def list_snapshot(*, known_at: datetime) -> tuple[Membership, ...]:
    """Every row of every list as known at a moment."""
    known = get_known_lists(known_at=known_at)
    return tuple(
        row for rows_of in known.lists.values() for rows in rows_of.values() for row in rows
    )


def list_contested(*, known_at: datetime) -> tuple[Membership, ...]:
    """Rows whose end somebody has asked to move."""
    return tuple(row for row in list_snapshot(known_at=known_at) if row.is_contested)


def list_editions(list_code: str | None = None) -> tuple[EditionSummary, ...]:
    """Every edition, by list and number."""
    editions = models.ListEdition.objects.annotate(rows=Count("members"))
    if list_code is not None:
        editions = editions.filter(list_code=list_code)
    return tuple(to_summary(e, e.rows) for e in editions.order_by("list_code", "number"))


def to_summary(edition: models.ListEdition, rows: int) -> EditionSummary:
    """An edition as a value."""
    return EditionSummary(
        name=str(edition),
        list_code=edition.list_code,
        number=edition.number,
        known_from=edition.known_from,
        source=edition.source,
        document_symbol=edition.document_symbol,
        published_on=edition.published_on,
        sha256=edition.sha256,
        loaded_by=edition.loaded_by,
        rows=rows,
    )
