"""Credentials in pictures: baked in, read out, and the picture is still the same."""

from __future__ import annotations

import io
import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from PIL import Image

from factories.awarded import NOW, SVG, award, png, published, signed_list, signing_key
from fairgate_badges import BadgeRefused, PictureRefused, bake, issue, unbake, verify
from fairgate_badges.png import SIGNATURE

TOKEN = issue(award(), key=signing_key(), language="en")
NAMESPACE = "https://purl.imsglobal.org/ob/v3p0"
MODES = ("1", "L", "LA", "P", "RGB", "RGBA")


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def pixels(picture):
    with Image.open(io.BytesIO(picture)) as image:
        return image.mode, image.size, image.tobytes()


def svg(inside, start='<svg xmlns="http://www.w3.org/2000/svg">'):
    return f"{start}{inside}</svg>".encode()


@given(st.integers(1, 40), st.integers(1, 40), st.sampled_from(MODES))
def test_any_png_keeps_its_pixels_and_gives_the_credential_back(width, height, mode):
    picture = png(width, height, mode)

    baked = bake(picture, TOKEN)

    assert unbake(baked) == TOKEN
    assert pixels(baked) == pixels(picture)


shapes = st.recursive(
    st.sampled_from(["<rect/>", "<!-- note -->", "text é", "<a:b xmlns:a='urn:a'/>"]),
    lambda inner: st.lists(inner, max_size=4).map(lambda parts: f"<g>{''.join(parts)}</g>"),
    max_leaves=12,
)


@given(st.lists(shapes, max_size=6))
def test_any_svg_keeps_its_content_and_gives_the_credential_back(parts):
    picture = svg("".join(parts))

    baked = bake(picture, TOKEN)
    tree = etree.fromstring(baked)
    credential = tree[0]
    after = credential.tail or ""
    tree.remove(credential)
    tree.text = after or None

    assert unbake(baked) == TOKEN
    assert etree.tostring(tree, method="c14n2") == etree.tostring(
        etree.fromstring(picture), method="c14n2"
    )


@pytest.mark.parametrize("picture", [png(), SVG])
def test_the_same_picture_and_credential_give_the_same_bytes(picture):
    assert bake(picture, TOKEN) == bake(picture, TOKEN)


@pytest.mark.parametrize("picture", [png(), SVG])
def test_a_picture_that_had_a_credential_has_the_new_one_only(picture):
    other = issue(award(status=None), key=signing_key(), language="en")

    assert bake(bake(picture, other), TOKEN) == bake(picture, TOKEN)


@pytest.mark.parametrize("picture", [png(), SVG])
@given(data=st.data())
def test_a_credential_changed_inside_its_picture_never_verifies(picture, data):
    baked = bake(picture, TOKEN)
    place = baked.index(TOKEN.encode()) + data.draw(st.integers(0, len(TOKEN) - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda value: value != baked[place]))
    tampered = baked[:place] + bytes([byte]) + baked[place + 1 :]

    try:
        read = unbake(tampered)
    except PictureRefused:
        return
    assert not verify(read, keys=published(), at=NOW, status_list=signed_list()).is_valid


@given(st.binary(max_size=200))
def test_any_other_file_is_refused(data):
    for start in (b"", SIGNATURE, b"<svg"):
        with pytest.raises(PictureRefused):
            unbake(start + data)


def test_a_png_holds_the_chunk_of_the_specification_before_its_image_data():
    baked = bake(png(), TOKEN)
    expected = chunk(b"iTXt", b"openbadgecredential\0\0\0\0\0" + TOKEN.encode())

    head = 8 + 25
    assert baked == png()[:head] + expected + png()[head:]


def test_an_svg_holds_the_element_of_the_specification_first():
    root = etree.fromstring(bake(SVG, TOKEN))

    assert root.nsmap["openbadges"] == NAMESPACE
    assert root[0].tag == f"{{{NAMESPACE}}}credential"
    assert dict(root[0].attrib) == {"verify": TOKEN}
    assert b"<openbadges:credential verify=" in bake(SVG, TOKEN)
    assert "Gold é".encode() in bake(SVG, TOKEN)


def test_the_badge_of_an_older_version_stays_where_it_is():
    old = svg(
        '<openbadges:assertion verify="a"/>',
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:openbadges="http://openbadges.org">',
    )

    root = etree.fromstring(bake(old, TOKEN))

    assert [child.tag for child in root] == [
        f"{{{NAMESPACE}}}credential",
        "{http://openbadges.org}assertion",
    ]


def test_an_old_credential_anywhere_in_an_svg_leaves_its_surroundings():
    old = svg(
        f'<g>a<x:credential xmlns:x="{NAMESPACE}" verify="t"/>b</g>'
        f'c<x:credential xmlns:x="{NAMESPACE}"/>d'
    )

    baked = bake(old, TOKEN)

    assert unbake(baked) == TOKEN
    assert "".join(etree.fromstring(baked).itertext()) == "abcd"


def test_a_picture_without_a_credential_says_so():
    for picture in (png(), SVG):
        with pytest.raises(PictureRefused, match="has no credential in it"):
            unbake(picture)


def test_a_picture_with_two_credentials_is_not_read():
    text = chunk(b"iTXt", b"openbadgecredential\0\0\0\0\0a.b.c")
    twice = png()[:33] + text + text + png()[33:]
    element = f'<o:credential xmlns:o="{NAMESPACE}" verify="a.b.c"/>'

    for picture in (twice, svg(element + element)):
        with pytest.raises(PictureRefused, match="has 2 credentials in it"):
            unbake(picture)


def test_another_text_of_a_png_is_none_of_ours():
    other = png()[:33] + chunk(b"iTXt", b"Comment\0\0\0\0\0openbadgecredential") + png()[33:]

    with pytest.raises(PictureRefused, match="no credential"):
        unbake(other)
    assert b"Comment" in bake(other, TOKEN)


def test_a_compressed_credential_is_not_unpacked():
    packed = b"openbadgecredential\0\1\0\0\0" + zlib.compress(TOKEN.encode())

    with pytest.raises(PictureRefused, match="compressed"):
        unbake(png()[:33] + chunk(b"iTXt", packed) + png()[33:])


def test_a_credential_with_an_embedded_proof_is_named_as_what_it_is():
    with pytest.raises(PictureRefused, match="an embedded proof"):
        unbake(svg(f'<o:credential xmlns:o="{NAMESPACE}">{{}}</o:credential>'))


@pytest.mark.parametrize(
    ("picture", "why"),
    [
        (b"GIF89a", "neither a PNG nor an SVG"),
        (SIGNATURE, "no beginning or no end"),
        (png()[:-12], "no beginning or no end"),
        (png()[:-3], "cut off"),
        (png()[:40], "cut off"),
        (png() + b"<script>", "goes on after its end"),
        (png()[:20] + b"\xff" + png()[21:], "a checksum is wrong"),
        (SIGNATURE + png()[33:], "no beginning or no end"),
        (b"<svg", "no well-formed XML"),
        (b"<html xmlns='http://www.w3.org/1999/xhtml'/>", "no SVG"),
        (b"<svg/>", "no SVG"),
        (SVG.decode().encode("utf-16"), "neither a PNG nor an SVG"),
        (b"<!DOCTYPE svg>" + svg(""), "has a document type"),
        (b'<!DOCTYPE svg [<!ENTITY a "b">]>' + svg("&a;"), "has a document type"),
        (b'<!DOCTYPE svg SYSTEM "file:///etc/passwd">' + svg(""), "has a document type"),
        (b" " * (10 * 1024 * 1024 + 1), "are possible"),
    ],
)
def test_what_is_no_whole_picture_is_refused_with_a_sentence(picture, why):
    with pytest.raises(PictureRefused, match=why):
        bake(picture, TOKEN)


@pytest.mark.parametrize("token", ["", "a.b", 'a.b.c"/><script/>', "a.b.é", "a.b.c\n"])
def test_only_a_signed_credential_is_baked(token):
    with pytest.raises(BadgeRefused, match="no signed credential"):
        bake(png(), token)
