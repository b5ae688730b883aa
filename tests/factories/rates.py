"""Files of rates as they are published, cut to a few rows: the numbers are made up."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime
from decimal import Decimal

from revenue_share import api
from revenue_share.data import RateSource

LOADED = datetime(2026, 11, 1, 6, tzinfo=UTC)

#: As treasury.un.org sends it: a schema, the letters \r\n after it, a row for each country.
UNORE_HEAD = """<UN_OPERATIONAL_RATES_DATASET>
 <xs:schema id="UN_OPERATIONAL_RATES_DATASET" xmlns="" \
xmlns:xs="http://www.w3.org/2001/XMLSchema" \
xmlns:msdata="urn:schemas-microsoft-com:xml-msdata">
  <xs:element name="UN_OPERATIONAL_RATES_DATASET" msdata:IsDataSet="true">
   <xs:complexType><xs:choice minOccurs="0" maxOccurs="unbounded">
    <xs:element name="UN_OPERATIONAL_RATES"><xs:complexType><xs:sequence>
     <xs:element name="f_curr_code" type="xs:string" minOccurs="0" />
    </xs:sequence></xs:complexType></xs:element>
   </xs:choice></xs:complexType>
  </xs:element>
 </xs:schema>\\r\\n"""
UNORE_ROWS = (
    ("Andorra", "Euro", "EUR", "01 Oct 2026", "0.865"),
    ("Japan", "Yen", "JPY", "01 Oct 2026", "149.3"),
    ("Kazakhstan", "Tenge", "KZT\t", "01 Oct 2026", "\t471.24"),
    ("Kuwait", "Dinar", "KWD", "01 Oct 2026", "0.305"),
    ("Monaco", "Euro", "EUR", "01 Oct 2026", "0.865"),
    ("Switzerland", "Franc", "CHF", "01 Oct 2026", "0.798"),
    ("United States of America", "US Dollar", "USD", "01 Oct 2026", "1"),
)


def unore_row(
    code: str = "EUR", rate: str = "0.865", day: str = "01 Oct 2026", country: str = "X"
) -> str:
    return (
        f"\t<UN_OPERATIONAL_RATES>\n\t\t<abbrv_name>{country}</abbrv_name>\n"
        f"\t\t<name>{code.strip()}</name>\n\t\t<f_curr_code>{code}</f_curr_code>\n"
        f"\t\t<eff_date>{day}</eff_date>\n\t\t<rate>{rate}</rate>\n\t</UN_OPERATIONAL_RATES>\n"
    )


def unore(*rows: str) -> bytes:
    """The XML of the UN with these rows, or with a few countries."""
    shown = rows or tuple(
        unore_row(code, rate, day, country) for country, _name, code, day, rate in UNORE_ROWS
    )
    return f"{UNORE_HEAD}\n{''.join(shown)}</UN_OPERATIONAL_RATES_DATASET>".encode()


def unore_table() -> bytes:
    """The table of the UN, which arrives as a spreadsheet and is none."""
    rows = "\r\n".join("\t".join(row).replace("\t\t", "\t") for row in UNORE_ROWS[:2])
    head = "United Nations operational rates of exchange\r\nRates are units for one US dollar"
    return f"{head}\r\n\r\n{rows}\r\n\r\nNotes\tare\tnot\tread\r\n".encode()


UNORE_NAMES = ("abbrv_name", "name", "f_curr_code", "eff_date", "rate")
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def text_cell(place: str, text: str) -> str:
    return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'


def sheet(*rows: str) -> str:
    """A sheet with the names of the columns in row 1, and these rows from row 2 on."""
    names = "".join(text_cell(f"{'ABCDE'[n]}1", name) for n, name in enumerate(UNORE_NAMES))
    return bare_sheet(f'<row r="1">{names}</row>', *rows)


def bare_sheet(*rows: str) -> str:
    return f'<worksheet xmlns="{_MAIN}"><sheetData>{"".join(rows)}</sheetData></worksheet>'


def sheet_row(
    number: int = 2,
    *,
    code: str = "EUR",
    day: str = "",
    rate: str = "<v>0.865</v>",
    cells: str = "",
) -> str:
    """A row; ``rate`` is what stands in its cell, ``cells`` whole cells in place of all."""
    shown = cells or (
        text_cell(f"A{number}", "Andorra") + text_cell(f"B{number}", "Euro")
        + text_cell(f"C{number}", code) + (day or text_cell(f"D{number}", "01 Oct 2026"))
        + f'<c r="E{number}">{rate}</c>'
    )  # fmt: skip
    return f'<row r="{number}">{shown}</row>'


def parts_of_workbook(*sheets: str, settings: str = "") -> dict[str, str]:
    """The parts of a workbook by their names, each sheet called S1, S2 …"""
    every = range(1, len(sheets) + 1)
    listed = "".join(f'<sheet name="S{n}" sheetId="{n}" r:id="rId{n}"/>' for n in every)
    links = "".join(
        f'<Relationship Id="rId{n}" Type="{_LINKS}/worksheet" Target="worksheets/sheet{n}.xml"/>'
        for n in every
    )
    return {
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_LINKS}">{settings}'
        f"<sheets>{listed}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/'
        f'package/2006/relationships">{links}</Relationships>',
        **{f"xl/worksheets/sheet{n}.xml": text for n, text in zip(every, sheets, strict=True)},
    }


def packed(parts: dict[str, str], *, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return out.getvalue()


def workbook(*sheets: str, settings: str = "") -> bytes:
    """A workbook of these sheets, or one of one row."""
    return packed(parts_of_workbook(*(sheets or (sheet(sheet_row()),)), settings=settings))


def ecb(*days: tuple[str, tuple[tuple[str, str], ...]]) -> bytes:
    """The XML of the ECB: ``eurofxref-daily.xml`` with one day, ``-hist.xml`` with many."""
    shown = days or (("2026-10-30", (("USD", "1.0823"), ("JPY", "164.51"), ("CHF", "0.9391"))),)
    cubes = "".join(
        f"\t\t<Cube time='{day}'>\n"
        + "".join(f"\t\t\t<Cube currency='{code}' rate='{rate}'/>\n" for code, rate in rates)
        + "\t\t</Cube>\n"
        for day, rates in shown
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<gesmes:Envelope xmlns:gesmes="http://www.gesmes.org/xml/2002-08-01" '
        'xmlns="http://www.ecb.int/vocabulary/2002-08-01/eurofxref">\n'
        "\t<gesmes:subject>Reference rates</gesmes:subject>\n"
        "\t<gesmes:Sender><gesmes:name>European Central Bank</gesmes:name></gesmes:Sender>\n"
        f"\t<Cube>\n{cubes}\t</Cube>\n</gesmes:Envelope>"
    ).encode()


ECB_HISTORY = (
    b"Date,USD,JPY,CYP,CHF,\n"
    b"2026-10-30,1.0823,164.51,N/A,0.9391,\n"
    b"1999-01-04,1.1789,133.73,0.58231,1.6168,\n"
)
ECB_DAILY = b"Date, USD, JPY, CHF, \n30 October 2026, 1.0823, 164.51, 0.9391, \n"


def zipped(
    content: bytes = ECB_HISTORY,
    name: str = "eurofxref-hist.csv",
    *,
    method: int = zipfile.ZIP_DEFLATED,
) -> bytes:
    """An archive of one file, as the ECB's."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        archive.writestr(name, content)
    return out.getvalue()


def load(content: bytes = b"", *, source: RateSource = RateSource.UNORE, at: datetime = LOADED):
    """Load a file, or the rates of money.md 5.3."""
    return api.load_rates(content or unore(), source=source, file="rates", by=None, at=at)


def manual(
    currency: str = "CHF", rate: str = "0.8", *, day: str = "2026-10-15", at: datetime = LOADED,
    base: str = "USD",
):  # fmt: skip
    """A rate entered by one person and confirmed by another."""
    uuid = api.propose_rate(
        base, currency, Decimal(rate), effective_on=datetime.fromisoformat(day).date(),
        reason="the UN publishes none", by=1, at=at,
    )  # fmt: skip
    api.confirm_rate(uuid, by=2, at=at)
    return uuid
