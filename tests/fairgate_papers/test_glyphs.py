"""Names in any script: printed, or said to be missing; never a silent box."""

from __future__ import annotations

import io
import logging
import struct
from pathlib import Path

import pytest
from PIL import ImageFont

import reading_pdfs
from factories.printed import paper
from fairgate_papers import Block, has_fonts, missing_glyphs, render, scripts
from fairgate_papers.glyph_tables import characters

FONTS = Path(__file__).parents[2] / "libs/fairgate_papers/fonts"
FILES = sorted(path for path in FONTS.iterdir() if path.suffix in {".otf", ".ttf"})
# A name of a country or a city in its own script.
SHOWN = {
    "Arabic": "موريتانيا افغانستان سنڌ ئۇيغۇر",
    "Amharic": "አዲስ አበባ",
    "Bengali": "বাংলাদেশ",
    "Chinese": "中华人民共和国 镕喆堃 陳偉",
    "Cyrillic": "Ўзбекистон Қазақстан Ђорђе",
    "Dhivehi": "ދިވެހި",
    "French": "Côte d’Ivoire œuvre",
    "Fula": "𞤆𞤵𞤤𞤢𞤪",
    "Georgian": "საქართველო",
    "Greek": "Ελλάδα",
    "Hausa": "Ɓauchi ƙasa ɗan",
    "Hebrew": "ישראל",
    "Japanese": "すみれ カナ",
    "Khmer": "ភ្នំពេញ",
    "Lao": "ວຽງຈັນ",
    "Myanmar": "မြန်မာ",
    "N’Ko": "ߒߞߏ",
    "Nepali": "नेपाल काठमाडौँ",
    "Sinhala": "ශ්‍රී ලංකා",
    "Spanish": "¿Señor? ¡Sí!",
    "Tamil": "தமிழ்",
    "Thai": "กรุงเทพฯ",
    "Vietnamese": "Nguyễn Thị Hồng",
    "Yoruba": "Ọ̀yọ́",
    "money": "€ £ ¥ ₣ ₦ ₹ ₽ − – · № %",
}


@pytest.mark.parametrize("language", SHOWN)
def test_the_scripts_of_our_learners_are_printed(language):
    assert missing_glyphs(SHOWN[language]) == frozenset()
    assert b"pdfuaid" in render(paper(recipient=Block(name=SHOWN[language])))


def test_what_no_font_has_is_told():
    assert missing_glyphs("Kim 김구 \u200d\ufe0f\n") == {"김", "구"}
    assert scripts(missing_glyphs("김 ગુજ ᚠ \ue000")) == ("GUJARATI", "HANGUL", "RUNIC", "UNNAMED")


def test_what_no_font_has_is_printed_as_code_points_and_logged_without_the_name(caplog):
    with caplog.at_level(logging.WARNING):
        file = render(paper(recipient=Block(name="Kim 김구")))

    assert "Kim [U+AE40 U+AD6C]" in reading_pdfs.pages(file)[0]
    (message,) = caplog.messages
    assert message == "no font for the script of a text: paper=L-7 scripts=HANGUL"


def test_a_folder_of_the_operator_adds_a_script(tmp_path):
    (tmp_path / "Runic.ttf").write_bytes(font_with(0x16A0))

    assert has_fonts(tmp_path)
    assert missing_glyphs("ᚠ") == {"ᚠ"}
    assert missing_glyphs("ᚠ", (tmp_path,)) == frozenset()
    page = reading_pdfs.pages(render(paper(recipient=Block(name="ᚠ")), folders=(tmp_path,)))[0]
    assert "[U+16A0]" not in page


def test_a_folder_without_fonts_has_none(tmp_path):
    (tmp_path / "broken.ttf").write_bytes(b"no font")

    assert not has_fonts(tmp_path)
    assert not has_fonts(tmp_path / "absent")
    assert missing_glyphs("A", (tmp_path,)) == frozenset()


def test_every_font_says_which_characters_it_has():
    counts = {font.name: len(characters(font)) for font in FILES}

    assert min(counts.values()) > 40
    assert counts["NotoSansCJKsc-Regular.otf"] > 7800
    assert sum(font.stat().st_size for font in FILES) < 5_000_000


@pytest.mark.parametrize("font", [path.name for path in FILES])
def test_our_reading_of_a_font_agrees_with_freetype(font):
    known = characters(FONTS / font)
    drawn = ImageFont.truetype(io.BytesIO((FONTS / font).read_bytes()), 40)
    box = drawn.getmask("\U0010fffe").getbbox(), drawn.getlength("\U0010fffe")
    every = sorted(known)[:: max(1, len(known) // 40)]
    sample = [chr(code) for code in every if chr(code).isalpha()]

    assert sample
    assert [s for s in sample if (drawn.getmask(s).getbbox(), drawn.getlength(s)) == box] == []


@pytest.mark.parametrize(
    "content",
    [b"", b"ttcf", b"\x00\x01\x00\x00\x00\x09", b"ttcf" + b"\xff" * 40, b"\x00" * 64],
)
def test_a_file_that_is_cut_short_or_no_font_has_no_characters(tmp_path, content):
    path = tmp_path / "x.ttf"
    path.write_bytes(content)

    assert characters(path) == frozenset()
    assert characters(tmp_path / "absent.ttf") == frozenset()


def test_both_formats_and_places_in_a_collection_are_read(tmp_path):
    path = tmp_path / "x.ttc"
    inner = character_map(*format_12((0x41, 0x43, 5), (0x1F600, 0x1F600, 9), (0x50, 0x51, 0)))
    head = b"ttcf" + struct.pack(">HHII", 1, 0, 1, 16)
    path.write_bytes(head + sfnt(inner, 16))

    assert characters(path, 0) == {0x41, 0x42, 0x43, 0x1F600, 0x51}
    assert characters(path, 3) == frozenset()


def test_a_format_that_unicode_fonts_do_not_use_is_passed_over(tmp_path):
    path = tmp_path / "x.ttf"
    path.write_bytes(sfnt(character_map(3, 1, struct.pack(">HHH", 6, 10, 0)), 0))

    assert characters(path) == frozenset()


def format_12(*groups):
    body = b"".join(struct.pack(">III", *group) for group in groups)
    return 3, 10, struct.pack(">HHIII", 12, 0, 16 + len(body), 0, len(groups)) + body


def character_map(platform, encoding, subtable):
    return struct.pack(">HHHHI", 0, 1, platform, encoding, 12) + subtable


def sfnt(cmap, start):
    """A font of one table, which stands ``start`` bytes into its file."""
    directory = b"\x00\x01\x00\x00" + struct.pack(">HHHH", 1, 0, 0, 0)
    entry = b"cmap" + struct.pack(">III", 0, start + 28, len(cmap))
    return directory + entry + cmap


def test_a_font_without_such_a_table_has_no_characters(tmp_path):
    path = tmp_path / "x.ttf"
    path.write_bytes(sfnt(b"", 0).replace(b"cmap", b"glyf"))

    assert characters(path) == frozenset()


def test_a_character_that_points_to_the_empty_glyph_is_missing(tmp_path):
    # Segments: A to C by places in an array of glyphs, of which the second is 0; and the last one.
    arrays = struct.pack(">HHHHHHHHHHHH", 0x43, 0xFFFF, 0, 0x41, 0xFFFF, 0, 1, 4, 0, 7, 0, 9)
    subtable = struct.pack(">HHHHHHH", 4, 14 + len(arrays), 0, 4, 4, 1, 0) + arrays
    path = tmp_path / "x.ttf"
    path.write_bytes(sfnt(character_map(3, 1, subtable), 0))

    assert characters(path) == {0x41, 0x43}


def test_a_map_for_something_else_than_unicode_is_passed_over(tmp_path):
    path = tmp_path / "x.ttf"
    path.write_bytes(sfnt(character_map(1, 0, format_12((0x41, 0x43, 5))[2]), 0))

    assert characters(path) == frozenset()


def font_with(code):
    """A font of ours whose one letter ``ߊ`` (N’Ko) is at another place."""
    font = bytearray((FONTS / "NotoSansNKo-Regular.ttf").read_bytes())
    count = struct.unpack_from(">H", font, 4)[0]
    for place in range(12, 12 + 16 * count, 16):
        if font[place : place + 4] == b"cmap":
            cmap = character_map(*format_12((code, code, 10)))
            struct.pack_into(">II", font, place + 8, len(font), len(cmap))
            font += cmap
    return bytes(font)
