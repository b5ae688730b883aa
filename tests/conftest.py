"""What every test may ask for, and on which database and browser it runs."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import hypothesis
import pytest
from django.core.cache import cache
from django.test import TransactionTestCase
from django.utils import translation
from playwright.sync_api import Browser, sync_playwright

import beancount_process
import browsers
import clickhouse_process
import dbt_process
import emptying
import localstripe_process
import long_files
import other_verifiers
import two_databases
from factories import waiver_policy

hypothesis.settings.register_profile("suite", deadline=None, print_blob=True)
hypothesis.settings.load_profile("suite")

# Playwright’s event loop stays in the main thread when a journey is over, and Django would refuse
# a database beside a loop. Nothing here is asynchronous, so nothing shares a connection by mistake.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")

# Some hundred thousand objects are there before the first test, and stay: to look through them for
# garbage again and again was a tenth of the time of a test.
gc.set_threshold(20_000, 20, 20)

# What tests of a marker need and not every machine has: is it there, and what is said if it is not.
NEEDED: dict[str, tuple[Callable[[], object], str]] = {
    "browser": (browsers.chromium, browsers.MISSING),
    "localstripe": (localstripe_process.command, localstripe_process.MISSING),
    "openbadgeslib": (other_verifiers.has_openbadgeslib, other_verifiers.NO_OPENBADGESLIB),
    "chdb": (clickhouse_process.is_there, clickhouse_process.MISSING),
    "dbt": (dbt_process.command, dbt_process.MISSING),
    "beancount": (beancount_process.is_there, beancount_process.MISSING),
    "digital_credentials": (
        other_verifiers.has_digital_credentials, other_verifiers.NO_DIGITAL_CREDENTIALS
    ),
}  # fmt: skip

DATABASE_FIXTURES = {"db", "transactional_db", "django_db_reset_sequences", "live_server"}


def pytest_report_header() -> str:
    """Say at the top what is there to test with."""
    missing = two_databases.missing()
    server = f"not on MariaDB: {missing}" if missing else two_databases.version()
    return f"databases: SQLite; {server}\nbrowser: {browsers.chromium() or 'none'}"


def pytest_itemcollected(item: pytest.Item) -> None:
    """Let the marker ``mariadb`` stand for what it needs."""
    if item.get_closest_marker("mariadb"):
        if not item.get_closest_marker("django_db"):
            item.add_marker(pytest.mark.django_db(transaction=True))
        if host := two_databases.server_host():
            item.add_marker(pytest.mark.allow_hosts(["127.0.0.1", "::1", host]))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Collect a test that uses the database once per database."""
    marks = {mark.name for mark in metafunc.definition.iter_markers()}
    if "mariadb" in marks:
        names = ["mariadb"]
    elif "django_db" in marks or DATABASE_FIXTURES & set(metafunc.fixturenames):
        names = ["sqlite"] if "browser" in marks else ["sqlite", "mariadb"]
    else:
        return
    metafunc.parametrize("database", names, indirect=True)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Where several workers share the files, they begin with the longest."""
    if hasattr(config, "workerinput"):
        long_files.longest_first(items)


def pytest_collection_finish() -> None:
    """What was collected is no garbage before the end, and is not looked at for it."""
    gc.freeze()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip what this machine cannot run. Said here, a reason takes one line of the summary."""
    callspec = getattr(item, "callspec", None)
    if callspec and callspec.params.get("database") == "mariadb" and two_databases.missing():
        pytest.skip(two_databases.missing())
    for marker, (is_there, missing) in NEEDED.items():
        if item.get_closest_marker(marker) and not is_there():
            pytest.skip(missing)


@pytest.fixture(scope="session")
def mariadb_database(django_db_setup: None, django_db_blocker: Any) -> Iterator[dict[str, Any]]:
    """The settings of a migrated database on MariaDB, made once in a run."""
    with django_db_blocker.unblock(), two_databases.test_database() as settings:
        yield settings


@pytest.fixture(scope="session", autouse=True)
def database(request: pytest.FixtureRequest, django_db_blocker: Any) -> Iterator[str]:
    """The name of Django's default database for this test: ``sqlite``, ``mariadb``, or none."""
    name: str = getattr(request, "param", "")  # a test without a database has no parameter
    if name:
        request.getfixturevalue("django_db_setup")
    with ExitStack() as stack:
        if name == "mariadb":
            settings = request.getfixturevalue("mariadb_database")
            stack.enter_context(two_databases.default_database(settings))
        if name:
            # Here no test has begun, so nothing is as only one test has it.
            with django_db_blocker.unblock():
                waiver_policy.remember_shipped()
        yield name


@pytest.fixture(scope="session", autouse=True)
def quick_flush() -> Iterator[None]:
    """Tests that commit leave an empty database behind, without Django's slow way to get there."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", emptying.empty_databases)
        yield


@pytest.fixture(autouse=True)
def empty_cache() -> None:
    """What one test had Django's cache remember is no fact of the next."""
    cache.clear()


@pytest.fixture(autouse=True)
def default_language() -> None:
    """The language that one test's request asked for is not the language of the next test."""
    translation.deactivate()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One headless Chromium for all tests of this process, which are marked ``browser``.

    One, because Playwright has one event loop in a thread, and it stays until the end.
    """
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(
            executable_path=browsers.chromium(), args=list(browsers.FLAGS)
        )
        yield running
        running.close()
