"""Files made by somebody who means harm: each is refused, or harmless when it is shown."""

from __future__ import annotations

import io
import re
import time

import pytest
from PIL import Image

from factories.marks import HONEST, HOSTILE, IMAGE, RUNS, SHAPE, png, svg
from fairgate_marks import Kind, MarkRefused, Reason, read
from fairgate_marks import allowed as lists
from fairgate_marks.xml_reading import tree_of

AT_MOST = 2_000_000
REFUSED = {name: case for name, case in HOSTILE.items() if case[1]}
SHOWN = {name: content for name, (content, reason) in HOSTILE.items() if not reason}
# What none of our SVG files has, whatever was uploaded.
NEVER = ("script", "foreign", "style", "class", "http", "data:", "<!", "<?", "evil", "&", "alert")


def elements(node):
    yield node
    for child in node.children:
        yield from elements(child)


@pytest.mark.parametrize("name", REFUSED)
def test_it_is_refused_in_seconds_with_one_sentence(name):
    content, reason = REFUSED[name]
    begun = time.process_time()

    with pytest.raises(MarkRefused) as caught:
        read(content, at_most=AT_MOST)

    assert caught.value.reason is reason
    assert not re.search("{(found|limit)}", str(caught.value))
    assert len(str(caught.value).splitlines()) == 1
    assert time.process_time() - begun < 5


@pytest.mark.parametrize("name", SHOWN)
def test_what_is_shown_has_nothing_of_the_harm(name):
    mark = read(SHOWN[name], at_most=AT_MOST)

    whole = mark.content.decode("latin-1").replace(lists.SVG, "", 1)
    assert not [word for word in NEVER if word in whole and mark.kind is Kind.SVG]
    assert RUNS not in whole
    assert len(mark.content) < 1_000


@pytest.mark.parametrize("name", [*SHOWN, *HONEST])
def test_what_is_shown_consists_of_what_the_lists_allow(name):
    mark = read({**SHOWN, **HONEST}[name], at_most=AT_MOST)

    found = list(elements(tree_of(mark.content))) if mark.kind is Kind.SVG else []
    assert {node.name for node in found} <= lists.ELEMENTS
    assert not [
        (node.name, attribute)
        for node in found
        for attribute in node.attributes
        if attribute not in {"id", *lists.PROPERTIES, *lists.ATTRIBUTES[node.name]}
    ]


def test_the_corpus_is_large():
    assert len(HOSTILE) >= 120


@pytest.mark.parametrize("reason", Reason)
def test_each_reason_is_given_by_a_file_of_the_corpus(reason):
    # A limit of bytes is the caller's; drawing comes after reading.
    others = {Reason.TOO_LARGE, Reason.CANNOT_BE_DRAWN}
    assert reason in others or reason in {found for _, found in HOSTILE.values()}


def test_a_refusal_says_line_element_and_attribute():
    content = svg(f"\n\n<g>\n<rect\nfill='url({IMAGE})'/></g>")

    with pytest.raises(MarkRefused) as caught:
        read(content, at_most=AT_MOST)

    refusal = caught.value
    assert (refusal.line, refusal.element, refusal.attribute) == (4, "rect", "fill")
    assert str(refusal) == (
        "line 4, <rect>, fill: It points to something outside the file: "
        "data:image/png;base64,iVBORw0KGgo=. Only #names of this file may."
    )


def test_a_refusal_quotes_little_and_nothing_that_breaks_the_line():
    with pytest.raises(MarkRefused) as caught:
        read(svg(f'<rect fill="a&#10;\u202eb{"c" * 90}"/>'), at_most=AT_MOST)

    assert caught.value.found.startswith("a  bccc")
    assert len(caught.value.found) == 60


def test_a_file_with_one_byte_too_many_is_refused():
    content = png()
    assert read(content, at_most=len(content))

    with pytest.raises(MarkRefused, match=f"more than {len(content) - 1} bytes") as caught:
        read(content, at_most=len(content) - 1)
    assert caught.value.reason is Reason.TOO_LARGE


@pytest.mark.parametrize("name", [name for name in SHOWN if "PNG" in name])
def test_a_png_keeps_its_pixels_and_nothing_else(name):
    mark = read(SHOWN[name], at_most=AT_MOST)

    with Image.open(io.BytesIO(mark.content)) as shown, Image.open(io.BytesIO(png())) as plain:
        assert shown.tobytes() == plain.tobytes()
        assert not shown.info


def test_the_worst_sheet_of_styles_is_read_in_seconds():
    rules = "".join(f".a{at},rect{{fill:red;font-{'a' * at}:x}}" for at in range(140))
    content = svg(f"<style>{rules}</style>{SHAPE * 4_900}")
    begun = time.process_time()

    assert read(content, at_most=AT_MOST)

    assert time.process_time() - begun < 5
