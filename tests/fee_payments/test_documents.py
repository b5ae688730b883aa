"""Quote, invoice, reminder, receipt and credit note, as they are printed in six languages."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from django.utils import translation
from django.utils.translation import gettext as _

import reading_pdfs
from factories.money_documents import (
    BUYER,
    DUE,
    ISSUED,
    SELLER,
    full_document,
    line,
    money_document,
    written_in,
)
from fairgate.money import Money
from fairgate.percent import Percent
from fairgate_papers import PageSize, Particulars, Table
from fairgate_papers.paper import texts_of
from fee_payments.documents import (
    Bank,
    DocumentKind,
    LineWaiver,
    Payment,
    Reference,
    TaxLine,
    paper_of,
    render_document,
)

LANGUAGES = ("ar", "en", "es", "fr", "ru", "zh")
TITLES = {
    DocumentKind.QUOTE: "Quote",
    DocumentKind.INVOICE: "Invoice",
    DocumentKind.REMINDER: "Payment reminder",
    DocumentKind.RECEIPT: "Receipt",
    DocumentKind.CREDIT_NOTE: "Credit note",
}


def facts(document, language="en"):
    return {fact.label: fact.value for fact in paper_of(document, language).facts}


def table_of(document, language="en"):
    (table,) = [p for p in paper_of(document, language).body if isinstance(p, Table)]
    return table


def totals(document, language="en"):
    return [(total.label, total.value) for total in table_of(document, language).totals]


def how_to_pay(document):
    parts = [p for p in paper_of(document, "en").body if isinstance(p, Particulars)]
    return {fact.label: fact.value for part in parts for fact in part.facts}


@pytest.mark.parametrize("kind", DocumentKind)
def test_every_word_of_a_document_is_in_its_file(kind):
    document = full_document(kind)

    file = render_document(document, "en")

    found = reading_pdfs.text(file)
    said = [text for text in texts_of(paper_of(document, "en")) if text != "Fairgate"]
    assert [text for text in said if reading_pdfs.bare(text) not in found and text != "en"] == []
    assert reading_pdfs.reader(file).metadata.title == f"{TITLES[kind]} 2026-000042"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", [DocumentKind.INVOICE, DocumentKind.REMINDER])
def test_a_document_is_in_the_language_of_its_reader(kind, language):
    document = full_document(kind)

    file = render_document(document, language)

    found = reading_pdfs.text(file)
    with translation.override(language):
        labels = [_("Order"), _("Total"), _("How to pay"), _("Item"), _("Currency")]
    words = [word for label in labels for word in reading_pdfs.words(label)]
    assert [word for word in words if word not in found] == []
    assert reading_pdfs.reader(file).trailer["/Root"]["/Lang"] == language


@pytest.mark.parametrize("kind", DocumentKind)
@pytest.mark.parametrize("language", ["ar", "en"])
def test_every_document_is_tagged(kind, language):
    file = render_document(full_document(kind), language)

    roles = reading_pdfs.roles(file)
    assert b"<pdfuaid:part>1</pdfuaid:part>" in file
    assert roles.count("/H1") == 1
    assert roles.count("/Table") == 1
    assert {"/TH", "/TD", "/TR"} <= set(roles)


def test_an_invoice_says_who_owes_what_to_whom_by_when():
    paper = paper_of(full_document(), "en")

    assert paper.issuer.name == SELLER.legal_name
    assert "Tax number: CHE-000.000.000" in paper.issuer.lines
    assert (paper.recipient.heading, paper.recipient.name) == ("Billed to", BUYER.name)
    assert facts(full_document()) == {
        "Date": "26 November 2026",
        "Due on": "26 December 2026",
        "Order": "ORD-2026-009981",
        "Your order number": "PO-7781/26",
        "Sponsored by": "Universal Access Fund",
        "Currency": "EUR",
    }
    assert totals(full_document()) == [
        ("Net total", "2,529.50"),
        ("VAT 8.1 % on 2,400.00", "194.40"),
        ("VAT 2.6 % on 129.50", "3.37"),
        ("Total", "EUR 2,727.27"),
    ]
    assert how_to_pay(full_document()) == {
        "Amount": "EUR 2,727.27",
        "Account holder": "Example Training Centre",
        "IBAN": "CH93 0076 2011 6238 5295 7",
        "BIC": "EXAMCHZZ",
        "Bank": "Example Bank",
        "Payment reference": "RF18 5390 0754 7034",
    }


def test_a_waiver_stands_on_its_line_with_its_reason_and_its_grant():
    table = table_of(full_document())

    waived, plain = table.rows
    assert [column.heading for column in table.columns] == [
        *("Item", "Quantity", "Unit price", "Waived", "Tax rate", "Tax", "Net"),
    ]
    assert [cell.text for cell in waived[1:]] == [
        *("50", "60.00", "−600.00", "8.1 %", "194.40", "2,400.00"),
    ]
    assert waived[0].notes[-1] == (
        "Waived: on the list of least developed countries of the United Nations "
        "(grant WG-2026-00318)"
    )
    assert plain[3].text == ""


def test_a_waiver_without_a_grant_names_none():
    waiver = LineWaiver(amount=Money("20.00", "EUR"), reason="sponsored")
    document = money_document(lines=(line("80.00", waiver=waiver),))

    assert table_of(document).rows[0][0].notes == ("Waived: sponsored",)


def test_where_nothing_is_taxed_or_waived_no_column_says_so():
    assert [column.heading for column in table_of(money_document()).columns] == [
        *("Item", "Quantity", "Unit price", "Net"),
    ]
    assert totals(money_document()) == [("Total", "EUR 100.00")]


def test_a_tax_without_a_name_is_called_a_tax_and_an_exempt_line_has_no_rate():
    hundred, eight = Money("100.00", "EUR"), Money("8.00", "EUR")
    document = money_document(
        lines=(line(), line("0.00", tax_rate=Percent(8))),
        tax=eight,
        total=hundred + eight,
        taxes=(TaxLine(rate=Percent(8), net=hundred, tax=eight),),
    )

    assert totals(document)[1] == ("Tax 8 % on 100.00", "8.00")
    assert [row[3].text for row in table_of(document).rows] == ["", "8 %"]


def test_an_invoice_without_a_reference_or_a_version_asks_for_none():
    document = money_document(payment_reference="", terms="Pay.")

    *_rest, how, terms = paper_of(document, "en").body
    assert isinstance(how, Particulars)
    assert (terms.heading, terms.paragraphs) == ("Terms", ("Pay.",))


def test_what_was_paid_already_is_taken_off():
    document = replace(full_document(), paid=Money("727.27", "EUR"))

    assert totals(document)[-3:] == [
        ("Total", "EUR 2,727.27"),
        ("Already paid", "EUR −727.27"),
        ("To pay", "EUR 2,000.00"),
    ]
    assert how_to_pay(document)["Amount"] == "EUR 2,000.00"


def test_what_was_paid_too_much_is_no_amount_to_pay():
    document = money_document(paid=Money("105.00", "EUR"))

    assert totals(document)[-1] == ("Paid too much", "EUR 5.00")
    assert how_to_pay(document) == {}


def test_a_credit_note_says_when_and_how_money_went_back():
    payment = Payment(paid_on=ISSUED, method="Bank transfer", reference="T-5")
    document = money_document(DocumentKind.CREDIT_NOTE, payment=payment)

    assert facts(document)["Refunded on"] == "26 November 2026"
    assert facts(document)["Refunded by"] == "Bank transfer"


@pytest.mark.parametrize(
    "document",
    [
        money_document(paid=Money("100.00", "EUR")),
        money_document(DocumentKind.RECEIPT),
        money_document(DocumentKind.QUOTE),
        money_document(DocumentKind.CREDIT_NOTE),
        money_document(seller=replace(SELLER, bank=None)),
    ],
    ids=lambda document: document.kind,
)
def test_where_nothing_is_to_be_transferred_nobody_is_told_how(document):
    assert how_to_pay(document) == {}


def test_a_country_without_ibans_names_its_account():
    bank = Bank(holder="Example", other="Account 12 345, routing 021000021")
    document = money_document(seller=replace(SELLER, bank=bank))

    assert how_to_pay(document)["Account"] == "Account 12 345, routing 021000021"
    assert "IBAN" not in how_to_pay(document)


def test_a_receipt_says_when_and_how_it_was_paid():
    document = full_document(DocumentKind.RECEIPT)

    assert facts(document)["Paid on"] == "26 November 2026"
    assert facts(document)["Paid by"] == "Card"
    assert totals(document)[-1] == ("Paid", "EUR 2,727.27")
    assert paper_of(document, "en").recipient.heading == "Received from"


def test_a_quote_says_how_long_it_stands_and_that_nothing_is_owed():
    paper = paper_of(money_document(DocumentKind.QUOTE), "en")

    assert paper.body[0].paragraphs == ("This quote stands until 26 December 2026 (UTC).",)
    assert paper.notes == ("This quote is not an invoice: nothing is owed because of it.",)
    open_end = paper_of(money_document(DocumentKind.QUOTE, due_on=None), "en")
    assert isinstance(open_end.body[0], Table)


def test_a_credit_note_refers_to_its_invoice_and_says_why():
    paper = paper_of(money_document(DocumentKind.CREDIT_NOTE, reason="One seat less."), "en")

    assert paper.body[0].paragraphs == (
        "Invoice 2026-000017 of 1 October 2026 is corrected by this credit note.",
        "One seat less.",
    )
    assert ("Invoice", "2026-000017") in [(fact.label, fact.value) for fact in paper.facts]
    assert totals(money_document(DocumentKind.CREDIT_NOTE)) == [("Total credited", "EUR 100.00")]


def test_a_reminder_says_what_is_late_and_until_when_it_can_be_paid():
    paper = paper_of(money_document(DocumentKind.REMINDER, reminder=2), "en")

    assert paper.body[0].paragraphs == (
        "Invoice 2026-000017 of 1 October 2026, which was due on 31 October 2026, has not been "
        "paid, or not all of it.",
        "Please pay EUR 100.00 on or before 26 December 2026 (UTC). If you have paid in the "
        "meantime, please take no notice of this letter.",
    )
    assert facts(money_document(DocumentKind.REMINDER, reminder=2))["Reminder number"] == "2"


def test_a_reminder_without_days_names_none():
    late = Reference(number="7", issued_on=ISSUED)
    document = money_document(DocumentKind.REMINDER, refers_to=late, due_on=None)

    first, then = paper_of(document, "en").body[0].paragraphs
    assert first == "Invoice 7 of 26 November 2026 has not been paid, or not all of it."
    assert then.startswith("Please pay EUR 100.00. If you")


def test_small_type_says_who_accounts_for_tax_and_who_collects():
    document = money_document(
        has_reverse_charge=True, has_prices_with_tax=True, collected_by="Example Payments Ltd"
    )

    assert paper_of(document, "en").notes == (
        "Reverse charge: the tax is to be accounted for by the recipient.",
        "Unit prices include tax; net amounts do not.",
        "Payments are collected by Example Payments Ltd.",
    )


@pytest.mark.parametrize("kind", DocumentKind)
def test_k16_a_document_of_test_mode_says_so_on_every_page_and_a_live_one_never(kind):
    lines = (line("1.00"),) * 60
    tried = reading_pdfs.pages(
        render_document(money_document(kind, lines=lines, is_test=True), "en")
    )
    live = reading_pdfs.pages(render_document(money_document(kind, lines=lines), "en"))

    assert len(tried) > 1
    assert all("TEST" in page for page in tried)
    assert "Nothing is owed and nothing was paid." in tried[0]
    assert not [page for page in live if "TEST" in page]


@pytest.mark.parametrize(
    ("currency", "amount", "shown"),
    [("JPY", "1234", "1,234"), ("USD", "1234.50", "1,234.50"), ("KWD", "1234.567", "1,234.567")],
)
@pytest.mark.parametrize("language", ["ar", "en"])
def test_k4_amounts_have_the_decimals_of_their_currency(currency, amount, shown, language):
    document = money_document(lines=(line(amount, currency),), currency=currency)

    pages = reading_pdfs.pages(render_document(document, language))

    assert f"{currency} {shown}" in pages[0]
    assert shown in [row[-1].text for row in table_of(document, language).rows]


def test_arabic_sentences_keep_names_and_amounts_apart():
    document = money_document(DocumentKind.REMINDER)

    _first, then = paper_of(document, "ar").body[0].paragraphs

    assert "\u2068EUR 100.00\u2069" in then


def test_f33_a_name_cannot_leave_its_place_in_a_sentence():
    document = money_document(collected_by="Ltd\u2069 EUR 0.00\u2068 \u202e")

    (note,) = paper_of(document, "ar").notes
    assert note.count("\u2068") == note.count("\u2069") == 1


@pytest.mark.parametrize(
    ("language", "names"),
    [
        (
            "ar",
            {"seller": "مركز التدريب", "buyer": "وزارة البريد والاتصالات", "title": "إدارة الطيف"},
        ),
        ("zh", {"seller": "示例培训中心", "buyer": "邮电部", "title": "频谱管理：入门课程"}),
        ("ru", {"seller": "Учебный центр", "buyer": "Министерство почты", "title": "Спектр"}),
    ],
)
def test_names_in_the_script_of_the_reader_are_printed(language, names):
    found = reading_pdfs.text(render_document(written_in(full_document(), **names), language))

    words = [word for name in names.values() for word in reading_pdfs.words(name)]
    assert [word for word in words if word not in found] == []


def test_the_same_values_give_the_same_bytes_in_each_language():
    first = {language: render_document(full_document(), language) for language in LANGUAGES}
    again = {language: render_document(full_document(), language) for language in LANGUAGES}

    assert first == again
    assert len(set(first.values())) == len(LANGUAGES)


def test_the_language_of_the_request_is_left_as_it_was():
    with translation.override("fr"):
        paper_of(money_document(), "ru")

        assert translation.get_language() == "fr"


def test_an_invoice_of_two_hundred_lines_has_all_of_them():
    lines = tuple(line("1.00", title=f"Seat {n:03d}") for n in range(200))

    pages = reading_pdfs.pages(render_document(money_document(lines=lines), "en"))

    assert len(pages) >= 3
    assert all("Unit price" in page for page in pages[:-1])
    found = "".join(pages)
    assert [n for n in range(200) if f"Seat {n:03d}" not in found] == []
    assert "EUR 200.00" in pages[-1]


def test_settings_say_on_which_paper_and_with_which_fonts(settings, tmp_path):
    settings.FAIRGATE_PAPER_SIZE = "us-letter"
    settings.FAIRGATE_FONT_FOLDERS = str(tmp_path)

    letter = reading_pdfs.reader(render_document(money_document(), "en")).pages[0].mediabox
    a4 = render_document(money_document(), "en", size=PageSize.A4)

    assert round(letter.width) == 612
    assert round(reading_pdfs.reader(a4).pages[0].mediabox.width) == 595


def test_the_date_of_the_file_is_that_of_the_document():
    file = reading_pdfs.reader(render_document(money_document(issued_on=date(2026, 2, 28)), "en"))

    assert file.metadata.creation_date.date() == date(2026, 2, 28)
    assert DUE > ISSUED
