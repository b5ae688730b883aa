"""Fills the books with a history by statements alone: millions of entries in minutes, on MariaDB.

Many partners have a course and an agreement of their own. A sale of each is booked the way it is
always booked, and the rows of one are copied over twelve months and all partners. It is shared
without a remainder, so that every copy of it is as exact, and ``revenue_share_check`` holds for all
that was filled in.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.db import connection
from django.db.models import Max, Model

from factories import revenue_share as facts
from fairgate_tables.paging import pages
from fee_payments.data import PaymentSummary
from revenue_share import api
from revenue_share.models import (
    AllocationLine,
    LedgerEntry,
    LedgerTransaction,
    RevenueEvent,
    SaleStanding,
)

MONTHS = tuple(f"{2025 + place // 12}-{place % 12 + 1:02d}" for place in range(9, 21))
#: The month of the copies that are in the middle of what was filled in.
MONTH = MONTHS[5]
_BLOCK = 50_000


def partner_code(number: int) -> str:
    """The partner of so many a number, counted from 0."""
    return f"P{number:04d}"


def fill(entries: int, *, partners: int = 200) -> int:
    """Copy a sale until there are so many entries more; the number of sales that it took."""
    _put_terms_in_force(partners)
    booked = [_payment(number) for number in range(partners)]
    for payment in booked:
        api.book_payment(payment, at=facts.NOON)
    of_partner = {
        event.uuid: event
        for event in RevenueEvent.objects.filter(uuid__in=[one.uuid for one in booked])
    }
    events = [of_partner[one.uuid] for one in booked]
    event = events[0]
    posted = list(LedgerTransaction.objects.filter(cause_uuid=event.uuid).order_by("pk"))
    each = LedgerEntry.objects.filter(transaction__in=posted).count()
    sales = max(1, entries // each)
    for start in range(0, sales, _BLOCK):
        _copy(events, posted, start, min(_BLOCK, sales - start))
    api.rebuild()
    with connection.cursor() as cursor:
        for model in (RevenueEvent, AllocationLine, LedgerTransaction, LedgerEntry, SaleStanding):
            cursor.execute(f"ANALYZE TABLE {model._meta.db_table}")
            cursor.fetchall()
    return sales


def write_entries(path: Path) -> None:
    """The entries as a file for DuckDB."""
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["transaction", "party", "period", "debit", "credit"])
        rows = LedgerEntry.objects.values_list(
            "pk", "transaction_id", "party", "period", "debit_minor", "credit_minor", named=True
        )
        for page in pages(rows, size=20_000):
            writer.writerows(row[1:] for row in page)


def _put_terms_in_force(partners: int) -> None:
    """An agreement of each partner for a course of its own."""
    factory = facts.partnership_factory
    shares = factory.REVENUE
    codes = [partner_code(number) for number in range(partners)]
    versions = [
        factory.version_text(
            agreement=f"A{code}", partner=code, valid_from=f"{MONTHS[0]}-01",
            courses=[_course(number)], revenue=shares.replace("GSMA", code),
            roles=f"[{{partner: {code}, role: co-host}}, {{partner: ATC, role: venue}}]",
        )
        for number, code in enumerate(codes)
    ]  # fmt: skip
    known = factory.terms_text(*versions)
    one = known[known.index("  - code: GSMA") : known.index("  - code: ATC")]
    others = "".join(one.replace("GSMA", code) for code in codes)
    factory.put_in_force(known.replace("agreements:\n", f"{others}agreements:\n", 1))


def _course(number: int) -> str:
    return f"course-v1:ATC+C{number:04d}+1"


def _payment(number: int) -> PaymentSummary:
    moment = datetime(2026, 10, 15, tzinfo=UTC)
    name = f"pattern {number} {uuid4()}"
    return facts.payment(name, "100.00", "0.00", "0.00", moment, course=_course(number))


def _uuid(name: str) -> str:
    """A UUID of version 3, made of a name; the type UUID of MariaDB does not take any 32 digits."""
    return f"INSERT(INSERT(MD5({name}), 13, 1, '3'), 17, 1, '8')"


def _copy(
    events: Sequence[RevenueEvent], posted: list[LedgerTransaction], start: int, count: int
) -> None:
    event = events[0]
    number = f"(seq + {start})"
    salt = event.uuid.hex
    uuid = _uuid(f"CONCAT('{salt}', {number})")
    dashed = ", '-', ".join(
        f"SUBSTR({uuid}, {first}, {size})"
        for first, size in ((1, 8), (9, 4), (13, 4), (17, 4), (21, 12))
    )
    month = f"ELT(1 + {number} MOD 12, {', '.join(repr(one) for one in MONTHS)})"
    moment = f"CONCAT({month}, '-15 12:00:00')"
    place = f"({number} DIV 12 MOD {len(events)})"
    own_partner, digits = partner_code(0), f"LPAD({place}, 4, '0')"
    partner = f"CONCAT('P', {digits})"
    column = RevenueEvent._meta.get_field("terms_version")
    versions = ", ".join(
        f"'{column.get_db_prep_save(one.terms_version, connection)}'" for one in events
    )
    course = f"CONCAT('course-v1:ATC+C', {digits}, '+1')"
    own = {
        "terms_version": f"ELT(1 + {place}, {versions})",
        "agreement": f"CONCAT('A', {partner})",
        "course_key": course,
        "payload_sha256": _fingerprint(event, month, course),
    }
    first = _last(RevenueEvent) + 1
    _insert(
        event, count, id=f"{first} + seq - 1", uuid=uuid, fact_uuid=uuid, period=month,
        counted_in=month, occurred_at=moment, **own,
    )  # fmt: skip
    of_event = f"{first} + seq - 1"
    standing = SaleStanding.objects.get(sale=event)
    kept = f"REPLACE(%s, '{own_partner}', {partner})"
    _insert(standing, count, sale_id=of_event, kept=kept)
    lines = AllocationLine.objects.filter(event=event)
    for line, number_of_line in _side_by_side(lines):
        party = partner if line.party == own_partner else None
        _insert(line, count, id=number_of_line, event_id=of_event, period=month, party=party)
    for transaction, number_of_transaction in _side_by_side(posted):
        _insert(
            transaction, count, id=number_of_transaction, cause_uuid=uuid, period=month,
            uuid=_uuid(f"CONCAT('{uuid4().hex}', seq)"), occurred_at=moment,
            key=f"CONCAT('{transaction.kind}:', {dashed})",
        )  # fmt: skip
        transaction.expression = number_of_transaction
    entries = [entry for one in posted for entry in _entries_of(one)]
    for entry, number_of_entry in _side_by_side(entries):
        party = partner if entry.party == own_partner else None
        of = entry.transaction.expression
        _insert(entry, count, id=number_of_entry, transaction_id=of, period=month, party=party)


def _fingerprint(event: RevenueEvent, month: str, course: str) -> str:
    """An expression for what ``rules.fingerprints`` makes of a copy."""
    told = [event.kind, event.currency, event.gross_minor, event.tax_minor, event.fee_minor,
            event.net_minor, "<moment>", "<course>", event.offering_code, ""]  # fmt: skip
    before, _, rest = json.dumps(told).partition("<moment>")
    between, _, after = rest.partition("<course>")
    parts = f"'{before}', {month}, '-15T12:00:00+00:00{between}', {course}, '{after}'"
    return f"SHA2(CONCAT({parts}), 256)"


def _entries_of(transaction: LedgerTransaction) -> list[LedgerEntry]:
    entries = list(LedgerEntry.objects.filter(transaction=transaction).order_by("pk"))
    for entry in entries:
        entry.transaction = transaction
    return entries


def _side_by_side(rows: Iterable[Any]) -> list[tuple[Any, str]]:
    """Each row with an expression for the number of its copy: the copies of all lie together.

    As what is booked does: the rows of a sale are neighbours on the disk.
    """
    chosen = list(rows)
    first = _last(type(chosen[0])) + 1
    return [
        (row, f"{first} + (seq - 1) * {len(chosen)} + {place}") for place, row in enumerate(chosen)
    ]


def _last(model: type[Model]) -> int:
    found = model._default_manager.aggregate(last=Max("pk"))["last"]
    return int(found or 0)


def _insert(row: Any, count: int, **expressions: str | None) -> None:
    """Copies of a row, with expressions over ``seq`` (1 to ``count``) in place of some columns."""
    names, texts, values = [], [], []
    for field in row._meta.local_concrete_fields:
        column = field.column
        if field.primary_key and column not in expressions:
            continue
        names.append(connection.ops.quote_name(column))
        value = field.get_db_prep_save(getattr(row, field.attname), connection)
        text = expressions.get(column) or "%s"
        texts.append(text)
        values += [value] * text.count("%s")
    statement = (
        f"INSERT INTO {row._meta.db_table} ({', '.join(names)}) "  # noqa: S608 - names of ours
        f"SELECT {', '.join(texts)} FROM seq_1_to_{count}"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
