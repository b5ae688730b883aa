"""Published rates are read whole or refused whole, whatever is sent."""

from __future__ import annotations

import io
import tracemalloc
import zipfile
from contextlib import suppress
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from factories import rates as files
from fairgate.documents import DocumentErrors
from revenue_share.data import RateSource
from revenue_share.rate_files import MAX_BYTES, read_rates, rows

OCTOBER = date(2026, 10, 1)
UNORE, ECB = RateSource.UNORE, RateSource.ECB


def read(content: bytes, source: RateSource = UNORE):
    return read_rates(content, source=source, file="rates")


def told(content: bytes, source: RateSource = UNORE) -> str:
    with pytest.raises(DocumentErrors) as refused:
        read(content, source)
    return str(refused.value)


def values(found):
    return {(one.currency, one.effective_on): one.rate for one in found.rates}


def test_the_un_s_xml_gives_each_currency_once():
    found = read(files.unore())
    assert found.base == "USD"
    assert values(found) == {
        ("EUR", OCTOBER): Decimal("0.865"),
        ("JPY", OCTOBER): Decimal("149.3"),
        ("KZT", OCTOBER): Decimal("471.24"),
        ("KWD", OCTOBER): Decimal("0.305"),
        ("CHF", OCTOBER): Decimal("0.798"),
    }


def test_the_un_s_table_is_read_between_its_blank_lines():
    assert values(read(files.unore_table())) == {
        ("EUR", OCTOBER): Decimal("0.865"),
        ("JPY", OCTOBER): Decimal("149.3"),
    }


def test_a_row_of_the_table_with_another_number_of_cells_is_named():
    cut = files.unore_table().replace(b"\t149.3", b"")
    assert told(cut) == "rates, line 5: has 4 cells; country, name, code, day and rate are 5."


@pytest.mark.parametrize(
    "content",
    [files.ecb(), files.ECB_DAILY, files.zipped(files.ECB_DAILY, "eurofxref.csv")],
    ids=["xml", "csv", "zip"],
)
def test_the_ecb_s_rates_of_a_day_are_the_same_in_each_of_its_formats(content):
    found = read(content, ECB)
    day = date(2026, 10, 30)
    assert found.base == "EUR"
    assert values(found) == {
        ("USD", day): Decimal("1.0823"),
        ("JPY", day): Decimal("164.51"),
        ("CHF", day): Decimal("0.9391"),
    }


@pytest.mark.parametrize("content", [files.ECB_HISTORY, files.zipped()], ids=["csv", "zip"])
def test_the_ecb_s_history_leaves_out_what_had_no_rate_and_what_is_no_currency_any_more(content):
    found = read(content, ECB)
    assert len(found.rates) == 6
    assert found.left_out == ("CYP",)
    assert values(found)["USD", date(1999, 1, 4)] == Decimal("1.1789")


def test_the_ecb_s_history_in_xml_has_many_days():
    days = [("2026-10-30", (("USD", "1.08"),)), ("2026-10-29", (("USD", "1.07"),))]
    assert len(read(files.ecb(*days), ECB).rates) == 2


BAD_ROWS = [
    (files.unore_row(rate="0"), "line 11, rate: “0” is not a rate above zero"),
    (files.unore_row(rate="-1"), "line 11, rate: “-1” is not a rate above zero"),
    (files.unore_row(rate="1e3"), "line 11, rate: “1e3” is not a rate above zero"),
    (files.unore_row(rate="NaN"), "line 11, rate: “NaN” is not a rate above zero"),
    (files.unore_row(rate="0,865"), "line 11, rate: “0,865” is not a rate above zero"),
    (files.unore_row(rate="٠.٨"), "line 11, rate: “٠.٨” is not a rate above zero"),
    (files.unore_row(rate="0.123456789"), "line 11, rate: “0.123456789” is not a rate above zero"),
    (files.unore_row(rate="12345678901"), "line 11, rate: “12345678901” is not a rate above zero"),
    (files.unore_row(code="EURO"), "line 11, currency: “EURO” is not a currency code"),
    (files.unore_row(code="eur"), "line 11, currency: “eur” is not a currency code"),
    (files.unore_row(day="31 Feb 2026"), "line 11, date: “31 Feb 2026” is not a day"),
    (files.unore_row(day="01 Okt 2026"), "line 11, date: “01 Okt 2026” is not a day"),
    (files.unore_row(day="01 Oct 1926"), "line 11, date: “01 Oct 1926” is not a day"),
    (files.unore_row("USD", "1.1"), "line 11, rate: one USD is one USD."),
    (
        files.unore_row().replace("<rate>0.865</rate>", ""),
        "line 11, rate: is missing.",
    ),
    (
        files.unore_row().replace("<rate>", "<rate>0.7</rate><rate>"),
        "line 16, rate: stands there twice.",
    ),
    (
        files.unore_row() + files.unore_row(rate="0.9"),
        "line 18, rate: EUR of 2026-10-01 is 0.865 above, and 0.9 here.",
    ),
]


@pytest.mark.parametrize(("row", "said"), BAD_ROWS, ids=[said for _, said in BAD_ROWS])
def test_a_bad_row_is_named_with_its_line_and_nothing_is_taken(row, said):
    assert f"rates, {said}" in told(files.unore(row))


def test_every_bad_row_is_named_at_once():
    content = files.unore(*[files.unore_row(rate="x")] * 3)
    assert len(told(content).splitlines()) == 3


def test_after_a_hundred_bad_rows_nobody_reads_on():
    content = files.unore(*[files.unore_row(rate="x")] * 250)
    assert len(told(content).splitlines()) == rows.MAX_FAULTS


HOSTILE = [
    (b"", "is empty."),
    (b"   \n", "there is no rate in it."),
    (b"<x/>", "line 1: begins with x, not with UN_OPERATIONAL_RATES_DATASET."),
    (files.ecb(), "not with UN_OPERATIONAL_RATES_DATASET."),
    (files.unore()[:-40], "is not XML to its end"),
    (files.unore() + b"<more/>", "is not XML to its end"),
    (b"<!DOCTYPE html><html></html>", "is a page of the web"),
    (b"\n<HTML><body>503</body></HTML>", "is a page of the web"),
    (b"%PDF-1.7", "is a PDF"),
    (b"\xd0\xcf\x11\xe0old", "is an old or locked spreadsheet; take the XML or the XLSX"),
    (files.zipped(), "is an archive, and no workbook (XLSX)."),
    (files.unore().replace(b"Japan", b"Jap\xe4n"), "line 19: is not written in UTF-8."),
    (files.unore().replace(b"Japan", b"Jap\0n"), "line 19: has a NUL in it."),
    (
        b'<!DOCTYPE a [<!ENTITY lol "lol"><!ENTITY b "&lol;&lol;">]>' + files.unore(),
        "line 1: has a document type (DOCTYPE)",
    ),
    (
        b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + files.unore(),
        "line 1: has a document type (DOCTYPE)",
    ),
    (
        b'<!DOCTYPE a SYSTEM "http://127.0.0.1/a.dtd">' + files.unore(),
        "line 1: has a document type (DOCTYPE)",
    ),
    (files.unore().replace(b"Japan", b"&lol;"), "undefined entity"),
    (b"<UN_OPERATIONAL_RATES_DATASET>" + b"<a>" * 100, "has more than 30 levels."),
    (
        files.unore().replace(b"Japan", b"J" * 2_000),
        "has a text of more than 1,000 characters.",
    ),
    (b"one line\r\n", "there is no rate in it."),
]  # fmt: skip


@pytest.mark.parametrize(("content", "said"), HOSTILE, ids=[said[:60] for _, said in HOSTILE])
def test_f19_what_is_no_such_file_is_refused(content, said):
    assert said in told(content)


def test_f19_a_file_beyond_the_limit_is_refused_before_it_is_read():
    assert "has more than 32 MiB." in told(b" " * (MAX_BYTES + 1))


def test_more_rates_than_there_have_ever_been_are_refused(monkeypatch):
    monkeypatch.setattr(rows, "MAX_RATES", 2)
    assert "has more than 2 rates." in told(files.unore())


ECB_FAULTS = [
    (b"<x/>", "line 1: begins with x, not with the ECB’s gesmes:Envelope."),
    (files.unore(), "not with the ECB’s gesmes:Envelope."),
    (b"Day,USD\n2026-10-30,1.1\n", "line 1: does not begin with Date and a column for each"),
    (b"Date,USD,USD\n2026-10-30,1.1,1.2\n", "line 1: does not begin with Date and a column"),
    (b"Date,USD,JPY,\n2026-10-30,1.1\n", "line 2: has 2 cells, the header 4."),
    (b"Date,USD,\n2026-10-30,1.1,9\n", "line 2, currency: “” is not a currency code."),
    (b"Date,USD,\n30/10/2026,1.1,\n", "line 2, date: “30/10/2026” is not a day like 2026-10-01."),
    (b'Date,USD,\n"2026-10-30,1.1,\n', "is no CSV"),
    (files.ecb(("2026-10-32", (("USD", "1"),))), "line 6, date: “2026-10-32” is not a day"),
    (files.ecb(("2026-10-30", (("USD", ""),))), "there is no rate in it."),
]  # fmt: skip


@pytest.mark.parametrize(("content", "said"), ECB_FAULTS, ids=[said[:60] for _, said in ECB_FAULTS])
def test_a_fault_in_a_file_of_the_ecb_is_named(content, said):
    assert said in told(content, ECB)


def two_files() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.csv", b"Date,USD\n")
        archive.writestr("b.csv", b"Date,USD\n")
    return out.getvalue()


def locked() -> bytes:
    whole = bytearray(files.zipped())
    whole[6] |= 1  # the flag of a file that is encrypted, in both headers
    whole[whole.index(b"PK\x01\x02") + 8] |= 1
    return bytes(whole)


def scratched(method: int) -> bytes:
    """Packed by ``method``, and damaged in the middle."""
    whole = bytearray(files.zipped(b"Date,USD\n" * 50, method=method))
    for place in range(60, 75):
        whole[place] ^= 0x5A
    return bytes(whole)


_PACKED = "is an archive packed in a way that we do not unpack: only “deflate” and “stored” are."
ARCHIVES = [
    (two_files(), "is an archive, and not of one CSV alone."),
    (files.zipped(name="eurofxref.exe"), "is an archive, and not of one CSV alone."),
    (files.zipped(b" " * (MAX_BYTES + 1)), "unpacks to more than 32 MiB."),
    (files.zipped()[:40], "is an archive that is damaged, locked"),
    (files.zipped()[:60] + b"\0" * 20 + files.zipped()[80:], "is an archive that is damaged"),
    (locked(), "is an archive that is damaged, locked"),
    (scratched(zipfile.ZIP_DEFLATED), "is an archive that is damaged, locked"),
    (scratched(zipfile.ZIP_BZIP2), _PACKED),
    (scratched(zipfile.ZIP_LZMA), _PACKED),
]


@pytest.mark.parametrize(("content", "said"), ARCHIVES, ids=[said for _, said in ARCHIVES])
def test_f19_an_archive_that_is_not_the_ecb_s_is_refused(content, said):
    assert said in told(content, ECB)


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_f19_an_archive_whose_way_of_packing_knows_no_limit_is_not_unpacked(method):
    """bzip2 and LZMA give out all they hold at once, however little of it is asked for."""
    bomb = files.zipped(bytes(MAX_BYTES * 2), method=method)
    tracemalloc.start()
    try:
        assert _PACKED in told(bomb, ECB)
        assert tracemalloc.get_traced_memory()[1] < 1024**2
    finally:
        tracemalloc.stop()


def test_an_archive_that_only_stores_its_file_is_read():
    assert read(files.zipped(method=zipfile.ZIP_STORED), ECB).rates


@given(st.binary(max_size=300), st.sampled_from([UNORE, ECB]))
def test_whatever_is_sent_is_read_or_refused(content, source):
    for found in (content, files.unore().replace(b"Japan", content)):
        with suppress(DocumentErrors):
            assert read(found, source).rates
