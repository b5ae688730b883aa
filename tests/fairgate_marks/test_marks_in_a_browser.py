"""Whatever the corpus has made it to: nothing of it runs in Chromium, and nothing is fetched."""

from __future__ import annotations

import io

import pytest
from PIL import Image, ImageChops

from factories.marks import HONEST, HOSTILE, RUNS, svg
from fairgate_marks import HEADERS, Kind, read

pytestmark = pytest.mark.browser

SITE = "https://marks.example"
ACCEPTED = {
    **{name: content for name, (content, reason) in HOSTILE.items() if not reason},
    **HONEST,
}
PAGE = "<!DOCTYPE html><html><body style='margin:0'>{}</body></html>"
PLAIN = {"Content-Type": "image/svg+xml"}


class Watched:
    """A page of a browser, what it asked for, and what it said."""

    def __init__(self, browser):
        self.asked, self.said, self.answers = [], [], {}
        self._context = browser.new_context(viewport={"width": 400, "height": 200})
        self.page = self._context.new_page()
        self._context.route("**/*", self._answer)
        self.page.on("dialog", self._dialog)
        self._context.on("page", lambda page: self.said.append(page.url))

    def _answer(self, route):
        path = route.request.url.removeprefix(SITE)
        if path not in self.answers:
            self.asked.append(route.request.url)
            route.abort()
            return
        body, headers = self.answers[path]
        route.fulfill(body=body, headers=dict(headers))

    def _dialog(self, dialog):
        self.said.append(dialog.message)
        dialog.dismiss()

    def shows(self, html):
        """Open a page with some HTML, move and click in it, and say whether a script ran."""
        self.answers["/page"] = (PAGE.format(html), {"Content-Type": "text/html; charset=utf-8"})
        self.page.goto(f"{SITE}/page")
        return self._ran()

    def opens(self, content, headers):
        """Open a file as a page of its own, and say whether a script ran."""
        self.answers["/mark"] = (content, headers)
        self.page.goto(f"{SITE}/mark")
        return self._ran()

    def _ran(self):
        self.page.mouse.move(50, 25)
        self.page.mouse.click(50, 25)
        return self.page.evaluate("window.ran ?? null")

    def close(self):
        self._context.close()


@pytest.fixture
def watched(browser):
    page = Watched(browser)
    yield page
    page.close()


def pictured(watched, content):
    """How Chromium draws a file in an ``<img>``."""
    watched.answers["/mark"] = (content, PLAIN)
    watched.shows("<img src=/mark width=400 height=200>")
    with Image.open(io.BytesIO(watched.page.screenshot())) as shot:
        return shot.convert("RGB")


def test_a_script_would_be_noticed(watched):
    # given: what we never serve, so that the tests below mean something
    evil = svg(f"<script>{RUNS.replace('alert(1);', '')};alert('seen')</script><image href='/x'/>")

    # when
    ran = watched.opens(evil, PLAIN)

    # then
    assert (ran, watched.said) == (1, ["seen"])
    assert "https://evil.example/ran" in watched.asked


@pytest.mark.parametrize("name", ACCEPTED)
def test_nothing_runs_and_nothing_is_fetched(name, watched):
    # given
    mark = read(ACCEPTED[name], at_most=2_000_000)
    headers = HEADERS[mark.kind]
    inline = mark.content.decode() if mark.kind is Kind.SVG else ""
    watched.answers["/mark"] = (mark.content, headers)

    # when
    ran = [
        watched.shows("<img src=/mark>"),
        watched.shows(f"<p>{inline}</p>"),
        watched.shows("<object data=/mark></object><embed src=/mark><iframe src=/mark></iframe>"),
        watched.opens(mark.content, headers),
        # The second wall away, the first one stands.
        watched.opens(mark.content, {"Content-Type": headers["Content-Type"]}),
    ]

    # then
    assert ran == [None] * 5
    assert watched.said == []
    assert [url for url in watched.asked if not url.endswith("/favicon.ico")] == []


@pytest.mark.parametrize("name", ACCEPTED)
def test_a_mark_in_a_page_changes_nothing_of_the_page(name, watched):
    mark = read(ACCEPTED[name], at_most=2_000_000)
    inline = mark.content.decode() if mark.kind is Kind.SVG else ""
    globals_of = "Object.keys(window).concat([...document.querySelectorAll('[name]')])"

    watched.shows("<input value=abc><p></p>")
    before = watched.page.evaluate(globals_of)
    watched.shows(f"<input value=abc><p>{inline}</p>")

    assert watched.page.evaluate(globals_of) == before
    assert watched.page.evaluate("document.styleSheets.length") == 0
    assert watched.page.locator("input").is_visible()
    assert watched.page.evaluate("document.querySelectorAll('p *:not(svg, svg *)').length") == 0


@pytest.mark.parametrize("name", HONEST)
def test_an_honest_logo_looks_as_before(name, watched):
    mark = read(HONEST[name], at_most=1_000_000)

    before, after = pictured(watched, HONEST[name]), pictured(watched, mark.content)

    difference = ImageChops.difference(before, after)
    assert max(high for _, high in difference.getextrema()) <= 1
    assert before.getextrema() != ((255, 255),) * 3
