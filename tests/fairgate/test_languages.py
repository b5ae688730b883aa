"""The language of a text, as HTML wants it said."""

from __future__ import annotations

import pytest

from fairgate.languages import isolated, language, unbroken


@pytest.mark.parametrize(
    ("code", "tag", "direction"),
    [
        ("en", "en", "ltr"),
        ("ar", "ar", "rtl"),
        ("fa-IR", "fa-IR", "rtl"),
        ("zh_HANS", "zh-HANS", "ltr"),
        ("es-419", "es-419", "ltr"),
        (" he ", "he", "rtl"),
        ("uz-Arab", "uz-Arab", "rtl"),
        ("ur-Latn-PK", "ur-Latn-PK", "ltr"),
    ],
)
def test_a_code_of_a_platform_becomes_a_tag_with_a_direction(code, tag, direction):
    found = language(code)
    assert (found.tag, found.direction) == (tag, direction)


@pytest.mark.parametrize("code", [None, "", " ", "English", "e", "e n", 'en" onload="x', "1234"])
def test_what_is_no_code_is_no_language(code):
    assert language(code) is None


def test_a_name_is_isolated_and_a_code_also_kept_in_one_line():
    assert isolated("a-b") == "\u2068a-b\u2069"
    assert unbroken("a-b-c") == "\u2068a-\u2060b-\u2060c\u2069"
