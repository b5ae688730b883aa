"""A row that is inserted with a kept statement is the row that Django would have saved."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from uuid import uuid4

import pytest
from django.db import connection

from fairgate_tables.inserting import insert, insert_or_lock
from waiver_policy import models
from waiver_policy.data import Outcome

pytestmark = pytest.mark.django_db

AT = datetime(2026, 11, 23, 12, 30, 15, 123456, timezone(timedelta(hours=3)))


def decision(**said) -> models.WaiverDecision:
    return models.WaiverDecision(**{
        "user_id": 7, "offering_code": "Île 50 % \\ '\"", "outcome": Outcome.GRANTED,
        "reduction": {"percent": "100", "steps": [10000, [1, "USD"]]}, "codes": ["A", None, 1.5],
        "policy_version": None, "policy": "p", "version": 2, "rule": "ldc", "editions": [],
        "decided_on": date(2026, 11, 23), "at": AT, "engine_version": "1",
    } | said)  # fmt: skip


def of_policy() -> models.WaiverDecision:
    version, _ = models.PolicyVersion.objects.get_or_create(
        slug="p", version=1, defaults={"created_at": AT}
    )
    return decision(policy_version=version)


def with_other_types() -> models.WaiverDecision:
    """Values that are not of the field's own type: a number as text, a text that is an enum."""
    return decision(user_id="7", version="2", policy=Outcome.REFUSED, decided_on=AT.date())


def facts() -> models.DecisionFacts:
    kept = decision()
    kept.save()
    return models.DecisionFacts(decision=kept, country="ET", reasons=[], inputs={"a": "é", "b": 1})


def entry() -> models.FundEntry:
    models.WaiverFund.objects.get_or_create(currency="USD")
    return models.FundEntry(
        fund_id="USD", kind="revenue", available_change=2**40, reserved_change=0,
        committed_change=0, shortfall_change=0, key=uuid4().hex, reason="", grant_id=None,
        effective_on=date(2026, 11, 23), at=AT,
    )  # fmt: skip


def stored(row) -> list:
    """The columns as the database has them, without those that tell two rows apart."""
    own = {"id", "uuid", "decision_id", "key"}
    names = [f.column for f in row._meta.local_concrete_fields if f.column not in own]
    quoted = ", ".join(connection.ops.quote_name(name) for name in names)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {quoted} FROM {row._meta.db_table} WHERE {row._meta.pk.column} = %s",  # noqa: S608
            [row.pk],
        )
        return cursor.fetchall()


@pytest.mark.parametrize("make_row", [decision, of_policy, with_other_types, facts, entry])
def test_a_row_is_as_django_saves_it(make_row):
    saved = make_row()
    saved.save()
    inserted = make_row()
    insert(inserted)
    assert stored(inserted) == stored(saved)
    assert len(stored(inserted)) == 1


def test_a_row_knows_that_it_is_stored():
    row = decision()
    insert(row)
    assert not row._state.adding
    assert models.WaiverDecision.objects.get(pk=row.pk).uuid == row.uuid


def test_several_rows_are_one_statement(django_assert_num_queries):
    rows = [decision(user_id=number) for number in (1, 2, 3)]
    with django_assert_num_queries(1):
        insert(*rows)
    assert sorted(models.WaiverDecision.objects.values_list("user_id", flat=True)) == [1, 2, 3]


def test_a_row_that_is_there_is_left_as_it_is():
    insert(models.QuotaSubject(subject="person:1", used=3))
    insert_or_lock(
        models.QuotaSubject(subject="person:1"), models.QuotaSubject(subject="person:2"),
        field="subject",
    )  # fmt: skip
    used = dict(models.QuotaSubject.objects.values_list("subject", "used"))
    assert used == {"person:1": 3, "person:2": 0}
