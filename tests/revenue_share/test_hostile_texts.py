"""Names, codes and reasons that mean something to a typesetter, a browser, a spreadsheet, a mail.

Each comes out as the plain text that it is, or is refused.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from django.contrib.auth.models import Permission
from django.core import mail
from django.urls import reverse
from openpyxl import load_workbook
from openpyxl.utils.escape import unescape

from factories import partnerships as partnership_factory
from factories import payouts as make
from factories import revenue_share as facts
from fairgate import clock
from fairgate.csv_cells import neutral
from fairgate.documents import DocumentError
from partnerships import api as partnerships
from partnerships.models import Partner
from reading_pdfs import bare, pages, reader
from revenue_share import api, papers
from revenue_share.data import Names
from revenue_share.exceptions import PayoutRefused
from revenue_share.models import PayoutBatch

pytestmark = pytest.mark.django_db

MARKUP = [
    '#read("/etc/passwd")',
    "$x^2$ @gsma `raw` *b* _i_ <label> // no comment",
    "<script>alert(1)</script><svg onload=alert(1)>",
    "</title></svg><b>&amp;",
]
FORMULAS = ["=cmd|' /C calc'!A0", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "＝1"]
#: Not on the line that they pretend to be on, or not in the order in which they are read.
CONTROLS = ["a\r\nBcc: eve@example.org", "invoice \u202egpj.exe", "nul\x00end"]
EVERY = [*MARKUP, *FORMULAS, *CONTROLS]
_GONE = re.compile("[\x00-\x08\x0b-\x1f\u202a-\u202e]")


@pytest.fixture(autouse=True)
def on_close_day():
    clock.use(lambda: facts.CLOSE_DAY)
    yield
    clock.use(None)


class Seen(HTMLParser):
    """What a browser shows as text, and which elements there are."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.text, self.elements = "", set()
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.elements.add(tag)
        self.elements |= {name for name, _ in attrs if name.startswith("on")}

    def handle_data(self, data):
        self.text += data


def shown(text: str) -> str:
    """A text as paper shows it: what controls something is gone, and blanks say nothing."""
    return bare(_GONE.sub("", text))


def close(offering: str, name: str, settings):
    """October, sold by the code of an offering, for parties of a name."""
    settings.PARTNERSHIPS_HOST_NAME = name
    settings.FEE_PAYMENTS_SELLER = {}
    facts.put_terms_in_force()
    Partner.objects.update(display_name=name, legal_name=name)
    api.book_payment(replace(facts.payment(), offering_code=offering), at=facts.NOON)
    api.close_period("2026-10", at=facts.CLOSE_DAY, by="ines")
    return api.statement("GSMA", "2026-10")


@pytest.mark.parametrize("text", EVERY)
def test_a_statement_on_paper_shows_a_text_as_it_was_typed(text, settings):
    statement = close("spectrum", "GSMA", settings)
    line = replace(statement.lines[0], offering_code=text, course_key=text, agreement=text)
    hostile = replace(statement, lines=(line,))

    file = papers.render_statement(hostile, names=Names(party=text, host=text), language="en")

    read = bare("".join(pages(file)))
    assert read.count(shown(text)) >= 4
    assert "root:" not in read
    assert not reader(file).attachments


@pytest.mark.parametrize("text", EVERY)
def test_a_statement_as_a_table_has_texts_and_no_formulas(text, settings):
    statement = close(text, text, settings)

    rows = list(csv.reader(io.StringIO(api.statement_csv(statement), newline="")))
    events = list(csv.reader(io.StringIO("".join(api.events_csv(statement)), newline="")))
    file = io.BytesIO()
    api.write_workbook(statement, language="en", to=file)

    for found in (rows, events):
        assert any(neutral(text) in row for row in found)
    book = load_workbook(io.BytesIO(file.getvalue()))
    cells = [cell for sheet in book for row in sheet.rows for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "n", "d"}
    assert not [cell for cell in cells if cell.hyperlink]
    assert any(shown(text) in shown(unescape(str(cell.value))) for cell in cells)


@pytest.mark.parametrize("text", [*MARKUP, *FORMULAS])
def test_pages_and_drawings_show_a_text_and_run_nothing(text, settings, client, django_user_model):
    close(text, text, settings)
    user = django_user_model.objects.create_user("ines")
    user.user_permissions.set(
        Permission.objects.filter(codename__in=("view_statement", "view_revenueevent"))
    )
    client.force_login(user)
    asked = "?first=2026-10&last=2026-10&currency=USD"
    addresses = [
        reverse("revenue_share:statement", args=["GSMA", "2026-10"]),
        reverse("revenue_share:report", args=["party"]) + asked,
        reverse("revenue_share:waterfall") + asked,
    ]
    plain = Seen(client.get(reverse("revenue_share:finance")).content.decode()).elements
    for address in addresses:
        page = Seen(client.get(address).content.decode())
        assert bare(text) in bare(page.text), address
        assert not {"onload", "b"} & page.elements
        assert ("script" in page.elements) <= ("script" in plain)


@pytest.mark.parametrize("text", EVERY)
def test_a_mail_has_the_text_in_its_words_and_no_header_of_it(text, settings):
    settings.DEFAULT_FROM_EMAIL = "books@example.org"
    close("spectrum", text, settings)
    partnerships.add_contact(
        "GSMA", role="finance", name="Fay", email="fay@gsma.example", at=facts.NOON
    )

    done = api.send_statements(at=facts.CLOSE_DAY)

    assert done.sent == len(mail.outbox)
    for one in mail.outbox:
        message = one.message()
        assert message["Bcc"] is None
        assert one.recipients() == ["fay@gsma.example"]
        assert "\n" not in one.subject
        html = Seen(one.alternatives[0][0])
        assert bare(text) in bare(html.text)
        assert not {"script", "svg", "onload"} & html.elements


@pytest.mark.parametrize("text", CONTROLS)
def test_names_of_partners_with_control_characters_are_refused(text):
    escaped = text.encode("unicode_escape").decode().replace('"', '\\"')
    terms = partnership_factory.terms_text().replace(
        "display_name: GSMA", f'display_name: "{escaped}"'
    )
    assert escaped in terms
    with pytest.raises(DocumentError, match=r"control character|direction of the writing"):
        partnership_factory.put_in_force(terms)


@pytest.mark.parametrize("text", CONTROLS)
def test_reasons_with_control_characters_are_refused(text, settings):
    make.set_up(settings)
    make.closed_october()
    make.account()
    with pytest.raises(PayoutRefused, match="There are control characters in the reason"):
        api.propose_batch([3], execute_on=make.ON, reason=text, by=1, at=make.PAY_DAY)
    assert not PayoutBatch.objects.exists()


@pytest.mark.parametrize("text", [*MARKUP, *FORMULAS])
def test_a_reason_is_shown_as_it_was_typed(text, settings, client, django_user_model):
    make.set_up(settings)
    make.closed_october()
    make.account()
    uuid = api.propose_batch([3], execute_on=make.ON, reason=text, by=1, at=make.PAY_DAY)
    user = django_user_model.objects.create_user("ines")
    user.user_permissions.set(Permission.objects.filter(codename="view_payoutbatch"))
    client.force_login(user)

    page = Seen(client.get(reverse("revenue_share:payout_batch", args=[uuid])).content.decode())

    assert bare(text) in bare(page.text)
    assert not {"onload", "b"} & page.elements
