"""The key of a course run is told from whatever else people type."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opaque_keys.edx.locator import CourseLocator

from fairgate.course_runs import LONGEST, is_course_run

words = st.text("ABCabc019_-.~", min_size=1, max_size=20)


@given(words, words, words)
def test_what_the_platform_writes_is_the_key_of_a_course_run(org, code, run):
    assert is_course_run(str(CourseLocator(org, code, run)))


def test_a_key_with_slashes_is_that_of_an_old_course_run():
    assert is_course_run("ATC/SPECTRUM101/2026")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "rubbish",
        "course-v1:ATC+SPECTRUM101",
        "course-v1:ATC+SPECTRUM101+2026 ",
        "course-v1:ATC+SPECTRUM101+2026\n",
        "block-v1:ATC+SPECTRUM101+2026+type@html+block@secret",
    ],
)
def test_what_the_platform_does_not_read_is_none(text):
    assert not is_course_run(text)


@pytest.mark.parametrize("text", ["library-v1:ATC+SHARED", "lib:ATC:shared"])
def test_the_key_of_a_library_is_none(text):
    assert not is_course_run(text)


@pytest.mark.parametrize("state", ["branch@draft-branch", "version@" + "5" * 24])
def test_one_state_of_a_course_is_no_course_run(state):
    assert not is_course_run(f"course-v1:ATC+SPECTRUM101+2026+{state}")


def test_a_key_that_no_table_holds_is_none():
    longest = "course-v1:ATC+SPECTRUM101+".ljust(LONGEST, "R")
    assert is_course_run(longest)
    assert not is_course_run(longest + "R")
