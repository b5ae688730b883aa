"""What is read from whole files, in the dialects of several banks."""

from __future__ import annotations

from datetime import date

import pytest

from factories.bank_files import (
    ARABIC,
    GERMAN,
    MAPPINGS,
    PLAIN,
    RUNNING_BALANCE,
    SAMPLES,
    camt,
    keys,
    mt940,
    ntry,
    refusal,
    sample,
)
from fairgate.money import Money
from fee_payments.bank_files import BankEntry, FileKind, find_references, read_statement_file

OURS = "INV-####-######"


def entries_of(name: str) -> tuple[BankEntry, ...]:
    (statement,) = read_statement_file(sample(name), mapping=MAPPINGS.get(name))
    return statement.entries


def amounts(name: str) -> list[str]:
    return [f"{entry.signed.amount:f}" for entry in entries_of(name)]


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_names_our_invoice(name):
    found = [number for entry in entries_of(name) for number in find_references(entry, OURS)]

    assert found
    assert all(number.startswith("INV-2026-000") for number in found)


def test_a_statement_of_camt_053_is_read_with_account_days_and_balances():
    (statement,) = read_statement_file(sample("camt053_v02_batch.xml"))

    assert statement.kind is FileKind.CAMT053
    assert (statement.account, statement.currency) == ("DE89370400440532013000", "EUR")
    assert statement.statement_id == "0352C5320260105"
    assert statement.from_on == statement.to_on == date(2026, 1, 5)
    assert statement.opening_balance == Money("1000.00", "EUR")
    assert statement.closing_balance == Money("1180.00", "EUR")


def test_an_entry_of_camt_has_days_references_text_and_payer():
    first = entries_of("camt053_v02_batch.xml")[0]

    assert (first.booked_on, first.value_on) == (date(2026, 1, 5), date(2026, 1, 6))
    assert (first.amount, first.is_credit) == (Money("120.00", "EUR"), True)
    assert (first.reference, first.bank_reference) == ("PO-7781", "2026010511221122")
    assert first.remittance == "Rechnung INV-2026- 000123 vom 2.1."
    assert (first.payer_name, first.payer_account) == (
        "Ministerium für Post",
        "DE02120300000000202051",
    )
    assert first.position == "statement 1, entry 1 (line 22)"


def test_a_batch_becomes_one_entry_per_transaction():
    _, one, other, *_ = entries_of("camt053_v02_batch.xml")

    assert [one.amount, other.amount] == [Money("60.00", "EUR"), Money("50.00", "EUR")]
    assert [one.payer_name, other.payer_name] == ["A. Payer", "B. Payer"]
    assert one.reference == ""  # NOTPROVIDED is nothing
    assert other.structured_reference == "RF44INV2026000125"
    assert other.position == "statement 1, entry 2 (line 37), transaction 2"


def test_f19_a_reversed_entry_says_so_and_which_way_the_money_goes():
    reversal = entries_of("camt053_v02_batch.xml")[3]
    of_mt940 = entries_of("mt940_german.sta")[1]

    assert (reversal.is_reversal, reversal.is_credit) == (True, False)
    assert reversal.payer_name == "B. Payer"  # who had paid
    assert reversal.remittance == "Rückbuchung"
    assert (of_mt940.is_reversal, of_mt940.is_credit) == (True, False)


def test_a_pending_entry_is_kept_and_marked_and_counts_for_no_balance():
    pending = entries_of("camt053_v02_batch.xml")[4]

    assert (pending.is_booked, pending.booked_on) == (False, None)
    assert pending.amount == Money("33.00", "EUR")


def test_version_8_has_its_own_places_for_status_and_names():
    (statement,) = read_statement_file(sample("camt053_v08_structured.xml"))
    (entry,) = statement.entries

    assert statement.account == "024012345678"
    assert statement.opening_balance == Money("-10.500", "KWD")
    assert entry.payer_name == "Ministry of Communications"
    assert entry.payer_account == "998877"
    assert entry.bank_reference == "FT26034XYZ"
    assert entry.booked_on == date(2026, 2, 3)
    assert entry.remittance == "INV-2026-000125 Seats, term 1"


def test_a_notification_has_no_balances():
    (statement,) = read_statement_file(sample("camt054_v04.xml"))

    assert statement.kind is FileKind.CAMT054
    assert statement.opening_balance is None
    assert statement.closing_balance is None
    assert statement.currency == "EUR"


def test_an_mt940_of_a_german_bank_is_read_in_its_own_encoding():
    transfer, _, charge = entries_of("mt940_german.sta")

    assert amounts("mt940_german.sta") == ["120.00", "-50.00", "-0.50"]
    assert (transfer.reference, transfer.bank_reference) == ("PO-7781", "2026010511221122")
    assert transfer.payer_name == "Ministerium Post und Telekommunikation"
    assert transfer.payer_account == "DE02120300000000202051"
    assert charge.remittance == "Kontoführung"


def test_the_days_of_an_mt940_entry_are_read_with_and_without_an_entry_day():
    transfer, reversal, charge = entries_of("mt940_german.sta")

    assert (transfer.booked_on, transfer.value_on) == (date(2026, 1, 5), date(2026, 1, 5))
    assert (reversal.booked_on, reversal.value_on) == (date(2026, 1, 5), date(2026, 1, 6))
    assert (charge.booked_on, charge.value_on) == (date(2026, 1, 5), date(2026, 1, 5))


def test_an_mt940_in_pages_is_one_statement_and_equal_payments_on_them_stay_apart():
    (statement,) = read_statement_file(sample("mt940_pages.txt"))
    course, structured, *same = statement.entries

    assert statement.account == "NL69INGB0123456789"
    assert statement.opening_balance == Money("-10.00", "EUR")
    assert statement.closing_balance == Money("105.00", "EUR")
    assert (course.reference, course.payer_name) == ("E-77", "A. de Vries")
    assert course.payer_account == "NL32INGB0000012345"
    assert structured.structured_reference == "RF44INV2026000125"
    assert len({entry.key for entry in same}) == 2


def test_a_csv_with_lines_before_and_after_the_table_is_read_by_its_mapping():
    (statement,) = read_statement_file(sample("csv_german.csv"), mapping=GERMAN)
    first, second = statement.entries

    assert amounts("csv_german.csv") == ["1120.00", "-50.00"]
    assert first.remittance == 'Rechnung INV-2026-000123 Danke; "Grüße"'
    assert (first.booked_on, first.value_on) == (date(2026, 1, 5), date(2026, 1, 6))
    assert (second.value_on, second.position) == (None, "line 5")
    assert statement.account == "DE89370400440532013000"


def test_a_cell_that_looks_like_a_formula_is_text():
    second = entries_of("csv_german.csv")[1]

    assert (second.payer_name, second.remittance) == ("=1+1", "+49 30 1234")


def test_two_columns_and_a_running_balance_are_read_newest_row_first():
    (statement,) = read_statement_file(sample("csv_running_balance.csv"), mapping=RUNNING_BALANCE)

    assert amounts("csv_running_balance.csv") == ["30.000", "-4.500", "100.000"]
    assert statement.opening_balance == Money("0.000", "KWD")
    assert statement.closing_balance == Money("125.500", "KWD")


def test_f17_arabic_and_full_width_digits_are_read_for_what_they_are():
    (statement,) = read_statement_file(sample("csv_arabic.csv"), mapping=ARABIC)

    assert amounts("csv_arabic.csv") == ["1250.50", "-20.50"]
    assert [entry.booked_on for entry in statement.entries] == [
        date(2026, 1, 5),
        date(2026, 1, 6),
    ]
    assert statement.account == "SA0380000000608010167519"


def test_people_are_in_no_repr():
    (statement,) = read_statement_file(sample("camt053_v02_batch.xml"))

    assert "Payer" not in repr(statement)
    assert "DE0212" not in repr(statement)
    assert "Rechnung" not in repr(statement)


def test_a_booking_day_that_is_left_out_is_the_day_of_the_value():
    content = camt(ntry(day="", more="")).replace(
        b"<NtryDtls>", b"<ValDt><Dt>2026-01-07+01:00</Dt></ValDt><NtryDtls>"
    )
    (statement,) = read_statement_file(content)

    assert str(statement.entries[0].booked_on) == "2026-01-07"


@pytest.mark.parametrize("raw", ["Grüße".encode(), "Grüße".encode("cp1252")])
def test_the_encoding_of_an_mt940_is_found_out(raw):
    content = mt940(":61:260105C1,00NTRF", ":86:?", closing="C260105EUR1,00")
    (statement,) = read_statement_file(content.replace(b"?", raw))

    assert statement.entries[0].remittance == "Grüße"


def test_a_sign_that_is_in_no_other_encoding_makes_an_mt940_latin_1():
    content = mt940(":61:260105C1,00NTRF", ":86:?", closing="C260105EUR1,00")
    (statement,) = read_statement_file(content.replace(b"?", b"\xfc\x81"))

    assert statement.entries[0].remittance == "ü"


def test_lines_of_field_86_go_on_where_they_were_full():
    full = "x" * 65
    content = mt940(
        ":61:260105C1,00NTRF", f":86:{full}", "yz", ":86:more", ":86:", closing="C260105EUR1,00"
    )
    (statement,) = read_statement_file(content)

    assert statement.entries[0].remittance == f"{full}yz more"


def test_f33_control_characters_are_left_out_of_texts_and_markup_stays_text():
    content = mt940(
        ":61:260105C1,00NTRFA\x07B//C\x1bD",
        ":86:<b>\x07INV</b>\x7f {{ x }}",
        closing="C260105EUR1,00",
    )
    (statement,) = read_statement_file(content + b"\x1a")
    (entry,) = statement.entries

    assert (entry.reference, entry.bank_reference) == ("AB", "CD")
    assert entry.remittance == "<b>INV</b> {{ x }}"
    assert len(keys(b"day,amount,text\n2026-01-05,1.00,x\x1a", PLAIN)) == 1
    assert "is not an amount" in refusal(b"day,amount,text\n2026-01-05,1\x070.00,x", mapping=PLAIN)
