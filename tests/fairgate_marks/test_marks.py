"""Honest logos come out looking the same, in one way of writing, and as pictures."""

from __future__ import annotations

import hashlib
import io
import os
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageChops

import fairgate_papers
import fairgate_papers.drawing
from factories.marks import BOX, HONEST, SHAPE, png, svg
from fairgate_marks import HEADERS, Kind, MarkRefused, Reason, pictures, read

AT_MOST = 1_000_000
MARKS = {**HONEST, "a PNG": png((400, 200))}

_numbers = st.one_of(
    st.integers(-1000, 1000).map(str), st.decimals(-99, 99, places=2).map(str), st.just("1e2")
)
_colours = st.sampled_from(("red", "#AbC", "rgb(1,2,3)", "url(#a)", "none", "currentColor"))
_shapes = st.builds(
    '<path d="M{0} {1}c{2},{3} {0} {1},{2}-5" fill="{4}" style="stroke:{5};opacity:.{6}"/>'.format,
    _numbers,
    _numbers,
    _numbers,
    _numbers,
    _colours,
    _colours,
    st.integers(0, 9),
)
_logos = st.lists(_shapes, min_size=1, max_size=5).map(
    lambda shapes: svg(
        f'<linearGradient id="a"><stop stop-color="red"/></linearGradient><g>{"".join(shapes)}</g>'
    )
)
_PIECES = """
    <svg> </svg> <g <rect <use <style> </style> {fill:red} id=a href="#a" fill="url(#a)" d="M0,0"
    /> > < " javascript: onload= <!-- --> <![CDATA[ ]]> & &lt; xlink:
"""
_words = st.sampled_from(_PIECES.split())


def pixels(content: bytes) -> Image.Image:
    with Image.open(io.BytesIO(content)) as opened:
        return opened.convert("RGBA")


def over(content: bytes, colour: str) -> Image.Image:
    """A picture as it looks on a ground of some colour."""
    drawn = pixels(content)
    ground = Image.new("RGBA", drawn.size, colour)
    return Image.alpha_composite(ground, drawn).convert("RGB")


def furthest(one: Image.Image, other: Image.Image) -> int:
    """How far the two are apart where they differ most, from 0 to 255."""
    return max(high for _, high in ImageChops.difference(one, other).getextrema())


@pytest.mark.parametrize("name", HONEST)
def test_an_honest_logo_looks_as_before(name):
    mark = read(HONEST[name], at_most=AT_MOST)

    before = fairgate_papers.draw(HONEST[name], width=400, height=200)
    after = fairgate_papers.draw(mark.content, width=400, height=200)
    # Inkscape's millimetres are rounded to thousandths of a pixel, which edges show a little.
    assert furthest(over(before, "white"), over(after, "white")) <= 16
    assert furthest(over(before, "black"), over(after, "black")) <= 16
    assert pixels(after).getextrema()[3][1] > 0


@pytest.mark.parametrize("name", MARKS)
def test_what_was_written_is_read_as_the_same_mark(name):
    mark = read(MARKS[name], at_most=AT_MOST)

    assert read(mark.content, at_most=AT_MOST) == mark


@given(_logos)
def test_any_logo_is_written_the_same_way_when_it_is_read_again(content):
    mark = read(content, at_most=AT_MOST)

    assert read(mark.content, at_most=AT_MOST) == mark
    assert mark.content.isascii()


@given(
    st.lists(_words, max_size=30).map(" ".join)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=200)
)
def test_any_text_inside_is_a_mark_or_refused(inside):
    with pytest.raises(MarkRefused):
        raise _refusal(svg(f"{SHAPE}{inside}"))


def _refusal(content: bytes) -> MarkRefused:
    """Why it is refused; for what is not, that it is read again as the same."""
    try:
        mark = read(content, at_most=AT_MOST)
    except MarkRefused as refusal:
        return refusal
    assert read(mark.content, at_most=AT_MOST) == mark
    return MarkRefused(Reason.EMPTY)


@given(st.binary(max_size=60), st.integers(0, 80))
def test_a_png_with_any_bytes_changed_is_a_mark_or_refused(noise, at):
    whole = png()
    content = whole[:at] + noise + whole[at + len(noise) :]

    with pytest.raises(MarkRefused):
        raise _refusal(content)


def test_two_marks_in_one_page_do_not_share_names():
    one, other = (
        read(
            svg(
                f'<linearGradient id="a"><stop stop-color="{colour}"/></linearGradient>'
                '<rect width="9" height="9" fill="url(#a)"/>'
            ),
            at_most=AT_MOST,
        )
        for colour in ("red", "blue")
    )

    assert one.content.split(b'id="')[1][:9] != other.content.split(b'id="')[1][:9]


def test_a_name_in_any_script_is_followed():
    mark = read(svg(f'<g id="Слой_1">{SHAPE}</g><use href="#Слой_1" x="50"/>'), at_most=AT_MOST)

    assert mark.content.count(b"-0") == 2


@pytest.mark.parametrize(
    ("attributes", "size"),
    [
        (BOX, (200, 100)),
        ('width="50" height="20"', (50, 20)),
        (f'{BOX} width="50"', (50, 25)),
        (f'{BOX} height="50px"', (100, 50)),
        (f'{BOX} width="1in" height="72pt"', (96, 96)),
        (f'{BOX} width="100%" height="100%"', (200, 100)),
        ('viewBox="-10,-10 33.333 44" preserveAspectRatio="xMinYMin slice"', (33.333, 44)),
    ],
)
def test_a_mark_knows_its_size(attributes, size):
    mark = read(svg(SHAPE, attributes=attributes), at_most=AT_MOST)

    assert (mark.width, mark.height) == size
    assert mark.aspect == size[0] / size[1]
    assert f'width="{size[0]}"'.encode() in mark.content


def test_a_heavier_rule_wins_over_a_later_one_and_the_elements_own_style_over_both():
    mark = read(
        svg(
            "<style>#a{fill:red}.b.c{stroke:red}rect{fill:blue}*{stroke:blue;opacity:.1}"
            '.c{stroke:green}</style><rect id="a" class="b c" width="9" height="9" fill="pink"'
            ' style="opacity:.7"/>'
        ),
        at_most=AT_MOST,
    )

    assert b'<rect fill="red" height="9" opacity=".7" stroke="red" width="9"/>' in mark.content


@pytest.mark.parametrize(
    "inside",
    [
        '<path d="M1 1 2"/>',
        '<path d="L1 1"/>',
        '<path d="M1 1z5"/>',
        '<path d="M1 1h"/>',
        '<path d="M1 1a1 1 0 2 0 1 1"/>',
        '<path d="M1 1?"/>',
        '<path d="M1 1" transform="turn(1)"/>',
        '<path d="M1 1" transform="rotate(1 2)"/>',
        '<path d="M1 1" fill="rgb(1,2)"/>',
        '<path d="M1 1" fill="url(#a"/>',
        '<path d="M1 1" clip-path="url(#a) red"/>',
        '<path d="M1 1" fill-rule="odd"/>',
        '<polygon points="1 2 3"/>',
        '<polygon points="1 2 x"/>',
        '<rect width="5em"/>',
    ],
)
def test_a_value_that_readers_would_take_differently_is_refused(inside):
    with pytest.raises(MarkRefused) as caught:
        read(svg(inside), at_most=AT_MOST)
    assert caught.value.reason is Reason.VALUE


@pytest.mark.parametrize(
    "style", ["a{fill}", "a{fill:red", "a b{fill:red}", "{fill:red}", "a{fill:red}}", "a{a:b:c}"]
)
def test_a_style_that_is_not_simple_is_refused(style):
    with pytest.raises(MarkRefused) as caught:
        read(svg(f"<style>{style}</style>{SHAPE}"), at_most=AT_MOST)
    assert caught.value.reason is Reason.STYLE_RULE


def test_too_many_rules_are_refused():
    with pytest.raises(MarkRefused, match="more than 300"):
        read(svg(f"<style>{'a{}' * 301}</style>{SHAPE}"), at_most=AT_MOST)


@pytest.mark.parametrize(
    "attribute",
    [
        'fill="transparent"',
        'fill="CurrentColor"',
        'rx="auto"',
        'stroke-dasharray="none"',
        'stroke-dasharray="0, 0px" stroke-dashoffset="4"',
        'mask="none"',
        'xlink:type="simple"',
        'xml:space="preserve"',
        'role="img"',
        'data-name="x"',
        'filter="none"',
    ],
)
def test_what_means_nothing_is_no_reason_to_refuse(attribute):
    assert read(svg(f'<rect width="9" height="9" {attribute}/>'), at_most=AT_MOST)


def test_an_empty_path_draws_nothing_and_does_no_harm():
    assert b'<path d=""/>' in read(svg(f'<path d=" none"/>{SHAPE}'), at_most=AT_MOST).content


@pytest.mark.parametrize("name", MARKS)
def test_pictures_have_the_height_that_was_asked_for_and_the_proportions_of_the_mark(name):
    mark = read(MARKS[name], at_most=AT_MOST)

    drawn = pictures(mark, heights=(24, 60))

    assert [(one.height, one.scale, one.pixels) for one in drawn] == [
        (24, 1, (48, 24)),
        (24, 2, (96, 48)),
        (60, 1, (120, 60)),
        (60, 2, (240, 120)),
    ]
    assert [pixels(one.content).size for one in drawn] == [one.pixels for one in drawn]


@pytest.mark.parametrize("name", [name for name in HONEST if "gradients" not in name])
def test_a_flat_logo_gets_a_palette_and_loses_nothing(name):
    mark = read(HONEST[name], at_most=AT_MOST)
    full = fairgate_papers.draw(mark.content, width=192, height=96)

    (small,) = pictures(mark, heights=(96,), scales=(1,))

    with Image.open(io.BytesIO(small.content)) as opened:
        assert opened.mode == "P"
    assert len(small.content) < len(full) * 0.8
    for ground in ("white", "black", "red"):
        assert furthest(over(full, ground), over(small.content, ground)) == 0


def test_a_logo_with_gradients_gets_a_palette_that_is_close():
    mark = read(HONEST["gradients and a group"], at_most=AT_MOST)
    full = fairgate_papers.draw(mark.content, width=192, height=96)

    (small,) = pictures(mark, heights=(96,), scales=(1,))

    with Image.open(io.BytesIO(small.content)) as opened:
        assert opened.mode == "P"
    assert len(small.content) < len(full) / 2
    assert furthest(over(full, "white"), over(small.content, "white")) <= 32


def test_a_palette_that_saves_little_is_not_taken():
    noise = Image.effect_noise((40, 20), 90).convert("RGB")
    shifted = ImageChops.offset(noise, 7)
    file = io.BytesIO()
    Image.merge("RGB", (*noise.split()[:2], shifted.split()[0])).save(file, "PNG")
    mark = read(file.getvalue(), at_most=AT_MOST)

    (drawn,) = pictures(mark, heights=(20,), scales=(1,))

    assert drawn.content == mark.content


def test_a_png_is_never_enlarged():
    mark = read(png((60, 30)), at_most=AT_MOST)

    assert [one.pixels for one in pictures(mark, heights=(20, 40))] == [
        (40, 20),
        (60, 30),
        (60, 30),
        (60, 30),
    ]


def test_a_png_without_transparency_has_none_and_what_is_transparent_has_no_colour():
    opaque = read(png(colour=(1, 2, 3, 255)), at_most=AT_MOST)
    hidden = read(png(colour=(1, 2, 3, 0)), at_most=AT_MOST)

    with Image.open(io.BytesIO(opaque.content)) as opened:
        assert opened.mode == "RGB"
    assert pixels(hidden.content).getcolors() == [(800, (0, 0, 0, 0))]


@pytest.mark.parametrize("mode", ["L", "P", "1", "RGB", "LA"])
def test_a_png_of_any_kind_of_colours_is_read(mode):
    file = io.BytesIO()
    Image.new("RGB", (40, 20), "white").convert(mode).save(file, "PNG")

    assert pixels(read(file.getvalue(), at_most=AT_MOST).content).getpixel((5, 5)) == (255,) * 4


@pytest.mark.parametrize("height", [0, 1_000])
def test_a_picture_of_too_many_pixels_or_none_is_not_drawn(height):
    with pytest.raises(ValueError, match="is not drawn"):
        pictures(read(svg(SHAPE), at_most=AT_MOST), heights=(height,))


def test_a_mark_that_breaks_what_draws_it_is_refused_and_only_then():
    # Within all limits, and yet the renderer panics on it: nobody knows all of its edges.
    mark = read(
        svg(
            '<g transform="scale(1e6)"><g transform="scale(1e6)"><path d="M-1e6-1e6C1e6 1e6 1e6 0 3'
            ' 3z" stroke="red" stroke-width="1e6"/></g></g>'
        ),
        at_most=AT_MOST,
    )

    with pytest.raises(MarkRefused) as caught:
        pictures(mark, heights=(500,), scales=(1,))
    assert caught.value.reason is Reason.CANNOT_BE_DRAWN


def test_a_mark_that_takes_too_long_to_draw_is_refused(monkeypatch):
    monkeypatch.setattr(fairgate_papers.drawing, "SECONDS", 0.001)

    with pytest.raises(MarkRefused, match="No picture could be made"):
        pictures(read(svg(SHAPE), at_most=AT_MOST), heights=(10,))


def test_a_missing_typesetter_is_not_the_fault_of_the_mark(monkeypatch):
    monkeypatch.setitem(sys.modules, "typst", None)

    with pytest.raises(fairgate_papers.TypesetterMissing, match="need the package typst"):
        pictures(read(svg(SHAPE), at_most=AT_MOST), heights=(10,))


def test_another_process_makes_the_same_bytes():
    code = (
        "import hashlib; from factories.marks import HONEST; from fairgate_marks import *\n"
        "for content in HONEST.values():\n"
        "    mark = read(content, at_most=9_999)\n"
        "    print(mark.sha256, *(one.sha256 for one in pictures(mark, heights=(48,))))"
    )
    other = {"PYTHONPATH": os.pathsep.join(sys.path), "PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo"}

    done = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, **other}, capture_output=True, check=True
    )

    marks = [read(content, at_most=AT_MOST) for content in HONEST.values()]
    assert done.stdout.decode().split() == [
        digest
        for mark in marks
        for digest in (mark.sha256, *(one.sha256 for one in pictures(mark, heights=(48,))))
    ]


def test_a_version_is_named_by_the_hash_of_its_bytes():
    mark = read(svg(SHAPE), at_most=AT_MOST)

    assert mark.sha256 == hashlib.sha256(mark.content).hexdigest()
    assert (mark.kind, mark.kind.suffix) == ("image/svg+xml", ".svg")


@pytest.mark.parametrize("kind", Kind)
def test_a_mark_is_served_with_a_second_wall(kind):
    headers = HEADERS[kind]

    assert headers["Content-Type"].startswith(kind)
    assert headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert headers["X-Content-Type-Options"] == "nosniff"
    with pytest.raises(TypeError):
        headers["Content-Type"] = "text/html"
