"""What holds on every page: no other host, a phone’s width, the keyboard, both directions."""

from __future__ import annotations

import itertools

import pytest

pytestmark = pytest.mark.browser

COURSE = "/courses/spectrum-management/"
FEE = "/fairgate/fees/spectrum-online/"
AUTHOR = "/fairgate/fees/author/course-v1:ATC+SPECTRUM101+2026_T4/"
PAGES = {
    "Lena": (
        "/", COURSE, f"{COURSE}units/welcome/", f"{COURSE}units/regulations/", "/people/", "/day/",
        "/profile/", FEE, "/fairgate/fees/spectrum-workshop/", "/fairgate/fees/orders/",
        f"{FEE}seat-code/",
        "/fairgate/waivers/", "/fairgate/waivers/why/spectrum-online/",
        "/fairgate/waivers/apply/spectrum-online/", "/fairgate/waivers/facts/",
        "/courses/spectrum-workshop/",
        "/courses/radio-basics/",
    ),
    "Grace": (
        "/fairgate/partners/", "/fairgate/partners/GSMA/", "/fairgate/partners/GSMA/marks/",
        "/fairgate/partners/GSMA/marks/send/", "/fairgate/partners/GSMA/promotions/",
        "/fairgate/partners/GSMA/promotions/propose/", "/fairgate/revenue/",
        "/fairgate/partners/GSMA/public/", "/fairgate/partners/recognition/",
        "/fairgate/partners/GSMA/marks/send/", "/fairgate/revenue/",
        "/fairgate/revenue/statements/GSMA/2026-10/",
    ),
    "Inès": ("/fairgate/revenue/books/", "/fairgate/waivers/review/"),
    "Somchit": (
        "/fairgate/waivers/", "/fairgate/waivers/nominations/",
        "/fairgate/waivers/nominate/spectrum-workshop/",
    ),
    "Tomás": (
        "/studio/spectrum-management/", AUTHOR, f"{AUTHOR}new/", f"{AUTHOR}fees/spectrum-online/",
    ),
    "Omar": ("/fairgate/partners/marks/", "/fairgate/partners/promotions/"),
}  # fmt: skip


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("person", PAGES)
def test_no_page_scrolls_sideways_on_a_small_phone(visit, person, language):
    assert _too_wide(visit, person, language, PAGES[person]) == {}


# Languages of long words, on the pages with tags, prices and buttons.
@pytest.mark.parametrize("language", ["fr", "ru"])
def test_long_words_fit_a_small_phone(visit, language):
    assert _too_wide(visit, "Lena", language, ("/", "/people/", COURSE, FEE)) == {}


@pytest.mark.parametrize("person", PAGES)
def test_no_page_leaves_out_a_level_of_headings(visitor, person):
    visitor.be(person)
    levels = {}
    for path in PAGES[person]:
        visitor.go(path)
        levels[path] = visitor.page.evaluate(
            "[...document.querySelectorAll('h1, h2, h3, h4, h5, h6')].map(h => +h.tagName[1])"
        )
    wrong = {
        path: found
        for path, found in levels.items()
        if found[:1] != [1] or any(b - a > 1 for a, b in itertools.pairwise(found))
    }
    assert wrong == {}


def test_on_a_phone_the_rows_of_my_orders_are_read_without_scrolling(visit):
    # given
    visitor = visit(width=320)
    visitor.be("Claire")

    # when
    visitor.go("/fairgate/fees/orders/")

    # then
    table = visitor.page.get_by_role("table")
    assert table.get_by_role("columnheader").count() == 4
    assert table.get_by_role("rowheader").count() == 1
    assert visitor.page.evaluate(
        "[...document.querySelectorAll('.fg-scroll')].every(e => e.scrollWidth <= e.clientWidth)"
    )


def _too_wide(visit, person, language, paths):
    """The pages that are wider than a phone of 320 pixels, and how wide they are."""
    visitor = visit(width=320)
    visitor.be(person)
    visitor.page.context.add_cookies(
        [{"name": "django_language", "value": language, "url": visitor.site}]
    )
    widths = {}
    for path in paths:
        visitor.go(path)
        widths[path] = visitor.page.evaluate("document.documentElement.scrollWidth")
    return {path: width for path, width in widths.items() if width > 320}


def test_a_fee_is_paid_with_the_keyboard_alone(visitor):
    # given
    visitor.be("Lena", then=FEE)
    _tab_to(visitor.page, "I accept the terms of sale")
    visitor.page.keyboard.press("Space")

    # when
    for words in ("Pay USD 120.00", "Pay USD 120.00: Try it out", "Pay USD 120.00"):
        _tab_to(visitor.page, words)
        with visitor.page.expect_navigation():
            visitor.page.keyboard.press("Enter")

    # then
    assert "/orders/" in visitor.page.url
    visitor.go(f"{COURSE}units/regulations/")
    assert "The Radio Regulations are a treaty." in visitor.text


def test_the_first_stop_of_the_keyboard_leads_to_the_content(visitor):
    # given
    visitor.go("/")

    # when
    visitor.page.keyboard.press("Tab")
    visitor.page.keyboard.press("Enter")

    # then
    assert visitor.page.evaluate("document.activeElement.id") == "fg-main"


def test_a_page_in_arabic_runs_from_right_to_left(visitor):
    # given
    visitor.go(COURSE)
    outline = visitor.page.locator(".fg-main").first.bounding_box()

    # when
    visitor.page.get_by_label("Language", exact=True).select_option("ar")
    visitor.click(visitor.page.locator(".fg-demo-bar button"))

    # then
    html = visitor.page.locator("html")
    assert (html.get_attribute("lang"), html.get_attribute("dir")) == ("ar", "rtl")
    mirrored = visitor.page.locator(".fg-main").first.bounding_box()
    assert outline["x"] < mirrored["x"]


def test_the_demo_serves_a_policy_that_allows_no_other_host(visitor):
    # when
    answer = visitor.page.request.get(f"{visitor.site}/")

    # then
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'self';")
    assert "unsafe" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"


def _tab_to(page, words):
    """Press Tab until the control with these words has the focus."""
    for _ in range(60):
        page.keyboard.press("Tab")
        here = page.locator(":focus")
        if (
            here.count()
            and here.evaluate("e => e.matches('a, button, input[type=checkbox]')")
            and words in here.evaluate("e => e.labels?.[0]?.innerText || e.innerText")
        ):
            return
    raise AssertionError(f"The keyboard does not reach “{words}”.")
