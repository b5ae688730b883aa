"""Files that are hostile, cut off, changed, or come twice: refused whole, or recognised."""

from __future__ import annotations

import tracemalloc
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from factories.bank_files import (
    MAPPINGS,
    SAMPLES,
    camt,
    mt940,
    ntry,
    sample,
    tx,
)
from fee_payments.bank_files import (
    BankEntry,
    BankStatement,
    CsvMapping,
    FileKind,
    limits,
    read_statement_file,
)
from fee_payments.exceptions import BankFileError

PLAIN = CsvMapping(
    booked_on="day",
    days=("YYYY-MM-DD",),
    amount="amount",
    currency="EUR",
    account="A1",
    remittance=("text",),
)
LAUGHS = (
    "<!DOCTYPE Document [<!ENTITY a 'ha'>"
    + "".join(
        f"<!ENTITY {one} '{f'&{other};' * 10}'>"
        for other, one in zip("abcdefghi", "bcdefghij", strict=True)
    )
    + "]>"
)
XXE = "<!DOCTYPE Document [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>"
PARAMETER_XXE = "<!DOCTYPE Document [<!ENTITY % x SYSTEM 'file:///etc/passwd'> %x;]>"
ELSEWHERE = "<!DOCTYPE Document SYSTEM 'http://127.0.0.1:9/camt.dtd'>"


def keys(content: bytes, mapping: CsvMapping | None = None) -> list[str]:
    statements = read_statement_file(content, mapping=mapping)
    return [entry.key for statement in statements for entry in statement.entries]


def refusal(content: bytes, **how: object) -> str:
    with pytest.raises(BankFileError) as refused:
        read_statement_file(content, **how)
    return str(refused.value)


# --- the same payment again ---------------------------------------------------------------------


@pytest.mark.parametrize("name", SAMPLES)
def test_f19_a_file_that_comes_twice_has_the_same_keys(name):
    first, second = (keys(sample(name), MAPPINGS.get(name)) for _ in range(2))

    assert first == second
    assert len(set(first)) == len(first)


def test_f19_an_entry_of_overlapping_statements_is_the_same_entry():
    monday = ntry(details=tx(text="INV-2026-000123"))
    tuesday = ntry(details=tx(text="INV-2026-000123"), day="2026-01-06")

    (first,) = keys(camt(monday))
    assert keys(camt(tuesday, monday))[1] == first
    assert keys(camt(tuesday, monday))[0] != first


def test_two_equal_payments_of_one_day_stay_two_and_are_recognised_together():
    same = ntry(details=tx(text="INV-2026-000123"))

    one, other = keys(camt(same, same))
    assert one != other
    assert keys(camt(same, ntry("5.00"), same))[::2] == [one, other]


def test_a_notification_and_the_statement_after_it_state_one_payment():
    (notified,) = keys(sample("camt054_v04.xml"))

    assert keys(sample("camt053_v02_batch.xml"))[0] == notified


def test_an_entry_that_was_pending_counts_again_when_it_is_booked():
    pending, booked = (
        keys(camt(ntry(status=f"<Cd>{status}</Cd>", reference="R1"))) for status in ("PDNG", "BOOK")
    )

    assert pending != booked


@pytest.mark.parametrize(
    "other",
    [
        ntry("10.01", reference="R1", details=tx(text="a b")),
        ntry(reference="R2", details=tx(text="a b")),
        ntry(reference="R1", details=tx(text="a c")),
        ntry(reference="R1", details=tx(text="a b"), day="2026-01-06"),
        ntry(reference="R1", details=tx(text="a b"), side="DBIT"),
        ntry(reference="R1", details=tx(text="a b"), more="<RvslInd>true</RvslInd>"),
    ],
)
def test_whatever_differs_makes_another_entry(other):
    assert keys(camt(other)) != keys(camt(ntry(reference="R1", details=tx(text="a b"))))


def test_blanks_line_breaks_and_the_number_in_the_file_make_no_other_entry():
    plain = keys(camt(ntry(reference="R1", details=tx(text="INV-2026-000123 Thanks"))))
    broken = ntry(
        reference="R1",
        details="<TxDtls><RmtInf><Ustrd>INV-2026-000</Ustrd><Ustrd>123\nThanks</Ustrd></RmtInf></TxDtls>",
    ).replace("<Ntry>", "<Ntry><NtryRef>77</NtryRef>")

    assert keys(camt(broken)) == plain


# --- half a file, and wrong sums ------------------------------------------------------------------


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


# --- hostile XML ----------------------------------------------------------------------------------


@pytest.mark.parametrize("head", [LAUGHS, XXE, PARAMETER_XXE, ELSEWHERE, "<!DOCTYPE Document>"])
@pytest.mark.parametrize("text", ["&x;", "&j;", "plain"])
def test_f19_a_document_type_is_refused_before_a_statement_is_read(head, text):
    said = refusal(camt(ntry(details=tx(text=text)), head=head))

    assert said.startswith(("The file declares a document type", "Line 1: The XML ends or breaks"))


@pytest.mark.parametrize("head", [LAUGHS, XXE])
def test_f19_entities_in_an_attribute_of_the_first_element_are_refused(head):
    content = camt(ntry(), head=head).replace(b"<Document ", b"<Document a='&j;&x;' ")
    tracemalloc.start()
    refusal(content)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert most < 10_000_000


def test_f19_an_entity_without_a_declaration_is_refused():
    assert "The XML ends or breaks here" in refusal(camt(ntry(details=tx(text="&x;"))))


def test_f19_xml_in_utf_16_is_read_and_its_document_type_is_refused():
    plain = camt(ntry()).decode().encode("utf-16")
    hostile = camt(ntry(), head=XXE).decode().encode("utf-16")

    assert len(keys(plain)) == 1
    assert "document type" in refusal(hostile)


def test_f19_depth_without_end_is_refused():
    assert "The XML ends or breaks here" in refusal(camt("<x>" * 100_000))


def test_f19_a_text_without_end_is_refused():
    said = refusal(camt(ntry(details=tx(text="x" * (limits.MAX_TEXT + 1)))))

    assert said == "Line 1, RmtInf/Ustrd: has more than 10,000 characters."
    assert "More than 4 MiB of XML" in refusal(camt(ntry(details=tx(text="x" * 5_000_000))))


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


def test_a_comment_does_not_cut_a_text():
    (statement,) = read_statement_file(
        camt(ntry(details=tx(text="INV-2026<!-- here -->-000123<?and there?>")))
    )

    assert statement.entries[0].remittance == "INV-2026-000123"


def test_elements_of_another_namespace_are_no_part_of_an_entry():
    foreign = "<x:Amt xmlns:x='urn:x' Ccy='EUR'>1.00</x:Amt>"
    (statement,) = read_statement_file(camt(ntry(more=foreign)))

    assert str(statement.entries[0].amount) == "EUR 10.00"


# --- what does not belong there -------------------------------------------------------------------


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


# --- a great many, and anything at all ------------------------------------------------------------


def test_f19_a_hundred_thousand_entries_need_little_memory_beside_the_file_and_the_answer():
    # A part is measured: what grows with the file would show, and the suite stays fast.
    entries = "".join(
        ntry(reference=f"R{n}", details=tx(text=f"INV-2026-{n:06}")) for n in range(4_000)
    )
    content = camt(entries, opening="0.00", closing="40000.00")
    tracemalloc.start()
    (statement,) = read_statement_file(content)
    kept, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert len({entry.key for entry in statement.entries}) == 4_000
    assert most - kept < 3_000_000
    assert kept < 2_000 * 4_000


def test_f19_a_hundred_thousand_lines_are_read():
    rows = "".join(f"2026-01-05,1.00,INV-2026-{n:06}\n" for n in range(100_000))
    (statement,) = read_statement_file(f"day,amount,text\n{rows}".encode(), mapping=PLAIN)

    assert len(statement.entries) == 100_000
    assert statement.entries[-1].position == "line 100001"


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_f19_a_damaged_file_is_read_or_refused_and_nothing_else_happens(data):
    name = data.draw(st.sampled_from(SAMPLES))
    content = bytearray(sample(name))
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(content)))
        length = data.draw(st.integers(0, 12))
        content[start : start + length] = data.draw(st.binary(max_size=6))
    try:
        statements = read_statement_file(bytes(content), mapping=MAPPINGS.get(name))
    except BankFileError:
        pass
    else:
        assert all(isinstance(one, BankStatement) for one in statements)
        assert all(isinstance(one, BankEntry) for each in statements for one in each.entries)


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


@pytest.mark.parametrize("fill", ["<x/>", "<x>", "<x a='1'/>"])
def test_f19_xml_that_never_comes_to_an_end_of_an_entry_is_not_kept_in_memory(fill):
    content = camt(ntry(more=fill * (6_000_000 // len(fill))))

    assert refusal(content) in {
        "More than 4 MiB of XML come before an entry ends.",
        "Line 1: The XML ends or breaks here. The file is cut off or damaged; nothing of it was "
        "read.",
    }


def test_f19_elements_in_elements_are_refused_before_they_are_many():
    assert "Elements stand in each other 60 times" in refusal(
        camt(ntry(more="<x>" * 100 + "</x>" * 100))
    )


def test_f19_lines_and_rows_without_an_end_are_refused():
    head = b"day,amount,text\n2026-01-05,1.00,"

    assert refusal(head + b"," * 200_000, mapping=PLAIN) == (
        "Line 2: The line has more than 100,000 characters."
    )
    assert refusal(head + b'"' + b"\n" * 2_000 + b'"', mapping=PLAIN) == (
        "Line 1002: One field goes over more than 1,000 lines."
    )
    assert "more than 1,000 lines" in refusal(
        mt940(":61:260105C1,00NTRF", ":86:a", *["b"] * 2_000, closing="C260105EUR1,00")
    )
    assert "has no :62F:" in refusal(mt940(":61:260105C1,00NTRF") + b"\r\n" * 100_000)
