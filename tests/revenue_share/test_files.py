"""A statement as PDF and as workbook: the numbers of the page, in the reader's language."""

from __future__ import annotations

import io
from datetime import datetime

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from factories import revenue_share as facts
from fairgate import clock
from fairgate.money import MAX_MINOR, Money
from partnerships import api as partnerships
from reading_pdfs import bare, pages, reader
from revenue_share import api, papers, sheets
from revenue_share.data import EventKind, EventLine, Names, Part, Statement, StatementLine
from revenue_share.data import StatementState as State

OCTOBER = [
    "Statement for October 2026", "RS-000003", "GSMA", "USD", "Carried from the last statement",
    "0.00", "Share of a sale", "100.73", "Share taken back, or given again", "−8.69",
    "Processor’s fee that did not come back", "−0.31", "This month", "91.73", "To be paid out",
    "USD 91.73", "Carried to the next statement", "GSMA-SPECTRUM, version 1",
]  # fmt: skip


@pytest.fixture
def october(db):
    facts.put_terms_in_force()
    facts.book_october()
    return api


@pytest.fixture
def frozen(october):
    api.close_period("2026-10", at=facts.CLOSE_DAY, by="ines")
    return api.statement("GSMA", "2026-10")


def workbook(statement, language="en"):
    file = io.BytesIO()
    api.write_workbook(statement, language=language, to=file)
    return file.getvalue()


def cells(file: bytes) -> dict[str, list[tuple]]:
    """Every sheet's rows, as somebody else's reader finds them."""
    book = load_workbook(io.BytesIO(file))
    return {sheet.title: [tuple(row) for row in sheet.values] for sheet in book}


def a_statement(amount: Money, **changes) -> Statement:
    line = StatementLine(
        part=Part.SHARE, period="2026-10", course_key="course-v1:A+B+C", offering_code="o",
        agreement="A", version=1, events=1, base=amount, amount=amount,
    )  # fmt: skip
    return Statement(**{
        "party": "P", "period": "2026-10", "currency": amount.currency, "state": State.DRAFT,
        "opening": Money.zero(amount.currency), "lines": (line,), "payable": amount,
        "closing": Money.zero(amount.currency),
    } | changes)  # fmt: skip


def an_event(amount: Money, **changes) -> EventLine:
    return EventLine(**{
        "event": "e", "kind": EventKind.SALE, "part": Part.SHARE, "sale": "s",
        "occurred_at": facts.NOON, "period": "2026-10", "course_key": "c", "offering_code": "o",
        "agreement": "A", "version": 1, "base": amount, "amount": amount,
    } | changes)  # fmt: skip


def written(statement, events, names=Names(party="P", host="H")):  # noqa: B008 - frozen
    file = io.BytesIO()
    sheets.write_workbook(statement, events, names=names, language="en", to=file)
    return file.getvalue()


def test_the_paper_says_what_the_page_says(frozen):
    text = "".join(pages(api.statement_paper(frozen, language="en")))
    assert [said for said in (*OCTOBER, frozen.sha256) if bare(said) not in bare(text)] == []
    assert "DRAFT" not in text


def test_the_paper_is_the_same_bytes_every_time(frozen):
    first = api.statement_paper(frozen, language="en")
    assert api.statement_paper(api.statement("GSMA", "2026-10"), language="en") == first


def test_the_paper_of_a_draft_says_that_it_is_one(october):
    draft = api.statement("GSMA", "2026-10")
    text = "".join(pages(api.statement_paper(draft, language="en")))
    assert bare("This month is not closed") in bare(text)
    assert "RS-" not in text


@pytest.mark.parametrize("language", ["ar", "zh-hans", "fr", "ru", "es"])
def test_the_paper_is_in_the_language_of_who_reads_it(frozen, language):
    file = api.statement_paper(frozen, language=language)
    assert bare("Statement for") not in bare("".join(pages(file)))
    assert reader(file).trailer["/Root"]["/Lang"].startswith(language[:2])


def test_a_statement_with_more_lines_than_anybody_reads_is_printed_in_short(october):
    draft = api.statement("GSMA", "2026-10")
    many = a_statement(Money("1.00", "USD"), lines=draft.lines[:1] * (papers.LONGEST_TABLE + 1))
    paper = papers.paper_of(many, names=Names(party="P", host="H"), language="en")
    assert "This statement has 1001 lines: they are in its files." in str(paper)
    assert len(paper.body) == 2


def test_the_workbook_has_the_numbers_of_the_page_as_numbers(frozen):
    # when
    found = cells(workbook(frozen))

    # then
    assert list(found) == ["Statement", "Events"]
    facts_and_sums = {row[0]: row[1] for row in found["Statement"][:12]}
    assert facts_and_sums == {
        "Statement": "RS-000003", "Host": "Open Spectrum Academy",
        "Party": "GSM Association (GSMA)", "Month (UTC)": "October 2026",
        "Currency": "USD", "SHA-256": frozen.sha256, "Carried from the last statement": 0,
        "Share of a sale": 100.73, "Share taken back, or given again": -8.69,
        "Processor’s fee that did not come back": -0.31, "This month": 91.73,
        "To be paid out": 91.73,
    }  # fmt: skip
    assert [row[-4:] for row in found["Statement"][-3:]] == [
        (4, 279.8, 0.36, 100.73), (1, -24.15, 0.36, -8.69), (1, -0.85, 0.36, -0.31),
    ]  # fmt: skip


def test_the_workbook_has_every_event_behind_the_statement(frozen):
    # when
    heads, *rows = cells(workbook(frozen))["Events"]

    # then
    assert heads[0] == "Moment (UTC)"
    assert [row[-1] for row in rows] == [34.64, 41.84, 20.86, 3.39, -8.69, -0.31]
    assert rows[0][0] == datetime(2026, 10, 6, 8)  # noqa: DTZ001 - a sheet knows no zones
    assert round(sum(row[-1] for row in rows), 2) == 91.73


def test_the_workbook_is_the_same_bytes_every_time(frozen):
    assert workbook(frozen) == workbook(api.statement("GSMA", "2026-10"))


def test_the_sheets_of_an_arabic_workbook_begin_at_the_right(frozen):
    for language, is_rtl in (("ar", True), ("fr", False)):
        book = load_workbook(io.BytesIO(workbook(frozen, language)))
        assert {bool(sheet.sheet_view.rightToLeft) for sheet in book} == {is_rtl}


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "＝1", "http://a.example"]
)
def test_no_text_of_a_workbook_is_a_formula_or_a_link(text):
    # when
    statement = a_statement(Money("1.00", "USD"), party=text)
    event = an_event(Money("1.00", "USD"), course_key=text, offering_code=text)
    file = written(statement, [event], Names(party=text, host=text))

    # then
    book = load_workbook(io.BytesIO(file))
    found = [cell for sheet in book for row in sheet.rows for cell in row if cell.value == text]
    assert len(found) == 4
    assert {(cell.data_type, cell.hyperlink) for cell in found} == {("s", None)}


@pytest.mark.parametrize(
    ("amount", "shown", "look"),
    [("1234", 1234, "#,##0"), ("-0.001", -0.001, "#,##0.000"), ("0.07", 0.07, "#,##0.00")],
)
def test_amounts_have_the_decimals_of_their_currency(amount, shown, look):
    currency = {"#,##0": "JPY", "#,##0.000": "KWD", "#,##0.00": "USD"}[look]
    book = load_workbook(io.BytesIO(written(a_statement(Money(amount, currency)), [])))
    cell = book["Statement"].cell(book["Statement"].max_row, book["Statement"].max_column)
    assert (cell.value, cell.number_format) == (shown, look)


def test_the_largest_amount_is_a_number_to_the_last_cent():
    amount = Money.from_minor(MAX_MINOR, "USD")
    found = cells(written(a_statement(amount), [an_event(amount)]))
    assert found["Events"][1][-1] == 10_000_000_000_000.00
    assert round(float(Money.from_minor(MAX_MINOR - 1, "USD").amount) * 100) == MAX_MINOR - 1


def test_more_events_than_a_sheet_holds_go_on_the_next(monkeypatch):
    # given
    monkeypatch.setattr(sheets, "ROWS_OF_A_SHEET", 3)
    amount = Money("1.00", "USD")

    # when
    found = cells(written(a_statement(amount), [an_event(amount, event=str(n)) for n in range(7)]))

    # then
    assert list(found) == ["Statement", "Events", "Events 2", "Events 3"]
    events = [row[2] for name in list(found)[1:] for row in found[name][1:]]
    assert events == [str(n) for n in range(7)]


@pytest.mark.parametrize(("name", "kind"), [("paper", "application/pdf"), ("workbook", "sheet")])
def test_a_partner_takes_its_files_away_and_nobody_elses(
    client, django_user_model, frozen, name, kind
):
    # given
    user = django_user_model.objects.create_user("grace")
    partnerships.add_person(user.pk, partner_code="GSMA", role="officer", at=facts.NOON)
    client.force_login(user)
    clock.use(lambda: facts.CLOSE_DAY)

    # when
    own = client.get(reverse(f"revenue_share:statement_{name}", args=("GSMA", "2026-10")))
    other = client.get(reverse(f"revenue_share:statement_{name}", args=("ATC", "2026-10")))
    clock.use(None)

    # then
    assert own.status_code == 200
    assert kind in own["Content-Type"]
    assert own["Content-Disposition"].startswith(
        'attachment; filename="RS-000003-2026-10-GSMA-USD.'
    )
    assert own["Cache-Control"] == "private, no-store"
    assert len(b"".join(own) if own.streaming else own.content) > 5_000
    assert other.status_code == 404
