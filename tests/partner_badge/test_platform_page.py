"""The badge in a browser, among the rules of the platform's own stylesheets, quoted from Teak."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from partner_badge import drawing
from partner_badge.presenter import Badge, Rules, ShownPartner, Spoken

pytestmark = pytest.mark.browser

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
