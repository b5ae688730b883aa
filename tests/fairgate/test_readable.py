"""What nobody can read is told from what looks unusual to us."""

from __future__ import annotations

import sys
import unicodedata

import pytest

from fairgate.readable import is_readable, is_seen, turns_writing


@pytest.mark.parametrize(
    "text", ["", "Ministry of Posts", "وزارة", "信息产业部", "\u200fوزارة", "👩‍🏫"]
)
def test_every_script_is_readable_with_its_marks(text):
    assert is_readable(text)


@pytest.mark.parametrize(
    "sign", ["\n", "\r", "\t", "\0", "\x1b", "\x7f", "\x85", "\u2028", "\ud83d"]
)
def test_control_signs_line_breaks_and_half_characters_are_not(sign):
    assert not is_readable(f"Ministry{sign}of Posts")


def test_a_field_of_several_lines_allows_its_breaks():
    assert is_readable("first\r\nsecond", allowed="\r\n")
    assert not is_readable("first\r\n\0second", allowed="\r\n")


def test_of_what_is_printable_every_sign_is_readable():
    signs = map(chr, range(sys.maxunicode + 1))
    printable = {unicodedata.category(sign) for sign in signs if sign.isprintable()}
    assert not printable & {"Cc", "Cs", "Zl", "Zp"}


@pytest.mark.parametrize(
    "sign", ["\u202a", "\u202b", "\u202c", "\u202d", "\u202e", "\u2067", "\u2069"]
)
def test_a_text_that_is_read_in_another_order_than_it_is_kept_is_known(sign):
    assert turns_writing(f"Ministry{sign}of Posts")


@pytest.mark.parametrize(
    "text", ["", "Ministry of Posts", "\u200fوزارة", "نمی\u200cخواهم", "👩\u200d🏫"]
)
def test_marks_that_a_script_needs_turn_nothing(text):
    assert not turns_writing(text)


@pytest.mark.parametrize("text", ["", " \u00a0", "\u200b\u200b", "\u00ad", "\u200f"])
def test_blanks_and_marks_alone_are_not_seen(text):
    assert not is_seen(text)
    assert is_seen(f"{text}و")
