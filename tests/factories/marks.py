"""Logos: honest ones as editors write them, and files made by somebody who means harm."""

from __future__ import annotations

import gzip
import io
import struct
import zipfile
import zlib

from PIL import Image

from fairgate_marks import Reason

SVG = 'xmlns="http://www.w3.org/2000/svg"'
XLINK = 'xmlns:xlink="http://www.w3.org/1999/xlink"'
BOX = 'viewBox="0 0 200 100"'
SHAPE = '<rect width="100" height="50" fill="#0b4a6f"/>'
# What a script of ours would do if one ran: the page and the network both notice.
RUNS = "window.ran=1;top.ran=1;alert(1);fetch('https://evil.example/ran')"


def svg(inside: str, *, attributes: str = BOX, before: str = "") -> bytes:
    """An SVG with something inside."""
    return f"{before}<svg {SVG} {XLINK} {attributes}>{inside}</svg>".encode()


def chunk(name: bytes, data: bytes) -> bytes:
    """A part of a PNG with its frame."""
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(size: tuple[int, int] = (40, 20), mode: str = "RGBA", colour: object = None) -> bytes:
    """A PNG of one colour."""
    file = io.BytesIO()
    Image.new(mode, size, colour or (11, 74, 111, 200)).save(file, "PNG")
    return file.getvalue()


def png_with(*parts: bytes) -> bytes:
    """A PNG with parts between its header and its pixels."""
    whole = png()
    return whole[:33] + b"".join(parts) + whole[33:]


def png_of(width: int, height: int, *, depth: int = 8) -> bytes:
    """A PNG that only says how large it is."""
    header = struct.pack(">IIBBBBB", width, height, depth, 6, 0, 0, 0)
    pixels = zlib.compress(b"\0" * 100)
    parts = chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


def overflowing() -> bytes:
    """A PNG whose pixels are followed by fifty million bytes more, all in a few kilobytes."""
    whole = png()
    length = int.from_bytes(whole[33:37], "big")
    pixels = zlib.decompress(whole[41 : 41 + length])
    more = chunk(b"IDAT", zlib.compress(pixels + b"\0" * 50_000_000))
    return whole[:33] + more + chunk(b"IEND", b"")


def zipped() -> bytes:
    """A ZIP file, which is read from its end."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("page.html", f"<script>{RUNS}</script>")
    return file.getvalue()


def doubling(levels: int) -> str:
    """Groups that each use the one before ten times: ten to the power of their number."""
    groups = [f'<g id="g0">{SHAPE}</g>']
    groups += [
        f'<g id="g{level}">{f"""<use href="#g{level - 1}"/>""" * 10}</g>'
        for level in range(1, levels)
    ]
    return f'<defs>{"".join(groups)}</defs><use href="#g{levels - 1}"/>'


def chain(length: int, *, is_turned: bool = False) -> str:
    """Gradients that each take their colours from the next one."""
    order = range(length)[:: -1 if is_turned else 1]
    links = "".join(f'<linearGradient id="n{n}" href="#n{n + 1}"/>' for n in order)
    last = f'<linearGradient id="n{length}"><stop stop-color="red"/></linearGradient>'
    gradients = f"{last}{links}" if is_turned else f"{links}{last}"
    return f'<defs>{gradients}</defs><rect width="9" height="9" fill="url(#n0)"/>'


LAUGHS = (
    '<!DOCTYPE svg [<!ENTITY a "ha">'
    + "".join(
        f'<!ENTITY {name} "{f"&{before};" * 10}">'
        for before, name in zip("abcdefgh", "bcdefghi", strict=True)
    )
    + "]>"
)
W3C = (
    '<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN"'
    ' "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">'
)
# A few kilobytes that unpack to fifty million bytes.
BOMB = zlib.compress(b"\0" * 50_000_000)
JAVASCRIPT = f"javascript:{RUNS}"
IMAGE = "data:image/png;base64,iVBORw0KGgo="

# What is done with each: the reason why it is refused, or None: it is shown, and harmless.
HOSTILE: dict[str, tuple[bytes, Reason | None]] = {
    "a script": (svg(f"<script>{RUNS}</script>{SHAPE}"), Reason.SCRIPT),
    "a script from elsewhere": (
        svg(f'<script href="https://evil.example/x.js"/>{SHAPE}'),
        Reason.SCRIPT,
    ),
    "a script in CDATA": (svg(f"<script><![CDATA[{RUNS}]]></script>"), Reason.SCRIPT),
    "a script of HTML under a prefix": (
        svg(f'<h:script xmlns:h="http://www.w3.org/1999/xhtml">{RUNS}</h:script>'),
        Reason.OTHER_NAMESPACE,
    ),
    "a script in a namespace that is said inside": (
        svg(f'<script xmlns="http://www.w3.org/1999/xhtml">{RUNS}</script>'),
        Reason.OTHER_NAMESPACE,
    ),
    "a script in no namespace": (
        f'<s:svg xmlns:s="http://www.w3.org/2000/svg"><script>{RUNS}</script></s:svg>'.encode(),
        Reason.OTHER_NAMESPACE,
    ),
    "a script of SVG under a prefix": (
        svg(f'<s:script xmlns:s="http://www.w3.org/2000/svg">{RUNS}</s:script>'),
        Reason.SCRIPT,
    ),
    "a script in capitals": (svg(f"<SCRIPT>{RUNS}</SCRIPT>"), Reason.ELEMENT),
    "a script inside metadata": (
        svg(f"<metadata><script>{RUNS}</script></metadata>{SHAPE}"),
        None,
    ),
    "a script inside an editor's element": (
        svg(
            '<i:x xmlns:i="http://www.inkscape.org/namespaces/inkscape">'
            f'<script xmlns="http://www.w3.org/2000/svg">{RUNS}</script></i:x>{SHAPE}'
        ),
        None,
    ),
    "a script inside a title that leaves it": (
        svg(f"<title>&lt;/title&gt;&lt;script&gt;{RUNS}&lt;/script&gt;</title>{SHAPE}"),
        None,
    ),
    "HTML inside a description": (
        svg(f'<desc><p xmlns="http://www.w3.org/1999/xhtml" onclick="{RUNS}"/></desc>{SHAPE}'),
        None,
    ),
    "a handler of an event": (svg(f'<rect onclick="{RUNS}"/>'), Reason.EVENT),
    "a handler of loading on the outermost element": (
        svg(SHAPE, attributes=f'{BOX} onload="{RUNS}"'),
        Reason.EVENT,
    ),
    "a handler under the prefix of SVG": (
        svg(f'<rect xmlns:s="http://www.w3.org/2000/svg" s:onload="{RUNS}"/>'),
        Reason.OTHER_NAMESPACE,
    ),
    "a handler of XML events": (
        svg(
            f'<handler xmlns:ev="http://www.w3.org/2001/xml-events" ev:event="load">{RUNS}'
            "</handler>"
        ),
        Reason.SCRIPT,
    ),
    "a page of HTML in a foreignObject": (
        svg(
            '<foreignObject><iframe xmlns="http://www.w3.org/1999/xhtml"'
            f' srcdoc="&lt;script&gt;{RUNS}&lt;/script&gt;"/></foreignObject>'
        ),
        Reason.FOREIGN_OBJECT,
    ),
    "an iframe without a foreignObject": (
        svg('<iframe xmlns="http://www.w3.org/1999/xhtml" src="https://evil.example"/>'),
        Reason.OTHER_NAMESPACE,
    ),
    "a link that runs a script": (svg(f'<a href="{JAVASCRIPT}">{SHAPE}</a>'), Reason.LINK),
    "a link to elsewhere": (
        svg(f'<a xlink:href="https://evil.example">{SHAPE}</a>'),
        Reason.LINK,
    ),
    "a use of a file elsewhere": (
        svg('<use href="https://evil.example/x.svg#a"/>'),
        Reason.ELSEWHERE,
    ),
    "a use of a script's address": (svg(f'<use xlink:href="{JAVASCRIPT}"/>'), Reason.ELSEWHERE),
    "a use of a script's address with a blank line inside": (
        svg('<use href=" java&#10;script:alert(1)#x"/>'),
        Reason.ELSEWHERE,
    ),
    "a use of data that holds an SVG": (
        svg('<use href="data:image/svg+xml;base64,PHN2Zz48L3N2Zz4=#x"/>'),
        Reason.ELSEWHERE,
    ),
    "a use with two addresses": (
        svg(f'<g id="a">{SHAPE}</g><use href="#a" xlink:href="https://evil.example#a"/>'),
        Reason.VALUE,
    ),
    "a base that moves addresses": (
        svg('<use href="#a"/>', attributes=f'{BOX} xml:base="https://evil.example/"'),
        Reason.OTHER_NAMESPACE,
    ),
    "a picture from elsewhere": (
        svg('<image href="https://evil.example/pixel.png"/>'),
        Reason.EMBEDDED_PICTURE,
    ),
    "a picture in a data address": (svg(f'<image href="{IMAGE}"/>'), Reason.EMBEDDED_PICTURE),
    "a picture in a filter": (
        svg('<filter id="f"><feImage href="https://evil.example/x"/></filter>'),
        Reason.FILTER,
    ),
    "a filter outside of a filter": (svg("<feFlood/>"), Reason.FILTER),
    "a filter by its property": (svg('<rect filter="url(#f)"/>'), Reason.ATTRIBUTE),
    "a pattern": (svg('<pattern id="p"/>'), Reason.PATTERN),
    "dashes too small to see, in an attribute": (
        svg(100 * '<path d="M0 0H1e6" stroke="red" stroke-dasharray="0.01"/>'),
        Reason.PATTERN,
    ),
    "dashes too small to see, in a style": (
        svg('<path d="M0 0H1e6" style="stroke:red;stroke-dasharray:1e-9 1e-9"/>'),
        Reason.PATTERN,
    ),
    "dashes too small to see, in a sheet of styles": (
        svg('<style>*{stroke:red;stroke-dasharray:.001%}</style><path d="M0 0H1e6"/>'),
        Reason.PATTERN,
    ),
    "dashes that a shape inherits": (
        svg(f'<g stroke="red" stroke-dasharray="8,4" transform="scale(1e-6)">{SHAPE}</g>'),
        Reason.PATTERN,
    ),
    "dashes of a gap only": (
        svg('<path d="M0 0H1e6" stroke="red" stroke-dasharray="0 .01"/>'),
        Reason.PATTERN,
    ),
    "an animation that writes a script's address": (
        svg(f'<rect><animate attributeName="href" values="{JAVASCRIPT}"/></rect>'),
        Reason.ANIMATION,
    ),
    "a set of a handler": (
        svg(f'<rect><set attributeName="onmouseover" to="{RUNS}"/></rect>'),
        Reason.ANIMATION,
    ),
    "text in a font of the reader's": (svg("<text>Bank</text>"), Reason.TEXT),
    "a colour from elsewhere": (
        svg('<rect fill="url(https://evil.example/#a)"/>'),
        Reason.ELSEWHERE,
    ),
    "a colour from elsewhere in quotes": (
        svg("<rect fill=\"url('//evil.example/x.svg#a')\"/>"),
        Reason.ELSEWHERE,
    ),
    "a second colour from elsewhere": (
        svg('<linearGradient id="a"/><rect fill="url(#a) url(https://evil.example/)"/>'),
        Reason.VALUE,
    ),
    "a colour that only sounds like one": (
        svg('<rect fill="expression(alert(1))"/>'),
        Reason.VALUE,
    ),
    "a mask from elsewhere in a style": (
        svg('<rect style="mask:url(https://evil.example/m.svg#m)"/>'),
        Reason.STYLE_RULE,
    ),
    "a style that loads another": (
        svg(f"<style>@import 'https://evil.example/x.css';</style>{SHAPE}"),
        Reason.STYLE_RULE,
    ),
    "a style that loads a font": (
        svg("<style>@font-face{font-family:x;src:url(https://evil.example/x)}</style>"),
        Reason.STYLE_RULE,
    ),
    "a style with an address": (
        svg("<style>rect{background:url(//evil.example/x)}</style>" + SHAPE),
        Reason.STYLE_PROPERTY,
    ),
    "a style that spells an address with escapes": (
        svg(r"<style>rect{fill:\75\72\6c(//evil.example/x)}</style>" + SHAPE),
        Reason.STYLE_RULE,
    ),
    "an element's style that spells an address with escapes": (
        svg(r'<rect style="fill:\75\72\6c(//evil.example/x)"/>'),
        Reason.STYLE_RULE,
    ),
    "a style that hides an at-rule in a comment": (
        svg("<style>/**/@/**/import url(//evil.example);</style>"),
        Reason.STYLE_RULE,
    ),
    "a style that leaves its element": (
        svg("<style>&lt;/style&gt;&lt;img src=x onerror=alert(1)&gt;</style>" + SHAPE),
        Reason.STYLE_RULE,
    ),
    "a style of the whole page": (
        svg(f"<style>body{{display:none}} *{{opacity:.5}}</style>{SHAPE}"),
        None,
    ),
    "a style that reads attributes of the page": (
        svg("<style>input[value^=a]{fill:red}</style>" + SHAPE),
        Reason.STYLE_RULE,
    ),
    "a style for printers only": (
        svg(f'<style media="print">rect{{fill:red}}</style>{SHAPE}'),
        Reason.ATTRIBUTE,
    ),
    "a picture that draws over the page beside it": (
        svg(SHAPE, attributes=f'{BOX} overflow="visible" x="-900" style="overflow:visible"'),
        None,
    ),
    "a picture that is put somewhere else in the page": (
        svg(SHAPE, attributes=f'{BOX} style="position:fixed;inset:0"'),
        Reason.STYLE_PROPERTY,
    ),
    "a comment in a style that has no end": (svg(f"<style>{'/*' * 50_000}</style>{SHAPE}"), None),
    "a style with a behaviour": (
        svg('<rect style="behavior:url(#default#time2)"/>'),
        Reason.STYLE_PROPERTY,
    ),
    "a style with a binding": (
        svg('<rect style="-moz-binding:none"/>'),
        Reason.STYLE_PROPERTY,
    ),
    "a style with expressions": (
        svg('<rect style="width:expression(alert(1))"/>'),
        Reason.STYLE_PROPERTY,
    ),
    "a stylesheet by an instruction": (
        svg(SHAPE, before='<?xml-stylesheet href="https://evil.example/x.css"?>'),
        Reason.INSTRUCTION,
    ),
    "an instruction of PHP": (svg(f"<?php system('id'); ?>{SHAPE}"), Reason.INSTRUCTION),
    "an entity that reads a file": (
        svg("&x;", before='<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]>'),
        Reason.DOCUMENT_TYPE,
    ),
    "entities that laugh a billion times": (svg("&i;", before=LAUGHS), Reason.DOCUMENT_TYPE),
    "an entity as an attribute": (
        svg('<rect fill="&x;"/>', before='<!DOCTYPE svg [<!ENTITY x "url(//evil.example)">]>'),
        Reason.DOCUMENT_TYPE,
    ),
    "an attribute that the DOCTYPE adds": (
        svg(SHAPE, before=f'<!DOCTYPE svg [<!ATTLIST svg onload CDATA "{RUNS}">]>'),
        Reason.DOCUMENT_TYPE,
    ),
    "a DOCTYPE from elsewhere": (
        svg(SHAPE, before='<!DOCTYPE svg SYSTEM "https://evil.example/x.dtd">'),
        Reason.DOCUMENT_TYPE,
    ),
    "a DOCTYPE of SVG's own": (svg(SHAPE, before=W3C), None),
    "an entity that SVG's own DOCTYPE would have to explain": (
        svg(f"{SHAPE}&x;", before=W3C),
        Reason.ENTITY,
    ),
    "an entity that nobody declared": (svg("&x;"), Reason.NOT_XML),
    "UTF-16": (svg(SHAPE).decode().encode("utf-16"), Reason.OTHER_ENCODING),
    "UTF-7": (
        b'<?xml version="1.0" encoding="UTF-7"?>+ADw-svg/+AD4-',
        Reason.OTHER_ENCODING,
    ),
    "Latin-1 that says so": (
        svg(SHAPE, before='<?xml version="1.0" encoding="ISO-8859-1"?>'),
        Reason.OTHER_ENCODING,
    ),
    "bytes that are not UTF-8": (svg(SHAPE) + b"<!-- \xff -->", Reason.NOT_UTF8),
    "a NUL": (svg("<rect/>\0"), Reason.CONTROL_CHARACTER),
    "a compressed SVG": (gzip.compress(svg(SHAPE)), Reason.COMPRESSED),
    "a page of HTML": (f"<!DOCTYPE html><script>{RUNS}</script>".encode(), Reason.DOCUMENT_TYPE),
    "a page of XHTML": (
        f'<html xmlns="http://www.w3.org/1999/xhtml"><script>{RUNS}</script></html>'.encode(),
        Reason.NOT_SVG,
    ),
    "an SVG without its namespace": (b'<svg viewBox="0 0 9 9"><rect/></svg>', Reason.NOT_SVG),
    "a GIF that is an SVG as well": (b"GIF89a" + svg(SHAPE), Reason.OTHER_FORMAT),
    "a PDF that is an SVG as well": (b"%PDF-1.7\n" + svg(SHAPE), Reason.OTHER_FORMAT),
    "a PDF in a comment": (svg(f"<!--\n%PDF-1.7 1 0 obj-->{SHAPE}"), None),
    "an SVG with a ZIP behind it": (svg(SHAPE) + zipped(), Reason.NOT_UTF8),
    "an SVG with a page behind it": (
        svg(SHAPE) + f"<script>{RUNS}</script>".encode(),
        Reason.NOT_XML,
    ),
    "a script file": (RUNS.encode(), Reason.NOT_A_MARK),
    "nothing": (b"", Reason.EMPTY),
    "XML that is not closed": (f"<svg {SVG}><rect>".encode(), Reason.NOT_XML),
    "an attribute twice": (svg('<rect width="1" width="2"/>'), Reason.NOT_XML),
    "elements a thousand deep": (svg("<g>" * 1000 + "</g>" * 1000), Reason.TOO_DEEP),
    "a hundred thousand elements": (svg("<g/>" * 100_000), Reason.TOO_MANY_ELEMENTS),
    "uses that double": (svg(doubling(9)), Reason.TOO_MUCH_TO_DRAW),
    "a use of itself": (svg('<g id="a"><use href="#a"/></g>'), Reason.CIRCLE),
    "uses in a circle": (
        svg('<g id="a"><use href="#b"/></g><g id="b"><use href="#a"/></g>'),
        Reason.CIRCLE,
    ),
    "a mask in its own mask": (
        svg('<mask id="m"><g mask="url(#m)"/></mask><rect mask="url(#m)"/>'),
        Reason.CIRCLE,
    ),
    "gradients in a circle": (
        svg('<linearGradient id="a" href="#b"/><linearGradient id="b" href="#a"/>'),
        Reason.CIRCLE,
    ),
    "gradients in a long row": (svg(chain(2000)), Reason.TOO_DEEP),
    "gradients in a long row, the last one first": (
        svg(chain(2000, is_turned=True)),
        Reason.TOO_DEEP,
    ),
    "a thousand transparent layers": (
        svg('<g opacity=".5"><rect width="9" height="9"/></g>' * 1000),
        Reason.TOO_MANY_LAYERS,
    ),
    "a path that takes for ever": (
        svg(f'<path d="M0 0{"L9 9" * 200_000}"/>'),
        Reason.VALUE_TOO_LONG,
    ),
    "long paths, used often": (
        svg(f'<path id="p" d="M0 0{"L9 9" * 50_000}"/>' + '<use href="#p"/>' * 50),
        Reason.TOO_MUCH_TO_DRAW,
    ),
    "a number without end": (svg('<rect width="1e999"/>'), Reason.NUMBER),
    "a path without end": (svg('<path d="M0 0L1e30 1"/>'), Reason.NUMBER),
    "no number": (svg('<rect width="NaN"/>'), Reason.VALUE),
    "a viewBox of infinity": (
        svg(SHAPE, attributes='viewBox="0 0 Infinity 1"'),
        Reason.VALUE,
    ),
    "a viewBox below nothing": (svg(SHAPE, attributes='viewBox="0 0 -5 1"'), Reason.VALUE),
    "a picture as wide as a country": (
        svg(SHAPE, attributes='width="900000" height="900000"'),
        Reason.NUMBER,
    ),
    "a picture as thin as a hair": (
        svg(SHAPE, attributes='width="9000" height="2"'),
        Reason.PROPORTIONS,
    ),
    "a picture without a size": (svg(SHAPE, attributes='width="100%"'), Reason.NO_SIZE),
    "a picture of nothing": (svg("<g/>"), Reason.NOTHING_DRAWN),
    "a name that is a variable of the page": (
        svg('<g id="csrfToken"><rect id="location" width="9" height="9"/></g>'),
        None,
    ),
    "a name that nothing has": (svg('<use href="#a"/>'), Reason.NO_SUCH_ID),
    "a colour that is a shape": (svg('<rect id="a" fill="url(#a)"/>'), Reason.NO_SUCH_ID),
    "a name twice": (svg('<g id="a"/><g id="a"/>'), Reason.ID_TWICE),
    "a name that leaves its attribute": (
        svg(f'<g id="a&quot; onload=&quot;alert(1)">{SHAPE}</g>'),
        None,
    ),
    "words that pretend to be of the page": (svg(f"Please pay here{SHAPE}"), Reason.STRAY_TEXT),
    "a shape inside a shape": (svg(f"<rect>{SHAPE}</rect>"), Reason.MISPLACED),
    "a part for one language only": (
        svg('<g systemLanguage="fr"><rect/></g>'),
        Reason.ATTRIBUTE,
    ),
    "a PNG with a page behind it": (
        png() + f"<script>{RUNS}</script>".encode(),
        Reason.AFTER_THE_END,
    ),
    "a PNG with a ZIP behind it": (png() + zipped(), Reason.AFTER_THE_END),
    "a PNG with a page in its comment": (
        png_with(chunk(b"tEXt", f"Comment\0<script>{RUNS}</script>".encode())),
        None,
    ),
    "a PNG with a text that unpacks to a gigabyte": (
        png_with(chunk(b"zTXt", b"Comment\0\0" + BOMB)),
        None,
    ),
    "a PNG with a colour profile that unpacks to a gigabyte": (
        png_with(chunk(b"iCCP", b"x\0\0" + BOMB)),
        None,
    ),
    "a PNG with the place where it was taken": (
        png_with(chunk(b"eXIf", b"MM\0*GPS 4.6 N 74.1 W")),
        None,
    ),
    "a PNG of a million by a million": (png_of(1_000_000, 1_000_000), Reason.SIDE),
    "a PNG of sixteen million pixels": (png_of(4_000, 4_000), Reason.PIXELS),
    "a PNG without pixels": (png_of(0, 10), Reason.NO_PIXELS),
    "a PNG as thin as a hair": (png_of(1_000, 2), Reason.PROPORTIONS),
    "a PNG of sixteen bits": (png_of(10, 10, depth=16), Reason.DEPTH),
    "a PNG with fewer pixels than it says": (png_of(900, 900), Reason.DAMAGED),
    "a PNG that moves": (png_with(chunk(b"acTL", b"\0\0\0\2\0\0\0\0")), Reason.MOVES),
    "a PNG with a part that nobody knows": (png_with(chunk(b"CgBI", b"\0\0\0\0")), Reason.CHUNK),
    "a PNG with two headers": (png_with(png()[8:33]), Reason.CHUNK),
    "a PNG that begins in the middle": (
        png()[:8] + png()[33:],
        Reason.DAMAGED,
    ),
    "a PNG cut off": (png()[:-20], Reason.ENDS_EARLY),
    "a PNG with a wrong check sum": (png()[:-1] + b"x", Reason.CHECK_SUM),
    "an animation that writes the address of a link": (
        svg(f'<a><animate attributeName="href" to="{JAVASCRIPT}"/>{SHAPE}</a>'),
        Reason.LINK,
    ),
    "a set of a link's address under its old name": (
        svg(
            f'<set xlink:href="#a" attributeName="xlink:href" to="{JAVASCRIPT}" begin="0s"/>{SHAPE}'
        ),
        Reason.ANIMATION,
    ),
    "an animation along a path from elsewhere": (
        svg('<rect><animateMotion><mpath href="https://evil.example/#p"/></animateMotion></rect>'),
        Reason.ANIMATION,
    ),
    "an animation that is discarded": (svg(f'{SHAPE}<discard begin="1s"/>'), Reason.ANIMATION),
    "a picture of an SVG in a data address": (
        svg('<image xlink:href="data:image/svg+xml,%3Csvg onload=alert(1)%3E"/>'),
        Reason.EMBEDDED_PICTURE,
    ),
    "a use of data that holds a page": (
        svg('<use href="data:text/html,%3Cscript%3Ealert(1)%3C/script%3E#x"/>'),
        Reason.ELSEWHERE,
    ),
    "a picture of data in a filter": (
        svg(f'<filter id="f"><feImage xlink:href="{IMAGE}"/></filter>'),
        Reason.FILTER,
    ),
    "a pointer from elsewhere": (
        svg('<cursor xlink:href="https://evil.example/c.cur"/>'),
        Reason.ELEMENT,
    ),
    "a colour profile from elsewhere": (
        svg('<color-profile xlink:href="https://evil.example/p.icc" name="p"/>'),
        Reason.ELEMENT,
    ),
    "words of another file": (
        svg('<tref xlink:href="https://evil.example/t.svg#t"/>'),
        Reason.TEXT,
    ),
    "a choice between pictures": (svg(f"<switch>{SHAPE}</switch>"), Reason.ELEMENT),
    "a film": (
        svg('<video xmlns="http://www.w3.org/1999/xhtml" src="https://evil.example/v"/>'),
        Reason.OTHER_NAMESPACE,
    ),
    "a file that is put in by XInclude": (
        svg('<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/passwd"/>'),
        Reason.OTHER_NAMESPACE,
    ),
    "a transformation by an instruction": (
        svg(SHAPE, before='<?xml-stylesheet type="text/xsl" href="#x"?>'),
        Reason.INSTRUCTION,
    ),
    "a stylesheet by an instruction at the end": (
        svg(SHAPE) + b'<?xml-stylesheet href="https://evil.example/x.css"?>',
        Reason.INSTRUCTION,
    ),
    "a stylesheet in a data address": (
        svg(f'<style>@import url("data:text/css,*%7Bfill:red%7D");</style>{SHAPE}'),
        Reason.STYLE_RULE,
    ),
    "a style of a set of pictures": (
        svg("<rect style=\"fill:image-set('//evil.example/x' 1x)\"/>"),
        Reason.VALUE,
    ),
    "a style with a pointer": (
        svg('<rect style="cursor:url(https://evil.example/c),auto"/>'),
        Reason.STYLE_RULE,
    ),
    "a style with a mask of many": (
        svg('<rect style="mask-image:url(//evil.example/m)"/>'),
        Reason.STYLE_PROPERTY,
    ),
    "a style that says its names": (
        svg(f"<style>@namespace url(https://evil.example/);</style>{SHAPE}"),
        Reason.STYLE_RULE,
    ),
    "a style with a variable of an address": (
        svg(f"<style>rect{{--a:url(//evil.example);fill:var(--a)}}</style>{SHAPE}"),
        Reason.STYLE_RULE,
    ),
    "an entity of a parameter": (
        svg(SHAPE, before='<!DOCTYPE svg [<!ENTITY % x SYSTEM "https://evil.example/x.dtd">%x;]>'),
        Reason.DOCUMENT_TYPE,
    ),
    "one long entity, used often": (
        svg("&a;" * 10_000, before=f'<!DOCTYPE svg [<!ENTITY a "{"x" * 10_000}">]>'),
        Reason.DOCUMENT_TYPE,
    ),
    "UTF-16 without its mark": (svg(SHAPE).decode().encode("utf-16-be"), Reason.OTHER_ENCODING),
    "UTF-32": (svg(SHAPE).decode().encode("utf-32"), Reason.OTHER_ENCODING),
    "UTF-8 that says it is UTF-16": (
        svg(SHAPE, before='<?xml version="1.0" encoding="UTF-16"?>'),
        Reason.OTHER_ENCODING,
    ),
    "UTF-7 that does not say so": (b"+ADw-svg onload+AD0-alert(1)+AD4-", Reason.NOT_A_MARK),
    "UTF-7 inside UTF-8": (
        svg(f"+ADw-script+AD4-alert(1)+ADw-/script+AD4-{SHAPE}"),
        Reason.STRAY_TEXT,
    ),
    "EBCDIC": (svg(SHAPE).decode().encode("cp037"), Reason.NOT_A_MARK),
    "XML of another version": (svg(SHAPE, before='<?xml version="1.1"?>'), None),
    "a compressed SVG in a compressed SVG": (
        gzip.compress(gzip.compress(svg(SHAPE))),
        Reason.COMPRESSED,
    ),
    "a compressed SVG that unpacks to a gigabyte": (
        gzip.compress(b" " * 5_000_000),
        Reason.COMPRESSED,
    ),
    "uses of a symbol that double": (
        svg(
            '<symbol id="s0"><rect width="9" height="9"/></symbol>'
            + "".join(
                f'<symbol id="s{n}">' + f'<use href="#s{n - 1}"/>' * 10 + "</symbol>"
                for n in range(1, 9)
            )
            + '<use href="#s8"/>'
        ),
        Reason.TOO_MUCH_TO_DRAW,
    ),
    "a viewBox as wide as a country": (
        svg(SHAPE, attributes='viewBox="0 0 1e30 1e30"'),
        Reason.NUMBER,
    ),
    "a viewBox as small as an atom": (
        svg(SHAPE, attributes='viewBox="0 0 1e-30 1e-30"'),
        Reason.NUMBER,
    ),
    "a page of HTML with a PNG behind it": (
        f"<script>{RUNS}</script>".encode() + png(),
        Reason.NOT_UTF8,
    ),
    "a PNG in which a page begins with the name of a chunk": (
        png_with(chunk(b"sCrI", f"<script>{RUNS}</script>".encode())),
        None,
    ),
    "a PNG with a compressed text in any language": (
        png_with(chunk(b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + BOMB)),
        None,
    ),
    "a PNG that moves in frames": (
        png_with(chunk(b"acTL", b"\0\0\0\1\0\0\0\0"), chunk(b"fcTL", b"\0" * 26)),
        Reason.MOVES,
    ),
    "a PNG whose pixels unpack to more than it says": (overflowing(), None),
    "a PNG cut off in its header": (png()[:20], Reason.ENDS_EARLY),
    "a PNG that says how long its part is, and lies": (
        png()[:33] + b"\xff\xff\xff\xff" + png()[37:],
        Reason.ENDS_EARLY,
    ),
    "the first eight bytes of a PNG": (png()[:8], Reason.ENDS_EARLY),
    "a PNG with a palette of nothing": (png_with(chunk(b"PLTE", b"")), None),
    "a JPEG": (b"\xff\xd8\xff\xe0" + b"\0" * 100, Reason.OTHER_FORMAT),
}

HONEST: dict[str, bytes] = {
    "gradients and a group": svg(
        '<defs><linearGradient id="a" x1="0" x2="1" y1="0" y2="0">'
        '<stop offset="0" stop-color="#0b4a6f"/>'
        '<stop offset="100%" stop-color="hsl(150, 60%, 40%)" stop-opacity=".8"/></linearGradient>'
        '<radialGradient id="b" xlink:href="#a" cx="50%" cy="50%" r="50%"/></defs>'
        '<g transform="translate(10 5) rotate(5)">'
        '<rect width="80" height="80" rx="12" fill="url(#a)"/>'
        '<circle cx="140" cy="45" r="40" fill="url(&quot;#b&quot;) red"/></g>'
    ),
    "a clip and a mask": svg(
        '<clipPath id="c"><circle cx="50" cy="50" r="40"/></clipPath>'
        '<mask id="m" maskUnits="userSpaceOnUse" x="100" y="0" width="100" height="100">'
        '<path d="M100 0h100v100z" fill="#fff"/></mask>'
        '<rect width="100" height="100" fill="teal" clip-path="url(#c)"/>'
        '<rect x="100" width="100" height="100" fill="#c33" mask="url(#m)"/>'
    ),
    "symbols and uses": svg(
        '<symbol id="leaf" viewBox="0 0 10 10"><path d="M1 9Q1 1 9 1 9 9 1 9z"/></symbol>'
        '<use xlink:href="#leaf" width="80" height="80" fill="green"/>'
        '<use href="#leaf" x="100" y="10" width="60" height="60" fill="olive"/>'
    ),
    "classes in a style, as Illustrator writes them": svg(
        '<defs><style type="text/css">\n.st0{fill:#00A651;} /* green */\n'
        ".st1,.st2{fill:none;stroke:#231F20;stroke-width:4;stroke-miterlimit:10;}\n"
        ".st2{stroke:#F00;stroke-dasharray:none;}circle{opacity:.5}</style></defs>"
        '<path class="st0" d="M20,20h60v60H20V20z"/><path class="st1" d="M100,20 l40 60l40-60"/>'
        '<line class="st2" x1="10" y1="90" x2="190" y2="90"/>'
        '<circle class="st0" cx="140" cy="30" r="15"/>',
        before=f'<?xml version="1.0" encoding="utf-8"?>\n<!-- Generator: an editor -->\n{W3C}\n',
        attributes=f'version="1.1" id="Layer_1" x="0px" y="0px" {BOX}'
        ' style="enable-background:new 0 0 200 100;" xml:space="preserve"',
    ),
    "styles and notes of its own, as Inkscape writes them": svg(
        '<sodipodi:namedview id="base" pagecolor="#ffffff"/><metadata id="m"><x/></metadata>'
        '<g inkscape:label="Layer 1" inkscape:groupmode="layer" id="layer1">'
        '<path style="fill:#ff0000;fill-opacity:0.5;stroke:#000000;stroke-width:3px;'
        'font-weight:400;-inkscape-stroke:none;marker:none" d="m 20,20 c 40,-20 80,100 120,40"'
        ' id="path1" sodipodi:nodetypes="cc"/><polygon points="10,90 30,60 50,90"/></g>',
        attributes='width="52.917mm" height="26.458mm" viewBox="0 0 200 100" id="svg5"'
        ' xmlns:inkscape="http://www.inkscape.org/namespaces/inkscape"'
        ' xmlns:sodipodi="http://sodipodi.sourceforge.net/DTD/sodipodi-0.dtd"',
    ),
    "arcs with flags that touch their neighbours": svg(
        '<path d="M60 50a30 30 0 11-.01-.5zm80-30A30,30,0,0,1,170,50l-30 .5" fill="#336"/>'
        '<ellipse cx="100" cy="85" rx="60" ry="8" fill="rgb(200 80 10 / 50%)"/>'
    ),
    "a width and a height alone": svg(
        '<polyline points="10 10 60 80 110 10 160 80" fill="none" stroke="navy" stroke-width="6"'
        ' stroke-linejoin="round" stroke-linecap="round"/>',
        attributes='width="200" height="100"',
    ),
    "everything under a prefix": (
        b'<s:svg xmlns:s="http://www.w3.org/2000/svg" viewBox="0 0 200 100" fill="none">'
        b'<s:g fill="currentColor" fill-rule="evenodd">'
        b'<s:path d="M10 10h180v80H10zM40 30v40h120V30z"/>'
        b"</s:g></s:svg>"
    ),
}
