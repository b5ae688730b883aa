"""Files that are made to do harm, damaged, or very large."""

from __future__ import annotations

import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

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
    BankEntry,
    BankStatement,
    limits,
    read_statement_file,
)
from fee_payments.exceptions import BankFileError

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


def test_a_comment_does_not_cut_a_text():
    (statement,) = read_statement_file(
        camt(ntry(details=tx(text="INV-2026<!-- here -->-000123<?and there?>")))
    )

    assert statement.entries[0].remittance == "INV-2026-000123"


def test_elements_of_another_namespace_are_no_part_of_an_entry():
    foreign = "<x:Amt xmlns:x='urn:x' Ccy='EUR'>1.00</x:Amt>"
    (statement,) = read_statement_file(camt(ntry(more=foreign)))

    assert str(statement.entries[0].amount) == "EUR 10.00"


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
