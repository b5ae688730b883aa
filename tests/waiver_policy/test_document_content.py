"""What a file is, by its bytes: taken as a PDF or a picture, or refused with the reason."""

from __future__ import annotations

import io
import os
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from pypdf import PdfReader

from factories import papers
from waiver_policy.data import DocumentFault, Found
from waiver_policy.exceptions import DocumentRefused
from waiver_policy.rules import documents, metered_pdf
from waiver_policy.rules.documents import JPEG, PDF

LIMIT = 5 * 1024 * 1024


def check(content):
    return documents.check(content, max_bytes=LIMIT)


def fault(content):
    with pytest.raises(DocumentRefused) as refused:
        check(content)
    return refused.value.fault


def extra(name, value):
    """One more entry of the catalogue of a PDF, under a name of its own."""
    return {"/Extra": papers.DictionaryObject({papers.NameObject(name): value})}


def test_a_pdf_is_kept_byte_by_byte():
    content = papers.pdf(pages=3)
    assert check(content) == documents.Checked(content, PDF)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_a_picture_is_drawn_anew_as_a_jpeg_of_the_same_size(form, mode):
    checked = check(papers.picture(form, (80, 60), mode if form != "WEBP" else "RGB"))
    assert checked.content_type == JPEG
    assert Image.open(io.BytesIO(checked.content)).size == (80, 60)


@pytest.mark.parametrize("mode", ["1", "P", "LA", "RGBA", "I;16"])
def test_a_picture_of_every_depth_of_colour_can_be_read(mode):
    assert check(papers.picture("PNG", mode=mode)).content_type == JPEG


def test_what_lets_light_through_lies_on_white():
    checked = check(papers.picture("PNG", mode="RGBA"))
    assert min(Image.open(io.BytesIO(checked.content)).getpixel((9, 9))) > 250


def test_nothing_is_kept_of_where_a_picture_was_taken_and_it_stands_upright():
    content = papers.picture_with_place()
    kept = check(content).content
    assert b"Mere" in content
    assert not [word for word in (b"Mere", b"Exif", b"Suva", b"GPS") if word in kept]
    assert Image.open(io.BytesIO(kept)).size == (60, 80)


def test_a_large_picture_is_made_smaller_and_stays_readable():
    kept = check(papers.picture("JPEG", (6000, 4000))).content
    assert Image.open(io.BytesIO(kept)).size == (3000, 2000)


def test_a_picture_that_does_not_pack_well_still_fits():
    noise = io.BytesIO()
    Image.frombytes("RGB", (1500, 1000), os.urandom(4_500_000)).save(noise, "PNG")
    assert len(check(noise.getvalue()).content) < LIMIT


@pytest.mark.parametrize(
    "tail", [b"<script>alert(1)</script>", papers.archive(), papers.PHP, b"\x00" * 5000]
)
@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_what_hides_behind_a_picture_is_not_kept(form, tail):
    kept = check(papers.picture(form) + tail).content
    assert tail not in kept


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (papers.HTML, Found.WEB_PAGE),
        (b"\xef\xbb\xbf \n" + papers.HTML, Found.WEB_PAGE),
        (papers.PHP, Found.WEB_PAGE),
        (papers.SVG, Found.DRAWING),
        (papers.archive(), Found.ARCHIVE),
        (papers.archive("word/document.xml"), Found.OFFICE),
        (papers.OLD_WORD, Found.OFFICE),
        (b"{\\rtf1 hello}", Found.OFFICE),
        (papers.EXE, Found.PROGRAM),
        (papers.ELF, Found.PROGRAM),
        (papers.SHELL, Found.PROGRAM),
        (papers.picture("GIF"), Found.PICTURE),
        (papers.picture("TIFF"), Found.PICTURE),
        (papers.picture("BMP"), Found.PICTURE),
        (b"Dear sir or madam", Found.UNKNOWN),
        (b"PDF-1.7", Found.UNKNOWN),
        (b"\xff\xd8", Found.UNKNOWN),
    ],
)
def test_another_kind_of_file_is_refused_by_what_it_is(content, found):
    with pytest.raises(DocumentRefused) as refused:
        check(content)
    assert (refused.value.fault, refused.value.found) == (DocumentFault.NOT_TAKEN, found)


@pytest.mark.parametrize("content", [b"", b"\x00", b"\x00" * 4096])
def test_an_empty_file_is_refused(content):
    assert fault(content) is DocumentFault.EMPTY


def test_a_file_of_the_limit_is_looked_at_and_one_byte_more_is_not():
    content = papers.pdf()
    assert documents.check(content, max_bytes=len(content)).content == content
    with pytest.raises(DocumentRefused) as refused:
        documents.check(content, max_bytes=len(content) - 1)
    assert refused.value.fault is DocumentFault.TOO_LARGE


def test_a_picture_of_a_phone_that_few_can_open_has_its_own_sentence():
    assert fault(papers.HEIC) is DocumentFault.PHONE_PICTURE


@pytest.mark.parametrize("head", [b"\n", b"GIF89a", papers.HTML, papers.archive(), b"\x00"])
def test_a_pdf_begins_with_its_first_byte(head):
    assert fault(head + papers.pdf()) is DocumentFault.NOT_FROM_THE_START


@pytest.mark.parametrize("tail", [papers.archive(), papers.HTML, b"x", papers.EXE])
def test_a_pdf_ends_with_its_last_byte(tail):
    assert fault(papers.pdf() + tail) is DocumentFault.TWO_IN_ONE


def test_a_zip_that_ends_like_a_pdf_is_two_in_one():
    content = papers.pdf().removesuffix(b"%%EOF\n") + papers.archive() + b"startxref\n9\n%%EOF\n"
    assert fault(content) is DocumentFault.TWO_IN_ONE


@pytest.mark.parametrize("sign", [b"<script>", b"<HTML>", b"<svg onload=x>", b"<?php"])
def test_a_web_page_that_begins_like_a_pdf_is_two_in_one(sign):
    content = papers.pdf()
    assert fault(content[:9] + b"%" + sign + b"\n" + content[9:]) is DocumentFault.TWO_IN_ONE


@pytest.mark.parametrize("keep", [20, 200, -30, -8])
def test_a_pdf_that_was_cut_off_is_damaged(keep):
    assert fault(papers.pdf()[:keep]) is DocumentFault.DAMAGED


def test_a_page_that_is_named_a_pdf_by_its_first_letters_is_damaged():
    assert fault(b"%PDF-1.7\nhello\nstartxref\n0\n%%EOF") is DocumentFault.DAMAGED


@pytest.mark.parametrize("password", ["", "secret"])
def test_a_locked_pdf_is_refused_because_nobody_could_read_it(password):
    assert fault(papers.pdf(password=password)) is DocumentFault.ENCRYPTED


@pytest.mark.parametrize(
    "action",
    [
        papers.action("JavaScript", JS="app.alert(1)"),
        papers.action("Launch", F="cmd.exe"),
        papers.action("SubmitForm", F="https://example.org"),
        papers.action("ImportData", F="x.fdf"),
        papers.action("GoToE", F="x.pdf"),
        papers.action("GoToR", F="\\\\example.org\\share"),
        papers.action("Rendition", JS="x"),
    ],
    ids=lambda action: action["/S"],
)
def test_a_pdf_that_acts_when_it_is_opened_is_refused(action):
    assert fault(papers.pdf(root={"/OpenAction": action})) is DocumentFault.ACTIVE


def test_a_pdf_that_opens_on_a_page_does_not_act():
    content = papers.pdf(root={"/OpenAction": papers.action("GoTo")})
    assert check(content).content_type == PDF


@pytest.mark.parametrize("name", ["/XFA", "/RichMedia", "/Movie"])
def test_a_pdf_with_a_form_or_a_film_that_acts_is_refused(name):
    assert fault(papers.pdf(root=extra(name, papers.NumberObject(1)))) is DocumentFault.ACTIVE


def test_a_name_that_is_written_in_another_way_is_the_same_name():
    content = papers.scripted_pdf()
    hidden = content.replace(b"/JavaScript", b"/J#61vaScri#70t").replace(b"/JS", b"/#4aS")
    assert b"/JavaScript" not in hidden
    assert fault(hidden) is DocumentFault.ACTIVE


@pytest.mark.parametrize("is_named", [True, False])
def test_a_script_in_compressed_objects_is_found(is_named):
    content = papers.compressed_scripted_pdf(is_named=is_named)
    assert b"JavaScript" not in content
    assert fault(content) is DocumentFault.ACTIVE


def test_a_pdf_with_files_inside_is_refused():
    assert fault(papers.pdf_with_file()) is DocumentFault.FILES_INSIDE


def test_a_word_in_a_text_is_no_name():
    title = papers.TextStringObject("/JS and /Launch in ten days")
    assert check(papers.pdf(root=extra("/T", title))).content_type == PDF


def test_a_pdf_of_too_many_pages_is_refused():
    assert check(papers.pdf(pages=documents.MAX_PAGES)).content_type == PDF
    assert fault(papers.pdf(pages=documents.MAX_PAGES + 1)) is DocumentFault.TOO_MANY_PAGES


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"/ObjStm " * 500_000, DocumentFault.TOO_COMPLICATED),
        (b"#41" * 300_000, DocumentFault.DAMAGED),
        (b"1 0 obj\n" + b"<</A " * 100_000, DocumentFault.DAMAGED),
        (
            b"1 0 obj\n" + b"[" * 500_000 + b"\nendobj\ntrailer <</Root 1 0 R>>",
            DocumentFault.DAMAGED,
        ),
    ],
    ids=["streams", "escapes", "mappings", "lists"],
)
def test_a_pdf_that_is_made_to_take_for_ever_is_refused_soon(body, expected):
    assert fault(b"%PDF-1.7\n" + body + b"\nstartxref\n9\n%%EOF") is expected


def test_a_stream_that_unpacks_without_end_is_refused():
    bomb = papers.StreamObject()
    bomb.set_data(b"0" * (metered_pdf.MAX_INFLATED + 1))
    packed = bomb.flate_encode()
    packed[papers.NameObject("/Type")] = papers.NameObject("/ObjStm")
    assert fault(papers.pdf(root={"/Extra": packed})) is DocumentFault.TOO_COMPLICATED


def test_a_picture_of_a_few_bytes_and_very_many_points_is_never_unpacked():
    bomb = papers.picture("PNG", (20_000, 20_000), "1")
    assert len(bomb) < 100_000
    assert fault(bomb) is DocumentFault.TOO_MANY_PIXELS


def test_a_picture_with_a_made_up_size_is_refused():
    content = bytearray(papers.picture("PNG"))
    content[16:24] = b"\x7f\xff\xff\xff\x7f\xff\xff\xff"
    assert fault(bytes(content)) in (DocumentFault.TOO_MANY_PIXELS, DocumentFault.DAMAGED)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_a_picture_that_was_cut_off_is_damaged(form):
    content = papers.picture(form, (400, 300))
    assert fault(content[: len(content) // 2]) is DocumentFault.DAMAGED


def test_a_picture_that_moves_is_refused():
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "blue")]
    out = io.BytesIO()
    frames[0].save(out, "WEBP", save_all=True, append_images=frames[1:])
    assert fault(out.getvalue()) is DocumentFault.ANIMATED


GOOD = (
    papers.pdf(), papers.pdf(pages=2), papers.scripted_pdf(), papers.compressed_scripted_pdf(),
    papers.picture("JPEG"), papers.picture("PNG"), papers.picture("WEBP"),
    papers.picture_with_place(),
)  # fmt: skip


@st.composite
def hostile_files(draw):
    """A file with some bytes changed, cut out or put in, or bytes without any sense."""
    content = bytearray(draw(st.sampled_from(GOOD)))
    for _ in range(draw(st.integers(0, 6))):
        at = draw(st.integers(0, max(len(content) - 1, 0)))
        piece = draw(st.binary(max_size=12))
        content[at : at + draw(st.integers(0, 12))] = piece
    return bytes(content)


@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])
@given(content=st.one_of(hostile_files(), st.binary(max_size=200)))
def test_whatever_comes_is_refused_for_a_reason_or_opens_again(content):
    try:
        checked = check(content)
    except DocumentRefused:
        return  # each has a fault, and each fault a sentence
    assert checked.content_type in documents.ALLOWED
    if checked.content_type == PDF:
        assert len(PdfReader(io.BytesIO(checked.content), strict=True).pages) >= 1
        assert check(checked.content) == checked
    else:
        Image.open(io.BytesIO(checked.content), formats=["JPEG"]).load()


@pytest.mark.parametrize(
    ("born", "is_minor"),
    [
        (None, None),
        (2026 - 19, False),
        (2026 - 18, True),
        (2026 - 12, True),
        (1800, None),
        (2030, None),
    ],
)
def test_who_comes_of_age_this_year_may_not_have_done_so_yet(born, is_minor):
    day = date(2026, 11, 23)
    assert documents.is_minor(born, on=day, adult_age=18) is is_minor
