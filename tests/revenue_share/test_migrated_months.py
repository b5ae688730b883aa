"""What was booked before months were told to each row is told its month, and summed."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest
from django.db import connections
from django.db.migrations.executor import MigrationExecutor

OCTOBER = datetime(2026, 10, 15, tzinfo=UTC)
LATE = datetime(2026, 12, 5, tzinfo=UTC)
HOLD = datetime(2026, 12, 1, tzinfo=UTC)


@pytest.fixture
def old_site(django_db_blocker, tmp_path):
    """A database of its own with the tables of the release before."""
    alias = "before_months"
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
    state = executor.migrate([("revenue_share", name)])
    return lambda model: state.apps.get_model("revenue_share", model).objects.using(alias)


def book(rows, number, kind, at, sale=None):
    event = rows("RevenueEvent").create(
        uuid=UUID(int=number), kind=kind, sale=sale, payload_sha256="0" * 64, course_key="course",
        offering_code="offering", currency="USD", gross_minor=100, tax_minor=0, fee_minor=0,
        net_minor=100 if sale is None else -100, occurred_at=at, booked_at=at, period="2026-10",
        agreement="A", version=1,
    )  # fmt: skip
    rows("AllocationLine").create(
        event=event, part="share" if sale is None else "mirror", party="P", currency="USD",
        base_minor=event.net_minor, units_minor=event.net_minor,
    )  # fmt: skip
    posted = rows("LedgerTransaction").create(
        uuid=UUID(int=100 + number), key=f"{kind}:{number}", kind=kind, cause_kind=kind,
        cause_uuid=event.uuid, currency="USD", debit_minor=100, credit_minor=100, occurred_at=at,
        posted_at=at,
    )  # fmt: skip
    rows("LedgerEntry").bulk_create(
        rows("LedgerEntry").model(
            transaction=posted, account=account, currency="USD", debit_minor=debit,
            credit_minor=100 - debit,
        )
        for account, debit in (("gateway_clearing", 100), ("deferred_receipts", 0))
    )  # fmt: skip
    return event


def test_what_was_counted_keeps_its_month_and_the_rest_goes_to_the_first_open_one(old_site):
    # given: October is closed with a sale on it, whose refund came after
    rows = migrate(old_site, "0003_called_back")
    sale = book(rows, 1, "sale", OCTOBER)
    rows("SaleStanding").create(sale=sale, ends_at=HOLD)
    close = rows("PeriodClose").create(period="2026-10", closed_at=LATE, closed_by="ines")
    rows("CountedEvent").create(event=sale, close=close)
    book(rows, 2, "refund", LATE, sale=sale)

    # when
    rows = migrate(old_site, "0004_rollups")

    # then
    assert list(rows("LockDate").values_list("number", "period")) == [(1, "2026-10")]
    events = rows("RevenueEvent").order_by("pk").values_list("counted_in", "hold_ends_at")
    assert list(events) == [("2026-10", HOLD), ("2026-11", HOLD)]
    for model in ("AllocationLine", "LedgerTransaction"):
        months = rows(model).order_by("pk").values_list("period", flat=True)
        assert list(months) == ["2026-10", "2026-11"]
    assert rows("LedgerEntry").filter(period="2026-11").count() == 2
    sums = (
        rows("PartyRollup")
        .order_by("period")
        .values_list("period", "sale_period", "party", "events", "units_minor")
    )
    assert list(sums) == [("2026-10", "2026-10", "P", 1, 100), ("2026-11", "2026-10", "P", 1, -100)]
    assert rows("ReceiptRollup").count() == 2
