"""The CSV of a bank: how its table and its cells are read by a mapping."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from factories.bank_files import RUNNING_BALANCE
from fairgate.money import Money
from fee_payments.bank_files import BankEntry, CsvMapping, read_statement_file
from fee_payments.exceptions import BankFileError

PLAIN = CsvMapping(
    booked_on="day", days=("YYYY-MM-DD",), amount="amount", currency="EUR", account="A1"
)


def entries(text: str, mapping: CsvMapping = PLAIN) -> tuple[BankEntry, ...]:
    (statement,) = read_statement_file(text.encode(mapping.encoding), mapping=mapping)
    return statement.entries


def amount_of(cell: str, mapping: CsvMapping = PLAIN) -> str:
    (entry,) = entries(f'day,amount\n2026-01-05,"{cell}"\n', mapping)
    return f"{entry.signed.amount:f}"


def refusal(content: str | bytes, mapping: CsvMapping = PLAIN) -> str:
    with pytest.raises(BankFileError) as refused:
        read_statement_file(
            content.encode() if isinstance(content, str) else content, mapping=mapping
        )
    return str(refused.value)


# --- amounts ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "read"),
    [
        ("10", "10.00"),
        ("+10.5", "10.50"),
        ("10.50-", "-10.50"),
        ("− 10.50", "-10.50"),
        ("１０．５０", "10.50"),
        ("١٠.٥٠", "10.50"),
        ("१०.५०", "10.50"),
        ("\N{RIGHT-TO-LEFT MARK}10.50", "10.50"),
        ("0.00", "0.00"),
    ],
)
def test_f17_an_amount_is_read_for_what_it_is(cell, read):
    assert amount_of(cell) == read


@pytest.mark.parametrize(
    "cell",
    [
        *("", "1e3", "1E3", "NaN", "Infinity", "0x1F", "1_000", "--1", "-1-", "10²", "½", "Ⅷ"),
        *(
            "1,000",
            "1.000,00",
            "1 000",
            "€ 10",
            "10 EUR",
            "=1+1",
            "10.001",
            "-0.00",
            "0-",
            "1" * 19,
        ),
    ],
)
def test_f17_what_is_no_amount_is_refused_with_its_line(cell):
    said = refusal(f'day,amount\n2026-01-05,"{cell}"\n')

    assert said.startswith("Line 2, amount: ")


@pytest.mark.parametrize(
    ("thousands", "cell", "read"),
    [
        (".", "1.234.567,89", "1234567.89"),
        (".", "1234567,89", "1234567.89"),
        ("'", "1’234,5", "1234.50"),
        (" ", "1\N{NARROW NO-BREAK SPACE}234,50", "1234.50"),
        (".", "12.34.567,00", "1234567.00"),  # lakhs
    ],
)
def test_thousands_are_read_by_the_mark_of_the_mapping(thousands, cell, read):
    mapping = replace(PLAIN, decimal_mark=",", thousands_mark=thousands)

    assert amount_of(cell, mapping) == read


def test_a_group_that_is_none_is_refused_and_not_read_as_decimals():
    mapping = replace(PLAIN, decimal_mark=",", thousands_mark=".")

    for cell in ("1.5", "1.2345", ".123", "1..234", "1.234.56"):
        assert "is not an amount" in refusal(f'day,amount\n2026-01-05,"{cell}"\n', mapping)


@pytest.mark.parametrize(
    ("currency", "cell", "is_exact"),
    [
        ("JPY", "100", True),
        ("JPY", "100.5", False),
        ("KWD", "1.234", True),
        ("KWD", "1.2345", False),
    ],
)
def test_k4_decimals_are_those_of_the_currency(currency, cell, is_exact):
    mapping = replace(PLAIN, currency=currency)
    text = f"day,amount\n2026-01-05,{cell}\n"

    if is_exact:
        assert entries(text, mapping)[0].amount == Money(cell, currency)
    else:
        assert f"more decimals than {currency} allows" in refusal(text, mapping)


def test_two_columns_are_filled_one_at_a_time():
    head = "Date,Description,Paid in,Paid out,Balance,Reference\n"

    assert refusal(f"{head}01/03/2026,x,1.000,1.000,0.000,\n", RUNNING_BALANCE) == (
        "Line 2, Paid in, Paid out: both are filled."
    )
    assert "both are empty." in refusal(f"{head}01/03/2026,x,,,0.000,\n", RUNNING_BALANCE)
    assert "has a sign" in refusal(f"{head}01/03/2026,x,,-1.000,0.000,\n", RUNNING_BALANCE)


def test_a_debit_column_with_a_sign_is_read_where_the_mapping_says_so():
    mapping = replace(RUNNING_BALANCE, debit_is_negative=True)
    text = "Date,Description,Paid in,Paid out,Balance,Reference\n01/03/2026,x,0.000,-1.000,5.000,\n"

    assert entries(text, mapping)[0].signed == Money("-1.000", "KWD")


def test_a_word_that_says_neither_credit_nor_debit_is_refused():
    mapping = replace(PLAIN, indicator="side", credit_words=("C",), debit_words=("D",))

    assert [
        e.is_credit for e in entries("day,amount,side\n2026-01-05,1,c\n2026-01-05,1,D\n", mapping)
    ] == [True, False]
    assert "“X” is neither in credit_words" in refusal("day,amount,side\n2026-01-05,1,X\n", mapping)
    assert "has a sign" in refusal("day,amount,side\n2026-01-05,-1,C\n", mapping)


# --- days -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pattern", "cell"),
    [
        ("YYYY-MM-DD", "2026-03-04"),
        ("DD.MM.YY", "04.03.26"),
        ("D/M/YYYY", "4/3/2026"),
        ("YYYYMMDD", "20260304"),
        ("YYYY-MM-DDThh:mm:ssZ", "2026-03-04T23:59:59Z"),
        ("YYYY年MM月DD日", "2026年03月04日"),
        ("DD/MM/YYYY", "٠٤/٠٣/٢٠٢٦"),
    ],
)
def test_a_day_is_read_by_its_pattern(pattern, cell):
    (entry,) = entries(f"day,amount\n{cell},1\n", replace(PLAIN, days=(pattern,)))

    assert entry.booked_on == date(2026, 3, 4)


def test_a_day_that_two_patterns_read_differently_is_refused():
    mapping = replace(PLAIN, days=("DD/MM/YYYY", "MM/DD/YYYY"))

    assert entries("day,amount\n04/04/2026,1\n31/12/2026,1\n", mapping)
    assert refusal("day,amount\n03/04/2026,1\n", mapping) == (
        "Line 2, day: “03/04/2026” is not one day, written like DD/MM/YYYY or MM/DD/YYYY."
    )


@pytest.mark.parametrize(
    "cell", ["", "2026-02-30", "26-01-05", "2026-1-5", "5 Jan 2026", "1926-01-05", "0000-01-01"]
)
def test_what_is_no_day_is_refused(cell):
    assert "is not one day" in refusal(f"day,amount,x\n{cell},1,x\n")


# --- the table ------------------------------------------------------------------------------------


def test_f32_marks_nul_and_other_encodings_are_read_over_or_refused():
    text = "day,amount,tëxt\n2026-01-05,1.00,x\n"

    assert entries("\N{ZERO WIDTH NO-BREAK SPACE}" + text)
    assert entries(text, replace(PLAIN, encoding="utf-16"))
    assert refusal(text.encode("cp1252")) == (
        "Line 1: A character here is not utf-8; choose the encoding that the bank writes."
    )
    assert refusal(b"\xef\xbb\xbf" + text.encode(), replace(PLAIN, encoding="cp1252")) == (
        "The file begins as UTF-8, and is to be read as cp1252."
    )
    assert refusal(text.encode().replace(b"x\n", b"\0\n")).startswith("Line 2: There is a NUL here")


def test_rows_have_as_many_cells_as_the_header():
    assert len(entries("day,amount\n\n2026-01-05,1,\n2026-01-05,1\n")) == 2
    assert "has 1 cells instead of 2" in refusal("day,amount\n2026-01-05\n")
    assert "has 3 cells instead of 2" in refusal("day,amount\n2026-01-05,1,x\n")


def test_columns_are_found_by_name_or_number():
    assert refusal("Day,amount\n2026-01-05,1\n") == "Line 1, booked_on: the header has no “day”."
    assert "more than once" in refusal("day,day,amount\n2026-01-05,x,1\n")
    assert entries("day,day,amount\n2026-01-05,x,1\n", replace(PLAIN, booked_on=1))
    assert "column 3 is not there; there are 2." in refusal(
        "day,amount\n2026-01-05,1\n", replace(PLAIN, booked_on=3)
    )
    by_number = replace(PLAIN, booked_on=1, amount=2, has_header=False)
    assert len(entries("2026-01-05,1\n2026-01-06,2\n", by_number)) == 2


def test_each_account_and_currency_is_a_statement_of_its_own():
    mapping = replace(PLAIN, account="", account_column="acc", currency="", currency_column="cur")
    text = "day,amount,acc,cur\n2026-01-05,1,A 1,EUR\n2026-01-05,2,a1,USD\n2026-01-05,3,A1,EUR\n"
    one, other = read_statement_file(text.encode(), mapping=mapping)

    assert (one.account, one.currency, len(one.entries)) == ("A1", "EUR", 2)
    assert (other.account, other.currency, len(other.entries)) == ("A1", "USD", 1)
    assert "“euro” is not a currency" in refusal(text.replace("USD", "euro"), mapping)
    assert "names no account." in refusal(text.replace("a1", ""), mapping)


def test_a_file_without_an_entry_is_refused():
    assert refusal("day,amount\n") == "The file has no entry in it."
    assert refusal(";\n;\n", replace(PLAIN, delimiter=";")) == "The file has no entry in it."


def test_a_quote_is_one_sign_or_none():
    (entry,) = entries(
        'day;amount;text\n2026-01-05;1;say "hi\n',
        replace(PLAIN, delimiter=";", quote="", remittance=("text",)),
    )

    assert entry.remittance == 'say "hi'


# --- whatever is written is read again ----------------------------------------------------------

texts = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=30)
rows = st.lists(
    st.tuples(
        st.dates(date(2000, 1, 1), date(2099, 12, 31)), st.integers(-(10**12), 10**12), texts
    ),
    min_size=1,
    max_size=8,
)
patterns = st.sampled_from(
    [("YYYY-MM-DD", "%Y-%m-%d"), ("DD.MM.YY", "%d.%m.%y"), ("MM/DD/YYYY", "%m/%d/%Y")]
)
marks = st.sampled_from([(".", ""), (".", ","), (",", "."), (",", " "), ("٫", "٬"), (".", "’")])


@st.composite
def mappings(draw: st.DrawFn) -> tuple[CsvMapping, str]:
    """A mapping, and how Python writes its days."""
    (pattern, python_days), (decimal, thousands) = draw(patterns), draw(marks)
    way = draw(st.sampled_from(["signed", "word", "columns"]))
    has_header = draw(st.booleans())
    names = ["day", "amount", "in", "out", "side", "text"]
    order = draw(st.permutations(names))

    def column(name: str) -> str | int:
        return name if has_header and draw(st.booleans()) else order.index(name) + 1

    amounts = {
        "signed": lambda: {"amount": column("amount")},
        "word": lambda: {
            "amount": column("amount"),
            "indicator": column("side"),
            "credit_words": ("in",),
            "debit_words": ("out",),
        },
        "columns": lambda: {"credit_amount": column("in"), "debit_amount": column("out")},
    }[way]()
    mapping = CsvMapping(
        booked_on=column("day"),
        days=(pattern,),
        delimiter=draw(st.sampled_from(",;\t|")),
        encoding=draw(st.sampled_from(["utf-8", "utf-16", "gb18030"])),
        skip_lines=draw(st.integers(0, 3)),
        has_header=has_header,
        decimal_mark=decimal,
        thousands_mark=thousands,
        currency="EUR",
        account="A1",
        remittance=(column("text"),),
        **amounts,
    )
    return mapping, f"{','.join(order)} {python_days}"


def written(mapping: CsvMapping, how: str, values: list[tuple[date, int, str]]) -> bytes:
    names, python_days = how.split(" ")
    out = io.StringIO(newline="")
    out.write('a "note\r\n' * mapping.skip_lines)
    table = csv.writer(out, delimiter=mapping.delimiter)
    if mapping.has_header:
        table.writerow(names.split(","))
    for day, minor, text in values:
        number = f"{abs(minor) // 100:,}.{abs(minor) % 100:02}"
        number = number.translate({44: mapping.thousands_mark, 46: mapping.decimal_mark})
        is_split = mapping.credit_amount is not None
        cells = {
            "day": day.strftime(python_days),
            "amount": ("-" if minor < 0 and mapping.indicator is None else "") + number,
            "in": number if minor >= 0 and is_split else "",
            "out": number if minor < 0 and is_split else "",
            "side": "in" if minor >= 0 else "out",
            "text": text,
        }
        table.writerow([cells[name] for name in names.split(",")])
    return out.getvalue().encode(mapping.encoding)


@given(mappings(), rows)
def test_whatever_is_written_by_a_mapping_is_read_by_it(made, values):
    mapping, how = made
    saved = CsvMapping.from_json(mapping.to_json())
    (statement,) = read_statement_file(written(mapping, how, values), mapping=saved)

    assert [(e.booked_on, e.signed.minor, e.remittance) for e in statement.entries] == [
        (day, minor, " ".join(text.split())) for day, minor, text in values
    ]
    assert len({entry.key for entry in statement.entries}) == len(values)
