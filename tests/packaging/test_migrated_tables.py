"""The migrations make the tables that the models describe, on the server that Open edX runs on."""

from __future__ import annotations

import pytest
from django.db import connections

import two_databases

pytestmark = pytest.mark.mariadb

# An index that a unique one with more columns does the work of as well, left by a change.
SPARE = {("fee_payments_entitlement", 1, "seat_code_id")}
OURS = ("fee_gate_", "fee_payments_", "partnerships_", "revenue_share_", "waiver_policy_")

COLUMNS = """
    SELECT table_name, column_name, column_type, is_nullable, collation_name, extra
    FROM information_schema.columns WHERE table_schema = DATABASE()"""
INDEXES = """
    SELECT table_name, non_unique, GROUP_CONCAT(column_name ORDER BY seq_in_index)
    FROM information_schema.statistics WHERE table_schema = DATABASE()
    GROUP BY table_name, index_name, non_unique"""
CHECKS = """
    SELECT table_name, constraint_name, check_clause
    FROM information_schema.check_constraints
    -- That an unsigned column is not below zero its type says as well; a change of the column
    -- leaves it at that.
    WHERE constraint_schema = DATABASE()
    AND check_clause <> CONCAT('`', constraint_name, '` >= 0')"""
REFERENCES = """
    SELECT table_name, column_name, referenced_table_name, referenced_column_name
    FROM information_schema.key_column_usage
    WHERE table_schema = DATABASE() AND referenced_table_name IS NOT NULL"""


def described(question):
    """What the server says of our own tables, a line each."""
    with connections["default"].cursor() as cursor:
        cursor.execute(question)
        return {row for row in cursor.fetchall() if row[0].startswith(OURS) and row not in SPARE}


@pytest.fixture(scope="module")
def migrated(database, django_db_blocker):
    """What stands in a database that the migrations have made, by question."""
    with (
        django_db_blocker.unblock(),
        two_databases.test_database(migrates=True) as settings,
        two_databases.default_database(settings),
    ):
        return {
            question: described(question) for question in (COLUMNS, INDEXES, CHECKS, REFERENCES)
        }


@pytest.mark.parametrize(
    "question",
    [
        pytest.param(COLUMNS, id="columns"),
        pytest.param(INDEXES, id="indexes"),
        pytest.param(CHECKS, id="checks"),
        pytest.param(REFERENCES, id="references"),
    ],
)
def test_the_migrations_make_the_same_tables_as_the_models(migrated, question, db):
    assert described(question) == migrated[question]
