CREATE TABLE IF NOT EXISTS event_sink.revenue_share_events
(
    id UInt64 COMMENT 'the number of the row in the books',
    uuid UUID COMMENT 'the event',
    fact_uuid UUID COMMENT 'the payment, refund or grant that it is of',
    kind LowCardinality(String) COMMENT 'sale, refund, dispute_opened, …',
    sale_uuid Nullable(UUID) COMMENT 'the sale that something is taken of, or given to',
    period LowCardinality(String) COMMENT 'the month of the statement that it is on',
    sale_period LowCardinality(String) COMMENT 'the month of the sale',
    currency LowCardinality(String) COMMENT 'ISO 4217',
    exponent UInt8 COMMENT 'how many decimals the currency has',
    course_key String COMMENT 'the course run',
    offering_code String COMMENT 'the offering that was sold',
    agreement String COMMENT 'the agreement whose terms count, or empty',
    version UInt32 COMMENT 'its version, or 0',
    country LowCardinality(String) COMMENT 'the payer’s country, ISO 3166-1, or empty',
    payer_class LowCardinality(String) COMMENT 'the class of the payer, or empty',
    merchant LowCardinality(String) COMMENT 'the partner that received the money, or empty',
    gross_minor Int64 COMMENT 'what was paid, or went back',
    tax_minor Int64 COMMENT 'the tax in it',
    fee_minor Int64 COMMENT 'the processor’s fee, or what of it did not come back',
    net_minor Int64 COMMENT 'what is shared; below zero: taken back',
    dispute_fee_minor Int64 COMMENT 'the fee of a dispute',
    excess_minor Int64 COMMENT 'what went back beyond the sale',
    recouped_minor Int64 COMMENT 'what came before the shares',
    occurred_at DateTime64(6, 'UTC') COMMENT 'when it happened',
    booked_at DateTime64(6, 'UTC') COMMENT 'when it was booked',
    schema_version UInt16 COMMENT 'the set of columns that the row was exported in',
    time_last_dumped DateTime64(6, 'UTC') COMMENT 'when the row was exported; the newest counts'
)
ENGINE = ReplacingMergeTree(time_last_dumped)
PARTITION BY period
ORDER BY (period, currency, course_key, id)
COMMENT 'Fairgate, schema 1: what happened outside and changes the books: sales, refunds, disputes, seats';

CREATE TABLE IF NOT EXISTS event_sink.revenue_share_lines
(
    id UInt64 COMMENT 'the number of the row in the books',
    event_uuid UUID COMMENT 'the event',
    kind LowCardinality(String) COMMENT 'the kind of the event',
    part LowCardinality(String) COMMENT 'share, mirror, lost_fee, …',
    party LowCardinality(String) COMMENT 'who got it',
    period LowCardinality(String) COMMENT 'the month of the statement that it is on',
    sale_period LowCardinality(String) COMMENT 'the month of the sale',
    currency LowCardinality(String) COMMENT 'ISO 4217',
    exponent UInt8 COMMENT 'how many decimals the currency has',
    course_key String COMMENT 'the course run',
    offering_code String COMMENT 'the offering that was sold',
    agreement String COMMENT 'the agreement whose terms count, or empty',
    version UInt32 COMMENT 'its version, or 0',
    country LowCardinality(String) COMMENT 'the payer’s country, ISO 3166-1, or empty',
    payer_class LowCardinality(String) COMMENT 'the class of the payer, or empty',
    base_minor Int64 COMMENT 'the amount that was shared',
    units_minor Int64 COMMENT 'the party’s part of it, signed',
    occurred_at DateTime64(6, 'UTC') COMMENT 'when it happened',
    schema_version UInt16 COMMENT 'the set of columns that the row was exported in',
    time_last_dumped DateTime64(6, 'UTC') COMMENT 'when the row was exported; the newest counts'
)
ENGINE = ReplacingMergeTree(time_last_dumped)
PARTITION BY period
ORDER BY (period, party, currency, course_key, id)
COMMENT 'Fairgate, schema 1: what one party got, or gave back, by one part of one event';

CREATE TABLE IF NOT EXISTS event_sink.revenue_share_entries
(
    id UInt64 COMMENT 'the number of the row in the books',
    transaction_uuid UUID COMMENT 'the transaction it is a leg of',
    transaction_kind LowCardinality(String) COMMENT 'sale, allocation, hold_cleared, …',
    cause_kind LowCardinality(String) COMMENT 'the kind of what caused it',
    cause_uuid UUID COMMENT 'the event, close or payout that caused it',
    account LowCardinality(String) COMMENT 'the account',
    party LowCardinality(String) COMMENT 'whose position it is, or empty',
    period LowCardinality(String) COMMENT 'the month that it is posted in',
    currency LowCardinality(String) COMMENT 'ISO 4217',
    exponent UInt8 COMMENT 'how many decimals the currency has',
    debit_minor Int64 COMMENT 'the debit, or 0',
    credit_minor Int64 COMMENT 'the credit, or 0',
    occurred_at DateTime64(6, 'UTC') COMMENT 'when it happened',
    posted_at DateTime64(6, 'UTC') COMMENT 'when it was posted',
    schema_version UInt16 COMMENT 'the set of columns that the row was exported in',
    time_last_dumped DateTime64(6, 'UTC') COMMENT 'when the row was exported; the newest counts'
)
ENGINE = ReplacingMergeTree(time_last_dumped)
PARTITION BY period
ORDER BY (period, account, party, currency, id)
COMMENT 'Fairgate, schema 1: the legs of double entry';

CREATE TABLE IF NOT EXISTS event_sink.revenue_share_bookmarks
(
    table_name LowCardinality(String) COMMENT 'the table',
    last_id UInt64 COMMENT 'the highest id that the server has acknowledged',
    schema_version UInt16 COMMENT 'the set of columns that the row was exported in',
    time_last_dumped DateTime64(6, 'UTC') COMMENT 'when the row was exported; the newest counts'
)
ENGINE = ReplacingMergeTree(time_last_dumped)
ORDER BY (table_name)
COMMENT 'Fairgate, schema 1: how far each table of facts was sent';
