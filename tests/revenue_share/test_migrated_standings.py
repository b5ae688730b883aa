"""Books from before disputes: what is left of their sales is counted, and all their terms known."""

from __future__ import annotations

from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from django.db import connections
from django.db.migrations.executor import MigrationExecutor

OCTOBER = datetime(2026, 10, 6, 8, tzinfo=UTC)
SALE, REFUND, VERSION = (UUID(int=number) for number in (1, 2, 3))


@pytest.fixture
def old_site(django_db_blocker, tmp_path):
    """A database of its own with the tables of the release before."""
    alias = "before_disputes"
    connections.settings[alias] = {
        **connections.settings["default"],
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(tmp_path / "old.sqlite3"),
        "OPTIONS": {},
    }
    with django_db_blocker.unblock():
        yield alias
        connections[alias].close()
    del connections[alias], connections.settings[alias]


def migrate(alias, name):
    executor = MigrationExecutor(connections[alias])
    state = executor.migrate([("revenue_share", name), ("partnerships", "0001_initial")])
    return lambda model, app="revenue_share": state.apps.get_model(app, model).objects.using(alias)


def event(uuid, kind, **columns):
    amounts = {"gross_minor": 12_000, "tax_minor": 2_000, "fee_minor": 378, "net_minor": 9_622}
    return {
        "uuid": uuid, "kind": kind, "payload_sha256": "0" * 64, "course_key": "course-v1:A+B+C",
        "offering_code": "o", "currency": "USD", "occurred_at": OCTOBER, "booked_at": OCTOBER,
        "period": "2026-10", "terms_version": VERSION, "agreement": "A", "version": 1,
        "fee_bearer": "pro_rata", **amounts, **columns,
    }  # fmt: skip


def test_a_sale_from_before_disputes_knows_what_went_back_and_who_bears_a_dispute(old_site):
    # given: a sale of 120.00 of which 20.00 went back
    rows = migrate(old_site, "0004_rollups")
    partner = rows("Partner", "partnerships").create(
        code="P", legal_name="P", display_name="P", kind="ngo"
    )
    agreement = rows("Agreement", "partnerships").create(code="A", partner=partner)
    rows("AgreementVersion", "partnerships").create(
        uuid=VERSION, agreement=agreement, number=1, valid_from=date(2026, 10, 1),
        basis="net_receipts", fund_bp=2_000, dispute_fee="PLATFORM", agreed_text="{}",
        checksum="0" * 64, loaded_by="operator", loaded_at=OCTOBER,
    )  # fmt: skip
    sale = rows("RevenueEvent").create(**event(SALE, "sale"))
    parts = {"gross_minor": 2_000, "tax_minor": 333, "fee_minor": 63, "net_minor": -1_604}
    rows("RevenueEvent").create(**event(REFUND, "refund", sale=sale, **parts))
    rows("SaleStanding").create(
        sale=sale, refunded_minor=2_000, held={"P": 8_018}, lost={"P": -63}, ends_at=OCTOBER
    )

    # when
    rows = migrate(old_site, "0005_disputes")

    # then
    facts = rows("RevenueEvent").values_list("uuid", "fact_uuid", "dispute_fee_bearer")
    assert set(facts) == {(SALE, SALE, "PLATFORM"), (REFUND, REFUND, "PLATFORM")}
    standing = rows("SaleStanding").get()
    assert standing.kept == {"share": {"P": 8_018}, "lost_fee": {"P": -63}}
    gone = (standing.net_gone_minor, standing.tax_gone_minor, standing.fee_gone_minor)
    assert gone == (1_604, 333, 63)
    assert (standing.refunded_minor, standing.disputed_minor, standing.disputed) == (2_000, 0, {})
