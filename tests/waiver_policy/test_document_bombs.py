"""Small files that are a lot of work: refused before the work is done, and counted, not timed."""

from __future__ import annotations

import functools
import io
import tracemalloc
import zlib
from functools import partial

import pypdf.filters
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from factories import papers
from waiver_policy.data import DocumentFault
from waiver_policy.exceptions import DocumentRefused
from waiver_policy.rules import bare_pictures, documents, metered_pdf
from waiver_policy.rules.documents import JPEG, PDF

LIMIT = 5 * 1024 * 1024
SMALL = 30_000
"""Bytes: the table of contents of a small file, looked at three times."""
BLANK = b" " * 60_000_000
LETTER = papers.object_stream(b"<</A(Letter)/B[1 2 3]>>")


class Counter:
    """How many bytes came out of streams, and how far a reader went through a file."""

    def __init__(self, monkeypatch):
        self.unpacked = self.pictures = self.read = 0
        decode, inflate = pypdf.filters.decode_stream_data, metered_pdf.inflated
        read = metered_pdf._Steps.read

        def decoding(stream):
            return self._out(decode(stream))

        def inflating(content, most):
            return self._out(inflate(content, most))

        def reading(steps, size=-1):
            piece = read(steps, size)
            self.read += max(len(piece), 1)
            return piece

        monkeypatch.setattr(pypdf.filters, "decode_stream_data", decoding)
        monkeypatch.setattr(metered_pdf, "inflated", inflating)
        monkeypatch.setattr(metered_pdf._Steps, "read", reading)
        monkeypatch.setattr(documents, "_upright", self._drawing(documents._upright))

    def _out(self, piece):
        self.unpacked += len(piece)
        return piece

    def _drawing(self, upright):
        def drawing(*args):
            self.pictures += 1
            return upright(*args)

        return drawing


@pytest.fixture
def work(monkeypatch):
    return Counter(monkeypatch)


def check(content):
    return documents.check(content, max_bytes=LIMIT)


def fault(content):
    with pytest.raises(DocumentRefused) as refused:
        check(content)
    return refused.value.fault


# --- PDF ------------------------------------------------------------------------------------------


# Each packs many million bytes, which only the worker does that tests it.
BOMBS = {
    "one layer": partial(papers.object_stream, BLANK),
    "two layers": partial(
        papers.object_stream, BLANK, how=b"/Filter[/FlateDecode/FlateDecode]", layers=2
    ),
    "three layers": partial(
        papers.object_stream, BLANK, how=b"/Filter[/FlateDecode/FlateDecode/FlateDecode]", layers=3
    ),
    "far away": partial(papers.object_stream, BLANK, before=b"%" + b"x" * 2100 + b"\n"),
    "another name": partial(papers.object_stream, BLANK, how=b"/F#69lter/Fl#61teDecode"),
    "an array of one": partial(papers.object_stream, BLANK, how=b"/Filter [ /FlateDecode ]"),
    "a text in digits": partial(papers.object_stream, b"<" + b"41" * 900_000 + b">"),
    "many words": partial(papers.object_stream, b"[" + (b"[" + b"1 " * 99_000 + b"]") * 5 + b"]"),
}  # fmt: skip


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS)
def test_objects_that_unpack_without_end_are_never_unpacked(work, bomb):
    assert fault(papers.packed_pdf(bomb())) is DocumentFault.TOO_COMPLICATED
    assert work.unpacked <= 2 * metered_pdf.MAX_INFLATED


@pytest.mark.parametrize(
    "how",
    [
        b"/Filter[/FlateDecode/ASCIIHexDecode]", b"/Filter/LZWDecode", b"/Filter/RunLengthDecode",
        b"/Filter 1 0 R", b"/Filter[1 0 R]", b"/Filter/Crypt",
        b"/Filter/FlateDecode/DecodeParms<</Predictor 12/Columns 1>>",
        b"/Filter/FlateDecode/DecodeParms[<</Predictor 2>>]",
    ],
)  # fmt: skip
def test_objects_are_packed_once_and_in_one_way(work, how):
    content = papers.packed_pdf(papers.object_stream(how=how))
    assert fault(content) is DocumentFault.TOO_COMPLICATED
    assert work.unpacked <= SMALL


def test_a_type_that_stands_elsewhere_is_not_looked_for(work):
    entries, data = papers.object_stream(BLANK)
    content = papers.packed_pdf((entries.replace(b"/Type/ObjStm", b"/Type 1 0 R"), data))
    assert fault(content) is DocumentFault.TOO_COMPLICATED
    assert work.unpacked <= SMALL


def test_objects_that_are_not_what_they_say_are_not_mended_byte_by_byte(work):
    content = papers.packed_pdf((LETTER[0], b"x" * 100_000))
    assert fault(content) is DocumentFault.DAMAGED
    assert work.unpacked <= SMALL


@pytest.mark.parametrize("layers", [1, 2])
def test_many_streams_share_one_measure(work, layers):
    how = b"/Filter[" + b"/FlateDecode" * layers + b"]"
    parts = [
        papers.object_stream(b" " * 500_000, number=1004 + n, how=how, layers=layers)
        for n in range(40)
    ]
    assert fault(papers.packed_pdf(*parts)) is DocumentFault.TOO_COMPLICATED
    assert work.unpacked <= 2 * metered_pdf.MAX_INFLATED


def test_a_table_of_contents_that_unpacks_without_end_is_never_unpacked(work):
    content = papers.packed_pdf()
    start = content.index(b"4 0 obj")
    table = papers._stream(
        b"/Type/XRef/Size 5/W[1 4 2]/Root 1 0 R/Filter/FlateDecode", zlib.compress(BLANK, 9)
    )
    bomb = content[:start] + b"4 0 obj\n" + table + b"\nendobj\nstartxref\n%d\n%%%%EOF\n" % start
    assert fault(bomb) is DocumentFault.TOO_COMPLICATED
    assert work.unpacked <= metered_pdf.MAX_TABLES


def overlapping(count, tail):
    """Streams of which each holds all that come after it."""
    out, places = bytearray(b"%PDF-1.5\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n"), [9]
    for number, body in (
        (2, b"<</Type/Pages/Kids[3 0 R]/Count 1>>"),
        (3, b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>"),
    ):
        places.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    size = len(b"%05d 0 obj<</Length %07d>>stream\n" % (0, 0))
    for number in range(count):
        places.append(len(out))
        rest = size * (count - number - 1) + tail
        out += b"%05d 0 obj<</Length %07d>>stream\n" % (number + 4, rest)
    out += b"x" * tail + b"\nendstream\nendobj\n"
    rows = b"".join(b"%010d 00000 n \n" % place for place in places)
    table = b"xref\n0 %d\n0000000000 65535 f \n" % (count + 4) + rows
    trailer = b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (count + 4, len(out))
    return bytes(out + table + trailer)


def test_streams_that_lie_in_one_another_are_not_read_again_and_again(work):
    content = overlapping(2000, 3_000_000)
    assert fault(content) is DocumentFault.TOO_COMPLICATED
    assert work.read <= 16 * (metered_pdf.MAX_STEPS + LIMIT)


def test_a_file_of_very_many_small_things_is_read_to_a_point(work):
    content = papers.packed_pdf((b"/X[" + (b"[" + b"1 " * 90_000 + b"]") * 20 + b"]", b""))
    assert fault(content) is DocumentFault.TOO_COMPLICATED
    assert work.read <= 16 * (metered_pdf.MAX_STEPS + LIMIT)


def test_objects_that_are_not_where_the_table_says_are_not_looked_for_for_ever(work):
    parts = [(b"", b"") for _ in range(3000)]
    content = papers.packed_pdf(*parts, table=b"")
    moved = content.replace(
        b"%\xe2\xe3\xcf\xd3\n", b"%\xe2\xe3\xcf\xd3\n" + b"%" + b"x" * 999 + b"\n", 1
    )
    start = moved.rindex(b"3004 0 obj")
    moved = moved[: moved.rindex(b"startxref")] + b"startxref\n%d\n%%%%EOF\n" % start
    assert fault(moved) is DocumentFault.TOO_COMPLICATED
    assert work.read <= 16 * (metered_pdf.MAX_STEPS + LIMIT)


def test_a_file_of_very_many_slips_writes_nothing_into_the_log(caplog):
    check(papers.packed_pdf(papers.object_stream(b"(" + b"\\z" * 1000 + b")")))
    assert caplog.text == ""


@pytest.mark.parametrize("word", [b"stream\n", b"/ObjStm stream\n", b">>stream\r\n"])
def test_more_streams_than_anybody_has_are_counted_and_no_more(work, word):
    content = b"%PDF-1.5\n" + word * 300_000 + b"startxref\n9\n%%EOF"
    assert fault(content) is DocumentFault.TOO_COMPLICATED
    assert (work.unpacked, work.read) == (0, 0)


def test_what_no_table_names_is_unpacked_within_the_same_measure(work):
    content = papers.pdf()
    hidden = b"".join(
        b"<</Type/ObjStm/Filter/FlateDecode>>stream\n%bendstream\n" % zlib.compress(b" " * 900_000)
        for _ in range(50)
    )  # fmt: skip
    assert fault(content.replace(b"\nxref", b"\n" + hidden + b"xref", 1)) is (
        DocumentFault.TOO_COMPLICATED
    )
    assert work.unpacked <= metered_pdf.MAX_INFLATED


@pytest.mark.parametrize(
    "before", [b"", b"/X(stream\n)", b"%" + b"x" * 5000 + b"\n", b"/X(endobj stream\n)"]
)
def test_a_script_in_objects_is_found_however_long_their_description_is(before):
    packed = zlib.compress(b"7 0 <</S/JavaScript/JS(app.alert(1))>>")
    hidden = b"99 0 obj<</Type/Obj#53tm" + before + b"/Filter/FlateDecode>>stream\n" + packed
    objects, mark, rest = papers.pdf().partition(b"\nxref\n")
    table = rest.partition(b"startxref")[0]
    start = len(objects) + len(hidden) + len(b"\n\nendstream endobj\n")
    content = objects + b"\n" + hidden + b"\nendstream endobj\n" + mark.lstrip() + table
    content += b"startxref\n%d\n%%%%EOF\n" % start
    assert fault(content) is DocumentFault.ACTIVE


@pytest.mark.parametrize(
    "content",
    [
        papers.packed_pdf(LETTER),
        papers.packed_pdf(papers.object_stream(how=b"/Filter [ /FlateDecode ]")),
        papers.packed_pdf(papers.object_stream(how=b"", layers=0)),
        papers.packed_pdf(papers.object_stream(how=b"/Filter/FlateDecode/DecodeParms null")),
        papers.packed_pdf(LETTER, table=b""),
        papers.packed_pdf(
            *(papers.object_stream(b"<</P(%060d)>>" % n, number=1004 + n) for n in range(900))
        ),
        papers.packed_pdf(papers.object_stream(b"(" + b"Tree of a long text. " * 40_000 + b")")),
    ],
    ids=[
        "plain", "an array of one", "not packed", "no parameters", "plain table", "many",
        "long",
    ],
)  # fmt: skip
def test_objects_that_programs_pack_are_taken(content):
    assert check(content) == documents.Checked(content, PDF)


def test_a_table_that_is_packed_like_the_lines_of_a_picture_is_taken():
    """As Acrobat, Word and LaTeX write it."""
    content = papers.packed_pdf(LETTER)
    start = content.rindex(b"5 0 obj")
    rows = zlib.decompress(content[content.index(b"stream\n", start) + 7 :])
    lines = [rows[at : at + 7] for at in range(0, len(rows), 7)]
    before = [bytes(7), *lines]
    up = b"".join(
        b"\x02" + bytes((now - was) % 256 for now, was in zip(line, above, strict=True))
        for line, above in zip(lines, before, strict=False)
    )
    entries = b"/Type/XRef/Size %d/W[1 4 2]/Root 1 0 R/Filter/FlateDecode" % len(lines)
    entries += b"/DecodeParms<</Columns 7/Predictor 12>>"
    table = papers._stream(entries, zlib.compress(up))
    whole = content[:start] + b"5 0 obj\n" + table + b"\nendobj\nstartxref\n%d\n%%%%EOF\n" % start
    assert check(whole).content_type == PDF


# --- Pictures -------------------------------------------------------------------------------------


@pytest.mark.parametrize("again", [100, 5000])
def test_a_jpeg_of_very_many_scans_is_never_drawn(work, again):
    assert fault(papers.many_scans(again)) is DocumentFault.TOO_MANY_PARTS
    assert work.pictures == 0


def test_a_large_jpeg_has_fewer_scans(work):
    content = papers.many_scans(40, (4000, 4000), mode="L")
    assert fault(content) is DocumentFault.TOO_MANY_PARTS
    assert work.pictures == 0


def test_a_very_large_jpeg_comes_in_one_scan(work):
    content = papers.picture("JPEG", (7900, 7900), "L", progressive=True)
    assert fault(content) is DocumentFault.TOO_MANY_PIXELS
    assert work.pictures == 0
    assert check(papers.picture("JPEG", (7900, 7900), "L")).content_type == JPEG


@pytest.mark.parametrize("size", [(80, 60), (1600, 1200), (4032, 3024)])
def test_a_progressive_jpeg_is_taken(size):
    kept = check(papers.picture("JPEG", size, progressive=True, comment=b"\xff\xda" * 400)).content
    assert max(Image.open(io.BytesIO(kept)).size) == min(max(size), documents.LONGEST_EDGE)


def test_a_film_behind_a_picture_counts_no_scans():
    assert check(papers.picture("JPEG") + b"\xff\xda\x00\x08" * 9000).content_type == JPEG


@pytest.mark.parametrize("junk", [b"\xff\xfe\x00\x02", b"\xff\xd8", b"\xff\xdb\x00\x02"])
def test_a_jpeg_of_very_many_small_parts_is_never_opened(work, junk):
    whole = papers.picture("JPEG")
    assert fault(whole[:2] + junk * 300_000 + whole[2:]) in (
        DocumentFault.TOO_MANY_PARTS, DocumentFault.DAMAGED,
    )  # fmt: skip
    assert work.pictures == 0


def pictures_with(exif):
    jpeg, webp = papers.picture("JPEG"), papers.picture("WEBP", exif=papers.ORIENTED)
    segment = b"\xff\xe1" + (len(exif) + 2).to_bytes(2, "big") + exif
    at = webp.index(b"EXIF")
    notes = exif + b"\x00" * (len(exif) % 2)
    size = (at - 8 + 8 + len(notes)).to_bytes(4, "little")
    return (
        jpeg[:2] + segment + jpeg[2:],
        papers.png_with(papers.chunk(b"eXIf", exif[6:])),
        webp[:4] + size + webp[8:at] + b"EXIF" + len(exif).to_bytes(4, "little") + notes,
    )


@pytest.mark.parametrize(
    "content", pictures_with(papers.greedy_exif(1000)), ids=["JPEG", "PNG", "WEBP"]
)
def test_notes_that_name_the_same_bytes_again_and_again_are_not_read(content):
    tracemalloc.start()
    assert check(content).content_type == JPEG
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 10_000_000  # read in full they are fifty million


TEXT = zlib.compress(b" " * 1_000_000, 9)
BOMBS_OF_TEXT = {
    "zTXt": papers.chunk(b"zTXt", b"k\x00\x00" + TEXT),
    "iTXt": papers.chunk(b"iTXt", b"k\x00\x01\x00\x00\x00" + TEXT),
    "iCCP": papers.chunk(b"iCCP", b"k\x00\x00" + TEXT),
}


@pytest.mark.parametrize("chunk", BOMBS_OF_TEXT.values(), ids=BOMBS_OF_TEXT)
def test_texts_of_a_png_are_never_unpacked(monkeypatch, chunk):
    unpacked = []
    monkeypatch.setattr(
        "PIL.PngImagePlugin._safe_zlib_decompress", lambda text: unpacked.append(text) or b""
    )
    assert check(papers.png_with(chunk * 60)).content_type == JPEG
    assert unpacked == []


@pytest.mark.parametrize("kind", [b"IDAT", b"tEXt", b"eXIf"])
def test_a_png_of_very_many_small_parts_is_never_opened(work, kind):
    content = papers.png_with(papers.chunk(kind, b"") * 20_000)
    assert fault(content) is DocumentFault.TOO_MANY_PARTS
    assert work.pictures == 0


def test_a_webp_of_very_many_small_parts_is_never_opened(work):
    webp = papers.picture("WEBP")
    parts = b"XMP \x00\x00\x00\x00" * 20_000
    size = (len(webp) - 8 + len(parts)).to_bytes(4, "little")
    assert fault(webp[:4] + size + webp[8:] + parts) is DocumentFault.TOO_MANY_PARTS
    assert work.pictures == 0


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("orientation", range(10))
def test_a_picture_of_every_form_stands_upright(form, orientation):
    notes = Image.Exif()
    notes[0x010F], notes[0x0112] = "Phone", orientation
    kept = check(papers.picture(form, (80, 60), exif=notes)).content
    lies = orientation in range(5, 9)
    assert Image.open(io.BytesIO(kept)).size == ((60, 80) if lies else (80, 60))


def test_a_png_in_passes_is_taken():
    """Adam7, two pixels wide; Pillow reads it and does not write it."""
    head = papers.chunk(b"IHDR", b"\x00\x00\x00\x02\x00\x00\x00\x01\x08\x00\x00\x00\x01")
    lines = papers.chunk(b"IDAT", zlib.compress(b"\x00\x10\x00\x20"))
    content = b"\x89PNG\r\n\x1a\n" + head + lines + papers.chunk(b"IEND", b"")
    assert Image.open(io.BytesIO(check(content).content)).size == (2, 1)


def test_colours_and_what_lets_light_through_stay_as_they_were():
    for content in (
        papers.picture("JPEG", mode="CMYK"),
        papers.picture("JPEG", color="red", subsampling=0),
    ):
        before = Image.open(io.BytesIO(content)).convert("RGB").getpixel((9, 9))
        after = Image.open(io.BytesIO(check(content).content)).getpixel((9, 9))
        assert max(abs(a - b) for a, b in zip(before, after, strict=True)) < 6


# --- Whatever becomes of them ---------------------------------------------------------------------


@functools.cache
def seeds():
    return (
        papers.packed_pdf(LETTER), papers.packed_pdf(BOMBS["two layers"]()),
        papers.packed_pdf(BOMBS["one layer"]()), papers.packed_pdf(BOMBS["another name"]()),
        overlapping(40, 4000), papers.many_scans(120), papers.many_scans(3),
        *pictures_with(papers.greedy_exif(300, 20_000)),
        papers.png_with(BOMBS_OF_TEXT["zTXt"] * 3), papers.picture("WEBP", exif=papers.ORIENTED),
    )  # fmt: skip


PIECES = (
    b"/Filter", b"/FlateDecode", b"[", b"]", b"stream\n", b"endstream", b"/ObjStm", b"/XRef",
    b"#53", b"<<", b">>", b"1 0 R", b"\xff\xda", b"\xff\xd8", b"\xff\xd9", b"\xff\xff", b"IDAT",
    b"IEND", b"\xff" * 8, b"\x00" * 8,
)  # fmt: skip


@st.composite
def mended_bombs(draw):
    content = bytearray(draw(st.sampled_from(seeds())))
    for _ in range(draw(st.integers(0, 5))):
        at = draw(st.integers(0, len(content)))
        piece = draw(st.sampled_from(PIECES) | st.binary(max_size=6))
        content[at : at + draw(st.integers(0, 12))] = piece * draw(st.integers(1, 3))
    return bytes(content)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(content=mended_bombs())
def test_a_bomb_that_is_changed_is_refused_for_a_reason_or_little_work(content):
    with pytest.MonkeyPatch.context() as patch:
        work = Counter(patch)
        try:
            checked = check(content)
        except DocumentRefused:
            checked = None
    assert work.unpacked <= 3 * metered_pdf.MAX_INFLATED + 2 * metered_pdf.MAX_TABLES
    assert work.read <= 16 * (metered_pdf.MAX_STEPS + LIMIT)
    assert checked is None or checked.content_type in documents.ALLOWED


@given(
    content=st.deferred(lambda: st.sampled_from(seeds()[5:])),
    cut=st.integers(0, 400),
    put=st.binary(max_size=40),
)
def test_a_bare_picture_is_bare_and_no_longer_than_it_was(content, cut, put):
    try:
        found = bare_pictures.bare(content[:cut] + put + content[cut:])
    except DocumentRefused:
        return
    assert b"Exif\x00\x00" not in found.content
    assert found.scans <= bare_pictures.MAX_SCANS
    assert len(found.content) <= len(content) + len(put) + 24
