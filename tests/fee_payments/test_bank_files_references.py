"""Creditor references (ISO 11649), and our numbers in what payers write."""

from __future__ import annotations

import re
import string

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from fairgate.money import Money
from fee_payments.bank_files import (
    BankEntry,
    creditor_reference,
    find_references,
    is_valid_reference,
)
from fee_payments.exceptions import InvalidReference

OURS = "INV-####-######"
NUMBER = "INV-2026-000123"
RF = "RF98INV2026000123"

numbers = st.text(string.digits + string.ascii_uppercase, min_size=1, max_size=21)
digits = st.text(string.digits, min_size=2, max_size=21)


def entry(remittance: str = "", *, structured: str = "", reference: str = "") -> BankEntry:
    return BankEntry(
        booked_on=None,
        value_on=None,
        amount=Money("1.00", "EUR"),
        is_credit=True,
        remittance=remittance,
        structured_reference=structured,
        reference=reference,
        position="line 1",
    )


def found(text: str, *shapes: str) -> tuple[str, ...]:
    return find_references(entry(text), *(shapes or (OURS,)))


# --- ISO 11649 ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("number", "reference"),
    [
        ("539007547034", "RF18539007547034"),  # the standard's own example, as banks print it
        (NUMBER, RF),
        ("inv/2026 000.123", RF),
    ],
)
def test_a_creditor_reference_has_the_check_digits_of_iso_7064(number, reference):
    assert creditor_reference(number) == reference
    assert is_valid_reference(reference)


@pytest.mark.parametrize("number", ["", "-", "A" * 22, "ÄÖ", "١٢٣", "A*B"])
def test_a_number_that_fits_in_no_reference_is_refused(number):
    with pytest.raises(InvalidReference, match="has no creditor reference: it takes 1 to 21"):
        creditor_reference(number)


@given(numbers)
def test_a_reference_that_was_made_is_valid_in_any_case_and_grouping(number):
    reference = creditor_reference(number)
    printed = " ".join(reference[start : start + 4] for start in range(0, len(reference), 4))

    assert is_valid_reference(printed.lower())


@given(digits, st.data())
def test_a_single_wrong_digit_is_found(number, data):
    reference = creditor_reference(number)
    place = data.draw(st.integers(2, len(reference) - 1))
    other = data.draw(st.sampled_from(string.digits))
    assume(other != reference[place])

    assert not is_valid_reference(reference[:place] + other + reference[place + 1 :])


@given(digits, st.data())
def test_two_digits_that_changed_places_are_found(number, data):
    signs = list(creditor_reference(number))
    one, other = (data.draw(st.integers(2, len(signs) - 1)) for _ in range(2))
    assume(signs[one] != signs[other])
    signs[one], signs[other] = signs[other], signs[one]

    assert not is_valid_reference("".join(signs))


@pytest.mark.parametrize(
    "text", ["", "RF", "RF18", "RF00539007547034", "XX18539007547034", "RF1８539007547034"]
)
def test_what_is_no_reference_is_not_valid(text):
    assert not is_valid_reference(text)


def test_only_the_usual_check_digits_are_valid():
    # 01 and 98, 00 and 97, 99 and 02 leave the same remainder.
    low = next(n for n in range(1000) if creditor_reference(str(n)).startswith("RF98"))

    assert not is_valid_reference(f"RF01{low}")


# --- our numbers ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "INV-2026-000123",
        "payment of inv 2026 000123, thank you",
        "INV2026000123",
        "(INV-2026-000123)",
        "Inv.-2026/000123",
        "INV-2026-0001\n23",
        "I N V - 2 0 2 6 - 0 0 0 1 2 3",
        "ＩＮＶ－２０２６－０００１２３",
        "INV-٢٠٢٦-٠٠٠١٢٣",
        "INV–2026—000123",
        RF,
        "rf98 inv2 0260 0012 3",
        "REF:RF98-INV2026000123.",
    ],
)
def test_a_number_is_found_however_it_was_typed_or_broken(text):
    assert found(text) == (NUMBER,)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "XINV-2026-000123",
        "INV-2026-0001234",
        "INV-2026-00012",
        "INV-2026-000123A",
        "INVOICE-2026-000123",
        "INV-2026-OOO123",
        "RF97INV2026000123",  # a wrong check digit: the number is not to be trusted either
        "RF97 INV-2026-000123",
        "RF98INV2026000132",
        "INV-2026" + " " * 50 + "000123",
    ],
)
def test_what_is_not_quite_our_number_is_not_found(text):
    assert found(text) == ()


def test_several_numbers_are_found_once_each_in_their_order():
    text = "INV-2026-000002, INV-2026-000001 and again INV 2026 000002; Q-000777"

    assert found(text) == ("INV-2026-000002", "INV-2026-000001")
    assert found(text, OURS, "Q-######") == ("INV-2026-000002", "INV-2026-000001", "Q-000777")


def test_the_structured_reference_comes_before_the_text_and_both_before_the_end_to_end_one():
    one = entry("INV-2026-000002", structured=RF, reference="INV-2026-000003")

    assert find_references(one, OURS) == (NUMBER, "INV-2026-000002", "INV-2026-000003")


def test_a_shape_that_would_be_found_everywhere_is_a_mistake():
    with pytest.raises(ValueError, match="would be found everywhere"):
        found("anything", "A-##")


@given(st.text(max_size=200))
def test_in_any_text_only_numbers_of_our_shape_are_found(text):
    assert all(re.fullmatch("INV-[0-9]{4}-[0-9]{6}", number) for number in found(text))


def test_a_long_text_made_to_be_slow_is_searched_at_once():
    assert found("RF98INV" + "- " * 5_000 + "I N V " * 1_000 + "RF98 " * 1_000) == ()


@given(st.integers(0, 9999), st.integers(0, 999_999), st.data())
def test_a_reference_of_ours_is_found_with_breaks_anywhere(year, serial, data):
    number = f"INV-{year:04}-{serial:06}"
    reference = creditor_reference(number)
    place = data.draw(st.integers(1, len(reference) - 1))
    between = data.draw(st.sampled_from([" ", "\n", " - ", "\r\n"]))

    assert found(f"x {reference[:place]}{between}{reference[place:]} y") == (number,)
