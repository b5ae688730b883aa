"""What a file may not be, and the sentences that say so."""

from __future__ import annotations

import zlib

import pytest

from factories.bank_files import (
    PLAIN,
    camt,
    mt940,
    ntry,
    refusal,
    sample,
    tx,
)
from fee_payments.bank_files import (
    FileKind,
    limits,
)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "The file is empty."),
        (b" \n", "The file is empty."),
        (b"PK\x03\x04...", "This is a ZIP archive or a spreadsheet; unpack it, or export it"),
        (b"%PDF-1.7", "This is a PDF; ask the bank for camt.053, MT940 or CSV."),
        (zlib.compress(b"x"), "If it is a CSV, choose the mapping of its columns."),
        (b"day;amount\n", "If it is a CSV, choose the mapping of its columns."),
        (b"<html/>", "This XML is neither a camt.053 nor a camt.054 of ISO 20022; ask"),
        (camt(version="052.001.08"), "of ISO 20022, but camt.052; ask the bank for camt.053."),
        (camt(version="053.001.99"), "Version 99 of camt.053 is not known here; known are"),
        (camt(f"<X>{ntry()}</X>"), "Line 1, Ntry: stands outside of Stmt."),
        (camt(f"<Ntry>{tx()}</Ntry>"), "Line 1, TxDtls: stands outside of NtryDtls."),
        (camt(ntry()).replace(b":20022:", b":1:"), "This XML is neither a camt.053 nor"),
        (b"<Doc:20:ument/>", "This XML is neither a camt.053 nor"),
        (camt(ntry(status="<Cd>MAYBE</Cd>")), "entry 1 (line 1), Sts: “MAYBE” is none of BOOK"),
        (camt(ntry(side="PLUS")), "CdtDbtInd: “PLUS” is neither CRDT nor DBIT."),
        (camt(ntry(more="<RvslInd>maybe</RvslInd>")), "RvslInd: “maybe” is not true or false."),
        (camt(ntry(day="2026-02-30")), "BookgDt: “2026-02-30” is not a day like 2026-01-31."),
        (camt(ntry(currency="USD")), "Amt: is in USD, and the account in EUR."),
        (camt(ntry(), opening="1.00").replace(b"'EUR'>1.00", b"'USD'>1.00"), "is not in EUR"),
        (camt(ntry(currency="XXX")), "“XXX” is not a currency code of ISO 4217."),
        (camt(ntry("10.001")), "Amt: 10.001 has more decimals than EUR allows (2)."),
        (camt(ntry()).replace(b"<IBAN>DE89370400440532013000</IBAN>", b""), "names no account."),
        (mt940(":61:26010C10,00NTRF", closing="C260105EUR0,00"), "Line 5, :61:: is no entry"),
        (mt940(":61:260230C10,00NTRF", closing="C260105EUR0,00"), "“260230” is not a day"),
        (mt940(":61:2601050230C1,NTRF", closing="C260105EUR0,00"), "“0230” is not a day (MMDD)."),
        (mt940(":61:260105C10,005NTRF", closing="C260105EUR0,00"), "more decimals than EUR allows"),
        (mt940(":61:260105X10,00NTRF", closing="C260105EUR0,00"), ":61:: is no entry of an MT940."),
        (mt940(":99:what", closing="C260105EUR0,00"), "Line 5, :99:: is no field of an MT940."),
        (mt940(closing="C260105QQQ0,00", opening="C260101QQQ0,00"), "“QQQ” is not a currency"),
        (mt940(closing="C260105EUR"), ":62F:: “C260105EUR” is no balance."),
        (mt940(":20:S2", closing="C260105EUR0,00"), "has no :62F: or :62M:"),
        (mt940(":60F:C260105EUR0,00", closing="C260105EUR0,00"), ":60F:: stands where it cannot."),
        (b"{1:F01}{4:\n" + mt940(closing="C260105EUR0,00")[:-3], "A block {4:…-} has no end"),
        (b":20:a\0b\n", "There is a NUL here"),
        (camt().replace(b"Stmt>", b"Rpt>"), "The file has no statement in it."),
        (camt(opening="1.00").replace(b"CRDT", b"PLUS"), "Bal/CdtDbtInd: “PLUS” is neither"),
        (camt(ntry(day="soon")), "BookgDt: “soon” is not a day like 2026-01-31."),
        (camt(ntry(day="")), "entry 1 (line 1), BookgDt: a booked entry has a day."),
        (camt(ntry("9999999999999.99"), ntry("9999999999999.99"), opening="1.00", closing="1.00"),
         "add up to more than any amount we keep instead of EUR 0.00."),
        (mt940(closing="C260105USD0,00"), "opens and closes in two currencies."),
        (sample("mt940_pages.txt").replace(b":60M:", b":60F:"), "begins before the one above it"),
        (sample("mt940_pages.txt").replace(b"00034/2", b"00035/2"), "is no page of the statement"),
        (b"-\n:86:x\n:20:S\n", "Line 2, :86:: stands before :20:."),
    ],
)  # fmt: skip
def test_a_file_that_is_not_what_it_should_be_is_refused_with_a_sentence(content, said):
    assert said in refusal(content)


@pytest.mark.parametrize(
    "amount", ["", "-1.00", "-0.00", "NaN", "INF", "1e3", "１.00", "١", "1,00", "9" * 19]
)
def test_f17_an_amount_of_camt_is_a_plain_decimal(amount):
    assert "entry 1" in refusal(camt(ntry(amount)))


@pytest.mark.parametrize("amount", ["10.00", "-1,00", "1e3", "NaN", "１,00", "1", "9" * 16 + ",00"])
def test_f17_an_amount_of_mt940_is_a_plain_decimal(amount):
    assert "Line 5" in refusal(mt940(f":61:260105C{amount}NTRF", closing="C260105EUR0,00"))


def test_the_kind_that_is_asked_for_has_to_be_the_one_of_the_file():
    assert refusal(camt(ntry()), kind=FileKind.CAMT054) == (
        "The file is camt.053, and was to be read as camt.054."
    )
    assert "choose one" in refusal(b"a,b\n", kind=FileKind.CSV)
    assert "The file has no statement in it." in refusal(b"a,b\n", kind=FileKind.MT940)
    assert "The XML ends or breaks here" in refusal(b"a,b\n", kind=FileKind.CAMT053)


def test_a_file_that_is_too_large_is_refused(monkeypatch):
    monkeypatch.setattr(limits, "MAX_BYTES", 1024**2)
    monkeypatch.setattr(limits, "MAX_ENTRIES", 2)

    assert refusal(b"x" * (1024**2 + 1)).startswith("The file has more than 1 MiB")
    for content in (
        camt(ntry(), ntry(), ntry()),
        camt(ntry("3.00", details=tx("1.00") * 3)),
        mt940(*[":61:260105C1,00NTRF"] * 3, closing="C260105EUR3,00"),
        b"day,amount,text\n" + b"2026-01-05,1.00,x\n" * 3,
    ):
        assert "The file has more than 2 entries" in refusal(content, mapping=PLAIN)
