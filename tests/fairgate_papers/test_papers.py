"""A paper as a file: tagged, titled, in a language, and the same bytes each time."""

from __future__ import annotations

from datetime import date

import pytest

import reading_pdfs
from factories.printed import paper, table
from fairgate_papers import (
    Block,
    Cell,
    Column,
    Fact,
    PageSize,
    PaperRefused,
    Particulars,
    Section,
    Total,
    picture,
    render,
)
from fairgate_papers.paper import MAX_LETTERS, MAX_ROWS

A4 = (595, 842)
LETTER = (612, 792)


def size_of(file):
    box = reading_pdfs.reader(file).pages[0].mediabox
    return (round(box.width), round(box.height))


def test_the_file_is_tagged_and_says_its_language_its_title_and_its_date():
    file = reading_pdfs.reader(render(paper(language="fr", title="Lettre")))

    root = file.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"].value is True
    assert root["/Lang"] == "fr"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"].value is True
    assert file.metadata.title == "Lettre L-7"
    assert file.metadata.author == "Example Centre"
    assert file.metadata.creation_date.date() == date(2026, 11, 26)


def test_the_file_promises_pdf_ua():
    assert b"<pdfuaid:part>1</pdfuaid:part>" in render(paper())


def test_headings_and_tables_have_their_roles_in_the_order_of_reading():
    file = render(
        paper(
            body=(
                table(1, heading="What it costs"),
                Section(heading="Terms", paragraphs=("Pay.",)),
            )
        )
    )

    found = [role for role in reading_pdfs.roles(file) if role in HEADINGS_AND_TABLES]
    assert found == [
        *("/H1", "/H2", "/Table"),
        *("/THead", "/TR", "/TH", "/TH"),
        *("/TBody", "/TR", "/TD", "/TD"),
        *("/TFoot", "/TR", "/TD", "/TD"),
        "/H2",
    ]


HEADINGS_AND_TABLES = {"/H1", "/H2", "/Table", "/THead", "/TBody", "/TFoot", "/TR", "/TH", "/TD"}


def test_a_heading_of_a_table_is_that_of_its_column():
    heads = [e for e in reading_pdfs.elements(render(paper(body=(table(),)))) if e["/S"] == "/TH"]

    scopes = {str(facts["/Scope"]) for head in heads for facts in head["/A"] if "/Scope" in facts}
    assert scopes == {"/Column"}


def test_everything_that_stands_on_a_paper_can_be_read():
    full = paper(
        recipient=Block(heading="To", name="A. Reader", lines=("A street", "A town")),
        facts=(Fact(label="Reference", value="RF18 5390", is_code=True),),
        body=(
            table(1, totals=(Total(label="Sum", value="EUR 1.00"),)),
            Particulars(heading="How", facts=(Fact(label="Bank", value="A bank"),)),
            Section(heading="Why", paragraphs=("First.\nSecond.", "Third.")),
        ),
        notes=("A note.",),
        footer="A footer",
        warning="Only a try.",
    )

    (page,) = reading_pdfs.pages(render(full))

    assert page.splitlines() == [
        *("Only a try.", "Example Centre", "Letter", "L-7"),
        *("To", "A. Reader", "A street", "A town", "Reference RF18 5390"),
        *("Thing Cost", "Thing 1 1.00", "Sum EUR 1.00"),
        *("How", "Bank A bank", "Why", "First.", "Second.", "Third."),
        *("A note.", "A footer"),
    ]


def test_the_same_paper_gives_the_same_bytes_and_another_one_does_not():
    assert render(paper(body=(table(),))) == render(paper(body=(table(),)))
    assert render(paper()) != render(paper(number="L-8"))
    assert render(paper()) != render(paper(issued_on=date(2026, 11, 27)))


def test_a_table_of_two_hundred_rows_runs_over_pages_that_repeat_its_heading():
    pages = reading_pdfs.pages(render(paper(body=(table(200),))))

    assert len(pages) > 3
    assert all("Thing Cost" in page for page in pages)
    assert all(f"{n} / {len(pages)}" in page for n, page in enumerate(pages, start=1))
    assert all("Letter L-7" in page for page in pages[1:])
    whole = reading_pdfs.text(render(paper(body=(table(200),))))
    assert all(f"Thing{n}{n}.00" in whole for n in range(1, 201))


def test_one_page_has_no_number():
    (page,) = reading_pdfs.pages(render(paper()))

    assert "1 / 1" not in page


def test_paper_is_a4_or_us_letter():
    assert size_of(render(paper())) == A4
    assert size_of(render(paper(), size=PageSize.US_LETTER)) == LETTER


def test_arabic_runs_from_right_to_left_and_its_figures_do_not():
    arabic = paper(
        language="ar",
        title="فاتورة",
        recipient=Block(heading="إلى", name="وزارة البريد", lines=("1202 Geneva",)),
        facts=(Fact(label="الرقم", value="RF18 5390 0754", is_code=True),),
        body=(table(1, totals=(Total(label="المجموع", value="KWD −1,234.500"),)),),
    )

    file = render(arabic)

    assert arabic.direction == "rtl"
    assert reading_pdfs.reader(file).trailer["/Root"]["/Lang"] == "ar"
    page = reading_pdfs.pages(file)[0]
    assert "1202 Geneva" in page
    assert "RF18 5390 0754" in page
    assert "KWD −1,234.500" in page


def test_the_lines_of_arabic_begin_on_the_right():
    arabic = paper(language="ar", title="فاتورة", number="", issuer=Block(name="مركز"))

    left, right = reading_pdfs.ink(picture(arabic), until=0.5)

    assert left > 0.6
    assert right > 0.88


def test_a_test_mark_lies_behind_every_page_and_is_no_part_of_what_is_read_aloud():
    pages = reading_pdfs.pages(render(paper(watermark="TRYOUT", body=(table(100),))))

    assert len(pages) > 1
    assert all("TRYOUT" in page for page in pages)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"title": " "}, "no title"),
        ({"language": "français"}, "“français” is no language"),
        ({"footer": "x" * (MAX_LETTERS + 1)}, "10001 letters; 10000 can be printed"),
    ],
)
def test_a_paper_that_cannot_be_printed_is_refused(given, sentence):
    with pytest.raises(PaperRefused, match=sentence):
        paper(**given)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"rows": ((Cell(text="alone"),),)}, "A row of 1 cells in a table of 2 columns"),
        ({"columns": (), "rows": ()}, "0 columns"),
        (
            {"columns": (Column(heading="One"),), "rows": ((Cell(text="alone"),),)},
            "a column for its label and one for its value",
        ),
        ({"rows": ((Cell(text=""), Cell(text="")),) * (MAX_ROWS + 1)}, "5001 rows; 5000"),
    ],
)
def test_a_table_that_cannot_be_printed_is_refused(given, sentence):
    with pytest.raises(PaperRefused, match=sentence):
        table(**given)
