"""The gate in a browser, among what the platform's own pages put around it.

What stands around it is quoted from Teak: rules of its stylesheets, and the frame that Studio draws
around a block.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page
from web_fragments.fragment import Fragment

from fee_gate import drawing
from fee_gate.presenter import AuthorPage, PaywallPage, author_words

pytestmark = pytest.mark.browser

# Of lms-course-rtl.css, which loads before the block's own style.
RIGHT_TO_LEFT = "body, h1, h2, h3, h4, h5, h6, p, label { text-align: left; }"

# What Studio's own style makes of the headings in a page of it.
STUDIO_HEADINGS = "h2, h3 { letter-spacing: 1px; text-transform: uppercase; font-weight: 300; }"

# Of studio_xblock_wrapper.html, with what its script fills in: what the block's validate() said.
STUDIO = """<section class="wrapper-xblock"><header class="xblock-header xblock-header-primary">
<div class="wrapper-xblock-message xblock-validation-messages">{said}</div></header>
<article class="xblock-render">{html}</article></section>"""
VALIDATION = '<div class="xblock-message validation has-errors"><p class="error">Said</p></div>'

Open = Callable[..., Page]


@pytest.fixture
def opened(browser: Browser) -> Iterator[Open]:
    pages = []

    def open_(fragment: Fragment, *, frame: str = "{html}", style: str = "", **page: str) -> Page:
        css = "\n".join(one.data for one in fragment.resources if one.mimetype == "text/css")
        shown = browser.new_page(viewport={"width": 320, "height": 640})
        pages.append(shown)
        shown.set_content(
            f'<!doctype html><html dir="{page.pop("direction", "ltr")}"><style>{style}</style>'
            f"<style>{css}</style><body>{frame.format(html=fragment.content, **page)}"
        )
        return shown

    yield open_
    for page in pages:
        page.close()


def aligned(page: Page, selector: str) -> tuple[str, str]:
    """Where the words of an element begin, and where those of its page do."""
    found = page.locator(selector).evaluate(
        "e => { const s = getComputedStyle(e); return [s.textAlign, s.direction]; }"
    )
    return tuple(found)


@pytest.fixture
def paywall(opened) -> Callable[..., Page]:
    """A paywall in Arabic, or the line of who may go on, under the platform's own style."""

    def open_(*, is_settled: bool = False) -> Page:
        page = PaywallPage(heading="رسوم", lead="يُفتح", why="سبب", explanation=("لا",))
        fragment = drawing.paywall(page, is_settled=is_settled, html_id="gate")
        return opened(fragment, style=RIGHT_TO_LEFT, direction="rtl")

    return open_


@pytest.mark.parametrize("selector", [".fee-gate__heading", ".fee-gate__why h3"])
def test_every_heading_of_the_paywall_begins_where_the_language_does(paywall, selector):
    assert aligned(paywall(), selector) == ("start", "rtl")


def test_the_line_of_who_may_go_on_begins_where_the_language_does(paywall):
    assert aligned(paywall(is_settled=True), ".fee-gate-settled") == ("start", "rtl")


@pytest.fixture
def without_fee() -> Fragment:
    """What an author sees of a gate for which no fee is chosen."""
    page = AuthorPage(
        heading="Fee",
        fee="No fee",
        prices="",
        scope="The rest of this unit",
        closed=(),
        teaser="",
        advice=("No fee is chosen.",),
        preview=None,
    )
    return drawing.author(page, words=author_words(str))


def test_what_studio_says_above_the_block_is_not_said_again_in_it(opened, without_fee):
    page = opened(without_fee, frame=STUDIO, said=VALIDATION)

    assert not page.get_by_text("No fee is chosen.").is_visible()


def test_where_nobody_says_what_is_wrong_the_block_does(opened, without_fee):
    page = opened(without_fee, frame=STUDIO, said="")

    assert page.get_by_text("No fee is chosen.").is_visible()


def test_studio_does_not_shout_the_name_of_a_gate(opened, without_fee):
    heading = opened(without_fee, style=STUDIO_HEADINGS).locator(".fee-gate__heading")

    assert heading.evaluate("e => getComputedStyle(e).textTransform") == "none"
