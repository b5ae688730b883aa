"""How the demo starts: twice, on a port that is taken, and with what it keeps to itself."""

from __future__ import annotations

import re
import shutil
import sqlite3
import sys
from contextlib import closing
from types import ModuleType

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command

from demo_site.databases import database_from
from demo_site.management.commands import demo_serve

TABLES = (
    "demo_site_person",
    "demo_site_seatcodeslip",
    "fee_payments_order",
    "fee_payments_buyer",
    "fee_payments_invoice",
    "fee_payments_quotedocument",
    "fee_payments_bankline",
    "fee_payments_seatstep",
    "fee_payments_seatcode",
    "fee_payments_refund",
    "partnerships_signature",
    "waiver_policy_fundentry",
    "revenue_share_revenueevent",
    "revenue_share_payoutaccount",
)


def _counts(folder):
    """How many rows each table has."""
    with closing(sqlite3.connect(folder / "demo.sqlite3")) as database:
        return {
            name: database.execute(f"SELECT count(*) FROM {name}").fetchone()[0]  # noqa: S608
            for name in TABLES
        }


def test_a_second_start_changes_nothing(first_day, tmp_path, manage):
    # given
    folder = shutil.copytree(first_day, tmp_path / "var")
    before = _counts(folder)

    # when
    code, said = manage(folder, "demo_seed")

    # then
    assert (code, said) == (0, "")
    assert _counts(folder) == before
    assert before["fee_payments_order"] == 6


def test_a_port_that_is_taken_is_said_and_another_one_offered(served, first_day, manage):
    # given
    port = int(re.search(r"\d+$", served.address)[0])

    # when
    code, said = manage(first_day, "demo_serve", "--port", str(port))

    # then
    assert code == 1
    assert f"Port {port} cannot be used" in said
    assert f"make demo PORT={port + 1}" in said


@pytest.mark.parametrize("port", ["99999", "-5", "80a", "8_0", ""])
def test_what_is_no_port_is_said_and_a_port_offered(port):
    # when
    with pytest.raises(CommandError) as said:
        call_command("demo_serve", f"--port={port}")

    # then
    assert f"“{port}” is no port; a port is a number from 1 to 65535" in str(said.value)
    assert str(said.value).endswith("make demo PORT=8000")


@pytest.mark.parametrize(("port", "other"), [(80, 8000), (8000, 8001), (65535, 8000)])
def test_the_port_that_is_offered_can_be_used(monkeypatch, port, other):
    # given
    def refuse(address, _handler):
        raise OSError(f"{address[1]} is taken")

    monkeypatch.setattr(demo_serve, "ThreadedWSGIServer", refuse)

    # when, then
    with pytest.raises(CommandError, match=rf"{port} is taken.* make demo PORT={other}$"):
        call_command("demo_serve", port=port)


@pytest.mark.parametrize("scheme", ["mysql", "mariadb"])
def test_a_database_without_a_driver_is_said_with_what_brings_one(monkeypatch, tmp_path, scheme):
    # given
    for driver in ("MySQLdb", "pymysql"):
        monkeypatch.setitem(sys.modules, driver, None)

    # when, then
    with pytest.raises(ImproperlyConfigured, match=r"PyMySQL comes with: make install$"):
        database_from(f"{scheme}://me@localhost/fairgate", folder=tmp_path)


@pytest.mark.parametrize(
    ("where", "is_open"), [("/fairgate?unix_socket=/run/db.sock", True), ("db:3306/fairgate", None)]
)
def test_only_what_stays_on_this_machine_goes_without_encryption(
    monkeypatch, tmp_path, where, is_open
):
    pymysql = pytest.importorskip("pymysql")
    monkeypatch.setitem(sys.modules, "MySQLdb", pymysql)
    options = database_from(f"mysql://me@{where}", folder=tmp_path)["OPTIONS"]
    assert options.get("ssl_disabled") is is_open


def test_the_driver_of_open_edx_is_told_no_option_of_another(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "MySQLdb", ModuleType("MySQLdb"))
    options = database_from("mysql://me@/fairgate?unix_socket=/run/db.sock", folder=tmp_path)
    assert set(options["OPTIONS"]) == {"charset", "unix_socket"}


@pytest.mark.parametrize("name", ["django", "sandbox_webhook"])
def test_secrets_are_made_once_and_are_for_the_owner_alone(first_day, name):
    # given
    file = first_day / f"{name}.secret"

    # then
    assert file.stat().st_mode & 0o077 == 0
    assert len(file.read_text()) >= 50
