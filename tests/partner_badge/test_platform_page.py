"""The badge in a browser, among the rules of the platform's own stylesheets, quoted from Teak."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser
from web_fragments.fragment import Fragment

from partner_badge import drawing
from partner_badge.presenter import Badge, InBrief, Rules, ShownPartner, Spoken

pytestmark = pytest.mark.browser

TITLE = "How the mark of GSMA may be used"
RULE = "Leave the height of the dot free on every side."
# Of lms-course-rtl.css, which loads before the block's own style.
RIGHT_TO_LEFT = "body, h1, h2, h3, h4, h5, h6, p, label { text-align: left; }"


def test_every_line_of_the_badge_begins_where_the_language_does(browser: Browser):
    partner = ShownPartner(
        code="port",
        name="ميناء",
        roles=("شريك",),
        url="",
        statement=Spoken(text="بيان"),
        until=None,
        rules=Rules(title="قواعد", text=Spoken(text="قاعدة")),
    )
    shown = Badge(heading="بالشراكة مع", layout="strip", partners=(partner,), new_tab="")
    fragment = drawing.badge(shown, html_id="badge")
    style = "\n".join(one.data for one in fragment.resources if one.mimetype == "text/css")

    page = browser.new_page()
    page.set_content(
        f'<!doctype html><html dir="rtl"><style>{RIGHT_TO_LEFT}</style><style>{style}</style>'
        f"<body>{fragment.content}"
    )
    aligned = page.locator(".partner-badge :is(h1, h2, h3, h4, p, small, details)").evaluate_all(
        "all => all.map((one) => getComputedStyle(one).textAlign)"
    )
    page.close()

    assert aligned == ["start"] * 6


def page_of(*fragments, language="en", direction="ltr"):
    """A page with these blocks, as the platform puts them together."""
    styles = {one.data for fragment in fragments for one in fragment.resources}
    return (
        f'<!doctype html><html lang="{language}" dir="{direction}"><title>Unit</title>'
        f"<style>{''.join(sorted(styles))}</style><body><main><h1>Unit</h1>"
        f"{''.join(one.content for one in fragments)}</main>"
    )


def shown(*, layout="strip", rule=RULE):
    """A badge of one partner with rules."""
    partner = ShownPartner(
        code="GSMA",
        name="GSMA",
        roles=("Co-host",),
        url="https://www.gsma.example/",
        statement=Spoken(text="Shown under a partnership agreement."),
        until=None,
        rules=Rules(title=TITLE, text=Spoken(text=rule)),
    )
    brief = InBrief(statement="Nobody is endorsed.", title="How these may be used", url="/p/")
    return Badge(
        heading="Partners",
        layout=layout,
        partners=(partner,),
        new_tab="(new tab)",
        in_brief=brief,
    )


def blocks(count, **told):
    """Blocks of one unit with the same heading and the same partner, in order."""
    said: drawing.Said = {}
    return [drawing.badge(shown(**told), html_id=f"badge-{one}", said=said) for one in range(count)]


@pytest.fixture
def page(browser: Browser):
    opened = browser.new_page(viewport={"width": 320, "height": 800})
    yield opened
    opened.close()


@pytest.mark.parametrize("layout", ["strip", "card", "single"])
def test_several_badges_with_one_heading_have_no_fault_that_axe_finds(page, layout):
    page.set_content(page_of(*blocks(3, layout=layout)))
    page.locator("summary").click()

    found = Axe().run(page)

    assert found.violations_count == 0, found.generate_report()


def test_axe_finds_no_fault_where_it_is_said_once_for_all(page):
    page.set_content(page_of(*blocks(2, rule="a" * 9_999)))

    assert page.locator("details").count() == 0
    found = Axe().run(page)

    assert found.violations_count == 0, found.generate_report()


def test_axe_finds_no_fault_on_a_dashboard_and_a_certificate(page):
    several = drawing.strips([shown(), shown()], heading="Your courses", html_id="partner-marks")
    certificate = drawing.on_certificate(shown())
    page.set_content(page_of(Fragment(str(several)), Fragment(f"<p>By ATC{certificate}</p>")))
    page.locator("summary").click()

    found = Axe().run(page)

    assert found.violations_count == 0, found.generate_report()


def test_rules_open_and_close_by_the_keyboard_without_a_script(browser):
    page = browser.new_page(java_script_enabled=False)
    page.set_content(page_of(*blocks(1)))
    rules = page.get_by_text(RULE)
    assert not rules.is_visible()

    page.keyboard.press("Tab")  # the partner's own site
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert rules.is_visible()
    page.keyboard.press("Space")
    assert not rules.is_visible()
    page.close()


def test_another_badge_leads_to_the_rules_and_they_open(page):
    page.set_content(page_of(*blocks(2)))

    page.get_by_role("link", name=TITLE).click()
    page.locator("details").press("Tab")

    assert page.locator("details").count() == 1
    assert page.evaluate("location.hash") == "#badge-0-1"
    assert page.locator("details:target").count() == 1


def test_on_paper_rules_are_open(page):
    page.set_content(page_of(*blocks(1)))
    assert not page.get_by_text(RULE).is_visible()

    page.emulate_media(media="print")

    assert page.get_by_text(RULE).is_visible()
    assert page.locator("details p").bounding_box()["height"] > 10


def test_what_opens_is_large_enough_for_a_finger_and_nothing_is_wider_than_a_small_screen(page):
    page.set_content(page_of(*blocks(1)))

    assert page.locator("summary").bounding_box()["height"] >= 24
    assert page.evaluate("document.documentElement.scrollWidth") == 320
