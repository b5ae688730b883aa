"""Country lists as they were known at a moment.

An edition never changes, so its rows are read once per process and kept. Which edition is the
newest is asked every time, together with what people have confirmed: one query, whatever another
process has done a moment ago.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from types import MappingProxyType
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet, Subquery

from fairgate.clock import utc_day
from waiver_policy import conf, models
from waiver_policy.data import EditionSummary, ListCode, Membership, MembershipStatus
from waiver_policy.exceptions import UnknownList
from waiver_policy.rules.known import ByCountry, KnownLists
from waiver_policy.rules.un_lists import status_of
from waiver_policy.selectors.operators import usernames

__all__ = ["ByCountry", "KnownLists"]

Rows = tuple[Membership, ...]
_NO_VERSIONS: Mapping[str, str] = MappingProxyType({})


def get_known_lists(
    *, known_at: datetime, versions: Mapping[str, str] = _NO_VERSIONS
) -> KnownLists:
    """The lists as they were known at a moment; one query when their rows are in memory.

    ``versions`` pins lists to the label of a publisher: of such a list the newest edition with
    that label counts, and where none was known then the list is not there.
    """
    return _known(_newest(known_at, versions), known_at)


def get_lists_of(names: tuple[str, ...], *, known_at: datetime) -> KnownLists:
    """The lists of the editions with these names (``LDC-1``), for replaying a decision.

    What people had confirmed by ``known_at`` is confirmed.
    """
    wanted = Q(pk__in=())
    for name in names:
        code, _, number = name.rpartition("-")
        wanted |= Q(list_code=code, number=int(number))
    return _known(_with_stamp(models.ListEdition.objects.filter(wanted), known_at), known_at)


def _newest(known_at: datetime, versions: Mapping[str, str] = _NO_VERSIONS) -> QuerySet[Any]:
    known = models.ListEdition.objects.filter(known_from__lte=known_at)
    later = known.filter(list_code=OuterRef("list_code"), number__gt=OuterRef("number"))
    wanted = ~Exists(later) & ~Q(list_code__in=versions) if versions else ~Exists(later)
    for code, label in versions.items():
        wanted |= Q(list_code=code, version=label)
    return _with_stamp(known.filter(wanted), known_at)


def _with_stamp(editions: QuerySet[Any], known_at: datetime) -> QuerySet[Any]:
    """Editions with what tells apart the sets of confirmations that may apply to them."""
    of_list = (
        models.MembershipConfirmation.objects.filter(
            list_code=OuterRef("list_code"), at__lte=known_at
        )
        .order_by()
        .values("list_code")
    )
    return editions.annotate(
        confirmed=Subquery(of_list.annotate(many=Count("id")).values("many")),
        confirmed_last=Subquery(of_list.annotate(last=Max("id")).values("last")),
    ).order_by("number")


def _known(editions: Iterable[object], known_at: datetime) -> KnownLists:
    newest = {edition.list_code: edition for edition in editions}  # type: ignore[attr-defined]
    found = {code: _rows(edition) for code, edition in newest.items()}
    return KnownLists(
        lists={code: by_country for code, (by_country, _) in found.items()},
        editions={code: str(edition) for code, edition in newest.items()},
        versions={code: edition.version for code, edition in newest.items() if edition.version},
        former={code: former for code, (_, former) in found.items() if former},
    )


def _rows(edition: models.ListEdition) -> tuple[ByCountry, Rows]:
    if not edition.confirmed or not _has_contested(edition.uuid):  # type: ignore[attr-defined]
        return _stated_rows(edition.uuid)
    stamp = (edition.confirmed, edition.confirmed_last)  # type: ignore[attr-defined]
    return _confirmed_rows(edition.uuid, edition.list_code, *stamp)


@lru_cache(maxsize=512)
def _stated_rows(edition_uuid: UUID) -> tuple[ByCountry, Rows]:
    """The rows of an edition as it states them: today's by country, and the former States."""
    by_country: dict[str, Rows] = defaultdict(tuple)
    former: Rows = ()
    rows = models.ListMembership.objects.filter(edition__uuid=edition_uuid)
    for row in rows.select_related("edition").order_by("country", "from_date"):
        found = to_membership(row)
        if found.is_former:
            former += (found,)
        else:
            by_country[found.country] += (found,)
    return MappingProxyType(dict(by_country)), former


def _has_contested(edition_uuid: UUID) -> bool:
    by_country, _ = _stated_rows(edition_uuid)
    return any(row.is_contested for rows in by_country.values() for row in rows)


@lru_cache(maxsize=512)
def _confirmed_rows(
    edition_uuid: UUID, list_code: str, many: int, last: int
) -> tuple[ByCountry, Rows]:
    """The rows of an edition once the first ``many`` confirmations up to ``last`` were known."""
    by_country, former = _stated_rows(edition_uuid)
    known = models.MembershipConfirmation.objects.filter(list_code=list_code, id__lte=last)
    confirmed = {
        (one.country, one.from_date, one.until_date, one.alt_until_date)
        for one in known.order_by("at", "id")[:many]
    }
    return (
        MappingProxyType(
            {
                country: tuple(_confirmed(row) if _end(row) in confirmed else row for row in rows)
                for country, rows in by_country.items()
            }
        ),
        former,
    )


def _end(row: Membership) -> tuple[str, date, date | None, date | None]:
    """What a confirmation is about."""
    return row.country, row.from_date, row.until_date, row.alt_until_date


def _confirmed(row: Membership) -> Membership:
    status = status_of(
        row.stated,
        row.alt_until_date,
        is_confirmed=True,
        has_end=row.until_date is not None,
    )
    return replace(row, status=status)


def to_membership(row: models.ListMembership) -> Membership:
    """A row as a value, as its edition states it."""
    return Membership(
        list_code=row.edition.list_code,
        country=row.country,
        kind=row.kind,
        from_date=row.from_date,
        from_precision=row.from_precision,
        until_date=row.until_date,
        until_precision=row.until_precision,
        status=status_of(row.status, row.alt_until_date),
        alt_until_date=row.alt_until_date,
        source=row.source,
        provenance=row.provenance,
        note=row.note,
        edition=str(row.edition),
        value=row.value,
        stated=row.status,
        former_name=row.former_name,
    )


def as_confirmed(row: models.ListMembership) -> Membership:
    """A row as a value, after everything that people have confirmed."""
    found = to_membership(row)
    if not found.is_contested:
        return found
    confirmed = models.MembershipConfirmation.objects.filter(
        list_code=found.list_code,
        country=row.country,
        from_date=row.from_date,
        until_date=row.until_date,
        alt_until_date=row.alt_until_date,
    )
    return _confirmed(found) if confirmed.exists() else found


def with_status(rows: QuerySet[Any], status: MembershipStatus, *, on: date) -> QuerySet[Any]:
    """Those of some rows that have a status on a day, after everything that was confirmed."""
    confirmed = models.MembershipConfirmation.objects.filter(
        list_code=OuterRef("edition__list_code"),
        country=OuterRef("country"),
        from_date=OuterRef("from_date"),
        alt_until_date=OuterRef("alt_until_date"),
    ).filter(Q(until_date=OuterRef("until_date")) | Q(until_date__isnull=True))
    asked = Q(alt_until_date__isnull=False) | Q(status=MembershipStatus.CONTESTED)
    contested = asked & ~Exists(confirmed)
    has_end, is_over = Q(until_date__isnull=False), Q(until_date__lte=on)
    deferred = ~has_end & Q(status=MembershipStatus.DEFERRED)
    parts = {
        MembershipStatus.CONTESTED: contested,
        MembershipStatus.LEFT: ~contested & has_end & is_over,
        MembershipStatus.SCHEDULED: ~contested & has_end & ~is_over,
        MembershipStatus.DEFERRED: ~contested & deferred,
        MembershipStatus.CURRENT: ~contested & ~has_end & ~deferred,
    }
    return rows.filter(parts[status])


def is_member(list_code: str, country: str, *, on: date, known_at: datetime) -> Membership | None:
    """The membership that holds on a day; ``None`` for a former State, which is nobody's country.

    Raises:
        UnknownList: there is no list of this code.
    """
    found = _known_list(list_code, known_at).find(list_code, country, on=on)
    return _as_known(found, known_at) if found else None


def list_members(list_code: str, *, on: date, known_at: datetime) -> Rows:
    """Every membership that holds on a day, by country; former States come last.

    Raises:
        UnknownList: there is no list of this code.
    """
    rows = _known_list(list_code, known_at).rows(list_code)
    return tuple(_as_known(row, known_at) for row in rows if row.holds_on(on))


def list_history(list_code: str, *, known_at: datetime) -> Rows:
    """Every row of a list, past and to come, as known at a moment; former States come last.

    Raises:
        UnknownList: there is no list of this code.
    """
    rows = _known_list(list_code, known_at).rows(list_code)
    return tuple(_as_known(row, known_at) for row in rows)


def _as_known(row: Membership, known_at: datetime) -> Membership:
    """A row with the status that it had for who knew it then: an end that had passed was past."""
    return replace(row, status=row.status_on(utc_day(known_at)))


def _known_list(list_code: str, known_at: datetime) -> KnownLists:
    known = _known(_newest(known_at).filter(list_code=list_code), known_at)
    if list_code not in known.editions:
        _check_known(list_code)
    return known


def _check_known(list_code: str) -> None:
    """A list may have no edition yet at a moment; one that never had any is a slip."""
    if list_code in set(ListCode):
        return
    codes = models.CountryList.objects.values_list("code", flat=True)
    known = sorted({*ListCode, *codes})
    if list_code not in known:
        said = ", ".join(known)
        raise UnknownList(f"“{list_code}” is not a list we know; it is one of {said}.")


def list_contested(*, known_at: datetime) -> Rows:
    """Rows whose end somebody has asked to move, and that nobody has confirmed."""
    known = get_known_lists(known_at=known_at)
    return tuple(row for code in known.lists for row in known.rows(code) if row.is_contested)


def has_list(list_code: str) -> bool:
    """Whether a list has, or has had, an edition."""
    return bool(models.CountryList.objects.filter(code=list_code).exists())


def counted_editions() -> QuerySet[Any]:
    """Editions, each with how many rows it has."""
    counted: QuerySet[Any] = models.ListEdition.objects.annotate(rows=Count("members"))
    return counted


def list_editions(list_code: str | None = None) -> tuple[EditionSummary, ...]:
    """Every edition, by list and number."""
    editions = counted_editions()
    if list_code is not None:
        editions = editions.filter(list_code=list_code)
    return to_summaries(editions.order_by("list_code", "number"))


def list_newest(*, known_at: datetime) -> tuple[EditionSummary, ...]:
    """The edition of each list that decides at a moment."""
    newest = _newest(known_at).annotate(rows=Count("members"))
    return to_summaries(newest.order_by("list_code"))


def list_old(*, at: datetime) -> tuple[EditionSummary, ...]:
    """The deciding editions that are older than the operator allows; they decide all the same."""
    allowed = timedelta(days=conf.list_days())
    today = utc_day(at)
    return tuple(e for e in list_newest(known_at=at) if today - e.dated > allowed)


def to_summaries(editions: QuerySet[Any]) -> tuple[EditionSummary, ...]:
    """Editions that were counted (``rows``) as values."""
    found = list(editions.select_related("proposal"))
    names = usernames(e.proposal.proposed_by for e in found if e.proposal)
    return tuple(
        EditionSummary(
            name=str(edition),
            list_code=edition.list_code,
            number=edition.number,
            known_from=edition.known_from,
            source=edition.source,
            document_symbol=edition.document_symbol,
            published_on=edition.published_on,
            sha256=edition.sha256,
            loaded_by=edition.loaded_by,
            rows=edition.rows,
            version=edition.version,
            proposed_by=names.get(edition.proposal.proposed_by, "") if edition.proposal else "",
        )
        for edition in found
    )
