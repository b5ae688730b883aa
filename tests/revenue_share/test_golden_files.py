"""The files of October 2026, whole: what a partner keeps of its statement, and finance of a report.

How they are renewed after a change that is meant: see ``golden``.
"""

from __future__ import annotations

import io
from pathlib import Path

import pytest

import golden
import reading_pdfs
from factories import revenue_share as facts
from revenue_share import api, statements

pytestmark = pytest.mark.django_db

KEPT = Path(__file__).parent / "golden"


@pytest.fixture
def statement():
    """The closed statement of GSMA in the worked example of money.md 5.3."""
    facts.put_terms_in_force()
    facts.book_october()
    api.close_period("2026-10", at=facts.CLOSE_DAY, by="ines")
    return api.statement("GSMA", "2026-10")


@pytest.fixture
def waterfall(statement):
    """Where the receipts of the same month went."""
    return api.waterfall("2026-10", "USD")


def written(write, shown):
    file = io.BytesIO()
    write(shown, language="en", to=file)
    return file.getvalue()


def test_the_document_of_a_closed_statement_is_what_was_hashed_byte_by_byte(statement):
    # when
    document = api.statement_json(statement)

    # then
    golden.check(document, KEPT / "statement.json")
    assert statements.digest((KEPT / "statement.json").read_bytes().decode()) == statement.sha256


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_paper_of_a_closed_statement_says_this_and_nothing_else(statement, language):
    text = golden.text_of_pdf(api.statement_paper(statement, language=language))
    golden.check(text, KEPT / f"statement.pdf.{language}.txt")


@pytest.mark.parametrize("language", ["en", "fr", "es", "ru", "ar", "zh-hans"])
def test_a_statement_of_three_lines_is_one_page_in_every_language(statement, language):
    """The note at its end belongs to what it is about, and not on a page of its own."""
    assert len(reading_pdfs.pages(api.statement_paper(statement, language=language))) == 1


def test_the_table_of_a_closed_statement_has_these_rows(statement):
    golden.check(api.statement_csv(statement), KEPT / "statement.csv")


def test_the_workbook_of_a_closed_statement_has_these_cells_and_looks(statement):
    text = golden.text_of_workbook(written(api.write_workbook, statement))
    golden.check(text, KEPT / "statement.xlsx.txt")


def test_the_events_behind_a_closed_statement_are_these(statement):
    golden.check("".join(api.events_csv(statement)), KEPT / "statement-events.csv")


def test_the_table_of_the_waterfall_has_these_rows(waterfall):
    golden.check(api.report_csv(waterfall), KEPT / "waterfall.csv")


def test_the_workbook_of_the_waterfall_has_these_cells_and_looks(waterfall):
    text = golden.text_of_workbook(written(api.write_report, waterfall))
    golden.check(text, KEPT / "waterfall.xlsx.txt")
