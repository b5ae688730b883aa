"""Which editions of the lists there are, and what people have confirmed, kept per process.

Rows of both tables are only ever added, so how many there are and which came last says whether any
have come since (``Mark``). The mark is asked of the database at every question, in a statement that
is sent anyway; the rows are read only when it is another one than that of what is kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db import connection

from waiver_policy import models

Mark = tuple[object, ...]
"""How many editions there are and the UUID of the last, then confirmations and the last id."""

MARK_COLUMNS = (
    "(SELECT COUNT(*) FROM waiver_policy_listedition), "
    "(SELECT uuid FROM waiver_policy_listedition ORDER BY id DESC LIMIT 1), "
    "(SELECT COUNT(*) FROM waiver_policy_membershipconfirmation), "
    "(SELECT MAX(id) FROM waiver_policy_membershipconfirmation)"
)


@dataclass(frozen=True, slots=True)
class Edition:
    """What is asked of an edition before its rows; ``key`` is its UUID as text."""

    code: str
    number: int
    pk: int
    key: str
    version: str

    def __str__(self) -> str:
        return f"{self.code}-{self.number}"


@dataclass(frozen=True, slots=True)
class Known:
    """Editions, and the ids of the confirmations that were known with them, by list."""

    editions: Mapping[str, Edition]
    confirmed: Mapping[str, tuple[int, ...]]


@dataclass(frozen=True, eq=False)
class Book:
    """Every edition with the moment it is known from, by number; every confirmation likewise.

    ``complete_from`` is the moment from which on all of it is known.
    """

    mark: Mark
    editions: tuple[tuple[datetime, Edition], ...]
    confirmations: tuple[tuple[datetime, str, int], ...]
    complete_from: datetime

    def known(self, known_at: datetime, *, versions: Mapping[str, str] | None = None) -> Known:
        """Of each list the newest edition that was known at a moment, and what was confirmed.

        ``versions`` asks for the newest with these labels of publishers, by list, and for no other.
        """
        newest = {
            edition.code: edition
            for known_from, edition in self.editions
            if known_from <= known_at
            and (versions is None or versions.get(edition.code) == edition.version)
        }
        confirmed: dict[str, tuple[int, ...]] = {}
        for at, code, pk in self.confirmations:
            if at <= known_at:
                confirmed[code] = (*confirmed.get(code, ()), pk)
        return Known(newest, confirmed)


_NOTHING = Book((0, None, 0, None), (), (), datetime.min.replace(tzinfo=UTC))
_kept = _NOTHING


def get_book(mark: Mark | None = None) -> Book:
    """All that is known by now; ``mark`` is that of the database as the caller has just read it."""
    global _kept
    book = _kept
    if book.mark != (_read_mark() if mark is None else mark):
        # Under the mark of what was read: more may have come since the caller looked.
        _kept = book = _read()
    return book


def mark_of(columns: tuple[object, ...]) -> Mark:
    """The mark from ``MARK_COLUMNS`` as the database gave them."""
    editions, last, confirmations, last_confirmation = columns
    return editions, None if last is None else key_of(last), confirmations, last_confirmation


def key_of(uuid: object) -> str:
    """A UUID as the database gave it, as text: a column of its own type gives it with hyphens."""
    return str(uuid).replace("-", "")


def _read_mark() -> Mark:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {MARK_COLUMNS}")
        return mark_of(cursor.fetchone())


def _read() -> Book:
    found = models.ListEdition.objects.order_by("number", "pk").values_list(
        "known_from", "list_code", "number", "pk", "uuid", "version"
    )
    editions = tuple(
        (known_from, Edition(code, number, pk, key_of(uuid), version))
        for known_from, code, number, pk, uuid, version in found
    )
    rows = models.MembershipConfirmation.objects.order_by("pk")
    confirmations = tuple(rows.values_list("at", "list_code", "pk"))
    last = max((edition for _, edition in editions), key=lambda one: one.pk, default=None)
    return Book(
        mark=(
            len(editions),
            last.key if last else None,
            len(confirmations),
            confirmations[-1][2] if confirmations else None,
        ),
        editions=editions,
        confirmations=confirmations,
        complete_from=max(
            (moment for moment, *_ in (*editions, *confirmations)),
            default=_NOTHING.complete_from,
        ),
    )
