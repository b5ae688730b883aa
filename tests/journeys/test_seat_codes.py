"""A seat that somebody else has paid for, and the paywall inside the platform's frame."""

from __future__ import annotations

import re

import pytest

pytestmark = pytest.mark.browser

UNIT = "/courses/spectrum-management/units/regulations/"
FEE = "/fairgate/fees/spectrum-online/"
SEAT_CODE = f"{FEE}seat-code/"
BEHIND_THE_GATE = "The Radio Regulations are a treaty."
CODE = re.compile(r"(?:[0-9A-Z]{4}-){4}[0-9A-Z]{4}")
# How the Learning MFE shows a unit: a page of its own, around a frame of the LMS that tells its
# links to go to the page around it.
MFE = "<h1>The unit</h1><button>Bookmark</button><iframe src='/frame/' title='The unit'></iframe>"
IN_FRAME = "<base target='_parent'>{theirs}{style}<main aria-label='Content'>{paywall}</main>"
# What the platform's stylesheet says of every link and heading, as strongly as it says it.
THEIRS = """<style>
p a:not(.btn), p a:not(.btn):visited, a:not(.btn):not(.btn):hover, a:not(.btn):not(.btn):focus {
    color: rgb(1, 2, 3); font: inherit; text-decoration: none }
h2 { text-transform: uppercase; letter-spacing: 1px } p + p, ul + p { margin-top: 20px }
</style>"""


def code_on_the_start_page(visitor):
    visitor.go("/")
    return CODE.search(visitor.text)[0]


def field(visitor):
    return visitor.page.get_by_role("textbox", name="Seat code")


def use_code(visitor, typed):
    visitor.go(SEAT_CODE)
    field(visitor).fill(typed)
    visitor.press("Use the code")


def test_who_was_given_a_seat_types_the_code_once_and_the_units_open(visitor):
    # given
    code = code_on_the_start_page(visitor)
    visitor.press("Be Ruth")
    assert visitor.page.url.endswith(SEAT_CODE)

    # when
    field(visitor).fill(f" {code.lower().replace('-', ' ')} ")
    visitor.press("Use the code")

    # then
    assert visitor.page.url.endswith("/courses/spectrum-management/")
    assert "Settled. You have access." in visitor.text
    visitor.go(UNIT)
    assert BEHIND_THE_GATE in visitor.text
    visitor.go(SEAT_CODE)
    assert "This fee is settled" in visitor.text


def test_f27_a_code_that_was_used_opens_nothing_for_the_next_person(visitor):
    # given
    code = code_on_the_start_page(visitor)
    visitor.be("Ruth")
    use_code(visitor, code)

    # when
    visitor.be("Lena")
    use_code(visitor, code)

    # then
    alert = visitor.page.get_by_role("alert")
    assert "Somebody else has used this code" in alert.inner_text()
    assert field(visitor).evaluate("e => e === document.activeElement")
    described_by = field(visitor).get_attribute("aria-describedby").split()
    assert alert.get_attribute("id") in described_by
    visitor.complaints.clear()  # the browser writes the 409 into its console
    visitor.go(UNIT)
    assert BEHIND_THE_GATE not in visitor.page.content()


def serve(visitor, path, body):
    """Answer for an address of the demo’s site with a page of this test."""
    page = f"<!doctype html><html lang='en'><title>A page</title>{body}"
    visitor.page.route(
        visitor.site + path, lambda route: route.fulfill(body=page, content_type="text/html")
    )


def in_a_frame(visitor):
    """The paywall of a unit as the Learning MFE shows it; the address is of the demo's site."""
    visitor.go(UNIT)
    paywall = visitor.page.locator(".fee-gate").evaluate("e => e.outerHTML")
    styles = "[...document.querySelectorAll('style')].map(s => s.outerHTML).join('')"
    frame = IN_FRAME.format(theirs=THEIRS, style=visitor.page.evaluate(styles), paywall=paywall)
    serve(visitor, "/mfe/", MFE)
    serve(visitor, "/frame/", frame)
    visitor.go("/mfe/")
    return visitor.page.frame_locator("iframe")


def words_of_the_focus(visitor):
    """The words of what has the focus inside the frame."""
    frame = visitor.page.frames[-1]
    return frame.evaluate("document.activeElement.innerText")


def test_the_keyboard_walks_through_the_paywall_in_its_order_and_out_of_the_frame(visitor):
    # given
    visitor.be("Lena")
    in_a_frame(visitor)

    # when
    visitor.page.keyboard.press("Tab")  # the platform's own button
    walked = []
    for _stop in range(3):
        visitor.page.keyboard.press("Tab")
        walked.append(words_of_the_focus(visitor))

    # then
    assert walked == ["Pay USD 120.00", "Apply for a waiver", "I have a seat code"]
    with visitor.page.expect_navigation():
        visitor.page.keyboard.press("Enter")
    assert visitor.page.url == visitor.site + SEAT_CODE


def test_the_focus_is_seen_and_a_finger_finds_every_way(visitor):
    # given
    visitor.be("Lena")
    frame = in_a_frame(visitor)

    # when
    for _stop in range(2):
        visitor.page.keyboard.press("Tab")

    # then
    way = frame.get_by_role("link", name="Pay USD 120.00")
    assert way.evaluate("e => getComputedStyle(e).outlineStyle") == "solid"
    heights = frame.get_by_role("link").evaluate_all("a => a.map(e => e.offsetHeight)")
    assert len(heights) == 3
    assert min(heights) >= 44


@pytest.mark.parametrize("do", ["hover", "focus"])
def test_the_platforms_stylesheet_does_not_paint_over_the_ways(visitor, do):
    # given
    visitor.be("Lena")
    frame = in_a_frame(visitor)
    first, second = frame.get_by_role("link").all()[:2]

    # when
    getattr(first, do)()

    # then
    painted = "e => [getComputedStyle(e).color, getComputedStyle(e).backgroundColor]"
    white, blue = "rgb(255, 255, 255)", "rgb(10, 94, 168)"
    assert first.evaluate(painted) == [white, blue]
    getattr(second, do)()
    assert second.evaluate(painted) == [blue, white]
    heading = frame.get_by_role("heading", level=2)
    assert heading.evaluate("e => getComputedStyle(e).textTransform") == "none"


def test_a_screen_reader_finds_the_paywall_by_its_name_and_heading(visitor):
    # given
    visitor.be("Amina")

    # when
    frame = in_a_frame(visitor)

    # then
    region = frame.get_by_role("region", name="Spectrum management: the full course")
    headings = region.get_by_role("heading")
    assert headings.evaluate_all("h => h.map(e => e.tagName)") == ["H2", "H3"]
    assert region.get_by_role("heading", level=2).inner_text() == (
        "Spectrum management: the full course"
    )


@pytest.mark.parametrize("person", ["Lena", "Amina", "Nadia", "Joaquin"])
@pytest.mark.parametrize("language", ["en", "ar", "ru"])
def test_the_paywall_fits_the_frame_on_a_small_phone(visit, person, language):
    # given
    visitor = visit(width=320)
    visitor.be(person)
    visitor.page.context.add_cookies(
        [{"name": "django_language", "value": language, "url": visitor.site}]
    )

    # when
    in_a_frame(visitor)
    visitor.page.locator("iframe").evaluate("e => { e.style.cssText = 'border:0;width:272px' }")

    # then
    width = visitor.page.frames[-1].evaluate("document.documentElement.scrollWidth")
    assert width <= 272


def test_in_forced_colours_every_way_keeps_its_edge(visitor):
    # given
    visitor.be("Lena")
    visitor.page.emulate_media(forced_colors="active")

    # when
    frame = in_a_frame(visitor)

    # then
    edges = "a => a.map(e => getComputedStyle(e).borderTopStyle)"
    assert frame.get_by_role("link").evaluate_all(edges) == ["solid"] * 3


def test_an_application_that_runs_is_said_on_the_paywall_and_on_the_fee(visitor):
    # given
    visitor.be("Joaquin", then="/fairgate/waivers/apply/spectrum-online/")
    visitor.page.locator("textarea").fill("I keep the repeaters of three islands running.")
    visitor.page.get_by_role("checkbox").check()
    visitor.press("Send the application")

    # when, then
    said = "Your application of 23 November 2026 for a waiver is being looked at."
    visitor.go(FEE)
    assert said in visitor.text
    visitor.go(UNIT)
    assert said in visitor.text
    visitor.press("See your application")
    assert "/fairgate/waivers/application/" in visitor.page.url
    assert "waits for a reviewer" in visitor.text


def test_a_seat_code_is_used_with_the_keyboard_alone(visitor):
    # given
    code = code_on_the_start_page(visitor)
    visitor.be("Ruth", then=SEAT_CODE)

    # when
    field(visitor).focus()
    visitor.page.keyboard.type(code)
    with visitor.page.expect_navigation():
        visitor.page.keyboard.press("Enter")

    # then
    assert "Settled. You have access." in visitor.text
