"""Which facts leave the books, column by column, and the types that ClickHouse keeps them in.

Amounts are whole minor units (``Int64``) beside their currency and its exponent, moments are in
UTC, months are written like ``2026-10``. Who paid is no fact of the books, so no learner is here.
Every row says in which ``SCHEMA`` it is and when it was exported; the newest of a row counts.
"""

from __future__ import annotations

from dataclasses import dataclass

#: The number of this set of columns. It goes up with any change of them; a server that has an
#: older one is sent everything again.
SCHEMA = 1

_TEXT = "LowCardinality(String)"
_MOMENT = "DateTime64(6, 'UTC')"


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name, its type in ClickHouse, and what it says."""

    name: str
    type: str
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FactTable:
    """A table of facts. ``order`` begins with what reports ask for, and ends with the id."""

    name: str
    says: str
    columns: tuple[Column, ...]
    order: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The names of its columns but the stamps, in their order."""
        return tuple(column.name for column in self.columns if column not in STAMPS)


#: What every row says about its export.
STAMPS = (
    Column("schema_version", "UInt16", "the set of columns that the row was exported in"),
    Column("time_last_dumped", _MOMENT, "when the row was exported; the newest counts"),
)

_ID = Column("id", "UInt64", "the number of the row in the books")
_PERIOD = Column("period", _TEXT, "the month of the statement that it is on")
_SALE_PERIOD = Column("sale_period", _TEXT, "the month of the sale")
_CURRENCY = (
    Column("currency", _TEXT, "ISO 4217"),
    Column("exponent", "UInt8", "how many decimals the currency has"),
)
_OF_COURSE = (
    Column("course_key", "String", "the course run"),
    Column("offering_code", "String", "the offering that was sold"),
    Column("agreement", "String", "the agreement whose terms count, or empty"),
    Column("version", "UInt32", "its version, or 0"),
    Column("country", _TEXT, "the payer’s country, ISO 3166-1, or empty"),
    Column("payer_class", _TEXT, "the class of the payer, or empty"),
)
_OCCURRED_AT = Column("occurred_at", _MOMENT, "when it happened")

EVENTS = FactTable(
    name="revenue_share_events",
    says="what happened outside and changes the books: sales, refunds, disputes, seats",
    columns=(
        _ID,
        Column("uuid", "UUID", "the event"),
        Column("fact_uuid", "UUID", "the payment, refund or grant that it is of"),
        Column("kind", _TEXT, "sale, refund, dispute_opened, …"),
        Column("sale_uuid", "Nullable(UUID)", "the sale that something is taken of, or given to"),
        _PERIOD,
        _SALE_PERIOD,
        *_CURRENCY,
        *_OF_COURSE,
        Column("merchant", _TEXT, "the partner that received the money, or empty"),
        Column("gross_minor", "Int64", "what was paid, or went back"),
        Column("tax_minor", "Int64", "the tax in it"),
        Column("fee_minor", "Int64", "the processor’s fee, or what of it did not come back"),
        Column("net_minor", "Int64", "what is shared; below zero: taken back"),
        Column("dispute_fee_minor", "Int64", "the fee of a dispute"),
        Column("excess_minor", "Int64", "what went back beyond the sale"),
        Column("recouped_minor", "Int64", "what came before the shares"),
        _OCCURRED_AT,
        Column("booked_at", _MOMENT, "when it was booked"),
        *STAMPS,
    ),
    order=("period", "currency", "course_key", "id"),
)

LINES = FactTable(
    name="revenue_share_lines",
    says="what one party got, or gave back, by one part of one event",
    columns=(
        _ID,
        Column("event_uuid", "UUID", "the event"),
        Column("kind", _TEXT, "the kind of the event"),
        Column("part", _TEXT, "share, mirror, lost_fee, …"),
        Column("party", _TEXT, "who got it"),
        _PERIOD,
        _SALE_PERIOD,
        *_CURRENCY,
        *_OF_COURSE,
        Column("base_minor", "Int64", "the amount that was shared"),
        Column("units_minor", "Int64", "the party’s part of it, signed"),
        _OCCURRED_AT,
        *STAMPS,
    ),
    order=("period", "party", "currency", "course_key", "id"),
)

ENTRIES = FactTable(
    name="revenue_share_entries",
    says="the legs of double entry",
    columns=(
        _ID,
        Column("transaction_uuid", "UUID", "the transaction it is a leg of"),
        Column("transaction_kind", _TEXT, "sale, allocation, hold_cleared, …"),
        Column("cause_kind", _TEXT, "the kind of what caused it"),
        Column("cause_uuid", "UUID", "the event, close or payout that caused it"),
        Column("account", _TEXT, "the account"),
        Column("party", _TEXT, "whose position it is, or empty"),
        Column("period", _TEXT, "the month that it is posted in"),
        *_CURRENCY,
        Column("debit_minor", "Int64", "the debit, or 0"),
        Column("credit_minor", "Int64", "the credit, or 0"),
        _OCCURRED_AT,
        Column("posted_at", _MOMENT, "when it was posted"),
        *STAMPS,
    ),
    order=("period", "account", "party", "currency", "id"),
)

TABLES = (EVENTS, LINES, ENTRIES)

#: How far each table was sent: written when the server has acknowledged a page.
BOOKMARKS = FactTable(
    name="revenue_share_bookmarks",
    says="how far each table of facts was sent",
    columns=(
        Column("table_name", _TEXT, "the table"),
        Column("last_id", "UInt64", "the highest id that the server has acknowledged"),
        *STAMPS,
    ),
    order=("table_name",),
)
