"""One form for every key the platform hands over."""

from __future__ import annotations

import pytest
from opaque_keys.edx.keys import CourseKey, UsageKey

from factories.fee_gate import COURSE, key
from fee_gate import keys

BLOCK = key("html", "secret")


def test_branch_and_version_do_not_count():
    course = CourseKey.from_string(COURSE).for_branch("draft-branch")
    usage = UsageKey.from_string(BLOCK).map_into_course(course.for_version("5" * 24))

    assert keys.course_text(course) == COURSE
    assert keys.usage_text(usage) == BLOCK


def test_an_old_key_is_completed_by_its_course():
    assert keys.usage_text("i4x://ATC/SPECTRUM101/html/secret", "ATC/SPECTRUM101/2026") == (
        "i4x://ATC/SPECTRUM101/html/secret"
    )


@pytest.mark.parametrize(
    ("usage", "course"),
    [
        ("lb:ATC:LIBRARY:problem:one", "course-v1:ATC+OTHER+R"),
        ("aside-usage-v2:lb$:ATC$:LIBRARY$:problem$:one::tag", "course-v1:ATC+OTHER+R"),
        ("lib-block-v1:ATC+LIBRARY+type@problem+block@one", "ATC/OTHER/R"),
    ],
)
def test_a_block_that_can_be_in_no_course_is_told_by_its_own_key(usage, course):
    assert keys.usage_text(usage, course)


def test_what_is_no_opaque_key_is_taken_as_it_is():
    assert keys.usage_text("spectrum.html.d0.u0") == "spectrum.html.d0.u0"
    assert keys.course_text("spectrum") == "spectrum"
    assert keys.block_type("spectrum.html.d0.u0") == ""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (BLOCK, BLOCK),
        ("i4x:;_;_ATC;_S;_html;_x", "i4x://ATC/S/html/x"),
        ("student_view", None),
        ("", None),
    ],
)
def test_a_usage_key_is_found_in_a_url_slashes_quoted_or_not(text, expected):
    assert keys.usage_key_in_url(text) == expected


def test_a_key_tells_its_type_and_course():
    assert keys.block_type(BLOCK) == "html"
    assert keys.course_of(BLOCK) == COURSE


@pytest.mark.parametrize(
    ("usage", "expected"),
    [
        (BLOCK, False),
        ("lib-block-v1:ATC+SHARED+type@fee_gate+block@gate", True),
        ("lb:ATC:shared:fee_gate:gate", True),
    ],
)
def test_a_library_is_told_from_a_course(usage, expected):
    assert keys.is_library(UsageKey.from_string(usage).context_key) is expected


def test_what_has_no_key_is_in_no_library():
    assert keys.is_library(None) is False
