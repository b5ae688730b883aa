"""What a partner says about itself: on the page of a course and beside the courses."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.browser

COURSE = ("/courses/spectrum-management/", "Free reports on spectrum use in your region")
IN_CATALOGUE = "Policy papers on mobile networks, free to read"
PLACES = [COURSE, ("/", IN_CATALOGUE), ("/fairgate/partners/", IN_CATALOGUE)]
everywhere = pytest.mark.parametrize(
    ("path", "text"), PLACES, ids=["a course", "the courses", "the partners"]
)


@everywhere
def test_it_says_that_it_is_sponsored_and_helps_nobodys_rank(visitor, path, text):
    visitor.go(path)

    box = visitor.page.get_by_role("region", name="Sponsored")
    assert "Sponsored by GSMA" in box.inner_text()
    link = box.get_by_role("link", name=text)
    assert link.get_attribute("href") == "https://www.example.org/spectrum"
    assert link.get_attribute("rel") == "sponsored noopener noreferrer nofollow"


@everywhere
def test_it_is_gone_on_the_day_after_its_last(visitor, path, text):
    visitor.move_to("2027-09-30")
    visitor.go(path)
    assert text in visitor.text

    visitor.move_to("2027-10-01")
    visitor.go(path)
    assert text not in visitor.text
