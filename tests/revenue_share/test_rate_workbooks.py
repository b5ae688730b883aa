"""UN rates out of a workbook: the very digits that were entered, and nothing that is no table."""

from __future__ import annotations

import io
import zipfile
from contextlib import suppress
from datetime import date
from decimal import Decimal

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from factories import rates as files
from fairgate.documents import DocumentErrors
from revenue_share.data import RateSource
from revenue_share.rate_files import MAX_BYTES, read_rates, workbooks

OCTOBER = date(2026, 10, 1)
NOTE = (("Rates are units of a currency for one US dollar.",), (), files.UNORE_NAMES)


def read(content: bytes):
    return read_rates(content, source=RateSource.UNORE, file="UNORE.xlsx")


def told(content: bytes) -> str:
    with pytest.raises(DocumentErrors) as refused:
        read(content)
    return str(refused.value)


def values(found):
    return {(one.currency, one.effective_on): one.rate for one in found.rates}


def by_xlsxwriter(rows, *, as_days: bool = False, **options) -> bytes:
    """A workbook as xlsxwriter makes it: with texts that cells share."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, options) as book:
        sheet, days = book.add_worksheet("Rates"), book.add_format({"num_format": "dd mmm yyyy"})
        for number, row in enumerate((*NOTE, *rows)):
            for column, value in enumerate(row):
                if column == 3 and as_days and number >= len(NOTE):
                    sheet.write_datetime(number, column, OCTOBER, days)
                elif column == 4 and number >= len(NOTE):
                    sheet.write_number(number, column, Decimal(value.strip()))
                else:
                    sheet.write_string(number, column, value)
    return out.getvalue()


def by_openpyxl(rows) -> bytes:
    """A workbook as openpyxl makes it: a second sheet with notes, every value a text."""
    book, out = openpyxl.Workbook(), io.BytesIO()
    for row in (files.UNORE_NAMES, *rows):
        book.active.append(row)
    book.create_sheet("Notes").append(["rate", "is no rate here"])
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        by_xlsxwriter(files.UNORE_ROWS),
        by_xlsxwriter(files.UNORE_ROWS, as_days=True),
        by_xlsxwriter(files.UNORE_ROWS, as_days=True, default_date_format="yyyy"),
        by_xlsxwriter(files.UNORE_ROWS, as_days=True, date_1904=True),
        by_openpyxl([[cell.strip() for cell in row] for row in files.UNORE_ROWS]),
    ],
    ids=["texts", "days", "days shown as years", "days from 1904", "all texts"],
)
def test_a_workbook_says_what_the_xml_says(content):
    assert values(read(content)) == values(
        read_rates(files.unore(), source=RateSource.UNORE, file="xml")
    )


@pytest.mark.parametrize(
    ("written", "rate"),
    [
        ("0.86499999999999999", "0.865"),
        ("149.30000000000001", "149.3"),
        ("1.2000000000000001E-4", "0.00012"),
        ("9.2E-5", "0.000092"),
        ("1.4500000000000001E4", "14500"),
        ("89500", "89500"),
        ("1520.5", "1520.5"),
    ],
)
def test_a_number_is_the_one_that_was_entered_and_not_the_binary_one_next_to_it(written, rate):
    found = read(files.workbook(files.sheet(files.sheet_row(rate=f"<v>{written}</v>"))))
    assert values(found) == {("EUR", OCTOBER): Decimal(rate)}


@pytest.mark.parametrize(
    ("serial", "settings", "day"),
    [
        ("46296", "", date(2026, 10, 1)),
        ("46296.0", "", date(2026, 10, 1)),
        ("44834", '<workbookPr date1904="1"/>', date(2026, 10, 1)),
        ("46296", '<workbookPr date1904="0"/>', date(2026, 10, 1)),
        ("32874", "", date(1990, 1, 1)),
    ],
)
def test_a_day_may_be_a_number_of_days(serial, settings, day):
    row = files.sheet_row(day=f'<c r="D2" s="4"><v>{serial}</v></c>')
    found = read(files.workbook(files.sheet(row), settings=settings))
    assert [one.effective_on for one in found.rates] == [day]


def test_a_day_may_be_a_day_of_iso_8601():
    row = files.sheet_row(day='<c r="D2" t="d"><v>2026-10-01T00:00:00</v></c>')
    assert values(read(files.workbook(files.sheet(row)))) == {("EUR", OCTOBER): Decimal("0.865")}


def test_cells_need_not_say_where_they_stand():
    whole = files.sheet(files.sheet_row())
    for place in ("A1", "B1", "C1", "D1", "E1", "A2", "B2", "C2", "D2", "E2", "1", "2"):
        whole = whole.replace(f' r="{place}"', "")
    assert values(read(files.workbook(whole))) == {("EUR", OCTOBER): Decimal("0.865")}


def test_a_note_below_the_rates_is_no_rate():
    note = f'<row r="4">{files.text_cell("A4", "End of list")}</row>'
    assert len(read(files.workbook(files.sheet(files.sheet_row(), note))).rates) == 1


def test_columns_are_found_by_their_names_and_not_by_their_places():
    names = "".join(
        files.text_cell(f"{letter}3", name)
        for letter, name in {"B": "RATE ", "D": "F_curr_code", "AA": "eff_date"}.items()
    )
    cells = (
        '<c r="B4"><v>0.865</v></c>'
        + files.text_cell("D4", "EUR")
        + files.text_cell("AA4", "01 Oct 2026")
    )
    book = files.workbook(
        files.bare_sheet(f'<row r="3">{names}</row>', files.sheet_row(4, cells=cells))
    )
    assert values(read(book)) == {("EUR", OCTOBER): Decimal("0.865")}


def test_how_a_text_is_pronounced_is_no_part_of_it():
    parts = files.parts_of_workbook(
        files.sheet(
            files.sheet_row().replace(files.text_cell("C2", "EUR"), '<c r="C2" t="s"><v>0</v></c>')
        )
    )
    parts["xl/sharedStrings.xml"] = (
        '<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        "<si><r><t>E</t></r><r><t>UR</t></r><rPh sb='0' eb='1'><t>yuro</t></rPh></si></sst>"
    )
    assert values(read(files.packed(parts))) == {("EUR", OCTOBER): Decimal("0.865")}


BAD_CELLS = [
    (files.sheet_row(rate="<v>0</v>"), "line 2, rate: “0” is not a rate above zero"),
    (files.sheet_row(rate="<v>-1.5</v>"), "line 2, rate: “-1.5” is not a rate above zero"),
    (files.sheet_row(rate="<v>1E+300</v>"), "line 2, rate: “1000"),
    (files.sheet_row(rate="<v>1E+3000</v>"), "line 2, rate: “1E+3000” is not a rate"),
    (files.sheet_row(rate="<v>0.333333333333333</v>"), "line 2, rate: “0.333333333333333” is not"),
    (files.sheet_row(rate="<v>٠.٨</v>"), "line 2, rate: “٠.٨” is not a rate above zero"),
    (files.sheet_row(rate=""), "line 2, rate: is missing."),
    (files.sheet_row(code="EURO"), "line 2, currency: “EURO” is not a currency code"),
    (files.sheet_row(code=" "), "line 2, f_curr_code: is missing."),
    (
        files.sheet_row().replace('<c r="E2">', '<c r="E2" t="e">').replace("0.865", "#N/A"),
        "line 2, rate: “#N/A” is not a rate above zero",
    ),
    (
        files.sheet_row().replace('<c r="E2">', '<c r="E2" t="b">').replace("0.865", "1"),
        "line 2, rate: “TRUE” is not a rate above zero",
    ),
    (
        files.sheet_row(day='<c r="D2"><v>46296.5</v></c>'),
        "line 2, date: “46296.5” is not a day like 2026-10-01.",
    ),
    (
        files.sheet_row(day='<c r="D2"><v>12</v></c>'),
        "line 2, date: “1900-01-11” is not a day like 2026-10-01.",
    ),
    (
        files.sheet_row(day='<c r="D2"><v>-5</v></c>'),
        "line 2, date: “-5” is not a day like 2026-10-01.",
    ),
    (
        files.sheet_row(day='<c r="D2" t="inlineStr"><is><t>46296</t></is></c>'),
        "line 2, date: “46296” is not a day like 2026-10-01.",
    ),
    (
        files.sheet_row() + files.sheet_row(3, rate="<v>0.9</v>"),
        "line 3, rate: EUR of 2026-10-01 is 0.865 above, and 0.9 here.",
    ),
    (
        files.sheet_row(rate="<f>0.8+0.065</f><v>0.865</v>"),
        "sheet S1: cell E2 is a formula, which no such file has.",
    ),
    (
        files.sheet_row().replace('<c r="E2">', '<c r="E2" t="s">'),
        "sheet S1: cell E2 is a text number 0.865, which is not there.",
    ),
    (
        files.sheet_row().replace('r="E2"', 'r="B2"'),
        "sheet S1: cell B2 does not come where it belongs.",
    ),
    (
        files.sheet_row().replace('r="E2"', 'r="E7"'),
        "sheet S1: cell E2 does not come where it belongs.",
    ),
    (files.sheet_row(1), "sheet S1: row 1 comes after row 1."),
]


@pytest.mark.parametrize(("row", "said"), BAD_CELLS, ids=[said for _, said in BAD_CELLS])
def test_a_bad_cell_is_named_with_its_place_and_nothing_is_taken(row, said):
    assert f"UNORE.xlsx, {said}" in told(files.workbook(files.sheet(row)))


def test_every_bad_row_is_named_at_once():
    rows = (files.sheet_row(number, rate="<v>0</v>") for number in (2, 3, 4))
    assert len(told(files.workbook(files.sheet(*rows))).splitlines()) == 3


def hostile(**changed: str) -> bytes:
    """A workbook with parts added or put in place of others, by the words of their names."""
    names = {
        "book": "xl/workbook.xml", "links": "xl/_rels/workbook.xml.rels",
        "sheet": "xl/worksheets/sheet1.xml", "texts": "xl/sharedStrings.xml",
        "macros": "xl/vbaProject.bin", "outside": "xl/externalLinks/externalLink1.xml",
    }  # fmt: skip
    parts = files.parts_of_workbook(files.sheet(files.sheet_row()))
    parts |= {names[part]: text for part, text in changed.items()}
    return files.packed({name: text for name, text in parts.items() if text != "gone"})


PARTS = files.parts_of_workbook(files.sheet(files.sheet_row()))
SHEET = PARTS["xl/worksheets/sheet1.xml"]
LINKS = PARTS["xl/_rels/workbook.xml.rels"]
BOMB = '<!DOCTYPE a [<!ENTITY lol "lol"><!ENTITY b "&lol;&lol;">]>'
FILE = '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>'

HOSTILE = [
    (hostile(book="gone"), "is an archive, and no workbook (XLSX)."),
    (hostile(links="gone"), "is a workbook without xl/_rels/workbook.xml.rels."),
    (hostile(sheet="gone"), "has a sheet S1 that is not in it."),
    (hostile(macros="x"), "is a workbook with macros, which no such file has."),
    (hostile(outside="<x/>"), "is a workbook with links to other workbooks"),
    (hostile(sheet=BOMB + SHEET), "line 1, sheet S1: has a document type (DOCTYPE)"),
    (hostile(sheet=FILE + SHEET), "line 1, sheet S1: has a document type (DOCTYPE)"),
    (hostile(texts=BOMB + "<sst/>"), "line 1, xl/sharedStrings.xml: has a document type"),
    (hostile(book=BOMB + "<workbook/>"), "line 1, xl/workbook.xml: has a document type"),
    (hostile(sheet=SHEET[:-9]), "sheet S1: is not XML to its end"),
    (hostile(sheet=SHEET.replace("Andorra", "&lol;")), "sheet S1: is not XML to its end"),
    (hostile(sheet=SHEET.replace("Andorra", "A" * 33_000)), "a text of more than 32,767"),
    (hostile(sheet=files.bare_sheet()), "no sheet with the columns f_curr_code, eff_date, rate"),
    (
        hostile(links=LINKS.replace("worksheets/sheet1.xml", "../../etc/passwd")),
        "has a sheet S1 that is not in it.",
    ),
    (
        hostile(links=LINKS.replace("Target=", 'TargetMode="External" Target=')),
        "has a sheet S1 that is not in it.",
    ),
    (
        hostile(book=PARTS["xl/workbook.xml"].replace('name="S1"', "")),
        "xl/workbook.xml: has sheets that have no names of their own.",
    ),
    (
        files.workbook(files.sheet(files.sheet_row()), files.sheet(files.sheet_row())),
        "has rates on several sheets: S1, S2.",
    ),
    (
        files.workbook(*[files.bare_sheet()] * 51),
        "xl/workbook.xml: has more than 50 sheets.",
    ),
    (
        files.workbook(files.bare_sheet(files.sheet_row(21), files.sheet_row(30))),
        "has no sheet with the columns",
    ),
    (files.workbook()[:200], "is an archive that is damaged, locked"),
    (files.packed({f"{n}.xml": "" for n in range(501)}), "is an archive of more than 500 files."),
]  # fmt: skip


@pytest.mark.parametrize(("content", "said"), HOSTILE, ids=[said for _, said in HOSTILE])
def test_f19_what_is_no_table_of_rates_is_refused(content, said):
    assert said in told(content)


def test_f19_what_a_workbook_unpacks_to_has_one_limit_for_all_its_parts():
    half = files.bare_sheet(f"<!--{' ' * (MAX_BYTES // 2)}-->")
    bomb = files.workbook(half, half)
    assert len(bomb) < 200_000
    assert told(bomb) == "UNORE.xlsx: unpacks to more than 32 MiB."


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_f19_a_workbook_whose_way_of_packing_knows_no_limit_is_not_unpacked(method):
    parts = files.parts_of_workbook(files.sheet(files.sheet_row()))
    assert told(files.packed(parts, method=method)) == (
        "UNORE.xlsx: is an archive packed in a way that we do not unpack: only “deflate” and "
        "“stored” are."
    )


def test_f19_the_same_name_twice_in_an_archive_is_refused():
    out = io.BytesIO(files.workbook())
    with zipfile.ZipFile(out, "a") as archive, pytest.warns(UserWarning, match="Duplicate name"):
        archive.writestr("xl/workbook.xml", "<other/>")
    assert told(out.getvalue()) == "UNORE.xlsx: is an archive with xl/workbook.xml in it twice."


def test_f19_texts_beyond_any_such_file_are_refused(monkeypatch):
    monkeypatch.setattr(workbooks, "_MAX_TEXTS", 3)
    assert "has more than 3 texts." in told(by_xlsxwriter(files.UNORE_ROWS))


@given(st.binary(max_size=200))
def test_whatever_a_workbook_is_changed_to_it_is_read_or_refused(noise):
    whole = files.workbook()
    place = len(whole) // 2
    for content in (whole[:place] + noise + whole[place:], b"PK\x03\x04" + noise):
        with suppress(DocumentErrors):
            assert read(content).rates


@given(st.text(max_size=60), st.sampled_from(["book", "links", "sheet", "texts"]))
def test_whatever_a_part_says_it_is_read_or_refused(noise, part):
    with suppress(DocumentErrors):
        assert read(hostile(**{part: SHEET.replace("Andorra", noise)})).rates


@given(st.decimals(min_value="0.00000001", max_value="9999999", places=8))
def test_every_rate_that_we_keep_comes_out_of_its_binary_form(rate):
    """What a spreadsheet writes of a number is the number again: 17 digits say which it was."""
    written = f"{rate:.17g}" if rate.as_tuple().exponent else str(rate)
    binary = format(float(rate), ".17g")
    for text in (written, binary):
        found = read(files.workbook(files.sheet(files.sheet_row(rate=f"<v>{text}</v>"))))
        assert [one.rate for one in found.rates] == [rate.normalize()]
