"""A code is read from what people type, and a slip is noticed before anybody is asked."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairgate import typed_codes
from fairgate.typed_codes import ALPHABET, LENGTH, grouped, hint, new, read

codes = st.builds(new)
BLANKS = st.sampled_from([" ", "-", "\N{EN DASH}", "\N{NO-BREAK SPACE}", "\u200f", "\n", "_", "."])
ARABIC_INDIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
FULL_WIDTH = str.maketrans(ALPHABET, "".join(chr(ord(sign) + 0xFEE0) for sign in ALPHABET))


def test_a_code_has_five_groups_of_four():
    assert [len(group) for group in grouped(new()).split("-")] == [4, 4, 4, 4, 4]


def test_no_sign_of_the_alphabet_looks_like_another():
    assert not set(ALPHABET) & set("OILU")
    assert len(set(ALPHABET)) == 32


def test_codes_are_not_made_twice():
    assert len({new() for _ in range(1000)}) == 1000


@given(codes)
def test_a_code_is_read_as_it_is_printed(code):
    assert read(grouped(code)) == code


@given(codes)
@pytest.mark.parametrize("script", [ARABIC_INDIC, FULL_WIDTH], ids=["Arabic-Indic", "full width"])
def test_digits_of_other_scripts_are_read(script, code):
    assert read(grouped(code).translate(script)) == code


@given(codes, st.lists(BLANKS, min_size=LENGTH, max_size=LENGTH))
def test_case_blanks_and_dashes_do_not_matter(code, between):
    typed = "".join(sign + blank for sign, blank in zip(code.lower(), between, strict=True))
    assert read(typed) == code


@given(codes)
def test_what_looks_alike_is_understood(code):
    assert read(code.replace("0", "o").replace("1", "l")) == code
    assert read(code.replace("0", "O").replace("1", "I")) == code


@given(codes, st.integers(0, LENGTH - 1), st.integers(1, 31))
def test_one_wrong_sign_is_noticed(code, place, shift):
    wrong = ALPHABET[(ALPHABET.index(code[place]) + shift) % 32]
    assert read(code[:place] + wrong + code[place + 1 :]) is None


@given(codes, st.integers(0, LENGTH - 2))
def test_two_swapped_signs_are_noticed_but_for_the_first_and_the_last_of_the_alphabet(code, place):
    pair = code[place : place + 2]
    swapped = code[:place] + pair[::-1] + code[place + 2 :]
    is_noticed = read(swapped) is None
    assert is_noticed == (pair[0] != pair[1] and set(pair) != {ALPHABET[0], ALPHABET[-1]})


@pytest.mark.parametrize(
    "typed", ["", " ", "-" * 20, "K7QM", "=HYPERLINK(1)", "é" * 20, "U" * 20, "0" * 19, "0" * 21]
)
def test_what_is_no_code_is_not_read(typed):
    assert read(typed) is None


def test_a_text_of_any_length_is_answered_at_once():
    assert read("0" * 20 + " " * 101) is None
    assert read("\ufdfa" * typed_codes.MAX_TYPED) is None


@given(st.text(max_size=200))
def test_no_text_is_an_error(typed):
    assert read(typed) is None or read(typed) == read(read(typed))


def test_the_hint_is_the_first_group():
    code = new()
    assert grouped(code).startswith(f"{hint(code)}-")
