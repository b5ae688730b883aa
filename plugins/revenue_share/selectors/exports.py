"""The facts that leave the books, in pages by their key: no page is larger for a longer history."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from django.db.models import Sum
from django.db.models.functions import Coalesce

from fairgate.money import Money, exponent

from ..data import Account, Balance, JournalLeg, JournalTransaction
from ..export_files import SCHEMA, TABLES, FactTable
from ..models import AllocationLine, LedgerEntry, LedgerTransaction, RevenueEvent

#: Rows of a page, far above what makes ClickHouse complain of small inserts.
PAGE = 5_000

_EVENT = "event__"
_OF_EVENT = (
    "kind", "course_key", "offering_code", "agreement", "version", "country", "payer_class",
    "occurred_at",
)  # fmt: skip

#: Table -> its model, and where a column is found that is called otherwise there. The month of an
#: event is that of its sale; what facts call so is the month of the statement.
_SOURCES: Mapping[str, tuple[Any, Mapping[str, Any]]] = {
    "revenue_share_events": (
        RevenueEvent,
        {
            "sale_uuid": "sale__uuid",
            "period": "counted_in",
            "sale_period": "period",
        },
    ),
    "revenue_share_lines": (
        AllocationLine,
        {
            **{name: f"{_EVENT}{name}" for name in _OF_EVENT},
            "event_uuid": "event__uuid",
            "sale_period": "event__period",
        },
    ),
    "revenue_share_entries": (
        LedgerEntry,
        {
            "transaction_uuid": "transaction__uuid",
            "transaction_kind": "transaction__kind",
            "cause_kind": "transaction__cause_kind",
            "cause_uuid": "transaction__cause_uuid",
            "occurred_at": "transaction__occurred_at",
            "posted_at": "transaction__posted_at",
        },
    ),
}


def last_ids() -> dict[str, int]:
    """The highest id of each table of facts.

    The caller has the lock date. The readings lock, so that they see what is committed, also in a
    transaction that began before.
    """
    return {table.name: _last_id(_SOURCES[table.name][0]) for table in TABLES}


def last_transaction() -> int:
    """The highest id of a transaction; as above."""
    return _last_id(LedgerTransaction)


def _last_id(model: Any) -> int:
    rows = model.objects.select_for_update().order_by("-pk")
    return rows.values_list("pk", flat=True).first() or 0


def pages(
    table: FactTable, *, after: int, last: int, at: datetime
) -> Iterator[list[dict[str, Any]]]:
    """The rows of a table with ids above ``after`` up to ``last``, each page in order."""
    model, places = _SOURCES[table.name]
    names = [name for name in table.names if name != "exponent"]
    rows = model.objects.order_by("pk").values_list(*(places.get(name, name) for name in names))
    stamps = {"schema_version": SCHEMA, "time_last_dumped": at}
    for first, end in _ranges(model, after, last):
        yield [_row(names, values) | stamps for values in rows.filter(pk__gt=first, pk__lte=end)]


def _ranges(model: Any, after: int, last: int) -> Iterator[tuple[int, int]]:
    """The ids of each page, above the first and up to the second.

    They are asked for by themselves: of a page of a join, MariaDB may take it that it is best to
    join and sort everything, for each page.
    """
    ids = model.objects.order_by("pk").values_list("pk", flat=True)
    while page := list(ids.filter(pk__gt=after, pk__lte=last)[:PAGE]):
        yield after, page[-1]
        after = page[-1]


def _row(names: list[str], values: tuple[Any, ...]) -> dict[str, Any]:
    row = dict(zip(names, values, strict=True))
    return row | {"exponent": exponent(row["currency"])}


def transactions(last: int) -> Iterator[JournalTransaction]:
    """Every transaction up to an id with its legs, in order, read in pages."""
    rows = LedgerTransaction.objects.order_by("pk")
    for first, end in _ranges(LedgerTransaction, 0, last):
        legs = _legs(first, end)
        for row in rows.filter(pk__gt=first, pk__lte=end):
            yield JournalTransaction(
                key=row.key,
                kind=row.kind,
                cause_kind=row.cause_kind,
                cause=str(row.cause_uuid),
                period=row.period,
                currency=row.currency,
                occurred_at=row.occurred_at,
                legs=tuple(legs[row.pk]),
            )


def _legs(first: int, end: int) -> Mapping[int, list[JournalLeg]]:
    """The legs of a page of transactions, by transaction."""
    found: defaultdict[int, list[JournalLeg]] = defaultdict(list)
    entries = LedgerEntry.objects.filter(transaction_id__gt=first, transaction_id__lte=end)
    for owner, account, party, debit, credit in entries.order_by("pk").values_list(
        "transaction_id", "account", "party", "debit_minor", "credit_minor"
    ):
        found[owner].append(JournalLeg(account=account, party=party, units=debit - credit))
    return found


def balances_of(last: int) -> tuple[Balance, ...]:
    """The balance of every account that the transactions up to an id come to."""
    groups = LedgerEntry.objects.filter(transaction_id__lte=last).order_by(
        "account", "party", "currency"
    )
    return tuple(
        Balance(
            account=Account(account),
            party=party,
            amount=Money.from_minor(int(debit - credit), currency),
        )
        for account, party, currency, debit, credit in groups.values_list(
            "account", "party", "currency"
        ).annotate(debit=Coalesce(Sum("debit_minor"), 0), credit=Coalesce(Sum("credit_minor"), 0))
    )
