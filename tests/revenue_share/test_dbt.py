"""dbt itself takes our package, and its tests hold.

``test_clickhouse.py`` runs the same models without it, from many more histories.
"""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

import dbt_process
from factories import revenue_share as facts
from revenue_share import api

pytestmark = [pytest.mark.chdb, pytest.mark.dbt]
NIGHT = datetime(2026, 12, 3, tzinfo=UTC)


@pytest.fixture
def october(warehouse, settings, db):
    """The tables with the facts of October, and no views."""
    settings.REVENUE_SHARE_CLICKHOUSE = warehouse.settings
    warehouse.run(api.fact_tables(warehouse.name))
    facts.put_terms_in_force()
    facts.book_october()
    api.send_facts(at=NIGHT)
    return warehouse


def test_dbt_makes_the_models_and_its_tests_hold(october, tmp_path):
    # when
    said = dbt_process.build(october, tmp_path)

    # then
    assert "ERROR=0" in said
    (total,) = october.select("sum(events) AS n", "fact_revenue_receipts")
    assert total == {"n": 5}


def test_dbt_says_when_a_fact_was_lost(october, tmp_path):
    # given
    october.run(f"TRUNCATE TABLE {october.name}.revenue_share_events")

    # then
    with pytest.raises(RuntimeError, match="Failure in test revenue_lines_have_their_event"):
        dbt_process.build(october, tmp_path)
