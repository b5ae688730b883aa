"""A list changes: one operator uploads, another applies, and the banner says what is open."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

import pytest

pytestmark = pytest.mark.browser

SHIPPED = Path(str(resources.files("waiver_policy"))) / "data" / "ldc_sids.csv"
ADD = "/admin/waiver_policy/editionproposal/add/"
CONFIRM = "/admin/waiver_policy/listmembership/confirm/LDC/NP/"


@pytest.fixture
def deferral(tmp_path):
    """The shipped file, in which the end that Bangladesh asked for is in force."""
    path = tmp_path / "ldc_sids.csv"
    text = SHIPPED.read_text(encoding="utf-8").replace(
        "2026-11-24,day,scheduled_graduation,y,y,2029-11-24",
        "2029-11-24,day,scheduled_graduation,y,y,",
    )
    path.write_text(text, encoding="utf-8")
    return path


def upload(visitor, path):
    visitor.be("Omar")
    visitor.go(ADD)
    visitor.page.get_by_label("CSV file").set_input_files(path)
    visitor.page.get_by_label("Publication or address that it comes from").fill("GA, 81st session")
    visitor.press("Propose")


def words(visitor):
    """What the page of the administration says: it has no ``main`` in every Django."""
    return visitor.page.locator("#main").inner_text()


def banner(visitor):
    return visitor.page.get_by_role("list", name="Country lists: somebody has to look").inner_text()


def test_a_new_edition_takes_two_people_and_ends_what_the_banner_tells(visitor, deferral):
    # given
    upload(visitor, deferral)
    page = visitor.page.url.removeprefix(visitor.site)
    assert "Bangladesh (BD)" in words(visitor)
    assert visitor.page.get_by_role("button", name="Apply this edition").count() == 0

    # when
    visitor.be("Inès")
    visitor.go("/admin/")
    assert "Bangladesh leaves the list" in banner(visitor)
    visitor.click(visitor.page.get_by_role("link", name="Look at it", exact=True))
    assert visitor.page.url == f"{visitor.site}{page}"
    visitor.press("Apply this edition")

    # then
    assert "Applied: LDC-2." in words(visitor)
    assert "Bangladesh" not in banner(visitor)
    assert "Nepal leaves the list" in banner(visitor)


def test_a_contested_date_is_confirmed_with_the_keyboard_alone(visitor):
    # given
    visitor.be("Inès")
    visitor.go(CONFIRM)

    # when
    visitor.page.get_by_label("What you have looked at").focus()
    visitor.page.keyboard.type("A/81/PV.60")
    visitor.page.keyboard.press("Tab")
    with visitor.page.expect_navigation():
        visitor.page.keyboard.press("Enter")

    # then
    assert "The date of Nepal is confirmed." in words(visitor)
    visitor.go("/admin/")
    assert "Nepal" not in banner(visitor)


@pytest.mark.parametrize("language", ["en", "ar"])
def test_no_page_about_lists_scrolls_sideways_on_a_small_phone(visit, deferral, language):
    visitor = visit(width=320)
    upload(visitor, deferral)
    proposal = visitor.page.url.removeprefix(visitor.site)
    visitor.page.context.add_cookies(
        [{"name": "django_language", "value": language, "url": visitor.site}]
    )
    widths = {}
    for path in (proposal, ADD, CONFIRM):
        visitor.go(path)
        widths[path] = visitor.page.evaluate("document.documentElement.scrollWidth")
    assert {path: width for path, width in widths.items() if width > 320} == {}
