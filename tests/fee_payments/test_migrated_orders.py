"""Orders of one line, as they were, become orders that may have several: nothing is lost."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from django.db.migrations.executor import MigrationExecutor

NOON = datetime(2026, 10, 5, 12, tzinfo=UTC)
BEFORE, AFTER = "0004_fund", "0006_refund_parts"


@pytest.fixture
def old_site(django_db_blocker: Any, tmp_path: Path) -> Iterator[str]:
    """A database of its own with the tables of the release before."""
    alias = "before_lines"
    connections.settings[alias] = {
        **connections.settings["default"],
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(tmp_path / "old.sqlite3"),
        "OPTIONS": {},
    }
    with django_db_blocker.unblock():
        migrate(alias, BEFORE)
        yield alias
        connections[alias].close()
    del connections[alias], connections.settings[alias]


def migrate(alias, name):
    """Go to a migration; returns a function that gives the rows of a table there."""
    executor = MigrationExecutor(connections[alias])
    state = executor.migrate([("fee_payments", name)])
    return lambda model: state.apps.get_model("fee_payments", model).objects.using(alias)


def old_order(rows, number, state, **changes):
    """An order of one line of 59.99, and its payment."""
    offering, _ = rows("Offering").get_or_create(code="spectrum", title="Spectrum", course_key="c")
    price, _ = rows("Price").get_or_create(
        offering=offering, amount_minor=5999, currency="USD", valid_from=NOON.date()
    )
    order = rows("Order").create(
        key=f"key {number}", user_id=number, payer_class="individual", state=state,
        placed_at=NOON, expires_at=NOON, **changes,
    )  # fmt: skip
    rows("OrderLine").create(
        order=order, offering=offering, price=price, currency="USD", list_minor=5999,
        net_minor=4999, tax_minor=1000, total_minor=5999,
    )  # fmt: skip
    return order


def old_payment(rows, order, **changes):
    fields = {"provider": "sandbox", "reference": str(order.pk), "currency": "USD"}
    return rows("Payment").create(order=order, amount_minor=5999, **{**fields, **changes})


def test_what_was_ordered_paid_and_refunded_is_there_line_by_line(old_site):
    rows = migrate(old_site, BEFORE)
    waits = old_order(rows, 1, "pending", open_key="1:spectrum", holds_seat=True)
    old_payment(rows, waits)
    sold = old_order(rows, 2, "partially_refunded", holds_seat=True)
    paid = old_payment(rows, sold, paid_at=NOON, processor_fee_minor=204, refunded_minor=2500)
    terms = {"payment": paid, "currency": "USD", "reason": "asked", "requested_by": 9}
    done = rows("Refund").create(
        key="done", amount_minor=2500, net_minor=2000, tax_minor=417, fee_minor=83,
        requested_at=NOON, refunded_at=NOON, **terms,
    )  # fmt: skip
    failed = rows("Refund").create(
        key="failed", amount_minor=100, net_minor=80, tax_minor=17, fee_minor=3,
        requested_at=NOON, failed=True, **terms,
    )  # fmt: skip

    rows = migrate(old_site, AFTER)

    first, second = rows("OrderLine").order_by("order_id")
    assert (first.open_key, first.holds_seat, first.paid_minor) == ("1:spectrum", True, 0)
    assert (second.open_key, second.holds_seat, second.position) == (None, True, 0)
    assert (second.paid_minor, second.refunded_minor, second.returned_minor) == (5999, 2500, 2500)
    fees = rows("Payment").order_by("pk").values_list("processor_fee_minor", flat=True)
    assert list(fees) == [None, 204]
    # What the books know a payment and a refund by stays what it was.
    part = rows("PaymentPart").get()
    assert (part.uuid, part.gross_minor, part.tax_minor, part.processor_fee_minor) == (
        paid.uuid, 5999, 1000, 204,
    )  # fmt: skip
    assert (part.refunded_minor, part.refunded_tax_minor, part.refunded_fee_minor) == (
        2500, 417, 83,
    )  # fmt: skip
    back = rows("RefundPart").order_by("pk")
    assert [(one.uuid, one.amount_minor) for one in back] == [
        (done.uuid, 2500), (failed.uuid, 100),
    ]  # fmt: skip
    ends = rows("Refund").order_by("pk").values_list("refunded_at", "failed_at")
    assert list(ends) == [(NOON, None), (None, NOON)]


def test_a_site_without_refunds_can_go_back(old_site):
    rows = migrate(old_site, BEFORE)
    old_order(rows, 1, "pending", open_key="1:spectrum", holds_seat=True)
    migrate(old_site, AFTER)
    order = migrate(old_site, BEFORE)("Order").get()
    assert (order.open_key, order.holds_seat) == ("1:spectrum", True)
