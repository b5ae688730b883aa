"""A served demo and a browser in it. Each journey has a demo of its own, as on the first day."""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page

DEMO = Path(__file__).resolve().parents[2] / "demo"
SANDBOX = "Try it out"  # the way to pay that the other journeys take
ADDRESS = re.compile(r"http://127\.0\.0\.1:[0-9]+")


@dataclass(frozen=True)
class Served:
    """A running demo and the folder of its data."""

    address: str
    folder: Path


def _manage(folder: Path, *command: str, **changes: str) -> subprocess.Popen[str]:
    roots = [DEMO.parent / root for root in ("libs", "plugins", "xblocks")]
    environment = os.environ | {
        "FAIRGATE_DEMO_VAR": str(folder),
        "DATABASE_URL": "",
        "DJANGO_SETTINGS_MODULE": "demo_site.settings",
        "PYTHONPATH": os.pathsep.join(map(str, roots)),
        "PYTHONUNBUFFERED": "1",
        **changes,
    }
    return subprocess.Popen(
        [sys.executable, "manage.py", *command],
        cwd=DEMO,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


@pytest.fixture(scope="session")
def manage() -> Callable[..., tuple[int, str]]:
    """Runs a command of the demo to its end: its exit code, and what it said."""

    def run(folder: Path, *command: str) -> tuple[int, str]:
        done = _manage(folder, *command)
        said, _ = done.communicate(timeout=600)
        return done.returncode, said

    return run


@pytest.fixture(scope="session")
def first_day(
    tmp_path_factory: pytest.TempPathFactory, manage: Callable[..., tuple[int, str]]
) -> Path:
    """The folder of a demo that is filled and has not been visited: one for all workers of a run.

    The first worker makes it, and the others wait for that.
    """
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID")
    if run is None:
        return _filled(tmp_path_factory.mktemp("demo"), manage)
    folder = tmp_path_factory.getbasetemp().parent / f"demo-{run}"
    with open(f"{folder}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return folder if folder.exists() else _made_whole(folder, manage)


def _made_whole(folder: Path, manage: Callable[..., tuple[int, str]]) -> Path:
    """A filled demo that nobody sees before all of it is there."""
    return _filled(Path(f"{folder}.new"), manage).rename(folder)


def _filled(folder: Path, manage: Callable[..., tuple[int, str]]) -> Path:
    for command in ("migrate", "demo_seed"):
        code, said = manage(folder, command, "--verbosity", "0")
        assert code == 0, said
    return folder


@pytest.fixture(scope="session")
def served(first_day: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One demo that is served for all journeys; ``site`` puts it back to its first day."""
    with _serve(first_day, tmp_path_factory.mktemp("served") / "var") as served:
        yield served


@contextmanager
def _serve(first_day: Path, folder: Path, **changes: str) -> Iterator[Served]:
    """A demo as on its first day, served from a folder of its own."""
    shutil.copytree(first_day, folder)
    server = _manage(folder, "demo_serve", "--port", "0", **changes)
    assert server.stdout is not None
    said = ""
    while (found := ADDRESS.search(said)) is None:
        line = server.stdout.readline()
        assert line, said
        said += line
    yield Served(address=found[0], folder=folder)
    server.terminate()
    server.communicate(timeout=20)


@pytest.fixture
def site(served: Served, first_day: Path) -> str:
    """The address of a demo that nobody has visited yet.

    The server keeps no connection between two requests, so the file can be exchanged, and with it
    what is remembered of it: a gate that an author moved stands where it stood.
    """
    shutil.rmtree(served.folder / "cache", ignore_errors=True)
    fresh = shutil.copy(first_day / "demo.sqlite3", served.folder / "fresh")
    shutil.rmtree(served.folder / "mail")
    shutil.copytree(first_day / "mail", served.folder / "mail")
    for leftover in served.folder.glob("demo.sqlite3-*"):
        leftover.unlink()
    Path(fresh).replace(served.folder / "demo.sqlite3")
    return served.address


@pytest.fixture
def strict_site(first_day: Path, tmp_path: Path) -> Iterator[str]:
    """The address of a demo in which access rests while a bank looks at a payment."""
    with _serve(first_day, tmp_path / "var", FAIRGATE_DEMO_ON_DISPUTE="suspend") as served:
        yield served.address


@dataclass
class Visitor:
    """Somebody in front of the demo, and what their browser asked for and complained about."""

    page: Page
    site: str
    asked: list[str]
    complaints: list[str]

    def go(self, path: str) -> None:
        """Open a page; it has to be there."""
        answer = self.page.goto(self.site + path)
        assert answer is not None
        assert answer.ok, f"{answer.status} {path}"

    def be(self, name: str, then: str = "/") -> None:
        """Choose a person by their first name on the page of people."""
        self.go(f"/people/?next={then}")
        # The next page must not be asked for before the browser has the session of this person.
        with self.page.expect_navigation():
            self.page.get_by_role("button", name=f"Be {name}", exact=True).click()

    def move_to(self, day: str) -> None:
        """Move the calendar to a day, by its field."""
        self.go("/day/")
        self.page.get_by_label("Another day").fill(day)
        with self.page.expect_navigation():
            self.page.get_by_role("button", name="Go to this day").last.click()

    def order(self, words: str) -> None:
        """Accept the terms of sale, and press the button that orders, by the words on it."""
        button = self.page.get_by_role("button", name=words).first
        form = button.locator("xpath=ancestor::form")
        form.get_by_label("I accept the terms of sale").check()
        self.click(button)

    def press(self, name: str) -> None:
        """Press a button, or follow a link, by the words on it, as soon as the page has it."""
        button = self.page.get_by_role("button", name=name)
        link = self.page.get_by_role("link", name=name)
        button.or_(link).first.wait_for()
        self.click((button if button.count() else link).first)

    def choose_to_pay(self, amount: str, way: str = SANDBOX) -> None:
        """On the page of a fee: order it, and choose how to pay; to the page of who collects."""
        self.order(f"Pay {amount}")
        self.choose_for_order(amount, way)

    def choose_for_order(self, amount: str, way: str = SANDBOX) -> None:
        """On the page of an order: choose how to pay it; to the page of who collects."""
        self.press(f"Pay {amount}: {way}")

    def pay(self, amount: str) -> None:
        """On the page of a fee: order it, and pay it at the sandbox; back to the order."""
        self.choose_to_pay(amount)
        self.press(f"Pay {amount}")

    def click(self, what: Locator) -> None:
        """Click, and wait for the whole of the page that may follow: it has its address earlier."""
        what.click()
        self.page.wait_for_load_state()

    def download(self, name: str) -> Path:
        """Follow a link to a file, by the words on it: the file."""
        with self.page.expect_download() as begun:
            self.page.get_by_role("link", name=name).click()
        return Path(begun.value.path())

    def paper(self, name: str) -> bytes:
        """What a link to a PDF gives, by the words on it."""
        address = self.page.get_by_role("link", name=name).first.get_attribute("href")
        answer = self.page.request.get(f"{self.site}{address}")
        assert answer.headers["content-type"] == "application/pdf", answer.status
        return answer.body()

    @property
    def text(self) -> str:
        """What the page says, without its frame; a blank that keeps words together is a blank."""
        return self.page.locator("main").inner_text().replace("\xa0", " ")


@pytest.fixture
def visit(browser: Browser, site: str) -> Iterator[Callable[..., Visitor]]:
    """Opens a window on the demo; at the end, no page has asked another host for anything."""
    visitors: list[Visitor] = []

    def open_window(*, width: int = 1280, language: str = "en", site: str = site) -> Visitor:
        context = browser.new_context(
            viewport={"width": width, "height": 900}, locale=language, java_script_enabled=True
        )
        visitor = Visitor(context.new_page(), site, [], [])
        visitor.page.on("request", lambda request: visitor.asked.append(request.url))
        visitor.page.on("pageerror", lambda error: visitor.complaints.append(str(error)))
        visitor.page.on(
            "console",
            lambda line: visitor.complaints.append(line.text) if line.type == "error" else None,
        )
        visitors.append(visitor)
        return visitor

    yield open_window
    for visitor in visitors:
        visitor.page.context.close()
        assert [url for url in visitor.asked if not url.startswith(f"{visitor.site}/")] == []
        assert visitor.complaints == []


@pytest.fixture
def visitor(visit: Callable[..., Visitor]) -> Visitor:
    """Somebody at a desk, who reads English."""
    return visit()
