"""How the CSV of a bank is to be read: what a mapping may say, and how it is saved."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from factories.bank_files import ARABIC, GERMAN, MAPPINGS
from fee_payments.bank_files import CsvMapping
from fee_payments.bank_files.csv_mapping import MAX_JSON
from fee_payments.exceptions import InvalidCsvMapping

PLAIN = CsvMapping(
    booked_on="day", days=("YYYY-MM-DD",), amount="amount", currency="EUR", account="A1"
)


def mapping_refusal(**changes: object) -> str:
    with pytest.raises(InvalidCsvMapping) as refused:
        replace(PLAIN, **changes)
    return str(refused.value)


@pytest.mark.parametrize("mapping", [*MAPPINGS.values(), PLAIN])
def test_a_mapping_is_the_same_after_it_was_saved(mapping):
    assert CsvMapping.from_json(mapping.to_json()) == mapping


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"delimiter": ""}, "delimiter: is one sign, such as , or ;"),
        ({"delimiter": "ab"}, "delimiter: is one sign, no letter or digit."),
        ({"delimiter": "\n"}, "delimiter: is one sign, no letter or digit."),
        ({"quote": ","}, "quote: is the delimiter already."),
        ({"encoding": "utf-7"}, "encoding: is one of utf-8, utf-16,"),
        ({"skip_lines": -1}, "skip_lines: is from 0 to 100."),
        ({"skip_lines": True}, "skip_lines: is a whole number."),
        ({"has_header": False}, "booked_on: is a number: without a header"),
        ({"booked_on": 0}, "booked_on: is a column from 1 to 500."),
        ({"booked_on": True}, "booked_on: is the name of a column, or its number from 1."),
        ({"booked_on": " "}, "booked_on: names no column."),
        ({"amount": None}, "amount: is needed, or credit_amount and debit_amount, and not both."),
        ({"credit_amount": "in"}, "amount: is needed, or credit_amount and debit_amount"),
        ({"debit_is_negative": True}, "debit_is_negative: goes with credit_amount"),
        (
            {"amount": None, "credit_amount": 1, "debit_amount": 2, "indicator": "side"},
            "indicator: goes with amount only.",
        ),
        ({"indicator": "side"}, "credit_words: and debit_words go with indicator"),
        ({"credit_words": ("C",)}, "credit_words: and debit_words go with indicator"),
        (
            {"indicator": "s", "credit_words": ("C",), "debit_words": ("c",)},
            "debit_words: has “c”, which is in credit_words too.",
        ),
        (
            {"indicator": "s", "credit_words": ("C", " "), "debit_words": ("D",)},
            "credit_words or debit_words: has an empty word.",
        ),
        ({"decimal_mark": ";"}, "decimal_mark: is one of . , ٫"),
        ({"thousands_mark": "."}, "thousands_mark: is the decimal mark already."),
        ({"thousands_mark": "x"}, "thousands_mark: is nothing, a blank, or one of"),
        ({"days": ()}, "days: are one to five patterns."),
        ({"days": ("YYYY-MM",)}, "days: “YYYY-MM” is not a pattern"),
        ({"days": ("YYYY-MM-DD (.*)",)}, "is not a pattern like YYYY-MM-DD"),
        ({"days": ("%Y-%m-%d",)}, "is not a pattern like YYYY-MM-DD"),
        ({"days": "YYYY-MM-DD"}, "days: is a list."),
        ({"currency": ""}, "currency: is needed, or currency_column, and not both."),
        ({"currency": "EURO"}, "currency: “EURO” is not a currency code"),
        ({"account_column": "a"}, "account: is needed, or account_column, and not both."),
        ({"remittance": ("x" * 201,)}, "remittance: has at most 200 characters."),
    ],
)  # fmt: skip
def test_a_mapping_that_cannot_be_is_refused_with_its_field(changes, said):
    assert said in mapping_refusal(**changes)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "A mapping is written in JSON"),
        ("[]", "A mapping is a JSON object"),
        ("[" * 10_000, "A mapping is written in JSON"),
        ('{"days": [], "days": []}', "A mapping is written in JSON"),
        ('{"days": ["DD.MM.YYYY"]}', "booked_on: is needed."),
        ('{"booked_on": 1, "days": [], "code": "x"}', "code: is no field of a mapping."),
        ('{"booked_on": {}, "days": ["DD.MM.YYYY"]}', "booked_on: is the name of a column"),
        ('{"booked_on": 1.0, "days": ["DD.MM.YYYY"]}', "booked_on: is the name of a column"),
        (" " * (MAX_JSON + 1), "A mapping has at most 20,000 characters."),
    ],
)  # fmt: skip
def test_a_saved_mapping_that_was_damaged_is_refused(text, said):
    with pytest.raises(InvalidCsvMapping, match=said.replace("“", ".")):
        CsvMapping.from_json(text)


def test_only_what_differs_from_the_defaults_is_saved():
    assert list(json.loads(PLAIN.to_json())) == [
        "booked_on",
        "days",
        "amount",
        "currency",
        "account",
    ]
    assert json.loads(ARABIC.to_json())["credit_words"] == ["دائن"]
    assert json.loads(GERMAN.to_json())["skip_lines"] == 2


def test_the_example_of_the_reference_page_is_a_mapping():
    page = (Path(__file__).parents[2] / "docs/references/bank-files.md").read_text(encoding="utf-8")
    example = page.partition("```json\n")[2].partition("```")[0]

    assert CsvMapping.from_json(example) == GERMAN
