"""A file is read whole or refused whole: cut off, wrong sums, batches that do not add up."""

from __future__ import annotations

import pytest

from factories.bank_files import (
    MAPPINGS,
    PLAIN,
    SAMPLES,
    camt,
    keys,
    mt940,
    ntry,
    refusal,
    sample,
    tx,
)
from fee_payments.bank_files import (
    CsvMapping,
    read_statement_file,
)


@pytest.mark.parametrize("name", [name for name in SAMPLES if name.startswith("camt")])
@pytest.mark.parametrize("part", [0.2, 0.5, 0.9, 0.99])
def test_f19_half_a_camt_file_is_refused_whole(name, part):
    content = sample(name).rstrip()

    assert "cut off or damaged" in refusal(content[: int(len(content) * part)])


def test_f19_an_mt940_that_is_cut_inside_a_statement_is_refused_whole():
    content = sample("mt940_german.sta")
    ends = content.index(b":62F:")

    said = [refusal(content[:end]) for end in range(content.index(b":61:"), ends, 7)]

    assert all(one.startswith(("Line ", "The statement of line 1: has no :62F:")) for one in said)
    assert refusal(content[:ends]) == (
        "The statement of line 1: has no :62F: or :62M:; the file is cut off or damaged."
    )


def test_f19_a_missing_page_is_refused():
    pages = sample("mt940_pages.txt").split(b"-}", 1)
    second = pages[1].partition(b"}}\n")[2]

    assert "its next page is not in the file" in refusal(pages[0] + b"-}")
    assert "begins in the middle" in refusal(second)
    assert "a page is missing" in refusal(
        sample("mt940_pages.txt")
        .replace(b":60M:C260202EUR55,00", b":60M:C260202EUR56,00")
        .replace(b"105,00", b"106,00")
    )


def test_f19_half_a_csv_is_refused_whole():
    content = b'day,amount,text\n2026-01-05,10.00,abc\n2026-01-05,10.00,"def'

    assert "cut off or damaged" in refusal(content, mapping=PLAIN)
    assert refusal(content[: content.rindex(b",")], mapping=PLAIN) == (
        "Line 3: has 2 cells instead of 3; the file is cut off or damaged."
    )


def test_f19_a_note_at_the_end_may_be_short_and_a_cut_row_may_not():
    mapping = CsvMapping.from_json(
        '{"booked_on": "day", "days": ["YYYY-MM-DD"], "amount": "amount", "currency": "EUR", '
        '"account": "A1", "skip_where_empty": "day"}'
    )
    content = b"text,amount,day\nabc,10.00,2026-01-05\nTotal,10.00"

    assert len(keys(content + b"\n", mapping)) == 1
    assert "cut off" in refusal(content, mapping=mapping)


def test_entries_that_do_not_lead_from_balance_to_balance_are_refused():
    good = camt(ntry("10.00"), ntry("4.00", side="DBIT"), opening="1.00", closing="7.00")

    assert len(keys(good)) == 2
    assert refusal(camt(ntry("10.00"), opening="1.00", closing="12.00")) == (
        "Statement 1, balance: opens with EUR 1.00 and closes with EUR 12.00, and its booked "
        "entries add up to EUR 10.00 instead of EUR 11.00. The file is not complete, or was "
        "changed."
    )
    assert "add up to EUR 10.00 instead of EUR 9.00" in refusal(
        mt940(":61:260105C10,00NTRFNONREF", closing="C260105EUR9,00")
    )


def test_a_row_that_breaks_the_running_balance_is_named():
    content = sample("csv_running_balance.csv").replace(b"4.500,95.500", b"5.500,95.500")

    assert refusal(content, mapping=MAPPINGS["csv_running_balance.csv"]) == (
        "Line 3, balance: the balance is not the one before it and the amount. A row is missing, "
        "or was changed."
    )


def test_a_batch_that_does_not_add_up_is_refused_and_named():
    batch = ntry("30.00", details=tx("10.00") + tx("15.00"))
    counted = ntry("30.00", details=f"<Btch><NbOfTxs>3</NbOfTxs></Btch>{tx('10.00')}{tx('20.00')}")

    assert refusal(camt(ntry(), batch)) == (
        "Statement 1, entry 2 (line 1), TxDtls: its 2 transactions do not add up to EUR 30.00."
    )
    assert "the batch has 3 transactions, and the file 2 of them." in refusal(camt(counted))


def test_a_number_of_transactions_that_is_none_says_nothing():
    for stated in ("²", "1" * 5_000):
        details = f"<Btch><NbOfTxs>{stated}</NbOfTxs></Btch>{tx('10.00')}{tx('20.00')}"
        (statement,) = read_statement_file(camt(ntry("30.00", details=details)))
        assert len(statement.entries) == 2


def test_a_batch_with_a_debit_in_it_adds_up_with_its_sign():
    back = tx("5.00").replace("<RmtInf>", "<CdtDbtInd>DBIT</CdtDbtInd><RmtInf>")
    (statement,) = read_statement_file(camt(ntry("15.00", details=tx("20.00") + back)))

    assert [entry.is_credit for entry in statement.entries] == [True, False]


def test_a_batch_whose_transactions_state_no_amount_stays_whole():
    batch = ntry("30.00", details=tx(text="INV-2026-000001") + tx(text="INV-2026-000002"))
    (statement,) = read_statement_file(camt(batch))
    (entry,) = statement.entries

    assert entry.remittance == "INV-2026-000001 INV-2026-000002"
    assert "states no amount in EUR, and others do" in refusal(
        camt(ntry("30.00", details=tx("30.00") + tx(text="x")))
    )
