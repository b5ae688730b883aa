"""Seats, rights and held orders as they were become what rests and comes back: nothing is lost."""

from __future__ import annotations

import os
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from django.db import connections
from django.db.migrations.executor import MigrationExecutor

import two_databases

NOON = datetime(2026, 10, 5, 12, tzinfo=UTC)
DAY = timedelta(days=1)
BEFORE, AFTER = "0015_institution_seats", "0016_rest"
READ = ("Entitlement", "Seat", "SeatPool", "Order", "OrderHold")


class OldSite:
    """A database with the tables of the release before, and its rows."""

    def __init__(self, alias):
        self.alias = alias
        self.go(BEFORE)

    def go(self, name):
        executor = MigrationExecutor(connections[self.alias])
        self.state = executor.migrate([("fee_payments", name)])

    def rows(self, model):
        return self.state.apps.get_model("fee_payments", model).objects.using(self.alias)

    def kept(self, model):
        return {row["id"]: row for row in self.rows(model).order_by("pk").values()}

    def order(self, number: int, **changes: Any):
        fields = {
            "key": f"key {number}", "user_id": number, "payer_class": "individual",
            "state": "paid", "placed_at": NOON, "expires_at": NOON,
        }  # fmt: skip
        return self.rows("Order").create(**{**fields, **changes})

    def pool(self, number: int, quantity: int, *, refunded: int = 0, **changes: Any):
        """A pool of seats of 80 each, some of which were refunded."""
        offering, _ = self.rows("Offering").get_or_create(
            code="spectrum", title="Spectrum", course_key="c"
        )
        price, _ = self.rows("Price").get_or_create(
            offering=offering, amount_minor=8000, currency="USD", valid_from=NOON.date()
        )
        buyer = self.rows("Buyer").create(
            legal_name="Ministry", payer_class="member_state", address="1", country="CH"
        )
        total = 8000 * quantity
        line = self.rows("OrderLine").create(
            order=self.order(number, **changes), offering=offering, price=price,
            currency="USD", list_minor=total, net_minor=total, total_minor=total,
            quantity=quantity, paid_minor=total, refunded_minor=8000 * refunded,
            returned_minor=8000 * refunded,
        )  # fmt: skip
        return self.rows("SeatPool").create(
            line=line, buyer=buyer, offering=offering, quantity=quantity, sponsor="M",
            opened_at=NOON,
        )  # fmt: skip

    def seat(self, pool, number: int, **changes: Any):
        fields = {"pool": pool, "number": number, "live_key": f"{pool.pk}:{number}"}
        return self.rows("Seat").create(**{**fields, **changes})

    def accepted(self, pool, number: int, person: int, **changes: Any):
        fields = {"assigned_at": NOON, "accepted_at": NOON, "accepted_by": person, **changes}
        seat = self.seat(pool, number, **fields)
        gone = changes.get("revoked_at")
        self.rows("Entitlement").create(
            user_id=person, offering=pool.offering, source="seat", seat=seat, starts_at=NOON,
            live_key=None if gone else f"{person}:{pool.offering.pk}", revoked_at=gone,
            revoked_because=changes.get("revoked_because", ""),
        )  # fmt: skip
        return seat


@contextmanager
def empty_database(vendor, folder):
    """The settings of a database without a table, on a file or on the server."""
    if vendor == "sqlite":
        kept = connections.settings["default"]
        engine = "django.db.backends.sqlite3"
        yield {**kept, "ENGINE": engine, "NAME": str(folder / "old.sqlite3"), "OPTIONS": {}}
        return
    name = f"test_fairgate_{os.getpid()}_rest"
    two_databases.ask(f"CREATE DATABASE {name}")
    try:
        yield {**two_databases.mariadb_settings(), "NAME": name}
    finally:
        two_databases.ask(f"DROP DATABASE {name}")


@pytest.fixture(
    scope="module",
    params=["sqlite", pytest.param("mariadb", marks=pytest.mark.mariadb)],
    ids=["file", "server"],
)
def site(request, django_db_blocker, tmp_path_factory):
    """The old tables in a database of their own, made once for all that is in them; gone on."""
    alias = f"before_rest_{request.param}"
    with (
        empty_database(request.param, tmp_path_factory.mktemp("old")) as settings,
        django_db_blocker.unblock(),
    ):
        connections.settings[alias] = settings
        old = OldSite(alias)
        seats, holds = old_seats(old), old_holds(old)
        old.go(AFTER)
        # Read here: a test may ask no database but the suite's.
        yield SimpleNamespace(
            seats=seats, holds=holds, rows={name: old.kept(name) for name in READ}
        )
        connections[alias].close()
        del connections[alias], connections.settings[alias]


def old_seats(old):
    """A pool that is open, one that was closed by a lost dispute, and one that was never paid."""
    open_one = old.pool(1, 3, refunded=1)
    left = {"live_key": None, "revoked_at": NOON, "revoked_by": 9, "revoked_because": "left"}
    refunded = {"live_key": None, "held_at": NOON, "withdrawn_at": NOON}
    closed = {"live_key": None, "held_at": NOON + DAY, "withdrawn_at": NOON + DAY}
    lost_one = old.pool(2, 3, refunded=1, disputed="lost")
    lost = {"live_key": None, "revoked_at": NOON + DAY, "revoked_because": "dispute_lost"}
    unpaid = old.pool(3, 1, state="cancelled")
    old.seat(open_one, 2)
    return SimpleNamespace(
        open_one=open_one,
        lost_one=lost_one,
        unpaid=unpaid,
        kept=old.accepted(open_one, 1, 11),
        left=old.accepted(open_one, 2, 12, **left),
        refunded=old.seat(open_one, 3, **refunded),
        refunded_before=old.seat(lost_one, 1, **refunded),
        lost=old.accepted(lost_one, 2, 13, **lost),
        lost_free=old.seat(lost_one, 3, **closed),
        never=old.seat(unpaid, 1, **refunded),
    )


def old_holds(old):
    """Orders by what holds each: one text, which another reason could write over."""
    said = {
        "Held for a person: a refund of USD 1.00 was not made: No.": ["refund"],
        "Held for a person: this order was paid twice; a refund is due.": ["payment"],
        "Held for a person: a dispute was won, and no seat is left to give again.": ["access"],
        "Held for a person: das Geld ging zurück.": ["reversal"],
        "Held for a person: a refund of USD 2.00 was not made: No.": ["refund", "reversal"],
    }
    orders = {}
    for number, (text, causes) in enumerate(said.items(), start=10):
        order = old.order(number, held_because=text)
        orders[order.pk] = (text, causes)
        if "reversal" in causes:
            taken_back(old, order.pk)
    old.order(99)
    return orders


def taken_back(old, order_pk):
    series, _ = old.rows("DocumentSeries").get_or_create(key="INV")
    invoice = old.rows("Invoice").create(
        number=f"INV-{order_pk}", series=series, place=order_pk, currency="USD", total_minor=100,
        language="en", issued_at=NOON, content="{}", sha256=uuid4().hex, buyer_name="M",
        due_on=NOON.date(), reference=f"RF{order_pk}", order_id=order_pk,
    )  # fmt: skip
    old.rows("InvoiceStanding").create(
        invoice_id=invoice.pk, live_order_id=order_pk, total_minor=100, settled_at=NOON,
        reversed_at=NOON, holds_order=True,
    )  # fmt: skip


def test_a_right_by_a_seat_that_is_not_revoked_gets_its_key(site):
    keys = {row["seat_id"]: row["seat_key"] for row in site.rows["Entitlement"].values()}
    kept = site.seats.kept
    assert keys == {
        kept.pk: f"{kept.pk}:{site.seats.open_one.offering.pk}",
        site.seats.left.pk: None,
        site.seats.lost.pk: None,
    }


@pytest.mark.parametrize(
    ("name", "ended"),
    [
        ("kept", (None, None, None)),
        ("left", (NOON, None, None)),
        ("refunded", (None, NOON, None)),
        ("refunded_before", (None, NOON, None)),
        ("lost", (None, None, NOON + DAY)),
        ("lost_free", (None, None, NOON + DAY)),
        ("never", (None, None, NOON)),
    ],
)
def test_a_closed_seat_is_told_from_a_refunded_one_and_from_one_taken_back(site, name, ended):
    row = site.rows["Seat"][getattr(site.seats, name).pk]
    assert (row["revoked_at"], row["withdrawn_at"], row["closed_at"]) == ended


def test_a_pool_says_why_it_is_closed(site):
    why = {pk: row["closed_because"] for pk, row in site.rows["SeatPool"].items()}
    assert why == {
        site.seats.open_one.pk: "",
        site.seats.lost_one.pk: "dispute_lost",
        site.seats.unpaid.pk: "cancelled",
    }


def test_what_held_an_order_is_a_row_with_its_cause_and_none_is_lost(site):
    holds = list(site.rows["OrderHold"].values())
    for pk, (text, causes) in site.holds.items():
        assert [row["cause"] for row in holds if row["order_id"] == pk] == causes
        assert site.rows["Order"][pk]["held_because"].startswith(text)
    assert len(holds) == 6
