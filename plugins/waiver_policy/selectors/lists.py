"""Country lists as they were known at a moment.

An edition never changes, so its rows are read once per process and kept. Whether there is a newer
one, or something was confirmed, is asked every time (``Mark``): one query, whatever another
process has done a moment ago.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from django.db import connection
from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from fairgate.clock import utc_day
from waiver_policy import conf, models
from waiver_policy.data import EditionSummary, ListCode, Membership, MembershipStatus
from waiver_policy.exceptions import UnknownList
from waiver_policy.rules.known import ByCountry, KnownLists
from waiver_policy.rules.un_lists import status_of
from waiver_policy.selectors.editions import Book, Edition, Known, Mark, get_book, key_of
from waiver_policy.selectors.operators import usernames

__all__ = ["ByCountry", "KnownLists"]

Rows = tuple[Membership, ...]
_NO_VERSIONS: Mapping[str, str] = MappingProxyType({})


def get_known_lists(
    *, known_at: datetime, keys: Iterable[str] = (), mark: Mark | None = None
) -> KnownLists:
    """The lists as they were known at a moment; no query when their rows are in memory.

    ``keys`` are those that somebody asks: one like ``LDC@2020`` pins a list to the label of a
    publisher. Under it stands the newest edition with that label; where none was known then, the
    list is not there. ``mark`` is that of the database, which the caller has just read; ``None``
    asks for it.
    """
    book = get_book(mark)
    if known_at >= book.complete_from:
        known = _everything(book)
    else:
        known = _known_lists(book.known(known_at))

    def pinned(versions: Mapping[str, str]) -> Known:
        return book.known(known_at, versions=versions)

    return _with_pinned(known, keys, pinned)


@lru_cache(maxsize=2)
def _everything(book: Book) -> KnownLists:
    return _known_lists(book.known(book.complete_from))


def get_lists_of(
    names: tuple[str, ...],
    *,
    known_at: datetime,
    confirmed: Collection[int] | None = None,
    keys: Iterable[str] = (),
) -> KnownLists:
    """The lists of the editions with these names (``LDC-1``), for replaying a decision.

    Of what people have confirmed these count, by their ids; ``None``: all that is dated
    ``known_at`` or before. ``keys`` as for ``get_known_lists``.
    """
    asked = [name.rpartition("-") for name in names]
    named = " OR ".join(["(e.list_code = %s AND e.number = %s)"] * len(asked)) or "1 = 0"
    values = [value for code, _, number in asked for value in (code, int(number))]

    def ask(versions: Mapping[str, str]) -> Known:
        return _ask(named, values, known_at, confirmed=confirmed, versions=versions)

    return _with_pinned(_known_lists(ask(_NO_VERSIONS)), keys, ask)


def _with_pinned(
    known: KnownLists, keys: Iterable[str], ask: Callable[[Mapping[str, str]], Known]
) -> KnownLists:
    pinned = sorted(key for key in set(keys) if "@" in key)
    if not pinned:
        return known
    found, editions = dict(known.lists), dict(known.editions)
    for key in pinned:
        code, _, version = key.partition("@")
        of_version = _known_lists(ask({code: version}))
        if code in of_version.editions:
            found[key], editions[key] = of_version.lists[code], of_version.editions[code]
    return replace(known, lists=found, editions=editions)


_EDITIONS = "SELECT e.list_code, e.number, e.id, e.uuid, e.version FROM waiver_policy_listedition e"
_CONFIRMED = (
    "SELECT c.list_code, c.id, NULL, NULL, NULL FROM waiver_policy_membershipconfirmation c"
)


def _ask(
    wanted: str,
    values: Sequence[object],
    known_at: datetime,
    *,
    confirmed: Collection[int] | None = None,
    versions: Mapping[str, str] = _NO_VERSIONS,
) -> Known:
    counting, which = _counting(confirmed, known_at)
    sql = f"{_EDITIONS} WHERE {wanted} UNION ALL {_CONFIRMED} WHERE {counting}"
    with connection.cursor() as cursor:
        cursor.execute(sql, [_value(v) for v in (*values, *which)])
        rows = cursor.fetchall()
    editions: dict[str, Edition] = {}
    found: dict[str, tuple[int, ...]] = {}
    for code, number, pk, key, version in sorted(rows, key=lambda row: row[1]):
        if pk is None:
            found[code] = (*found.get(code, ()), number)
        elif versions.get(code, version) == version:
            editions[code] = Edition(code, number, pk, key_of(key), version)
    return Known(editions, found)


def _counting(
    confirmed: Collection[int] | None, known_at: datetime
) -> tuple[str, Collection[object]]:
    """Which confirmations count, as a condition and its values."""
    if confirmed is None:
        return "c.at <= %s", (known_at,)
    marks = ", ".join(["%s"] * len(confirmed))
    return f"c.id IN ({marks})" if confirmed else "1 = 0", confirmed


def _value(value: Any) -> Any:
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    return value


def _known_lists(known: Known) -> KnownLists:
    newest = known.editions
    found = {code: _rows(edition, known) for code, edition in newest.items()}
    return KnownLists(
        lists={code: by_country for code, (by_country, _) in found.items()},
        editions={code: str(edition) for code, edition in newest.items()},
        versions={code: edition.version for code, edition in newest.items() if edition.version},
        former={code: former for code, (_, former) in found.items() if former},
        confirmed=known.confirmed,
    )


def _rows(edition: Edition, known: Known) -> tuple[ByCountry, Rows]:
    by_country, former, has_contested = _stated_rows(edition)
    confirmed = known.confirmed.get(edition.code)
    if not confirmed or not has_contested:
        return by_country, former
    return _confirmed_rows(edition, confirmed)


@lru_cache(maxsize=512)
def _stated_rows(edition: Edition) -> tuple[ByCountry, Rows, bool]:
    """The rows of an edition as it states them: today's by country, former States, any contested.

    Its ``key`` tells apart two editions that get one primary key, the first of which was rolled
    back. There are hundreds of rows, so none becomes an object of Django's on the way.
    """
    by_country: dict[str, Rows] = defaultdict(tuple)
    former: Rows = ()
    rows = models.ListMembership.objects.filter(edition_id=edition.pk)
    for row in rows.order_by("country", "from_date").values_list(*_STATED, named=True):
        found = _membership(row, code=edition.code, name=str(edition))
        if found.is_former:
            former += (found,)
        else:
            by_country[found.country] += (found,)
    contested = any(row.is_contested for rows in by_country.values() for row in rows)
    return MappingProxyType(dict(by_country)), former, contested


@lru_cache(maxsize=512)
def _confirmed_rows(edition: Edition, confirmed: tuple[int, ...]) -> tuple[ByCountry, Rows]:
    """The rows of an edition once these confirmations were known."""
    by_country, former, _ = _stated_rows(edition)
    ends = {
        (one.country, one.from_date, one.until_date, one.alt_until_date)
        for one in models.MembershipConfirmation.objects.filter(pk__in=confirmed)
    }
    return (
        MappingProxyType(
            {
                country: tuple(
                    _confirmed(row) if row.is_contested and _end(row) in ends else row
                    for row in rows
                )
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
    return _membership(row, code=row.edition.list_code, name=str(row.edition))


#: What ``_membership`` reads of a row.
_STATED = (
    "country", "kind", "from_date", "from_precision", "until_date", "until_precision", "status",
    "alt_until_date", "source", "provenance", "note", "value", "former_name",
)  # fmt: skip


def _membership(row: Any, *, code: str, name: str) -> Membership:
    """A row, or its values by name, of an edition with this name of the list with this code."""
    return Membership(
        list_code=code,
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
        edition=name,
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
    )
    # A NULL equals nothing, so that an open end is compared by being open.
    for name in ("until_date", "alt_until_date"):
        confirmed = confirmed.filter(Q(**{name: OuterRef(name)}) | Q(**{f"{name}__isnull": True}))
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
    known = get_known_lists(known_at=known_at)
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
    newest = get_book().known(known_at).editions.values()
    editions = counted_editions().filter(pk__in=[edition.pk for edition in newest])
    return to_summaries(editions.order_by("list_code"))


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
